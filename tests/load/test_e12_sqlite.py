"""E12: a SQLite file that is full, read-only or damaged is a 503 and not ready, and nothing is written by halves."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from auth.database import Database, Unavailable
from schemas.tables import Environment
from tests.house import House

pytestmark = pytest.mark.anyio


@contextmanager
def no_file_written() -> Iterator[None]:
    """As if the disk were full: this process may not write to files."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def is_ready(house: House) -> tuple[int, str]:
    answer = await house.client.get("/readyz")
    return answer.status_code, answer.json()["checks"]["database"]


async def change(house: House, rate: int) -> httpx.Response:
    return await house.client.patch(
        f"/environment-integration/{house.integration}", json={"override": {"limits": {"rate": rate}}}
    )


async def test_e12_a_full_disk_refuses_writes_keeps_what_there_is_and_serves_on_once_there_is_room(
    house: House,
) -> None:
    path = f"/environment-integration/{house.integration}"
    kept = (await house.client.get(path)).json()
    with no_file_written():
        refused = await change(house, 7)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert refused.json()["details"] == {"reason": "database_unavailable"}
        assert await is_ready(house) == (503, "unreachable")
        assert (await house.client.get(path)).json() == kept
        assert (await house.get("accounting/currencies?limit=1")).status_code == 200
    assert await is_ready(house) == (200, "ok")
    assert (await house.client.get(path)).json() == kept
    assert (await change(house, 8)).json()["override"]["limits"] == {"rate": 8}


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A database with a thousand rows, closed."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/koine.db")
    await database.migrate()
    async with database.write() as session:
        session.add_all(Environment(name=f"environment {number}") for number in range(1000))
    await database.close()
    return tmp_path / "koine.db"


async def environments(database: Database) -> int:
    async with database.read() as session:
        return len((await session.exec(select(Environment))).all())


async def refuses_writes(database: Database) -> None:
    with pytest.raises(Unavailable):
        async with database.write() as session:
            session.add(Environment(name="more"))
    with pytest.raises(Unavailable):
        await database.look()


async def test_e12_a_read_only_file_can_be_read_and_is_not_ready(file: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///file:{file}?mode=ro&uri=true")
    assert await environments(database) == 1000
    await refuses_writes(database)
    assert await environments(database) == 1000
    await database.close()


async def test_e12_a_file_whose_head_is_damaged_is_unavailable(file: Path) -> None:
    with file.open("r+b") as damaged:
        damaged.write(b"no database")
    database = Database(f"sqlite+aiosqlite:///{file}")
    await refuses_writes(database)
    await database.close()


async def test_e12_damaged_pages_are_unavailable(file: Path) -> None:
    with file.open("r+b") as damaged:
        pages = damaged.seek(0, os.SEEK_END) // 4096
        for page in range(pages // 2, pages):
            damaged.seek(page * 4096)
            damaged.write(os.urandom(64))
    database = Database(f"sqlite+aiosqlite:///{file}")
    with pytest.raises(Unavailable):
        await environments(database)
    await database.close()
