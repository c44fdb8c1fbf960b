"""What tests run in processes of their own, to kill them or to have several at once."""

import asyncio
import base64
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from sqlalchemy import Engine, event

from auth.database import Database
from auth.rotation import rotate
from auth.vault import Keyring, Vault
from schemas.tables import Environment


async def migrate(url: str, statements: str) -> None:
    """Kills itself after so many statements that change tables; 0 lets it run to its end."""
    left = int(statements)

    def count(*arguments: Any) -> None:
        nonlocal left
        if arguments[2].lstrip().upper().startswith(("CREATE", "INSERT")):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", count)
    database = Database(url)
    await database.migrate()
    await database.close()


async def write(url: str, prefix: str, count: str) -> None:
    database = Database(url)
    for number in range(int(count)):
        async with database.write() as session:
            session.add(Environment(name=f"{prefix}-{number}"))
    await database.close()


async def turn(url: str, keys: str) -> None:
    """Rotates, a record at a time, and says after each that it is done."""
    ring = Keyring.of([base64.b64decode(key) for key in keys.split(",")])

    def tell(connection: Any) -> None:
        sys.stdout.write("batch\n")
        sys.stdout.flush()

    event.listen(Engine, "commit", tell)
    await rotate(Database(url), Vault(ring), batch=1)


if __name__ == "__main__":
    DEEDS: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
        "migrate": migrate,
        "write": write,
        "turn": turn,
    }
    asyncio.run(DEEDS[sys.argv[1]](*sys.argv[2:]))
