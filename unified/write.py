"""A write as it is asked for and what it is made of, read and checked before anything is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from starlette.requests import Request

from auth.bodies import parse_json, read_body
from providers.overrides.override import Unfit
from providers.resource import Source
from providers.writing import Body, Deed, Draft, Entry, Fault, Writing, body_of, merged
from proxy.answer import Content
from schemas.errors import Changed, InvalidRequest
from schemas.unified import UnifiedResource
from unified.desk import Desk
from unified.forms import form_members, is_form
from unified.given import checked, members, read_arguments, refusal, remote_of
from unified.meta import method_not_offered
from unified.question import Flags, read_single
from unified.reader import source_of
from unified.target import Target
from unified.writer import Extras, Writer

MAPPED = ("create", "update")  # methods whose body is a record; custom methods have arguments
READS = ("list", "get")


@dataclass(frozen=True)
class Write:
    """Which deed on what, with what.

    `sent`: the body as it came in. `etag`: the version that the caller knows, "" where none was named.
    """

    target: Target
    unified: UnifiedResource
    writing: Writing
    method: str
    deed: Deed
    draft: Draft
    flags: Flags
    extras: Extras
    sent: bytes = field(default=b"", repr=False)
    etag: str = ""

    def adds(self, name: str) -> bool:
        """Whether writing this member twice adds something twice."""
        entry = self.writing.entries.get(name)
        return self.method in MAPPED and isinstance(entry, Entry) and entry.adds(self.draft.given[name])


async def read_write(request: Request, desk: Desk, method: str, id_: str | None = None) -> Write:
    """The write, its body not yet checked. `id_`: the one in the path, if any."""
    if method not in desk.resource.methods or method in READS:
        raise method_not_offered(desk.resource, method)
    question = read_single(desk.query, desk.resource)
    takes_form = "content" in desk.unified.record.model_fields and is_form(request)
    sent = await read_body(request, any_type=question.flags.passthrough or takes_form)
    if question.flags.passthrough:
        body = _kept(sent)
    else:
        body = await form_members(request, sent) if takes_form else members(await parse_json(sent))
    return replace(
        plan(desk, method, body, id_),
        flags=question.flags,
        extras=Extras(question.remote, _content(request, question.flags, sent)),
        sent=sent,
        etag=_etag(request, desk.unified),
    )


def plan(desk: Desk, method: str, body: Mapping[str, Any], id_: str | None = None) -> Write:
    """A write with this body, not yet checked."""
    named = "" if method == "create" else _named(body, id_)
    source = source_of(desk.resource, named) if named else _suited(desk, body)
    writing, deed = _deed(desk, source, method)
    return Write(
        target=Target(desk.connection, desk.resource, source),
        unified=desk.unified,
        writing=writing,
        method=method,
        deed=deed,
        draft=Draft(
            body, remote_of(body), named.removeprefix(source.prefix), settings=desk.connection.context
        ),
        flags=Flags(),
        extras=Extras(),
    )


def _content(request: Request, flags: Flags, sent: bytes) -> Content | None:
    """The body as it is to go out, where that is as it came in."""
    if not flags.passthrough:
        return None
    return Content(sent, request.headers.get("content-type", "application/json"))


def _kept(sent: bytes) -> dict[str, Any]:
    """What is understood of a body that is passed through: which record it is about, if it says."""
    try:
        value = orjson.loads(sent)
    except orjson.JSONDecodeError:
        return {}
    return {"id": value["id"]} if isinstance(value, dict) and "id" in value else {}


def _suited(desk: Desk, body: Mapping[str, Any]) -> Source:
    """The collection that a new record belongs to."""
    for source in desk.resource.sources:
        if source.writing and "create" in source.writing.deeds and source.writing.suits(body):
            return source
    raise method_not_offered(desk.resource, "create")


def _named(body: Mapping[str, Any], id_: str | None) -> str:
    found = body.get("id")
    if id_ is not None:
        if found not in (None, id_):
            raise InvalidRequest.about("id", "names another record than the path does")
        return id_
    if not isinstance(found, str) or not found:
        words = "is missing" if found is None else "must be text, and not empty"
        raise refusal([Fault("id", words, "missing_field" if found is None else "invalid_request")])
    return found


def _deed(desk: Desk, source: Source, method: str) -> tuple[Writing, Deed]:
    writing = source.writing
    if writing is None or method not in writing.deeds:
        raise method_not_offered(desk.resource, method)
    return writing, writing.deeds[method]


def _etag(request: Request, unified: UnifiedResource) -> str:
    header = request.headers.get("if-match", "").strip()
    if header and "etag" not in unified.record.model_fields:
        raise InvalidRequest.about("if-match", f"is not known here: {unified.name} have no etag")
    return header.removeprefix("W/").strip('"')


def checked_write(write: Write) -> Write:
    """The write, with a body that is known to be right; raises one `InvalidRequest` with all that is wrong."""
    if write.extras.content is not None:
        return replace(write, draft=replace(write.draft, given={}))
    return replace(write, draft=replace(write.draft, given=_checked(write)))


async def completed(write: Write, writer: Writer | None) -> Write:
    """The write with the vendor's body, held against the present record where body or etag ask for that.

    Without a writer nothing is read. Raises `Changed`, and what a read raises.
    """
    draft = write.draft
    compares = write.deed.compares or any(_compares(write, name) for name in draft.given)
    needs_present = write.etag or compares
    if needs_present and draft.id and writer is not None:
        draft = replace(draft, present=await writer.present(write.target, draft.id))
    _check_etag(write, draft)
    if write.extras.content is None:
        mapped = _mapped(write, draft) if write.method in MAPPED else {}
        draft = replace(draft, body=merged(mapped, draft.remote))
    return replace(write, draft=draft)


def _mapped(write: Write, draft: Draft) -> Body:
    """The vendor's body for the unified one, as an override, if any, remakes it."""
    body = body_of(write.writing.entries, draft.given, draft)
    remaking = write.target.resource.remaking
    if remaking is None:
        return body
    try:
        return remaking(body, draft.given, creates=draft.creates)
    except Unfit as error:
        raise InvalidRequest(str(error), reason="invalid_override") from error


def _checked(write: Write) -> Mapping[str, Any]:
    if write.method in MAPPED:
        return checked(write.unified, write.writing, write.draft)
    return read_arguments(write.deed, write.draft.given)


def _compares(write: Write, name: str) -> bool:
    entry = write.writing.entries.get(name) if write.method == "update" else None
    return isinstance(entry, Entry) and entry.compares


def _check_etag(write: Write, draft: Draft) -> None:
    if not write.etag or draft.present is None or write.etag == "*":
        return
    present = write.target.record(dict(draft.present), {}).get("etag")
    if present != write.etag:
        raise Changed("The record has changed since it was read: read it again, and decide anew")
