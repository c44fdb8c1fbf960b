"""C1: no token sees another environment: over every route and verb, another's id is answered as an unknown one is.

How long that takes is not compared: either is one look-up within the caller's environment, and what a clock would tell
apart on a busy machine is the machine.
"""

import itertools
import re
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.routing import Route

from auth.guesses import SECONDS, Guesses
from gateway.app import ROUTES
from tests.house import House, link

pytestmark = pytest.mark.anyio
PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")
VERBS = ("GET", "POST", "PATCH", "PUT", "DELETE")
FILLED = {"model": "accounting", "resource": "contacts", "method": "list", "integration": "coupa"}
PUBLIC = {"/ping", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"}
PAGES = ("/connect-account", "/connect/", "/sdk/")  # for browsers; see tests/linking
SECRET = re.compile(r'"(request_id|created_at|updated_at)":"[^"]*",?')


def paths(id_: str) -> list[str]:
    """Every route's path with this id in each of its places for one."""
    found = []
    for route in ROUTES:
        assert isinstance(route, Route)
        if route.path not in PUBLIC and not route.path.startswith(PAGES):
            found.append(PARAMETER.sub(lambda match: FILLED.get(match[1], id_), route.path))
    return found


def bodies(id_: str) -> list[dict[str, Any]]:
    """Bodies that name things by id."""
    return [
        {},
        {"id": id_},
        {"id": id_, "tenant_id": "t"},
        {"ids": [id_]},
        {"integration_id": id_},
        {"integrated_account_id": id_},
        {"integrated_account_id": id_, "resources": [{"resource": "accounting/contacts", "method": "list"}]},
        {
            "tenant_id": "t",
            "environment_integration_id": id_,
            "authentication_method": "api_key",
            "context": {"api_key": "k"},
        },
    ]


async def ask(
    client: httpx.AsyncClient, verb: str, path: str, id_: str, body: dict[str, Any]
) -> tuple[int, str]:
    json = None if verb == "GET" else body
    answer = await client.request(verb, path, params={"integrated_account_id": id_}, json=json)
    return answer.status_code, SECRET.sub("", answer.text).replace(id_, "ID")


async def kinds(house: House) -> dict[str, str]:
    """An id of every kind of thing that belongs to the house's environment and can be asked for by id."""
    house.state["connections"].sandbox_contexts = {"coupa": house.coupa_credentials}
    token = await house.client.post("/api-token", json={"name": "extra"})
    sandbox = await house.client.post("/sandbox-integrated-account", json={"integration": "coupa"})
    models = await house.client.get("/environment-unified-model")
    return {
        "environment": house.environment,
        "token": token.json()["id"],
        "environment integration": house.integration,
        "environment unified model": models.json()["result"][0]["id"],
        "account": house.account,
        "sandbox account": sandbox.json()["id"],
    }


LISTS = (
    "/api-token",
    "/environment",
    "/environment-integration",
    "/environment-unified-model",
    "/integrated-account",
    "/sandbox-integrated-account",
    "/log",
)


async def everything(house: House) -> dict[str, Any]:
    """All that the house's environment owns; its log too, where a stranger's calls must leave nothing."""
    await house.state["request_log"].flush()
    return {path: (await house.client.get(path)).json()["result"] for path in LISTS}


async def test_c1_no_route_tells_anothers_id_from_an_unknown_one(house: House) -> None:
    stranger, _ = await house.caller("stranger")
    owned = await kinds(house)
    await house.get("accounting/contacts/1000001")
    before = await everything(house)
    assert all(before.values())
    unknown, expected = str(uuid4()), dict[tuple[str, str, int], Any]()
    async with stranger:
        for kind, id_ in owned.items():
            for theirs, nobodys in zip(paths(id_), paths(unknown), strict=True):
                for verb in VERBS:
                    for number, (own, other) in enumerate(zip(bodies(id_), bodies(unknown), strict=True)):
                        key = (verb, nobodys, number)
                        if key not in expected:
                            expected[key] = await ask(stranger, verb, nobodys, unknown, other)
                        found = await ask(stranger, verb, theirs, id_, own)
                        assert found == expected[key], (kind, verb, theirs, own)
                        assert found[0] != 500
                        if verb == "GET":
                            break
    assert await everything(house) == before


async def test_c1_lists_hold_nothing_of_another_environment(house: House) -> None:
    stranger, environment = await house.caller("stranger")
    owned = await kinds(house)
    async with stranger:
        for route in ROUTES:
            assert isinstance(route, Route)
            if PARAMETER.search(route.path):
                continue
            answer = await stranger.get(route.path)
            for kind, id_ in owned.items():
                assert id_ not in answer.text, (route.path, kind)
        own = (await stranger.get("/environment")).json()["result"]
        assert [found["id"] for found in own] == [environment]


async def test_c1_every_route_wants_a_token(house: House) -> None:
    house.state["guesses"] = Guesses(
        clock=partial(next, itertools.count(step=SECONDS))
    )  # no guesser is this slow
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(house.app), base_url="http://koine.test"
    ) as nobody:
        for path in paths(house.account):
            for token in (None, "Bearer koine_x_y", f"Basic {house.token}", "Bearer"):
                headers = {"authorization": token} if token else {}
                answer = await nobody.get(path, headers=headers)
                if answer.status_code != 405:
                    assert (answer.status_code, answer.json()["details"]["reason"]) == (
                        401,
                        "invalid_token",
                    ), path


async def test_c1_an_account_stays_its_environments_own_through_import_and_delete(house: House) -> None:
    stranger, _ = await house.caller("stranger")
    account = await link(house, {"api_key": house.coupa_credentials["api_key"]}, method="api_key")
    async with stranger:
        gone = await stranger.post("/integrated-account/bulk-delete", json={"ids": [account["id"]]})
        assert gone.json() == {"success": True, "deleted": 0}
        by_tenant = await stranger.post("/integrated-account/bulk-delete", json={"tenant_id": "acme"})
        assert by_tenant.json() == {"success": True, "deleted": 0}
    kept = await house.client.get(f"/integrated-account/{account['id']}")
    assert kept.status_code == 200
