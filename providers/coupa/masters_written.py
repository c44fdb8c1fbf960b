"""How Coupa's master data is written: accounts by their segments, items with their prices."""

from collections.abc import Iterator
from typing import Any

from providers.coupa.dialect import blame, sought
from providers.coupa.written import CUSTOM_FIELDS, switched_off
from providers.mapping import Fields
from providers.turning import decimal, key, to, turn
from providers.writing import (
    Body,
    Closed,
    Deed,
    Draft,
    Entry,
    Fault,
    Row,
    Rule,
    Step,
    Talk,
    Writing,
    changed,
    created,
)
from schemas.errors import InvalidRequest

ACCOUNTS, ITEMS, PRICES = "/accounts", "/items", "/supplier_items"
MOST_SEGMENTS = 20
SEGMENTS = tuple(f"segment-{place}" for place in range(1, MOST_SEGMENTS + 1))
PRICED = "supplier-item"  # the member of remote_data that says whose price it is
NO_SUPPLIER = "`remote_data.supplier-item.supplier` with a price: Coupa keeps prices by supplier"


def _segments(value: Any, draft: Draft) -> Body:
    return {f"segment-{place}": part for place, part in enumerate((value or "").split("-"), 1)}


def _check_segments(value: Any, draft: Draft) -> Iterator[Fault]:
    if value.count("-") >= MOST_SEGMENTS:
        yield Fault("", f"has more than {MOST_SEGMENTS} segments between its dashes")


def accounts(table: Fields) -> Writing:
    """The write side of accounts: the number's pieces between dashes are the segments of the chart."""
    return Writing(
        thing="account",
        entries=turn(
            table,
            name=to("name", clears=False),
            description=Closed("is the code: write account_number"),
            account_number=Entry(_segments, keys=SEGMENTS, update=False, check=_check_segments),
            currency=Closed("is the chart's: write company"),
            company=to("account-type.id", key, update=False),
            custom_fields=CUSTOM_FIELDS,
        ),
        deeds={
            "create": Deed(
                created(ACCOUNTS),
                "An account of a chart; its number's pieces between dashes are the segments.",
                ("core.accounting.write",),
                handle=lambda draft: sought(
                    ACCOUNTS,
                    code=draft.given.get("account_number"),
                    account_type__id=draft.given.get("company"),
                ),
            ),
            "update": Deed(changed(ACCOUNTS), "Name and status.", ("core.accounting.write",), repeats=True),
        },
        blame=blame,
        required=("account_number", "company"),
        refusals=switched_off("account"),
    )


def _price_of(draft: Draft) -> float | int | None:
    price: float | int | None = draft.given.get("purchase_price", draft.given.get("unit_price"))
    return price


def _check_price(value: Any, draft: Draft) -> Iterator[Fault]:
    if value != draft.given.get("purchase_price", value):
        yield Fault("", "is the same as purchase_price here: write one of the two")


def _split(draft: Draft) -> tuple[Body, Body]:
    """The item's own body, and that of its price."""
    body = {name: value for name, value in draft.body.items() if name != PRICED}
    price, terms = _price_of(draft), draft.remote.get(PRICED)
    if not isinstance(terms, dict | None):
        raise InvalidRequest.about(f"remote_data.{PRICED}", "must be a JSON object")
    if terms and price is None:
        raise InvalidRequest.about(f"remote_data.{PRICED}", "goes with a price: write purchase_price")
    return body, ({} if price is None else {"price": decimal(price), **(terms or {})})


def _create_item(draft: Draft) -> Talk:
    body, price = _split(draft)
    row = yield Step("POST", ITEMS, body)
    if price and row:
        yield Step("POST", PRICES, {"item": {"id": row["id"]}, "preferred": True, **price})
    return row if isinstance(row, dict) else None


def _resume_item(draft: Draft, row: Row) -> Talk:
    """The price, unless it is there."""
    _, price = _split(draft)
    offers = yield _offers(str(row["id"]))
    if price and not offers:
        yield Step("POST", PRICES, {"item": {"id": row["id"]}, "preferred": True, **price})
    return row


def _change_item(draft: Draft) -> Talk:
    """The price that is read is the one that changes: the preferred supplier's, else the lowest."""
    body, price = _split(draft)
    offers = (yield _offers(draft.id)) if price else []
    if price and not offers and not price.get("supplier"):
        raise InvalidRequest.about("remote_data.supplier-item.supplier", "is missing", message=NO_SUPPLIER)
    row = yield Step("PUT" if body else "GET", f"{ITEMS}/{draft.id}", body or None)
    if price and offers:
        preferred = [offer for offer in offers if offer.get("preferred")]
        chosen = (preferred or sorted(offers, key=lambda offer: float(offer.get("price") or 0)))[0]
        yield Step("PUT", f"{PRICES}/{chosen['id']}", price)
    elif price:
        yield Step("POST", PRICES, {"item": {"id": key(draft.id)}, "preferred": True, **price})
    return row if isinstance(row, dict) else None


def _offers(id_: str) -> Step:
    return Step("GET", PRICES, params=(("item[id]", id_), ("order_by", "id"), ("limit", "50")), lists=True)


def _lacks_supplier(draft: Draft) -> bool:
    terms = draft.remote.get(PRICED)
    return (
        draft.creates
        and _price_of(draft) is not None
        and not (isinstance(terms, dict) and terms.get("supplier"))
    )


def items(table: Fields) -> Writing:
    """The write side of items; a price is a supplier's, so it is a record of its own."""
    price = Entry(lambda value, draft: {}, clears=False)
    scopes = ("core.item.write", "core.catalog.write")
    return Writing(
        thing="item",
        entries=turn(
            table,
            name=to("name", clears=False),
            description=to("description", clears=False),
            unit_price=Entry(price.write, clears=False, check=_check_price),
            purchase_price=price,
            custom_fields=CUSTOM_FIELDS,
        ),
        deeds={
            "create": Deed(
                _create_item,
                "An item; its price by a second call.",
                scopes,
                handle=lambda draft: sought(ITEMS, name=draft.given.get("name")),
                resume=_resume_item,
            ),
            "update": Deed(
                _change_item,
                "The members that are given; a price by a call of its own.",
                scopes,
                repeats=True,
            ),
        },
        blame=blame,
        required=("description",),
        rules=(Rule("remote_data.supplier-item.supplier", NO_SUPPLIER, _lacks_supplier),),
        refusals=switched_off("item", " and destroys its prices"),
    )
