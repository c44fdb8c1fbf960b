"""What is told of a call when it is over: once, with how it ended."""

import asyncio

import pytest

from tests.proxy.outlet import outlet

pytestmark = pytest.mark.anyio


async def test_a_call_is_told_of_once_when_its_last_byte_is_there() -> None:
    async with outlet() as out:
        response = await out.send("echo/a%20b?q=secret", "POST", content=b"12345")
        assert out.records == []
        body = await response.aread()
        await response.aclose()
    (record,) = out.records
    assert (record.method, record.path, record.status, record.outcome) == (
        "POST",
        "/echo/a%20b",
        200,
        "answered",
    )
    assert (record.attempts, record.request_bytes, record.response_bytes) == (1, 5, len(body))
    assert (record.account_id, record.environment_id, record.provider) == ("one", "default", "plain")
    assert record.seconds_to_first_byte is not None
    assert 0 < record.seconds_to_first_byte <= record.seconds < 5
    assert record.started_at.tzinfo is not None


async def test_an_answer_that_is_closed_before_its_end_counts_as_cancelled() -> None:
    async with outlet() as out:
        response = await out.send("endless")
        await response.aclose()
        assert await out.upstream.closes()
    assert [(record.status, record.outcome) for record in out.records] == [(200, "cancelled")]


async def test_a_call_that_is_cancelled_is_told_of_too() -> None:
    async with outlet() as out:
        call = asyncio.create_task(out.send("silent"))
        await asyncio.sleep(0.2)
        assert out.seen("silent") == 1
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await out.upstream.closes()
    (record,) = out.records
    assert record.status is None
    assert (record.outcome, record.attempts) == ("cancelled", 1)
