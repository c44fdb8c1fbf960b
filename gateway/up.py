"""`koine up`: a gateway with every provider's stand-in on one machine, ready for the first call."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import uvloop

from gateway.folder import Folder, open_folder
from gateway.listening import listen
from gateway.stand_ins import StandIn, stand_ins
from providers.registry import PROVIDERS

if TYPE_CHECKING:
    from gateway.local import Report

HOST = "127.0.0.1"
FAVOURITE = "accounting/invoices"  # what the first call is shown with, where a provider offers it


def up(port: int, data: Path, *, as_json: bool) -> int:
    """Runs until SIGINT or SIGTERM. Raises CommandFailed or BadSettings."""
    with open_folder(data.absolute()) as folder, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_stopped(port, folder, as_json=as_json))
    return 0


async def _until_stopped(port: int, folder: Folder, *, as_json: bool) -> None:
    """A signal breaks off whatever is going on, and what was opened is closed on the way out."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: task and task.cancel())
    with suppress(asyncio.CancelledError):
        async with _running(port, folder) as report:
            sys.stdout.write((orjson.dumps(report).decode() if as_json else _in_words(report, folder)) + "\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


@asynccontextmanager
async def _running(port: int, folder: Folder) -> AsyncIterator["Report"]:
    """Gateway and stand-ins answer within this context."""
    with listen(HOST, port) as plug:
        async with stand_ins(PROVIDERS, folder.path) as children:
            # Most of the gateway's code is loaded here, while the stand-ins start.
            from gateway.local import gateway

            async with gateway(plug, folder, children) as report, _watched(children):
                yield report


@asynccontextmanager
async def _watched(children: Iterable[StandIn]) -> AsyncIterator[None]:
    watchers = [asyncio.create_task(_tell_end(child)) for child in children]
    try:
        yield
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.wait(watchers)


async def _tell_end(child: StandIn) -> None:
    """The gateway goes on without a stand-in: its account answers `vendor_unreachable`, others are not touched."""
    status = await child.ended()
    sys.stderr.write(
        f"koine: The sandbox of {child.provider} has ended (status {status}): start `koine up` anew.\n"
    )


def _in_words(report: "Report", folder: Folder) -> str:
    accounts = [
        f"  {'account':11}{account} ({name}, sandbox at {report.sandboxes[name]})"
        for name, account in report.accounts.items()
    ]
    return "\n".join(
        [
            f"Koine answers at {report.url}",
            "",
            f"  {'token':11}{report.token}",
            *accounts,
            f"  {'data':11}{folder.path} (database, encryption key and this token, for your eyes alone)",
            "",
            "Try:",
            f"  {_first_call(report)}",
            "",
            f"Connect an account yourself: {report.url}/examples/link",
            "",
            "Ctrl-C stops it; the next `koine up` goes on with the same token and accounts.",
        ]
    )


def _first_call(report: "Report") -> str:
    name, account = next(iter(report.accounts.items()))
    offered = PROVIDERS[name].resources
    resource = FAVOURITE if FAVOURITE in offered else next(iter(offered))
    address = f"{report.url}/unified/{resource}?integrated_account_id={account}&limit=2"
    return f'curl -H "authorization: Bearer {report.token}" "{address}"'
