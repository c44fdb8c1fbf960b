"""An account that is set up anew while it is read, and SuiteQL that lags behind what was written."""

import pytest

from tests.sandbox_netsuite.conftest import Account, Opened
from tests.sandbox_netsuite.records import first_id, got, made
from tests.sandbox_netsuite.statements import ask, reason, rows

pytestmark = pytest.mark.anyio

SET_UP = "/_sandbox/account"


async def test_features_formats_and_zone_change_between_two_calls(account: Account) -> None:
    text = "SELECT startdate, TO_CHAR(SYSDATE,'HH24') AS hour FROM accountingperiod WHERE id = 22"
    [before] = await rows(account, text)
    told = {
        "date_format": "YYYY-MM-DD",
        "zone": "Asia/Tokyo",
        "without": "classes",
        "hidden": "vendor.email,role",
    }
    told["broken"] = "transaction.memo"
    answer = await account.client.post(SET_UP, json=told)
    assert (answer.status_code, answer.json()) == (200, told)
    [after] = await rows(account, text)
    assert (before["startdate"], after["startdate"]) == ("1/1/2025", "2025-01-01")
    assert before["hour"] != after["hour"]
    assert await reason(account, "SELECT id FROM classification") == "Record 'classification' was not found."
    assert await reason(account, "SELECT id FROM role") == "Record 'role' was not found."
    assert "email" not in await got(account, f"/vendor/{await first_id(account, 'vendor')}")
    assert (await account.client.get(SET_UP)).json() == told


@pytest.mark.parametrize(
    "told", [{"zone": "Nowhere"}, {"date_format": "Y"}, {"without": "x"}, {"other": "x"}]
)
async def test_what_an_account_cannot_be_is_refused(account: Account, told: dict[str, str]) -> None:
    assert (await account.client.post(SET_UP, json=told)).status_code == 400


async def test_suiteql_lags_behind_where_the_switch_says_so_and_rest_does_not(opened: Opened) -> None:
    account = opened(suiteql_lag=5)
    id_ = await made(account, "/vendor", {"companyName": "Fresh", "subsidiary": {"id": "1"}})
    assert (await got(account, f"/vendor/{id_}"))["companyName"] == "Fresh"
    text = "SELECT companyname FROM vendor WHERE id = ?"
    assert await rows(account, text, id_) == []
    await account.client.post("/_sandbox/clock", json={"advance_seconds": 6})
    assert await rows(account, text, id_) == [{"companyname": "Fresh"}]


async def test_a_broken_column_fails_every_statement_that_names_it_until_it_is_mended(
    account: Account,
) -> None:
    await account.client.post(SET_UP, json={"broken": "transaction.memo"})
    conditions = (
        "id, memo FROM transaction",
        "* FROM transaction t",
        "t.id FROM transaction t WHERE t.memo = 'x'",
    )
    for text in (f"SELECT {one}" for one in conditions):
        answer = await ask(account, text)
        assert (answer.status_code, answer.json()["o:errorDetails"][0]["o:errorCode"]) == (
            500,
            "UNEXPECTED_ERROR",
        )
    assert len(await rows(account, "SELECT id FROM transaction WHERE id < 20")) > 3
    await account.client.post(SET_UP, json={"broken": ""})
    assert len(await rows(account, "SELECT memo FROM transaction")) > 500
