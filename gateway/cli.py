"""The command `koine`: reads the words, does the deed, puts failures into words.

What a deed needs is imported when it is done, so that the command itself answers at once.
"""

import argparse
import importlib
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from gateway.failure import CommandFailed
from schemas.errors import Problem

INTERRUPTED = 130
Commands: TypeAlias = "argparse._SubParsersAction[ArgumentParser]"


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: 0; 1 where a command fails; 2 where words or settings can't be used."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _do(words)
    except CommandFailed as failure:
        return _fail(str(failure), failure.status)
    except Problem as problem:
        return _fail(f"{problem.message} `koine doctor` may say more.", 1)
    except KeyboardInterrupt:
        return INTERRUPTED


def _do(words: list[str]) -> int:
    if words[:1] == ["sandbox"]:  # it reads its own words
        status: int = importlib.import_module("sandbox").serve(words[1:])
        return status
    given = _parser().parse_args(words)
    deed: Callable[[Namespace], int] = given.deed
    return deed(given)


def _fail(message: str, status: int) -> int:
    sys.stderr.writelines(f"koine: {line}\n" for line in message.splitlines())
    return status


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="koine", description="A self-hosted unified-API gateway.")
    parser.set_defaults(deed=lambda _: parser.error("name a command"))
    parser.add_argument(
        "--version", dest="deed", action="store_const", const=_version, help="print the version"
    )
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    _add_servers(commands)
    _add_deeds(commands)
    return parser


def _add_servers(commands: Commands) -> None:
    up = commands.add_parser("up", help="gateway and sandboxes on this machine, ready for the first call")
    up.add_argument("--port", type=_port, default=8000, help="default 8000; 0 takes a free one")
    up.add_argument(
        "--data", type=Path, default=Path(".koine"), help="folder for database and secrets, default .koine"
    )
    up.add_argument("--json", action="store_true", help="print one line of JSON instead of words")
    up.set_defaults(deed=_up)

    serve = commands.add_parser("serve", help="the production server, set by KOINE_... variables")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on, default 127.0.0.1")
    serve.add_argument("--port", type=_port, default=8000, help="default 8000")
    serve.add_argument("--workers", type=_count, default=1, help="number of processes, default 1")
    serve.set_defaults(deed=_serve)

    commands.add_parser("sandbox", add_help=False, help="one provider's stand-in alone")


def _add_deeds(commands: Commands) -> None:
    commands.add_parser("migrate", help="bring the database's tables up to date").set_defaults(deed=_migrate)
    commands.add_parser("doctor", help="say what is wrong with the settings").set_defaults(deed=_doctor)

    keys = commands.add_parser("keys", help="encryption keys").add_subparsers(metavar="rotate", required=True)
    keys.add_parser("rotate", help="re-wrap all secrets under the newest key").set_defaults(deed=_rotate_keys)

    environments = commands.add_parser("environment", help="the spaces that API tokens belong to")
    environment = environments.add_subparsers(metavar="create", required=True).add_parser("create")
    environment.add_argument("--name", type=_name, required=True)
    environment.set_defaults(deed=_create_environment)

    tokens = commands.add_parser("token", help="API tokens")
    token = tokens.add_subparsers(metavar="create", required=True).add_parser("create")
    token.add_argument("--environment", type=_name, required=True, metavar="NAME")
    token.add_argument("--name", type=_name, required=True)
    token.add_argument("--expires-at", metavar="TIME", help="such as 2027-02-01T08:00:00Z; never if left out")
    token.set_defaults(deed=_create_token)


def _version(given: Namespace) -> int:
    from importlib.metadata import version

    sys.stdout.write(f"koine {version('koine')}\n")
    return 0


def _up(given: Namespace) -> int:
    from gateway.up import up

    return up(given.port, given.data, as_json=given.json)


def _serve(given: Namespace) -> int:
    from gateway.serving import serve

    return serve(given.host, given.port, given.workers)


def _migrate(given: Namespace) -> int:
    from gateway.commands import migrate

    return migrate()


def _doctor(given: Namespace) -> int:
    from gateway.commands import doctor

    return doctor()


def _rotate_keys(given: Namespace) -> int:
    from gateway.commands import rotate_keys

    return rotate_keys()


def _create_environment(given: Namespace) -> int:
    from gateway.commands import create_environment

    return create_environment(given.name)


def _create_token(given: Namespace) -> int:
    from gateway.commands import create_token

    return create_token(given.environment, given.name, given.expires_at)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ArgumentTypeError("is no port: use 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("must be 1 or more")
    return int(text)


def _name(text: str) -> str:
    if not text.isprintable() or not 1 <= len(text.strip()) <= 255:
        raise ArgumentTypeError("must be 1 to 255 printable characters")
    return text.strip()


if __name__ == "__main__":
    sys.exit(main())
