"""Decision 0004: a whole answer that lacks a key which the mapping reads is not believed, and others are."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from providers.coupa import COUPA
from providers.resource import Source
from sandbox.coupa import create_app
from tests.house import House, open_house
from tests.providers.test_coupa_mapping import listed, read

SAMPLES = {
    "accounting/accounts": "accounts_list.json",
    "accounting/attachments": "attachments_list.json",
    "accounting/contacts": "suppliers_list_new.json",
    "accounting/employees": "users_list_new.json",
    "accounting/invoices": "invoices_list_new.json",
    "accounting/items": "items_list.json",
    "accounting/purchase_order_requisitions": "requisitions_list_new.json",
    "accounting/purchase_orders": "purchase_orders_list_new.json",
    "accounting/tracking_categories": "departments_show.json",
    "user-directory/groups": "user_groups_list.json",
    "user-directory/roles": "roles_list.json",
    "user-directory/users": "users_list_new.json",
}
BY_NAME_ONLY = {
    "accounting/purchase_orders": {"total"},
    "user-directory/users": {"supplier-user", "support-user"},
}
SOURCES = [(key, source) for key, resource in COUPA.resources.items() for source in resource.sources]


def tops(source: Source) -> set[str]:
    """The keys that are cut off one by one: all that the mapping reads but those that may be left out."""
    into = {source.addition.into} if source.addition else set()
    return set(source.fields.needs) - source.unset - into if source.selects else set()


@pytest.mark.parametrize("key", SAMPLES)
def test_a_whole_answer_lacks_only_what_comes_by_name_alone(key: str) -> None:
    source = COUPA.resources[key].sources[0]
    tops = {path for path in source.insist if "." not in path}
    assert {top for row in listed(read(SAMPLES[key])) for top in tops - set(row)} == BY_NAME_ONLY.get(
        key, set()
    )


def test_what_is_said_to_be_left_out_where_unset_is_read_by_the_mapping() -> None:
    for key, source in SOURCES:
        assert source.unset <= set(source.fields.needs), key


def test_a_collection_without_selection_is_never_asked_twice() -> None:
    assert COUPA.resources["accounting/currencies"].sources[0].insist == ()


class Trimming(httpx.AsyncBaseTransport):
    """The stand-in with one key cut off the rows of every answer in which fields were not asked for by name."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.cut = ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        if "fields" in request.url.params or not request.url.path.startswith("/api/"):
            return answer
        rows = orjson.loads(await answer.aread())
        for row in rows:
            row.pop(self.cut, None)
        return httpx.Response(200, headers={"content-type": "application/json"}, stream=Body(rows))


class Body(httpx.AsyncByteStream):
    def __init__(self, rows: Any) -> None:
        self._rows = rows

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield orjson.dumps(self._rows)


async def unified(house: House, path: str) -> list[dict[str, Any]]:
    answer = await house.get(path)
    assert answer.status_code == 200, answer.text
    return [{**record, "remote_data": None} for record in answer.json()["result"]]


@pytest.mark.anyio
async def test_with_and_without_remote_data_fields_are_the_same_whichever_key_is_cut_off(
    tmp_path: Path,
) -> None:
    coupa = create_app(seed=1, rate_limit=False, bloat_factor=0.0)
    trimming = Trimming(httpx.ASGITransport(coupa))
    async with open_house(tmp_path, transport=trimming, stand_in=coupa) as house:
        for key, source in SOURCES:
            if source.path == "/lookups":
                continue  # listed behind the departments, which stand for both
            lean = await unified(house, f"{key}?limit=4&truto_ignore_remote_data=true")
            for cut in tops(source) - {"id"}:
                trimming.cut = cut
                whole = await unified(house, f"{key}?limit=4")
                assert whole == lean, (key, cut)
