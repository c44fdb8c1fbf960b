"""The pages of the authorization code flow: sign in to an account in a role, allow an integration or refuse."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.netsuite.audit import LoginFailed
from sandbox.netsuite.authorization import Asked, Unanswerable, check, read, way_back
from sandbox.netsuite.hosts import site_of
from sandbox.netsuite.people import BY_ENTITY, INTEGRATION, IVO, PEOPLE, ROLES, Person, Role
from sandbox.netsuite.registry import Actor
from sandbox.netsuite.scopes import ANALYTICS, ASSISTANTS, REST, RESTLETS, Refused
from sandbox.netsuite.tenant import Tenant
from sandbox.pages import NO_STORE, foreign, page_of
from sandbox.sessions import Sessions

PATH = "/app/login/oauth2/authorize.nl"
WORDS = {
    REST: "Use the REST web services",
    RESTLETS: "Call RESTlets",
    ANALYTICS: "Use SuiteAnalytics Connect",
    ASSISTANTS: "Use the AI connector",
}
page = page_of("NetSuite")


class Consent:
    """The pages of all accounts. Who has signed in is an employee in a role: `12:1001`."""

    def __init__(self, tenants: Mapping[str, Tenant], sessions: Sessions) -> None:
        self.tenants, self.sessions = tenants, sessions

    def routes(self) -> list[Route]:
        return [Route(PATH, self.show, methods=["GET"]), Route(PATH, self.answer, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        asked = self._asked(request)
        if isinstance(asked, Response):
            return asked
        word, chosen = asked.tenant.switches.consent, self._chosen(request)
        if word != "ask":
            return _allowed(asked, IVO, INTEGRATION) if word == "allow" else _refused(asked)
        if asked.prompt == "none":
            return _allowed(asked, *chosen) if chosen and _known(asked, *chosen) else _refused(asked)
        if chosen is None or (asked.prompt == "login" and "again" not in request.query_params):
            return page("login.html", people=_people(), client=asked.client.name)
        return _question(asked, *chosen)

    async def answer(self, request: Request) -> Response:
        """A form of our pages: somebody signs in or out, allows or refuses."""
        if foreign(request):
            return _problem(403, "This form was sent by another site.")
        asked = self._asked(request)
        if isinstance(asked, Response):
            return asked
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        chosen = self._chosen(request)
        if "user" in form:
            return self._again(request, form["user"][0])
        if chosen is None or form.get("answer") == ["switch"]:
            return self._again(request, "")
        return _allowed(asked, *chosen) if form.get("answer") == ["allow"] else _refused(asked)

    def _asked(self, request: Request) -> Asked | Response:
        """The request with its scopes, or the answer to one that is wrong."""
        try:
            asked = read(self.tenants, site_of(request), request.query_params)
        except Unanswerable as error:
            return _problem(400, str(error))
        try:
            return replace(asked, scopes=check(asked, request.query_params))
        except Refused as refusal:
            asked.tenant.audit.note(LoginFailed(f"{refusal.error}: {refusal}"))
            return _back(asked, error=refusal.error)

    def _chosen(self, request: Request) -> tuple[Person, Role] | None:
        return _choice(self.sessions.of(request) or "")

    def _again(self, request: Request, choice: str) -> Response:
        """The same page anew, with another session or with none."""
        query = request.url.include_query_params(again="1").query
        address = f"{site_of(request).prefix}{PATH}?{query}"
        return self.sessions.again(address, choice if _choice(choice) else "")


def _choice(text: str) -> tuple[Person, Role] | None:
    """An employee in one of the roles that she has; None for anything else."""
    entity, _, role = text.partition(":")
    if not (entity.isdecimal() and role.isdecimal()) or int(entity) not in BY_ENTITY:
        return None
    person, role_ = BY_ENTITY[int(entity)], ROLES.get(int(role))
    return (person, role_) if role_ in person.roles else None


def _people() -> list[dict[str, str]]:
    return [
        {"id": f"{one.entity}:{role.id}", "name": one.name, "role": role.name, "email": one.email}
        for one in PEOPLE
        for role in one.roles
    ]


def _known(asked: Asked, person: Person, role: Role) -> bool:
    """Whether the integration has this consent already."""
    who = (asked.client.client_id, person.entity, role.id)
    return any((one.client, one.user, one.role) == who for one in asked.tenant.grants.living())


def _question(asked: Asked, person: Person, role: Role) -> Response:
    return page(
        "allow.html",
        client=asked.client.name,
        name=person.name,
        role=role.name,
        account=asked.tenant.account,
        scopes=[(scope, WORDS[scope]) for scope in asked.scopes],
    )


def _allowed(asked: Asked, person: Person, role: Role) -> Response:
    actor = Actor(asked.client, person, role)
    code = asked.tenant.grants.code(actor, asked.scopes, asked.redirect_uri, asked.challenge)
    company = asked.tenant.switches.company or asked.tenant.account
    return _back(asked, code=code, role=str(role.id), entity=str(person.entity), company=company)


def _refused(asked: Asked) -> Response:
    return _back(asked, error="access_denied")


def _back(asked: Asked, **answer: str) -> Response:
    return RedirectResponse(way_back(asked, **answer), 302, NO_STORE)


def _problem(status: int, text: str) -> Response:
    return page("problem.html", status, text=text)
