"""Writes that happen once: by an idempotency key, and for a minute after an outcome that nobody knows without one."""

from proxy.once.answers import Kept
from proxy.once.doing import Absent, Finding, Found, Recover, Run, Unknown, once
from proxy.once.ledger import Attempt, Ledger, open_ledger
from proxy.once.write import WRITES, Write, read_key, write_of

__all__ = [
    "WRITES",
    "Absent",
    "Attempt",
    "Finding",
    "Found",
    "Kept",
    "Ledger",
    "Recover",
    "Run",
    "Unknown",
    "Write",
    "once",
    "open_ledger",
    "read_key",
    "write_of",
]
