"""One question to a vendor and its whole answer, and what can be said of an answer that makes no sense."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import orjson

from auth.connections import Connection
from auth.secret import Secret
from proxy.records import BOM
from schemas.errors import RemoteProblem

Params = tuple[tuple[str, str], ...]
MOST_SHOWN = 64 * 1024  # bytes of a vendor's body in an error
MOST_SEARCHED = 1024 * 1024  # bytes of it that are searched for secrets; the rest is never shown
HEADING = re.compile(r"<(title|h1)[^>]*>\s*([^<]{1,200}?)\s*</\1>", re.IGNORECASE)
LONGEST_LINE = 300


@dataclass(frozen=True)
class Content:
    """A body as it goes out, and its media type."""

    body: bytes
    type: str = "application/json"


def form(members: Mapping[str, Any], part: str, name: str, type_: str, content: bytes) -> Content:
    """A form with one file."""
    texts = {key: str(value) for key, value in members.items()}
    encoded = httpx.Request("POST", "http://form", data=texts, files={part: (name, content, type_)})
    return Content(encoded.read(), encoded.headers["content-type"])


@dataclass(frozen=True)
class Call:
    """A call to a path below the account's base URL: a read, unless it says otherwise.

    `headers` come beside those that the provider sends with every call. `optional` names what of the call not every
    tenant knows, `own` what belongs to the tenant, `spare` what is left out only where the vendor names it; `again`
    makes the call without some of these.
    """

    path: str
    params: Params = ()
    verb: str = "GET"
    content: Content | None = None
    headers: Params = ()
    optional: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    spare: frozenset[str] = frozenset()
    again: "Callable[[frozenset[str]], Call] | None" = field(default=None, compare=False)

    def url(self, connection: Connection) -> str:
        query = f"?{urlencode(self.params, quote_via=quote)}" if self.params else ""
        return f"{connection.base_url}{quote(self.path, safe='/:')}{query}"


@dataclass(frozen=True)
class Answer:
    """A whole vendor answer: `body` is decoded from its content encoding, `url` is what was asked.

    `credential` is what the request was signed with, so that an answer that quotes it does not show it.
    """

    status: int
    headers: httpx.Headers
    body: bytes
    url: str
    connection: Connection = field(repr=False)
    credential: str = field(default="", repr=False)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def type(self) -> str:
        return str(self.headers.get("content-type", "")).split(";")[0].strip().lower()

    def json(self) -> Any:
        """The parsed body, a byte order mark before it ignored; raises `RemoteProblem` 502 where it is no JSON."""
        try:
            return orjson.loads(self.body.removeprefix(BOM))
        except orjson.JSONDecodeError as error:
            raise not_understood(self, "no JSON") from error

    def raw(self, most: int = MOST_SHOWN) -> Any:
        """What the vendor said, for people to read: parsed JSON, else text; cut, and without the account's secrets."""
        text = self.hide(self.body.removeprefix(BOM)[: max(most, MOST_SEARCHED)].decode(errors="replace"))
        if len(self.body) <= most:
            try:
                value = orjson.loads(text)
                orjson.dumps(value)  # what is nested too deeply can be read but not written
                return value
            except (orjson.JSONDecodeError, orjson.JSONEncodeError):
                pass
        return text.encode()[:most].decode(errors="ignore")

    def complaint(self) -> str:
        """The vendor's own error texts, as its provider reads them; empty where there are none."""
        found = self.connection.provider.read_error(self.raw())
        return self.hide(found.message) if found else ""

    def words(self) -> str:
        """The complaint, else the heading of a page or the first line of a plain text; empty where there is none."""
        return self.complaint() or self._heading()

    def hide(self, text: str) -> str:
        """The text without the account's secrets, and without what this very call was signed with."""
        return Secret({**self.connection.secrets, "credential": self.credential}).hide_in(text)

    def _heading(self) -> str:
        raw = self.raw()
        if not isinstance(raw, str):
            return ""
        if found := HEADING.search(raw):
            return " ".join(found.group(2).split())
        line = (raw.strip().splitlines() or [""])[0] if self.type == "text/plain" else ""
        return "".join(letter for letter in line if letter.isprintable())[:LONGEST_LINE]


def not_understood(answer: Answer, what: str) -> RemoteProblem:
    """For an answer that should have been data. `what` says what it is not."""
    kind = answer.type or "no content type"
    words = answer.words()
    message = f"The vendor answered {answer.status} with what can't be read: {what} ({kind}, {len(answer.body)} bytes)"
    if words:
        message += f": {words}"
    return RemoteProblem(
        message,
        status=502,
        reason="vendor_invalid_response",
        raw=answer.raw(),
        insight={
            "remote_error": {"description": words or "The vendor's answer is not what its API promises."}
        },
    )
