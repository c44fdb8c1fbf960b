"""Which addresses the gateway may connect to, so that a link, a redirect or a DNS answer can't turn it inwards."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

Address = tuple[str, int]  # a literal such as `203.0.113.7`, and the port there
Resolver = Callable[[str, int], Awaitable[Sequence[Address]]]

# Reachable only from inside somebody's network: open with `allow_private`.
PRIVATE_V4 = tuple(
    IPv4Network(block)
    for block in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
PRIVATE_V6 = (IPv6Network("::1/128"), IPv6Network("fc00::/7"))

# No customer's system has such an address (RFC 6890 and the IANA special-purpose registries).
CLOSED_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# The only IPv6 block that IANA hands out. What lies outside is closed: ::/96, 64:ff9b:1::/48, fe80::/10,
# fec0::/10, ff00::/8 and whatever may yet be reserved.
GLOBAL_V6 = IPv6Network("2000::/3")
# Teredo, benchmarking and ORCHID lie in 2001::/23; the other two are for documents.
CLOSED_V6 = tuple(IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "3fff::/20"))

# IPv6 addresses that lead to the IPv4 address inside them: block, and the bits to the right of that address
# (RFC 4291, 6052, 3056). 64:ff9b:1::/48 is not here: where IPv4 sits in it depends on the local network.
CARRIERS = (
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("2002::/16"), 80),
)

# Cloud metadata hands out credentials to whoever asks, some of it from private blocks, Azure's from a public one.
METADATA = frozenset(
    ip_address(address)
    for address in (
        "100.100.100.200",
        "168.63.129.16",
        "169.254.169.254",
        "fd00:ec2::23",
        "fd00:ec2::254",
        "fd20:ce::254",
    )
)


DOTTED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")


class AddressRefused(httpx.ConnectError):
    """The name leads to an address that must not be connected to; nothing was sent.

    The text keeps the address to itself: a caller could map the inner network with it. Logs may take `address`.
    """

    def __init__(self, address: str, request: httpx.Request | None = None) -> None:
        super().__init__("The address is not publicly routable", request=request)
        self.address = address


class Guard:
    """Public addresses only; with `allow_private` also loopback, private and shared ones, but never cloud metadata."""

    def __init__(self, allow_private: bool) -> None:
        self.allow_private = allow_private

    def check(self, address: str) -> None:
        """Raise `AddressRefused` unless `address`, a literal such as `203.0.113.7`, may be connected to."""
        try:
            parsed = ip_address(address)
        except ValueError:
            raise AddressRefused(address) from None
        if not self._allows(parsed):
            raise AddressRefused(address)

    def _allows(self, address: IPv4Address | IPv6Address) -> bool:
        if isinstance(address, IPv4Address):
            return self._allows_v4(address)
        if address.scope_id or address in METADATA:
            return False
        for block, shift in CARRIERS:
            if address in block:
                return self._allows_v4(IPv4Address(int(address) >> shift & 0xFFFFFFFF))
        if any(address in block for block in PRIVATE_V6):
            return self.allow_private
        return address in GLOBAL_V6 and not any(address in block for block in CLOSED_V6)

    def _allows_v4(self, address: IPv4Address) -> bool:
        if address in METADATA:
            return False
        if any(address in block for block in PRIVATE_V4):
            return self.allow_private
        return not any(address in block for block in CLOSED_V4)


async def system_resolver(host: str, port: int) -> list[Address]:
    """The addresses that the system knows for a name. Raises OSError, `socket.gaierror` for an unknown name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(str(address[0]), int(address[1])) for *_, address in found]


async def guarded(guard: Guard, resolver: Resolver, host: str, port: int) -> Sequence[Address]:
    """A name's addresses, refused as a whole when one of them may not be connected to.

    Raises `AddressRefused`, or `OSError` when the name has no address.
    """
    if ":" in host or DOTTED.fullmatch(
        host
    ):  # a literal; an IPv6 one may have a zone that no look-up would show
        guard.check(host)
        return [(host, port)]
    try:
        found = await resolver(host, port)
    except UnicodeError:
        raise socket.gaierror(socket.EAI_NONAME, "not a host name") from None
    if not found:
        raise socket.gaierror(socket.EAI_NODATA, "no address for this name")
    for address, _ in found:
        guard.check(address)
    return found
