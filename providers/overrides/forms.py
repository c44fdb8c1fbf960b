"""What an expression gives, brought into the form that a field of a unified record has; what does not fit is None."""

from collections.abc import Callable
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from providers import values
from schemas.fields import DATE_PATTERN, TIME_PATTERN

Convert = Callable[[Any], Any]
PATTERNS: dict[str, Convert] = {DATE_PATTERN: values.day, TIME_PATTERN: values.instant}


def form_of(field: FieldInfo) -> Convert:
    """The form of a model's field: days, times, numbers, texts, truth values, and what is made of them."""
    return _form(field.annotation, tuple(field.metadata))


def is_scalar(field: FieldInfo) -> bool:
    """Whether the field holds a single value, so that an object or a list would not fit."""
    return all(part in (str, bool, int, float) for part in _parts(field.annotation))


def _parts(annotation: Any) -> list[Any]:
    """The kinds of value that are allowed, without null and without what is said about them."""
    if hasattr(annotation, "__metadata__"):
        return _parts(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [part for each in get_args(annotation) for part in _parts(each)]
    return [] if annotation is NoneType else [annotation]


def _form(annotation: Any, said: tuple[Any, ...] = ()) -> Convert:
    if hasattr(annotation, "__metadata__"):
        return _form(get_args(annotation)[0], (*said, *annotation.__metadata__))
    if get_origin(annotation) in (Union, UnionType):
        kinds = [each for each in get_args(annotation) if each is not NoneType]
        return values.number if set(kinds) == {int, float} else _form(kinds[0], said)
    if get_origin(annotation) is list:
        return _list(_form(*get_args(annotation)))
    if get_origin(annotation) is dict:
        return lambda found: found if type(found) is dict else None
    if issubclass(annotation, BaseModel):
        return _object(annotation)
    return _single(annotation, said)


def _single(kind: type, said: tuple[Any, ...]) -> Convert:
    for each in said:
        pattern = getattr(each, "pattern", None) or _pattern(getattr(each, "metadata", ()))
        if pattern in PATTERNS:
            return PATTERNS[pattern]
    return {bool: values.boolean, int: values.number, float: values.number}.get(kind, values.text)


def _pattern(said: Any) -> str | None:
    return next((found for each in said if (found := getattr(each, "pattern", None))), None)


def _list(each: Convert) -> Convert:
    """Members that don't fit are left out."""

    def read(found: Any) -> list[Any] | None:
        if type(found) is not list:
            return None
        return [item for inner in found if (item := each(inner)) is not None]

    return read


def _object(model: type[BaseModel]) -> Convert:
    """All members are there; an object without a member that it must have does not fit."""
    forms = {name: form_of(field) for name, field in model.model_fields.items()}
    required = [name for name, field in model.model_fields.items() if field.is_required()]

    def read(found: Any) -> dict[str, Any] | None:
        if type(found) is not dict:
            return None
        made = {name: form(found.get(name)) for name, form in forms.items()}
        return None if any(made[name] is None for name in required) else made

    return read
