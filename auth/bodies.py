"""Request bodies read strictly, answers written: JSON on both sides."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Mapping
from itertools import chain
from typing import Any, NoReturn, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from schemas.errors import InvalidRequest, TooLarge, UnsupportedMedia

MOST_BYTES = 10 * 1024 * 1024
MOST_AT_ONCE = 256 * 1024  # bytes whose parsing does not hold up others; more are parsed beside them
MOST_FAILURES = 1000
DEEPEST = 200
BOM = b"\xef\xbb\xbf"
CONTAINERS = frozenset({dict, list})
LONG_INTEGER = re.compile(rb"[0-9][0-9]{18}")  # shorter ones are of 64 bits

M = TypeVar("M", bound=BaseModel)


async def read_json(request: Request, *, most: int = MOST_BYTES) -> Any:
    """The body as JSON, whether it calls itself JSON or plain text (Truto's clients do); None where there is none.

    Raises TooLarge, UnsupportedMedia, and InvalidRequest for all that two readers could understand differently.
    """
    return await parse_json(await read_body(request, most=most))


async def read_body(request: Request, *, most: int = MOST_BYTES, any_type: bool = False) -> bytes:
    """The bytes of a body that is to be JSON, unless it may be of any type. Raises TooLarge, UnsupportedMedia."""
    headers = request.headers
    declared = headers.get("content-length", "0")
    if declared != "0" or "transfer-encoding" in headers:
        _check_size(declared, most)
        if not any_type:
            _check_type(headers.get("content-type", ""))
    return await _read(request, most)


async def parse_json(body: bytes) -> Any:
    """As `read_json`, of bytes that were read."""
    if len(body) > MOST_AT_ONCE:
        return await asyncio.to_thread(_parse, body)
    return _parse(body)


def _parse(body: bytes) -> Any:
    if not body.strip():
        return None
    if body.startswith(BOM):
        raise InvalidRequest("The body begins with a byte order mark: send the JSON alone.")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(
            f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        ) from None
    if body.count(b"[") + body.count(b"{") > DEEPEST:
        _check_depth(value)
    json.loads(
        body,
        object_pairs_hook=_refuse_repeats,
        parse_int=_check_integer if LONG_INTEGER.search(body) else None,
    )
    return value


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), status, headers, media_type="application/json")


def validate(model: type[M], body: Any) -> M:
    """The body as a model. Raises one InvalidRequest that names every field at fault, if not too many, and no value."""
    try:
        return model.model_validate({} if body is None else body, extra="forbid")
    except ValidationError as error:
        if error.error_count() > MOST_FAILURES:
            raise InvalidRequest(
                f"The body is not as expected, in more than {MOST_FAILURES} places."
            ) from None
        failures = [
            {"field": ".".join(map(str, each["loc"])), "message": _sentence(each["type"], each["msg"])}
            for each in error.errors(include_url=False, include_input=False, include_context=False)
        ]
    raise InvalidRequest("The body is not as expected.", failures=failures)


def _sentence(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "is not known here"
    if kind == "missing":
        return "is missing"
    if kind in ("model_type", "dict_type"):  # pydantic's words name our classes, or Python's
        return "must be a JSON object"
    return message.removeprefix("Value error, ")


async def _read(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            _refuse_size(most)
    return bytes(body)


def _check_size(declared: str, most: int) -> None:
    if declared.isdecimal() and int(declared[:20]) > most:
        _refuse_size(most)


def _refuse_size(most: int) -> NoReturn:
    raise TooLarge(f"The body is larger than {most} bytes.")


def _check_type(content_type: str) -> None:
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    if kind not in ("", "application/json", "text/plain") and not kind.endswith("+json"):
        raise UnsupportedMedia("The body must be JSON: send content-type application/json.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "charset" and value.strip('"') not in ("utf-8", "utf8", "us-ascii"):
            raise UnsupportedMedia("The body must be in UTF-8.")


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise InvalidRequest(f"The body is nested deeper than {DEEPEST} levels.")
        inner = (each.values() if isinstance(each, dict) else each for each in level)
        level = [child for child in chain.from_iterable(inner) if type(child) in CONTAINERS]


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) == len(pairs):
        return
    names = Counter(name for name, _ in pairs)
    raise InvalidRequest(
        f"The member {names.most_common(1)[0][0][:100]!r} is given twice in one object of the body."
    )


def _check_integer(text: str) -> None:
    if len(text) > 20 or not -(2**63) <= int(text) < 2**64:
        raise InvalidRequest("The body holds an integer of more than 64 bits: send it as text.")
