"""Whatever a request's body, path or method is: an exact refusal, in the envelope and quickly."""

import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

from tests.gateway.served import Served, served
from tests.gateway.wire import Answer, head

JSON = b"Content-Type: application/json"
DEEP = 100_000
NO_JSON = "The body is not JSON: "


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("server")) as found:
        yield found


def quickest(server: Served, request: bytes) -> tuple[Answer, float]:
    """The answer, and the shortest of three waits for it in seconds: others use this machine too."""
    waits = []
    with server.wire() as wire:
        for _ in range(3):
            started = time.perf_counter()
            wire.send(request)
            answer = wire.answer()
            waits.append(time.perf_counter() - started)
    return answer, min(waits)


def envelope(answer: Answer, message: str, **details: Any) -> dict[str, Any]:
    return {
        "statusCode": answer.status,
        "error": HTTPStatus(answer.status).phrase,
        "message": message,
        "request_id": answer.headers["x-request-id"],
        "details": details,
    }


BODIES = {
    "no JSON": (
        b"{a: 1}",
        NO_JSON + "unexpected character, expected a string key (line 1, column 2).",
    ),
    "half a body": (b'{"a": [1, 2', NO_JSON + "unexpected end of data (line 1, column 12)."),
    "not a number": (
        b'{"a": NaN}',
        NO_JSON + "unexpected character, expected a JSON value (line 1, column 7).",
    ),
    "infinity": (b"[-Infinity]", NO_JSON + "no digit after sign (line 1, column 3)."),
    "a number beyond all bounds": (
        b"[1e999]",
        NO_JSON + "number is infinity when parsed as double (line 1, column 2).",
    ),
    "a member given twice": (
        b'{"a": 1, "\\u0061": 2}',
        "The member 'a' is given twice in one object of the body.",
    ),
    "arrays without end": (b"[" * DEEP, NO_JSON + "depth limit exceeded (line 1, column 1026)."),
    "arrays in arrays": (b"[" * DEEP + b"]" * DEEP, NO_JSON + "depth limit exceeded (line 1, column 1026)."),
    "objects in objects": (
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        NO_JSON + "depth limit exceeded (line 1, column 5122).",
    ),
    "nested too deeply": (b"[" * 201 + b"]" * 201, "The body is nested deeper than 200 levels."),
    "a million digits": (
        b'{"a": ' + b"7" * 1_000_000 + b"}",
        NO_JSON + "number is infinity when parsed as double (line 1, column 7).",
    ),
    "more than 64 bits": (
        b'{"a": 18446744073709551616}',
        "The body holds an integer of more than 64 bits: send it as text.",
    ),
    "half a character": (b'{"a": "\\ud800"}', NO_JSON + "no low surrogate in string (line 1, column 8)."),
    "half a character in UTF-8": (
        b'{"a": "\xed\xa0\x80"}',
        NO_JSON + "str is not valid UTF-8: surrogates not allowed (line 1, column 1).",
    ),
    "Latin-1": (
        b'{"a": "\xe9"}',
        NO_JSON + "str is not valid UTF-8: surrogates not allowed (line 1, column 1).",
    ),
    "UTF-16": (
        '{"a": 1}'.encode("utf-16"),
        NO_JSON + "str is not valid UTF-8: surrogates not allowed (line 1, column 1).",
    ),
    "a byte order mark": (
        b"\xef\xbb\xbf{}",
        "The body begins with a byte order mark: send the JSON alone.",
    ),
    "a null byte": (
        b'{"a": \x001}',
        NO_JSON + "unexpected character, expected a JSON value (line 1, column 7).",
    ),
    "something behind it": (
        b'{"a": 1} x',
        NO_JSON + "unexpected content after document (line 1, column 10).",
    ),
}


@pytest.mark.parametrize(("body", "message"), BODIES.values(), ids=BODIES.keys())
def test_c7_a_body_that_is_not_plain_json_is_refused_quickly(
    server: Served, body: bytes, message: str
) -> None:
    answer, seconds = quickest(server, server.post(JSON, b"Content-Length: %d" % len(body)) + body)
    assert answer.status == 400
    assert answer.json() == envelope(answer, message, reason="invalid_request")
    assert seconds < 0.05


PARTS = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n" * 10_000 + b"--x--\r\n"
NOT_JSON = "The body must be JSON: send content-type application/json."


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        (b"multipart/form-data; boundary=x", PARTS, NOT_JSON),
        (b"application/x-www-form-urlencoded", b"a=1&" * 100_000, NOT_JSON),
        (b"application/xml", b"<a/>", NOT_JSON),
        (b"application/jsonp", b"{}", NOT_JSON),
        (b"application/json; charset=utf-16", b"{}", "The body must be in UTF-8."),
        (b"application/json; charset=\xff", b"{}", "The body must be in UTF-8."),
    ],
    ids=["ten thousand parts", "a form", "XML", "another type", "UTF-16", "no charset"],
)
def test_c9_a_body_of_another_type_is_refused_quickly(
    server: Served, content_type: bytes, body: bytes, message: str
) -> None:
    request = server.post(b"Content-Type: " + content_type, b"Content-Length: %d" % len(body)) + body
    answer, seconds = quickest(server, request)
    assert answer.status == 415
    assert answer.json() == envelope(answer, message, reason="unsupported_media_type")
    assert seconds < 0.05


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (b"/nothing", "/nothing"),
        (b"/", "/"),
        (b"//nothing//", "/nothing//"),
        (b"/environment/", "/environment/"),
        (b"/%ff%00%0d%0a", "/\ufffd\0\r\n"),
        (b"/%ed%a0%80", "/\ufffd\ufffd\ufffd"),
        (b"/" + b"a" * 60_000, "/" + "a" * 199),
        (b"/..%2f..%2fetc%2fpasswd", "/../../etc/passwd"),
        (b"/?%00=%ff", "/"),
    ],
)
def test_c7_a_path_that_leads_nowhere_is_not_found(server: Served, path: bytes, shown: str) -> None:
    answer, seconds = quickest(server, head(b"GET " + path))
    assert answer.status == 404
    assert answer.json() == envelope(answer, f"There is nothing at {shown}", reason="unknown_route")
    assert seconds < 0.05


@pytest.mark.parametrize("method", ["PUT", "PROPFIND", "TRACE", "QUERY"])
def test_c7_a_method_that_is_not_offered_is_refused(server: Served, method: str) -> None:
    answer, _ = quickest(server, head(method.encode() + b" /ping"))
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json() == envelope(
        answer,
        f"{method} is not offered here. Offered: GET, HEAD.",
        reason="method_not_offered",
        methods=["GET", "HEAD"],
    )
