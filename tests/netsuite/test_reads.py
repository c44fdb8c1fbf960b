"""NetSuite read at the front door: what a page costs, what options leave out, what a get adds, what stays a value."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.credentials import fitting
from providers.netsuite import NETSUITE
from providers.netsuite.people import FIELDS
from tests.house import House, link, open_house
from tests.overrides.bends import bend_environment

pytestmark = pytest.mark.anyio

DOCUMENTS = ("accounting/invoices", "accounting/purchase_orders", "accounting/purchase_order_requisitions")


@asynccontextmanager
async def opened(folder: Path, **switches: Any) -> AsyncIterator[House]:
    async with open_house(folder, provider="netsuite", **switches) as found:
        yield found


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def house(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One for all tests of this file that only read."""
    async with opened(tmp_path_factory.mktemp("house")) as found:
        yield found


async def page(house: House, path: str) -> list[dict[str, Any]]:
    answer = await house.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["result"]
    return found


async def calls(house: House) -> int:
    found: int = (await house.stats())["requests"]
    return found


async def test_a_page_of_fifty_costs_at_most_three_calls(house: House) -> None:
    for key, resource in NETSUITE.resources.items():
        await page(house, f"{key}?limit=1")  # what is asked of an account once, and what it does not know
        before = await calls(house)
        found = await page(house, f"{key}?limit=50")
        most = 1 + max(len(source.companions) for source in resource.sources)
        assert len(found) >= 5, key
        assert await calls(house) - before <= most <= 3, key


async def test_two_hundred_documents_with_their_lines_cost_as_many(house: House) -> None:
    await page(house, "accounting/invoices?limit=1")
    before = await calls(house)
    found = await page(house, "accounting/invoices?limit=200")
    assert (len(found), await calls(house) - before) == (200, 3)
    assert sum(len(each["line_items"]) for each in found) > 300


async def test_what_an_account_is_asked_once_is_not_asked_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as house:
        before = await calls(house)
        await page(house, "accounting/currencies")
        first = await calls(house) - before
        await page(house, "accounting/currencies")
        assert (first, await calls(house) - before - first) == (5, 1)


async def test_a_debug_call_that_sends_nothing_shows_the_statement(house: House) -> None:
    before = await calls(house)
    answer = await house.get(
        "accounting/currencies?code=EUR&limit=2&truto_response_format=debug&truto_skip_api_call=true"
    )
    assert await calls(house) == before
    shown = answer.json()["debug"]
    assert shown["requestUrl"].endswith("/services/rest/query/v1/suiteql?limit=2&offset=0")
    assert shown["requestOptions"]["method"] == "POST"
    assert shown["requestOptions"]["headers"]["prefer"] == "transient"
    body = orjson.loads(shown["requestOptions"]["body"])
    assert body["params"] == ["EUR"]
    assert body["q"].endswith("FROM currency c WHERE c.symbol = ? ORDER BY c.id")


async def test_a_get_gives_the_record_itself_and_what_only_that_knows(house: House) -> None:
    listed = (await page(house, "accounting/contacts?limit=20"))[0]
    got = (await house.get(f"accounting/contacts/{listed['id']}")).json()
    assert got["remote_data"]["id"] == listed["id"]
    assert "companyName" in got["remote_data"]
    assert got["remote_data"]["addressBook"]["items"]
    assert (listed["tax_number"], got["tax_number"]) == (
        None,
        got["remote_data"].get("taxIdNum") or got["remote_data"].get("vatRegNumber"),
    )
    answer = await house.get("accounting/contacts?limit=20")
    assert answer.json()["is_partial_response"] is True


async def test_lean_reads_leave_the_record_itself_alone_where_nothing_needs_it(house: House) -> None:
    (bill,) = await page(house, "accounting/invoices?limit=1")
    before = await calls(house)
    whole = (await house.get(f"accounting/invoices/{bill['id']}")).json()
    after = await calls(house)
    lean = (await house.get(f"accounting/invoices/{bill['id']}?truto_ignore_remote_data=true")).json()
    assert (after - before, await calls(house) - after) == (4, 3)
    assert whole.pop("remote_data")["item"]
    assert lean == whole


@pytest.mark.parametrize("key", ["accounting/employees", "user-directory/users"])
async def test_of_an_employees_record_only_named_fields_are_read(house: House, key: str) -> None:
    (person,) = await page(house, f"{key}?limit=1")
    got = (await house.get(f"{key}/{person['id']}")).json()
    (asked,) = [
        each for each in await house.log(5) if each["path"].startswith("/services/rest/record/v1/employee/")
    ]
    assert "fields=entityId%2CfirstName" in asked["path"]
    named = {name.lower() for name in FIELDS.split()}
    assert got["remote_data"]["firstName"] == got["first_name"]
    assert {name.lower() for name in got["remote_data"]} - {"id", "links"} <= named


async def test_a_record_that_is_not_there_is_not_found(house: House) -> None:
    for path in ("accounting/invoices/999999", "accounting/contacts/customer:999999"):
        answer = await house.get(path)
        assert (answer.status_code, answer.json()["message"]) == (404, "The vendor has no such record.")
    answer = await house.get("accounting/tracking_categories/planet:1")
    assert answer.status_code == 404


async def test_one_contact_is_not_taken_for_another_of_its_number(house: House) -> None:
    customer = (await page(house, "accounting/contacts?contact_type=customer&limit=1"))[0]
    assert customer["id"].startswith("customer:")
    bare = customer["id"].removeprefix("customer:")
    both = await house.all(f"accounting/contacts?id={customer['id']},{bare}")
    assert [each["id"] for each in both if each["type"] == "customer"] == [customer["id"]]
    assert [each["id"] for each in await page(house, f"accounting/contacts?id={customer['id']}")] == [
        customer["id"]
    ]


async def test_deleted_records_are_listed_where_they_are_asked_for(house: House) -> None:
    found = await page(house, "accounting/invoices?is_deleted=true")
    assert found
    assert {(each["type"], each["status"], each["line_items"]) for each in found} == {
        ("bill", "deleted", None)
    }
    bound = sorted(each["updated_at"] for each in found)[len(found) // 2]
    later = await page(house, f"accounting/invoices?is_deleted=true&updated_at[gt]={bound}")
    assert [each["id"] for each in later] == [each["id"] for each in found if each["updated_at"] > bound]
    ids = {each["id"] for each in found}
    assert not ids & {each["id"] for each in await house.all("accounting/invoices?limit=200")}
    refused = await house.get("accounting/invoices?is_deleted=true&currency=EUR")
    assert (refused.status_code, refused.json()["details"]["reason"]) == (400, "unsupported_filter")


@pytest.mark.parametrize("status", [400, 500])
async def test_options_that_an_account_lacks_are_left_out_and_remembered(tmp_path: Path, status: int) -> None:
    without = "one_world,multi_currency,departments,classes,locations,approval_routing,custom_segments"
    async with opened(tmp_path, without=without, unknown_column=status) as house:
        for key in (*DOCUMENTS, "accounting/accounts", "accounting/employees", "accounting/items"):
            found = await page(house, f"{key}?limit=3")
            assert found, key
        assert await page(house, "accounting/tracking_categories") == []
        assert await page(house, "accounting/currencies") == []
        bill = (await page(house, "accounting/invoices?limit=1"))[0]
        assert (bill["company"], bill["currency"], bill["tracking_categories"]) == (None, None, [])
        assert bill["line_items"]
        before = await calls(house)
        await page(house, "accounting/invoices?limit=3")
        assert await calls(house) - before == 3
        refused = await house.get("accounting/invoices?currency=EUR")
        assert (refused.status_code, refused.json()["details"]["reason"]) == (400, "unsupported_filter")


async def test_tables_that_a_role_does_not_see_cost_their_fields_alone(tmp_path: Path) -> None:
    hidden = "role,entitygroupmember,vendoraddressbook,employee.rolesforsearch,customfield,customsegment"
    async with opened(tmp_path, hidden=hidden) as house:
        answer = await house.get("user-directory/users?limit=5")
        assert answer.json()["is_partial_response"] is True
        assert {each["groups"] is None for each in answer.json()["result"]} == {True}
        vendors = await house.get("accounting/contacts?limit=5")
        assert {each["addresses"] is None for each in vendors.json()["result"]} == {True}
        assert [each["company"] for each in vendors.json()["result"]] != [None] * 5


@pytest.mark.parametrize(
    "switches",
    [{"column_names": "upper", "date_format": "DD/MM/YYYY"}, {"lost_alias": True, "unordered": "shuffled"}],
    ids=["letters", "order"],
)
async def test_spellings_of_rows_change_nothing(
    house: House, tmp_path: Path, switches: dict[str, Any]
) -> None:
    path = "accounting/invoices?limit=20&truto_ignore_remote_data=true"
    folder = tmp_path / "other"
    folder.mkdir()
    async with opened(folder, **switches) as other:
        assert await page(other, path) == await page(house, path)


async def test_times_follow_the_zone_of_the_accounts_user(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    async with opened(folder, zone="Europe/Berlin") as other:
        here, there = [await page(each, "accounting/items?limit=3") for each in (house, other)]
        assert [each["updated_at"] for each in here] == [each["updated_at"] for each in there]
        raw = [each["remote_data"]["lastmodifieddate"] for each in (here[0], there[0])]
        assert raw[0] != raw[1]
        bound = there[1]["updated_at"]
        path = f"accounting/items?limit=1000&updated_at[gte]={bound}"
        assert [each["id"] for each in await page(house, path)] == [
            each["id"] for each in await page(other, path)
        ]


async def test_own_fields_filter_and_are_told(house: House) -> None:
    records = await house.all("accounting/purchase_orders?limit=200")
    found = await house.all("accounting/purchase_orders?limit=200&custom_fields[custbody_rush]=true")
    assert found == [each for each in records if each["custom_fields"].get("custbody_rush") is True]
    assert 0 < len(found) < len(records)
    refused = await house.get("accounting/purchase_orders?custom_fields[custcol_x]=1")
    assert (refused.status_code, refused.json()["details"]["reason"]) == (400, "unsupported_filter")
    told = await house.client.get(
        f"/integrated-account/{house.account}/custom-fields?resource=accounting/purchase_orders"
    )
    names = {each["name"]: each["types"] for each in told.json()["result"]}
    assert names["custbody_rush"] == ["boolean"]
    assert names["cseg_region"] == ["reference"]


async def test_an_override_of_the_environment_leaves_each_account_its_own_segments(tmp_path: Path) -> None:
    categories = "accounting/tracking_categories"
    override = {"accounting": {"tracking_categories": {"response": {"name": "'bent'"}}}}
    async with opened(tmp_path) as house:
        ours = await page(house, f"{categories}?category_type=cseg_region")
        kind, context = fitting(NETSUITE, house.credentials) or pytest.fail("nothing fits")
        bare = await link(house, {**context, "custom_segments": {}}, kind.method)
        await bend_environment(house, override)
        for account, found in ((bare["id"], set()), (house.account, {each["id"] for each in ours})):
            house.account = account
            records = await house.all(f"{categories}?limit=200")
            assert {each["name"] for each in records} == {"bent"}
            assert {each["id"] for each in records if each["id"].startswith("cseg_region:")} == found
    assert len(ours) > 0


async def test_an_override_is_tried_on_a_record_of_the_tenants_own_segment(tmp_path: Path) -> None:
    async with opened(tmp_path) as house:
        (first, *_) = await page(house, "accounting/tracking_categories?category_type=cseg_region")
        answer = await house.client.post(
            f"/integrated-account/{house.account}/preview-override",
            json={
                "model": "accounting",
                "resource": "tracking_categories",
                "id": first["id"],
                "unified_model_override": {
                    "accounting": {"tracking_categories": {"response": {"name": "id"}}}
                },
            },
        )
        assert answer.status_code == 200, answer.text
        shown = answer.json()
        assert (shown["before"]["name"], shown["changed"]) == (first["name"], ["name"])


async def test_an_override_reads_a_column_that_nobody_declared(tmp_path: Path) -> None:
    body = {"accounting": {"invoices": {"response": {"memo": "join(' ', [trandisplayname, 'seen'])"}}}}
    async with opened(tmp_path) as house:
        answer = await house.client.patch(
            f"/integrated-account/{house.account}", json={"unified_model_override": body}
        )
        assert answer.status_code == 200, answer.text
        (bill,) = await page(house, "accounting/invoices?limit=1&truto_ignore_remote_data=true")
    assert bill["memo"] == "Bill #V-2-PO seen"


async def test_remote_query_is_a_condition_on_a_column(house: House) -> None:
    found = await page(house, "accounting/invoices?limit=200&remote_query[type]=CustInvc")
    assert {each["type"] for each in found} == {"invoice"}
    for name in ("t.type", "type = type or 1", "limit", "order", "after"):
        answer = await house.client.get(
            "/unified/accounting/invoices",
            params={"integrated_account_id": house.account, f"remote_query[{name}]": "1"},
        )
        assert answer.status_code == 400, name


FILTERS = [
    (key, name)
    for key, resource in NETSUITE.resources.items()
    for name, offered in resource.filters.items()
    if not offered.words and name not in ("created_at", "updated_at", "issue_date", "due_date")
]


async def test_no_value_of_a_filter_reaches_the_text_of_a_statement(house: House) -> None:
    """Whatever is asked for, the vendor sees a bound value: it finds nothing, or says that it is no number."""
    marker = "zq'\"`;--) OR 1=1 /*"
    for key, name in FILTERS:
        answer = await house.client.get(
            f"/unified/{key}", params={"integrated_account_id": house.account, name: marker}
        )
        assert (answer.status_code, answer.json().get("result")) == (200, []), (key, name, answer.text)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(min_size=1, max_size=30))
async def test_injected_words_find_nothing(house: House, value: str) -> None:
    answer = await house.client.get(
        "/unified/accounting/contacts",
        params={"integrated_account_id": house.account, "name": f"' OR '1'='1{value}"},
    )
    if answer.status_code == 200:
        assert answer.json()["result"] == []
    else:
        assert answer.status_code == 400
        assert answer.json()["details"]["reason"] == "unsupported_filter"
