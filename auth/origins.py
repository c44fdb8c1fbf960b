"""Which web origins an environment's browsers may call from."""

from sqlmodel import select

from auth.changes import Changes
from auth.database import Database
from auth.recent import Recent
from schemas.tables import Environment

ALL = ""


class Origins:
    """Reads environments' allow-lists, remembered until `changes` hears of an environment's change."""

    def __init__(self, database: Database, changes: Changes) -> None:
        self._database = database
        self._recent: Recent[frozenset[str]] = Recent(told_until=lambda: changes.until)
        changes.tell(self._recent.clear, environment=lambda _: self._recent.clear())

    async def allows(self, environment_id: str, origin: str) -> bool:
        return origin in await self._recent.get(environment_id, lambda: self._load(environment_id))

    async def any_allows(self, origin: str) -> bool:
        return origin in await self._recent.get(ALL, lambda: self._load(ALL))

    async def _load(self, environment_id: str) -> frozenset[str]:
        query = select(Environment)
        if environment_id != ALL:
            query = query.where(Environment.id == environment_id)
        async with self._database.read() as session:
            return frozenset(origin for row in await session.exec(query) for origin in row.allowed_origins)
