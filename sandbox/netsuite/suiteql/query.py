"""`POST /query/v1/suiteql`: the statement of a body, run as the caller sees the account."""

from typing import Any

import orjson
from starlette.responses import Response

from sandbox.netsuite import paging
from sandbox.netsuite.answers import Refusal, answer, unexpected
from sandbox.netsuite.call import Call
from sandbox.netsuite.suiteql.refused import Broken, Refused

PATH = "/query/v1/suiteql"
ERROR_ID = "kq8mzn1w0v3t5yjx"


async def run(call: Call) -> Response:
    """A page of rows."""
    _check_prefer(call)
    limit, offset = paging.window(call)
    text, params = _statement(await call.request.body())
    call.tenant.books.catch_up()
    if call.tenant.switches.unordered == "shuffled":
        call.tenant.books.turn()
    try:
        found = call.tenant.books.engine(call.caller.role).run(text, params, limit, offset)
    except Broken as broken:
        raise unexpected(ERROR_ID) from broken
    except Refused as refused:
        raise _refusal(call, refused) from refused
    items = [{"links": [], **row} for row in found.rows]
    return answer(paging.envelope(call, PATH, items, min(found.total, paging.CEILING), {}), kind="collection")


def _check_prefer(call: Call) -> None:
    words = [word.strip().lower() for word in call.request.headers.get("prefer", "").split(",")]
    if "transient" not in words and call.tenant.switches.transient == "required":
        raise Refusal(
            400,
            "INVALID_HEADER",
            "Only the transient preference is supported: the header 'Prefer: transient' is required.",
            {"o:errorHeader": "Prefer"},
        )


def _statement(body: bytes) -> tuple[str, list[str]]:
    """The statement and its bound values, which travel as strings."""
    try:
        given: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _malformed() from error
    if not isinstance(given, dict) or not isinstance(given.get("q"), str) or not given["q"].strip():
        raise Refusal(400, "INVALID_PARAMETER", "Missing required parameter: q.", {"o:errorPath": "q"})
    params = given.get("params", [])
    if not isinstance(params, list) or not all(isinstance(one, str) for one in params):
        raise Refusal(
            400, "INVALID_CONTENT", "Bound values are a list of strings.", {"o:errorPath": "params"}
        )
    return given["q"], params


def _malformed() -> Refusal:
    text = "The request could not be understood by the server due to malformed syntax."
    return Refusal(400, "INVALID_REQUEST", text)


def _refusal(call: Call, refused: Refused) -> Refusal:
    if refused.column and call.tenant.switches.unknown_column == 500:
        return unexpected(ERROR_ID)
    return Refusal(400, "INVALID_PARAMETER", str(refused), {"o:errorQueryParam": "q"})
