"""A tenant's custom fields, found out by looking at a page of each resource's records where the vendor lists none."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from auth.connections import Connection
from providers.resource import Resource
from schemas.errors import RemoteProblem
from schemas.unified import MODELS, UnifiedResource
from unified import offers
from unified.desk import resource_named, resource_of
from unified.overrides import Bends
from unified.reader import Reader
from unified.target import Target, custom_names

SECONDS = 60.0  # for which what was found is told again
MOST = 1024  # accounts × resources
MOST_SAMPLED = 100  # records
Record = Mapping[str, Any]
Found = list[dict[str, Any]]


class FieldSamples:
    """Names and kinds are remembered for a while, values never."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[bytes, tuple[float, Found]] = {}

    async def of(self, connection: Connection, bends: Bends, named: str | None) -> Found:
        """Of one resource, `model/resource`, or of all that the provider has custom fields in: a vendor call for each.

        Among all, a resource that the vendor refuses is left out. Raises what a read raises.
        """
        connection = await self._reader.informed(connection)
        if named is not None:
            return await self._sampled(connection, bends, resource_named(*_key(named)))
        found: Found = []
        for unified in (each for model in MODELS.values() for each in model.resources.values()):
            resource = connection.provider.resources.get(unified.key)
            if resource is not None and resource.custom_filter is not None:
                try:
                    found += await self._sampled(connection, bends, unified)
                except RemoteProblem as problem:
                    if problem.status != 403:
                        raise
        return found

    async def _sampled(self, connection: Connection, bends: Bends, unified: UnifiedResource) -> Found:
        overrides = [connection.environment_override.get("unified"), connection.override]
        key = orjson.dumps([connection.account_id, connection.version, unified.key, overrides])
        until, found = self._known.get(key, (0.0, []))
        if time.monotonic() < until:
            return found
        found = await self._look(connection, bends, unified)
        if len(self._known) >= MOST:
            self._known.pop(next(iter(self._known)))
        self._known[key] = time.monotonic() + SECONDS, found
        return found

    async def _look(self, connection: Connection, bends: Bends, unified: UnifiedResource) -> Found:
        resource = resource_of(connection, unified, bends)
        target = Target(connection, resource, resource.sources[0])
        page = resource.keyset.ask(min(MOST_SAMPLED, resource.keyset.most), None)
        rows = await self._reader.rows(target, target.list_call(page, lean=True))
        records = [target.record(rows.readable(row), {})["custom_fields"] for row in rows.rows]
        return [
            {
                "resource": unified.key,
                "name": name,
                "types": sorted({kind for value in values if (kind := _kind(value))}),
                "seen": len(values),
                "sampled": len(records),
                "filter_operators": _operators(connection, unified, resource, name),
            }
            for name, values in _by_name(records).items()
        ]


def _key(named: str) -> tuple[str, str]:
    model, _, resource = named.partition("/")
    return model, resource


def _by_name(records: Iterable[Record]) -> dict[str, list[Any]]:
    """The values of each name that have one."""
    found: dict[str, list[Any]] = {}
    for record in records:
        for name, value in record.items():
            found.setdefault(name, []).extend([] if value is None else [value])
    return found


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case str():
            return "text"
        case int() | float():
            return "number"
        case list():
            return "list"
        case dict() if "id" in value:
            return "reference"
    return "object"


def _operators(connection: Connection, unified: UnifiedResource, resource: Resource, name: str) -> list[str]:
    offer = offers.custom_filter(resource, name, custom_names(connection))
    return list(offer.operators) if offer else []
