"""`python -m bench`: everything that is measured, in one go on one machine, as ratios with their spread.

Needs nginx (`apt-get install -y --no-install-recommends nginx-light`). `--write` brings table and chart into docs/.
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from bench.crawl import crawls
from bench.crowd import accounts, idle, soak
from bench.passthrough import passthrough
from bench.picture import picture
from bench.rounds import Row
from bench.servers import MALLOC, served
from bench.unified import unified
from gateway.descriptors import claim

PARTS = ("passthrough", "unified", "crawl", "idle", "accounts", "soak")
DOCS = Path(__file__).parent.parent / "docs"
BEGIN, END = "<!-- bench -->\n", "<!-- /bench -->\n"


async def measure(folder: Path, parts: list[str], requests: int) -> tuple[list[Row], list[float]]:
    rows: list[Row] = []
    memory: list[float] = []
    with served(folder) as bench:
        if "passthrough" in parts:
            rows += _shown(await passthrough(bench))
        if "unified" in parts:
            rows += _shown(await unified(bench, folder))
        if "idle" in parts:
            rows += _shown(await idle(bench))
        if "accounts" in parts:
            rows += _shown(await accounts(bench))
    if "soak" in parts:  # of a fresh worker: what thousands of connections or accounts took is not its own
        with served(folder / "long") as bench:
            more, memory = await soak(bench, requests)
            rows += _shown(more)
    if "crawl" in parts:
        rows += _shown(await crawls(folder / "far"))
    return rows, memory


def _shown(rows: list[Row]) -> list[Row]:
    for row in rows:
        print(_line(row), flush=True)
    return rows


def _line(row: Row) -> str:
    spread = "" if row.low == row.high else f"{row.low:.2f} to {row.high:.2f}"
    unit = f" {row.unit}" if row.unit else ""
    return f"| {row.name} | {row.median:.2f}{unit} | {spread} | {row.target} | {row.note} |"


def table(rows: list[Row], load: float) -> str:
    """As it stands in docs/performance.md."""
    words = (
        f"`python -m bench`, {datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, one worker, SQLite; load of the machine before it began: {load:.1f}.\n"
    )
    head = (
        "| measure | median | spread | wanted, at most | behind it (ours, theirs) |\n|---|---|---|---|---|\n"
    )
    lines = "".join(_line(row) + "\n" for row in rows)
    return f"{BEGIN}{words}\n{head}{lines}\n![The ratios, and memory during the soak](performance.svg)\n{END}"


def write(docs: Path, rows: list[Row], memory: list[float], load: float) -> None:
    page = docs / "performance.md"
    before, _, rest = page.read_text().partition(BEGIN)
    page.write_text(before + table(rows, load) + rest.partition(END)[2])
    (docs / "performance.svg").write_text(picture(rows, memory))


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("--soak", type=int, default=100_000, metavar="REQUESTS", help="its length")
    words.add_argument("--write", action="store_true", help="bring the results into docs/performance.md")
    words.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all without")
    given = words.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        words.error(f"there is no {', '.join(sorted(unknown))}")
    if not shutil.which("nginx") and not Path("/usr/sbin/nginx").exists():
        print("nginx is missing: apt-get install -y --no-install-recommends nginx-light", file=sys.stderr)
        return 1
    os.environ.update(MALLOC)
    claim()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        for name in ("far", "long"):
            (Path(folder) / name).mkdir()
        rows, memory = uvloop.run(measure(Path(folder), given.parts or list(PARTS), given.soak))
    if given.write:
        write(DOCS, rows, memory, load)
    return 0


if __name__ == "__main__":
    sys.exit(main())
