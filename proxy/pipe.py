"""The one way out: what reads and streams at a vendor goes through here, whatever floor it comes from."""

from typing import Any

import httpx

from auth.connections import Connection
from auth.renewal import Renewals
from providers.provider import Limits
from proxy.answer import Answer, Call
from proxy.breaker import Breakers
from proxy.budget import Budgets
from proxy.decoding import TooBig, Undecodable, read_bounded
from proxy.failures import failure
from proxy.governor import Governor
from proxy.learning import Learner
from proxy.passage import Passage, Way
from proxy.places import Places
from proxy.record import OnCall, unrecorded
from proxy.repeats import READING, Kind, Landing
from schemas.errors import RemoteProblem


class Pipe:
    """Sends calls over one transport with the credentials that `renewals` keeps fresh.

    `seconds` is the deadline of a call, repeats included. `on_call` is told of every call when it is over.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        renewals: Renewals,
        *,
        governor: Governor | None = None,
        breakers: Breakers | None = None,
        places: Places | None = None,
        seconds: float = 60.0,
        on_call: OnCall = unrecorded,
    ) -> None:
        self._learner = Learner(self.read)
        self._way = Way(
            transport,
            renewals,
            governor or Governor(),
            Budgets(),
            breakers or Breakers(),
            places or Places(),
            on_call,
            seconds,
            self._learner.limits,
        )

    def limits(self, connection: Connection) -> Limits | None:
        """The vendor's that hold for a connection."""
        return self._way.limits(connection)

    async def aclose(self) -> None:
        """Breaks off what is asked beside the calls."""
        await self._learner.aclose()

    async def read(self, connection: Connection, call: Call) -> Answer:
        """The whole answer to a call that only reads, whatever its method and the status, within the deadline.

        Raises `VendorTrouble` (502, 504) where there is none, `RemoteProblem` 502 where it can't be unpacked,
        `Throttled` where the vendor's rate limit leaves no room for it, and what a renewal raises. `VendorTrouble` 503
        `circuit_open` where the vendor has failed too often to be asked.
        """
        try:
            return await self._whole(connection, call, {READING: True})
        except (TooBig, Undecodable) as error:
            raise _unreadable(error) from error

    async def write(self, connection: Connection, call: Call) -> Answer:
        """The whole answer to a unified write, which is sent again only where the vendor surely did not act.

        Raises as `read` does, with `outcome` in the details where it is known to this floor.
        """
        try:
            return await self._whole(connection, call, {})
        except (TooBig, Undecodable) as error:
            raise _unreadable(error, outcome="uncertain") from error

    async def _whole(self, connection: Connection, call: Call, extensions: dict[str, Any]) -> Answer:
        request = _request(connection, call, extensions)
        landing = await self._pass(connection, request, Kind.UNIFIED, whole=True)
        response, url = _answered(landing, request), call.url(connection)
        return Answer(
            response.status_code, response.headers, landing.body, url, connection, credential(request)
        )

    async def send(
        self, connection: Connection, request: httpx.Request, *, kind: Kind = Kind.PASSTHROUGH
    ) -> httpx.Response:
        """The answer to any request, its body a stream, raw; whoever calls closes it.

        The deadline is that of the answer's head. A body that breaks off raises httpx's transport errors. Raises
        `VendorTrouble` where there is no answer (with `outcome` in its details for a write), `InvalidRequest` for a
        request that can't be sent, `Throttled`, what the request's own body raises, and what a renewal raises.
        """
        return _answered(await self._pass(connection, request, kind, whole=False), request)

    async def _pass(
        self, connection: Connection, request: httpx.Request, kind: Kind, *, whole: bool
    ) -> Landing:
        return await Passage(self._way, connection, request, kind, whole=whole).run()


async def whole_answer(connection: Connection, request: httpx.Request, response: httpx.Response) -> Answer:
    """A streamed answer read into memory, closed in any case. Raises as `Pipe.read` does."""
    try:
        body = await read_bounded(response)
    except (TooBig, Undecodable) as error:
        raise _unreadable(error) from error
    except httpx.TransportError as error:
        raise failure(error, request) from error
    url = str(request.url)
    return Answer(response.status_code, response.headers, body, url, connection, credential(request))


def _answered(landing: Landing, request: httpx.Request) -> httpx.Response:
    if landing.response is not None:
        return landing.response
    raise failure(landing.error or httpx.ReadError("no answer"), request) from landing.error


def _request(connection: Connection, call: Call, extensions: dict[str, Any]) -> httpx.Request:
    headers = [*connection.provider.headers, *call.headers, ("accept-encoding", "gzip")]
    content = call.content
    if content is not None:
        headers.append(("content-type", content.type))
    return httpx.Request(
        call.verb,
        call.url(connection),
        headers=headers,
        content=content.body if content else None,
        extensions=extensions,
    )


def _unreadable(error: TooBig | Undecodable, **details: str) -> RemoteProblem:
    message = f"The vendor's answer can't be read: {error}."
    return RemoteProblem(
        message,
        status=502,
        reason="vendor_invalid_response",
        insight={"remote_error": {"description": message}},
        **details,
    )


def credential(request: httpx.Request) -> str:
    """The bearer token that a request was signed with; a key is known among the account's secrets."""
    return str(request.headers.get("authorization", "")).rpartition(" ")[2]
