"""`refresh-credentials` and `run-post-install-actions`: an account is brought back to work without its person."""

from starlette.requests import Request
from starlette.responses import Response

from auth import sealed
from auth.accounts import binding, find_account
from auth.bodies import json_response, read_json, validate
from auth.caller import Caller
from auth.connections import ACTIVE, Connection, Connections, check_state, printable
from auth.endpoints.edge import api_caller
from auth.endpoints.imports import CONNECTING, VALIDATION_ERROR
from auth.events import emit_status
from auth.forms import AccountReference
from auth.renewal import Renewals
from providers.schemes import TokenScheme
from schemas.errors import AccountProblem, RemoteProblem, VendorTrouble

POST_INSTALL_ERROR = "post_install_error"
UNFINISHED = (CONNECTING, VALIDATION_ERROR, POST_INSTALL_ERROR)
SUCCESS = {"success": True}


async def refresh(request: Request) -> Response:
    """A new token, whatever the age of the present one; credentials that need none are tried.

    Raises RemoteProblem and VendorTrouble, and AccountProblem for an account that only a reconnect can mend.
    """
    caller = await api_caller(request)
    form = validate(AccountReference, await read_json(request))
    connection = await request.state.connections.open(caller, form.id)
    if isinstance(connection.scheme, TokenScheme):
        renewals: Renewals = request.state.renewals
        await renewals.renew(connection)
    else:
        await request.state.verify(connection)
    return json_response(SUCCESS)


async def run_post_install(request: Request) -> Response:
    """The check that ends every connecting, once more: an account that was not finished becomes active by it."""
    caller = await api_caller(request)
    form = validate(AccountReference, await read_json(request))
    connection = await _connection(request, caller, form.id)
    try:
        await request.state.verify(connection)
    except (RemoteProblem, VendorTrouble, AccountProblem) as problem:
        error = printable(connection.secrets.hide_in(problem.message))
        await _note(request, connection, VALIDATION_ERROR, error)
        raise
    await _note(request, connection, ACTIVE, None)
    return json_response(SUCCESS)


async def _connection(request: Request, caller: Caller, account_id: str) -> Connection:
    """Whatever the account's status; a pause holds."""
    state, connections = request.state, request.state.connections
    async with state.database.read() as session:
        account, integration = await find_account(session, caller.environment_id, account_id)
        if account.is_blocked:
            check_state(account, integration)
        secrets = await sealed.take(session, state.vault, binding(account)) or {}
        client = await connections.client(session, account, integration)
    found: Connection = connections.connect(account, integration, secrets, client)
    return found


async def _note(request: Request, connection: Connection, status: str, error: str | None) -> None:
    """Only for an account that was not finished, with the credentials that were tried."""
    connections: Connections = request.state.connections
    async with request.state.database.write() as session:
        account, integration = await find_account(
            session, connection.environment_id, connection.account_id, lock=True
        )
        if account.credential_version == connection.version and account.status in UNFINISHED:
            was, account.status, account.last_error = account.status, status, error
            await emit_status(session, was, account, integration)
    connections.forget(connection.environment_id, connection.account_id)
