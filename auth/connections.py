"""Opens an account at the edge: row, provider and credentials become one Connection that is passed along."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from auth import sealed
from auth.caller import Caller
from auth.changes import Changes
from auth.connection import Connection as Connection
from auth.connection import fill
from auth.credentials import asked_scopes
from auth.database import Database
from auth.events import emit_status
from auth.oauth_clients import client_id, environment_client
from auth.recent import Recent
from auth.secret import Secret
from auth.vault import CannotOpen, Vault
from providers.provider import Provider
from providers.schemes import AuthorizationCode, Scheme
from schemas.errors import AccountProblem, Internal, NotAllowed, NotFound
from schemas.tables import ApiToken, EnvironmentIntegration, IntegratedAccount, SealedRecord

ACTIVE = "active"
NEEDS_REAUTH = "needs_reauth"
PAUSED = "60"  # seconds after which to ask for a paused account again: nobody knows how long that will be
LONGEST_MESSAGE = 2000


class Connections:
    """Opens accounts, and notes what vendors say of their credentials.

    `sandboxes`: URLs by provider. `sandbox_contexts`: what an account of a provider's sandbox needs, credentials
    included. What is opened is remembered as long as `changes` hears of nothing else, else for three seconds.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        providers: Mapping[str, Provider],
        sandboxes: Mapping[str, str],
        *,
        sandbox_contexts: Mapping[str, Mapping[str, Any]] | None = None,
        changes: Changes | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._vault = vault
        self.providers = providers
        self.sandboxes = {name: url.rstrip("/") for name, url in sandboxes.items()}
        self.sandbox_contexts = sandbox_contexts or {}
        changes = changes or Changes(database, clock)
        self.callers: Recent[ApiToken] = Recent(clock, lambda: changes.until)
        self._accounts: Recent[Connection] = Recent(clock, lambda: changes.until)
        changes.tell(self.callers.clear, token=lambda _: self.callers.clear())
        changes.tell(
            self._accounts.clear,
            account=lambda keys: self._accounts.forget(*keys),
            environment=lambda ids: self._accounts.forget_where(lambda key: key.partition("/")[0] in ids),
        )

    async def open(self, caller: Caller, account_id: str) -> Connection:
        """The account's connection, for a caller of its environment.

        Raises NotFound for an unknown account and, alike, for another environment's; AccountProblem where it can't
        serve calls: `needs_reauth` 401, `account_paused` 503, `account_not_ready` 400.
        """
        if caller.account_id not in (None, account_id):
            raise NotAllowed("This token speaks for another integrated account.")
        if not account_id.isprintable():  # Postgres takes no NUL in text
            raise unknown_account()
        return await self.reach(caller.environment_id, account_id)

    async def reach(self, environment_id: str, account_id: str) -> Connection:
        """`open` for the gateway's own work."""
        key = _key(environment_id, account_id)
        return await self._accounts.get(key, lambda: self._load(environment_id, account_id))

    async def _load(self, environment_id: str, account_id: str) -> Connection:
        query = (
            select(IntegratedAccount, EnvironmentIntegration, SealedRecord)
            .join(EnvironmentIntegration)
            .join(SealedRecord, _credentials_of_account, isouter=True)
            .where(IntegratedAccount.id == account_id, IntegratedAccount.environment_id == environment_id)
        )
        async with self._database.read() as session:
            found = (await session.exec(query)).first()
            if found is None:
                raise unknown_account()
            account, integration, record = found
            check_state(account, integration)
            client = await self.client(session, account, integration)
        return self.connect(account, integration, self._open(record) if record else {}, client)

    def _open(self, record: SealedRecord) -> dict[str, Any]:
        try:
            opened: dict[str, Any] = sealed.open_record(self._vault, record)
        except CannotOpen as error:
            raise Internal("The account's stored credentials can't be opened.") from error
        return opened

    async def client(
        self, session: AsyncSession, account: IntegratedAccount, integration: EnvironmentIntegration
    ) -> Mapping[str, str]:
        """The OAuth client that signs for an account without one of its own; empty for those that need none."""
        _, scheme = self.offered(integration.integration, account.authentication_method)
        if "client_id" in account.context or not isinstance(scheme, AuthorizationCode):
            return {}
        if account.is_sandbox:
            return self._sandbox_client(integration.integration)
        try:
            return await environment_client(session, self._vault, integration)
        except CannotOpen as error:
            raise Internal("The environment's stored OAuth client can't be opened.") from error

    def has_client(self, scheme: Scheme, integration: EnvironmentIntegration, *, is_sandbox: bool) -> bool:
        """Whether an account of this scheme needs no OAuth client of its own."""
        if not isinstance(scheme, AuthorizationCode):
            return False
        if is_sandbox:
            return bool(self._sandbox_client(integration.integration))
        return client_id(integration) is not None

    def _sandbox_client(self, provider: str) -> Mapping[str, str]:
        """The one that a stand-in has registered for browsers is called `web`."""
        known = self.sandbox_contexts.get(provider, {}).get("clients", {}).get("web", {})
        return {name: known[name] for name in ("client_id", "client_secret") if name in known}

    def connect(
        self,
        account: IntegratedAccount,
        integration: EnvironmentIntegration,
        secrets: Mapping[str, Any],
        client: Mapping[str, str] | None = None,
    ) -> Connection:
        """A connection to the account as it stands here, whatever its status. Raises AccountProblem.

        `client`: the OAuth client that signs for it, where it has none of its own.
        """
        provider, scheme = self.offered(integration.integration, account.authentication_method)
        origin = self._origin(account, provider)
        return Connection(
            account_id=account.id,
            environment_id=account.environment_id,
            tenant_id=account.tenant_id,
            provider=provider,
            scheme=scheme,
            origin=origin,
            base_url=origin + provider.base_path,
            context=account.context,
            secrets=Secret({**secrets, **(client or {})}),
            is_sandbox=account.is_sandbox,
            override=account.unified_model_override,
            version=account.credential_version,
            scopes=asked_scopes(account.context, integration.override, scheme),
            environment_override=integration.override,
        )

    def offered(self, integration: str, method: str) -> tuple[Provider, Scheme]:
        """A provider and one of its schemes. Raises AccountProblem where this gateway does not have them."""
        provider = self.providers.get(integration)
        scheme = provider.scheme(method) if provider else None
        if provider is None or scheme is None:
            raise AccountProblem(f"This gateway does not offer {integration} with {method}.")
        return provider, scheme

    def _origin(self, account: IntegratedAccount, provider: Provider) -> str:
        if not account.is_sandbox:
            return fill(provider, provider.origin, account.context)
        return self.sandbox_url(provider.name)

    def sandbox_url(self, provider: str) -> str:
        """Where the provider's stand-in runs. Raises AccountProblem where none is configured."""
        if provider not in self.sandboxes:
            raise AccountProblem(
                f"No sandbox of {provider} is configured: start one with `koine sandbox {provider}`, or use `koine up`."
            )
        return self.sandboxes[provider]

    def forget(self, environment_id: str, account_id: str) -> None:
        """To be called after every change of an account."""
        self._accounts.forget(_key(environment_id, account_id))

    def forget_all(self) -> None:
        """To be called after a change that concerns many accounts."""
        self._accounts.clear()

    async def note_refused(self, connection: Connection, message: str) -> bool:
        """The vendor refused these credentials for good: the account needs a reconnect. True the first time."""
        async with self._database.write() as session:
            changed = await self.refuse(session, connection, message)
        self.forget(connection.environment_id, connection.account_id)
        return changed

    async def refuse(self, session: AsyncSession, connection: Connection, message: str) -> bool:
        """`note_refused` within the caller's transaction, at the end of which the account is to be forgotten."""
        error = printable(connection.secrets.hide_in(message))
        return await self._mark(session, connection, status=NEEDS_REAUTH, last_error=error)

    async def revive(self, session: AsyncSession, environment_id: str, account_id: str) -> None:
        """The account works after all, within the caller's transaction: what the vendor refused was not its last."""
        query = (
            select(IntegratedAccount, EnvironmentIntegration)
            .join(EnvironmentIntegration)
            .where(IntegratedAccount.id == account_id, IntegratedAccount.status == NEEDS_REAUTH)
            .with_for_update(of=IntegratedAccount)
        )
        if found := (await session.exec(query)).first():
            account, integration = found
            account.status, account.last_error = ACTIVE, None
            await emit_status(session, NEEDS_REAUTH, account, integration)

    async def note_forbidden(self, connection: Connection, message: str, scopes: Sequence[str]) -> bool:
        """The vendor let the account in but not at this; the status stays. False if the account has changed."""
        error = {
            "message": printable(connection.secrets.hide_in(message)),
            "missing_scopes": list(scopes),
        }
        async with self._database.write() as session:
            changed = await self._mark(session, connection, last_forbidden_error=error)
        self.forget(connection.environment_id, connection.account_id)
        return changed

    async def _mark(self, session: AsyncSession, connection: Connection, **values: Any) -> bool:
        """Only while the account is active and its credentials are those that the vendor spoke of."""
        change = (
            update(IntegratedAccount)
            .where(col(IntegratedAccount.id) == connection.account_id)
            .where(col(IntegratedAccount.credential_version) == connection.version)
            .where(col(IntegratedAccount.status) == ACTIVE)
            .values(**values)
        )
        changed = (await session.exec(change)).rowcount == 1
        if changed:
            await _tell(session, connection.account_id)
        return changed


async def _tell(session: AsyncSession, account_id: str) -> None:
    query = (
        select(IntegratedAccount, EnvironmentIntegration)
        .join(EnvironmentIntegration)
        .where(IntegratedAccount.id == account_id)
    )
    account, integration = (await session.exec(query)).one()
    await emit_status(session, ACTIVE, account, integration)


_credentials_of_account = (
    (col(SealedRecord.environment_id) == col(IntegratedAccount.environment_id))
    & (col(SealedRecord.account_id) == col(IntegratedAccount.id))
    & (col(SealedRecord.purpose) == sealed.CREDENTIALS)
)


def check_state(account: IntegratedAccount, integration: EnvironmentIntegration) -> None:
    """Raises AccountProblem where calls must not go out."""
    if account.is_blocked:
        raise AccountProblem(
            "This integrated account is paused.",
            status=503,
            reason="account_paused",
            headers={"retry-after": PAUSED},
        )
    if account.status == NEEDS_REAUTH:
        raise AccountProblem(
            account.last_error or "The vendor refused the credentials: reconnect the account.",
            status=401,
            reason=NEEDS_REAUTH,
        )
    if account.status != ACTIVE:
        raise AccountProblem(
            account.last_error or "This integrated account is not connected yet.",
            account_status=account.status,
        )
    if not integration.is_enabled:
        raise AccountProblem(
            f"The integration {integration.integration} is switched off in this environment."
        )


def unknown_account() -> NotFound:
    return NotFound("There is no such integrated account.", reason="unknown_account")


def printable(message: str) -> str:
    """A vendor's words fit to be stored: Postgres takes no NUL, and nobody reads beyond a page."""
    if message.isprintable():
        return message[:LONGEST_MESSAGE]
    return "".join(letter if letter.isprintable() else " " for letter in message[:LONGEST_MESSAGE])


def _key(environment_id: str, account_id: str) -> str:
    return f"{environment_id}/{account_id}"
