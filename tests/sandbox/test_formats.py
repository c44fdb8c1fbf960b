"""XML and JSON, empty answers, error shapes, compression."""

from xml.etree import ElementTree

import httpx
import pytest

from tests.sandbox.conftest import Opened, Tenant

pytestmark = pytest.mark.anyio

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NO_RESULTS = f"{HEAD}<errors><error>No results match your search criteria.</error></errors>"


def parsed(answer: httpx.Response) -> ElementTree.Element:
    return ElementTree.fromstring(answer.content)  # noqa: S314 - the stand-in's own answer


@pytest.mark.parametrize("accept", ["*/*", "application/xml", "text/xml", "text/html,application/xml;q=0.9"])
async def test_the_answer_is_xml_unless_json_is_asked(tenant: Tenant, accept: str) -> None:
    answer = await tenant.get("departments/1", accept=accept)
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    root = parsed(answer)
    assert (root.tag, root.findtext("name")) == ("department", "Marketing")
    found = root.find("id")
    assert found is not None
    assert found.attrib == {"type": "integer"}


async def test_json_wins_over_xml_unless_switched(tenant: Tenant, opened: Opened) -> None:
    both = "application/xml, application/json"
    assert (await tenant.get("departments/1", accept=both)).headers[
        "content-type"
    ] == "application/json; charset=utf-8"
    first = await opened(two_accept_headers="first").get("departments/1", accept=both)
    assert first.headers["content-type"] == "application/xml; charset=utf-8"


async def test_other_formats_are_not_served(tenant: Tenant, opened: Opened) -> None:
    assert (await tenant.get("departments", accept="text/csv")).status_code == 406
    answer = await opened(unsupported_accept="xml").get("departments", accept="text/csv")
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"


async def test_xml_collections_carry_types_and_roots(tenant: Tenant) -> None:
    roots = {
        "suppliers": "suppliers/supplier",
        "purchase_orders": "order-headers/order-header",
        "requisitions": "requisition-headers/requisition-header",
        "invoices": "invoice-headers/invoice-header",
        "receiving_transactions": "inventory-transactions/inventory-transaction",
        "user_groups": "user-groups/user-group",
        "currencies": "currencies/currency",
        "addresses": "addresses/address",
    }
    for path, names in roots.items():
        root = parsed(await tenant.get(f"{path}?limit=2", accept="application/xml"))
        plural, one = names.split("/")
        assert (root.tag, root.get("type"), root[0].tag) == (plural, "array", one)


async def test_both_formats_tell_the_same_of_a_record(tenant: Tenant) -> None:
    json = await tenant.one("purchase_orders/8")
    root = parsed(await tenant.get("purchase_orders/8", accept="application/xml"))
    assert [child.tag for child in root] == list(json)
    assert root.findtext("created-at") == json["created-at"]
    assert root.findtext("supplier/name") == json["supplier"]["name"]
    lines = root.findall("order-lines/order-line")
    assert [line.findtext("price") for line in lines] == [line["price"] for line in json["order-lines"]]
    price, nil = lines[0].find("price"), root.find("acknowledged-at")
    assert price is not None
    assert price.attrib == {"type": "decimal"}
    assert nil is not None
    assert nil.attrib == {"nil": "true"} or nil.text


async def test_nothing_found_is_404_in_xml_and_an_empty_list_in_json(tenant: Tenant, opened: Opened) -> None:
    xml = await tenant.get("accounts?id=777777", accept="application/xml")
    assert (xml.status_code, xml.text) == (404, NO_RESULTS)
    json = await tenant.get("accounts?id=777777")
    assert (json.status_code, json.content) == (200, b"[]")
    switched = await opened(json_empty_404=True).refused("GET", "accounts?id=777777")
    assert switched == (404, {"errors": {"query": ["No results match your search criteria."]}})


async def test_errors_in_xml_have_one_element_per_text(tenant: Tenant) -> None:
    known = await tenant.one("users/20")
    taken = f"<login>{known['login']}</login><email>{known['email']}</email>"
    body = f"<user>{taken}<firstname>A</firstname><lastname>B</lastname></user>"
    answer = await tenant.call(
        "POST", "users", body.encode(), accept="application/xml", content_type="application/xml"
    )
    assert answer.status_code == 400
    texts = [one.text for one in parsed(answer)]
    assert texts == ["Login has already been taken", "Email has already been taken"]


async def test_answers_are_compressed_if_asked_and_chunked_when_long(tenant: Tenant) -> None:
    packed = await tenant.get("suppliers", accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    plain = await tenant.get("suppliers", accept_encoding="identity")
    assert "content-encoding" not in plain.headers
    assert "content-length" not in plain.headers
    assert plain.json() == packed.json()
