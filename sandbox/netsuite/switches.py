"""Settings of the stand-in: what the provider leaves open is a switch, the likelier reading its default."""

from dataclasses import dataclass
from typing import Any, Literal

from sandbox.switching import read_switches


@dataclass(frozen=True)
class Switches:
    """Times in seconds."""

    accounts: str = "1234567,1234567_SB1"  # a comma list; what names no account is for the first one
    token_ttl: int = 3600
    expires_in: Literal["number", "string"] = "number"
    code_ttl: int = 600
    refresh_ttl: int = 604800  # of confidential clients, from the consent; their token is not replaced
    public_refresh_ttl: int = 172800  # of public clients, from each refresh; their token works once
    state_minimum: int = 22  # characters that `state` must have
    consent: Literal["ask", "allow", "deny"] = "ask"  # other words answer without a page, as employee 12
    company: str = ""  # what the redirect names as company; empty is the account that was chosen
    redirect_uris: str = ""  # a comma list; empty takes every loopback address whose path ends in /callback
    async_seconds: float = 1.0  # after which an asynchronous call is worked on, at the account's next request
    pool: int = 5  # requests of an account in flight at once
    reserved: int = 0  # of these, how many only the client `reserved` may take
    work_seconds: float = 0.005  # how long a call holds its slot at least
    overflow: Literal["429", "401"] = (
        "429"  # what a call without a slot is told: the limit, or a failed login
    )
    overflow_seconds: float = 60.0  # how long that failed login takes
    retry_after: int = 0  # 0 leaves the header out
    date_format: str = "M/D/YYYY"
    zone: str = "America/Los_Angeles"  # of the callers' preferences
    without: str = ""  # features that are off, a comma list: those of `account.py`
    hidden: str = ""  # tables (`role`) and columns (`vendor.subsidiary`) that no role sees, a comma list
    broken: str = ""  # columns (`transaction.memo`) that SuiteQL fails on with 500, a comma list
    transient: Literal["required", "optional"] = (
        "required"  # whether SuiteQL refuses calls without `Prefer: transient`
    )
    unknown_column: int = 400  # or 500: the status when a statement names a column that isn't there
    column_names: Literal["lower", "as_written", "upper"] = "lower"
    lost_alias: bool = False  # SESSIONTIMEZONE comes back as `expr1`
    suiteql_lag: float = 0.0  # how long SuiteQL does not see what was written
    unordered: Literal["stable", "shuffled"] = (
        "stable"  # rows of statements without an order, from call to call
    )
    error_type: Literal["w3", "rfc", "object"] = "w3"  # what `type` of an error holds


def switches(**values: Any) -> Switches:
    """Takes values as typed or as text from a command line; raises ValueError for an unknown name or an unfit value."""
    return read_switches(Switches, values)
