"""What every page of the connect flow carries in its head, and that nobody's words become markup."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.linking.pages import rendering
from auth.linking.pages.branding import BLACK, CARD_DARK, READABLE, WHITE, Colour, contrast, stylesheet
from auth.linking.pages.rendering import render
from auth.linking.pages.texts import TEXTS
from auth.linking.pages.views import Branding, Mode
from tests.browser.scenes import scene, states

NAMES = tuple(states())
EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{ 7*7 }}"


def policy(name: str, mode: Mode = Mode.WINDOW, **given: Any) -> dict[str, str]:
    header = render(states(mode, **given)[name]).headers["content-security-policy"]
    return {word: rest for word, _, rest in (part.partition(" ") for part in header.split("; "))}


class Tags(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_lets_nothing_in_and_nothing_out(name: str) -> None:
    page = render(states()[name])
    found = policy(name)
    assert found["default-src"] == "'none'"
    assert found["script-src"] == found["style-src"] == "'self'"
    assert found["base-uri"] == found["trusted-types"] == "'none'"
    assert found["require-trusted-types-for"] == "'script'"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "cross-origin-opener-policy" not in page.headers


@pytest.mark.parametrize("name", NAMES)
def test_b15_a_page_has_no_inline_code_and_no_style(name: str) -> None:
    for tag, attributes in Tags(bytes(render(states()[name]).body).decode()).found:
        assert tag != "style"
        assert tag != "script" or attributes.get("src"), attributes
        assert not [each for each in attributes if each.startswith("on") or each == "style"], attributes


@pytest.mark.parametrize("mode", Mode)
def test_only_the_link_tokens_origins_may_frame_its_pages(mode: Mode) -> None:
    origins = ("https://app.example.com", "http://localhost:5173")
    assert policy("picker", mode, origins=origins)["frame-ancestors"] == " ".join(origins)
    assert policy("picker", mode, origins=())["frame-ancestors"] == "'none'"
    assert policy("unusable")["frame-ancestors"] == "'none'"
    assert policy("closed")["frame-ancestors"] == "'none'"


@pytest.mark.parametrize(
    ("cancel_url", "targets"),
    [
        (None, "'self'"),
        ("https://app.example.com/done", "'self' https:"),
        ("http://localhost:3000/done", "'self' https: http://localhost:3000"),
        ("com.example.app://done", "'self' https: com.example.app:"),
    ],
)
def test_a_form_may_be_answered_by_a_redirect_to_where_the_same_window_goes(
    cancel_url: str | None, targets: str
) -> None:
    assert policy("form", cancel_url=cancel_url)["form-action"] == targets
    assert policy("form", Mode.POPUP, cancel_url=cancel_url)["form-action"] == "'self'"
    assert policy("picker", cancel_url=cancel_url)["form-action"] == "'none'"


def test_a_logo_is_loaded_from_its_own_host_alone() -> None:
    branding = Branding(logo="https://cdn.example.com:8443/logo.png")
    assert policy("picker", branding=branding)["img-src"] == "'self' data: https://cdn.example.com:8443"
    assert policy("picker", branding=Branding())["img-src"] == "'self' data:"


@pytest.mark.parametrize("name", NAMES)
def test_b15_names_are_text(name: str) -> None:
    plain = [tag for tag, _ in Tags(bytes(render(states()[name]).body).decode()).found]
    told = states(environment=EVIL, account=EVIL, carried={"link_token": EVIL, EVIL: "1"}, origins=())
    html = bytes(render(told[name]).body).decode()
    drawn = [tag for tag, _ in Tags(html).found]
    assert "49" not in html
    # What is carried is one hidden field more in a form.
    assert drawn == plain or (drawn.count("input") == plain.count("input") + 1 and "img" not in drawn)


def test_what_a_link_carries_is_encoded() -> None:
    at = scene(carried={"link_token": "a&b=c", "iframe": "true"}, root="/koine")
    assert (
        rendering.link(at, integration="x y")
        == "/koine/connect-account?link_token=a%26b%3Dc&iframe=true&integration=x+y"
    )


def test_b19_every_page_of_a_link_token_says_who_asks_and_for_whom() -> None:
    for name, view in states().items():
        html = bytes(render(view).body).decode()
        if name not in ("closed", "unusable"):
            assert "Northwind Spend" in html, name
            assert "Acme Corporation" in html, name


def test_every_text_of_the_catalogue_is_used_and_none_is_missing() -> None:
    folder = Path(rendering.__file__).parent
    code = "".join(
        path.read_text() for path in [*(folder / "templates").glob("*.html"), folder / "rendering.py"]
    )
    unused = [key for key in TEXTS if key not in code and not key.startswith(("formats.", "failed."))]
    assert unused == []
    used = set(re.findall(r"\bt\(\"([a-z_.-]+)\"|\bt\('([a-z_.-]+)'", code))
    assert {first or second for first, second in used} - set(TEXTS) == set()


@given(st.integers(0, 0xFFFFFF))
def test_every_accent_can_be_read(number: int) -> None:
    sheet = stylesheet(f"#{number:06x}")
    accent, text, light, dark = map(colour, re.findall(r"#[0-9a-f]{6}", sheet))
    assert contrast(accent, text) >= READABLE - 0.1
    assert contrast(light, WHITE) >= 4.5
    assert contrast(dark, CARD_DARK) >= 4.5
    assert text in (BLACK, WHITE)


def colour(written: str) -> Colour:
    number = int(written[1:], 16)
    return number >> 16, number >> 8 & 255, number & 255
