"""Bodies that come as a form with a file: brought into the form that a JSON body of the same write has."""

import base64
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message

from schemas.errors import InvalidRequest
from unified.syntax import STEP

MOST_PARTS = 50


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


async def form_members(request: Request, sent: bytes) -> dict[str, Any]:
    """The members of a form: a file becomes `content`, `name` and `content_type`, `parent[id]` a member of `parent`."""

    async def receive() -> Message:
        return {"type": "http.request", "body": sent, "more_body": False}

    found: dict[str, Any] = {}
    whole = Request({"type": "http", "headers": request.scope["headers"]}, receive)
    async with whole.form(max_files=1, max_fields=MOST_PARTS, max_part_size=len(sent) + 1) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                content = base64.b64encode(await value.read()).decode()
                file = {"content": content, "name": value.filename, "content_type": value.content_type}
                found |= {member: part for member, part in file.items() if part}
            else:
                _put(found, name, value)
    return found


def _put(found: dict[str, Any], name: str, value: str) -> None:
    first, steps = name.split("[")[0], STEP.findall(name)
    for step in [first, *steps][:-1]:
        found = found.setdefault(step, {})
        if not isinstance(found, dict):
            raise InvalidRequest.about(name, "is a part of something that is no object")
    found[[first, *steps][-1]] = value
