"""The one place where failures become answers."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.bodies import json_response
from gateway.visit import VISIT
from schemas.envelope import error_body, error_headers
from schemas.errors import Internal, InvalidRequest, MethodNotOffered, NotFound, Problem


def answer(request: Request, problem: Problem) -> Response:
    """The envelope; the problem stays on `request.state`, where the log looks for it."""
    request.state.problem = problem
    return json_response(
        error_body(problem, request.state.request_id), problem.status, error_headers(problem)
    )


def unforeseen_answer(scope: Scope) -> Response:
    """What the caller hears of a fault of ours: nothing but that there was one."""
    return answer(Request(scope), Internal("Something went wrong here."))


class Errors:
    """Pure ASGI, innermost: what an endpoint raises for its caller becomes the answer, unless one has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except (Problem, HTTPException) as error:
            visit = VISIT.get()
            if scope["type"] != "http" or (visit is not None and visit.status):
                raise
            request = Request(scope)
            problem = error if isinstance(error, Problem) else _of_the_router(request, error)
            await answer(request, problem)(scope, receive, send)


class Application(Starlette):
    """Starlette's, without the two layers that it puts around every application: `Front` and `Errors` do their work."""

    def build_middleware_stack(self) -> ASGIApp:
        app: ASGIApp = Errors(self.router)
        for middleware, args, kwargs in reversed(self.user_middleware):
            app = middleware(app, *args, **kwargs)
        return app


def _of_the_router(request: Request, error: HTTPException) -> Problem:
    """What Starlette's router says, in our words."""
    if error.status_code == 404:
        return NotFound(f"There is nothing at {request.scope['path'][:200]}", reason="unknown_route")
    if error.status_code == 405:
        stated = (error.headers or {}).get("allow") or (error.headers or {}).get("Allow", "")
        allowed = ", ".join(sorted(stated.split(", ")))  # the router keeps them in a set
        what = f"{request.method} is not offered here. Offered: {allowed}."
        return MethodNotOffered(what, headers={"allow": allowed}, methods=allowed.split(", "))
    return InvalidRequest(error.detail, status=error.status_code)
