"""What is seen of one request while it is served: the figures behind its log line, its metrics and its log entry."""

import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from starlette.types import Scope

from auth.caller import Caller
from proxy.record import CallRecord
from proxy.tally import Tally
from schemas.errors import Problem

if TYPE_CHECKING:
    from opentelemetry.trace import Span

MOST_CALLS = 20  # vendor calls of one request that are kept one by one; a crawl makes thousands
UNMATCHED = "unmatched"
SERVICE = frozenset({"/ping", "/healthz", "/readyz", "/metrics"})  # asked for every few seconds by machines
DATA = ("/unified/", "/proxy/", "/custom/", "/batch-request")

Outcome = Literal["answered", "cut", "left"]


@dataclass(slots=True, eq=False)
class Visit:
    """Times are in seconds of `time.perf_counter`, `at` of `time.time`; sizes are bytes of bodies.

    `outcome`: the answer went out whole, broke off on our side, or the caller left before its end.
    """

    request_id: str
    scope: Scope
    at: float = field(default_factory=time.time)
    started: float = field(default_factory=time.perf_counter)
    answered: float = 0.0
    ended: float = 0.0
    status: int = 0
    request_bytes: int = 0
    response_bytes: int = 0
    outcome: Outcome = "answered"
    is_remote_error: bool = False  # the answer is, or tells, a vendor's error
    tally: Tally = field(default_factory=Tally)
    calls: list[CallRecord] = field(default_factory=list)
    call_count: int = 0
    span: "Span | None" = None  # where requests are traced

    def called(self, record: CallRecord) -> None:
        self.call_count += 1
        if len(self.calls) < MOST_CALLS:
            self.calls.append(record)

    @property
    def method(self) -> str:
        method: str = self.scope["method"]
        return method

    @property
    def route(self) -> str:
        """The template of the route, never a path: few, whatever is called."""
        found = self.scope.get("route")
        return getattr(found, "path", UNMATCHED)

    @property
    def is_data(self) -> bool:
        """Whether the answer is a vendor's data, or stands for it."""
        path: str = self.scope["path"]
        return path.startswith(DATA)

    @property
    def caller(self) -> Caller | None:
        caller: Caller | None = self.scope["state"].get("caller")
        return caller

    @property
    def account_id(self) -> str | None:
        """The account that was asked for, whether there is one or not."""
        account_id: str | None = self.scope["state"].get("account_id")
        return account_id

    @property
    def problem(self) -> Problem | None:
        """What the answer was instead of a success."""
        problem: Problem | None = self.scope["state"].get("problem")
        return problem

    @property
    def seconds(self) -> float:
        return self.ended - self.started


VISIT: ContextVar[Visit | None] = ContextVar("visit", default=None)
