"""Answers as they are kept for a repeat: status, headers and body, sealed like credentials."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.responses import Response, StreamingResponse

from auth.vault import KEY_BYTES, NONCE_BYTES, Binding, Sealed, Vault
from schemas.envelope import error_body, error_headers
from schemas.errors import Problem

MOST_KEPT = 8 * 1024 * 1024  # bytes of a body
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + 16  # a nonce, a data key and their tag
REPLAYED = (b"idempotency-replayed", b"true")
RECOVERED = (b"idempotency-recovered", b"true")
BODILESS = (204, 304)

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Kept:
    """One answer as the caller got it, but for what each answer has of its own."""

    status: int
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)

    def response(self, mark: tuple[bytes, bytes]) -> Response:
        found = Response(self.body, self.status)
        headers = [header for header in self.headers if header[0] != b"content-length"]
        if self.status not in BODILESS:
            headers.append((b"content-length", b"%d" % len(self.body)))
        found.raw_headers = [*headers, mark]
        return found

    def pack(self) -> bytes:
        headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in self.headers]
        return orjson.dumps([self.status, headers]) + b"\n" + self.body

    @classmethod
    def unpack(cls, packed: bytes) -> "Kept":
        head, _, body = packed.partition(b"\n")
        status, headers = orjson.loads(head)
        return cls(
            status, [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers], body
        )


def kept_response(response: Response) -> Kept | None:
    """None where the answer can't be kept: it streams, or is too large."""
    if isinstance(response, StreamingResponse) or len(response.body) > MOST_KEPT:
        return None
    return Kept(response.status_code, response.raw_headers, bytes(response.body))


def kept_problem(problem: Problem, request_id: str) -> Kept:
    body: dict[str, Any] = error_body(problem, request_id)
    headers = {"content-type": "application/json", **error_headers(problem)}
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return Kept(problem.status, raw, orjson.dumps(body))


def seal(vault: Vault, bound: Binding, answer: Kept) -> bytes:
    sealed = vault.seal(answer.pack(), bound)
    return sealed.wrapped_key + sealed.nonce + sealed.ciphertext


def unseal(vault: Vault, bound: Binding, packed: bytes) -> Kept:
    """Raises CannotOpen."""
    nonce_at, text_at = WRAPPED_BYTES, WRAPPED_BYTES + NONCE_BYTES
    envelope = Sealed(vault.keyring.newest, packed[:nonce_at], packed[nonce_at:text_at], packed[text_at:])
    return Kept.unpack(vault.open(envelope, bound))
