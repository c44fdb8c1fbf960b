"""What NetSuite remembers of deleted records, as a collection beside each resource's own."""

from pydantic import BaseModel

from providers.mapping import Node
from providers.netsuite.dialect import moment, nothing_own, of, statement
from providers.netsuite.shapes import tombstone
from providers.queries import Column
from providers.resource import Source

COLUMNS = {
    "id": Column("d.recordid", filled=True),
    **of("d", "type", "name"),
    "lastmodifieddate": moment("d.deleteddate"),
}
# "Vendor Bill" and "vendorbill" are one: no page says which of the two is printed.
TYPE = "LOWER(REPLACE(d.type,' ',''))"


def deleted(model: type[BaseModel], *types: str, prefix: str = "", **rows: Node) -> Source:
    """The tombstones of these record types. `rows`: what else a unified record has of one."""
    words = ", ".join(f"'{name}'" for name in types)
    return Source(
        f"/deletedrecord/{types[0]}",
        tombstone(model, prefix, **rows),
        prefix=prefix,
        statement=statement("deletedrecord d", COLUMNS, where=(f"{TYPE} IN ({words})",), own=nothing_own),
        apart=True,
    )
