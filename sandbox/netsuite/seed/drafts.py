"""How documents are planted: lines of items and expenses, links between lines, and what follows from them."""

from typing import Any

from sandbox.netsuite.documents import KINDS, line_flags, lines_of, named, settle
from sandbox.netsuite.moments import opened
from sandbox.netsuite.seed.planter import Planter, flag
from sandbox.netsuite.seed.words import CITIES
from sandbox.netsuite.store import Row, Store

# kinds of items that documents hold
ORDERED = ("InvtPart", "NonInvtPart", "Service", "OthCharge", "Assembly")
BEGAN = 2024  # the year of the first accounting period


def document(planter: Planter, type_: str, header: Row, lines: list[Row], number: int) -> int:
    """A document with its lines; what follows from them is settled."""
    store, kind, created = planter.store, KINDS[type_], planter.moment()
    id_ = store.next_id("transaction", gap=(0, 2, 0, 0, 1)[number % 5])
    day = planter.day(number)
    values: Row = {
        "id": id_,
        **named(kind, id_, header.get("tranid")),
        "exchangerate": 1.0,
        "trandate": day,
        "postingperiod": _period(day) if kind.posting else None,
        "voided": "F",
        "void": "F",
        "source": "REST" if number % 6 == 0 else None,
        "createddate": created,
        "createdby": 11,
        "lastmodifieddate": planter.touched(number, created),
        "lastmodifiedby": 12 if number % 2 else 11,
        "externalid": f"{kind.short}-{number}" if number % 5 == 1 else None,
        "memo": ("Monthly", None, 'A "quoted" memo; with, commas', None, "Überweisung")[number % 5],
        "custbody_note": f"Note {number}" if number % 3 == 0 else None,
        "custbody_contract": number % 3 + 1 if number % 2 else None,
        "custbody_rush": flag(number % 7 == 0),
        "custbody_approved_on": planter.day(number, 2) if number % 4 == 0 else None,
        "custbody9": f"OLD{number}" if number % 6 == 1 else None,
        "cseg_region": number % 3 + 1 if number % 4 else None,
        "department": number % 6 + 1 if number % 3 else None,
        "class": number % 4 + 1 if number % 5 == 2 else None,
        "location": 1 if number % 4 == 1 else None,
        **header,
    }
    store.insert("transaction", values)
    for place, line in enumerate(lines, 1):
        _line(store, id_, place, {**line, "subsidiary": values.get("subsidiary")}, created)
    settle(store, id_, created)
    return id_


def _line(store: Store, id_: int, place: int, values: Row, at: str) -> None:
    own: Row = {
        **line_flags(),
        "transaction": id_,
        "id": place,
        "uniquekey": store.next_id("transactionline", gap=place % 2),
        "linesequencenumber": place,
        "linelastmodifieddate": at,
        **values,
    }
    if own.get("foreignamount") is not None:
        own["netamount"] = own["foreignamount"]
    store.insert("transactionline", own)


def _period(day: str) -> int:
    at = opened(day)
    return 10 + (at.year - BEGAN) * 12 + at.month - 1


def _dimensions(planter: Planter, number: int, place: int) -> Row:
    customer = planter.customers[number % len(planter.customers)]
    return {
        "department": (number + place) % 8 + 1 if (number + place) % 4 else None,
        "class": place % 3 + 1 if number % 3 == 0 else None,
        "location": 1 if number % 5 == 0 else None,
        "cseg_region": (number + place) % 3 + 1 if number % 2 else None,
        "cseg_channel": place % 3 + 1 if number % 6 == 0 else None,
        "custcol_cost_code": f"CC-{number}-{place}" if place % 2 else None,
        "custcol_starts": planter.day(number) if number % 4 == 1 else None,
        "custcol_billable_to": customer if number % 9 == 0 else None,
    }


def item_lines(planter: Planter, number: int, items: list[Row], sign: int = 1) -> list[Row]:
    """One to five lines of items, now and then one of tax beside them."""
    found = []
    for place in range(1 + number % 5):
        item = items[(number * 7 + place * 3) % len(items)]
        quantity = planter.chance.randint(1, 20)
        rate = round(planter.chance.uniform(1, 500), 2)
        amount = round(quantity * rate, 2)
        line = {
            "item": item["id"],
            "itemtype": item["itemtype"],
            "quantity": quantity * sign,
            "rate": rate,
            "foreignamount": amount * sign,
            "taxamount": round(amount * 0.2, 2) * sign if number % 4 == 0 else None,
            "expenseaccount": item["expenseaccount"] if sign > 0 else item["incomeaccount"],
            "memo": item["description"],
            "units": "1" if item["unitstype"] else None,
            **_dimensions(planter, number, place),
        }
        found.append(line)
    return found


def expense_lines(planter: Planter, number: int) -> list[Row]:
    accounts = planter.accounts("Expense")
    found: list[Row] = []
    for place in range(1 + number % 3):
        amount = round(planter.chance.uniform(5, 900), 2) * (-1 if place == 2 and number % 4 == 1 else 1)
        line: Row = {
            "expenseaccount": accounts[(number + place) % len(accounts)],
            "category": 1 if number % 6 == 0 else None,
            "foreignamount": amount,
            "memo": f"Expense {place}" if place else None,
            "isbillable": "F",
            **_dimensions(planter, number, place),
        }
        found.append(line)
    return found


def of_party(vendor: Row) -> dict[str, Any]:
    return {
        "entity": vendor["id"],
        "currency": vendor["currency"],
        "exchangerate": {1: 1.0, 2: 1.27, 4: 1.09, 5: 0.0067}.get(vendor["currency"], 1.0),
        "subsidiary": vendor["subsidiary"] or 1,
        "terms": vendor["terms"],
        "email": vendor["email"],
    }


def address(planter: Planter, table: str, number: int) -> int:
    street, city, state, postal, country = CITIES[number % len(CITIES)]
    nkey = planter.store.next_id("address")
    text = "\n".join(filter(None, (street, f"{city} {state or ''} {postal}", country)))
    values = {"nkey": nkey, "addr1": street, "city": city, "state": state, "zip": postal, "country": country}
    planter.store.insert(table, {**values, "addrtext": text})
    return nkey


def link(store: Store, before: Row, after: Row, kinds: tuple[str, str], linktype: str, at: str) -> None:
    """One row per pair of lines: `before` and `after` are the lines, `kinds` the types of their documents."""
    values = {
        "previousdoc": before["transaction"],
        "previousline": before["id"],
        "previoustype": kinds[0],
        "nextdoc": after["transaction"],
        "nextline": after["id"],
        "nexttype": kinds[1],
        "linktype": linktype,
        "foreignamount": abs(after["foreignamount"] or 0),
        "lastmodifieddate": at,
    }
    store.insert("nexttransactionlinelink", values)


def account(planter: Planter, kind: str) -> int:
    return planter.accounts(kind)[0]


def follow(planter: Planter, order: int, type_: str, header: Row, number: int, share: float) -> int:
    """A document made of an order: each line takes over a share of the order's."""
    store = planter.store
    sources = lines_of(store, order)
    names = ("item", "itemtype", "rate", "expenseaccount", "memo", "department", "class", "location", "units")
    lines = []
    for source in sources:
        quantity = max(1, int(source["quantity"] * share))
        taken = {name: source[name] for name in names}
        amount = round(quantity * source["rate"], 2)
        lines.append({**taken, "quantity": quantity, "foreignamount": amount, "createdfrom": order})
    id_ = document(planter, type_, {**header, "createdfrom": order}, lines, number)
    linktype = "OrdBill" if type_ == "VendBill" else "ShipRcpt"
    for before, after in zip(sources, lines_of(store, id_), strict=True):
        link(store, before, after, ("PurchOrd", type_), linktype, planter.moment())
        store.update(
            "transactionline",
            {"uniquekey": after["uniquekey"]},
            {"orderdoc": order, "orderline": before["id"]},
        )
    settle(store, order, planter.moment())
    return id_
