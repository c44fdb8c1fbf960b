"""How a connection is made: the name is looked up, every address checked, one dialled, its certificate checked."""

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import ExitStack
from contextvars import Context

import aiohappyeyeballs

from proxy.guard import Address, Guard, Resolver, guarded
from proxy.pool import Origin
from proxy.wire import Wire

NEXT_AFTER = 0.25  # seconds until the next address is tried beside the first (RFC 8305)
REMEMBERED_FOR = 10.0  # seconds that a look-up's answer is used again
MOST_REMEMBERED = 1000


class Dialler:
    """Connects to addresses that the guard lets through, each checked where it is looked up and where it is dialled."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext, resolver: Resolver) -> None:
        self._guard, self._tls, self._resolver = guard, tls, resolver
        self._known: dict[Origin, tuple[float, Sequence[Address]]] = {}

    async def dial(self, origin: Origin, wire: Wire) -> None:
        """Connects the wire. Raises AddressRefused, and OSError as the system says it."""
        infos = [_info(address) for address in await self._look_up(origin)]
        plug = await aiohappyeyeballs.start_connection(
            infos, happy_eyeballs_delay=NEXT_AFTER, interleave=1, socket_factory=self._new_socket
        )
        secure = origin.scheme == "https"
        with ExitStack() as unless_it_connects:
            unless_it_connects.callback(plug.close)
            connecting = asyncio.get_running_loop().create_connection(
                lambda: wire,
                sock=plug,
                ssl=self._tls if secure else None,
                server_hostname=origin.host.rstrip(".") if secure else None,
            )
            # A connection keeps the context that it is made in: a call's would keep the call as long as it lives.
            await asyncio.create_task(connecting, context=Context())
            unless_it_connects.pop_all()

    async def _look_up(self, origin: Origin) -> Sequence[Address]:
        until, found = self._known.get(origin, (0.0, ()))
        if time.monotonic() < until:
            return found
        found = await guarded(self._guard, self._resolver, origin.host, origin.port)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[origin] = (time.monotonic() + REMEMBERED_FOR, found)
        return found

    def _new_socket(self, info: aiohappyeyeballs.AddrInfoType) -> socket.socket:
        """The last gate: sees the address that is dialled."""
        family, kind, protocol, _, address = info
        self._guard.check(str(address[0]))
        return socket.socket(family, kind, protocol)


def _info(address: Address) -> aiohappyeyeballs.AddrInfoType:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address


def connect_text(error: Exception) -> str:
    """What to say of a connection that could not be made; it names no address."""
    if isinstance(error, socket.gaierror):
        return "The host name could not be resolved"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "The certificate could not be verified"
    if isinstance(error, ssl.SSLError):
        return "The TLS handshake failed"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return "The connection could not be made"
