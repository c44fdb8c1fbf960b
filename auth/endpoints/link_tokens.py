"""`POST /link-token`: the right to connect one account in the connect page."""

from collections.abc import Mapping
from typing import NoReturn

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from auth.accounts import find_account
from auth.bodies import json_response, read_json, validate
from auth.caller import Caller
from auth.context_rules import complaints
from auth.endpoints.edge import api_caller
from auth.forms import LinkTokenForm
from auth.linking.clearing import clear
from auth.linking.tokens import make_link_token
from auth.presenting import built_in_id
from schemas.errors import InvalidRequest
from schemas.tables import LinkToken, new_id


async def create(request: Request) -> Response:
    caller = await api_caller(request)
    form = validate(LinkTokenForm, await read_json(request))
    state, context = request.state, form.context or {}
    if failures := complaints(context):
        raise InvalidRequest("The link token can't be made.", failures=failures)
    models = _models(request, caller, form)
    async with state.database.write() as session:
        await clear(session)
        row = await _row(session, caller, form)
        row.unified_models = models
        token = await make_link_token(
            session, state.vault, state.token_hash_key, row, context, days=state.link_token_days
        )
    return json_response({"link_token": token}, 201)


async def _row(session: AsyncSession, caller: Caller, form: LinkTokenForm) -> LinkToken:
    """Bound to the account that is reconnected, else to one that does not exist yet."""
    tenant_id, account_id, is_sandbox = form.tenant_id, new_id(), form.is_sandbox
    if form.integrated_account_id:
        account, _ = await find_account(session, caller.environment_id, form.integrated_account_id)
        tenant_id, account_id, is_sandbox = account.tenant_id, account.id, account.is_sandbox
    return LinkToken(
        environment_id=caller.environment_id,
        tenant_id=tenant_id,
        account_id=account_id,
        is_reconnect=bool(form.integrated_account_id),
        is_sandbox=is_sandbox,
        scopes=form.scopes or [],
        **form.given("persist_previous_context", "redirect_uri", "allowed_origins", "region"),
    )


def _models(request: Request, caller: Caller, form: LinkTokenForm) -> list[str]:
    """Names of models, by whichever of their ids or names they were given."""
    names: Mapping[str, str] = {
        known: name for name in request.state.models for known in _known_as(name, caller.environment_id)
    }
    unknown = [given for given in form.models if given not in names]
    if unknown:
        _refuse("unified_model_id", f"{unknown[0]} is no unified model")
    return list(dict.fromkeys(names[given] for given in form.models))


def _known_as(model: str, environment_id: str) -> tuple[str, str, str]:
    own = built_in_id(f"environment-unified-model/{environment_id}", model)
    return model, built_in_id("unified-model", model), own


def _refuse(field: str, message: str) -> NoReturn:
    raise InvalidRequest("The link token can't be made.", failures=[{"field": field, "message": message}])
