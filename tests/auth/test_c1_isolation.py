"""Every route with an id, every verb: another environment's thing is answered exactly like one that does not exist."""

from typing import Any

import httpx
import pytest
from starlette.routing import Route

from auth.caller import Caller
from auth.endpoints import edge
from auth.routes import ROUTES
from schemas.errors import NotAllowed
from tests.auth.world import PASS, SECRET, World, asked

pytestmark = pytest.mark.anyio

BUILT_IN = ("/integration", "/category", "/unified-model")
WEBHOOK = {"target_url": "https://127.0.0.1/hook"}
BODIES: dict[str, Any] = {
    "/environment/{id}": {"name": "taken over"},
    "/environment-integration/{id}": {"is_enabled": False},
    "/integrated-account/{id}": {"is_blocked": True},
    "/integrated-account/{id}/credentials": {"context": {"client_secret": SECRET}},
    "/integrated-account/{id}/unified-model-override/rollback": {"version": 1},
    "/environment-integration/{id}/unified-model-override/rollback": {"version": 1},
}
# Pages for people without a token, tests/linking is about them; and what account tokens alone may ask.
ELSEWHERE = ("/connect", "/integrated-account/me")
ADMIN = [route for route in ROUTES if not route.path.startswith(ELSEWHERE)]
WITH_ID = [
    (method, route)
    for route in ADMIN
    if "{id}" in route.path and not route.path.startswith(BUILT_IN)
    for method in sorted(route.methods or ())
    if method != "HEAD"
]
ALL = [(method, route) for route in ADMIN for method in sorted(route.methods or ()) if method != "HEAD"]


@pytest.fixture
async def theirs(sandboxed: World) -> dict[str, str]:
    """One thing of each kind in the other environment."""
    world = sandboxed
    account = await world.link(world.foreign)
    sandbox = await world.foreign.post("/sandbox-integrated-account", json={"integration": "acme"})
    webhook = (await world.foreign.post("/webhook", json=WEBHOOK)).json()
    await world.foreign.post("/webhook/test", json={"id": webhook["id"]})
    deliveries = (await world.foreign.get("/webhook-delivery")).json()["result"]
    models = (await world.foreign.get("/environment-unified-model")).json()["result"]
    return {
        "api-token": world.foreign_caller.token_id,
        "environment": world.foreign_caller.environment_id,
        "environment-integration": account["environment_integration_id"],
        "environment-unified-model": models[0]["id"],
        "integrated-account": account["id"],
        "sandbox-integrated-account": sandbox.json()["id"],
        "webhook": webhook["id"],
        "webhook-delivery": deliveries[0]["id"],
    }


async def send(client: httpx.AsyncClient, method: str, route: Route, thing: str) -> httpx.Response:
    body = BODIES.get(route.path) if method in ("PATCH", "POST") else None
    return await client.request(method, route.path.replace("{id}", thing), json=body)


async def snapshot(world: World) -> list[Any]:
    return [
        (await world.foreign.get(path)).json()
        for path in (
            *("/api-token", "/environment", "/environment-integration", "/integrated-account"),
            *("/webhook", "/webhook-delivery"),
        )
    ]


async def test_c1_foreign_ids_are_answered_like_unknown_ones(
    sandboxed: World, theirs: dict[str, str]
) -> None:
    before = await snapshot(sandboxed)
    for method, route in WITH_ID:
        foreign_id = theirs[route.path.split("/")[1]]
        foreign = await send(sandboxed.client, method, route, foreign_id)
        for unknown_id in ("00000000-0000-4000-8000-000000000000", "x%00y", "%20"):
            unknown = await send(sandboxed.client, method, route, unknown_id)
            assert (method, route.path, foreign.status_code) == (method, route.path, 404)
            assert (unknown.status_code, unknown.json()) == (404, foreign.json())
    assert await snapshot(sandboxed) == before
    assert len(WITH_ID) == 23


async def test_c1_lists_show_nothing_of_another_environment(sandboxed: World, theirs: dict[str, str]) -> None:
    for method, route in ALL:
        if method == "GET" and "{id}" not in route.path and not route.path.startswith(BUILT_IN):
            answer = await sandboxed.client.get(route.path)
            assert answer.status_code == 200
            assert not set(theirs.values()) & {each["id"] for each in answer.json()["result"]}


async def test_every_route_wants_a_token(world: World) -> None:
    async with asked(world.app, "nonsense") as nobody:
        for method, route in ALL:
            answer = await send(nobody, method, route, "x")
            assert (answer.status_code, answer.json()["details"]) == (401, {"reason": "invalid_token"})


async def test_c4_an_account_token_reaches_no_admin_route(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def as_account(_request: Any) -> Caller:
        return Caller(world.id, "x", "account", "a")

    monkeypatch.setattr(edge, "authenticate", as_account)
    with pytest.raises(NotAllowed) as caught:
        await edge.api_caller(None)  # type: ignore[arg-type]
    assert (caught.value.status, caught.value.reason) == (403, "token_not_allowed")


async def test_c3_no_answer_log_or_stored_byte_holds_a_secret(
    sandboxed: World, theirs: dict[str, str], caplog: pytest.LogCaptureFixture, tmp_path_factory: Any
) -> None:
    world = sandboxed
    caplog.set_level("DEBUG")
    answers = []
    account = await world.link()
    await world.link(
        authentication_method="api_key", context={"host": "blue.acme.example", "acme_pass": PASS}
    )
    refused = {"context": {"client_secret": "hush-hush-wrong-one"}}
    answers.append(await world.client.patch(f"/integrated-account/{account['id']}/credentials", json=refused))
    override = {"override": {"credentials": {"client": {"id": "app", "secret": "hush-hush-app"}}}}
    path = f"/environment-integration/{account['environment_integration_id']}"
    answers.append(await world.client.patch(path, json=override))
    for client in (world.client, world.foreign):
        for method, route in ALL:
            if method == "GET" and "{id}" not in route.path:
                listed = await client.get(route.path)
                answers.append(listed)
                rows = listed.json()["result"]
                answers += [await client.get(f"{route.path}/{row['id']}") for row in rows if "id" in row]
    written = " ".join([*(answer.text for answer in answers), caplog.text])
    assert "hush-hush" not in written
    assert world.token.split("_", 2)[2] not in written
    folder = world.database._url.database
    assert folder is not None
    with open(folder, "rb") as file, open(f"{folder}-wal", "rb") as log:  # noqa: ASYNC230
        stored = file.read() + log.read()
    assert b"blue.acme.example" in stored
    assert b"hush-hush" not in stored
    assert world.token.split("_", 2)[2].encode() not in stored
