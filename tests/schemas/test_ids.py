"""Ids that sort by time are UUIDs of version 7, and none comes twice."""

import time
from uuid import RFC_4122, UUID

from schemas.ids import timed_hex, timed_id


def test_an_id_is_a_uuid_of_version_7_that_holds_its_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    found = UUID(timed_id())
    after = time.time_ns() // 1_000_000
    assert (found.version, found.variant) == (7, RFC_4122)
    assert before <= found.int >> 80 <= after
    assert str(found) == str(UUID(str(found)))


def test_ids_sort_by_their_time_and_differ_within_it() -> None:
    first = timed_id()
    time.sleep(0.002)
    assert first < timed_id()
    assert len({timed_hex() for _ in range(10_000)}) == 10_000
    assert len(timed_hex()) == 32
