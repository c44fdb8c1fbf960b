"""What an operator does on the machine itself, without a token: environments, API tokens, encryption keys."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from auth.database import Database
from auth.gateway_secret import gateway_secret
from auth.tokens import create_token
from auth.vault import Vault
from gateway.failure import CommandFailed
from schemas.tables import Environment


async def find_environment(database: Database, name: str) -> Environment | None:
    async with database.read() as session:
        return (await session.exec(select(Environment).where(Environment.name == name))).first()


async def make_environment(database: Database, name: str) -> Environment:
    """Raises CommandFailed where the name is taken."""
    environment = Environment(name=name)
    try:
        async with database.write() as session:
            session.add(environment)
    except IntegrityError:
        raise CommandFailed(f"There is an environment {name!r} already.") from None
    return environment


async def make_token(
    database: Database, vault: Vault, environment: Environment, name: str, expires_at: datetime | None = None
) -> str:
    """A new API token of the environment; it can't be had again."""
    pepper = await gateway_secret(database, vault, "token-hash")
    _, token = await create_token(
        database, pepper, environment.id, name, expires_at, created_by="command line"
    )
    return token
