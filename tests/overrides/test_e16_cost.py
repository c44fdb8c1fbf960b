"""E16: an expression can neither hold up the gateway nor take its memory, whatever it says of whatever record."""

import asyncio
import gc
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

import orjson
import pytest

from providers.overrides.budget import Budget, Fault
from providers.overrides.expression import LONGEST, BadExpression, read_expression
from providers.overrides.override import STEPS
from tests.house import House
from tests.overrides.bends import bend, of_contacts

pytestmark = pytest.mark.anyio
LINES = [
    {"id": at, "name": f"line {at}", "parts": [{"n": str(each)} for each in range(20)]} for at in range(2000)
]
RECORD: dict[str, Any] = {"id": 1, "name": "x" * 10_000, "lines": LINES, "text": '\\"' * 500}


def repeated(start: str, step: str, times: int = 40) -> str:
    return start + step * min(times, (LONGEST - len(start)) // len(step))


DOUBLED = repeated("id", " | [@, @]", 30)
DEVOURING = {
    "doubling a list": repeated("@", " | [@, @][]"),
    "doubling without flattening": repeated("@", " | [@, @]"),
    "comparing what was doubled": f"({DOUBLED}) == ({DOUBLED})",
    "doubling a text": repeated("name", " | join('', [@, @])"),
    "escaping a text": repeated("text", " | to_string([@])"),
    "writing the record out": repeated("to_string(lines)", " && to_string(lines)"),
    "loops in loops": "lines[].parts[].n | [?contains(@, '1')] | [?length(@) > `0`] | map(&[@, @, @, @], @)[][]",
    "every line against every line": "[" + ",".join(["lines[?id > `5`].parts[].n"] * 70) + "]",
    "sorting": "[" + ",".join(["sort_by(lines, &name)[0]"] * 80) + "]",
    "many texts": "[" + ",".join(["name"] * 400) + "]",
    "objects of objects": repeated("@", " | {a: @, b: @}"),
    "merging": repeated("@", " | merge(@, {a: @})"),
}


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    """A collection of all that other tests have left would be taken for the expression's time."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("text", DEVOURING.values(), ids=DEVOURING)
def test_e16_what_would_devour_time_or_memory_is_stopped(text: str) -> None:
    expression = read_expression(text)
    tracemalloc.start()
    started = time.thread_time()
    with pytest.raises(Fault):
        expression.value(RECORD, Budget(STEPS))
    spent = time.thread_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent < 0.5
    assert peak < 20 * 1024 * 1024


def test_e16_what_is_within_the_budget_is_small_enough_to_be_written() -> None:
    """The largest answer that a budget allows, found by halving."""
    for count in range(1, 200):
        text = "[" + ",".join(["name"] * count) + "]"
        try:
            found = read_expression(text).value(RECORD, Budget(STEPS))
        except Fault:
            break
        assert len(orjson.dumps(found)) <= 16 * STEPS + 1000
    else:
        pytest.fail("nothing stopped it")


async def test_e16_a_page_of_the_dearest_expressions_lets_others_have_their_turn(house: House) -> None:
    dear = "@ | " + " | ".join(["[@, @][]"] * 10) + " | length(@)"
    await bend(
        house, of_contacts(response={"custom_fields": {f"f{at}": dear for at in range(20)}, "name": dear})
    )
    ticks, done = [time.perf_counter()], False

    async def tick() -> None:
        while not done:
            await asyncio.sleep(0)
            ticks.append(time.perf_counter())

    ticking = asyncio.create_task(tick())
    answer = await house.get("accounting/contacts?limit=50&truto_exclude_fields=remote_data")
    done = True
    await ticking
    assert answer.status_code == 200
    assert answer.headers["koine-override-faults"]
    assert max(later - former for former, later in pairwise(ticks)) < 0.5


def test_e16_the_longest_expressions_are_checked_in_time() -> None:
    openings = ("[" * 1024 + "]" * 1024, "!" * LONGEST, "(" * LONGEST)
    for text in (*openings, *(repeated("a", step, LONGEST) for step in (".a", "||a", "[]", "[?a]"))):
        started = time.thread_time()
        with suppress(BadExpression):
            read_expression.__wrapped__(text)
        assert time.thread_time() - started < 0.5
