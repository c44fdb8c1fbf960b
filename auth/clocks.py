"""Clocks that all processes on one database share, as SQL: what they compare must not come from their hosts' clocks."""

from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

STEADY = "koine_steady"  # the name under which SQLite finds its host's uptime


class WallClock(FunctionElement[float]):
    """Seconds of Unix time."""

    type = Float()
    inherit_cache = True


class SteadyClock(FunctionElement[float]):
    """Seconds from a moment that does not matter. Nobody sets this clock; on SQLite, which one machine has for itself,
    it begins anew with the machine.
    """

    type = Float()
    inherit_cache = True


@compiles(WallClock, "postgresql")
@compiles(SteadyClock, "postgresql")
def _of_postgres(_element: Any, _compiler: Any, **_options: Any) -> str:
    """`now()` would stand still within a transaction."""
    return "CAST(extract(epoch from clock_timestamp()) AS double precision)"


@compiles(WallClock, "sqlite")
def _wall_of_sqlite(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(SteadyClock, "sqlite")
def _steady_of_sqlite(_element: Any, _compiler: Any, **_options: Any) -> str:
    return f"{STEADY}()"
