"""The routes of `/proxy` and `/custom`, as plain ASGI: bodies stream, and a response object would cost as much."""

from collections.abc import Awaitable, Callable

import httpx
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from proxy.answer import Answer
from proxy.collections import Collection, Page, crawls, declared
from proxy.crawl import answer_crawl
from proxy.custom import answer_custom, forward_custom, wrapped
from proxy.once import WRITES
from proxy.once.passing import pass_once
from proxy.passthrough import Passthrough, forward, hand_on, open_passthrough, reply, untouched

Forward = Callable[[Passthrough, Request, Send], Awaitable[None]]
Reply = Callable[[Passthrough, httpx.Request, httpx.Response, Request, Send], Awaitable[None]]
Form = Callable[[Answer], bytes]


class Room:
    """All paths below `/{name}/`, by any method.

    `reply` and `form` are for what a declared collection answers that is no list: errors and other types, other JSON.
    """

    def __init__(self, name: str, forward: Forward, reply: Reply, form: Form) -> None:
        self._name, self._forward, self._reply, self._form = name.encode(), forward, reply, form

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        call = await open_passthrough(request, self._name)
        if call.method in WRITES:
            await pass_once(call, request, send, self._forward)
            return
        collection = self._collection(call, request)
        if collection is None:
            await self._forward(call, request, send)
        elif crawls(call):
            await self._crawl(call, collection, request, send)
        else:
            await self._list(call, collection, request, send)

    def _collection(self, call: Passthrough, request: Request) -> Collection | None:
        found = declared(call)
        if found is None:
            return None
        state = request.state
        return Collection(
            call,
            *found,
            pipe=state.pipe,
            connections=state.connections,
            cursors=state.cursors,
            room=self._name,
        )

    async def _list(self, call: Passthrough, collection: Collection, request: Request, send: Send) -> None:
        found = await collection.page(collection.start())
        if not isinstance(found, Page):
            await self._reply(call, found.request, found.response, request, send)
        elif found.records is None:
            await reply(send, found.answer, self._form(found.answer))
        else:
            await reply(send, found.answer, collection.envelope(found, found.records))

    async def _crawl(self, call: Passthrough, collection: Collection, request: Request, send: Send) -> None:
        response = await answer_crawl(request, call.connection, collection, collection.start())
        await response(request.scope, request.receive, send)


class Rest(Convertor[str]):
    """All that follows. Starlette's own `path` does not match a line break, which is to be refused and not unknown."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("rest", Rest())
ROUTES = [
    Route("/proxy/{path:rest}", Room("proxy", forward, hand_on, untouched)),
    Route("/custom/{path:rest}", Room("custom", forward_custom, answer_custom, wrapped)),
]
