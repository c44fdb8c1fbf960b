"""Capabilities are what the gateway does: each thing they list is tried, and each thing they leave out, too."""

from typing import Any

import pytest

from schemas.unified import MODELS, UnifiedResource
from tests.house import House, coupa_context, link
from tests.overrides.bends import bend, bend_environment, of_contacts

pytestmark = pytest.mark.anyio
DRY = "truto_response_format=debug&truto_skip_api_call=true"
RESOURCES = [each for model in MODELS.values() for each in model.resources.values()]
PROBES = {"time": "2026-02-01T00:00:00Z", "date": "2026-02-01", "boolean": "true", "id": "1", "text": "x"}
BENDING = of_contacts(
    query={"currency[code]": "currency", "name": "tax_number", "x": "custom_fields.shown"},
    request={"custom-fields.c": "currency"},
    response={"currency": "'EUR'", "tax_number": None, "custom_fields": {"risk": "id"}},
)


async def shown(house: House, query: str = "") -> dict[str, Any]:
    answer = await house.client.get(f"/integrated-account/{house.account}/capabilities{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def of(house: House, unified: UnifiedResource) -> dict[str, Any]:
    found = (await shown(house, f"?type=unified&resource={unified.key}"))["unified"]
    assert len(found) == 1
    entry: dict[str, Any] = found[0]
    return entry


def asked(name: str, operator: str, value: str) -> str:
    ending = {"eq": "", "in": "[]"}.get(operator, f"[{operator}]")
    return f"{name}{ending}={value}"


async def is_taken(house: House, path: str) -> bool:
    answer = await house.get(path)
    if answer.status_code == 400:
        assert answer.json()["details"]["reason"] in (
            "unsupported_filter",
            "unsupported_sort",
            "unknown_parameter",
        )
    else:
        assert answer.status_code == 200, answer.text
    return answer.status_code == 200


@pytest.mark.parametrize("override", [{}, BENDING], ids=["plain", "bent"])
async def test_every_filter_and_operator_is_offered_or_refused_as_it_is_said(
    house: House, override: dict[str, Any]
) -> None:
    await bend(house, override)
    for unified in RESOURCES if not override else [MODELS["accounting"].resources["contacts"]]:
        listed = {one["name"]: one for one in (await of(house, unified))["filters"]}
        own = {name: known.kind for name, known in unified.filters.items()}
        for name, kind in {**own, "custom_fields[*]": "text", "custom_fields[shown]": "text"}.items():
            found = listed.get(name, {"operators": []})
            if name == "custom_fields[shown]" and name not in listed:
                found = listed.get("custom_fields[*]", found)
            value = (found.get("values") or [PROBES.get(kind, "active")])[0]
            for operator in ("eq", "in", "gt", "gte", "lt", "lte"):
                query = asked(name.replace("*", "any"), operator, value)
                taken = await is_taken(house, f"{unified.key}?{DRY}&{query}")
                assert taken is (operator in found["operators"]), (unified.key, query)
        assert set(listed) <= {*own, "custom_fields[*]", "custom_fields[shown]"}


async def test_every_word_of_an_enum_is_taken_and_no_other(house: House) -> None:
    for unified in RESOURCES:
        for one in (await of(house, unified))["filters"]:
            for value in (*one.get("values", ()), *(["~"] if "values" in one else ())):
                answer = await house.get(f"{unified.key}?{DRY}&{one['name']}={value}")
                assert (answer.status_code == 200) is (value != "~"), (unified.key, one["name"], value)


async def test_every_order_is_offered_or_refused_as_it_is_said(house: House) -> None:
    for unified in RESOURCES:
        entry = await of(house, unified)
        listed = {one["by"]: one["paging"] for one in entry["sort"]}
        for name in (*unified.record.model_fields, "id"):
            assert await is_taken(house, f"{unified.key}?{DRY}&sort_by={name}") is (name in listed)
        for name, paging in listed.items():
            url = (await house.get(f"{unified.key}?{DRY}&sort_by={name}")).json()["debug"]["requestUrl"]
            by_key = "order_by=id&" in f"{url}&"
            assert paging == ("keyset" if by_key else "offset")


async def test_every_method_is_offered_or_refused_as_it_is_said(house: House) -> None:
    everything = (await shown(house))["unified"]
    methods = {method for one in everything for method in one["methods"]} | {"explode"}
    for unified in RESOURCES:
        listed = (await of(house, unified))["methods"]
        for method in methods:
            meta = await house.get(f"{unified.key}/meta/{method}")
            assert (meta.status_code == 200) is (method in listed), (unified.key, method)
        for method in methods - {"list", "get", "create", "update", "delete"}:
            path = f"/unified/{unified.key}/{method}?integrated_account_id={house.account}"
            answer = await house.client.post(path, json={})
            assert (answer.status_code != 405) is (method in listed), (unified.key, method, answer.text)


@pytest.mark.parametrize("override", [{}, BENDING], ids=["plain", "bent"])
async def test_fields_are_those_of_the_records_and_of_the_bodies(
    house: House, override: dict[str, Any]
) -> None:
    await bend(house, override)
    for unified in RESOURCES:
        entry = await of(house, unified)
        listed = {one["name"]: one for one in entry["fields"]}
        assert list(listed) == list(unified.record.model_fields)
        absent = [name for name, one in listed.items() if not one["read"]]
        for record in (await house.get(f"{unified.key}?limit=50")).json()["result"]:
            assert {name: record[name] for name in absent} == dict.fromkeys(absent)
        written: set[str] = set()
        for method in {"create", "update"} & {*entry["methods"]}:
            schema = (await house.get(f"{unified.key}/meta/{method}")).json()["request_body_schema"]
            bodies = schema.get("anyOf", [schema])
            written |= {name for body in bodies for name in body["properties"]}
            if method == "create":
                required = {name for name, one in listed.items() if one["required_on_create"]}
                assert required == set.intersection(*({*body["required"]} for body in bodies))
        assert {name for name, one in listed.items() if one["write"]} == written - {"id", "remote_data"}


async def test_an_override_shows(house: House) -> None:
    contacts = MODELS["accounting"].resources["contacts"]
    plain = await of(house, contacts)
    assert (plain["env_overridden"], plain["account_overridden"]) == (False, False)
    assert plain["recovery"] == {"create": True, "update": True}
    await bend_environment(house, of_contacts(response={"name": "'x'"}))
    await bend(house, BENDING)
    bent = await of(house, contacts)
    assert (bent["env_overridden"], bent["account_overridden"]) == (True, True)
    fields = {one["name"]: one for one in bent["fields"]}
    assert (fields["currency"]["read"], fields["currency"]["write"]) == (True, True)
    assert fields["tax_number"]["read"] is False
    assert bent["recovery"] == {"create": False, "update": True}
    other = next(one for one in (await shown(house))["unified"] if one["resource"] == "invoices")
    assert (other["env_overridden"], other["account_overridden"]) == (False, False)


async def test_creates_that_a_repeat_does_not_double_can_be_recovered(house: House) -> None:
    found = (await house.client.get("/integration/netsuite/capabilities")).json()["unified"]
    creates = {one["resource"]: one["recovery"] for one in found if "create" in one["methods"]}
    names = "accounts contacts employees invoices items purchase_order_requisitions purchase_orders tracking_categories"
    assert creates == {name: {"create": True, "update": True} for name in names.split()}


async def test_the_rest_of_the_answer(house: House) -> None:
    found = await shown(house)
    integration = (await house.client.get("/integration/coupa")).json()
    assert found["integration"] == {name: integration[name] for name in ("id", "name", "label", "category")}
    assert found["environment_id"] == house.environment
    assert found["limits"] == {
        "requests": {"limit": 100_000, "window_s": 1.0, "burst": 100_000},
        "concurrency": None,
    }
    assert found["auth"]["formats"] == integration["auth_formats"]
    assert {one["name"]: one["type"] for one in found["auth"]["fields"]} == {
        "instance": "text",
        "client_id": "text",
        "client_secret": "password",
        "api_key": "password",
    }
    assert found["account"] == {
        "id": house.account,
        "status": "active",
        "authentication_method": "oauth2_client_credentials",
        "is_blocked": False,
    }
    methods = [method for one in found["proxy"] for method in one["methods"]]
    assert found["ai_readiness"] == {
        "proxy_methods": len(methods),
        "proxy_methods_with_descriptions": len(methods),
        "ai_ready_score": 1,
    }
    invoices = next(one for one in found["unified"] if one["resource"] == "invoices")
    assert invoices["paging"] == {
        "kind": "keyset",
        "key": "id",
        "page_max": 50,
        "drift_safe": True,
        "prev": False,
        "calls_per_page": "1",
        "partial": False,
    }
    assert (invoices["if_match"], invoices["field_selection"]) == ("checked", True)


async def test_an_integrations_own_are_without_account_and_overrides(house: House) -> None:
    await bend(house, BENDING)
    account = await shown(house)
    for name in ("coupa", account["integration"]["id"]):
        plain = (await house.client.get(f"/integration/{name}/capabilities")).json()
        assert "account" not in plain
        assert plain["limits"]["requests"] == {"limit": 25, "window_s": 1.0, "burst": 20}
        assert not any(one["account_overridden"] for one in plain["unified"])
        assert plain["proxy"] == account["proxy"]
    assert (await house.client.get("/integration/sap/capabilities")).status_code == 404


async def test_parts_can_be_asked_for(house: House) -> None:
    proxy = await shown(house, "?type=proxy&methods=list&resource=suppliers")
    assert proxy["unified"] == []
    assert [(one["resource"], len(one["methods"])) for one in proxy["proxy"]] == [("suppliers", 1)]
    assert proxy["proxy"][0]["methods"][0]["method"] == "list"
    unified = await shown(
        house, "?type=unified&methods=list,void&resource=accounting/invoices&has_description=false"
    )
    assert unified["proxy"] == []
    assert [(one["resource"], one["methods"]) for one in unified["unified"]] == [
        ("invoices", ["list", "void"])
    ]


@pytest.mark.parametrize(
    "query", ["type=x", "has_description=maybe", "colour=red", "type=", "type=all&type=all"]
)
async def test_a_wrong_question_is_refused(house: House, query: str) -> None:
    answer = await house.client.get(f"/integrated-account/{house.account}/capabilities?{query}")
    assert answer.status_code == 400


async def test_an_account_that_cannot_serve_calls_has_capabilities_too(house: House) -> None:
    broken = await link(house, coupa_context(house.coupa_credentials, client_secret="wrong-secret-here"))
    assert broken["status"] != "active"
    answer = await house.client.get(f"/integrated-account/{broken['id']}/capabilities?type=unified")
    assert answer.status_code == 200
    assert answer.json()["account"]["status"] == broken["status"]
