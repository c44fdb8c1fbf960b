"""Bodies are read strictly and fast, and what is wrong is said at once."""

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.bodies import DEEPEST, json_response, read_json, validate
from schemas.errors import InvalidRequest, Problem
from tests.auth.world import show

pytestmark = pytest.mark.anyio


async def _echo(request: Request) -> Response:
    return json_response({"read": await read_json(request, most=2_000_000)})


APP = Starlette(routes=[Route("/", _echo, methods=["POST"])], exception_handlers={Problem: show})


async def post(body: bytes | AsyncIterator[bytes], content_type: str = "application/json") -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://koine.test") as client:
        headers = {"content-type": content_type} if content_type else {}
        return await client.post("/", content=body, headers=headers)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=UTF-8",
        "text/plain;charset=UTF-8",
        'text/plain; charset="utf-8"',
        "application/merge-patch+json",
        "",
    ],
)
async def test_json_is_read_whatever_it_calls_itself(content_type: str) -> None:
    answer = await post('{"name": "Håkan"}'.encode(), content_type)
    assert (answer.status_code, answer.json()) == (200, {"read": {"name": "Håkan"}})


@pytest.mark.parametrize("body", [b"", b" \r\n"])
async def test_a_json_content_type_without_a_body_is_no_body(body: bytes) -> None:
    assert (await post(body)).json() == {"read": None}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"a": NaN}', "The body is not JSON: unexpected character"),
        (b"[Infinity]", "The body is not JSON: unexpected character"),
        (b"[1e999]", "The body is not JSON: number is infinity"),
        (b'{"a": 1, "a": 1}', "The member 'a' is given twice in one object of the body."),
        (b'{"x": [{"a": {}, "b": 1, "a": 2}]}', "The member 'a' is given twice in one object of the body."),
        (b'{"a": "\\ud800"}', "The body is not JSON: no low surrogate in string"),
        (b'{"a": "\xed\xa0\x80"}', "The body is not JSON: str is not valid UTF-8"),
        ('{"a": "é"}'.encode("latin-1"), "The body is not JSON: str is not valid UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "The body is not JSON: "),
        (b"[" * 100_000, "The body is not JSON: depth limit exceeded"),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, f"The body is nested deeper than {DEEPEST} levels."),
        (b"[" * 201 + b"]" * 201, f"The body is nested deeper than {DEEPEST} levels."),
        (b"1" * 1_000_000, "The body is not JSON: number is infinity"),
        (b"1" * 300, "The body holds an integer of more than 64 bits: send it as text."),
        (b"[18446744073709551616]", "The body holds an integer of more than 64 bits: send it as text."),
        (
            b"{" + b",".join(b'"%d":1' % n for n in range(100_000)) + b',"7":1}',
            "The member '7' is given twice",
        ),
        (b"\xef\xbb\xbf{}", "The body begins with a byte order mark: send the JSON alone."),
        (b"\xef\xbb\xbf", "The body begins with a byte order mark: send the JSON alone."),
        (b'{"a": 1} x', "The body is not JSON: "),
        (b'{"a": \x001}', "The body is not JSON: "),
    ],
)
async def test_c7_what_two_readers_could_understand_differently_is_refused_quickly(
    body: bytes, message: str
) -> None:
    started = time.thread_time()
    answer = await post(body)
    assert time.thread_time() - started < 0.5
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(message)
    assert answer.json()["details"] == {"reason": "invalid_request"}


@pytest.mark.parametrize(
    "body",
    [b"[" * 200 + b"]" * 200, b"[18446744073709551615, -9223372036854775808]", b"[[]" + b",[]" * 500 + b"]"],
)
async def test_what_is_large_but_plain_is_read(body: bytes) -> None:
    answer = await post(body)
    assert (answer.status_code, answer.json()) == (200, {"read": orjson.loads(body)})


@pytest.mark.parametrize(
    ("content_type", "message"),
    [
        ("multipart/form-data; boundary=x", "The body must be JSON: send content-type application/json."),
        ("application/x-www-form-urlencoded", "The body must be JSON: send content-type application/json."),
        ("application/xml", "The body must be JSON: send content-type application/json."),
        ("application/json; charset=utf-16", "The body must be in UTF-8."),
    ],
)
async def test_c9_other_content_types_are_refused(content_type: str, message: str) -> None:
    answer = await post(b'{"a": 1}', content_type)
    assert (answer.status_code, answer.json()) == (
        415,
        {"statusCode": 415, "message": message, "details": {"reason": "unsupported_media_type"}},
    )


async def test_a_body_that_is_too_large_is_refused_declared_or_not() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3000):
            yield b" " * 1000

    for answer in (await post(b" " * 2_000_001), await post(chunks())):
        assert answer.status_code == 413
        assert answer.json()["message"] == "The body is larger than 2000000 bytes."
        assert answer.json()["details"] == {"reason": "body_too_large"}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
async def test_whatever_is_json_is_read_as_it_was_written(value: Any) -> None:
    body = orjson.dumps(value)
    assert (await post(body)).json() == {"read": orjson.loads(body)}


@given(st.binary(max_size=60))
async def test_no_bytes_are_a_fault_of_ours(body: bytes) -> None:
    assert (await post(body)).status_code in {200, 400}


class Inner(BaseModel):
    number: int = Field(ge=1)


class Outer(BaseModel):
    name: str
    inner: Inner
    rows: list[Inner] = []


def test_c2_everything_that_is_wrong_is_named_at_once_and_no_value_is_quoted() -> None:
    body = {"inner": {"number": 0, "is_admin": "hush"}, "rows": [{"number": "hush"}], "status": "hush"}
    with pytest.raises(InvalidRequest) as caught:
        validate(Outer, body)
    assert caught.value.details == {
        "failures": [
            {"field": "name", "message": "is missing"},
            {"field": "inner.number", "message": "Input should be greater than or equal to 1"},
            {"field": "inner.is_admin", "message": "is not known here"},
            {
                "field": "rows.0.number",
                "message": "Input should be a valid integer, unable to parse string as an integer",
            },
            {"field": "status", "message": "is not known here"},
        ]
    }
    assert caught.value.__context__ is None


def refusal(body: Any) -> list[dict[str, str]]:
    with pytest.raises(InvalidRequest) as caught:
        validate(Outer, body)
    failures: list[dict[str, str]] = caught.value.details["failures"]
    return failures


@pytest.mark.parametrize("body", [[], "text", 5, True])
def test_a_body_that_is_no_object_is_refused_in_words_that_name_no_class(body: Any) -> None:
    assert refusal(body) == [{"field": "", "message": "must be a JSON object"}]


def test_a_member_that_is_no_object_is_refused_in_the_same_words() -> None:
    assert refusal({"name": "a", "inner": 5, "rows": ["x"]}) == [
        {"field": "inner", "message": "must be a JSON object"},
        {"field": "rows.0", "message": "must be a JSON object"},
    ]


def test_no_body_lacks_what_is_required() -> None:
    assert refusal(None) == [
        {"field": "name", "message": "is missing"},
        {"field": "inner", "message": "is missing"},
    ]
