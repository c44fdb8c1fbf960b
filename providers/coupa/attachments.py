"""Files, texts and links that Coupa keeps with invoices, requisitions and orders, in both directions."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from providers.coupa.dialect import COMMON as FILTERS
from providers.coupa.dialect import SPELLING, at, blame, resource, same
from providers.coupa.shapes import COMMON, NO_CUSTOM_FIELDS
from providers.filters import Choice
from providers.mapping import fields, not_offered, of
from providers.resource import Source
from providers.turning import to, turn
from providers.values import ident, number, one_of
from providers.writing import Closed, Deed, Draft, Entry, Fault, FilePart, Rule, Step, Talk, Writing
from schemas.accounting import Attachment

PATH = "/attachments"
ID = re.compile(r"[0-9]{1,18}")
PARENTS = {
    "invoices": ("InvoiceHeader", "/invoices"),
    "purchase_order_requisitions": ("RequisitionHeader", "/requisitions"),
    "purchase_orders": ("OrderHeader", "/purchase_orders"),
}
KINDS = {"Attachment::File": "file", "Attachment::Text": "text", "Attachment::Url": "url"}
PARENT_WORDS = {kind: name for name, (kind, _) in PARENTS.items()}
SCOPES = ("core.comment.write",)
BYTES = "application/octet-stream"


def _parent(kind: str | None, id_: str | None) -> dict[str, str] | None:
    return {"type": PARENT_WORDS.get(kind, kind), "id": id_} if kind and id_ else None


TABLE = fields(
    Attachment,
    **{**COMMON, "custom_fields": NO_CUSTOM_FIELDS},
    name=at("file-file-name"),
    type=at("type", one_of(KINDS)),
    parent=of(_parent, at("attachable-type"), at("attachable-id", ident)),
    content_type=at("file-content-type"),
    size=at("file-size", number),
    content=not_offered("the method download answers with the bytes"),
    url=at("url"),
    text=at("text"),
)


def _unwritten(value: Any, draft: Draft) -> dict[str, Any]:
    return {}


def _check_parent(value: Any, draft: Draft) -> Iterator[Fault]:
    if value["type"] not in PARENTS:
        yield Fault("type", f"takes one of {', '.join(PARENTS)}")
    if not ID.fullmatch(value["id"]):
        yield Fault("id", "is no id of a document")


def _check_content(value: Any, draft: Draft) -> Iterator[Fault]:
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error:
        yield Fault("", "is not Base64")


def _lacks(member: str, kind: str) -> Rule:
    return Rule(
        member,
        f"`{member}` of an attachment of the type `{kind}`",
        lambda draft: draft.given.get("type") == kind and not draft.given.get(member),
    )


def _path(draft: Draft) -> str:
    parent = draft.given["parent"]
    return f"{PARENTS[parent['type']][1]}/{parent['id']}{PATH}"


def _create(draft: Draft) -> Talk:
    """A file goes as a form, the others as plain bodies."""
    given = draft.given
    if given["type"] == "file":
        part = FilePart(given["name"], given.get("content_type") or BYTES, base64.b64decode(given["content"]))
        form = {f"attachment[{name}]": value for name, value in {"type": "file", **draft.remote}.items()}
        found = yield Step("POST", _path(draft), form, file=("attachment[file]", part))
    else:
        found = yield Step("POST", _path(draft), draft.body)
    return found if isinstance(found, dict) else None


def _delete(draft: Draft) -> Talk:
    yield Step("DELETE", f"{PATH}/{draft.id}")
    return None


def _download(draft: Draft) -> Talk:
    yield Step("GET", f"{PATH}/{draft.id}/download")
    return None


WRITING = Writing(
    thing="attachment",
    entries=turn(
        TABLE,
        name=Entry(_unwritten),
        type=to("type", words=("file", "text", "url")),
        parent=Entry(_unwritten, check=_check_parent),
        content_type=Entry(_unwritten),
        content=Entry(_unwritten, check=_check_content),
        custom_fields=Closed("attachments have no custom fields"),
    ),
    deeds={
        "create": Deed(_create, "Kept with a document, and not changed afterwards.", SCOPES),
        "delete": Deed(_delete, "Taken away from the document.", SCOPES),
        "download": Deed(_download, "The file's bytes, as the vendor has them.", gives_file=True),
    },
    blame=blame,
    rules=(_lacks("name", "file"), _lacks("content", "file"), _lacks("text", "text"), _lacks("url", "url")),
    refusals={"update": "Coupa changes no attachment: delete it, and create another one"},
)

ATTACHMENTS = resource(
    sources=(
        Source(
            PATH,
            TABLE,
            writing=WRITING,
            scopes=("core.comment.read",),
            refusable=frozenset({"attachable-id", "attachable-type"}),
        ),
    ),
    filters={
        **FILTERS,
        "type": Choice("type", {word: (kind,) for kind, word in KINDS.items()}, SPELLING),
        "parent[type]": Choice(
            "attachable-type", {name: (kind,) for name, (kind, _) in PARENTS.items()}, SPELLING
        ),
        "parent[id]": same("attachable-id", many=True),
    },
    sorts={},
    custom_filter=None,
)
