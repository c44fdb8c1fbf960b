"""The unified API's contract, clause by clause, through the front door."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.unified import MODELS
from tests.house import House, open_house

pytestmark = pytest.mark.anyio
CONTACTS = "accounting/contacts"
INVOICES = "accounting/invoices"


async def refused(house: House, path: str, reason: str, status: int = 400) -> dict[str, Any]:
    """The answer's body, after a look that no vendor call was made."""
    before = (await house.stats())["requests"]
    answer = await house.get(path)
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["details"]["reason"]) == (status, reason), body
    assert body["statusCode"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    assert (await house.stats())["requests"] == before
    return body


async def test_a_page_has_the_envelope_and_every_field_of_the_model(house: House) -> None:
    for model in MODELS.values():
        for resource in model.resources.values():
            page = (await house.get(f"{resource.key}?limit=1")).json()
            assert list(page) == [
                "result",
                "next_cursor",
                "prev_cursor",
                "result_count",
                "is_partial_response",
            ]
            assert set(page["result"][0]) == set(resource.record.model_fields), resource.key


async def test_pages_follow_each_other_without_gap_or_overlap(house: House) -> None:
    ids = [record["id"] for record in await house.all(f"{CONTACTS}?limit=7")]
    assert len(ids) == len(set(ids)) == 130


async def test_a_full_last_page_has_a_cursor_and_the_page_behind_it_is_empty(house: House) -> None:
    first = (await house.get(f"{CONTACTS}?limit=10&id=1,2,3,4,5,6,7,8,9,10")).json()
    assert (first["result_count"], first["next_cursor"] is None) == (10, False)
    query = f"{CONTACTS}?limit=10&id=1,2,3,4,5,6,7,8,9,10&next_cursor={first['next_cursor']}"
    last = (await house.get(query)).json()
    assert (last["result"], last["next_cursor"]) == ([], None)


async def test_one_list_call_is_one_vendor_call(house: House) -> None:
    for path in ("accounting/accounts", f"{INVOICES}?truto_ignore_remote_data=true", "user-directory/roles"):
        await house.coupa.post("/_sandbox/stats/reset")
        assert (await house.get(path)).status_code == 200
        assert (await house.stats())["requests"] == 1, path


async def test_c13_a_limit_is_cut_to_the_vendors_maximum(house: House) -> None:
    for limit in ("50", "51", "1000000000", "9" * 20, "9" * 5000, "0050"):
        assert (await house.get(f"{CONTACTS}?limit={limit}")).json()["result_count"] == 50
    assert (await house.get(f"{CONTACTS}?limit=3&truto_ignore_limit=true")).json()["result_count"] == 50
    refused = await house.get(f"{CONTACTS}?limit=-3&truto_ignore_limit=true")
    assert (refused.status_code, refused.json()["details"]["failures"][0]["field"]) == (400, "limit")


@pytest.mark.parametrize("limit", ["0", "-1", "1.5", "ten", "", "00", "٣", "1e3", "[]"])
async def test_c13_a_limit_that_is_no_count_is_refused(house: House, limit: str) -> None:
    await refused(house, f"{CONTACTS}?limit={quote(limit)}", "invalid_request")


async def test_c13_an_unknown_order_is_refused_and_the_known_ones_are_named(house: House) -> None:
    body = await refused(house, f"{CONTACTS}?sort_by=tax_number", "unsupported_sort")
    assert body["details"]["supported_sorts"] == ["created_at", "name", "updated_at"]
    await refused(house, "accounting/currencies?sort_by=code", "unsupported_sort")
    await refused(house, f"{CONTACTS}?sort_by[name]=up", "invalid_request")
    await refused(house, f"{CONTACTS}?sort_by[name]=asc&sort_by[created_at]=asc", "unsupported_sort")


@pytest.mark.parametrize(
    "query",
    [
        "limit=1&order_by=name",
        "name[gt]=a",
        "name[contains]=a",
        "id[gt]=5",
        "created_at=2026-01-01",
        "created_at[gt][lt]=2026-01-01",
        "status[in][in]=active",
        "offset=50",
        "fields=x",
        "return_object=limited",
        "supplier[id]=1",
        "or[0][name]=x",
    ],
)
async def test_c13_no_caller_reaches_the_vendors_query_through_a_filter(house: House, query: str) -> None:
    before = (await house.stats())["requests"]
    answer = await house.get(f"{CONTACTS}?{query}")
    assert answer.status_code == 400
    assert answer.json()["details"]["reason"] in ("unknown_parameter", "unsupported_filter")
    assert (await house.stats())["requests"] == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(st.characters(codec="utf-8", blacklist_categories=["Cs"]), min_size=1, max_size=30))
async def test_c13_a_filters_value_reaches_the_vendor_as_one_value_and_nothing_else(
    house: House, value: str
) -> None:
    answer = await house.get(
        f"{CONTACTS}?name={quote(value, safe='')}&truto_response_format=debug&truto_skip_api_call=1"
    )
    asked = answer.json()["debug"]["requestUrl"]
    assert f"?name={quote(value, safe='')}&order_by=id&dir=asc&limit=50" in asked


async def test_an_unsupported_filter_is_refused_and_the_supported_ones_are_named(house: House) -> None:
    body = await refused(house, f"{CONTACTS}?currency=EUR", "unsupported_filter")
    assert body["details"]["supported_filters"] == [
        "id",
        "created_at",
        "updated_at",
        "name",
        "tax_number",
        "contact_type",
        "status",
        "emails[email]",
        "custom_fields[*]",
    ]


async def test_with_the_setting_an_unsupported_filter_is_dropped_and_named(tmp_path: Path) -> None:
    async with open_house(tmp_path, unsupported_filters="ignore") as house:
        answer = await house.get(f"{CONTACTS}?currency=EUR&limit=1")
        assert (answer.status_code, answer.headers["koine-ignored"]) == (200, "currency")
        assert (await house.get(f"{CONTACTS}?colour=red")).status_code == 400


async def test_a_filter_on_a_fixed_field_costs_nothing_or_no_call_at_all(house: House) -> None:
    assert (await house.get(f"{CONTACTS}?contact_type=vendor&limit=1")).json()["result_count"] == 1
    before = (await house.stats())["requests"]
    empty = await house.get(f"{CONTACTS}?contact_type=customer")
    assert (empty.status_code, empty.json()["result"], empty.json()["next_cursor"]) == (200, [], None)
    assert (await house.stats())["requests"] == before


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("status=nonsense", "active"),
        ("updated_at[gt]=yesterday", "RFC 3339"),
        ("updated_at[gt]=", "no value"),
        ("id[]=1&id[]=", "no value"),
        ("id=1,,2", "empty value"),
    ],
)
async def test_a_value_that_can_not_be_meant_is_refused_with_what_is_taken(
    house: House, query: str, word: str
) -> None:
    body = await refused(house, f"{CONTACTS}?{query}", "invalid_request")
    assert word in body["message"]


@pytest.mark.parametrize(
    ("spelling", "sent"),
    [
        ("2026-02-01", "2026-02-01T00%3A00%3A00Z"),
        ("2026-02-01T08:00:00Z", "2026-02-01T08%3A00%3A00Z"),
        ("2026-02-01T08:00:00", "2026-02-01T08%3A00%3A00Z"),
        ("2026-02-01T09:00:00%2B01:00", "2026-02-01T08%3A00%3A00Z"),
        ("2026-02-01T09:00:00+01:00", "2026-02-01T08%3A00%3A00Z"),
        ("2026-02-01T00:00:00-08:00", "2026-02-01T08%3A00%3A00Z"),
    ],
)
async def test_every_spelling_of_a_time_reaches_the_vendor_as_the_same_instant(
    house: House, spelling: str, sent: str
) -> None:
    flags = "truto_response_format=debug&truto_skip_api_call=true"
    answer = await house.get(f"{CONTACTS}?updated_at[gte]={spelling}&{flags}")
    assert f"updated-at%5Bgt_or_eq%5D={sent}&" in answer.json()["debug"]["requestUrl"]


async def test_calendar_days_begin_in_the_tenants_zone(house: House) -> None:
    flags = "truto_response_format=debug&truto_skip_api_call=true"
    answer = await house.get(f"{INVOICES}?issue_date[gte]=2026-07-01&issue_date[lte]=2026-12-31&{flags}")
    asked = answer.json()["debug"]["requestUrl"]
    assert "invoice-date%5Bgt_or_eq%5D=2026-07-01T00%3A00%3A00-07%3A00" in asked
    assert "invoice-date%5Blt%5D=2027-01-01T00%3A00%3A00-08%3A00" in asked


async def test_c5_a_cursor_goes_with_its_own_question_only(house: House) -> None:
    cursor = (await house.get(f"{CONTACTS}?limit=1&status=active")).json()["next_cursor"]
    for query in (
        "limit=1",
        "limit=1&status=archived",
        "limit=1&status=active&sort_by=name",
        "remote_query[x]=1",
    ):
        await refused(house, f"{CONTACTS}?{query}&next_cursor={cursor}", "invalid_cursor")
    await refused(house, f"accounting/items?next_cursor={cursor}", "invalid_cursor")
    kept = await house.get(
        f"{CONTACTS}?limit=9&status=active&truto_ignore_remote_data=true&next_cursor={cursor}"
    )
    assert (kept.status_code, kept.json()["result_count"]) == (200, 9)


@pytest.mark.parametrize(
    "cursor", ["x", "k1.", "k1.AAAA", "k2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "A" * 50_000]
)
async def test_c5_what_is_no_cursor_of_ours_is_refused(house: House, cursor: str) -> None:
    await refused(house, f"{CONTACTS}?next_cursor={cursor}", "invalid_cursor")


async def test_c13_vendor_parameters_are_added_and_win_but_do_not_touch_paging(house: House) -> None:
    flags = "truto_response_format=debug&truto_skip_api_call=true"
    answer = await house.get(
        f"{CONTACTS}?name=a&remote_query[name]=b&remote_query[commodity][name]=c&{flags}"
    )
    asked = answer.json()["debug"]["requestUrl"]
    assert ("name=a" in asked, "?name=b&commodity%5Bname%5D=c&" in asked) == (False, True)
    for name in (
        "limit",
        "offset",
        "order_by",
        "dir",
        "order-by",
        "id][gt",
        "limit[]",
        "order_by[]",
        "[id][gt]",
        "+limit",
    ):
        await refused(house, f"{CONTACTS}?remote_query[{name}]=1", "invalid_request")


@pytest.mark.parametrize(
    "query",
    [
        "created_at[gte]=2030-01-01&issue_date[gte]=2024-01-01",
        "issue_date[gt]=2024-01-01&issue_date[gte]=2030-01-01",
    ],
)
async def test_conditions_that_the_vendor_would_join_by_or_are_refused(house: House, query: str) -> None:
    await refused(house, f"accounting/purchase_orders?{query}", "unsupported_filter")
    await refused(house, "accounting/purchase_order_requisitions?id=5&number=7", "unsupported_filter")
    same = await house.get("accounting/purchase_order_requisitions?id=5&number=5")
    assert [record["id"] for record in same.json()["result"]] == ["5"]


async def test_a_time_serves_as_the_day_that_it_states(house: House) -> None:
    flags = "truto_response_format=debug&truto_skip_api_call=true"
    answer = await house.get(f"{INVOICES}?issue_date[gte]=2026-07-01T23:00:00Z&{flags}")
    assert (
        "invoice-date%5Bgt_or_eq%5D=2026-07-01T00%3A00%3A00-07%3A00" in answer.json()["debug"]["requestUrl"]
    )


async def test_fields_can_be_left_out_and_records_keyed(house: House) -> None:
    page = (await house.get(f"{CONTACTS}?limit=2&truto_exclude_fields=remote_data,phones,nothing")).json()
    assert {"remote_data", "phones"} & set(page["result"][0]) == set()
    keyed = (await house.get(f"{CONTACTS}?limit=2&truto_key_by=id")).json()
    assert list(keyed["result"]) == ["1", "2"]
    assert keyed["result"]["2"]["id"] == "2"
    twins = await house.get(f"{CONTACTS}?limit=50&truto_key_by=status")
    assert (twins.status_code, twins.json()["details"]["reason"]) == (400, "duplicate_key")


async def test_raw_gives_the_vendors_records_and_a_get_its_body(house: House) -> None:
    raw = (await house.get(f"{CONTACTS}?limit=2&truto_response_format=raw")).json()
    assert [record["id"] for record in raw["result"]] == [1, 2]
    assert raw["result"][0] == (await house.get(f"{CONTACTS}/1")).json()["remote_data"]
    assert (await house.get(f"{CONTACTS}/1?truto_response_format=raw")).json() == raw["result"][0]


async def test_debug_shows_the_call_without_a_credential(house: House) -> None:
    answer = await house.get(f"{CONTACTS}?limit=2&truto_response_format=debug")
    shown = answer.json()["debug"]
    assert shown["requestUrl"].startswith("http://sandbox.test/api/suppliers?")
    assert shown["requestOptions"]["headers"]["authorization"] == "••••"
    assert (shown["resultCount"], shown["isEmptyResult"], shown["isLooping"]) == (2, False, False)
    assert [row["id"] for row in shown["data"]] == [1, 2]
    assert house.coupa_credentials["client_secret"] not in answer.text
    one = (await house.get(f"{CONTACTS}/1?truto_response_format=debug")).json()
    assert (one["result"]["id"], one["debug"]["data"]["id"]) == ("1", 1)


async def test_a_dry_run_sends_nothing(house: House) -> None:
    before = (await house.stats())["requests"]
    for path in (CONTACTS, f"{CONTACTS}/1"):
        answer = await house.get(f"{path}?truto_response_format=debug&truto_skip_api_call=true")
        assert answer.json()["debug"]["data"] is None
    assert (await house.stats())["requests"] == before
    await refused(house, f"{CONTACTS}?truto_skip_api_call=true", "invalid_request")


async def test_unknown_flags_models_resources_and_accounts_are_told_apart(house: House) -> None:
    await refused(house, f"{CONTACTS}?truto_super_query=x", "unknown_flag")
    await refused(house, f"{CONTACTS}/1?colour=red", "unknown_parameter")
    await refused(house, "bookkeeping/contacts", "unknown_model", 404)
    await refused(house, "accounting/unicorns", "unknown_resource", 404)
    nobody = await house.client.get(f"/unified/{CONTACTS}?integrated_account_id=nobody")
    assert (nobody.status_code, nobody.json()["details"]["reason"]) == (404, "unknown_account")
    unnamed = await house.client.get(f"/unified/{CONTACTS}")
    assert (unnamed.status_code, unnamed.json()["details"]["reason"]) == (400, "missing_account")


async def test_a_write_that_is_not_offered_is_answered_with_what_is(house: House) -> None:
    for method, path in (
        ("POST", "accounting/currencies"),
        ("PATCH", "accounting/currencies/1"),
        ("DELETE", "accounting/currencies/1"),
        ("POST", "accounting/currencies/submit"),
    ):
        answer = await house.client.request(
            method, f"/unified/{path}?integrated_account_id={house.account}", json={}
        )
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
        assert answer.json()["details"] == {
            "reason": "method_not_offered",
            "methods": ["list", "get"],
            "outcome": "not_applied",
        }


async def test_leading_slashes_are_one_and_list_parameters_on_a_get_are_ignored(house: House) -> None:
    answer = await house.client.get(
        f"http://koine.test//unified/{CONTACTS}/1?limit=5&sort_by=x&integrated_account_id={house.account}"
    )
    assert (answer.status_code, answer.json()["id"]) == (200, "1")


async def test_a_callers_request_id_is_kept_where_it_is_fit_to_be_one(house: House) -> None:
    kept = await house.get(CONTACTS, headers={"x-request-id": "job-2026.02_7"})
    assert kept.headers["x-request-id"] == "job-2026.02_7"
    for unfit in ("short", "x" * 65, "with space here", "ünïcödé-id"):
        answer = await house.get(CONTACTS, headers={"x-request-id": unfit.encode()})
        assert answer.headers["x-request-id"] != unfit


async def test_meta_says_what_list_and_get_take_and_give(house: House) -> None:
    for model in MODELS.values():
        for resource in model.resources.values():
            listed = (await house.get(f"{resource.key}/meta/list")).json()
            assert set(listed["schema"]["properties"]["result"]["items"]["properties"]) == set(
                resource.record.model_fields
            )
            assert set(listed["response_mapping"]) == set(resource.record.model_fields) - {"remote_data"}
            got = (await house.get(f"{resource.key}/meta/get")).json()
            assert set(got["schema"]["properties"]) == set(resource.record.model_fields)
    mapping = (await house.get(f"{CONTACTS}/meta/list")).json()["response_mapping"]
    assert (mapping["name"], mapping["type"], mapping["currency"]) == ("display-name, name", '"vendor"', None)
    assert (await house.get(f"{CONTACTS}/meta/delete")).status_code == 405


async def test_meta_without_an_account_is_the_same(house: House) -> None:
    with_account = (await house.get(f"{CONTACTS}/meta/list")).json()
    without = (await house.client.get(f"/unified/{CONTACTS}/coupa/meta/list")).json()
    assert {name: value for name, value in without.items() if name != "response_schema"} == with_account
    whole = (await house.client.get("/unified/meta/user-directory/coupa")).json()
    assert set(whole) == {"users", "groups", "roles"}
    assert (await house.client.get(f"/unified/{CONTACTS}/sap/meta/list")).status_code == 404


async def test_the_whole_model_can_be_read_as_a_page(house: House) -> None:
    path = "/unified/meta/accounting/coupa?format="
    text = (await house.client.get(f"{path}md")).text
    assert "| `tax_number` |" in text
    assert "## Purchase orders: filters" in text
    page = await house.client.get(f"{path}html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<td><code>tax_number</code></td>" in page.text
    assert (await house.client.get(f"{path}pdf")).status_code == 400


async def test_head_asks_as_get_does(house: House) -> None:
    for path in (CONTACTS, f"{CONTACTS}/1", f"{CONTACTS}/meta/list"):
        answer = await house.client.head(f"/unified/{path}?integrated_account_id={house.account}")
        assert answer.status_code == 200


async def test_lean_orders_cost_at_most_a_twentieth_of_the_bytes(tmp_path: Path) -> None:
    async with open_house(tmp_path, bloat_factor=1.0) as house:
        sizes = []
        for flags in ("", "&truto_ignore_remote_data=true"):
            await house.coupa.post("/_sandbox/stats/reset")
            answer = await house.get(f"accounting/purchase_orders?limit=50{flags}")
            assert answer.json()["result_count"] == 50
            sizes.append((await house.stats())["bytes_sent"])
        whole, lean = sizes
        assert lean <= 0.05 * whole, f"{lean} of {whole} bytes"
