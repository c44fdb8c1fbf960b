"""A vendor's API one to one: a caller's request goes out as it came in, and so comes the answer."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import httpx
from starlette.requests import Request
from starlette.types import Send

from auth.connections import Connection, Connections
from auth.signing import is_replayable
from auth.tokens import authenticate
from providers.schemes import ApiKey
from proxy.addresses import exact_url, vendor_path
from proxy.answer import Answer
from proxy.failures import failure
from proxy.headers import OF_THE_BODY, Headers, handed_on, located, sent, without
from proxy.observing import Observed
from proxy.pipe import Pipe, credential
from proxy.query import Asked, read_query
from proxy.refusals import refuse
from proxy.uploads import Upload, upload
from schemas.errors import Cut, MethodNotOffered, RemoteProblem

NOTED = (401, 403)  # what these say is noted on the account
MOST_HEARD = 64 * 1024  # bytes of such an answer in which the vendor's words are looked for
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# A vendor's TRACE would show the caller the credentials that the request was signed with.
CLOSED_METHODS = frozenset({"CONNECT", "TRACE"})


@dataclass(frozen=True)
class Passthrough:
    """One call: `path` below the vendor's base as it was written, `headers` as they go out, but for the credentials."""

    connection: Connection
    method: str
    path: bytes
    asked: Asked
    headers: Headers

    def request(
        self, body: httpx.ByteStream | Upload, query: bytes, headers: Headers | None = None
    ) -> httpx.Request:
        """What is to be sent, with a body of its own or headers for once; nothing is added to it but the signature."""
        request = httpx.Request(
            self.method,
            exact_url(self.connection.base_url, self.path, query),
            headers=self.headers if headers is None else headers,
            stream=body,
        )
        if isinstance(body, httpx.ByteStream):
            request.read()
        return request

    def with_headers(self, headers: Headers) -> "Passthrough":
        return replace(self, headers=headers)


async def open_passthrough(request: Request, room: bytes) -> Passthrough:
    """Authenticates, checks path and query, opens the account; raises what the contract says where one fails."""
    caller = await authenticate(request)
    if request.method in CLOSED_METHODS:
        raise MethodNotOffered(
            f"{request.method} is not passed on.",
            headers={"allow": ", ".join(METHODS)},
            methods=list(METHODS),
        )
    path = vendor_path(request.scope["raw_path"], room)
    asked = read_query(request.scope["query_string"])
    account_id = request.scope["state"]["account_id"] = caller.account(asked.account_ids)
    connections: Connections = request.state.connections
    connection = await connections.open(caller, account_id)
    headers = sent(request.scope["headers"], connection.provider.headers)
    return Passthrough(connection, request.method, path, asked, headers)


async def forward(call: Passthrough, request: Request, send: Send) -> None:
    """Sends the call on and the answer back, both as they come."""
    body = await upload(request.receive, request.scope["headers"])
    outgoing = call.request(body, call.asked.without(()))
    pipe: Pipe = request.state.pipe
    response = await pipe.send(call.connection, outgoing)
    await hand_on(call, outgoing, response, request, send)


async def hand_on(
    call: Passthrough, outgoing: httpx.Request, response: httpx.Response, request: Request, send: Send
) -> None:
    """A vendor's answer as it is, chunk by chunk, no faster than the caller takes it; closes it in any case.

    Raises `RemoteProblem` for a status that HTTP does not have, and `Cut` where the body breaks off.
    """
    try:
        _check_status(response.status_code)
        chunks = aiter(response.stream)  # type: ignore[arg-type]
        heard = b""
        if response.status_code in NOTED:
            heard = await _hear(chunks, outgoing)
            await refused(request.state.connections, call, outgoing, _answer(call, outgoing, response, heard))
        headers = located(handed_on(response.headers.raw, response.status_code), str(outgoing.url))
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        if heard:
            await send({"type": "http.response.body", "body": heard, "more_body": True})
        await _stream(response, chunks, send)
    finally:
        if not _is_spent(response):
            await response.aclose()


async def reply(send: Send, answer: Answer, body: bytes) -> None:
    """An answer that the gateway has read, with a body that may be another."""
    headers = without(located(handed_on(answer.headers.raw, answer.status), answer.url), OF_THE_BODY)
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def untouched(answer: Answer) -> bytes:
    return answer.body


async def refused(
    connections: Connections, call: Passthrough, outgoing: httpx.Request, answer: Answer
) -> RemoteProblem:
    """As `refuse`; but a token turned down is no verdict on the credentials where the call could not be repeated."""
    is_final = is_replayable(outgoing) or isinstance(call.connection.scheme, ApiKey)
    if answer.status == 401 and not is_final:
        message = (
            "The vendor turned down what the call was signed with: send it again, it is then signed anew."
        )
        return RemoteProblem(message, status=401, raw=answer.raw())
    return await refuse(connections, call.connection, answer)


async def _stream(response: httpx.Response, chunks: AsyncIterator[bytes], send: Send) -> None:
    """To the answer's end, which is told along with its last bytes where it is known then."""
    try:
        async for chunk in chunks:
            is_last = _is_spent(response)
            await send({"type": "http.response.body", "body": chunk, "more_body": not is_last})
            if is_last:
                return
    except httpx.TransportError as error:
        raise Cut("The vendor's answer broke off.") from error
    await send({"type": "http.response.body", "body": b""})


def _is_spent(response: httpx.Response) -> bool:
    """Whether it is known that nothing follows what was read of the answer, and that it has let go of everything."""
    return isinstance(response.stream, Observed) and response.stream.is_spent


async def _hear(chunks: AsyncIterator[bytes], outgoing: httpx.Request) -> bytes:
    """The body's beginning; its whole, if it is short."""
    heard = bytearray()
    try:
        async for chunk in chunks:
            heard += chunk
            if len(heard) >= MOST_HEARD:
                break
    except httpx.TransportError as error:
        raise failure(error, outgoing) from error
    return bytes(heard)


def _answer(call: Passthrough, outgoing: httpx.Request, response: httpx.Response, heard: bytes) -> Answer:
    url = str(outgoing.url)
    return Answer(response.status_code, response.headers, heard, url, call.connection, credential(outgoing))


def _check_status(status: int) -> None:
    if status > 599:
        raise RemoteProblem(
            f"The vendor answered with the status {status}, which HTTP does not have.",
            status=502,
            reason="vendor_invalid_response",
        )
