"""Every resource of every provider, list and get, every filter with every operator, every order: at the front door.

What a filter must give is worked out from all records of the collection, read once as a crawl.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import orjson
import pytest

from providers.registry import PROVIDERS
from schemas.unified import MODELS
from tests.house import CREATE, EASY, SANDBOX, House, open_house
from tests.unified.expectations import ALONE, APART, COMMON, LEFT_OUT, Read, Record, reads

pytestmark = pytest.mark.anyio

RECORDS = 40
RESOURCES = [(name, key) for name, provider in PROVIDERS.items() for key in provider.resources]
CASES = [
    (provider, key, name, operator)
    for provider, key in RESOURCES
    for name, offered in PROVIDERS[provider].resources[key].filters.items()
    for operator in offered.operators
    if name not in APART
    if operator in MODELS[key.split("/")[0]].resources[key.split("/")[1]].filters[name].operators
]
COMPARABLE = {
    "balance",
    "created_at",
    "due_date",
    "issue_date",
    "total_amount",
    "updated_at",
}  # as we show them
COMPARE: dict[str, Callable[[str, str], bool]] = {
    "gt": lambda found, bound: found > bound,
    "gte": lambda found, bound: found >= bound,
    "lt": lambda found, bound: found < bound,
    "lte": lambda found, bound: found <= bound,
}


class Caller:
    """A house, and what its collections hold."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._all: dict[str, list[Record]] = {}

    async def all(self, key: str, **query: Any) -> list[Record]:
        if not query and key in self._all:
            return self._all[key]
        answer = await self.house.client.get(
            f"/unified/{key}",
            params={"integrated_account_id": self.house.account, **query},
            headers={"accept": "application/x-ndjson"},
        )
        assert answer.status_code == 200, answer.text
        *lines, end = [orjson.loads(line) for line in answer.content.splitlines()]
        assert end["_end"]["result_count"] == len(lines)
        if not query:
            self._all[key] = lines
        return lines


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def callers(
    anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, Caller]]:
    """One house for each provider."""
    async with AsyncExitStack() as stack:
        found = {}
        for name in PROVIDERS:
            stand_in = CREATE[name](seed=1, public_url=SANDBOX, records=RECORDS, **EASY[name])
            folder = tmp_path_factory.mktemp(name)
            house = await stack.enter_async_context(open_house(folder, provider=name, stand_in=stand_in))
            found[name] = Caller(house)
        yield found


def values(found: Any) -> list[str]:
    return [value for value in (found if isinstance(found, list) else [found]) if value is not None]


def same(one: str, other: str) -> bool:
    """Text is compared as vendors' databases do: without case."""
    return one.lower() == other.lower()


def chosen(records: list[Record], read: Read) -> list[str]:
    """A few values that occur, without commas (which are not taken in lists)."""
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


def named(part: str) -> str:
    return part.replace("/", ".")


@pytest.mark.parametrize(("provider", "key", "name", "operator"), CASES, ids=named)
async def test_a_filter_gives_exactly_the_records_that_match(
    callers: dict[str, Caller], provider: str, key: str, name: str, operator: str
) -> None:
    caller = callers[provider]
    records = await caller.all(key)
    read = reads(provider, key)[name]
    alone = ALONE.get((provider, key, name, operator), set())
    asked = [word for word in chosen(records, read) if word not in alone]
    assert asked, "nothing to filter by: the seed should hold a value"
    query, wanted = condition(name, operator, asked)
    expected = [record["id"] for record in records if any(wanted(value) for value in values(read(record)))]
    found = await caller.all(key, truto_ignore_remote_data="true", **query)
    assert [record["id"] for record in found] == expected


async def test_paid_and_authorised_can_be_asked_for_together_but_not_with_others(
    callers: dict[str, Caller],
) -> None:
    caller = callers["coupa"]
    both = await caller.all("accounting/invoices", status="paid,authorised")
    everything = await caller.all("accounting/invoices")
    wanted = [one["id"] for one in everything if one["status"] in ("paid", "authorised")]
    assert [record["id"] for record in both] == wanted
    mixed = await caller.house.get("accounting/invoices?status=paid,draft")
    assert (mixed.status_code, mixed.json()["details"]["reason"]) == (400, "unsupported_filter")


@pytest.mark.parametrize(("provider", "key"), RESOURCES, ids=named)
async def test_every_record_of_a_list_can_be_got_by_its_id(
    callers: dict[str, Caller], provider: str, key: str
) -> None:
    caller = callers[provider]
    records = await caller.all(key)
    is_stated = any(source.statement for source in PROVIDERS[provider].resources[key].sources)
    left_out = LEFT_OUT.get((provider, key), set()) | ({"remote_data"} if is_stated else set())
    for listed in (records[0], records[len(records) // 2], records[-1]):
        got = await caller.house.get(f"{key}/{listed['id']}")
        assert got.status_code == 200, got.text
        assert {name: value for name, value in got.json().items() if name not in left_out} == {
            name: value for name, value in listed.items() if name not in left_out
        }


@pytest.mark.parametrize(("provider", "key"), RESOURCES, ids=named)
async def test_every_record_fits_the_model_whole_and_lean_alike(
    callers: dict[str, Caller], provider: str, key: str
) -> None:
    model, name = key.split("/")
    unified = MODELS[model].resources[name]
    records = await callers[provider].all(key)
    for record in records:
        unified.record.model_validate(record)
    lean = await callers[provider].all(key, truto_ignore_remote_data="true")
    assert lean == [{k: value for k, value in record.items() if k != "remote_data"} for record in records]


@pytest.mark.parametrize(
    ("provider", "key", "by"),
    [(provider, key, by) for provider, key in RESOURCES for by in PROVIDERS[provider].resources[key].sorts],
    ids=named,
)
async def test_a_list_is_sorted_both_ways_and_loses_nothing(
    callers: dict[str, Caller], provider: str, key: str, by: str
) -> None:
    caller = callers[provider]
    rising = await caller.all(key, sort_by=by, limit=7, truto_ignore_remote_data="true")
    falling = await caller.all(key, **{f"sort_by[{by}]": "desc"}, limit=7, truto_ignore_remote_data="true")
    ids = sorted(record["id"] for record in await caller.all(key))
    assert sorted(record["id"] for record in rising) == ids
    assert sorted(record["id"] for record in falling) == ids
    assert [record["id"] for record in rising] != [record["id"] for record in falling]
    if by in COMPARABLE:
        for found, is_falling in ((rising, False), (falling, True)):
            shown = [record[by] for record in found if record[by] is not None]
            assert shown == sorted(shown, reverse=is_falling)


def test_every_filter_of_the_declarations_was_tried() -> None:
    for provider, key in RESOURCES:
        offered = PROVIDERS[provider].resources[key].filters.keys()
        known = reads(provider, key).keys()
        assert offered - APART <= known
        assert known - COMMON.keys() <= offered
