"""Plants bills, customers' invoices, their payments, tombstones of what was deleted, and what everybody owes."""

from sandbox.netsuite.documents import settle
from sandbox.netsuite.seed.drafts import (
    ORDERED,
    account,
    address,
    document,
    expense_lines,
    item_lines,
    link,
    of_party,
)
from sandbox.netsuite.seed.planter import Planter, flag
from sandbox.netsuite.store import Row, Store


def plant(planter: Planter) -> None:
    store = planter.store
    items = [row for row in store.rows("item") if row["itemtype"] in ORDERED and row["id"] > 0]
    discount, vendors = store.rows("item", itemtype="Discount")[0]["id"], store.rows("vendor")
    for number in range(1, planter.scaled(160) + 1):
        _bill(planter, number, vendors[number * 3 % len(vendors)], items)
    customers = [
        row for row in store.rows("customer") if row["searchstage"] == "Customer" and row["datecreated"]
    ]
    for number in range(1, planter.scaled(150) + 1):
        _invoice(planter, number, customers[number % len(customers)], items, discount)
    _tombstones(planter)
    _balances(store)


def _bill(planter: Planter, number: int, vendor: Row, items: list[Row]) -> None:
    status = {9: "D", 5: "E", 13: "C"}.get(number % 14, "A")
    lines = expense_lines(planter, number) if number % 2 else item_lines(planter, number, items)
    if number % 10 == 0:
        lines += expense_lines(planter, number)
    header = {
        **of_party(vendor),
        "tranid": f"INV-{number:04}" if number % 11 else None,
        "status": status,
        "approvalstatus": {"D": 1, "E": 3}.get(status, 2),
        "nextapprover": 11 if status == "D" else None,
        "duedate": planter.day(number, 30) if number % 8 else None,
        "account": account(planter, "AcctPay"),
        "paymenthold": flag(number % 12 == 0),
        "billingaddress": address(planter, "transactionbillingaddress", number) if number % 3 else None,
    }
    id_ = document(planter, "VendBill", header, lines, number)
    if status == "A" and number % 3 == 0:
        _pay(planter, id_, "VendPymt", number, 1.0 if number % 2 else 0.4)


def _pay(planter: Planter, id_: int, type_: str, number: int, share: float) -> None:
    store = planter.store
    paid = store.need("transaction", id=id_)
    header = {
        **{name: paid[name] for name in ("entity", "currency", "exchangerate", "subsidiary")},
        "tranid": f"{number}",
        "status": "F" if type_ == "VendPymt" else "C",
        "account": account(planter, "Bank"),
        "trandate": planter.day(number, 25),
    }
    payment = document(planter, type_, header, [], number)
    before = store.need("transactionline", transaction=id_, mainline="T")
    amount = round(abs(paid["foreigntotal"]) * share, 2)
    after = {**store.need("transactionline", transaction=payment, mainline="T"), "foreignamount": amount}
    link(store, before, after, (paid["type"], type_), "Payment", planter.moment())
    settle(store, payment, planter.moment())
    settle(store, id_, planter.moment())


def _invoice(planter: Planter, number: int, customer: Row, items: list[Row], discount: int) -> None:
    status = {6: "D", 11: "E", 13: "V"}.get(number % 14, "A")
    lines = item_lines(planter, number, items, sign=-1)
    if number % 6 == 0:
        lines.append({"item": discount, "itemtype": "Discount", "rate": -5, "foreignamount": 5.0})
    header = {
        **of_party({"subsidiary": None, "terms": None, "email": None, **customer}),
        "tranid": f"SI{number:05}",
        "status": status,
        "approvalstatus": {"D": 1, "E": 3}.get(status, 2),
        "voided": flag(status == "V"),
        "duedate": planter.day(number, 30),
        "otherrefnum": f"CPO-{number}" if number % 3 == 0 else None,
        "account": account(planter, "AcctRec"),
        "billingaddress": address(planter, "transactionbillingaddress", number),
    }
    id_ = document(planter, "CustInvc", header, lines, number)
    if status == "A" and number % 4 in (1, 2):
        _pay(planter, id_, "CustPymt", number, 1.0 if number % 4 == 1 else 0.25)


def _tombstones(planter: Planter) -> None:
    """Records that were there once: their ids are among the gaps."""
    kinds = (
        ("vendor", "Vendor"),
        ("vendorbill", "Bill"),
        ("purchaseorder", "Purchase Order"),
        ("customer", "Customer"),
    )
    for number in range(planter.scaled(24, 8)):
        scriptid, type_ = kinds[number % len(kinds)]
        stone = {
            "recordid": 100_000 + number * 3,
            "recordtypeid": -number % 30,
            "scriptid": scriptid.upper(),
            "type": type_,
            "name": f"Deleted {number}" if number % 5 else None,
            "deletedby": 11,
            "deleteddate": planter.moment(),
            "context": "REST Web Services" if number % 2 else "UI",
            "iscustomrecord": "F",
            "iscustomlist": "F",
            "iscustomtransaction": "F",
        }
        planter.store.insert("deletedrecord", stone)


def _balances(store: Store) -> None:
    """What is owed to vendors and by customers, from their open documents."""
    for table, type_, name in (("vendor", "VendBill", "balance"), ("customer", "CustInvc", "balancesearch")):
        owed = 'SELECT SUM(foreignamountunpaid) FROM "transaction" WHERE entity = who.id AND type = ?'
        store.db.execute(f'UPDATE "{table}" AS who SET "{name}" = COALESCE(ROUND(({owed}), 2), 0)', (type_,))  # noqa: S608
