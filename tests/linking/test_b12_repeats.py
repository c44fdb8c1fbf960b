"""B12: what is sent twice, reloaded or gone back to makes one connection, and no try of a person is dropped."""

import asyncio

import pytest

from tests.house import House
from tests.linking.browsing import (
    CLIENT,
    KEY,
    Browser,
    account_of,
    link_token,
    new_accounts,
    typed_client,
    typed_key,
)

pytestmark = pytest.mark.anyio


async def test_b12_the_callback_twice_at_once_and_again_later_is_one_connection(house: House) -> None:
    browser = Browser(house)
    back = await browser.at_the_vendor(await link_token(house))
    first, second = await asyncio.gather(browser.open(back), browser.open(back))
    ends = await asyncio.gather(browser.end(first), browser.end(second))
    later = await browser.end(await browser.open(back))
    assert [page.state for page in (*ends, later)] == ["done"] * 3
    assert ends[0].message == ends[1].message == later.message
    assert len(await new_accounts(house)) == 1
    stats = await house.stats()
    assert (stats["token_requests_by_grant"]["authorization_code"], stats["codes_reused"]) == (1, 0)


async def test_b12_a_form_that_is_sent_twice_is_one_attempt(house: House) -> None:
    browser = Browser(house)
    shown = await browser.connect(await link_token(house), integration="coupa", auth_format=KEY)
    both = await asyncio.gather(*(browser.send(shown, **typed_key(house)) for _ in range(2)))
    ends = await asyncio.gather(*(browser.end(page) for page in both))
    assert [page.state for page in ends] == ["done", "done"]
    assert ends[0].message == ends[1].message
    assert len(await new_accounts(house)) == 1


async def test_b12_a_form_that_is_gone_back_to_is_a_new_try(house: House) -> None:
    """A browser may bring the very page back from its memory, with the id of the try that failed."""
    browser = Browser(house)
    shown = await browser.connect(await link_token(house), integration="coupa", auth_format=KEY)
    failed = await browser.end(await browser.send(shown, **typed_key(house, "wrong")))
    assert (failed.state, failed.message["error_type"]) == ("form", "validation_error")
    done = await browser.end(await browser.send(shown, **typed_key(house)))
    assert (done.state, done.message["integrated_account_id"]) == (
        "done",
        failed.message["integrated_account_id"],
    )


async def test_b12_a_form_that_is_changed_before_its_try_has_ended_is_a_new_one(house: House) -> None:
    browser = Browser(house)
    shown = await browser.connect(await link_token(house), integration="coupa", auth_format=CLIENT)
    first = await browser.send(shown, client_id="other", client_secret="other")
    second = await browser.send(shown, **typed_client(house))
    assert first.response.url != second.response.url
    assert (await browser.end(second)).state == "done"


async def test_b12_the_page_of_an_outcome_can_be_reloaded(house: House) -> None:
    browser = Browser(house)
    done = await browser.walk(await link_token(house), KEY, typed_key(house))
    again = await browser.open(str(done.response.url))
    assert again.message == done.message
    account = await account_of(house, done.message["integrated_account_id"])
    assert account["updated_at"] == (await account_of(house, account["id"]))["updated_at"]
