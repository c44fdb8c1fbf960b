"""The routes of the admin resources, a plain list: one for each path, so that a 405 names all that the path offers."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.endpoints import (
    account_tokens,
    accounts,
    built_in,
    environment_integrations,
    environments,
    imports,
    link_tokens,
    mending,
    override_versions,
    own_account,
    sandbox_accounts,
    tokens,
    webhook_deliveries,
    webhooks,
)
from auth.linking import journey, page

Endpoint = Callable[[Request], Awaitable[Response]]


def offer(path: str, **verbs: Endpoint) -> Route:
    """What a path answers, by verb; HEAD goes where GET goes."""

    async def answer(request: Request) -> Response:
        return await verbs["GET" if request.method == "HEAD" else request.method](request)

    return Route(path, answer, methods=list(verbs))


ROUTES: list[Route] = [
    offer("/api-token", GET=tokens.list_, POST=tokens.create),
    offer("/api-token/{id}", GET=tokens.get, DELETE=tokens.delete),
    offer("/environment", GET=environments.list_),
    offer("/environment/{id}", GET=environments.get, PATCH=environments.change),
    offer("/integration", GET=built_in.list_integrations),
    offer("/integration/{id}", GET=built_in.get_integration),
    offer("/category", GET=built_in.list_categories),
    offer("/unified-model", GET=built_in.list_models),
    offer("/unified-model/{id}", GET=built_in.get_model),
    offer("/environment-unified-model", GET=built_in.list_environment_models),
    offer("/environment-unified-model/{id}", GET=built_in.get_environment_model),
    offer(
        "/environment-integration", GET=environment_integrations.list_, POST=environment_integrations.create
    ),
    offer(
        "/environment-integration/{id}",
        GET=environment_integrations.get,
        PATCH=environment_integrations.change,
        DELETE=environment_integrations.delete,
    ),
    offer(
        "/environment-integration/{id}/unified-model-override/versions",
        GET=override_versions.list_of_integration,
    ),
    offer(
        "/environment-integration/{id}/unified-model-override/rollback",
        POST=override_versions.roll_integration_back,
    ),
    offer("/integrated-account", GET=accounts.list_, POST=imports.import_),
    offer("/integrated-account/token", POST=account_tokens.create),
    offer("/integrated-account/bulk-delete", POST=accounts.delete_many),
    offer("/integrated-account/me", GET=own_account.get, PATCH=own_account.change),
    offer("/integrated-account/refresh-credentials", POST=mending.refresh),
    offer("/integrated-account/run-post-install-actions", POST=mending.run_post_install),
    offer("/integrated-account/{id}", GET=accounts.get, PATCH=accounts.change, DELETE=accounts.delete),
    offer("/integrated-account/{id}/credentials", PATCH=imports.replace_credentials),
    offer("/integrated-account/{id}/unified-model-override/versions", GET=override_versions.list_of_account),
    offer(
        "/integrated-account/{id}/unified-model-override/rollback", POST=override_versions.roll_account_back
    ),
    offer("/link-token", POST=link_tokens.create),
    offer("/connect-account", GET=page.show, POST=page.send),
    offer("/connect-account/post-connect", GET=page.post_connect),
    offer("/connect-account/attempt", GET=journey.attempt_page),
    offer("/connect-account/leave", GET=journey.leave),
    offer("/connect-account/test", GET=journey.test),
    offer("/connect/{integration}/callback", GET=journey.back),
    offer("/sandbox-integrated-account", GET=sandbox_accounts.list_, POST=sandbox_accounts.create),
    offer("/sandbox-integrated-account/{id}", GET=sandbox_accounts.get, DELETE=sandbox_accounts.delete),
    offer("/webhook", GET=webhooks.list_, POST=webhooks.create),
    offer("/webhook/test", POST=webhooks.test),
    offer("/webhook/{id}", GET=webhooks.get, PATCH=webhooks.change, DELETE=webhooks.delete_),
    offer("/webhook/{id}/rotate-secret", POST=webhooks.rotate_secret),
    offer("/webhook-delivery", GET=webhook_deliveries.list_),
    offer("/webhook-delivery/{id}/replay", POST=webhook_deliveries.replay),
]
