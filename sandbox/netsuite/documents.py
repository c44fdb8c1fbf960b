"""What all transactions have in common: their kinds, and the figures that follow from lines and links."""

from dataclasses import dataclass
from typing import Any

from sandbox.netsuite.store import Row, Store


@dataclass(frozen=True)
class DocumentKind:
    """`type` and `record` are the two codes the tables hold; `sign` turns an amount of REST into one of a line.

    Lines of purchases are positive and their header negative, sales the other way round.
    """

    type: str
    record: str
    label: str
    short: str
    sign: int
    posting: bool = False

    @property
    def payable(self) -> bool:
        """Whether payments are applied to it."""
        return self.type in ("VendBill", "CustInvc")


KINDS = {
    one.type: one
    for one in (
        DocumentKind("VendBill", "vendorbill", "Bill", "BILL", 1, posting=True),
        DocumentKind("CustInvc", "invoice", "Invoice", "INV", -1, posting=True),
        DocumentKind("PurchOrd", "purchaseorder", "Purchase Order", "PURCHORD", 1),
        DocumentKind("PurchReq", "purchaserequisition", "Requisition", "PURCHREQ", 1),
        DocumentKind("VendPymt", "vendorpayment", "Bill Payment", "BILLPMT", 1, posting=True),
        DocumentKind("CustPymt", "customerpayment", "Payment", "PYMT", -1, posting=True),
        DocumentKind("ItemRcpt", "itemreceipt", "Item Receipt", "ITEMRCPT", 1, posting=True),
    )
}
PENDING = ("D", "E", "C", "V")  # letters of bills and invoices that approval or voiding set, not payments


def named(kind: DocumentKind, id_: int, tranid: str | None) -> Row:
    """The names of a document that follow from its kind and number."""
    return {
        "type": kind.type,
        "recordtype": kind.record,
        "abbrevtype": kind.short,
        "transactionnumber": f"{kind.type.upper()}{id_}",
        "trandisplayname": f"{kind.label} #{tranid or id_}",
        "posting": "T" if kind.posting else "F",
    }


def lines_of(store: Store, id_: int) -> list[Row]:
    """The lines that people write: neither the main line nor the one of tax."""
    rows = store.rows("transactionline", order="linesequencenumber", transaction=id_)
    return [row for row in rows if row["mainline"] == "F" and row["taxline"] == "F"]


def settle(store: Store, id_: int, now: str) -> None:
    """Brings a document's totals, tax line, main line, postings and status in line with its lines and links.

    `now` is the stored time that its lines were changed at.
    """
    header, lines = store.need("transaction", id=id_), lines_of(store, id_)
    kind = KINDS[header["type"]]
    tax = cents(sum(line["taxamount"] or 0 for line in lines))
    total = cents(sum(line["foreignamount"] or 0 for line in lines) + tax)
    if kind.type in ("VendPymt", "CustPymt"):
        total = applied(store, id_, "nextdoc") * kind.sign
    _system_line(store, header, "taxline", tax, now)
    _system_line(store, header, "mainline", -total, now)
    values: Row = {"foreigntotal": -total, "taxtotal": -tax * kind.sign if kind.type == "CustInvc" else None}
    if kind.payable:
        values |= _paid(store, header, cents(total * kind.sign))
    if kind.type == "PurchOrd":
        values |= _ordered(store, header, lines)
    store.update("transaction", {"id": id_}, values)
    if kind.posting:
        _post(store, {**header, **values})


def cents(amount: float) -> float:
    return round(amount, 2)


def applied(store: Store, id_: int, side: str) -> float:
    """What payments have been applied: to a bill (`previousdoc`), or by a payment (`nextdoc`)."""
    where: Row = {"linktype": "Payment", side: id_}
    return cents(sum(link["foreignamount"] for link in store.rows("nexttransactionlinelink", **where)))


def _system_line(store: Store, header: Row, flag: str, amount: float, now: str) -> None:
    store.delete("transactionline", transaction=header["id"], **{flag: "T"})
    if flag == "taxline" and not amount:
        return
    lines = store.rows("transactionline", transaction=header["id"])
    place = 0 if flag == "mainline" else max((line["id"] for line in lines), default=0) + 1
    values: dict[str, Any] = {
        **line_flags(),
        flag: "T",
        "transaction": header["id"],
        "id": place,
        "linesequencenumber": place,
        "foreignamount": amount,
        "netamount": amount,
        "entity": header["entity"],
        "subsidiary": header["subsidiary"],
        "linelastmodifieddate": now,
    }
    if flag == "mainline":
        names = ("department", "class", "location", "memo", "cseg_region", "createdfrom")
        values |= {name: header[name] for name in names}
    store.insert("transactionline", values)


def line_flags() -> Row:
    """The flags of a line that nothing special is known of."""
    return {
        "mainline": "F",
        "taxline": "F",
        "iscogs": "F",
        "donotdisplayline": "F",
        "hascostline": "F",
        "isclosed": "F",
    }


def _paid(store: Store, header: Row, total: float) -> Row:
    paid = applied(store, header["id"], "previousdoc")
    status = header["status"]
    if status not in PENDING:
        status = "B" if 0 < total <= paid else "A"
    closed = _last_payment(store, header["id"]) if status == "B" else None
    return {
        "foreignamountpaid": paid,
        "foreignamountunpaid": cents(total - paid) if status != "V" else 0,
        "status": status,
        "closedate": closed,
    }


def _last_payment(store: Store, id_: int) -> str | None:
    links = store.rows("nexttransactionlinelink", linktype="Payment", previousdoc=id_)
    return max((store.need("transaction", id=link["nextdoc"])["trandate"] for link in links), default=None)


def _ordered(store: Store, header: Row, lines: list[Row]) -> Row:
    """How far an order is, from the receipts and bills that follow its lines."""
    for line in lines:
        line["quantityshiprecv"] = _followed(store, line, "ShipRcpt")
        line["quantitybilled"] = _followed(store, line, "OrdBill")
        counts = {name: line[name] for name in ("quantityshiprecv", "quantitybilled")}
        store.update("transactionline", {"uniquekey": line["uniquekey"]}, counts)
    if header["status"] in ("A", "C", "P", "H") and not any(line["quantitybilled"] for line in lines):
        return {"status": header["status"]}
    if lines and all(line["isclosed"] == "T" for line in lines):
        return {"status": "H"}
    return {"status": _progress(lines)}


def _progress(lines: list[Row]) -> str:
    counted = [line for line in lines if line["quantity"]]
    if counted and all(line["quantitybilled"] >= line["quantity"] for line in counted):
        return "G"
    if counted and all(line["quantityshiprecv"] >= line["quantity"] for line in counted):
        return "F"
    if any(line["quantityshiprecv"] for line in counted):
        return "E" if any(line["quantitybilled"] for line in counted) else "D"
    return "B"


def _followed(store: Store, line: Row, linktype: str) -> float:
    """How much of an order's line later documents took over."""
    where = {"previousdoc": line["transaction"], "previousline": line["id"], "linktype": linktype}
    total = 0.0
    for link in store.rows("nexttransactionlinelink", **where):
        following = store.one("transactionline", transaction=link["nextdoc"], id=link["nextline"])
        total += (following["quantity"] or 0) if following else 0
    return int(total) if total == int(total) else total


def _post(store: Store, header: Row) -> None:
    """One row per line in the books, in the currency of the books."""
    store.delete("transactionaccountingline", transaction=header["id"])
    rate = header["exchangerate"] or 1
    for line in store.rows("transactionline", transaction=header["id"]):
        amount = cents((line["foreignamount"] or 0) * rate)
        main = line["mainline"] == "T"
        values = {
            "transaction": header["id"],
            "transactionline": line["id"],
            "account": header["account"] if main else line["expenseaccount"],
            "accountingbook": 1,
            "debit": amount if amount > 0 else None,
            "credit": -amount if amount < 0 else None,
            "amount": amount,
            "netamount": amount,
            "amountpaid": header.get("foreignamountpaid") if main else None,
            "amountunpaid": header.get("foreignamountunpaid") if main else None,
            "posting": "T",
            "exchangerate": rate,
        }
        store.insert("transactionaccountingline", values)
