"""Runs a stand-in as a process and says where it answers."""

import argparse
import asyncio
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.wire import TRANSPORT

PROVIDERS = ("coupa", "netsuite")


class Protocol(HttpToolsProtocol):
    """Lets the app break its connection, and takes request lines with blanks in them, as some clients send."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]

    def data_received(self, data: bytes) -> None:
        if self.cycle is None or self.cycle.response_complete:
            data = mended(data)
        super().data_received(data)


def mended(data: bytes) -> bytes:
    """The start of a request with blanks inside its target percent-encoded."""
    line, end, rest = data.partition(b"\r\n")
    method, _, target = line.partition(b" ")
    target, _, version = target.rpartition(b" ")
    if not end or not version.startswith(b"HTTP/") or b" " not in target:
        return data
    return b"%s %s %s\r\n%s" % (method, target.replace(b" ", b"%20"), version, rest)


class Server(uvicorn.Server):
    """Tells once when it answers."""

    def __init__(self, config: uvicorn.Config, tell: Callable[[], None]) -> None:
        super().__init__(config)
        self.tell = tell

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.tell()


def main(argv: Sequence[str]) -> int:
    """`PROVIDER [--host] [--port] [--seed] [--records] [--data] [--json] [--switch name=value ...]`."""
    parser = _parser()
    given = parser.parse_args(argv)
    plug = _listening(given.host, given.port)
    url = f"http://{given.host}:{plug.getsockname()[1]}"
    try:
        app = _app(given, url)
    except ValueError as error:
        plug.close()
        parser.error(str(error))
    config = uvicorn.Config(app, http=Protocol, log_level="warning", lifespan="off", access_log=False)
    server = Server(config, lambda: _tell(given.provider, url, app.state.credentials, as_json=given.json))
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve([plug]))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="koine sandbox", description="A stand-in for a provider, with test data."
    )
    parser.add_argument("provider", choices=PROVIDERS)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, help="size of the largest collection; the others follow")
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of words")
    parser.add_argument("--data", type=Path, metavar="FILE", help="keeps people's consents over a restart")
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE")
    return parser


def _listening(host: str, port: int) -> socket.socket:
    """A listening socket. Only one whose protocol is named gets TCP_NODELAY, without which every answer takes 40 ms."""
    plug = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    plug.bind((host, port))
    plug.listen(2048)
    return plug


def _factory(provider: str) -> Callable[..., Starlette]:
    """Imports this provider's stand-in alone."""
    if provider == "coupa":
        from sandbox.coupa import create_app
    else:
        from sandbox.netsuite import create_app
    return create_app


def _app(given: argparse.Namespace, url: str) -> Starlette:
    create_app = _factory(given.provider)
    pairs = [one.partition("=") for one in given.switch]
    switches = {name: value for name, _, value in pairs}
    return create_app(seed=given.seed, records=given.records, public_url=url, data=given.data, **switches)


def _tell(provider: str, url: str, credentials: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        line = orjson.dumps({"provider": provider, "url": url, "credentials": credentials}).decode()
    else:
        words = {name: value for name, value in credentials.items() if isinstance(value, str)}
        known = "\n".join(f"  {name:20}{value}" for name, value in words.items() if "\n" not in value)
        line = f"The {provider} stand-in answers at {url}, its own page is {url}/_sandbox\n{known}"
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
