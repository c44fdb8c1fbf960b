"""What a context says to every provider alike is checked where it comes in, and read with care where it is stored."""

from typing import Any

import httpx
import pytest
from sqlmodel import select

from auth.credentials import read_context
from schemas.errors import InvalidRequest
from schemas.tables import IntegratedAccount
from tests.auth.vendor import ACME, call
from tests.auth.world import World

pytestmark = pytest.mark.anyio

SCOPE = {"field": "context.oauth.scope", "message": "must be text or a list of texts"}
ZONE = {"field": "context.time_zone", "message": "must be an IANA time zone, such as Europe/Paris"}
FIELDS = {
    "field": "context.global_custom_fields",
    "message": "must be a list of at most 100 names, each of 1 to 200 characters",
}


def read(context: dict[str, Any]) -> dict[str, Any]:
    return read_context(ACME, ACME.schemes[1], context, is_sandbox=False)


async def get(world: World, account: dict[str, Any]) -> dict[str, Any]:
    answer = await world.client.get(f"/integrated-account/{account['id']}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def patch(world: World, account: dict[str, Any], body: Any, path: str = "") -> httpx.Response:
    return await world.client.patch(f"/integrated-account/{account['id']}{path}", json=body)


@pytest.mark.parametrize(
    ("context", "failures"),
    [
        ({"oauth": 5}, [{"field": "context.oauth", "message": "must be an object"}]),
        ({"oauth": []}, [{"field": "context.oauth", "message": "must be an object"}]),
        ({"oauth": {"scope": 5}}, [SCOPE]),
        ({"oauth": {"scope": False}}, [SCOPE]),
        ({"oauth": {"scope": {"read": True}}}, [SCOPE]),
        ({"oauth": {"scope": ["read", 5]}, "oauth.scope": "read"}, [SCOPE]),
        *(
            ({"time_zone": zone}, [ZONE])
            for zone in ("", "Mars/Base", "America", "../etc/passwd", "/etc/passwd", "UTC\0", "é", "+05:00")
        ),
        *(({"time_zone": zone}, [ZONE]) for zone in ("a" * 5000, 5, True, ["UTC"], {"UTC": 1})),
        ({"global_custom_fields": "colour"}, [FIELDS]),
        ({"global_custom_fields": {"colour": 1}}, [FIELDS]),
        ({"global_custom_fields": ["colour", 5]}, [FIELDS]),
        ({"global_custom_fields": [""]}, [FIELDS]),
        ({"global_custom_fields": ["x" * 201]}, [FIELDS]),
        ({"global_custom_fields": ["x"] * 101}, [FIELDS]),
        ({"global_custom_fields": 1, "time_zone": 1, "oauth": {"scope": 1}}, [SCOPE, ZONE, FIELDS]),
    ],
)
def test_members_that_every_provider_shares_are_checked_by_name(
    context: dict[str, Any], failures: list[dict[str, str]]
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read({"acme_pass": "p", "host": "blue.acme.example", **context})
    assert (caught.value.status, caught.value.details) == (400, {"failures": failures})


@pytest.mark.parametrize(
    "context",
    [
        {"oauth": None, "time_zone": None, "global_custom_fields": None},
        {"oauth": {"scope": None}, "time_zone": "Europe/Paris", "global_custom_fields": []},
        {"oauth": {}, "time_zone": "UTC", "global_custom_fields": ["x" * 200] * 100},
        {"oauth": {"scope": "a b", "more": 5}, "time_zone": "America/Argentina/Buenos_Aires"},
        {"oauth": {"scope": []}},
        {"oauth": {"scope": ["a"]}},
    ],
)
def test_members_that_every_provider_shares_stay_as_they_are_given(context: dict[str, Any]) -> None:
    given = {"acme_pass": "p", "host": "blue.acme.example", **context}
    assert read(given) == given


async def test_a_context_that_calls_could_not_read_is_taken_by_no_door(world: World) -> None:
    account = await world.link()
    context = {"oauth": {"scope": 5}, "time_zone": "Mars/Base", "global_custom_fields": "colour"}
    body = await world.body()
    imported = await world.client.post(
        "/integrated-account", json={**body, "context": {**body["context"], **context}}
    )
    changed = await patch(world, account, {"context": context})
    replaced = await patch(world, account, {"context": context}, "/credentials")
    for answer in (imported, changed, replaced):
        assert answer.status_code == 400
        assert [each["field"] for each in answer.json()["details"]["failures"]] == [
            "context.oauth.scope",
            "context.time_zone",
            "context.global_custom_fields",
        ]
    scope = await patch(world, account, {"oauth": {"scope": 5}}, "/credentials")
    assert (scope.status_code, scope.json()["details"]["failures"]) == (
        400,
        [{"field": "context.oauth.scope", "message": "must be text or a list of texts"}],
    )
    assert await get(world, account) == account


async def test_a_context_of_old_that_would_be_refused_now_serves_calls_and_can_be_mended(
    world: World,
) -> None:
    account = await world.link(validate=False)
    bad = {"oauth": {"scope": 5}, "time_zone": 5, "global_custom_fields": 5}
    async with world.database.write() as session:
        row = (await session.exec(select(IntegratedAccount))).one()
        row.context = {**row.context, **bad}
    assert (await get(world, account))["context"]["oauth"] == {"scope": 5}
    connection = await world.open(account)
    assert connection.scopes == ("read", "write")
    assert (await call(world.vendor, connection, world.renewals)).status_code == 200
    refused = await patch(world, account, {"context": {"note": "new"}})
    assert refused.status_code == 400
    mended: dict[str, Any] = {"oauth": {"scope": "read"}, "time_zone": None, "global_custom_fields": []}
    assert (await patch(world, account, {"context": mended})).status_code == 200
    assert (await world.open(account)).scopes == ("read",)
