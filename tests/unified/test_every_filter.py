"""Every resource, list and get, every filter with every operator: over real HTTP against the sandbox's process.

What a filter must give is worked out from all records of the collection, read once as a crawl.
"""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import orjson
import pytest

from providers.registry import PROVIDERS
from schemas.unified import MODELS
from tests.processes import Running, koine_up

COUPA = PROVIDERS["coupa"]
RESOURCES = tuple(COUPA.resources)
Record = dict[str, Any]
Read = Callable[[Record], Any]


def of(name: str) -> Read:
    return lambda record: record[name]


def remote(*path: str) -> Read:
    """What the vendor's record has at a path; of lists, of each member."""

    def read(record: Record) -> Any:
        found: Any = record["remote_data"]
        for step in path:
            found = [row.get(step) for row in found] if isinstance(found, list) else (found or {}).get(step)
        return found

    return read


def lines_suppliers(record: Record) -> list[str]:
    lines = record["remote_data"]["requisition-lines"]
    return [str(line["supplier"]["id"]) for line in lines if line.get("supplier")]


def status_of(table: dict[bool, list[str]]) -> Read:
    return lambda record: table[record["remote_data"]["active"] is True]


PERSON: dict[str, Read] = {
    "first_name": of("first_name"),
    "last_name": of("last_name"),
    "emails[email]": lambda record: record["emails"][0]["email"],
}
READS: dict[str, dict[str, Read]] = {
    "accounting/accounts": {
        "name": remote("name"),
        "account_number": of("account_number"),
        "status": of("status"),
        "type": of("type"),
    },
    "accounting/attachments": {
        "type": of("type"),
        "parent[type]": lambda record: record["parent"]["type"],
        "parent[id]": lambda record: record["parent"]["id"],
    },
    "accounting/contacts": {
        "name": remote("name"),
        "tax_number": of("tax_number"),
        "contact_type": of("type"),
        "status": of("status"),
        "emails[email]": remote("primary-contact", "email"),
    },
    "accounting/currencies": {"code": of("code"), "status": of("status")},
    "accounting/employees": {
        **PERSON,
        "name": of("name"),
        "role_name": remote("roles", "name"),
        "purchasing_employee": lambda record: str(record["remote_data"]["purchasing-user"] is True).lower(),
        "status": status_of({True: ["active"], False: ["inactive", "archived"]}),
    },
    "accounting/invoices": {
        "invoice_type": of("type"),
        "contact[id]": lambda record: record["contact"]["id"],
        "contact[name]": lambda record: record["contact"]["name"],
        "contact[type]": lambda record: record["contact"]["type"],
        "currency": of("currency"),
        "number": of("number"),
        "status": of("status"),
        "issue_date": of("issue_date"),
        "due_date": of("due_date"),
    },
    "accounting/items": {"name": of("name"), "status": of("status")},
    "accounting/purchase_orders": {
        "status": of("status"),
        "number": of("number"),
        "vendor[id]": of("vendor"),
        "issue_date": of("issue_date"),
    },
    "accounting/purchase_order_requisitions": {
        "status": of("status"),
        "number": of("number"),
        "vendor[id]": lines_suppliers,
        "requested_by[id]": lambda record: record["requested_by"]["id"],
    },
    "accounting/tracking_categories": {
        "name": of("name"),
        "status": of("status"),
        "category_type": of("category_type"),
    },
    "user-directory/users": {
        **PERSON,
        "username": of("username"),
        "group[id]": lambda record: [group["id"] for group in record["groups"] or []],
        "status": of("status"),
        "user_type": of("user_type"),
    },
    "user-directory/groups": {"name": of("name"), "group_type": of("group_type")},
    "user-directory/roles": {"name": of("name")},
}
COMMON: dict[str, Read] = {name: of(name) for name in ("id", "created_at", "updated_at")}
CASES = [
    (key, name, operator)
    for key in RESOURCES
    for name, offered in COUPA.resources[key].filters.items()
    for operator in offered.operators
    if operator in MODELS[key.split("/")[0]].resources[key.split("/")[1]].filters[name].operators
]
COMPARE: dict[str, Callable[[str, str], bool]] = {
    "gt": lambda found, bound: found > bound,
    "gte": lambda found, bound: found >= bound,
    "lt": lambda found, bound: found < bound,
    "lte": lambda found, bound: found <= bound,
}


class Caller:
    """A gateway process, and what its collections hold."""

    def __init__(self, running: Running) -> None:
        self.client = httpx.Client(base_url=running.url, headers=running.headers, timeout=60)
        self.account = running.account
        self._all: dict[str, list[Record]] = {}
        self.client.patch(
            f"/integrated-account/{running.account}", json={"context": {"time_zone": "America/Los_Angeles"}}
        ).raise_for_status()

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.client.get(f"/unified/{path}", params={"integrated_account_id": self.account, **query})

    def all(self, key: str, **query: Any) -> list[Record]:
        if not query and key in self._all:
            return self._all[key]
        answer = self.client.get(
            f"/unified/{key}",
            params={"integrated_account_id": self.account, **query},
            headers={"accept": "application/x-ndjson"},
        )
        assert answer.status_code == 200, answer.text
        *lines, end = [orjson.loads(line) for line in answer.content.splitlines()]
        assert end["_end"]["result_count"] == len(lines)
        if not query:
            self._all[key] = lines
        return lines


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    with koine_up(tmp_path_factory.mktemp("up")) as running:
        caller = Caller(running)
        yield caller
        caller.client.close()


def values(found: Any) -> list[str]:
    return [value for value in (found if isinstance(found, list) else [found]) if value is not None]


def same(one: str, other: str) -> bool:
    """Coupa compares text as its database does: without case."""
    return one.lower() == other.lower()


def chosen(records: list[Record], read: Read) -> list[str]:
    """A few values that occur, without commas (which the vendor can't take in lists)."""
    found = dict.fromkeys(value for record in records for value in values(read(record)) if "," not in value)
    return list(found)[:: max(1, len(found) // 3)][:3]


def condition(name: str, operator: str, asked: list[str]) -> tuple[dict[str, str], Callable[[str], bool]]:
    """The query for a filter, and which values it is to match."""
    if operator == "in":
        return {name: ",".join(asked)}, lambda value: any(same(value, one) for one in asked)
    if operator == "eq":
        return {name: asked[-1]}, lambda value: same(value, asked[-1])
    bound = sorted(asked)[len(asked) // 2]
    return {f"{name}[{operator}]": bound}, lambda value: COMPARE[operator](value, bound)


@pytest.mark.parametrize(("key", "name", "operator"), CASES, ids=lambda part: part.replace("/", "."))
def test_a_filter_gives_exactly_the_records_that_match(
    caller: Caller, key: str, name: str, operator: str
) -> None:
    records = caller.all(key)
    read = {**COMMON, **READS[key]}[name]
    asked = chosen(records, read)
    if (key, name, operator) == ("accounting/invoices", "status", "in"):
        asked = [
            word for word in asked if word not in ("paid", "authorised")
        ]  # kept beside the status: see below
    assert asked, "nothing to filter by: the seed should hold a value"
    query, wanted = condition(name, operator, asked)
    expected = [record["id"] for record in records if any(wanted(value) for value in values(read(record)))]
    assert [record["id"] for record in caller.all(key, **query)] == expected


def test_paid_and_authorised_can_be_asked_for_together_but_not_with_others(caller: Caller) -> None:
    both = caller.all("accounting/invoices", status="paid,authorised")
    wanted = [
        one["id"] for one in caller.all("accounting/invoices") if one["status"] in ("paid", "authorised")
    ]
    assert [record["id"] for record in both] == wanted
    mixed = caller.get("accounting/invoices", status="paid,draft")
    assert (mixed.status_code, mixed.json()["details"]["reason"]) == (400, "unsupported_filter")


@pytest.mark.parametrize("key", RESOURCES)
def test_every_record_of_a_list_can_be_got_by_its_id(caller: Caller, key: str) -> None:
    partial = {
        "accounting/items": {"unit_price", "purchase_price"},
        "accounting/tracking_categories": {"options"},
    }
    records = caller.all(key)
    for listed in (records[0], records[len(records) // 2], records[-1]):
        got = caller.get(f"{key}/{listed['id']}")
        assert got.status_code == 200, got.text
        left_out = partial.get(key, set())
        assert {name: value for name, value in got.json().items() if name not in left_out} == {
            name: value for name, value in listed.items() if name not in left_out
        }


@pytest.mark.parametrize("key", RESOURCES)
def test_every_record_fits_the_model_whole_and_lean_alike(caller: Caller, key: str) -> None:
    model, name = key.split("/")
    unified = MODELS[model].resources[name]
    for record in caller.all(key):
        unified.record.model_validate(record)
    lean = caller.all(key, truto_ignore_remote_data="true")
    whole = [{k: value for k, value in record.items() if k != "remote_data"} for record in caller.all(key)]
    assert lean == whole


@pytest.mark.parametrize(
    ("key", "by"),
    [(key, by) for key in RESOURCES for by in COUPA.resources[key].sorts],
    ids=lambda part: part.replace("/", "."),
)
def test_a_list_is_sorted_both_ways_and_loses_nothing(caller: Caller, key: str, by: str) -> None:
    rising = caller.all(key, sort_by=by)
    falling = caller.all(key, **{f"sort_by[{by}]": "desc"})
    ids = sorted(record["id"] for record in caller.all(key))
    assert sorted(record["id"] for record in rising) == ids
    assert sorted(record["id"] for record in falling) == ids
    assert [record["id"] for record in rising] != [record["id"] for record in falling]


def test_every_filter_of_the_declarations_was_tried() -> None:
    for key in RESOURCES:
        assert set(COUPA.resources[key].filters) == {
            *READS[key],
            *COUPA.resources[key].filters.keys() & COMMON.keys(),
        }
