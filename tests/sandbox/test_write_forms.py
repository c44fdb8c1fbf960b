"""What writes may look like: custom fields, the export flag, thin answers, XML, verbs."""

import pytest

from sandbox.clock import Clock
from tests.sandbox.conftest import Opened, Tenant
from tests.sandbox.documents import call

pytestmark = pytest.mark.anyio


async def test_custom_fields_of_every_type(tenant: Tenant) -> None:
    body = {
        "custom-fields": {
            "cf_urgent": "yes",
            "cf-project": {"external-ref-code": "P2"},
            "cf-sponsor": {"login": (await tenant.one("users/21"))["login"]},
            "cf-freight-budget": 12.5,
            "cf-unknown": 1,
        },
        "legacy-buyer-code": "Z9",
    }
    order = await call(tenant, "PUT", "purchase_orders/1", body)
    fields = order["custom-fields"]
    assert (fields["cf-urgent"], fields["cf-project"]["name"], fields["cf-sponsor"]["id"]) == (
        True,
        "Project code 2",
        21,
    )
    assert fields["cf-freight-budget"] == "12.5"
    assert order["legacy-buyer-code"] == "Z9"
    assert "cf-unknown" not in fields


async def test_a_read_only_custom_field_is_ignored_or_refused(tenant: Tenant, opened: Opened) -> None:
    body = {"custom-fields": {"risk-score": "9.9"}}
    before = (await tenant.one("suppliers/2"))["custom-fields"]["risk-score"]
    assert (await call(tenant, "PUT", "suppliers/2", body))["custom-fields"]["risk-score"] == before
    assert (await opened(custom_field_readonly="400").call("PUT", "suppliers/2", body)).status_code == 400


async def test_the_export_flag_travels_alone(opened: Opened) -> None:
    clock = Clock(1_790_000_000)
    tenant = opened(clock=clock)
    answer = await tenant.call("PUT", 'invoices/2?exported=true&fields=["id","exported","last_exported_at"]')
    assert answer.json() == {"id": 2, "exported": True, "last-exported-at": "2026-09-21T07:13:20-07:00"}
    after = await call(tenant, "PUT", "invoices/2", {"exported": "false", "internal-note": "lost"})
    assert after["exported"] is False
    assert after["internal-note"] != "lost"
    both = await call(
        opened(export_alone=False), "PUT", "invoices/2", {"exported": True, "internal-note": "kept"}
    )
    assert (both["exported"], both["internal-note"]) == (True, "kept")


async def test_answers_to_writes_can_be_thin_or_empty(tenant: Tenant) -> None:
    thin = await tenant.call("POST", 'departments?fields=["name"]', {"name": "Night shift"})
    assert (thin.status_code, thin.json()) == (201, {"name": "Night shift"})
    none = await tenant.call("PUT", "departments/1?return_object=none", {"active": False})
    assert (none.status_code, none.content) == (200, b"")
    assert (await tenant.one("departments/1"))["active"] is False


async def test_xml_goes_in_and_comes_out(tenant: Tenant) -> None:
    body = b"""<?xml version="1.0" encoding="UTF-8"?>
    <supplier><name><![CDATA[Fern & Co]]></name><po-method>prompt</po-method>
    <primary_address><street1>1</street1><city>York</city><postal_code>Y1</postal_code><country><code>GB</code></country>
    </primary_address><payment-term><code>Net 30</code></payment-term></supplier>"""
    xml = {"accept": "application/xml", "content_type": "application/xml"}
    answer = await tenant.call("POST", "suppliers", body, **xml)
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    assert "<name>Fern &amp; Co</name>" in answer.text
    found = await tenant.one("suppliers?name=Fern+%26+Co")
    assert found[0]["primary-address"]["postal-code"] == "Y1"
    untyped = await tenant.call(
        "POST", "departments", b"<department><name>Night</name></department>", accept="text/xml"
    )
    assert untyped.status_code == 201


async def test_bodies_that_cannot_be_read_are_refused(tenant: Tenant) -> None:
    for body in (b"{", b"[1]", b"<a>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'):
        kind = "application/xml" if body.startswith(b"<") else "application/json"
        answer = await tenant.call("POST", "departments", body, content_type=kind)
        assert answer.status_code == 400, body


async def test_verbs_that_are_not_offered(tenant: Tenant, opened: Opened) -> None:
    assert (await tenant.call("POST", "currencies", {"code": "ABC"})).status_code == 405
    for method, path in (
        ("DELETE", "suppliers/1"),
        ("PUT", "suppliers"),
        ("POST", "suppliers/1"),
        ("DELETE", "invoices"),
    ):
        assert (await tenant.call(method, path, {"name": "x"})).status_code == 405, (method, path)
    assert (await opened(patch="404").call("PATCH", "suppliers/1", {})).status_code == 404
    assert (
        await opened(unknown_field_in_body="400").call("PUT", "suppliers/1", {"shoe": 1})
    ).status_code == 400


async def test_an_inactive_address_cannot_be_changed(tenant: Tenant) -> None:
    status, body = await tenant.refused("PUT", "addresses/8", {"city": "Oslo"})
    assert (status, body) == (400, {"errors": {"address": ["Address is inactive and cannot be changed"]}})
