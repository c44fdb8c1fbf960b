"""F17: what leaves for an OpenTelemetry collector: a span per request and per vendor call, and nobody's secrets."""

import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from gateway.otlp import PATIENCE, open_otlp
from gateway.settings import BadSettings, read_settings
from proxy.record import CallRecord
from tests.gateway.collector import Collector, collecting, values
from tests.house import KEY, House, open_house, secrets_of

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
CLIENT, SERVER = 3, 2
ERROR = 2
ROUTE = "/unified/{model}/{resource}"


@asynccontextmanager
async def traced(folder: Path, collector: Collector, **options: Any) -> AsyncIterator[House]:
    async with open_house(folder, otlp_endpoint=collector.url, **options) as house:
        yield house


def parent(trace: str = TRACE, flags: str = "01") -> dict[str, str]:
    return {"traceparent": f"00-{trace}-{PARENT}-{flags}"}


@pytest.mark.anyio
async def test_a_request_and_its_vendor_calls_are_spans_of_the_callers_trace(tmp_path: Path) -> None:
    with collecting() as collector:
        async with traced(tmp_path, collector) as house:
            answer = await house.get("accounting/contacts?limit=2", headers=parent())
            assert answer.status_code == 200
            [line] = [line for line in house.lines() if line.get("trace_id") == TRACE]
            assert (line["event"], line["status"]) == ("request", 200)
        request, call = [span for span in collector.spans() if span.trace_id.hex() == TRACE]
    assert (request.name, request.kind, request.parent_span_id.hex()) == (f"GET {ROUTE}", SERVER, PARENT)
    assert (call.name, call.kind, call.parent_span_id) == ("GET coupa", CLIENT, request.span_id)
    assert request.start_time_unix_nano < call.start_time_unix_nano
    assert call.end_time_unix_nano < request.end_time_unix_nano
    assert values(request.attributes) == {
        "http.request.method": "GET",
        "http.route": ROUTE,
        "http.request.body.size": 0,
        "http.response.body.size": len(answer.content),
        "http.response.status_code": 200,
        "koine.outcome": "answered",
        "koine.vendor_calls": 1,
    }
    told = values(call.attributes)
    assert 0 < told.pop("koine.first_byte_seconds") < 60
    assert told.pop("http.response.body.size") > 100
    assert told == {
        "http.request.method": "GET",
        "http.request.body.size": 0,
        "http.response.status_code": 200,
        "koine.provider": "coupa",
        "koine.outcome": "answered",
        "koine.attempts": 1,
    }
    assert collector.resource()["service.name"] == "koine"


@pytest.mark.anyio
async def test_what_goes_wrong_is_marked(tmp_path: Path) -> None:
    with collecting() as collector:
        async with traced(tmp_path, collector, log_days=0) as house:
            await house.fault(kind="html", path="*", method="GET", count=100)
            assert (await house.get("accounting/contacts", headers=parent())).status_code == 502
        request, *calls = [span for span in collector.spans() if span.trace_id.hex() == TRACE]
    assert request.status.code == ERROR
    assert values(request.attributes)["error.type"] == "502"
    assert request.status.message == ""
    assert request.events == []
    assert len(calls) == 1


@pytest.mark.anyio
async def test_a_request_of_nobodys_trace_begins_its_own(tmp_path: Path) -> None:
    with collecting() as collector:
        async with traced(tmp_path, collector) as house:
            for header in ("00-zz-b7ad6b7169203331-01", f"00-{'0' * 32}-{PARENT}-01", "x" * 2000):
                answer = await house.client.get("/environment", headers={"traceparent": header})
                assert answer.status_code == 200
            await house.client.get("/healthz")
        spans = [span for span in collector.spans() if span.name == "GET /environment"]
        assert not any("healthz" in span.name for span in collector.spans())
    assert [span.parent_span_id for span in spans] == [b"", b"", b""]
    assert len({span.trace_id for span in spans}) == 3


@pytest.mark.anyio
async def test_callers_say_whether_they_are_traced_and_the_share_says_it_for_the_others(
    tmp_path: Path,
) -> None:
    with collecting() as collector:
        async with traced(tmp_path, collector, trace_sample=0.0) as house:
            await house.client.get("/environment", headers=parent())
            await house.client.get("/environment", headers=parent("1" * 32, "00"))
            await house.client.get("/environment")
        assert [span.trace_id.hex() for span in collector.spans()] == [TRACE]


@pytest.mark.anyio
async def test_f17_no_secret_tenant_path_id_or_query_leaves(tmp_path: Path) -> None:
    canary = "canary-7f3a"
    state = {"tracestate": f"koine={canary}", "baggage": f"tenant={canary}", "x-request-id": f"{canary}-id"}
    with collecting() as collector:
        async with traced(tmp_path, collector) as house:
            headers = {**parent(), **state}
            query = f"integrated_account_id={house.account}"
            for method, path in [
                ("GET", f"/unified/accounting/contacts/{canary}?{query}&remote_data=true"),
                ("GET", f"/unified/accounting/contacts?{query}&search={canary}"),
                ("POST", f"/unified/accounting/contacts?{query}"),
                ("GET", f"/proxy/suppliers/{canary}?{query}&name={canary}"),
                ("GET", f"/{canary}"),
                (canary.upper(), f"/proxy/{canary}?{query}"),
                ("GET", f"/integrated-account/{house.account}"),
            ]:
                body = {"name": canary} if method == "POST" else None
                await house.client.request(method, path, headers=headers, json=body)
            secrets = [*secrets_of(house.coupa_credentials), house.token, house.account, house.environment]
            secrets += ["acme", canary, canary.upper(), "sandbox.test"]
            sent = str(await house.log())
            assert canary in sent  # the calls came through
            assert not any(name in sent for name in ("traceparent", "tracestate", "baggage"))
        assert len(collector.spans()) > 10
        everything = b"".join(body for _, _, body in collector.received)
    assert [secret[:6] for secret in secrets if secret.encode() in everything] == []


@pytest.mark.anyio
async def test_the_figures_are_those_of_the_metrics_page(tmp_path: Path) -> None:
    with collecting() as collector:
        headers = SecretStr("x-key=hush%20hush, x-other=1")
        async with traced(tmp_path, collector, otlp_headers=headers) as house:
            for _ in range(3):
                await house.get("accounting/contacts?limit=1")
        metrics = collector.metrics()
        assert {(headers["x-key"], headers["x-other"]) for _, headers, _ in collector.received} == {
            ("hush hush", "1")
        }
    points = {
        (found["route"], found["status"]): point.as_double
        for point in metrics["koine_requests"].sum.data_points
        for found in [values(point.attributes)]
    }
    assert points[ROUTE, "2xx"] == 3
    assert metrics["koine_requests"].sum.is_monotonic
    [seconds] = [
        point
        for point in metrics["koine_request_seconds"].histogram.data_points
        if values(point.attributes) == {"route": ROUTE}
    ]
    assert (seconds.count, sum(seconds.bucket_counts)) == (3, 3)
    assert len(seconds.bucket_counts) == len(seconds.explicit_bounds) + 1
    assert 0 < seconds.sum < 60
    assert not seconds.HasField("min")
    assert [p.as_double for p in metrics["koine_requests_in_flight"].gauge.data_points] == [0]


@pytest.mark.anyio
async def test_a_collector_that_refuses_costs_no_answer(tmp_path: Path) -> None:
    with collecting(401) as collector:
        async with traced(tmp_path, collector, otlp_headers=SecretStr("x-key=hush-hush-42")) as house:
            assert (await house.get("accounting/contacts?limit=1")).status_code == 200
        assert len(collector.received) >= 2
    assert "hush-hush-42" not in house.written.getvalue().decode()


CALL = CallRecord(
    account_id="a",
    environment_id="e",
    provider="coupa",
    method="GET",
    path="/api",
    status=200,
    outcome="answered",
    attempts=1,
    started_at=datetime.now(UTC),
    seconds_to_first_byte=0.1,
    seconds=0.2,
    request_bytes=0,
    response_bytes=2,
)


@pytest.mark.anyio
async def test_a_collector_that_says_nothing_holds_no_end_up_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        async with open_otlp(read_settings(encryption_keys=KEY), url, CollectorRegistry()) as traces:
            for _ in range(3500):  # several reports
                traces.called(CALL, None)
            began = time.perf_counter()
        assert time.perf_counter() - began < 3 * PATIENCE + 3


def test_without_an_endpoint_nothing_of_it_is_loaded() -> None:
    script = (
        "import sys, gateway.app; print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_without_the_extra_an_endpoint_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http", None)
    with pytest.raises(BadSettings) as caught:
        read_settings(encryption_keys=KEY, otlp_endpoint="http://collector:4318")
    assert str(caught.value) == "KOINE_OTLP_ENDPOINT needs OpenTelemetry: install `koine[otel]`."


@pytest.mark.parametrize("given", ["key", "=x", "a b=c", "key=a\nb"])
def test_headers_that_are_none_are_refused_and_not_shown(given: str) -> None:
    with pytest.raises(BadSettings) as caught:
        read_settings(encryption_keys=KEY, otlp_headers=given)
    assert str(caught.value) == (
        "KOINE_OTLP_HEADERS is no list of headers: use name=value, with commas between, values percent-encoded."
    )
