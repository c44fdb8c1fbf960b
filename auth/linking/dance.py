"""The authorization request (RFC 6749 §4.1.1), and what its answer says for itself."""

from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri

from auth.connections import Connection
from auth.linking.drafts import Draft
from auth.linking.pkce import challenge
from providers.schemes import AuthorizationCode

LONGEST = 500  # characters of a vendor's words


def authorization_url(
    draft: Draft, scheme: AuthorizationCode, *, redirect_uri: str, entrusted: Mapping[str, Any]
) -> str:
    """Where the person signs in and consents."""
    connection = draft.connection
    uri: str = prepare_grant_uri(
        connection.url(scheme.authorize_url),
        connection.value("client_id"),
        "code",
        redirect_uri=redirect_uri,
        scope=" ".join(draft.asked),
        state=entrusted["state"],
        **challenge(entrusted["verifier"]),
    )
    return uri


def is_issuer(connection: Connection, scheme: AuthorizationCode, iss: str) -> bool:
    """Whether an answer's `iss` (RFC 9207) names the vendor that was asked."""
    return iss == connection.url(scheme.issuer)


def stranger(connection: Connection, scheme: AuthorizationCode, query: Mapping[str, str]) -> str | None:
    """What to say where the answer is about another account than the one that was meant, or does not say."""
    label = connection.provider.label
    variables = {variable.name: variable for variable in connection.provider.variables}
    for name, meant in scheme.vouched.items():
        said = query.get(name, "")
        if not said:
            return f"{label} did not say which account you signed in to."
        if variables[meant].read(said) != connection.context.get(meant):
            shown = "".join(letter for letter in said[:LONGEST] if letter.isprintable())
            return f"You signed in to another account of {label} than the one that was named: {shown}."
    return None


def told(scheme: AuthorizationCode, query: Mapping[str, str]) -> dict[str, str]:
    """What the answer says of who has signed in."""
    found = {name: query[name][:LONGEST] for name in scheme.told if query.get(name)}
    return {name: text for name, text in found.items() if text.isprintable()}


def vendor_words(connection: Connection, query: Mapping[str, str]) -> str:
    """An authorization endpoint's error (§4.1.2.1) as a person may read it."""
    words = query.get("error_description") or query["error"]
    return connection.secrets.hide_in(words[:LONGEST])
