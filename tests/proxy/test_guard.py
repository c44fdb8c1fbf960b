"""No spelling of an inner address gets past the guard, as an address, in a URL or behind a name."""

import socket

import httpx
import pytest

from proxy.guard import AddressRefused, Guard, Resolver, guarded, system_resolver
from proxy.transport import NEVER_SENT, Transport

PUBLIC = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2606:4700:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2002:101:101::1",
]

PRIVATE = [
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "::1",
    "fc00::1",
    "fd12:3456::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "2002:7f00:1::",
    "2002:a00:1::5",
]

CLOSED = [
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "169.254.1.1",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::7f00:1",
    "::1.1.1.1",
    "::ffff:0:7f00:1",
    "::ffff:0.0.0.0",
    "::ffff:169.254.1.1",
    "64:ff9b::",
    "64:ff9b:1::7f00:1",
    "64:ff9b:1::101:101",
    "64:ff9b:1:7f00:0:100::",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:e000:1::",
    "3fff::1",
    "4000::1",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "fd00::1%eth0",
    "2606:4700:4700::1111%eth0",
]

METADATA = [
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "fd00:ec2::254",
    "fd00:0ec2:0::0254",
    "fd00:ec2::23",
    "fd20:ce::254",
    "::ffff:169.254.169.254",
    "::ffff:100.100.100.200",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::6464:64c8",
    "2002:a9fe:a9fe::1",
    "2002:6464:64c8::1",
]

NOT_ADDRESSES = [
    "",
    "localhost",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "[::1]",
    "1.1.1.1 ",
]


@pytest.mark.parametrize("address", PUBLIC)
@pytest.mark.parametrize("allow_private", [False, True])
def test_lets_a_public_address_through(address: str, allow_private: bool) -> None:
    Guard(allow_private).check(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_lets_a_private_address_through_only_where_that_is_allowed(address: str) -> None:
    Guard(allow_private=True).check(address)
    with pytest.raises(AddressRefused):
        Guard(allow_private=False).check(address)


@pytest.mark.parametrize("address", CLOSED + METADATA + NOT_ADDRESSES)
@pytest.mark.parametrize("allow_private", [False, True])
def test_refuses_what_is_no_customers_address(address: str, allow_private: bool) -> None:
    with pytest.raises(AddressRefused):
        Guard(allow_private).check(address)


def test_tells_the_address_to_the_log_and_not_to_the_caller() -> None:
    with pytest.raises(AddressRefused) as refusal:
        Guard(allow_private=False).check("10.1.2.3")
    assert refusal.value.address == "10.1.2.3"
    assert str(refusal.value) == "The address is not publicly routable"
    assert isinstance(refusal.value, NEVER_SENT)


class Fixed:
    """Answers every name with the addresses it was given, or raises."""

    def __init__(self, *addresses: str, error: Exception | None = None) -> None:
        self.addresses = addresses
        self.error = error

    async def __call__(self, host: str, port: int) -> list[tuple[str, int]]:
        if self.error is not None:
            raise self.error
        return [(address, port) for address in self.addresses]


async def refuses(url: str, resolver: Resolver) -> None:
    request = httpx.Request("GET", url)
    transport = Transport(Guard(allow_private=False), resolver=resolver)
    try:
        with pytest.raises(AddressRefused) as refusal:
            await transport.handle_async_request(request)
    finally:
        await transport.aclose()
    assert refusal.value.request is request


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0x1",
        "017700000001",
        "127。0。0。1",
        "0",
        "10.0.0.1",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1%25lo]",
        "[fe80::1%lo]",
        "[fc00::1]",
    ],
)
@pytest.mark.anyio
async def test_refuses_every_spelling_in_a_url(host: str) -> None:
    await refuses(f"http://{host}:9/", system_resolver)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("localhost", "127.0.0.1"),
        ("localhost.", "127.0.0.1"),
        ("LOCALHOST", "::1"),
        ("127.0.0.1.nip.test", "127.0.0.1"),
        ("vendor.test", "64:ff9b::7f00:1"),
        ("vendor.test", "fe80::1%lo"),
        ("vendor.test", "169.254.169.254"),
    ],
)
@pytest.mark.anyio
async def test_refuses_a_name_that_leads_inwards(host: str, address: str) -> None:
    await refuses(f"http://{host}:9/", Fixed(address))


@pytest.mark.anyio
async def test_refuses_a_name_as_a_whole_when_one_of_its_addresses_is_refused() -> None:
    with pytest.raises(AddressRefused) as refusal:
        await guarded(Guard(allow_private=False), Fixed("1.1.1.1", "10.0.0.1"), "vendor.test", 443)
    assert refusal.value.address == "10.0.0.1"


@pytest.mark.anyio
async def test_hands_on_the_addresses_of_a_public_name() -> None:
    names = Fixed("1.1.1.1", "2606:4700:4700::1111")
    found = await guarded(Guard(allow_private=False), names, "vendor.test", 443)
    assert found == [("1.1.1.1", 443), ("2606:4700:4700::1111", 443)]


@pytest.mark.parametrize("inner", [Fixed(), Fixed(error=UnicodeError("label too long"))])
@pytest.mark.anyio
async def test_a_name_without_an_address_is_a_failed_look_up(inner: Fixed) -> None:
    with pytest.raises(socket.gaierror):
        await guarded(Guard(allow_private=True), inner, "vendor.test", 443)
