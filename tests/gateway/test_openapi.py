"""`/openapi.json` holds every route that is served, and what it says of answers is what they are."""

import re
from typing import Any

import orjson
import pytest
from jsonschema_rs import Draft202012Validator, meta

from auth import forms
from gateway.app import ROUTES
from gateway.contract import OPERATIONS
from gateway.openapi import PLACE
from gateway.openapi_route import Contract
from providers.registry import PROVIDERS
from schemas.unified import MODELS
from tests.house import House

pytestmark = pytest.mark.anyio

ANY = {
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
}  # of a vendor; it may know more, which OpenAPI has no word for
DOCUMENT = Contract(ROUTES).document
# The unified routes serve every resource, which the document names one by one, with the writes that providers offer.
UNIFIED: dict[str, tuple[str, dict[str, str | None]]] = {
    "/unified/{model}/{resource}": ("", {"GET": "list", "POST": "create"}),
    "/unified/{model}/{resource}/{id}": ("/{id}", {"GET": "get", "PATCH": "update", "DELETE": "delete"}),
    "/unified/{model}/{resource}/meta/{method}": ("/meta/{method}", {"GET": None}),
    "/unified/{model}/{resource}/{integration}/meta/{method}": (
        "/{integration}/meta/{method}",
        {"GET": None},
    ),
}
RECORD_METHODS = {"list", "get", "create", "update", "delete"}
OFFERED = {
    key: {
        method
        for provider in PROVIDERS.values()
        if key in provider.resources
        for method in provider.resources[key].methods
    }
    for key in (resource.key for model in MODELS.values() for resource in model.resources.values())
}


def served() -> set[tuple[str, str]]:
    """Each verb and path that the routes answer, as the document should name them."""
    found = set()
    for route in ROUTES:
        path = PLACE.sub(r"{\1}", route.path)
        verbs = set(route.methods or ANY) - {"HEAD"}
        if path not in UNIFIED:
            found |= {(verb, path) for verb in verbs}
            continue
        end, methods = UNIFIED[path]
        for key, offered in OFFERED.items():
            if path.endswith("{id}"):
                found |= {("POST", f"/unified/{key}/{method}") for method in offered - RECORD_METHODS}
            wanted = {verb for verb, method in methods.items() if method is None or method in offered}
            found |= {(verb, f"/unified/{key}{end}") for verb in verbs & wanted}
    return found


def test_every_route_is_in_the_document_and_nothing_else() -> None:
    described = {(verb.upper(), path) for path, item in DOCUMENT["paths"].items() for verb in item}
    assert {pair for pair in described if pair[0] != "HEAD"} == served()
    assert set(OPERATIONS) <= served()


def test_operations_have_names_of_their_own_and_every_reference_leads_somewhere() -> None:
    names = [found["operationId"] for item in DOCUMENT["paths"].values() for found in item.values()]
    assert len(names) == len(set(names))
    text = orjson.dumps(DOCUMENT).decode()
    for kind, name in set(re.findall(r'"\$ref":"#/components/(\w+)/([^"]+)"', text)):
        assert name in DOCUMENT["components"][kind], (kind, name)
    assert "$defs" not in text


def test_every_schema_is_one_and_forms_are_closed() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        form = getattr(forms, name, None)
        assert schema.get("additionalProperties", True) is (form is None), name


def test_only_service_endpoints_and_the_connect_page_go_without_a_token() -> None:
    free = {
        path
        for path, item in DOCUMENT["paths"].items()
        for found in item.values()
        if found.get("security") == []
    }
    served_to_people = {path for path in free if path.startswith(("/connect", "/sdk/"))}
    assert free - served_to_people == {"/ping", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"}


async def test_it_is_served_as_it_is_without_a_token(house: House) -> None:
    answer = await house.client.get("/openapi.json", headers={"authorization": ""})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == DOCUMENT
    assert answer.json()["openapi"] == "3.1.0"


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


@pytest.mark.parametrize("key", sorted(OFFERED))
async def test_a_page_of_records_is_what_the_first_shape_says(house: House, key: str) -> None:
    answers = DOCUMENT["paths"][f"/unified/{key}"]["get"]["responses"]["200"]["content"]
    shape = answers["application/json"]["schema"]["anyOf"][0]
    found = (await house.get(f"{key}?limit=10")).json()
    assert found["result"]
    validator(shape).validate(found)
    found["result"][0].pop("id")
    assert not validator(shape).is_valid(found)


@pytest.mark.parametrize("key", sorted(OFFERED))
def test_every_filter_and_order_of_a_resource_is_a_parameter(key: str) -> None:
    parameters = DOCUMENT["paths"][f"/unified/{key}"]["get"]["parameters"]
    named = {found["name"] for found in parameters if "name" in found}
    offers = (provider.resources.get(key) for provider in PROVIDERS.values())
    for resource in filter(None, offers):
        for name, offered in resource.filters.items():
            ranged = {f"{name}[{operator}]" for operator in set(offered.operators) - {"eq", "in"}}
            assert ranged <= named
            assert name in named or not {"eq", "in"} & set(offered.operators)
        assert not resource.sorts or "sort_by" in named
