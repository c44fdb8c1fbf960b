"""D16: for each fault, method and kind of call, how often the vendor is asked; and what bounds it besides."""

import asyncio
import socket
from contextlib import suppress

import httpx
import pytest

from providers.provider import Limits
from proxy.answer import Call, Content
from proxy.breaker import Breakers
from proxy.budget import QUIET, Budget
from proxy.repeats import Kind
from schemas.errors import Problem, RemoteProblem, Throttled, VendorTrouble
from tests.house import PATIENT
from tests.proxy.outlet import closed, connected, elapsed, outlet

pytestmark = pytest.mark.anyio

READS = ("GET", "HEAD", "OPTIONS")
REPLACING = ("PUT", "DELETE")
ACTING = ("POST", "PATCH", "REPORT")
ANY = tuple(Kind)
# What the vendor sees: fault, then requests for reads, for PUT and DELETE, for all else; where the kind of call
# matters, the kinds that are repeated.
TABLE = {
    "close": (3, (Kind.MARKED, Kind.KEYED), (Kind.KEYED,)),
    "rst_before": (3, (Kind.MARKED, Kind.KEYED), (Kind.KEYED,)),
    "garbage": (3, (Kind.MARKED, Kind.KEYED), (Kind.KEYED,)),
    "silent": (3, (Kind.MARKED, Kind.KEYED), (Kind.KEYED,)),
    "answers/502": (3, (Kind.MARKED, Kind.KEYED), ()),
    "answers/503": (3, (Kind.MARKED, Kind.KEYED), ()),
    "answers/503/1": (3, (Kind.MARKED, Kind.KEYED), ()),
    "answers/504": (3, (Kind.MARKED, Kind.KEYED), ()),
    "answers/429/1": (3, ANY, ()),
    "answers/500": (2, (), ()),
    "answers/400": (1, (), ()),
    "answers/401": (1, (), ()),
    "answers/403": (1, (), ()),
    "answers/404": (1, (), ()),
    "answers/501": (1, (), ()),
    "answers/302": (1, (), ()),
    "answers/200": (1, (), ()),
}


def expected(fault: str) -> dict[tuple[str, Kind], int]:
    reads, replaced, acted = TABLE[fault]
    return {
        **{(method, kind): reads for method in READS for kind in ANY},
        **{(method, kind): 3 if kind in replaced else 1 for method in REPLACING for kind in ANY},
        **{(method, kind): 3 if kind in acted else 1 for method in ACTING for kind in ANY},
    }


QUERY = Call("", verb="POST", content=Content(b"{}"))


@pytest.mark.parametrize("fault", ["close", "answers/502", "answers/500", "answers/400"])
async def test_d16_a_query_sent_by_post_is_repeated_as_a_read(fault: str) -> None:
    async with outlet() as out:
        with suppress(Problem):
            await out.read(fault, call=QUERY)
        assert out.seen(fault) == TABLE[fault][0]


async def test_d16_a_query_without_an_answer_leaves_nothing_in_doubt() -> None:
    async with outlet() as out:
        with pytest.raises(Problem) as caught:
            await out.read("close", call=QUERY)
    assert (caught.value.details, caught.value.reason) == ({}, "vendor_unreachable")


@pytest.mark.parametrize("fault", TABLE)
async def test_d16_the_vendor_is_asked_as_often_as_the_table_says(fault: str) -> None:
    calls = expected(fault)
    async with outlet(read_idle_seconds=0.15 if fault == "silent" else 30.0) as out:
        sending = (
            closed(
                out.send(
                    f"{fault}?{method}-{kind.value};",
                    method,
                    kind=kind,
                    name=f"{method}-{kind.value}",
                    content=b"0123456789" if method in (*ACTING, "PUT") else None,
                )
            )
            for method, kind in calls
        )
        took = await elapsed(asyncio.gather(*sending))
        seen = {(method, kind): out.seen(f"{fault}?{method}-{kind.value};") for method, kind in calls}
    assert seen == calls
    if fault.endswith("/1"):
        assert took >= 2.0, "what the vendor asks for is waited for twice"


async def test_d16_what_was_never_sent_is_tried_three_times_whatever_it_is() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with outlet() as out:
            for method in (*READS, *REPLACING, *ACTING):
                request = httpx.Request(method, f"{url}/x", content=b"x" if method in ACTING else None)
                with pytest.raises(VendorTrouble) as caught:
                    await out.pipe.send(connected(url, method), request)
                assert (caught.value.status, caught.value.reason) == (502, "vendor_unreachable")
                assert caught.value.message == "The vendor could not be reached: Connection refused."
                assert caught.value.details == ({} if method in READS else {"outcome": "not_applied"})
    assert [(record.outcome, record.attempts) for record in out.records] == [("never_sent", 3)] * 8
    assert {record.status for record in out.records} == {None}


async def test_d16_a_429_is_repeated_for_any_method_where_the_provider_rejects_unprocessed() -> None:
    limits = Limits(rate=1000, burst=1000, rejects_unprocessed=True)
    async with outlet() as out:
        await asyncio.gather(
            *(
                closed(out.send(f"answers/429/1?{method};", method, name=method, limits=limits, content=b"x"))
                for method in ACTING
            )
        )
        assert [out.seen(f"answers/429/1?{method};") for method in ACTING] == [3, 3, 3]


@pytest.mark.parametrize("size", [1024 * 1024, 1024 * 1024 + 1])
async def test_a_body_is_sent_again_up_to_a_mebibyte(size: int) -> None:
    async with outlet() as out:
        await closed(out.send("answers/503", "PUT", kind=Kind.MARKED, content=b"x" * size))
        assert out.seen("answers/503") == (3 if size == 1024 * 1024 else 1)


async def test_a_body_that_streams_is_sent_once() -> None:
    async def body() -> object:
        yield b"once"

    async with outlet() as out:
        response = await out.send("answers/429/1", "PUT", content=body())
        assert (response.status_code, await response.aread()) == (429, b"said")
        assert out.seen("answers/429/1") == 1
    assert (out.records[0].request_bytes, out.records[0].response_bytes) == (4, 4)


@pytest.mark.parametrize("fault", ["half", "rst", "chunkbad", "chunkcut"])
async def test_d16_a_body_that_breaks_off_is_read_again_by_the_unified_api_and_handed_on_by_the_proxy(
    fault: str,
) -> None:
    async with outlet() as out:
        with pytest.raises(VendorTrouble) as caught:
            await out.read(fault, name="unified")
        assert (caught.value.status, caught.value.reason) == (502, "vendor_unreachable")
        assert out.seen(fault) == 3
        response = await out.send(fault, name="proxy")
        with pytest.raises(httpx.RemoteProtocolError):
            await response.aread()
        assert out.seen(fault) == 4
    assert [(record.outcome, record.status) for record in out.records] == [("no_answer", 200)] * 2


@pytest.mark.parametrize(("method", "seen"), [("GET", 3), ("POST", 2)])
async def test_d15_a_kept_connection_that_breaks_on_reuse_costs_a_read_nothing(
    method: str, seen: int
) -> None:
    async with outlet() as out:
        first = await out.send("stale", method)
        assert await first.aread() == b"fresh"
        if method == "GET":
            second = await out.send("stale", method)
            assert await second.aread() == b"fresh"
        else:
            with pytest.raises(VendorTrouble) as caught:
                await out.send("stale", method)
            assert (caught.value.status, caught.value.reason) == (502, "outcome_uncertain")
            assert caught.value.details == {"outcome": "uncertain"}
        assert out.seen("stale") == seen


@pytest.mark.parametrize(("method", "details"), [("GET", {}), ("DELETE", {"outcome": "uncertain"})])
async def test_d14_a_silent_vendor_is_a_504_and_its_slot_is_free_again(
    method: str, details: dict[str, str]
) -> None:
    async with outlet(read_idle_seconds=0.1, limit=1) as out:
        with pytest.raises(VendorTrouble) as caught:
            await out.send("silent", method)
        assert (caught.value.status, caught.value.reason) == (504, "vendor_timeout")
        assert caught.value.details == details
        assert await out.upstream.closes()
        assert (await out.read("plain")).body == b"plain"


async def test_the_deadline_covers_all_attempts_and_frees_the_slot() -> None:
    async def call() -> None:
        with pytest.raises(VendorTrouble) as caught:
            await out.send("slow_headers")
        assert (caught.value.status, caught.value.reason) == (504, "vendor_timeout")

    async with outlet(seconds=0.3, limit=1) as out:
        assert 0.29 < await elapsed(call()) < 1.0
        assert await out.upstream.closes()
        assert (await out.read("plain")).body == b"plain"
    assert [(record.outcome, record.attempts) for record in out.records] == [
        ("no_answer", 1),
        ("answered", 1),
    ]


async def test_a_503_whose_wait_does_not_fit_the_deadline_is_handed_on_at_once() -> None:
    async def call() -> None:
        response = await out.send("answers/503/30")
        assert (response.status_code, response.headers["retry-after"]) == (503, "30")
        await response.aclose()

    async with outlet(seconds=20) as out:
        assert await elapsed(call()) < 1.0
        assert out.seen("answers/503/30") == 1


@pytest.mark.parametrize("fault", ["answers/503", "close", "rst_before"])
async def test_e5_a_vendor_that_fails_always_sees_a_fifth_more_calls_and_three(fault: str) -> None:
    async with outlet(breakers=Breakers(PATIENT)) as out:
        for _ in range(5):
            await asyncio.gather(*(closed(out.send(fault)) for _ in range(40)))
        assert 200 < out.seen(fault) <= 200 * 1.2 + 3


async def test_e5_calls_in_turn_are_bounded_alike() -> None:
    async with outlet(breakers=Breakers(PATIENT)) as out:
        for _ in range(60):
            await closed(out.send("answers/502"))
        assert 60 < out.seen("answers/502") <= 60 * 1.2 + 3


def test_e5_accounts_do_not_share_a_budget_and_a_rest_renews_it() -> None:
    budget = Budget()
    budget.begin(0.0)
    assert [budget.spend() for _ in range(4)] == [True, True, True, False]
    budget.end(1.0)
    budget.begin(2.0)
    assert not budget.spend()
    budget.end(3.0)
    budget.begin(3.0 + QUIET + 1)
    assert [budget.spend() for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("fault", ["huge_header", "many_headers", "split", "nul", "two_lengths", "continues"])
async def test_d12_d24_a_head_that_is_no_head_is_a_502_or_504_and_frees_its_slot(fault: str) -> None:
    async with outlet(read_idle_seconds=0.2, limit=1) as out:
        with pytest.raises(VendorTrouble) as caught:
            await out.send(fault)
        expected = "504 vendor_timeout" if fault == "continues" else "502 vendor_unreachable"
        assert f"{caught.value.status} {caught.value.reason}" == expected
        assert await out.upstream.closes()
        assert (await out.read("plain")).body == b"plain"


async def test_d11_a_bomb_is_refused_by_whoever_unpacks_it_and_streams_to_whoever_does_not() -> None:
    async with outlet() as out:
        with pytest.raises(RemoteProblem) as caught:
            await out.read("bomb")
        assert (caught.value.status, caught.value.reason) == (502, "vendor_invalid_response")
        assert out.seen("bomb") == 1
        response = await out.send("bomb")
        assert response.headers["content-encoding"] == "gzip"
        assert isinstance(response.stream, httpx.AsyncByteStream)
        assert sum([len(chunk) async for chunk in response.stream]) == int(response.headers["content-length"])
        await response.aclose()


async def test_a_request_that_can_not_be_sent_is_the_callers_fault() -> None:
    async with outlet() as out:
        request = httpx.Request("GET", f"{out.upstream.url}/plain", headers=[(b"x-a", b"a\nb")])
        with pytest.raises(Problem) as caught:
            await out.pipe.send(connected(out.upstream.url), request)
        assert (caught.value.status, caught.value.reason) == (400, "invalid_request")
        assert out.upstream.seen == []


async def test_a_429_with_no_room_to_wait_is_handed_on_and_the_next_call_is_held_back() -> None:
    async with outlet(queue_seconds=0.5) as out:
        response = await out.send("answers/429/7")
        assert (response.status_code, response.headers["retry-after"]) == (429, "7")
        await response.aclose()
        with pytest.raises(Throttled) as caught:
            await out.send("plain")
        assert (caught.value.status, caught.value.reason) == (429, "account_rate")
        assert caught.value.headers == {"retry-after": "7"}
        assert out.seen("plain") == 0
