"""Rules of settings: accounts, departments, lookups, items and prices, terms, rates."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.coupa import charts
from sandbox.coupa.rules import Rules
from sandbox.coupa.store import Record

if TYPE_CHECKING:
    from sandbox.coupa.editor import Editor

ADDRESS = ("street1", "city", "postal-code", "country")


def settle_value(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    """Path and depth of a lookup value, and the counters of its parent and lookup."""
    store = editor.store
    parent = store.get("lookup-value", record.get("parent"))
    own = record.get("external-ref-num") or record.get("name")
    path = f"{parent['external-ref-code']}-{own}" if parent else own
    store.set(
        "lookup-value", record, {"external-ref-code": path, "depth": parent["depth"] + 1 if parent else 0}
    )
    if parent:
        children = store.where("lookup-value", "parent", parent["id"])
        store.set("lookup-value", parent, {"children-count": len(children)})
    lookup = store.need("lookup", record["lookup"])
    store.set("lookup", lookup, {"values-count": len(store.where("lookup-value", "lookup", lookup["id"]))})


def settle_item(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    """An item that is switched off loses its prices."""
    if record.get("active") is False:
        for price in editor.store.where("supplier-item", "item", record["id"]):
            editor.store.delete("supplier-item", price["id"])


def settle_price(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    """One preferred price per item."""
    for other in (
        editor.store.where("supplier-item", "item", record.get("item")) if record.get("preferred") else ()
    ):
        if other is not record and other.get("preferred"):
            editor.store.set("supplier-item", other, {"preferred": False})


def settle_commodity(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    editor.store.set("commodity", record, {"translated-name": record["name"]})


ON: Mapping[str, Any] = {"active": True}
NAMED = Rules(required=("name",), unique=("name",), defaults=ON)

RULES: Mapping[str, Rules] = {
    "account": Rules(required=("account-type",), defaults=ON, check=charts.check, settle=charts.settle),
    "account-type": Rules(
        required=("name", "currency"), unique=("name",), defaults={**ON, "dynamic-flag": False}
    ),
    "department": NAMED,
    "legal-entity": NAMED,
    "business-group": Rules(required=("name",), unique=("name",)),
    "commodity": Rules(required=("name",), unique=("name",), defaults=ON, settle=settle_commodity),
    "lookup": Rules(
        required=("name",), unique=("name",), defaults={**ON, "values-count": 0, "content-groups": [1]}
    ),
    "lookup-value": Rules(
        required=("name", "lookup"),
        unique=(("name", "lookup"),),
        defaults={**ON, "is-default": False, "children-count": 0, "depth": 0},
        settle=settle_value,
    ),
    "item": Rules(
        required=("name", "description"), unique=("name", "item-number"), defaults=ON, settle=settle_item
    ),
    "supplier-item": Rules(
        required=("supplier", "item"),
        unique=(("supplier-part-num", "supplier"),),
        defaults={"preferred": False, "savings-pct": "0.00", "availability": "in_stock"},
        settle=settle_price,
    ),
    "payment-term": Rules(
        required=("code",), unique=("code",), defaults={**ON, "type": "DaysAfterNetPaymentTerm"}
    ),
    "shipping-term": Rules(required=("code",), unique=("code",), defaults=ON),
    "tax-code": Rules(required=("code", "country"), unique=(("code", "country"),), defaults=ON),
    "exchange-rate": Rules(required=("from-currency", "to-currency", "rate", "rate-date")),
    "address": Rules(required=ADDRESS, unique=("name",), defaults={**ON, "content-groups": [1]}),
    "supplier-address": Rules(required=("street1", "city", "postal-code", "country"), defaults=ON),
    "remit-to-address": Rules(required=("remit-to-code", *ADDRESS)),
}
