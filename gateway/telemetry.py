"""The log: JSON on stderr, one line per event, with nothing in it that is secret and nothing a caller could forge."""

import json
import logging
import re
import time
from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any, BinaryIO

import orjson
import structlog
from structlog.typing import FilteringBoundLogger

from gateway.lines import Lines

ROOT = Path(__file__).parent.parent
LONGEST = 2000  # characters of what another library says
QUIET = (
    "alembic",
    "asyncio",
    "hpack",
    "httpcore",
    "httpx",
    "sqlalchemy",
)  # at INFO some log whole URLs
SECRETS = re.compile(
    r"koine_[\w-]{20,}"  # our tokens
    r"|(?i:bearer|basic)\s+[\w.~+/=-]{8,}"
    r"|eyJ[\w-]{8,}(?:\.[\w-]*)*"  # whatever is a JWT
    r"|(?<=\?)[^\s'\")>]+"  # queries
    r"|(?<=://)[^/\s@]+(?=@)"  # user and password
    r"|(?i:(?<=password=)|(?<=secret=)|(?<=token=)|(?<=api_key=))[^\s&,;'\")]+"
)
HIDDEN = "[hidden]"

Event = MutableMapping[str, Any]


def open_log(level: str, lines: Lines) -> FilteringBoundLogger:
    """A log that hands its lines from `level` on to `lines`. Values are rendered by orjson: a line stays a line."""
    logger: FilteringBoundLogger = structlog.wrap_logger(
        lines,
        processors=[_line],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    ).bind()
    return logger


def redact(text: str) -> str:
    """Others' words without what looks like a credential, a query or a user's password, and not without end."""
    return SECRETS.sub(HIDDEN, text[:LONGEST].encode(errors="replace").decode())


def describe(error: BaseException) -> dict[str, Any]:
    """An exception by its type, where it came through our code, and its causes: no message, no values."""
    found: dict[str, Any] = {"type": type(error).__qualname__, "frames": list(_frames(error.__traceback__))}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if isinstance(error, BaseExceptionGroup):
        found["members"] = [describe(member) for member in error.exceptions[:5]]
    if cause is not None:
        found["cause"] = describe(cause)
    return found


class Forward(logging.Handler):
    """Brings what libraries log through `logging` into our lines, redacted."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        words = record.getMessage().strip()
        if record.name == "asyncio":
            words = words.partition("\n")[0]  # what follows shows tasks and exceptions with their values
        error = record.exc_info[1] if record.exc_info else None
        level = min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL)
        self._log.log(level, redact(words), logger=record.name, **({"exc_info": error} if error else {}))


def take_over_logging(level: str, stream: BinaryIO | None = None) -> None:
    """From here on everything that this process logs is a line of ours, and no library logs what it is sent."""
    root = logging.getLogger()
    root.handlers[:] = [Forward(open_log(level, Lines(stream)))]
    root.setLevel(
        max(logging.INFO, logging.getLevelNamesMapping()[level.upper()])
    )  # below it, libraries log values
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """The server says once more what the front has said already, with the exception's words."""
    return not record.getMessage().startswith("Exception in ASGI application")


def _frames(trace: TracebackType | None) -> Iterator[str]:
    """`auth/tokens.py:51 authenticate` for each frame in our code."""
    for frame, line in walk_tb(trace):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
            yield f"{path.relative_to(ROOT)}:{line} {frame.f_code.co_name}"


def _line(_logger: Any, level: str, event: Event) -> bytes:
    """One line of JSON; in ASCII, as some letters beyond it are orders to a terminal. One step: each costs a call."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["exception"] = describe(error)
    now = time.time()
    second = int(now)
    stamp = f"{_second(second)}.{int((now - second) * 1000):03}Z"
    found = {"timestamp": stamp, "level": level, **event}
    line = orjson.dumps(found, default=_by_type)
    return line if line.isascii() else json.dumps(found, default=_by_type).encode()


@lru_cache(maxsize=4)
def _second(second: int) -> str:
    """Many lines share one."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _by_type(value: object) -> str:
    return f"<{type(value).__name__}>"
