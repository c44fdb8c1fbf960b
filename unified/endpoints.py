"""The unified API's endpoints: each opens, does, answers."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from auth.bodies import json_response
from auth.tokens import authenticate
from providers.overrides.override import Faults
from providers.provider import Provider
from proxy.crawl import answer_crawl, wants_crawl
from schemas.errors import InvalidRequest, NotAllowed, NotFound
from schemas.unified import record_schema
from unified.debug import debug
from unified.desk import Desk, offered, open_desk, unified_model, unified_resource
from unified.handbook import html, markdown
from unified.listing import Listing, envelope, mapped
from unified.meta import meta, model_meta
from unified.overrides import fault_headers
from unified.question import ListQuestion, crawl_question, read_list, read_single
from unified.reader import source_of
from unified.target import Target, custom_names
from unified.writes import act, create, delete, told, update

PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
WRITES = ("POST", "PATCH", "DELETE")
VERBS = ["GET", *WRITES]


async def collection(request: Request) -> Response:
    """GET lists; POST creates; PATCH and DELETE find the id in the body."""
    if request.method in WRITES:
        return await told(_write(request, None))
    desk = await open_desk(request)
    question = read_list(
        desk.query,
        desk.unified,
        desk.resource,
        desk.zone,
        custom_names(desk.connection),
        ignore_unsupported=request.state.ignore_unsupported_filters,
    )
    headers = {"koine-ignored": ", ".join(question.ignored)} if question.ignored else {}
    if wants_crawl(request.headers.get("accept", "")):
        return await _crawl(request, desk, question, headers)
    if question.flags.format == "debug":
        return await _debug_list(desk, question, headers)
    listing = _listing(desk, question)
    page = await listing.page(listing.start())
    headers |= fault_headers(page.faults)
    return json_response(envelope(page, listing.seal(page.after), question), headers=headers)


def _listing(desk: Desk, question: ListQuestion) -> Listing:
    return Listing(desk.reader, desk.cursors, desk.connection, desk.unified, desk.resource, question)


async def _crawl(request: Request, desk: Desk, question: ListQuestion, headers: dict[str, str]) -> Response:
    if question.key_by or question.flags.format == "debug":
        raise InvalidRequest("A crawl streams plain records: leave out truto_key_by and the debug format")
    listing = _listing(desk, crawl_question(question, desk.resource))
    return await answer_crawl(request, desk.connection, listing, listing.start(), headers)


async def _debug_list(desk: Desk, question: ListQuestion, headers: dict[str, str]) -> Response:
    listing = _listing(desk, question)
    place = listing.start()
    call = listing.call(place)
    if question.flags.skip_call:
        return json_response({"result": [], "debug": debug(desk.connection, call, None)}, headers=headers)
    page = await listing.page(place)
    answer = {
        "result": page.records,
        "debug": {
            **debug(desk.connection, call, page.answer),
            "nextCursor": listing.seal(page.after),
            "isLooping": False,
            "isEmptyResult": not page.records,
            "resultCount": len(page.records),
        },
    }
    return json_response(answer, headers=headers | fault_headers(page.faults))


async def member(request: Request) -> Response:
    """GET gets one record; POST is a custom method, PATCH and DELETE are writes."""
    id_ = _id(request)
    if request.method in WRITES:
        return await told(_write(request, id_))
    desk = await open_desk(request)
    question = read_single(desk.query, desk.resource)
    flags = question.flags
    target = Target(desk.connection, desk.resource, source_of(desk.resource, id_))
    call = target.get_call(id_, question.remote, flags.lean)
    if flags.skip_call:
        return json_response({"result": None, "debug": debug(desk.connection, call, None)})
    found = await desk.reader.row(target, call, lean=flags.lean)
    row = found.rows[0]
    if flags.format == "raw":
        return json_response(found.remote(row))
    faults: Faults = {}
    record = mapped(target, found, row, flags, faults)
    headers = fault_headers(faults)
    if flags.format == "debug":
        shown = {"result": record, "debug": debug(desk.connection, call, found.answer)}
        return json_response(shown, headers=headers)
    return json_response(record, headers=headers)


async def _write(request: Request, name: str | None) -> Response:
    """`name` is what stands behind the resource: an id, of a POST a custom method."""
    desk = await open_desk(request)
    match request.method:
        case "POST":
            return await (create(request, desk) if name is None else act(request, desk, name))
        case "PATCH":
            return await update(request, desk, name)
    return await delete(request, desk, name)


def _id(request: Request) -> str:
    """All that stands behind the resource, to the last byte: the router's pattern would drop a final line break."""
    _, _, _, _, id_ = request.scope["path"].split("/", 4)
    return str(id_)


async def account_meta(request: Request) -> Response:
    """A method as it is in force for an account."""
    desk = await open_desk(request)
    _check_known(request)
    return json_response(meta(desk.unified, desk.resource, request.path_params["method"]))


async def integration_meta(request: Request) -> Response:
    """A method of a provider, without an account."""
    await authenticate(request)
    _check_known(request)
    unified, provider = unified_resource(request), _provider(request)
    resource = offered(provider.resources, unified, provider.label)
    method = request.path_params["method"]
    return json_response({**meta(unified, resource, method), "response_schema": record_schema(unified)})


async def whole_meta(request: Request) -> Response:
    """Every method of a model that a provider offers; account tokens have no business here."""
    if (await authenticate(request)).kind != "api":
        raise NotAllowed("This token does not reach this route.")
    _check_known(request, "format")
    model, provider = unified_model(request), _provider(request)
    form = request.query_params.get("format", "json")
    if form == "md":
        return Response(markdown(model, provider), media_type="text/markdown; charset=utf-8")
    if form == "html":
        return HTMLResponse(html(model, provider), headers={"content-security-policy": PAGE_POLICY})
    if form != "json":
        raise InvalidRequest.about("format", "takes json, md or html")
    return json_response(model_meta(model, provider))


def _check_known(request: Request, *names: str) -> None:
    """Meta calls take these parameters, and an account's id as every unified call does."""
    for name in request.query_params:
        if name not in (*names, "integrated_account_id"):
            raise InvalidRequest.about(
                name,
                "unknown parameter",
                message=f"'{name[:200]}' is not known here",
                reason="unknown_parameter",
            )


def _provider(request: Request) -> Provider:
    name = request.path_params["integration"]
    providers: Mapping[str, Provider] = request.state.providers
    if name not in providers:
        raise NotFound(f"There is no integration '{name[:100]}': there are {', '.join(providers)}")
    return providers[name]


ROUTES = [
    Route("/unified/meta/{model}/{integration}", whole_meta),
    Route("/unified/{model}/{resource}", collection, methods=VERBS),
    Route("/unified/{model}/{resource}/meta/{method}", account_meta),
    Route("/unified/{model}/{resource}/{integration}/meta/{method}", integration_meta),
    Route("/unified/{model}/{resource}/{id:path}", member, methods=VERBS),
]
