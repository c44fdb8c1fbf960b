"""Custom fields in both of Coupa's forms, with every kind of value."""

import pytest

from tests.house import House

pytestmark = pytest.mark.anyio


async def set_globals(house: House, *names: str) -> None:
    body = {"context": {"global_custom_fields": list(names)}}
    answer = await house.client.patch(f"/integrated-account/{house.account}", json=body)
    assert answer.status_code == 200, answer.text


async def test_namespaced_custom_fields_come_by_the_vendors_names(house: House) -> None:
    for record in await house.all("accounting/items"):
        own = record["remote_data"].get("custom-fields") or {}
        assert set(record["custom_fields"]) == set(own)
        assert "" not in record["custom_fields"].values()


async def test_a_lookup_or_user_among_them_is_a_reference(house: House) -> None:
    found = [
        (value, record["remote_data"]["custom-fields"][name])
        for record in await house.all("accounting/contacts")
        for name, value in record["custom_fields"].items()
        if isinstance(value, dict)
    ]
    assert found
    for value, own in found:
        assert value == {"id": str(own["id"]), "name": own.get("name") or own.get("fullname")}


async def test_global_custom_fields_come_where_the_account_names_them(house: House) -> None:
    users = await house.all("user-directory/users")
    assert not any("badge-number" in user["custom_fields"] for user in users)
    await set_globals(house, "badge-number")
    for flags in ("", "?truto_ignore_remote_data=true"):
        named = {
            user["id"]: user["custom_fields"] for user in await house.all(f"user-directory/users{flags}")
        }
        assert any(own.get("badge-number") for own in named.values())
        for user in users:
            if "badge-number" in user["remote_data"]:
                assert named[user["id"]]["badge-number"] == (user["remote_data"]["badge-number"] or None)


async def test_names_that_a_tenant_does_not_know_do_no_harm(house: House) -> None:
    await set_globals(house, "no-such-field", "badge-number")
    lean = await house.get("accounting/items?truto_ignore_remote_data=true&limit=2")
    assert (lean.status_code, lean.json()["result_count"]) == (200, 2)
