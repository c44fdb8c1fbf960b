"""Versions: who saved which override when, and the way back."""

from typing import Any

import pytest

from auth.override_versions import MOST_KEPT
from tests.house import House
from tests.overrides.bends import bend, bend_environment, of_contacts

pytestmark = pytest.mark.anyio
FIRST, SECOND = of_contacts(response={"name": "'one'"}), of_contacts(response={"name": "'two'"})


def places(house: House) -> dict[str, str]:
    return {
        "account": f"/integrated-account/{house.account}/unified-model-override",
        "environment": f"/environment-integration/{house.integration}/unified-model-override",
    }


SAVES = {"account": bend, "environment": bend_environment}


async def versions(house: House, kind: str, query: str = "") -> list[dict[str, Any]]:
    answer = await house.client.get(f"{places(house)[kind]}/versions{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["result"]
    return found


async def name_of_contact(house: House) -> str:
    record = (await house.get("accounting/contacts/1")).json()
    return str(record["name"])


@pytest.mark.parametrize("kind", SAVES)
async def test_each_override_that_is_saved_is_a_version_with_who_and_when(house: House, kind: str) -> None:
    assert await versions(house, kind) == []
    await SAVES[kind](house, FIRST)
    await SAVES[kind](house, FIRST)  # changes nothing
    await SAVES[kind](house, SECOND)
    token = next(
        row for row in (await house.client.get("/api-token")).json()["result"] if row["name"] == "test"
    )
    second, first = await versions(house, kind)
    assert first == {
        "version": 1,
        "override": FIRST,
        "restored_version": None,
        "created_by": {"id": token["id"], "name": "test"},
        "created_at": first["created_at"],
    }
    assert (second["version"], second["override"]) == (2, SECOND)
    assert first["created_at"] <= second["created_at"]
    assert [row["version"] for row in await versions(house, kind, "?version[gte]=2")] == [2]
    assert [row["version"] for row in await versions(house, kind, "?limit=1")] == [2]


@pytest.mark.parametrize("kind", SAVES)
async def test_a_rollback_brings_a_version_back_as_a_new_one(house: House, kind: str) -> None:
    before = await name_of_contact(house)
    await SAVES[kind](house, FIRST)
    await SAVES[kind](house, SECOND)
    for version, name in ((1, "one"), (0, before), (2, "two")):
        answer = await house.client.post(f"{places(house)[kind]}/rollback", json={"version": version})
        assert answer.status_code == 200, answer.text
        assert await name_of_contact(house) == name
    found = [(row["version"], row["restored_version"]) for row in await versions(house, kind)]
    assert found == [(5, 2), (4, 0), (3, 1), (2, None), (1, None)]
    shown = answer.json()
    override = shown["unified_model_override"] if kind == "account" else shown["override"]["unified"]
    assert override == SECOND


async def test_what_else_the_environment_overrides_stays_through_a_rollback(house: House) -> None:
    await bend_environment(house, FIRST)
    path = f"/environment-integration/{house.integration}"
    before = (await house.client.get(path)).json()["override"]
    await house.client.post(f"{places(house)['environment']}/rollback", json={"version": 0})
    after = (await house.client.get(path)).json()["override"]
    assert after == {**before, "unified": {}}
    assert "limits" in after


@pytest.mark.parametrize("kind", SAVES)
@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"version": 7}, 404, "There is no such version of the override, or none any more."),
        ({"version": -1}, 400, "The body is not as expected."),
        ({}, 400, "The body is not as expected."),
    ],
)
async def test_a_version_that_is_not_there_is_not_brought_back(
    house: House, kind: str, body: Any, status: int, message: str
) -> None:
    await SAVES[kind](house, FIRST)
    answer = await house.client.post(f"{places(house)[kind]}/rollback", json=body)
    assert (answer.status_code, answer.json()["message"]) == (status, message)
    assert await name_of_contact(house) == "one"


async def test_versions_of_an_account_go_with_it(house: House) -> None:
    await bend(house, FIRST)
    assert (await house.client.delete(f"/integrated-account/{house.account}")).status_code == 200
    assert (await house.client.get(f"{places(house)['account']}/versions")).status_code == 404
    gone = await house.client.delete(f"/environment-integration/{house.integration}")
    assert gone.status_code == 200


async def test_only_so_many_versions_are_kept(house: House) -> None:
    for number in range(MOST_KEPT + 2):
        await bend(house, of_contacts(response={"name": f"'{number}'"}))
    found = await versions(house, "account")
    assert [found[0]["version"], found[-1]["version"], len(found)] == [MOST_KEPT + 2, 3, MOST_KEPT]
