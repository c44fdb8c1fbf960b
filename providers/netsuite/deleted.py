"""What NetSuite remembers of deleted records, as a collection beside each resource's own."""

from pydantic import BaseModel

from providers.mapping import Node
from providers.netsuite.dialect import moment, of, statement
from providers.netsuite.shapes import tombstone
from providers.queries import Column
from providers.resource import Source

COLUMNS = {
    "id": Column("d.recordid", filled=True),
    **of("d", "type", "scriptid", "name"),
    "lastmodifieddate": moment("d.deleteddate"),
}
# No page says whether the type or the script id is printed as "Vendor Bill", "Bill" or "VENDORBILL".
TYPES = "(LOWER(d.scriptid) IN ({0}) OR LOWER(REPLACE(d.type,' ','')) IN ({0}))"


def deleted(model: type[BaseModel], *types: str, prefix: str = "", **rows: Node) -> Source:
    """The tombstones of these record types. `rows`: what else a unified record has of one."""
    words = ", ".join(f"'{name}'" for name in types)
    return Source(
        f"/deletedrecord/{types[0]}",
        tombstone(model, prefix, **rows),
        prefix=prefix,
        statement=statement("deletedrecord d", COLUMNS, where=(TYPES.format(words),)),
        apart=True,
    )
