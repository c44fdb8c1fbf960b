"""The link SDK and the page tell each other how it went, and listen to nobody else."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, Playwright, expect
from starlette.applications import Starlette

from tests.browser import stage
from tests.browser.conftest import FLAGS, NewContext, press
from tests.browser.scenes import SUCCESS, WORDS, failure

pytestmark = pytest.mark.xdist_group("browser")
REFUSED = failure("connection_error", WORDS)


def start(page: Page, product: str, gateway: str, state: str, **options: Any) -> None:
    """Presses the product's button, which opens the stage's page in this state."""
    page.goto(product)
    page.evaluate("given => start(...given)", [gateway, state, options])
    page.get_by_role("button", name="Connect").click()


def popup(page: Page, product: str, gateway: str, state: str) -> Page:
    with page.expect_popup() as found:
        start(page, product, gateway, state, iframe=False)
    return found.value


def frame(page: Page) -> Frame:
    handle = page.wait_for_selector("iframe")
    assert handle is not None
    found = handle.content_frame()
    assert found is not None
    return found


def outcome(page: Page) -> dict[str, Any]:
    """What the SDK's promise came to."""
    found: dict[str, Any] = page.wait_for_function("window.outcome").json_value()
    return found


def heard(page: Page) -> list[Any]:
    """Every message that the product's page got."""
    found: list[Any] = page.evaluate("window.heard.map(({ data }) => data)")
    return found


def error(message: dict[str, Any]) -> dict[str, Any]:
    return {"failure": {**message, "message": message["error"], "isError": True}}


def test_a_popup_tells_the_product_once_that_the_account_is_connected_and_closes(
    context: NewContext, product: str, gateway: str
) -> None:
    page = context().new_page()
    window = popup(page, product, gateway, "done")
    assert outcome(page) == {"success": SUCCESS}
    if not window.is_closed():
        window.wait_for_event("close")
    assert heard(page) == [SUCCESS]


def test_a_frame_tells_the_product_once_that_the_account_is_connected_and_goes(
    context: NewContext, product: str, gateway: str
) -> None:
    page = context().new_page()
    start(page, product, gateway, "done")
    assert outcome(page) == {"success": SUCCESS}
    expect(page.locator("iframe")).to_have_count(0)
    assert heard(page) == [SUCCESS]


def test_a_popup_that_nobody_closes_for_it_closes_itself(
    context: NewContext, product: str, gateway: str
) -> None:
    page = context().new_page()
    page.goto(product)
    with page.expect_popup() as found:
        page.evaluate(
            "url => void window.open(url, 'x', 'popup')",
            f"{gateway}/connect-account?link_token=done&popup=true",
        )
    if not found.value.is_closed():
        found.value.wait_for_event("close")
    assert heard(page) == [SUCCESS]


def test_a_popup_that_the_person_closes_ends_the_wait(
    context: NewContext, product: str, gateway: str
) -> None:
    page = context().new_page()
    popup(page, product, gateway, "picker").close()
    assert outcome(page) == {"failure": "closed"}


def test_a_popup_has_a_button_to_close_it(context: NewContext, product: str, gateway: str) -> None:
    page = context().new_page()
    press(popup(page, product, gateway, "picker").get_by_role("button", name="Close"))
    assert outcome(page) == {"failure": "closed"}


@pytest.mark.parametrize("way", ["button", "key"])
def test_a_frame_has_a_button_and_a_key_to_close_it(
    context: NewContext, product: str, gateway: str, way: str
) -> None:
    page = context().new_page()
    start(page, product, gateway, "picker")
    close = frame(page).get_by_role("button", name="Close")
    expect(close).to_be_visible()
    if way == "key":
        escape = "dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))"
        frame(page).evaluate(f"void setTimeout(() => {escape})")
    else:
        press(close)
    assert outcome(page) == {"failure": "closed"}
    assert heard(page) == ["closed"]
    expect(page.get_by_role("button", name="Connect")).to_be_focused()


@pytest.mark.parametrize("iframe", [True, False])
def test_a_failure_is_told_when_the_person_gives_up(
    context: NewContext, product: str, gateway: str, iframe: bool
) -> None:
    page = context().new_page()
    if iframe:
        start(page, product, gateway, "failed")
        shown: Page | Frame = frame(page)
    else:
        shown = popup(page, product, gateway, "failed")
    expect(shown.get_by_role("link", name="Try again")).to_be_visible()
    assert heard(page) == []
    press(shown.get_by_role("button", name="Close").last)
    assert outcome(page) == error(REFUSED)
    assert heard(page) == [REFUSED]


def test_a_failure_that_nothing_can_be_done_about_is_told_at_once(
    context: NewContext, product: str, gateway: str
) -> None:
    page = context().new_page()
    start(page, product, gateway, "failed-token")
    assert outcome(page) == error(failure("invalid_token", ""))


def test_a_popup_finds_out_what_it_is_when_nobody_says_so(
    context: NewContext, product: str, gateway: str
) -> None:
    page = context().new_page()
    page.goto(product)
    with page.expect_popup() as found:
        page.evaluate(
            "url => void window.open(url, 'Truto Connect', 'popup')",
            f"{gateway}/connect-account?link_token=picker",
        )
    found.value.wait_for_url("**&popup=true")


def test_the_same_window_is_no_popup_even_if_it_was_opened_by_another(
    context: NewContext, product: str, gateway: str
) -> None:
    page = context().new_page()
    page.goto(product)
    with page.expect_popup() as found:
        page.evaluate("url => void window.open(url)", product)
    tab = found.value
    tab.wait_for_load_state()
    tab.evaluate("given => start(...given)", [gateway, "picker", {"sameWindow": True}])
    tab.get_by_role("button", name="Connect").click()
    tab.wait_for_url("**/connect-account?link_token=picker")
    expect(tab.get_by_role("heading")).to_be_visible()
    assert tab.evaluate("window.opener !== null")
    assert "popup" not in tab.url


def test_options_travel_as_parameters(context: NewContext, product: str, gateway: str) -> None:
    page = context().new_page()
    options = {
        "integration": "coupa",
        "integrations": ["coupa", "x"],
        "authFormat": "api_key",
        "noBack": True,
        "skipRapidForm": True,
        "sameWindow": True,
    }
    start(page, product, gateway, "picker", **options)
    page.wait_for_url(
        "**/connect-account?link_token=picker&integration=coupa&integrations=coupa%2Cx"
        "&auth_format=api_key&no_back=true&skip_rapid_form=true"
    )


def test_b14_a_message_of_another_window_or_origin_is_ignored(
    context: NewContext, product: str, gateway: str
) -> None:
    page = context().new_page()
    start(page, product, gateway, "picker")
    expect(frame(page).get_by_role("heading")).to_be_visible()
    forged = {**SUCCESS, "integrated_account_id": "evil"}
    page.evaluate("data => postMessage(data, '*')", forged)  # another origin, another source
    page.evaluate(
        """([url, data]) => new Promise((resolve) => {
            const other = document.createElement('iframe')  // the right origin, another source
            other.src = url
            other.onload = resolve
            document.body.append(other)
        })""",
        [f"{gateway}/connect-account?link_token=done&iframe=true", forged],
    )
    page.wait_for_function("window.heard.length === 2")
    assert page.evaluate("window.outcome") is None


def test_b14_the_frame_hears_no_handover_but_from_its_popup(
    context: NewContext, product: str, gateway: str
) -> None:
    page = context().new_page()
    start(page, product, gateway, "leaving")
    expect(frame(page).get_by_role("link", name="Continue to Coupa")).to_be_visible()
    page.evaluate(
        "data => document.querySelector('iframe').contentWindow.postMessage(data, '*')",
        {"koine": "handover", "outcome": SUCCESS},
    )
    frame(page).evaluate(
        "data => postMessage(data, location.origin)", {"koine": "handover", "outcome": SUCCESS}
    )
    page.wait_for_timeout(300)
    assert heard(page) == []


def test_b14_the_page_tells_no_origin_but_the_allowed_ones(
    context: NewContext, product: str, gateway: str, stage_app: Starlette, complaints: list[str]
) -> None:
    page = context().new_page()
    with stage.serving(stage.product(), "localhost") as evil:
        page.goto(evil)
        with page.expect_popup() as found:
            page.evaluate(
                "url => void window.open(url, 'x', 'popup')",
                f"{gateway}/connect-account?link_token=done&popup=true",
            )
        found.value.wait_for_event("close")
        assert heard(page) == []
    complaints.clear()  # the browser's, that it did not deliver


def test_b13_a_foreign_site_may_not_frame_the_page_and_its_sdk_says_so(
    context: NewContext, product: str, gateway: str, complaints: list[str]
) -> None:
    page = context().new_page()
    with stage.serving(stage.product(), "localhost") as evil:
        start(page, evil, gateway, "picker")
        assert outcome(page) == {"failure": "blocked"}
        assert heard(page) == []
    assert [text for text in complaints if "frame-ancestors" in text]
    complaints.clear()


@pytest.fixture
def strict(playwright: Playwright) -> Iterator[BrowserContext]:
    """A browser that blocks popups, as people's browsers do."""
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=FLAGS, ignore_default_args=["--disable-popup-blocking"]
    )
    yield browser.new_context()
    browser.close()


def test_b16_a_popup_that_the_browser_blocks_is_told(
    strict: BrowserContext, product: str, gateway: str
) -> None:
    page = strict.new_page()
    # Without a person's click, as the page loads.
    page.goto(f"{product}#{quote(json.dumps([gateway, 'picker', {'iframe': False}]))}")
    assert outcome(page) == {"failure": "blocked"}


def test_a_framed_page_logs_in_by_a_popup_that_hands_over(
    context: NewContext, product: str, gateway: str, stage_app: Starlette
) -> None:
    stage_app.state.end = "done"
    page = context().new_page()
    start(page, product, gateway, "leaving")
    with page.expect_popup():
        frame(page).get_by_role("link", name="Continue to Coupa").click()
    assert outcome(page) == {"success": SUCCESS}
    assert heard(page) == [SUCCESS]


def test_a_login_that_fails_in_the_popup_can_be_tried_again_from_the_frame(
    context: NewContext, product: str, gateway: str, stage_app: Starlette
) -> None:
    stage_app.state.end = "failed"
    page = context().new_page()
    start(page, product, gateway, "leaving")
    login = frame(page).get_by_role("link", name="Continue to Coupa")
    with page.expect_popup() as found:
        login.click()
    expect(frame(page).get_by_role("status")).to_contain_text("in the window that has opened")
    press(found.value.get_by_role("button", name="Close").last)
    expect(frame(page).get_by_role("alert")).to_have_text(WORDS)
    stage_app.state.end = "done"
    with page.expect_popup():
        login.click()
    assert outcome(page) == {"success": SUCCESS}


def test_a_login_popup_that_is_closed_is_told_in_the_frame(
    context: NewContext, product: str, gateway: str, stage_app: Starlette
) -> None:
    stage_app.state.end = "failed"
    page = context().new_page()
    start(page, product, gateway, "leaving")
    with page.expect_popup() as found:
        frame(page).get_by_role("link", name="Continue to Coupa").click()
    found.value.close()
    expect(frame(page).get_by_role("alert")).to_contain_text("was closed before")
    press(frame(page).get_by_role("button", name="Close"))
    assert outcome(page) == {"failure": "closed"}
