"""The gateway as `koine up` runs it: on the data folder's database, with an account for each stand-in."""

import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from gateway.app import create_app
from gateway.examples import example_routes
from gateway.first_run import keep_token, link
from gateway.folder import Folder
from gateway.readiness import opened, ready
from gateway.serving import serving
from gateway.settings import read_settings
from gateway.stand_ins import StandIn
from providers.registry import PROVIDERS

LOG_LEVEL = "warning"  # it is for a person at a screen
SECONDS = 30.0  # for one of the calls that link the accounts


@dataclass(frozen=True)
class Report:
    """What runs, by provider's name: the line that `koine up --json` prints."""

    url: str
    token: str
    accounts: Mapping[str, str]
    sandboxes: Mapping[str, str]


@asynccontextmanager
async def gateway(plug: socket.socket, folder: Folder, stand_ins: Iterable[StandIn]) -> AsyncIterator[Report]:
    """It answers on the socket within this context. Raises CommandFailed or BadSettings."""
    url = "http://{}:{}".format(*plug.getsockname())
    async with opened(folder.database_url) as database:
        await database.migrate()
    announced = {one.provider: await one.announced() for one in stand_ins}
    sandboxes = {name: said.url for name, said in announced.items()}
    contexts = {name: said.credentials for name, said in announced.items()}
    settings = read_settings(
        database_url=folder.database_url,
        encryption_keys=folder.encryption_keys,
        public_url=url,
        allow_private_upstreams=True,
        sandboxes=sandboxes,
        log_level=LOG_LEVEL,
    )
    app = create_app(settings, contexts, more_routes=example_routes(url, folder.token))
    async with ready(settings) as (database, vault), serving(app, plug, LOG_LEVEL):
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=SECONDS) as api:
            token = await keep_token(api, folder, database, vault)
            accounts = {
                name: await link(api, PROVIDERS[name], said.credentials) for name, said in announced.items()
            }
        yield Report(url, token, accounts, sandboxes)
