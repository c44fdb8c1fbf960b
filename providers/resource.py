"""How a unified resource is served by a provider's collections."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Resource:
    path: str
