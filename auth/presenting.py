"""The objects of the admin resources as the contract shows them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from auth.moments import show_moment
from providers.provider import Provider
from schemas.tables import (
    ApiToken,
    Environment,
    EnvironmentIntegration,
    IntegratedAccount,
    OverrideVersion,
    Row,
    Webhook,
    WebhookDelivery,
)
from schemas.unified import UnifiedModel

# ids of what is built in are made from names, alike everywhere
BUILT_IN = UUID("6f1c2a54-9d0e-4c5b-8a3e-6b6f696e65aa")


def built_in_id(kind: str, name: str) -> str:
    return str(uuid5(BUILT_IN, f"{kind}/{name}"))


def times(row: Row) -> dict[str, str | None]:
    return {"created_at": show_moment(row.created_at), "updated_at": show_moment(row.updated_at)}


BORN = {"created_at": None, "updated_at": None}  # what is built in was never made


def api_token(row: ApiToken) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "environment_id": row.environment_id,
        "created_by": row.created_by,
        "expires_at": show_moment(row.expires_at),
        **times(row),
    }


def environment(row: Environment) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "allowed_origins": row.allowed_origins,
        "branding": {name: row.branding.get(name) for name in ("logo_url", "accent")},
        **times(row),
    }


def integration(provider: Provider) -> dict[str, Any]:
    return {
        "id": built_in_id("integration", provider.name),
        "name": provider.name,
        "label": provider.label,
        "category": provider.category,
        "is_beta": provider.beta,
        "auth_formats": [scheme.method for scheme in provider.schemes],
        "unified_models": list(provider.models),
        "config": {"label": provider.label, "logo": None},
        **BORN,
    }


def category(name: str) -> dict[str, Any]:
    return {"name": name, "label": name.replace("-", " ").capitalize(), **BORN}


def unified_model(model: UnifiedModel) -> dict[str, Any]:
    return {
        "id": built_in_id("unified-model", model.name),
        "name": model.name,
        "label": model.label,
        "resources": list(model.resources),
        **BORN,
    }


def environment_unified_model(model: UnifiedModel, environment_id: str) -> dict[str, Any]:
    return {
        "id": built_in_id(f"environment-unified-model/{environment_id}", model.name),
        "environment_id": environment_id,
        "unified_model_id": built_in_id("unified-model", model.name),
        "unified_model": unified_model(model),
        **BORN,
    }


def environment_integration(row: EnvironmentIntegration, providers: Mapping[str, Provider]) -> dict[str, Any]:
    return {
        "id": row.id,
        "integration_id": built_in_id("integration", row.integration),
        "environment_id": row.environment_id,
        "is_enabled": row.is_enabled,
        "show_in_catalog": row.show_in_catalog,
        "override": row.override,
        "integration": integration(providers[row.integration]) if row.integration in providers else None,
        **times(row),
    }


def integrated_account(
    row: IntegratedAccount, environment_integration: EnvironmentIntegration, providers: Mapping[str, Provider]
) -> dict[str, Any]:
    """Without a secret: its context has been stripped of them before it was stored."""
    name = environment_integration.integration
    return {
        "id": row.id,
        "tenant_id": row.tenant_id,
        "environment_id": row.environment_id,
        "environment_integration_id": row.environment_integration_id,
        "status": row.status,
        "is_blocked": row.is_blocked,
        "is_sandbox": row.is_sandbox,
        "authentication_method": row.authentication_method,
        "region": row.region,
        "last_error": row.last_error,
        "last_action_run_result": row.last_action_run_result,
        "last_forbidden_error": row.last_forbidden_error,
        "context": row.context,
        "object_store_context_fields": [],
        "unified_model_override": row.unified_model_override,
        "integration_override": {},
        "environment_integration": {"id": row.environment_integration_id},
        "integration": {
            "id": built_in_id("integration", name),
            "name": name,
            "config": {"label": providers[name].label if name in providers else name},
        },
        **times(row),
    }


def override_version(row: OverrideVersion) -> dict[str, Any]:
    """`restored_version`: the one that a rollback brought back. The token may have been deleted since."""
    return {
        "version": row.version,
        "override": row.override,
        "restored_version": row.restored,
        "created_by": {"id": row.token_id, "name": row.token_name},
        "created_at": show_moment(row.created_at),
    }


def sandbox_account(account: Mapping[str, Any]) -> dict[str, Any]:
    """An account of a stand-in, from the account as it is shown."""
    return {
        "id": account["id"],
        "integrated_account": account,
        "created_at": account["created_at"],
        "updated_at": account["updated_at"],
    }


def webhook(row: Webhook) -> dict[str, Any]:
    """Without its secret."""
    return {
        "id": row.id,
        "target_url": row.target_url,
        "is_active": row.is_active,
        "event_types": row.event_types,
        "environment_id": row.environment_id,
        **times(row),
    }


def webhook_delivery(row: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": row.id,
        "event_id": row.event_id,
        "webhook_id": row.webhook_id,
        "event": row.event,
        "status": row.status,
        "attempts": row.attempts,
        "next_attempt_at": show_moment(row.next_attempt_at),
        "created_at": show_moment(row.created_at),
    }
