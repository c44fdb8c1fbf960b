"""GET: collections with conditions, paging and thin answers, and single records."""

from collections.abc import Sequence

from starlette.responses import Response

from sandbox.coupa.answers import JSON, Refusal, answer, not_found
from sandbox.coupa.call import Call
from sandbox.coupa.conditions import select
from sandbox.coupa.filters import RESPONSE_FILTERS
from sandbox.coupa.plans import Plan
from sandbox.coupa.schema import Kind
from sandbox.coupa.store import Record


def collection(call: Call, kind: Kind | None = None, within: Sequence[int] | None = None) -> Response:
    """A page of records, of all or of those `within`; an empty one is 404 in XML and `[]` in JSON unless switched."""
    kind, tenant = kind or call.kind, call.tenant
    found = select(tenant.store, kind, call.query, tenant.switches, within)
    plan = shown(call, kind)
    if call.format == JSON and (found or not (tenant.switches.json_empty_404 or "empty_404" in call.faults)):
        return answer(tenant.plain.collection(plan, found), JSON)
    if not found:
        raise Refusal(404, "query", "No results match your search criteria.")
    return answer(tenant.xml.collection(plan, found), call.format)


def record(call: Call, found: Record | None, kind: Kind | None = None, status: int = 200) -> Response:
    """One record as the caller wants to see it; None is 404."""
    kind, tenant = kind or call.kind, call.tenant
    if found is None:
        raise not_found(kind.model)
    if call.query.words.get("return_object") == "none" and call.request.method != "GET":
        return Response(b"", 200)
    plan = shown(call, kind)
    body = tenant.plain.record(plan, found) if call.format == JSON else tenant.xml.record(plan, found)
    return answer(body, call.format, status)


def shown(call: Call, kind: Kind) -> Plan:
    """What to show: `fields`, else `return_object`, else a response filter, else everything."""
    plan = _chosen(call, kind)
    return (
        call.tenant.plans.with_deleted(plan) if call.query.words.get("show_deleted_lines") == "true" else plan
    )


def _chosen(call: Call, kind: Kind) -> Plan:
    words, plans = call.query.words, call.tenant.plans
    if words.get("fields"):
        return plans.listed(kind, words["fields"], call.query.fields)
    wanted = words.get("return_object")
    if wanted == "limited":
        return plans.limited(kind)
    if wanted == "shallow":
        return plans.shallow(kind)
    name = words.get("filter") or call.tenant.switches.default_filter
    trimmed = RESPONSE_FILTERS.get((kind.name, name.upper()))
    if trimmed:
        return plans.listed(kind, f"filter {name}", trimmed)
    return plans.without_collections(kind) if "default_filter" in call.faults else plans.full(kind)
