"""`koine doctor`: what is wrong with the settings, in words, with the remedy."""

import difflib
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from sqlalchemy import make_url

from auth.database import Database, Unavailable
from auth.vault import Keyring
from gateway.readiness import NOT_MIGRATED, is_migrated, lacks_keys, missing_keys, opened
from gateway.settings import PREFIX, BadSettings, Settings, read_settings, variable
from providers.registry import PROVIDERS

ELSEWHERE = {"KOINE_PYTHON"}  # read by the scripts, not by the gateway
KNOWN = {variable(field) for field in Settings.model_fields} | ELSEWHERE
PROBE_SECONDS = 3.0
SQLITE = b"SQLite format 3\0"  # how its files begin, https://www.sqlite.org/fileformat.html


@dataclass(frozen=True)
class Finding:
    """`wrong` findings keep the gateway from working as it is set; others deserve a look."""

    text: str
    wrong: bool = True


async def examine() -> list[Finding]:
    """All findings."""
    findings = [Finding(text, wrong=False) for text in strange_variables(os.environ)]
    try:
        settings = read_settings()
    except BadSettings as error:
        return [*findings, *map(Finding, error.findings)]
    findings += addresses(settings)
    findings += journal(settings)
    findings += [finding async for finding in database(settings)]
    findings += [finding async for finding in redis(settings)]
    findings += [finding async for finding in sandboxes(settings)]
    return findings


def strange_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """What looks like a setting and is none: mostly a slip of the fingers."""
    for name in sorted(name for name in environ if name.upper().startswith(PREFIX)):
        if name.upper() not in KNOWN:
            near = difflib.get_close_matches(name.upper(), KNOWN, n=1, cutoff=0.7)
            hint = f"did you mean {near[0]}?" if near else "remove it."
            yield f"{name} is no setting of Koine: {hint}"


def addresses(settings: Settings) -> Iterator[Finding]:
    """What is doubtful about the addresses that callers and calls may use."""
    if settings.public_url is None or _is_local(settings.public_url):
        return
    if not settings.public_url.startswith("https://"):
        yield Finding(
            "KOINE_PUBLIC_URL is not https, so tokens would cross the network in the clear: put TLS in front of the "
            "gateway and give its https address."
        )
    if settings.allow_private_upstreams:
        yield Finding(
            "KOINE_ALLOW_PRIVATE_UPSTREAMS is on for a public gateway, so that accounts can reach into its own "
            "network: switch it off unless a customer's system stands there.",
            wrong=False,
        )


def journal(settings: Settings) -> Iterator[Finding]:
    """Whether renewed tokens can be written down before the database has them."""
    folder = settings.journal_folder.absolute()
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        yield Finding(
            f"KOINE_JOURNAL: {folder} can't be a folder that this user writes to, so a crash in the middle of a "
            "renewal would cost a customer's grant: name another one, on a disk that outlives the process."
        )


async def database(settings: Settings) -> AsyncIterator[Finding]:
    """Whether the database can be used, is up to date and holds nothing that the keys don't open."""
    if complaint := _file_complaint(settings.database_url):
        yield Finding(complaint)
        return
    async with opened(settings.database_url) as opened_database:
        try:
            async for finding in _contents(opened_database, settings):
                yield finding
        except Unavailable:
            yield Finding(
                "KOINE_DATABASE_URL names a database that can't be reached: check that it runs, and host, port, user, "
                "password and database name."
            )


async def _contents(database: Database, settings: Settings) -> AsyncIterator[Finding]:
    if not await is_migrated(database):
        yield Finding(NOT_MIGRATED)
        return
    keyring = Keyring.from_setting(settings.encryption_keys.get_secret_value())
    if missing := await missing_keys(database, keyring):
        yield Finding(lacks_keys(missing))


async def redis(settings: Settings) -> AsyncIterator[Finding]:
    """Whether the workers' common state can be kept."""
    if settings.redis_url is None:
        return
    from proxy.commons import Commons

    commons = Commons(settings.redis_url.get_secret_value())
    await commons.beat(dict)
    await commons.aclose()
    if not commons.is_up:
        yield Finding(
            "KOINE_REDIS_URL names a Redis that can't be reached or written to, so each worker keeps its share of "
            "vendors' limits by itself: check that it runs, and host, port, user and password."
        )


async def sandboxes(settings: Settings) -> AsyncIterator[Finding]:
    """Whether each stand-in belongs to a provider and answers."""
    async with httpx.AsyncClient(trust_env=False, timeout=PROBE_SECONDS) as client:
        for name, url in settings.sandboxes.items():
            if name not in PROVIDERS:
                yield Finding(
                    f"KOINE_SANDBOXES names {name!r}, which is no provider: use one of {', '.join(PROVIDERS)}."
                )
            elif not settings.allow_private_upstreams and _is_local(url):
                yield Finding(
                    f"KOINE_SANDBOXES: the sandbox of {name} has a private address, and calls to those are refused: "
                    "set KOINE_ALLOW_PRIVATE_UPSTREAMS=true."
                )
            elif not await _answers(client, url):
                yield Finding(
                    f"KOINE_SANDBOXES: the sandbox of {name} does not answer: start it with "
                    f"`koine sandbox {name}` and give its URL."
                )


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        await client.get(url)
    except httpx.TransportError:
        return False
    return True


def _file_complaint(database_url: str) -> str | None:
    """What keeps SQLite from its file, None for a server's database."""
    url = make_url(database_url)
    if not url.drivername.startswith("sqlite"):
        return None
    file = Path(url.database or "")
    folder = file.absolute().parent
    if not folder.is_dir():
        return (
            f"KOINE_DATABASE_URL names a file in {folder}, which is no folder: make it, or name another file."
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"KOINE_DATABASE_URL names a file in {folder}, where this user can't write: change its mode or owner."
    if not file.exists():
        return NOT_MIGRATED
    if not os.access(file, os.R_OK | os.W_OK):
        return f"KOINE_DATABASE_URL names {file}, which this user can't write: change its mode or owner."
    if not _is_sqlite(file):
        return f"KOINE_DATABASE_URL names {file}, which is no SQLite database: name another file, or move it away."
    return None


def _is_sqlite(file: Path) -> bool:
    """Whether SQLite would open it: an empty file becomes a database when the first table is made."""
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        return stream.read(len(SQLITE)) in (b"", SQLITE)


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
