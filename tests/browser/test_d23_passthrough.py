"""D23: a vendor's page with a script, fetched through /proxy by a browser, does not run under the gateway's origin."""

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

import pytest
from playwright.sync_api import Error
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.browser import stage
from tests.browser.conftest import NewContext
from tests.production import Production, koine_serve

pytestmark = pytest.mark.xdist_group("browser")
KINDS = ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "text/plain", "unknown/kind")
SCRIPT = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><body><script>fetch("/ran")</script>'
    '<img src="/missing" onerror="fetch(\'/ran\')"/></body></html>'
)


async def _any(request: Request) -> Response:
    kind = request.query_params.get("kind")
    return Response(SCRIPT, headers={"content-type": kind}) if kind else JSONResponse([])


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    with (
        stage.serving(Starlette(routes=[Route("/{path:path}", _any)])) as vendor,
        koine_serve(tmp_path_factory.mktemp("serve"), vendor) as found,
    ):
        yield found


@pytest.mark.parametrize("kind", KINDS)
def test_d23_a_vendors_page_does_not_run(
    gateway: Production, context: NewContext, complaints: list[str], kind: str
) -> None:
    page = context(extra_http_headers={"authorization": f"Bearer {gateway.token}"}).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    address = f"{gateway.url}/proxy/page?integrated_account_id={gateway.account}&kind={quote(kind)}"
    with suppress(Error):  # what is not shown at all is saved as a file, which ends the visit
        page.goto(address)
    page.wait_for_timeout(300)
    assert asked[0] == address
    assert [url for url in asked if url.endswith("/ran")] == []
    complaints.clear()  # the browser's, of what it did not run


def test_d23_the_same_page_of_another_server_would_run(context: NewContext) -> None:
    async def page_of(request: Request) -> Response:
        return HTMLResponse(SCRIPT)

    page = context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with stage.serving(Starlette(routes=[Route("/{path:path}", page_of)])) as origin:
        page.goto(origin)
        page.wait_for_timeout(300)
    assert f"{origin}/ran" in asked
