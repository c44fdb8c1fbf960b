"""A caller that is slow, endless or too large is stopped at a limit, and hears why where it can."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http import HTTPStatus

import pytest

from gateway.descriptors import claim
from tests.gateway.served import Served, served
from tests.gateway.wire import get, head

PONG = {"result": "pong"}
CHUNKED = b"Transfer-Encoding: chunked"
# httpx sends its requests' bodies in a second packet, and so do most clients
BODY = b'{"name": 1, "name": 2}'
READ = "The member 'name' is given twice in one object of the body."  # the answer to BODY, once it was read


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Deadlines are of one second, but for an idle connection's two."""
    claim()
    folder = tmp_path_factory.mktemp("server")
    with served(
        folder, head_seconds=1, body_seconds=1, stall_seconds=1, linger_seconds=1, idle_seconds=2
    ) as found:
        yield found


def length(body: bytes) -> bytes:
    return b"Content-Length: %d" % len(body)


def seconds(deed: Callable[[], object]) -> float:
    started = time.perf_counter()
    deed()
    return time.perf_counter() - started


def test_a_head_that_does_not_end_is_refused_at_the_deadline(server: Served) -> None:
    with server.wire() as wire:
        wire.send(b"GET /ping HTTP/1.1\r\nHost: localhost\r\n")
        assert 0.9 < seconds(lambda: wire.socket.recv(1, socket.MSG_PEEK)) < 2
        answer = wire.answer()
        assert (answer.status, answer.headers["connection"]) == (408, "close")
        assert answer.json() == {
            "statusCode": 408,
            "error": "Request Timeout",
            "message": "The request's headers took too long to arrive.",
            "request_id": answer.headers["x-request-id"],
            "details": {"reason": "request_timeout"},
        }
        assert wire.ends()


def test_bytes_that_drip_do_not_put_off_the_deadline_of_a_head(server: Served) -> None:
    with server.wire() as wire, suppress(BrokenPipeError, ConnectionResetError):
        started = time.perf_counter()
        wire.send(get(b"/ping")[:-4])
        for byte in b"\r\nX-Slow: " + b"x" * 100:
            wire.send(bytes([byte]))
            time.sleep(0.05)
    assert 0.9 < time.perf_counter() - started < 2


@pytest.mark.parametrize("sent", [b"", b"\r\n"], ids=["nothing", "an empty line"])
def test_a_connection_on_which_no_request_begins_is_closed_without_a_word(
    server: Served, sent: bytes
) -> None:
    with server.wire() as wire:
        wire.send(sent)
        started = time.perf_counter()
        assert wire.ends()
        assert 0.9 < time.perf_counter() - started < 2


def test_a_connection_that_is_idle_between_requests_is_closed_later(server: Served) -> None:
    with server.wire() as wire:
        for _ in range(2):
            wire.send(get())
            assert wire.answer().json() == PONG
            time.sleep(1.2)
        wire.send(b"\r\n")
        assert wire.ends()


def test_the_second_request_of_a_connection_has_the_same_deadline(server: Served) -> None:
    with server.wire() as wire:
        wire.send(get() + b"GET /ping")
        assert wire.answer().json() == PONG
        started = time.perf_counter()
        assert wire.answer().status == 408
        assert 0.9 < time.perf_counter() - started < 2


@pytest.mark.parametrize("framing", [b"Content-Length: 10", CHUNKED], ids=["length", "chunks"])
def test_d19_a_body_that_does_not_come_is_refused_at_the_deadline(server: Served, framing: bytes) -> None:
    with server.wire() as wire:
        wire.send(server.post(framing, b"X-Request-Id: slow-body-1"))
        started = time.perf_counter()
        answer = wire.answer()
        assert 0.9 < time.perf_counter() - started < 2
        assert (answer.status, answer.headers["connection"]) == (408, "close")
        assert answer.json() == {
            "statusCode": 408,
            "error": "Request Timeout",
            "message": "Nothing of the request's body arrived for 1 seconds.",
            "request_id": "slow-body-1",
            "details": {"reason": "request_timeout"},
        }
        assert wire.ends()


def test_d19_a_body_that_comes_slowly_but_steadily_is_read(server: Served) -> None:
    with server.wire() as wire:
        wire.send(server.post(length(BODY)))
        for place in range(0, len(BODY), 5):
            wire.send(BODY[place : place + 5])
            time.sleep(0.3)
        assert wire.answer().json()["message"] == READ


def test_d19_chunk_extensions_without_end_do_not_pass_for_a_body(server: Served) -> None:
    with server.wire() as wire, suppress(BrokenPipeError, ConnectionResetError):
        wire.send(server.post(CHUNKED), b"2;")
        started = time.perf_counter()
        while time.perf_counter() - started < 5:
            wire.send(b"x")
            time.sleep(0.05)
    assert 0.9 < time.perf_counter() - started < 3


def test_a_caller_that_leaves_in_the_middle_of_its_body_is_no_fault(server: Served) -> None:
    with server.wire() as wire:
        wire.send(server.post(b"Content-Length: 10", b"X-Request-Id: left-early-1"), b"{")
        time.sleep(0.1)
    time.sleep(0.5)
    assert [line["outcome"] for line in server.lines("request") if line["request_id"] == "left-early-1"] == [
        "left"
    ]


def test_a_head_of_64_kib_is_too_large(server: Served) -> None:
    fits = head(b"GET /ping", b"X: " + b"x" * 65_400)
    with server.wire() as wire:
        wire.send(fits)
        assert wire.answer().json() == PONG
        wire.send(head(b"GET /ping", b"X: " + b"x" * 65_536))
        answer = wire.answer()
        assert (answer.status, answer.headers["connection"]) == (431, "close")
        assert answer.json() == {
            "statusCode": 431,
            "error": "Request Header Fields Too Large",
            "message": "The request line and headers are larger than 65536 bytes.",
            "request_id": answer.headers["x-request-id"],
            "details": {"reason": "headers_too_large"},
        }
        assert wire.ends()


@pytest.mark.parametrize(
    "begin", [b"GET /", b"GET /ping HTTP/1.1\r\nHost: localhost\r\nX: "], ids=["target", "value"]
)
def test_a_caller_that_never_ends_its_head_reads_its_refusal(server: Served, begin: bytes) -> None:
    with server.wire() as wire:
        wire.send(begin)
        with suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(20):
                wire.send(b"x" * 50_000)
        assert wire.answer().status == 431


def test_a_hundred_header_fields_are_taken_and_no_more(server: Served) -> None:
    with server.wire() as wire:
        wire.send(get(b"/ping", *[b"X: x"] * 99))
        assert wire.answer().json() == PONG
        wire.send(get(b"/ping", *[b"X: x"] * 100))
        answer = wire.answer()
        assert (answer.status, answer.json()["message"]) == (
            431,
            "The request has more than 100 header fields.",
        )


@pytest.mark.parametrize("frame", [b"0\r\nX: ", b"2;"], ids=["trailer", "extension"])
def test_what_frames_a_body_does_not_go_on_for_ever(server: Served, frame: bytes) -> None:
    with server.wire() as wire:
        wire.send(server.post(CHUNKED), b"1\r\n{\r\n")
        time.sleep(0.05)
        wire.send(frame, b"x" * 70_000)
        answer = wire.answer()
        assert answer.status == 400
        assert answer.json()["message"] == "What frames the body goes on for more than 65536 bytes."
        assert wire.ends()


def test_c9_a_body_that_says_it_is_too_large_is_refused_before_it_comes(server: Served) -> None:
    with server.wire() as wire:
        wire.send(
            server.post(b"Content-Length: 10485761", b"Expect: 100-continue", b"X-Request-Id: too-large-1")
        )
        answer = wire.answer()
        assert answer.status == 413
        assert answer.json() == {
            "statusCode": 413,
            "error": HTTPStatus.REQUEST_ENTITY_TOO_LARGE.phrase,
            "message": "The body is larger than 10485760 bytes.",
            "request_id": "too-large-1",
            "details": {"reason": "body_too_large"},
        }
        assert wire.ends()


@pytest.mark.parametrize("framing", [b"Content-Length: 30000000", CHUNKED], ids=["length", "chunks"])
@pytest.mark.parametrize("more", [[], [b"Connection: close"]], ids=["kept", "closed"])
def test_c9_a_caller_that_goes_on_sending_reads_that_its_body_is_too_large(
    server: Served, framing: bytes, more: list[bytes]
) -> None:
    with server.wire() as wire:
        wire.send(server.post(framing, *more))
        chunk = b"%x\r\n%s\r\n" % (1_000_000, b" " * 1_000_000) if framing == CHUNKED else b" " * 1_000_000
        with suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(14):
                wire.send(chunk)
        assert wire.answer().status == 413


def test_a_short_body_that_nobody_read_does_not_cost_the_connection(server: Served) -> None:
    with server.wire() as wire:
        wire.send(head(b"POST /environment-integration", length(BODY)))
        assert wire.answer().status == 401
        wire.send(BODY + get())
        assert wire.answer().json() == PONG


def test_a_body_that_nobody_reads_and_that_does_not_end_costs_the_connection(server: Served) -> None:
    with server.wire() as wire:
        wire.send(head(b"POST /environment-integration", b"Content-Length: 10"))
        assert wire.answer().status == 401
        started = time.perf_counter()
        assert wire.ends()
        assert 0.9 < time.perf_counter() - started < 2


def test_a_caller_that_waits_to_be_asked_for_its_body_is_asked(server: Served) -> None:
    with server.wire() as wire:
        wire.send(server.post(length(BODY), b"Expect: 100-continue"))
        assert wire.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.send(BODY)
        assert wire.answer().json()["message"] == READ


def test_d20_two_thousand_half_heads_hold_up_nobody_and_are_closed_in_time(server: Served) -> None:
    with ExitStack() as stack:
        crowd = []
        for _ in range(2000):
            crowd.append(stack.enter_context(server.wire()))
            crowd[-1].send(b"GET /ping HTTP/1.1\r\nHost: localhost\r\nX-Half")
        other, waits = stack.enter_context(server.wire()), []
        started = time.perf_counter()
        while time.perf_counter() - started < 0.8:
            other.send(get())
            waits.append(seconds(other.answer))
        assert sorted(waits)[len(waits) * 99 // 100] < 0.5
        assert {wire.answer().status for wire in crowd} == {408}
        assert all(wire.ends() for wire in crowd)
        assert time.perf_counter() - started < 4
