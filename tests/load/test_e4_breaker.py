"""E4: a vendor that fails is left alone, and asked by one call, when it has had its rest, whether it is back."""

import asyncio
from pathlib import Path

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from providers.provider import Limits
from proxy import tally
from proxy.breaker import TERMS, Breaker, Breakers, Circuit, CircuitOpen, Terms, failed
from proxy.guard import AddressRefused
from proxy.repeats import Kind, Landing
from proxy.tally import Tally
from schemas.errors import VendorTrouble
from tests.house import open_house
from tests.proxy.outlet import closed, outlet

pytestmark = pytest.mark.anyio

QUICK = Terms(seconds=0.2)


class Model(RuleBasedStateMachine):
    """What the breaker is to do, told from the whole history; attempts begin and end at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.changes: list[Circuit] = []
        self.breaker = Breaker(on_change=self.changes.append, chance=lambda: 0.5)
        self.circuit = Circuit.CLOSED
        self.history: list[tuple[float, bool]] = []  # since the circuit closed
        self.opened = 0
        self.closed_at = 0.0
        self.until = 0.0
        self.under_way: list[int] = []
        self.probe: int | None = None

    @rule(seconds=st.one_of(st.floats(0, 3), st.sampled_from([29.0, 33.0, 100.0, 331.0])))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def begin(self) -> None:
        may_go = self.circuit is Circuit.CLOSED or (self.circuit is Circuit.OPEN and self.now >= self.until)
        assert self.breaker.refuses(self.now) is not may_go
        if not may_go:
            with pytest.raises(CircuitOpen) as caught:
                self.breaker.enter(self.now)
            assert caught.value.wait == pytest.approx(self.until - self.now)
            return
        period = self.breaker.enter(self.now)
        if self.circuit is Circuit.OPEN:
            self.circuit, self.probe = Circuit.HALF_OPEN, period
        else:
            self.under_way.append(period)

    @precondition(lambda self: self.under_way)
    @rule(has_failed=st.sampled_from([True, True, False, None]), data=st.data())
    def end(self, has_failed: bool | None, data: st.DataObject) -> None:
        period = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        is_current = self.circuit is Circuit.CLOSED and period == self.breaker.period
        self.breaker.leave(period, self.now, has_failed)
        if is_current and has_failed is not None:
            self.history.append((self.now, has_failed))
            if has_failed and self.is_too_much():
                self.open()

    @precondition(lambda self: self.probe is not None)
    @rule(has_failed=st.sampled_from([True, False, None]))
    def end_probe(self, has_failed: bool | None) -> None:
        assert self.probe is not None
        self.breaker.leave(self.probe, self.now, has_failed)
        self.probe = None
        if has_failed is None:
            self.circuit, self.until = Circuit.OPEN, self.now
        elif has_failed:
            self.open()
        else:
            self.circuit, self.closed_at, self.history = Circuit.CLOSED, self.now, []

    @rule(
        count=st.integers(1, 25),
        pattern=st.sampled_from([(True,), (False,), (False, True), (True, True, False)]),
    )
    def many(self, count: int, pattern: tuple[bool, ...]) -> None:
        for number in range(count):
            before = len(self.under_way)
            self.begin()
            if len(self.under_way) > before:
                period = self.under_way.pop()
                has_failed = pattern[number % len(pattern)]
                self.breaker.leave(period, self.now, has_failed)
                self.history.append((self.now, has_failed))
                if has_failed and self.is_too_much():
                    self.open()

    def is_too_much(self) -> bool:
        last = [has_failed for _, has_failed in self.history[-5:]]
        recent = [has_failed for at, has_failed in self.history if int(at) > int(self.now) - 30]
        return last == [True] * 5 or (len(recent) >= 20 and sum(recent) * 2 >= len(recent))

    def open(self) -> None:
        if self.circuit is Circuit.CLOSED and self.now - self.closed_at >= 300:
            self.opened = 0
        self.opened += 1
        self.circuit, self.until = Circuit.OPEN, self.now + min(30 * self.opened, 300) * 1.05

    @invariant()
    def agrees(self) -> None:
        assert self.breaker.circuit is self.circuit
        if self.changes:
            assert self.changes[-1] is self.circuit


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@pytest.mark.parametrize("fault", ["answers/503", "answers/500", "close", "rst_before", "garbage"])
async def test_e4_a_vendor_that_fails_five_times_in_a_row_is_not_asked_again(fault: str) -> None:
    async with outlet() as out:
        for _ in range(5):
            await closed(out.send(fault, "POST"))
        with pytest.raises(VendorTrouble) as caught:
            await out.send("plain", "POST")
        assert out.seen(fault) == 5
        assert out.seen("plain") == 0
        assert await closed(out.send("plain", name="another account")) == 200
    problem = caught.value
    assert (problem.status, problem.reason) == (503, "circuit_open")
    assert problem.details == {"outcome": "not_applied"}
    assert 30 <= int(problem.headers["retry-after"]) <= 33


@pytest.mark.parametrize("status", [429, 400, 401, 404, 422])
async def test_e4_what_a_vendor_refuses_is_no_failure(status: int) -> None:
    async with outlet() as out:
        for _ in range(12):
            await closed(out.send(f"answers/{status}/1" if status == 429 else f"answers/{status}", "POST"))
            out.pipe._way.governor._gates.clear()  # the limit's own pause is another matter
        assert await closed(out.send("plain")) == 200


def test_e4_a_reason_on_our_side_says_nothing_of_the_vendor() -> None:
    ours = [AddressRefused("10.0.0.1"), httpx.PoolTimeout(""), httpx.LocalProtocolError("")]
    assert [failed(Landing(error=error)) for error in ours] == [None] * 3
    assert failed(Landing(error=httpx.ReadTimeout(""))) is True


async def test_e4_repeats_end_where_the_circuit_opens_and_the_vendors_answer_is_handed_on() -> None:
    async with outlet() as out:
        statuses = [await closed(out.send("answers/502")) for _ in range(2)]
        assert statuses == [502, 502]
        assert out.seen("answers/502") == 5


async def test_e4_one_call_alone_asks_whether_the_vendor_is_back() -> None:
    changes: list[Circuit] = []
    breakers = Breakers(QUICK, lambda _, circuit: changes.append(circuit))
    async with outlet(breakers=breakers) as out:
        for _ in range(5):
            await closed(out.send("close", "POST"))
        assert breakers.open_count() == 1
        await asyncio.sleep(0.25)
        found = await asyncio.gather(*(closed(out.send("answers/503", "POST")) for _ in range(20)))
        assert out.seen("answers/503") == 1
        assert sorted(isinstance(each, VendorTrouble) for each in found) == [False] + [True] * 19
        await asyncio.sleep(0.5)  # twice as long
        assert await closed(out.send("plain", "POST")) == 200
        assert await asyncio.gather(*(closed(out.send("plain", "POST")) for _ in range(20))) == [200] * 20
    assert [change.value for change in changes] == ["open", "half_open", "open", "half_open", "closed"]
    assert breakers.open_count() == 0


async def test_e4_the_one_call_that_is_broken_off_leaves_its_part_to_the_next() -> None:
    async with outlet(breakers=Breakers(QUICK)) as out:
        for _ in range(5):
            await closed(out.send("close", "POST"))
        await asyncio.sleep(0.25)
        leaving = asyncio.create_task(out.send("silent"))
        await asyncio.sleep(0.05)
        assert isinstance(await closed(out.send("plain")), VendorTrouble)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        assert await closed(out.send("plain")) == 200


async def test_e4_a_vendor_that_keeps_silent_until_the_deadline_has_failed() -> None:
    async with outlet(seconds=0.05) as out:
        for _ in range(5):
            await closed(out.send("silent"))
        with pytest.raises(VendorTrouble) as caught:
            await out.send("plain")
    assert caught.value.reason == "circuit_open"


async def test_e4_a_callers_haste_is_no_fault_of_the_vendors() -> None:
    async with outlet() as out:
        for _ in range(6):
            hasty = Tally(until=asyncio.get_running_loop().time() + 0.03)
            tally.current.set(hasty)
            await closed(out.send("silent"))
        tally.current.set(None)
        assert await closed(out.send("plain")) == 200


async def test_e4_what_waits_for_its_turn_while_the_circuit_opens_is_not_sent() -> None:
    slow = Limits(rate=20, burst=0)
    async with outlet() as out:
        found = await asyncio.gather(*(closed(out.send("close", "POST", limits=slow)) for _ in range(9)))
        assert out.seen("close") == 5
    reasons = [each.reason for each in found if isinstance(each, VendorTrouble)]
    assert reasons == ["outcome_uncertain"] * 5 + ["circuit_open"] * 4


async def test_e4_a_write_that_may_have_been_done_is_not_called_undone() -> None:
    async with outlet(breakers=Breakers(Terms(in_a_row=1))) as out:
        with pytest.raises(VendorTrouble) as caught:
            await out.send("close", "PUT", kind=Kind.MARKED)
        assert (caught.value.status, caught.value.details) == (502, {"outcome": "uncertain"})
        assert out.seen("close") == 1


async def test_e4_the_envelope_and_the_figures_tell_of_an_open_circuit(tmp_path: Path) -> None:
    async with open_house(tmp_path, circuits=TERMS) as house:
        await house.fault(kind="503", path="/api/*", method="POST", count=99)
        for number in range(5):
            await house.client.post(
                f"/proxy/suppliers?integrated_account_id={house.account}", json={"name": f"Acme {number}"}
            )
        answer = await house.get("accounting/contacts")
        assert answer.status_code == 503
        assert 30 <= int(answer.headers["retry-after"]) <= 33
        body = answer.json()
        assert body == {
            "statusCode": 503,
            "error": "Service Unavailable",
            "message": "The vendor failed this account's calls again and again: none is sent until it has had a rest.",
            "request_id": body["request_id"],
            "details": {"reason": "circuit_open"},
        }
        figures = (await house.client.get("/metrics")).text
        assert "\nkoine_circuits_open 1.0\n" in figures
        assert 'koine_circuit_changes_total{circuit="open",provider="coupa"} 1.0\n' in figures
        told = [line for line in house.lines() if line["event"] == "circuit"]
        assert [(line["circuit"], line["level"], line["account_id"]) for line in told] == [
            ("open", "warning", house.account)
        ]
