"""`/docs`: a page that needs nothing from elsewhere, runs nothing, and says all that the document says."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from gateway.app import ROUTES
from gateway.docs import page
from gateway.openapi_route import Contract
from tests.house import House

pytestmark = pytest.mark.anyio

DOCUMENT = Contract(ROUTES).document
VOID = {"meta"}


class Reader(HTMLParser):
    """Collects what the page holds; fails where an element is closed that is not open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.links.append(value or "")
            if name.startswith("on") or name == "style":
                self.handlers.append(name)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


async def test_it_is_served_without_a_token_under_a_policy_that_lets_only_its_own_style_in(
    house: House,
) -> None:
    answer = await house.client.get("/docs", headers={"authorization": ""})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    [style] = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert answer.headers["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.text == page(DOCUMENT)


def test_it_is_whole_runs_nothing_and_loads_nothing() -> None:
    found = Reader(page(DOCUMENT))
    assert found.open == []
    assert not found.tags & {"script", "link", "img", "iframe", "object", "form"}
    assert found.handlers == []
    assert [link for link in found.links if not link.startswith("#")] == ["openapi.json"]
    assert len(found.ids) == len(set(found.ids))
    assert {link[1:] for link in found.links if link.startswith("#")} <= set(found.ids)


def test_it_shows_every_operation_and_every_object() -> None:
    found = Reader(page(DOCUMENT))
    for path, item in DOCUMENT["paths"].items():
        assert path in found.text
        for operation in item.values():
            assert operation["operationId"] in found.ids
    assert {f"schema-{name}" for name in DOCUMENT["components"]["schemas"]} <= set(found.ids)


def test_words_of_the_document_are_text_and_never_markup() -> None:
    evil = "<script>alert(1)</script>`</code><img src=x onerror=alert(1)>`"
    operation = {
        "operationId": evil,
        "tags": [evil],
        "summary": evil,
        "description": evil,
        "parameters": [
            {"name": evil, "in": "query", "description": evil, "schema": {"type": "string", "enum": [evil]}}
        ],
        "responses": {"200": {"description": evil, "content": {evil: {"schema": {"type": evil}}}}},
    }
    document = {
        "info": {"title": evil, "version": evil, "description": evil},
        "paths": {evil: {"get": operation}},
        "components": {
            "schemas": {
                evil: {"description": evil, "properties": {evil: {"$ref": f"#/components/schemas/{evil}"}}}
            }
        },
    }
    found = Reader(page(document))
    assert found.open == []
    assert not found.tags & {"script", "img"}
    assert found.handlers == []
