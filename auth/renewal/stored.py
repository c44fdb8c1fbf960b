"""How an account's token lies in the database: sealed, with its moments on the database's own clock beside it."""

from typing import Any

from sqlmodel import col, delete, insert
from sqlmodel.ext.asyncio.session import AsyncSession

from auth import sealed
from auth.clocks import WallClock
from auth.grants import Token
from auth.vault import Binding, Vault
from schemas.tables import Grant, IntegratedAccount, SealedRecord

GRANT = "grant"  # the purpose under which the token is sealed


async def keep_grant(session: AsyncSession, vault: Vault, account: IntegratedAccount, token: Token) -> None:
    """Makes a token that was just handed out the account's, instead of the one before.

    A renewal of that one which is under way finds no place to put its answer. The account's row is the transaction's
    own: new, or locked.
    """
    await session.flush()
    await session.exec(delete(Grant).where(col(Grant.account_id) == account.id))
    row = Grant(account_id=account.id, credential_version=account.credential_version)
    await session.exec(insert(Grant).values(**_plain(row), **about(token, token.minted_at)))
    await sealed.put(session, vault, binding(account.environment_id, account.id), content(token))


async def drop_grant(session: AsyncSession, account: IntegratedAccount) -> None:
    """Removes the account's token; its row is the transaction's own."""
    await session.exec(delete(Grant).where(col(Grant.account_id) == account.id))
    await sealed.erase(session, binding(account.environment_id, account.id))


def binding(environment_id: str, account_id: str) -> Binding:
    return Binding(environment_id, account_id, GRANT)


def content(token: Token, *, is_scopeless: bool = False) -> dict[str, Any]:
    """What is sealed."""
    return {
        "access_token": token.value,
        "refresh_token": token.refresh_token,
        "scopes": list(token.scopes),
        "is_scopeless": is_scopeless,
    }


def about(token: Token, now: float) -> dict[str, Any]:
    """The columns that tell of a token, `now` being the present moment of its clock."""
    return {
        "minted_at": WallClock() + (token.minted_at - now),
        "renew_at": WallClock() + (token.renew_at - now),
        "expires_at": WallClock() + (token.expires_at - now),
        "is_renewable": token.refresh_token is not None,
    }


def read(vault: Vault, row: Grant, record: SealedRecord, *, age: float) -> tuple[Token, bool]:
    """The token, and whether it was given without scopes.

    `age`: what is to be taken from the row's moments to have them on the caller's clock. Raises CannotOpen.
    """
    opened = sealed.open_record(vault, record)
    token = Token(
        opened["access_token"],
        minted_at=(row.minted_at or 0.0) - age,
        renew_at=(row.renew_at or 0.0) - age,
        expires_at=(row.expires_at or 0.0) - age,
        refresh_token=opened["refresh_token"],
        scopes=tuple(opened["scopes"]),
    )
    return token, opened["is_scopeless"]


def _plain(row: Grant) -> dict[str, Any]:
    """The columns whose values are at hand."""
    return row.model_dump(exclude={"minted_at", "renew_at", "expires_at", "is_renewable"})
