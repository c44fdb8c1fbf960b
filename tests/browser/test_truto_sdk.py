"""Truto's own link SDK works with the connect page: in a popup, the same window, and a frame of an origin it trusts."""

import base64
import hashlib
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.coupa import credentials
from tests.browser import stage
from tests.browser.conftest import FLAGS, press
from tests.browser.running import World, world

pytestmark = pytest.mark.xdist_group("browser")
# by scripts/setup-browser
PACKAGE = Path(__file__).parent.parent.parent / ".tools/truto-truto-link-sdk-1.1.30.tgz"
INTEGRITY = "E4R+QCX7Uu2tuU/Q7BOPGJidWJcB213OHp9u1LKvqAXjDnpzUjRtCEisHWOiu//6anWnkgn1FFJfzOWx8Vv+bQ=="
TRUSTED = "http://localhost:5173"  # the one of the two origins that it hears frames from that can be local


def sdk() -> bytes:
    content = PACKAGE.read_bytes()
    assert base64.b64encode(hashlib.sha512(content).digest()).decode() == INTEGRITY
    with tarfile.open(PACKAGE) as package:
        found = package.extractfile("package/dist/main.js")
        assert found is not None
        return found.read()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("up")) as found:
        yield found


@pytest.fixture(scope="module")
def script() -> Iterator[str]:
    """Where the SDK is served, for pages of any origin."""
    content = sdk()

    async def file(request: Request) -> Response:
        headers = {"access-control-allow-origin": "*"}
        return Response(content, media_type="text/javascript", headers=headers)

    with stage.serving(Starlette(routes=[Route("/sdk.js", file)])) as origin:
        yield f"{origin}/sdk.js"


@pytest.fixture(scope="module")
def mapped(playwright: Playwright, here: World) -> Iterator[Browser]:
    """A browser that finds the gateway at the origin that the SDK trusts."""
    rule = f"--host-resolver-rules=MAP localhost:5173 {urlsplit(here.url).netloc}"
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, rule])
    yield browser
    browser.close()


def start(page: Page, here: World, script: str, gateway: str, **options: Any) -> None:
    token = here.link_token(redirect_uri=f"{here.product}/done")
    page.goto(here.product)
    wanted = {"integration": "coupa", "authFormat": "api_key", "noBack": True, **options}
    page.evaluate("given => start(...given)", [gateway, token, wanted, script])


def expect_connected(page: Page, here: World) -> None:
    found = page.wait_for_function("window.outcome", timeout=60_000).json_value()["success"]
    assert (found["result"], found["integration"]) == ("success", "coupa")
    assert here.account(found["integrated_account_id"])["status"] == "active"


def test_in_a_popup(here: World, script: str, browser: Browser) -> None:
    page = browser.new_page()
    start(page, here, script, here.url, iframe=False)
    with page.expect_popup() as found:
        page.get_by_role("button", name="Connect").click()
    fill(settled(found.value).locator("body"))
    expect_connected(page, here)
    page.context.close()


def test_in_a_popup_that_is_closed(here: World, script: str, browser: Browser) -> None:
    page = browser.new_page()
    start(page, here, script, here.url, iframe=False)
    with page.expect_popup() as found:
        page.get_by_role("button", name="Connect").click()
    press(settled(found.value).get_by_role("button", name="Close"))
    assert page.wait_for_function("window.outcome").json_value() == {"failure": "closed"}
    page.context.close()


def test_in_the_same_window(here: World, script: str, browser: Browser) -> None:
    page = browser.new_page()
    start(page, here, script, here.url, sameWindow=True)
    page.get_by_role("button", name="Connect").click(no_wait_after=True)
    page.wait_for_url("**/connect-account?**")
    fill(page.locator("body"))
    page.wait_for_url(f"{here.product}/done?**")
    query = parse_qs(urlsplit(page.url).query)
    assert (query["result"], query["integration"]) == (["success"], ["coupa"])
    page.context.close()


def test_in_a_frame_where_the_gateway_is_at_an_origin_that_it_trusts(
    here: World, script: str, mapped: Browser
) -> None:
    page = mapped.new_page()
    start(page, here, script, TRUSTED)
    page.get_by_role("button", name="Connect").click()
    fill(page.frame_locator("iframe").locator("body"))
    expect_connected(page, here)
    expect(page.locator("iframe")).to_have_count(0)


def test_in_a_frame_a_failure_is_told(here: World, script: str, mapped: Browser) -> None:
    page = mapped.new_page()
    start(page, here, script, TRUSTED, integration="nothing")
    page.get_by_role("button", name="Connect").click()
    failure = page.wait_for_function("window.outcome").json_value()["failure"]
    assert (failure["error_type"], failure["isError"]) == ("invalid_integration", True)


def settled(popup: Page) -> Page:
    """A page in a window of its own takes that window's form first, sooner than people type, but not than a test."""
    popup.wait_for_url(lambda url: "popup=true" in url)
    return popup


def fill(body: Any) -> None:
    body.get_by_label("API key", exact=True).fill(credentials(1)["api_key"])
    body.get_by_role("button", name="Connect").click(no_wait_after=True)
