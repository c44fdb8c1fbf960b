"""The undocumented bulk write: a plural XML root makes or changes many suppliers or accounts in one call."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from starlette.responses import Response

from sandbox.coupa.answers import XML, Refusal, answer, invalid
from sandbox.coupa.call import Call
from sandbox.coupa.editor import Editor
from sandbox.coupa.store import Record
from sandbox.coupa.xmlio import HEAD, read

KINDS = ("supplier", "account")


def wanted(call: Call) -> bool:
    return call.tenant.switches.bulk and call.query.words.get("bulk") == "1" and call.kind.name in KINDS


async def write(call: Call) -> Response:
    """One result per record, in order; a refused one does not stop the others."""
    try:
        found = read(await call.request.body())
    except ElementTree.ParseError as error:
        raise invalid(call.kind.model, "The body cannot be parsed") from error
    rows = found if isinstance(found, list) else list(found.values())
    results = "".join(_result(call, one) for one in rows if isinstance(one, dict))
    return answer(f"{HEAD}<results>{results}</results>".encode(), XML)


def _result(call: Call, body: Mapping[str, Any]) -> str:
    editor = Editor(call.tenant, call.caller.user)
    try:
        with call.tenant.store.transaction():
            record = _present(call, body)
            if record:
                editor.update(call.kind, record, body)
            else:
                record = editor.create(call.kind, body)
    except Refusal as refusal:
        texts = "".join(f"<error>{escape(text)}</error>" for text in refusal.texts)
        return f"<result><status>ERROR</status><errors>{texts}</errors></result>"
    return f"<result><status>SUCCESS</status><unique-keys><id>{record['id']}</id></unique-keys></result>"


def _present(call: Call, body: Mapping[str, Any]) -> Record | None:
    """The record of the same name or number."""
    for name in ("number", "name") if call.kind.name == "supplier" else ("code",):
        found = call.tenant.store.where(call.kind.name, name, body.get(name)) if body.get(name) else []
        if found:
            return found[0]
    return None
