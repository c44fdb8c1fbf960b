"""Plants roles, employees, vendors, customers and groups, whose ids come from one sequence."""

from typing import Any

from sandbox.netsuite.moments import stored_time
from sandbox.netsuite.people import PEOPLE, ROLES
from sandbox.netsuite.seed.planter import BULK, Planter, flag
from sandbox.netsuite.seed.words import CITIES, COMPANY, FIRST, LAST, ODD_COMPANIES, TRADE

MORE_ROLES = ((1010, "Sales Manager"), (1021, "Employee Center"), (1022, "Retired Role"))
PERMISSIONS = (("TRAN_VENDBILL", "Bills"), ("LIST_VENDOR", "Vendors"), ("TRAN_PURCHORD", "Purchase Order"))


def plant(planter: Planter) -> None:
    _roles(planter)
    employees = _employees(planter)
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
    _groups(planter, employees)
    for place, employee in enumerate(employees[:40]):
        login = {
            "internalid": place + 1,
            "user": employee,
            "role": 3 if place < 2 else 1001,
            "date": planter.moment(),
            "status": "Success" if place % 9 else "Failure",
            "emailaddress": f"user{place}@example.com",
        }
        planter.store.insert("loginaudit", login)


def _roles(planter: Planter) -> None:
    named = [(role.id, role.name) for role in ROLES.values()]
    for id_, name in sorted([*named, *MORE_ROLES]):
        values = {
            "id": id_,
            "name": name,
            "scriptid": f"customrole_{name.lower().replace(' ', '_').replace('/', '')}",
            "isinactive": flag(id_ == 1022),
            "centertype": "BASIC" if id_ > 3 else "CLASSIC",
            "issalesrole": flag(id_ == 1010),
            "iswebserviceonlyrole": flag(id_ == 1001),
            "subsidiaryoption": "ALL" if id_ == 3 else "OWN",
        }
        planter.store.insert("role", values)
        for key, label in PERMISSIONS:
            level = 4 if id_ == 3 else 2
            planter.store.insert(
                "rolepermissions", {"role": id_, "permkey": key, "name": label, "permlevel": level}
            )


def _employees(planter: Planter) -> list[int]:
    """First the people who can sign in, then others; some have no access, no mail, several roles."""
    found: list[int] = []
    for person in PEOPLE:
        first, last = person.name.split()
        roles = ", ".join(str(role.id) for role in person.roles)
        values = {"id": person.entity, "email": person.email, "giveaccess": "T", "rolesforsearch": roles}
        found.append(_employee(planter, person.entity, first, last, values, found))
    for number in range(20, planter.scaled(130) + 20):
        first, last = FIRST[number % len(FIRST)], LAST[number * 7 % len(LAST)]
        access = number % 3 != 0
        values = {
            "email": f"employee{number}@example.com" if number % 11 else None,
            "giveaccess": flag(access),
            "rolesforsearch": ("1021", "1010, 1021", "1002")[number % 3] if access and number % 10 else None,
        }
        found.append(_employee(planter, number, first, last, values, found))
    return found


def _employee(
    planter: Planter, number: int, first: str, last: str, own: dict[str, Any], others: list[int]
) -> int:
    created = planter.moment()
    values = {
        "entityid": f"{first} {last}" if number % 13 else f"{first} {last} {number}",
        "altname": f"{first} {last}",
        "isperson": "T",
        "firstname": first,
        "middlename": "J." if number % 8 == 0 else None,
        "lastname": last,
        "phone": f"555-{1000 + number}" if number % 4 else None,
        "mobilephone": f"+1 555 {2000 + number}" if number % 5 == 0 else None,
        "title": ("Buyer", "Engineer", "Accountant", None)[number % 4],
        "department": number % 8 + 1 if number % 9 else None,
        "class": None if number % 4 else 1,
        "location": 1 if number % 3 else None,
        "subsidiary": (1, 2, 3, 5)[number % 4],
        "supervisor": others[number % len(others)] if others and number % 6 else None,
        "approver": others[0] if others and number % 2 else None,
        "employeetype": "1" if number % 5 else "2",
        "employeestatus": "1",
        "hiredate": planter.day(number),
        "releasedate": planter.day(number, 200) if number % 12 == 0 else None,
        "isinactive": flag(number % 12 == 0),
        "issalesrep": flag(number % 7 == 0),
        "purchaseorderlimit": 1000 + number * 10 if number % 2 else None,
        "purchaseorderapprovallimit": 5000 if number % 4 == 1 else None,
        "expenselimit": 500 if number % 3 else None,
        "currency": 1,
        "datecreated": created,
        "lastmodifieddate": planter.touched(number, created),
        "externalid": f"EMP-{number}" if number % 6 == 2 else None,
        "custentity_tier": number % 3 + 1 if number % 2 else None,
        "custentity_note": "Speaks French" if number % 9 == 4 else None,
        "custentity_checked": flag(number % 2),
        **own,
    }
    id_ = planter.store.insert("employee", {**values, "id": own.get("id") or _number(planter, number)})["id"]
    for role in filter(None, (own["rolesforsearch"] or "").split(", ")):
        planter.store.insert("employeerolesforsearch", {"entity": id_, "role": int(role)})
    if number % 3 == 0:
        _address(planter, "employee", id_, number, f"{first} {last}", billing=True)
    return int(id_)


def _number(planter: Planter, number: int) -> int:
    """The next id of all entities, with a gap now and then."""
    return planter.store.next_id("entity", gap=(0, 0, 1, 0, 3)[number % 5])


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
    id_ = _number(planter, number)
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
        _address(planter, kind, id_, number + place, name, billing=place == 0)
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


def _address(planter: Planter, kind: str, entity: int, number: int, name: str, *, billing: bool) -> None:
    street, city, state, postal, country = CITIES[number % len(CITIES)]
    nkey = planter.store.next_id("address", gap=number % 2)
    values = {
        "nkey": nkey,
        "addr1": street,
        "addr2": "Building 2" if number % 3 == 0 else None,
        "addr3": "Gate C" if number % 12 == 0 else None,
        "addressee": name,
        "attention": "Accounts" if number % 5 == 0 else None,
        "city": city,
        "state": state,
        "zip": postal,
        "country": country,
        "addrphone": f"555-{nkey}" if number % 4 == 0 else None,
        "addrtext": "\n".join(filter(None, (name, street, f"{city} {state or ''} {postal}", country))),
    }
    planter.store.insert(f"{kind}addressbookentityaddress", values)
    shipping = number % 2 == 0 or not billing
    book = {
        "internalid": nkey,
        "entity": entity,
        "addressbookaddress": nkey,
        "defaultbilling": flag(billing),
        "defaultshipping": flag(shipping),
        "label": street,
    }
    planter.store.insert(f"{kind}addressbook", book)
    if kind != "employee":
        sides = {"defaultbillingaddress": billing, "defaultshippingaddress": shipping}
        planter.store.update(kind, {"id": entity}, {side: nkey for side, is_it in sides.items() if is_it})


def _groups(planter: Planter, employees: list[int]) -> None:
    for number in range(1, planter.scaled(24, 6) + 1):
        created, sales = planter.moment(), number % 6 == 1
        values = {
            "groupname": f"Group {number}" if number % 5 else f"Équipe {number}",
            "grouptype": "Vendor" if number % 11 == 0 else "Employee",
            "groupowner": employees[0],
            "email": f"group{number}@example.com" if number % 3 else None,
            "comments": f"People of group {number}" if number % 4 else None,
            "issalesrep": flag(sales),
            "issupportrep": flag(number % 6 == 2),
            "isfunctionalteam": "F",
            "isproductteam": flag(number % 6 == 3),
            "isinactive": flag(number % 8 == 7),
            "isprivate": "F",
            "isdynamic": flag(number % 9 == 4),
            "subsidiary": 1 if number % 2 else None,
            "lastmodifieddate": planter.touched(number, created),
        }
        group = planter.add("entitygroup", values, gap=number % 2)
        for place in range(0 if values["grouptype"] == "Vendor" else number % 7):
            employee = employees[(number * 5 + place) % len(employees)]
            member = {
                "group": group,
                "employeemember": employee,
                "name": planter.store.need("employee", id=employee)["entityid"],
                "contribution": 1 if sales else None,
                "isinactive": flag(place == 5),
            }
            planter.store.insert("entitygroupmember", member)
