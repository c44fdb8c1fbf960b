"""How a person or a program signs in at a vendor: frozen values, which the connect page and the signers read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

ANY_WORD = r"\S{1,4096}"
ANY_LINE = r"\S(?:.{0,4094}\S)?"


@dataclass(frozen=True)
class Variable:
    """One thing a person types to connect an account: a host, a client id, a key.

    `normalise` brings what people paste into the one form that `pattern` (a full match) accepts. A secret goes to the
    vault and never comes back out of an answer. `spellings`: other forms of the value, by the name that templates have
    for them. `of_sandbox`: a sandbox's account has it too, as it says more than where the system is.
    """

    name: str
    label: str
    pattern: str = ANY_WORD
    help: str = ""
    secret: bool = False
    required: bool = True
    normalise: Callable[[str], str] = str.strip
    spellings: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    of_sandbox: bool = False

    def read(self, text: str) -> str | None:
        """The normalised value, or None where it does not fit the pattern."""
        value = self.normalise(text)
        return value if re.fullmatch(self.pattern, value) else None


CLIENT_FIELDS = (
    Variable("client_id", "Client id"),
    Variable("client_secret", "Client secret", secret=True),
)


@dataclass(frozen=True)
class SecretInBody:
    """The OAuth client proves itself by id and secret in the form body (RFC 6749 §2.3.1), a public one by its id."""


@dataclass(frozen=True)
class SecretInHeader:
    """The OAuth client proves itself by HTTP Basic (RFC 6749 §2.3.1); a public one by its id in the form body."""


@dataclass(frozen=True)
class SignedJwt:
    """The OAuth client proves itself by a JWT that its private key signs (RFC 7523 §2.2).

    `algorithms` are those that the vendor takes (RFC 7518 §3.1); the key says which of them. `offers_key`: the connect
    page offers a new key (P-256), whose certificate the person hands to the vendor. `has_subject`: the client's id is
    `sub` as well, as the RFC has it. `has_scopes`: the scopes asked for stand in the JWT instead of the form. The
    audience is the token endpoint. Its key is the field `private_key` (`providers.keys.read_key`), `certificate_id`
    what the vendor calls it.
    """

    algorithms: tuple[str, ...]
    has_subject: bool = True
    has_scopes: bool = False
    offers_key: bool = False


ClientProof = SecretInBody | SecretInHeader | SignedJwt


@dataclass(frozen=True)
class ClientCredentials:
    """OAuth 2.0 client credentials (RFC 6749 §4.4).

    `ready_after`: seconds during which a new token may still be turned down. `lifetime`: seconds assumed where the
    answer does not say. `scopes` are asked for unless the account names its own.
    """

    token_url: str
    scopes: tuple[str, ...] = ()
    ready_after: float = 0.0
    lifetime: float = 3600.0
    fields: tuple[Variable, ...] = CLIENT_FIELDS
    proof: ClientProof = SecretInBody()
    method: str = "oauth2_client_credentials"


@dataclass(frozen=True)
class AuthorizationCode:
    """OAuth 2.0 authorization code (RFC 6749 §4.1): the person signs in at the vendor and consents.

    `scopes` are asked for unless the account names its own, `always` beside whatever else is asked for (what makes the
    vendor hand out a refresh token, say). A challenge (RFC 7636, S256) always goes along. `issuer`: what `iss` (RFC
    9207) must be where the vendor sends it. `keep_alive`: seconds after which an idle grant is renewed, for vendors
    whose refresh tokens die of lying idle. `revoke_url`: where a grant is given back (RFC 7009).
    `told`: parameters that come back beside the code and are kept in the account's context. `vouched`: those that must
    be there and name the account itself, by the variable that they are to equal.
    `fields`: the OAuth client, typed by the person where the environment has no client of its own; empty where only
    the environment's is of use.
    """

    authorize_url: str
    token_url: str
    scopes: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    issuer: str = "{origin}"
    ready_after: float = 0.0
    lifetime: float = 3600.0
    keep_alive: float | None = None
    revoke_url: str | None = None
    told: tuple[str, ...] = ()
    vouched: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[Variable, ...] = ()
    proof: ClientProof = SecretInBody()
    method: str = "oauth2"


@dataclass(frozen=True)
class ApiKey:
    """A key that never changes, sent in one header as `prefix` + key."""

    header: str
    prefix: str = ""
    fields: tuple[Variable, ...] = (Variable("api_key", "API key", secret=True),)
    method: str = "api_key"


@dataclass(frozen=True)
class OAuth1:
    """OAuth 1.0a (RFC 5849) with a token that lasts: every request is signed in its header, by HMAC-SHA256.

    `realm`: a template of what the header says of it.
    """

    realm: str
    fields: tuple[Variable, ...] = (
        Variable("consumer_key", "Consumer key"),
        Variable("consumer_secret", "Consumer secret", pattern=ANY_LINE, secret=True),
        Variable("token_id", "Token ID"),
        Variable("token_secret", "Token secret", pattern=ANY_LINE, secret=True),
    )
    method: str = "oauth"


TokenScheme = ClientCredentials | AuthorizationCode  # whose calls carry a bearer token
Scheme = TokenScheme | ApiKey | OAuth1
