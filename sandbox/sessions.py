"""Cookies that say who has signed in at a stand-in: a text and a mark that only it can make."""

import hashlib
import hmac

from starlette.requests import Request
from starlette.responses import RedirectResponse

from sandbox.pages import NO_STORE

COOKIE = "stand_in_session"


class Sessions:
    """The text holds no dot."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, request: Request) -> str | None:
        """Who has signed in; None where nobody has, or the cookie is none of ours."""
        cookie = request.cookies.get(COOKIE, "")
        text = cookie.partition(".")[0]
        return text if hmac.compare_digest(self._cookie(text).encode(), cookie.encode()) else None

    def again(self, address: str, text: str, path: str = "/") -> RedirectResponse:
        """The page anew, with another session below `path`, or with none where the text is empty."""
        response = RedirectResponse(address, 303, NO_STORE)
        cookie = self._cookie(text) if text else ""
        response.set_cookie(COOKIE, cookie, path=path, httponly=True, samesite="lax")
        return response

    def _cookie(self, text: str) -> str:
        mark = hmac.new(self._key, b"session " + text.encode(), hashlib.sha256).hexdigest()
        return f"{text}.{mark}"
