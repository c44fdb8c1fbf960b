"""The connect page without the gateway behind it: every state at an address, and a product's page beside it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from auth.linking.pages.assets import ROUTES as PAGE_ROUTES
from auth.linking.pages.rendering import render
from auth.linking.pages.views import Closed, Mode
from gateway.sdk import ROUTES as SDK_ROUTES
from tests.browser.scenes import states

PRODUCT = Path(__file__).parent / "product.html"


class Quiet(uvicorn.Server):
    """Leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def serving(app: Starlette, host: str = "127.0.0.1") -> Iterator[str]:
    """The origin at which the app answers within this context."""
    config = uvicorn.Config(app, host=host, port=0, log_level="warning", log_config=None, lifespan="off")
    server = Quiet(config)
    with config.bind_socket() as plug:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [plug]})
        thread.start()
        try:
            yield f"http://{host}:{plug.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


def gateway() -> Starlette:
    """`/connect-account?link_token=STATE`: the link token says which state is shown, `origins` whom it may tell."""
    app = Starlette(
        routes=[
            *PAGE_ROUTES,
            *SDK_ROUTES,
            Route("/connect-account", _show, methods=["GET", "POST"]),
            Route("/leave", _leave),
            Route("/wait", _wait),
        ]
    )
    app.state.origins = ()
    app.state.scene = {}
    app.state.posted = []
    return app


async def _show(request: Request) -> Response:
    query = dict(request.query_params)
    if request.method == "POST":
        query = {name: str(value) for name, value in (await request.form()).items()}
        request.app.state.posted.append(query)
    kept = {name: query[name] for name in ("link_token", "iframe", "popup") if name in query}
    given = {"origins": request.app.state.origins, "carried": kept, **request.app.state.scene}
    return render(states(Mode.of(query), **given)[query["link_token"]])


async def _leave(request: Request) -> Response:
    """A vendor that agrees at once: the popup of a frame shows its end."""
    return render(states(Mode.HANDOVER, carried={"popup": "handover"})[request.app.state.end])


async def _wait(request: Request) -> Response:
    return render(Closed())


def product() -> Starlette:
    """A product's page, as `product.html` has it; every path is the same."""

    async def page(request: Request) -> Response:
        return HTMLResponse(PRODUCT.read_text())

    return Starlette(routes=[Route("/{path:path}", page)])
