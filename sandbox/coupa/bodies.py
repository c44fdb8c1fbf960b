"""Bodies of writes, in JSON or XML, and the lenient reading of single values that clients rely on."""

from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree import ElementTree

import orjson
from starlette.requests import Request

from sandbox.coupa import times
from sandbox.coupa.answers import JSON, XML, Refusal, invalid
from sandbox.coupa.plans import dashed
from sandbox.coupa.schema import Field, Kind
from sandbox.coupa.xmlio import read as read_xml
from sandbox.coupa.xmlio import singular

BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
BOM = b"\xef\xbb\xbf"


class Unfit(Exception):
    """A value that does not fit its field; the text follows the field's name in the error."""


async def body_of(request: Request, format_: str, kind: Kind) -> dict[str, Any]:
    """The body as an object with names as sent; an empty body is an empty object. Raises Refusal."""
    raw = (await request.body()).removeprefix(BOM).strip()
    if not raw:
        return {}
    sent = request.headers.get("content-type", "").split(";")[0].strip().lower()
    as_json = sent == JSON or (not sent.endswith("xml") and raw[:1] in b"{[")
    if sent.endswith("xml") and raw[:1] == b"{":
        raise Refusal(415, "request", "The body is not XML")
    try:
        value = orjson.loads(raw) if as_json or (format_ != XML and raw[:1] != b"<") else read_xml(raw)
    except (orjson.JSONDecodeError, ElementTree.ParseError) as error:
        raise invalid(kind.model, "The body cannot be parsed") from error
    if not isinstance(value, dict):
        raise invalid(kind.model, "The body is not one record")
    return value


def listed(name: str, value: Any) -> list[Any]:
    """The elements of a collection, also where JSON imitates the nesting of XML."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and len(value) == 1:
        key, inside = next(iter(value.items()))
        if dashed(key) in (singular(name), name):
            return listed(name, inside)
    return [value]


def flat(body: Any) -> dict[str, Any]:
    """Names with dashes; names that start with an underscore are commands and keep theirs."""
    if not isinstance(body, dict):
        return {}
    return {key if key.startswith("_") else dashed(key): value for key, value in body.items()}


def scalar(field: Field, value: Any, zone: Any) -> Any:
    """The value as it is stored: numbers and booleans may come as text. Raises Unfit."""
    if value is None or (value == "" and field.type not in ("str", "text")):
        return None
    if isinstance(value, (dict, list)):
        raise Unfit("is invalid")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if field.type in ("str", "text", "date"):
        if field.length and len(text) > field.length and field.type == "str":
            raise Unfit(f"is too long (maximum is {field.length} characters)")
        return text
    try:
        return _parsed(field.type, text.strip(), zone)
    except (ValueError, KeyError, InvalidOperation) as error:
        raise Unfit("is not a number" if field.type in ("int", "float", "dec") else "is invalid") from error


def _parsed(type_: str, text: str, zone: Any) -> Any:
    if type_ == "bool":
        return BOOLEANS[text.lower()]
    if type_ == "time":
        return times.read(text, zone)
    if type_ == "dec":
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError(text)
        return text
    return float(text) if type_ == "float" else int(text)


def truth(value: Any) -> bool:
    return str(value).lower() in ("true", "yes", "1")


def human(name: str) -> str:
    """A field's name as error texts have it: "Po email"."""
    return name.replace("-", " ").capitalize()
