"""A6: a disk that takes nothing more costs the journal, not the token."""

from pathlib import Path

import pytest

from auth.database import Database
from tests.renewal.linked import link
from tests.renewal.standin import stand_in
from tests.renewal.workers import Place, start

pytestmark = pytest.mark.anyio


async def test_a6_a_token_is_renewed_and_stored_though_no_file_can_be_written(
    postgres_url: str, tmp_path: Path
) -> None:
    with stand_in("strict") as vendor:
        database = Database(postgres_url)
        accounts = await link(database, vendor, 3)
        await database.close()
        vendor.reset()
        found = []
        for is_full in (True, False):
            worker = start(Place(postgres_url, vendor, str(tmp_path / "journal"), is_full=is_full))
            found.append(await worker.tokens(accounts, 5))
            worker.end()
        first, second = found
        assert len(set(first)) == len(accounts)
        assert [each for each in first if each[:3].isdecimal()] == []
        assert first == second  # the next process has them from the database
        assert vendor.stats()["token_requests_by_grant"]["refresh_token"] == len(accounts)
    assert list((tmp_path / "journal").iterdir()) == []
