"""What each filter of a provider looks at, said by a record of ours: what conformance tests work results out from."""

from collections.abc import Callable, Mapping
from typing import Any

Record = dict[str, Any]
Read = Callable[[Record], Any]


def of(name: str) -> Read:
    return lambda record: record[name]


def remote(*path: str) -> Read:
    """What the vendor's record has at a path; of lists, of each member."""

    def read(record: Record) -> Any:
        found: Any = record["remote_data"]
        for step in path:
            found = [row.get(step) for row in found] if isinstance(found, list) else (found or {}).get(step)
        return found

    return read


def ids(name: str) -> Read:
    return lambda record: [each["id"] for each in record[name] or []]


def id_of(name: str) -> Read:
    return lambda record: (record[name] or {}).get("id")


def emails(record: Record) -> Any:
    return [each["email"] for each in record["emails"] or []]


def lines_suppliers(record: Record) -> list[str]:
    lines = record["remote_data"]["requisition-lines"]
    return [str(line["supplier"]["id"]) for line in lines if line.get("supplier")]


def status_of(name: str, table: Mapping[Any, list[str]]) -> Read:
    return lambda record: table[record["remote_data"].get(name)]


PERSON: dict[str, Read] = {
    "first_name": of("first_name"),
    "last_name": of("last_name"),
    "emails[email]": lambda record: emails(record)[:1],
}
PLAIN: dict[str, dict[str, Read]] = {
    "accounting/accounts": {name: of(name) for name in ("account_number", "status", "type")},
    "accounting/contacts": {
        "contact_type": of("type"),
        "status": of("status"),
    },
    "accounting/currencies": {"code": of("code"), "status": of("status")},
    "accounting/employees": {**PERSON, "name": of("name")},
    "accounting/invoices": {
        "invoice_type": of("type"),
        "contact[id]": id_of("contact"),
        "contact[name]": lambda record: record["contact"]["name"],
        "contact[type]": lambda record: record["contact"]["type"],
        "currency": of("currency"),
        "number": of("number"),
        "status": of("status"),
        "issue_date": of("issue_date"),
        "due_date": of("due_date"),
    },
    "accounting/items": {"name": of("name"), "status": of("status")},
    "accounting/purchase_orders": {
        "status": of("status"),
        "number": of("number"),
        "vendor[id]": of("vendor"),
        "issue_date": of("issue_date"),
    },
    "accounting/purchase_order_requisitions": {
        "status": of("status"),
        "number": of("number"),
        "requested_by[id]": id_of("requested_by"),
    },
    "accounting/tracking_categories": {
        "name": of("name"),
        "status": of("status"),
        "category_type": of("category_type"),
    },
    "user-directory/users": {
        **PERSON,
        "username": of("username"),
        "group[id]": ids("groups"),
        "status": of("status"),
        "user_type": of("user_type"),
    },
    "user-directory/groups": {"name": of("name"), "group_type": of("group_type")},
    "user-directory/roles": {"name": of("name")},
}
OWN: dict[str, dict[str, dict[str, Read]]] = {
    "coupa": {
        "accounting/accounts": {"name": remote("name")},
        "accounting/attachments": {
            "type": of("type"),
            "parent[type]": lambda record: record["parent"]["type"],
            "parent[id]": id_of("parent"),
        },
        "accounting/contacts": {
            "name": remote("name"),
            "tax_number": of("tax_number"),
            "emails[email]": remote("primary-contact", "email"),
        },
        "accounting/employees": {
            "role_name": remote("roles", "name"),
            "purchasing_employee": lambda record: str(
                record["remote_data"]["purchasing-user"] is True
            ).lower(),
            "status": status_of("active", {True: ["active"], False: ["inactive", "archived"], None: []}),
        },
        "accounting/purchase_order_requisitions": {"vendor[id]": lines_suppliers},
    },
    "netsuite": {
        "accounting/accounts": {"name": of("name"), "classification": of("classification")},
        "accounting/contacts": {
            "name": of("name"),
            "currency": of("currency"),
            "emails[email]": lambda record: [
                each["email"] for each in record["emails"] if each["type"] == "primary"
            ],
        },
        "accounting/employees": {
            "status": status_of("isinactive", {"F": ["active"], "T": ["inactive", "archived"]}),
        },
        "accounting/purchase_order_requisitions": {
            "vendor[id]": remote("lines", "entity"),
            "issue_date": of("issue_date"),
        },
        "user-directory/users": {"organization_id": ids("organizations")},
    },
}
COMMON: dict[str, Read] = {name: of(name) for name in ("id", "created_at", "updated_at")}
APART = {"is_deleted"}  # tried by itself: what it lists is in no other list

# What of a get a list leaves null, and what can only be asked for alone.
LEFT_OUT = {
    ("coupa", "accounting/items"): {"unit_price", "purchase_price"},
    ("coupa", "accounting/tracking_categories"): {"options"},
    ("netsuite", "accounting/accounts"): {"current_balance"},
    ("netsuite", "accounting/contacts"): {"tax_number"},
    ("netsuite", "user-directory/groups"): {"organization"},
}
ALONE = {("coupa", "accounting/invoices", "status", "in"): {"paid", "authorised"}}  # kept beside the status


def reads(provider: str, key: str) -> dict[str, Read]:
    return {**COMMON, **PLAIN.get(key, {}), **OWN[provider].get(key, {})}
