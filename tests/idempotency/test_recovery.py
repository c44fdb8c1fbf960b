"""How a write whose outcome is unknown is found again: what a look-up says decides, and one look-up runs at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from auth.database import Database
from proxy.once import Absent, Attempt, Finding, Found, Ledger, Unknown, Write, once
from schemas.errors import Conflict, Problem, RemoteProblem, VendorTrouble

pytestmark = pytest.mark.anyio
SECRET = bytes(range(32))


class Vendor:
    """What the vendor has, and how often it was written to and asked. `lost`: answers that do not arrive."""

    def __init__(self, *, lost: int = 1, acts: bool = True) -> None:
        self.records: list[str] = []
        self.lost, self.acts = lost, acts
        self.writes = self.looks = 0

    async def run(self, attempt: Attempt) -> Response:
        self.writes += 1
        await asyncio.sleep(0.01)
        if self.acts:
            self.records.append(attempt.handle)
        if self.lost:
            self.lost -= 1
            raise VendorTrouble("no answer", reason="outcome_uncertain", outcome="uncertain")
        return JSONResponse({"id": attempt.handle}, 201)

    async def recover(self, attempt: Attempt) -> Finding:
        self.looks += 1
        await asyncio.sleep(0.01)
        if attempt.handle in self.records:
            return Found(JSONResponse({"id": attempt.handle}, 201))
        return Absent()


def asked(key: str | None = "k-1", body: bytes = b"{}") -> Write:
    return Write("e1", "a1", "t1", "POST", b"/unified/x/y", b"", body, key, "request-1")


@pytest.fixture
async def ledger(url: str) -> AsyncIterator[Ledger]:
    async with opened(url) as found:
        yield found


@asynccontextmanager
async def opened(url: str, **more: Any) -> AsyncIterator[Ledger]:
    database = Database(url)
    yield Ledger(database, SECRET, **{"quiet": timedelta(0), **more})
    await database.close()


async def lose(ledger: Ledger, vendor: Vendor, write: Write) -> None:
    with pytest.raises(VendorTrouble) as failed:
        await once(ledger, write, vendor.run, vendor.recover)
    assert failed.value.details == {"outcome": "uncertain"}


def marks(response: Response) -> list[str]:
    return [name for name in response.headers if name.startswith("idempotency-")]


@pytest.mark.parametrize("key", ["k-1", None])
async def test_what_is_found_is_a_success_and_stays_one(ledger: Ledger, key: str | None) -> None:
    vendor = Vendor()
    await lose(ledger, vendor, asked(key))
    found = await once(ledger, asked(key), vendor.run, vendor.recover)
    assert (found.status_code, marks(found)) == (201, ["idempotency-recovered"])
    again = await once(ledger, asked(key), vendor.run, vendor.recover)
    assert (again.body, marks(again)) == (found.body, ["idempotency-replayed"])
    assert (vendor.writes, vendor.looks, len(vendor.records)) == (1, 1, 1)


@pytest.mark.parametrize("key", ["k-1", None])
async def test_what_is_surely_absent_is_sent_again_under_the_same_handle(
    ledger: Ledger, key: str | None
) -> None:
    vendor = Vendor(acts=False)
    handles = []

    async def run(attempt: Attempt) -> Response:
        handles.append(attempt.handle)
        return await vendor.run(attempt)

    with pytest.raises(VendorTrouble):
        await once(ledger, asked(key), run, vendor.recover)
    vendor.acts = True
    answer = await once(ledger, asked(key), run, vendor.recover)
    assert (answer.status_code, marks(answer)) == (201, [])
    assert (vendor.writes, vendor.looks, len(vendor.records)) == (2, 1, 1)
    assert handles[0] == handles[1]


async def test_where_nothing_tells_the_caller_hears_what_to_check(ledger: Ledger) -> None:
    vendor = Vendor()
    await lose(ledger, vendor, asked())

    async def recover(attempt: Attempt) -> Finding:
        return Unknown("look for the invoice INV-7 at the vendor")

    for _ in range(2):
        with pytest.raises(VendorTrouble, match="look for the invoice INV-7 at the vendor") as failed:
            await once(ledger, asked(), vendor.run, recover)
        assert (failed.value.status, failed.value.reason) == (502, "outcome_uncertain")
    assert vendor.writes == 1


async def test_a_look_up_that_fails_tells_nothing(ledger: Ledger) -> None:
    vendor = Vendor()
    await lose(ledger, vendor, asked())

    async def recover(attempt: Attempt) -> Finding:
        raise RemoteProblem("away", status=503)

    with pytest.raises(VendorTrouble, match="not known"):
        await once(ledger, asked(), vendor.run, recover)
    found = await once(ledger, asked(), vendor.run, vendor.recover)
    assert marks(found) == ["idempotency-recovered"]
    assert vendor.writes == 1


async def test_many_repeats_at_once_look_up_once_and_write_once(ledger: Ledger) -> None:
    vendor = Vendor(acts=False)
    await lose(ledger, vendor, asked())
    vendor.acts = True

    async def repeat() -> str:
        try:
            answer = await once(ledger, asked(), vendor.run, vendor.recover)
        except Conflict as problem:
            return str(problem.reason)
        return f"{answer.status_code} {marks(answer)}"

    said = [await each for each in asyncio.as_completed([repeat() for _ in range(30)])]
    assert said.count("201 []") == 1
    assert set(said) <= {"201 []", "201 ['idempotency-replayed']", "idempotency_in_flight"}
    assert (vendor.writes, vendor.looks, len(vendor.records)) == (2, 1, 1)


async def test_absence_counts_only_when_the_vendor_has_had_time_to_finish(url: str) -> None:
    vendor = Vendor(acts=False)
    waited: list[float] = []
    handle = ""

    async def run(attempt: Attempt) -> Response:
        nonlocal handle
        handle = attempt.handle
        return await vendor.run(attempt)

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        vendor.records.append(handle)  # the vendor was only slow

    async with opened(url, quiet=timedelta(seconds=5), sleep=sleep) as ledger:
        with pytest.raises(VendorTrouble):
            await once(ledger, asked(), run, vendor.recover)
        answer = await once(ledger, asked(), run, vendor.recover)
    assert marks(answer) == ["idempotency-recovered"]
    assert len(waited) == 1
    assert 0 < waited[0] <= 5
    assert (vendor.writes, vendor.looks) == (1, 2)


@pytest.mark.parametrize(
    ("problem", "kept"),
    [
        (RemoteProblem("no", status=422), True),
        (RemoteProblem("no", status=429), False),
        (RemoteProblem("no", status=500), True),
        (VendorTrouble("no", outcome="not_applied"), False),
        (VendorTrouble("no", outcome="uncertain"), True),
        (VendorTrouble("no"), True),
        (Conflict("no"), False),
    ],
)
async def test_how_a_failure_leaves_the_key(ledger: Ledger, problem: Problem, kept: bool) -> None:
    async def run(attempt: Attempt) -> Response:
        raise problem

    async def done(attempt: Attempt) -> Response:
        return JSONResponse({}, 201)

    with pytest.raises(type(problem)):
        await once(ledger, asked(), run)
    assert await is_new(ledger, done) is not kept


async def is_new(ledger: Ledger, done: Callable[[Attempt], Any]) -> bool:
    """Whether the write is executed now."""
    try:
        return marks(await once(ledger, asked(), done)) == []
    except VendorTrouble:
        return False


async def test_an_unforeseen_failure_is_in_doubt(ledger: Ledger) -> None:
    async def run(attempt: Attempt) -> Response:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await once(ledger, asked(), run)
    with pytest.raises(VendorTrouble, match="not known"):
        await once(ledger, asked(), run)


@pytest.mark.parametrize("key", ["k-1", None])
async def test_a_write_that_is_cancelled_is_in_doubt(ledger: Ledger, key: str | None) -> None:
    begun = asyncio.Event()

    async def run(attempt: Attempt) -> Response:
        begun.set()
        await asyncio.sleep(60)
        raise AssertionError

    task = asyncio.create_task(once(ledger, asked(key), run))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(VendorTrouble, match="not known"):
        await once(ledger, asked(key), run)


async def test_a_write_that_takes_longer_than_its_lease_stays_in_flight(url: str) -> None:
    begun, end = asyncio.Event(), asyncio.Event()

    async def run(attempt: Attempt) -> Response:
        begun.set()
        await end.wait()
        return JSONResponse({}, 201)

    lease = timedelta(seconds=0.3)
    async with opened(url, lease=lease) as ours, opened(url, lease=lease) as theirs:
        task = asyncio.create_task(once(ours, asked(), run))
        await begun.wait()
        for _ in range(4):
            await asyncio.sleep(0.15)
            await ours.renew()
            with pytest.raises(Conflict):
                await once(theirs, asked(), run)
        end.set()
        assert (await task).status_code == 201
        assert marks(await once(theirs, asked(), run)) == ["idempotency-replayed"]


async def test_an_attempt_that_was_taken_for_dead_can_not_overwrite_what_came_after(url: str) -> None:
    """A process that stood still wakes up: its caller hears its answer, the record keeps the later one."""
    begun, end = asyncio.Event(), asyncio.Event()
    vendor = Vendor(lost=0)

    async def frozen(attempt: Attempt) -> Response:
        begun.set()
        await end.wait()
        return JSONResponse({"id": "late"}, 201)

    async with opened(url, lease=timedelta(0)) as ours, opened(url) as theirs:
        task = asyncio.create_task(once(ours, asked(), frozen))
        await begun.wait()
        later = await once(theirs, asked(), vendor.run, vendor.recover)
        end.set()
        assert (await task).body == b'{"id":"late"}'
        assert (await once(theirs, asked(), vendor.run)).body == later.body
