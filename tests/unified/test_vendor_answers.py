"""What becomes of every kind of vendor answer: what is mended, what is passed on, what is refused."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from sandbox.coupa import create_app
from tests.house import House, coupa_context, link, open_house

pytestmark = pytest.mark.anyio
CONTACTS = "accounting/contacts"
LEAN = "limit=50&truto_ignore_remote_data=true"
NDJSON = {"accept": "application/x-ndjson"}


class Scripted(httpx.AsyncBaseTransport):
    """Answers calls of one path as told, and passes all others on."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.answers: dict[str, Callable[[httpx.Request], httpx.Response]] = {}
        self.seen: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path in self.answers:
            self.seen.append(request)
            return self.answers[request.url.path](request)
        return await self._inner.handle_async_request(request)


def streamed(status: int, body: bytes, kind: str = "application/json", **headers: str) -> httpx.Response:
    class Body(httpx.AsyncByteStream):
        async def __aiter__(self) -> Any:
            yield body

    return httpx.Response(status, headers={"content-type": kind, **headers}, stream=Body())


@asynccontextmanager
async def scripted_house(folder: Path) -> AsyncIterator[tuple[House, Scripted]]:
    coupa = create_app(seed=1, rate_limit=False, bloat_factor=0.0)
    script = Scripted(httpx.ASGITransport(coupa))
    async with open_house(folder, transport=script, stand_in=coupa) as house:
        yield house, script


async def test_c19_a_login_page_with_status_200_is_no_data(house: House) -> None:
    await house.fault(kind="login_page", path="/api/suppliers")
    answer = await house.get(CONTACTS)
    assert (answer.status_code, answer.json()["details"]["reason"]) == (502, "vendor_invalid_response")
    assert "text/html" in answer.json()["message"]


async def test_a_byte_order_mark_before_the_data_is_not_part_of_it(house: House) -> None:
    plain = await house.get(f"{CONTACTS}?{LEAN}")
    await house.fault(kind="bom", path="/api/suppliers")
    marked = await house.get(f"{CONTACTS}?{LEAN}")
    assert (marked.status_code, marked.json()["result"]) == (200, plain.json()["result"])


@pytest.mark.parametrize(
    "body",
    [
        b'{"errors":{"supplier":["broken"]}}',
        b'{"id": 1}',
        b'"text"',
        b"7",
        b"null",
        b"",
        b'[{"id": 1}, 7]',
        b'[{"name": "no id"}]',
        b'[{"id": 1',
        b'[{"id": "1"}]\xff',
        b'[{"id": [1]}]',
        b'[{"id": {"a": 1}}]',
        b'[{"id": true}]',
        b'[{"id": 1.5}]',
    ],
)
async def test_c19_a_success_that_holds_no_list_of_records_is_no_data(tmp_path: Path, body: bytes) -> None:
    async with scripted_house(tmp_path) as (house, script):
        script.answers["/api/suppliers"] = lambda request: streamed(200, body)
        answer = await house.get(CONTACTS)
        assert (answer.status_code, answer.json()["details"]["reason"]) == (502, "vendor_invalid_response")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">
<!ENTITY xxe SYSTEM "file:///etc/passwd">]><errors><error>&lol2;&xxe;</error></errors>"""


@pytest.mark.parametrize("status", [200, 400])
async def test_c8_xml_with_entities_is_never_expanded(tmp_path: Path, status: int) -> None:
    async with scripted_house(tmp_path) as (house, script):
        script.answers["/api/suppliers"] = lambda request: streamed(status, BOMB, "application/xml")
        answer = await house.get(CONTACTS)
        assert answer.status_code == {200: 502, 400: 400}[status]
        assert "lollol" not in answer.text
        assert "root:" not in answer.text


async def test_an_empty_collection_is_an_empty_page_in_both_of_coupas_ways(tmp_path: Path) -> None:
    for empty_404 in (False, True):
        folder = tmp_path / str(empty_404)
        folder.mkdir()
        async with open_house(folder, json_empty_404=empty_404) as house:
            answer = await house.get(f"{CONTACTS}?name=Nobody+At+All")
            assert answer.status_code == 200
            assert answer.json() == {
                "result": [],
                "next_cursor": None,
                "prev_cursor": None,
                "result_count": 0,
                "is_partial_response": False,
            }


async def test_an_unknown_id_is_a_remote_404_and_an_impossible_one_costs_no_call(house: House) -> None:
    unknown = await house.get(f"{CONTACTS}/999999")
    assert unknown.status_code == 404
    assert unknown.json()["truto_is_remote_error"] is True
    assert unknown.headers["truto-is-remote-error"] == "true"
    before = (await house.stats())["requests"]
    for id_ in ("abc", "..%2Fusers%2F1", "1%2F..%2F2", "1?x=1", "1%0A", "-1", "1" * 40):
        answer = await house.get(f"{CONTACTS}/{id_.replace('?', '%3F')}")
        assert (answer.status_code, answer.json()["details"]["reason"]) == (404, "not_found"), id_
    assert (await house.stats())["requests"] == before


async def test_a12_a_token_that_is_turned_down_is_renewed_once_for_all_callers(tmp_path: Path) -> None:
    waited: list[float] = []

    async def at_once(seconds: float) -> None:
        waited.append(seconds)

    async with open_house(tmp_path, sleep=at_once) as house:
        assert (await house.get(CONTACTS)).status_code == 200
        before = (await house.stats())["token_requests"]
        await house.coupa.post("/_sandbox/clock", json={"advance_seconds": 86400})
        answers = await asyncio.gather(*(house.get(f"{CONTACTS}?limit=1") for _ in range(50)))
        assert {answer.status_code for answer in answers} == {200}
        assert (await house.stats())["token_requests"] == before + 1
        assert waited, "a token this young may only be unknown as yet, so it is tried once more"
        account = (await house.client.get(f"/integrated-account/{house.account}")).json()
        assert account["status"] == "active"


async def test_a_revoked_client_needs_a_reconnect_and_later_calls_reach_no_vendor(house: House) -> None:
    await house.fault(kind="revoke_client")
    answer = await house.get(CONTACTS)
    assert answer.status_code == 401
    assert answer.json()["truto_is_remote_error"] is True
    account = (await house.client.get(f"/integrated-account/{house.account}")).json()
    assert account["status"] == "needs_reauth"
    assert account["last_error"]
    before = (await house.stats())["requests"]
    later = await house.get(CONTACTS)
    assert (later.status_code, later.json()["details"]["reason"]) == (401, "needs_reauth")
    assert (await house.stats())["requests"] == before


async def test_a_missing_scope_is_named_and_noted_and_leaves_the_account_active(house: House) -> None:
    await house.fault(kind="scope_removed", path="/api/suppliers")
    answer = await house.get(CONTACTS)
    body = answer.json()
    assert answer.status_code == 403
    assert body["truto_error_insight"]["forbidden_error"]["value"] == {
        "missing_scopes": ["core.supplier.read"]
    }
    account = (await house.client.get(f"/integrated-account/{house.account}")).json()
    assert account["status"] == "active"
    assert account["last_forbidden_error"]["missing_scopes"] == ["core.supplier.read"]


@pytest.mark.parametrize(("stated", "expected"), [(None, "2"), (7, "7")])
async def test_a_rate_limit_is_passed_on_with_whole_seconds_to_wait(
    tmp_path: Path, stated: int | None, expected: str
) -> None:
    async with open_house(tmp_path, queue_seconds=0) as house:
        await house.fault(kind="429", path="/api/suppliers", retry_after=stated)
        answer = await house.get(CONTACTS)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, expected)
        assert "rate_limit_error" in answer.json()["truto_error_insight"]


async def test_a_crawl_waits_out_a_rate_limit(house: House) -> None:
    await house.fault(kind="429", path="/api/suppliers", count=2, after=1, retry_after=1)
    answer = await house.get(f"{CONTACTS}?limit=50", headers=NDJSON)
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    assert lines[-1]["_end"]["result_count"] == len(lines) - 1 == 130


@pytest.mark.parametrize(("kind", "calls"), [("503", 3), ("502", 3), ("504", 3), ("500", 2)])
async def test_a_read_is_made_at_most_three_times(house: House, kind: str, calls: int) -> None:
    await house.coupa.post("/_sandbox/stats/reset")
    await house.fault(kind=kind, path="/api/suppliers")
    answer = await house.get(CONTACTS)
    assert (answer.status_code, (await house.stats())["requests"]) == (int(kind), calls)


async def test_a_passing_503_is_not_seen_by_the_caller(house: House) -> None:
    await house.fault(kind="503", path="/api/suppliers", count=2)
    assert (await house.get(CONTACTS)).status_code == 200


async def test_a_crawl_that_breaks_off_says_so_and_can_be_resumed_where_it_broke(house: House) -> None:
    await house.fault(kind="500", path="/api/suppliers", after=1)
    broken = await house.get(f"{CONTACTS}?{LEAN}", headers=NDJSON)
    *first, error = [orjson.loads(line) for line in broken.content.splitlines()]
    assert (len(first), error["_error"]["result_count"], error["_error"]["statusCode"]) == (50, 50, 500)
    await house.coupa.delete("/_sandbox/faults")
    cursor = error["_error"]["next_cursor"]
    rest = await house.get(f"{CONTACTS}?{LEAN}&next_cursor={cursor}", headers=NDJSON)
    *second, end = [orjson.loads(line) for line in rest.content.splitlines()]
    ids = [record["id"] for record in (*first, *second)]
    assert len(ids) == len(set(ids)) == 130
    assert end["_end"]["result_count"] == 80


async def test_lines_that_a_response_filter_cut_off_are_asked_for_by_name(house: House) -> None:
    whole = (await house.get("accounting/invoices?limit=5")).json()["result"]
    await house.fault(kind="default_filter", path="/api/invoices")
    trimmed = (await house.get("accounting/invoices?limit=5")).json()["result"]
    assert all(record["line_items"] for record in trimmed)
    assert [record["line_items"] for record in trimmed] == [record["line_items"] for record in whole]


async def test_groups_of_users_come_although_whole_answers_leave_them_out(house: House) -> None:
    users = await house.all("user-directory/users")
    assert any(user["groups"] for user in users)
    member = next(user for user in users if user["groups"])
    got = (await house.get(f"user-directory/users/{member['id']}")).json()
    assert got["groups"] == member["groups"]


async def test_a_tenant_that_knows_no_user_type_is_asked_without_it(tmp_path: Path) -> None:
    async with open_house(tmp_path, users_type_attribute="400") as house:
        people = await house.all("accounting/employees?limit=50")
        everyone = await house.all("user-directory/users?truto_ignore_remote_data=true")
        assert {user["user_type"] for user in everyone} == {"user", "api", "supplier", "support"}
        assert [person["id"] for person in people] == [u["id"] for u in everyone if u["user_type"] == "user"]
        await house.coupa.post("/_sandbox/stats/reset")
        await house.all("accounting/employees?limit=50")
        asked = (await house.stats())["by_path"]["/api/users"]
        assert asked == 4, "two pages, each whole and by name; what was refused once is not tried again"


async def test_a_vendor_that_ignores_where_the_page_starts_is_stopped(tmp_path: Path) -> None:
    rows = orjson.dumps([{"id": 1}, {"id": 2}])
    async with scripted_house(tmp_path) as (house, script):
        script.answers["/api/suppliers"] = lambda request: streamed(200, rows)
        first = await house.get(f"{CONTACTS}?limit=2")
        assert first.status_code == 200
        second = await house.get(f"{CONTACTS}?limit=2&next_cursor={first.json()['next_cursor']}")
        assert (second.status_code, second.json()["details"]["reason"]) == (502, "paging_loop")


@pytest.mark.parametrize("rows", [[{"id": 2}, {"id": 1}], [{"id": 1}, {"id": 1}]])
async def test_a_page_out_of_order_is_no_page(tmp_path: Path, rows: list[dict[str, int]]) -> None:
    async with scripted_house(tmp_path) as (house, script):
        script.answers["/api/suppliers"] = lambda request: streamed(200, orjson.dumps(rows))
        answer = await house.get(f"{CONTACTS}?limit=2")
        assert (answer.status_code, answer.json()["details"]["reason"]) == (502, "paging_loop")


async def test_a_400_that_passes_changes_nothing_later(house: House) -> None:
    path = "user-directory/users?truto_ignore_remote_data=true"
    before = (await house.get(path)).json()["result"]
    assert any(user["groups"] for user in before)
    await house.fault(kind="500", status=400, path="/api/users", count=1)
    assert (await house.get(path)).json()["result"] == before
    assert (await house.get(path)).json()["result"] == before


@pytest.mark.parametrize("kind", ["429", "500", "html"])
async def test_a_second_reading_that_fails_fails_the_call(house: House, kind: str) -> None:
    await house.fault(kind=kind, path="/api/users", after=1)
    answer = await house.get("user-directory/users?limit=2")
    assert answer.status_code == {"429": 429, "500": 500, "html": 502}[kind]


def answered(body: bytes, request: httpx.Request) -> httpx.Response:
    return streamed(200, body)


async def test_a_price_list_without_ids_is_no_price_list(tmp_path: Path) -> None:
    for body in (b'[{"noid": 1}]', b'["x"]', b'{"id": 1}'):
        folder = tmp_path / str(len(body))
        folder.mkdir()
        async with scripted_house(folder) as (house, script):
            script.answers["/api/supplier_items"] = partial(answered, body)
            answer = await house.get("accounting/items/1")
            assert (answer.status_code, answer.json()["details"]["reason"]) == (
                502,
                "vendor_invalid_response",
            )


async def test_a_redirect_is_not_followed(house: House) -> None:
    await house.fault(kind="redirect", path="/api/suppliers")
    await house.coupa.post("/_sandbox/stats/reset")
    answer = await house.get(CONTACTS)
    assert (answer.status_code, answer.json()["details"]["reason"]) == (502, "vendor_invalid_response")
    assert (await house.stats())["requests"] == 1


async def test_an_api_key_serves_as_well_as_a_client(house: House) -> None:
    key = house.coupa_credentials["api_key"]
    account = await link(house, {"api_key": key}, method="api_key")
    assert account["status"] == "active"
    answer = await house.client.get(f"/unified/{CONTACTS}?limit=1&integrated_account_id={account['id']}")
    assert answer.status_code == 200
    wrong = await link(house, {"api_key": "x" * 40}, method="api_key")
    assert wrong["status"] == "validation_error"
    assert wrong["last_error"]


async def test_debug_hides_a_credential_that_the_vendor_echoes(tmp_path: Path) -> None:
    async with scripted_house(tmp_path) as (house, script):
        key = house.coupa_credentials["api_key"]
        account = await link(house, {"api_key": key}, method="api_key")
        script.answers["/api/suppliers"] = lambda request: streamed(
            200, orjson.dumps([]), **{"x-echo": request.headers["x-coupa-api-key"], "x-fine": "yes"}
        )
        path = f"/unified/{CONTACTS}?integrated_account_id={account['id']}&truto_response_format=debug"
        shown = (await house.client.get(path)).json()["debug"]["responseHeaders"]
        assert (shown["x-fine"], key in shown["x-echo"]) == ("yes", False)


async def test_scopes_of_an_account_are_the_ones_asked_for(house: House) -> None:
    context = coupa_context(
        house.coupa_credentials, oauth={"scope": ["core.supplier.read", "core.common.read"]}
    )
    account = await link(house, context)
    query = f"integrated_account_id={account['id']}"
    assert (await house.client.get(f"/unified/{CONTACTS}?limit=1&{query}")).status_code == 200
    assert (await house.client.get(f"/unified/accounting/invoices?limit=1&{query}")).status_code == 403
