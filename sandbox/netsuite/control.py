"""What the control API offers for NetSuite alone: audit trail, pool, and certificates as administrators manage them."""

from collections.abc import Mapping

import orjson
from cryptography import x509
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.control import loopback_route
from sandbox.netsuite.registry import upload
from sandbox.netsuite.tenant import Tenant

MOST_SLOTS = 1000
SET_UP = ("without", "hidden", "broken", "date_format", "zone")


class AccountControl:
    """Over all accounts, by slug; `?account=` names the one that is meant, else it is the first."""

    def __init__(self, tenants: Mapping[str, Tenant]) -> None:
        self.tenants = tenants

    def routes(self) -> list[Route]:
        return [
            loopback_route("/audit", self.audit, "GET"),
            loopback_route("/account", self.show_account, "GET"),
            loopback_route("/account", self.change_account, "POST"),
            loopback_route("/pool", self.show_pool, "GET"),
            loopback_route("/pool", self.change_pool, "POST"),
            loopback_route("/certificates", self.upload, "POST"),
            loopback_route("/certificates/{id}", self.revoke, "DELETE"),
        ]

    async def audit(self, request: Request) -> Response:
        """Why sign-ins failed, the oldest first."""
        return _json({"failures": list(self._tenant(request).audit.failures)})

    async def show_account(self, request: Request) -> Response:
        """What an administrator has set up: as the switches of these names."""
        switches = self._tenant(request).books.switches
        return _json({name: getattr(switches, name) for name in SET_UP})

    async def change_account(self, request: Request) -> Response:
        given = orjson.loads(await request.body() or b"{}")
        if not isinstance(given, dict) or not set(given) <= set(SET_UP):
            raise HTTPException(400, f"known are {', '.join(SET_UP)}")
        try:
            self._tenant(request).books.set_up(**{name: str(value) for name, value in given.items()})
        except ValueError as error:
            raise HTTPException(400, str(error)) from error
        return await self.show_account(request)

    async def show_pool(self, request: Request) -> Response:
        return _json(self._tenant(request).pool.shown())

    async def change_pool(self, request: Request) -> Response:
        """`limit`: slots that the account has; `elsewhere`: how many of them other tools of the customer hold."""
        pool = self._tenant(request).pool
        given = orjson.loads(await request.body() or b"{}")
        if not isinstance(given, dict) or not set(given) <= {"limit", "elsewhere"}:
            raise HTTPException(400, "known are limit and elsewhere")
        if not all(isinstance(value, int) and 0 <= value <= MOST_SLOTS for value in given.values()):
            raise HTTPException(400, f"limit and elsewhere are numbers up to {MOST_SLOTS}")
        for name, value in given.items():
            setattr(pool, name, value)
        return _json(pool.shown())

    async def upload(self, request: Request) -> Response:
        """A certificate in PEM for the machine of `client`, who acts in the role that this client has."""
        registry = self._tenant(request).registry
        try:
            given = orjson.loads(await request.body())
            machine = registry.machines[given.get("client", "main")]
            certificate = x509.load_pem_x509_certificate(given["certificate"].encode())
        except (KeyError, ValueError, AttributeError) as error:
            raise HTTPException(400, "client is one that has a machine, certificate is in PEM") from error
        return _json({"certificate_id": upload(registry, machine, certificate)}, 201)

    async def revoke(self, request: Request) -> Response:
        if self._tenant(request).registry.certificates.pop(request.path_params["id"], None) is None:
            raise HTTPException(404, "no such certificate")
        return _json({})

    def _tenant(self, request: Request) -> Tenant:
        slug = request.query_params.get("account", next(iter(self.tenants)))
        try:
            return self.tenants[slug]
        except KeyError as error:
            raise HTTPException(404, "no such account") from error


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
