"""The contract of overrides and discovery: how an account is bent, and what it can do."""

from collections.abc import Mapping

from pydantic import BaseModel

from auth import forms
from auth.endpoints import override_versions
from gateway import answers as a
from gateway import answers_bending as b
from gateway.operation import OF_BODY, OF_ONE, Operation

ENVIRONMENT, BUILT_IN, ACCOUNTS = "Environment", "Integrations and models", "Integrated accounts"
REMOTE = (404, 409, 500, 502, 503, 504)
CAPABILITIES = ("type", "methods", "resource")


def _versions(tag: str) -> Operation:
    summary = "List the versions of an override, newest first"
    return Operation(tag, summary, b.OverrideVersion, listed=override_versions.FILTERS, refusals=OF_ONE)


def _rollback(tag: str, answer: type[BaseModel]) -> Operation:
    summary = "Bring an earlier override back, as a new version"
    return Operation(tag, summary, answer, form=forms.Rollback, refusals=(*OF_BODY, 404))


def _capabilities(tag: str, summary: str, answer: type[BaseModel]) -> Operation:
    return Operation(tag, summary, answer, texts=CAPABILITIES, flags=("has_description",), refusals=OF_ONE)


BENDING: Mapping[tuple[str, str], Operation] = {
    ("GET", "/integration/{id}/capabilities"): _capabilities(
        BUILT_IN, "What an integration can do", b.Capabilities
    ),
    ("GET", "/integrated-account/{id}/capabilities"): _capabilities(
        ACCOUNTS, "What an account can do, its overrides included", b.AccountCapabilities
    ),
    ("GET", "/integrated-account/{id}/tools"): Operation(
        ACCOUNTS,
        "The calls through /proxy as tools, with their schemas",
        b.Tools,
        texts=("methods", "tags"),
        refusals=OF_ONE,
    ),
    ("GET", "/integrated-account/{id}/custom-fields"): Operation(
        ACCOUNTS,
        "The tenant's custom fields, as a page of each resource's records shows them",
        b.CustomFields,
        texts=("resource",),
        refusals=tuple(dict.fromkeys((*OF_ONE, *REMOTE))),
    ),
    ("POST", "/integrated-account/{id}/preview-override"): Operation(
        ACCOUNTS,
        "Show what an override would make of a record, and of a create's body, without saving it",
        b.OverridePreview,
        form=forms.PreviewForm,
        refusals=tuple(dict.fromkeys((*OF_BODY, *REMOTE))),
    ),
    ("GET", "/integrated-account/{id}/unified-model-override/versions"): _versions(ACCOUNTS),
    ("POST", "/integrated-account/{id}/unified-model-override/rollback"): _rollback(
        ACCOUNTS, a.IntegratedAccount
    ),
    ("GET", "/environment-integration/{id}/unified-model-override/versions"): _versions(ENVIRONMENT),
    ("POST", "/environment-integration/{id}/unified-model-override/rollback"): _rollback(
        ENVIRONMENT, a.EnvironmentIntegration
    ),
}
