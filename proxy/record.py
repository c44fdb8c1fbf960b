"""What is known of one finished call to a vendor: the one source for log lines, metrics and the request log."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple

Outcome = Literal["answered", "never_sent", "no_answer", "cancelled"]


class CallRecord(NamedTuple):
    """One call, all its attempts together.

    `outcome`: `answered` to the last byte; `never_sent` where the vendor surely saw nothing; `no_answer` where the
    answer did not come or broke off; `cancelled` where our side left. `status` is that of the last answer that began.
    `attempts` counts requests that were sent or tried. `path` has no query. Seconds count from `started_at` (UTC),
    pauses and queueing included. Bytes are those of bodies on the wire: of the request, and of the last answer.
    """

    account_id: str
    environment_id: str
    provider: str
    method: str
    path: str
    status: int | None
    outcome: Outcome
    attempts: int
    started_at: datetime
    seconds_to_first_byte: float | None
    seconds: float
    request_bytes: int
    response_bytes: int


OnCall = Callable[[CallRecord], None]


def unrecorded(record: CallRecord) -> None:
    """For callers of the pipe that keep no record."""
