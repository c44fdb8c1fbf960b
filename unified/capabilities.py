"""What a provider can do, from its declarations and the overrides over them: the same values that serve the calls."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from auth.presenting import built_in_id
from providers.provider import Limits, Provider
from providers.resource import Resource, Source
from providers.schemes import Variable
from providers.writing import Closed, Entry
from schemas.unified import MODELS, UnifiedField, UnifiedResource, fields, required_on_create
from unified import offers
from unified.offers import Offer
from unified.tools import Tool, tools

Shape = dict[str, Any]
PARTS = ("proxy", "unified", "all")
READS = ("list", "get")


@dataclass(frozen=True)
class Wanted:
    """Which part is asked for; empty `methods` and `resource` mean all of them."""

    type: str = "all"
    methods: frozenset[str] = frozenset()
    resource: str = ""
    described_only: bool = True

    def takes(self, name: str) -> bool:
        return not self.resource or self.resource in (name, name.rpartition("/")[2])

    def among(self, methods: Collection[str]) -> list[str]:
        return [each for each in methods if not self.methods or each in self.methods]


@dataclass(frozen=True)
class Scene:
    """A provider as one environment or account sees it. `resource`: a declaration with the overrides over it."""

    provider: Provider
    limits: Limits | None
    resource: Callable[[UnifiedResource, Resource], Resource] = lambda unified, resource: resource
    environment_layer: Mapping[str, Any] = field(default_factory=dict)
    account_layer: Mapping[str, Any] = field(default_factory=dict)

    def resources(self) -> Iterator[tuple[UnifiedResource, Resource]]:
        for unified in (each for model in MODELS.values() for each in model.resources.values()):
            if unified.key in self.provider.resources:
                yield unified, self.resource(unified, self.provider.resources[unified.key])


def capabilities(scene: Scene, environment_id: str, wanted: Wanted) -> Shape:
    """The answer but for the account."""
    provider = scene.provider
    found = [each for each in tools(provider) if wanted.takes(each.resource)]
    described = sum(bool(each.description) for each in found)
    return {
        "integration": {
            "id": built_in_id("integration", provider.name),
            "name": provider.name,
            "label": provider.label,
            "category": provider.category,
        },
        "environment_id": environment_id,
        "limits": {
            "requests": _rate(scene.limits),
            "concurrency": scene.limits.concurrency if scene.limits else None,
        },
        "unified": list(_unified(scene, wanted)) if wanted.type in ("unified", "all") else [],
        "proxy": _proxy(found, wanted) if wanted.type in ("proxy", "all") else [],
        "auth": _auth(provider),
        "ai_readiness": {
            "proxy_methods": len(found),
            "proxy_methods_with_descriptions": described,
            "ai_ready_score": described / len(found) if found else 0,
        },
    }


def _rate(limits: Limits | None) -> Shape | None:
    if limits is None or limits.rate is None:
        return None
    return {"limit": limits.rate, "window_s": limits.per, "burst": limits.burst}


def _unified(scene: Scene, wanted: Wanted) -> Iterator[Shape]:
    for unified, resource in scene.resources():
        methods = wanted.among(resource.methods)
        if wanted.takes(unified.key) and methods:
            yield {
                "model": unified.model,
                "model_label": MODELS[unified.model].label,
                "resource": unified.name,
                "description": unified.description,
                "docs_url": resource.docs_url,
                "methods": methods,
                "env_overridden": _is_overridden(scene.environment_layer, unified),
                "account_overridden": _is_overridden(scene.account_layer, unified),
                "fields": [_field(known, unified, resource) for known in fields(unified)],
                "filters": [_filter(offer) for offer in _offers(unified, resource)],
                "sort": _sorts(unified, resource),
                "field_selection": any(source.selects for source in resource.sources),
                "if_match": "checked" if _is_checked(unified, resource) else None,
                "recovery": _recovery(resource),
                "paging": _paging(resource),
            }


def _is_overridden(layer: Mapping[str, Any], unified: UnifiedResource) -> bool:
    return any(layer.get(unified.model, {}).get(unified.name, {}).values())


def _field(known: UnifiedField, unified: UnifiedResource, resource: Resource) -> Shape:
    creates, updates = (_is_written(known, resource, deed) for deed in ("create", "update"))
    return {
        "name": known.name,
        "read": known.name not in resource.absent,
        "write": creates or updates,
        "required_on_create": creates and known.name in _required(unified, resource),
    }


def _is_written(known: UnifiedField, resource: Resource, deed: str) -> bool:
    by_model = known.writes.create if deed == "create" else known.writes.update
    return by_model and any(_takes(source, known.name, deed) for source in resource.sources)


def _takes(source: Source, name: str, deed: str) -> bool:
    if source.writing is None or deed not in source.writing.deeds:
        return False
    entry = source.writing.entries.get(name)
    if isinstance(entry, Closed):
        return deed == "create" and entry.always is not None and name in source.writing.required
    return entry is not None and (entry.create if deed == "create" else entry.update)


def _required(unified: UnifiedResource, resource: Resource) -> set[str]:
    """What every collection asks for; one that waives a field, or can't be written, asks for nothing there."""
    own = required_on_create(unified)
    writings = [source.writing for source in resource.sources if source.writing]
    needed = [
        {*each.required, *(name for name in own if isinstance(each.entries.get(name), Entry))}
        for each in writings
    ]
    return set.intersection(*needed) if needed else set()


def _offers(unified: UnifiedResource, resource: Resource) -> Iterator[Offer]:
    yield from offers.filters(unified, resource).values()
    custom = offers.any_custom(resource)
    if custom:
        yield custom


def _filter(offer: Offer) -> Shape:
    shape: Shape = {"name": offer.name, "operators": list(offer.operators)}
    return {**shape, "values": list(offer.words)} if offer.words else shape


def _sorts(unified: UnifiedResource, resource: Resource) -> list[Shape]:
    return [
        {"by": name, "paging": resource.paging(attribute).kind}
        for name, attribute in offers.sorts(unified, resource).items()
    ]


def _is_checked(unified: UnifiedResource, resource: Resource) -> bool:
    has_etag = "etag" in unified.record.model_fields and "etag" not in resource.absent
    return has_etag and any(method not in (*READS, "create") for method in resource.methods)


def _recovery(resource: Resource) -> Shape:
    """Whether a write whose answer was lost can be looked up, or sent again without being done twice."""
    bent = resource.override is not None and bool(resource.override.request)
    deeds = [source.writing.deeds for source in resource.sources if source.writing]
    creates = [found["create"] for found in deeds if "create" in found]
    return {
        "create": bool(creates)
        and all(one.can_be_repeated or (one.can_be_found and not bent) for one in creates),
        "update": any("update" in found for found in deeds),
    }


def _paging(resource: Resource) -> Shape:
    listed = [source.addition for source in resource.sources if source.addition]
    companions = max(len(source.companions) for source in resource.sources)
    return {
        "kind": resource.keyset.kind,
        "key": resource.keyset.key,
        "page_max": resource.keyset.most,
        "drift_safe": resource.keyset.drift_safe,
        "prev": False,
        "calls_per_page": "1+n" if any(addition.listed for addition in listed) else str(1 + companions),
        "partial": resource.partial_lists,
    }


def _proxy(found: list[Tool], wanted: Wanted) -> list[Shape]:
    shapes: dict[str, list[Shape]] = {}
    for tool in found:
        if wanted.among([tool.method]) and (tool.description or not wanted.described_only):
            shapes.setdefault(tool.resource, []).append(tool.summary())
    return [{"resource": name, "methods": methods} for name, methods in shapes.items()]


def _auth(provider: Provider) -> Shape:
    """What a person is asked for: each field once, whichever way to sign in asks for it."""
    asked: dict[str, Variable] = {each.name: each for each in provider.variables}
    for scheme in provider.schemes:
        asked |= {each.name: each for each in scheme.fields if each.name not in asked}
    return {
        "formats": [scheme.method for scheme in provider.schemes],
        "fields": [
            {
                "name": each.name,
                "label": each.label,
                "type": "password" if each.secret else "text",
                "required": each.required and each in provider.variables,
            }
            for each in asked.values()
        ],
    }
