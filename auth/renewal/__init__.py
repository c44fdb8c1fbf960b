"""Tokens of accounts: shared by all processes, renewed in time, by one of them at a time, and never lost by a crash."""

from auth.renewal.journal import Journal
from auth.renewal.renewals import Renewals
from auth.renewal.stored import drop_grant, keep_grant
from auth.renewal.sweeper import Sweeper, sweeping
from auth.renewal.tools import Outcome

__all__ = ["Journal", "Outcome", "Renewals", "Sweeper", "drop_grant", "keep_grant", "sweeping"]
