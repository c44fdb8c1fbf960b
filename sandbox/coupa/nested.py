"""Collections below one record: a supplier's remit-to addresses and sites, an item's prices, comments and files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from starlette.responses import Response

from sandbox.coupa import files, reading, writing
from sandbox.coupa.actions.chains import CLASS_OF
from sandbox.coupa.answers import Refusal
from sandbox.coupa.call import Call
from sandbox.coupa.schema import KINDS, LETTERS
from sandbox.coupa.store import DOCUMENTS, Record

ON_ONE = ("PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Below:
    """Records of `kind`, listed under `link` of the owner or pointing back at it by `field`. `verbs` as of kinds."""

    kind: str
    link: str = ""
    field: str = ""
    class_field: str = ""
    verbs: str = "GPUD"


REMIT_TO = Below("remit-to-address", link="remit-to-addresses")
COMMENTS = Below("comment", "", "commentable-id", "commentable-type", "GP")
ATTACHMENTS = Below("attachment", "", "attachable-id", "attachable-type", "GPD")
SITES = Below("supplier-site", link="supplier-sites", field="supplier", verbs="GPU")
NESTED: Mapping[tuple[str, str], Below] = MappingProxyType(
    {
        ("supplier", "addresses"): REMIT_TO,
        ("supplier", "remit_to_addresses"): REMIT_TO,
        ("supplier", "supplier_sites"): SITES,
        ("user", "addresses"): Below("address", link="addresses", verbs="GPU"),
        ("item", "supplier_items"): Below("supplier-item", field="item"),
        **{(kind, "comments"): COMMENTS for kind in (*DOCUMENTS, "user")},
        **{(kind, "attachments"): ATTACHMENTS for kind in (*DOCUMENTS, "user", "order-line")},
    }
)


async def serve(call: Call, owner: Record, below: Below, rest: list[str]) -> Response:
    """List and create at the collection; get, change and delete by id; the bytes of a file."""
    kind, method = KINDS[below.kind], call.request.method
    if LETTERS[method] not in below.verbs or (rest and method == "POST") or (not rest and method in ON_ONE):
        raise Refusal(405, "request", f"{method} is not offered here")
    ids = _ids(call, owner, below)
    if not rest:
        return reading.collection(call, kind, ids) if method == "GET" else await _create(call, owner, below)
    number = re.match(r"[0-9]{1,18}", rest[0])
    found = call.tenant.store.get(kind.name, int(number[0])) if number and int(number[0]) in ids else None
    if rest[1:] == ["download"] and kind.name == "attachment":
        return files.download(call, found)
    if method == "GET":
        return reading.record(call, found, kind)
    if method == "DELETE":
        return _delete(call, owner, below, found, ids)
    answer = await writing.update(call, found, kind)
    _touch(call, owner, below)
    return answer


def _delete(call: Call, owner: Record, below: Below, found: Record | None, ids: list[int]) -> Response:
    answer = writing.delete(call, found, KINDS[below.kind])
    if below.link:
        kept = [id_ for id_ in ids if found and id_ != found["id"]]
        call.tenant.store.set(call.kind.name, owner, {below.link: kept})
    return answer


async def _create(call: Call, owner: Record, below: Below) -> Response:
    store = call.tenant.store
    preset: dict[str, Any] = {below.field: owner["id"]} if below.field else {}
    if below.class_field:
        preset[below.class_field] = CLASS_OF[call.kind.name]
    if below.kind == "attachment":
        return await files.attach(call, preset)
    known = set(store.tables[below.kind].ids)
    answer = await writing.create(call, preset=preset, kind=KINDS[below.kind])
    made = [id_ for id_ in store.tables[below.kind].ids if id_ not in known]
    if below.link:
        store.set(call.kind.name, owner, {below.link: [*(owner.get(below.link) or []), *made]})
    _touch(call, owner, below)
    return answer


def _touch(call: Call, owner: Record, below: Below) -> None:
    """Changes of remit-to addresses leave the supplier as it was, unless all children move their parents."""
    if below is not REMIT_TO or call.tenant.switches.child_touch == "all":
        writing.editor_of(call).set(call.kind.name, owner)


def _ids(call: Call, owner: Record, below: Below) -> list[int]:
    if below.link:
        return list(owner.get(below.link) or [])
    found = call.tenant.store.where(below.kind, below.field, owner["id"])
    class_ = CLASS_OF.get(call.kind.name)
    return [one["id"] for one in found if not below.class_field or one.get(below.class_field) == class_]
