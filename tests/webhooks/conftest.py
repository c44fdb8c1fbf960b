"""The worlds of tests/auth, for what is told of the accounts in them."""

from tests.auth.conftest import (
    database,
    either,
    postgres,
    postgres_template,
    postgres_url,
    sandboxed,
    sqlite_template,
    sqlite_url,
    url,
    world,
)

__all__ = [
    "database",
    "either",
    "postgres",
    "postgres_template",
    "postgres_url",
    "sandboxed",
    "sqlite_template",
    "sqlite_url",
    "url",
    "world",
]
