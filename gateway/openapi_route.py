"""`GET /openapi.json`: what makes the document is loaded, and the document made, when it is first asked for."""

from collections.abc import Sequence
from functools import cached_property

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.openapi_parts import Schema


class Contract:
    """The document of these routes."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = routes

    @cached_property
    def document(self) -> Schema:
        from gateway.openapi import document  # every answer's model: who only serves has no use for them

        return document(self._routes)

    @cached_property
    def json(self) -> bytes:
        return orjson.dumps(self.document)


async def openapi(request: Request) -> Response:
    contract: Contract = request.state.contract
    return Response(contract.json, media_type="application/json")


ROUTES = [Route("/openapi.json", openapi)]
