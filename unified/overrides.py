"""The overrides of accounts and environments, laid over the declarations and remembered by what they say."""

from collections.abc import Mapping
from typing import Any

import orjson

from auth.connections import Connection
from providers.overrides.bending import bent
from providers.overrides.override import Faults
from providers.overrides.reading import read_override
from providers.resource import Resource
from schemas.unified import UnifiedResource

MOST_REMEMBERED = 1024
HEADER = "koine-override-faults"
LONGEST = 1000  # characters of it


class Bends:
    """Compiles an override once for each set of collections that it is laid over, however often it is met."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, tuple[str, ...], bytes], Resource] = {}

    def resource(self, connection: Connection, unified: UnifiedResource, resource: Resource) -> Resource:
        """The resource as it is for this account. Raises InvalidRequest where a stored override no longer holds."""
        layers = (connection.environment_override.get("unified") or {}, connection.override)
        return self.laid(connection.provider.name, unified, resource, layers)

    def laid(
        self,
        provider: str,
        unified: UnifiedResource,
        resource: Resource,
        layers: tuple[Mapping[str, Any], ...],
    ) -> Resource:
        parts = [layer.get(unified.model, {}).get(unified.name) for layer in layers]
        if not any(parts):
            return resource
        paths = tuple(source.path for source in resource.sources)  # some tenants have more than others
        key = (provider, unified.key, paths, orjson.dumps(parts))
        if key not in self._known:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.pop(next(iter(self._known)))
            self._known[key] = bent(unified, resource, read_override(unified.key, layers))
        return self._known[key]


def fault_headers(faults: Faults) -> dict[str, str]:
    """Names the fields that are null because their expressions failed; never what they failed on."""
    names = ", ".join(name.encode("ascii", "backslashreplace").decode() for name in faults)
    return {HEADER: names if len(names) <= LONGEST else f"{names[:LONGEST]}..."} if faults else {}
