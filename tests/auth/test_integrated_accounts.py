"""Integrated accounts over HTTP: changed and erased."""

from typing import Any

import httpx
import pytest

from tests.auth.world import SECRET, World, sealed_for

pytestmark = pytest.mark.anyio


async def get(world: World, account: dict[str, Any]) -> dict[str, Any]:
    answer = await world.client.get(f"/integrated-account/{account['id']}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def patch(world: World, account: dict[str, Any], body: Any) -> httpx.Response:
    return await world.client.patch(f"/integrated-account/{account['id']}", json=body)


async def test_a_change_of_context_keeps_the_secrets_that_it_leaves_out(either: World) -> None:
    context = {
        "host": "blue.acme.example",
        "client_id": "me",
        "client_secret": SECRET,
        "box": {"password": "hush-1", "a": 1},
        "oauth": {"token": {"access_token": "hush-2"}, "scope": ["read"]},
    }
    account = await either.link(context=context)
    change = {"context": {"host": "red.acme.example", "box": {"b": 2}, "oauth": {"scope": ["write"]}}}
    answer = await patch(either, account, change)
    assert answer.status_code == 200
    assert answer.json()["context"] == {
        "host": "red.acme.example",
        "client_id": "me",
        "box": {"b": 2},
        "oauth": {"scope": ["write"]},
    }
    connection = await either.open(account)
    assert dict(connection.secrets) == {"client_secret": SECRET, "oauth/token": {"access_token": "hush-2"}}
    assert (connection.origin, connection.scopes) == ("https://red.acme.example", ("write",))


async def test_a_change_sets_what_it_names_and_nothing_else(world: World) -> None:
    account = await world.link(
        context={"host": "blue.acme.example", "client_id": "me", "client_secret": "wrong"}
    )
    changed = await patch(
        world,
        account,
        {"status": "active", "tenant_id": "t2", "is_blocked": True, "unified_model_override": {}},
    )
    assert changed.status_code == 200
    assert changed.json() == {
        **account,
        "status": "active",
        "last_error": None,
        "tenant_id": "t2",
        "is_blocked": True,
        "updated_at": changed.json()["updated_at"],
    }
    assert await get(world, account) == changed.json()
    assert (await patch(world, account, {})).json() == changed.json()


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"status": "connecting"}, "status", "Input should be 'active' or 'needs_reauth'"),
        ({"tenant_id": None}, "tenant_id", "Input should be a valid string"),
        ({"integration_override": {}}, "integration_override", "is not known here"),
        ({"environment_id": "x"}, "environment_id", "is not known here"),
        (
            {"unified_model_override": "accounting"},
            "unified_model_override",
            "must be a JSON object",
        ),
        (
            {"context": {"host": "evil.example"}},
            "context.host",
            "Acme host is not of the form expected. Expected: such as blue.acme.example",
        ),
        (
            {"context": {"client_secret": None}},
            "context.client_secret",
            "Client secret is missing. Expected: letters, digits and signs without a space",
        ),
    ],
)
async def test_c2_a_change_that_is_wrong_changes_nothing(
    world: World, body: dict[str, Any], field: str, message: str
) -> None:
    account = await world.link()
    answer = await patch(world, account, body)
    assert answer.status_code == 400
    assert answer.json()["details"]["failures"] == [{"field": field, "message": message}]
    assert await get(world, account) == account


async def test_a_deleted_account_leaves_no_credentials_behind(either: World) -> None:
    account, kept = await either.link(), await either.link()
    await either.open(account)
    answer = await either.client.delete(f"/integrated-account/{account['id']}")
    assert (answer.status_code, answer.json()) == (200, {"id": account["id"]})
    assert await sealed_for(either.database) == [kept["id"]]
    again = await either.client.delete(f"/integrated-account/{account['id']}")
    assert (again.status_code, again.json()["details"]) == (404, {"reason": "unknown_account"})
    with pytest.raises(Exception, match="There is no such integrated account"):
        await either.open(account)


async def test_many_accounts_are_deleted_by_ids_or_by_tenant(either: World) -> None:
    accounts = [
        (await either.link(tenant_id=tenant, validate=False))["id"]
        for tenant in ("a", "a", "b", "b", "c", "d")
    ]
    foreign = await either.link(either.foreign, tenant_id="b")
    path = "/integrated-account/bulk-delete"
    for body, deleted in (
        ({"ids": [accounts[5], accounts[5], foreign["id"], "no-such"]}, 1),
        ({"ids": []}, 0),
        ({"tenant_id": "a"}, 2),
        ({"query": {"tenant_id": "b"}}, 2),
        ({"tenant_id": "a"}, 0),
    ):
        answer = await either.client.post(path, json=body)
        assert (answer.status_code, answer.json()) == (200, {"success": True, "deleted": deleted})
    assert await sealed_for(either.database) == sorted([accounts[4], foreign["id"]])


@pytest.mark.parametrize(
    "body", [None, {}, {"query": {}}, {"ids": "x"}, {"ids": [], "tenant_id": "a"}, {"tenant_id": None}]
)
async def test_a_bulk_delete_that_names_nothing_deletes_nothing(world: World, body: Any) -> None:
    await world.link()
    answer = await world.client.post("/integrated-account/bulk-delete", json=body)
    assert answer.status_code == 400
    assert len((await world.client.get("/integrated-account")).json()["result"]) == 1
