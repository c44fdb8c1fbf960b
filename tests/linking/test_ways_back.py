"""How the product hears: by message from a popup or a frame, else by redirect; and who may frame the page."""

import pytest

from tests.house import House
from tests.linking.browsing import KEY, OAUTH, Browser, link_token, query_of, typed_key

pytestmark = pytest.mark.anyio

PRODUCT = "https://app.example.com"
BACK = f"{PRODUCT}/connected?team=7"


async def test_the_same_window_is_redirected_with_the_result(house: House) -> None:
    browser = Browser(house)
    token = await link_token(house, redirect_uri=BACK, allowed_origins=[PRODUCT])
    end = await browser.walk(token, KEY, typed_key(house))
    location = end.response.headers["location"]
    assert (end.status, location.startswith(f"{BACK}&")) == (303, True)
    assert sorted(query_of(location)) == ["integrated_account_id", "integration", "result", "team"]
    assert query_of(location)["result"] == "success"


async def test_a_popup_and_a_frame_tell_their_origins_instead(house: House) -> None:
    for query in ({"popup": "true"}, {"iframe": "true"}):
        token = await link_token(house, redirect_uri=BACK, allowed_origins=[PRODUCT])
        done = await Browser(house).walk(token, KEY, typed_key(house), **query)
        assert (done.status, done.state, done.mode) == (200, "done", next(iter(query)))
        assert done.reader.main["data-origins"] == f'["{PRODUCT}"]'
        assert done.message["redirect_uri"] == BACK


async def test_a_failure_leads_back_with_its_kind_when_the_person_gives_up(house: House) -> None:
    browser = Browser(house)
    token = await link_token(house, redirect_uri=BACK, unified_model_id="accounting")
    failed = await browser.connect(token, integration="nosuch")
    told = [query_of(link) for link in failed.reader.links if link.startswith(BACK)]
    assert told[0] == {
        "team": "7",
        "result": "error",
        "integration": "nosuch",
        "error": "This system can't be connected here.",
        "error_type": "invalid_integration",
    }


async def test_b8_the_pages_own_query_names_no_way_back(house: House) -> None:
    evil = "https://evil.example/"
    names = ("redirect_uri", "return_url", "redirect", "next", "url", "allowed_origins", "origins")
    page = await Browser(house).connect(
        await link_token(house), integration="coupa", auth_format=KEY, **dict.fromkeys(names, evil)
    )
    done = await Browser(house).end(await Browser(house).send(page, **typed_key(house)))
    for seen in (page, done):
        assert (seen.status, "evil.example" in seen.response.text) == (200, False)
        assert "evil.example" not in str(seen.response.headers)


async def test_a_frame_sends_its_popup_to_the_vendor_and_the_popup_hands_over(house: House) -> None:
    frame, popup = Browser(house), Browser(house)
    token = await link_token(house, allowed_origins=[PRODUCT])
    shown = await frame.connect(token, integration="coupa", auth_format=OAUTH, iframe="true")
    frame.client.cookies.clear()  # a frame of another site has none
    leaving = await frame.send(shown)
    assert (leaving.state, leaving.mode, leaving.reader.refresh) == ("leaving", "iframe", "")
    address = next(link for link in leaving.reader.links if "/connect-account/leave?" in link)
    away = await popup.get(address, **{"sec-fetch-site": "same-origin"})
    vendor = await popup.get(away.headers["location"])
    done = await popup.end(await popup.open(vendor.headers["location"]))
    assert (done.state, done.mode, done.message["result"]) == ("done", "handover", "success")


async def test_a_person_who_comes_back_to_a_system_that_was_switched_off_meanwhile_is_told(
    house: House,
) -> None:
    browser = Browser(house)
    back = await browser.at_the_vendor(await link_token(house, redirect_uri=BACK))
    switched = await house.client.patch(
        f"/environment-integration/{house.integration}", json={"is_enabled": False}
    )
    assert switched.status_code == 200
    told = await browser.open(back)
    assert (told.status, told.state, told.message["error_type"]) == (404, "failed", "invalid_integration")
    assert any(link.startswith(BACK) for link in told.reader.links)


@pytest.mark.parametrize(
    ("body", "ancestors"),
    [
        ({"allowed_origins": [PRODUCT, "http://localhost:3000"]}, f"{PRODUCT} http://localhost:3000"),
        ({"allowed_origins": []}, "'none'"),
        ({}, "https://own.example.com"),
    ],
)
async def test_b13_only_the_origins_of_the_link_token_may_frame_the_page(
    house: House, body: dict[str, list[str]], ancestors: str
) -> None:
    await house.client.patch(
        f"/environment/{house.environment}", json={"allowed_origins": ["https://own.example.com"]}
    )
    page = await Browser(house).connect(await link_token(house, **body))
    policy = page.response.headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors {ancestors}")
    assert "x-frame-options" not in page.response.headers
