"""The one place where failures become answers."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from auth.bodies import json_response
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


async def problem(request: Request, error: Problem) -> Response:
    return answer(request, error)


async def routing(request: Request, error: HTTPException) -> Response:
    """What Starlette's router says, in our words."""
    if error.status_code == 404:
        return answer(
            request, NotFound(f"There is nothing at {request.scope['path'][:200]}", reason="unknown_route")
        )
    if error.status_code == 405:
        stated = (error.headers or {}).get("allow") or (error.headers or {}).get("Allow", "")
        allowed = ", ".join(sorted(stated.split(", ")))  # the router keeps them in a set
        what = f"{request.method} is not offered here. Offered: {allowed}."
        return answer(
            request, MethodNotOffered(what, headers={"allow": allowed}, methods=allowed.split(", "))
        )
    return answer(request, InvalidRequest(error.detail, status=error.status_code))


HANDLERS: Mapping[Any, Callable[..., Any]] = {Problem: problem, HTTPException: routing}
