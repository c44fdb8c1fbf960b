"""Names, certificates and pinned addresses: the vendor is who the URL says, at the address that was checked."""

import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from proxy.guard import AddressRefused, Guard
from proxy.transport import NEVER_SENT, Transport
from tests.proxy.certificates import self_signed
from tests.proxy.faults import FAULTS
from tests.proxy.upstream import Upstream, serving

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """Production runs on uvloop, which has a TLS of its own."""
    return "asyncio", {"use_uvloop": request.param == "uvloop"}


class Names:
    """Answers each look-up with the next of its lists of addresses, and remembers what it was asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[tuple[str, int]]:
        self.asked.append(host)
        if not self.answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(address, port) for address in self.answers.pop(0)]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls") / "vendor.pem", "vendor.test")


@pytest.fixture
def called() -> list[str | None]:
    """The names that clients have asked for in their TLS handshakes."""
    return []


@pytest.fixture
async def vendor(certificate: Path, called: list[str | None]) -> AsyncIterator[Upstream]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: called.append(name)
    async with serving(FAULTS, tls=context) as upstream:
        yield upstream


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.mark.usefixtures("trusted")
async def test_the_name_is_kept_for_tls_and_host_while_the_address_is_dialled(
    vendor: Upstream, called: list[str | None]
) -> None:
    names = Names(["127.0.0.1"])
    async with Transport(Guard(allow_private=True), resolver=names) as transport:
        url = f"https://vendor.test:{vendor.port}/echo"
        answer = await transport.handle_async_request(httpx.Request("GET", url))
        assert (await answer.aread()).split(b"\r\n")[1] == b"Host: vendor.test:%d" % vendor.port
    assert called == ["vendor.test"]
    assert names.asked == ["vendor.test"]


@pytest.mark.usefixtures("trusted")
async def test_an_address_is_looked_up_once_and_dialled_as_it_was_checked(vendor: Upstream) -> None:
    names = Names(["127.0.0.1"], ["169.254.169.254"])
    async with Transport(Guard(allow_private=True), resolver=names) as transport:
        for _ in range(3):
            url = f"https://vendor.test:{vendor.port}/plain"
            answer = await transport.handle_async_request(httpx.Request("GET", url))
            assert await answer.aread() == b"plain"
    assert names.asked == ["vendor.test"]
    assert vendor.connections == 1


@pytest.mark.parametrize("answer", [["127.0.0.1", "169.254.169.254"], ["169.254.169.254", "127.0.0.1"]])
async def test_one_refused_address_refuses_the_name(vendor: Upstream, answer: list[str]) -> None:
    request = httpx.Request("GET", f"https://vendor.test:{vendor.port}/")
    async with Transport(Guard(allow_private=True), resolver=Names(answer)) as transport:
        with pytest.raises(AddressRefused) as refusal:
            await transport.handle_async_request(request)
    assert refusal.value.address == "169.254.169.254"
    assert vendor.connections == 0


async def test_a_private_address_is_never_dialled_without_leave(vendor: Upstream) -> None:
    async with Transport(Guard(allow_private=False), resolver=Names(["127.0.0.1"])) as transport:
        for host in ("vendor.test", "127.0.0.1"):
            with pytest.raises(AddressRefused):
                await transport.handle_async_request(httpx.Request("GET", f"https://{host}:{vendor.port}/"))
    assert vendor.connections == 0


async def never_sent(transport: Transport, url: str, **seconds: float) -> httpx.TransportError:
    with pytest.raises(NEVER_SENT) as failure:
        await transport.handle_async_request(httpx.Request("POST", url, extensions={"timeout": seconds}))
    assert isinstance(failure.value, httpx.TransportError)
    return failure.value


async def test_a_certificate_that_nobody_vouches_for_is_refused(vendor: Upstream) -> None:
    async with Transport(Guard(allow_private=True), resolver=Names(["127.0.0.1"])) as transport:
        failure = await never_sent(transport, f"https://vendor.test:{vendor.port}/")
    assert type(failure) is httpx.ConnectError
    assert str(failure) == "The certificate could not be verified"
    assert vendor.seen == []


@pytest.mark.usefixtures("trusted")
async def test_a_certificate_for_another_name_is_refused(vendor: Upstream) -> None:
    async with Transport(Guard(allow_private=True), resolver=Names(["127.0.0.1"])) as transport:
        failure = await never_sent(transport, f"https://other.test:{vendor.port}/")
    assert str(failure) == "The certificate could not be verified"
    assert vendor.seen == []


async def test_a_server_that_speaks_no_tls_was_never_sent_anything() -> None:
    async with serving(FAULTS) as plain, Transport(Guard(allow_private=True)) as transport:
        failure = await never_sent(transport, f"https://127.0.0.1:{plain.port}/", connect=0.2)
        assert type(failure) is httpx.ConnectTimeout
        assert plain.seen == []


async def test_a_name_without_an_address_was_never_sent() -> None:
    async with Transport(Guard(allow_private=True), resolver=Names()) as transport:
        failure = await never_sent(transport, "https://vendor.test/")
    assert type(failure) is httpx.ConnectError
    assert str(failure) == "The host name could not be resolved"


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("fault", ["half", "chunkcut", "rst"])
async def test_a_cut_body_never_ends_cleanly_over_tls_either(vendor: Upstream, fault: str) -> None:
    async with Transport(Guard(allow_private=True), resolver=Names(["127.0.0.1"])) as transport:
        url = f"https://vendor.test:{vendor.port}/{fault}"
        answer = await transport.handle_async_request(httpx.Request("GET", url))
        with pytest.raises(httpx.RemoteProtocolError):
            await answer.aread()


@pytest.mark.usefixtures("trusted")
async def test_closing_an_answer_early_closes_a_tls_connection(vendor: Upstream) -> None:
    async with Transport(Guard(allow_private=True), resolver=Names(["127.0.0.1"])) as transport:
        url = f"https://vendor.test:{vendor.port}/endless"
        answer = await transport.handle_async_request(httpx.Request("GET", url))
        await anext(answer.aiter_raw())
        await answer.aclose()
        assert await vendor.closes()
