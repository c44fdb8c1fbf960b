"""One Chromium for each module of browser tests, and contexts that complain about what a page complains about."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Playwright, sync_playwright
from starlette.applications import Starlette

from tests.browser import stage

FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
SHOTS = Path(__file__).parent.parent.parent / ".screenshots"
NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Its event loop would be in the way of other tests': it ends with the module."""
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    found = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
    yield found
    found.close()


@pytest.fixture
def complaints() -> list[str]:
    """What pages wrote to the console as an error meanwhile; empty at the end, unless a test takes it out."""
    return []


@pytest.fixture
def context(browser: Browser, complaints: list[str]) -> Iterator[NewContext]:
    """Makes contexts, which are browsers of their own; at the end none of their pages may have complained."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        found = browser.new_context(**options)
        found.set_default_timeout(20_000)
        found.on("console", lambda message: _note(message, complaints))
        found.on("weberror", lambda error: complaints.append(str(error.error)))
        made.append(found)
        return found

    yield make
    for each in made:
        each.close()
    assert complaints == []


def _note(message: ConsoleMessage, complaints: list[str]) -> None:
    if message.type == "error":
        complaints.append(message.text)


def press(button: Locator) -> None:
    """Clicks what closes its own frame or window: an answer to the click itself might never come."""
    button.evaluate("button => void setTimeout(() => button.click())")


@pytest.fixture
def stage_app() -> Starlette:
    return stage.gateway()


@pytest.fixture
def gateway(stage_app: Starlette) -> Iterator[str]:
    """The origin of the stage."""
    with stage.serving(stage_app) as origin:
        yield origin


@pytest.fixture
def product(stage_app: Starlette) -> Iterator[str]:
    """The origin of a product that the stage's link tokens allow, on another site."""
    with stage.serving(stage.product(), "localhost") as origin:
        stage_app.state.origins = (origin,)
        yield origin
