"""The login audit trail: why sign-ins failed, which no answer tells."""

from collections import deque

from sandbox.netsuite.answers import Refusal

KEPT = 500
PATH = "Setup > Users/Roles > User Management > View Login Audit Trail"
TEXT = f"Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at {PATH}."


class LoginFailed(Exception):
    """Credentials that do not open the account; the text says why and is for the audit trail alone."""


class AuditTrail:
    """The last failures of one account."""

    def __init__(self) -> None:
        self.failures: deque[str] = deque(maxlen=KEPT)

    def note(self, failure: LoginFailed) -> None:
        self.failures.append(str(failure))


def invalid_login(account: str, scheme: str) -> Refusal:
    """The answer to a failed sign-in, the same for every cause. `scheme`: the one that the caller tried."""
    if scheme == "oauth":
        words = f'OAuth realm="{account}", error="token_rejected"'
    else:
        words = f'Bearer realm="{account}", error="invalid_token"'
    headers = {"www-authenticate": f'{words}, error_description="Invalid login attempt."'}
    return Refusal(401, "INVALID_LOGIN", TEXT, headers=headers)
