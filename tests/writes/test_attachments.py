"""Files, texts and links kept with documents: written, listed by document, downloaded, deleted."""

import base64
from typing import Any

import pytest

from tests.writes.bodies import FULL, LINE
from tests.writes.desk import Desk, told

pytestmark = pytest.mark.anyio
ATTACHMENTS = "accounting/attachments"
PDF = b"%PDF-1.7\x00\xff"
FILE = {
    "type": "file",
    "name": "offer.pdf",
    "content_type": "application/pdf",
    "content": base64.b64encode(PDF).decode(),
}
PARENTS = ("accounting/invoices", "accounting/purchase_orders", "accounting/purchase_order_requisitions")


async def parent(desk: Desk, key: str) -> dict[str, str]:
    rest = {"remote_data": {"ship-to-address": {"id": 1}}} if key.endswith("orders") else {}
    made = await desk.done("POST", key, {**FULL[key], "line_items": [LINE], **rest})
    return {"type": key.split("/")[1], "id": made["id"]}


@pytest.mark.parametrize("key", PARENTS)
async def test_each_kind_is_kept_with_each_document_and_reads_back(key: str, desk: Desk) -> None:
    place = await parent(desk, key)
    ids = []
    for body in (FILE, {"type": "text", "text": "Ten came"}, {"type": "url", "url": "https://x.test/a"}):
        made = await desk.done("POST", ATTACHMENTS, {**body, "parent": place})
        assert made == await desk.read(f"{ATTACHMENTS}/{made['id']}")
        wanted = {**body, "content": None, "parent": place}
        assert {name: made[name] for name in wanted} == wanted
        ids.append(made["id"])
    query: dict[str, Any] = {"parent[type]": place["type"], "parent[id]": place["id"]}
    found = (await desk.ask("GET", ATTACHMENTS, **query)).json()["result"]
    assert [one["id"] for one in found] == ids


async def test_a_file_is_downloaded_byte_for_byte_and_no_browser_runs_it(desk: Desk) -> None:
    place = await parent(desk, PARENTS[0])
    made = await desk.done("POST", ATTACHMENTS, {**FILE, "parent": place})
    assert made["size"] == len(PDF)
    answer = await desk.ask("POST", f"{ATTACHMENTS}/download", {"id": made["id"]})
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    text = await desk.done("POST", ATTACHMENTS, {"type": "text", "text": "no file", "parent": place})
    nothing = await desk.ask("POST", f"{ATTACHMENTS}/download", {"id": text["id"]})
    assert nothing.status_code == 404


async def test_a_file_may_come_as_a_form(desk: Desk) -> None:
    place = await parent(desk, PARENTS[0])
    answer = await desk.house.client.post(
        f"/unified/{ATTACHMENTS}",
        params={"integrated_account_id": desk.house.account, "truto_ignore_remote_data": "true"},
        data={"type": "file", "parent[type]": place["type"], "parent[id]": place["id"]},
        files={"file": ("scan.png", PDF, "image/png")},
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["name"], made["content_type"], made["parent"]) == ("scan.png", "image/png", place)
    file = await desk.ask("POST", f"{ATTACHMENTS}/download", {"id": made["id"]})
    assert file.content == PDF


async def test_an_attachment_is_deleted_and_never_changed(desk: Desk) -> None:
    place = await parent(desk, PARENTS[0])
    made = await desk.done("POST", ATTACHMENTS, {"type": "text", "text": "x", "parent": place})
    path = f"{ATTACHMENTS}/{made['id']}"
    refused = await desk.refused("PATCH", path, {"text": "y"}, status=405)
    assert "Coupa changes no attachment" in refused["message"]
    assert await desk.done("DELETE", path) == {"id": made["id"]}
    assert (await desk.ask("GET", path)).status_code == 404


async def test_what_an_attachment_lacks_is_told_before_anything_is_sent(desk: Desk) -> None:
    place = {"type": "invoices", "id": "1"}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"type": "text", "text": "x"}, "parent"),
        ({"text": "x", "parent": place}, "type"),
        ({"type": "text", "parent": place}, "text"),
        ({"type": "url", "parent": place}, "url"),
        ({"type": "file", "name": "a", "parent": place}, "content"),
        ({"type": "file", "content": "", "name": "a", "parent": place}, "content"),
        ({**FILE, "parent": place, "name": None}, "name"),
        ({**FILE, "parent": place, "content": "%%"}, "content"),
        ({"type": "text", "text": "x", "parent": {"type": "orders", "id": "1"}}, "parent.type"),
        ({"type": "text", "text": "x", "parent": {"type": "invoices", "id": "1/../../users"}}, "parent.id"),
    ]
    for body, field in cases:
        assert field in told(await desk.refused("POST", ATTACHMENTS, body)), body
    nobody = {"type": "text", "text": "x", "parent": {"type": "invoices", "id": "99999"}}
    answer = await desk.ask("POST", ATTACHMENTS, nobody)
    assert (answer.status_code, answer.json()["details"]["outcome"]) == (404, "not_applied")
