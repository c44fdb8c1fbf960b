"""The read-only GraphQL beside the REST interface: users, groups and roles with their scalars and one level below."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.responses import Response

from sandbox.coupa.answers import JSON, Refusal, answer
from sandbox.coupa.conditions import select
from sandbox.coupa.plans import dashed, links, own
from sandbox.coupa.query import parse
from sandbox.coupa.schema import KINDS, Kind
from sandbox.coupa.store import Record
from sandbox.coupa.tenant import Tenant
from sandbox.coupa.tokens import Caller

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_]*|-?\d+|[{}():]')
COLLECTIONS = {"users": "user", "userGroups": "user-group", "roles": "role"}
SINGLES = {"user": "user", "userGroup": "user-group", "role": "role"}


class Trouble(Exception):
    """A query that cannot be answered; the text goes into `errors` of an answer with status 200."""


@dataclass
class Node:
    """One name of a selection with its arguments and what is selected below it."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    below: list["Node"] = field(default_factory=list)


def answered(tenant: Tenant, caller: Caller, body: bytes) -> Response:
    """Answers `{"query": ...}`; errors travel inside status 200."""
    try:
        return answer(orjson.dumps({"data": _data(tenant, caller, _query(body))}), JSON)
    except Trouble as trouble:
        return answer(orjson.dumps({"errors": [{"message": str(trouble)}]}), JSON)


def _query(body: bytes) -> list[Node]:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Trouble("The body is not JSON") from error
    text = given.get("query") if isinstance(given, dict) else None
    if not isinstance(text, str) or "{" not in text:
        raise Trouble("No query string was present")
    words = iter(TOKEN.findall(text[text.index("{") :]))
    next(words)
    return _selection(words)


def _selection(words: Iterator[str]) -> list[Node]:
    nodes: list[Node] = []
    for word in words:
        if word == "}":
            return nodes
        if word == "{" and nodes:
            nodes[-1].below = _selection(words)
        elif word == "(" and nodes:
            nodes[-1].arguments = _arguments(words)
        elif word.isidentifier():
            nodes.append(Node(word))
        else:
            raise Trouble(f"Parse error on {word}")
    raise Trouble("Parse error: the query ends early")


def _arguments(words: Iterator[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    name = ""
    for word in words:
        if word == ")":
            return found
        if word == ":":
            continue
        if name:
            found[name], name = orjson.loads(word) if word[0] in '"-0123456789' else word, ""
        else:
            name = word
    raise Trouble("Parse error: the query ends early")


def _data(tenant: Tenant, caller: Caller, nodes: list[Node]) -> dict[str, Any]:
    return {node.name: _root(tenant, caller, node) for node in nodes}


def _root(tenant: Tenant, caller: Caller, node: Node) -> Any:
    name = COLLECTIONS.get(node.name) or SINGLES.get(node.name)
    if name is None:
        raise Trouble(f"Field '{node.name}' doesn't exist on type 'Query'")
    kind = KINDS[name]
    if caller.scopes is not None and not caller.scopes & set(kind.read):
        raise Trouble("The access token does not have the scope required for this request")
    if node.name in SINGLES:
        found = tenant.store.get(name, node.arguments.get("id"))
        return _shown(tenant, kind, found, node.below) if found else None
    query = parse(str(node.arguments.get("query", "")).encode(), tenant.switches)
    try:
        rows = select(tenant.store, kind, query, tenant.switches)
    except Refusal as refusal:
        raise Trouble(refusal.texts[0]) from refusal
    return [_shown(tenant, kind, one, node.below) for one in rows]


def _shown(tenant: Tenant, kind: Kind, record: Record, nodes: list[Node]) -> dict[str, Any]:
    """The record through the REST plan of the same selection, under GraphQL's names."""
    plan = tenant.plans.choose(kind, _chosen(kind, nodes))
    tree = orjson.loads(orjson.dumps(tenant.plain.tree(plan, record)))
    return {node.name: tree.get(dashed(node.name)) for node in nodes}


def _chosen(kind: Kind, nodes: list[Node]) -> list[Any]:
    for node in nodes:
        name = dashed(node.name)
        if own(kind, name) is None and name not in links(kind) and name != "custom-fields":
            title = "".join(part.capitalize() for part in kind.root.split("-"))
            raise Trouble(f"Field '{node.name}' doesn't exist on type '{title}'")
    return [{one.name: [below.name for below in one.below]} if one.below else one.name for one in nodes]
