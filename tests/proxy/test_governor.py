"""A vendor's rate limit is kept: in order of arrival, for a bounded time, and by nobody calling while it is frozen."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.connections import Connection
from providers.provider import Limits
from proxy.bucket import SPARE, Bucket
from proxy.figures import FARTHEST, LONGEST, Figures, stated_figures, stated_wait
from proxy.gate import FIRST_PAUSE, LONGEST_PAUSE, MOST_WAITING, Gate
from proxy.governor import Governor
from proxy.turns import Urgency
from schemas.errors import Throttled
from tests.house import open_house
from tests.proxy.outlet import closed, connected, elapsed, outlet

pytestmark = pytest.mark.anyio

QUICK = Limits(rate=50, per=1.0, burst=0)
SLOW = Limits(rate=1, per=10.0)


@given(
    rate=st.integers(1, 200),
    burst=st.integers(0, 200),
    pauses=st.lists(st.floats(0, 0.5), min_size=1, max_size=80),
)
def test_no_window_ever_holds_more_calls_than_rate_and_burst_allow(
    rate: int, burst: int, pauses: list[float]
) -> None:
    limits, bucket, now, gone = Limits(rate, 1.0, burst), Bucket(), 0.0, []
    for pause in pauses:
        now = max(now + pause, bucket.ready_at(now + pause, limits))
        bucket.take(now, limits)
        gone.append(now)
    for start in range(len(gone)):
        for end in range(start, len(gone)):
            allowed = 1 + burst * (1 - SPARE) + rate * (gone[end] - gone[start])
            assert end - start + 1 <= allowed + 1e-6


@given(ahead=st.integers(0, 50), taken=st.integers(0, 50))
def test_the_wait_that_is_foretold_is_the_wait_that_comes(ahead: int, taken: int) -> None:
    limits, bucket = Limits(10, 1.0, 8), Bucket()
    for _ in range(taken):
        bucket.take(0.0, limits)
    foretold, now = bucket.ready_at(0.0, limits, ahead), 0.0
    for _ in range(ahead):
        now = max(now, bucket.ready_at(now, limits))
        bucket.take(now, limits)
    assert bucket.ready_at(now, limits) == pytest.approx(foretold)


def test_after_a_freeze_calls_come_one_by_one() -> None:
    limits, bucket = Limits(10, 1.0, 8), Bucket()
    bucket.freeze(5.0, limits)
    assert [bucket.ready_at(0.0, limits, ahead) for ahead in range(3)] == pytest.approx([5.0, 5.1, 5.2])
    bucket.freeze(3.0, limits)
    assert bucket.ready_at(0.0, limits) == 5.0, "a shorter wait does not shorten a longer one"


def test_figures_say_what_is_left_and_when_all_of_it_is_back() -> None:
    limits, bucket = Limits(25, 1.0, 20), Bucket()
    assert bucket.figures(0.0, limits) == Figures("25;w=1", 16, 0)
    for _ in range(16):
        assert bucket.ready_at(0.0, limits) == 0.0
        bucket.take(0.0, limits)
    assert bucket.figures(0.0, limits) == Figures("25;w=1", 0, 1)
    assert bucket.figures(10.0, limits) == Figures("25;w=1", 16, 0)
    bucket.freeze(12.0, limits)
    assert bucket.figures(10.0, limits) == Figures("25;w=1", 0, 3)


async def test_calls_go_in_order_of_arrival_at_the_limits_pace() -> None:
    gate, gone = Gate(), []

    async def call(number: int) -> None:
        await gate.enter(QUICK, 10.0)
        gone.append(number)

    took = await elapsed(asyncio.gather(*(call(number) for number in range(21))))
    assert gone == list(range(21))
    assert 0.39 <= took < 1.0


async def test_what_can_not_be_served_in_time_fails_at_once_and_says_when() -> None:
    gate = Gate()
    await gate.enter(SLOW, 0.0)

    async def call() -> None:
        with pytest.raises(Throttled) as caught:
            await gate.enter(SLOW, 9.0)
        assert caught.value.headers == {"retry-after": "10"}

    assert await elapsed(call()) < 0.1


async def test_a_caller_that_leaves_the_queue_frees_its_place() -> None:
    gate, limits = Gate(), Limits(rate=5)
    await gate.enter(limits, 0.0)
    leaving = [asyncio.create_task(gate.enter(limits, 1.0)) for _ in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(Throttled):
        await gate.enter(limits, 0.9)
    for task in leaving:
        task.cancel()
    await asyncio.gather(*leaving, return_exceptions=True)
    assert await elapsed(gate.enter(limits, 0.9)) < 0.3


async def test_a_turn_that_came_too_late_for_its_caller_goes_to_the_next() -> None:
    gate, limits = Gate(), Limits(rate=5)
    await gate.enter(limits, 0.0)
    leaving = asyncio.create_task(gate.enter(limits, 1.0))
    await asyncio.sleep(0)
    time.sleep(0.2)  # noqa: ASYNC251  its turn has come, and it could not take it yet
    gate._release()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await elapsed(gate.enter(limits, 0.1)) < 0.05


async def test_one_that_had_its_turn_and_was_sent_back_goes_first() -> None:
    gate, gone = Gate(), []

    async def call(name: str, urgency: Urgency = Urgency.PROMPT) -> None:
        await gate.enter(QUICK, 10.0, urgency=urgency)
        gone.append(name)

    await gate.enter(QUICK, 0.0)
    await asyncio.gather(call("first"), call("second"), call("sent back", Urgency.SENT_BACK))
    assert gone == ["sent back", "first", "second"]


async def test_a_queue_has_an_end() -> None:
    gate = Gate()
    gate.note(None, 429, httpx.Headers({"retry-after": "1"}))
    waiting = [asyncio.create_task(gate.enter(None, 5.0)) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Throttled):
        await gate.enter(None, 5.0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_e1_nobody_calls_before_the_vendor_wants_it() -> None:
    async with outlet() as out:
        first = closed(out.send("answers/429/1", "POST"))
        assert await first == 429
        took = await elapsed(asyncio.gather(*(closed(out.send("answers/200")) for _ in range(20))))
        assert 0.95 <= took < 5.0
        assert out.seen("answers/200") == 20


async def test_e1_those_that_can_not_be_served_in_time_after_a_429_learn_it_at_once() -> None:
    gate = Gate()
    gate.note(None, 429, httpx.Headers({"retry-after": "1"}))
    waiting = [asyncio.create_task(gate.enter(None, 3.0)) for _ in range(5)]
    await asyncio.sleep(0)

    async def turned_away() -> None:
        gate.note(None, 429, httpx.Headers({"retry-after": "30"}))
        for found in await asyncio.gather(*waiting, return_exceptions=True):
            assert isinstance(found, Throttled)
            assert found.headers == {"retry-after": "30"}

    assert await elapsed(turned_away()) < 0.2


def waiting_for(stated: str) -> httpx.Headers:
    return httpx.Headers([(b"retry-after", stated.encode(errors="surrogatepass"))])


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("2", 2.0),
        ("0", 1.0),
        ("1.5", 1.5),
        (" 7 ", 7.0),
        ("1000000000", LONGEST),
        ("9" * 400, LONGEST),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 1.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("NaN", None),
        ("1e9", None),
        ("٣", None),
        ("Fri, 99 Foo 2026 00:00:00 GMT", None),
    ],
)
def test_e2_a_retry_after_in_any_form_is_read_within_bounds(stated: str, seconds: float | None) -> None:
    assert stated_wait(waiting_for(stated), now=1_790_000_000.0) == seconds


def test_e2_a_date_is_counted_from_now() -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    stated = httpx.Headers({"retry-after": format_datetime(now + timedelta(seconds=42), usegmt=True)})
    assert stated_wait(stated, now.timestamp()) == 42.0


@given(st.text())
def test_e2_no_text_breaks_the_reading(stated: str) -> None:
    wait = stated_wait(waiting_for(stated), now=1_790_000_000.0)
    assert wait is None or 1.0 <= wait <= LONGEST


async def test_e2_without_a_word_of_the_vendors_the_pause_doubles_and_ends_with_a_success() -> None:
    gate, pauses = Gate(), []
    for _ in range(8):
        gate.note(None, 429, httpx.Headers({}))
        gate.note(None, 429, httpx.Headers({}))  # of two that were under way together only one counts
        pauses.append(gate.wait(None))
        gate._bucket.frozen_until = gate._bucket.due = 0.0
    assert pauses == pytest.approx([min(FIRST_PAUSE * 2**n, LONGEST_PAUSE) for n in range(8)], abs=0.1)
    gate._bucket.due = 0.0
    gate.note(None, 200, httpx.Headers({}))
    gate.note(None, 429, httpx.Headers({}))
    assert gate.wait(None) == pytest.approx(FIRST_PAUSE, abs=0.1)


async def test_all_accounts_of_one_instance_share_a_gate_and_others_have_their_own() -> None:
    governor, one = Governor(), connected("https://a.example")
    assert governor.gate(replace(one, account_id="two", tenant_id="two")) is governor.gate(one)
    assert governor.gate(replace(one, origin="https://b.example")) is not governor.gate(one)


def test_an_environment_replaces_what_it_states_of_the_providers_limits() -> None:
    declared = Limits(rate=25, per=2.0, burst=20, rejects_unprocessed=True)
    plain = connected("https://a.example", limits=declared)
    assert plain.limits == declared
    own = {"limits": {"rate": 5}}
    assert stating(plain, own).limits == Limits(5, 2.0, 20, rejects_unprocessed=True)
    assert stating(plain, {"limits": {"concurrency": 3}}).limits == replace(declared, concurrency=3)
    none = connected("https://a.example")
    assert none.limits is None
    assert stating(none, own).limits == Limits(5)


def stating(connection: Connection, override: Mapping[str, Any]) -> Connection:
    return replace(connection, environment_override=override)


@pytest.mark.parametrize(
    ("headers", "figures"),
    [
        (
            {"ratelimit-limit": "100;w=60", "ratelimit-remaining": "7", "ratelimit-reset": "30"},
            Figures("100;w=60", 7, 30),
        ),
        (
            {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1790000012"},
            Figures("100", 0, 12),
        ),
        (
            {"x-rate-limit-limit": "5", "x-rate-limit-remaining": "5", "x-rate-limit-reset": "1.2"},
            Figures("5", 5, 2),
        ),
        (
            {
                "x-ratelimit-limit": "9, 9;w=1",
                "x-ratelimit-remaining": "1",
                "x-ratelimit-reset": "Mon, 21 Sep 2026 14:13:22 GMT",
            },
            Figures("9;w=1", 1, 2),
        ),
        ({"x-ratelimit-limit": "100", "x-ratelimit-remaining": "some", "x-ratelimit-reset": "1"}, None),
        (
            {"x-ratelimit-limit": "9", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1790000012000"},
            Figures("9", 0, 12),
        ),
        (
            {"x-ratelimit-limit": "9", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 400},
            Figures("9", 0, FARTHEST),
        ),
        ({"x-ratelimit-limit": "100"}, None),
        ({}, None),
    ],
)
def test_figures_of_a_vendor_are_brought_into_one_form(
    headers: dict[str, str], figures: Figures | None
) -> None:
    assert stated_figures(httpx.Headers(headers), now=1_790_000_000.0) == figures


async def test_many_callers_at_once_are_never_turned_down_by_a_vendor_whose_limit_is_declared(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path, limits={}, rate_limit=True) as house:
        await house.coupa.post("/_sandbox/stats/reset")
        answers = await asyncio.gather(*(house.get("accounting/currencies?limit=1") for _ in range(70)))
        assert {answer.status_code for answer in answers} == {200}
        stats = await house.stats()
        assert (stats["requests"], stats["refused"]) == (70, 0)
