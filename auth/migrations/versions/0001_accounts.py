"""The first tables: environments, API tokens, integrations, accounts and sealed records."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TIME = sa.DateTime(timezone=True)


def _times() -> tuple[sa.Column[object], sa.Column[object]]:
    return sa.Column("created_at", TIME, nullable=False), sa.Column("updated_at", TIME, nullable=False)


def upgrade() -> None:
    op.create_table(
        "environment",
        *_times(),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("allowed_origins", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_environment"),
        sa.UniqueConstraint("name", name="uq_environment_name"),
    )
    op.create_table(
        "api_token",
        *_times(),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("environment_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.Column("expires_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.ForeignKeyConstraint(["environment_id"], ["environment.id"], name="fk_api_token_environment_id"),
    )
    op.create_index("ix_api_token_environment_id", "api_token", ["environment_id"])
    op.create_table(
        "environment_integration",
        *_times(),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("environment_id", sa.String(), nullable=False),
        sa.Column("integration", sa.String(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("show_in_catalog", sa.Boolean(), nullable=False),
        sa.Column("override", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_environment_integration"),
        sa.ForeignKeyConstraint(
            ["environment_id"], ["environment.id"], name="fk_environment_integration_environment_id"
        ),
        sa.UniqueConstraint(
            "environment_id", "integration", name="uq_environment_integration_environment_id_integration"
        ),
    )
    op.create_table(
        "integrated_account",
        *_times(),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("environment_id", sa.String(), nullable=False),
        sa.Column("environment_integration_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("is_blocked", sa.Boolean(), nullable=False),
        sa.Column("is_sandbox", sa.Boolean(), nullable=False),
        sa.Column("authentication_method", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("credential_version", sa.String(), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("unified_model_override", sa.JSON(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("last_forbidden_error", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("last_action_run_result", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_integrated_account"),
        sa.ForeignKeyConstraint(
            ["environment_id"], ["environment.id"], name="fk_integrated_account_environment_id"
        ),
        sa.ForeignKeyConstraint(
            ["environment_integration_id"],
            ["environment_integration.id"],
            name="fk_integrated_account_environment_integration_id",
        ),
    )
    op.create_index(
        "ix_integrated_account_environment_id_tenant_id",
        "integrated_account",
        ["environment_id", "tenant_id"],
    )
    op.create_index(
        "ix_integrated_account_environment_integration_id",
        "integrated_account",
        ["environment_integration_id"],
    )
    op.create_table(
        "sealed_record",
        *_times(),
        sa.Column("environment_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("environment_id", "account_id", "purpose", name="pk_sealed_record"),
    )
    op.create_index("ix_sealed_record_key_id", "sealed_record", ["key_id"])
