"""Seeds invoices: backed by orders or free, with taxes on lines or header, charges, part payments, credit notes."""

from decimal import Decimal
from typing import Any

from sandbox.coupa.seed.base import DAY, Seeder, cents, line_total
from sandbox.coupa.seed.requests import chain, split
from sandbox.coupa.seed.words import GOODS
from sandbox.coupa.store import Record

STATES = [
    "approved",
    "approved",
    "approved",
    "pending_approval",
    "draft",
    "approved",
    "pending_receipt",
    "ap_hold",
    "approved",
    "disputed",
    "rejected",
    "voided",
    "new",
    "approved",
    "on_hold",
    "booking_hold",
    "abandoned",
    "processing",
    "invalid",
    "approved",
    "pending_action",
    "payable_adjustment",
    "pending_approval",
    "approved",
]
ZERO = Decimal(0)
RATE = {
    1: Decimal("8.25"),
    2: ZERO,
    3: Decimal(20),
    4: Decimal(19),
    5: Decimal(7),
    6: Decimal(20),
    7: Decimal(23),
}


def plant(seeder: Seeder) -> None:
    for code in ("INCORRECT-QUANTITY", "INCORRECT-PRICE", "OTHER"):
        seeder.add(
            "reason",
            {"code": code, "description": code.replace("-", " ").capitalize(), "active": code != "OTHER"},
        )
    count = seeder.scaled(180)
    orders = [
        one for one in seeder.store.all("order") if one["status"] in ("issued", "closed", "soft_closed")
    ]
    for number in range(1, count + 1):
        backing = orders[number // 2 % len(orders)] if orders and number % 2 == 0 else None
        _invoice(seeder, number, backing)


def _invoice(seeder: Seeder, number: int, order: Record | None) -> None:
    at = (order["created-at"] + 9 * DAY) if order else seeder.moment()
    credit, state = number % 13 == 0, STATES[number % len(STATES)]
    supplier = seeder.store.need("supplier", order["supplier"]) if order else seeder.supplier()
    taxation = ("lines", "header", "lines", "none")[number % 4]
    tax = 1 + number % 7
    lines = _lines(seeder, number, order, at, -1 if credit else 1, tax if taxation == "lines" else 0)
    net = sum((Decimal(one["total"]) for one in lines), ZERO)
    charges = [] if number % 4 else [_charge(seeder, number, at)]
    shipping = sum((Decimal(one["total"]) for one in charges), ZERO)
    header_taxes = [_tax(seeder, net, tax, at)] if taxation == "header" else []
    taxes = header_taxes + [seeder.store.need("tax-line", id_) for line in lines for id_ in line["tax-lines"]]
    tax_total = sum((Decimal(one["amount"]) for one in taxes), ZERO)
    total = net + shipping + tax_total
    paid = state == "approved" and number % 3 == 0
    day = seeder.midnight(at)
    term = supplier.get("payment-term") or 1
    values: dict[str, Any] = {
        "invoice-number": f"INV-{number:05d}" if number % 9 else f'R&D "{number}", part [1]',
        "invoice-date": day,
        "net-due-date": day + (seeder.store.need("payment-term", term)["days-for-net-payment"] + 1) * DAY - 1,
        "date-received": at,
        "status": state,
        "document-type": "Credit Note" if credit else "Invoice",
        "is-credit-note": credit,
        "original-invoice-number": f"INV-{number - 1:05d}" if credit else None,
        "original-invoice-date": day - DAY if credit else None,
        "canceled": state == "voided",
        "channel": "API",
        "compliant": False,
        "exchange-rate": "1.0" if number % 5 else "1.084250000",
        "exported": number % 4 == 1,
        "last-exported-at": at + 2 * DAY if number % 4 == 1 else None,
        "gross-total": str(total),
        "total-with-taxes": str(total),
        "supplier-total": str(total),
        "tax-amount": str(tax_total) if taxes else "0.00",
        "shipping-amount": str(shipping) if charges else "0.00",
        "handling-amount": "0.00",
        "misc-amount": "0.0000",
        "discount-amount": "1.50" if number % 6 == 0 else None,
        "internal-note": ("Delivered in two parts", None, "")[number % 3],
        "line-level-taxation": taxation == "lines",
        "lock-version-key": number % 5,
        "paid": paid,
        "payment-date": day + 20 * DAY if paid else None,
        "payment-channel": "ERP",
        "supplier-created": False,
        "tax-rate": float(RATE[tax]) if header_taxes else None,
        "custom-fields": {
            "cf-erp-invoice-number": f"51{number:08d}" if number % 4 == 1 else None,
            "cf-integration-status": "",
            "cf-project": number % 120 + 1 if number % 3 == 0 else None,
            "cf-audited": number % 2 == 0,
            "cf-channels": ["mail", "scan"] if number % 5 == 0 else [],
        },
        "legacy-voucher": f"V{number}" if number % 7 == 0 else None,
        "account-type": 1,
        "bill-to-address": 1,
        "ship-to-address": number % 7 + 1,
        "currency": lines[0]["currency"],
        "payment-term": term,
        "shipping-term": supplier.get("shipping-term"),
        "remit-to-address": next(iter(supplier["remit-to-addresses"]), None),
        "requested-by": 16 + number % 30,
        "supplier": supplier["id"],
        "tax-code": tax if header_taxes else None,
        "dispute-reasons": [1] if state == "disputed" else [],
        "invoice-charges": [one["id"] for one in charges],
        "invoice-lines": [one["id"] for one in lines],
        "tax-lines": [one["id"] for one in header_taxes],
        "updated-at": seeder.later(at),
    }
    invoice = seeder.add("invoice", values, at=at)
    invoice["payments"] = _payments(seeder, number, invoice, total, paid)
    if state in ("pending_approval", "approved", "rejected"):
        chain(seeder, "InvoiceHeader", invoice, pending=state == "pending_approval")


def _payments(seeder: Seeder, number: int, invoice: Record, total: Decimal, paid: bool) -> list[int]:
    parts = [total] if paid else [cents(total * Decimal("0.4"))] if number % 5 == 0 else []
    return [
        seeder.add(
            "payment",
            {
                "amount-paid": str(amount),
                "notes": f"WIRE {20000 + number}",
                "payable-id": invoice["id"],
                "payable-type": "InvoiceHeader",
                "payment-date": invoice["invoice-date"] + 20 * DAY,
            },
            at=invoice["created-at"],
        )["id"]
        for amount in parts
    ]


def _lines(seeder: Seeder, number: int, order: Record | None, at: int, sign: int, tax: int) -> list[Record]:
    if order:
        sources = [seeder.store.need("order-line", id_) for id_ in order["order-lines"]]
    else:
        sources = [_free_line(seeder, number, place) for place in range(1 + number % 4)]
    return [_line(seeder, number, place, one, order, at, sign, tax) for place, one in enumerate(sources, 1)]


def _free_line(seeder: Seeder, number: int, place: int) -> Record:
    quantity = ("4", "2.5", None, "1.000000")[(number + place) % 4]
    text = GOODS[(number * 3 + place) % len(GOODS)]
    return {
        "description": text,
        "quantity": quantity,
        "price": seeder.price(),
        "currency": 1,
        "uom": 1 if quantity else None,
    }


def _line(
    seeder: Seeder,
    number: int,
    place: int,
    source: Record,
    order: Record | None,
    at: int,
    sign: int,
    tax: int,
) -> Record:
    quantity, price = source["quantity"], source["price"]
    if sign < 0:
        price = "-" + price
    total = line_total(quantity, price)
    taxes = [_tax(seeder, total, tax, at)] if tax else []
    backed: Record = {}
    if order:
        link = {"order-line-id": source["id"], "order-line-num": source["line-num"]}
        backed = {
            **link,
            "po-number": order["po-number"],
            "order-header-num": order["po-number"],
            "item": source.get("item"),
        }
        if sign > 0:
            source["invoiced"] = str(Decimal(source["invoiced"]) + Decimal(quantity or price))
    values = {
        "line-num": place,
        "type": "InvoiceAmountLine" if quantity is None else "InvoiceQuantityLine",
        "description": source["description"],
        "quantity": quantity,
        "price": price,
        "total": str(total),
        "accounting-total": str(total),
        "status": "matched" if order else None,
        "tax-amount": taxes[0]["amount"] if taxes else None,
        "tax-rate": str(RATE[tax]) if taxes else None,
        "custom-fields": {"cf-asset-tag": "" if place % 2 else f"A{number}", "cf-plant": 121 + place % 2},
        "accounting-total-currency": 1,
        "currency": source["currency"],
        "uom": source.get("uom"),
        "commodity": source.get("commodity"),
        "tax-code": tax if taxes and place % 2 == 0 else None,
        "tax-lines": [one["id"] for one in taxes],
        **backed,
        **split(seeder, "invoice-line-allocation", number + place, total, at),
    }
    return seeder.add("invoice-line", values, at=at)


def _tax(seeder: Seeder, base: Decimal, code: int, at: int) -> Record:
    rate = RATE[code]
    values = {
        "type": "TaxLine",
        "amount": str(cents(base * rate / 100)),
        "rate": float(rate),
        "code": seeder.store.need("tax-code", code)["code"],
        "taxable-amount": str(base),
        "tax-code": code,
    }
    return seeder.add("tax-line", values, at=at)


def _charge(seeder: Seeder, number: int, at: int) -> Record:
    kinds = ("InvoiceShippingCharge", "InvoiceShippingCharge", "InvoiceHandlingCharge", "InvoiceMiscCharge")
    values = {
        "type": kinds[number // 4 % 4],
        "line-num": 1,
        "total": "15.00",
        "accounting-total": "15.00",
        "distributed": False,
        "currency": 1,
        "accounting-total-currency": 1,
        "account": 4,
        "account-allocations": [],
        "tax-lines": [],
    }
    return seeder.add("invoice-charge", values, at=at)
