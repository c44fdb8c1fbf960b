"""The metadata catalog: which record types there are for the caller, as a list, as JSON schemas and as OpenAPI."""

from typing import Any

from starlette.responses import Response

from sandbox.netsuite.answers import answer, not_found
from sandbox.netsuite.call import Call
from sandbox.netsuite.catalog import LISTS, Column
from sandbox.netsuite.records.desk import Desk
from sandbox.netsuite.records.kinds import Property, RecordType, Sublist
from sandbox.netsuite.records.serve import desk_of
from sandbox.netsuite.records.types import TYPES

PATH = "/record/v1/metadata-catalog"
SCHEMA, SWAGGER, PLAIN = "application/schema+json", "application/swagger+json", "application/json"
DRAFT = "http://json-schema.org/draft-06/hyper-schema#"
FORMS: dict[str, dict[str, Any]] = {
    "num": {"type": "number", "format": "double"},
    "text": {"type": "string"},
    "flag": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "date-time"},
}


async def catalog(call: Call) -> Response:
    """All types with their links, or with the media type of OpenAPI those of `select`."""
    desk = desk_of(call)
    types = [one for one in TYPES.values() if _there(desk, one)]
    select = call.request.query_params.get("select")
    if select:
        types = [_named(desk, name.strip()) for name in select.split(",") if name.strip()]
    if SWAGGER in call.request.headers.get("accept", ""):
        return _json(_openapi(desk, types), SWAGGER)
    items = [{"name": one.path, "links": _links(desk, one)} for one in types]
    return answer({"links": desk.self_link("metadata-catalog"), "items": items}, kind="collection")


async def one_type(call: Call) -> Response:
    """A JSON schema, an OpenAPI document, or the links to both."""
    desk = desk_of(call)
    if call.params["type"] == "nsLink":
        return _json({"$schema": DRAFT, **LINK}, SCHEMA)
    type_, accept = _named(desk, call.params["type"]), call.request.headers.get("accept", "")
    if SWAGGER in accept:
        return _json(_openapi(desk, [type_]), SWAGGER)
    if SCHEMA in accept:
        return _json({"$schema": DRAFT, **schema(desk, type_)}, SCHEMA)
    return answer({"name": type_.path, "links": _links(desk, type_)})


LINK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "rel": {"title": "Relationship", "type": "string", "readOnly": True},
        "href": {"title": "Hypertext Reference", "type": "string", "readOnly": True},
    },
}


def _there(desk: Desk, type_: RecordType) -> bool:
    return type_.path not in desk.account.hidden and desk.account.table(type_.table) is not None


def _named(desk: Desk, name: str) -> RecordType:
    found = TYPES.get(name.lower())
    if found is None or not _there(desk, found):
        raise not_found(f"Record type '{name}' does not exist.")
    return found


def _links(desk: Desk, type_: RecordType) -> list[dict[str, str]]:
    href = f"{desk.root}{PATH}/{type_.path}"
    kinds = (("canonical", PLAIN), ("alternate", SWAGGER), ("alternate", SCHEMA))
    return [{"rel": rel, "href": href, "mediaType": kind} for rel, kind in kinds]


def schema(desk: Desk, type_: RecordType) -> dict[str, Any]:
    """The properties of a record as the caller can see them."""
    own = {
        one.name: _described(desk, one, filterable=True)
        for one in type_.properties.values()
        if desk.account.has(type_.table, one.column.name)
    }
    lists = {one.name: _sublist(desk, one) for one in type_.sublists.values()}
    subrecords = {name: {"type": "object", "x-ns-filterable": False} for name in type_.subrecords}
    figures = {name: {"title": name, "readOnly": True, "x-ns-filterable": False} for name in type_.computed}
    first = {
        "id": {"title": "Internal ID", "type": "string", "x-ns-filterable": True},
        "links": _link_list(desk),
    }
    return {"type": "object", "properties": {**first, **own, **figures, **subrecords, **lists}}


def _described(desk: Desk, one: Property, *, filterable: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"title": one.name, **_form(desk, one.column), "x-ns-filterable": filterable}
    if one.column.kind not in ("flag", "multi"):
        found["nullable"] = True
    if one.fixed:
        found["readOnly"] = True
    if one.column.custom:
        found["x-ns-custom-field"] = True
    return found


def _form(desk: Desk, column: Column) -> dict[str, Any]:
    if column.kind in FORMS:
        return FORMS[column.kind]
    id_: dict[str, Any] = {"title": "Internal identifier", "type": "string"}
    if column.target in LISTS:
        id_["enum"] = list(LISTS[column.target])
    members = {"id": id_, "refName": {"title": "Reference Name", "type": "string"}}
    if column.target not in LISTS:
        members |= {
            "externalId": {"title": "External identifier", "type": "string"},
            "links": _link_list(desk),
        }
    reference = {"type": "object", "properties": members}
    if column.kind != "multi":
        return reference
    return {"type": "object", "properties": {"items": {"type": "array", "items": reference}}}


def _sublist(desk: Desk, sublist: Sublist) -> dict[str, Any]:
    line = {
        one.name: _described(desk, one, filterable=False)
        for one in sublist.properties.values()
        if desk.account.has(sublist.table, one.column.name)
    }
    items = {"type": "array", "items": {"type": "object", "properties": line}}
    return {
        "type": "object",
        "properties": {"items": items, "links": _link_list(desk)},
        "x-ns-filterable": False,
    }


def _link_list(desk: Desk) -> dict[str, Any]:
    link = {"$ref": f"{desk.root}{PATH}/nsLink"}
    return {"title": "Links", "type": "array", "readOnly": True, "items": link}


def _openapi(desk: Desk, types: list[RecordType]) -> dict[str, Any]:
    done = {"204": {"description": "Done."}}
    paths: dict[str, Any] = {}
    for type_ in types:
        body = {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{type_.name}"}}}}
        read = {"200": {"description": type_.name, **body}}
        paths[f"/{type_.name}"] = {
            "get": {
                "operationId": f"get-{type_.name}-list",
                "responses": {"200": {"description": "A page."}},
            },
            "post": {"operationId": f"post-{type_.name}", "requestBody": body, "responses": done},
        }
        paths[f"/{type_.name}/{{id}}"] = {
            "get": {"operationId": f"get-{type_.name}", "responses": read},
            "patch": {"operationId": f"patch-{type_.name}", "requestBody": body, "responses": done},
            "put": {"operationId": f"put-{type_.name}", "requestBody": body, "responses": done},
            "delete": {"operationId": f"delete-{type_.name}", "responses": done},
        }
    return {
        "openapi": "3.0.1",
        "info": {"title": "NetSuite REST Record API", "version": "v1"},
        "servers": [{"url": f"{desk.root}/record/v1"}],
        "paths": paths,
        "components": {"schemas": {"nsLink": LINK, **{one.name: schema(desk, one) for one in types}}},
    }


def _json(body: dict[str, Any], media: str) -> Response:
    found = answer(body)
    found.headers["content-type"] = media
    return found
