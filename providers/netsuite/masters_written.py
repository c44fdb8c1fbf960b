"""How NetSuite's accounts, items, departments, classes and locations are written."""

from collections.abc import Callable, Mapping
from typing import Any

from providers.mapping import Fields
from providers.netsuite.written import (
    CURRENCY,
    STATUS,
    custom_fields,
    deeds,
    entries,
    in_several,
    placed,
    record,
    ref,
    several,
)
from providers.turning import to, word
from providers.writing import Body, Closed, Draft, Entry, Writing

GONE = "Deletes it; NetSuite refuses one that has been used. A status of archived switches it off instead."
PRICES = Closed("stands in NetSuite's price levels: write purchase_price, or remote_data")


def accounts(table: Fields, types: Mapping[str, str]) -> Writing:
    """`types`: NetSuite's word for each of ours."""
    named = entries(
        table,
        name=to("acctName", clears=False),
        description=to("description"),
        account_number=to("acctNumber", clears=False),
        classification=Closed("follows from type"),
        type=word("acctType", {name: {"id": kind} for name, kind in types.items()}, update=False),
        status=STATUS,
        currency=CURRENCY,
        parent_account=ref("parent"),
        company=several("subsidiary"),
        custom_fields=custom_fields("custrecord", "cseg"),
    )
    return Writing(
        thing="account",
        entries=named,
        deeds=deeds(record("account"), "An account of the general ledger.", GONE, home=in_several),
        required=("type",),
        place=placed(named),
    )


def tracking(kind: str, kind_of_record: str, table: Fields) -> Writing:
    """The write side of one dimension; without a `category_type` a new value is a department."""
    named = entries(
        table,
        name=to("name", clears=False),
        status=STATUS,
        parent_category=ref("parent", f"{kind}:"),
        company=several("subsidiary"),
        custom_fields=custom_fields("custrecord", "cseg"),
    )
    return Writing(
        thing=kind,
        entries=named,
        deeds=deeds(record(kind_of_record), f"A {kind}.", GONE, home=in_several),
        suits=lambda given: given.get("category_type", "department") == kind,
        place=placed(named),
    )


def _name(value: Any, draft: Draft) -> Body:
    """The name that people see; the key, which has to be unique, is the same at first."""
    return {"displayName": value, **({"itemId": value} if draft.creates else {})}


def _made(draft: Draft) -> str:
    """The kind of a new item, by the accounts that it has: bought, sold, or both; kept in stock with one of assets."""
    if draft.given.get("asset_account"):
        return "inventoryItem"
    if not draft.given.get("sales_account"):
        return "nonInventoryPurchaseItem"
    return f"nonInventory{'Resale' if draft.given.get('purchase_account') else 'Sale'}Item"


def items(table: Fields, kind_of: Callable[[Mapping[str, Any]], str | None]) -> Writing:
    """`kind_of`: the record type of an item that is there."""

    def path(draft: Draft) -> str:
        kind = _made(draft) if draft.creates else kind_of(draft.present or {})
        return f"/record/v1/{kind or 'inventoryItem'}"

    named = entries(
        table,
        name=Entry(_name, keys=("displayName", "itemId"), clears=False),
        description=to("description"),
        status=STATUS,
        unit_price=PRICES,
        purchase_price=to("cost"),
        purchase_account=ref("expenseAccount", clears=False),
        sales_account=ref("incomeAccount", clears=False),
        asset_account=ref("assetAccount", clears=False),
        company=several("subsidiary"),
        custom_fields=custom_fields("custitem", "cseg"),
    )
    about = "An item that is bought, sold or both, as its accounts say; one with an asset account is kept in stock."
    return Writing(
        thing="item",
        entries=named,
        deeds=deeds(path, about, GONE, compares=True, home=in_several),
        place=placed(named),
    )
