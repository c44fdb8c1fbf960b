"""`/connect-account`: choose a system and a way to sign in, fill in a form; sent, it becomes an attempt."""

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from auth.linking import attempts, scenes
from auth.linking.browsers import digest, is_foreign_click, known, presented, remember
from auth.linking.choices import Choice
from auth.linking.made_keys import KEY
from auth.linking.pages.rendering import render
from auth.linking.pages.views import Form, Format, Formats, FormField, Picker, Unusable
from auth.linking.pkce import new_verifier
from auth.linking.questions import answers, corrected, make_context
from auth.linking.visits import Asking, Visit, asking, lacks_client, visit
from providers.schemes import Scheme
from schemas.errors import InvalidRequest
from schemas.tables import LinkAttempt

MOST_BYTES = 256 * 1024
MOST_FIELDS = 100
LONGEST_METHOD = 100


async def show(request: Request) -> Response:
    """The next thing to choose or to fill in."""
    seen = await visit(request, request.query_params)
    if isinstance(seen, Response):
        return seen
    return _remembered(request, await _next(seen, request.query_params))


async def send(request: Request) -> Response:
    """A form of ours: kept as an attempt, which is then shown; sent twice as it is, it is the same attempt.

    What is wrong with it is shown beside its fields.
    """
    sent = await _read(request)
    if sent is None:
        return render(Unusable(), 413)
    if is_foreign_click(request):
        return render(Unusable(), 403)
    seen = await visit(request, sent)
    if isinstance(seen, Response):
        return seen
    found = _chosen(seen, sent)
    if found is None:
        return await _next(seen, sent)
    choice, scheme = found
    asked = await asking(seen, choice, scheme)
    typed = answers(asked.fields, sent)
    given = {KEY: asked.made.private_key, **typed} if asked.made else typed
    try:
        context = make_context(seen.link, choice, scheme, asked.previous, given, has_client=asked.has_client)
    except InvalidRequest as problem:
        fields, error = corrected(asked.fields, typed, problem)
        return render(form(seen, choice, asked, fields, error=error), 400)
    errand = {"state": secrets.token_urlsafe(32), "verifier": new_verifier()} if asked.leaves else {}
    attempt_id = await _attempt_id(request, sent.get("csrf", ""), context)
    row = _attempt(seen, choice, asked, attempt_id, errand.get("state"))
    entrusted = {**_entrusted(seen, asked, context, typed), **errand}
    await attempts.begin(request.state.database, request.state.vault, row, entrusted)
    return scenes.go(request, "connect-account/attempt", attempt=row.id)


async def post_connect(request: Request) -> Response:
    """Truto's forms after connecting are not offered: the product hears so."""
    seen = await visit(request, request.query_params)
    if isinstance(seen, Response):
        return seen
    failed = seen.failed("Forms after connecting are not offered.", "rapid_form_error", is_final=True)
    return render(failed, 404)


def form(
    seen: Visit,
    choice: Choice,
    asked: Asking,
    fields: tuple[FormField, ...],
    *,
    error: str = "",
    message: Mapping[str, Any] | None = None,
) -> Form:
    """With a new attempt's id, which tells a second click from a second try."""
    return Form(
        seen.scene,
        seen.integration(choice),
        asked.scheme.method,
        fields,
        error=error,
        message=message,
        csrf=str(uuid4()),
        certificate=asked.made.certificate if asked.made else "",
        leaves=asked.leaves,
        has_formats=seen.has_formats(choice),
    )


async def _next(seen: Visit, given: Mapping[str, str]) -> Response:
    name = given.get("integration", "")[:LONGEST_METHOD]
    choice = seen.choice(name)
    if choice is None and (name or not seen.offered):
        error = "This system can't be connected here."
        return render(seen.failed(error, "invalid_integration", name=name, is_final=True), 404)
    if choice is None:
        return render(Picker(seen.scene, tuple(seen.integration(one) for one in seen.offered)))
    scheme = choice.scheme(given.get("auth_format", ""))
    if scheme is None:
        formats = tuple(Format(one.method) for one in choice.provider.schemes)
        return render(Formats(seen.scene, seen.integration(choice), formats))
    asked = await asking(seen, choice, scheme)
    if lacking := lacks_client(choice, asked):
        return render(seen.failed(lacking, "connection_error", choice))
    return render(form(seen, choice, asked, asked.fields))


def _chosen(seen: Visit, sent: Mapping[str, str]) -> tuple[Choice, Scheme] | None:
    choice = seen.choice(sent.get("integration", ""))
    scheme = choice.scheme(sent.get("auth_format", "")) if choice else None
    return (choice, scheme) if choice and scheme else None


async def _attempt_id(request: Request, given: str, context: Mapping[str, Any]) -> str:
    """The form's own, but for a form that was gone back to, to change it or to try once more."""
    if not _is_id(given):
        return str(uuid4())
    found = await attempts.find(request.state.database, request.state.vault, given)
    return given if found is None or found.is_meant_by(context) else str(uuid4())


def _attempt(seen: Visit, choice: Choice, asked: Asking, attempt_id: str, state: str | None) -> LinkAttempt:
    browser = presented(seen.request)
    return LinkAttempt(
        id=attempt_id,
        link_token_id=seen.link.row.id,
        environment_id=seen.link.row.environment_id,
        integration=choice.provider.name,
        method=asked.scheme.method,
        options=dict(seen.options),
        stage=attempts.AWAY if asked.leaves else attempts.READY,
        state_hash=digest(state) if state else None,
        browser_hash=digest(browser) if browser else None,
    )


def _entrusted(
    seen: Visit, asked: Asking, context: Mapping[str, Any], typed: Mapping[str, str]
) -> dict[str, Any]:
    secret_names = {field.name for field in asked.fields if field.is_secret}
    shown = {name: text for name, text in typed.items() if name not in secret_names}
    return {"link_token": seen.link.text, "context": dict(context), "shown": shown}


async def _read(request: Request) -> dict[str, str] | None:
    """The form's members, of one that comes twice the last; None for more than any form of ours holds."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    try:
        pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    return dict(pairs)


def _remembered(request: Request, response: Response) -> Response:
    remember(request, response, known(request))
    return response


def _is_id(text: str) -> bool:
    return len(text) == 36 and all(letter in "0123456789abcdef-" for letter in text)
