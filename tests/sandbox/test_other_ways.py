"""GraphQL, bulk writes, attachments, and the old address answer."""

from typing import Any

import pytest

from tests.sandbox.conftest import Opened, Tenant

pytestmark = pytest.mark.anyio


async def asked(tenant: Tenant, query: str) -> Any:
    answer = await tenant.call("POST", "graphql", {"query": query})
    assert answer.status_code == 200
    return answer.json()


async def test_graphql_pages_users_by_the_rest_conditions(tenant: Tenant) -> None:
    chosen = "{ id email fullname active roles { id name } }"
    text = f'query getUsers {{ users(query: "id[gt]=41&type[blank]=true") {chosen} }}'
    found = (await asked(tenant, text))["data"]["users"]
    assert [one["id"] for one in found] == await tenant.ids("users?id[gt]=41&type[blank]=true")
    assert list(found[0]) == ["id", "email", "fullname", "active", "roles"]
    assert found[0]["roles"][0] == {"id": 3, "name": "User"}
    people = await asked(tenant, '{ users(query: "purchasingUser=true&roles[id]=5") { id } }')
    assert [one["id"] for one in people["data"]["users"]] == await tenant.ids(
        "users?purchasing-user=true&roles[id]=5"
    )


async def test_graphql_has_single_records_and_other_collections(tenant: Tenant) -> None:
    found = await asked(
        tenant, "{ user(id: 20) { id defaultLocale } userGroups { name } roles { name omnipotent } }"
    )
    data = found["data"]
    assert data["user"] == {"id": 20, "defaultLocale": "en"}
    assert len(data["userGroups"]) == 8
    assert data["roles"][0] == {"name": "Admin", "omnipotent": True}


async def test_graphql_errors_travel_inside_success(tenant: Tenant, opened: Opened) -> None:
    assert await asked(tenant, "{ users { nope } }") == {
        "errors": [{"message": "Field 'nope' doesn't exist on type 'User'"}]
    }
    assert (await asked(tenant, "{ users { id "))["errors"][0]["message"].startswith("Parse error")
    assert (await asked(tenant, '{ users(query: "colour=1") { id } }'))["errors"][0]["message"].startswith(
        "Unknown"
    )
    assert (
        await opened(graphql=False).call("POST", "graphql", {"query": "{ users { id } }"})
    ).status_code == 404


async def test_bulk_writes_stay_off_unless_switched(tenant: Tenant, opened: Opened) -> None:
    rows = b"<supplier><name>New one</name></supplier><supplier><name>Cedar Office</name><duns>7</duns></supplier>"
    body = b"<suppliers>" + rows + b"</suppliers>"
    xml = {"accept": "application/xml", "content_type": "application/xml"}
    assert (await tenant.call("POST", "suppliers?bulk=1", body, **xml)).status_code == 400
    bulk = opened(bulk=True)
    answer = await bulk.call("POST", "suppliers?bulk=1", body, **xml)
    assert answer.status_code == 200
    assert answer.text.count("<status>SUCCESS</status>") == 2
    assert (await bulk.one("suppliers?name=Cedar+Office"))[0]["duns"] == "7"
    assert len(await bulk.ids("suppliers?name=New+one")) == 1


async def test_files_texts_and_links_are_attached_but_never_changed(tenant: Tenant) -> None:
    parts = {"attachment[file]": ("scan.pdf", b"%PDF", "application/pdf")}
    form = {"attachment[type]": "file", "attachment[intent]": "Supplier"}
    headers = {**tenant.key, "accept": "application/json"}
    path = "/api/invoices/3/attachments"
    answer = await tenant.client.post(path, files=parts, data=form, headers=headers)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["intent"], made["file-file-name"], made["file-size"]) == ("Supplier", "scan.pdf", 4)
    got = await tenant.get(f"attachments/{made['id']}/download")
    assert (got.headers["content-type"], got.content) == ("application/pdf", b"%PDF")
    note = await tenant.call("POST", "attachments", {"type": "text", "text": "hello", "intent": "Internal"})
    assert (note.status_code, note.json()["text"]) == (201, "hello")
    assert (await tenant.one("invoices/3"))["attachments"][0]["id"] == made["id"]
    assert (await tenant.call("PUT", f"attachments/{made['id']}", {"intent": "Internal"})).status_code == 405
    assert (await tenant.call("DELETE", f"attachments/{made['id']}")).status_code == 200
    assert (await tenant.call("POST", "attachments", {"type": "smell"})).status_code == 400


async def test_an_old_page_shows_addresses_with_underscores(opened: Opened) -> None:
    body = {"name": "N", "street1": "1", "city": "York", "postal-code": "Y", "country": {"code": "GB"}}
    made = (await opened(old_address_answer=True).call("POST", "addresses", body)).json()
    assert (made["postal_code"], made["country"]) == ("Y", "United Kingdom")
