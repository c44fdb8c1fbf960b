"""The front of `/services/rest`: account, caller, slot in the pool, then the endpoint that path and verb name."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from sandbox.netsuite.access import caller_of, heed
from sandbox.netsuite.answers import Refusal, not_found
from sandbox.netsuite.call import Call
from sandbox.netsuite.endpoints import Endpoint, Served
from sandbox.netsuite.governance import governed
from sandbox.netsuite.hosts import site_of
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
            endpoint, params = self._endpoint(request)
            response = await endpoint(Call(tenant, caller, site_of(request), request, params, faults))
            await response(request.scope, request.receive, send)

    def _endpoint(self, request: Request) -> tuple[Endpoint, dict[str, Any]]:
        path, known = f"/{request.path_params['path']}", False
        for (pattern, _, convertors), served in self.served:
            found = pattern.match(path)
            if not found:
                continue
            if request.method in served.verbs.split():
                words = found.groupdict()
                return served.endpoint, {name: convertors[name].convert(words[name]) for name in words}
            known = True
        if known:
            raise Refusal(
                405, "INVALID_REQUEST", f"The method {request.method} is not allowed for this resource."
            )
        raise not_found("The requested resource does not exist.")
