"""The objects that admin routes answer with, as models: what `/openapi.json` says of them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Method = Literal["oauth2", "oauth2_client_credentials", "api_key", "oauth", "basic"]
Status = Literal["active", "connecting", "needs_reauth", "post_install_error", "validation_error"]


class Made(BaseModel):
    created_at: Moment
    updated_at: Moment


class BuiltIn(BaseModel):
    """What a gateway has built in was never made: its times are null."""

    created_at: None
    updated_at: None


class ApiToken(Made):
    id: str
    name: str
    environment_id: str
    created_by: str | None
    expires_at: Moment | None


class NewApiToken(ApiToken):
    token: str = Field(description="The secret; it is shown here and never again.")


class Branding(BaseModel):
    """How the connect page looks."""

    logo_url: str | None
    accent: str | None


class Environment(Made):
    id: str
    name: str
    allowed_origins: list[str]
    branding: Branding


class Look(BaseModel):
    label: str
    logo: str | None


class Integration(BuiltIn):
    id: str
    name: str
    label: str
    category: str
    is_beta: bool
    auth_formats: list[Method]
    unified_models: list[str]
    config: Look


class Category(BuiltIn):
    name: str
    label: str


class UnifiedModel(BuiltIn):
    id: str
    name: str
    label: str
    resources: list[str]


class EnvironmentUnifiedModel(BuiltIn):
    id: str
    environment_id: str
    unified_model_id: str
    unified_model: UnifiedModel


class EnvironmentIntegration(Made):
    id: str
    integration_id: str
    environment_id: str
    is_enabled: bool
    show_in_catalog: bool
    override: dict[str, Any] = Field(description="Without secrets.")
    integration: Integration | None


class Reference(BaseModel):
    id: str


class Label(BaseModel):
    label: str


class NamedIntegration(BaseModel):
    id: str
    name: str
    config: Label


class IntegratedAccount(Made):
    id: str
    tenant_id: str
    environment_id: str
    environment_integration_id: str
    status: Status
    is_blocked: bool
    is_sandbox: bool
    authentication_method: Method
    region: str | None
    last_error: str | None
    last_action_run_result: dict[str, Any] | None
    last_forbidden_error: dict[str, Any] | None
    context: dict[str, Any] = Field(description="Without secrets, at any depth.")
    object_store_context_fields: list[str]
    unified_model_override: dict[str, Any]
    integration_override: dict[str, Any]
    environment_integration: Reference
    integration: NamedIntegration


class SandboxAccount(Made):
    id: str
    integrated_account: IntegratedAccount


class AccountToken(BaseModel):
    integrated_account_token: str


class LinkToken(BaseModel):
    link_token: str = Field(description="It is shown here and never again.")


class Deleted(BaseModel):
    id: str


class BulkDeleted(BaseModel):
    success: Literal[True]
    deleted: int


class Webhook(Made):
    id: str
    target_url: str
    is_active: bool
    event_types: list[str] = Field(description="None: all of them.")
    environment_id: str


class NewWebhookSecret(Webhook):
    secret: str = Field(description="What deliveries are signed with; it is shown here and never again.")


class Success(BaseModel):
    success: Literal[True]


class DeliveryAttempt(BaseModel):
    at: Moment
    status_code: int | None = Field(description="Null where no answer came.")
    error: str | None
    duration_ms: float


class WebhookDelivery(BaseModel):
    id: str
    event_id: str = Field(description="The `webhook-id` of every attempt.")
    webhook_id: str
    event: str
    status: Literal["pending", "delivered", "dead"]
    attempts: list[DeliveryAttempt] = Field(description="The last fifty.")
    next_attempt_at: Moment | None
    created_at: Moment


class VendorCall(BaseModel):
    method: str
    path: str = Field(description="Without its query.")
    status: int | None
    outcome: Literal["answered", "never_sent", "no_answer", "cancelled"]
    attempts: int
    started_at: Moment
    duration: float = Field(description="Milliseconds, to the end of the answer.")
    first_byte: float | None = Field(description="Milliseconds.")
    request_bytes: int
    response_bytes: int


class LogMetadata(BaseModel):
    environment_id: str
    integrated_account_id: str
    tenant_id: str
    integration: str
    request_id: str
    request_type: Literal["unified", "proxy", "batch"]
    http_method: str
    path: str = Field(description="Without its query.")
    resource: str = Field(description="`model/resource`, or the vendor's path.")
    method: str = Field(description="A unified method, or the HTTP verb.")
    status: int | None = Field(description="Null where the caller left before the answer.")
    outcome: Literal["answered", "cut", "left"]
    reason: str | None = Field(description="`details.reason` of the answer.")
    is_remote_error: bool
    message: str
    duration: float = Field(description="Milliseconds.")
    fetch_duration: float = Field(description="Milliseconds that the vendor calls took together.")
    vendor_call_count: int
    vendor_calls: list[VendorCall] = Field(description="The first twenty.")


class BatchAnswer(BaseModel):
    result: dict[str, list[Any]] = Field(description="What each entry found, by its name.")
    errors: dict[str, list[dict[str, Any]]] = Field(
        description="Error envelopes, with the `id` or the loop's `element` that each is about."
    )


class LogEntry(BaseModel):
    id: str = Field(alias="_id")
    log_type: Literal["unified_proxy_api"]
    timestamp: Moment
    metadata: LogMetadata


class Pong(BaseModel):
    result: Literal["pong"]


class Health(BaseModel):
    status: Literal["ok"]


class Readiness(BaseModel):
    status: Literal["ready", "not_ready", "shutting_down"]
    checks: dict[str, str]
