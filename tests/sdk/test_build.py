"""The link SDK that is committed and served is what its source builds to, and it is small."""

import gzip
import subprocess
from pathlib import Path

import pytest

from tests.house import House

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("browser")]
ROOT = Path(__file__).parent.parent.parent
DIST = ROOT / "sdk/link/dist"
SCRIPTS = ("link.js", "link.global.js")


def test_what_is_committed_is_what_the_source_builds_to(tmp_path: Path) -> None:
    built = subprocess.run([ROOT / "scripts/sdk", tmp_path], capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    fresh = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert {path.name: path.read_text() for path in DIST.iterdir()} == fresh
    for name in SCRIPTS:
        assert f"{name}: {(DIST / name).stat().st_size} bytes" in built.stdout


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_is_at_most_three_thousand_bytes_gzipped(name: str) -> None:
    assert len(gzip.compress((DIST / name).read_bytes(), 9)) <= 3000


def test_its_lock_names_packages_by_hash_and_no_registry() -> None:
    lock = (ROOT / "sdk/link/package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 3


async def test_pages_of_any_origin_load_it_from_the_gateway(house: House) -> None:
    answer = await house.client.get("/sdk/link.js")
    assert (answer.status_code, answer.content) == (200, (DIST / "link.js").read_bytes())
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert (await house.client.get("/sdk/link.d.ts")).text == (DIST / "link.d.ts").read_text()
    missing = await house.client.get("/sdk/package.json")
    assert (missing.status_code, missing.json()["details"]) == (404, {"reason": "not_found"})
