"""The metadata catalog."""

import pytest
from jsonschema_rs import Draft202012Validator

from tests.sandbox_netsuite.conftest import Account, Opened
from tests.sandbox_netsuite.records import RECORD, first_id, got

pytestmark = pytest.mark.anyio

PATH = "/record/v1/metadata-catalog"


async def test_the_catalog_lists_types_in_lower_case_with_links(account: Account) -> None:
    items = {item["name"]: item["links"] for item in (await account.get(PATH)).json()["items"]}
    assert {"account", "vendorbill", "nonInventorySaleItem".lower(), "customrecord_cseg_region"} <= set(items)
    href = f"{RECORD}/metadata-catalog/account"
    assert items["account"] == [
        {"rel": "canonical", "href": href, "mediaType": "application/json"},
        {"rel": "alternate", "href": href, "mediaType": "application/swagger+json"},
        {"rel": "alternate", "href": href, "mediaType": "application/schema+json"},
    ]


async def test_a_schema_describes_what_records_hold(account: Account) -> None:
    answer = await account.get(f"{PATH}/vendorBill", headers={"accept": "application/schema+json"})
    assert answer.headers["content-type"] == "application/schema+json"
    schema = answer.json()
    properties = schema["properties"]
    assert properties["tranId"] == {
        "title": "tranId",
        "type": "string",
        "x-ns-filterable": True,
        "nullable": True,
    }
    assert properties["custbody_rush"] == {
        "title": "custbody_rush",
        "type": "boolean",
        "x-ns-filterable": True,
        "x-ns-custom-field": True,
    }
    links = properties["entity"]["properties"]["links"]
    assert links["items"] == {"$ref": f"{RECORD}/metadata-catalog/nsLink"}
    lines = properties["expense"]["properties"]["items"]["items"]["properties"]
    assert {"line", "account", "amount", "department", "custcol_cost_code", "cseg_region"} <= set(lines)
    assert (await account.get(f"{PATH}/nsLink")).json()["properties"]["href"]["type"] == "string"


@pytest.mark.parametrize(
    "name", ["vendorBill", "vendor", "employee", "account", "purchaseRequisition", "entityGroup"]
)
async def test_every_property_of_a_record_is_in_its_schema(account: Account, name: str) -> None:
    headers = {"accept": "application/swagger+json"}
    document = (await account.get(f"{PATH}?select={name}", headers=headers)).json()
    schema = document["components"]["schemas"][name]
    table = {"vendorBill": "transaction", "purchaseRequisition": "transaction"}.get(name, name.lower())
    condition = {"vendorBill": "type = 'VendBill'", "purchaseRequisition": "type = 'PurchReq'"}.get(
        name, "id > 0"
    )
    found = await got(account, f"/{name}/{await first_id(account, table, condition)}")
    assert set(found) <= set(schema["properties"])
    plain = {key: value for key, value in found.items() if not isinstance(value, dict | list)}
    own = {"type": "object", "properties": {key: schema["properties"][key] for key in plain}}
    Draft202012Validator(own).validate(plain)


async def test_what_the_role_or_the_account_lacks_is_not_in_the_catalog(opened: Opened) -> None:
    names = [item["name"] for item in (await opened().get(PATH, client="few")).json()["items"]]
    assert "customer" not in names
    assert "vendor" in names
    account = opened(without="classes")
    assert "classification" not in [item["name"] for item in (await account.get(PATH)).json()["items"]]
    schema = (await account.get(f"{PATH}/vendorBill", headers={"accept": "application/schema+json"})).json()
    assert "class" not in schema["properties"]
    assert (await account.get(f"{PATH}/classification")).status_code == 404
