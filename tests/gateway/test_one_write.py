"""An answer's head and what follows it leave in one write, and a head that nothing follows does not wait for it."""

import asyncio
from collections.abc import Iterable
from typing import cast

import pytest

from gateway.protocol import Exit

pytestmark = pytest.mark.anyio


class Written:
    """A transport that keeps apart what it is given apart."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def writelines(self, parts: Iterable[bytes]) -> None:
        self.writes.append(b"".join(parts))

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        self.writes.append(b"(closed)")


def leading_to(written: Written) -> Exit:
    return Exit(cast(asyncio.Transport, written), asyncio.get_running_loop(), written.close)


async def test_head_and_body_are_one_write_and_the_rest_goes_as_it_comes() -> None:
    written = Written()
    exit_ = leading_to(written)
    for part in (b"head ", b"body", b"more"):
        exit_.write(part)
    await asyncio.sleep(0)
    assert written.writes == [b"head body", b"more"]


async def test_a_head_without_a_body_leaves_within_the_same_round() -> None:
    written = Written()
    exit_ = leading_to(written)
    exit_.write(b"head")
    assert written.writes == []
    await asyncio.sleep(0)
    assert written.writes == [b"head"]
    exit_.write(b"late body")
    assert written.writes == [b"head", b"late body"]


async def test_a_head_leaves_before_its_connection_closes() -> None:
    written = Written()
    exit_ = leading_to(written)
    exit_.write(b"head")
    exit_.close()
    await asyncio.sleep(0)
    assert written.writes == [b"head", b"(closed)"]
