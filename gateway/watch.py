"""Looks on: what happens to requests and vendor calls goes to the log, the metrics and the accounts' request log."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from structlog.typing import FilteringBoundLogger

from auth.connections import Connection
from auth.renewal import Outcome
from auth.webhooks.courier import Attempt
from gateway.metrics import Metrics
from gateway.request_log import RequestLog
from gateway.telemetry import describe
from gateway.visit import SERVICE, VISIT, Visit
from proxy.breaker import Circuit
from proxy.record import CallRecord

if TYPE_CHECKING:
    from gateway.tracing import Traces

FINE: frozenset[Outcome] = frozenset({"renewed", "recovered"})
ALARMS: frozenset[Outcome] = frozenset({"journal_unwritable", "journal_unreadable", "not_stored"})


class Watch:
    """Told of every beginning and end; never raises, never waits."""

    def __init__(
        self,
        log: FilteringBoundLogger,
        metrics: Metrics,
        entries: RequestLog,
        traces: "Traces | None" = None,
    ) -> None:
        self._log = log
        self._metrics = metrics
        self._entries = entries
        self._traces = traces

    def began(self, visit: Visit) -> None:
        self._metrics.in_flight += 1
        if self._traces is not None:
            self._traces.began(visit)

    def ended(self, visit: Visit) -> None:
        self._metrics.in_flight -= 1
        self._metrics.ended(visit)
        if self._traces is not None:
            self._traces.ended(visit)
        if visit.is_data:
            self._entries.add(visit)
        say = self._log.debug if visit.route in SERVICE else self._log.info
        caller, problem = visit.caller, visit.problem
        say(
            "request",
            request_id=visit.request_id,
            method=visit.method[:20],
            route=visit.route,
            status=visit.status,
            outcome=visit.outcome,
            reason=problem.reason if problem else None,
            environment_id=caller.environment_id if caller else None,
            account_id=visit.account_id,
            duration_ms=_milliseconds(visit.seconds),
            first_byte_ms=_milliseconds(visit.answered - visit.started) if visit.answered else None,
            request_bytes=visit.request_bytes,
            response_bytes=visit.response_bytes,
            vendor_calls=visit.call_count,
            **({} if visit.span is None else {"trace_id": f"{visit.span.get_span_context().trace_id:032x}"}),
        )

    def called(self, record: CallRecord) -> None:
        """To be told of each vendor call once it is over."""
        visit = VISIT.get()
        if visit is not None:
            visit.called(record)
        self._metrics.called(record)
        if self._traces is not None:
            self._traces.called(record, visit)
        self._log.info(
            "vendor_call",
            request_id=visit.request_id if visit else None,
            environment_id=record.environment_id,
            account_id=record.account_id,
            provider=record.provider,
            method=record.method[:20],
            status=record.status,
            outcome=record.outcome,
            attempts=record.attempts,
            duration_ms=_milliseconds(record.seconds),
            first_byte_ms=_milliseconds(record.seconds_to_first_byte),
            request_bytes=record.request_bytes,
            response_bytes=record.response_bytes,
        )

    def circuit(self, connection: Connection, circuit: Circuit) -> None:
        """To be told of each change of an account's circuit."""
        self._metrics.circuits.labels(connection.provider.name, circuit.value).inc()
        say = self._log.warning if circuit is Circuit.OPEN else self._log.info
        say(
            "circuit",
            circuit=circuit.value,
            provider=connection.provider.name,
            environment_id=connection.environment_id,
            account_id=connection.account_id,
        )

    def attempted(self, attempt: Attempt) -> None:
        """To be told of each attempt to deliver an event to a webhook."""
        parcel, result, settled = attempt.parcel, attempt.result, attempt.settled
        self._metrics.webhook_attempts.labels(settled.outcome).inc()
        told = {"environment_id": parcel.event.environment_id, "webhook_id": parcel.webhook_id}
        self._log.info(
            "webhook_attempt",
            **told,
            delivery_id=parcel.delivery_id,
            event_id=parcel.event.id,
            event_type=parcel.event.event,
            host=urlsplit(parcel.target_url).hostname,
            status=result.status_code,
            error=result.error,
            outcome=settled.outcome,
            tries=parcel.tries,
            duration_ms=_milliseconds(result.seconds),
        )
        if settled.is_switched_off:
            self._metrics.switched_off.inc()
            self._log.warning("webhook_switched_off", **told, status=result.status_code)

    def broke(self, error: BaseException) -> None:
        """A fault of ours in what goes on beside the requests."""
        self._metrics.unforeseen.inc()
        self._log.error("unforeseen", exception=describe(error))

    def renewed(self, outcome: Outcome, connection: Connection | None) -> None:
        """To be told of every end of a token's renewal; without a connection it came out of the journal."""
        provider = connection.provider.name if connection else None
        self._metrics.renewals.labels(provider or "none", outcome).inc()
        say = (
            self._log.info if outcome in FINE else self._log.error if outcome in ALARMS else self._log.warning
        )
        say(
            "token_renewal",
            outcome=outcome,
            provider=provider,
            environment_id=connection.environment_id if connection else None,
            account_id=connection.account_id if connection else None,
        )

    def unforeseen(self, visit: Visit, error: Exception) -> None:
        """A fault of ours: the caller hears nothing of its cause, the log where it came from."""
        self._metrics.unforeseen.inc()
        self._log.error(
            "unforeseen",
            request_id=visit.request_id,
            method=visit.method[:20],
            route=visit.route,
            exception=describe(error),
        )


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)
