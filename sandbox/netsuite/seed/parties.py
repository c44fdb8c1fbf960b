"""Plants vendors and customers with their addresses and companies; one of them is both."""

from typing import Any

from sandbox.netsuite.moments import stored_time
from sandbox.netsuite.seed.entities import entity_number, plant_address
from sandbox.netsuite.seed.planter import BULK, Planter, flag
from sandbox.netsuite.seed.words import COMPANY, FIRST, LAST, ODD_COMPANIES, TRADE


def plant(planter: Planter) -> None:
    vendors = [_company(planter, "vendor", number) for number in range(1, planter.vendors + 1)]
    customers = [_company(planter, "customer", number) for number in range(1, planter.scaled(150) + 1)]
    planter.customers = customers
    both = dict(planter.store.need("vendor", id=vendors[4]))
    common = {
        name: both[name] for name in ("id", "entityid", "companyname", "isperson", "isinactive", "currency")
    }
    planter.store.insert(
        "customer", {**common, "searchstage": "Customer", "lastmodifieddate": stored_time(BULK)}
    )
    planter.store.update(
        "customer", {"id": customers[2]}, {"parent": customers[0], "toplevelparent": customers[0]}
    )


def _company_name(planter: Planter, kind: str, number: int) -> str:
    place = number if kind == "vendor" else number * 5 + 3
    if kind == "vendor" and number % 20 == 7 and number // 20 < len(ODD_COMPANIES):
        return ODD_COMPANIES[number // 20]
    again = place // (len(COMPANY) * len(TRADE))
    name = f"{COMPANY[place % len(COMPANY)]} {TRADE[place // len(COMPANY) % len(TRADE)]}"
    name = name if kind == "vendor" else f"{name} Clients"
    return f"{name} {again + 1}" if again else name


def _company(planter: Planter, kind: str, number: int) -> int:
    created, person = planter.moment(), number % 8 == 5
    first, last = FIRST[number % len(FIRST)], LAST[number * 3 % len(LAST)]
    name = f"{first} {last}" if person else _company_name(planter, kind, number)
    id_ = entity_number(planter, number)
    subsidiary = (1, 2, 3, 5, 1)[number % 5]
    values = {
        "id": id_,
        "entityid": name if number % 4 else f"{kind[0].upper()}{10000 + id_} {name}",
        "altname": name,
        "companyname": None if person else name,
        "isperson": flag(person),
        "firstname": first if person else None,
        "lastname": last if person else None,
        "email": f"office{id_}@example.com" if number % 6 else None,
        "altemail": f"alt{id_}@example.com" if number % 9 == 2 else None,
        "phone": f"(555) 010-{id_:04}" if number % 5 else None,
        "altphone": f"555 77 {id_}" if number % 7 == 0 else None,
        "mobilephone": f"+44 7700 {id_:06}" if number % 10 == 1 else None,
        "fax": f"555-9{id_:03}" if number % 11 == 0 else None,
        "url": f"https://c{id_}.example.com" if number % 2 else None,
        "currency": (1, 1, 2, 4, 1, 5)[number % 6],
        "terms": number % 4 + 1 if number % 3 else None,
        "balance": 0,
        "unbilledorders": 0,
        "creditlimit": 10000 if number % 4 == 0 else None,
        "giveaccess": flag(number % 15 == 0),
        "isinactive": flag(number % 9 == 8),
        "datecreated": created,
        "lastmodifieddate": planter.touched(number, created),
        "subsidiary": subsidiary,
        "externalid": f"{kind.upper()}-{number}" if number % 5 == 1 else None,
        "vatregnumber": f"GB{900000000 + id_}" if number % 4 == 1 else None,
        "comments": "Line one\nLine two" if number % 16 == 0 else None,
        "custentity_tier": number % 3 + 1 if number % 2 else None,
        "custentity_risk": number % 10 + 0.5 if number % 3 else None,
        "custentity_onboarded": planter.day(number) if number % 4 else None,
        "custentity_channels": ("1", "1, 3", "2, 3", None)[number % 4],
        "custentity_note": 'Said "yes"; really' if number % 14 == 3 else None,
        "custentity_checked": flag(number % 2),
        "cseg_region": number % 3 + 1 if number % 5 else None,
        **(_vendor(planter, number) if kind == "vendor" else _customer(number)),
    }
    planter.store.insert(kind, values)
    for place in range(0 if number % 12 == 0 else 2 if number % 4 == 3 else 1):
        plant_address(planter, kind, id_, number + place, name, billing=place == 0)
    for other in {subsidiary, *((2, 3) if number % 10 == 1 else ())}:
        relation = {
            "entity": id_,
            "subsidiary": other,
            "isprimarysub": flag(other == subsidiary),
            "balance": 0,
        }
        planter.add(f"{kind}subsidiaryrelationship", relation)
    return id_


def _vendor(planter: Planter, number: int) -> dict[str, Any]:
    return {
        "category": number % 3 + 1 if number % 4 else None,
        "legalname": f"Legal {number} LLC" if number % 6 == 0 else None,
        "accountnumber": f"A-{number:05}" if number % 3 else None,
        "is1099eligible": flag(number % 8 == 5),
        "payablesaccount": planter.accounts("AcctPay")[0] if number % 2 else None,
        "taxidnum": f"98-{7650000 + number}" if number % 3 else None,
        "balanceprimary": 0,
    }


def _customer(number: int) -> dict[str, Any]:
    stage = ("Customer", "Customer", "Customer", "Lead", "Customer", "Prospect", "Customer")[number % 7]
    return {
        "searchstage": stage,
        "entitystatus": {"Customer": "13", "Lead": "6", "Prospect": "8"}[stage],
        "salesrep": 11 if number % 2 else None,
        "pricelevel": 1 if number % 3 else None,
        "balancesearch": 0,
        "overduebalancesearch": 0,
        "resalenumber": f"R{number}" if number % 9 == 0 else None,
    }
