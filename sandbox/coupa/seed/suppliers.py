"""Seeds suppliers with contacts and addresses, items and their prices."""

from typing import Any

from sandbox.coupa.seed.base import DAY, LOADED, Seeder
from sandbox.coupa.seed.words import CITIES, COMPANY, COUNTRIES, FIRST, GOODS, LAST, ODD_COMPANIES, TRADE

OFF = [
    "allow-change-requests",
    "allow-cxml-invoicing",
    "allow-inv-choose-billing-account",
    "allow-inv-no-backing-doc-from-connect",
    "allow-inv-unbacked-lines-from-connect",
    "buyer-hold",
    "disable-cert-verify",
    "on-hold",
    "one-time-supplier",
    "whitelist-dd",
]
EMPTY = [
    "cxml-domain",
    "cxml-identity",
    "cxml-protocol",
    "cxml-supplier-domain",
    "cxml-supplier-identity",
    "cxml-url",
    "dd-settings",
    "scf-configs",
]


def plant(seeder: Seeder) -> None:
    seeder.add(
        "enterprise",
        {
            "name": "Coupa",
            "code": "Coupa",
            "description": "",
            "active-flag": True,
            "system-flag": True,
            "vendor-remit-to-required": "",
            "tax-coding-enabled": "",
        },
    )
    for number in range(1, seeder.suppliers + 1):
        _supplier(seeder, number)
    items = seeder.scaled(200, 50)
    for number in range(1, items + 1):
        _item(seeder, number)
    for number in range(1, seeder.scaled(260) + 1):
        _price(seeder, number, items)


def _name(number: int) -> str:
    if number % 9 == 4 and number // 9 < len(ODD_COMPANIES):
        return ODD_COMPANIES[number // 9]
    name = f"{COMPANY[number % len(COMPANY)]} {TRADE[number // len(COMPANY) % len(TRADE)]}"
    again = number // (len(COMPANY) * len(TRADE))
    return f"{name} {again + 1}" if again else name


def _supplier(seeder: Seeder, number: int) -> None:
    name, at = _name(number), seeder.moment()
    status = "draft" if number % 11 == 0 else "inactive" if number % 9 == 0 else "active"
    address = _address(seeder, number, name, at)
    contact = _contact(seeder, number, at)
    further = [_address(seeder, number + 3, f"{name[:90]} depot", at)] if number % 5 == 0 else []
    values: dict[str, Any] = {
        "name": name,
        "display-name": name if number % 4 else f"{name[:80]} (shown)",
        "number": f"S-{1000 + number}" if number % 8 else ("" if number % 16 else None),
        "status": status,
        "account-number": "" if number % 3 else f"C{number}",
        "duns": "",
        "tax-id": (f"98-{7650000 + number}", "", None)[0 if number % 4 else number // 4 % 2 + 1],
        "website": "" if number % 2 else f"https://s{number}.example.com",
        "po-email": f"orders{number}@example.com" if number % 6 else None,
        "po-method": "email" if number % 6 else "prompt",
        "po-change-method": "email" if number % 6 else "prompt",
        "payment-method": "invoice",
        "invoice-matching-level": ("3-way", "2-way", "none")[number % 3],
        "allow-inv-from-connect": True,
        "savings-pct": "0.0",
        **dict.fromkeys(OFF, False),
        **dict.fromkeys(EMPTY, ""),
        "custom-fields": {
            "vendor-tier": 123 + number % 3 if number % 4 else None,
            "onboarded-on": seeder.midnight(at) if number % 2 else None,
            "risk-score": f"{number % 10}.5" if number % 3 else None,
        },
        "erp-vendor-group": "DOM" if number % 2 else "",
        "commodity": number % 20 + 1,
        "enterprise": 1,
        "payment-term": number % 6 + 1 if number % 7 else None,
        "shipping-term": number % 3 + 1,
        "primary-address": None if status == "draft" else address,
        "primary-contact": None if status == "draft" else contact,
        "account-types": [] if number % 3 == 0 else [number % 2 + 1],
        "contacts": [] if status == "draft" else [contact],
        "supplier-addresses": further if status == "draft" else [address, *further],
        "content-groups": [1],
        "remit-to-addresses": [_remit_to(seeder, number, name, at, part) for part in range(number % 3)],
        "supplier-sites": [],
        "updated-at": seeder.later(at),
    }
    if number % 10 == 3:
        values["~missing"] = ("website", "duns", "remit-to-addresses", "tax-code")
    supplier = seeder.add("supplier", values, at=at)
    if number % 15 == 2:
        site = {
            "code": f"SITE-{number}",
            "name": f"{name[:80]} site",
            "active": True,
            "supplier": supplier["id"],
        }
        supplier["supplier-sites"] = [seeder.add("supplier-site", site, at=at)["id"]]


def _country(code: str) -> int:
    return next(id_ for id_, known, _ in COUNTRIES if known == code)


def _address(seeder: Seeder, number: int, name: str, at: int) -> int:
    street, city, state, postal, country = CITIES[number % len(CITIES)]
    values = {
        "name": name,
        "street1": street,
        "street2": "" if number % 3 else "Building 2",
        "street3": "Gate C" if number % 12 == 0 else None,
        "city": city,
        "state": state,
        "postal-code": postal,
        "active": True,
        "country": _country(country),
        "location-code": f"L{number}" if number % 4 == 0 else None,
    }
    id_: int = seeder.add("supplier-address", values, at=at)["id"]
    return id_


def _contact(seeder: Seeder, number: int, at: int) -> int:
    values: dict[str, Any] = {
        "active": True,
        "email": f"contact{number}@example.com" if number % 12 else "",
        "name-given": FIRST[number % len(FIRST)],
        "name-family": LAST[number % len(LAST)],
    }
    for place, key in enumerate(("phone-work", "phone-mobile", "phone-fax")):
        if number % (2 + place * 3) == 0:
            digits = {"country-code": "1", "area-code": "602", "number": f"555{1000 + number}"}
            phone = {**digits, "extension": "12" if number % 4 == 0 else None}
            values[key] = seeder.add("phone-number", phone, at=at)["id"]
    id_: int = seeder.add("contact", values, at=at)["id"]
    return id_


def _remit_to(seeder: Seeder, number: int, name: str, at: int, part: int) -> int:
    street, city, state, postal, country = CITIES[(number + 1) % len(CITIES)]
    values = {
        "remit-to-code": f"RT-{number}-{part}",
        "name": f"{name[:90]} AR",
        "street1": street,
        "city": city,
        "state": state,
        "postal-code": postal,
        "active": part == 0 or number % 4 != 0,
        "external-src-ref": f"BL-{number}",
        "external-src-name": "ERP",
        "country": _country(country),
        "updated-at": LOADED + 30 * DAY,
    }
    id_: int = seeder.add("remit-to-address", values, at=at)["id"]
    return id_


def _item(seeder: Seeder, number: int) -> None:
    good, at = GOODS[number % len(GOODS)], seeder.moment()
    spaced = (
        {"shelf-code": f"B-{number}", "units-per-box": str(number % 24)} if number % 3 else {"shelf-code": ""}
    )
    values = {
        "name": f"{good} {number}",
        "description": f"{good}, size {number}",
        "item-number": f"IT-{number:05d}" if number % 10 else None,
        "item-type": "Item" if number % 4 else None,
        "active": number % 14 != 0,
        "manufacturer-name": "Fabrikat" if number % 2 else None,
        "manufacturer-part-number": f"FP-{number}" if number % 2 else None,
        "commodity": number % 20 + 1,
        "uom": number % 6 + 1,
        "custom-fields": spaced,
        "hazard-class": "3" if number % 20 == 0 else None,
        "updated-at": seeder.later(at),
    }
    seeder.add("item", values, at=at)


def _price(seeder: Seeder, number: int, items: int) -> None:
    at = seeder.moment()
    values = {
        "item": (number - 1) % items + 1,
        "supplier": (number * 5) % seeder.suppliers + 1,
        "availability": "in_stock",
        "lead-time": number % 9,
        "minimum-order-quantity": "1.000000",
        "order-increment": "1.000000",
        "preferred": number <= items,
        "price": seeder.price(),
        "savings-pct": "0.00",
        "supplier-part-num": f"P{number}",
        "currency": 1 if number % 4 else 46,
        "updated-at": seeder.later(at),
    }
    seeder.add("supplier-item", values, at=at)
