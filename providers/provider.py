"""What a provider is: a frozen value that says where its API lives, how to sign in and what it offers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from providers.resource import Resource, Source

ANY_WORD = r"\S{1,4096}"


@dataclass(frozen=True)
class Variable:
    """One thing a person types to connect an account: a host, a client id, a key.

    `normalise` brings what people paste into the one form that `pattern` (a full match) accepts. A secret goes to the
    vault and never comes back out of an answer.
    """

    name: str
    label: str
    pattern: str = ANY_WORD
    help: str = ""
    secret: bool = False
    required: bool = True
    normalise: Callable[[str], str] = str.strip

    def read(self, text: str) -> str | None:
        """The normalised value, or None where it does not fit the pattern."""
        value = self.normalise(text)
        return value if re.fullmatch(self.pattern, value) else None


CLIENT_FIELDS = (
    Variable("client_id", "Client id"),
    Variable("client_secret", "Client secret", secret=True),
)


@dataclass(frozen=True)
class ClientCredentials:
    """OAuth 2.0 client credentials (RFC 6749 §4.4), id and secret in the form body.

    `ready_after`: seconds during which a new token may still be turned down. `lifetime`: seconds assumed where the
    answer does not say. `scopes` are asked for unless the account names its own.
    """

    token_url: str
    scopes: tuple[str, ...] = ()
    ready_after: float = 0.0
    lifetime: float = 3600.0
    fields: tuple[Variable, ...] = CLIENT_FIELDS
    method: str = "oauth2_client_credentials"


@dataclass(frozen=True)
class AuthorizationCode:
    """OAuth 2.0 authorization code (RFC 6749 §4.1): the person signs in at the vendor and consents.

    `scopes` are asked for unless the account names its own, `always` beside whatever else is asked for (what makes the
    vendor hand out a refresh token, say). `pkce`: a challenge (RFC 7636, S256) is sent along. `parameters`: further
    ones of the authorization request. `issuer`: what `iss` (RFC 9207) must be where the vendor sends it.
    `refresh_lifetime`: seconds after which a refresh token that lies idle dies; `keep_alive`: seconds after which an
    idle grant is renewed so that it does not come to that. `revoke_url`: where a grant is given back (RFC 7009).
    `fields`: the OAuth client, typed by the person where the environment has no client of its own; empty where only
    the environment's is of use.
    """

    authorize_url: str
    token_url: str
    scopes: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    pkce: bool = True
    parameters: tuple[tuple[str, str], ...] = ()
    issuer: str = "{origin}"
    ready_after: float = 0.0
    lifetime: float = 3600.0
    refresh_lifetime: float | None = None
    keep_alive: float | None = None
    revoke_url: str | None = None
    fields: tuple[Variable, ...] = ()
    method: str = "oauth2"


@dataclass(frozen=True)
class ApiKey:
    """A key that never changes, sent in one header as `prefix` + key."""

    header: str
    prefix: str = ""
    fields: tuple[Variable, ...] = (Variable("api_key", "API key", secret=True),)
    method: str = "api_key"


TokenScheme = ClientCredentials | AuthorizationCode  # whose calls carry a bearer token
Scheme = TokenScheme | ApiKey


@dataclass(frozen=True)
class Learning:
    """Where a vendor tells an account how many calls at a time it takes: `path`, below the base path, answers JSON.

    `read` makes a number of it, already less what the customer's other tools need, or None where it says none. An
    account that may not ask stays with what is declared.
    """

    path: str
    read: Callable[[Any], int | None]


@dataclass(frozen=True)
class Limits:
    """`rate` calls each `per` seconds, `burst` more at once; `concurrency` calls under way. None: no such limit.

    They hold for one instance of the vendor's system, whoever calls it. `rejects_unprocessed`: the provider documents
    that a call answered 429 was not worked on, whatever it was.
    """

    rate: int | None = None
    per: float = 1.0
    burst: int = 0
    concurrency: int | None = None
    learnt_from: Learning | None = None
    rejects_unprocessed: bool = False


@dataclass(frozen=True)
class Check:
    """One cheap call that proves credentials; the next is tried where this one is forbidden."""

    path: str
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Complaint:
    """What a vendor's error body says: `texts` by the vendor's name of the thing (model or field, "" where unknown)."""

    texts: Mapping[str, tuple[str, ...]]

    @property
    def message(self) -> str:
        return "; ".join(text for texts in self.texts.values() for text in texts)


@dataclass(frozen=True)
class Provider:
    """`origin` is a template over the variables; every URL in here starts with `{origin}`, so that a sandbox can take
    its place. `base_path` is where the API begins below it. `resources` are keyed `model/resource`.
    `read_error` turns a decoded error body into a complaint, None where it recognises nothing.
    """

    name: str
    label: str
    category: str
    origin: str
    base_path: str
    variables: tuple[Variable, ...]
    schemes: tuple[Scheme, ...]
    checks: tuple[Check, ...]
    limits: Limits | None
    resources: Mapping[str, Resource]
    headers: tuple[tuple[str, str], ...] = ()
    read_error: Callable[[Any], Complaint | None] = lambda body: None
    beta: bool = False

    def scheme(self, method: str) -> Scheme | None:
        """The scheme of an account's `authentication_method`."""
        return next((scheme for scheme in self.schemes if scheme.method == method), None)

    @property
    def is_revocable(self) -> bool:
        """Whether a grant can be given back."""
        return any(isinstance(scheme, AuthorizationCode) and scheme.revoke_url for scheme in self.schemes)

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key.split("/")[0] for key in self.resources))

    @cached_property
    def collections(self) -> Mapping[str, tuple[Resource, Source]]:
        """The declared collections by path; of several resources that read the same one, the first."""
        found: dict[str, tuple[Resource, Source]] = {}
        for resource in self.resources.values():
            for source in resource.sources:
                found.setdefault(source.path, (resource, source))
        return found

    @property
    def secret_names(self) -> frozenset[str]:
        fields = (*self.variables, *(item for scheme in self.schemes for item in scheme.fields))
        return frozenset(item.name for item in fields if item.secret)
