"""What can be done to Coupa's documents beside writing them: approvals, and answers for states that forbid a deed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from providers.writing import Argument, Deed, Draft, Fault, Row, Step, Talk
from schemas.errors import Conflict

PENDING = "pending_approval"
REASON = Argument(str, "Why.")
APPROVAL_SCOPES = ("core.approval.read", "core.approval.write")


def not_in_state(deed: str, row: Row, states: Sequence[str], hint: str = "") -> Conflict:
    """The answer for a deed that the record's state does not allow."""
    state = str(row.get("status") or "")
    return Conflict(
        f"This can't be {deed} in the state {state}: it can in {', '.join(states)}.{hint}",
        reason="state_not_allowed",
        state=state,
        allowed_states=list(states),
    )


def _decided(path: str, kind: str, word: str, past: str) -> Callable[[Draft], Talk]:
    """Approves or rejects the approval whose turn it is, as the user whom the account's credentials stand for."""

    def talk(draft: Draft) -> Talk:
        wanted = (("approvable-type", kind), ("approvable-id", draft.id), ("status", PENDING))
        pending = yield Step("GET", "/approvals", params=(*wanted, ("order_by", "id")), lists=True)
        if not pending:
            row = yield Step("GET", f"{path}/{draft.id}")
            raise not_in_state(past, row, (PENDING,))
        params = (("reason", draft.given["reason"]),) if draft.given.get("reason") else ()
        yield Step("PUT", f"/approvals/{pending[0]['id']}/{word}", params=params)
        return None

    return talk


def approvals(path: str, kind: str) -> Mapping[str, Deed]:
    """The deeds `approve` and `reject` of documents that have approval chains."""
    words = {"approve": "approved", "reject": "rejected"}
    return {
        word: Deed(
            _decided(path, kind, word, past),
            f"The step that is pending is {past}.",
            APPROVAL_SCOPES,
            takes={"reason": REASON},
        )
        for word, past in words.items()
    }


def followed(path: str, row: Row | None, action: str, draft: Draft) -> Talk:
    """The second call of a create with the status `submitted`."""
    if draft.given.get("status") != "submitted" or row is None:
        return row
    found: Row | None = yield Step("PUT", f"{path}/{row['id']}/{action}", {})
    return found


def resumed(path: str, row: Row, action: str, draft: Draft) -> Talk:
    """The second call, of a create whose record was found, unless it was made then."""
    if row.get("status") == "draft" and draft.given.get("status") == "submitted":
        return (yield from followed(path, row, action, draft))
    found: Row | None = yield Step("GET", f"{path}/{row['id']}")
    return found


def check_person(value: Any, draft: Draft) -> Iterator[Fault]:
    """Orders and requisitions have one person, whose name stands in both fields."""
    other = draft.given.get("requested_by")
    if isinstance(other, dict) and other.get("id") != value.get("id"):
        yield Fault("", "is the same person as requested_by here: write one of the two")
