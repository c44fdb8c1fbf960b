"""One authenticated request on its way through the API."""

from dataclasses import dataclass

from starlette.requests import Request

from sandbox.coupa.query import Query
from sandbox.coupa.schema import Kind
from sandbox.coupa.tenant import Tenant
from sandbox.coupa.tokens import Caller
from sandbox.faults import Fault


@dataclass(frozen=True)
class Call:
    """`kind` is the class the path names first; `faults` those that hold for this request."""

    tenant: Tenant
    caller: Caller
    kind: Kind
    request: Request
    query: Query
    format: str
    faults: dict[str, Fault]
