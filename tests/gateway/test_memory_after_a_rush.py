"""What a rush of large bodies took goes back to the system, though the allocator is told to keep what is freed."""

import os
import subprocess
import sys

from bench.servers import MALLOC

# Bodies that are freed below something that stays: the heap can't just shrink from its end.
RUSH = """
import asyncio
from pathlib import Path
from gateway.heap import trimmed

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

async def main():
    before = resident()
    async with trimmed(0.01):
        bodies = [b"x" * 400_000 for _ in range(200)]
        stays = b"x" * 100_000
        bodies.clear()
        for _ in range(1000):
            await asyncio.sleep(0.01)
            if resident() < before + 8_000_000:
                print("given back")
                return

asyncio.run(main())
"""


def test_memory_that_a_rush_took_is_given_back() -> None:
    environment = {**os.environ, **MALLOC}
    done = subprocess.run(
        [sys.executable, "-c", RUSH], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout == "given back\n"
