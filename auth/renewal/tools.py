"""What every renewal of a process works with."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from auth.connection import Connection
from auth.renewal.endpoint import TokenEndpoints
from auth.renewal.journal import Journal
from auth.renewal.ledger import Ledger

Step = Literal["intent", "response", "journal", "commit"]
Outcome = Literal[
    "renewed",
    "recovered",  # out of the journal
    "superseded",  # the account had other credentials by then
    "failed",  # to be tried again
    "refused",  # for good
    "not_stored",  # the database is away; to be tried again
    "journal_unwritable",
    "journal_unreadable",
]
Told = Callable[[Outcome, Connection | None], object]


def nobody(*_arguments: object) -> None:
    """Does nothing."""


@dataclass(frozen=True)
class Tools:
    """`clock` is that of tokens in memory; nobody sets it. `chance` gives 0 to 1. `told` hears how renewals end.

    `reached` is told of every step before which a crash is another one than after it, for tests that die there.
    """

    ledger: Ledger
    endpoints: TokenEndpoints
    journal: Journal | None
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random
    told: Told = nobody
    reached: Callable[[Step], object] = nobody
