"""Figures for Prometheus. Labels are route templates, methods, classes of status, providers, outcomes: bounded sets."""

from collections.abc import Callable, Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as TEXT
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.siblings import Siblings
from gateway.visit import Visit
from proxy.record import CallRecord

VERBS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
LAGS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
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
        self.in_flight = 0
        self.watch("koine_requests_in_flight", "Requests being served.", lambda: self.in_flight)
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
        self.shed = Counter(
            "koine_requests_shed", "Requests turned away for there being too much to do.", registry=registry
        )
        self.lag = Histogram(
            "koine_event_loop_lag_seconds",
            "How late the event loop came to a look that is taken twenty times a second.",
            buckets=LAGS,
            registry=registry,
        )
        self.circuits = Counter(
            "koine_circuit_changes",
            "Changes of circuits to vendors that fail, by what they became.",
            ("provider", "circuit"),
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
        key = (visit.route, verb(visit.method), _class(visit.status), visit.outcome)
        counter, seconds = self._known.get(key) or self._remember(key, self._requests, self._seconds)
        counter.inc()
        seconds.observe(visit.seconds)

    def called(self, record: CallRecord) -> None:
        key = (record.provider, verb(record.method), _class(record.status or 0), record.outcome)
        counter, seconds = self._known.get(key) or self._remember(key, self._calls, self._call_seconds)
        counter.inc()
        if record.seconds_to_first_byte is not None:
            seconds.observe(record.seconds_to_first_byte)
        if record.attempts > 1:
            self._repeats.labels(record.provider).inc(record.attempts - 1)

    def watch(self, name: str, words: str, figure: Callable[[], float]) -> None:
        """A gauge that is read when it is asked for."""
        Gauge(name, words, registry=self.registry).set_function(figure)

    def page(self, worker: int | None = None) -> bytes:
        """Prometheus's text format; with `worker`, every sample says whose it is."""
        return generate_latest(self.registry if worker is None else OfWorker(self.registry, worker))

    def _remember(
        self, key: tuple[str, ...], counters: Counter, histograms: Histogram
    ) -> tuple[Counter, Histogram]:
        found = self._known[key] = (counters.labels(*key), histograms.labels(key[0]))
        return found


class OfWorker(Collector):
    """A worker's figures, told from its siblings': a sum over processes would seem to fall when one of them ends."""

    def __init__(self, registry: CollectorRegistry, worker: int) -> None:
        self._registry = registry
        self._label = {"worker": str(worker)}

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [
                sample._replace(labels={**sample.labels, **self._label}) for sample in metric.samples
            ]
            yield metric


def verb(method: str) -> str:
    """A method that HTTP has; callers may send any word."""
    return method if method in VERBS else "other"


def _class(status: int) -> str:
    """`2xx`; `none` where there was no answer."""
    return f"{status // 100}xx" if 100 <= status < 600 else "none"


async def metrics(request: Request) -> Response:
    found: Metrics = request.state.metrics
    siblings: Siblings | None = request.state.siblings
    page = found.page() if siblings is None else await siblings.page(found.page(siblings.number))
    return Response(page, media_type=TEXT)


ROUTES = [Route("/metrics", metrics)]
