"""Runs a guide as its reader would: each block in its turn, and what it prints is what the page shows."""

import contextlib
import io
import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "guides"
PROVIDERS = re.compile(r"^<!-- runs with: (.+) -->$", re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)(?: (\w+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SECONDS = 120
Names = dict[str, Any]


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    line: int


def providers(name: str) -> list[str]:
    """Whose sandboxes hold what the page looks for."""
    found = PROVIDERS.search((GUIDES / f"{name}.md").read_text())
    assert found, f"{name} does not say what it runs with"
    return found[1].split(", ")


def blocks(path: Path, provider: str) -> Iterator[Block]:
    """Those for every provider, and those that say behind their language that they are for this one."""
    page = path.read_text()
    for found in BLOCK.finditer(page):
        if found[2] in (None, provider):
            yield Block(found[1], found[3], page[: found.start(3)].count("\n"))


@contextlib.contextmanager
def followed(name: str, provider: str, variables: Mapping[str, str]) -> Iterator[Names]:
    """What the page's Python has named in the end. Its blocks share names; `sh` blocks share only the environment."""
    names: Names = {"__name__": "__main__"}
    try:
        read_through(GUIDES / f"{name}.md", provider, variables, names)
        yield names
    finally:
        for value in names.values():
            if isinstance(value, httpx.Client | sqlite3.Connection):
                value.close()


def read_through(path: Path, provider: str, variables: Mapping[str, str], names: Names) -> None:
    """Runs the blocks of one page for a provider, its Python in `names`."""
    printed = ""
    for block in blocks(path, provider):
        if block.language == "python":
            printed = _python(path, block, names)
        elif block.language == "sh":
            printed = _shell(block, variables)
        else:
            assert block.language == "text", f"{path.name}:{block.line}: {block.language} is never run"
            assert _reads(block.text, printed), (
                f"{path.name}:{block.line} shows\n{block.text}\nnot\n{printed}"
            )


def _python(path: Path, block: Block, names: Names) -> str:
    code = compile("\n" * block.line + block.text, str(path), "exec")
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(code, names)  # noqa: S102 - our own pages
    return out.getvalue()


def _shell(block: Block, variables: Mapping[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _reads(shown: str, printed: str) -> bool:
    """`…` in a page stands for whatever differs from run to run."""
    parts = (re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch(".*?".join(parts), printed.strip(), re.DOTALL) is not None
