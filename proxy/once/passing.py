"""Passthrough writes once: their answers stream on to the caller, and are kept as they pass."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.types import Message, Send

from auth.bodies import MOST_BYTES
from auth.signing import MOST_REPLAYED
from proxy.headers import value_of
from proxy.once.answers import BODILESS, MOST_KEPT, REPLAYED, Headers, Kept
from proxy.once.doing import settled
from proxy.once.ledger import Attempt, Ledger
from proxy.once.verdicts import Verdict, of_status
from proxy.once.write import Write, read_key, write_of
from proxy.passthrough import Passthrough
from proxy.uploads import take
from schemas.errors import TooLarge

Forward = Callable[[Passthrough, Request, Send], Awaitable[None]]


async def pass_once(call: Passthrough, request: Request, send: Send, forward: Forward) -> None:
    """`forward` sends the call on, or its answer of earlier is sent. Raises as `once` does, and `TooLarge`."""
    ledger: Ledger = request.state.ledger
    write, request = await _read(call, request)
    begun = await ledger.begin(write, can_recover=False)
    if isinstance(begun, Kept):
        await begun.response(REPLAYED)(request.scope, request.receive, send)
        return
    recorder = Recorder(ledger, begun, send)
    async with settled(ledger, begun, known=recorder.verdict):
        await forward(call, request, recorder.send)


async def _read(call: Passthrough, request: Request) -> tuple[Write, Request]:
    """The write, and the request with its body still to be read. A body without a key streams where it is long."""
    headers = request.scope["headers"]
    is_keyed = read_key(request) is not None
    body, receive = await take(request.receive, headers, MOST_BYTES if is_keyed else MOST_REPLAYED)
    if is_keyed and body is None:
        raise TooLarge(
            f"With an Idempotency-Key a body is at most {MOST_BYTES} bytes: send a larger one without a key."
        )
    return write_of(request, call.connection.account_id, body), Request(request.scope, receive)


class Recorder:
    """Sends an answer on, and keeps it. The write is recorded before the last byte leaves."""

    def __init__(self, ledger: Ledger, attempt: Attempt, send: Send) -> None:
        self._ledger, self._attempt, self._send = ledger, attempt, send
        self._status = 0
        self._headers: Headers = ()
        self._body = bytearray()
        self._length: int | None = None  # of the whole body, where it is stated
        self._seen = 0
        self._head: Message | None = (
            None  # these are held back: with them the caller would have the whole answer
        )
        self._last = b""

    def verdict(self) -> Verdict | None:
        """What the answer's head tells."""
        return of_status(self._status) if self._status else None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
            return
        chunk: bytes = message.get("body", b"")
        self._keep(chunk)
        if not message.get("more_body"):
            await self._ledger.settle(self._attempt, of_status(self._status), self._kept())
            await self._end({**message, "body": self._last + chunk})
        elif self._seen == self._length:
            self._last += chunk
        else:
            await self._send(message)

    async def _begin(self, message: Message) -> None:
        self._status, self._headers = message["status"], list(message["headers"])
        stated = value_of(self._headers, b"content-length")
        self._length = int(stated[:20]) if stated.isdigit() else None
        if self._length == 0 or self._status in BODILESS:
            self._head = message
        else:
            await self._send(message)

    async def _end(self, message: Message) -> None:
        if self._head is not None:
            await self._send(self._head)
        await self._send(message)

    def _keep(self, chunk: bytes) -> None:
        self._seen += len(chunk)
        if self._seen > MOST_KEPT:
            self._body.clear()
        elif self._attempt.kept:
            self._body += chunk

    def _kept(self) -> Kept | None:
        if self._seen > MOST_KEPT:
            return None
        return Kept(self._status, self._headers, bytes(self._body))
