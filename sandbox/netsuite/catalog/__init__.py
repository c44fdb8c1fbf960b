"""All tables of the account by name, as the reference lists them, with what REST alone knows marked hidden."""

from collections.abc import Mapping

from sandbox.netsuite.catalog.columns import Column, Kind, Table
from sandbox.netsuite.catalog.entities import ENTITIES
from sandbox.netsuite.catalog.lists import LISTS as SET_UP
from sandbox.netsuite.catalog.transactions import TRANSACTIONS
from sandbox.netsuite.catalog.values import LISTS, STATUSES

TABLES: Mapping[str, Table] = {one.name: one for one in (*SET_UP, *ENTITIES, *TRANSACTIONS)}

__all__ = ["LISTS", "STATUSES", "TABLES", "Column", "Kind", "Table"]
