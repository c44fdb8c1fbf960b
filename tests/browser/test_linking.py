"""Accounts connected in a real browser, with real processes: every way to sign in, every window, every failure."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Frame, Locator, Page, Playwright, Request, expect

from sandbox.coupa import credentials
from tests.browser.conftest import FLAGS, NewContext, press
from tests.browser.running import ORG, World, world

pytestmark = pytest.mark.xdist_group("browser")
KNOWN = credentials(1)
Shown = Page | Frame


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("up")) as found:
        yield found


@pytest.fixture
def page(context: NewContext) -> Page:
    return context().new_page()


def offer(page: Page, here: World, token: str, **options: Any) -> Locator:
    """The product's button. Unless the options name another system, it is Coupa that the page is about."""
    page.goto(here.product)
    page.evaluate("given => start(...given)", [here.url, token, {"integration": "coupa", **options}])
    return page.get_by_role("button", name="Connect")


def start(page: Page, here: World, token: str, **options: Any) -> Shown:
    """The product's button is pressed; the connect page, where it is shown."""
    button = offer(page, here, token, **options)
    if options.get("sameWindow"):
        button.click()
        page.wait_for_url(f"{here.url}/connect-account?**")
        return page
    if options.get("iframe") is False:
        with page.expect_popup() as found:
            button.click()
        return found.value
    button.click()
    handle = page.wait_for_selector("iframe")
    assert handle is not None
    frame = handle.content_frame()
    assert frame is not None
    return frame


def outcome(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.wait_for_function("window.outcome", timeout=60_000).json_value()
    return found


def connected(here: World, found: dict[str, Any], method: str) -> dict[str, Any]:
    """The account, which answers calls."""
    assert found["success"]["is_truto"] is True
    assert (found["success"]["result"], found["success"]["integration"]) == ("success", "coupa")
    account = here.account(found["success"]["integrated_account_id"])
    assert (account["status"], account["authentication_method"], account["tenant_id"]) == (
        "active",
        method,
        ORG,
    )
    assert here.invoices(account["id"]).status_code == 200
    return account


def choose(shown: Shown, name: str) -> None:
    shown.get_by_role("link", name=name).click()


def fill_client(shown: Shown, secret: str = KNOWN["client_secret"]) -> None:
    shown.get_by_label("Client id").fill(KNOWN["client_id"])
    shown.get_by_label("Client secret", exact=True).fill(secret)
    shown.get_by_role("button", name="Connect").click()


def fill_key(shown: Shown, key: str = KNOWN["api_key"]) -> None:
    shown.get_by_label("API key", exact=True).fill(key)
    shown.get_by_role("button", name="Connect").click()


def sign_in(vendor: Page) -> None:
    """The vendor may know the person from before, and ask for the consent at once."""
    person = vendor.get_by_role("button", name="Administrator")
    expect(person.or_(vendor.get_by_role("button", name="Refuse"))).to_be_visible(timeout=60_000)
    if person.is_visible():
        person.click()


def allow(vendor: Page) -> None:
    sign_in(vendor)
    vendor.get_by_role("button", name="Allow").click()


def refuse(vendor: Page) -> None:
    sign_in(vendor)
    vendor.get_by_role("button", name="Refuse").click()


def test_by_key_in_a_frame(here: World, page: Page) -> None:
    frame = start(page, here, here.link_token(), integration="coupa", authFormat="api_key")
    fill_key(frame)
    connected(here, outcome(page), "api_key")


def test_by_client_credentials_in_a_popup(here: World, page: Page) -> None:
    popup = start(page, here, here.link_token(), iframe=False)
    choose(popup, "Client credentials")
    fill_client(popup)
    connected(here, outcome(page), "oauth2_client_credentials")


def test_by_the_vendors_login_in_a_popup(here: World, page: Page) -> None:
    popup = start(page, here, here.link_token(), iframe=False, authFormat="oauth2")
    assert isinstance(popup, Page)
    popup.get_by_role("button", name="Continue to Coupa").click()
    allow(popup)
    connected(here, outcome(page), "oauth2")


def test_by_the_vendors_login_from_a_frame(here: World, page: Page) -> None:
    frame = start(page, here, here.link_token(), authFormat="oauth2")
    with page.expect_popup() as found:
        frame.get_by_role("button", name="Continue to Coupa").click()
    allow(found.value)
    connected(here, outcome(page), "oauth2")


def test_a_login_that_is_refused_from_a_frame_is_told_there_and_can_be_tried_again(
    here: World, page: Page
) -> None:
    frame = start(page, here, here.link_token(), authFormat="oauth2")
    login = frame.get_by_role("button", name="Continue to Coupa")
    with page.expect_popup() as found:
        login.click()
    refuse(found.value)
    press(found.value.get_by_role("button", name="Close").last)
    expect(frame.get_by_role("alert")).to_have_text("The user refused the access.")
    with page.expect_popup() as found:
        login.click()
    allow(found.value)
    connected(here, outcome(page), "oauth2")


def test_b17_in_the_same_window_and_nothing_of_it_leaks_by_referer(here: World, page: Page) -> None:
    seen: list[Request] = []
    page.context.on("request", lambda request: seen.append(request))
    back = f"{here.product}/done?kept=1"
    token = here.link_token(redirect_uri=back)
    start(page, here, token, sameWindow=True, authFormat="oauth2")
    page.get_by_role("button", name="Continue to Coupa").click()
    allow(page)
    page.wait_for_url(f"{back}&**")
    query = parse_qs(urlsplit(page.url).query)
    account = query.pop("integrated_account_id")[0]
    assert query == {"kept": ["1"], "result": ["success"], "integration": ["coupa"]}
    assert here.account(account)["status"] == "active"
    callbacks = [request for request in seen if "/callback" in request.url]
    assert [callback.response().status for callback in callbacks] == [303]  # type: ignore[union-attr]
    for request in seen:
        referer = request.all_headers().get("referer", "")
        assert "link_token" not in referer
        assert "code=" not in referer
        assert "state=" not in referer or here.running.sandbox in request.url


def test_in_the_same_window_by_key(here: World, page: Page) -> None:
    token = here.link_token(redirect_uri=f"{here.product}/done")
    start(page, here, token, sameWindow=True, authFormat="api_key")
    fill_key(page)
    page.wait_for_url(f"{here.product}/done?**")
    assert parse_qs(urlsplit(page.url).query)["result"] == ["success"]


def test_in_the_same_window_the_person_may_cancel(here: World, page: Page) -> None:
    token = here.link_token(redirect_uri=f"{here.product}/done")
    start(page, here, token, sameWindow=True)
    page.get_by_role("link", name="Cancel and go back").click()
    page.wait_for_url(f"{here.product}/done?**")
    query = parse_qs(urlsplit(page.url).query)
    assert (query["result"], query["error"]) == (["error"], ["closed"])
    page.goto(here.page(token))  # the link token is still good
    expect(page.get_by_role("heading")).to_have_text("How do you sign in to Coupa?")


def test_a_wrong_key_is_told_in_the_vendors_words_and_can_be_corrected(here: World, page: Page) -> None:
    before = here.accounts()
    frame = start(page, here, here.link_token(), authFormat="api_key")
    fill_key(frame, "wrong" * 8)
    expect(frame.get_by_role("alert")).to_contain_text("Coupa did not accept this", timeout=60_000)
    expect(frame.get_by_label("API key", exact=True)).to_have_value("")
    tried = set(here.accounts()) - set(before)
    assert [here.account(one)["status"] for one in tried] == ["validation_error"]
    fill_key(frame)
    account = connected(here, outcome(page), "api_key")
    assert {account["id"]} == tried


def test_giving_up_after_a_wrong_secret_tells_the_product_why(here: World, page: Page) -> None:
    frame = start(page, here, here.link_token(), authFormat="oauth2_client_credentials")
    fill_client(frame, "wrong")
    expect(frame.get_by_role("alert")).to_be_visible(timeout=60_000)
    press(frame.get_by_role("button", name="Close"))
    failure = outcome(page)["failure"]
    assert (failure["result"], failure["error_type"], failure["integration"]) == (
        "error",
        "validation_error",
        "coupa",
    )
    assert failure["error"]
    assert here.account(failure["integrated_account_id"])["status"] == "validation_error"


def test_a_person_who_refuses_can_try_again(here: World, page: Page) -> None:
    popup = start(page, here, here.link_token(), iframe=False, authFormat="oauth2")
    assert isinstance(popup, Page)
    popup.get_by_role("button", name="Continue to Coupa").click()
    refuse(popup)
    expect(popup.get_by_role("heading")).to_have_text("The connection was not made")
    assert page.evaluate("window.outcome") is None
    popup.get_by_role("link", name="Try again").click()
    popup.get_by_role("button", name="Continue to Coupa").click()
    allow(popup)
    connected(here, outcome(page), "oauth2")


def test_a_person_who_refuses_and_gives_up_is_told_of(here: World, page: Page) -> None:
    popup = start(page, here, here.link_token(), iframe=False, authFormat="oauth2")
    assert isinstance(popup, Page)
    popup.get_by_role("button", name="Continue to Coupa").click()
    refuse(popup)
    press(popup.get_by_role("button", name="Close").last)
    failure = outcome(page)["failure"]
    assert (failure["error_type"], failure["integration"]) == ("connection_error", "coupa")


def test_a_window_that_is_closed_leaves_the_link_token_usable(here: World, page: Page) -> None:
    token = here.link_token()
    popup = start(page, here, token, iframe=False)
    assert isinstance(popup, Page)
    popup.close()
    assert outcome(page) == {"failure": "closed"}
    frame = start(page, here, token, authFormat="api_key")
    fill_key(frame)
    connected(here, outcome(page), "api_key")


def test_a_link_token_that_is_spent_or_has_expired_is_told_at_once(
    here: World, page: Page, complaints: list[str]
) -> None:
    spent = here.link_token()
    fill_key(start(page, here, spent, authFormat="api_key"))
    connected(here, outcome(page), "api_key")
    expired = here.link_token()
    here.age_link_tokens()
    for token in (spent, expired):
        offer(page, here, token).click()  # the frame may be gone at once
        failure = outcome(page)["failure"]
        assert (failure["error_type"], failure["isError"]) == ("invalid_token", True)
    complaints.clear()  # the browser's, of the status 410


def test_b13_an_unknown_link_token_gets_a_page_that_nobody_frames(
    here: World, page: Page, complaints: list[str]
) -> None:
    page.goto(here.page("koine_link_unknown"))
    expect(page.get_by_role("heading")).to_have_text("This page can’t be opened like this")
    offer(page, here, "koine_link_unknown").click()
    assert outcome(page) == {"failure": "blocked"}
    assert [text for text in complaints if "frame-ancestors" in text]
    complaints.clear()


def test_a_reconnect_after_a_revocation_keeps_the_id(here: World, page: Page) -> None:
    popup = start(page, here, here.link_token(), iframe=False, authFormat="oauth2")
    assert isinstance(popup, Page)
    popup.get_by_role("button", name="Continue to Coupa").click()
    allow(popup)
    account = connected(here, outcome(page), "oauth2")["id"]
    assert here.vendor.delete("/_sandbox/grants").json()["revoked"] > 0
    assert here.invoices(account).status_code == 401
    assert here.account(account)["status"] == "needs_reauth"
    token = here.link_token(integrated_account_id=account)
    again = start(page, here, token, iframe=False, authFormat="oauth2")
    assert isinstance(again, Page)
    expect(again.get_by_role("heading")).to_have_text("Reconnect Coupa")
    again.get_by_role("button", name="Continue to Coupa").click()
    allow(again)
    assert connected(here, outcome(page), "oauth2")["id"] == account


def vendor_address(page: Page, here: World, token: str) -> str:
    """The page stands at the vendor's login; the address there."""
    page.goto(here.page(token, auth_format="oauth2"))
    page.get_by_role("button", name="Continue to Coupa").click()
    page.wait_for_url(f"{here.running.sandbox}/**")
    return page.url


def back_address(address: str, **query: str) -> str:
    given = parse_qs(urlsplit(address).query)
    pairs = {"state": given["state"][0], **query}
    return (
        given["redirect_uri"][0] + "?" + "&".join(f"{name}={quote(value)}" for name, value in pairs.items())
    )


def test_b2_what_one_browser_began_another_can_not_end(
    here: World, page: Page, context: NewContext, complaints: list[str]
) -> None:
    before = here.accounts()
    address = vendor_address(page, here, here.link_token())
    other = context().new_page()
    other.goto(back_address(address, code="stolen"))
    expect(other.get_by_role("heading")).to_have_text("This page can’t be opened like this")
    assert here.accounts() == before
    complaints.clear()  # the browser's, of the status 400


def test_b11_what_the_vendor_says_is_text(here: World, page: Page) -> None:
    address = vendor_address(page, here, here.link_token())
    evil = "<img src=x onerror=window.hit=1><script>window.hit=1</script>"
    page.goto(back_address(address, error="access_denied", error_description=evil))
    expect(page.locator(".words")).to_have_text(evil)
    assert page.evaluate("window.hit") is None


def test_b12_reload_and_back_are_harmless(here: World, page: Page) -> None:
    before = here.accounts()
    vendor_address(page, here, here.link_token())
    allow(page)
    done = page.get_by_role("heading", name="Coupa is connected")
    expect(done).to_be_visible(timeout=60_000)
    page.reload()
    expect(done).to_be_visible()
    page.go_back()
    page.go_forward()
    expect(done).to_be_visible()
    assert len(set(here.accounts()) - set(before)) == 1


def test_b12_a_double_click_connects_once(here: World, page: Page) -> None:
    before = here.accounts()
    page.goto(here.page(here.link_token(), auth_format="api_key"))
    page.get_by_label("API key", exact=True).fill(KNOWN["api_key"])
    page.get_by_role("button", name="Connect").dblclick(no_wait_after=True)
    expect(page.get_by_role("heading", name="Coupa is connected")).to_be_visible(timeout=60_000)
    assert len(set(here.accounts()) - set(before)) == 1


def test_b19_the_person_sees_who_asks_and_for_whom_before_anything_is_shared(here: World, page: Page) -> None:
    page.goto(here.page(here.link_token(), auth_format="oauth2"))
    assert "default" in page.locator(".brand").inner_text()
    assert page.locator(".whom").inner_text().startswith(f"Connecting for {ORG}")


@pytest.fixture
def private(playwright: Playwright, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser that its person has told to block third-party cookies."""
    preferences = tmp_path / "Default/Preferences"
    preferences.parent.mkdir()
    preferences.write_text(
        json.dumps({"profile": {"cookie_controls_mode": 1, "block_third_party_cookies": True}})
    )
    context = playwright.chromium.launch_persistent_context(
        tmp_path, executable_path="/usr/bin/chromium", args=FLAGS
    )
    yield context
    context.close()


def test_b16_a_framed_login_works_without_third_party_cookies(here: World, private: BrowserContext) -> None:
    page = private.new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.all_headers().get("cookie", "")))
    frame = start(page, here, here.link_token(), authFormat="oauth2")
    with page.expect_popup() as found:
        frame.get_by_role("button", name="Continue to Coupa").click()
    allow(found.value)
    connected(here, outcome(page), "oauth2")
    assert set(sent) == {""}
