"""Credentials that are handed over: imported, tried, replaced only by ones that work."""

from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse

from tests.auth.vendor import call
from tests.auth.world import PASS, SECRET, World, sealed_for

pytestmark = pytest.mark.anyio

OTHER = "hush-hush-second-secret"


async def get(world: World, account: dict[str, Any]) -> dict[str, Any]:
    answer = await world.client.get(f"/integrated-account/{account['id']}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def patch(
    world: World, account: dict[str, Any], body: Any, path: str = "/credentials"
) -> httpx.Response:
    return await world.client.patch(f"/integrated-account/{account['id']}{path}", json=body)


async def test_an_import_is_tried_and_shown_without_its_secrets(either: World) -> None:
    body = await either.body(
        context={"host": " blue.acme.example", "client_id": "me", "client_secret": SECRET}
    )
    answer = await either.client.post("/integrated-account", json=body)
    account = answer.json()
    assert answer.status_code == 201
    assert account == {
        "id": account["id"],
        "tenant_id": "t1",
        "environment_id": either.id,
        "environment_integration_id": body["environment_integration_id"],
        "status": "active",
        "is_blocked": False,
        "is_sandbox": False,
        "authentication_method": "oauth2_client_credentials",
        "region": None,
        "last_error": None,
        "last_action_run_result": None,
        "last_forbidden_error": None,
        "context": {"host": "blue.acme.example", "client_id": "me"},
        "object_store_context_fields": [],
        "unified_model_override": {},
        "integration_override": {},
        "environment_integration": {"id": body["environment_integration_id"]},
        "integration": {
            "id": "4dd8674a-70e5-5a81-9c71-083a4b00ed69",
            "name": "acme",
            "config": {"label": "Acme Works"},
        },
        "created_at": account["created_at"],
        "updated_at": account["updated_at"],
    }
    assert account["created_at"] < account["updated_at"]
    assert either.vendor.calls == ["Bearer token-1"]
    assert await get(either, account) == account


@pytest.mark.parametrize(
    ("context", "last_error"),
    [
        (
            {"client_id": "me", "client_secret": "wrong-secret"},
            "The vendor refused the credentials: No such client",
        ),
        (
            {"client_id": "wrong-secret", "client_secret": "other"},
            "The vendor refused the credentials: No such client",
        ),
    ],
)
async def test_an_import_that_does_not_work_is_kept_with_the_vendors_words(
    world: World, context: dict[str, Any], last_error: str
) -> None:
    account = await world.link(context={"host": "blue.acme.example", **context})
    assert (account["status"], account["last_error"]) == ("validation_error", last_error)


async def test_an_import_whose_vendor_is_away_is_kept_as_not_validated(world: World) -> None:
    world.vendor.token_answers = [PlainTextResponse("oops", 500)]
    account = await world.link()
    assert account["status"] == "validation_error"
    assert account["last_error"] == "The vendor's token endpoint gave no usable answer (status 500)."
    mended = await patch(world, account, {"context": {}})
    assert (mended.status_code, mended.json()["status"], mended.json()["last_error"]) == (200, "active", None)


async def test_an_import_that_need_not_be_tried_is_active_at_once(world: World) -> None:
    account = await world.link(validate=False)
    assert (account["status"], world.vendor.token_requests) == ("active", [])


async def test_c3_secrets_at_any_depth_go_to_the_vault_and_come_back_to_calls_only(world: World) -> None:
    context = {
        "host": "blue.acme.example",
        "acme_pass": PASS,
        "extra": [{"password": "hush-1", "note": "n"}, {"webhook_secret": {"deep": "hush-2"}}],
        "oauth": {"scope": "a b", "token": {"access_token": "hush-3"}},
    }
    account = await world.link(authentication_method="api_key", context=context)
    assert account["context"] == {
        "host": "blue.acme.example",
        "extra": [{"note": "n"}, {}],
        "oauth": {"scope": "a b"},
    }
    assert account["status"] == "active"
    connection = await world.open(account)
    assert dict(connection.secrets) == {
        "acme_pass": PASS,
        "extra/0/password": "hush-1",
        "extra/1/webhook_secret": {"deep": "hush-2"},
        "oauth/token": {"access_token": "hush-3"},
    }


@pytest.mark.parametrize(
    ("change", "failures"),
    [
        ({"tenant_id": ""}, [{"field": "tenant_id", "message": "String should have at least 1 character"}]),
        ({"tenant_id": "a\0b"}, [{"field": "tenant_id", "message": "must be printable text"}]),
        ({"tenant_id": 5}, [{"field": "tenant_id", "message": "Input should be a valid string"}]),
        ({"context": []}, [{"field": "context", "message": "must be a JSON object"}]),
        ({"is_sandbox": "yes"}, [{"field": "is_sandbox", "message": "Input should be a valid boolean"}]),
        (
            {"status": "active", "id": "mine", "environment_id": "x"},
            [
                {"field": "status", "message": "is not known here"},
                {"field": "id", "message": "is not known here"},
                {"field": "environment_id", "message": "is not known here"},
            ],
        ),
        (
            {"environment_integration_id": "no-such"},
            [
                {
                    "field": "environment_integration_id",
                    "message": "is no environment-integration of this environment",
                }
            ],
        ),
        (
            {"authentication_method": "basic"},
            [
                {
                    "field": "authentication_method",
                    "message": "must be one of oauth2_client_credentials, api_key",
                }
            ],
        ),
        (
            {"context": {"client_id": "me", "client_secret": "s"}},
            [
                {
                    "field": "context.host",
                    "message": "Acme host is missing. Expected: such as blue.acme.example",
                }
            ],
        ),
    ],
)
async def test_c2_an_import_that_is_wrong_is_refused_and_nothing_saved(
    world: World, change: dict[str, Any], failures: list[dict[str, str]]
) -> None:
    answer = await world.client.post("/integrated-account", json=await world.body(**change))
    assert answer.status_code == 400
    assert answer.json()["details"] == {"reason": "invalid_request", "failures": failures}
    assert (await world.client.get("/integrated-account")).json()["result"] == []
    assert await sealed_for(world.database) == []


async def test_c1_an_import_into_a_foreign_integration_is_refused_as_into_an_unknown_one(
    world: World,
) -> None:
    foreign = await world.switch_on(world.foreign)
    body = await world.body()
    answers = [
        await world.client.post("/integrated-account", json={**body, "environment_integration_id": row_id})
        for row_id in (foreign, "0" * 36)
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()


async def test_an_import_into_an_integration_that_is_off_is_refused(world: World) -> None:
    body = await world.body()
    path = f"/environment-integration/{body['environment_integration_id']}"
    await world.client.patch(path, json={"is_enabled": False})
    answer = await world.client.post("/integrated-account", json=body)
    assert answer.status_code == 400
    assert answer.json()["details"]["failures"] == [
        {"field": "environment_integration_id", "message": "is switched off"}
    ]


async def test_an_import_of_a_sandbox_account_without_a_sandbox_tells_the_remedy(world: World) -> None:
    answer = await world.client.post("/integrated-account", json=await world.body(is_sandbox=True))
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "statusCode": 400,
            "message": "No sandbox of acme is configured: start one with `koine sandbox acme`, or use `koine up`.",
            "details": {"reason": "account_not_ready"},
        },
    )
    assert (await world.client.get("/integrated-account")).json()["result"] == []


async def test_new_credentials_take_over_once_they_have_worked(either: World) -> None:
    account = await either.link()
    await either.connections.note_refused(await either.open(account), "off")
    either.vendor.clients["me"] = OTHER
    answer = await patch(either, account, {"context": {"client_secret": OTHER}})
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["last_error"]) == ("active", None)
    connection = await either.open(account)
    assert connection.secrets["client_secret"] == OTHER
    assert (await call(either.vendor, connection, either.renewals)).status_code == 200
    assert len(either.vendor.token_requests) == 2


async def test_old_credentials_stay_until_new_ones_have_worked(world: World) -> None:
    account = await world.link()
    await world.connections.note_forbidden(await world.open(account), "no", [])
    before = await get(world, account)
    for secret in ("wrong-secret", "other-wrong-secret"):
        answer = await patch(world, account, {"context": {"client_secret": secret}})
        assert (answer.status_code, answer.json()) == (
            401,
            {
                "statusCode": 401,
                "message": "The vendor refused the credentials: No such client",
                "truto_is_remote_error": True,
                "raw_response": None,
                "details": {"reason": None},
            },
        )
    assert await get(world, account) == before
    connection = await world.open(account)
    assert (await call(world.vendor, connection, world.renewals)).status_code == 200


async def test_old_credentials_stay_while_the_vendor_is_away(world: World) -> None:
    account = await world.link()
    world.vendor.token_answers = [PlainTextResponse("oops", 503)]
    answer = await patch(world, account, {"context": {"client_secret": SECRET}})
    assert (answer.status_code, answer.json()["details"]) == (502, {"reason": "vendor_invalid_response"})
    assert await get(world, account) == account


async def test_an_oauth_token_is_merged_into_the_credentials(world: World) -> None:
    account = await world.link()
    answer = await patch(world, account, {"oauth": {"token": {"refresh_token": "hush-1"}}})
    assert answer.status_code == 200
    assert answer.json()["context"] == {"host": "blue.acme.example", "client_id": "me", "oauth": {}}
    assert (await world.open(account)).secrets["oauth/token"] == {"refresh_token": "hush-1"}


@pytest.mark.parametrize("body", [None, {}, {"oauth": None}, {"token": "x"}])
async def test_credentials_without_content_are_refused(world: World, body: Any) -> None:
    answer = await patch(world, await world.link(), body)
    assert answer.status_code == 400


async def test_new_credentials_do_not_undo_a_change_made_while_they_were_tried(world: World) -> None:
    account = await world.link()
    state = world.app.state  # type: ignore[attr-defined]
    original = state["verify"]

    async def verify(connection: Any) -> None:
        await original(connection)
        assert (await patch(world, account, {"context": {"note": "new"}}, "")).status_code == 200

    state["verify"] = verify
    answer = await patch(world, account, {"context": {"client_secret": SECRET}})
    assert (answer.status_code, answer.json()["details"]) == (409, {"reason": "in_use"})
    assert (await get(world, account))["context"]["note"] == "new"
