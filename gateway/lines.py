"""Where log lines go: gathered for a moment and written together, so that a request does not pay for the disk."""

import asyncio
import sys
from typing import BinaryIO

SECONDS = 0.2
MOST_BYTES = 64 * 1024


class Lines:
    """What structlog hands its finished lines to: a method for each level. Written at the latest after `SECONDS`.

    Outside an event loop, and for errors, a line is written at once.
    """

    def __init__(self, stream: BinaryIO | None = None) -> None:
        self._stream = stream or sys.stderr.buffer
        self._waiting: list[bytes] = []
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None

    def info(self, line: bytes) -> None:
        self._waiting.append(line)
        self._size += len(line)
        if self._size > MOST_BYTES:
            self.flush()
        elif self._timer is None:
            self._flush_soon()

    def error(self, line: bytes) -> None:
        self._waiting.append(line)
        self.flush()

    debug = warning = info
    critical = exception = error

    def flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            lines, self._waiting, self._size = self._waiting, [], 0
            self._stream.write(b"\n".join(lines) + b"\n")
            self._stream.flush()

    def _flush_soon(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
        else:
            self._timer = loop.call_later(SECONDS, self.flush)
