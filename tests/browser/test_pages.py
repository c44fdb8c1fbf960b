"""Every state of the connect page in a real browser: readable for all, on any screen, and nothing of it runs."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect
from starlette.applications import Starlette

from auth.linking.pages.views import Branding, Mode
from tests.browser.conftest import SHOTS, NewContext
from tests.browser.scenes import FIELDS, WORDS, states

pytestmark = pytest.mark.xdist_group("browser")
AXE = (Path(__file__).parent.parent.parent / "sdk/link/node_modules/axe-core/axe.min.js").read_text()
RUN = """axe.run().then(({violations}) => JSON.stringify(
    violations.map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html)}`)))"""
QUERIES = {
    Mode.WINDOW: "",
    Mode.POPUP: "&popup=true",
    Mode.IFRAME: "&iframe=true",
    Mode.HANDOVER: "&popup=handover",
}
LOGO = (
    "data:image/svg+xml;base64,"
    + b64encode(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="96" height="28">'
        b'<rect width="96" height="28" rx="8" fill="teal"/></svg>'
    ).decode()
)
STILL = [name for name in states() if name != "testing"]  # which goes on at once
PAYLOADS = (
    "<script>window.hit = 1</script>",
    "\"><img src=x onerror='window.hit = 1'>",
    "javascript:window.hit=1",
    "</template><svg onload=window.hit=1>",
    "{{ 7*7 }}${7*7}",
    "' autofocus onfocus=window.hit=1 x='",
)


def show(page: Page, gateway: str, name: str, mode: Mode = Mode.WINDOW) -> None:
    page.goto(f"{gateway}/connect-account?link_token={name}{QUERIES[mode]}")


def violations(page: Page) -> list[str]:
    """What axe finds wrong. It comes in past the page's own policy, which would not let it."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE})
    answer = session.send(
        "Runtime.evaluate", {"expression": RUN, "awaitPromise": True, "returnByValue": True}
    )
    found: list[str] = json.loads(answer["result"]["value"])
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_state_is_accessible_and_fits(
    context: NewContext, gateway: str, stage_app: Starlette, scheme: str, width: int
) -> None:
    stage_app.state.scene = {"is_sandbox": True, "cancel_url": "https://app.example.com/?result=error"}
    page = context(color_scheme=scheme, viewport={"width": width, "height": 800}).new_page()
    SHOTS.mkdir(exist_ok=True)
    for name in STILL:
        show(page, gateway, name)
        page.screenshot(path=SHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_what_a_window_of_its_own_adds_is_accessible_too(context: NewContext, gateway: str) -> None:
    page = context().new_page()
    for name in ("picker-of-two", "form", "leaving", "failed", "failed-token"):
        show(page, gateway, name, Mode.IFRAME)
        assert violations(page) == [], name


@pytest.mark.parametrize(
    ("accent", "scheme"),
    [("#ffd400", "light"), ("#ffffff", "light"), ("#000000", "dark"), ("#ff0033", "dark")],
)
def test_any_accent_and_logo_can_be_read(
    context: NewContext, gateway: str, stage_app: Starlette, scheme: str, accent: str
) -> None:
    stage_app.state.scene = {"branding": Branding(LOGO, accent)}
    page = context(color_scheme=scheme).new_page()
    for name in ("picker", "form-refused"):
        show(page, gateway, name)
        page.screenshot(path=SHOTS / f"{name}-{accent[1:]}-{scheme}.png")
        assert violations(page) == [], name
    assert page.locator(".brand img").evaluate("image => image.naturalWidth") == 96


def test_b15_names_and_errors_run_nothing(context: NewContext, gateway: str, stage_app: Starlette) -> None:
    page = context().new_page()
    payload = " ".join(PAYLOADS)
    stage_app.state.scene = {"environment": payload, "account": payload, "words": payload}
    for name in STILL:
        show(page, gateway, name)
        assert page.evaluate("window.hit") is None, name
        if name not in ("closed", "unusable"):
            assert page.locator(".brand span").text_content() == payload
            assert page.locator(".whom strong").text_content() == payload
    show(page, gateway, "failed")
    assert page.locator(".words").text_content() == payload


def test_b15_the_page_refuses_a_script_that_got_into_it(
    context: NewContext, gateway: str, complaints: list[str]
) -> None:
    page = context().new_page()
    show(page, gateway, "form")
    page.evaluate("const script = document.createElement('script'); document.body.append(script)")
    with pytest.raises(Error, match="TrustedHTML"):
        page.evaluate("document.body.innerHTML = '<img src=x onerror=1>'")
    with pytest.raises(Error, match="TrustedScript"):
        page.evaluate("document.querySelector('script').text = 'window.hit = 1'")
    assert complaints
    complaints.clear()


def test_a_picker_is_searched_and_used_by_keyboard_alone(context: NewContext, gateway: str) -> None:
    page = context().new_page()
    show(page, gateway, "picker")
    box = page.get_by_role("searchbox", name="Search systems")
    page.keyboard.press("Tab")
    expect(box).to_be_focused()
    page.keyboard.type("qu")
    expect(page.get_by_role("link")).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text("1 system found")
    box.fill("o")
    expect(page.get_by_role("status")).to_have_text("4 systems found")
    box.fill("nothing")
    expect(page.get_by_role("status")).to_have_text("No system has this name.")
    box.fill("xero")
    page.keyboard.press("Enter")
    page.wait_for_url("**/connect-account?link_token=picker&integration=xero")


def test_a_form_is_filled_in_by_keyboard_alone_and_sent_once(
    context: NewContext, gateway: str, stage_app: Starlette
) -> None:
    page = context().new_page()
    show(page, gateway, "form")
    page.get_by_label("Coupa host").focus()
    for typed in ("acme.coupahost.com", "id", "secret"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    show_secret = page.get_by_role("button", name="Show Client secret")
    expect(show_secret).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_label("Client secret", exact=True)).to_have_attribute("type", "text")
    expect(show_secret).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Connect").dblclick(no_wait_after=True)
    page.wait_for_url("**/connect-account")
    assert stage_app.state.posted == [
        {
            "link_token": "form",
            "integration": "coupa",
            "auth_format": "oauth2_client_credentials",
            "instance": "acme.coupahost.com",
            "client_id": "id",
            "client_secret": "secret",
            "time_zone": "",
        }
    ]


def test_a_form_says_that_it_is_busy(context: NewContext, gateway: str) -> None:
    page = context().new_page()
    show(page, gateway, "form-that-leaves")
    page.evaluate("document.forms[0].addEventListener('submit', event => event.preventDefault())")
    page.get_by_label("Coupa host").fill("acme.coupahost.com")
    page.get_by_role("button", name="Continue to Coupa").click()
    expect(page.get_by_role("status")).to_have_text("Taking you to Coupa.")
    expect(page.get_by_role("main")).to_have_attribute("aria-busy", "true")


def test_what_went_wrong_is_read_out_beside_its_field(context: NewContext, gateway: str) -> None:
    page = context().new_page()
    show(page, gateway, "form-marked")
    field = page.get_by_label("Coupa host")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(f"must be a host of Coupa {FIELDS[0].help}")
    expect(page.get_by_role("alert")).to_be_focused()
    show(page, gateway, "form-refused")
    expect(page.get_by_role("alert")).to_contain_text(WORDS)
    expect(page.get_by_label("Client secret", exact=True)).to_have_value("")


def test_without_a_script_forms_and_links_still_work(
    context: NewContext, gateway: str, stage_app: Starlette
) -> None:
    page = context(java_script_enabled=False).new_page()
    show(page, gateway, "picker")
    page.get_by_role("link", name="Xero").click()
    page.wait_for_url("**&integration=xero")
    show(page, gateway, "form-that-leaves")
    page.get_by_label("Coupa host").fill("acme.coupahost.com")
    page.get_by_role("button", name="Continue to Coupa").click()
    assert stage_app.state.posted[0]["instance"] == "acme.coupahost.com"
    show(page, gateway, "testing")
    page.wait_for_url("**/wait")


def test_with_reduced_motion_nothing_spins_fast(context: NewContext, gateway: str) -> None:
    page = context(reduced_motion="reduce").new_page()
    show(page, gateway, "form-that-leaves")
    page.evaluate("document.querySelector('.busy').textContent = 'busy'")
    spinner = "getComputedStyle(document.querySelector('.busy'), '::before').animationDuration"
    assert page.evaluate(spinner) == "6s"
