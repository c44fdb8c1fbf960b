"""`/sdk/…`: the link SDK as it was built, for the pages of products on any origin."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schemas.errors import NotFound

FOLDER = Path(__file__).parent.parent / "sdk/link/dist"
KINDS = {
    "link.js": "text/javascript",
    "link.global.js": "text/javascript",
    "link.d.ts": "text/plain",
}
FILES = {name: (FOLDER / name).read_bytes() for name in KINDS}
HEADERS = {
    "access-control-allow-origin": "*",  # a page loads a module by CORS, and there is nothing in it to hide
    "cache-control": "public, max-age=3600",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}


async def file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in KINDS:
        raise NotFound("There is no such file.")
    return Response(FILES[name], headers=HEADERS, media_type=KINDS[name])


ROUTES = [Route("/sdk/{name}", file)]
