"""What any process changes is written down by the database itself, so that no writer can forget to say it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# Table, kind of change, what names its subject, the operations and rows that count.
# A row that is new to its table is in nobody's memory, but for an account's secrets, which have a table of their own.
# Of those, tokens are left out (purpose `grant`): they are renewed all the time, and change no account.
WATCHED = (
    ("api_token", "token", "{0}.id", ("UPDATE", "DELETE"), None),
    ("integrated_account", "account", "{0}.environment_id || '/' || {0}.id", ("UPDATE", "DELETE"), None),
    ("environment_integration", "environment", "{0}.environment_id", ("UPDATE", "DELETE"), None),
    ("environment", "environment", "{0}.id", ("UPDATE", "DELETE"), None),
    (
        "sealed_record",
        "account",
        "{0}.environment_id || '/' || {0}.account_id",
        ("INSERT", "UPDATE", "DELETE"),
        "= 'credentials'",
    ),
    (
        "sealed_record",
        "environment",
        "{0}.environment_id",
        ("INSERT", "UPDATE", "DELETE"),
        "LIKE 'environment-integration/%'",
    ),
)
# A Postgres transaction's own number; SQLite has one writer at a time, and counts.
NUMBERS = {
    "postgresql": "CAST(CAST(pg_current_xact_id() AS text) AS bigint)",
    "sqlite": "(SELECT coalesce(max(number), 0) + 1 FROM change)",
}


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_change"),
    )
    op.create_index("ix_change_number", "change", ["number"])
    database = op.get_bind().dialect.name
    for table, kind, subject, operations, purpose in WATCHED:
        for operation in operations:
            _watch(database, table, kind, subject, operation, purpose)


def _watch(database: str, table: str, kind: str, subject: str, operation: str, purpose: str | None) -> None:
    row = "NEW" if operation == "INSERT" else "OLD"
    name = f"change_{kind}_{table}_{operation.lower()}"
    when = f"WHEN ({row}.purpose {purpose})" if purpose else ""
    note = (
        f"INSERT INTO change (kind, subject, number) VALUES ('{kind}', {subject.format(row)}, {NUMBERS[database]})"  # noqa: S608
        " ON CONFLICT (kind, subject) DO UPDATE SET number = excluded.number"
    )
    head = f"CREATE TRIGGER {name} AFTER {operation} ON {table} FOR EACH ROW {when}"
    if database == "sqlite":
        _run(f"{head} BEGIN {note}; END")
        return
    _run(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {note}; RETURN NULL; END$$")
    _run(f"{head} EXECUTE FUNCTION {name}()")


def _run(statement: str) -> None:
    op.get_bind().exec_driver_sql(statement)
