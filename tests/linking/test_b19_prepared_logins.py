"""B19: a login that somebody else has begun waits for a click in the page that says who asks and for whom."""

import pytest

from tests.house import SANDBOX, House
from tests.linking.browsing import OAUTH, Browser, link_token, way_to_the_vendor

pytestmark = pytest.mark.anyio


async def prepared_login(house: House) -> str:
    """The way to the vendor of a login that was begun without a cookie, as in a frame."""
    attacker = Browser(house)
    shown = await attacker.connect(
        await link_token(house), integration="coupa", auth_format=OAUTH, iframe="true"
    )
    attacker.client.cookies.clear()
    sent = await attacker.client.post("/connect-account", data=shown.fields)
    return way_to_the_vendor(await attacker.go(sent))


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "none"}, {}],
    ids=["cross-site", "same-site", "typed", "an old browser"],
)
async def test_b19_a_login_that_somebody_else_prepared_is_shown_before_it_is_begun(
    house: House, headers: dict[str, str]
) -> None:
    leaving, victim = await prepared_login(house), Browser(house)
    for _ in range(3):
        asked = await victim.open(leaving, **headers)
        assert (asked.status, asked.state, asked.reader.refresh) == (200, "leaving", "")
        assert "default" in asked.text
        assert "acme" in asked.text
    away = await victim.get(way_to_the_vendor(asked))
    assert away.headers["location"].startswith(f"{SANDBOX}/oauth2/authorizations/new?")


async def test_b19_what_says_that_a_page_was_shown_is_good_in_its_browser_alone(house: House) -> None:
    leaving, attacker, victim = await prepared_login(house), Browser(house), Browser(house)
    shown_to_the_attacker = way_to_the_vendor(await attacker.open(leaving))
    assert shown_to_the_attacker != leaving
    for _ in range(2):
        asked = await victim.open(shown_to_the_attacker)
        assert (asked.state, asked.reader.refresh) == ("leaving", "")
