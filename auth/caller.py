"""Who calls: an API token speaks for an environment, an account token for one account of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from schemas.errors import InvalidRequest, NotAllowed


@dataclass(frozen=True)
class Caller:
    environment_id: str
    token_id: str
    kind: Literal["api", "account"] = "api"
    account_id: str | None = None

    @property
    def spender(self) -> str:
        """Whose allowance a request is taken from: the API token's, or the account's, which all its tokens share."""
        return self.token_id or f"account {self.account_id}"

    def account(self, named: Sequence[str]) -> str:
        """The account that a data call is for, by the values of `integrated_account_id` that it holds.

        Raises `InvalidRequest` and, for another account than the token's own, `NotAllowed`.
        """
        if len(named) > 1:
            raise InvalidRequest("Name one account: integrated_account_id is given twice.")
        if named and named[0]:
            if self.account_id not in (None, named[0]):
                raise NotAllowed("This token is for another account")
            return named[0]
        if self.account_id:
            return self.account_id
        raise InvalidRequest.about(
            "integrated_account_id",
            "required",
            message="Name the account: integrated_account_id=…",
            reason="missing_account",
        )
