"""Tells a collector of OpenTelemetry what happens, over OTLP/HTTP. Loaded only where `KOINE_OTLP_ENDPOINT` is set."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from uuid import uuid4

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from prometheus_client import CollectorRegistry

from auth.rounds import rounds
from gateway.otlp_figures import Figures
from gateway.settings import Settings
from gateway.tracing import Traces

SECONDS = 30.0  # between two reports of the figures
PATIENCE = 3.0  # seconds for a collector to take a report, and for the end until what is left is given up
SPANS_SECONDS = 2.0  # at most, until spans leave
MOST_SPANS = 4096  # that wait to leave; beyond it they are dropped


@asynccontextmanager
async def open_otlp(settings: Settings, endpoint: str, registry: CollectorRegistry) -> AsyncIterator[Traces]:
    """Within this context spans leave in batches and figures every 30 seconds; at its end, what is left.

    Both leave from threads: a collector that is slow or away costs spans, never an answer.
    """
    resource = Resource.create(
        {SERVICE_NAME: "koine", SERVICE_VERSION: version("koine"), SERVICE_INSTANCE_ID: str(uuid4())}
    )
    headers = settings.otlp_header_values
    spans = OTLPSpanExporter(
        f"{endpoint}/v1/traces", headers=headers, timeout=PATIENCE, compression=Compression.Gzip
    )
    metrics = OTLPMetricExporter(
        f"{endpoint}/v1/metrics", headers=headers, timeout=PATIENCE, compression=Compression.Gzip
    )
    provider = TracerProvider(
        ParentBased(TraceIdRatioBased(settings.trace_sample)), resource, shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(spans, MOST_SPANS, SPANS_SECONDS * 1000))
    figures = Figures(registry, resource)
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)  # that a report is tried again is no news

    async def report() -> None:
        await asyncio.to_thread(metrics.export, figures.data())

    try:
        async with rounds(SECONDS, report, {}):
            yield Traces(provider)
    finally:
        leaving = asyncio.gather(report(), asyncio.to_thread(provider.shutdown))
        await asyncio.wait([leaving], timeout=PATIENCE)
        for exporter in (spans, metrics):
            exporter.shutdown()  # threads come back as soon as their present report is over
        await leaving
