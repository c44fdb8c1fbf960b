"""The stand-in's own page: what it saw, what is wrong with it at present, and buttons to change that by hand."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.control import ROOT, Control, loopback_route
from sandbox.faults import WIRE
from sandbox.forms import form_of
from sandbox.pages import page_of

SHOWN = 25  # requests
NUMBERS = {"count": int, "seconds": float, "retry_after": int, "delay": float}
AT_ONCE = {
    "expire_tokens": "Expire all tokens",
    "revoke_client": "Revoke the client",
    "token_500": "Break the token endpoint",
    "429": "Refuse with 429",
    "503": "Refuse with 503",
}
FIGURES = {
    "requests": "requests",
    "refused": "of them refused",
    "in_flight_max": "at once, at most",
    "token_requests": "token requests",
    "refreshed": "refreshes",
    "refresh_reused": "refresh tokens reused",
    "refresh_in_flight_max": "with one refresh token at once, at most",
}


class Admin:
    """The page of one stand-in, over its control interface."""

    def __init__(self, control: Control, provider: str) -> None:
        self.control, self.page = control, page_of(provider)
        self.deeds: Mapping[str, Callable[[Mapping[str, str]], object]] = {
            "fault": self._fault,
            "clear": lambda form: control.faults.clear(),
            "revoke": lambda form: control.grants.revoke(form.get("grant") or None),
            "advance": lambda form: control.clock.advance(_number("seconds", form.get("seconds", ""), float)),
            "reset": lambda form: control.forget(),
        }

    def routes(self) -> list[Route]:
        return [loopback_route("", self.show, "GET"), loopback_route("", self.act, "POST")]

    async def show(self, request: Request) -> Response:
        return self._shown()

    async def act(self, request: Request) -> Response:
        """A button: its `deed` is done, or the page says why not."""
        form = await form_of(request)
        try:
            deed = self.deeds[form.get("deed", "")]
            deed(form)
        except KeyError:
            return self._shown(400, "That is not there any more.")
        except (ValueError, TypeError) as error:
            return self._shown(400, str(error))
        return RedirectResponse(ROOT, 303)

    def _fault(self, form: Mapping[str, str]) -> None:
        given = {name: value for name, value in form.items() if value and name != "deed"}
        self.control.faults.add(
            {name: _number(name, value, NUMBERS.get(name, str)) for name, value in given.items()}
        )

    def _shown(self, status: int = 200, problem: str = "") -> Response:
        control = self.control
        stats = control.figures()
        known = WIRE | set(control.faults.further)
        return self.page(
            "admin.html",
            status,
            problem=problem,
            figures=[(words, stats[name]) for name, words in FIGURES.items()],
            at_once=[(kind, words) for kind, words in AT_ONCE.items() if kind in known],
            kinds=sorted(known),
            faults=control.faults.rules,
            grants=control.grants.shown(),
            requests=[one.shown() for one in reversed(list(control.traffic.log)[-SHOWN:])],
            now=control.time(),
        )


def _number(name: str, value: str, type_: Callable[[str], Any]) -> Any:
    try:
        return type_(value)
    except ValueError as error:
        raise ValueError(f"{name} is a number, not {value}") from error
