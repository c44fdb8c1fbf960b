"""What every admin endpoint begins with."""

from starlette.requests import Request

from auth.caller import Caller
from auth.tokens import authenticate
from schemas.errors import NotAllowed


async def api_caller(request: Request) -> Caller:
    """The caller, who must hold an API token: an account token reaches no admin resource."""
    caller = await authenticate(request)
    if caller.kind != "api":
        raise NotAllowed("This token does not reach this route.")
    return caller


def path_id(request: Request) -> str:
    """The id in the path; one that no database would take becomes one that nothing has."""
    given: str = request.path_params["id"]
    return given if given.isprintable() else ""
