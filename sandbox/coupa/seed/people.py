"""Seeds roles, users of every sort, user groups and their members."""

from sandbox.coupa.seed.base import DAY, FIRST_DAY, Seeder
from sandbox.coupa.seed.words import FIRST, LAST, ROLES

API_USERS = {
    12: ("svc.gateway", "Gateway"),
    13: ("svc.reader", "Reader"),
    14: ("svc.few", "Few"),
    15: ("svc.odd", "Odd"),
}
USERS = 60
PORTAL_FROM = 55
GROUPS = (
    ("Plant approvers", "Approves spend of the plant", None, True),
    ("Travel desk", None, None, False),
    ("Buyers, EMEA", "Buyers & planners", None, True),
    ("Invoice clerks", "", None, True),
    ("Retrofit 2026", "Project team", "Project", False),
    ("New line [4]", None, "Project", False),
    ("Former team", "No longer used", None, False),
    ("Empty group", None, None, False),
)
OFF = [
    "aic-user",
    "analytics-user",
    "ccw-user",
    "clm-advanced-user",
    "contracts-user",
    "inventory-user",
    "invoicing-user",
    "risk-assess-user",
    "sourcing-user",
    "spend-guard-user",
    "supply-chain-user",
    "travel-user",
    "treasury-user",
    "supplier-user",
    "support-user",
    "api-user",
]


def plant(seeder: Seeder) -> None:
    """Users 12 to 15 are the API clients, 1 is support staff, 55 and up use the supplier portal."""
    for number, (name, text) in enumerate(ROLES, 2):
        values = {
            "id": number,
            "name": name,
            "description": text,
            "omnipotent": number == 2,
            "system-role": number < 10,
        }
        seeder.add("role", {**values, "created-by": None})
    for id_ in range(1, USERS + 1):
        _user(seeder, id_)
    for name, text, type_, approving in GROUPS:
        flags = {"active": name != "Former team", "open": False, "can-approve": approving}
        mention = "".join(letter for letter in name.lower() if letter.isalnum())
        group = {
            "name": name,
            "description": text,
            "type": type_,
            "mention-name": mention,
            "content-groups": [1],
        }
        seeder.add("user-group", {**group, **flags, "owner": 2})
    for group_id in range(1, len(GROUPS)):
        for place in range(2 + group_id % 3):
            user = 16 + (group_id * 5 + place * 3) % 38
            values = {"user": user, "user-group": group_id, "owner": place == 0, "participant": True}
            seeder.add("user-group-membership", {**values, "user-group-type": "UserGroup"}, at=FIRST_DAY)


def _user(seeder: Seeder, id_: int) -> None:
    first, last = FIRST[id_ % len(FIRST)], LAST[id_ * 7 % len(LAST)]
    login = (
        f"user{id_:03d}" if not f"{first}{last}".isascii() or "'" in last else f"{first}.{last}.{id_}".lower()
    )
    values = {
        "id": id_,
        "firstname": first,
        "lastname": last,
        "login": login,
        "email": f"{login}@example.com",
        "active": id_ % 10 != 9,
        "account-security-type": 0,
        "authentication-method": "saml" if id_ % 2 else "coupa_credentials",
        "business-group-security-type": 1,
        "default-locale": ("en", "de", "fr-CA", None)[id_ % 4],
        "employee-number": (f"E-{id_:04d}", None, "", f"E-{id_:04d}")[id_ % 4],
        "employee-payment-channel": "ERP",
        "mention-name": login.replace(".", ""),
        "middlename": "J." if id_ % 6 == 0 else None,
        "sso-identifier": login if id_ % 2 else None,
        "salesforce-id": None,
        "seniority-level": "L4" if id_ % 9 == 0 else None,
        "expense-user": id_ % 2 == 0,
        "purchasing-user": id_ % 3 != 0,
        **dict.fromkeys(OFF, False),
        "custom-fields": {"cost-center-code": f"{4000 + id_ * 10}" if id_ % 3 else ""},
        "badge-number": f"B{id_}",
        "default-currency": 1,
        "content-groups": [1],
        "roles": [3],
    }
    seeder.add("user", {**values, **_station(seeder, id_)}, at=FIRST_DAY + id_ // 7 * DAY)


def _station(seeder: Seeder, id_: int) -> dict[str, object]:
    """What depends on the sort of user."""
    if id_ == 1:
        names = {
            "login": "support",
            "email": "support@example.com",
            "firstname": "Support",
            "lastname": "Staff",
        }
        return {
            **names,
            "fullname": "Support Staff",
            "support-user": True,
            "type": "SupportUser",
            "roles": [2],
        }
    if id_ in API_USERS:
        login, first = API_USERS[id_]
        names = {"login": login, "email": f"{login}@example.com", "firstname": first, "lastname": "Service"}
        flags = {"api-user": True, "type": "ApiUser", "purchasing-user": False, "active": True}
        return {**names, **flags, "fullname": f"{first} Service", "roles": [2], "employee-number": None}
    first, last = FIRST[id_ % len(FIRST)], LAST[id_ * 7 % len(LAST)]
    named: dict[str, object] = {"fullname": f"{first} {last}"}
    if id_ >= PORTAL_FROM:
        return {**named, "supplier-user": True, "type": "SupplierUser", "purchasing-user": False}
    phone = seeder.add(
        "phone-number", {"country-code": "1", "area-code": "602", "number": f"5550{100 + id_}"}
    )
    limit = seeder.add(
        "approval-limit",
        {"name": "1000.00 USD", "amount": "1000.00", "subject": "requisition_header", "currency": 1},
    )
    return {
        **named,
        "roles": [2] if id_ == 2 else [3] if id_ % 4 else [3, 4 + id_ // 4 % 9],
        "phone-work": phone["id"] if id_ % 3 else None,
        "phone-mobile": phone["id"] if id_ % 5 == 0 else None,
        "requisition-approval-limit": limit["id"],
        "department": id_ % 24 + 1 if id_ % 7 else None,
        "manager": 2 if id_ > 2 else None,
        "default-address": id_ % 7 + 1 if id_ % 4 else None,
        "default-account": id_ % 12 * 3 + 1 if id_ % 5 else None,
        "default-account-type": 1,
    }
