"""Whatever is written of a resource reads back the same, and an update touches nothing but what it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import anyio.from_thread
import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from providers.registry import PROVIDERS
from providers.writing import Entry
from schemas.unified import MODELS, fields
from tests.house import open_house
from tests.writes.desk import Desk, told
from tests.writes.samples import Sample
from tests.writes.strategies import same
from tests.writes.trials import TRIALS, Trial, key_of

STAMPS = {"updated_at", "etag"}
NAMES = [(provider, name) for provider, trial in TRIALS.items() for name in sorted(trial.samples)]


@dataclass
class Room:
    """The house in another thread's event loop."""

    provider: str
    portal: BlockingPortal
    desk: Desk

    @property
    def trial(self) -> Trial:
        return TRIALS[self.provider]

    def done(self, verb: str, path: str, body: Any = None) -> dict[str, Any]:
        return self.portal.call(self.desk.done, verb, path, body)


@pytest.fixture(scope="module", params=list(TRIALS))
def room(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Room]:
    opened = open_house(tmp_path_factory.mktemp("house"), provider=request.param)
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(opened) as house,
    ):
        desk = Desk(house)
        portal.call(lambda: desk.settle(**TRIALS[request.param].context))
        yield Room(request.param, portal, desk)


def bodies(sample: Sample, *, update: bool) -> st.SearchStrategy[dict[str, Any]]:
    every = {
        name: found
        for name, found in {**sample.needed, **sample.fields}.items()
        if not found.is_empty and not (update and name in sample.create_only)
    }
    needed = {} if update else dict(sample.needed)
    return st.fixed_dictionaries(needed, optional={name: every[name] for name in every if name not in needed})


def terms(sample: Sample, body: dict[str, Any]) -> dict[str, Any]:
    """What a body needs besides; the terms of a price go with a price alone."""
    is_needed = bool(sample.rest) and ("supplier-item" not in sample.rest or "purchase_price" in body)
    return {"remote_data": dict(sample.rest)} if is_needed else {}


def differing(sample: Sample, written: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    return {
        name: (value, read[name])
        for name, value in written.items()
        if not sample.looks.get(name, same)(value, read[name])
    }


def test_every_writable_field_of_every_resource_has_a_sample() -> None:
    unified = {each.key: each for model in MODELS.values() for each in model.resources.values()}
    for provider, trial in TRIALS.items():
        for name, sample in trial.samples.items():
            key = key_of(name)
            sources = PROVIDERS[provider].resources[key].sources
            writings = (each.writing for each in sources if each.writing)
            writing = next(each for each in writings if each.suits(trial.full[name]))
            names = {
                field.name
                for field in fields(unified[key])
                if isinstance(writing.entries.get(field.name), Entry)
            }
            assert names <= {*sample.needed, *sample.fields}, (provider, name)


@pytest.mark.parametrize(("room", "name"), NAMES, indirect=["room"])
def test_what_is_written_reads_back_and_an_update_touches_only_what_it_names(name: str, room: Room) -> None:
    sample, key = room.trial.samples[name], key_of(name)

    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(first=bodies(sample, update=False), second=bodies(sample, update=True))
    def check(first: dict[str, Any], second: dict[str, Any]) -> None:
        made = room.done("POST", key, {**first, **terms(sample, first)})
        assert differing(sample, first, made) == {}
        read = room.done("GET", f"{key}/{made['id']}")
        assert read == made
        priced = terms(sample, second) if "purchase_price" in second else {}
        changed = room.done("PATCH", f"{key}/{made['id']}", {**second, **priced})
        assert differing(sample, second, changed) == {}
        moved = set(second).union(STAMPS, *(sample.tied.get(name, ()) for name in second))
        assert {name: changed[name] for name in changed if name not in moved} == {
            name: made[name] for name in made if name not in moved
        }

    check()


def test_null_clears_what_can_be_cleared_and_is_refused_elsewhere(room: Room) -> None:
    for name, sample in room.trial.samples.items():
        key, full = key_of(name), room.trial.full[name]
        unified = next(
            each for model in MODELS.values() for each in model.resources.values() if each.key == key
        )
        source = next(
            each
            for each in PROVIDERS[room.provider].resources[key].sources
            if each.writing and each.writing.suits(full)
        )
        rest = {"remote_data": dict(sample.rest)} if sample.rest else {}
        made = room.done("POST", key, {**full, **rest})
        for field in fields(unified):
            entry = source.writing.entries.get(field.name) if source.writing else None
            if (
                not (isinstance(entry, Entry) and entry.update and field.writes.update)
                or field.name == "unit_price"
            ):
                continue
            path, body = f"{key}/{made['id']}", {field.name: None}
            is_needed = field.writes.required or (source.writing and field.name in source.writing.required)
            if (key, field.name) in room.trial.defaulted:
                room.done("PATCH", path, body)
            elif entry.clears and not is_needed:
                assert room.done("PATCH", path, body)[field.name] in (None, [], {}), (key, field.name)
            else:
                refused = room.portal.call(room.desk.refused, "PATCH", path, body)
                assert told(refused) == {field.name: "can't be cleared"}, (key, field.name)
