"""Rules of suppliers, users and groups."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.coupa.rules import Rules
from sandbox.coupa.store import Record

if TYPE_CHECKING:
    from sandbox.coupa.editor import Editor

METHODS = ("cxml", "xml", "email", "prompt", "mark_as_sent", "buy_online")
CXML = ("cxml-url", "cxml-identity", "cxml-supplier-identity")
USER_ROLE = 3


def check_supplier(editor: "Editor", record: Record, creating: bool) -> list[str]:
    """The way orders are sent needs its own fields."""
    needed = {"email": ("po-email",), "cxml": CXML}.get(record.get("po-method") or "", ())
    return [
        f"{name.replace('-', ' ').capitalize()} can't be blank" for name in needed if not record.get(name)
    ]


def settle_supplier(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    """Primary ones stand in the lists too; without address and contact a supplier stays a draft."""
    changes: Record = {}
    for single, many in (("primary-address", "supplier-addresses"), ("primary-contact", "contacts")):
        listed = list(record.get(many) or [])
        first = record.get(single)
        if first and first not in listed:
            changes[many] = [first, *listed]
    if record.get("status") == "active" and not (
        record.get("primary-address") and record.get("primary-contact")
    ):
        changes["status"] = "draft"
    if creating and not record.get("display-name"):
        changes["display-name"] = record["name"]
    editor.store.set("supplier", record, changes)


def settle_user(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    """The full name is computed, and a new user has the role User whatever was sent."""
    full = " ".join(part for part in (record.get("firstname"), record.get("lastname")) if part)
    changes: Record = {"fullname": full}
    roles = list(record.get("roles") or [])
    if creating and USER_ROLE not in roles:
        changes["roles"] = [USER_ROLE, *roles]
    if creating and not record.get("mention-name"):
        changes["mention-name"] = full.replace(" ", "").lower()
    editor.store.set("user", record, changes)


def settle_group(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    if creating and not record.get("mention-name"):
        mention = "".join(letter for letter in record["name"].lower() if letter.isalnum())
        editor.store.set("user-group", record, {"mention-name": mention})


def check_membership(editor: "Editor", record: Record, creating: bool) -> list[str]:
    same = editor.store.where("user-group-membership", "user", record.get("user"))
    twice = any(one is not record and one.get("user-group") == record.get("user-group") for one in same)
    return ["User has already been taken"] if twice else []


LICENCES = """expense-user purchasing-user inventory-user invoicing-user sourcing-user analytics-user contracts-user
    api-user"""

RULES: Mapping[str, Rules] = {
    "supplier": Rules(
        required=("name",),
        unique=("name", "number"),
        words={
            "status": ("active", "inactive", "draft"),
            "po-method": METHODS,
            "po-change-method": METHODS,
            "payment-method": ("invoice", "pcard", "invoice_only", "pcard_only", "virtual_card"),
            "invoice-matching-level": ("2-way", "3-way", "3-way-direct", "none"),
        },
        defaults={
            "status": "draft",
            "payment-method": "invoice",
            "po-change-method": "prompt",
            "on-hold": False,
            "buyer-hold": False,
            "one-time-supplier": False,
            "savings-pct": "0.0",
            "enterprise": 1,
            "content-groups": [1],
        },
        check=check_supplier,
        settle=settle_supplier,
    ),
    "supplier-site": Rules(required=("code",), unique=(("code", "supplier"),), defaults={"active": True}),
    "contact": Rules(defaults={"active": True}),
    "user": Rules(
        required=("login", "email", "firstname", "lastname"),
        unique=("login", "email", "employee-number"),
        words={"authentication-method": ("coupa_credentials", "saml", "ldap")},
        defaults={
            "active": True,
            "authentication-method": "coupa_credentials",
            "account-security-type": 0,
            "supplier-user": False,
            "support-user": False,
            **dict.fromkeys(LICENCES.split(), False),
        },
        settle=settle_user,
    ),
    "user-group": Rules(
        required=("name",),
        unique=("name",),
        defaults={"active": True, "open": False, "can-approve": False, "content-groups": [1]},
        settle=settle_group,
    ),
    "user-group-membership": Rules(
        required=("user", "user-group"),
        defaults={"owner": False, "participant": True, "user-group-type": "UserGroup"},
        check=check_membership,
    ),
    "role": Rules(required=("name",), unique=("name",), defaults={"omnipotent": False, "system-role": False}),
}
