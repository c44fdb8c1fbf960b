"""The rules of all object classes by name."""

from types import MappingProxyType

from sandbox.coupa.rulebook import billing, buying, masters, parties, records
from sandbox.coupa.rules import Rules

RULES: MappingProxyType[str, Rules] = MappingProxyType(
    {**masters.RULES, **parties.RULES, **buying.RULES, **billing.RULES, **records.RULES}
)
