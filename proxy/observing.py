"""Watches one call to a vendor from its start to its last byte, and tells of it once when it is over."""

import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import httpx

from auth.connections import Connection
from proxy.body import Body
from proxy.record import CallRecord, OnCall, Outcome, unrecorded
from proxy.transport import NO_ANSWER


class Observation:
    """One call's figures as they grow, until `end` is called for the first time."""

    def __init__(self, connection: Connection, request: httpx.Request, on_call: OnCall) -> None:
        self._connection = connection
        self._request = request
        self._on_call = on_call
        self._started_at = datetime.now(UTC)
        self._start = time.perf_counter()
        self._first_byte: float | None = None
        self._is_over = False
        self._request_bytes = 0
        self._response_bytes = 0
        self._status: int | None = None
        self.attempts = 0
        if isinstance(request.stream, httpx.ByteStream):
            self._request_bytes = len(request.content)
        elif isinstance(request.stream, httpx.AsyncByteStream):
            request.stream = Observed(request.stream, self._sent)

    def answered(self, status: int) -> None:
        """The head of an answer is there."""
        self._status = status
        self._response_bytes = 0
        self._first_byte = time.perf_counter() - self._start

    def received(self, count: int) -> None:
        """Bytes of the answer that began last."""
        self._response_bytes += count

    def _sent(self, count: int) -> None:
        self._request_bytes += count

    def end(self, outcome: Outcome) -> None:
        if self._is_over:
            return
        self._is_over = True
        connection, request = self._connection, self._request
        # Let go of who is told, who holds this: without the circle nothing is left to the garbage collector.
        tell, self._on_call = self._on_call, unrecorded
        tell(
            CallRecord(
                account_id=connection.account_id,
                environment_id=connection.environment_id,
                provider=connection.provider.name,
                method=request.method,
                path=request.url.raw_path.split(b"?")[0].decode("ascii"),
                status=self._status,
                outcome=outcome,
                attempts=self.attempts,
                started_at=self._started_at,
                seconds_to_first_byte=self._first_byte,
                seconds=time.perf_counter() - self._start,
                request_bytes=self._request_bytes,
                response_bytes=self._response_bytes,
            )
        )


class Observed(httpx.AsyncByteStream):
    """A body on its way through: its bytes are counted, and `on_end` hears once how it ended.

    `release` is called as soon as nothing more of it can come, once or more often.
    """

    def __init__(
        self,
        stream: httpx.AsyncByteStream,
        count: Callable[[int], None],
        release: Callable[[], None] = lambda: None,
    ) -> None:
        self._stream, self._chunks = stream, aiter(stream)
        self._count = count
        self._release = release
        self._has_ended = False
        self.on_end: Callable[[Outcome], None] | None = None

    @property
    def is_spent(self) -> bool:
        """It is known already that nothing follows what has been read, and `on_end` has heard of it."""
        return self._has_ended and self._is_read

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk = await anext(self._chunks)
        except StopAsyncIteration:
            self._end("answered")
            raise
        except NO_ANSWER:
            self._end("no_answer")
            raise
        self._count(len(chunk))
        if self._is_read:
            self._end("answered")
        return chunk

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            self._end("cancelled")

    @property
    def _is_read(self) -> bool:
        return isinstance(self._stream, Body) and self._stream.is_spent

    def _end(self, outcome: Outcome) -> None:
        self._has_ended = True
        self._release()
        if self.on_end is not None:
            self.on_end(outcome)
            self.on_end = None
