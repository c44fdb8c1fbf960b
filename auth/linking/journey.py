"""From a form that was sent to its outcome: to the vendor's login and back, the try, and the page that tells of it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from auth.connections import Connection
from auth.linking import attempts, scenes
from auth.linking.attempts import AWAY, OVER, READY, Attempt
from auth.linking.browsers import (
    digest,
    is_own_click,
    known,
    presented,
    remember,
    shown_mark,
    was_shown,
)
from auth.linking.choices import Choice
from auth.linking.dance import authorization_url, is_issuer, stranger, told, vendor_words
from auth.linking.drafts import Draft, draft
from auth.linking.page import form
from auth.linking.pages.rendering import render
from auth.linking.pages.views import Done, Leaving, Mode, Testing, Unusable
from auth.linking.questions import corrected
from auth.linking.redirects import with_result
from auth.linking.running import TROUBLE, failed, run
from auth.linking.tokens import Link
from auth.linking.visits import Visit, asking, known_link, visit
from providers.schemes import AuthorizationCode

WAIT = 60.0  # seconds for an attempt that runs elsewhere
PAUSE = 0.2
LOST = failed("The connection could not be tested to the end. Please try again.", "connection_error")
LATE = failed("The sign-in took too long. Please try again.", "connection_error")


async def attempt_page(request: Request) -> Response:
    """What stands there now: the way to the vendor, the test, or what it came to."""
    attempt = await _attempt(request)
    if attempt is None:
        return render(Unusable(), 404)
    handover = scenes.HANDOVER if _is_handover(request) else {}
    given = {**attempt.row.options, **handover, "link_token": attempt.entrusted["link_token"]}
    if attempt.row.stage == OVER and attempt.row.outcome == {}:
        return await _done(request, attempt, given)
    seen = await visit(request, {**given, "integration": attempt.row.integration})
    if isinstance(seen, Response):
        return seen
    choice = seen.choice(attempt.row.integration)
    if choice is None:
        return render(
            seen.failed("This system can't be connected here.", "invalid_integration", is_final=True), 404
        )
    if attempt.is_late or attempt.is_lost:
        return await _failed(seen, choice, attempt, LATE if attempt.is_late else LOST)
    if attempt.row.stage == OVER:
        return await _failed(seen, choice, attempt, attempt.row.outcome or LOST)
    return _going_on(seen, choice, attempt, is_handover=bool(handover))


def _going_on(seen: Visit, choice: Choice, attempt: Attempt, *, is_handover: bool) -> Response:
    """The way to the vendor, or the test."""
    request, integration = seen.request, seen.integration(choice)
    address, asked = f"{scenes.root(request)}/connect-account", f"attempt={attempt.row.id}"
    if attempt.row.stage != AWAY:
        asked += "&popup=handover" if is_handover else ""
        return render(Testing(seen.scene, integration, f"{address}/test?{asked}"))
    is_own = attempt.row.browser_hash is not None or is_own_click(request)
    mark = shown_mark(request, attempt.row.id)
    asked += f"&shown={mark}" if mark and not is_own else ""
    url, has_formats = f"{address}/leave?{asked}", seen.has_formats(choice)
    return render(Leaving(seen.scene, integration, url, is_automatic=is_own, has_formats=has_formats))


async def leave(request: Request) -> Response:
    """To the vendor's login, in the browser that the answer must come back to.

    Whoever was sent here by anyone but our own page is asked first.
    """
    attempt = await _attempt(request)
    if attempt is None or attempt.row.stage != AWAY or attempt.is_late:
        return render(Unusable(), 404) if attempt is None else _shown(request, attempt)
    browser = known(request)
    if attempt.row.browser_hash is None:
        if not is_own_click(request) and not was_shown(request, attempt.row.id):
            response = _shown(request, attempt)
            remember(request, response, browser)
            return response
        if not await attempts.claim(request.state.database, attempt, digest(browser)):
            return render(Unusable(), 400)
    elif attempt.row.browser_hash != digest(browser):
        return render(Unusable(), 400)
    try:
        address = await _address(request, attempt)
    except TROUBLE as problem:
        outcome = failed(problem.message, "connection_error")
        await attempts.end(request.state.database, request.state.vault, attempt, AWAY, outcome)
        return _shown(request, attempt)
    response = scenes.leave(address) if address else render(Unusable(), 400)
    remember(request, response, browser)
    return response


async def back(request: Request) -> Response:
    """The vendor's answer: taken once, from the browser that left, for the integration that it left for."""
    query = request.query_params
    if len(query) != len(query.multi_items()):
        return render(Unusable(), 400)
    state = request.state
    attempt = await attempts.find_by_state(state.database, state.vault, digest(query.get("state", "")))
    if attempt is None or not _is_ours(request, attempt) or attempt.is_late:
        return render(Unusable(), 400)
    code = query.get("code", "")
    if attempt.row.stage != AWAY:
        is_again = attempt.row.code_hash == (digest(code) if code else None)
        return _shown(request, attempt) if is_again else render(Unusable(), 400)
    try:
        made = await _draft(request, attempt)
    except TROUBLE:
        return _shown(request, attempt)  # it says what is the matter: the system is not offered any more, say
    scheme = made.scheme if made else None
    if made is None or not isinstance(scheme, AuthorizationCode):
        return render(Unusable(), 400)
    if "iss" in query and not is_issuer(made.connection, scheme, query["iss"]):
        return render(Unusable(), 400)
    if error := _complaint(made.connection, scheme, query):
        await attempts.end(state.database, state.vault, attempt, AWAY, failed(error, "connection_error"))
    else:
        kept = told(scheme, query)
        await attempts.take_code(state.database, state.vault, attempt, code, digest(code), kept)
    return _shown(request, attempt)


def _complaint(connection: Connection, scheme: AuthorizationCode, query: Mapping[str, str]) -> str | None:
    """Why there is no connection; None for an answer with a code that is worth something."""
    if "error" in query:
        return vendor_words(connection, query)
    return stranger(connection, scheme, query) if query.get("code") else "The vendor sent no code."


async def test(request: Request) -> Response:
    """Runs the attempt, or waits for who does."""
    attempt = await _attempt(request)
    if attempt is None or not _is_of_browser(request, attempt):
        return render(Unusable(), 400)
    if attempt.row.stage == READY and await attempts.start(request.state.database, attempt):
        link = await _link(request, attempt)
        if link is not None:
            redirect_uri = (
                scenes.callback(request, attempt.row.integration) if "code" in attempt.entrusted else ""
            )
            await run(request.state, link, attempt, redirect_uri)
    await _ended(request, attempt)
    return _shown(request, attempt, is_login=False)


async def _done(request: Request, attempt: Attempt, given: dict[str, str]) -> Response:
    """The link token is spent by now, and the page still tells of its success."""
    link = await known_link(request, given["link_token"])
    if link is None:
        return render(Unusable(), 404)
    seen = Visit(request, link, scenes.carried(given), ())
    message = scenes.success(link, attempt.row.integration)
    url = link.row.redirect_uri and with_result(link.row.redirect_uri, message)
    scene = seen.scene
    if url and scene.mode is Mode.WINDOW:
        return scenes.leave(url)
    provider = request.state.connections.providers[attempt.row.integration]
    return render(Done(scene, scenes.shown(provider), message, url))


async def _failed(seen: Visit, choice: Choice, attempt: Attempt, outcome: Any) -> Response:
    """The form again, with the vendor's words; where there was none, or it leads away, a page with the ways on."""
    error, kind, account_id = outcome["error"], outcome["error_type"], outcome["account_id"]
    scheme = choice.scheme(attempt.row.method)
    if scheme is None or isinstance(scheme, AuthorizationCode) or kind == "invalid_token":
        is_final = kind == "invalid_token"
        return render(
            seen.failed(
                error, kind, choice, account_id=account_id, method=attempt.row.method, is_final=is_final
            )
        )
    asked = await asking(seen, choice, scheme)
    fields, _ = corrected(asked.fields, attempt.entrusted["shown"])
    message = scenes.failure(choice.provider.name, error, kind, account_id)
    return render(form(seen, choice, asked, fields, error=error, message=message))


async def _attempt(request: Request) -> Attempt | None:
    attempt_id = request.query_params.get("attempt", "")
    if not attempt_id.isprintable():
        return None
    return await attempts.find(request.state.database, request.state.vault, attempt_id)


async def _link(request: Request, attempt: Attempt) -> Link | None:
    return await known_link(request, attempt.entrusted["link_token"])


async def _draft(request: Request, attempt: Attempt) -> Draft | None:
    link = await _link(request, attempt)
    if link is None:
        return None
    async with request.state.database.read() as session:
        return await draft(session, request.state.connections, link, attempt)


async def _address(request: Request, attempt: Attempt) -> str | None:
    """The vendor's login. Raises AccountProblem."""
    made = await _draft(request, attempt)
    redirect_uri = scenes.callback(request, attempt.row.integration)
    if made is None or not isinstance(made.scheme, AuthorizationCode):
        return None
    return authorization_url(made, made.scheme, redirect_uri=redirect_uri, entrusted=attempt.entrusted)


def _shown(request: Request, attempt: Attempt, *, is_login: bool = True) -> Response:
    """To the attempt's page. The login of a framed page takes place in a popup, which hands over to it."""
    is_popup = is_login and attempt.row.options.get("iframe") == "true"
    handover = scenes.HANDOVER if is_popup or _is_handover(request) else {}
    return scenes.go(request, "connect-account/attempt", attempt=attempt.row.id, **handover)


def _is_handover(request: Request) -> bool:
    return request.query_params.get("popup") == "handover"


def _is_ours(request: Request, attempt: Attempt) -> bool:
    is_same = attempt.row.integration == request.path_params["integration"]
    return is_same and attempt.row.browser_hash is not None and _is_of_browser(request, attempt)


def _is_of_browser(request: Request, attempt: Attempt) -> bool:
    """A frame has no cookie of ours: what was sent in one belongs to whoever knows its id."""
    if attempt.row.browser_hash is None:
        return True
    return attempt.row.browser_hash == digest(presented(request) or "")


async def _ended(request: Request, attempt: Attempt) -> None:
    """Waits until the attempt is over, wherever it runs, or for a minute."""
    until = asyncio.get_running_loop().time() + WAIT
    while asyncio.get_running_loop().time() < until:
        found = await attempts.find(request.state.database, request.state.vault, attempt.row.id)
        if found is None or found.row.stage == OVER or found.is_lost:
            return
        await asyncio.sleep(PAUSE)
