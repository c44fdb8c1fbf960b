"""The addresses that settings name, in the one form that the gateway uses: of the web, of a database, of Redis.

Each raises ValueError with what is wrong and what to use instead, and never with the address: it may hold a password.
"""

from urllib.parse import urlsplit

import httpx
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgres": "postgresql+asyncpg", "postgresql": "postgresql+asyncpg"}
FORMS = "sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE"
POSTGRES_OPTIONS = {"host", "ssl", "passfile", "target_session_attrs", "prepared_statement_cache_size"}
REDIS = ("redis://", "rediss://", "unix://")


def web_address(given: str, example: str) -> str:
    """An origin, perhaps with a path, without the slash at its end."""
    wrong = ValueError(f"is no absolute http or https URL: use one such as {example}")
    try:
        parts = urlsplit(given)
        usable = parts.port != 0 and parts.hostname and httpx.URL(given)
    except (ValueError, httpx.InvalidURL):
        raise wrong from None
    if not usable or parts.scheme not in ("http", "https") or parts.query or parts.fragment or parts.username:
        raise wrong
    return given.rstrip("/")


def database_address(given: str) -> str:
    """With the driver that is used, whichever of its names the address has."""
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise ValueError(f"is no database URL: use {FORMS}") from None
    driver = DRIVERS.get(url.drivername, url.drivername)
    if driver not in DRIVERS.values():
        raise ValueError(f"names a kind of database that is not offered: use {FORMS}")
    url = _of_a_file(url) if driver.startswith("sqlite") else _for_asyncpg(url)
    return url.set(drivername=driver).render_as_string(hide_password=False)


def _of_a_file(url: URL) -> URL:
    if url.database in (None, "", ":memory:"):
        raise ValueError(f"names no file, and a database in memory is not offered: use {FORMS}")
    return url


def _for_asyncpg(url: URL) -> URL:
    """A Postgres URL as hosts of databases hand it out, in libpq's words, in asyncpg's."""
    if sslmode := url.query.get("sslmode"):
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": sslmode})
    if unknown := sorted(set(url.query) - POSTGRES_OPTIONS):
        raise ValueError(f"has options that are not offered: leave out {', '.join(unknown)}")
    return url


def redis_address(given: str) -> str:
    if not given.startswith(REDIS):
        raise ValueError(f"is no Redis URL: begin it with {', '.join(REDIS[:-1])} or {REDIS[-1]}")
    return given
