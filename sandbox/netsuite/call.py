"""One authenticated request on its way to an endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from sandbox.faults import Fault
from sandbox.netsuite.hosts import Site
from sandbox.netsuite.tenant import Tenant
from sandbox.netsuite.tokens import Caller


@dataclass(frozen=True)
class Call:
    """`params` are those of the endpoint's path, `faults` the ones that hold for this request, by kind."""

    tenant: Tenant
    caller: Caller
    site: Site
    request: Request
    params: Mapping[str, Any]
    faults: Mapping[str, Fault]

    @property
    def rest(self) -> str:
        """What links begin with: `https://…/services/rest`."""
        return f"{self.site.root}/services/rest"
