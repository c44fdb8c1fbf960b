"""The front of `/services/rest`: account, caller, slot in the pool, then the endpoint that path and verb name."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import Message, Receive, Scope, Send

from sandbox.netsuite import asynchronous
from sandbox.netsuite.access import caller_of, heed
from sandbox.netsuite.answers import Refusal, not_found
from sandbox.netsuite.call import Call
from sandbox.netsuite.endpoints import Endpoint, Served
from sandbox.netsuite.governance import governed
from sandbox.netsuite.hosts import site_of
from sandbox.netsuite.jobs import Task
from sandbox.netsuite.tenant import Tenant


class Front:
    """An ASGI application over all accounts, by slug."""

    def __init__(self, tenants: Mapping[str, Tenant], endpoints: Iterable[Served]) -> None:
        self.tenants = tenants
        self.served = [(compile_path(one.path), one) for one in endpoints]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        tenant = self.tenants[site_of(request).slug]
        try:
            await self._serve(tenant, request, send)
        except Refusal as refusal:
            await refusal.response(tenant.switches)(scope, receive, send)

    async def _serve(self, tenant: Tenant, request: Request, send: Send) -> None:
        """The slot is held until the answer is on its way."""
        faults = heed(tenant, request)
        caller = caller_of(tenant, request, faults)
        async with governed(tenant, caller, faults):
            await tenant.jobs.work()
            call = Call(tenant, caller, site_of(request), request, {}, faults)
            response = await self._answer(call, f"/{request.path_params['path']}")
            await response(request.scope, request.receive, send)

    async def _answer(self, call: Call, path: str) -> Response:
        """At once, or later by a job where the caller prefers that."""
        request, body = call.request, await call.request.body()
        if not asynchronous.wanted(request, path):
            asynchronous.check_single(request, path, body)
            endpoint, params = self._endpoint(request.method, path)
            return await endpoint(replace(call, params=params))
        errands = asynchronous.errands(request, path, body)
        tasks = [self._task(call, errand) for errand in errands]
        return asynchronous.begun(call.tenant, request, call.rest, tasks)

    def _task(self, call: Call, errand: asynchronous.Errand) -> Task:
        endpoint, params = self._endpoint(errand.method, errand.path)

        async def receive() -> Message:
            return {"type": "http.request", "body": errand.body, "more_body": False}

        request = Request({**call.request.scope, "method": errand.method}, receive)
        return Task(partial(endpoint, replace(call, request=request, params=params)))

    def _endpoint(self, method: str, path: str) -> tuple[Endpoint, dict[str, Any]]:
        known = False
        for (pattern, _, convertors), served in self.served:
            found = pattern.match(path)
            if not found:
                continue
            if method in served.verbs.split():
                words = found.groupdict()
                return served.endpoint, {name: convertors[name].convert(words[name]) for name in words}
            known = True
        if known:
            raise Refusal(405, "INVALID_REQUEST", f"The method {method} is not allowed for this resource.")
        raise not_found("The requested resource does not exist.")
