"""What can be set from outside: KOINE_… environment variables, read and checked once at the start."""

import os
import re
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote

import orjson
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url

from auth.vault import BadKeys, Keyring
from gateway.addresses import database_address, redis_address, web_address
from gateway.failure import CommandFailed

PREFIX = "KOINE_"
HEADER = re.compile(r"[A-Za-z0-9!#$&'*+.^_`|~-]+\s*=\s*[!-~]+")
RATE = re.compile(r"[1-9][0-9]{0,6}/[1-9][0-9]{0,4}")
MISSING = {
    "encryption_keys": "is not set: make a key with `openssl rand -base64 32` and set it, newest first",
}


class BadSettings(CommandFailed):
    """One or more settings can't be used; each line names the variable, what is wrong and the remedy, never a value."""

    def __init__(self, findings: Iterable[str]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(self.findings), status=2)


class Settings(BaseSettings):
    """Values given by keyword win over the environment. Raises pydantic's error; see `read_settings`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True, env_ignore_empty=True
    )

    database_url: str = Field(
        default="sqlite+aiosqlite:///koine.db",
        repr=False,  # it may hold a password
        description="Where accounts are kept: `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`; "
        "`postgres://` and `postgresql://` are read as the latter.",
    )
    encryption_keys: SecretStr = Field(
        description="Master keys, 32 random bytes in base64 each, with commas between, newest first. "
        "Made with `openssl rand -base64 32`.",
    )
    secrets_dir: str | None = Field(
        default=None,
        description="A folder with files that are named like these variables and hold their values, such as mounted "
        "secrets; a variable that is set wins.",
    )
    public_url: str | None = Field(
        default=None,
        description="The address under which callers reach the gateway, such as `https://koine.example.com`.",
    )
    journal: str | None = Field(
        default=None,
        description="The folder in which a renewed token lies, encrypted, from the vendor's answer until the database "
        "has it, on a disk that outlives the process. Without it: `renewals` beside the SQLite file, with Postgres in "
        "the working directory.",
    )
    allow_private_upstreams: bool = Field(
        default=False,
        description="Whether calls may go to private and loopback addresses: for sandboxes and systems on one's "
        "own premises.",
    )
    unsupported_filters: Literal["refuse", "ignore"] = Field(
        default="refuse",
        description="What happens to a filter that the vendor can't apply: `refuse` answers 400, `ignore` drops it "
        "and names it in the header `koine-ignored`.",
    )
    sandboxes: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict,
        description='Where sandboxes run, as JSON: `{"PROVIDER": "http://127.0.0.1:9000"}`.',
    )
    log_days: int = Field(
        default=7,
        ge=0,
        le=90,
        description="For how many days `GET /log` shows what was called on an account; `0` keeps nothing.",
    )
    link_token_days: float = Field(
        default=7.0, gt=0, le=365, description="For how many days a link token can be used, if not spent."
    )
    webhook_days: int = Field(
        default=30,
        ge=7,
        le=365,
        description="For how many days events and their deliveries to webhooks are kept, delivered or not.",
    )
    truto_signature: Literal["hex", "base64", "off"] = Field(
        default="base64",
        description="How the signature in `X-Truto-Signature` is spelled, or `off` for deliveries without it.",
    )
    upstream_seconds: float = Field(
        default=60.0,
        gt=0,
        le=300,
        description="How long a vendor may take until its answer begins, repeats included, in seconds, at most 300; "
        "callers may ask for less with `X-Request-Timeout`.",
    )
    queue_seconds: float = Field(
        default=10.0,
        ge=0,
        le=300,
        description="How long a call may wait for its turn under a vendor's rate limit, in seconds; 0 refuses it "
        "at once.",
    )
    otlp_endpoint: str | None = Field(
        default=None,
        description="The OpenTelemetry collector (OTLP over HTTP) that traces and figures go to, such as "
        "`http://collector:4318`. Needs the extra `koine[otel]`, which the image has.",
    )
    otlp_headers: SecretStr | None = Field(
        default=None,
        description="Headers for the collector, such as its key: `name=value` with commas between, values "
        "percent-encoded.",
    )
    trace_sample: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="The share of requests that are traced; a request whose `traceparent` says so is, or is not, in "
        "any case.",
    )
    most_requests: int = Field(
        default=2000,
        ge=10,
        le=100_000,
        description="How many requests one process serves at once, and how many calls to vendors it has under way; "
        "more are answered 503 `overloaded`. A fifth of them is what one account may have of calls.",
    )
    token_rate: str | None = Field(
        default=None,
        description="How many requests one API token may send in how many seconds, such as `500/10`: 500 at "
        "once, and 50 a second from then on. More are answered 429 `token_rate`.",
    )
    redis_url: SecretStr | None = Field(
        default=None,
        description="Where all workers keep vendors' limits together: `redis://…`, `rediss://…` (TLS) or `unix://…`. "
        "Without it each worker of `koine serve` keeps its share of them; see docs/limits.md.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe message that is logged."
    )

    @property
    def journal_folder(self) -> Path:
        if self.journal:
            return Path(self.journal)
        url = make_url(self.database_url)
        return (
            Path(url.database or "").parent / "renewals"
            if url.get_backend_name() == "sqlite"
            else Path("renewals")
        )

    @property
    def otlp_header_values(self) -> dict[str, str]:
        pairs = (pair.partition("=") for pair in _listed(self.otlp_headers))
        return {name.strip().lower(): unquote(value.strip()) for name, _, value in pairs}

    @field_validator("otlp_endpoint")
    @classmethod
    def _collector(cls, given: str | None) -> str | None:
        if given is None:
            return None
        if not _is_installed("opentelemetry.exporter.otlp.proto.http"):
            raise ValueError("needs OpenTelemetry: install `koine[otel]`")
        return web_address(given, "http://collector:4318")

    @field_validator("otlp_headers")
    @classmethod
    def _pairs(cls, given: SecretStr | None) -> SecretStr | None:
        if not all(HEADER.fullmatch(pair.strip()) for pair in _listed(given)):
            raise ValueError(
                "is no list of headers: use name=value, with commas between, values percent-encoded"
            )
        return given

    @field_validator("database_url")
    @classmethod
    def _database(cls, given: str) -> str:
        return database_address(given)

    @field_validator("encryption_keys")
    @classmethod
    def _keys(cls, given: SecretStr) -> SecretStr:
        try:
            Keyring.from_setting(given.get_secret_value())
        except BadKeys as error:
            raise ValueError(str(error).removeprefix(variable("encryption_keys")).lstrip(": ")) from None
        return given

    @field_validator("token_rate")
    @classmethod
    def _rate(cls, given: str | None) -> str | None:
        if given is not None and not RATE.fullmatch(given):
            raise ValueError("is no rate: use requests/seconds, such as 500/10")
        return given

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, given: SecretStr | None) -> SecretStr | None:
        return None if given is None else SecretStr(redis_address(given.get_secret_value()))

    @field_validator("public_url")
    @classmethod
    def _public(cls, given: str | None) -> str | None:
        return given and web_address(given, "https://koine.example.com")

    @field_validator("sandboxes", mode="before")
    @classmethod
    def _decoded(cls, given: Any) -> Any:
        try:
            return orjson.loads(given) if isinstance(given, str) else given
        except orjson.JSONDecodeError:
            raise ValueError('is no JSON: use {"PROVIDER": "URL"}') from None

    @field_validator("sandboxes")
    @classmethod
    def _of_sandboxes(cls, given: dict[str, str]) -> dict[str, str]:
        return {name: web_address(url, "http://127.0.0.1:9000") for name, url in given.items()}


def read_settings(**given: Any) -> Settings:
    """The settings as environment, mounted files and `given` say. Raises BadSettings with all that is wrong."""
    folder = given.get("secrets_dir") or os.environ.get(variable("secrets_dir")) or None
    if folder and not Path(folder).is_dir():
        raise BadSettings(
            [f"{variable('secrets_dir')} names no folder: name one with files that hold settings."]
        )
    try:
        return Settings(**{**given, "_secrets_dir": folder})
    except ValidationError as error:
        raise BadSettings(_finding(detail) for detail in error.errors()) from None


def variable(field: str) -> str:
    """The environment variable of a field."""
    return PREFIX + field.upper()


def _finding(detail: Mapping[str, Any]) -> str:
    field = str(detail["loc"][0])
    if detail["type"] == "missing":
        return f"{variable(field)} {MISSING[field]}."
    complaint = str(detail["msg"]).removeprefix("Value error, ").rstrip(".")
    if detail["type"] != "value_error":
        complaint = f"can't be used: {complaint[:1].lower()}{complaint[1:]}"
    return f"{variable(field)} {complaint}."


def _listed(given: SecretStr | None) -> list[str]:
    return [word for word in given.get_secret_value().split(",") if word.strip()] if given else []


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
