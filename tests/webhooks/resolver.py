"""A name server of one's own: each name has the addresses that a test gives it, and they may change."""

import socket
from dataclasses import dataclass, field

import aiohttp.abc
from aiohttp.abc import ResolveResult


@dataclass
class Names(aiohttp.abc.AbstractResolver):
    """`asked` counts how often a name was looked up."""

    addresses: dict[str, list[str]]
    asked: list[str] = field(default_factory=list)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        if host not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self.addresses[host]
        ]

    async def close(self) -> None:
        """Nothing is open."""
