"""What a unified read is aimed at: one vendor collection of a resource, through one account's connection."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from auth.connections import Connection
from providers.mapping import Needs
from providers.overrides.override import Faults
from providers.resource import Params, Resource, Source
from proxy.answer import Call


@dataclass(frozen=True)
class Target:
    connection: Connection
    resource: Resource
    source: Source

    @cached_property
    def custom_names(self) -> tuple[str, ...]:
        return custom_names(self.connection)

    @cached_property
    def selection(self) -> Params:
        """Asks for all that the mapping reads, by name."""
        return self.selection_without(frozenset())

    def selection_without(self, refused: frozenset[str]) -> Params:
        needs: Needs = {key: below for key, below in self.source.needs.items() if key not in refused}
        return self.resource.select({**needs, **{name: {} for name in self.custom_names}})

    def list_call(self, params: Params, lean: bool) -> Call:
        """The call for one page: `params` win over the source's own."""
        return self._call(self.source.path, merged(self.source.query, params), lean)

    def get_call(self, id_: str, remote: Params, lean: bool) -> Call:
        """The call for one record of this collection, by its unified id."""
        return self._call(f"{self.source.path}/{id_.removeprefix(self.source.prefix)}", remote, lean)

    def _call(self, path: str, query: Params, lean: bool) -> Call:
        by_name = lean and self.source.selects and self.source.leans
        return Call(path, merged(self.selection, query) if by_name else query)

    def record(self, readable: dict[str, Any], faults: Faults) -> dict[str, Any]:
        """The unified record of a vendor's, without `remote_data`; `faults` takes up those of an override."""
        record = self.source.fields(readable, self.custom_names)
        if self.resource.reshaping:
            faults |= self.resource.reshaping(record, readable)
        return record

    def names_fields(self, call: Call) -> bool:
        """Whether a call selects fields, by our own or the caller's wish."""
        selecting = {name for name, _ in self.resource.select({"id": {}})}
        return any(name in selecting for name, _ in call.params)


def custom_names(connection: Connection) -> tuple[str, ...]:
    """The custom fields that this tenant keeps among a record's own keys, as the account's context says."""
    named = connection.context.get("global_custom_fields")
    return tuple(name for name in named if isinstance(name, str)) if isinstance(named, list) else ()


def merged(params: Params, winning: Params) -> Params:
    """Both, but of one name only what wins."""
    names = {name for name, _ in winning}
    return (*(pair for pair in params if pair[0] not in names), *winning)
