"""F17-F19: one line of JSON per event, nothing secret in it, nothing that a caller could forge."""

import asyncio
import logging
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from gateway.front import Front
from gateway.lines import MOST_BYTES, Lines
from gateway.telemetry import QUIET, describe, open_log, redact, take_over_logging
from tests.house import House, Mounted

pytestmark = pytest.mark.anyio

SECRET = "hush-hush-42"
TOKEN = "koine_6d0c1f0e-0000-4000-8000-000000000000_abcdefghijklmnopqrstuvwxyz"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def of(lines: list[dict[str, Any]], event: str, request_id: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == event and line["request_id"] == request_id]


async def test_a_request_is_one_line(house: House) -> None:
    answer = await house.get("accounting/contacts?limit=2", headers={"x-request-id": "wanted-id-1"})
    [line] = of(house.lines(), "request", "wanted-id-1")
    assert MOMENT.fullmatch(line.pop("timestamp"))
    assert 0 < line.pop("first_byte_ms") <= line.pop("duration_ms") < 60_000
    assert line == {
        "level": "info",
        "event": "request",
        "request_id": "wanted-id-1",
        "method": "GET",
        "route": "/unified/{model}/{resource}",
        "status": 200,
        "outcome": "answered",
        "reason": None,
        "environment_id": house.environment,
        "account_id": house.account,
        "request_bytes": 0,
        "response_bytes": len(answer.content),
        "vendor_calls": 1,
    }


async def test_a_vendor_call_is_one_line_beside_its_request(house: House) -> None:
    await house.get("accounting/contacts?limit=2", headers={"x-request-id": "wanted-id-2"})
    [line] = of(house.lines(), "vendor_call", "wanted-id-2")
    assert line.pop("duration_ms") >= line.pop("first_byte_ms") > 0
    assert line.pop("response_bytes") > 1000
    line.pop("timestamp")
    assert line == {
        "level": "info",
        "event": "vendor_call",
        "request_id": "wanted-id-2",
        "environment_id": house.environment,
        "account_id": house.account,
        "provider": "coupa",
        "method": "GET",
        "status": 200,
        "outcome": "answered",
        "attempts": 1,
        "request_bytes": 0,
    }


async def test_a_refusal_is_logged_with_its_reason_and_a_path_only_as_its_route(house: House) -> None:
    headers = {"x-request-id": "wanted-id-3"}
    await house.get("accounting/contacts/zebra-7?colour=mauve", headers=headers)
    [line] = of(house.lines(), "request", "wanted-id-3")
    assert (line["status"], line["reason"]) == (400, "unknown_parameter")
    assert line["route"] == "/unified/{model}/{resource}/{id:path}"
    assert not re.search(rb"zebra|mauve|colour", house.written.getvalue())


async def test_machines_that_ask_often_are_not_heard(house: House) -> None:
    for path in ("/ping", "/healthz", "/readyz", "/metrics"):
        headers = {"x-request-id": f"probe-{path[1:]}"}
        assert (await house.client.get(path, headers=headers)).status_code == 200
        [line] = of(house.lines(), "request", f"probe-{path[1:]}")
        assert line["level"] == "debug"


@given(
    path=st.text(max_size=30),
    query=st.binary(max_size=30),
    request_id=st.binary(max_size=80),
    account=st.text(max_size=30),
    method=st.sampled_from(["GET", "POST", 'GET"\n{"level":"error"', "\x1b[31mGET", "PROPFIND"]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_f18_no_request_can_break_or_forge_a_line(
    house: House, path: str, query: bytes, request_id: bytes, account: str, method: str
) -> None:
    house.state["lines"].flush()
    before = len(house.written.getvalue())
    scope = {
        "type": "http",
        "method": method,
        "path": f"/unified/accounting/{path}",
        "raw_path": b"/",
        "query_string": b"integrated_account_id=" + account.encode() + b"&" + query,
        "headers": [
            (b"x-request-id", request_id),
            (b"authorization", f"Bearer {house.token}".encode()),
            (b"host", b"koine.test"),
        ],
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        pass

    await house.app(scope, receive, send)
    house.state["lines"].flush()
    written = house.written.getvalue()[before:]
    assert re.fullmatch(rb"[ -~]+\n", written), written
    assert orjson.loads(written)["event"] == "request"


@given(st.dictionaries(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.text(), max_size=3))
def test_f18_whatever_is_logged_stays_one_line_of_printable_ascii(values: dict[str, str]) -> None:
    stream = BytesIO()
    given = {name: redact(value) for name, value in values.items()}
    open_log("info", Lines(stream)).info("event", given=given)
    assert re.fullmatch(rb"[ -~\x7f]+\n", stream.getvalue())
    assert orjson.loads(stream.getvalue())["given"] == given


async def boom(request: Request) -> Response:
    held = {"password": SECRET}
    raise ValueError(f"refused {held} {SECRET}") from KeyError(SECRET)


async def half(request: Request) -> Response:
    async def body() -> Any:
        yield b"one"
        raise ValueError(SECRET)

    return StreamingResponse(body())


def failing(house: House) -> httpx.AsyncClient:
    """A house whose code is at fault, behind the same front."""
    routes = [Route("/boom", boom), Route("/half", half)]
    app = Mounted(Starlette(routes=routes, middleware=[Middleware(Front)]), house.state)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://koine.test")


async def test_f19_what_nobody_foresaw_is_a_500_without_its_cause_and_a_line_without_values(
    house: House,
) -> None:
    async with failing(house) as client:
        answer = await client.get("/boom", headers={"x-request-id": "unforeseen-1"})
    assert (answer.status_code, answer.json()) == (
        500,
        {
            "statusCode": 500,
            "error": "Internal Server Error",
            "message": "Something went wrong here.",
            "request_id": "unforeseen-1",
            "details": {"reason": "internal"},
        },
    )
    assert answer.headers["x-request-id"] == "unforeseen-1"
    [line] = of(house.lines(), "unforeseen", "unforeseen-1")
    assert (line["level"], line["route"], line["exception"]["type"]) == ("error", "/boom", "ValueError")
    assert line["exception"]["cause"] == {"type": "KeyError", "frames": []}
    assert re.fullmatch(r"tests/gateway/test_telemetry.py:\d+ boom", line["exception"]["frames"][-1])
    assert SECRET.encode() not in house.written.getvalue()
    assert of(house.lines(), "request", "unforeseen-1")[0]["status"] == 500


async def test_f19_an_answer_that_has_begun_is_broken_off_not_ended(house: House) -> None:
    async with failing(house) as client:
        with pytest.raises(ValueError):
            await client.get("/half", headers={"x-request-id": "unforeseen-2"})
    [line] = of(house.lines(), "request", "unforeseen-2")
    assert (line["status"], line["outcome"], line["response_bytes"]) == (200, "cut", 3)
    assert SECRET.encode() not in house.written.getvalue()


def test_f19_members_of_a_group_are_described_too() -> None:
    found = describe(ExceptionGroup(SECRET, [ValueError(SECRET), KeyError(SECRET)]))
    assert [member["type"] for member in found["members"]] == ["ValueError", "KeyError"]
    assert SECRET not in str(found)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (f"token {TOKEN}!", "token [hidden]!"),
        ("GET https://vendor.example/a?b=c HTTP/1.1", "GET https://vendor.example/a?[hidden] HTTP/1.1"),
        ("to postgres://me:hush@db/koine", "to postgres://[hidden]@db/koine"),
        ("Authorization: Bearer abcdefghijk", "Authorization: [hidden]"),
        ("a eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.c2ln b", "a [hidden] b"),
        ("client_secret=hush&x=1", "client_secret=[hidden]&x=1"),
        ("\ud800", "?"),
        ("x" * 5000, "x" * 2000),
    ],
)
def test_f17_others_words_are_written_without_secrets(said: str, written: str) -> None:
    assert redact(said) == written


@pytest.fixture
def taken_over() -> Iterator[BytesIO]:
    """This process's logging as a server sets it up, until the test ends."""
    root, stream = logging.getLogger(), BytesIO()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in QUIET}
    others = logging.getLogger("uvicorn.error")
    filters = others.filters[:]
    for each in (
        logging.getLogger("uvicorn"),
        others,
    ):  # another test's server may have had its own way with them
        each.disabled, each.propagate = False, True
        each.setLevel(logging.NOTSET)
    take_over_logging("debug", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("uvicorn.error").filters[:] = filters
    for name, found in levels.items():
        logging.getLogger(name).setLevel(found)


def test_f17_no_library_logs_what_it_is_sent(taken_over: BytesIO) -> None:
    for name in ("httpx", "httpcore.http11", "sqlalchemy.engine.Engine", "asyncio"):
        logging.getLogger(name).info("HTTP Request: GET https://vendor.example/a?token=%s", SECRET)
    logging.getLogger("aiosqlite").debug("executing %s", SECRET)
    assert taken_over.getvalue() == b""


def test_f17_what_libraries_warn_of_is_a_line_without_values(taken_over: BytesIO) -> None:
    logger = logging.getLogger("uvicorn.error")
    try:
        raise RuntimeError(SECRET)
    except RuntimeError:
        logger.exception("Exception in ASGI application\n")
        logger.exception("Trouble with Bearer %s-and-more\nnext line", SECRET)
    line = orjson.loads(taken_over.getvalue())
    assert (line["event"], line["logger"], line["level"]) == (
        "Trouble with [hidden]\nnext line",
        "uvicorn.error",
        "error",
    )
    assert line["exception"]["type"] == "RuntimeError"
    assert SECRET.encode() not in taken_over.getvalue()


def test_f19_asyncios_words_on_lost_exceptions_show_no_values(taken_over: BytesIO) -> None:
    async def fail() -> None:
        raise ValueError(SECRET)

    async def lose() -> None:
        task = asyncio.ensure_future(fail())
        await asyncio.wait([task])
        loop = asyncio.get_running_loop()
        loop.call_exception_handler(
            {"message": "Task exception was never retrieved", "exception": task.exception(), "task": task}
        )

    asyncio.run(lose())
    [line] = [orjson.loads(line) for line in taken_over.getvalue().splitlines()]
    assert (line["event"], line["exception"]["type"]) == ("Task exception was never retrieved", "ValueError")
    assert SECRET.encode() not in taken_over.getvalue()


async def test_lines_are_written_together_and_errors_at_once() -> None:
    stream = BytesIO()
    lines = Lines(stream)
    lines.info(b"one")
    lines.info(b"two")
    assert stream.getvalue() == b""
    lines.error(b"three")
    assert stream.getvalue() == b"one\ntwo\nthree\n"
    lines.info(b"x" * MOST_BYTES)
    lines.info(b"y")
    lines.flush()
    lines.flush()
    assert stream.getvalue().splitlines()[3:] == [b"x" * MOST_BYTES, b"y"]
    lines.info(b"later")
    await asyncio.sleep(0.3)
    assert stream.getvalue().endswith(b"later\n")
