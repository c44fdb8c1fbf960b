"""The pool of requests in flight: who shares it, what a call without a slot is told, and what is counted."""

import asyncio
from typing import Any

import pytest

from tests.sandbox_netsuite.conftest import Account, Opened

pytestmark = pytest.mark.anyio

LIMITS = "/system/v1/governanceLimits"


async def at_once(account: Account, count: int, client: str = "admin") -> list[int]:
    """Statuses of calls that start together, in order."""
    answers = await asyncio.gather(*(account.get(LIMITS, client) for _ in range(count)))
    return sorted(answer.status_code for answer in answers)


async def pool(account: Account, slug: str = "1234567", **change: int) -> dict[str, Any]:
    """The pool of an account, after a change where one is named."""
    params, path = {"account": slug}, "/_sandbox/pool"
    if change:
        answer = await account.client.post(path, params=params, json=change)
    else:
        answer = await account.client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_five_calls_of_an_account_are_in_flight_and_the_sixth_is_refused_at_once(
    opened: Opened,
) -> None:
    account = opened(work_seconds=0.1)
    assert await at_once(account, 8) == [200] * 5 + [429] * 3
    assert await at_once(account, 5) == [200] * 5
    stats = await account.stats()
    shown = {
        "limit": 5,
        "reserved": 0,
        "elsewhere": 0,
        "in_flight": 0,
        "in_flight_max": 5,
        "refused": 3,
    }
    assert stats["pools"]["1234567"] == shown
    assert stats["pools"]["1234567_SB1"] == {**shown, "in_flight_max": 0, "refused": 0}
    assert stats["refused"] == 3
    await account.client.post("/_sandbox/stats/reset")
    assert (await pool(account))["in_flight_max"] == 0


async def test_all_integrations_share_the_pool(opened: Opened) -> None:
    account = opened(work_seconds=0.1)
    mine, others = await asyncio.gather(at_once(account, 3), at_once(account, 3, "reserved"))
    assert sorted(mine + others) == [200] * 5 + [429]


async def test_a_refusal_says_what_netsuite_says(opened: Opened) -> None:
    account = opened(pool=0)
    answer = await account.get(LIMITS)
    assert answer.status_code == 429
    assert "retry-after" not in answer.headers
    assert answer.json() == {
        "type": "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html",
        "title": "Bad Request",
        "status": 429,
        "o:errorCode": "USER_ERROR",
        "o:errorDetails": [
            {
                "detail": "Concurrent request limit exceeded. Request blocked.",
                "o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED",
            }
        ],
    }
    await account.fault(kind="429", retry_after=7)
    faulted = await account.get(LIMITS)
    assert (faulted.json(), faulted.headers["retry-after"]) == (answer.json(), "7")
    assert (await opened(pool=0, retry_after=3).get(LIMITS)).headers["retry-after"] == "3"


async def test_overload_can_look_like_a_failed_login_that_took_long(opened: Opened) -> None:
    account = opened(pool=0, overflow="401", overflow_seconds=0.01)
    answer = await account.get(LIMITS)
    assert (answer.status_code, answer.json()["o:errorDetails"][0]["o:errorCode"]) == (401, "INVALID_LOGIN")
    assert (await account.client.get("/_sandbox/audit")).json() == {"failures": []}


async def test_reserved_slots_are_for_one_integration_alone(opened: Opened) -> None:
    account = opened(work_seconds=0.1, reserved=2)
    assert await at_once(account, 4) == [200] * 3 + [429]
    mine, others = await asyncio.gather(at_once(account, 3, "reserved"), at_once(account, 3))
    assert (mine, others) == ([200, 200, 429], [200] * 3)
    told = [(await account.get(LIMITS, client)).json() for client in ("reserved", "admin")]
    assert told == [
        {
            "accountConcurrencyLimit": 5,
            "accountUnallocatedConcurrencyLimit": 3,
            "integrationConcurrencyLimit": 2,
            "integrationLimitType": "integrationSpecific",
        },
        {
            "accountConcurrencyLimit": 5,
            "accountUnallocatedConcurrencyLimit": 3,
            "integrationLimitType": "accountLimit",
        },
    ]


async def test_limits_are_told_to_administrators_alone(account: Account) -> None:
    answer = await account.get(LIMITS)
    assert (answer.status_code, answer.json()["o:errorDetails"][0]["o:errorCode"]) == (
        403,
        "INSUFFICIENT_PERMISSION",
    )


async def test_other_tools_of_the_customer_take_slots_and_the_account_grows(account: Account) -> None:
    assert (await pool(account, elsewhere=5))["elsewhere"] == 5
    assert (await account.get(LIMITS, "admin")).status_code == 429
    assert (await pool(account, limit=15))["limit"] == 15
    assert (await account.get(LIMITS, "admin")).json()["accountConcurrencyLimit"] == 15
    wrong: list[object] = [{"limit": -1}, {"limit": "many"}, {"slots": 3}, []]
    for body in wrong:
        assert (await account.client.post("/_sandbox/pool", json=body)).status_code == 400
    assert (await account.client.get("/_sandbox/pool?account=none")).status_code == 404


async def test_a_call_that_is_held_keeps_its_slot_and_one_that_waits_before_takes_none(
    opened: Opened,
) -> None:
    account = opened(pool=1)
    for kind, others in (("hold", 429), ("slow", 200)):
        await account.fault(kind=kind, delay=0.5, count=1)
        held = asyncio.create_task(account.get(LIMITS, "admin"))
        await asyncio.sleep(0.1)
        assert (await account.get(LIMITS, "admin")).status_code == others
        assert (await held).status_code == 200


async def test_calls_that_may_not_sign_in_hold_no_slot(opened: Opened) -> None:
    account = opened(pool=0)
    answer = await account.client.get(f"/services/rest{LIMITS}")
    assert answer.status_code == 401


async def test_internal_failures_and_maintenance_are_faults(account: Account) -> None:
    await account.fault(kind="500", path="*/system/*", count=1)
    answer = await account.get(LIMITS, "admin")
    assert (answer.status_code, answer.json()) == (
        500,
        {
            "type": "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html",
            "title": "Internal Server Error",
            "status": 500,
            "o:errorDetails": [
                {
                    "detail": "An unexpected error occurred. Error ID: jrgbpyylphhishmmlxyt",
                    "o:errorCode": "UNEXPECTED_ERROR",
                }
            ],
        },
    )
    for kind in ("502", "503", "504"):
        await account.fault(kind=kind, count=1, retry_after=1)
        answer = await account.get(LIMITS, "admin")
        assert (answer.status_code, answer.headers["retry-after"]) == (int(kind), "1")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert (await account.get(LIMITS, "admin")).status_code == 200
