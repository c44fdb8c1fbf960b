"""Tokens of accounts: shared by all processes, renewed in time, by one of them at a time, and never lost by a crash."""

from auth.renewal.renewals import Renewals
from auth.renewal.stored import drop_grant, keep_grant

__all__ = ["Renewals", "drop_grant", "keep_grant"]
