"""The vendor's declared collections as tools: what each call through `/proxy` takes and gives, for whoever lets a model
choose among them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from providers.provider import Provider
from schemas.errors import InvalidRequest
from schemas.unified import MODELS

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
GROUPS: Mapping[str, tuple[str, ...]] = {
    "read": ("list", "get"),
    "write": ("create", "update", "delete"),
    "custom": (),
}
NAMES: Mapping[str, str] = {
    "list": "list_all_{}",
    "get": "get_single_{}_by_id",
    "create": "create_a_{}",
    "update": "update_a_{}_by_id",
}
VERBS: Mapping[str, str] = {
    "list": "GET /proxy/{}: the records of {} at {}, page by page.",
    "get": "GET /proxy/{}/{{id}}: one record of {} at {}.",
    "create": "POST /proxy/{}: makes a record of {} at {}.",
    "update": "PUT /proxy/{}/{{id}}: changes the members that are sent of a record of {} at {}.",
}
OBJECT: Schema = {"$schema": DIALECT, "type": "object", "description": "In the vendor's own names."}
ID: Schema = {"type": "string", "minLength": 1, "description": "The vendor's id, in the path."}


@dataclass(frozen=True)
class Tool:
    """One method of a collection. `resource` is what stands behind `/proxy/`; `tags`: the models that read it."""

    resource: str
    method: str
    name: str
    description: str
    query_schema: Schema
    body_schema: Schema | None
    response_schema: Schema
    tags: tuple[str, ...]

    def summary(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "name": self.name,
            "description": self.description,
            "has_description": bool(self.description),
            "has_query_schema": bool(self.query_schema),
            "has_body_schema": bool(self.body_schema),
            "has_response_schema": bool(self.response_schema),
            "api_documentation_url": None,
        }

    def whole(self) -> dict[str, Any]:
        return {
            "resource": self.resource,
            "method": self.method,
            "name": self.name,
            "description": self.description,
            "query_schema": self.query_schema,
            "body_schema": self.body_schema,
            "response_schema": self.response_schema,
            "required": self.query_schema.get("required", []),
        }


def tools(provider: Provider) -> list[Tool]:
    """Every method of every collection, in the order of the declarations."""
    return [tool for path in provider.collections for tool in _of_path(provider, path)]


def chosen(provider: Provider, methods: Collection[str], tags: Collection[str]) -> list[Tool]:
    """Those of the methods, named one by one or by group, and of the tags; all where nothing is named.

    Raises InvalidRequest.
    """
    wanted = {name for each in methods for name in GROUPS.get(each, (each,))}
    known = {*NAMES, *GROUPS, "delete"}
    for name, given, offered in (("methods", methods, known), ("tags", tags, set(MODELS))):
        strange = next((each for each in given if each not in offered), None)
        if strange is not None:
            raise InvalidRequest.about(name, f"knows {', '.join(sorted(offered))}")
    return [
        tool
        for tool in tools(provider)
        if (not methods or tool.method in wanted) and (not tags or set(tags) & set(tool.tags))
    ]


def _of_path(provider: Provider, path: str) -> Iterator[Tool]:
    serving = {
        key: source
        for key, resource in provider.resources.items()
        for source in resource.sources
        if source.path == path
    }
    deeds = {deed for source in serving.values() if source.writing for deed in source.writing.deeds}
    resource = path.strip("/")
    for method, pattern in NAMES.items():
        if method in ("list", "get") or method in deeds:
            yield Tool(
                resource,
                method,
                pattern.format(f"{provider.name}_{resource.replace('/', '_')}"),
                f"{VERBS[method].format(resource, resource.replace('_', ' '), provider.label)} "
                f"Unified: {', '.join(serving)}.",
                _query_schema(method, provider.collections[path][0].keyset.most),
                OBJECT if method in ("create", "update") else None,
                _list_schema() if method == "list" else OBJECT,
                tuple(dict.fromkeys(key.split("/")[0] for key in serving)),
            )


def _query_schema(method: str, most: int) -> Schema:
    """Besides what is named any parameter of the vendor's."""
    if method == "list":
        limit = {"type": "integer", "minimum": 1, "maximum": most}
        return {
            "$schema": DIALECT,
            "type": "object",
            "properties": {"limit": limit, "next_cursor": {"type": "string"}},
        }
    if method == "create":
        return {"$schema": DIALECT, "type": "object", "properties": {}}
    return {"$schema": DIALECT, "type": "object", "properties": {"id": ID}, "required": ["id"]}


@lru_cache
def _list_schema() -> Schema:
    cursor = {"type": ["string", "null"]}
    properties = {
        "result": {"type": "array", "items": {"type": "object"}},
        "next_cursor": cursor,
        "prev_cursor": cursor,
        "result_count": {"type": "integer", "minimum": 0},
    }
    return {"$schema": DIALECT, "type": "object", "properties": properties, "required": list(properties)}
