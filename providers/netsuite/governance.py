"""How many calls at a time NetSuite takes from us, of the slots that all programs of an account share."""

from typing import Any

from providers.provider import Learning, Limits

DECLARED = 3  # an account has five slots where its owner has bought no more: two are left to others


def room(said: Any) -> int | None:
    """Three in five of the slots that are nobody's own; those reserved for us are all ours. None for other answers."""
    if not isinstance(said, dict):
        return None
    if said.get("integrationLimitType") == "integrationSpecific":
        return _number(said.get("integrationConcurrencyLimit"))
    shared = _number(said.get("accountUnallocatedConcurrencyLimit"))
    return shared * DECLARED // 5 if shared else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


# Only administrators are told.
LIMITS = Limits(
    concurrency=DECLARED,
    learnt_from=Learning("/system/v1/governanceLimits", room),
    rejects_unprocessed=True,
)
