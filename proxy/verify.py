"""Proves an account's credentials with one cheap call, before it is called active."""

from auth.connections import Connection, Connections
from providers.provider import Check
from proxy.answer import Answer, Call, Content
from proxy.pipe import Pipe
from proxy.refusals import refuse
from schemas.errors import RemoteProblem


async def verify(pipe: Pipe, connections: Connections, connection: Connection) -> None:
    """Raises `RemoteProblem` or `VendorTrouble` unless one of the provider's checks succeeds.

    A check that is forbidden proves the credentials but not the right: the next one is tried.
    """
    problem: RemoteProblem | None = None
    for check in connection.provider.checks:
        answer: Answer = await pipe.read(connection, _call(check))
        if answer.is_success:
            answer.json()
            return
        problem = await refuse(connections, connection, answer)
        if answer.status != 403:
            break
    if problem:
        raise problem


def _call(check: Check) -> Call:
    content = None if check.body is None else Content(check.body)
    return Call(check.path, check.query, "POST" if content else "GET", content, check.headers)
