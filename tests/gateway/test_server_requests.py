"""What is not quite HTTP/1.1, or could be read differently by a proxy in front, is refused on the wire."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.served import Served, served
from tests.gateway.wire import Wire, get, head

PONG = {"result": "pong"}
CHUNKED = b"Transfer-Encoding: chunked"
HOST = "The request must have one Host header that names a host."
TARGET = "The request's target must be a path, or lie on the host that its Host header names."
ENCODING = "The only transfer encoding is chunked, in HTTP/1.1."
FIRST = "The request is not HTTP/1.1: its first line can not be read."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("server"), linger_seconds=1) as found:
        yield found


def post(*headers: bytes, body: bytes = b"") -> bytes:
    return head(b"POST /ping", *headers) + body


def refusal(message: str, request_id: str) -> dict[str, Any]:
    return {
        "statusCode": 400,
        "error": "Bad Request",
        "message": message,
        "request_id": request_id,
        "details": {"reason": "invalid_request"},
    }


UNREADABLE = {
    "both lengths": (
        post(b"Content-Length: 3", CHUNKED, body=b"0\r\n\r\n"),
        "Transfer-Encoding can't be present with Content-Length",
    ),
    "both lengths, the other way round": (
        post(CHUNKED, b"Content-Length: 3", body=b"0\r\n\r\n"),
        "Content-Length can't be present with Transfer-Encoding",
    ),
    "two lengths": (
        post(b"Content-Length: 3", b"Content-Length: 4", body=b"abc"),
        "Duplicate Content-Length",
    ),
    "one length twice": (
        post(b"Content-Length: 3", b"Content-Length: 3", body=b"abc"),
        "Duplicate Content-Length",
    ),
    "a signed length": (post(b"Content-Length: +3", body=b"abc"), "Invalid character in Content-Length"),
    "a negative length": (post(b"Content-Length: -3"), "Invalid character in Content-Length"),
    "a list of lengths": (
        post(b"Content-Length: 3, 3", body=b"abc"),
        "Invalid character in Content-Length",
    ),
    "a hexadecimal length": (post(b"Content-Length: 0x3"), "Invalid character in Content-Length"),
    "an empty length": (post(b"Content-Length: "), "Empty Content-Length"),
    "an endless length": (post(b"Content-Length: " + b"9" * 30), "Content-Length overflow"),
    "a folded line": (get(b"/ping", b"X: a\r\n b"), "Unexpected whitespace after header value"),
    "a folded line, by a tab": (get(b"/ping", b"X: a\r\n\tb"), "Unexpected whitespace after header value"),
    "a folded encoding": (
        post(b"Transfer-Encoding:\r\n chunked", body=b"0\r\n\r\n"),
        "Invalid header value char",
    ),
    "bare line feeds": (b"GET /ping HTTP/1.1\nHost: localhost\n\n", "Expected CRLF after version"),
    "a bare line feed between headers": (
        get(b"/ping", b"X: a\nY: b"),
        "Missing expected CR after header value",
    ),
    "a bare line feed at the end": (
        b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\n",
        "Invalid header field char",
    ),
    "a bare carriage return": (get(b"/ping", b"X: a\rY: b"), "Missing expected LF after header value"),
    "a space before the colon": (get(b"/ping", b"X : a"), "Invalid header token"),
    "a tab before the colon": (get(b"/ping", b"X\t: a"), "Invalid header token"),
    "a space before the name": (
        b"GET /ping HTTP/1.1\r\n Host: localhost\r\n\r\n",
        "Unexpected space after start line",
    ),
    "no name": (get(b"/ping", b": a"), "Invalid header token"),
    "no colon": (get(b"/ping", b"X"), "Invalid header token"),
    "a null in a name": (get(b"/ping", b"X\0: a"), "Invalid header token"),
    "a null in a value": (get(b"/ping", b"X: a\0"), "Invalid header value char"),
    "a control byte in a value": (get(b"/ping", b"X: a\x01"), "Invalid header value char"),
    "two encodings": (
        post(CHUNKED, b"Transfer-Encoding: identity"),
        "Invalid `Transfer-Encoding` header value",
    ),
    "chunked first": (
        post(b"Transfer-Encoding: chunked, identity"),
        "Invalid `Transfer-Encoding` header value",
    ),
    "an empty encoding": (post(b"Transfer-Encoding:"), "Empty Transfer-Encoding"),
    "another version": (b"GET /ping HTTP/1.2\r\nHost: localhost\r\n\r\n", "Invalid HTTP version"),
    "a version in lower case": (
        b"GET /ping http/1.1\r\nHost: localhost\r\n\r\n",
        "Expected HTTP/, RTSP/ or ICE/",
    ),
}


OURS = {
    "no host": (b"GET /ping HTTP/1.1\r\n\r\n", HOST),
    "no host, in the old version": (b"GET /ping HTTP/1.0\r\n\r\n", HOST),
    "an empty host": (b"GET /ping HTTP/1.1\r\nHost:\r\n\r\n", HOST),
    "two hosts": (get(b"/ping", b"Host: localhost"), HOST),
    "a host with a path": (b"GET /ping HTTP/1.1\r\nHost: localhost/x\r\n\r\n", HOST),
    "a host with a user": (b"GET /ping HTTP/1.1\r\nHost: a@localhost\r\n\r\n", HOST),
    "half a host": (b"GET /ping HTTP/1.1\r\nHost: [\r\n\r\n", HOST),
    "two hosts in one": (b"GET /ping HTTP/1.1\r\nHost: localhost, other\r\n\r\n", HOST),
    "another host in the target": (get(b"http://169.254.169.254/ping"), TARGET),
    "another port in the target": (get(b"http://localhost:81/ping"), TARGET),
    "a user in the target": (get(b"http://a@localhost/ping"), TARGET),
    "a fragment": (get(b"/ping#x"), "The request's target must not have a fragment."),
    "an underscore": (
        get(b"/ping", b"X_Forwarded_For: 127.0.0.1"),
        "A header's name must not have an underscore.",
    ),
    "an encoding in the old version": (
        b"POST /ping HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ENCODING,
    ),
    "another encoding": (post(b"Transfer-Encoding: gzip, chunked"), ENCODING),
    "an unknown encoding": (post(b"Transfer-Encoding: xchunked"), ENCODING),
    "an encoding in quotes": (post(b'Transfer-Encoding: "chunked"'), ENCODING),
    "version 2": (b"GET /ping HTTP/2.0\r\nHost: localhost\r\n\r\n", "The request must be in HTTP/1.1."),
    "version 0.9": (b"GET /ping\r\n\r\n", "The request must be in HTTP/1.1."),
    "a method that does not exist": (head(b"PING /ping"), FIRST),
    "a method in lower case": (head(b"get /ping"), FIRST),
    "tabs between the words": (b"GET\t/ping\tHTTP/1.1\r\nHost: localhost\r\n\r\n", FIRST),
    "a target that is no path": (head(b"GET ping"), FIRST),
    "a byte that is not ASCII": (head(b"GET /\xe9"), FIRST),
    "a tunnel": (head(b"CONNECT localhost:80"), TARGET),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", FIRST),
}


def is_refused(wire: Wire, message: str) -> bool:
    """Asserts that the next answer is the whole refusal, and that the connection ends with it."""
    answer = wire.answer()
    assert (answer.status, answer.json()) == (400, refusal(message, answer.headers["x-request-id"]))
    assert answer.headers["connection"] == "close"
    assert answer.headers["content-type"] == "application/json"
    return wire.ends()


@pytest.mark.parametrize(("sent", "words"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_d1_what_others_could_read_differently_is_refused(server: Served, sent: bytes, words: str) -> None:
    with server.wire() as wire:
        wire.send(sent + get())
        assert is_refused(wire, f"The request is not HTTP/1.1: {words}.")


@pytest.mark.parametrize(("sent", "message"), OURS.values(), ids=OURS.keys())
def test_d2_what_is_not_for_this_host_or_this_protocol_is_refused(
    server: Served, sent: bytes, message: str
) -> None:
    with server.wire() as wire:
        wire.send(sent + get())
        assert is_refused(wire, message)


CHUNKS = {
    "garbage": (b"xyz\r\n", "Invalid character in chunk size"),
    "a hexadecimal prefix": (b"0x2\r\n{}\r\n0\r\n\r\n", "Invalid character in chunk size"),
    "a sign": (b"+2\r\n{}\r\n0\r\n\r\n", "Invalid character in chunk size"),
    "a space": (b"2 \r\n{}\r\n0\r\n\r\n", "Invalid character in chunk size"),
    "no size": (b"\r\n{}\r\n0\r\n\r\n", "Invalid character in chunk size"),
    "an endless size": (b"f" * 17 + b"\r\n{}", "Chunk size overflow"),
    "a bare line feed": (b"2\n{}\r\n0\r\n\r\n", "Missing expected CR after chunk size"),
    "a bare line feed behind the data": (
        b"2\r\n{}\n0\r\n\r\n",
        "Missing expected CR after chunk data",
    ),
    "more data than was said": (b"2\r\n{}}\r\n0\r\n\r\n", "Expected LF after chunk data"),
    "a bare line feed in an extension": (
        b"2;a\nb\r\n{}\r\n0\r\n\r\n",
        "Missing expected CR after chunk extension name",
    ),
}


@pytest.mark.parametrize(("body", "words"), CHUNKS.values(), ids=CHUNKS.keys())
def test_d1_a_body_in_broken_chunks_is_refused(server: Served, body: bytes, words: str) -> None:
    with server.wire() as wire:
        wire.send(server.post(CHUNKED) + body + get())
        assert is_refused(wire, f"The request is not HTTP/1.1: {words}.")


def test_d1_a_body_that_breaks_later_is_refused_under_the_id_that_its_caller_gave(server: Served) -> None:
    with server.wire() as wire:
        wire.send(server.post(CHUNKED, b"X-Request-Id: broken-body-1"), b"2\r\n{ \r\n")
        time.sleep(0.1)
        wire.send(b"garbage\r\n" + get())
        answer = wire.answer()
        assert (answer.status, answer.headers["x-request-id"]) == (400, "broken-body-1")
        assert wire.ends()


def test_d1_garbage_behind_a_good_request_is_refused_after_its_answer(server: Served) -> None:
    with server.wire() as wire:
        wire.send(get() + b"garbage\r\n\r\n")
        assert wire.answer().json() == PONG
        assert is_refused(wire, FIRST)


def test_requests_sent_ahead_are_answered_in_order(server: Served) -> None:
    with server.wire() as wire:
        wire.send(get() + get(b"/healthz") + get())
        assert [wire.answer().json() for _ in range(3)] == [PONG, {"status": "ok"}, PONG]


def test_too_many_requests_sent_ahead_are_refused(server: Served) -> None:
    with server.wire() as wire:
        wire.send(get() * 40)
        assert [wire.answer().json() for _ in range(17)] == [PONG] * 17
        assert is_refused(wire, "More than 16 requests were sent ahead.")


def test_a_target_with_our_own_host_is_answered(server: Served) -> None:
    with server.wire() as wire:
        wire.send(get(b"http://LOCALHOST/ping?x"))
        assert wire.answer().json() == PONG


def test_a_target_that_is_nothing_but_our_own_host_is_its_root(server: Served) -> None:
    with server.wire() as wire:
        for target in (b"http://localhost", b"http://localhost?x=/ping"):
            wire.send(get(target))
            answer = wire.answer()
            assert (answer.status, answer.json()["message"]) == (404, "There is nothing at /")


def test_a_target_that_can_not_be_read_is_refused_and_not_only_dropped(server: Served) -> None:
    far = b"localhost:99999"
    sent = b"GET http://%b/ping HTTP/1.1\r\nHost: %b\r\n\r\n" % (far, far)
    with server.wire() as wire:
        wire.send(get(), sent)
        assert wire.answer().json() == PONG
        assert is_refused(wire, FIRST)


def test_the_old_version_is_answered_and_closed(server: Served) -> None:
    with server.wire() as wire:
        wire.send(b"GET /ping HTTP/1.0\r\nHost: [::1]:8000\r\n\r\n")
        assert (wire.answer().json(), wire.ends()) == (PONG, True)


def test_empty_lines_before_a_request_are_skipped(server: Served) -> None:
    with server.wire() as wire:
        wire.send(b"\r\n\r\n", get())
        assert wire.answer().json() == PONG


def test_a_request_to_change_the_protocol_is_answered_in_this_one(server: Served) -> None:
    with server.wire() as wire:
        wire.send(get(b"/ping", b"Connection: Upgrade", b"Upgrade: h2c"))
        time.sleep(0.2)
        wire.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")  # in the other protocol, behind the answer
        time.sleep(0.1)
        assert (wire.answer().json(), wire.ends()) == (PONG, True)


def test_a_trailer_does_not_pass_for_a_header(server: Served) -> None:
    token = b"Authorization: Bearer " + server.token.encode()
    with server.wire() as wire:
        wire.send(head(b"POST /environment-integration", CHUNKED), b"2\r\n{}\r\n0\r\n" + token + b"\r\n\r\n")
        assert wire.answer().status == 401
        wire.send(server.post(CHUNKED), b"2\r\n{}\r\n0\r\n" + token + b"\r\n\r\n" + get())
        assert (wire.answer().status, wire.answer().json()) == (400, PONG)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_d1_no_bytes_are_a_fault_of_ours(server: Served, sent: bytes) -> None:
    with server.wire() as wire:
        wire.send(sent + b"\r\n\r\n\r\n")
        wire.socket.shutdown(socket.SHUT_WR)
        assert [answer.status for answer in wire.answers()] in ([400], [])
