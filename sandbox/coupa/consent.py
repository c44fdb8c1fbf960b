"""The pages of the authorization code flow: sign in, consent to some or all scopes, or refuse."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.coupa.authorization import Asked, Unanswerable, check, read, way_back
from sandbox.coupa.clients import signing_key
from sandbox.coupa.people import BY_ID, PEOPLE, PROVISIONING, SIGN_IN, Person, named, split
from sandbox.coupa.tenant import Tenant
from sandbox.coupa.tokens import TokenRefusal
from sandbox.pages import NO_STORE, foreign, page_of
from sandbox.sessions import Sessions

PATH = "/oauth2/authorizations/new"
page = page_of("Coupa")
WORDS = {
    "openid": "Know who you are",
    "profile": "See your name",
    "email": "See your e-mail address",
    "login": "See your login name",
    "offline_access": "Keep this access while you are away",
}


class Consent:
    """The pages of one tenant."""

    def __init__(self, tenant: Tenant, seed: int) -> None:
        self.tenant, self.sessions = tenant, Sessions(signing_key(seed))

    def routes(self) -> list[Route]:
        return [Route(PATH, self.show, methods=["GET"]), Route(PATH, self.answer, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        asked = self._asked(request)
        if isinstance(asked, Response):
            return asked
        if self.tenant.switches.consent != "ask":
            return self._unasked(asked)
        person = self._person(request)
        if person is None:
            return page("login.html", people=self._people(asked.login_hint), client=asked.client.name)
        mine, others = split(person, asked.scopes)
        return page(
            "consent.html",
            client=asked.client.name,
            user=self._user(person),
            role=person.role,
            mine=described(mine),
            others=described(others),
        )

    async def answer(self, request: Request) -> Response:
        """A form of our pages: somebody signs in or out, allows or refuses."""
        if foreign(request):
            return _problem(403, "This form was sent by another site.")
        asked = self._asked(request)
        if isinstance(asked, Response):
            return asked
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        person = self._person(request)
        if "user" in form:
            return self._signed_in(request, form["user"][0])
        if person is None or form.get("answer") == ["switch"]:
            return self._again(request, "")
        if form.get("answer") != ["allow"]:
            return self._refused(asked)
        chosen = form.get("scope", [])
        return self._allowed(asked, person, [one for one in asked.scopes if one in chosen])

    def _asked(self, request: Request) -> Asked | Response:
        """The request with its scopes, or the answer to one that is wrong."""
        try:
            asked = read(self.tenant, request.query_params)
        except Unanswerable as error:
            return _problem(400, str(error))
        try:
            return replace(asked, scopes=check(self.tenant, asked, request.query_params))
        except TokenRefusal as refusal:
            return self._back(asked, error=refusal.error, error_description=refusal.description)

    def _unasked(self, asked: Asked) -> Response:
        """The answer of the switch, given by the person of the login hint, else by the administrator."""
        word = self.tenant.switches.consent
        if word == "deny":
            return self._refused(asked)
        scopes = asked.scopes
        if word == "some":
            last = [one for one in scopes if one not in SIGN_IN][-1:]
            scopes = tuple(one for one in scopes if one not in last)
        return self._allowed(asked, named(self.tenant, asked.login_hint) or PEOPLE[0], scopes)

    def _allowed(self, asked: Asked, person: Person, scopes: Iterable[str]) -> Response:
        """Whoever may not manage users ends on a page of ours, as the provider's documentation says."""
        chosen, _ = split(person, scopes)
        if PROVISIONING in chosen and not person.admin:
            return _problem(404, "The page you are looking for does not exist.")
        if not chosen:
            return self._refused(asked)
        code = self.tenant.grants.code(
            asked.client.id, person.user, chosen, asked.redirect_uri, asked.challenge, asked.nonce
        )
        return self._back(asked, code=code)

    def _refused(self, asked: Asked) -> Response:
        return self._back(asked, error="access_denied", error_description="The user refused the access.")

    def _back(self, asked: Asked, **answer: str) -> Response:
        return RedirectResponse(way_back(self.tenant, asked, **answer), 303, NO_STORE)

    def _person(self, request: Request) -> Person | None:
        signed_in = self.sessions.of(request)
        return BY_ID[int(signed_in)] if signed_in else None

    def _signed_in(self, request: Request, user: str) -> Response:
        person = BY_ID.get(int(user)) if user.isdecimal() else None
        return self._again(request, str(person.user) if person else "")

    def _again(self, request: Request, user: str) -> Response:
        """The same page anew, with another session or with none."""
        return self.sessions.again(f"{PATH}?{request.url.query}", user, path="/oauth2")

    def _people(self, hint: str) -> list[dict[str, Any]]:
        """All who can sign in, the one of the login hint first."""
        hinted = named(self.tenant, hint)
        known = sorted(PEOPLE, key=lambda one: one is not hinted)
        return [{**self._user(one), "role": one.role} for one in known]

    def _user(self, person: Person) -> dict[str, Any]:
        found = self.tenant.store.need("user", person.user)
        return {"id": person.user, "name": found["fullname"], "email": found["email"]}


def described(scopes: Iterable[str]) -> list[tuple[str, str]]:
    """Scopes with what they mean: `core.purchase_order.read` is "Read: purchase order"."""
    return [(one, WORDS.get(one) or _meaning(one)) for one in scopes]


def _meaning(scope: str) -> str:
    *objects, right = scope.split(".")[1:]
    return f"{right.capitalize()}: {' '.join(objects).replace('_', ' ')}"


def _problem(status: int, text: str) -> Response:
    return page("problem.html", status, text=text)
