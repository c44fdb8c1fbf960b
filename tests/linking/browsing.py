"""A browser without scripts: it keeps cookies, reads forms, and follows what leads on by itself."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from sqlmodel import update

from schemas.tables import LinkAttempt, LinkToken, now
from tests.house import SANDBOX, Canary, House, open_house, secrets_of

HERE = "https://koine.test"
CALLBACK = f"{HERE}/connect/coupa/callback"
KEY, CLIENT, OAUTH = "api_key", "oauth2_client_credentials", "oauth2"


class _Reader(HTMLParser):
    """What of a page a test looks at."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.links: list[str] = []
        self.main: dict[str, str | None] = {}
        self.refresh = ""
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name"):
            self.fields[given["name"] or ""] = given.get("value") or ""
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag == "main":
            self.main = given
        if tag == "meta" and given.get("http-equiv") == "refresh":
            self.refresh = (given.get("content") or "").partition("url=")[2]

    def handle_data(self, data: str) -> None:
        self.text += data


@dataclass
class Page:
    """`state` is which view it is; `message` what the product would hear."""

    response: httpx.Response
    reader: _Reader = field(default_factory=_Reader)

    def __post_init__(self) -> None:
        self.reader.feed(self.response.text)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def state(self) -> str | None:
        return self.reader.main.get("data-state")

    @property
    def message(self) -> Any:
        return json.loads(self.reader.main.get("data-message") or "null")

    @property
    def mode(self) -> str | None:
        return self.reader.main.get("data-mode")

    @property
    def text(self) -> str:
        return " ".join(self.reader.text.split())

    @property
    def fields(self) -> dict[str, str]:
        return self.reader.fields


class Browser:
    """`house` is the gateway, whose stand-in is the vendor."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.client = httpx.AsyncClient(
            transport=Canary(house.app, secrets_of(house.coupa_credentials)), base_url=HERE
        )

    async def get(self, url: str, **headers: str) -> httpx.Response:
        """One request, to the gateway or to the vendor, by where the address leads."""
        if url.startswith(SANDBOX):
            return await self._house.coupa.get(url)
        return await self.client.get(url, headers=headers)

    async def open(self, url: str, **headers: str) -> Page:
        """The page at the end of all redirects that stay here or at the vendor."""
        response = await self.get(url, **headers)
        while response.is_redirect and response.headers["location"].startswith(("/", SANDBOX, HERE)):
            response = await self.get(response.headers["location"], **headers)
        return Page(response)

    async def connect(self, token: str, **query: str) -> Page:
        address = httpx.URL("/connect-account", params={"link_token": token, **query})
        return await self.open(str(address))

    async def send(self, page: Page, **typed: str) -> Page:
        """The form of a page, filled in and sent; the page that it leads to."""
        return await self.go(await self.client.post("/connect-account", data={**page.fields, **typed}))

    async def go(self, response: httpx.Response) -> Page:
        if response.is_redirect:
            return await self.open(response.headers["location"])
        return Page(response)

    async def end(self, page: Page) -> Page:
        """Where a page comes to that goes on by itself."""
        while page.reader.refresh:
            page = await self.open(page.reader.refresh)
        return page

    async def walk(self, token: str, method: str, typed: dict[str, str] | None = None, **query: str) -> Page:
        """From the link token to the outcome."""
        shown = await self.connect(token, integration=self._house.provider, auth_format=method, **query)
        assert shown.state == "form", shown.response.text
        return await self.end(await self.send(shown, **(typed or {})))

    async def at_the_vendor(self, token: str, **query: str) -> str:
        """The address that the vendor sends the browser back to, not yet opened."""
        shown = await self.connect(token, integration=self._house.provider, auth_format=OAUTH, **query)
        leaving = await self.send(shown)
        response = await self.get(leaving.reader.refresh)
        assert response.headers["location"].startswith(SANDBOX), response.text
        back = await self.get(response.headers["location"])
        return str(back.headers["location"])


def way_to_the_vendor(page: Page) -> str:
    return next(link for link in page.reader.links if "/connect-account/leave?" in link)


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def typed_key(house: House, key: str | None = None) -> dict[str, str]:
    return {"api_key": key or house.coupa_credentials["api_key"]}


def typed_client(house: House) -> dict[str, str]:
    known = house.coupa_credentials
    return {"client_id": known["client_id"], "client_secret": known["client_secret"]}


async def link_token(house: House, **body: Any) -> str:
    subject = {} if "integrated_account_id" in body else {"tenant_id": "acme"}
    answer = await house.client.post("/link-token", json={**subject, "is_sandbox": True, **body})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["link_token"])


async def account_of(house: House, account_id: str) -> dict[str, Any]:
    answer = await house.client.get(f"/integrated-account/{account_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def new_accounts(house: House) -> list[dict[str, Any]]:
    """All but the house's own."""
    found = (await house.client.get("/integrated-account")).json()["result"]
    return [account for account in found if account["id"] != house.account]


@asynccontextmanager
async def linking_house(folder: Path, **options: Any) -> AsyncIterator[House]:
    """A gateway known as https://koine.test, whose Coupa is a stand-in that consents without a page."""
    switches = {"public_url": HERE, "consent": "allow", "redirect_uris": CALLBACK, **options}
    async with open_house(folder, **switches) as house:
        house.state["connections"].sandbox_contexts = {"coupa": house.coupa_credentials}
        yield house


async def age_attempts(house: House) -> None:
    """As if every attempt had begun long ago."""
    async with house.state["database"].write() as session:
        await session.exec(update(LinkAttempt).values(expires_at=now() - timedelta(seconds=1)))


async def expire_tokens(house: House) -> None:
    """As if every link token had been made long ago."""
    async with house.state["database"].write() as session:
        await session.exec(update(LinkToken).values(expires_at=now() - timedelta(seconds=1)))
