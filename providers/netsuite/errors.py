"""What NetSuite's error bodies say: `o:errorDetails` of the REST services, `error` of the token endpoint."""

from collections.abc import Mapping
from typing import Any

from providers.provider import Complaint

PLACES = ("o:errorPath", "o:errorQueryParam", "o:errorHeader")


def read_error(body: Any) -> Complaint | None:
    """The texts by where in the request the fault is; a detail that names no place speaks of the whole."""
    if not isinstance(body, Mapping):
        return None
    details = body.get("o:errorDetails")
    texts: dict[str, tuple[str, ...]] = {}
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, Mapping) and (text := _text(detail.get("detail"))):
            place = next((_text(detail.get(name)) for name in PLACES if detail.get(name)), "")
            texts[place] = (*texts.get(place, ()), text)
    if texts:
        return Complaint(texts)
    text = _text(body.get("error_description")) or _text(body.get("error")) or _text(body.get("title"))
    return Complaint({"": (text,)}) if text else None


def _text(found: Any) -> str:
    return found.strip() if isinstance(found, str) else ""
