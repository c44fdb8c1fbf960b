"""Accounts in their charts: codes made of segments, and dynamic charts whose accounts appear when first used."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.coupa.bodies import flat
from sandbox.coupa.references import NotFound, resolve
from sandbox.coupa.schema import KINDS, Kind
from sandbox.coupa.store import Record

if TYPE_CHECKING:
    from sandbox.coupa.editor import Editor

SEGMENTS = tuple(f"segment-{number}" for number in range(1, 21))


def check(editor: "Editor", record: Record, creating: bool) -> list[str]:
    """Segments the chart names are needed, and no two accounts of a chart share a code."""
    chart = editor.store.get("account-type", record.get("account-type"))
    if chart is None:
        return []
    labels: tuple[str, ...] = () if chart.get("dynamic-flag") else chart.get("~labels", ())
    texts = [
        f"Segment {number} - {label} can't be blank"
        for number, label in enumerate(labels, 1)
        if record.get(f"segment-{number}") in (None, "")
    ]
    same = editor.store.where("account", "code", _code(record))
    if any(one is not record and one.get("account-type") == record["account-type"] for one in same):
        texts.append("Code has already been taken")
    return texts


def settle(editor: "Editor", record: Record, given: Mapping[str, Any], creating: bool) -> None:
    editor.store.set("account", record, {"code": _code(record)})


def on_the_fly(editor: "Editor", kind: Kind, value: Any) -> int | None:
    """A new account where a write names one that a dynamic chart does not have yet; None where that cannot be."""
    given = flat(value)
    if kind.name != "account" or not given.get("code") or not given.get("account-type"):
        return None
    try:
        chart = resolve(editor.store, KINDS["account-type"], "account_type", given["account-type"])
    except NotFound:
        return None
    if not editor.store.need("account-type", chart).get("dynamic-flag"):
        return None
    segments = {name: given[name] for name in SEGMENTS if name in given}
    segments = segments or dict(zip(SEGMENTS, str(given["code"]).split("-"), strict=False))
    id_: int = editor.create(kind, segments, {"account-type": chart, "active": True})["id"]
    return id_


def _code(record: Record) -> str:
    """All segments up to the last one in use, joined with a dash; empty ones leave two dashes in a row."""
    used = [record.get(name) for name in SEGMENTS]
    while used and used[-1] in (None, ""):
        used.pop()
    return "-".join(str(one or "") for one in used)
