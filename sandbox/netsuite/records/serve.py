"""`/record/v1/{type}…`: lists, single records, their parts, and the writes."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from sandbox.netsuite import paging
from sandbox.netsuite.answers import Refusal, answer, not_found
from sandbox.netsuite.call import Call
from sandbox.netsuite.records import keeping, removal
from sandbox.netsuite.records.body import EXTERNAL, Body
from sandbox.netsuite.records.conditions import matching
from sandbox.netsuite.records.desk import Desk
from sandbox.netsuite.records.kinds import RecordType
from sandbox.netsuite.records.refusals import NAMES, VALUES, invalid_value, malformed
from sandbox.netsuite.records.show import Show, number_of, rows_of
from sandbox.netsuite.store import Row

MOST_IDS = 1000


def desk_of(call: Call) -> Desk:
    books = call.tenant.books
    seen = books.engine(call.caller.role).account
    return Desk(books.store, seen, call.rest, books.now(), call.caller.entity)


def _aimed(call: Call) -> tuple[Desk, RecordType]:
    """Raises Refusal for a type that is not known, or not seen."""
    desk = desk_of(call)
    return desk, desk.type_named(call.params["type"])


async def collection(call: Call) -> Response:
    """Ids and links of a page, or with `ids` and `expandRecords` whole records."""
    desk, type_ = _aimed(call)
    query = call.request.query_params
    if "ids" in query:
        return _batch(call, desk, type_, query["ids"])
    limit, offset = paging.window(call)
    found = matching(desk, type_, query["q"]) if "q" in query else [row["id"] for row in desk.rows(type_)]
    page = found[offset : offset + limit]
    items = [_named(desk, type_, id_) for id_ in page]
    more = {"q": query["q"]} if "q" in query else {}
    return answer(
        paging.envelope(call, f"/record/v1/{type_.path}", items, len(found), more), kind="collection"
    )


def _named(desk: Desk, type_: RecordType, id_: int) -> dict[str, Any]:
    return {"links": desk.self_link(f"{type_.path}/{id_}"), "id": str(id_)}


def _batch(call: Call, desk: Desk, type_: RecordType, ids: str) -> Response:
    wanted = [word.strip() for word in ids.split(",") if word.strip()]
    if len(wanted) > MOST_IDS:
        raise malformed(f"No more than {MOST_IDS} ids can be read at once.")
    rows = [desk.need(type_, id_) for id_ in wanted]
    if _on(call, "expandRecords"):
        items = [_show(call, desk).record(type_, row) for row in rows]
    else:
        items = [_named(desk, type_, row["id"]) for row in rows]
    found = paging.envelope(call, f"/record/v1/{type_.path}", items, len(items), {"ids": ids})
    return answer(found, kind="collection")


async def create(call: Call) -> Response:
    desk, type_ = _aimed(call)
    body = body_of(call, desk)
    return written(body, desk, type_, keeping.create(desk, type_, await given_of(call), body))


async def read(call: Call) -> Response:
    desk, type_ = _aimed(call)
    return answer(_show(call, desk).record(type_, desk.need(type_, call.params["id"])))


async def change(call: Call) -> Response:
    desk, type_ = _aimed(call)
    row, body = desk.need(type_, call.params["id"]), body_of(call, desk)
    selected = _on(call, "replaceSelectedFields")
    keeping.update(desk, type_, row, await given_of(call), body, replaced(call), selected=selected)
    return written(body, desk, type_, row["id"])


async def upsert(call: Call) -> Response:
    """By external id alone: the record is changed, or made with that id."""
    desk, type_ = _aimed(call)
    id_ = call.params["id"]
    if not id_.startswith("eid:"):
        raise malformed("Upsert is supported for external IDs only: use the form eid:<external ID>.")
    if not EXTERNAL.fullmatch(id_[4:]):
        raise invalid_value(id_[4:], "externalId", "externalId")
    row, body, given = desk.find(type_, id_), body_of(call, desk), await given_of(call)
    if row is None:
        new = keeping.create(desk, type_, {**given, "externalId": id_[4:]}, body)
        return written(body, desk, type_, new)
    keeping.update(desk, type_, row, given, body, replaced(call))
    return written(body, desk, type_, row["id"])


async def delete(call: Call) -> Response:
    desk, type_ = _aimed(call)
    removal.delete(desk, type_, desk.need(type_, call.params["id"]))
    return Response(status_code=204)


async def part(call: Call) -> Response:
    """A sublist, a line, a subrecord or the record behind a reference: the path below a record."""
    desk, type_ = _aimed(call)
    row = desk.need(type_, call.params["id"])
    name, *rest = call.params["part"].split("/")
    show = Show(desk, expand=True, simple=_on(call, "simpleEnumFormat"))
    if name.lower() in type_.sublists:
        return answer(_of_sublist(show, type_, row, name.lower(), rest))
    for known in type_.subrecords:
        if known.lower() == name.lower() and row[name.lower()] is not None and not rest:
            return answer(show.subrecord(type_, row, known))
    return _followed(call, show, type_, row, name, rest)


def _of_sublist(show: Show, type_: RecordType, row: Row, name: str, rest: list[str]) -> dict[str, Any]:
    sublist = type_.sublists[name]
    if not rest:
        return Show(show.desk, True, show.simple).sublist(type_, sublist, row)
    for line in rows_of(show.desk, sublist, row):
        if str(number_of(sublist, line)) == rest[0]:
            shown = show.line(type_, sublist, row, line)
            if len(rest) == 1:
                return shown
            if rest[1:] == ["addressBookAddress"] and sublist.subrecord:
                return dict(shown["addressBookAddress"])
    raise not_found()


def _followed(call: Call, show: Show, type_: RecordType, row: Row, name: str, rest: list[str]) -> Response:
    known = type_.properties.get(name.lower())
    if known is None or rest or row.get(known.column.name) is None:
        raise not_found()
    value = row[known.column.name]
    if known.column.kind == "multi":
        path = f"{type_.path}/{row['id']}/{known.name}"
        return answer(show.several(known.column, str(value).split(", "), path), kind="collection")
    target = show.desk.type_of(known.column.target, value) if known.column.kind == "ref" else None
    if target is None:
        raise not_found()
    return answer(_show(call, show.desk).record(target, show.desk.need(target, str(value))))


def written(body: Body, desk: Desk, type_: RecordType, id_: int) -> Response:
    """No body; where the record is, and what of the request was dropped."""
    headers = {"location": f"{desk.root}/record/v1/{type_.path}/{id_}"}
    if body.dropped:
        headers["warning"] = f'199 - "Properties were ignored: {", ".join(body.dropped)}"'
    return Response(status_code=204, headers=headers)


def _show(call: Call, desk: Desk) -> Show:
    fields = call.request.query_params.get("fields")
    names = frozenset(name.strip().lower() for name in fields.split(",")) if fields else None
    return Show(desk, _on(call, "expandSubResources"), _on(call, "simpleEnumFormat"), names)


def _on(call: Call, name: str) -> bool:
    return call.request.query_params.get(name, "").lower() == "true"


def replaced(call: Call) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in call.request.query_params.get("replace", "").split(","))


def body_of(call: Call, desk: Desk) -> Body:
    return Body(desk, _mode(call, NAMES, "Warning"), _mode(call, VALUES, "Error"))


def _mode(call: Call, header: str, default: str) -> str:
    mode = call.request.headers.get(header, default).capitalize()
    if mode not in ("Error", "Warning", "Ignore"):
        raise Refusal(
            400, "INVALID_HEADER", f"Invalid value of the header {header}.", {"o:errorHeader": header}
        )
    return mode


async def given_of(call: Call, *, empty: bool = False) -> Mapping[str, Any]:
    """The body's object; `empty` takes no body for one without members.

    Raises Refusal 415 for another media type, 400 for what is no object.
    """
    if empty and not await call.request.body():
        return {}
    type_ = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not type_.endswith("json"):
        raise Refusal(
            415, "INVALID_REQUEST", f"The media type '{type_}' is not supported: use application/json."
        )
    return parsed(await call.request.body())


def parsed(body: bytes) -> Mapping[str, Any]:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise malformed() from error
    if not isinstance(given, dict):
        raise malformed()
    return given
