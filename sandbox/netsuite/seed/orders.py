"""Plants requisitions and the orders made of them, with receipts and bills that follow."""

from sandbox.netsuite.documents import lines_of
from sandbox.netsuite.seed.drafts import (
    ORDERED,
    account,
    address,
    document,
    expense_lines,
    follow,
    item_lines,
    link,
    of_party,
)
from sandbox.netsuite.seed.planter import Planter, flag
from sandbox.netsuite.store import Row


def plant(planter: Planter) -> None:
    store = planter.store
    items = [row for row in store.rows("item") if row["itemtype"] in ORDERED and row["id"] > 0]
    employees, vendors = store.ids("employee"), store.rows("vendor")
    suppliers = [row["id"] for row in vendors]
    for number in range(1, planter.scaled(140) + 1):
        _requisition(planter, number, employees[number % len(employees)], items, suppliers)
    for number in range(1, planter.scaled(150) + 1):
        _order(planter, number, vendors[number % len(vendors)], items, employees)
    _link_requisitions(planter)


def _requisition(planter: Planter, number: int, employee: int, items: list[Row], vendors: list[int]) -> None:
    person = planter.store.need("employee", id=employee)
    lines = item_lines(planter, number, items)
    if number % 3 == 0:
        lines += expense_lines(planter, number)
    for line in lines:
        estimate = line["foreignamount"]
        vendor = vendors[number % len(vendors)] if number % 2 else None
        line |= {
            "estimatedamount": estimate,
            "foreignamount": 0,
            "taxamount": None,
            "povendor": vendor,
            "entity": vendor,
        }
    status = "AABBBDEFGHRC"[number % 12]
    header = {
        "tranid": f"REQ{number:04}",
        "entity": employee,
        "employee": employee,
        "currency": 1,
        "subsidiary": person["subsidiary"],
        "status": status,
        "approvalstatus": {"A": 1, "R": 3}.get(status, 2),
        "nextapprover": -5 if status == "A" and number % 2 else None,
        "duedate": planter.day(number, 20) if number % 4 else None,
    }
    document(planter, "PurchReq", header, lines, number)


def _order(planter: Planter, number: int, vendor: Row, items: list[Row], employees: list[int]) -> None:
    store = planter.store
    status = "PAABBBBBBCH"[number % 11] if number % 2 else "B"
    lines = item_lines(planter, number, items)
    for line in lines:
        line |= {
            "taxamount": None,
            "expectedreceiptdate": planter.day(number, 14),
            "isclosed": flag(status == "H"),
        }
    header = {
        **of_party(vendor),
        "tranid": f"PO{number:05}",
        "employee": employees[number % len(employees)] if number % 3 else None,
        "status": status,
        "approvalstatus": {"A": 1, "C": 3}.get(status, 2),
        "billingstatus": "F",
        "duedate": planter.day(number, 14) if number % 4 else None,
        "shipdate": planter.day(number, 10) if number % 3 == 0 else None,
        "incoterm": number % 3 + 1 if number % 5 == 0 else None,
        "shippingaddress": address(planter, "transactionshippingaddress", number) if number % 4 else None,
    }
    id_ = document(planter, "PurchOrd", header, lines, number)
    if status == "B" and number % 4 in (1, 2, 3):
        _receive(planter, id_, number, vendor, share=1.0 if number % 4 > 1 else 0.5)
    if status == "B" and (number % 4 == 2 or number % 12 == 1):
        _bill_order(planter, id_, number, vendor)
    touched = {"lastmodifieddate": planter.touched(number, planter.moment())}
    store.update("transaction", {"id": id_}, touched)


def _link_requisitions(planter: Planter) -> None:
    """Every fifth order was made of a requisition."""
    store = planter.store
    requisitions = [row["id"] for row in store.rows("transaction", type="PurchReq")]
    orders = [row["id"] for row in store.rows("transaction", type="PurchOrd")]
    for number in range(4, len(orders), 5):
        before = lines_of(store, requisitions[number % len(requisitions)])[0]
        after = lines_of(store, orders[number])[0]
        link(store, before, after, ("PurchReq", "PurchOrd"), "POrdReq", planter.moment())


def _receive(planter: Planter, order: int, number: int, vendor: Row, share: float) -> None:
    follow(planter, order, "ItemRcpt", {**of_party(vendor), "status": "Y"}, number, share)


def _bill_order(planter: Planter, order: int, number: int, vendor: Row) -> None:
    header = {**of_party(vendor), "tranid": f"V-{number}-PO", "status": "A", "approvalstatus": 2}
    header["account"] = account(planter, "AcctPay")
    follow(planter, order, "VendBill", header, number, 1.0 if number % 8 == 2 else 0.5)
