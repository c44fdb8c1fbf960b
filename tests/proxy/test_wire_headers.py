"""D3, D4, D9, D23, D25: which headers pass in each direction, and that nothing is added, kept or followed."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.proxy.faults import whole
from tests.proxy.front_door import Door, front_door
from tests.proxy.upstream import Peer

pytestmark = pytest.mark.anyio

OFTEN = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
NAMES = st.text(alphabet="abcxyz0-", min_size=1, max_size=12)
VALUES = st.text(alphabet="abcXYZ019 ,;=\"'/*+\tü☃", max_size=20).map(str.strip)
ADDED = [b"Host: sandbox.test", b"accept: application/json"]


async def talkative(peer: Peer) -> bool:
    """Says all that must not be handed on, and some that must."""
    await peer.body()
    lines = [
        b"Content-Type: application/json",
        b"Connection: X-Secret, keep-alive",
        b"X-Secret: between us",
        b"Keep-Alive: timeout=5",
        b"Proxy-Authenticate: Basic",
        b"Trailer: X-Sum",
        b"Upgrade: h2c",
        b"Set-Cookie: session=1; Path=/",
        b"Set-Cookie: tenant=a",
        b"Strict-Transport-Security: max-age=1",
        b"Access-Control-Allow-Origin: *",
        b"Access-Control-Expose-Headers: X-A",
        b'Alt-Svc: h3=":443"',
        b'Clear-Site-Data: "*"',
        b"Public-Key-Pins: x",
        b"Server: Coupa",
        b"Via: 1.1 varnish",
        b"Truto-Is-Remote-Error: true",
        b"X-Request-Id: vendors-own",
        b"Date: Sat, 01 Nov 2025 08:00:00 GMT",
        b'ETag: "7"',
        b"X-Twice: 1",
        b"x-twice: 2",
        b"Content-Security-Policy: default-src 'self'",
        b"Link: <https://x>; rel=next",
    ]
    await peer.write(whole(b'{"a":1.10}', *lines))
    return True


async def moved(peer: Peer) -> bool:
    """`/moved/{status}/{where}`: a redirect to where the rest of the path says."""
    await peer.body()
    _, _, _, status, kind, *_ = peer.request.target.split(b"?")[0].split(b"/")
    places = {
        b"metadata": b"http://169.254.169.254/latest",
        b"other": b"https://evil.example/",
        b"near": b"/api/plain?a=%2f#b",
        b"beside": b"../plain",
        b"hostless": b"//evil.example/",
        b"broken": b"//[",
        b"ours": b"/integrated-account",
    }
    await peer.write(whole(b"", b"Location: " + places[kind], status=status + b" Moved"))
    return True


async def typed(peer: Peer) -> bool:
    """`/typed/{type}`: a script in a body that calls itself that, with `.` for `/`; nothing for none."""
    name = peer.request.target.split(b"?")[0].split(b"/")[3]
    kind = [b"Content-Type: " + name.replace(b".", b"/", 1)] if name else []
    await peer.write(whole(b"<script>alert(1)</script>", *kind))
    return True


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    faults = {b"talkative": talkative, b"moved": moved, b"typed": typed}
    async with front_door(tmp_path_factory.mktemp("door"), faults) as found:
        yield found


def sent(door: Door) -> list[bytes]:
    """The headers that the vendor saw, but for the account's key."""
    return [line for line in door.seen.headers if not line.lower().startswith(b"x-coupa-api-key: ")]


@OFTEN
@example([("x-a", "1"), ("x-b", "2"), ("x-a", ""), ("x-a", "3")])
@given(st.lists(st.tuples(NAMES.map(lambda name: f"x-{name}"), VALUES), max_size=8))
async def test_d4_end_to_end_headers_arrive_as_they_are_and_nothing_besides(
    door: Door, headers: list[tuple[str, str]]
) -> None:
    lines = [f"{name}: {value}".encode() for name, value in headers]
    assert (await door.ask(b"GET", b"/proxy/plain", *lines)).status == 200
    assert sorted(sent(door)) == sorted([*ADDED, *lines])


async def test_d4_what_speaks_to_the_gateway_or_of_its_caller_stays_here(door: Door) -> None:
    await door.ask(
        b"POST",
        b"/proxy/plain",
        b"Cookie: a=b",
        b"Forwarded: for=10.0.0.1",
        b"X-Forwarded-For: 10.0.0.1",
        b"X-Forwarded-Host: evil.example",
        b"X-Forwarded-Anything: 1",
        b"X-Real-IP: 10.0.0.1",
        b"X-Original-URL: /admin",
        b"X-Rewrite-URL: /admin",
        b"X-HTTP-Method-Override: DELETE",
        b"X-Koine-Anything: 1",
        b"X-Request-Id: callers-own-id",
        b"X-Request-Timeout: 5",
        b"Idempotency-Key: k",
        b"Expect: 100-continue",
        b"Proxy-Authorization: Basic x",
        b"Proxy-Connection: keep-alive",
        b"Keep-Alive: timeout=5",
        b"TE: trailers",
        b"Trailer: X-Sum",
        b"Upgrade: websocket",
        b"Origin: https://app.example",
        b"User-Agent: me",
        b"Content-Type: text/plain",
        body=b"hello",
    )
    assert sorted(sent(door)) == sorted(
        [
            *ADDED,
            b"origin: https://app.example",
            b"user-agent: me",
            b"content-type: text/plain",
            b"content-length: 5",
        ]
    )


async def test_d4_the_accounts_credentials_stand_where_the_caller_wrote_some(door: Door) -> None:
    key = door.house.coupa_credentials["api_key"].encode()
    await door.ask(b"GET", b"/proxy/plain", b"X-Coupa-Api-Key: mine", b"x-coupa-api-key: mine too")
    found = [line for line in door.seen.headers if line.lower().startswith(b"x-coupa-api-key")]
    assert found == [b"x-coupa-api-key: " + key]
    await door.ask(b"GET", b"/proxy/plain", account=door.house.account)
    found = [line for line in door.seen.headers if line.lower().startswith(b"authorization")]
    assert found == [b"authorization: Bearer eyJhbGci.a.b"]


@OFTEN
@given(
    st.lists(st.tuples(NAMES, st.sampled_from(["{}", " {} ", "{}\t"]), st.booleans()), min_size=1, max_size=4)
)
async def test_d3_what_connection_names_is_not_passed_on(
    door: Door, names: list[tuple[str, str, bool]]
) -> None:
    lines = [f"x-{name}: secret".encode() for name, _, _ in names]
    spelled = [form.format(f"X-{name}" if shouts else f"x-{name}") for name, form, shouts in names]
    listed = b"Connection: close," + ",".join(spelled).encode()
    answer = await door.send(door.head(b"GET", b"/proxy/plain", *lines, b"Y-Stays: 1", listed))
    assert answer.status == 200
    assert sorted(sent(door)) == sorted([*ADDED, b"y-stays: 1"])


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], b"application/json"),
        ([b"Accept: */*"], b"application/json"),
        ([b"Accept: application/pdf"], b"application/pdf"),
        ([b"Accept: */*;q=0.1"], b"*/*;q=0.1"),
    ],
)
async def test_the_providers_headers_fill_gaps(door: Door, lines: list[bytes], expected: bytes) -> None:
    await door.ask(b"GET", b"/proxy/plain", *lines)
    assert [line for line in sent(door) if line.startswith(b"accept")] == [b"accept: " + expected]


@pytest.mark.parametrize("value", [b"caf\xe9", b"caf\xc3\xa9", b"\xff\x80"])
async def test_d4_a_header_beyond_ascii_arrives_in_its_bytes(door: Door, value: bytes) -> None:
    answer = await door.ask(b"GET", b"/proxy/plain", b"X-Name: " + value)
    assert (answer.status, [line for line in sent(door) if line.startswith(b"x-name")]) == (
        200,
        [b"x-name: " + value],
    )


async def test_d3_an_answers_headers_pass_but_for_what_would_act_on_our_side(door: Door) -> None:
    answer = await door.ask(b"GET", b"/proxy/talkative", b"X-Request-Id: callers-own-id")
    ours = {b"server-timing", b"ratelimit", b"ratelimit-policy"}
    ours |= {b"ratelimit-limit", b"ratelimit-remaining", b"ratelimit-reset"}
    assert [header for header in answer.headers if header[0] not in ours] == [
        (b"content-length", b"10"),
        (b"content-type", b"application/json"),
        (b"x-upstream-request-id", b"vendors-own"),
        (b"date", b"Sat, 01 Nov 2025 08:00:00 GMT"),
        (b"etag", b'"7"'),
        (b"x-twice", b"1"),
        (b"x-twice", b"2"),
        (b"content-security-policy", b"default-src 'self'"),
        (b"link", b"<https://x>; rel=next"),
        (b"x-request-id", b"callers-own-id"),
        (b"connection", b"close"),
    ]
    assert answer.body == b'{"a":1.10}'


@pytest.mark.parametrize("method", [b"GET", b"POST"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("kind", "location"),
    [
        (b"metadata", b"http://169.254.169.254/latest"),
        (b"other", b"https://evil.example/"),
        (b"near", b"http://sandbox.test/api/plain?a=%2f#b"),
        (b"beside", b"http://sandbox.test/api/moved/plain"),
        (b"hostless", b"http://evil.example/"),
        (b"broken", b"//["),
        (b"ours", b"http://sandbox.test/integrated-account"),
    ],
)
async def test_d9_a_redirect_is_handed_on_and_not_followed(
    door: Door, method: bytes, status: int, kind: bytes, location: bytes
) -> None:
    before = len(door.upstream.seen)
    answer = await door.ask(method, b"/proxy/moved/%d/%s" % (status, kind))
    assert (answer.status, answer.all(b"location")) == (status, [location])
    assert answer.all(b"truto-is-remote-error") == []
    assert len(door.upstream.seen) == before + 1


@pytest.mark.parametrize(
    ("kind", "is_page"),
    [
        ("text.html", True),
        ("TEXT.HTML;charset=utf-8", True),
        ("application.xhtml+xml", True),
        ("image.svg+xml", True),
        ("application.xml", True),
        ("text.xml", True),
        ("multipart.x-mixed-replace", True),
        ("nonsense", True),
        ("unknown.unknown", True),
        ("", True),
        ("application.json", False),
        ("application.pdf", False),
        ("text.plain", False),
        ("application.vnd.openxmlformats-officedocument.wordprocessingml.document", False),
    ],
)
async def test_d23_a_page_of_the_vendors_is_caged(door: Door, kind: str, is_page: bool) -> None:
    answer = await door.ask(b"GET", f"/proxy/typed/{kind}".encode())
    caged = (answer.all(b"content-security-policy"), answer.all(b"x-content-type-options"))
    assert caged == (([b"sandbox"], [b"nosniff"]) if is_page else ([], []))
    assert answer.body == b"<script>alert(1)</script>"


async def test_d25_no_cookie_is_kept_and_no_encoding_asked_for(door: Door) -> None:
    for account in (door.key_account, door.house.account):
        answer = await door.ask(b"GET", b"/proxy/cookie", account=account)
        assert (answer.status, answer.all(b"set-cookie")) == (200, [])
    for account in (door.key_account, door.house.account):
        for target in (b"/proxy/plain", b"/proxy/suppliers", b"/custom/plain"):
            await door.ask(b"GET", target, account=account)
            names = {line.split(b":")[0].lower() for line in door.seen.headers}
            assert not names & {b"cookie", b"accept-encoding", b"user-agent"}


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        (b"gzip, deflate, br, zstd", [b"accept-encoding: gzip, deflate"]),
        (b"br;q=1.0, gzip;q=0.8", [b"accept-encoding: gzip;q=0.8"]),
        (b"br", []),
    ],
)
async def test_d25_for_a_list_the_gateway_reads_the_callers_encodings_are_cut_to_its_own(
    door: Door, offered: bytes, expected: list[bytes]
) -> None:
    await door.ask(b"GET", b"/proxy/suppliers", b"Accept-Encoding: " + offered)
    assert [line for line in sent(door) if line.startswith(b"accept-encoding")] == expected
    await door.ask(b"GET", b"/proxy/plain", b"Accept-Encoding: " + offered)
    assert [line for line in sent(door) if line.startswith(b"accept-encoding")] == [
        b"accept-encoding: " + offered
    ]
