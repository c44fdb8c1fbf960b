"""D5, D6, D7: what the vendor receives of a path and a query is what the caller wrote, or the call is refused."""

import re
from collections.abc import AsyncIterator
from urllib.parse import unquote_to_bytes, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from yarl import URL

from proxy.addresses import exact_url, vendor_path
from schemas.errors import InvalidRequest
from tests.proxy.front_door import Door, front_door

pytestmark = pytest.mark.anyio

OFTEN = settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
PATHS = st.text(alphabet="ab01/.%2eEfF5cC;:@+,!$&'()*=~|^<>[]{}\"-_", max_size=30)
PIECES = st.text(alphabet="ab%2eF+;,:@/?[]=!$'()*~|^{}<>", max_size=12).filter(
    lambda text: not re.match(r"[^=]*(truto_|integrated_account_id)", text)
)
BASE = "https://acme.example/api"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    async with front_door(tmp_path_factory.mktemp("door")) as found:
        yield found


@OFTEN
@example("a%2fb")
@example("a//b/")
@example("x;v=1/y")
@example("%zz%")
@example("..%2f..%2foauth2/token")
@example("..;/oauth2")
@example("%252e%252e/oauth2")
@example("")
@given(PATHS)
async def test_d5_a_path_arrives_byte_for_byte_or_is_refused(door: Door, path: str) -> None:
    before = len(door.upstream.seen)
    answer = await door.ask(b"GET", b"/proxy/" + path.encode(), b"Accept: text/plain")
    if answer.status == 400:
        assert answer.json()["details"] == {"reason": "invalid_path"}
        assert len(door.upstream.seen) == before
    else:
        assert answer.status == 200
        assert door.seen.target == b"/api/" + path.encode()


@pytest.mark.parametrize(
    "path", [b"a%20b", b"a%2Fb%2fc", b"a%252Fb", b"%C3%A9", b"100%", b"%zz", b"x;v=1/y", b"a//b/"]
)
async def test_d5_an_encoded_path_that_stays_below_the_base_arrives(door: Door, path: bytes) -> None:
    answer = await door.ask(b"GET", b"/proxy/" + path, b"Accept: text/plain")
    assert (answer.status, door.seen.target) == (200, b"/api/" + path)


@OFTEN
@given(PATHS.map(lambda path: path.encode()))
def test_d5_no_reader_of_an_accepted_url_is_led_out_of_the_base(path: bytes) -> None:
    try:
        vendor_path(b"/proxy/" + path, b"proxy")
    except InvalidRequest:
        return
    url = f"{BASE}/{path.decode()}"
    assert str(httpx.URL(url)).startswith(BASE + "/")
    assert str(URL(url)).startswith(BASE + "/")
    assert urlsplit(url).netloc == "acme.example"
    assert exact_url(BASE, path, b"").host == "acme.example"
    read = path
    for _ in range(10):
        read = unquote_to_bytes(read)
        assert not {b".", b".."} & {part.partition(b";")[0] for part in read.split(b"/")}


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../oauth2/token",
        "a/..",
        "a/../b",
        "./a",
        "a/.",
        "%2e%2e/oauth2/token",
        "%2E./x",
        "%252e%252e/x",
        "%25252e%25252e%25252fx",
        "a%2f..%2f..%2foauth2",
        "..;/oauth2/token",
        "..%3bx/oauth2/token",
        "a%5cb",
        "a%255cb",
        "..%5coauth2",
        "%00",
        "a%00b",
        "a%2500",
        "a%0d%0aHost:%20evil",
        "a%0a",
        "%7f",
        "/evil.example/x",
        "//evil.example",
        "%2fevil.example/x",
        "%252fevil.example",
        "https://evil.example/x",
        "HTTPS:/evil.example",
        "http%3a%2f%2fevil.example",
        "http%253A%252F%252F127.0.0.1",
        "http://169.254.169.254/latest",
        "https://user:pass@evil.example/",
        "https://xn--80ak6aa92e.com/",
        "gopher://x",
        "%" + "25" * 9 + "61",
    ],
)
async def test_d5_d7_what_could_lead_out_is_refused_and_nothing_is_sent(door: Door, path: str) -> None:
    before = len(door.upstream.seen)
    for room in (b"/proxy/", b"/custom/"):
        answer = await door.ask(b"GET", room + path.encode())
        assert (answer.status, answer.json()["details"]) == (400, {"reason": "invalid_path"})
    assert len(door.upstream.seen) == before


async def test_d5_bytes_beyond_ascii_are_refused(door: Door) -> None:
    before = len(door.upstream.seen)
    for target in (b"/proxy/caf\xc3\xa9", b"/proxy/echo?q=caf\xe9"):
        assert (await door.ask(b"GET", target)).status == 400
    assert len(door.upstream.seen) == before


@pytest.mark.parametrize("room", ["proxy%2Fx", "%70roxy%2fx"])
async def test_d5_the_rooms_name_must_be_a_segment_of_its_own(door: Door, room: str) -> None:
    answer = await door.ask(b"GET", b"/" + room.encode())
    assert (answer.status, answer.json()["details"]) == (400, {"reason": "invalid_path"})


async def test_a_run_of_slashes_before_the_room_is_one(door: Door) -> None:
    assert (await door.ask(b"GET", b"//proxy/a//b")).status == 200
    assert door.seen.target == b"/api/a//b"


@OFTEN
@example(["a=1", "a=2", "", "a=", "b", "=", "c=%zz", "d=+%2B%20"])
@example(["next_cursor=", "limit=5", "next_cursor"])
@given(st.lists(PIECES, max_size=6))
async def test_d6_a_query_arrives_byte_for_byte(door: Door, pieces: list[str]) -> None:
    written = "&".join(pieces)
    await door.ask(b"GET", b"/proxy/echo?" + written.encode())
    empty_cursors = ("next_cursor", "next_cursor=")
    kept = "&".join(piece for piece in written.split("&") if piece not in empty_cursors)
    expected = f"/api/echo?{kept}" if kept else "/api/echo"
    assert door.seen.target.decode() == expected


@pytest.mark.parametrize(
    "name", ["integrated_account_id", "integrated%5Faccount%5fid", "%69ntegrated_account_id"]
)
async def test_d6_our_own_parameters_are_taken_out_from_between(door: Door, name: str) -> None:
    account = door.key_account
    flags = "truto_response_format=raw&a=%41&truto%5Fignore_limit=true&a=+&truto_body_passthrough=1"
    query = f"b=2&{name}={account}&{flags}"
    head = door.head(b"GET", b"/proxy/echo?X").replace(
        f"X&integrated_account_id={account}".encode(), query.encode()
    )
    answer = await door.send(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert answer.status == 200
    assert door.seen.target == b"/api/echo?b=2&a=%41&a=+"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("truto_key_by=id", "unknown_flag"),
        ("truto_response_format=unified", "invalid_request"),
        ("truto_response_format=raw&truto_response_format=raw", "invalid_request"),
        ("truto_ignore_limit=yes", "invalid_request"),
        ("truto_ignore_limit[]=true", "unknown_flag"),
        ("integrated_account_id=other", "invalid_request"),
    ],
)
async def test_other_flags_are_refused(door: Door, query: str, reason: str) -> None:
    before = len(door.upstream.seen)
    answer = await door.ask(b"GET", b"/proxy/echo?" + query.encode())
    assert (answer.status, answer.json()["details"]["reason"]) == (400, reason)
    assert len(door.upstream.seen) == before
