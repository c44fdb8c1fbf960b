"""One write of a caller's, and how it is told from others: by its idempotency key, or by all that it says."""

import hmac
import re
from dataclasses import dataclass, field

from starlette.requests import Request

from auth.caller import Caller
from proxy.query import ACCOUNT
from schemas.errors import InvalidRequest

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
HEADER = "idempotency-key"
FORM = re.compile(r'[!-~]{1,255}|"[!-~]{1,255}"')
BOUNDARY = re.compile(rb'^multipart/.*;\s*boundary="?([^";,\s]{1,70})', re.IGNORECASE)


@dataclass(frozen=True)
class Write:
    """`path` and `query` as they were called; the query is without the account.

    `body`: None where it is too long to be at hand, which a write with a key never is. `request_id` is for the answer.
    """

    environment_id: str
    account_id: str
    token_id: str
    method: str
    path: bytes
    query: bytes
    body: bytes | None = field(repr=False)
    key: str | None = None
    request_id: str = ""

    def place(self, secret: bytes) -> str | None:
        """Under which it is recorded; None where nothing tells it from others."""
        where = (self.environment_id, self.account_id, self.method)
        if self.key is not None:
            return _digest(secret, "key", *where, self.path, self.key).hex()
        if self.body is None:
            return None
        return _digest(secret, "echo", *where, self.path, self.token_id, self.query, self.body).hex()

    def digest(self, secret: bytes) -> bytes:
        """Of what must be the same in a repeat."""
        return _digest(secret, "said", self.query, self.body or b"")


def write_of(request: Request, account_id: str, body: bytes | None) -> Write:
    """The write that a request asks for. Raises `InvalidRequest` for a key that is none."""
    caller: Caller = request.state.caller
    return Write(
        caller.environment_id,
        account_id,
        caller.token_id,
        request.method,
        b"/" + request.scope["raw_path"].lstrip(b"/"),
        _without_account(request.scope["query_string"]),
        _without_boundary(body, request.headers.get("content-type", "")),
        read_key(request),
        request.state.request_id,
    )


def read_key(request: Request) -> str | None:
    """The idempotency key, without its quotes; None where there is none."""
    given = request.headers.getlist(HEADER)
    if not given:
        return None
    if len(given) > 1 or not FORM.fullmatch(given[0]) or given[0] in ('"', '""'):
        raise InvalidRequest.about("Idempotency-Key", "takes one key of 1 to 255 visible ASCII characters")
    key = given[0]
    return key[1:-1] if key[0] == key[-1] == '"' else key


def _without_account(query: bytes) -> bytes:
    """An account token may name its account or not: the write is the same."""
    name = ACCOUNT.encode()
    return b"&".join(part for part in query.split(b"&") if part.partition(b"=")[0] != name)


def _without_boundary(body: bytes | None, content_type: str) -> bytes | None:
    """Clients draw a new boundary for each attempt at a form: what it holds is the same."""
    found = BOUNDARY.match(content_type.encode("latin-1"))
    return body.replace(found[1], b"") if body and found else body


def _digest(secret: bytes, *parts: str | bytes) -> bytes:
    mac = hmac.new(secret, digestmod="sha256")
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        mac.update(len(data).to_bytes(8, "big"))
        mac.update(data)
    return mac.digest()
