"""The control API: figures, log, faults, rows, clock, and the rate limit."""

import asyncio
import hashlib

import httpx
import pytest

from sandbox.bucket import LeakyBucket
from sandbox.clock import Clock
from tests.sandbox.conftest import Opened, Tenant

pytestmark = pytest.mark.anyio


async def test_figures_count_requests_and_bytes_and_can_be_reset(tenant: Tenant) -> None:
    await tenant.token()
    answer = await tenant.get("departments/1", accept_encoding="identity")
    await tenant.call("POST", "departments", {"name": "Night"}, accept_encoding="identity")
    stats = (await tenant.client.get("/_sandbox/stats")).json()
    assert (stats["requests"], stats["token_requests"], stats["refused"]) == (3, 1, 0)
    assert stats["by_path"] == {"/oauth2/token": 1, "/api/departments/1": 1, "/api/departments": 1}
    assert stats["bytes_sent"] > len(answer.content)
    assert stats["bytes_received"] > len(b'{"name":"Night"}')
    assert (stats["in_flight"], stats["in_flight_max"]) == (0, 1)
    await tenant.client.post("/_sandbox/stats/reset")
    assert (await tenant.client.get("/_sandbox/stats")).json()["requests"] == 0


async def test_the_log_shows_requests_as_sent_without_secrets(tenant: Tenant) -> None:
    known = tenant.credentials
    await tenant.client.post(f"/oauth2/token?client_secret={known['client_secret']}&client_id=a")
    await tenant.call("PUT", 'departments/1?fields=["id"]&x=%C3%A4', {"active": True})
    token, put = (await tenant.client.get("/_sandbox/log?limit=2")).json()["requests"]
    assert known["client_secret"] not in token["path"]
    assert token["path"].startswith("/oauth2/token?client_secret=sha256:")
    assert put["method"] == "PUT"
    assert put["path"].startswith("/api/departments/1?fields=")
    assert "x=%C3%A4" in put["path"]
    assert put["headers"]["x-coupa-api-key"].startswith("sha256:")
    assert (put["status"], put["body_length"]) == (200, 15)
    assert put["body_sha256"] == hashlib.sha256(b'{"active":true}').hexdigest()


async def test_a_refusal_lasts_for_its_count_on_its_path(tenant: Tenant) -> None:
    await tenant.fault(kind="429", path="/api/suppliers*", method="GET", count=2, retry_after=7)
    assert (await tenant.get("departments")).status_code == 200
    first = await tenant.get("suppliers/1")
    assert (first.status_code, first.headers["retry-after"], first.content) == (429, "7", b"")
    assert (await tenant.get("suppliers")).status_code == 429
    assert (await tenant.get("suppliers")).status_code == 200
    assert (await tenant.client.get("/_sandbox/stats")).json()["refused"] == 2


async def test_an_outage_lasts_for_its_seconds_or_until_removed(opened: Opened) -> None:
    clock = Clock(1_790_000_000)
    tenant = opened(clock=clock)
    await tenant.fault(kind="503", seconds=30, body="html")
    answer = await tenant.get("roles")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    await tenant.client.post("/_sandbox/clock", json={"advance_seconds": 30})
    assert (await tenant.get("roles")).status_code == 200
    await tenant.fault(kind="500")
    assert (await tenant.get("roles")).status_code == 500
    assert len((await tenant.client.get("/_sandbox/faults")).json()["faults"]) == 1
    await tenant.client.delete("/_sandbox/faults")
    assert (await tenant.get("roles")).status_code == 200


async def test_a_fault_that_cannot_be_understood_is_refused(tenant: Tenant) -> None:
    for rule in ({"kind": "gremlin"}, {"kind": "429", "colour": 1}, {}):
        assert (await tenant.client.post("/_sandbox/faults", json=rule)).status_code == 400, rule


@pytest.mark.parametrize(
    ("kind", "status", "type_"),
    [
        ("html", 502, "text/html; charset=utf-8"),
        ("login_page", 200, "text/html; charset=utf-8"),
        ("redirect", 302, "text/html; charset=utf-8"),
        ("xml", 200, "application/xml; charset=utf-8"),
        ("504", 504, "text/html; charset=utf-8"),
    ],
)
async def test_answers_of_another_sort(tenant: Tenant, kind: str, status: int, type_: str) -> None:
    await tenant.fault(kind=kind, count=1)
    answer = await tenant.get("roles")
    assert (answer.status_code, answer.headers["content-type"]) == (status, type_)


async def test_bodies_that_are_no_json(tenant: Tenant) -> None:
    good = (await tenant.get("roles")).content
    await tenant.fault(kind="bad_json", count=1)
    assert (await tenant.get("roles")).content == good[: len(good) * 2 // 3]
    await tenant.fault(kind="bom", count=1)
    assert (await tenant.get("roles")).content == b"\xef\xbb\xbf" + good
    await tenant.fault(kind="no_content_type", count=1)
    assert "content-type" not in (await tenant.get("roles")).headers
    await tenant.fault(kind="drip", count=1, delay=0, size=700)
    assert (await tenant.get("roles")).content == good
    await tenant.fault(kind="huge", count=1, size=200_000)
    assert len((await tenant.get("roles")).content) >= 200_000


async def test_connections_that_break_are_errors_in_process_too(tenant: Tenant) -> None:
    await tenant.fault(kind="reset_before", count=1)
    with pytest.raises(httpx.ReadError):
        await tenant.call("POST", "departments", {"name": "Lost before"})
    await tenant.fault(kind="reset_after", count=1)
    with pytest.raises(httpx.ReadError):
        await tenant.call("POST", "departments", {"name": "Lost after"})
    await tenant.fault(kind="truncate", count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        await tenant.get("departments")
    names = [one["name"] for one in await tenant.one('departments?name[starts_with]=Lost&fields=["name"]')]
    assert names == ["Lost after"]


async def test_tokens_can_expire_be_revoked_or_need_time(tenant: Tenant) -> None:
    old = await tenant.bearer()
    await tenant.fault(kind="expire_tokens")
    assert (await tenant.client.get("/api/roles", headers=old)).status_code == 401
    new = await tenant.bearer()
    assert (await tenant.client.get("/api/roles", headers=new)).status_code == 200
    assert (await tenant.client.get("/api/roles", headers=old)).status_code == 401
    await tenant.fault(kind="revoke_client")
    assert (await tenant.client.get("/api/roles", headers=new)).status_code == 401
    assert (await tenant.token()).json()["error"] == "invalid_client"
    await tenant.client.delete("/_sandbox/faults")
    await tenant.fault(kind="token_not_ready")
    young = await tenant.bearer()
    assert (await tenant.client.get("/api/roles", headers=young)).status_code == 401
    await tenant.client.post("/_sandbox/clock", json={"advance_seconds": 5})
    assert (await tenant.client.get("/api/roles", headers=young)).status_code == 200
    await tenant.client.delete("/_sandbox/faults")
    await tenant.fault(kind="token_500", count=1)
    assert (await tenant.token()).status_code == 500
    await tenant.fault(kind="scope_removed")
    assert (await tenant.token(scope="core.user.read")).json()["error"] == "invalid_scope"
    assert (await tenant.client.get("/api/roles", headers=young)).status_code == 403


async def test_shapes_can_drift_and_lines_go_missing(tenant: Tenant) -> None:
    before = await tenant.one("suppliers/1")
    await tenant.fault(kind="drift", count=1)
    after = await tenant.one("suppliers/1")
    assert (after["status"], after["id"], after["new-release-key"]) == (
        "pending_new_release_step",
        1,
        {"enabled": True},
    )
    assert set(before) - set(after)
    await tenant.fault(kind="default_filter", count=1)
    assert "order-lines" not in await tenant.one("purchase_orders/1")
    await tenant.fault(kind="empty_404", count=1)
    assert (await tenant.get("roles?id=99")).status_code == 404


async def test_a_write_can_be_accepted_and_ignored(tenant: Tenant) -> None:
    await tenant.fault(kind="ignored_field", count=1)
    answer = await tenant.call("PUT", "departments/1", {"name": "Other"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Marketing")


async def test_rows_change_behind_the_apis_back(tenant: Tenant) -> None:
    added = (
        await tenant.client.post("/_sandbox/rows/suppliers", json={"name": "Sudden", "status": "active"})
    ).json()
    assert added == {"id": 131}
    row = await tenant.one("suppliers/131")
    assert (row["name"], row["status"]) == ("Sudden", "active")
    await tenant.client.patch(
        "/_sandbox/rows/suppliers/131", json={"status": "inactive", "updated-at": "2020-01-01T00:00:00Z"}
    )
    after = await tenant.one("suppliers/131")
    assert (after["status"], after["updated-at"]) == ("inactive", "2019-12-31T16:00:00-08:00")
    assert (await tenant.client.delete("/_sandbox/rows/suppliers/131")).status_code == 200
    assert (await tenant.get("suppliers/131")).status_code == 404
    order = (await tenant.client.post("/_sandbox/rows/purchase_orders", json={})).json()["id"]
    lines = (await tenant.one(f"purchase_orders/{order}"))["order-lines"]
    assert lines
    assert lines[0]["id"] not in [
        line["id"] for line in (await tenant.one("purchase_orders/150"))["order-lines"]
    ]
    for path in ("nothing", "suppliers/999"):
        assert (
            await tenant.client.delete(f"/_sandbox/rows/{path}/1")
        ).status_code == 404 or path == "nothing"


async def test_the_control_api_is_for_this_machine_only(opened: Opened) -> None:
    app = opened().app
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=("10.0.0.9", 5)), base_url="http://s"
    ) as far:
        assert (await far.get("/_sandbox/stats")).status_code == 403
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=("::1", 5)), base_url="http://s"
    ) as near:
        assert (await near.get("/_sandbox/stats")).status_code == 200


def test_the_bucket_delays_and_then_refuses() -> None:
    bucket = LeakyBucket(25, 20)
    delays = [bucket.delay(100.0) for _ in range(22)]
    assert delays == [number / 25 for number in range(21)] + [None]
    assert bucket.delay(100.04) == pytest.approx(0.8)
    assert bucket.delay(200.0) == 0.0


async def test_quick_calls_wait_and_quicker_ones_are_refused(opened: Opened) -> None:
    tenant = opened(rate_limit=True, clock=Clock(1_790_000_000), throttle_body="json", retry_after=3)
    answers = await asyncio.gather(*(tenant.get("currencies?limit=1") for _ in range(25)))
    statuses = [one.status_code for one in answers]
    assert (statuses.count(200), statuses.count(429)) == (21, 4)
    refused = next(one for one in answers if one.status_code == 429)
    assert (refused.headers["retry-after"], refused.json()) == (
        "3",
        {"errors": {"throttle": ["Too many requests"]}},
    )
    assert (await opened(rate_limit=True, throttle_status=503).get("roles")).status_code == 200
