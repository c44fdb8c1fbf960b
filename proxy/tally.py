"""What one request of a caller has cost at vendors so far: written where calls are made, read where answers leave."""

import time
from contextvars import ContextVar
from dataclasses import dataclass

from proxy.figures import Figures
from proxy.turns import Urgency


@dataclass
class Tally:
    """`vendor_seconds`: waited for vendors, without queueing and pauses of ours. `figures`: the last that are known.

    `until`, on the steady clock: when the caller gives up waiting for the answer to begin; None once it has,
    or where the caller did not say. `urgency`: that of its calls.
    """

    calls: int = 0
    vendor_seconds: float = 0.0
    figures: Figures | None = None
    until: float | None = None
    urgency: Urgency = Urgency.PROMPT

    def left(self) -> float | None:
        """Seconds until the caller gives up."""
        return None if self.until is None else self.until - time.monotonic()


current: ContextVar[Tally | None] = ContextVar("tally", default=None)


def be_patient() -> None:
    """From here on the calls of this request give way to those of others."""
    tally = current.get()
    if tally is not None:
        tally.urgency = Urgency.PATIENT
