"""Which browser an attempt belongs to: a cookie that another one does not have (against login CSRF)."""

import hashlib
import hmac
import re
import secrets

from starlette.requests import Request
from starlette.responses import Response

SECURE = "__Host-koine-link"
PLAIN = "koine-link"  # over http a browser takes no cookie of the other name
FORM = re.compile(r"[A-Za-z0-9_-]{43}")


def presented(request: Request) -> str | None:
    """The cookie's value, None where the browser sent none of ours."""
    value = request.cookies.get(_name(request), "")
    return value if FORM.fullmatch(value) else None


def known(request: Request) -> str:
    """The value that the browser has, or is to have from now on."""
    return presented(request) or secrets.token_urlsafe(32)


def remember(request: Request, response: Response, value: str) -> None:
    """Sets the cookie, for as long as the browser is open. `Lax`: a vendor's redirect back brings it along."""
    response.set_cookie(
        _name(request), value, path="/", secure=_is_secure(request), httponly=True, samesite="lax"
    )


def digest(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()


def shown_mark(request: Request, attempt_id: str) -> str:
    """What a page's link carries to say that this browser was shown it; empty where the browser keeps no cookie."""
    value = presented(request)
    return digest(f"{value}/{attempt_id}").hex() if value else ""


def was_shown(request: Request, attempt_id: str) -> bool:
    """Whether the link was one of a page shown in this browser, where it does not say who led here."""
    mark = shown_mark(request, attempt_id)
    return mark != "" and hmac.compare_digest(mark.encode(), request.query_params.get("shown", "").encode())


def is_own_click(request: Request) -> bool:
    """Whether the browser says that one of our own pages led here."""
    return request.headers.get("sec-fetch-site") == "same-origin"


def is_foreign_click(request: Request) -> bool:
    """Whether the browser says that a page of somebody else led here."""
    return request.headers.get("sec-fetch-site") in ("cross-site", "same-site")


def _name(request: Request) -> str:
    return SECURE if _is_secure(request) else PLAIN


def _is_secure(request: Request) -> bool:
    """As browsers see it: behind a proxy the request itself may have come without TLS."""
    address: str = request.state.public_url or str(request.url)
    return address.startswith("https://")
