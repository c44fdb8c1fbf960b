"""The request bodies of the admin resources, each stated once; members that are not named here are refused."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from auth.form_fields import (
    LEFT_OUT,
    Accent,
    EventTypes,
    Logo,
    Moment,
    NoGate,
    Origin,
    RedirectUri,
    Scope,
    Target,
    Text,
    Texts,
    UnifiedOverride,
    none_if_empty,
)


class Form(BaseModel):
    """`given` tells a member that was sent from one that was left out."""

    model_config = ConfigDict(strict=True)

    def given(self, *names: str) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names if name in self.model_fields_set}


class TokenForm(Form):
    name: Text
    expires_at: Moment | None = None


class AccountTokenForm(Form):
    integrated_account_id: Text


class BrandingForm(Form):
    """How the connect page looks; what is null or left out is as it is without."""

    logo_url: Logo | None = None
    accent: Accent | None = None


class EnvironmentChange(Form):
    name: Text = LEFT_OUT
    allowed_origins: Annotated[list[Origin], Field(max_length=100)] = LEFT_OUT
    branding: BrandingForm = LEFT_OUT

    @property
    def change(self) -> dict[str, Any]:
        """The columns that are given anew."""
        branding = {"branding": self.branding.model_dump()} if "branding" in self.model_fields_set else {}
        return {**self.given("name", "allowed_origins"), **branding}


class Client(Form):
    id: Text
    secret: Annotated[str, Field(min_length=1, max_length=4096)] | None = None


class OverrideCredentials(Form):
    client: Client | None = None
    scope: list[Text] | None = None


class OverrideLimits(Form):
    """`rate` calls each `per` seconds, `burst` more at once, `concurrency` under way at a time.

    They hold for all accounts on one instance of the vendor; what is left out is as the provider declares it.
    """

    rate: Annotated[int, Field(ge=1, le=1_000_000)] = LEFT_OUT
    per: Annotated[float, Field(gt=0, le=86400, allow_inf_nan=False)] = LEFT_OUT
    burst: Annotated[int, Field(ge=0, le=1_000_000)] = LEFT_OUT
    concurrency: Annotated[int, Field(ge=1, le=10_000)] = LEFT_OUT

    @model_validator(mode="after")
    def _names_the_rate(self) -> "OverrideLimits":
        if self.model_fields_set & {"per", "burst"} and "rate" not in self.model_fields_set:
            raise ValueError("must name rate, too: per and burst belong to it")
        return self


class Override(Form):
    credentials: OverrideCredentials | None = None
    unified: UnifiedOverride = Field(default_factory=dict)
    limits: Annotated[OverrideLimits | None, BeforeValidator(none_if_empty)] = None


class IntegrationForm(Form):
    integration_id: Text


class IntegrationChange(Form):
    is_enabled: bool = LEFT_OUT
    show_in_catalog: bool = LEFT_OUT
    override: Override = LEFT_OUT


class AccountForm(Form):
    """`check` is called `validate` on the wire."""

    tenant_id: Text
    environment_integration_id: Text
    authentication_method: Text
    context: dict[str, Any]
    is_sandbox: bool = False
    check: bool = Field(default=True, alias="validate")


class AccountChange(Form):
    tenant_id: Text = LEFT_OUT
    context: dict[str, Any] = LEFT_OUT
    unified_model_override: UnifiedOverride = LEFT_OUT
    status: Literal["active", "needs_reauth"] = LEFT_OUT
    is_blocked: bool = LEFT_OUT


class PreviewForm(Form):
    """`id`: the record to look at; `body`: a create's, whose vendor call is to be shown."""

    model: Text
    resource: Text
    unified_model_override: UnifiedOverride
    id: Text | None = None
    body: dict[str, Any] | None = None


class Rollback(Form):
    """`version` 0 is what was before the first: no override."""

    version: Annotated[int, Field(ge=0, le=10**9)]


class OwnAccountChange(Form):
    """What the holder of an account token may change."""

    context: dict[str, Any] = LEFT_OUT


class CredentialsChange(Form):
    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    oauth: dict[str, Any] = LEFT_OUT
    context: dict[str, Any] = LEFT_OUT

    @model_validator(mode="after")
    def _holds_something(self) -> "CredentialsChange":
        if not self.model_fields_set:
            raise ValueError("send oauth or context")
        return self

    @property
    def change(self) -> dict[str, Any]:
        """What to merge into the account's context."""
        return {**(self.context or {}), **self.given("oauth")}


class TenantQuery(Form):
    tenant_id: Text


class BulkDelete(Form):
    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    ids: Annotated[list[Text], Field(max_length=5000)] = LEFT_OUT
    tenant_id: Text = LEFT_OUT
    query: TenantQuery = LEFT_OUT

    @model_validator(mode="after")
    def _names_one(self) -> "BulkDelete":
        if len(self.model_fields_set) != 1:
            raise ValueError("send exactly one of ids, tenant_id and query")
        return self

    @property
    def tenant(self) -> str | None:
        """Whose accounts, where they are not named by id."""
        return self.query.tenant_id if self.query else self.tenant_id


class LinkTokenForm(Form):
    """`unified_model_id` and `environment_unified_model_id` mean the same: ids or names of models."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["tenant_id"]}, {"required": ["integrated_account_id"]}]}
    )

    tenant_id: Text = LEFT_OUT
    integrated_account_id: Text = LEFT_OUT
    environment_unified_model_id: Text | Texts = LEFT_OUT
    unified_model_id: Text | Texts = LEFT_OUT
    scopes: Annotated[list[Scope], Field(max_length=200)] = LEFT_OUT
    context: dict[str, Any] = LEFT_OUT
    persist_previous_context: bool = False
    is_sandbox: bool = False
    redirect_uri: RedirectUri = LEFT_OUT
    allowed_origins: Annotated[list[Origin], Field(max_length=100)] = LEFT_OUT
    region: Text = LEFT_OUT
    truto_static_gate_id: NoGate = None

    @model_validator(mode="after")
    def _names_one(self) -> "LinkTokenForm":
        if len(self.model_fields_set & {"tenant_id", "integrated_account_id"}) != 1:
            raise ValueError("send either tenant_id or, for a reconnect, integrated_account_id")
        return self

    @property
    def models(self) -> tuple[str, ...]:
        """What was given as models, each once."""
        given = (self.environment_unified_model_id, self.unified_model_id)
        lists = ([one] if isinstance(one, str) else one or [] for one in given)
        return tuple(dict.fromkeys(name for names in lists for name in names))


class AccountReference(Form):
    id: Text


class SandboxForm(Form):
    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["id"]}, {"required": ["integration"]}]}
    )

    id: Text = LEFT_OUT
    integration: Text = LEFT_OUT
    tenant_id: Text = "sandbox"

    @model_validator(mode="after")
    def _names_one(self) -> "SandboxForm":
        if len(self.model_fields_set & {"id", "integration"}) != 1:
            raise ValueError("send either id, of an environment-integration, or integration")
        return self


class WebhookForm(Form):
    """No `event_types`: all of them."""

    target_url: Target
    is_active: bool = True
    event_types: EventTypes = []


class WebhookChange(Form):
    target_url: Target = LEFT_OUT
    is_active: bool = LEFT_OUT
    event_types: EventTypes = LEFT_OUT


class WebhookTest(Form):
    id: Text
