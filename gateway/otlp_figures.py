"""The figures of `/metrics` in OpenTelemetry's form: one count of everything, told in two ways."""

import math
from collections.abc import Iterable, Mapping, Sequence
from time import time_ns

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client import CollectorRegistry
from prometheus_client import Metric as Family
from prometheus_client.samples import Sample

CUMULATIVE = AggregationTemporality.CUMULATIVE
SCOPE = InstrumentationScope("koine")
Labels = frozenset[tuple[str, str]]


class Figures:
    """What a registry holds; counted since this value was made."""

    def __init__(self, registry: CollectorRegistry, resource: Resource) -> None:
        self._registry = registry
        self._resource = resource
        self._start = time_ns()

    def data(self) -> MetricsData:
        span = (self._start, time_ns())
        metrics = [metric for family in self._registry.collect() for metric in _metric(family, span)]
        return MetricsData([ResourceMetrics(self._resource, [ScopeMetrics(SCOPE, metrics, "")], "")])


def _metric(family: Family, span: tuple[int, int]) -> Iterable[Metric]:
    """One, or none where the family has no samples or is of a kind that OpenTelemetry lacks."""
    if family.type == "counter":
        samples = [sample for sample in family.samples if sample.name.endswith("_total")]
        data: Sum | Gauge | Histogram = Sum(_numbers(samples, span), CUMULATIVE, is_monotonic=True)
    elif family.type == "gauge":
        data = Gauge(_numbers(family.samples, span))
    elif family.type == "histogram":
        data = Histogram(_histograms(family.samples, span), CUMULATIVE)
    else:
        return
    if data.data_points:
        yield Metric(family.name, family.documentation, "s" if family.name.endswith("_seconds") else "", data)


def _numbers(samples: Sequence[Sample], span: tuple[int, int]) -> list[NumberDataPoint]:
    return [NumberDataPoint(dict(sample.labels), *span, sample.value) for sample in samples]


def _histograms(samples: Sequence[Sample], span: tuple[int, int]) -> list[HistogramDataPoint]:
    """Of `name_bucket` with `le`, `name_count` and `name_sum`, one point for each set of the other labels."""
    buckets: dict[Labels, list[tuple[float, int]]] = {}
    sums: dict[Labels, float] = {}
    for sample in samples:
        labels = frozenset((name, value) for name, value in sample.labels.items() if name != "le")
        if sample.name.endswith("_bucket"):
            buckets.setdefault(labels, []).append((float(sample.labels["le"]), int(sample.value)))
        elif sample.name.endswith("_sum"):
            sums[labels] = sample.value
    return [_histogram(dict(labels), sorted(found), sums[labels], span) for labels, found in buckets.items()]


def _histogram(
    labels: Mapping[str, str], buckets: list[tuple[float, int]], total: float, span: tuple[int, int]
) -> HistogramDataPoint:
    """Prometheus counts up to each bound, OpenTelemetry between them. The least and greatest are not known."""
    counts = [count for _, count in buckets]
    return HistogramDataPoint(
        attributes=labels,
        start_time_unix_nano=span[0],
        time_unix_nano=span[1],
        count=counts[-1],
        sum=total,
        bucket_counts=[count - before for count, before in zip(counts, [0, *counts], strict=False)],
        explicit_bounds=[bound for bound, _ in buckets if bound != math.inf],
        min=None,  # type: ignore[arg-type]  # the wire's field is optional, and a guess would be shown as a fact
        max=None,  # type: ignore[arg-type]
    )
