"""Which migrations there are and which a database has had; serving looks at them, and only migrating loads Alembic."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"
TABLE = "alembic_version"


def revisions() -> list[str]:
    """All that this code knows, oldest first: each is what its file's name begins with."""
    return sorted(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def recorded(connection: Connection) -> set[str]:
    """The newest that the database has had; none in one that was never migrated."""
    if not inspect(connection).has_table(TABLE):
        return set()
    return set(connection.scalars(text(f"SELECT version_num FROM {TABLE}")))  # noqa: S608


def upgrade(connection: Connection) -> None:
    """Brings the tables to the newest form, in the connection's transaction."""
    from alembic import command  # with all that it loads it takes a sixth of a worker's memory
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
