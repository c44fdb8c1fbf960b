"""A client of the stand-in's authorization code flow, as tests walk it without a browser."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from tests.sandbox.conftest import Tenant
from tests.visiting import VERIFIER, asked, landed

PATH = "/oauth2/authorizations/new"
CALLBACK = "http://127.0.0.1:8000/connect/coupa/callback"
returned = partial(landed, callback=CALLBACK, status=303)
SCOPE = "core.common.read core.supplier.read offline_access"


@dataclass(frozen=True)
class Visitor:
    """A browser in which nobody has signed in yet, on its way from the client `web`."""

    tenant: Tenant

    @property
    def client(self) -> dict[str, str]:
        known = self.tenant.credentials["clients"]["web"]
        return {"client_id": known["client_id"], "client_secret": known["client_secret"]}

    def query(self, **given: str | None) -> dict[str, str]:
        """The request; None leaves a parameter out."""
        usual = {
            "client_id": self.client["client_id"],
            "redirect_uri": CALLBACK,
            "scope": SCOPE,
            "state": "s & t",
        }
        return asked(usual, given)

    async def see(self, **given: str | None) -> httpx.Response:
        return await self.tenant.client.get(PATH, params=self.query(**given))

    async def send(self, form: dict[str, Any], **given: str | None) -> httpx.Response:
        return await self.tenant.client.post(PATH, params=self.query(**given), data=form)

    async def allow(self, user: int = 2, scope: str = SCOPE, **given: str | None) -> str:
        """The code for a consent to these scopes."""
        await self.send({"user": str(user)}, scope=scope, **given)
        answer = await self.send({"answer": "allow", "scope": scope.split()}, scope=scope, **given)
        return returned(answer)["code"]

    async def exchange(self, code: str, **given: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return await self.tenant.client.post(
            "/oauth2/token", data={**self.client, **form, "code": code, **given}
        )

    async def granted(self, **given: Any) -> dict[str, Any]:
        """The token answer for a consent just given."""
        answer = await self.exchange(await self.allow(**given))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refresh(self, token: str, **given: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return await self.tenant.client.post("/oauth2/token", data={**self.client, **form, **given})

    async def works(self, token: str) -> bool:
        """Whether the access token opens the interface."""
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        answer = await self.tenant.client.get("/api/suppliers?limit=1", headers=headers)
        assert answer.status_code in (200, 401)
        return answer.status_code == 200
