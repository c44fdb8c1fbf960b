"""Who can sign in at the stand-in's pages, and which scopes each of them may pass on to a client."""

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.coupa.tenant import Tenant

SIGN_IN = frozenset({"openid", "profile", "email", "login", "offline_access"})
PROVISIONING = "core.user.write"  # only administrators may consent to it


@dataclass(frozen=True)
class Person:
    """`role` in words for the page; `may` are beginnings of scopes, `reads` limits them to reading."""

    user: int
    role: str
    may: tuple[str, ...]
    reads: bool = False
    admin: bool = False

    def can_pass_on(self, scope: str) -> bool:
        if scope in SIGN_IN:
            return True
        return scope.startswith(self.may) and (not self.reads or scope.endswith(".read"))


BUYING = (
    "common",
    "accounting",
    "supplier",
    "item",
    "catalog",
    "uom",
    "requisition",
    "purchase_order",
    "user",
)
PEOPLE = (
    Person(2, "Administrator", ("core.",), admin=True),
    Person(17, "Buyer", (*(f"core.{one}." for one in BUYING), "core.inventory.", "core.contract.")),
    Person(3, "Viewer of suppliers and items", ("core.common.", "core.supplier.", "core.item."), reads=True),
)
BY_ID = {one.user: one for one in PEOPLE}


def split(person: Person, scopes: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Scopes the person may pass on, and the others."""
    wanted = tuple(scopes)
    mine = tuple(one for one in wanted if person.can_pass_on(one))
    return mine, tuple(one for one in wanted if one not in mine)


def named(tenant: Tenant, login: str) -> Person | None:
    """The person with this login or e-mail address."""
    for one in PEOPLE:
        user = tenant.store.get("user", one.user)
        if user and login.lower() in (user["login"].lower(), user["email"].lower()):
            return one
    return None
