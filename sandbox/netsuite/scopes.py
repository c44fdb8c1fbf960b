"""Scopes of NetSuite's OAuth 2.0, and the errors that its sign-in addresses answer with."""

from collections.abc import Iterable

REST, RESTLETS, ANALYTICS, ASSISTANTS = "rest_webservices", "restlets", "suite_analytics", "mcp"
STATUSES = {"invalid_client": 401}


class Refused(Exception):
    """An OAuth error; the text says why and is for the audit trail alone."""

    def __init__(self, error: str, reason: str) -> None:
        super().__init__(reason)
        self.error = error
        self.status = STATUSES.get(error, 400)


def read_scopes(words: Iterable[str]) -> tuple[str, ...]:
    """Known scopes, each once, in their order. Raises Refused."""
    found = tuple(dict.fromkeys(words))
    if not found or not set(found) <= {REST, RESTLETS, ANALYTICS, ASSISTANTS}:
        raise Refused("invalid_scope", f"unknown scope in {' '.join(found)!r}")
    if ASSISTANTS in found and len(found) > 1:
        raise Refused("invalid_scope", f"{ASSISTANTS} goes with no other scope")
    return found
