"""B18: a host that a person types is one of the vendor's, however it is spelled, before anything is sent to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.coupa import COUPA
from tests.house import House
from tests.linking.browsing import OAUTH, Browser, link_token, new_accounts

pytestmark = pytest.mark.anyio

HOSTS = ("acme", ".coupahost.com", ".coupacloud.com", "coupahost.com", "evil.example", "127.0.0.1", "[::1]")
SIGNS = (
    "https://",
    "http://",
    "/",
    "@",
    "#",
    "?",
    ":443",
    ":",
    "\\",
    "%2e",
    "%00",
    "\n",
    " ",
    ".",
    "-",
    "\u3002",
    "{",
)
pieces = st.sampled_from((*HOSTS, *SIGNS))


@given(st.lists(pieces, max_size=8).map("".join))
def test_b18_what_is_taken_is_a_host_of_the_vendors(typed: str) -> None:
    host = COUPA.variables[0].read(typed)
    if host is not None:
        label, _, domain = host.partition(".")
        assert label.replace("-", "").isalnum()
        assert label.isascii()
        assert domain in ("coupahost.com", "coupacloud.com", "coupadev.com")


@pytest.mark.parametrize(
    "typed",
    [
        "evil.example",
        "acme.coupahost.com.evil.example",
        "evil.example#.coupahost.com",
        "127.0.0.1",
        "http://acme.coupahost.com",
    ],
)
async def test_b18_nobody_is_sent_to_another_host(house: House, typed: str) -> None:
    browser = Browser(house)
    shown = await browser.connect(
        await link_token(house, is_sandbox=False), integration="coupa", auth_format=OAUTH
    )
    again = await browser.send(shown, instance=typed, client_id="me", client_secret="hush")
    assert (again.status, again.state) == (400, "form")
    assert await new_accounts(house) == []


async def test_b18_the_vendors_own_host_is_where_the_person_goes(house: House) -> None:
    browser = Browser(house)
    shown = await browser.connect(
        await link_token(house, is_sandbox=False), integration="coupa", auth_format=OAUTH
    )
    leaving = await browser.send(
        shown, instance="https://Acme.coupahost.com/session/new", client_id="me", client_secret="hush"
    )
    away = await browser.get(leaving.reader.refresh)
    assert away.headers["location"].startswith(
        "https://acme.coupahost.com/oauth2/authorizations/new?response_type=code&client_id=me&"
    )
