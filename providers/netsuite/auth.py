"""How NetSuite lets programs in: account ids and the hosts that follow from them, and the ways to sign in."""

import re

from providers.keys import ONE_LINE, read_key
from providers.schemes import (
    AuthorizationCode,
    ClientCredentials,
    OAuth1,
    SecretInHeader,
    SignedJwt,
    Variable,
)

TOKENS = "{origin}/services/rest/auth/oauth2/v1"
HOST = re.compile(
    r"(?:https://)?([a-z0-9-]+)(?:\.[a-z]+)+\.netsuite\.com(?:[/?#].*)?",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)


def read_account_id(typed: str) -> str:
    """The id as NetSuite prints it, `1234567_SB1`. People paste that, its spelling in hosts, or a whole address.

    An address of all accounts, such as `system.netsuite.com`, holds none. What is not ASCII stays as it is: some of
    it has capitals that are.
    """
    text = typed.strip()
    found = HOST.fullmatch(text)
    return (found[1] if found else text).upper().replace("-", "_") if text.isascii() else text


def slug(account_id: str) -> str:
    """The id as it stands in host names."""
    return account_id.lower().replace("_", "-")


HOSTS = {"login": "https://{slug}.app.netsuite.com"}
SCOPES = ("rest_webservices",)
DAY = 86400.0
ACCOUNT_ID = Variable(
    "account_id",
    "Account ID",
    pattern=r"[A-Z0-9]{1,20}(?:_[A-Z0-9]{1,8})?",
    help="Setup > Company > Company Information shows it, such as 1234567, or 1234567_SB1 for a sandbox.",
    normalise=read_account_id,
    spellings={"slug": slug},
    of_sandbox=True,
)
CLIENT_ID = Variable("client_id", "Client ID", help="Of the integration record.")
CLIENT_CREDENTIALS = ClientCredentials(
    f"{TOKENS}/token",
    scopes=SCOPES,
    fields=(
        CLIENT_ID,
        Variable(
            "certificate_id",
            "Certificate ID",
            help="What Setup > Integration > OAuth 2.0 Client Credentials (M2M) Setup shows for the certificate.",
        ),
        Variable(
            "private_key",
            "Private key",
            pattern=ONE_LINE,
            help="The key that belongs to the certificate, in PEM form and without a passphrase: RSA or P-256, P-384, "
            "P-521.",
            secret=True,
            normalise=read_key,
        ),
    ),
    proof=SignedJwt(
        ("PS256", "PS384", "PS512", "ES256", "ES384", "ES512"),
        has_subject=False,
        has_scopes=True,
        offers_key=True,
    ),
)
LOGIN = AuthorizationCode(
    "{login}/app/login/oauth2/authorize.nl",
    f"{TOKENS}/token",
    scopes=SCOPES,
    # A confidential client's refresh token ends a week after the consent, whatever is done with it. A public client's
    # is another one with each renewal, and lives two days where the integration record says nothing else.
    keep_alive=DAY,
    revoke_url=f"{TOKENS}/revoke",
    told=("role", "entity"),
    vouched={"company": ACCOUNT_ID.name},
    fields=(
        CLIENT_ID,
        Variable(
            "client_secret",
            "Client secret",
            help="A public client has none.",
            secret=True,
            required=False,
        ),
    ),
    proof=SecretInHeader(),
)
TOKEN_BASED = OAuth1(realm="{account_id}")
