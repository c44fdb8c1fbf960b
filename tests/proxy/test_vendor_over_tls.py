"""A vendor as in production: https at a host made from the account's own words, its certificate checked."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from proxy.guard import Guard
from proxy.transport import Transport
from tests.house import House, link, open_house
from tests.proxy.certificates import self_signed
from tests.proxy.faults import FAULTS
from tests.proxy.front_door import vendor
from tests.proxy.upstream import Upstream, serving

pytestmark = pytest.mark.anyio
HOST = "acme.coupahost.com"


class Hosts:
    """Each name at a port of this machine."""

    def __init__(self, ports: dict[str, int]) -> None:
        self._ports = ports

    async def __call__(self, host: str, port: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", self._ports[host])]


@asynccontextmanager
async def house_with_tls(folder: Path, certificate: Path) -> AsyncIterator[tuple[House, Upstream]]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    async with (
        serving(vendor(FAULTS)) as sandbox,
        serving(vendor(FAULTS), tls=context) as secure,
        Transport(
            Guard(allow_private=True), resolver=Hosts({"sandbox.test": sandbox.port, HOST: secure.port})
        ) as way_out,
        open_house(folder, transport=way_out) as house,
    ):
        yield house, secure


async def linked(house: House) -> dict[str, object]:
    context = {"api_key": house.coupa_credentials["api_key"], "instance": HOST}
    return await link(house, context, method="api_key", is_sandbox=False)


async def test_a_vendor_is_called_over_tls_at_the_accounts_own_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path / "vendor.pem", HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with house_with_tls(tmp_path, certificate) as (house, secure):
        account = await linked(house)
        assert account["status"] == "active"
        answer = await house.client.get(f"/proxy/plain?integrated_account_id={account['id']}")
        assert (answer.status_code, answer.content) == (200, b"plain")
        assert secure.seen[-1].target == b"/api/plain"
        assert b"Host: " + HOST.encode() in secure.seen[-1].headers


@pytest.mark.parametrize("name", [HOST, "other.coupahost.com"])
async def test_an_unknown_authority_or_another_name_gets_no_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    certificate = self_signed(tmp_path / "vendor.pem", name)
    if name != HOST:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with house_with_tls(tmp_path, certificate) as (house, secure):
        account = await linked(house)
        assert account["status"] == "validation_error"
        assert "certificate" in str(account["last_error"])
        assert secure.seen == []
