"""The envelope in which every failure is answered."""

from http import HTTPStatus
from typing import Any

from schemas.errors import Problem, RemoteProblem


def error_body(problem: Problem, request_id: str) -> dict[str, Any]:
    """`statusCode` `error` `message` `request_id` always; the vendor's words and our details where known."""
    body: dict[str, Any] = {
        "statusCode": problem.status,
        "error": _phrase(problem.status),
        "message": problem.message or _phrase(problem.status),
        "request_id": request_id,
    }
    if isinstance(problem, RemoteProblem):
        body["truto_is_remote_error"] = True
        body["raw_response"] = problem.raw
    if problem.insight:
        body["truto_error_insight"] = problem.insight
    details = {"reason": problem.reason, **problem.details} if problem.reason else problem.details
    if details:
        body["details"] = details
    return body


def error_headers(problem: Problem) -> dict[str, str]:
    """The headers of a failure's answer, beside its content type."""
    headers = dict(problem.headers)
    if isinstance(problem, RemoteProblem):
        headers["truto-is-remote-error"] = "true"
    if problem.status == 401 and not isinstance(problem, RemoteProblem):
        headers["www-authenticate"] = "Bearer"
    return headers


# Where Python's own table changed between the versions that we run on.
PHRASES = {413: "Request Entity Too Large", 414: "Request-URI Too Long", 422: "Unprocessable Entity"}


def _phrase(status: int) -> str:
    if status in PHRASES:
        return PHRASES[status]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
