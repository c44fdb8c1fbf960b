"""Two gateways under load: Postgres crashes, then Redis, then one of them; no answer is wrong, no write is lost."""

import asyncio
import signal
import time
from pathlib import Path

import pytest

from tests.load.cluster import open_cluster
from tests.postgres import running
from tests.redis_server import redis_server

pytestmark = pytest.mark.anyio

UNDER_WAY = frozenset({"idempotency_in_flight"})  # of a write whose process died, or lost its database


async def test_e6_two_gateways_lose_nothing_while_postgres_and_redis_restart_and_one_of_them_is_killed(
    tmp_path: Path,
) -> None:
    with running(durable=True) as postgres, redis_server() as redis:
        async with open_cluster(tmp_path, postgres, KOINE_REDIS_URL=redis.url) as cluster:
            async with cluster.load():
                crashed = time.monotonic()
                postgres.crash()
                await asyncio.to_thread(postgres.come_back)
                back = time.monotonic()
                await asyncio.sleep(0.7)
                redis.kill()
                await asyncio.sleep(0.5)
                redis.start()
                await asyncio.sleep(1)
                killed, port = time.monotonic(), cluster.gateways[1].port
                cluster.gateways[1].end(signal.SIGKILL)
                await asyncio.sleep(1.5)
            for failure in cluster.failures(but=UNDER_WAY):
                if failure.ended < killed:
                    assert (failure.status, failure.reason) == (503, "database_unavailable")
                    assert crashed < failure.ended
                    assert failure.began < back + 2, (
                        "it recovers within three seconds, and does without Redis"
                    )
                else:
                    assert (failure.status, failure.port) == (0, port)
            assert cluster.wrong == []
            statuses = [each.status for each in cluster.answered if each.began > back + 1]
            assert statuses.count(201) > 10
            assert statuses.count(200) > 10

            written = await cluster.written()
            assert set(cluster.acknowledged) <= set(written) <= cluster.begun
            assert set(written.values()) == {1}
            async with cluster.client() as client:
                for key, id_ in list(cluster.acknowledged.items())[-5:]:
                    body = {"name": key.replace("-", " "), "type": "vendor"}
                    replayed = await client.post(
                        cluster.url("/unified/accounting/contacts"),
                        json=body,
                        headers={"idempotency-key": key},
                    )
                    assert (replayed.status_code, replayed.json()["id"]) == (201, id_)
                    assert replayed.headers["idempotency-replayed"] == "true"
