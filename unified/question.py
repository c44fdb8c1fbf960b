"""What a caller asks of a unified list or record, read from the query and checked before any vendor call."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

from providers.filters import Narrowing
from providers.resource import Params, Resource
from proxy.pages import DEFAULT_LIMIT, read_limit
from schemas.errors import InvalidRequest
from schemas.unified import UnifiedResource
from unified.filters import narrow, read_condition
from unified.offers import sorts
from unified.syntax import Parameter, Query

Format = Literal["unified", "raw", "debug"]
FORMATS: dict[str, Format] = {
    "unified": "unified",
    "normalized": "unified",
    "raw": "raw",
    "stream": "raw",
    "debug": "debug",
}
LIST_ONLY = {"limit", "next_cursor", "sort_by", "truto_ignore_limit", "truto_key_by"}
SHARED = {
    "integrated_account_id",
    "truto_response_format",
    "truto_ignore_remote_data",
    "truto_exclude_fields",
    "truto_body_passthrough",
    "truto_skip_api_call",
}
PLAIN = LIST_ONLY | SHARED


@dataclass(frozen=True)
class Flags:
    """How the answer is to look. `lean`: without `remote_data`, and only the needed fields are asked of the vendor.

    `passthrough`: a write's body goes out as it came in.
    """

    format: Format = "unified"
    lean: bool = False
    exclude: frozenset[str] = frozenset()
    skip_call: bool = False
    passthrough: bool = False


@dataclass(frozen=True)
class Order:
    by: str
    attribute: str
    direction: str


@dataclass(frozen=True)
class ListQuestion:
    """One list call. `limit`: None where the caller named none. `ignored`: filters that the setting made us drop.

    `bound`: what its cursors belong to.
    """

    limit: int | None
    cursor: str | None
    narrowing: Narrowing
    order: Order | None
    remote: Params
    flags: Flags
    key_by: str | None
    ignored: tuple[str, ...]
    bound: tuple[object, ...]


@dataclass(frozen=True)
class SingleQuestion:
    remote: Params
    flags: Flags


def read_list(
    query: Query,
    unified: UnifiedResource,
    resource: Resource,
    zone: ZoneInfo,
    own_keys: Collection[str] = (),
    *,
    ignore_unsupported: bool = False,
) -> ListQuestion:
    """Raises `InvalidRequest` for whatever the contract refuses.

    `own_keys`: the custom fields that the tenant keeps among a record's own keys.
    """
    conditions, ignored = [], []
    for parameter in _filters(query):
        condition = read_condition(
            parameter, unified, resource, own_keys, ignore_unsupported=ignore_unsupported
        )
        if condition is None:
            ignored.append(parameter.key)
        else:
            conditions.append(condition)
    order = _order(query, unified, resource)
    _check_remote(query.remote, resource)
    narrowing = narrow(conditions, resource, zone)
    cursor = query.get("next_cursor")
    return ListQuestion(
        limit=_limit(query, resource),
        cursor=_one(cursor) if cursor else None,
        narrowing=narrowing,
        order=order,
        remote=query.remote,
        flags=_flags(query),
        key_by=_key_by(query, unified),
        ignored=tuple(ignored),
        bound=(
            sorted((c.name, c.operator, c.values) for c in conditions),
            order and (order.by, order.direction),
            query.remote,
        ),
    )


def _filters(query: Query) -> Iterator[Parameter]:
    """What is neither a flag nor about order and paging."""
    for parameter in query.parameters:
        if parameter.name == "sort_by" or (parameter.name in PLAIN and not parameter.path):
            continue
        if parameter.name.startswith("truto_"):
            raise _unknown_flag(parameter)
        yield parameter


def crawl_question(question: ListQuestion, resource: Resource) -> ListQuestion:
    """Without a limit of the caller's: large pages of lean records, small ones of whole documents."""
    whole = None if question.flags.lean else resource.crawl_page
    return replace(question, limit=question.limit or whole or DEFAULT_LIMIT)


def read_single(query: Query, resource: Resource) -> SingleQuestion:
    """For a read or a write of one record: what only lists know is ignored, anything else unknown is refused."""
    for parameter in query.parameters:
        if parameter.name in LIST_ONLY or (parameter.name in SHARED and not parameter.path):
            continue
        if parameter.name.startswith("truto_"):
            raise _unknown_flag(parameter)
        raise InvalidRequest.about(
            parameter.key,
            "unknown parameter",
            message=f"'{parameter.key[:200]}' is not known here: "
            "a call for one record takes flags and remote_query only",
            reason="unknown_parameter",
        )
    _check_remote(query.remote, resource)
    return SingleQuestion(query.remote, _flags(query))


def _unknown_flag(parameter: Parameter) -> InvalidRequest:
    return InvalidRequest.about(
        parameter.key,
        "unknown flag",
        message=f"'{parameter.key[:200]}' is no flag of this gateway",
        reason="unknown_flag",
    )


def _one(parameter: Parameter) -> str:
    if len(parameter.values) != 1:
        raise InvalidRequest.about(parameter.key, "takes one value")
    return parameter.values[0]


def _limit(query: Query, resource: Resource) -> int | None:
    most, given = resource.keyset.most, query.get("limit")
    limit = None if given is None else read_limit(_one(given), most)
    return most if _flag(query, "truto_ignore_limit") else limit


def _flag(query: Query, name: str) -> bool:
    given = query.get(name)
    if given is None:
        return False
    found = {"true": True, "1": True, "false": False, "0": False}.get(_one(given))
    if found is None:
        raise InvalidRequest.about(name, "takes true or false")
    return found


def _flags(query: Query) -> Flags:
    asked = query.get("truto_response_format")
    word = _one(asked) if asked else "unified"
    if word not in FORMATS:
        raise InvalidRequest.about("truto_response_format", f"takes one of {', '.join(FORMATS)}")
    exclude = query.get("truto_exclude_fields")
    skip = _flag(query, "truto_skip_api_call")
    if skip and word != "debug":
        raise InvalidRequest.about("truto_skip_api_call", "goes with truto_response_format=debug")
    return Flags(
        format=FORMATS[word],
        lean=_flag(query, "truto_ignore_remote_data") and FORMATS[word] == "unified",
        exclude=frozenset(exclude.split) if exclude else frozenset(),
        skip_call=skip,
        passthrough=_flag(query, "truto_body_passthrough"),
    )


def _key_by(query: Query, unified: UnifiedResource) -> str | None:
    given = query.get("truto_key_by")
    if given is None:
        return None
    name = _one(given)
    if name not in unified.record.model_fields:
        raise InvalidRequest.about("truto_key_by", f"takes a field of {unified.name}")
    return name


def _order(query: Query, unified: UnifiedResource, resource: Resource) -> Order | None:
    given = [parameter for parameter in query.parameters if parameter.name == "sort_by"]
    if not given:
        return None
    parameter = given[0]
    by, direction = (parameter.path[0], _one(parameter)) if parameter.path else (_one(parameter), "asc")
    if len(given) > 1 or len(parameter.path) > 1:
        raise InvalidRequest("Lists are sorted by one key: send one sort_by", reason="unsupported_sort")
    known = sorts(unified, resource)
    if by not in known:
        offered = sorted(known)
        hint = f"it sorts by {', '.join(offered)}" if offered else "it offers no other order"
        raise InvalidRequest(
            f"This provider can't sort {unified.name} by '{by}': {hint}",
            reason="unsupported_sort",
            supported_sorts=offered,
        )
    if direction not in ("asc", "desc"):
        raise InvalidRequest.about(parameter.key, "takes asc or desc")
    return Order(by, known[by], direction)


def _check_remote(remote: Iterable[tuple[str, str]], resource: Resource) -> None:
    for name, _ in remote:
        if resource.pages_by(name):
            raise InvalidRequest.about(
                f"remote_query[{name}]",
                "would set the vendor's paging or order: use limit, sort_by, next_cursor",
            )
