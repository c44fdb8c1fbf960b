"""Figures for Prometheus. Labels are route templates, methods, classes of status, providers, outcomes: bounded sets."""

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as TEXT
from prometheus_client.exposition import generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.visit import Visit
from proxy.record import CallRecord

VERBS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class Metrics:
    """This process's figures."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._requests = Counter(
            "koine_requests",
            "Requests answered.",
            ("route", "method", "status", "outcome"),
            registry=registry,
        )
        self._seconds = Histogram(
            "koine_request_seconds",
            "From a request's head to the end of its answer.",
            ("route",),
            buckets=BUCKETS,
            registry=registry,
        )
        self.in_flight = Gauge("koine_requests_in_flight", "Requests being served.", registry=registry)
        self._calls = Counter(
            "koine_vendor_calls",
            "Calls to vendors.",
            ("provider", "method", "status", "outcome"),
            registry=registry,
        )
        self._repeats = Counter(
            "koine_vendor_repeats", "Attempts beyond a call's first.", ("provider",), registry=registry
        )
        self._call_seconds = Histogram(
            "koine_vendor_seconds",
            "From a vendor call's start to its answer's first byte.",
            ("provider",),
            buckets=BUCKETS,
            registry=registry,
        )
        self.unforeseen = Counter(
            "koine_unforeseen_errors", "Faults of ours: answers 500, and beside requests.", registry=registry
        )
        self.webhook_attempts = Counter(
            "koine_webhook_attempts", "Attempts to deliver an event.", ("outcome",), registry=registry
        )
        self.switched_off = Counter(
            "koine_webhooks_switched_off",
            "Webhooks that failed for too long, or were gone.",
            registry=registry,
        )
        self.renewals = Counter(
            "koine_token_renewals", "Renewals of tokens.", ("provider", "outcome"), registry=registry
        )
        self.dropped = Counter(
            "koine_log_entries_dropped", "Entries that the request log had no room for.", registry=registry
        )
        self._known: dict[
            tuple[str, ...], tuple[Counter, Histogram]
        ] = {}  # by labels, which are slow to look up

    def ended(self, visit: Visit) -> None:
        key = (visit.route, _verb(visit.method), _class(visit.status), visit.outcome)
        counter, seconds = self._known.get(key) or self._remember(key, self._requests, self._seconds)
        counter.inc()
        seconds.observe(visit.seconds)

    def called(self, record: CallRecord) -> None:
        key = (record.provider, _verb(record.method), _class(record.status or 0), record.outcome)
        counter, seconds = self._known.get(key) or self._remember(key, self._calls, self._call_seconds)
        counter.inc()
        if record.seconds_to_first_byte is not None:
            seconds.observe(record.seconds_to_first_byte)
        if record.attempts > 1:
            self._repeats.labels(record.provider).inc(record.attempts - 1)

    def watch(self, name: str, words: str, figure: Callable[[], float]) -> None:
        """A gauge that is read when it is asked for."""
        Gauge(name, words, registry=self.registry).set_function(figure)

    def _remember(
        self, key: tuple[str, ...], counters: Counter, histograms: Histogram
    ) -> tuple[Counter, Histogram]:
        found = self._known[key] = (counters.labels(*key), histograms.labels(key[0]))
        return found


def _verb(method: str) -> str:
    return method if method in VERBS else "other"


def _class(status: int) -> str:
    """`2xx`; `none` where there was no answer."""
    return f"{status // 100}xx" if 100 <= status < 600 else "none"


async def metrics(request: Request) -> Response:
    found: Metrics = request.state.metrics
    return Response(generate_latest(found.registry), media_type=TEXT)


ROUTES = [Route("/metrics", metrics)]
