"""`GET /docs`: the contract as one page to read, made from the OpenAPI document; no script, nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from gateway.openapi_parts import PARAMETERS, Schema
from gateway.openapi_route import Contract

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --quiet: #59636e; --accent: #0a5bc4; }
@media (prefers-color-scheme: dark) { :root { --quiet: #9da7b3; --accent: #7ab8ff; } }
* { box-sizing: border-box; }
body { font: 16px/1.55 system-ui, sans-serif; margin: 0; }
a { color: var(--accent); }
main { margin: 0 auto; max-width: 62rem; padding: 1rem; }
nav { border-bottom: 1px solid var(--line); padding-bottom: 1rem; }
nav ul { columns: 18rem; list-style: none; margin: 0; padding: 0; }
h1 { line-height: 1.2; margin: 1rem 0 .25rem; }
h2 { border-bottom: 1px solid var(--line); margin: 2.5rem 0 .75rem; padding-bottom: .25rem; }
h4 { margin: 1rem 0 .25rem; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; }
details > div { scroll-margin-top: 4rem; border-top: 1px solid var(--line); padding: .25rem .75rem .75rem; }
summary { cursor: pointer; padding: .45rem .75rem; }
summary:hover { background: var(--soft); }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code { font: .9em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.verb { display: inline-block; font-weight: 600; min-width: 4.2em; }
.quiet { color: var(--quiet); }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; text-align: left; vertical-align: top; }
th { color: var(--quiet); font-weight: 600; }
th:first-child { width: 17rem; }
td:first-child code { overflow-wrap: normal; }
@media (max-width: 40rem) {
  thead { clip-path: inset(50%); position: absolute; }
  tr { border-bottom: 1px solid var(--line); display: block; padding: .4rem 0; }
  td { border: 0; display: block; padding: 0; }
  td:first-child code { overflow-wrap: anywhere; }
}
"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
OPTIONAL = ' <span class="quiet">optional</span>'
Row = tuple[str, ...]


async def docs(request: Request) -> Response:
    contract: Contract = request.state.contract
    return HTMLResponse(page(contract.document), headers=HEADERS)


def page(document: Schema) -> str:
    title = f"{document['info']['title']} {document['info']['version']}"
    groups = _groups(document["paths"])
    schemas = document["components"]["schemas"]
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>",
            f"<h1>{escape(title)}</h1><p>{_prose(document['info']['description'])} ",
            'For machines: <a href="openapi.json">openapi.json</a>.</p>',
            _contents([*groups, "Objects"]),
            *(part for tag, found in groups.items() for part in _group(tag, found)),
            _heading("Objects"),
            *(_object(name, schema) for name, schema in schemas.items()),
            "</main></body></html>\n",
        ]
    )


def _groups(paths: Mapping[str, Schema]) -> dict[str, list[tuple[str, str, Schema]]]:
    """Operations by tag, in the order of the document."""
    found: dict[str, list[tuple[str, str, Schema]]] = {}
    for path, item in paths.items():
        for verb, operation in item.items():
            found.setdefault(operation["tags"][0], []).append((verb.upper(), path, operation))
    return found


def _contents(titles: Iterable[str]) -> str:
    links = "".join(f'<li><a href="#{_anchor(title)}">{escape(title)}</a></li>' for title in titles)
    return f'<nav aria-label="Contents"><ul>{links}</ul></nav>'


def _group(tag: str, operations: Iterable[tuple[str, str, Schema]]) -> Iterator[str]:
    yield _heading(tag)
    for verb, path, operation in operations:
        yield "".join(
            [
                f'<details><summary><code class="verb">{verb}</code> ',
                f'<code>{escape(path)}</code> <span class="quiet">{_prose(operation["summary"])}</span></summary>',
                f'<div id="{escape(operation["operationId"])}">{_body(operation)}</div></details>',
            ]
        )


def _body(operation: Schema) -> str:
    parts = [f"<p>{_prose(operation['description'])}</p>"] if "description" in operation else []
    if operation.get("security") == []:
        parts.append("<p>Without a token.</p>")
    if parameters := operation.get("parameters"):
        parts += ["<h4>Parameters</h4>", _table(("Name", "Type", "Meaning"), map(_parameter, parameters))]
    for media, found in operation.get("requestBody", {}).get("content", {}).items():
        parts.append(f"<h4>Body</h4><p><code>{escape(media)}</code> {_type(found.get('schema', {}))}</p>")
    answers = [row for status, found in operation["responses"].items() for row in _answer(status, found)]
    return "".join([*parts, "<h4>Answers</h4>", _table(("Status", "Meaning", "Body"), answers)])


def _parameter(found: Schema) -> Row:
    if "$ref" in found:
        found = PARAMETERS[found["$ref"].rpartition("/")[2]]
    words = _prose(found.get("description", "In the path." if found["in"] == "path" else ""))
    return f"<code>{escape(found['name'])}</code>", _type(found["schema"]), words


def _answer(status: str, found: Schema) -> Iterator[Row]:
    if "$ref" in found:
        yield f"<code>{status}</code>", "", _type({"$ref": "#/components/schemas/Error"})
        return
    for media, content in found["content"].items():
        body = f"<code>{escape(media)}</code> {_type(content.get('schema', {}))}"
        yield f"<code>{status}</code>", _prose(found["description"]), body


def _object(name: str, schema: Schema) -> str:
    required = schema.get("required", ())
    rows = [
        (
            f"<code>{escape(field)}</code>{'' if field in required else OPTIONAL}",
            _type(found),
            _prose(found.get("description", "")),
        )
        for field, found in schema.get("properties", {}).items()
    ]
    about = _prose(schema.get("description", "").partition("\n")[0])
    table = _table(("Field", "Type", "Meaning"), rows)
    return (
        f'<details><summary><code>{escape(name)}</code> <span class="quiet">{about}</span></summary>'
        f'<div id="schema-{escape(name)}">{table}</div></details>'
    )


def _type(schema: Schema) -> str:
    """A schema in a few words; what has a name of its own is linked."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    for joint in ("anyOf", "oneOf"):
        if joint in schema:
            return " or ".join(dict.fromkeys(map(_type, schema[joint])))
    if "enum" in schema or "const" in schema:
        values: list[Any] = schema.get("enum", [schema.get("const")])
        return " ".join(f"<code>{escape(str(value))}</code>" for value in values)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "result" in schema.get("properties", {}):
        return f"page: {_type(schema['properties']['result'])}"
    kind = schema.get("type", "anything")
    return escape(schema.get("format") or (" or ".join(kind) if isinstance(kind, list) else kind))


def _table(head: Row, rows: Iterable[Row]) -> str:
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _heading(title: str) -> str:
    return f'<h2 id="{_anchor(title)}">{escape(title)}</h2>'


def _anchor(title: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in title.lower()).split())


def _prose(text: str) -> str:
    """Text with its `words in code` as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


ROUTES = [Route("/docs", docs)]
