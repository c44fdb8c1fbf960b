"""Pages of lists: what limit and offset may be, and the envelope that pages travel in."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sandbox.netsuite.answers import Refusal
from sandbox.netsuite.call import Call

MOST = 1000
CEILING = 100_000  # results of one query


def window(call: Call) -> tuple[int, int]:
    """Limit and offset. Raises Refusal 400."""
    limit, offset = _number(call, "limit", MOST), _number(call, "offset", 0)
    if not 1 <= limit <= MOST:
        raise _refused("limit", f"The limit must be between 1 and {MOST}.")
    if offset % limit:
        raise _refused("offset", "The offset must be a multiple of the limit.")
    if offset + limit > CEILING:
        raise _refused("offset", f"No more than {CEILING} results can be retrieved.")
    return limit, offset


def envelope(call: Call, path: str, items: list[Any], total: int, more: Mapping[str, str]) -> dict[str, Any]:
    """One page: `path` is below /services/rest, `more` the further parameters that its links keep."""
    limit, offset = window(call)
    last = max(0, (total - 1) // limit * limit)

    def link(rel: str, at: int) -> dict[str, str]:
        return {"rel": rel, "href": f"{call.rest}{path}?{urlencode({**more, 'limit': limit, 'offset': at})}"}

    links = [link("previous", offset - limit)] if offset else []
    links += [link("first", 0)] if total else []
    links += [link("next", offset + limit)] if offset + limit < total else []
    links += [link("last", last)] if total else []
    return {
        "links": [*links, link("self", offset)],
        "count": len(items),
        "hasMore": offset + limit < total,
        "items": items,
        "offset": offset,
        "totalResults": total,
    }


def _number(call: Call, name: str, default: int) -> int:
    text = call.request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise _refused(name, f"Invalid value for the query parameter {name}: it must be a whole number.")
    return int(text)


def _refused(name: str, detail: str) -> Refusal:
    return Refusal(400, "INVALID_PARAMETER", detail, {"o:errorQueryParam": name})
