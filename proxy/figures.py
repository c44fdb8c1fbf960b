"""How much of a rate limit is left, in the one form that callers see, from whatever a vendor says about it."""

import math
import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpx

LONGEST = 3600  # seconds: the most that a vendor's Retry-After is believed
EPOCH = 1_000_000_000  # a reset above this is a moment (Unix time), not a number of seconds
FARTHEST = 366 * 86_400  # seconds: no limit's window is longer than a year
NUMBER = re.compile(r"[0-9]{1,12}")
SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
PREFIXES = ("ratelimit-", "x-ratelimit-", "x-rate-limit-")  # IETF's drafts, and the two spellings before them


class Figures(NamedTuple):
    """`limit` may carry a window (`25;w=1`), and is "" where no rate is known; `reset` is in seconds from now.

    `places`: calls that may be under way at a time, None where that is not limited, and `free` of them.
    """

    limit: str = ""
    remaining: int = 0
    reset: int = 0
    places: int | None = None
    free: int = 0

    def headers(self) -> Mapping[bytes, bytes]:
        """In Truto's form, which has a rate alone, and in the IETF's (draft-ietf-httpapi-ratelimit-headers-10)."""
        policies, states = [], []
        found: dict[bytes, bytes] = {}
        if self.limit:
            quota, _, window = self.limit.partition(";")
            policies.append(f'"calls";q={quota}' + (f";{window}" if window else ""))
            states.append(f'"calls";r={self.remaining};t={self.reset}')
            found = {
                b"ratelimit-limit": self.limit.encode(),
                b"ratelimit-remaining": b"%d" % self.remaining,
                b"ratelimit-reset": b"%d" % self.reset,
            }
        if self.places is not None:
            policies.append(f'"concurrency";q={self.places};qu="concurrent-requests"')
            states.append(f'"concurrency";r={self.free}')
        found[b"ratelimit-policy"] = ", ".join(policies).encode()
        found[b"ratelimit"] = ", ".join(states).encode()
        return found


def stated_figures(headers: httpx.Headers, now: float) -> Figures | None:
    """The vendor's own figures, None unless all three are there and numbers. `now` is Unix time."""
    if b"limit-" not in b" ".join([name for name, _ in headers.raw]).lower():
        return None  # nearly always, and each look-up costs 2 µs
    for prefix in PREFIXES:
        limit, remaining = headers.get(f"{prefix}limit", ""), headers.get(f"{prefix}remaining", "")
        reset = _seconds(headers.get(f"{prefix}reset", ""), now)
        found = NUMBER.match(limit)
        if found and NUMBER.fullmatch(remaining) and reset is not None:
            window = re.search(r";\s*w=([0-9]{1,9})", limit)
            return Figures(
                found.group() + (f";w={window.group(1)}" if window else ""), int(remaining), math.ceil(reset)
            )
    return None


def stated_wait(headers: httpx.Headers, now: float) -> float | None:
    """Seconds of a `retry-after`, given as a number or a date, within 1 and an hour; None where it says neither."""
    seconds = _seconds(headers.get("retry-after", ""), now)
    return None if seconds is None else min(max(seconds, 1.0), float(LONGEST))


def _seconds(text: str, now: float) -> float | None:
    """Of a number of seconds, a moment in Unix time (in seconds or milliseconds), or a date."""
    text = text.strip()
    if SECONDS.fullmatch(text):
        value = float(text)
        for unit in (1, 1000):
            if EPOCH * unit < value < 10 * EPOCH * unit:
                value = max(0.0, value / unit - now)
        return min(value, FARTHEST)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
