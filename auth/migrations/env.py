"""Runs the migrations on the connection, and within the transaction, that the caller has opened."""

from alembic import context

from schemas.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
