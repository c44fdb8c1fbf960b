"""A client of the stand-in's authorization code flow, as tests walk it without a browser."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from tests.sandbox_netsuite.conftest import Account
from tests.visiting import VERIFIER, asked, landed

PATH = "/app/login/oauth2/authorize.nl"
TOKEN = "/services/rest/auth/oauth2/v1/token"
REVOKE = "/services/rest/auth/oauth2/v1/revoke"
CALLBACK = "http://127.0.0.1:8000/connect/netsuite/callback"
returned = partial(landed, callback=CALLBACK, status=302)
STATE = "s & t " * 5
LIMITS = "/services/rest/system/v1/governanceLimits"


@dataclass(frozen=True)
class Visitor:
    """A browser in which nobody has signed in yet, on its way from a client."""

    account: Account
    name: str = "web"

    @property
    def known(self) -> dict[str, str]:
        found: dict[str, str] = self.account.credentials["clients"][self.name]
        return found

    def query(self, **given: str | None) -> dict[str, str]:
        """The request; None leaves a parameter out."""
        usual = {
            "client_id": self.known["client_id"],
            "redirect_uri": CALLBACK,
            "scope": "rest_webservices",
            "state": STATE,
        }
        return asked(usual, given)

    async def see(self, **given: str | None) -> httpx.Response:
        return await self.account.client.get(PATH, params=self.query(**given))

    async def send(self, form: dict[str, Any], **given: str | None) -> httpx.Response:
        return await self.account.client.post(PATH, params=self.query(**given), data=form)

    async def allow(self, user: str = "11:3", **given: str | None) -> dict[str, str]:
        """What the redirect says after a consent."""
        await self.send({"user": user}, **given)
        return returned(await self.send({"answer": "allow"}, **given))

    async def ask(self, path: str = TOKEN, **form: str) -> httpx.Response:
        """A call of the token endpoint, with the client as it names itself."""
        if "client_secret" not in self.known:
            return await self.account.client.post(path, data={"client_id": self.known["client_id"], **form})
        secret = (self.known["client_id"], self.known["client_secret"])
        return await self.account.client.post(path, data=form, auth=secret)

    async def exchange(self, code: str, **given: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return await self.ask(**{**form, "code": code, **given})

    async def granted(self, **given: str) -> dict[str, Any]:
        """The token answer for a consent just given."""
        answer = await self.exchange((await self.allow(**given))["code"])
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refresh(self, token: str) -> httpx.Response:
        return await self.ask(grant_type="refresh_token", refresh_token=token)

    async def works(self, token: str) -> bool:
        """Whether the access token opens the account."""
        answer = await self.account.client.get(LIMITS, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code in (200, 401)
        return answer.status_code == 200
