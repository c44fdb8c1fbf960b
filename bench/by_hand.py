"""Invoices and suppliers mapped by straight-line code: what the declared mapping is measured against."""

from decimal import Decimal
from typing import Any

from providers.coupa.invoices import INVOICE_WORDS
from providers.values import amount, day, ident, instant, number, text

Record = dict[str, Any]


def _total(found: list[Any]) -> int | float | None:
    if not found or None in found:
        return None
    return amount(sum((Decimal(value) for value in found), Decimal(0)))


def _objects(found: Any) -> list[Record]:
    return [item for item in found if type(item) is dict] if type(found) is list else []


def _object(found: Any) -> Record:
    return found if type(found) is dict else {}


def _choices(own: Record) -> list[Record]:
    return [
        {
            "id": f"lookup-{value['lookup-id']}",
            "name": text(_object(value.get("lookup")).get("name")),
            "option": text(value.get("name")),
            "option_id": ident(value.get("id")),
        }
        for field in own.values()
        for value in (field if type(field) is list else (field,))
        if type(value) is dict and value.get("lookup-id")
    ]


def _custom(own: Record) -> Record:
    found: Record = {}
    for key, value in own.items():
        if type(value) is dict and value.get("id"):
            found[key] = {"id": ident(value["id"]), "name": text(value.get("name") or value.get("fullname"))}
        else:
            found[key] = None if value == "" else value
    return found


def _account(line: Record) -> str | None:
    account = ident(_object(line.get("account")).get("id"))
    splits = _objects(line.get("account-allocations"))
    if not splits:
        return account
    return None if len(splits) > 1 else account or ident(_object(splits[0].get("account")).get("id"))


def _line(line: Record, currency: str | None, rate: Any) -> Record:
    item, kind, code = (
        _object(line.get("item")),
        text(line.get("type")),
        _object(line.get("tax-code")).get("id"),
    )
    by_amount = bool(kind and kind.endswith("AmountLine"))
    codes = [_object(tax.get("tax-code")).get("id") for tax in _objects(line.get("tax-lines"))]
    return {
        "id": ident(line.get("id")),
        "name": text(item.get("name")),
        "description": text(line.get("description")),
        "item": ident(item.get("id")),
        "account": _account(line),
        "quantity": None if by_amount else number(line.get("quantity")),
        "unit_price": None if by_amount else number(line.get("price")),
        "total_line_amount": number(line.get("total")),
        "tax_rate": ident(code) or next((ident(found) for found in codes if found), None),
        "currency": text(_object(line.get("currency")).get("code")) or currency,
        "exchange_rate": rate,
        "type": kind,
        "tracking_categories": _choices(_object(line.get("custom-fields"))),
    }


def _charge(charge: Record, currency: str | None, rate: Any) -> Record:
    line = _line(charge, currency, rate)
    return {
        **line,
        "id": f"charge-{charge['id']}",
        "name": None,
        "item": None,
        "quantity": None,
        "unit_price": None,
    }


def invoice(record: Record) -> Record:
    """The unified invoice of a Coupa invoice, without `remote_data`."""
    currency, rate = text(_object(record.get("currency")).get("code")), number(record.get("exchange-rate"))
    lines, charges = _objects(record.get("invoice-lines")), _objects(record.get("invoice-charges"))
    payments, paid, status = _objects(record.get("payments")), record.get("paid"), record.get("status")
    own, supplier = _object(record.get("custom-fields")), _object(record.get("supplier"))
    gross = record.get("total-with-taxes") or record.get("gross-total")
    taxes = [
        tax.get("amount") for part in (record, *lines, *charges) for tax in _objects(part.get("tax-lines"))
    ]
    done = paid or status in ("voided", "abandoned")
    paid_amounts = [Decimal(payment["amount-paid"]) for payment in payments]
    return {
        "id": ident(record.get("id")),
        "type": "bill" if record.get("document-type") in (None, "", "Invoice") else record["document-type"],
        "number": text(record.get("invoice-number")),
        "contact": {"id": ident(supplier["id"]), "name": text(supplier.get("name")), "type": "vendor"}
        if supplier.get("id")
        else None,
        "status": "paid" if status == "approved" and paid else INVOICE_WORDS.get(status or "", status),
        "issue_date": day(record.get("invoice-date")),
        "due_date": day(record.get("net-due-date")),
        "paid_on_date": day(record.get("payment-date")) if paid else None,
        "currency": currency,
        "exchange_rate": rate,
        "line_items": [_line(line, currency, rate) for line in lines]
        + [_charge(x, currency, rate) for x in charges],
        "sub_total": _total([part.get("total") for part in (*lines, *charges)]) if lines else None,
        "total_discount": number(record.get("discount-amount")),
        "total_tax_amount": _total(taxes)
        if record.get("line-level-taxation") and taxes
        else number(record.get("tax-amount")),
        "total_amount": number(gross),
        "balance": 0 if done else amount(Decimal(gross) - sum(paid_amounts, Decimal(0))) if gross else None,
        "payments": [ident(payment.get("id")) for payment in payments],
        "memo": text(record.get("internal-note")),
        "company": ident(_object(record.get("account-type")).get("id")),
        "tracking_categories": _choices(own),
        "etag": ident(record.get("lock-version-key")) or text(record.get("updated-at")),
        "created_at": instant(record.get("created-at")),
        "updated_at": instant(record.get("updated-at")),
        "custom_fields": _custom(own),
    }


def _address(found: Record, kind: str | None, prefix: str = "") -> Record:
    country = _object(found.get("country"))
    street = [found.get(name) for name in ("street2", "street3", "street4")]
    return {
        "id": prefix + (ident(found.get("id")) or ""),
        "street_1": text(found.get("street1")),
        "street_2": ", ".join(part for part in street if part) or None,
        "city": text(found.get("city")),
        "state": text(found.get("state")),
        "country": text(country.get("code")) or text(country.get("name")),
        "postal_code": text(found.get("postal-code")),
        "type": kind,
    }


def _phone(found: Any, kind: str) -> list[Record]:
    phone = _object(found)
    if not phone.get("number"):
        return []
    country = phone.get("country-code")
    parts = ("+" + country if country else None, phone.get("area-code"), phone["number"])
    return [
        {
            "number": " ".join(part for part in parts if part),
            "extension": phone.get("extension"),
            "type": kind,
        }
    ]


def supplier(record: Record) -> Record:
    """The unified contact of a Coupa supplier, without `remote_data`."""
    contact = _object(record.get("primary-contact"))
    emails: dict[str, Record] = {}
    others = [(row.get("email"), None) for row in _objects(record.get("contacts"))]
    for email, kind in (
        (contact.get("email"), "primary"),
        (record.get("po-email"), "purchase_order"),
        *others,
    ):
        if email:
            emails.setdefault(email.lower(), {"email": email, "type": kind})
    primary, charts = record.get("primary-address"), _objects(record.get("account-types"))
    places: dict[str, Record] = {}
    for place in (
        *([_address(primary, "primary")] if type(primary) is dict else []),
        *(_address(found, None) for found in _objects(record.get("supplier-addresses"))),
        *(_address(found, "remit_to", "remit-") for found in _objects(record.get("remit-to-addresses"))),
    ):
        if any(value for name, value in place.items() if name != "type"):
            places.setdefault(place["id"], place)
    status, own = text(record.get("status")), _object(record.get("custom-fields"))
    return {
        "id": ident(record.get("id")),
        "name": text(record.get("display-name")) or text(record.get("name")),
        "type": "vendor",
        "status": {"active": "active", "inactive": "archived"}.get(status or "", status),
        "tax_number": text(record.get("tax-id")),
        "currency": None,
        "company": ident(charts[0].get("id")) if len(charts) == 1 else None,
        "emails": list(emails.values()),
        "phones": [
            *_phone(contact.get("phone-work"), "work"),
            *_phone(contact.get("phone-mobile"), "mobile"),
            *_phone(contact.get("phone-fax"), "fax"),
        ],
        "addresses": list(places.values()),
        "created_at": instant(record.get("created-at")),
        "updated_at": instant(record.get("updated-at")),
        "custom_fields": _custom(own),
    }
