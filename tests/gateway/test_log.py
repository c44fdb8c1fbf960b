"""`GET /log`: what was called on an account, in Truto's form, without bodies and queries, for its environment alone."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from auth.caller import Caller
from auth.database import Database, Unavailable
from gateway.request_log import MOST_AT_ONCE, MOST_WAITING, RequestLog
from gateway.visit import Visit
from schemas.tables import RequestLogEntry, new_id, now
from tests.house import House, open_house

pytestmark = pytest.mark.anyio

ENTRY = {"_id", "log_type", "timestamp", "metadata"}


async def written(house: House, **query: str) -> list[dict[str, Any]]:
    await house.state["request_log"].flush()
    answer = await house.client.get("/log", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["result"]
    return found


async def test_a_call_is_shown_in_trutos_form_with_its_vendor_calls(house: House) -> None:
    await house.get("accounting/contacts?limit=2&name=zebra", headers={"x-request-id": "wanted-id-1"})
    [entry] = await written(house)
    assert set(entry) == ENTRY
    metadata = entry["metadata"]
    [call] = metadata.pop("vendor_calls")
    assert metadata.pop("duration") > metadata.pop("fetch_duration") > 0
    assert metadata == {
        "environment_id": house.environment,
        "integrated_account_id": house.account,
        "tenant_id": "acme",
        "integration": "coupa",
        "request_id": "wanted-id-1",
        "request_type": "unified",
        "http_method": "GET",
        "path": "/unified/accounting/contacts",
        "resource": "accounting/contacts",
        "method": "list",
        "status": 200,
        "outcome": "answered",
        "reason": None,
        "is_remote_error": False,
        "message": "list accounting/contacts: answered (200).",
        "vendor_call_count": 1,
    }
    assert call.pop("duration") >= call.pop("first_byte") > 0
    assert call.pop("response_bytes") > 0
    assert call.pop("started_at") >= entry["timestamp"]
    assert call == {
        "method": "GET",
        "path": "/api/suppliers",
        "status": 200,
        "outcome": "answered",
        "attempts": 1,
        "request_bytes": 0,
    }


async def test_neither_queries_nor_a_vendors_words_are_kept(house: House) -> None:
    await house.fault(kind="429", path="*", method="GET", count=9, retry_after=99)
    refused = await house.get("accounting/contacts?name=zebra-secret")
    assert refused.status_code == 429
    [entry] = await written(house)
    metadata = entry["metadata"]
    assert (metadata["status"], metadata["is_remote_error"]) == (429, True)
    assert metadata["message"] == "list accounting/contacts: the vendor refused it (429)."
    async with house.state["database"].read() as session:
        rows = (await session.exec(select(RequestLogEntry))).all()
    assert "zebra" not in str([row.model_dump() for row in rows])


async def test_a_passthrough_call_is_shown_by_the_vendors_path(house: House) -> None:
    path = f"/proxy/suppliers/1000001?integrated_account_id={house.account}&fields=zebra"
    assert (await house.client.put(path, content=b"{}")).status_code < 500
    [entry] = await written(house)
    metadata = entry["metadata"]
    assert metadata["resource"].removeprefix("/") == "suppliers/1000001"
    assert (metadata["request_type"], metadata["method"], metadata["http_method"]) == ("proxy", "PUT", "PUT")
    assert metadata["path"] == "/proxy/suppliers/1000001"
    assert [call["path"] for call in metadata["vendor_calls"]] == ["/api/suppliers/1000001"]


@pytest.mark.parametrize(
    ("path", "fault", "status", "is_remote", "message"),
    [
        ("/proxy/suppliers/999999?", None, 404, True, "GET suppliers/999999: the vendor refused it (404)."),
        ("/custom/suppliers/999999?", None, 404, True, "GET suppliers/999999: the vendor refused it (404)."),
        ("/proxy/suppliers?limit=0&", None, 400, False, "GET suppliers: refused (400, invalid_request)."),
        (
            "/proxy/suppliers/1?",
            "reset_after",
            502,
            False,
            "GET suppliers/1: failed (502, vendor_unreachable).",
        ),
        (
            "/unified/accounting/contacts?",
            "login_page",
            502,
            True,
            "list accounting/contacts: the vendor's answer could not be used (502).",
        ),
    ],
)
async def test_who_said_no_is_told(
    house: House, path: str, fault: str | None, status: int, is_remote: bool, message: str
) -> None:
    if fault:
        await house.fault(kind=fault, path="/api/suppliers*", count=9)
    answer = await house.client.get(f"{path}integrated_account_id={house.account}")
    [entry] = await written(house)
    metadata = entry["metadata"]
    assert (answer.status_code, metadata["status"], metadata["is_remote_error"], metadata["message"]) == (
        status,
        status,
        is_remote,
        message,
    )


async def test_entries_are_found_by_what_they_hold_newest_first(house: House) -> None:
    for path in ("accounting/contacts", "accounting/contacts/1000001", "accounting/accounts?colour=mauve"):
        await house.get(path, headers={"x-request-id": f"id-{path.replace('/', '.')[:30]}".partition("?")[0]})
    everything = await written(house)
    assert [entry["metadata"]["method"] for entry in everything] == ["list", "get", "list"]
    assert everything[0]["metadata"]["resource"] == "accounting/accounts"
    times = [entry["timestamp"] for entry in everything]
    assert times == sorted(times, reverse=True)

    async def found(**query: str) -> list[str]:
        return [entry["_id"] for entry in await written(house, **query)]

    ids = [entry["_id"] for entry in everything]
    assert await found(method="get") == ids[1:2]
    assert await found(status="400") == ids[:1]
    assert await found(**{"status[gte]": "400", "status[lt]": "404"}) == ids[:1]
    assert await found(request_id=everything[2]["metadata"]["request_id"]) == ids[2:]
    assert await found(**{"log_type": "unified_proxy_api", "log_type_filter[method]": "list"}) == ids[::2]
    assert await found(**{"log_type_filter[request_type]": "proxy"}) == []
    assert await found(integrated_account_id=house.account) == ids
    assert await found(integrated_account_id="other") == []
    assert await found(**{"created_at[lt]": times[-1]}) == []
    assert await found(**{"created_at[gte]": times[-1], "created_at[lt]": "2100-01-01"}) == ids


async def test_pages_go_back_in_time_without_gap_or_repeat(house: House) -> None:
    for _ in range(5):
        await house.get("accounting/contacts/x")
    whole = [entry["_id"] for entry in await written(house)]
    pages, cursor = [], ""
    while cursor is not None:
        answer = (await house.client.get("/log", params={"limit": "2", "next_cursor": cursor})).json()
        assert answer["limit"] == 2
        pages.append([entry["_id"] for entry in answer["result"]])
        cursor = answer["next_cursor"]
    assert pages == [whole[:2], whole[2:4], whole[4:]]


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("log_type=webhook", "log_type", "must be unified_proxy_api"),
        ("status=ok", "status", "must be an HTTP status, such as 404"),
        ("colour=mauve", "colour", "is no filter here"),
        ("log_type_filter[colour]=mauve", "colour", "is no filter here"),
    ],
)
async def test_what_can_not_be_asked_is_refused_by_name(
    house: House, query: str, field: str, message: str
) -> None:
    answer = await house.client.get(f"/log?{query}")
    assert answer.status_code == 400
    assert answer.json()["details"]["failures"] == [{"field": field, "message": message}]


async def test_c1_an_environment_sees_its_own_calls_alone_and_a_guessed_id_leaves_no_trace(
    house: House,
) -> None:
    stranger, _ = await house.caller("stranger")
    async with stranger:
        tried = await stranger.get(f"/unified/accounting/contacts?integrated_account_id={house.account}")
        assert tried.status_code == 404
        await house.get("accounting/contacts/x")
        assert len(await written(house)) == 1
        assert (await stranger.get("/log")).json() == {"result": [], "next_cursor": None, "limit": 100}
        narrowed = await stranger.get("/log", params={"environment_id": house.environment})
        assert narrowed.json()["result"] == []


async def test_an_account_token_does_not_reach_it(house: House) -> None:
    made = await house.client.post("/integrated-account/token", json={"integrated_account_id": house.account})
    token = made.json()["integrated_account_token"]
    answer = await house.client.get("/log", headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["details"]["reason"]) == (403, "token_not_allowed")


async def test_entries_are_written_without_being_asked_for(house: House) -> None:
    await house.get("accounting/contacts/x")
    for _ in range(100):
        if (await house.client.get("/log")).json()["result"]:
            return
        await asyncio.sleep(0.05)
    pytest.fail("nothing was written within five seconds")


async def test_no_days_keep_nothing(tmp_path: Path) -> None:
    async with open_house(tmp_path, log_days=0) as house:
        await house.get("accounting/contacts/x")
        assert await written(house) == []


def aged(house: House, days: float) -> RequestLogEntry:
    return RequestLogEntry(
        created_at=now() - timedelta(days=days),
        environment_id=house.environment,
        integrated_account_id=house.account,
        tenant_id="acme",
        integration="coupa",
        request_id=new_id(),
        request_type="proxy",
        http_method="GET",
        path="/proxy/x",
        resource="x",
        method="GET",
        status=200,
        outcome="answered",
        duration=1.0,
        fetch_duration=1.0,
        vendor_call_count=0,
    )


async def test_what_is_older_than_seven_days_goes(house: House) -> None:
    old = [aged(house, 7.01) for _ in range(MOST_AT_ONCE + 3)]
    young = [aged(house, 6.99) for _ in range(2)]
    async with house.state["database"].write() as session:
        session.add_all([*old, *young])
        ids = {entry.id for entry in young}
    await house.state["request_log"].prune()
    assert {entry["_id"] for entry in await written(house)} == ids


def visit(house: House, request_id: str) -> Visit:
    state = {"account_id": house.account, "caller": Caller(house.environment, "token")}
    return Visit(request_id, {"method": "GET", "path": "/proxy/x", "state": state})


async def test_a_full_queue_drops_and_counts_and_never_waits(house: House) -> None:
    dropped: list[int] = []
    entries = RequestLog(house.state["database"], 7, lambda: dropped.append(1))
    for _ in range(MOST_WAITING + 2):
        entries.add(visit(house, "some-id-1"))
    assert len(dropped) == 2


async def test_a_database_that_is_away_costs_no_entry(house: House, tmp_path: Path) -> None:
    await house.state["request_log"].flush()
    away = RequestLog(Database(f"sqlite+aiosqlite:///{tmp_path}/nowhere/koine.db"), 7, lambda: None)
    away.add(visit(house, "some-id-2"))
    with pytest.raises(Unavailable):
        await away.flush()
    away._database = house.state["database"]
    await away.flush()
    assert [entry["metadata"]["request_id"] for entry in await written(house)] == ["some-id-2"]
