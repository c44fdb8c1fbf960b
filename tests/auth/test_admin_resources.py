"""Environments, integrations, models and sandbox accounts over HTTP."""

import asyncio
from typing import Any

import pytest
from sqlmodel import select

from auth import sealed
from auth.vault import Binding
from schemas.tables import SealedRecord
from tests.auth.world import PASS, World

pytestmark = pytest.mark.anyio

ACME = {
    "id": "4dd8674a-70e5-5a81-9c71-083a4b00ed69",
    "name": "acme",
    "label": "Acme Works",
    "category": "accounting",
    "is_beta": False,
    "auth_formats": ["oauth2_client_credentials", "api_key"],
    "unified_models": [],
    "config": {"label": "Acme Works", "logo": None},
    "created_at": None,
    "updated_at": None,
}


async def read(world: World, path: str, status: int = 200) -> Any:
    answer = await world.client.get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


def listed(*result: Any) -> dict[str, Any]:
    return {"result": list(result), "next_cursor": None, "limit": 5000}


async def test_the_environment_is_the_tokens_own(world: World) -> None:
    own = await read(world, f"/environment/{world.id}")
    assert own == {
        "id": world.id,
        "name": "home",
        "allowed_origins": [],
        "branding": {"logo_url": None, "accent": None},
        "created_at": own["created_at"],
        "updated_at": own["created_at"],
    }
    assert await read(world, "/environment") == listed(own)
    assert await read(world, "/environment?name=home&created_at[gt]=2020-01-01") == listed(own)
    assert await read(world, "/environment?name=abroad") == listed()
    assert (await world.client.post("/environment", json={"name": "x"})).status_code == 405


async def test_an_environment_takes_a_new_name_and_exact_origins(either: World) -> None:
    origins = ["https://app.example.com", "https://app.example.com:8443", "http://localhost:5173"]
    answer = await either.client.patch(
        f"/environment/{either.id}", json={"name": "new", "allowed_origins": origins}
    )
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["allowed_origins"]) == ("new", origins)
    assert await read(either, f"/environment/{either.id}") == answer.json()
    taken = await either.client.patch(f"/environment/{either.id}", json={"name": "abroad"})
    assert (taken.status_code, taken.json()["details"]) == (409, {"reason": "in_use"})


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*.example.com",
        "http://app.example.com",
        "https://app.example.com/",
        "https://user@app.example.com",
        "javascript:alert(1)",
        "null",
        "https://APP.example.com",
        "https://app.example.com\n",
    ],
)
async def test_an_origin_that_is_not_exact_is_refused(world: World, origin: str) -> None:
    answer = await world.client.patch(f"/environment/{world.id}", json={"allowed_origins": [origin]})
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["details"]["failures"]] == ["allowed_origins.0"]


PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


async def test_an_environment_has_a_logo_and_an_accent(either: World) -> None:
    path = f"/environment/{either.id}"
    for logo in ("https://cdn.example.com:8443/a/logo.png?v=2", PIXEL):
        answer = await either.client.patch(path, json={"branding": {"logo_url": logo, "accent": "#0A5Bc4"}})
        assert answer.status_code == 200
        assert answer.json()["branding"] == {"logo_url": logo, "accent": "#0a5bc4"}
        assert await read(either, path) == answer.json()
    renamed = await either.client.patch(path, json={"name": "other"})
    assert renamed.json()["branding"]["logo_url"] == PIXEL
    plain = await either.client.patch(path, json={"branding": {}})
    assert plain.json()["branding"] == {"logo_url": None, "accent": None}


@pytest.mark.parametrize(
    ("branding", "field"),
    [
        ({"logo_url": "http://cdn.example.com/logo.png"}, "branding.logo_url"),
        ({"logo_url": "https://cdn.example.com"}, "branding.logo_url"),
        ({"logo_url": "https://cdn.example.com;script-src */logo.png"}, "branding.logo_url"),
        ({"logo_url": "https://me@cdn.example.com/logo.png"}, "branding.logo_url"),
        ({"logo_url": 'https://cdn.example.com/" onerror="alert(1)'}, "branding.logo_url"),
        ({"logo_url": "https://cdn.example.com/logo.png\n"}, "branding.logo_url"),
        ({"logo_url": "javascript:alert(1)"}, "branding.logo_url"),
        ({"logo_url": "data:text/html;base64,PHNjcmlwdD4="}, "branding.logo_url"),
        ({"logo_url": PIXEL + "A" * 65536}, "branding.logo_url"),
        ({"accent": "red"}, "branding.accent"),
        ({"accent": "#12345"}, "branding.accent"),
        ({"accent": "#123456\n"}, "branding.accent"),
        ({"accent": "#123456;}"}, "branding.accent"),
        ({"colour": "#123456"}, "branding.colour"),
        (None, "branding"),
    ],
)
async def test_branding_that_is_no_image_or_no_colour_is_refused(
    world: World, branding: Any, field: str
) -> None:
    answer = await world.client.patch(f"/environment/{world.id}", json={"branding": branding})
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["details"]["failures"]] == [field]
    assert (await read(world, f"/environment/{world.id}"))["branding"] == {"logo_url": None, "accent": None}


async def test_integrations_are_found_by_id_and_by_name(world: World) -> None:
    assert await read(world, "/integration") == listed(ACME)
    assert await read(world, "/integration/acme") == ACME
    assert await read(world, f"/integration/{ACME['id']}") == ACME
    assert await read(world, "/integration?name=acme&is_beta=false&category[in]=accounting,x") == listed(ACME)
    assert await read(world, "/integration?is_beta=true") == listed()
    assert (await read(world, "/integration/other", 404))["details"] == {"reason": "not_found"}
    assert await read(world, "/category") == listed(
        {"name": "accounting", "label": "Accounting", "created_at": None, "updated_at": None}
    )


async def test_unified_models_are_installed_everywhere(world: World) -> None:
    models = (await read(world, "/unified-model"))["result"]
    assert [model["name"] for model in models] == ["accounting", "user-directory"]
    assert "invoices" in models[0]["resources"]
    assert await read(world, "/unified-model/user-directory") == models[1]
    assert await read(world, f"/unified-model/{models[0]['id']}") == models[0]
    own = (await read(world, "/environment-unified-model"))["result"]
    assert [each["unified_model"] for each in own] == models
    assert {each["environment_id"] for each in own} == {world.id}
    assert await read(world, f"/environment-unified-model/{own[0]['id']}") == own[0]
    assert await read(world, f"/environment-unified-model?unified_model_id={models[1]['id']}") == listed(
        own[1]
    )
    foreign = (await world.foreign.get("/environment-unified-model")).json()["result"]
    assert foreign[0]["id"] != own[0]["id"]
    await read(world, f"/environment-unified-model/{foreign[0]['id']}", 404)


async def test_an_integration_is_switched_on_once(either: World) -> None:
    async def switch_on() -> Any:
        body = {"integration_id": ACME["id"]}
        return (await either.client.post("/environment-integration", json=body)).json()

    first, *others = await asyncio.gather(*(switch_on() for _ in range(5)))
    assert others == [first] * 4
    assert first == {
        "id": first["id"],
        "integration_id": ACME["id"],
        "environment_id": either.id,
        "is_enabled": True,
        "show_in_catalog": True,
        "override": {},
        "integration": ACME,
        "created_at": first["created_at"],
        "updated_at": first["created_at"],
    }
    path = "/environment-integration"
    assert await read(either, f"{path}/{first['id']}") == first
    for query in ("", "?integration.name=acme", f"?integration_id={ACME['id']}", "?is_enabled=true"):
        assert await read(either, path + query) == listed(first)
    for query in ("?integration_id=other", "?show_in_catalog=0"):
        assert await read(either, path + query) == listed()
    unknown = await either.client.post(path, json={"integration_id": "other"})
    assert unknown.status_code == 400
    assert unknown.json()["details"]["failures"] == [
        {"field": "integration_id", "message": "is no integration of this gateway"}
    ]


async def test_an_override_is_replaced_whole_and_its_secret_kept_apart(either: World) -> None:
    row_id = await either.switch_on()
    path = f"/environment-integration/{row_id}"

    async def override(value: Any) -> Any:
        answer = await either.client.patch(path, json={"override": value})
        assert answer.status_code == 200, answer.text
        return answer.json()["override"]

    async def secret() -> Any:
        bound = Binding(either.id, "", f"environment-integration/{row_id}")
        async with either.database.read() as session:
            return await sealed.take(session, either.vault, bound)

    shown = {"credentials": {"client": {"id": "app"}, "scope": ["read"]}}
    hidden = {"credentials": {"client": {"id": "app", "secret": "hush-1"}, "scope": ["read"]}}
    assert await override(hidden) == shown
    assert await secret() == {"client_secret": "hush-1"}
    assert await override({"credentials": {"client": {"id": "app"}}}) == {
        "credentials": {"client": {"id": "app"}}
    }
    assert await secret() == {"client_secret": "hush-1"}
    assert await override({"unified": {}}) == {"unified": {}}
    assert await secret() is None
    refused = await either.client.patch(
        path, json={"override": {"unified": [], "limits": {"a": 1, "rate": "9"}}}
    )
    assert refused.status_code == 400
    assert refused.json()["details"]["failures"] == [
        {"field": "override.unified", "message": "must be a JSON object"},
        {"field": "override.limits.rate", "message": "Input should be a valid integer"},
        {"field": "override.limits.a", "message": "is not known here"},
    ]
    refused = await either.client.patch(path, json={"override": {"limits": {"burst": 1, "concurrency": 5}}})
    assert refused.json()["details"]["failures"] == [
        {"field": "override.limits", "message": "must name rate, too: per and burst belong to it"}
    ]


async def test_scopes_of_the_environment_are_asked_for(world: World) -> None:
    account = await world.link()
    path = f"/environment-integration/{account['environment_integration_id']}"
    await world.client.patch(path, json={"override": {"credentials": {"scope": ["one"]}}})
    assert (await world.open(account)).scopes == ("one",)


async def test_an_integration_in_use_is_deleted_only_by_force(either: World) -> None:
    account = await either.link()
    path = f"/environment-integration/{account['environment_integration_id']}"
    refused = await either.client.delete(path)
    assert (refused.status_code, refused.json()["details"]) == (409, {"reason": "in_use"})
    assert (await either.client.delete(f"{path}?force=false")).status_code == 409
    deleted = await either.client.delete(f"{path}?force=true")
    assert (deleted.status_code, deleted.json()) == (200, {"id": account["environment_integration_id"]})
    assert await read(either, "/integrated-account") == listed()
    async with either.database.read() as session:
        left = (await session.exec(select(SealedRecord.environment_id))).all()
    assert set(left) == {""}
    await read(either, path, 404)
    assert (await either.client.delete(path)).status_code == 404


async def test_a_sandbox_account_is_ready_at_once(sandboxed: World) -> None:
    path = "/sandbox-integrated-account"
    answer = await sandboxed.client.post(path, json={"integration": "acme", "tenant_id": "t9"})
    assert answer.status_code == 201
    made = answer.json()
    account = await read(sandboxed, f"/integrated-account/{made['id']}")
    assert made == {
        "id": account["id"],
        "integrated_account": account,
        "created_at": account["created_at"],
        "updated_at": account["updated_at"],
    }
    assert (account["status"], account["is_sandbox"], account["tenant_id"]) == ("active", True, "t9")
    assert (account["authentication_method"], account["context"]) == ("api_key", {})
    assert (await sandboxed.open(account)).secrets["acme_pass"] == PASS
    other = await sandboxed.client.post(path, json={"id": account["environment_integration_id"]})
    assert other.status_code == 201
    real = await sandboxed.link()
    assert await read(sandboxed, path) == listed(made, other.json())
    assert await read(sandboxed, f"{path}/{made['id']}") == made
    await read(sandboxed, f"{path}/{real['id']}", 404)
    assert (await sandboxed.client.delete(f"{path}/{real['id']}")).status_code == 404
    deleted = await sandboxed.client.delete(f"{path}/{made['id']}")
    assert (deleted.status_code, deleted.json()) == (200, {"id": made["id"]})
    assert await read(sandboxed, path) == listed(other.json())


@pytest.mark.parametrize(
    ("body", "failures"),
    [
        ({}, [{"field": "", "message": "send either id, of an environment-integration, or integration"}]),
        (
            {"id": "a", "integration": "acme"},
            [{"field": "", "message": "send either id, of an environment-integration, or integration"}],
        ),
        ({"id": "a"}, [{"field": "id", "message": "is no environment-integration of this environment"}]),
        ({"integration": "x"}, [{"field": "integration", "message": "is no integration of this gateway"}]),
    ],
)
async def test_a_sandbox_account_of_nothing_is_refused(
    sandboxed: World, body: dict[str, Any], failures: list[dict[str, str]]
) -> None:
    answer = await sandboxed.client.post("/sandbox-integrated-account", json=body)
    assert answer.status_code == 400
    assert answer.json()["details"]["failures"] == failures


async def test_a_sandbox_that_is_not_configured_tells_the_remedy(world: World) -> None:
    answer = await world.client.post("/sandbox-integrated-account", json={"integration": "acme"})
    assert (answer.status_code, answer.json()["message"]) == (
        400,
        "No sandbox of acme is configured: start one with `koine sandbox acme`, or use `koine up`.",
    )
