"""Spans of OpenTelemetry: one for each request, one for each call to a vendor. Loaded only where they are wanted."""

from datetime import datetime

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span as RecordedSpan
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Span, SpanKind, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from gateway.metrics import verb
from gateway.visit import SERVICE, Visit
from proxy.record import CallRecord

NANO = 1_000_000_000
PARENT = b"traceparent"
W3C = TraceContextTextMapPropagator()
Attributes = dict[str, AttributeValue]


class Traces:
    """Told of what `Watch` is told of.

    Attributes are route templates, providers, outcomes, statuses and sizes: what a caller or a vendor has chosen (ids,
    paths, hosts, queries, `tracestate`, `baggage`) is in none, for traces are read by more people than accounts are.
    """

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("koine")

    def began(self, visit: Visit) -> None:
        """The span belongs to the caller's trace where the request names one (W3C Trace Context)."""
        if visit.scope["path"] not in SERVICE:
            visit.span = self._tracer.start_span(
                "request", _callers(visit), kind=SpanKind.SERVER, start_time=int(visit.at * NANO)
            )

    def ended(self, visit: Visit) -> None:
        span = visit.span
        if isinstance(span, RecordedSpan):  # others are not sampled
            span.update_name(f"{verb(visit.method)} {visit.route}")
            span.set_attributes(_of_request(visit))
            if visit.status >= 500 or visit.outcome == "cut":
                span.set_status(StatusCode.ERROR)
            span.end(int((visit.at + visit.seconds) * NANO))

    def called(self, record: CallRecord, visit: Visit | None) -> None:
        began = _nanoseconds(record.started_at)
        span = self._tracer.start_span(
            f"{verb(record.method)} {record.provider}",
            _within(visit.span if visit else None),
            kind=SpanKind.CLIENT,
            attributes=_of_call(record),
            start_time=began,
        )
        if record.outcome in ("never_sent", "no_answer") or (record.status or 0) >= 400:
            span.set_status(StatusCode.ERROR)
        span.end(began + int(record.seconds * NANO))


def _callers(visit: Visit) -> Context:
    """Empty where the request names no trace, or several."""
    named = [value for name, value in visit.scope["headers"] if name == PARENT]
    carrier = {PARENT.decode(): named[0].decode("latin-1")} if len(named) == 1 else {}
    return W3C.extract(carrier, Context())


def _within(span: Span | None) -> Context:
    return Context() if span is None else set_span_in_context(span, Context())


def _of_request(visit: Visit) -> Attributes:
    found: Attributes = {
        "http.request.method": verb(visit.method),
        "http.route": visit.route,
        "http.request.body.size": visit.request_bytes,
        "http.response.body.size": visit.response_bytes,
        "koine.outcome": visit.outcome,
        "koine.vendor_calls": visit.call_count,
    }
    if visit.status:
        found["http.response.status_code"] = visit.status
    if visit.problem is not None:
        found["error.type"] = visit.problem.reason or str(visit.problem.status)
    return found


def _of_call(record: CallRecord) -> Attributes:
    found: Attributes = {
        "http.request.method": verb(record.method),
        "http.request.body.size": record.request_bytes,
        "http.response.body.size": record.response_bytes,
        "koine.provider": record.provider,
        "koine.outcome": record.outcome,
        "koine.attempts": record.attempts,
    }
    if record.status is not None:
        found["http.response.status_code"] = record.status
    if record.seconds_to_first_byte is not None:
        found["koine.first_byte_seconds"] = record.seconds_to_first_byte
    return found


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * NANO)
