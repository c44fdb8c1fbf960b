"""Pictures and PDFs of invoices: uploaded, and fetched again."""

from starlette.responses import Response

from sandbox.coupa import reading
from sandbox.coupa.answers import invalid, not_found
from sandbox.coupa.call import Call
from sandbox.coupa.files import form_of
from sandbox.coupa.store import Record
from sandbox.coupa.writing import editor_of

ENDPOINTS = {
    ("PUT", "invoice", "image_scan"),
    ("GET", "invoice", "retrieve_image_scan"),
    ("GET", "invoice", "retrieve_legal_invoice_pdf"),
}
LEGAL = ("approved", "voided")


async def serve(call: Call, record: Record | None, word: str) -> Response:
    if record is None:
        raise not_found(call.kind.model)
    if word == "image_scan":
        return await _keep(call, record)
    if word == "retrieve_image_scan" and "~scan" in record:
        return Response(record["~scan"], media_type=record["image-scan-content-type"])
    if word == "retrieve_legal_invoice_pdf" and record["status"] in LEGAL:
        return Response(b"%%PDF-1.4 invoice %d" % record["id"], media_type="application/pdf")
    raise not_found("file")


async def _keep(call: Call, record: Record) -> Response:
    """A multipart body with the part `file`."""
    multipart = call.request.headers.get("content-type", "").startswith("multipart/")
    file = (await form_of(call)).get("file") if multipart else None
    if not isinstance(file, tuple):
        raise invalid(call.kind.model, "File can't be blank")
    name, type_, data = file
    shown = {"image-scan": name, "image-scan-file-name": name, "image-scan-file-size": str(len(data))}
    with call.tenant.store.transaction():
        editor_of(call).set("invoice", record, **{**shown, "image-scan-content-type": type_, "~scan": data})
    return reading.record(call, record)
