"""Seeds what a company sets up once: currencies, terms, taxes, units, lookups, charts and accounts."""

from sandbox.coupa.seed.base import DAY, FIRST_DAY, Seeder
from sandbox.coupa.seed.words import CITIES, COMMODITIES, COUNTRIES, DEPARTMENTS

CURRENCIES = (
    (1, "USD", "US Dollar", "$", 2, True),
    (46, "EUR", "Euro", "€", 2, True),
    (50, "GBP", "Pound Sterling", "£", 2, True),
    (109, "JPY", "Yen", "¥", 0, True),
    (120, "PLN", "Zloty", "zł", 2, True),
    (156, "AED", "UAE Dirham", "د.إ", 2, True),
    (12, "XPF", "CFP Franc", "₣", 0, False),
    (90, "KWD", "Kuwaiti Dinar", "د.ك", 3, True),
)
TERMS = (
    ("Net 30", None, 30, None, "Net 30 days"),
    ("2/10 Net 30", 10, 30, 2.0, None),
    ("Net 60", None, 60, None, "Net 60 days"),
    ("NET 120", None, 120, None, ""),
    ("Immediate", None, 0, None, "Due on receipt"),
    ("1.5/15 Net 45", 15, 45, 1.5, "Discount of 1.5 %"),
)
TAXES = (
    ("AZ-STD", "Arizona standard", 8.25, 223, True),
    ("EXEMPT", None, 0.0, 223, True),
    ("GB-STD", "UK standard", 20.0, 222, True),
    ("DE-STD", "Umsatzsteuer", 19.0, 80, True),
    ("DE-RED", "Ermäßigt", 7.0, 80, True),
    ("FR-STD", "TVA", 20.0, 73, True),
    ("PL-STD", "VAT", 23.0, 170, True),
    ("OLD-TAX", "No longer used", 17.5, 222, False),
)
UOMS = (
    ("EA", "Each", 2),
    ("BX", "Box", 0),
    ("KG", "Kilogram", 3),
    ("LTR", "Litre", 3),
    ("HUR", "Hour", 2),
    ("MTR", "Metre", 4),
)
LABELS = {1: ("Company", "Cost Center", "Natural Account"), 2: ("Account", "Region", "Order", "Project")}


def plant(seeder: Seeder) -> None:
    """Everything without which no record can refer to anything."""
    add = seeder.add
    for id_, code, name in COUNTRIES:
        add("country", {"id": id_, "code": code, "name": name})
    for id_, code, name, symbol, decimals, enabled in CURRENCIES:
        flags = {"enabled-flag": enabled, "enabled": enabled}
        add(
            "currency",
            {"id": id_, "code": code, "name": name, "symbol": symbol, "decimals": decimals, **flags},
        )
    for name in ("Everyone", "Europe", "Plants & Labs"):
        text = "All users can see documents assigned to this group" if name == "Everyone" else None
        add("business-group", {"name": name, "description": text})
    for code, discount, net, rate, text in TERMS:
        days = {"days-for-discount-payment": discount, "days-for-net-payment": net, "discount-rate": rate}
        kind = "DaysAfterNetPaymentTerm"
        add(
            "payment-term",
            {"code": code, "description": text, "active": True, "type": kind, "content-groups": [1], **days},
        )
    for code, text in (("Ground", "Standard ground"), ("Air", "Air freight"), ("Pickup", "")):
        add("shipping-term", {"code": code, "description": text, "active": True, "content-groups": [1]})
    for code, label, percentage, country, active in TAXES:
        values = {
            "code": code,
            "description": label,
            "percentage": percentage,
            "country": country,
            "active": active,
        }
        add("tax-code", values)
        add(
            "tax-rate",
            {
                "percentage": str(percentage),
                "country": country,
                "description": label,
                "exempt": percentage == 0,
            },
        )
    for code, name, precision in UOMS:
        add("uom", {"code": code, "name": name, "allowable-precision": precision, "active": True})
    for name in COMMODITIES:
        add("commodity", {"name": name, "translated-name": name, "active": name != "Legal"})
    for number, name in enumerate(DEPARTMENTS):
        add("department", {"name": name, "active": name != "Archive"}, at=FIRST_DAY + number % 5 * DAY)
    _rates(seeder)
    _addresses(seeder)
    _lookups(seeder)
    _charts(seeder)


def _rates(seeder: Seeder) -> None:
    pairs = ((46, 1, "1.084250000"), (1, 46, "0.922297000"), (50, 1, "1.27"), (109, 1, "0.006712345"))
    for month in range(6):
        for source, target, rate in pairs:
            day = seeder.midnight(FIRST_DAY + month * 30 * DAY)
            values = {"from-currency": source, "to-currency": target, "rate": rate, "rate-date": day}
            seeder.add("exchange-rate", values, at=FIRST_DAY + month * 30 * DAY)


def _addresses(seeder: Seeder) -> None:
    names = ("HQ", "Leeds Depot", "Köln Werk", "Lyon", "Kraków", "Sendai", "Warehouse 9, Dock B", "Old Site")
    for number, name in enumerate(names):
        street, city, state, postal, country = CITIES[number % len(CITIES)]
        values = {
            "name": name,
            "location-code": name[:3].upper() if number % 3 else name,
            "street1": street,
            "street2": "",
            "city": city,
            "state": state,
            "postal-code": postal,
            "active": name != "Old Site",
            "business-group-name": "Everyone",
            "country": next(id_ for id_, code, _ in COUNTRIES if code == country),
            "content-groups": [1],
        }
        seeder.add("address", values)
    for number, name in enumerate(("Ardent Foods Inc", "Ardent Europe GmbH", "Ardent Trading (Asia)")):
        seeder.add(
            "legal-entity",
            {"name": name, "active": True, "registration-number": f"R{number}", "address": number + 1},
        )


def _lookups(seeder: Seeder) -> None:
    """Four lookups, of 120, 2, 4 and 5000 values, the first nested in three levels."""
    shapes = (("Project code", 120, 3), ("Plant", 2, 1), ("Vendor tier", 4, 1), ("Cost object", 5000, 1))
    for name, count, levels in shapes:
        labels = {
            f"level-{level}-name": ("Programme", "Project", "Task")[level - 1]
            for level in range(1, levels + 1)
        }
        texts = {
            "name": name,
            "description": "Capital projects" if levels > 1 else None,
            "fixed-depth": levels == 1,
        }
        lookup = seeder.add(
            "lookup", {"active": True, "values-count": count, "content-groups": [1], **texts, **labels}
        )
        made: list[dict[str, object]] = []
        for number in range(1, count + 1):
            parent = made[(number - 7) // 4] if levels > 1 and number > 6 else None
            made.append(_value(seeder, lookup["id"], name, number, parent))


def _value(
    seeder: Seeder, lookup: int, name: str, number: int, parent: dict[str, object] | None
) -> dict[str, object]:
    code = f"{name[0]}{number}"
    path, depth, above = code, 0, None
    if parent and int(str(parent["depth"])) < 2:
        path, depth, above = (
            f"{parent['external-ref-code']}-{code}",
            int(str(parent["depth"])) + 1,
            parent["id"],
        )
        parent["children-count"] = int(str(parent["children-count"])) + 1
    title = {
        "Plant": ("North", "South"),
        "Vendor tier": ("Preferred", "Approved", "Trial", "Blocked, old"),
    }.get(name)
    return seeder.add(
        "lookup-value",
        {
            "name": title[number - 1] if title else f"{name} {number}",
            "external-ref-num": code,
            "external-ref-code": path,
            "lookup": lookup,
            "parent": above,
            "depth": depth,
            "children-count": 0,
            "active": number % 17 != 0,
            "is-default": number == 1,
        },
        at=FIRST_DAY + number // 50 * 60,
    )


def _charts(seeder: Seeder) -> None:
    us = {"name": "Ardent US", "legal-entity-name": "Ardent Foods Inc", "currency": 1, "dynamic-flag": False}
    eu = {
        "name": "Ardent EU",
        "legal-entity-name": "Ardent Europe GmbH",
        "currency": 46,
        "dynamic-flag": True,
    }
    for number, chart in enumerate((us, eu), 1):
        seeder.add(
            "account-type", {**chart, "active": True, "primary-address": number, "~labels": LABELS[number]}
        )
    for quarter in range(1, 9):
        name = f"Q{(quarter - 1) % 4 + 1} FY{25 + (quarter - 1) // 4}"
        seeder.add("period", {"name": name, "account-type": 1})
    count = seeder.scaled(300, 50)
    for number in range(1, count + 1):
        _account(seeder, number)


def _account(seeder: Seeder, number: int) -> None:
    """Two of three accounts sit in the static chart; the dynamic one has slashes, dashes and empty segments."""
    if number % 3:
        chart = 1
        segments = ["AF01" if number % 2 else "AF02", str(4000 + number % 40 * 10), str(61000 + number)]
    else:
        chart = 2
        region = ("N/A", "", "EU-West", "ME/AF")[number // 3 % 4]
        segments = [
            str(51000000 + number),
            region,
            "" if number % 2 else "77",
            f"61W{number}/07-{number % 7}",
        ]
    name = (None, "", f"Ops - Cost {number}", f'Rent, "{number}" & other')[number % 4]
    values = {f"segment-{place}": part for place, part in enumerate(segments, 1)}
    seeder.add(
        "account",
        {
            "name": name,
            "code": "-".join(segments),
            "active": number % 13 != 0,
            "account-type": chart,
            **values,
        },
        at=FIRST_DAY + number // 40 * 3600,
    )
