"""SuiteQL on the wire: envelope, paging, what the header and the body must hold, how values travel."""

from typing import Any

import pytest

from tests.sandbox_netsuite.conftest import ORIGIN, Account, Opened
from tests.sandbox_netsuite.statements import PATH, ask, rows

pytestmark = pytest.mark.anyio

ALL = "SELECT id FROM vendor ORDER BY id"
REST = f"{ORIGIN}/services/rest{PATH}"


async def test_a_page_says_where_it_stands_and_links_to_the_others(account: Account) -> None:
    answer = await ask(account, ALL, query="?limit=50&offset=50")
    body = answer.json()
    assert answer.headers["content-type"] == "application/vnd.oracle.resource+json; type=collection"
    assert body["links"] == [
        {"rel": "previous", "href": f"{REST}?limit=50&offset=0"},
        {"rel": "first", "href": f"{REST}?limit=50&offset=0"},
        {"rel": "next", "href": f"{REST}?limit=50&offset=100"},
        {"rel": "last", "href": f"{REST}?limit=50&offset=100"},
        {"rel": "self", "href": f"{REST}?limit=50&offset=50"},
    ]
    assert {name: body[name] for name in ("count", "hasMore", "offset", "totalResults")} == {
        "count": 50,
        "hasMore": True,
        "offset": 50,
        "totalResults": 140,
    }
    assert all(item["links"] == [] for item in body["items"])


async def test_next_links_lead_through_thousands_of_rows_once_each(account: Account) -> None:
    seen: list[str] = []
    query: str | None = "?limit=1000"
    while query is not None:
        body = (
            await ask(account, "SELECT uniquekey FROM transactionline ORDER BY uniquekey", query=query)
        ).json()
        seen += [item["uniquekey"] for item in body["items"]]
        following = [link["href"] for link in body["links"] if link["rel"] == "next"]
        assert body["hasMore"] is bool(following)
        query = following[0].removeprefix(REST) if following else None
    assert len(seen) == len(set(seen)) == body["totalResults"] > 2500


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("?limit=1001", "limit"),
        ("?limit=0", "limit"),
        ("?limit=x", "limit"),
        ("?limit=50&offset=20", "offset"),
        ("?limit=1000&offset=100000", "offset"),
    ],
)
async def test_limits_and_offsets_that_do_not_fit_are_refused(
    account: Account, query: str, parameter: str
) -> None:
    answer = await ask(account, ALL, query=query)
    detail = answer.json()["o:errorDetails"][0]
    assert (answer.status_code, detail["o:errorCode"], detail["o:errorQueryParam"]) == (
        400,
        "INVALID_PARAMETER",
        parameter,
    )


async def test_a_call_without_the_transient_preference_is_refused_unless_the_switch_takes_it(
    opened: Opened,
) -> None:
    answer = await opened().call("POST", PATH, json={"q": ALL})
    assert (answer.status_code, answer.json()["o:errorDetails"][0]["o:errorHeader"]) == (400, "Prefer")
    answer = await opened(transient="optional").call("POST", PATH, json={"q": ALL})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "INVALID_REQUEST"),
        (b"[]", "INVALID_PARAMETER"),
        (b'{"q": ""}', "INVALID_PARAMETER"),
        (b'{"q": "SELECT id FROM item WHERE id > ?", "params": [1]}', "INVALID_CONTENT"),
        (b'{"q": "SELECT id FROM item WHERE id > ?"}', "INVALID_PARAMETER"),
    ],
)
async def test_bodies_that_are_no_statement_are_refused(account: Account, body: bytes, code: str) -> None:
    headers = {"prefer": "transient", "content-type": "application/json"}
    answer = await account.call("POST", PATH, content=body, headers=headers)
    assert (answer.status_code, answer.json()["o:errorDetails"][0]["o:errorCode"]) == (400, code)


async def test_every_value_is_text_and_what_is_null_is_left_out(account: Account) -> None:
    found = await rows(account, "SELECT * FROM transaction ORDER BY id")
    assert all(isinstance(value, str) for row in found for value in row.values())
    assert len({tuple(row) for row in found}) > 1
    assert not any("e" in row["foreigntotal"] or row["foreigntotal"].endswith(".0") for row in found)
    vendors = await rows(account, "SELECT custentity_channels, isinactive FROM vendor")
    assert {row.get("custentity_channels") for row in vendors} == {None, "1", "1, 3", "2, 3"}
    assert {row["isinactive"] for row in vendors} == {"T", "F"}


async def test_column_names_and_aliases_come_as_the_switches_say(opened: Opened) -> None:
    text: Any = 'SELECT name AS "fullName" FROM currency WHERE id = 1'
    for casing, name in (("lower", "fullname"), ("as_written", "fullName"), ("upper", "FULLNAME")):
        assert await rows(opened(column_names=casing), text) == [{name: "US Dollar"}]
    zone = await rows(opened(lost_alias=True), "SELECT SESSIONTIMEZONE AS timezone FROM dual")
    assert zone == [{"expr1": "America/Los_Angeles"}]


async def test_rows_without_an_order_move_about_where_the_switch_says_so(opened: Opened) -> None:
    account = opened(unordered="shuffled")
    first, second = [await rows(account, "SELECT id FROM vendor") for _ in range(2)]
    assert first != second
    assert sorted(map(int, (row["id"] for row in first))) == sorted(map(int, (row["id"] for row in second)))
    assert await rows(account, ALL) == await rows(account, ALL)
