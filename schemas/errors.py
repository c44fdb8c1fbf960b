"""Every way a call can fail, as exceptions grouped by remedy; each carries the status and reason of its answer.

Problem
├── Refused            the caller's request is wrong; repeating it changes nothing
│   ├── InvalidRequest 400   NotAuthorized 401   NotAllowed 403   NotFound 404
│   └── MethodNotOffered 405   Conflict 409   Changed 412   TooLarge 413   UnsupportedMedia 415
├── AccountProblem     the account must be mended first (reconnect, unblock)
├── Throttled      429 too many calls at once: wait as Retry-After says
├── RemoteProblem      the vendor answered, and the answer is an error
├── Overloaded     503 there is too much to do: nothing was begun
├── VendorTrouble      the vendor could not be understood or reached in time
└── Internal           ours

Cut                    an answer that had begun broke off: no problem can be told any more
"""

import math
from collections.abc import Mapping
from typing import Any


class Problem(Exception):
    """An answer other than success. `details` is the envelope's `details` member without `reason`.

    `insight` is its `truto_error_insight`.
    """

    status = 500
    reason: str | None = "internal"

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        insight: Mapping[str, Any] | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or type(self).reason
        self.status = status or type(self).status
        self.headers = dict(headers or {})
        self.insight = dict(insight or {})
        self.details = details


class Refused(Problem):
    status = 400
    reason = "invalid_request"


class InvalidRequest(Refused):
    """`failures` names each wrong field: `[{"field", "message"}]`."""

    @classmethod
    def about(
        cls, field: str, complaint: str, *, message: str = "", reason: str | None = None
    ) -> "InvalidRequest":
        """One wrong field; `message`: where the sentence is to say more than the field and what is wrong with it."""
        field = field[:200]
        failures = [{"field": field, "message": complaint}]
        return cls(message or f"'{field}' {complaint}", reason=reason, failures=failures)


class NotAuthorized(Refused):
    status = 401
    reason = "invalid_token"


class NotAllowed(Refused):
    status = 403
    reason = "token_not_allowed"


class NotFound(Refused):
    status = 404
    reason = "not_found"


class Changed(Refused):
    """The record is not what the caller's etag says."""

    status = 412
    reason = "etag_mismatch"


class MethodNotOffered(Refused):
    status = 405
    reason = "method_not_offered"


class Conflict(Refused):
    status = 409
    reason = "in_use"


class TooLarge(Refused):
    status = 413
    reason = "body_too_large"


class UnsupportedMedia(Refused):
    status = 415
    reason = "unsupported_media_type"


class AccountProblem(Problem):
    """The account can't serve calls: `needs_reauth` 401, `account_not_ready` 400, `account_paused` 503."""

    status = 400
    reason = "account_not_ready"


class Throttled(Problem):
    """Held back by us, nothing was sent. `wait` is in seconds; the answer's `retry-after` is whole, at least 1."""

    status = 429
    reason = "account_rate"

    def __init__(self, message: str, *, wait: float, reason: str | None = None, **details: Any) -> None:
        headers = {"retry-after": str(max(1, math.ceil(wait)))}
        super().__init__(message, reason=reason, headers=headers, **details)


class Overloaded(Problem):
    """This process has more to do than it can; another, or the same one soon, may serve."""

    status = 503
    reason = "overloaded"

    def __init__(self) -> None:
        message = "This gateway has too much to do at once: wait as retry-after says."
        super().__init__(message, headers={"retry-after": "1"})


class RemoteProblem(Problem):
    """The vendor answered with an error, or refused the credentials: its status is kept, its body travels along.

    `raw` is the vendor's body (parsed JSON, else text).
    """

    reason: str | None = None

    def __init__(
        self,
        message: str,
        *,
        status: int,
        raw: Any = None,
        **details: Any,
    ) -> None:
        super().__init__(message, status=status, **details)
        self.raw = raw


class VendorTrouble(Problem):
    """No usable answer: 502 `vendor_unreachable`, `vendor_invalid_response`, `paging_loop`; 504 `vendor_timeout`."""

    status = 502
    reason = "vendor_unreachable"


class Internal(Problem):
    """A fault of ours; the message says nothing of its cause, the log does."""


class Cut(Exception):
    """The server is to drop the connection, so that what was sent is not taken for the whole."""
