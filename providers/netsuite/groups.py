"""Groups of employees and roles as the user directory has them."""

from providers.mapping import at, fields, not_offered
from providers.netsuite.deleted import deleted
from providers.netsuite.dialect import (
    DELETED,
    ID_FILTER,
    UPDATED,
    Columns,
    flag,
    folded,
    key,
    moment,
    own,
    resource,
    same,
    statement,
    whole,
)
from providers.netsuite.dialect import of as columns
from providers.netsuite.shapes import NO_CUSTOM_FIELDS, yes
from providers.netsuite.shapes import UPDATED as UPDATED_AT
from providers.queries import Column, Part
from providers.resource import Source
from providers.values import ident
from schemas.user_directory import Group, Role

GROUP_COLUMNS: Columns = {
    **key("g"),
    **columns("g", "groupname", "issalesrep"),
    **{name: Column(f"g.{name}", option=name) for name in ("grouptype", "comments", "isinactive", "email")},
    "lastmodifieddate": moment("g.lastmodifieddate"),
    "name": folded("g.groupname"),
}
GROUPS = resource(
    sources=(
        Source(
            "/record/v1/entityGroup",
            fields(
                Group,
                id=at("id", ident),
                name=at("groupname"),
                description=at("comments"),
                organization=at("record.subsidiary.id", ident),
                group_type=at("issalesrep", lambda found: "team" if yes(found) else "group"),
                created_at=not_offered("NetSuite does not tell when a group was made"),
                updated_at=UPDATED_AT,
                custom_fields=NO_CUSTOM_FIELDS,
            ),
            statement=statement(
                "entitygroup g",
                GROUP_COLUMNS,
                # groups of customers, vendors and jobs are no groups of users
                where=(Part("g.grouptype = 'Employee'", "grouptype"),),
                own=own("entitygroup"),
            ),
            whole=whole("entityGroup"),
        ),
        deleted(Group, "entitygroup", name=at("name")),
    ),
    filters={
        **ID_FILTER,
        **UPDATED,
        "is_deleted": DELETED,
        "name": same("name"),
        "group_type": flag("issalesrep", on=("team",), off=("group",), never=("department",)),
    },
    sorts={},
    custom_filter=None,
)

ROLE_COLUMNS: Columns = {
    **key("r"),
    **columns("r", "name"),
    **{name: Column(f"r.{name}", option=name) for name in ("scriptid", "isinactive", "centertype")},
    "folded": folded("r.name"),
}
NO_DATES = not_offered("NetSuite does not tell when a role was made or changed")
ROLES = resource(
    sources=(
        Source(
            "/role",  # not a record of the record API
            fields(
                Role,
                id=at("id", ident),
                name=at("name"),
                description=not_offered("a role has a name, and permissions"),
                created_at=NO_DATES,
                updated_at=NO_DATES,
                custom_fields=NO_CUSTOM_FIELDS,
            ),
            statement=statement("role r", ROLE_COLUMNS, own=own("role")),
        ),
    ),
    filters={**ID_FILTER, "name": same("folded")},
    sorts={},
    custom_filter=None,
)
