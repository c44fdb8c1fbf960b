"""A name server of one's own: each name has the addresses that a test gives it, and they may change."""

import socket
from dataclasses import dataclass, field


@dataclass
class Names:
    """`asked` counts how often a name was looked up."""

    addresses: dict[str, list[str]]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> list[tuple[str, int]]:
        self.asked.append(host)
        if host not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(address, port) for address in self.addresses[host]]
