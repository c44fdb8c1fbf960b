"""What the end of a write means for its record: it is done, it did not happen, or nobody knows."""

from enum import Enum

from schemas.errors import AccountProblem, Problem, Refused, RemoteProblem, Throttled

UNDONE = frozenset({401, 403, 408, 425, 429})  # a vendor says that it did nothing, and may do it later


class Verdict(Enum):
    """`FREE`: it surely did not happen, and the key may be used again."""

    DONE = "done"
    FREE = "free"
    DOUBT = "doubt"


def of_status(status: int) -> Verdict:
    """By a vendor's answer."""
    if status >= 500:
        return Verdict.DOUBT
    return Verdict.FREE if status in UNDONE else Verdict.DONE


def of_problem(problem: Problem, *, was_sent: bool) -> Verdict:
    """`was_sent`: whether the vendor was called at all. What was sent and is not known to have failed is in doubt."""
    outcome = problem.details.get("outcome")
    if outcome == "uncertain":
        return Verdict.DOUBT
    if (
        outcome == "partly_applied"
    ):  # it must not begin again; where its rest was refused, that is the end of it
        return Verdict.DONE if problem.status < 500 else Verdict.DOUBT
    if not was_sent:
        return Verdict.FREE
    found = of_status(problem.status) if isinstance(problem, RemoteProblem) else Verdict.DOUBT
    if isinstance(problem, Refused | AccountProblem | Throttled):
        return Verdict.FREE
    return Verdict.FREE if found is Verdict.DOUBT and outcome == "not_applied" else found
