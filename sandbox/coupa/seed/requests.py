"""Seeds requisitions with their lines, split accounts and approval chains; amounts add up."""

from decimal import Decimal

from sandbox.coupa.seed.base import DAY, Seeder, line_total
from sandbox.coupa.seed.words import GOODS, SERVICES
from sandbox.coupa.store import Record


def requisition(seeder: Seeder, number: int, state: str, suppliers: list[Record]) -> Record:
    at = seeder.moment()
    person = 16 + number % 38
    count = 8 if number % 10 == 1 else 1 + number % 4
    count = max(count, len(suppliers))
    lines = [
        _line(seeder, number, place, suppliers[place % len(suppliers)], state, at, person)
        for place in range(count)
    ]
    total = sum((Decimal(one["total"]) for one in lines), Decimal(0))
    submitted = state not in ("draft", "cart")
    values = {
        "status": state,
        "justification": (f"Monthly supplies {number}", None, "", 'Line 4: "urgent" & <soon>')[number % 4],
        "req-title": f"Request {number}" if number % 3 else None,
        "submitted-at": at + 3600 if submitted else None,
        "need-by-date": seeder.midnight(at) + 20 * DAY if number % 5 == 0 else None,
        "total": str(total),
        "mobile-total": str(total),
        "exported": False,
        "price-hidden": False,
        "ship-to-attention": "Goods in" if number % 2 else None,
        "custom-fields": {
            "cf-request-source": "web" if number % 2 else "",
            "cf-project": number % 120 + 1 if number % 3 else None,
        },
        "legacy-request-number": f"LR{number}" if number % 9 == 0 else None,
        "currency": lines[0]["currency"],
        "mobile-currency": 1,
        "department": number % 24 + 1,
        "requested-by": person,
        "ship-to-address": number % 7 + 1,
        "requisition-lines": [one["id"] for one in lines],
        "updated-at": seeder.later(at),
    }
    made = seeder.add("requisition", values, at=at, by=person)
    if submitted and state != "pending_buyer_action":
        chain(seeder, "RequisitionHeader", made, pending=state == "pending_approval")
    return made


def _line(
    seeder: Seeder, number: int, place: int, supplier: Record, state: str, at: int, person: int
) -> Record:
    by_amount = (number + place) % 5 == 0
    price = seeder.price()
    quantity = None if by_amount else ("24.0", "1", "3.500000", "10.25")[(number + place) % 4]
    total = line_total(quantity, price)
    item = (
        None
        if by_amount or place % 3 == 2
        else (number * 7 + place) % len(seeder.store.tables["item"].ids) + 1
    )
    text = SERVICES[(number + place) % len(SERVICES)] if by_amount else GOODS[(number + place) % len(GOODS)]
    currency = 46 if number % 7 == 0 else 1
    values = {
        "line-num": place + 1,
        "line-type": "RequisitionAmountLine" if by_amount else "RequisitionQuantityLine",
        "description": text,
        "quantity": quantity,
        "unit-price": price,
        "total": str(total),
        "need-by-date": seeder.midnight(at) + (10 + place) * DAY if place % 4 else None,
        "status": {"received": "received", "partially_received": "ordered"}.get(state, state),
        "source-part-num": "",
        "supp-aux-part-num": "",
        "transmission-method-override": "supplier_default",
        "custom-fields": {
            "start-date": seeder.midnight(at) if by_amount else None,
            "cf-plant": 121 + place % 2 if place % 2 else None,
        },
        "commodity": number % 20 + 1,
        "currency": currency,
        "item": item,
        "payment-term": supplier.get("payment-term"),
        "shipping-term": supplier.get("shipping-term"),
        "supplier": supplier["id"],
        "uom": None if by_amount else number % 6 + 1,
        **split(seeder, "requisition-line-allocation", number + place, total, at),
    }
    return seeder.add("requisition-line", values, at=at, by=person)


def split(seeder: Seeder, kind: str, number: int, total: Decimal, at: int) -> Record:
    """One account, or for every sixth line two with 60 and 40 per cent."""
    first, second = 1 + number // 2 % 12 * 3, 2 + number // 2 % 12 * 3
    if number % 6:
        return {"account": first, "account-allocations": []}
    large = (total * Decimal("0.6")).quantize(Decimal("0.01"))
    parts = (("60.0", large, first), ("40.0", total - large, second))
    made = [
        seeder.add(kind, {"pct": pct, "amount": str(amount), "account": account}, at=at)
        for pct, amount, account in parts
    ]
    return {"account": None, "account-allocations": [one["id"] for one in made]}


def chain(seeder: Seeder, document: str, record: Record, *, pending: bool) -> None:
    """Two steps: a group of approvers, then a person. A pending chain waits at its first or second step."""
    at, first_waits = record["created-at"], record["id"] % 2 == 0
    for position in (1, 2):
        waits = pending and (position == 2 or first_waits)
        by_group = position == 1 and record["id"] % 5 == 0
        approver = 1 if by_group else 20 + (record["id"] + position) % 20
        values = {
            "approvable-id": record["id"],
            "approvable-type": document,
            "approval-chain-id": 14 if position == 2 else None,
            "approval-date": None if waits else at + position * DAY,
            "approver-id": approver,
            "approver-type": "UserGroup" if by_group else "User",
            "approved-by": None if waits else (21 if by_group else approver),
            "holdable": True,
            "note": "",
            "position": position,
            "status": ("pending_approval" if position == 1 or not first_waits else "draft")
            if waits
            else "approved",
            "type": "ManagementHierarchyApproval" if position == 1 else "ApprovalChainApproval",
        }
        seeder.add("approval", values, at=at, by=record["created-by"])
