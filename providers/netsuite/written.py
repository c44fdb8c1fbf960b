"""How NetSuite's records are written by REST: paths, the external id that makes a create safe to repeat, references."""

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from providers.mapping import Fields
from providers.netsuite.dialect import CUSTOM, DIMENSIONS, SEGMENT
from providers.turning import to, turn, word
from providers.writing import Body, Closed, Deed, Draft, Entries, Entry, Fault, Row, Step, Talk
from schemas.errors import InvalidRequest

# By default an unknown member is dropped and the write succeeds.
HEADERS = (("x-netsuite-propertynamevalidation", "Error"),)
HANDLE = "koine-"  # what external ids begin with that are ours
CODE = re.compile(r"[A-Z]{3}")
Path = Callable[[Draft], str]
Home = Callable[[str], Body]


def in_one(subsidiary: str) -> Body:
    return {"subsidiary": {"id": subsidiary}}


def in_several(subsidiary: str) -> Body:
    return {"subsidiary": {"items": [{"id": subsidiary}]}}


def record(kind: str) -> Path:
    return lambda draft: f"/record/v1/{kind}"


def _sublists(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Lines that are sent take the place of those that are there: without that word NetSuite adds them."""
    names = [name for name, value in body.items() if isinstance(value, dict) and "items" in value]
    return (("replace", ",".join(names)),) if names else ()


def written(verb: str, path: str, body: Body, params: tuple[tuple[str, str], ...] = ()) -> Step:
    return Step(verb, path, body, params=params, headers=HEADERS)


def _is_ours(draft: Draft) -> bool:
    """Whether a new record gets an external id of ours. One that the caller names may be another record's already."""
    return "externalId" not in draft.remote


def make(path: str, body: Body, draft: Draft) -> Talk:
    """An upsert by an external id of ours, so that a repeat makes no second record."""
    if not draft.handle or not _is_ours(draft):
        found: Row | None = yield written("POST", path, body)
        return found
    own = f"{path}/eid:{HANDLE}{draft.handle}"
    found = yield written("PUT", own, body, _sublists(body))
    if not found:
        found = yield Step("GET", own)
    return found


def change(path: str, body: Body, draft: Draft) -> Talk:
    """What is not named stays; where nothing is to be changed the record is only read."""
    place = f"{path}/{draft.id}"
    if body:
        yield written("PATCH", place, body, _sublists(body))
    else:
        yield Step("GET", place)
    return None


def resolved(draft: Draft) -> Generator[Step, Any, Body]:
    """The body; where a currency stands in it by its code, its id is asked for first."""
    code = draft.body.get("currency")
    if not isinstance(code, str) or not CODE.fullmatch(code):
        return draft.body
    query = (("q", f'symbol IS "{code}"'), ("limit", "1"))
    found = yield Step("GET", "/record/v1/currency", params=query)
    items = found.get("items") if isinstance(found, dict) else None
    if not items:
        raise InvalidRequest.about("currency", "is none of this account's currencies")
    return {**draft.body, "currency": {"id": str(items[0]["id"])}}


def deeds(
    path: Path, about: str, gone: str, *, compares: bool = False, home: Home | None = None
) -> dict[str, Deed]:
    """Create, update and delete of one kind of record. `about`: of a create; `gone`: what a delete means. `home`: how
    a new record names the subsidiary that the account's context gives to those that name none.
    """

    def create(draft: Draft) -> Talk:
        body = yield from resolved(draft)
        own = draft.settings.get("subsidiary")
        at_home = home(own) if home and isinstance(own, str) else {}
        return (yield from make(path(draft), {**at_home, **body}, draft))

    def update(draft: Draft) -> Talk:
        body = yield from resolved(draft)
        return (yield from change(path(draft), body, draft))

    def delete(draft: Draft) -> Talk:
        yield Step("DELETE", f"{path(draft)}/{draft.id}", headers=HEADERS)
        return None

    return {
        "create": Deed(create, about, goes_by_handle=_is_ours),
        "update": Deed(update, "The members that are given.", repeats=True, compares=compares),
        "delete": Deed(delete, gone, compares=compares),
    }


def entries(table: Fields, model: type[BaseModel] | None = None, /, **given: Entry | Closed) -> Entries:
    """As `turn`, where nothing turns round by itself: SuiteQL's names are not those of the records."""
    found = turn(table, model, **given)
    silent = [name for name, one in found.items() if isinstance(one, Entry) and name not in given]
    if silent:
        raise TypeError(f"no entry is given: {', '.join(silent)}")
    return found


def ref(path: str, prefix: str = "", **settings: Any) -> Entry:
    """An id, written as a reference; of ids with a prefix the number is what NetSuite knows."""

    def check(value: Any, draft: Draft) -> Iterator[Fault]:
        if not value.startswith(prefix):
            yield Fault("", f"must begin with {prefix}")

    return to(path, lambda value: {"id": value.removeprefix(prefix)}, check=check, **settings)


def ref_of(path: str, **settings: Any) -> Entry:
    """A reference object of the model, by its id."""

    def write(value: Any, draft: Draft) -> Body:
        return {path: None if value is None else {"id": value["id"]}}

    def check(value: Any, draft: Draft) -> Iterator[Fault]:
        if not value.get("id"):
            yield Fault("id", "is missing", "missing_field")

    return Entry(write, keys=(path,), check=check, **settings)


def several(path: str, **settings: Any) -> Entry:
    """One id of a field that takes several."""
    return to(path, lambda value: {"items": [{"id": value}]}, clears=False, **settings)


STATUS = word("isInactive", {"active": False, "archived": True})


def _check_code(value: Any, draft: Draft) -> Iterator[Fault]:
    if not CODE.fullmatch(value):
        yield Fault("", "must be an ISO 4217 code, as in EUR")


CURRENCY = to("currency", clears=False, check=_check_code)


def custom_fields(*beginnings: str) -> Entry:
    """The tenant's own fields among the others, by script id."""

    def write(value: Any, draft: Draft) -> Body:
        return {name: _own(found) for name, found in (value or {}).items()}

    def check(value: Any, draft: Draft) -> Iterator[Fault]:
        for name in value:
            if not CUSTOM.fullmatch(name) or not name.startswith(beginnings):
                yield Fault(name, f"is none: names begin with {' or '.join(beginnings)}", "unwritable_field")

    return Entry(write, check=check, clears=False)


def _own(value: Any) -> Any:
    if isinstance(value, list):
        return {"items": [{"id": str(item)} for item in value]}
    return {"id": str(value["id"])} if isinstance(value, dict) and value.get("id") else value


def _check_tags(value: Any, draft: Draft) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, tag in enumerate(value):
        kind, _, number = (tag.get("id") or "").partition(":")
        if not number or not (kind in DIMENSIONS or kind.startswith(SEGMENT)):
            yield Fault(f"{place}.id", "is the id of no tracking category")
        elif kind in seen:
            yield Fault(f"{place}.id", f"is a second {kind}: there is one of each kind")
        seen.add(kind)


def _tags(value: Any, draft: Draft) -> Body:
    """Of the three that every account has, those that are not named are cleared on an update."""
    pairs = (tag["id"].split(":", 1) for tag in value or ())
    absent: Body = {} if draft.creates else dict.fromkeys(DIMENSIONS)
    return {**absent, **{kind: {"id": number} for kind, number in pairs}}


TAGS = Entry(_tags, keys=DIMENSIONS, check=_check_tags)


def placed(named: Entries) -> Callable[[str, Draft], str | None]:
    """The unified field at a place in the body: that is what NetSuite's complaints name, `item.items[0].item`."""

    def place(path: str, draft: Draft) -> str | None:
        member = path.partition(".")[0]
        for name, entry in named.items():
            if isinstance(entry, Entry) and member in entry.keys:
                return name
        return f"custom_fields.{member}" if member in (draft.given.get("custom_fields") or {}) else None

    return place
