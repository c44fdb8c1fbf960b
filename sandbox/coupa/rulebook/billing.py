"""Rules of invoices: backing by orders, totals, payments, credit notes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.coupa.amounts import decimal, line_total, total
from sandbox.coupa.answers import invalid
from sandbox.coupa.rulebook.buying import settle_allocations
from sandbox.coupa.rules import Rules
from sandbox.coupa.schema import KINDS
from sandbox.coupa.store import Record

if TYPE_CHECKING:
    from sandbox.coupa.editor import Editor

DAY = 86400
NOT_COUNTED = ("new", "draft", "voided", "abandoned", "rejected", "invalid")
BACKED = ("order-line-id", "po-number", "order-header-num")
CHARGED_TO = ("account", "account-allocations", *BACKED)
CHARGES = {
    "InvoiceShippingCharge": "shipping-amount",
    "InvoiceHandlingCharge": "handling-amount",
    "InvoiceMiscCharge": "misc-amount",
}


def check_invoice(editor: "Editor", record: Record, creating: bool) -> list[str]:
    """A supplier's invoice numbers are unique unless the switch allows doubles."""
    if editor.tenant.switches.duplicate_invoice_number == "allow":
        return []
    same = editor.store.where("invoice", "invoice-number", record.get("invoice-number"))
    twice = any(one is not record and one.get("supplier") == record.get("supplier") for one in same)
    return ["Invoice number has already been taken"] if twice else []


def settle_invoice(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    """Kind, terms, due date and all sums."""
    store = editor.store
    credit = (
        bool(record.get("is-credit-note")) or str(given.get("document-type", "")).lower() == "credit note"
    )
    if creating:
        store.set(
            "invoice",
            record,
            {"document-type": "Credit Note" if credit else "Invoice", "is-credit-note": credit},
        )
        if credit and editor.tenant.switches.credit_note_sign == "negative":
            _negate(editor, record)
    lines = [store.need("invoice-line", id_) for id_ in record.get("invoice-lines") or ()]
    for number, line in enumerate(lines, 1):
        changes = {
            "line-num": line.get("line-num") or number,
            "currency": line.get("currency") or record.get("currency"),
        }
        store.set("invoice-line", line, {**changes, "accounting-total-currency": record.get("currency")})
    store.set("invoice", record, {**_sums(editor, record, lines, given), **_terms(editor, record)})
    if not creating:
        store.set("invoice", record, {"lock-version-key": (record.get("lock-version-key") or 0) + 1})
    for id_ in record.get("payments") or ():
        store.set(
            "payment",
            store.need("payment", id_),
            {"payable-id": record["id"], "payable-type": "InvoiceHeader"},
        )
    count_invoiced(editor, record)


def _sums(editor: "Editor", record: Record, lines: list[Record], given: Mapping[str, Any]) -> Record:
    store = editor.store
    charges = [store.need("invoice-charge", id_) for id_ in record.get("invoice-charges") or ()]
    bearers = [*lines, *charges, record]
    taxes = [store.need("tax-line", id_) for one in bearers for id_ in one.get("tax-lines") or ()]
    tax = total(one.get("amount") for one in taxes) if taxes else record.get("tax-amount") or "0.00"
    by_kind = {
        name: total(one.get("total") for one in charges if one.get("type") == kind)
        for kind, name in CHARGES.items()
    }
    is_charged = charges or given.get("invoice-charges")  # the last of them may just have gone
    amounts = {name: amount if is_charged else record.get(name) or "0.00" for name, amount in by_kind.items()}
    whole = total([*(one["total"] for one in lines), *amounts.values(), tax])
    return {**amounts, "tax-amount": tax, "gross-total": whole, "total-with-taxes": whole}


def _terms(editor: "Editor", record: Record) -> Record:
    supplier = editor.store.get("supplier", record.get("supplier")) or {}
    term = record.get("payment-term") or supplier.get("payment-term")
    due = record.get("net-due-date")
    days = (editor.store.get("payment-term", term) or {}).get("days-for-net-payment")
    if due is None and days is not None and record.get("invoice-date") is not None:
        due = record["invoice-date"] + (days + 1) * DAY - 1
    shipping = record.get("shipping-term") or supplier.get("shipping-term")
    return {"payment-term": term, "shipping-term": shipping, "net-due-date": due}


def _negate(editor: "Editor", record: Record) -> None:
    for id_ in record.get("invoice-lines") or ():
        line = editor.store.need("invoice-line", id_)
        if decimal(line.get("price")) > 0:
            editor.update(KINDS["invoice-line"], line, {"price": f"-{line['price']}"}, touch=False)


def check_line(editor: "Editor", record: Record, creating: bool) -> list[str]:
    """A line says how much of what unit, and what it is charged to: an account, shares, or the order line it bills."""
    texts = []
    if record.get("type") == "InvoiceQuantityLine" and not record.get("quantity"):
        texts.append("Quantity can't be blank")
    if record.get("type") == "InvoiceQuantityLine" and not any(record.get(name) for name in ("uom", *BACKED)):
        texts.append("Uom can't be blank")
    if not any(record.get(name) for name in CHARGED_TO):
        texts.append("Account can't be blank")
    return texts


def settle_line(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    """A line that names an order and its line is tied to it."""
    amount = line_total(record.get("quantity"), record.get("price"))
    changes: Record = {"total": amount, "accounting-total": amount}
    source = _backing(editor, record)
    if source:
        changes.update(
            {"order-line-id": source["id"], "order-line-num": source["line-num"], "status": "matched"}
        )
        changes.update(dict.fromkeys(("po-number", "order-header-num"), source["order-header-number"]))
        for name in ("item", "uom", "account"):
            if not record.get(name) and not (name == "account" and record.get("account-allocations")):
                changes[name] = source.get(name)
    taxes = [editor.store.need("tax-line", id_) for id_ in record.get("tax-lines") or ()]
    if taxes:
        changes["tax-amount"] = total(one.get("amount") for one in taxes)
    editor.store.set("invoice-line", record, changes)
    settle_allocations(editor, record, "invoice-line-allocation")


def _backing(editor: "Editor", record: Record) -> Record | None:
    store, number = editor.store, record.get("po-number") or record.get("order-header-num")
    if record.get("order-line-id"):
        found = store.get("order-line", record["order-line-id"])
    elif number and record.get("order-line-num"):
        lines = store.where("order-line", "order-header-number", number)
        found = next((one for one in lines if one["line-num"] == str(record["order-line-num"])), None)
    else:
        return None
    if found is None:
        raise invalid("invoice_line", "Order line does not exist")
    return found


def settle_tax(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    code = editor.store.get("tax-code", record.get("tax-code"))
    if code:
        rate = record.get("rate") if record.get("rate") is not None else code.get("percentage")
        editor.store.set("tax-line", record, {"code": code["code"], "rate": rate})


def settle_payment(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    """A cheque number is kept in the notes."""
    if record.get("check-number") and not record.get("notes"):
        editor.store.set("payment", record, {"notes": record["check-number"]})


def count_invoiced(editor: "Editor", invoice: Record) -> None:
    """What the lines of orders have been invoiced for, over all invoices that count."""
    store = editor.store
    for id_ in invoice.get("invoice-lines") or ():
        source = store.get("order-line", store.need("invoice-line", id_).get("order-line-id"))
        if source is None:
            continue
        lines = store.where("invoice-line", "order-line-id", source["id"])
        counted = [one for one in lines if _counts(editor, one["id"], invoice)]
        store.set(
            "order-line", source, {"invoiced": total(one.get("quantity") or one["price"] for one in counted)}
        )


def _counts(editor: "Editor", line: int, invoice: Record) -> bool:
    owners = [invoice] if line in invoice["invoice-lines"] else list(editor.store.all("invoice"))
    return any(line in one["invoice-lines"] and one["status"] not in NOT_COUNTED for one in owners)


RULES: Mapping[str, Rules] = {
    "invoice": Rules(
        required=("invoice-number", "invoice-date", "supplier", "currency", "invoice-lines"),
        defaults={
            "status": "draft",
            "document-type": "Invoice",
            "canceled": False,
            "channel": "API",
            "compliant": False,
            "exported": False,
            "exchange-rate": "1.0",
            "line-level-taxation": True,
            "lock-version-key": 0,
            "paid": False,
            "payment-channel": "ERP",
            "supplier-created": False,
        },
        check=check_invoice,
        settle=settle_invoice,
    ),
    "invoice-line": Rules(
        required=("description", "price"),
        words={"type": ("InvoiceQuantityLine", "InvoiceAmountLine")},
        defaults={"type": "InvoiceQuantityLine"},
        check=check_line,
        settle=settle_line,
    ),
    "invoice-line-allocation": Rules(required=("account",)),
    "tax-line": Rules(defaults={"type": "TaxLine"}, settle=settle_tax),
    "invoice-charge": Rules(
        words={"type": tuple(CHARGES)},
        defaults={"distributed": False, "account-allocations": [], "tax-lines": []},
    ),
    "payment": Rules(settle=settle_payment),
}
