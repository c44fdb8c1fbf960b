"""The page's own files: style sheet, script, and the style sheet of an accent colour; none knows a link token."""

import hashlib
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.linking.pages.branding import stylesheet
from auth.linking.pages.views import ACCENT
from schemas.errors import NotFound

FOLDER = Path(__file__).parent / "static"
KINDS = {"page.css": "text/css", "page.js": "text/javascript"}
FILES = {name: (FOLDER / name).read_bytes() for name in KINDS}
COLOUR = re.compile(r"#[0-9a-f]{6}")
HEADERS = {
    "cache-control": "public, max-age=31536000, immutable",  # every content has an address of its own
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
VERSION = hashlib.sha256(b"".join(FILES.values())).hexdigest()[:12]


def address(root: str, name: str, accent: str = ACCENT) -> str:
    """Where a page finds its file; an accent that is no colour is the default one."""
    if name == "accent.css":
        chosen = accent.lower() if COLOUR.fullmatch(accent.lower()) else ACCENT
        return f"{root}/connect-account/accent-{chosen.removeprefix('#')}.css"
    return f"{root}/connect-account/{VERSION}/{name}"


async def file(request: Request) -> Response:
    """A page of another release gets what this one has, and keeps it for no other time."""
    name = request.path_params["name"]
    if name not in KINDS:
        raise NotFound("There is no such file.")
    cached = {} if request.path_params["version"] == VERSION else {"cache-control": "no-store"}
    return Response(FILES[name], headers={**HEADERS, **cached}, media_type=KINDS[name])


async def accent(request: Request) -> Response:
    colour = "#" + request.path_params["colour"]
    if not COLOUR.fullmatch(colour):
        raise NotFound("There is no such file.")
    return Response(stylesheet(colour), headers=HEADERS, media_type="text/css")


ROUTES = [
    Route("/connect-account/accent-{colour}.css", accent),
    Route("/connect-account/{version}/{name}", file),
]
