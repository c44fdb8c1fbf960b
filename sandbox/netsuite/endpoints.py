"""What is served below `/services/rest`, by path and verb."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from sandbox.netsuite import asynchronous, governance
from sandbox.netsuite.call import Call
from sandbox.netsuite.records import actions, metadata, serve
from sandbox.netsuite.suiteql import query

Endpoint = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True)
class Served:
    """`verbs` are separated by blanks; `path` is in the router's notation, such as `/record/v1/{type}/{id}`."""

    verbs: str
    path: str
    endpoint: Endpoint


async def options(call: Call) -> Response:
    """Says nothing but that the caller may come in, and is asked for that."""
    return Response()


ENDPOINTS = (
    Served("OPTIONS", "/*", options),
    Served("GET", "/system/v1/governanceLimits", governance.limits),
    Served("GET", "/async/v1/job/{id}", asynchronous.job),
    Served("GET", "/async/v1/job/{id}/task", asynchronous.tasks),
    Served("GET", "/async/v1/job/{id}/task/", asynchronous.tasks),
    Served("GET", "/async/v1/job/{id}/task/{task}", asynchronous.task),
    Served("GET", "/async/v1/job/{id}/task/{task}/result", asynchronous.result),
    Served("POST", "/query/v1/suiteql", query.run),
    Served("GET", "/record/v1/metadata-catalog", metadata.catalog),
    Served("GET", "/record/v1/metadata-catalog/", metadata.catalog),
    Served("GET", "/record/v1/metadata-catalog/{type}", metadata.one_type),
    Served("GET", "/record/v1/{type}", serve.collection),
    Served("POST", "/record/v1/{type}", serve.create),
    Served("GET", "/record/v1/{type}/{id}", serve.read),
    Served("PATCH", "/record/v1/{type}/{id}", serve.change),
    Served("PUT", "/record/v1/{type}/{id}", serve.upsert),
    Served("DELETE", "/record/v1/{type}/{id}", serve.delete),
    Served("POST", "/record/v1/{type}/{id}/!transform/{target}", actions.transform),
    Served("POST", "/record/v1/{type}/{id}/!attach/{other}/{other_id}", actions.attach),
    Served("POST", "/record/v1/{type}/{id}/!detach/{other}/{other_id}", actions.detach),
    Served("GET", "/record/v1/{type}/{id}/{part:path}", serve.part),
)
