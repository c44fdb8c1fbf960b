"""An account as an attempt would make it: tried before anything is stored."""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from auth.accounts import take_context
from auth.connections import Connection, Connections
from auth.linking.attempts import Attempt
from auth.linking.choices import Choice, choices
from auth.linking.tokens import Link
from auth.secret import Secret
from providers.schemes import ApiKey, Scheme
from schemas.errors import AccountProblem
from schemas.tables import IntegratedAccount

CONNECTING = "connecting"
BEARER = ApiKey("authorization", prefix="Bearer ")


@dataclass(frozen=True)
class Draft:
    """`secrets` are to be sealed beside the account."""

    link: Link
    choice: Choice
    scheme: Scheme
    account: IntegratedAccount
    connection: Connection
    secrets: dict[str, Any] = field(repr=False)

    @property
    def asked(self) -> tuple[str, ...]:
        """The scopes to ask for."""
        return tuple(dict.fromkeys((*self.connection.scopes, *getattr(self.scheme, "always", ()))))

    def signed_with(self, access_token: str) -> Connection:
        """The connection with this token and no other, which nobody renews."""
        secrets = Secret({**self.connection.secrets, BEARER.fields[0].name: access_token})
        return replace(self.connection, scheme=BEARER, secrets=secrets)


async def draft(session: AsyncSession, connections: Connections, link: Link, attempt: Attempt) -> Draft:
    """Raises AccountProblem where the system is not offered any more."""
    row = attempt.row
    found = await choices(session, connections, link, (row.integration,))
    scheme = found[0].scheme(row.method) if found else None
    if scheme is None:
        raise AccountProblem(f"{row.integration} is not offered here with {row.method}.")
    account = IntegratedAccount(
        id=link.row.account_id,
        environment_id=link.row.environment_id,
        environment_integration_id=found[0].integration.id,
        tenant_id=link.row.tenant_id,
        status=CONNECTING,
        is_sandbox=link.row.is_sandbox,
        authentication_method=scheme.method,
        region=link.row.region,
    )
    context = {**attempt.entrusted["context"], **attempt.entrusted.get("told", {})}
    secrets = take_context(account, found[0].provider, context)
    client = await connections.client(session, account, found[0].integration)
    connection = connections.connect(account, found[0].integration, secrets, client)
    return Draft(link, found[0], scheme, account, connection, secrets)
