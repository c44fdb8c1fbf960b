"""A deleted account's grant is given back to a vendor that takes it back, and the answer waits for nobody."""

import time
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import anyio
import httpx
import pytest

from providers.coupa import COUPA
from providers.schemes import AuthorizationCode
from tests.house import House
from tests.linking.browsing import OAUTH, Browser, link_token

pytestmark = pytest.mark.anyio

PATH = "/oauth2/revoke"


class Watched(httpx.AsyncBaseTransport):
    """Keeps what is sent to the vendor's revocation endpoint, which answers as it is told."""

    def __init__(self, status: int = 200, seconds: float = 0) -> None:
        self.seen: list[dict[str, str]] = []
        self._status, self._seconds = status, seconds

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("POST", PATH)
        self.seen.append(dict(parse_qsl((await request.aread()).decode())))
        await anyio.sleep(self._seconds)
        if self._status == 0:
            raise httpx.ConnectError("gone")
        return httpx.Response(self._status)


def revocable(house: House, vendor: Watched) -> None:
    schemes = tuple(
        replace(scheme, revoke_url="{origin}" + PATH) if isinstance(scheme, AuthorizationCode) else scheme
        for scheme in COUPA.schemes
    )
    house.state["connections"].providers = {"coupa": replace(COUPA, schemes=schemes)}
    house.state["revocations"]._transport = vendor


async def linked(house: House) -> str:
    done = await Browser(house).walk(await link_token(house), OAUTH)
    return str(done.message["integrated_account_id"])


async def deleted(house: House, path: str, **given: Any) -> None:
    answer = await house.client.request("DELETE" if not given else "POST", path, **given)
    assert answer.status_code in (200, 201), answer.text


@pytest.mark.parametrize("way", ["one", "many", "integration"])
async def test_the_refresh_token_is_given_back_with_the_client_that_got_it(house: House, way: str) -> None:
    vendor = Watched()
    revocable(house, vendor)
    account_id = await linked(house)
    if way == "one":
        await deleted(house, f"/integrated-account/{account_id}")
    elif way == "many":
        await deleted(house, "/integrated-account/bulk-delete", json={"ids": [account_id]})
    else:
        await deleted(house, f"/environment-integration/{house.integration}?force=true")
    await house.state["revocations"].close()
    (sent,) = vendor.seen
    client = house.coupa_credentials["clients"]["web"]
    assert sent.pop("token") != ""
    assert sent == {
        "token_type_hint": "refresh_token",
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
    }


async def test_accounts_without_a_grant_have_nothing_to_give_back(house: House) -> None:
    vendor = Watched()
    revocable(house, vendor)
    await deleted(house, f"/integrated-account/{house.account}")
    await house.state["revocations"].close()
    assert vendor.seen == []


@pytest.mark.parametrize(("status", "seconds"), [(503, 0), (0, 0), (200, 2)])
async def test_a_vendor_that_fails_or_dawdles_holds_up_nothing(
    house: House, status: int, seconds: float
) -> None:
    vendor = Watched(status, seconds)
    revocable(house, vendor)
    account_id = await linked(house)
    began = time.monotonic()
    await deleted(house, f"/integrated-account/{account_id}")
    assert time.monotonic() - began < max(seconds, 1.5)
    assert (await house.client.get(f"/integrated-account/{account_id}")).status_code == 404
    await house.state["revocations"].close()
    assert len(vendor.seen) == 1
