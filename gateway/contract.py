"""What each route takes and gives, one line a route: the table from which `/openapi.json` is made."""

from collections.abc import Mapping

from pydantic import BaseModel

from auth import forms
from auth.endpoints import (
    accounts,
    built_in,
    environment_integrations,
    environments,
    tokens,
    webhook_deliveries,
    webhooks,
)
from auth.listing import Kind
from gateway import answers as a
from gateway import log
from gateway.contract_bending import BENDING
from gateway.operation import OF_BODY, OF_ONE, Operation
from unified.batch.form import BatchForm

CONNECTING = "Connecting an account"


def _open(tag: str, summary: str, answer: type[BaseModel] | str, *refusals: int) -> Operation:
    return Operation(tag, summary, answer, refusals=refusals, is_open=True)


def _page(summary: str, *also: int) -> Operation:
    """A page of a link token's, which has no other token."""
    return Operation(CONNECTING, summary, "text/html", also=also, refusals=(429, 503), is_open=True)


def _list(tag: str, summary: str, answer: type[BaseModel], filters: Mapping[str, Kind]) -> Operation:
    return Operation(tag, summary, answer, listed=filters)


def _get(tag: str, summary: str, answer: type[BaseModel]) -> Operation:
    return Operation(tag, summary, answer, refusals=OF_ONE)


def _post(
    tag: str,
    summary: str,
    form: type[BaseModel],
    answer: type[BaseModel],
    *refusals: int,
    status: int = 201,
) -> Operation:
    return Operation(tag, summary, answer, status, form, refusals=(*OF_BODY, *refusals))


def _patch(
    tag: str, summary: str, form: type[BaseModel], answer: type[BaseModel], *refusals: int
) -> Operation:
    return Operation(tag, summary, answer, form=form, refusals=(*OF_BODY, 404, *refusals))


TOKENS, ENVIRONMENT, BUILT_IN = "API tokens", "Environment", "Integrations and models"
ACCOUNTS, SANDBOXES, SERVICE = "Integrated accounts", "Sandbox accounts", "Service"
CONNECTING, WEBHOOKS = "Connecting an account", "Webhooks"
REMOTE = (401, 403, 404, 409, 500, 502, 503, 504)
REMOTE_ONLY = (404, 500, 502, 503, 504)  # what a vendor's trouble adds to the refusals of a body

OPERATIONS: Mapping[tuple[str, str], Operation] = {
    **BENDING,
    ("GET", "/ping"): _open(SERVICE, "Answers", a.Pong),
    ("GET", "/healthz"): _open(SERVICE, "Whether the process serves", a.Health),
    ("GET", "/readyz"): Operation(
        SERVICE, "Whether calls may be sent here", a.Readiness, also=(503,), refusals=(), is_open=True
    ),
    ("GET", "/metrics"): _open(SERVICE, "Figures for Prometheus", "text/plain"),
    ("GET", "/openapi.json"): _open(SERVICE, "This contract, as OpenAPI", "application/json"),
    ("GET", "/docs"): _open(SERVICE, "This contract, as a page", "text/html"),
    ("GET", "/api-token"): _list(TOKENS, "List tokens", a.ApiToken, tokens.FILTERS),
    ("POST", "/api-token"): _post(TOKENS, "Make a token", forms.TokenForm, a.NewApiToken),
    ("GET", "/api-token/{id}"): _get(TOKENS, "Get a token", a.ApiToken),
    ("DELETE", "/api-token/{id}"): _get(TOKENS, "Revoke a token", a.Deleted),
    ("GET", "/environment"): _list(ENVIRONMENT, "List environments", a.Environment, environments.FILTERS),
    ("GET", "/environment/{id}"): _get(ENVIRONMENT, "Get an environment", a.Environment),
    ("PATCH", "/environment/{id}"): _patch(
        ENVIRONMENT, "Change an environment", forms.EnvironmentChange, a.Environment, 409
    ),
    ("GET", "/integration"): _list(
        BUILT_IN, "List integrations", a.Integration, built_in.INTEGRATION_FILTERS
    ),
    ("GET", "/integration/{id}"): _get(BUILT_IN, "Get an integration, by id or name", a.Integration),
    ("GET", "/category"): _list(BUILT_IN, "List categories", a.Category, built_in.CATEGORY_FILTERS),
    ("GET", "/unified-model"): _list(BUILT_IN, "List unified models", a.UnifiedModel, built_in.MODEL_FILTERS),
    ("GET", "/unified-model/{id}"): _get(BUILT_IN, "Get a unified model, by id or name", a.UnifiedModel),
    ("GET", "/environment-unified-model"): _list(
        BUILT_IN,
        "List the environment's unified models",
        a.EnvironmentUnifiedModel,
        built_in.ENVIRONMENT_MODEL_FILTERS,
    ),
    ("GET", "/environment-unified-model/{id}"): _get(
        BUILT_IN, "Get one of the environment's unified models", a.EnvironmentUnifiedModel
    ),
    ("GET", "/environment-integration"): _list(
        ENVIRONMENT,
        "List the environment's integrations",
        a.EnvironmentIntegration,
        environment_integrations.FILTERS,
    ),
    ("POST", "/environment-integration"): _post(
        ENVIRONMENT, "Switch an integration on", forms.IntegrationForm, a.EnvironmentIntegration
    ),
    ("GET", "/environment-integration/{id}"): _get(
        ENVIRONMENT, "Get one of the environment's integrations", a.EnvironmentIntegration
    ),
    ("PATCH", "/environment-integration/{id}"): _patch(
        ENVIRONMENT,
        "Change one of the environment's integrations",
        forms.IntegrationChange,
        a.EnvironmentIntegration,
    ),
    ("DELETE", "/environment-integration/{id}"): Operation(
        ENVIRONMENT,
        "Switch an integration off; `force` deletes its accounts, too",
        a.Deleted,
        flags=("force",),
        refusals=(*OF_ONE, 409),
    ),
    ("GET", "/integrated-account"): _list(ACCOUNTS, "List accounts", a.IntegratedAccount, accounts.FILTERS),
    ("POST", "/integrated-account"): _post(
        ACCOUNTS, "Import an account with its credentials", forms.AccountForm, a.IntegratedAccount
    ),
    ("POST", "/integrated-account/token"): _post(
        ACCOUNTS, "Make a token for one account", forms.AccountTokenForm, a.AccountToken, 404
    ),
    ("POST", "/integrated-account/bulk-delete"): _post(
        ACCOUNTS, "Delete accounts", forms.BulkDelete, a.BulkDeleted, status=200
    ),
    ("GET", "/integrated-account/me"): _get(
        ACCOUNTS, "Get the account token's own account", a.IntegratedAccount
    ),
    ("PATCH", "/integrated-account/me"): _patch(
        ACCOUNTS,
        "Change the context of the account token's own account",
        forms.OwnAccountChange,
        a.IntegratedAccount,
    ),
    ("POST", "/integrated-account/refresh-credentials"): _post(
        ACCOUNTS,
        "Renew an account's token now",
        forms.AccountReference,
        a.Success,
        *REMOTE_ONLY,
        status=200,
    ),
    ("POST", "/integrated-account/run-post-install-actions"): _post(
        ACCOUNTS,
        "Check an account once more, and finish its connecting",
        forms.AccountReference,
        a.Success,
        *REMOTE_ONLY,
        status=200,
    ),
    ("GET", "/integrated-account/{id}"): _get(ACCOUNTS, "Get an account", a.IntegratedAccount),
    ("PATCH", "/integrated-account/{id}"): _patch(
        ACCOUNTS, "Change an account", forms.AccountChange, a.IntegratedAccount
    ),
    ("DELETE", "/integrated-account/{id}"): _get(ACCOUNTS, "Delete an account", a.Deleted),
    ("PATCH", "/integrated-account/{id}/credentials"): _patch(
        ACCOUNTS,
        "Replace an account's credentials, once they have worked",
        forms.CredentialsChange,
        a.IntegratedAccount,
        *(status for status in REMOTE if status not in OF_ONE),
    ),
    ("POST", "/link-token"): _post(
        CONNECTING, "Make a token for the connect page", forms.LinkTokenForm, a.LinkToken, 404
    ),
    ("GET", "/sandbox-integrated-account"): _list(
        SANDBOXES, "List sandbox accounts", a.SandboxAccount, accounts.FILTERS
    ),
    ("POST", "/sandbox-integrated-account"): _post(
        SANDBOXES, "Make an account of an integration's sandbox", forms.SandboxForm, a.SandboxAccount
    ),
    ("GET", "/sandbox-integrated-account/{id}"): _get(SANDBOXES, "Get a sandbox account", a.SandboxAccount),
    ("DELETE", "/sandbox-integrated-account/{id}"): _get(SANDBOXES, "Delete a sandbox account", a.Deleted),
    ("GET", "/connect-account"): _page("The connect page of a link token", 401, 404, 410),
    ("POST", "/connect-account"): _page("A form of the connect page", 303, 400, 401, 403, 404, 410, 413),
    ("GET", "/connect-account/post-connect"): _page(
        "Tells that forms after connecting are not offered", 401, 404, 410
    ),
    ("GET", "/connect-account/attempt"): _page("What a form of the connect page came to", 303, 401, 404, 410),
    ("GET", "/connect-account/leave"): _page("To the vendor's own login", 303, 400, 404),
    ("GET", "/connect-account/test"): _page("Tries the connection", 303, 400),
    ("GET", "/connect/{integration}/callback"): _page("Where a vendor's login leads back to", 303, 400),
    ("GET", "/connect-account/accent-{colour}.css"): _open(
        CONNECTING, "The connect page's style sheet of an accent colour", "text/css", 404
    ),
    ("GET", "/connect-account/{version}/{name}"): _open(
        CONNECTING, "The connect page's style sheet or script", "text/css", 404
    ),
    ("GET", "/webhook"): _list(WEBHOOKS, "List webhooks", a.Webhook, webhooks.FILTERS),
    ("POST", "/webhook"): _post(WEBHOOKS, "Make a webhook", forms.WebhookForm, a.NewWebhookSecret, 409),
    ("POST", "/webhook/test"): _post(
        WEBHOOKS, "Send an event `test`", forms.WebhookTest, a.Success, 404, 409, status=200
    ),
    ("GET", "/webhook/{id}"): _get(WEBHOOKS, "Get a webhook", a.Webhook),
    ("PATCH", "/webhook/{id}"): _patch(WEBHOOKS, "Change a webhook", forms.WebhookChange, a.Webhook),
    ("DELETE", "/webhook/{id}"): _get(WEBHOOKS, "Delete a webhook", a.Deleted),
    ("POST", "/webhook/{id}/rotate-secret"): _get(
        WEBHOOKS, "Make a new secret; the old one signs beside it for 24 hours", a.NewWebhookSecret
    ),
    ("GET", "/webhook-delivery"): _list(
        WEBHOOKS, "How events went to webhooks, newest first", a.WebhookDelivery, webhook_deliveries.FILTERS
    ),
    ("POST", "/webhook-delivery/{id}/replay"): Operation(
        WEBHOOKS, "Send an event again", a.WebhookDelivery, refusals=(*OF_ONE, 409)
    ),
    ("GET", "/sdk/{name}"): _open(
        CONNECTING, "The link SDK: `link.js`, `link.global.js`, `link.d.ts`", "text/javascript", 404
    ),
    ("POST", "/batch-request"): Operation(
        "Batch",
        "Several calls for one account, with what depends on what",
        a.BatchAnswer,
        form=BatchForm,
        refusals=(*OF_BODY, 404, 409, 422),
        takes_key=True,
    ),
    ("GET", "/log"): _list(
        ACCOUNTS, "What was called on the environment's accounts, newest first", a.LogEntry, log.FILTERS
    ),
}
