"""C16: a process that is killed between a vendor's success and the record of it leaves a write that nobody repeats."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import uvicorn

from proxy.guard import Guard
from proxy.transport import Transport
from sandbox.coupa import create_app as create_coupa
from tests.house import SANDBOX, House, open_house
from tests.idempotency import children
from tests.idempotency.conftest import allow_writes
from tests.idempotency.writing import departments, sent, write
from tests.proxy.front_door import ToUpstream

pytestmark = pytest.mark.anyio


@dataclass
class Scene:
    """A house, and its vendor's stand-in as a server that child processes reach, too."""

    house: House
    url: str
    port: int

    async def killed(self, point: str, method: str, path: str, body: Any) -> None:
        """One write by a process that kills itself at this point."""
        target = f"{path}?integrated_account_id={self.house.account}"
        words = (
            self.url,
            str(self.port),
            self.house.token,
            point,
            method,
            target,
            orjson.dumps(body).decode(),
        )
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", children.__name__, *words, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await asyncio.wait_for(child.communicate(), 60)
        assert (child.returncode, out) == (-signal.SIGKILL, b"")


@asynccontextmanager
async def serving_coupa() -> AsyncIterator[tuple[Any, int]]:
    coupa = create_coupa(seed=1, public_url=SANDBOX, rate_limit=False, bloat_factor=0.0)
    server = uvicorn.Server(uvicorn.Config(coupa, port=0, log_level="error", log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    try:
        yield coupa, server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await running


@pytest.fixture
async def scene(tmp_path: Path, url: str) -> AsyncIterator[Scene]:
    async with (
        serving_coupa() as (coupa, port),
        Transport(Guard(allow_private=True), resolver=ToUpstream(port)) as way_out,
        open_house(tmp_path, database_url=url, transport=way_out, stand_in=coupa) as opened,
    ):
        yield Scene(await allow_writes(opened), url, port)


async def repeated(house: House, **more: Any) -> httpx.Response:
    """The first answer that is not that the write is under way: a dead process counts as alive for its lease."""
    async with asyncio.timeout(20):
        while True:
            answer = await write(house, **more)
            if answer.status_code != 409:
                return answer
            assert answer.json()["details"] == {"reason": "idempotency_in_flight"}
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(("point", "calls"), [("claimed", 0), ("answered", 1)])
async def test_c16_a_write_of_a_dead_process_is_not_sent_again_where_nothing_tells(
    scene: Scene, point: str, calls: int
) -> None:
    await scene.killed(point, "POST", "/proxy/departments", {"name": "Kiln"})
    assert await sent(scene.house) == calls
    for _ in range(2):
        answer = await repeated(scene.house, content=b'{"name":"Kiln"}')
        assert answer.status_code == 502
        assert answer.json()["details"] == {"reason": "outcome_uncertain", "outcome": "uncertain"}
    assert await sent(scene.house) == calls
    assert await departments(scene.house) == calls


async def test_c16_a_write_that_was_recorded_before_the_death_is_replayed(scene: Scene) -> None:
    await scene.killed("stored", "POST", "/proxy/departments", {"name": "Kiln"})
    answer = await write(scene.house, content=b'{"name":"Kiln"}')
    assert answer.status_code == 201
    assert answer.headers["idempotency-replayed"] == "true"
    assert answer.json()["name"] == "Kiln"
    assert await sent(scene.house) == 1
