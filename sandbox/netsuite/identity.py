"""Which integration speaks at the token endpoint: confidential ones by Basic, public ones by their id alone."""

import base64
import binascii
import hmac
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, unquote_plus

from starlette.requests import Request

from sandbox.netsuite.registry import Integration, Registry
from sandbox.netsuite.scopes import Refused

OTHER_WAYS = ("client_secret", "client_assertion")


def client_of(registry: Registry, request: Request, given: Mapping[str, str]) -> Integration:
    """Raises Refused."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        found = registry.integrations.get(given.get("client_id", ""))
        if found is None or not found.public:
            raise Refused("invalid_client", "no public client of this id")
        return found
    if any(name in given for name in OTHER_WAYS):
        raise Refused("invalid_request", "the client is named in two ways")
    for id_, secret in _pairs(scheme, text):
        found = registry.integrations.get(id_)
        if found and not found.public and hmac.compare_digest(found.client_secret.encode(), secret.encode()):
            return found
    raise Refused("invalid_client", "client id and secret are not known together")


def _pairs(scheme: str, text: str) -> Iterator[tuple[str, str]]:
    """Id and secret as Basic has them: as sent, and decoded as RFC 6749 says clients encode them."""
    try:
        raw = base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return
    if scheme.lower() == "basic":
        id_, _, secret = raw.partition(":")
        yield id_, secret
        yield unquote(id_), unquote(secret)
        yield unquote_plus(id_), unquote_plus(secret)
