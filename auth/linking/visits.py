"""A request to the connect page: the link token it comes with, the systems it may choose, the form it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from auth.accounts import find_account, whole_context
from auth.guesses import Guesses
from auth.linking import scenes
from auth.linking.choices import Choice, choices
from auth.linking.made_keys import KEY, MadeKey, is_offered, made_key
from auth.linking.pages.rendering import render
from auth.linking.pages.views import Failed, FormField, Integration, Scene, Unusable
from auth.linking.questions import questions
from auth.linking.redirects import with_result
from auth.linking.tokens import Link, find_link
from providers.schemes import AuthorizationCode, Scheme
from schemas.errors import NotFound

NO_CLIENT = (
    "This environment has no OAuth app for {label}. Its developer adds one with PATCH /environment-integration/{id}: "
    "override.credentials.client."
)


@dataclass(frozen=True)
class Visit:
    """`options` are what the page repeats; `offered` what can be chosen."""

    request: Request
    link: Link
    options: Mapping[str, str]
    offered: Sequence[Choice]

    @property
    def scene(self) -> Scene:
        return scenes.scene(self.request, self.link, self.options)

    @property
    def may_go_back(self) -> bool:
        return self.options.get("no_back") not in ("true", "1")

    def choice(self, name: str) -> Choice | None:
        """The system of this name, or the only one where none is named."""
        if not name and len(self.offered) == 1:
            return self.offered[0]
        return next((one for one in self.offered if one.provider.name == name), None)

    def integration(self, choice: Choice) -> Integration:
        return scenes.shown(choice.provider, has_back=self.may_go_back and len(self.offered) > 1)

    def has_formats(self, choice: Choice) -> bool:
        return self.may_go_back and len(choice.provider.schemes) > 1

    def failed(
        self,
        error: str,
        error_type: str,
        choice: Choice | None = None,
        *,
        name: str = "",
        account_id: str | None = None,
        method: str = "",
        is_final: bool = False,
    ) -> Failed:
        message = scenes.failure(choice.provider.name if choice else name, error, error_type, account_id)
        uri = self.link.row.redirect_uri
        return Failed(
            self.scene,
            error,
            message,
            integration=self.integration(choice) if choice else None,
            method=method,
            has_formats=choice is not None and self.has_formats(choice),
            is_final=is_final,
            url=uri and with_result(uri, message),
        )


@dataclass(frozen=True)
class Asking:
    """One way to sign in to one system: what was there before, and what is still to be asked.

    `made`: a key that the person may use instead of one of their own.
    """

    scheme: Scheme
    previous: Mapping[str, Any] = field(repr=False)
    has_client: bool
    fields: tuple[FormField, ...]
    made: MadeKey | None = None

    @property
    def leaves(self) -> bool:
        return isinstance(self.scheme, AuthorizationCode)


async def visit(request: Request, given: Mapping[str, str]) -> Visit | Response:
    """The visit, or the page for a link token that is not known (and framed by nobody) or of no more use."""
    link = await known_link(request, given.get("link_token", ""))
    if link is None:
        return render(Unusable(), 401)
    options = scenes.carried(given)
    if not link.is_usable:
        seen = Visit(request, link, options, ())
        failed = seen.failed(
            "This link has been used, or is too old.",
            "invalid_token",
            name=given.get("integration", "")[:100],
            is_final=True,
        )
        return render(failed, 410)
    named = [given.get("integration", ""), *given.get("integrations", "").split(",")]
    wanted = [name.strip() for name in named if name.strip()]
    async with request.state.database.read() as session:
        offered = await choices(session, request.state.connections, link, wanted)
    return Visit(request, link, options, offered)


async def known_link(request: Request, text: str) -> Link | None:
    """Raises TooManyGuesses for who guesses."""
    state = request.state
    link = await find_link(state.database, state.vault, state.token_hash_key, text)
    if link is None:
        guesses: Guesses = state.guesses
        guesses.failed(request.client.host if request.client else "")
    return link


async def asking(seen: Visit, choice: Choice, scheme: Scheme) -> Asking:
    state, row = seen.request.state, seen.link.row
    has_client = state.connections.has_client(scheme, choice.integration, is_sandbox=row.is_sandbox)
    previous: Mapping[str, Any] = {}
    if row.is_reconnect and row.persist_previous_context:
        async with state.database.read() as session:
            previous = await _previous(session, seen)
    fields = questions(seen.link, choice, scheme, previous, has_client=has_client)
    made = None
    if is_offered(scheme) and any(one.name == KEY and one.is_required for one in fields):
        made = await made_key(state.database, state.vault, seen.link)
        fields = tuple(replace(one, is_required=one.is_required and one.name != KEY) for one in fields)
    return Asking(scheme, previous, has_client, fields, made)


def lacks_client(choice: Choice, asked: Asking) -> str | None:
    """What to tell the developer where nobody has an OAuth client for the vendor's login."""
    if not asked.leaves or asked.has_client or asked.scheme.fields:
        return None
    return NO_CLIENT.format(label=choice.provider.label, id=choice.integration.id)


async def _previous(session: AsyncSession, seen: Visit) -> Mapping[str, Any]:
    """The present context without its token: that is what is about to be replaced."""
    row = seen.link.row
    try:
        account, _ = await find_account(session, row.environment_id, row.account_id)
    except NotFound:
        return {}
    whole = await whole_context(session, seen.request.state.vault, account)
    oauth = {name: value for name, value in (whole.get("oauth") or {}).items() if name != "token"}
    return {**whole, "oauth": oauth}
