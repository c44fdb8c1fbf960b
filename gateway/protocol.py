"""HTTP/1.1 as our server speaks it: uvicorn's protocol on httptools, with deadlines, limits and refusals."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any, NoReturn, cast
from urllib.parse import unquote

import httptools
from starlette.types import Scope
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from gateway.cycle import Cycle
from gateway.heads import check_head
from gateway.leaving import Hangup
from gateway.limits import LIMITS, Limits
from gateway.turned_down import LATE, not_http, refusal, too_large
from schemas.errors import InvalidRequest, Refused


class Protocol(HttpToolsProtocol):
    """One connection.

    Whenever no request runs, a timer ticks: until headers are whole, until an idle connection ends, until a refused
    caller has read why. A body that stalls is the gate's to notice, which knows whether anyone waits for it; a body
    that breaks is told to its reader as `fault` in the request's state.
    """

    # Beside uvicorn's own attributes, which are just few enough for connections to share their names in memory.
    __slots__ = (
        *("_hangup", "_in_body", "_in_head", "_is_beyond", "_is_deaf", "_limits", "_lingers", "_refusal"),
        *("_stall", "_timer", "_unspent"),
    )

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: Limits = LIMITS,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self._timer: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._in_head = False
        self._in_body = False
        self._unspent = 0  # bytes since the parser last had something to show for them
        self._refusal: Refused | None = None  # to be sent when what is still running has ended
        self._is_beyond = False  # there are more connections than there should be
        self._is_deaf = False  # what else arrives on this connection is of no interest
        self._lingers = False
        self._hangup = Hangup()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        most, count = self._limits.connections, len(self.connections)
        self._is_beyond = count > most
        if count > most + most // 8:
            transport.abort()
        elif self.app_state["draining"].is_set():
            self._rest()
        else:
            self._arm(self._limits.head_seconds, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_deaf = True
        self._disarm()
        if self._stall is not None:
            self._stall.cancel()
        super().connection_lost(exc)
        self._hangup.happen()

    def data_received(self, data: bytes) -> None:
        if self._is_deaf:
            return
        try:
            self._feed(data)
        except httptools.HttpParserUpgrade:
            # As RFC 9110 §7.8 allows, the request is answered as it is; what follows may be of another protocol.
            self._is_deaf = True
            self.cycle.keep_alive = False
        except Refused as problem:
            self._fault(problem)
        except httptools.HttpParserError as error:
            context = error.__context__
            self._fault(context if isinstance(context, Refused) else not_http(error))
        self._rest()

    def _feed(self, data: bytes) -> None:
        """Piece by piece, so that never more is held of a header, or skipped of what frames a body, than is allowed."""
        while data and not self._is_deaf:
            room = self._limits.head_bytes - self._unspent
            piece, data = data[:room], data[room:]
            self._unspent += len(piece)
            self.parser.feed_data(piece)
            if self._unspent >= self._limits.head_bytes:
                self._refuse_size()

    def _refuse_size(self) -> NoReturn:
        most = self._limits.head_bytes
        if self._in_body:
            raise InvalidRequest(f"What frames the body goes on for more than {most} bytes.")
        raise too_large(f"The request line and headers are larger than {most} bytes.")

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= self._limits.pipelined:
            raise InvalidRequest(f"More than {self._limits.pipelined} requests were sent ahead.")
        self._disarm()
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_body:  # a trailer: nothing that comes so late may pass for a header
            return
        headers = self.headers
        if len(headers) >= self._limits.head_fields:
            raise too_large(f"The request has more than {self._limits.head_fields} header fields.")
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        headers.append((name, value))

    def on_headers_complete(self) -> None:
        version = self.parser.get_http_version()
        check_head(version, self.url, self.headers)
        self._read_target()
        self._disarm()
        self._in_head, self._in_body, self._unspent = False, True, 0
        self.scope["method"], self.scope["http_version"] = self.parser.get_method().decode(), version
        state = self.scope["state"]
        state["hangup"] = self._hangup
        if self._is_beyond:
            state["is_beyond"] = True
        is_last = self._is_beyond or version == "1.0" or state["draining"].is_set()
        cycle = Cycle(
            cast(Scope, self.scope),
            self.transport,
            self.flow,
            self.loop,
            self._close,
            self.on_response_complete,
            keep_alive=not is_last and self.parser.should_keep_alive(),
            expects_continue=self.expect_100_continue,
        )
        self._take(cast(RequestResponseCycle, cycle))

    def _read_target(self) -> None:
        """`path` is decoded, `raw_path` and the query are not. A whole URL need not have a path."""
        target = httptools.parse_url(self.url)
        raw_path = target.path or b"/"
        path = raw_path.decode("ascii")
        self.scope["path"] = unquote(path) if "%" in path else path
        self.scope["raw_path"] = raw_path
        self.scope["query_string"] = target.query or b""

    def _take(self, cycle: RequestResponseCycle) -> None:
        """It begins, or waits until those before it on this connection are answered."""
        is_free, self.cycle = not self._is_running(), cycle
        if is_free:
            self._start_asgi_task(cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))

    def on_body(self, body: bytes) -> None:
        self._unspent = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body, self._unspent = False, 0
        if self.cycle.response_complete:
            self._disarm()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        self._hangup.then = None
        if not self._in_head:  # else they are those of a request that was sent ahead
            self.scope, self.headers, self.url = cast(Any, None), [], b""
        if self.transport.is_closing() or self._lingers:
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._refusal is not None:
            self._refuse(self._refusal)
        elif self._is_deaf:
            self._linger()
        else:
            self._rest()

    def shutdown(self) -> None:
        """A drain begins: what runs ends; a request that was already on its way is still answered."""
        self.app_state["draining"].set()
        if self._is_running():
            self.cycle.keep_alive = False
        elif not (self._in_head or self._in_body):
            self._disarm()
            self._rest()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_stall()

    def resume_writing(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
        super().resume_writing()

    def _watch_stall(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        self._stall = self.loop.call_later(self._limits.stall_seconds, self._check_stall, waiting)

    def _check_stall(self, before: int) -> None:
        if self.transport.get_write_buffer_size() >= before:
            self.transport.abort()
        else:
            self._watch_stall()

    def _rest(self) -> None:
        """Unless a request runs, the connection has a time to live."""
        if self._is_running() or self._timer or self._is_deaf:
            return
        limits = self._limits
        if self._in_head:
            self._arm(limits.head_seconds, self._head_is_late)
        elif self._in_body and self.expect_100_continue:  # what comes next may be a body or another request
            self._linger()
        elif self._in_body:  # nobody reads it any more, and a short one need not cost the connection
            self._arm(limits.linger_seconds, self._linger)
        elif self.app_state["draining"].is_set():
            self._arm(limits.last_call_seconds, self.transport.close)
        else:
            self._arm(limits.idle_seconds, self.transport.close)

    def _is_running(self) -> bool:
        """Whether a request has begun whose answer is not complete."""
        return self.cycle is not None and not self.cycle.response_complete

    def _head_is_late(self) -> None:
        if self._in_head:
            self._answer(LATE)
        self.transport.close()

    def _fault(self, problem: Refused) -> None:
        self._is_deaf = True
        if not self._is_running():
            self._refuse(problem)
        elif self._in_body:
            problem.headers["connection"] = "close"
            self.cycle.scope["state"]["fault"] = problem
            self.cycle.message_event.set()
        else:
            self._refusal = problem

    def _refuse(self, problem: Refused) -> None:
        if not self._in_body:  # else the request was answered before its body broke
            self._answer(problem)
        self._linger()

    def _answer(self, problem: Refused) -> None:
        self.transport.write(refusal(problem, self.server_state.default_headers))

    def _close(self) -> None:
        if self._in_body or self._is_deaf:
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        """Closes our side alone: a caller that is still sending could lose the answer otherwise (RFC 9112 §9.6)."""
        if self._lingers or self.transport.is_closing():
            return
        self._is_deaf = self._lingers = True
        self.flow.resume_reading()
        self.transport.write_eof()
        self._arm(self._limits.linger_seconds, self.transport.abort)

    def _arm(self, seconds: float, then: Callable[[], None]) -> None:
        """In a context of its own: a request's would be kept with all that it knows until the next one comes."""
        self._disarm()
        self._timer = self.loop.call_later(seconds, then, context=Context())

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
