"""F17: what a production server writes is lines of JSON, to the last byte, with nothing secret among them."""

import asyncio
from pathlib import Path

import httpx
import orjson
import pytest

from tests.production import API_KEY, koine_serve
from tests.proxy.upstream import Peer, serving

pytestmark = pytest.mark.anyio

SECRET = "hush-hush-query"


async def vendor(peer: Peer) -> bool:
    """An empty list, whatever is asked."""
    await peer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]")
    return True


def calls(folder: Path, url: str) -> str:
    """Some calls, good and bad; the API token that they were made with."""
    with (
        koine_serve(folder, url) as running,
        httpx.Client(base_url=running.url, headers={"authorization": f"Bearer {running.token}"}) as api,
    ):
        query = {"integrated_account_id": running.account}
        assert api.get("/proxy/suppliers", params={**query, "name": SECRET}).status_code == 200
        assert api.get("/unified/accounting/contacts", params={**query, "name": SECRET}).status_code == 200
        assert api.get("/proxy/../x", params=query).status_code in (400, 404)
        assert api.get("/nowhere", params={"token": SECRET}).status_code == 404
        assert api.get("/environment", headers={"authorization": f"Bearer {SECRET}"}).status_code == 401
        assert api.post("/api-token", content=b'{"name": "' + SECRET.encode()).status_code == 400
        return running.token


async def test_f17_a_served_process_writes_lines_of_json_without_a_secret(tmp_path: Path) -> None:
    async with serving({b"echo": vendor}) as upstream:
        token = await asyncio.to_thread(calls, tmp_path, upstream.url)
    written = (tmp_path / "serve.log").read_bytes()
    lines = [orjson.loads(line) for line in written.splitlines()]
    events = [line["event"] for line in lines]
    assert events.count("vendor_call") >= 3
    assert {"request", "vendor_call"} <= set(events)
    assert [line for line in lines if line["level"] in ("warning", "error", "critical")] == []
    for secret in (token, token.split("_", 2)[2], API_KEY, SECRET):
        assert secret.encode() not in written
