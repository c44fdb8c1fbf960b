"""Workers on one socket tell each other their figures: a scrape meets one of them, and shows all."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from structlog.typing import FilteringBoundLogger

SECONDS = 1.0  # a worker that is busy for longer is left out of a scrape
MOST_WORKERS = 1000
HEAD = b"# HELP "
UP = b"# HELP koine_worker_up Whether a worker told its figures in time.\n# TYPE koine_worker_up gauge\n"


class Siblings:
    """The workers that share `folder`; this one is number `number` of them, from 1."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = folder
        self.number = number

    async def page(self, own: bytes) -> bytes:
        """Every worker's page in one. Who does not tell in time shows as `koine_worker_up` 0; the dead don't show."""
        others = [number for number in _numbers(self._folder) if number != self.number]
        answers = await asyncio.gather(*(_ask(_door(self._folder, number)) for number in others))
        told = {number: page for number, page in zip(others, answers, strict=True) if page is not None}
        told[self.number] = own
        up = b"".join(b'koine_worker_up{worker="%d"} %d\n' % (n, bool(told[n])) for n in sorted(told))
        return merge([told[number] for number in sorted(told)]) + UP + up


@asynccontextmanager
async def joined(
    folder: Path, page: Callable[[int], bytes], log: FilteringBoundLogger
) -> AsyncIterator[Siblings]:
    """Takes the lowest free number, and tells `page(number)` to whichever sibling asks within this context."""
    with _place(folder) as number:
        door = _door(folder, number)
        door.unlink(missing_ok=True)  # of a worker that was killed

        async def tell(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(page(number))
            writer.close()

        async with await asyncio.start_unix_server(tell, door):
            log.info("worker", number=number)
            yield Siblings(folder, number)


def merge(pages: Sequence[bytes]) -> bytes:
    """Pages in Prometheus's text format as one: a family's samples must stand together."""
    families: dict[bytes, list[bytes]] = {}
    for page in pages:
        for block in page.split(HEAD)[1:]:
            name, kind, samples = block.split(b"\n", 2)
            families.setdefault(HEAD + name + b"\n" + kind + b"\n", []).append(samples)
    return b"".join(head + b"".join(samples) for head, samples in families.items())


async def _ask(door: Path) -> bytes | None:
    """A sibling's page; empty where it lives and does not answer, None where nobody lives there."""
    try:
        async with asyncio.timeout(SECONDS):
            reader, writer = await asyncio.open_unix_connection(door)
            try:
                return await reader.read()
            finally:
                writer.close()
    except TimeoutError:
        return b""
    except OSError:
        return None


@contextmanager
def _place(folder: Path) -> Iterator[int]:
    """A number that no living sibling has: the kernel frees it however its holder ends."""
    for number in range(1, MOST_WORKERS + 1):
        lock = os.open(folder / f"{number}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            if _is_taken(lock):
                continue
            yield number
            return
        finally:
            os.close(lock)
    raise RuntimeError(f"more than {MOST_WORKERS} workers")


def _is_taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _numbers(folder: Path) -> list[int]:
    return [int(found.stem) for found in folder.glob("*.lock")]


def _door(folder: Path, number: int) -> Path:
    return folder / f"{number}.sock"
