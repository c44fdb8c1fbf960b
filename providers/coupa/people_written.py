"""How Coupa's users are written, as employees and as logins, and groups with their members."""

from collections.abc import Iterator, Mapping
from typing import Any

from providers.coupa.dialect import blame, sought
from providers.coupa.written import CUSTOM_FIELDS, phones
from providers.mapping import Fields
from providers.turning import key, references, turn
from providers.writing import (
    Argument,
    Body,
    Closed,
    Deed,
    Draft,
    Entry,
    Fault,
    Step,
    Talk,
    Writing,
    changed,
    created,
)
from schemas.shapes import EmployeeRef

USERS, GROUPS, MEMBERSHIPS = "/users", "/user_groups", "/user_group_memberships"
WRITE, WRITE_GROUPS = ("core.user.write",), ("core.user_group.write",)
IDENTIFIERS = {"employee_number": "employee-number", "salesforce_id": "salesforce-id"}
NO_DELETE = {
    "delete": 'Coupa deletes no user: PATCH {"status": "inactive"} of user-directory/users ends a login'
}
PHONES = phones("work", "mobile")


def _email(value: Any, draft: Draft) -> Body:
    return {"email": value[0]["email"] if value else None}


def _check_email(value: Any, draft: Draft) -> Iterator[Fault]:
    if len(value) != 1:
        yield Fault("", "takes one: a user has one address")
    for place, row in enumerate(value[:1]):
        if not row.get("email"):
            yield Fault(f"{place}.email", "is missing", "missing_field")
        if row.get("type") not in (None, "work"):
            yield Fault(f"{place}.type", "takes work, or nothing")
        if row.get("is_primary") is False:
            yield Fault(f"{place}.is_primary", "is always true: a user has one address")


EMAILS = Entry(_email, keys=("email",), clears=False, check=_check_email)


def _identifiers(value: Any, draft: Draft) -> Body:
    """The whole set: a kind that is not named is cleared."""
    absent = {} if draft.creates else dict.fromkeys(IDENTIFIERS.values())
    return {**absent, **{IDENTIFIERS[kind]: text for kind, text in (value or {}).items()}}


def _check_identifiers(value: Any, draft: Draft) -> Iterator[Fault]:
    for kind in value:
        if kind not in IDENTIFIERS:
            yield Fault(kind, f"is not known here: Coupa has {', '.join(IDENTIFIERS)}")


def _language(value: Any, draft: Draft) -> Body:
    return {"default-locale": value[0] if value else None}


def _check_language(value: Any, draft: Draft) -> Iterator[Fault]:
    if len(value) > 1:
        yield Fault("", "takes one: a user has one language")


def _deeds(create: Deed) -> Mapping[str, Deed]:
    return {
        "create": create,
        "update": Deed(changed(USERS), "The members that are given.", WRITE, repeats=True),
    }


def users(table: Fields) -> Writing:
    """The write side of users."""
    return Writing(
        thing="user",
        entries=turn(
            table,
            identifiers=Entry(_identifiers, keys=tuple(IDENTIFIERS.values()), check=_check_identifiers),
            emails=EMAILS,
            phones=PHONES,
            user_type=Closed("is told by what Coupa uses a login for"),
            roles=references("roles"),
            groups=references("user-groups"),
            avatar=Closed("is uploaded in Coupa"),
            languages=Entry(_language, keys=("default-locale",), check=_check_language),
            custom_fields=CUSTOM_FIELDS,
        ),
        deeds=_deeds(
            Deed(
                created(USERS),
                "A login; Coupa adds the role User.",
                WRITE,
                handle=lambda draft: sought(USERS, login=draft.given.get("username")),
            )
        ),
        blame=blame,
        required=("first_name", "last_name"),
        refusals=NO_DELETE,
    )


def _hire(draft: Draft) -> Talk:
    """A person logs in by the e-mail address unless `remote_data` names another login."""
    found = yield Step("POST", USERS, {"login": draft.body.get("email"), **draft.body})
    return found if isinstance(found, dict) else None


def employees(table: Fields) -> Writing:
    """The write side of employees, who are users."""
    return Writing(
        thing="user",
        entries=turn(
            table,
            emails=EMAILS,
            phones=PHONES,
            addresses=Closed("is one of the company's addresses: name it in remote_data.default-address"),
            custom_fields=CUSTOM_FIELDS,
        ),
        deeds=_deeds(Deed(_hire, "A user with the e-mail address as login.", WRITE, handle=_hired)),
        blame=blame,
        required=("emails",),
        refusals=NO_DELETE,
    )


def _hired(draft: Draft) -> Step | None:
    emails = draft.given.get("emails") or [{}]
    return sought(USERS, email=emails[0].get("email"))


def _group_type(value: Any, draft: Draft) -> Body:
    return {"type": "Project"} if value == "team" else {}


def _found_group(draft: Draft) -> Talk:
    found = yield Step("POST", GROUPS, {"open": False, **draft.body})
    return found if isinstance(found, dict) else None


def _membership(draft: Draft) -> Step:
    wanted = (("user-id", draft.given["user"]["id"]), ("user-group-id", draft.id))
    return Step("GET", MEMBERSHIPS, params=wanted, lists=True)


def _add(draft: Draft) -> Talk:
    """Who is a member already stays one."""
    present = yield _membership(draft)
    if not present:
        member = {"user-id": key(draft.given["user"]["id"]), "user-group-id": key(draft.id)}
        yield Step("POST", MEMBERSHIPS, {**member, **draft.body})
    return None


def _remove(draft: Draft) -> Talk:
    """Who is no member is none afterwards, too."""
    for membership in (yield _membership(draft)):
        yield Step("DELETE", f"{MEMBERSHIPS}/{membership['id']}")
    return None


def groups(table: Fields) -> Writing:
    """The write side of groups."""
    takes = {"user": Argument(EmployeeRef, "The user, by `id`.", required=True)}
    return Writing(
        thing="user_group",
        entries=turn(
            table,
            group_type=Entry(_group_type, keys=("type",), words=("group", "team")),
            custom_fields=CUSTOM_FIELDS,
        ),
        deeds={
            "create": Deed(
                _found_group,
                "A group that nobody can join by themselves.",
                WRITE_GROUPS,
                handle=lambda draft: sought(GROUPS, name=draft.given.get("name")),
            ),
            "update": Deed(changed(GROUPS), "The members that are given.", WRITE_GROUPS, repeats=True),
            "add-user": Deed(_add, "Makes a user a member.", WRITE_GROUPS, takes=takes, repeats=True),
            "remove-user": Deed(_remove, "Ends a membership.", WRITE_GROUPS, takes=takes, repeats=True),
        },
        blame=blame,
        refusals={
            "delete": 'Coupa deletes no group: {"remote_data": {"active": false}} in a PATCH switches it off'
        },
    )
