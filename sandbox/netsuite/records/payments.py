"""Payments: which documents a payment is applied to, and by how much."""

from typing import Any

from sandbox.netsuite.catalog import TABLES
from sandbox.netsuite.documents import cents, settle
from sandbox.netsuite.records.body import Body
from sandbox.netsuite.records.desk import Desk
from sandbox.netsuite.records.refusals import broken_rule, invalid_value
from sandbox.netsuite.store import Row

PAID_WITH = {"VendPymt": "VendBill", "CustPymt": "CustInvc"}


def write_applied(desk: Desk, row: Row, given: Any, body: Body) -> None:
    """`items` of `doc`, `apply` and `amount`; without an amount all that is due. Raises Refusal."""
    items = given.get("items") if isinstance(given, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise invalid_value(given, "apply", "apply")
    column = TABLES["nexttransactionlinelink"].columns["previousdoc"]
    for place, item in enumerate(items):
        at = f"apply.items[{place}]"
        doc = desk.store.need("transaction", id=body.reference(column, item.get("doc"), "doc", f"{at}.doc"))
        if doc["type"] != PAID_WITH[row["type"]] or doc["entity"] != row["entity"]:
            raise invalid_value(doc["id"], "doc", f"{at}.doc")
        desk.store.delete(
            "nexttransactionlinelink", previousdoc=doc["id"], nextdoc=row["id"], linktype="Payment"
        )
        if item.get("apply") is not False:
            settle(desk.store, doc["id"], desk.now)
            apply(desk, desk.store.need("transaction", id=doc["id"]), row, item.get("amount"), at)


def apply(desk: Desk, doc: Row, payment: Row, amount: Any, at: str = "apply") -> None:
    """Links a payment to what it pays. Raises Refusal where it is more than is due."""
    due = doc["foreignamountunpaid"]
    paid = due if amount is None else amount
    if isinstance(paid, bool) or not isinstance(paid, int | float) or paid <= 0:
        raise invalid_value(paid, "amount", f"{at}.amount")
    if cents(paid) > due:
        raise broken_rule("The amount applied is greater than the amount due.", f"{at}.amount")
    values = {
        "previousdoc": doc["id"],
        "previousline": 0,
        "previoustype": doc["type"],
        "nextdoc": payment["id"],
        "nextline": 0,
        "nexttype": payment["type"],
        "linktype": "Payment",
        "foreignamount": cents(paid),
        "lastmodifieddate": desk.now,
    }
    desk.store.insert("nexttransactionlinelink", values)
