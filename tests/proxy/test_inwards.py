"""D8, D10: no account's address leads into the gateway's own network, however it is spelled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from auth.connections import Connections
from gateway.app import create_app, open_state
from gateway.settings import Settings
from proxy.guard import AddressRefused, Guard
from proxy.transport import Transport
from tests.house import KEY, Mounted, environment_with_token, migrated
from tests.proxy.faults import FAULTS
from tests.proxy.upstream import serving

pytestmark = pytest.mark.anyio
SPELLINGS = (
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0x1",
    "017700000001",
    "0",
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "172.16.0.1",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "localhost",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
)
REFUSED = (
    "The vendor's address may not be called: The address is not publicly routable. Addresses of one's own network "
    "can be allowed with KOINE_ALLOW_PRIVATE_UPSTREAMS."
)


@asynccontextmanager
async def gateway(folder: Path) -> AsyncIterator[tuple[httpx.AsyncClient, str, Connections]]:
    """One with its real way out, which knows no private addresses; an account; what opens accounts."""
    settings = Settings(
        database_url=f"sqlite+aiosqlite:///{folder}/koine.db",
        encryption_keys=SecretStr(KEY),
        sandboxes={"coupa": "http://127.0.0.1:9"},
    )
    await migrated(settings)
    async with open_state(settings) as state:
        _, token = await environment_with_token(state, "default")
        transport = httpx.ASGITransport(Mounted(create_app(settings), state))
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://koine.test", headers=headers
        ) as client:
            known = (await client.get("/integration/coupa")).json()["id"]
            made = await client.post("/environment-integration", json={"integration_id": known})
            body = {
                "tenant_id": "acme",
                "environment_integration_id": made.json()["id"],
                "authentication_method": "api_key",
                "context": {"api_key": "hush-hush-api-key"},
                "is_sandbox": True,
                "validate": False,
            }
            account = (await client.post("/integrated-account", json=body)).json()["id"]
            yield client, account, state["connections"]


async def test_d10_every_spelling_of_an_inner_address_is_refused_and_dialled_by_nobody(
    tmp_path: Path,
) -> None:
    async with serving(FAULTS) as upstream, gateway(tmp_path) as (client, account, connections):
        for host in SPELLINGS:
            connections.sandboxes["coupa"] = f"http://{host}:{upstream.port}"
            connections.forget_all()
            for path in ("unified/accounting/contacts", "proxy/suppliers", "custom/odd"):
                answer = await client.get(f"/{path}?integrated_account_id={account}")
                assert (host, answer.status_code) == (host, 502)
                assert answer.json()["message"] == REFUSED
                assert answer.json()["details"] == {"reason": "vendor_unreachable"}
        written = await client.post(f"/proxy/odd?integrated_account_id={account}", json={})
        assert (written.status_code, written.json()["message"]) == (502, REFUSED)
        assert written.json()["details"] == {"reason": "vendor_unreachable", "outcome": "not_applied"}
        assert upstream.connections == 0


async def test_d10_the_token_endpoint_is_guarded_alike(tmp_path: Path) -> None:
    async with serving(FAULTS) as upstream, gateway(tmp_path) as (client, _, connections):
        connections.sandboxes["coupa"] = f"http://127.0.0.1:{upstream.port}"
        integration = (await client.get("/environment-integration")).json()["result"][0]["id"]
        body = {
            "tenant_id": "acme",
            "environment_integration_id": integration,
            "authentication_method": "oauth2_client_credentials",
            "context": {"client_id": "me", "client_secret": "hush-hush-client-secret"},
            "is_sandbox": True,
        }
        answer = await client.post("/integrated-account", json=body)
        assert answer.json()["status"] != "active"
        assert upstream.connections == 0


class Rebinding:
    """Leads to this machine when asked first, and to cloud metadata ever after."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, host: str, port: int) -> list[tuple[str, int]]:
        self.asked += 1
        return [("127.0.0.1" if self.asked == 1 else "169.254.169.254", port)]


async def test_d8_the_address_that_was_checked_is_the_one_that_is_dialled() -> None:
    resolver = Rebinding()
    guard = Guard(allow_private=True)
    async with serving(FAULTS) as upstream:
        request = httpx.Request("GET", f"http://vendor.test:{upstream.port}/until_close")
        async with Transport(guard, resolver=resolver) as transport:
            answer = await transport.handle_async_request(request)
            assert await answer.aread() == b"ends with the connection"
            assert (resolver.asked, upstream.connections) == (1, 1)
        async with Transport(guard, resolver=resolver) as transport:
            async with asyncio.timeout(1):
                with pytest.raises(AddressRefused):
                    await transport.handle_async_request(request)
        assert (resolver.asked, upstream.connections) == (2, 1)
