"""HTML pages of a stand-in: one style sheet, no scripts, and forms that only pages of its own may send."""

import base64
import hashlib
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).with_name("templates")
STYLE = (FOLDER / "style.css").read_text(encoding="utf-8")
DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
TEMPLATES = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
# No form-action: browsers hold it against every redirect after a form too, and a consent ends in other people's pages.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{DIGEST}'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)
NO_STORE = {"cache-control": "no-store"}
HEADERS = {
    **NO_STORE,
    "content-security-policy": POLICY,
    # Not no-referrer, under which a browser sends `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Page(Protocol):
    """Answers with a template filled in."""

    def __call__(self, template: str, status: int = 200, **context: Any) -> Response: ...


def page_of(provider: str) -> Page:
    """Pages that carry the provider's name."""

    def page(template: str, status: int = 200, **context: Any) -> Response:
        style = Markup(STYLE)  # noqa: S704  # our own file
        text = TEMPLATES.get_template(template).render(provider=provider, style=style, **context)
        return Response(text, status, HEADERS, media_type="text/html; charset=utf-8")

    return page


def foreign(request: Request) -> bool:
    """Whether a browser says that another site's page sent this form. Clients that are no browser say nothing."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "same-origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return (origin is not None and origin != own) or site not in ("same-origin", "none")
