"""The members of request bodies that are more than plain types: what fits them, and what is said of the rest."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

import httpx
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    WithJsonSchema,
)

from auth.events import AccountEvent
from auth.linking.redirects import complaint
from auth.moments import read_moment

ORIGIN = re.compile(
    r"https://[a-z0-9.-]+(?::\d{1,5})?|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?"
)
TARGET = re.compile(r"https?://[^\s\x00-\x1f\x7f\\]+")
# Printable text, as well as a schema's pattern can say it.
PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\xa0][^\x00-\x1f\x7f-\x9f]*$"
# An image to load with the page: from one https host, or along with the address. A vector image runs no script there.
LOGO = re.compile(
    r"https://[a-z0-9.-]+(?::\d{1,5})?/[A-Za-z0-9/._~%!$&()*+,;=:@?-]*"
    r"|data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}"
)
LEFT_OUT: Any = None  # null itself is refused wherever this stands


def _printable(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("must be printable text")
    return text


def _origin(text: str) -> str:
    if not ORIGIN.fullmatch(text):
        raise ValueError(
            "must be an origin such as https://app.example.com, in lower case and without a path"
        )
    return text


def _target(text: str) -> str:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise ValueError("is no URL") from None
    if url.scheme not in ("https", "http") or not url.host or not TARGET.fullmatch(text):
        raise ValueError("must be an absolute URL such as https://app.example.com/koine")
    if not 0 < (url.port or 443) < 65536:
        raise ValueError("names a port that does not exist")
    if url.userinfo or url.fragment:
        raise ValueError("must hold neither user and password nor a fragment")
    return text


def _logo(text: str) -> str:
    if not LOGO.fullmatch(text):
        raise ValueError(
            "must be an https address in plain letters, or data:image/png;base64,... (or jpeg, gif, webp, svg+xml)"
        )
    return text


def _moment(value: Any) -> Any:
    return read_moment(value) if isinstance(value, str) else value


def _empty_if_none(value: Any) -> Any:
    return {} if value is None else value


def none_if_empty(value: Any) -> Any:
    return None if value == {} else value


def _redirect(uri: str) -> str:
    if wrong := complaint(uri):
        raise ValueError(wrong)
    return uri


def _no_gate(value: Any) -> Any:
    if value is not None:
        raise ValueError("static gates are not offered: leave it out")
    return None


Text = Annotated[
    str,
    Field(min_length=1, max_length=255, json_schema_extra={"pattern": PRINTABLE}),
    AfterValidator(_printable),
]
Origin = Annotated[
    str, Field(json_schema_extra={"pattern": f"^(?:{ORIGIN.pattern})$"}), AfterValidator(_origin)
]
Logo = Annotated[
    str,
    Field(max_length=65536, json_schema_extra={"pattern": f"^(?:{LOGO.pattern})$"}),
    AfterValidator(_logo),
]
Accent = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$"), AfterValidator(str.lower)]
Target = Annotated[
    str,
    Field(max_length=2048, json_schema_extra={"format": "uri", "pattern": f"^{TARGET.pattern}$"}),
    AfterValidator(_target),
]
EventTypes = Annotated[list[AccountEvent | Literal["test"]], Field(max_length=100)]
Texts = Annotated[list[Text], Field(max_length=100)]
# RFC 6749 §3.3: what stands between the spaces of a scope.
Scope = Annotated[str, Field(max_length=255, pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$")]
RedirectUri = Annotated[str, AfterValidator(_redirect)]
NoGate = Annotated[None, BeforeValidator(_no_gate)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
UnifiedOverride = Annotated[
    dict[str, Any],
    BeforeValidator(_empty_if_none),
    WithJsonSchema(
        {"type": ["object", "null"], "description": "Model, resource, part, entry: see Overrides."}
    ),
]  # what is in it is checked against the provider
