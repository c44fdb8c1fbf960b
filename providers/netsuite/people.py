"""Employees as unified employees and, with access to the system, as users."""

from typing import Any

from providers.companions import Companion
from providers.filters import fixed
from providers.mapping import Each, at, const, fields, first_of, not_offered, of
from providers.netsuite.contacts import addresses
from providers.netsuite.contacts_written import employees, users
from providers.netsuite.deleted import deleted
from providers.netsuite.dialect import (
    DELETED,
    ID_FILTER,
    MADE,
    SEGMENT,
    WHOLE,
    Columns,
    Ids,
    flag,
    folded,
    key,
    moment,
    named,
    own,
    resource,
    same,
    shown,
    statement,
    whole,
)
from providers.netsuite.dialect import of as columns
from providers.netsuite.shapes import (
    CUSTOM_FIELDS,
    PLACE,
    emails,
    ids,
    joined,
    phones,
    time,
    yes,
)
from providers.netsuite.shapes import UPDATED as UPDATED_AT
from providers.queries import Column
from providers.resource import Source
from providers.values import ident, raw
from schemas.accounting import Employee
from schemas.user_directory import User

# The record holds what is nobody's business, too: pay, birth, identity papers. These fields and no others are read.
FIELDS = (
    "entityId firstName middleName lastName email phone mobilePhone officePhone title department class location "
    "subsidiary supervisor isInactive giveAccess roles addressBook dateCreated lastModifiedDate externalId"
)
RECORD = whole("employee", (*WHOLE, ("fields", FIELDS.replace(" ", ","))))
GROUP = 'm."group"'
NAME = first_of(of(joined, at("firstname"), at("lastname")), at("entityid"))
PERSON: Columns = {
    **key("e"),
    **columns(
        "e", "entityid", "firstname", "middlename", "lastname", "email", "title", "phone", "mobilephone"
    ),
    **columns("e", "giveaccess", "isinactive", "externalid"),
    **named("supervisor", "e.supervisor"),
    **named("department", "e.department", "department"),
    **named("subsidiary", "e.subsidiary", "subsidiary"),
    "datecreated": moment("e.datecreated"),
    "lastmodifieddate": moment("e.lastmodifieddate"),
    "first": folded("e.firstname"),
    "last": folded("e.lastname"),
    "address": folded("e.email"),
    "name": folded(
        "COALESCE(NVL2(e.firstname, NVL2(e.lastname, e.firstname || ' ' || e.lastname, e.firstname), e.lastname), "
        "e.entityid)"
    ),
    "person": Column("NVL(e.lastname, e.entityid)", hidden=True),
}
PHONES = phones(("work", "phone"), ("mobile", "mobilephone"))
BY_NAME = {"first_name": same("first"), "last_name": same("last"), "emails[email]": same("address")}


EMPLOYEE = fields(
    Employee,
    id=at("id", ident),
    name=NAME,
    first_name=at("firstname"),
    last_name=at("lastname"),
    emails=emails((None, "email")),
    phones=PHONES,
    addresses=Each(at("addresses", raw), fields(None, **PLACE, type=not_offered("")), ()),
    created_at=time("datecreated"),
    updated_at=UPDATED_AT,
    custom_fields=CUSTOM_FIELDS,
)
EMPLOYEES = resource(
    sources=(
        Source(
            "/record/v1/employee",
            EMPLOYEE,
            statement=statement(
                "employee e", PERSON, where=("e.id > 0",), own=own("employee", "custentity", SEGMENT)
            ),
            companions=(addresses("employee"),),
            writing=employees(EMPLOYEE),
            whole=RECORD,
        ),
        deleted(Employee, "employee", name=at("name")),
    ),
    filters={
        **ID_FILTER,
        **MADE,
        "is_deleted": DELETED,
        "name": same("name"),
        **BY_NAME,
        "status": flag("isinactive", on=("inactive", "archived"), off=("active",)),
    },
    sorts={"emails": "email", "name": "person"},
)


def _status(access: Any, inactive: Any) -> str:
    return "active" if yes(access) and not yes(inactive) else "inactive"


def _user_emails(email: str | None) -> list[dict[str, Any]]:
    return [{"email": email, "type": "work", "is_primary": True}] if email else []


def _ref(id_: str | None, name: str | None) -> list[dict[str, Any]]:
    return [{"id": id_, "name": name}] if id_ else []


def _roles(found: Any, rows: Any) -> list[dict[str, Any]]:
    """The roles that a user holds; names are missing where the account's role may not see roles."""
    names = {str(row["id"]): row.get("name") for row in rows or ()}
    empty = {"group": None, "organization": None, "workspace": None}
    return [{"id": id_, "name": names.get(id_), **empty} for id_ in ids(found)]


def _groups(rows: Any) -> list[dict[str, Any]] | None:
    if type(rows) is not list:
        return None
    return [{"id": str(row["id"]), "name": row.get("name"), "organization": None} for row in rows]


USER_COLUMNS: Columns = {
    **PERSON,
    "rolesforsearch": Column("e.rolesforsearch", option="rolesforsearch"),
    "username": folded("e.email"),
    "group": Column(
        "",
        test="e.id IN (SELECT m.employeemember FROM entitygroupmember m "
        "WHERE m.\"group\" = ? AND m.isinactive = 'F')",
        hidden=True,
    ),
}
ROLES_OF_USERS = Companion(
    "roles",
    statement("role r", {**key("r"), **columns("r", "name")}),
    parent="id",
    of=lambda row: ids(row.get("rolesforsearch")),
    spare=True,
)
GROUPS_OF_USERS = Companion(
    "groups",
    statement(
        "entitygroupmember m",
        {
            "id": Column(GROUP, filled=True),
            "employeemember": Column("m.employeemember", filled=True),
            "name": shown(GROUP),
        },
        where=("m.isinactive = 'F'",),
    ),
    parent="employeemember",
    spare=True,
)
NOT_KEPT = not_offered("NetSuite keeps no such thing of a person who signs in")
USER = fields(
    User,
    id=at("id", ident),
    external_id=at("externalid"),
    identifiers=NOT_KEPT,
    name=NAME,
    first_name=at("firstname"),
    last_name=at("lastname"),
    title=at("title"),
    username=at("email"),
    emails=of(_user_emails, at("email")),
    phones=PHONES,
    status=of(_status, at("giveaccess", raw), at("isinactive", raw)),
    is_email_verified=NOT_KEPT,
    is_2fa_enabled=NOT_KEPT,
    user_type=const("employee"),
    roles=of(_roles, at("rolesforsearch", raw), at("roles", raw)),
    groups=at("groups", _groups),
    organizations=of(_ref, at("subsidiary", ident), at("subsidiaryname")),
    workspaces=NOT_KEPT,
    licenses=NOT_KEPT,
    avatar=NOT_KEPT,
    timezone=NOT_KEPT,
    bio=NOT_KEPT,
    languages=NOT_KEPT,
    urls=NOT_KEPT,
    last_active_at=NOT_KEPT,
    last_login_at=not_offered("the trail of logins is open to few roles"),
    created_at=time("datecreated"),
    updated_at=UPDATED_AT,
    custom_fields=CUSTOM_FIELDS,
)
USERS = resource(
    sources=(
        Source(
            "/record/v1/employee",
            USER,
            statement=statement(
                "employee e",
                USER_COLUMNS,
                where=("e.id > 0", "e.giveaccess = 'T'"),
                own=own("employee", "custentity", SEGMENT),
            ),
            companions=(ROLES_OF_USERS, GROUPS_OF_USERS),
            writing=users(USER),
            whole=RECORD,
        ),
        deleted(User, "employee", status=const("deleted"), name=at("name")),
    ),
    filters={
        **ID_FILTER,
        **MADE,
        "is_deleted": DELETED,
        **BY_NAME,
        "username": same("username", many=True),
        "user_type": fixed("employee"),
        "organization_id": Ids("subsidiary", operators=("eq",)),
        "group[id]": Ids("group", operators=("eq",)),
        "status": flag(
            "isinactive", on=("inactive",), off=("active",), never=("deleted", "invited", "created")
        ),
    },
    sorts={
        "created_at": "datecreated",
        "emails": "email",
        "first_name": "firstname",
        "id": "id",
        "name": "person",
        "updated_at": "lastmodifieddate",
        "username": "email",
    },
)
