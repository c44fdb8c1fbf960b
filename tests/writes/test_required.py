"""Every requirement of the reference, left out once: told before anything is sent, or the vendor's words translated."""

from typing import Any

import pytest

from providers.registry import PROVIDERS
from providers.writing import Entry
from schemas.unified import MODELS, required_on_create
from tests.writes.bodies import FULL, LINE
from tests.writes.desk import Desk, told
from tests.writes.samples import SAMPLES

pytestmark = pytest.mark.anyio
UNIFIED = {each.key: each for model in MODELS.values() for each in model.resources.values()}
PLACE = {"street_1": "1", "city": "C", "country": "US", "postal_code": "1"}


def whole(key: str) -> dict[str, Any]:
    rest = SAMPLES[key].rest
    return {**FULL[key], "remote_data": dict(rest)} if rest else dict(FULL[key])


@pytest.mark.parametrize("key", sorted(FULL))
async def test_each_required_field_is_missed_before_anything_is_sent(key: str, desk: Desk) -> None:
    writing = next(
        source.writing
        for source in PROVIDERS["coupa"].resources[key].sources
        if source.writing and source.writing.suits(FULL[key])
    )
    names = {*required_on_create(UNIFIED[key]), *writing.required}
    needed = {name for name in names if isinstance(writing.entries.get(name), Entry)}
    assert needed <= set(FULL[key])
    for name in needed:
        body = {field: value for field, value in whole(key).items() if field != name}
        answer = await desk.refused("POST", key, body)
        assert answer["details"]["reason"] == "missing_field"
        assert "is missing" in told(answer)[name], name
        insight = answer["truto_error_insight"]["missing_required_body_fields"]["value"]
        assert name in insight


ORDERS, REQUISITIONS = "accounting/purchase_orders", "accounting/purchase_order_requisitions"
INVOICES, CONTACTS, ITEMS = "accounting/invoices", "accounting/contacts", "accounting/items"
CATEGORIES = "accounting/tracking_categories"
# What depends on the rest of the body: the resource, the body's change (None takes a member away), what is missed.
CONDITIONS: list[tuple[str, dict[str, Any], str]] = [
    (CONTACTS, {"status": "active", "emails": None}, "emails"),
    (CONTACTS, {"status": "active", "addresses": None}, "addresses"),
    *((CONTACTS, {"addresses": [{**PLACE, name: None}]}, f"addresses.0.{name}") for name in PLACE),
    (ITEMS, {"remote_data": None}, "remote_data.supplier-item.supplier"),
    (CATEGORIES, {"category_type": None}, "category_type"),
    (CATEGORIES, {"options": [{"status": "active"}]}, "options.0.name"),
    (ORDERS, {"remote_data": None}, "remote_data.ship-to-address"),
    (ORDERS, {"currency": None}, "line_items.0.currency"),
    (REQUISITIONS, {"currency": None}, "line_items.0.currency"),
    *(
        (key, {"line_items": [{**LINE, name: None}]}, f"line_items.0.{name}")
        for key in (INVOICES, ORDERS, REQUISITIONS)
        for name in LINE
        if (key, name) != (REQUISITIONS, "account")
    ),
    (INVOICES, {"line_items": [{"type": "InvoiceMiscCharge"}]}, "line_items.0.total_line_amount"),
]


@pytest.mark.parametrize(("key", "change", "missed"), CONDITIONS)
async def test_what_the_rest_of_the_body_makes_necessary_is_missed_too(
    key: str, change: dict[str, Any], missed: str, desk: Desk
) -> None:
    body = {name: value for name, value in {**whole(key), **change}.items() if value is not None}
    answer = await desk.refused("POST", key, body)
    assert answer["details"]["reason"] == "missing_field"
    assert told(answer)[missed].startswith("is missing")


async def test_a_line_of_an_invoice_has_a_unit_of_its_own_or_the_accounts(desk: Desk) -> None:
    await desk.settle(unit_of_measure=None)
    answer = await desk.refused("POST", INVOICES, FULL[INVOICES])
    assert list(told(answer)) == ["line_items.0.remote_data.uom"]
    line = {**LINE, "remote_data": {"uom": {"code": "EA"}}}
    made = await desk.ask(
        "POST", INVOICES, {**FULL[INVOICES], "line_items": [line]}, truto_ignore_remote_data="false"
    )
    assert made.json()["remote_data"]["invoice-lines"][0]["uom"]["code"] == "EA"


# What only the vendor knows: the resource, the body's change, the unified field and what the vendor says of it.
VENDOR: list[tuple[str, dict[str, Any], str, str]] = [
    ("accounting/accounts", {"account_number": "SF"}, "account_number", "Cost Center can't be blank"),
    ("accounting/accounts", {"company": "99"}, "company", "refers to a record"),
    (INVOICES, {"contact": {"id": "9999"}}, "contact", "refers to a record"),
    (INVOICES, {"number": "x" * 41}, "number", "is too long (maximum is 40 characters)"),
    (INVOICES, {"line_items": [{**LINE, "account": "99999"}]}, "line_items.account", "refers to a record"),
    (ORDERS, {"line_items": [{**LINE, "item": "99999"}]}, "line_items.item", "refers to a record"),
    (
        REQUISITIONS,
        {"line_items": [{**LINE, "account": "99999"}]},
        "line_items.account",
        "refers to a record",
    ),
    (REQUISITIONS, {"requested_by": {"id": "99999"}}, "requested_by", "refers to a record"),
    ("user-directory/users", {"roles": [{"id": "999"}]}, "roles", "refers to a record"),
    (ITEMS, {"remote_data": {"supplier-item": {"supplier": {"id": 1}}, "uom": {"code": "?"}}}, "", ""),
]


@pytest.mark.parametrize(("key", "change", "field", "words"), VENDOR)
async def test_what_only_the_vendor_knows_is_told_by_unified_field(
    key: str, change: dict[str, Any], field: str, words: str, desk: Desk
) -> None:
    answer = await desk.ask("POST", key, {**whole(key), **change})
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert (body["truto_is_remote_error"], body["details"]["outcome"]) == (True, "not_applied")
    assert body["raw_response"]["errors"]
    if not field:
        assert "failures" not in body["details"]
        return
    found = told(body)
    assert found[field].startswith(words), found


@pytest.mark.parametrize("key", sorted(FULL))
async def test_each_unique_name_is_told_when_it_is_taken(key: str, desk: Desk) -> None:
    unique = {
        CONTACTS: "name",
        "user-directory/users": "username",
        "accounting/employees": "emails",
        "user-directory/groups": "name",
        "accounting/accounts": None,
        ITEMS: "name",
        CATEGORIES: "name",
        INVOICES: "number",
        ORDERS: None,
        REQUISITIONS: None,
    }
    if unique[key] is None:
        return
    await desk.done("POST", key, whole(key))
    answer = await desk.ask("POST", key, whole(key))
    assert answer.status_code == 400
    assert told(answer.json())[str(unique[key])] == "has already been taken"


async def test_c18_a_field_that_the_provider_lacks_is_refused_and_nothing_is_sent(desk: Desk) -> None:
    """API.md §2.7 makes it a 400 with the field's path."""
    for key in FULL:
        resource = PROVIDERS["coupa"].resources[key]
        lacking = [name for name in resource.absent if name in UNIFIED[key].record.model_fields]
        writable = {
            name for name in lacking if UNIFIED[key].record.model_fields[name].annotation in (str | None,)
        }
        for name in writable:
            answer = await desk.refused("POST", key, {**whole(key), name: "x"})
            assert answer["details"]["reason"] == "unwritable_field", (key, name)
            assert name in told(answer)
