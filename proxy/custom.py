"""The custom API: the call of passthrough, with Truto's answer around it and every error in the envelope."""

import httpx
import orjson
from starlette.requests import Request
from starlette.types import Send

from auth.bodies import MOST_BYTES
from proxy.answer import Answer, not_understood
from proxy.headers import handed_on, is_json, media_type, without
from proxy.passthrough import Passthrough, hand_on, refused, reply
from proxy.pipe import Pipe, whole_answer
from proxy.records import BOM
from proxy.uploads import Upload, has_body, upload
from schemas.errors import InvalidRequest, TooLarge

NOT_OFFERED = "methodConfig"


async def forward_custom(call: Passthrough, request: Request, send: Send) -> None:
    """Sends the call on and wraps what comes back. Raises `RemoteProblem` for a vendor's error."""
    call, body = await _checked(call, request)
    outgoing = call.request(body, call.asked.without(()))
    pipe: Pipe = request.state.pipe
    response = await pipe.send(call.connection, outgoing)
    await answer_custom(call, outgoing, response, request, send)


async def answer_custom(
    call: Passthrough, outgoing: httpx.Request, response: httpx.Response, request: Request, send: Send
) -> None:
    """JSON in an envelope, other types as they come, errors raised."""
    if response.status_code >= 400:
        answer = await whole_answer(call.connection, outgoing, response)
        raise await refused(request.state.connections, call, outgoing, answer)
    headers = handed_on(response.headers.raw, response.status_code)
    if not response.is_success or call.method == "HEAD" or call.asked.is_raw or not is_json(headers):
        await hand_on(call, outgoing, response, request, send)
        return
    answer = await whole_answer(call.connection, outgoing, response)
    await reply(send, answer, wrapped(answer))


def wrapped(answer: Answer) -> bytes:
    """The vendor's JSON as it came, in Truto's form; null for an empty body. Raises `RemoteProblem` for others."""
    body = answer.body.removeprefix(BOM).strip() or b"null"
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise not_understood(answer, "no JSON") from error
    return b'{"result":%s,"next_cursor":null,"prev_cursor":null}' % body


async def _checked(call: Passthrough, request: Request) -> tuple[Passthrough, httpx.ByteStream | Upload]:
    """The body to send, and the call with the content type that it turned out to have."""
    kind = media_type(call.headers)
    if not has_body(request.scope["headers"]) or not (is_json(call.headers) or kind in (b"", b"text/plain")):
        return call, await upload(request.receive, request.scope["headers"])
    body = await Upload(request.receive).hold(MOST_BYTES)
    if body is None:
        raise TooLarge(f"A JSON body is at most {MOST_BYTES} bytes: send more as another content type.")
    value = _parsed(body)
    if isinstance(value, dict) and NOT_OFFERED in value:
        raise InvalidRequest.about(
            NOT_OFFERED, "not offered", message=f"'{NOT_OFFERED}' is not offered here."
        )
    if kind == b"text/plain" and isinstance(value, dict | list):
        typed = (b"content-type", b"application/json")
        call = call.with_headers([*without(call.headers, {b"content-type"}), typed])
    return call, httpx.ByteStream(body)


def _parsed(body: bytes) -> object:
    """What is no JSON is the vendor's to judge."""
    try:
        return orjson.loads(body.removeprefix(BOM))
    except orjson.JSONDecodeError:
        return None
