"""Every kind of vendor answer, from a real wire through the front door: what a developer gets to see of it."""

import asyncio
import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.house import link
from tests.proxy.diverted import diverted_house
from tests.proxy.faults import OK, whole
from tests.proxy.upstream import Peer

pytestmark = pytest.mark.anyio
SUPPLIERS = "/api/suppliers"
CONTACTS = "accounting/contacts"
JSON, HTML, XML, TEXT = (
    b"Content-Type: " + kind
    for kind in (b"application/json", b"text/html", b"application/xml", b"text/plain")
)
PAGE = b"<html><head><title>502 Bad\n Gateway</title></head><body><h1>Oh no</h1></body></html>"
LOGIN = b"<html><body><H1 class='big'>Log in to Coupa</H1></body></html>"

# The vendor's bytes; then status, message, reason and raw_response of what the caller gets.
ANSWERS: dict[str, tuple[bytes, int, str, str | None, Any]] = {
    "html_502": (
        whole(PAGE, HTML, status=b"502 Bad Gateway"),
        502,
        "The vendor answered 502: 502 Bad Gateway",
        None,
        PAGE.decode(),
    ),
    "login_page": (
        whole(LOGIN, HTML),
        502,
        "The vendor answered 200 with what can't be read: no JSON (text/html, 62 bytes): Log in to Coupa",
        "vendor_invalid_response",
        LOGIN.decode(),
    ),
    "cut_json": (
        whole(b'[{"id": 1}, {"i', JSON),
        502,
        "The vendor answered 200 with what can't be read: no JSON (application/json, 15 bytes)",
        "vendor_invalid_response",
        '[{"id": 1}, {"i',
    ),
    "error_in_a_success": (
        whole(b'{"errors": {"base": ["The server sleeps"]}}', JSON),
        502,
        "The vendor answered 200 with what can't be read: no list of records "
        "(application/json, 43 bytes): The server sleeps",
        "vendor_invalid_response",
        {"errors": {"base": ["The server sleeps"]}},
    ),
    "marked": (
        whole(b'\xef\xbb\xbf{"errors": {"base": ["The server sleeps"]}}', JSON, status=b"400 Bad Request"),
        400,
        "The server sleeps",
        None,
        {"errors": {"base": ["The server sleeps"]}},
    ),
    "nothing": (
        b"HTTP/1.1 204 No Content\r\n\r\n",
        502,
        "The vendor answered 204 with what can't be read: no JSON (no content type, 0 bytes)",
        "vendor_invalid_response",
        "",
    ),
    "xml_400": (
        whole(b"<errors><error>Name is locked</error></errors>", XML, status=b"400 Bad Request"),
        400,
        "Name is locked",
        None,
        "<errors><error>Name is locked</error></errors>",
    ),
    "text_500": (
        whole(b"Out of \x07memory\nat line 7\n", TEXT, status=b"500 Oops"),
        500,
        "The vendor answered 500: Out of memory",
        None,
        "Out of \x07memory\nat line 7\n",
    ),
    "json_409": (
        whole(b'{"message": "Stale"}', JSON, status=b"409 Conflict"),
        409,
        "Stale",
        None,
        {"message": "Stale"},
    ),
    "empty_404": (whole(b"", status=b"404 Not Found"), 404, "The vendor has no such record.", None, ""),
    "empty_418": (whole(b"", status=b"418 Teapot"), 418, "The vendor answered 418.", None, ""),
    "unknown_status": (
        whole(b"", status=b"799 What"),
        502,
        "The vendor answered 799.",
        "vendor_invalid_response",
        "",
    ),
    "redirect": (
        whole(b"", b"Location: /login", status=b"302 Found"),
        502,
        "The vendor answered 302 with what can't be read: a redirect (no content type, 0 bytes)",
        "vendor_invalid_response",
        "",
    ),
    "packed": (
        whole(gzip.compress(b'{"message": "Packed"}'), JSON, b"Content-Encoding: gzip", status=b"422 No"),
        422,
        "Packed",
        None,
        {"message": "Packed"},
    ),
    "deep": (
        whole(b"[" * 1000 + b"]" * 1000, JSON, status=b"400 Bad Request"),
        400,
        "The vendor answered 400.",
        None,
        "[" * 1000 + "]" * 1000,
    ),
    "not_packed": (
        whole(b"plain", JSON, b"Content-Encoding: gzip"),
        502,
        "The vendor's answer can't be read: The body is not what its Content-Encoding says.",
        "vendor_invalid_response",
        None,
    ),
    "brotli": (
        whole(b"x", JSON, b"Content-Encoding: br"),
        502,
        "The vendor's answer can't be read: The body has the content encoding 'br'.",
        "vendor_invalid_response",
        None,
    ),
}


async def said(peer: Peer) -> bool:
    """`/said/{name}`: the prepared bytes."""
    await peer.body()
    await peer.write(ANSWERS[peer.request.target.split(b"?")[0].split(b"/")[2].decode()][0])
    return True


async def quoting(peer: Peer) -> bool:
    """A complaint that quotes the whole request, in its body and in a header."""
    lines = peer.request.head.decode().split("\r\n")
    signed = next(line for line in lines if line.lower().startswith(("authorization", "x-coupa-api-key")))
    body = orjson.dumps({"errors": {"request": [peer.request.head.decode(), signed]}})
    await peer.write(whole(body, JSON, f"X-You-Sent: {signed}".encode(), status=b"400 Bad Request"))
    return True


async def long(peer: Peer) -> bool:
    await peer.write(whole("é".encode() * 100_000, TEXT, status=b"400 Bad Request"))
    return True


async def many_headers(peer: Peer) -> bool:
    headers = (
        b"X-Request-Id: vendor-7",
        b"Set-Cookie: a=b",
        b"Strict-Transport-Security: max-age=1",
        b"Connection: x-hop",
        b"X-Hop: 1",
        b"X-Trace: one",
        b"X-Trace: two",
        b"ETag: 7",
        b"Date: Thu, 01 Jan 1970 00:00:00 GMT",
    )
    await peer.write(whole(b"{}", JSON, *headers, status=b"400 Bad Request"))
    return True


async def huge(peer: Peer) -> None:
    """70 MiB of blanks."""
    await peer.write(OK + JSON + b"\r\nContent-Length: %d\r\n\r\n" % (70 << 20))
    for _ in range(70):
        await peer.write(b" " * (1 << 20))


async def drip(peer: Peer) -> None:
    """A byte every 20 ms: never silent, never done."""
    await peer.write(OK + JSON + b"\r\nContent-Length: 100000\r\n\r\n")
    while True:
        await peer.write(b" ")
        await asyncio.sleep(0.02)


FAULTS = {
    b"said": said,
    b"quoting": quoting,
    b"long": long,
    b"labels": many_headers,
    b"huge": huge,
    b"drip": drip,
}


def house_with(folder: Path, **options: Any) -> Any:
    return diverted_house(folder, FAULTS, **options)


async def test_every_answer_becomes_the_envelope(tmp_path: Path) -> None:
    async with house_with(tmp_path) as (house, diversion):
        for name, (_, status, message, reason, raw) in ANSWERS.items():
            diversion.to = {SUPPLIERS: f"/said/{name}"}
            path = f"{CONTACTS}/7" if name == "empty_404" else CONTACTS  # a list that is not found is empty
            diversion.to[f"{SUPPLIERS}/7"] = f"/said/{name}"
            answer = await house.get(path)
            body = answer.json()
            assert (name, answer.status_code, body["message"]) == (name, status, message)
            assert body["details" if reason else "statusCode"] == ({"reason": reason} if reason else status)
            assert (name, body["raw_response"]) == (name, raw)
            assert body["truto_is_remote_error"] is True
            assert answer.headers["truto-is-remote-error"] == "true"
            assert body["truto_error_insight"]["remote_error"]["description"]
            assert answer.headers["content-type"] == "application/json"


async def test_no_secret_comes_back_whatever_the_vendor_quotes(tmp_path: Path) -> None:
    async with house_with(tmp_path) as (house, diversion):
        diversion.to = {SUPPLIERS: "/quoting"}
        key = house.coupa_credentials["api_key"]
        other = (await link(house, {"api_key": key}, method="api_key", validate=False))["id"]
        for account, shown in ((house.account, "Bearer ***"), (other, "***")):
            answer = await house.client.get(f"/unified/{CONTACTS}?integrated_account_id={account}")
            assert answer.status_code == 400
            assert answer.headers["x-you-sent"].endswith(f": {shown}")
            assert key not in answer.text
            assert answer.json()["raw_response"]["errors"]["request"][1].endswith(f": {shown}")
            assert answer.json()["message"].endswith(f": {shown}")


async def test_what_a_vendor_says_is_cut_at_64_kib(tmp_path: Path) -> None:
    async with house_with(tmp_path) as (house, diversion):
        diversion.to = {SUPPLIERS: "/long"}
        body = (await house.get(CONTACTS)).json()
        assert body["raw_response"] == "é" * (32 * 1024)
        assert body["message"] == "The vendor answered 400: " + "é" * 300


async def test_end_to_end_headers_of_an_error_are_forwarded(tmp_path: Path) -> None:
    async with house_with(tmp_path) as (house, diversion):
        diversion.to = {SUPPLIERS: "/labels"}
        answer = await house.get(CONTACTS)
        assert answer.status_code == 400
        assert answer.headers["x-upstream-request-id"] == "vendor-7"
        assert answer.headers["x-request-id"] != "vendor-7"
        assert answer.headers["x-trace"] == "one, two"
        gone = ("set-cookie", "strict-transport-security", "x-hop", "connection", "etag")
        assert [name for name in gone if name in answer.headers] == []
        assert "1970" not in answer.headers.get("date", "")
        assert answer.headers.get_list("content-type") == ["application/json"]


@pytest.mark.parametrize(
    ("path", "status", "reason", "message"),
    [
        (
            "/bomb",
            502,
            "vendor_invalid_response",
            "The vendor's answer can't be read: The body unpacks to more than 200 times its size.",
        ),
        (
            "/huge",
            502,
            "vendor_invalid_response",
            "The vendor's answer can't be read: The body is longer than 67108864 bytes.",
        ),
        ("/drip", 504, "vendor_timeout", "The vendor did not answer in time."),
        ("/silent", 504, "vendor_timeout", "The vendor did not answer in time."),
        (
            "/half",
            502,
            "vendor_unreachable",
            "The vendor was called, and gave no answer: The answer's body is cut short or malformed.",
        ),
        (
            "/split",
            502,
            "vendor_unreachable",
            "The vendor was called, and gave no answer: The answer is not valid HTTP.",
        ),
    ],
)
async def test_what_gives_no_answer_is_told_from_what_gives_a_bad_one(
    tmp_path: Path, path: str, status: int, reason: str, message: str
) -> None:
    async with house_with(tmp_path, upstream_seconds=3.0 if status == 502 else 0.3) as (house, diversion):
        diversion.to = {SUPPLIERS: path}
        answer = await house.get(CONTACTS)
        body = answer.json()
        assert (answer.status_code, body["details"], body["message"]) == (status, {"reason": reason}, message)
        assert body.get("truto_is_remote_error", False) is (reason == "vendor_invalid_response")
        assert await diversion.upstream.closes()
