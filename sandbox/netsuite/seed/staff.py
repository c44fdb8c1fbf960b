"""Plants roles and employees, and later the groups that they are in and the log of their logins."""

from typing import Any

from sandbox.netsuite.people import PEOPLE, ROLES
from sandbox.netsuite.seed.entities import entity_number, plant_address
from sandbox.netsuite.seed.planter import Planter, flag
from sandbox.netsuite.seed.words import FIRST, LAST

MORE_ROLES = ((1010, "Sales Manager"), (1021, "Employee Center"), (1022, "Retired Role"))
PERMISSIONS = (("TRAN_VENDBILL", "Bills"), ("LIST_VENDOR", "Vendors"), ("TRAN_PURCHORD", "Purchase Order"))


def plant(planter: Planter) -> None:
    _roles(planter)
    _employees(planter)


def plant_groups(planter: Planter) -> None:
    """Groups and logins of the employees there are."""
    employees = planter.store.ids("employee")
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


def _employees(planter: Planter) -> None:
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
    id_ = planter.store.insert("employee", {**values, "id": own.get("id") or entity_number(planter, number)})[
        "id"
    ]
    for role in filter(None, (own["rolesforsearch"] or "").split(", ")):
        planter.store.insert("employeerolesforsearch", {"entity": id_, "role": int(role)})
    if number % 3 == 0:
        plant_address(planter, "employee", id_, number, f"{first} {last}", billing=True)
    return int(id_)


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
