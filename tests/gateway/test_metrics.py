"""F20 and `/metrics`: the figures are right, and there is a bounded number of them however much is called."""

import asyncio
import re
from typing import get_args
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.renewal.tools import Outcome
from gateway.app import ROUTES
from proxy.guard import Guard
from proxy.transport import Transport
from tests.house import House
from tests.proxy.faults import FAULTS
from tests.proxy.upstream import serving

pytestmark = pytest.mark.anyio

MOST_SERIES = 400


async def figures(house: House) -> dict[str, float]:
    """The page as a scraper reads it, without the process's own figures."""
    answer = await house.client.get("/metrics", headers={"authorization": ""})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    pairs = (line.rsplit(" ", 1) for line in answer.text.splitlines() if line.startswith("koine_"))
    return {name: float(value) for name, value in pairs}


async def test_requests_and_vendor_calls_are_counted(house: House) -> None:
    before = await figures(house)
    await house.get("accounting/contacts?limit=2")
    await house.get("accounting/contacts?limit=0")
    after = await figures(house)
    route = 'outcome="answered",route="/unified/{model}/{resource}"'

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0)

    label = 'koine_requests_total{method="GET",%s,status="%s"}'
    assert grown(label % (route, "2xx")) == 1
    assert grown(label % (route, "4xx")) == 1
    assert grown('koine_request_seconds_count{route="/unified/{model}/{resource}"}') == 2
    call = 'koine_vendor_calls_total{method="GET",outcome="answered",provider="coupa",status="2xx"}'
    assert grown(call) == 1
    assert grown('koine_vendor_seconds_count{provider="coupa"}') == 1
    assert after["koine_requests_in_flight"] == 1  # the one that asks
    assert after["koine_log_entries_dropped_total"] == 0


async def test_repeats_are_counted(house: House) -> None:
    await house.fault(kind="503", path="*", method="GET", count=1)
    assert (await house.get("accounting/contacts?limit=2")).status_code == 200
    assert (await figures(house))['koine_vendor_repeats_total{provider="coupa"}'] == 1


@given(
    path=st.text(max_size=20),
    method=st.text(alphabet="ABCDEFGHIJKLMNOP", min_size=1, max_size=8),
    account=st.uuids().map(str),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_f20_no_path_method_id_or_account_makes_a_series_of_its_own(
    house: House, path: str, method: str, account: str
) -> None:
    for route in ("/unified/accounting/contacts/", "/integrated-account/", "/", "/proxy/"):
        url = route + quote(path, safe="")
        headers = {"x-request-id": account}
        await house.client.request(method, url, params={"integrated_account_id": account}, headers=headers)
    found = await figures(house)
    assert len(found) < MOST_SERIES
    assert not any(account in name for name in found)


async def test_f20_labels_come_from_closed_sets(house: House) -> None:
    for method in ("GET", "POST", "BREW", "TRACE", "OPTIONS"):
        for path in ("/integrated-account/7", "/unified/accounting/contacts/7", "/nowhere/7"):
            await house.client.request(method, path)
    labels: dict[str, set[str]] = {}
    for name in await figures(house):
        for label, value in re.findall(r'(\w+)="([^"]*)"', name):
            labels.setdefault(label, set()).add(value)
    routes = {getattr(route, "path", "") for route in ROUTES} | {"unmatched"}
    assert labels.pop("route") <= routes
    assert labels.pop("method") <= {"GET", "POST", "OPTIONS", "PATCH", "other"}
    assert labels.pop("status") <= {"1xx", "2xx", "3xx", "4xx", "5xx", "none"}
    calls = {"answered", "cut", "left", "never_sent", "no_answer", "cancelled"}
    assert labels.pop("outcome") <= calls | set(get_args(Outcome))
    assert labels.pop("provider") == {"coupa"}
    assert set(labels) == {"le"}


async def test_d14_the_pool_is_free_when_a_silent_vendor_is_given_up(house: House) -> None:
    transport = Transport(Guard(allow_private=True), read_idle_seconds=0.3)
    async with serving(FAULTS) as upstream:
        request = httpx.Request("GET", f"{upstream.url}/silent")
        waiting = asyncio.create_task(transport.handle_async_request(request))
        await asyncio.sleep(0.1)
        assert transport.connections_in_use == 1
        with pytest.raises(httpx.ReadTimeout):
            await waiting
        assert transport.connections_in_use == 0
        await transport.aclose()
    assert (await figures(house))["koine_vendor_connections_in_use"] == 0
