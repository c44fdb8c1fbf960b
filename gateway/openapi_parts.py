"""What the whole OpenAPI document shares: the error envelope, headers, parameters, and how parts are referred to."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

Schema = dict[str, Any]

ABOUT = (
    "One HTTP dialect in front of many business systems. Every call but those to the service endpoints carries "
    "`Authorization: Bearer <token>`. `HEAD` asks as `GET` does. Each answer has an `x-request-id`."
)
DATA_HEADERS = (
    *("server-timing", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"),
    *("ratelimit", "ratelimit-policy"),
)


def reference(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


def json_content(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def place(name: str) -> Schema:
    """A parameter of the path."""
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def answers(
    status: int,
    content: Schema,
    also: Iterable[int] = (),
    refusals: Iterable[int | str] = (),
    headers: Iterable[str] = (),
) -> Schema:
    """The answers of an operation: `content` with `status` and `also`, the error envelope with `refusals`."""
    named = {name: reference("headers", name) for name in ("x-request-id", *headers)}
    given = {
        str(each): {"description": HTTPStatus(each).phrase, "headers": named, "content": content}
        for each in (status, *also)
    }
    refused = {str(each): reference("responses", str(each)) for each in sorted(map(str, refusals))}
    return {**given, **refused}


def _refused(status: int | None) -> Schema:
    return {
        "description": HTTPStatus(status).phrase if status else "Whatever the vendor answered",
        "headers": {
            "x-request-id": reference("headers", "x-request-id"),
            **({"retry-after": reference("headers", "retry-after")} if status in (429, 503, None) else {}),
        },
        "content": json_content(reference("schemas", "Error")),
    }


REFUSED: dict[str, Schema] = {
    "default": _refused(None),
    **{
        str(status): _refused(status)
        for status in (400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500, 502, 503, 504)
    },
}

_TEXT = {"type": "string"}
_FIGURE = {"schema": {"type": "string", "pattern": "^[0-9]+$"}}

HEADERS: dict[str, Schema] = {
    "x-request-id": {
        "description": "The caller's own where it is 8 to 64 of `A-Za-z0-9._-`.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{8,64}$"},
    },
    "server-timing": {
        "description": "How long the vendor and the gateway took until the answer began, in milliseconds.",
        "required": True,
        "schema": _TEXT,
    },
    "retry-after": {"description": "Whole seconds, at least 1.", **_FIGURE},
    "ratelimit-limit": {
        "description": "Calls in a window, perhaps with its seconds: `25;w=1`.",
        "schema": _TEXT,
    },
    "ratelimit-remaining": {"description": "Calls left in the window.", **_FIGURE},
    "ratelimit-reset": {"description": "Seconds until the window ends.", **_FIGURE},
    "ratelimit-policy": {
        "description": 'Limits in the IETF\'s form: `"calls";q=25;w=1, "concurrency";q=4;qu="concurrent-requests"`.',
        "schema": _TEXT,
    },
    "ratelimit": {
        "description": 'What is left of them: `"calls";r=12;t=1, "concurrency";r=3`.',
        "schema": _TEXT,
    },
}

PARAMETERS: dict[str, Schema] = {
    "limit": {
        "name": "limit",
        "in": "query",
        "description": "Records in a page; cut to the most that there may be.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 10**18},
    },
    "next_cursor": {
        "name": "next_cursor",
        "in": "query",
        "description": "From the page before; empty or left out for the first.",
        "schema": _TEXT,
    },
    "idempotency-key": {
        "name": "idempotency-key",
        "in": "header",
        "description": "The write is done once, however often it is sent with this key; see docs/idempotency.md.",
        "schema": {"type": "string", "pattern": "^[!#-~][!-~]{0,253}$"},
    },
    "integrated_account_id": {
        "name": "integrated_account_id",
        "in": "query",
        "description": "The account to call; an account token implies it.",
        "schema": {"type": "string", "minLength": 1},
    },
}

ERROR: Schema = {
    "type": "object",
    "description": "Every failure.",
    "properties": {
        "statusCode": {"type": "integer"},
        "error": _TEXT,
        "message": {"type": "string", "minLength": 1},
        "request_id": _TEXT,
        "details": {
            "type": "object",
            "properties": {
                "reason": {"type": "string", "description": "For machines; docs/errors.md explains each."},
                "failures": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"field": _TEXT, "message": _TEXT},
                        "required": ["field", "message"],
                    },
                },
                "outcome": {
                    "enum": ["not_applied", "partly_applied", "uncertain"],
                    "description": "Of a failed write.",
                },
            },
        },
        "truto_is_remote_error": {"const": True, "description": "There where the vendor refused."},
        "raw_response": {"description": "The vendor's body: parsed JSON, else text, cut at 64 KiB."},
        "truto_error_insight": {
            "type": "object",
            "additionalProperties": {"type": "object", "required": ["description"]},
        },
    },
    "required": ["statusCode", "error", "message", "request_id"],
}
