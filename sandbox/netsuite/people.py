"""Who can sign in at the test accounts, in which roles, and what each role sees."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """`hidden`: records and tables, in lower case, for which the role has no permission."""

    id: int
    name: str
    admin: bool = False
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Person:
    """An employee of every account who can sign in: `entity` is the internal id."""

    entity: int
    name: str
    email: str
    roles: tuple[Role, ...]


ADMINISTRATOR = Role(3, "Administrator", admin=True)
INTEGRATION = Role(1001, "Integration")
CLERK = Role(
    1002,
    "A/P Clerk",
    hidden=frozenset(
        {
            *("employee", "role", "entitygroup", "entitygroupmember", "employeerolesforsearch", "loginaudit"),
            *("customer", "invoice", "deletedrecord", "customsegment", "customfield"),
        }
    ),
)
ADA = Person(11, "Ada Lindqvist", "ada.lindqvist@example.com", (ADMINISTRATOR, INTEGRATION))
IVO = Person(12, "Ivo Marchetti", "ivo.marchetti@example.com", (INTEGRATION,))
CLEO = Person(13, "Cleo Andersson", "cleo.andersson@example.com", (CLERK, INTEGRATION))
PEOPLE = (ADA, IVO, CLEO)
BY_ENTITY = {one.entity: one for one in PEOPLE}
ROLES = {role.id: role for role in (ADMINISTRATOR, INTEGRATION, CLERK)}
