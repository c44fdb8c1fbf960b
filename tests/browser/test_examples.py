"""The example under `koine up`: the button is pressed, the sandbox connected, the first invoices seen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from sandbox.coupa import credentials
from tests.browser.conftest import SHOTS, NewContext, press
from tests.browser.running import World, world
from tests.browser.test_pages import violations

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("up")) as found:
        yield found


def expect_invoices(page: Page) -> None:
    expect(page.get_by_role("status")).to_have_text("Connected, and read 5 invoices.", timeout=60_000)
    expect(page.get_by_role("row")).to_have_count(6)


@pytest.mark.parametrize("mode", ["over this page", "in a popup", "in this window"])
def test_the_example_connects_the_sandbox_and_shows_invoices(
    here: World, context: NewContext, mode: str
) -> None:
    page = context().new_page()
    page.goto(f"{here.url}/examples/link")
    page.get_by_label(mode).check()
    button = page.get_by_role("button", name="Connect an account")
    if mode == "in a popup":
        with page.expect_popup() as found:
            button.click()
        shown = found.value.locator("body")
    else:
        button.click()
        shown = (
            page.frame_locator("iframe").locator("body") if mode == "over this page" else page.locator("body")
        )
    shown.get_by_role("link", name="Coupa").click()
    shown.get_by_role("link", name="API key").click()
    shown.get_by_label("API key", exact=True).fill(credentials(1)["api_key"])
    shown.get_by_role("button", name="Connect").click(no_wait_after=True)
    expect_invoices(page)
    assert page.url == f"{here.url}/examples/link"


def test_the_example_says_so_when_the_page_was_closed(here: World, context: NewContext) -> None:
    page = context().new_page()
    page.goto(f"{here.url}/examples/link")
    page.get_by_role("button", name="Connect an account").click()
    press(page.frame_locator("iframe").get_by_role("button", name="Close"))
    expect(page.get_by_role("status")).to_contain_text("was closed before")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_example_is_accessible_and_fits(here: World, context: NewContext, scheme: str) -> None:
    page = context(color_scheme=scheme, viewport={"width": 320, "height": 800}).new_page()
    page.goto(f"{here.url}/examples/link")
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"example-320-{scheme}.png", full_page=True)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nobody_else_may_use_the_examples_server(here: World) -> None:
    refused = here.api.post("/examples/link/link-token", headers={"sec-fetch-site": "cross-site"})
    assert (refused.status_code, refused.json()["message"]) == (403, "Only the example's own page uses this.")
    assert here.api.get("/examples/link/invoices").status_code == 403
    assert here.api.get("/examples/link/other.js").status_code == 404
