"""Who calls: an API token speaks for an environment, an account token for one account of it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Caller:
    environment_id: str
    token_id: str
    kind: Literal["api", "account"] = "api"
    account_id: str | None = None
