"""Draws a view: HTML from the templates, and the headers that let nothing run, load or frame that is not meant to."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from starlette.responses import HTMLResponse

from auth.linking.pages.assets import address
from auth.linking.pages.texts import LANGUAGE, TEXTS, text
from auth.linking.pages.views import Closed, Form, Mode, Scene, Unusable, View

if TYPE_CHECKING:
    from jinja2 import Environment

PAGE = "/connect-account"
HEADERS = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
LOCAL = {"localhost", "127.0.0.1", "::1"}


def render(view: View, status: int = 200) -> HTMLResponse:
    """The page of this state. Links lead to `connect-account` with what the scene carries."""
    scene = None if isinstance(view, Closed | Unusable) else view.scene
    name = type(view).__name__.lower()
    html = _templates().get_template(f"{name}.html").render(view=view, scene=scene, state=name)
    headers = {**HEADERS, "content-security-policy": _policy(scene, isinstance(view, Form))}
    return HTMLResponse(html, status, headers)


def link(scene: Scene, **more: str) -> str:
    """The page of the same link token with further parameters; empty ones are left out."""
    given = {name: value for name, value in {**scene.carried, **more}.items() if value}
    return f"{scene.root}{PAGE}?{urlencode(given)}"


def format_text(key: str, method: str, integration: str) -> str:
    """A way to sign in, named by its method; one that the catalogue does not know is named as it is."""
    known = f"formats.{method}" in TEXTS
    return text(f"formats.{method if known else 'other'}{key}", integration=integration, method=method)


def _policy(scene: Scene | None, has_form: bool) -> str:
    ancestors = " ".join(scene.origins if scene else ()) or "'none'"
    return "; ".join(
        [
            *POLICY,
            " ".join(["img-src 'self' data:", *_logo_source(scene)]),
            " ".join(["form-action", *(_form_targets(scene) if scene and has_form else ["'none'"])]),
            f"frame-ancestors {ancestors}",
        ]
    )


def _logo_source(scene: Scene | None) -> list[str]:
    parts = urlsplit((scene and scene.branding.logo) or "")
    return [f"https://{parts.netloc}"] if parts.scheme == "https" else []


def _form_targets(scene: Scene) -> list[str]:
    """Ourselves, and where the same window may be redirected to after its form: Chromium looks at redirects, too."""
    if scene.mode is not Mode.WINDOW or scene.cancel_url is None:
        return ["'self'"]
    parts = urlsplit(scene.cancel_url)
    if parts.scheme == "http" and parts.hostname in LOCAL:
        return ["'self'", "https:", f"http://{parts.netloc}"]
    return ["'self'", "https:", *([] if parts.scheme == "https" else [f"{parts.scheme}:"])]


def _as_json(value: Any) -> str:
    """For a data attribute, where the template escapes it."""
    return json.dumps(value, ensure_ascii=False)


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # most workers never draw a page

    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(t=text, link=link, asset=address, format_text=format_text, language=LANGUAGE)
    made.filters["data"] = _as_json
    return made
