"""Tokens for credentials that are not the account's: tried before they are stored, or changed since."""

from auth.connections import unknown_account
from auth.grants import GIVEN, Refusal, Token, Unusable, read_given
from auth.renewal import problems
from auth.renewal.asking import ask, deadline, scheme_of
from auth.renewal.ledger import Sight
from auth.renewal.shelf import Kept
from auth.renewal.tools import Tools
from providers.schemes import ClientCredentials
from schemas.errors import Problem


def is_apart(kept: Kept, sight: Sight | None) -> bool:
    """Whether the database knows nothing of these credentials. Raises NotFound for an account that is gone."""
    has_own = isinstance(kept.connection.scheme, ClientCredentials) or GIVEN in kept.connection.secrets
    if sight is None and not has_own:
        raise unknown_account()
    return has_own and (sight is None or not sight.is_current)


async def token_apart(tools: Tools, kept: Kept) -> Token:
    """A token that this process alone has."""
    present, now = kept.token or _given(tools, kept), tools.clock()
    if present and now < present.expires_at and present.value != kept.refused:
        kept.take(present, is_scopeless=False)
        return present
    scheme = scheme_of(kept.connection)
    try:
        async with tools.endpoints.turn(kept.connection.url(scheme.token_url)):
            answer = await ask(tools.endpoints, kept, present, deadline())
    except Problem as problem:
        raise _failed(tools, kept, problem) from problem
    if not isinstance(answer, Token):
        raise _failed(tools, kept, _problem(kept, answer))
    kept.take(answer, is_scopeless=kept.is_scopeless)
    return answer


def _given(tools: Tools, kept: Kept) -> Token | None:
    found = kept.connection.secrets.get(GIVEN)
    if not isinstance(found, dict):
        return None
    return read_given(found, wall=tools.wall()).shifted(tools.clock())


def _problem(kept: Kept, answer: Refusal | Unusable) -> Problem:
    if isinstance(answer, Refusal) and answer.is_final(scheme_of(kept.connection)):
        return problems.refused_for_good(kept.connection, answer, is_doubtful=False)
    return problems.not_granted(kept.connection, answer)


def _failed(tools: Tools, kept: Kept, problem: Problem) -> Problem:
    seconds = problems.pause_after(problem, kept.failures, chance=tools.chance(), left=0.0)
    kept.failures += 1
    return kept.rest(problem, tools.clock() + seconds)
