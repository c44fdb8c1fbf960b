"""Each guide is followed word by word against `koine up`, and has then done what it promises."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.guides.conftest import Follow
from tests.guides.pages import GUIDES, providers

Ask = Callable[..., Any]
INVOICES = "/unified/accounting/invoices"
REQUISITIONS = "/unified/accounting/purchase_order_requisitions"


def told_by(page: str) -> pytest.MarkDecorator:
    """The test runs with every provider that the page names."""
    return pytest.mark.parametrize("provider", providers(page))


@told_by("push-an-invoice")
def test_an_invoice_is_pushed_once_and_followed_to_paid(provider: str, follow: Follow, ask: Ask) -> None:
    names = follow("push-an-invoice", provider)
    (invoice,) = ask(provider, INVOICES, number=names["number"])["result"]
    assert (invoice["status"], invoice["total_amount"], invoice["balance"]) == ("paid", 425.75, 0)
    assert invoice["paid_on_date"] == names["today"]


@told_by("request-a-purchase")
def test_a_cart_becomes_a_requisition_and_its_orders(provider: str, follow: Follow, ask: Ask) -> None:
    names = follow("request-a-purchase", provider)
    requisition = ask(provider, f"{REQUISITIONS}/{names['requisition']['id']}")
    assert requisition["requested_by"]["email"] == names["cart"]["email"]
    plant = names["plants"][names["cart"]["plant"]]
    for line in requisition["line_items"]:
        assert line["account"] == names["account"]["id"]
        assert any(plant.items() <= tag.items() for tag in line["tracking_categories"])
    if provider == "coupa":
        assert requisition["status"] == "billed"
        assert [order["total_amount"] for order in names["orders"]] == [21.75, 142]


@told_by("provision-approved-orders")
def test_each_line_of_an_approved_order_is_provisioned_once(provider: str, follow: Follow, ask: Ask) -> None:
    names = follow("provision-approved-orders", provider)
    done = set(names["books"].execute("SELECT order_id, line_id FROM provisioned"))
    assert {(names["made"]["id"], line["id"]) for line in names["made"]["line_items"]} <= done
    (moment,) = names["books"].execute("SELECT moment FROM watermark").fetchone()
    assert moment > names["yesterday"].isoformat()
    order = ask(provider, f"/unified/accounting/purchase_orders/{names['made']['id']}")
    assert order["status"] == "authorised"


@told_by("supplier-directory")
def test_suppliers_are_kept_in_step_both_ways(provider: str, follow: Follow, ask: Ask) -> None:
    names = follow("supplier-directory", provider)
    there = ask(provider, f"/unified/accounting/contacts/{names['contact']}")
    assert names["directory"][names["contact"]] == {name: there[name] for name in names["FIELDS"]}
    assert (there["name"], there["phones"]) == (names["supplier"]["name"], [])
    everyone = list(names["every"]("/contacts"))
    assert {contact["id"] for contact in everyone} >= set(names["directory"])


@told_by("software-spend")
def test_software_spend_is_found_and_mapped_to_users(provider: str, follow: Follow, ask: Ask) -> None:
    names = follow("software-spend", provider)
    assert dict(names["ordered"])["Figma", "34"] == dict(names["invoiced"])["Figma", "34"] == 540
    assert dict(names["invoiced"])["Slack", None] == 450
    assert names["users"]["34"]["status"] == "inactive"
    assert ask(provider, "/unified/user-directory/users/34")["status"] == "active"


@told_by("find-an-approver")
def test_an_approver_is_found_by_an_address_and_decides(provider: str, follow: Follow, ask: Ask) -> None:
    names = follow("find-an-approver", provider)
    assert names["signed_in"]["emails"][0]["email"] == "uma.tamm.20@example.com"
    assert ask(provider, f"{REQUISITIONS}/{names['made']['id']}")["status"] == "draft"


@told_by("push-a-catalogue")
def test_a_catalogue_becomes_items_and_a_second_push_changes_nothing(
    provider: str, follow: Follow, ask: Ask
) -> None:
    names = follow("push-a-catalogue", provider)
    prices = {sku[-2:]: item["purchase_price"] for sku, item in names["there"](names["catalogue"]).items()}
    assert prices == {"A3": 0.81, "A4": 0.4399, "A5": {"coupa": None, "netsuite": 0.22}[provider]}
    found = ask(provider, "/unified/accounting/items", name=names["fresh"]["name"])["result"]
    assert len(found) == 1


def test_a_page_runs_as_it_stands_by_the_line_of_the_list(follow: Follow) -> None:
    follow("README", "coupa")


def test_every_guide_is_in_the_list_and_has_its_story() -> None:
    pages = {path.stem for path in GUIDES.glob("*.md")} - {"README"}
    listed = set(re.findall(r"^\| \[.+?\]\((.+?)\.md\)", (GUIDES / "README.md").read_text(), re.MULTILINE))
    assert listed == pages
    told = {
        mark.group(1)
        for mark in re.finditer(r'^@told_by\("(.+)"\)$', Path(__file__).read_text(), re.MULTILINE)
    }
    assert told == pages
