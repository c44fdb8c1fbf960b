"""How failures of the database itself are told: as a 503, of which nothing has happened."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from schemas.errors import Problem

BROKEN_OFF = {"40001", "40P01"}  # Postgres: serialization failure, deadlock


class Unavailable(Problem):
    """The database can't be reached or can't store; nothing of the transaction has happened."""

    status = 503
    reason = "database_unavailable"

    def __init__(self, message: str = "The gateway's database does not answer; try again soon.") -> None:
        super().__init__(message, headers={"retry-after": "1"})


class BrokenOff(Unavailable):
    """Postgres chose this transaction as the victim of a conflict; it may be run again."""


class Silent(Unavailable):
    """There was no answer in time."""


@contextmanager
def told() -> Iterator[None]:
    """Failures of the database itself as a 503; asyncpg raises bare OSErrors while Postgres restarts."""
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError):
        raise
    except (DBAPIError, PoolTimeout, OSError) as error:
        raise _kind(error)() from error


def _kind(error: Exception) -> type[Unavailable]:
    cause = getattr(error, "orig", error)
    if getattr(cause, "sqlstate", None) in BROKEN_OFF:
        return BrokenOff
    return Silent if isinstance(error, TimeoutError | PoolTimeout) else Unavailable
