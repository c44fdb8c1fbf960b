"""The deeds behind `koine migrate`, `environment`, `token`, `keys` and `doctor`."""

import asyncio
import sys
from datetime import datetime

from auth.moments import read_moment
from auth.rotation import rotate
from gateway.doctor import examine
from gateway.failure import CommandFailed
from gateway.operations import find_environment, make_environment, make_token
from gateway.readiness import opened, ready
from gateway.settings import read_settings
from schemas.tables import now


def migrate() -> int:
    """Brings the database's tables to the form that this code needs."""
    asyncio.run(_migrate())
    _note("The database's tables are up to date.")
    return 0


def create_environment(name: str) -> int:
    """Prints the new environment's id."""
    _print(asyncio.run(_create_environment(name)))
    _note(f"Environment {name!r} is there. Next: koine token create --environment {name} --name NAME")
    return 0


def create_token(environment: str, name: str, expires_at: str | None) -> int:
    """Prints the token, alone on its line."""
    _print(asyncio.run(_create_token(environment, name, _moment(expires_at) if expires_at else None)))
    _note("Keep it: it is not shown again.")
    return 0


def rotate_keys() -> int:
    """Re-wraps all that is not sealed under the newest key; may be broken off and run again at any time."""
    count = asyncio.run(_rotate_keys())
    _print(f"records re-wrapped under the newest key: {count}")
    _note("Older keys may be removed from KOINE_ENCRYPTION_KEYS once every process has the newest.")
    return 0


def doctor() -> int:
    """One line for each finding; 1 if anything is wrong."""
    findings = asyncio.run(examine())
    for finding in findings:
        _print(f"{'wrong' if finding.wrong else 'note'}: {finding.text}")
    if not findings:
        _print("Nothing is wrong.")
    return int(any(finding.wrong for finding in findings))


async def _migrate() -> None:
    async with opened(read_settings().database_url) as database:
        await database.migrate()


async def _create_environment(name: str) -> str:
    async with ready(read_settings()) as (database, _):
        return (await make_environment(database, name)).id


async def _create_token(environment: str, name: str, expires_at: datetime | None) -> str:
    async with ready(read_settings()) as (database, vault):
        found = await find_environment(database, environment)
        if found is None:
            raise CommandFailed(
                f"There is no environment {environment!r}: "
                f"make it with `koine environment create --name {environment}`."
            )
        return await make_token(database, vault, found, name, expires_at)


async def _rotate_keys() -> int:
    async with ready(read_settings()) as (database, vault):
        return await rotate(database, vault)


def _moment(text: str) -> datetime:
    try:
        moment = read_moment(text)
    except ValueError:
        raise CommandFailed("--expires-at is no time: use one such as 2027-02-01T08:00:00Z.", 2) from None
    if moment <= now():
        raise CommandFailed("--expires-at is not in the future.", 2)
    return moment


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _note(text: str) -> None:
    sys.stderr.write(text + "\n")
