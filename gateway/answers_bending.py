"""What the routes of overrides and discovery answer with, as models."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from gateway.answers import Method, Moment, Status


class Token(BaseModel):
    id: str
    name: str | None


class OverrideVersion(BaseModel):
    version: int
    override: dict[str, Any]
    restored_version: int | None = Field(description="The version that a rollback brought back.")
    created_by: Token = Field(description="The API token; it may have been deleted since.")
    created_at: Moment


class ExpressionFault(BaseModel):
    field: str
    expression: str
    message: str


class PreviewedCall(BaseModel):
    method: str
    url: str
    body: Any


class OverridePreview(BaseModel):
    result: dict[str, Any] = Field(description="The record with the override.")
    before: dict[str, Any] = Field(description="As it is answered now.")
    changed: list[str]
    errors: list[ExpressionFault]
    request: PreviewedCall | None = Field(description="What a create with the given body would send first.")


class About(BaseModel):
    id: str
    name: str
    label: str
    category: str


class RequestLimit(BaseModel):
    limit: int
    window_s: float
    burst: int


class Limits(BaseModel):
    requests: RequestLimit | None
    concurrency: int | None


class OfferedField(BaseModel):
    name: str
    read: bool
    write: bool
    required_on_create: bool


class OfferedFilter(BaseModel):
    name: str = Field(description="`custom_fields[*]` stands for a custom field of any name.")
    operators: list[Literal["eq", "in", "gt", "gte", "lt", "lte"]]
    values: list[str] = Field(default=[], description="All that an enum takes.")


class OfferedSort(BaseModel):
    by: str
    paging: Literal["keyset", "offset"]


class Recovery(BaseModel):
    create: bool
    update: bool


class OfferedPaging(BaseModel):
    kind: Literal["keyset", "cursor", "offset"]
    key: str
    page_max: int
    drift_safe: bool
    prev: bool
    calls_per_page: Literal["1", "2", "3", "1+n"]
    partial: bool


class UnifiedCapability(BaseModel):
    model: str
    model_label: str
    resource: str
    description: str
    docs_url: str | None
    methods: list[str]
    env_overridden: bool
    account_overridden: bool
    fields: list[OfferedField]
    filters: list[OfferedFilter]
    sort: list[OfferedSort]
    field_selection: bool
    if_match: Literal["native", "checked"] | None
    recovery: Recovery
    paging: OfferedPaging


class ProxyMethod(BaseModel):
    method: str
    name: str
    description: str
    has_description: bool
    has_query_schema: bool
    has_body_schema: bool
    has_response_schema: bool
    api_documentation_url: str | None


class ProxyCapability(BaseModel):
    resource: str
    methods: list[ProxyMethod]


class AskedField(BaseModel):
    name: str
    label: str
    type: Literal["text", "password"]
    required: bool


class SignIn(BaseModel):
    formats: list[Method]
    fields: list[AskedField]


class Readable(BaseModel):
    proxy_methods: int
    proxy_methods_with_descriptions: int
    ai_ready_score: float


class Capabilities(BaseModel):
    integration: About
    environment_id: str
    limits: Limits
    unified: list[UnifiedCapability]
    proxy: list[ProxyCapability]
    auth: SignIn
    ai_readiness: Readable


class AccountState(BaseModel):
    id: str
    status: Status
    authentication_method: Method
    is_blocked: bool


class AccountCapabilities(Capabilities):
    account: AccountState


class Tool(BaseModel):
    resource: str = Field(description="What stands behind `/proxy/`.")
    method: str
    name: str
    description: str
    query_schema: dict[str, Any]
    body_schema: dict[str, Any] | None
    response_schema: dict[str, Any]
    required: list[str]


class Tools(BaseModel):
    result: list[Tool]


class CustomField(BaseModel):
    resource: str
    name: str
    types: list[Literal["boolean", "text", "number", "list", "reference", "object"]]
    seen: int = Field(description="Records of the sample that have a value.")
    sampled: int
    filter_operators: list[str] = Field(description="Of the filter `custom_fields[name]`.")


class CustomFields(BaseModel):
    result: list[CustomField]
