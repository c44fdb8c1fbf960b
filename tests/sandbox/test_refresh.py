"""Refresh tokens: their rotation, their end, and the counters that hold a renewer to one call at a time."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from sandbox.clock import Clock
from tests.sandbox.conftest import Opened, Tenant
from tests.sandbox.consenting import Visitor

pytestmark = pytest.mark.anyio

DAY = 86400


async def figures(tenant: Tenant, *names: str) -> tuple[Any, ...]:
    stats = (await tenant.client.get("/_sandbox/stats")).json()
    return tuple(stats[name] for name in names)


async def test_a_refresh_gives_a_new_access_token_and_the_same_refresh_token(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    first = await visitor.granted()
    answer = await visitor.refresh(first["refresh_token"])
    body = answer.json()
    assert {**body, "access_token": ""} == {**first, "access_token": ""}
    assert body["access_token"] != first["access_token"]
    assert await visitor.works(body["access_token"])
    assert await visitor.works(first["access_token"])


async def test_the_answer_can_leave_the_refresh_token_out(opened: Opened) -> None:
    visitor = Visitor(opened(refresh_rotation="absent"))
    token = (await visitor.granted())["refresh_token"]
    for _ in range(2):
        body = (await visitor.refresh(token)).json()
        assert "refresh_token" not in body


async def test_a_strict_rotation_ends_the_old_token_at_once(opened: Opened) -> None:
    visitor = Visitor(opened(refresh_rotation="strict"))
    old = (await visitor.granted())["refresh_token"]
    new = (await visitor.refresh(old)).json()["refresh_token"]
    assert new != old
    spent = await visitor.refresh(old)
    assert (spent.status_code, spent.json()) == (
        400,
        {
            "error": "invalid_grant",
            "error_description": "The refresh token is expired, revoked or was replaced.",
        },
    )
    assert (await visitor.refresh(new)).status_code == 200
    assert await figures(visitor.tenant, "refreshed", "refresh_reused") == (2, 1)


async def test_a_grace_rotation_takes_the_old_token_for_a_while(opened: Opened) -> None:
    clock = Clock(1_790_000_000)
    visitor = Visitor(opened(refresh_rotation="grace", clock=clock))
    old = (await visitor.granted())["refresh_token"]
    new = (await visitor.refresh(old)).json()["refresh_token"]
    clock.advance(9)
    newer = (await visitor.refresh(old)).json()["refresh_token"]
    clock.advance(1)
    assert (await visitor.refresh(old)).status_code == 400
    assert len({old, new, newer}) == 3
    for token in (new, newer):
        assert (await visitor.refresh(token)).status_code == 200


async def test_a_family_rotation_ends_the_grant_when_an_old_token_comes_back(opened: Opened) -> None:
    visitor = Visitor(opened(refresh_rotation="family"))
    old = (await visitor.granted())["refresh_token"]
    body = (await visitor.refresh(old)).json()
    assert (await visitor.refresh(old)).status_code == 400
    assert (await visitor.refresh(body["refresh_token"])).status_code == 400
    assert not await visitor.works(body["access_token"])


async def test_a_refresh_token_dies_after_ninety_idle_days(opened: Opened) -> None:
    clock = Clock(1_790_000_000)
    visitor = Visitor(opened(clock=clock))
    token = (await visitor.granted())["refresh_token"]
    for days, status in ((89, 200), (89, 200), (90, 400)):
        clock.advance(days * DAY)
        assert (await visitor.refresh(token)).status_code == status
    fixed = Visitor(opened(clock=clock, refresh_ttl_from="consent"))
    token = (await fixed.granted())["refresh_token"]
    for days, status in ((89, 200), (1, 400)):
        clock.advance(days * DAY)
        assert (await fixed.refresh(token)).status_code == status


async def test_a_refused_refresh_ends_its_token_unless_switched_off(opened: Opened) -> None:
    for switch, status in ((True, 400), (False, 200)):
        visitor = Visitor(opened(refresh_dies_on_error=switch))
        token = (await visitor.granted())["refresh_token"]
        refused = await visitor.refresh(token, scope="core.invoice.read")
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
        assert (await visitor.refresh(token)).status_code == status
        token = (await visitor.granted())["refresh_token"]
        form = {"grant_type": "refresh_token", "refresh_token": token}
        basic = (visitor.client["client_id"], "wrong")
        assert (await visitor.tenant.client.post("/oauth2/token", data=form, auth=basic)).status_code == 401
        assert (await visitor.refresh(token)).status_code == status


async def test_a_refresh_can_ask_for_fewer_scopes(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    token = (await visitor.granted())["refresh_token"]
    body = (await visitor.refresh(token, scope="core.supplier.read")).json()
    assert body["scope"] == "core.supplier.read"
    assert (await visitor.refresh(token)).json()[
        "scope"
    ] == "core.common.read core.supplier.read offline_access"


async def test_a_token_that_is_altered_or_of_another_client_is_unknown(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    token = (await visitor.granted())["refresh_token"]
    for other in (token[:-1] + "0", token.replace(".1.", ".2."), "nonsense", ""):
        if other != token:
            assert (await visitor.refresh(other)).json()["error"] == "invalid_grant"
    two = tenant.credentials["clients"]["web_two"]
    foreign = {"client_id": two["client_id"], "client_secret": two["client_secret"]}
    assert (await visitor.refresh(token, **foreign)).json()["error"] == "invalid_grant"
    assert (await visitor.refresh(token)).status_code == 200


async def test_a_grant_can_be_revoked_behind_the_gateways_back(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    one, two = await visitor.granted(), await visitor.granted(user=17)
    grants = (await tenant.client.get("/_sandbox/grants")).json()["grants"]
    assert [(each["user"], each["revoked"], each["refresh_tokens"]) for each in grants] == [
        (2, False, 1),
        (17, False, 1),
    ]
    ended = await tenant.client.delete(f"/_sandbox/grants/{grants[0]['id']}")
    assert (ended.status_code, ended.json()) == (200, {"revoked": 1})
    assert not await visitor.works(one["access_token"])
    assert (await visitor.refresh(one["refresh_token"])).json()["error"] == "invalid_grant"
    assert await visitor.works(two["access_token"])
    assert (await tenant.client.delete("/_sandbox/grants")).json() == {"revoked": 1}
    assert not await visitor.works(two["access_token"])
    assert (await tenant.client.delete("/_sandbox/grants/nobody")).status_code == 404


async def test_calls_are_counted_by_grant_and_those_with_one_token_at_once(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    body, other = await visitor.granted(), await visitor.granted()
    await tenant.client.post("/_sandbox/stats/reset")
    await tenant.token()
    await tenant.fault(kind="slow", path="/oauth2/token", delay=0.05)
    async with anyio.create_task_group() as group:
        for token in (body["refresh_token"],) * 3 + (other["refresh_token"],):
            group.start_soon(visitor.refresh, token)
    names = ("token_requests_by_grant", "refresh_in_flight_max", "refreshed", "refresh_reused")
    assert await figures(tenant, *names) == ({"client_credentials": 1, "refresh_token": 4}, 3, 4, 0)
    await tenant.client.post("/_sandbox/stats/reset")
    assert await figures(tenant, *names) == ({}, 0, 0, 0)


async def test_an_answer_that_is_lost_has_replaced_the_token_all_the_same(opened: Opened) -> None:
    visitor = Visitor(opened(refresh_rotation="strict"))
    token = (await visitor.granted())["refresh_token"]
    await visitor.tenant.fault(kind="reset_after", path="/oauth2/token", count=1)
    with pytest.raises(Exception, match="connection reset"):
        await visitor.refresh(token)
    assert (await visitor.refresh(token)).status_code == 400


async def test_codes_and_tokens_stand_in_the_log_as_digests(tenant: Tenant) -> None:
    visitor = Visitor(tenant)
    body = await visitor.granted()
    form = {"grant_type": "refresh_token", "refresh_token": body["refresh_token"], **visitor.client}
    await tenant.client.post("/oauth2/token", params=form)
    log = (await tenant.client.get("/_sandbox/log")).text
    for secret in (body["refresh_token"], body["access_token"], visitor.client["client_secret"]):
        assert secret not in log
    assert "sha256:" in log


async def test_consents_outlive_a_restart_where_a_file_keeps_them(opened: Opened, tmp_path: Path) -> None:
    file = tmp_path / "consents.json"
    switches: dict[str, Any] = {"refresh_rotation": "strict", "data": file}
    before = Visitor(opened(**switches))
    kept, revoked = await before.granted(), await before.granted(user=17)
    new = (await before.refresh(kept["refresh_token"])).json()
    grants = (await before.tenant.client.get("/_sandbox/grants")).json()["grants"]
    await before.tenant.client.delete(f"/_sandbox/grants/{grants[1]['id']}")
    assert file.stat().st_mode & 0o777 == 0o600
    after = Visitor(opened(**switches))
    assert await after.works(new["access_token"])
    assert not await after.works(revoked["access_token"])
    assert [one["user"] for one in (await after.tenant.client.get("/_sandbox/grants")).json()["grants"]] == [
        2
    ]
    assert (await after.refresh(kept["refresh_token"])).status_code == 400
    assert (await after.refresh(new["refresh_token"])).status_code == 200
    assert not await Visitor(opened(refresh_rotation="strict")).works(new["access_token"])


def test_a_file_of_another_sort_is_refused(opened: Opened, tmp_path: Path) -> None:
    for text in ("", "[]", "{}", '{"grants": [{"id": 1}]}'):
        file = tmp_path / "other.json"
        file.write_text(text)
        with pytest.raises(ValueError, match="holds no consents of a stand-in; delete it or name another"):
            opened(data=file)
