"""How NetSuite lets programs in: account ids and the hosts that follow from them, and the ways to sign in."""

import re

from providers.keys import ONE_LINE, read_key
from providers.schemes import ClientCredentials, SignedJwt, Variable

TOKENS = "{origin}/services/rest/auth/oauth2/v1"
HOST = re.compile(
    r"(?:https://)?([a-z0-9-]+)(?:\.[a-z]+)*\.netsuite\.com(?:[/?#].*)?", re.IGNORECASE | re.DOTALL
)


def read_account_id(typed: str) -> str:
    """The id as NetSuite prints it, `1234567_SB1`. People paste that, its spelling in hosts, or a whole address."""
    text = typed.strip()
    found = HOST.fullmatch(text)
    return (found[1] if found else text).upper().replace("-", "_")


def slug(account_id: str) -> str:
    """The id as it stands in host names."""
    return account_id.lower().replace("_", "-")


ACCOUNT_ID = Variable(
    "account_id",
    "Account ID",
    pattern=r"[A-Z0-9]{1,20}(?:_[A-Z0-9]{1,8})?",
    help="Setup > Company > Company Information shows it, such as 1234567, or 1234567_SB1 for a sandbox.",
    normalise=read_account_id,
    spellings={"slug": slug},
    of_sandbox=True,
)
CLIENT_CREDENTIALS = ClientCredentials(
    f"{TOKENS}/token",
    scopes=("rest_webservices",),
    fields=(
        Variable("client_id", "Client ID", help="Of the integration record."),
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
        ("PS256", "PS384", "PS512", "ES256", "ES384", "ES512"), has_subject=False, has_scopes=True
    ),
)
