"""What the first `koine up` makes and later ones find again: an API token, and an account for each stand-in."""

from collections.abc import Mapping
from typing import Any

import httpx

from auth.credentials import fitting
from auth.database import Database
from auth.vault import Vault
from gateway.failure import CommandFailed
from gateway.folder import Folder
from gateway.operations import find_environment, make_environment, make_token
from providers.provider import Provider
from providers.schemes import Scheme

ENVIRONMENT = "default"
TENANT = "sandbox"


async def keep_token(api: httpx.AsyncClient, folder: Folder, database: Database, vault: Vault) -> str:
    """The folder's token, a new one where there is none or it was revoked. `api` speaks with it from now on."""
    token = folder.token()
    if token is None or not await _is_accepted(api, token):
        environment = await find_environment(database, ENVIRONMENT)
        environment = environment or await make_environment(database, ENVIRONMENT)
        token = await make_token(database, vault, environment, "koine up")
        folder.keep_token(token)
    api.headers["authorization"] = f"Bearer {token}"
    return token


async def link(api: httpx.AsyncClient, provider: Provider, credentials: Mapping[str, Any]) -> str:
    """The id of the provider's sandbox account, which takes these credentials. Raises CommandFailed."""
    found = fitting(provider, credentials)
    if found is None:
        raise CommandFailed(
            f"The sandbox of {provider.name} names no credentials that {provider.label} takes."
        )
    scheme, context = found
    query = {"integration.name": provider.name, "is_sandbox": "true", "tenant_id": TENANT}
    accounts = (await _ask(api, "GET", "/integrated-account", params=query))["result"]
    if not accounts:
        return await _import(api, provider, scheme, context)
    account = min(accounts, key=lambda one: one["created_at"])
    if account["status"] != "active":
        await _ask(
            api, "PATCH", f"/integrated-account/{account['id']}/credentials", json={"context": context}
        )
    return str(account["id"])


async def _import(
    api: httpx.AsyncClient, provider: Provider, scheme: Scheme, context: Mapping[str, Any]
) -> str:
    integration = await _ask(api, "GET", f"/integration/{provider.name}")
    installed = await _ask(
        api, "POST", "/environment-integration", json={"integration_id": integration["id"]}
    )
    account = {
        "tenant_id": TENANT,
        "environment_integration_id": installed["id"],
        "authentication_method": scheme.method,
        "context": context,
        "is_sandbox": True,
    }
    return str((await _ask(api, "POST", "/integrated-account", json=account))["id"])


async def _is_accepted(api: httpx.AsyncClient, token: str) -> bool:
    answer = await api.get("/environment", headers={"authorization": f"Bearer {token}"})
    return answer.status_code == httpx.codes.OK


async def _ask(api: httpx.AsyncClient, method: str, path: str, **sent: Any) -> dict[str, Any]:
    answer = await api.request(method, path, **sent)
    if not answer.is_success:
        raise CommandFailed(f"The gateway answered {answer.status_code} to {method} {path}: {answer.text}")
    body: dict[str, Any] = answer.json()
    return body
