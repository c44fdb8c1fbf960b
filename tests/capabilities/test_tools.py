"""Tools: the calls through /proxy, each with what it takes and gives, and each of them works."""

from typing import Any

import jsonschema_rs
import pytest

from tests.house import House

pytestmark = pytest.mark.anyio


async def tools(house: House, query: str = "") -> list[dict[str, Any]]:
    answer = await house.client.get(f"/integrated-account/{house.account}/tools{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["result"]
    return found


async def test_every_reading_tool_does_what_it_says(house: House) -> None:
    for tool in await tools(house, "?methods=read"):
        path = f"/proxy/{tool['resource']}"
        query = {"integrated_account_id": house.account, "limit": "1"}
        if tool["method"] == "get":
            assert tool["required"] == ["id"]
            listed = await house.client.get(path, params=query)
            path, query = (
                f"{path}/{listed.json()['result'][0]['id']}",
                {"integrated_account_id": house.account},
            )
        answer = await house.client.get(path, params=query)
        assert answer.status_code == 200, (tool["name"], answer.text)
        jsonschema_rs.validator_for(tool["response_schema"]).validate(answer.json())


async def test_a_tool_is_named_after_integration_resource_and_method(house: House) -> None:
    found = {tool["name"]: tool for tool in await tools(house)}
    assert len(found) == len(await tools(house))
    assert {name for name, tool in found.items() if tool["resource"] == "suppliers"} == {
        "list_all_coupa_suppliers",
        "get_single_coupa_suppliers_by_id",
        "create_a_coupa_suppliers",
        "update_a_coupa_suppliers_by_id",
    }
    update = found["update_a_coupa_suppliers_by_id"]
    assert set(update) == {
        "resource",
        "method",
        "name",
        "description",
        "query_schema",
        "body_schema",
        "response_schema",
        "required",
    }
    assert update["description"] == (
        "PUT /proxy/suppliers/{id}: changes the members that are sent of a record of suppliers at Coupa. "
        "Unified: accounting/contacts."
    )
    assert (update["required"], update["body_schema"]["type"]) == (["id"], "object")


@pytest.mark.parametrize(
    ("query", "methods"),
    [
        ("methods=read", {"list", "get"}),
        ("methods=write", {"create", "update"}),
        ("methods=custom", set()),
        ("methods=list,update", {"list", "update"}),
        ("methods=read,create&tags=user-directory", {"list", "get", "create"}),
    ],
)
async def test_tools_are_chosen_by_method_group_and_tag(house: House, query: str, methods: set[str]) -> None:
    assert {tool["method"] for tool in await tools(house, f"?{query}")} == methods
    if "tags" in query:
        assert {tool["resource"] for tool in await tools(house, f"?{query}")} == {
            "users",
            "user_groups",
            "roles",
        }


@pytest.mark.parametrize("query", ["methods=explode", "tags=crm", "colour=red", "methods="])
async def test_a_wrong_question_is_refused(house: House, query: str) -> None:
    answer = await house.client.get(f"/integrated-account/{house.account}/tools?{query}")
    assert answer.status_code == 400
