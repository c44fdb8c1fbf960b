"""`/integrated-account/me`: the account that an account token speaks for, as a browser may see and change it."""

from starlette.requests import Request
from starlette.responses import Response

from auth.bodies import json_response, read_json, validate
from auth.caller import Caller
from auth.endpoints.accounts import changed, shown
from auth.forms import AccountChange, OwnAccountChange
from auth.tokens import authenticate
from schemas.errors import NotAllowed


async def get(request: Request) -> Response:
    caller, account_id = await _account_caller(request)
    return json_response(await shown(request, caller, account_id))


async def change(request: Request) -> Response:
    caller, account_id = await _account_caller(request)
    form = validate(OwnAccountChange, await read_json(request))
    own = AccountChange(**form.given("context"))
    return json_response(await changed(request, caller, account_id, own))


async def _account_caller(request: Request) -> tuple[Caller, str]:
    """Raises NotAllowed for an API token: it names the account in the path."""
    caller = await authenticate(request)
    if caller.account_id is None:
        raise NotAllowed("This route is for account tokens: name the account as /integrated-account/{id}.")
    return caller, caller.account_id
