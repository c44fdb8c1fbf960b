"""Attachments as clients upload them: multipart, or text and links as an ordinary body."""

from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from sandbox.coupa import reading
from sandbox.coupa.answers import invalid, not_found
from sandbox.coupa.bodies import body_of, flat
from sandbox.coupa.call import Call
from sandbox.coupa.schema import KINDS
from sandbox.coupa.store import Record
from sandbox.coupa.writing import editor_of

KIND = KINDS["attachment"]
CLASSES = {"file": "Attachment::File", "text": "Attachment::Text", "url": "Attachment::Url"}


async def attach(call: Call, preset: Record) -> Response:
    """A new attachment, 201. Type is file, text or url; its content must be there."""
    multipart = call.request.headers.get("content-type", "").startswith("multipart/")
    given = await form_of(call) if multipart else flat(await body_of(call.request, call.format, KIND))
    content = given.pop("file", None)
    type_ = str(given.get("type") or "").lower()
    if type_ not in CLASSES:
        raise invalid("attachment", "Type is not included in the list")
    if not (content if type_ == "file" else given.get(type_)):
        raise invalid("attachment", f"{type_.capitalize()} can't be blank")
    with call.tenant.store.transaction():
        record = editor_of(call).create(
            KIND, {**given, "type": CLASSES[type_]}, {**preset, **_stored(content)}
        )
    return reading.record(call, record, KIND, 201)


def download(call: Call, record: Record | None) -> Response:
    """The bytes of an uploaded file."""
    if record is None or "~content" not in record:
        raise not_found("attachment")
    return Response(record["~content"], media_type=record["file-content-type"])


async def form_of(call: Call) -> dict[str, Any]:
    """The parts of a multipart body, `attachment[file]` as `file`; files are tuples of name, type and bytes."""
    given: dict[str, Any] = {}
    async with call.request.form() as form:
        for name, value in form.multi_items():
            key = name.removeprefix("attachment[").removesuffix("]")
            given[key] = (
                (value.filename, value.content_type, await value.read())
                if isinstance(value, UploadFile)
                else value
            )
    return flat(given)


def _stored(content: Any) -> Record:
    if not isinstance(content, tuple):
        return {}
    name, type_, data = content
    shown = {"file-file-name": name, "file-content-type": type_ or "application/octet-stream"}
    return {**shown, "file-size": len(data), "~content": data}
