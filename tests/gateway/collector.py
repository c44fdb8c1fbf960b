"""A collector of OpenTelemetry that keeps what it is sent over OTLP/HTTP."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Collector:
    """`received`: path, headers and unpacked body of each report."""

    url: str
    received: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def spans(self) -> list[Span]:
        """In the order of their beginnings."""
        reports = [ExportTraceServiceRequest.FromString(body) for body in self._bodies("/v1/traces")]
        found = [
            span
            for report in reports
            for resource in report.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        return sorted(found, key=lambda span: span.start_time_unix_nano)

    def metrics(self) -> dict[str, Metric]:
        """Of the last report."""
        report = ExportMetricsServiceRequest.FromString(self._bodies("/v1/metrics")[-1])
        return {
            metric.name: metric
            for resource in report.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    def resource(self) -> dict[str, Any]:
        [report, *_] = self._bodies("/v1/traces")
        return values(ExportTraceServiceRequest.FromString(report).resource_spans[0].resource.attributes)

    def _bodies(self, path: str) -> list[bytes]:
        return [body for found, _, body in self.received if found == path]


def values(attributes: Any) -> dict[str, Any]:
    """Attributes as a mapping."""

    def value(pair: KeyValue) -> Any:
        return getattr(pair.value, pair.value.WhichOneof("value") or "string_value")

    return {pair.key: value(pair) for pair in attributes}


@contextmanager
def collecting(status: int = 200) -> Iterator[Collector]:
    """`status`: what each report is answered with."""

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers["content-encoding"] == "gzip":
                body = gzip.decompress(body)
            headers = {name.lower(): value for name, value in self.headers.items()}
            collector.received.append((self.path, headers, body))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
