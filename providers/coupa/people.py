"""Coupa's users as employees and as logins, user groups and roles."""

from collections.abc import Mapping
from typing import Any

from providers.coupa.dialect import COMMON as FILTERS
from providers.coupa.dialect import SPELLING, active, at, each, one, resource, same
from providers.coupa.people_written import employees, groups, users
from providers.coupa.shapes import COMMON, FULL_NAME, NO_CUSTOM_FIELDS, PERSON_PHONES, PLACE
from providers.filters import NOTHING, Cases, Narrowing, switch
from providers.mapping import fields, not_offered, of
from providers.resource import Source
from providers.values import boolean, either, ident, raw, text
from schemas.accounting import Employee
from schemas.user_directory import Group, Role, User

Rows = list[dict[str, Any]]

LICENCES = (
    "aic-user",
    "analytics-user",
    "ccw-user",
    "clm-advanced-user",
    "contracts-user",
    "expense-user",
    "inventory-user",
    "invoicing-user",
    "purchasing-user",
    "risk-assess-user",
    "sourcing-user",
    "spend-guard-user",
    "supply-chain-user",
    "travel-user",
    "treasury-user",
)
KINDS = ("api-user", "supplier-user", "support-user")  # technical, portal and vendor staff accounts
PHONES = frozenset({"phone-work", "phone-mobile"})
NEWER = frozenset({"supplier-user", "support-user", "user-groups"})


def _is_person(record: Mapping[str, Any]) -> bool:
    return not any(boolean(record.get(kind, record.get(kind.replace("-", "_")))) for kind in KINDS)


def _work_email(email: str | None) -> Rows:
    return [{"email": email, "type": "work"}] if email else []


def _primary_email(email: str | None) -> Rows:
    return [{"email": email, "type": "work", "is_primary": True}] if email else []


def _place(place: dict[str, Any] | None) -> Rows:
    return [{**place, "type": None}] if place and any(place.values()) else []


NAMES = {"name": FULL_NAME, "first_name": at("firstname"), "last_name": at("lastname")}
PERSON_FILTERS = {
    **FILTERS,
    "first_name": same("firstname"),
    "last_name": same("lastname"),
    "emails[email]": same("email"),
}

EMPLOYEE = fields(
    Employee,
    **COMMON,
    **NAMES,
    emails=of(_work_email, at("email")),
    phones=PERSON_PHONES,
    addresses=of(_place, one("default-address", fields(None, **PLACE))),
)

EMPLOYEES = resource(
    sources=(
        Source(
            "/users",
            EMPLOYEE,
            writing=employees(EMPLOYEE),
            scopes=("core.user.read",),
            query=(("type[blank]", "true"),),
            keep=_is_person,
            also=KINDS,
            unset=PHONES | {"default-address"},
            refusable=NEWER | {"type[blank]"},
        ),
    ),
    filters={
        **PERSON_FILTERS,
        "name": same("fullname"),
        "role_name": same("roles[name]"),
        "purchasing_employee": switch("purchasing-user", on=("true",), off=("false",), spelling=SPELLING),
        "status": active(on=("active",), off=("inactive", "archived")),
    },
    sorts={"emails": "email"},
)


def _identifiers(**found: str | None) -> dict[str, str] | None:
    return {kind: value for kind, value in found.items() if value} or None


def _licences(*flags: bool | None) -> Rows:
    held = (name for name, flag in zip(LICENCES, flags, strict=True) if flag)
    return [{"id": name, "name": _words(name), "organization": None, "last_active_at": None} for name in held]


def _words(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _kind(*flags: bool | None) -> str:
    return next((kind.removesuffix("-user") for kind, flag in zip(KINDS, flags, strict=True) if flag), "user")


def _language(locale: str | None) -> list[str]:
    return [locale.replace("_", "-")] if locale else []


NOWHERE = not_offered("Coupa has no such thing")
ROLE = fields(
    None, id=at("id", ident), name=at("name"), group=NOWHERE, organization=NOWHERE, workspace=NOWHERE
)
GROUP = fields(None, id=at("id", ident), name=at("name"), organization=NOWHERE)

USER = fields(
    User,
    **COMMON,
    **NAMES,
    external_id=at("sso-identifier"),
    identifiers=of(
        lambda employee, salesforce: _identifiers(employee_number=employee, salesforce_id=salesforce),
        at("employee-number"),
        at("salesforce-id"),
    ),
    title=not_offered("a user has no job title (seniority level is a grade)"),
    username=at("login"),
    emails=of(_primary_email, at("email")),
    phones=PERSON_PHONES,
    status=at("active", either("active", "inactive")),
    is_email_verified=NOWHERE,
    is_2fa_enabled=NOWHERE,
    user_type=of(_kind, *(at(kind, boolean) for kind in KINDS)),
    roles=each("roles", ROLE),
    groups=each("user-groups", GROUP),
    organizations=NOWHERE,
    workspaces=NOWHERE,
    licenses=of(_licences, *(at(flag, boolean) for flag in LICENCES)),
    avatar=at("avatar-thumb-url"),
    timezone=NOWHERE,
    bio=NOWHERE,
    languages=of(_language, at("default-locale")),
    urls=NOWHERE,
    last_active_at=NOWHERE,
    last_login_at=NOWHERE,
)

USERS = resource(
    sources=(
        Source(
            "/users",
            USER,
            writing=users(USER),
            scopes=("core.user.read",),
            unset=PHONES,
            refusable=NEWER,
        ),
    ),
    filters={
        **PERSON_FILTERS,
        "username": same("login", many=True),
        "group[id]": same("user-groups[id]"),
        "status": Cases(
            {
                "active": Narrowing((("active", "true"),)),
                "inactive": Narrowing((("active", "false"),)),
                "deleted": NOTHING,
                "invited": NOTHING,
                "created": NOTHING,
            }
        ),
        "user_type": Cases(
            {
                "user": Narrowing(tuple((kind, "false") for kind in KINDS)),
                "api": Narrowing((("api-user", "true"),)),
                "supplier": Narrowing((("supplier-user", "true"),)),
                "support": Narrowing((("support-user", "true"),)),
            },
            operators=("eq",),
        ),
    },
    sorts={
        "id": "id",
        "created_at": "created_at",
        "updated_at": "updated_at",
        "username": "login",
        "emails": "email",
        "first_name": "firstname",
    },
)


def _group_type(kind: Any) -> str | None:
    if kind is None or kind == "":
        return "group"
    return "team" if kind == "Project" else text(kind)


USER_GROUP = fields(
    Group,
    **COMMON,
    name=at("name"),
    description=at("description"),
    organization=not_offered("groups stand below no organization"),
    group_type=of(_group_type, at("type", raw)),
)

GROUPS = resource(
    sources=(
        Source(
            "/user_groups",
            USER_GROUP,
            writing=groups(USER_GROUP),
            scopes=("core.user_group.read",),
            unset=frozenset({"custom-fields"}),
            refusable=frozenset({"custom-fields"}),
        ),
    ),
    filters={
        **FILTERS,
        "name": same("name"),
        "group_type": Cases(
            {
                "group": Narrowing((("type[blank]", "true"),)),
                "team": Narrowing((("type", "Project"),)),
                "department": NOTHING,
            }
        ),
    },
    sorts={},
)

ROLES = resource(
    sources=(
        Source(
            "/roles",
            fields(
                Role,
                **{**COMMON, "custom_fields": NO_CUSTOM_FIELDS},
                name=at("name"),
                description=at("description"),
            ),
            scopes=("core.common.read",),
        ),
    ),
    filters={**FILTERS, "name": same("name")},
    sorts={},
    custom_filter=None,
)
