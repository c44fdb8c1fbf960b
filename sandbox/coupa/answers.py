"""Errors of the API as exceptions, and the two formats they and all answers travel in."""

from collections.abc import Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.coupa.switches import Switches
from sandbox.coupa.xmlio import errors_document

JSON, XML = "application/json", "application/xml"
XML_WORDS = ("application/xml", "text/xml")


class Refusal(Exception):
    """An answer with status 4xx: `model` is the class in underscores that the texts are about."""

    def __init__(self, status: int, model: str, *texts: str) -> None:
        super().__init__(status, model, texts)
        self.status = status
        self.model = model
        self.texts = texts

    def response(self, format_: str) -> Response:
        return errors(self.status, self.model, self.texts, format_)


def invalid(model: str, *texts: str) -> Refusal:
    return Refusal(400, model, *texts)


def not_found(model: str) -> Refusal:
    return Refusal(404, model, "Record not found")


def bad_query(text: str) -> Refusal:
    return Refusal(400, "query", text)


def errors(status: int, model: str, texts: Sequence[str], format_: str) -> Response:
    if format_ == XML:
        return answer(errors_document(texts), XML, status)
    return answer(orjson.dumps({"errors": {model: list(texts)}}), JSON, status)


def answer(body: bytes, format_: str, status: int = 200) -> Response:
    return Response(body, status, media_type=f"{format_}; charset=utf-8")


def accepted(request: Request, switches: Switches) -> str | None:
    """The format the client asked for: XML unless JSON is named; None where it asks for something else only."""
    words = [
        part.split(";")[0].strip().lower()
        for header in request.headers.getlist("accept")
        for part in header.split(",")
    ]
    known = [JSON if word == JSON else XML for word in words if word in (JSON, *XML_WORDS)]
    if known:
        return JSON if JSON in known and switches.two_accept_headers == "json" else known[0]
    if not words or any(word in ("*/*", "", "application/*", "text/*") for word in words):
        return XML
    return XML if switches.unsupported_accept == "xml" else None
