"""Declared collections by passthrough: the envelope, cursors, crawls; records as the vendor wrote them."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest

from providers.coupa import COUPA
from proxy.records import cut
from tests.house import House, open_house

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("house")) as found:
        yield found


@pytest.fixture
async def house(shared: House) -> AsyncIterator[House]:
    """One for all tests here; none of them changes a record, and faults end with their test."""
    yield shared
    await shared.coupa.delete("/_sandbox/faults")


async def ask(house: House, target: str, **kwargs: Any) -> httpx.Response:
    joint = "&" if "?" in target else "?"
    return await house.client.get(f"{target}{joint}integrated_account_id={house.account}", **kwargs)


async def asked(house: House) -> list[dict[str, Any]]:
    """What the vendor was asked, newest last."""
    found: list[dict[str, Any]] = (await house.coupa.get("/_sandbox/log?limit=100")).json()["requests"]
    return found


async def targets(house: House) -> list[str]:
    return [entry["path"] for entry in await asked(house)]


async def pages(house: House, target: str) -> list[list[Any]]:
    found, cursor = [], ""
    joint = "&" if "?" in target else "?"
    while cursor is not None:
        answer = await ask(house, f"{target}{joint}next_cursor={cursor}")
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert list(page) == ["result", "next_cursor", "prev_cursor", "result_count"]
        assert page["result_count"] == len(page["result"])
        assert page["prev_cursor"] is None
        found.append(page["result"])
        cursor = page["next_cursor"]
    return found


async def stored_ids(house: House, collection: str) -> list[int]:
    answer = await house.coupa.get(f"/_sandbox/rows/{collection}")
    return sorted(int(id_) for id_ in answer.json()["ids"])


@pytest.mark.parametrize("room", ["proxy", "custom"])
@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("", 50),
        ("?limit=7", 7),
        ("?limit=1000", 50),
        ("?limit=" + "9" * 30, 50),
        ("?truto_ignore_limit=1", 50),
    ],
)
async def test_pages_go_through_the_whole_collection_once(
    house: House, room: str, query: str, size: int
) -> None:
    found = await pages(house, f"/{room}/suppliers{query}")
    assert [row["id"] for page in found for row in page] == await stored_ids(house, "suppliers")
    assert all(len(page) == size for page in found[:-1])


async def test_records_are_the_vendors_bytes(house: House) -> None:
    enveloped = await ask(house, "/proxy/invoices?limit=3")
    raw = await ask(house, "/proxy/invoices?order_by=id&dir=asc&limit=3&truto_response_format=raw")
    head, _, rest = enveloped.content.partition(b'{"result":')
    assert head == b""
    assert rest.startswith(raw.content + b',"next_cursor":"k1.')
    assert len(list(cut(raw.content))) == 3


async def test_a_page_is_asked_for_by_keyset(house: House) -> None:
    first = (await ask(house, "/proxy/suppliers?status=active&limit=2")).json()
    await ask(house, f"/proxy/suppliers?status=active&limit=2&next_cursor={first['next_cursor']}")
    last = first["result"][-1]["id"]
    assert (await targets(house))[-2:] == [
        "/api/suppliers?status=active&order_by=id&dir=asc&limit=2",
        f"/api/suppliers?status=active&order_by=id&dir=asc&limit=2&id%5Bgt%5D={last}",
    ]


async def test_the_callers_own_key_filter_gives_way_to_the_cursor(house: House) -> None:
    found = await pages(house, "/proxy/suppliers?id%5Bgt%5D=100&limit=10")
    expected = [id_ for id_ in await stored_ids(house, "suppliers") if id_ > 100]
    assert [row["id"] for page in found for row in page] == expected
    assert all(target.count("id%5Bgt%5D") == 1 for target in (await targets(house))[-len(found) :])


async def test_the_callers_order_makes_paging_go_by_offset(house: House) -> None:
    found = await pages(house, "/proxy/suppliers?order_by=name&dir=desc&limit=40")
    names = [row["name"] for page in found for row in page]
    assert sorted(row["id"] for page in found for row in page) == await stored_ids(house, "suppliers")
    assert names[0] > names[-1]
    assert (await targets(house))[-2:] == [
        "/api/suppliers?order_by=name&dir=desc&limit=40&offset=80",
        "/api/suppliers?order_by=name&dir=desc&limit=40&offset=120",
    ]


async def test_the_callers_offset_is_where_paging_begins(house: House) -> None:
    found = await pages(house, "/proxy/suppliers?offset=100&limit=20")
    count = len(await stored_ids(house, "suppliers"))
    assert [len(page) for page in found] == [20, count - 120]
    refused = await ask(house, "/proxy/suppliers?offset=-1")
    assert (refused.status_code, refused.json()["details"]["reason"]) == (400, "invalid_request")


async def test_without_the_key_among_the_fields_paging_goes_by_offset(house: House) -> None:
    fields = quote('["name"]')
    found = await pages(house, f"/proxy/suppliers?fields={fields}&limit=40")
    everyone = await pages(house, "/proxy/suppliers")
    assert [row["name"] for page in found for row in page] == [
        row["name"] for page in everyone for row in page
    ]
    assert all(list(row) == ["name"] for page in found for row in page)


async def test_an_empty_collection_has_one_page_without_a_cursor(house: House) -> None:
    answer = await ask(house, "/proxy/suppliers?name=nobody%20at%20all")
    assert answer.content == b'{"result":[],"next_cursor":null,"prev_cursor":null,"result_count":0}'


async def test_c5_a_cursor_belongs_to_its_question(house: House) -> None:
    cursor = (await ask(house, "/proxy/suppliers?limit=2")).json()["next_cursor"]
    for target in (
        f"/proxy/suppliers?status=active&next_cursor={cursor}",
        f"/proxy/users?next_cursor={cursor}",
        f"/custom/suppliers?next_cursor={cursor}",
        f"/proxy/suppliers?next_cursor={cursor}x",
        f"/proxy/suppliers?next_cursor=k1.{'A' * 60}",
    ):
        answer = await ask(house, target)
        assert (answer.status_code, answer.json()["details"]["reason"]) == (400, "invalid_cursor")
    unified = (await house.get("accounting/contacts?limit=2")).json()["next_cursor"]
    assert (await ask(house, f"/proxy/suppliers?next_cursor={unified}")).status_code == 400
    again = await ask(house, f"/proxy/suppliers?limit=5&truto_ignore_limit=false&next_cursor={cursor}")
    assert [row["id"] for row in again.json()["result"]] == [3, 4, 5, 6, 7]


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", "", "%D9%A1", "x&truto_ignore_limit=true"])
async def test_c13_a_limit_is_a_whole_number(house: House, limit: str) -> None:
    answer = await ask(house, f"/proxy/suppliers?limit={limit}")
    assert (answer.status_code, answer.json()["details"]["failures"]) == (
        400,
        [{"field": "limit", "message": "takes a whole number of at least 1"}],
    )


@pytest.mark.parametrize(
    ("accept", "is_enveloped"),
    [
        ("*/*", True),
        ("application/json", True),
        ("text/html, application/json;q=0.5", True),
        ("application/xml", False),
        ("application/json;q=0, application/xml", False),
    ],
)
async def test_the_envelope_is_for_callers_that_accept_json(
    house: House, accept: str, is_enveloped: bool
) -> None:
    answer = await ask(house, "/proxy/suppliers?limit=2", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.content.startswith(b'{"result":[{"id":1,') == is_enveloped
    sent = (await targets(house))[-1]
    assert sent == (
        "/api/suppliers?order_by=id&dir=asc&limit=2" if is_enveloped else "/api/suppliers?limit=2"
    )


@pytest.mark.parametrize("path", ["suppliers/1", "suppliers/", "not-declared", "Suppliers"])
async def test_other_paths_are_not_enveloped(house: House, path: str) -> None:
    await ask(house, f"/proxy/{path}?limit=2&next_cursor=x")
    assert (await targets(house))[-1] == f"/api/{path}?limit=2&next_cursor=x"


async def test_every_declared_collection_is_enveloped_and_read_to_its_end(house: House) -> None:
    for path in COUPA.collections:
        answer = await ask(house, f"/proxy{path}", headers={"accept": "application/x-ndjson"})
        assert answer.status_code == 200, (path, answer.text)
        *lines, end = answer.content.splitlines()
        ids = [orjson.loads(line)["id"] for line in lines]
        assert ids == sorted(set(ids)), path
        assert orjson.loads(end)["_end"]["result_count"] == len(ids), path


async def test_a_crawls_lines_are_the_vendors_records(house: House) -> None:
    crawl = await ask(house, "/proxy/suppliers?limit=40", headers={"accept": "application/x-ndjson"})
    assert crawl.headers["content-type"] == "application/x-ndjson"
    *lines, end = crawl.content.splitlines()
    raw = await ask(house, "/proxy/suppliers?order_by=id&dir=asc&limit=40&truto_response_format=raw")
    assert lines[:40] == list(cut(raw.content))
    assert orjson.loads(end)["_end"]["pages"] == 4
    assert (await asked(house))[-1]["headers"]["accept"] == "application/json"


async def test_a_crawl_that_fails_on_its_way_says_where_it_can_go_on(house: House) -> None:
    everyone = await stored_ids(house, "suppliers")
    await house.fault(kind="login_page", path="/api/suppliers", after=1)
    crawl = await ask(house, "/proxy/suppliers?limit=40", headers={"accept": "application/x-ndjson"})
    *lines, last = crawl.content.splitlines()
    error = orjson.loads(last)["_error"]
    assert (error["statusCode"], error["details"]) == (502, {"reason": "vendor_invalid_response"})
    assert error["result_count"] == len(lines) == 40
    await house.coupa.delete("/_sandbox/faults")
    target = f"/proxy/suppliers?limit=40&next_cursor={error['next_cursor']}"
    rest = await ask(house, target, headers={"accept": "application/x-ndjson"})
    found = [orjson.loads(line)["id"] for line in (*lines, *rest.content.splitlines()[:-1])]
    assert found == everyone


@pytest.mark.parametrize("kind", ["html", "login_page", "bad_json", "500", "503"])
async def test_what_is_no_page_comes_as_it_is(house: House, kind: str) -> None:
    await house.fault(kind=kind, path="/api/suppliers")
    raw = await ask(house, "/proxy/suppliers?truto_response_format=raw")
    answer = await ask(house, "/proxy/suppliers")
    assert (answer.status_code, answer.content) == (raw.status_code, raw.content)
    assert answer.headers.get("truto-is-remote-error") == ("true" if answer.status_code >= 400 else None)
    crawl = await ask(house, "/proxy/suppliers", headers={"accept": "application/x-ndjson"})
    assert crawl.status_code == (502 if answer.status_code == 200 else answer.status_code)
    assert crawl.json()["truto_is_remote_error"] is True
