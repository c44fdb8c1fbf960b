"""`POST /integrated-account/token`: a short-lived key to one account, for a browser."""

from starlette.requests import Request
from starlette.responses import Response

from auth.account_tokens import make_account_token
from auth.bodies import json_response, read_json, validate
from auth.connections import unknown_account
from auth.endpoints.edge import api_caller
from auth.forms import AccountTokenForm
from schemas.tables import IntegratedAccount


async def create(request: Request) -> Response:
    caller = await api_caller(request)
    form = validate(AccountTokenForm, await read_json(request))
    async with request.state.database.read() as session:
        account = await session.get(IntegratedAccount, form.integrated_account_id)
    if account is None or account.environment_id != caller.environment_id:
        raise unknown_account()
    token = make_account_token(request.state.token_hash_key, caller.environment_id, account.id)
    return json_response({"integrated_account_token": token}, 201)
