"""The members of an account's context that mean the same for every provider: `oauth`, `time_zone`, custom fields."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MOST_FIELDS = 100
LONGEST_FIELD = 200


def complaints(context: Mapping[str, Any]) -> list[dict[str, str]]:
    """What is wrong with them, as `failures`; null is as good as left out."""
    oauth = context.get("oauth")
    given = {**context, "oauth.scope": oauth.get("scope") if isinstance(oauth, dict) else None}
    return [
        {"field": f"context.{name}", "message": message}
        for name, (is_fit, message) in RULES.items()
        if given.get(name) is not None and not is_fit(given[name])
    ]


def scopes_in(holder: Any) -> tuple[str, ...]:
    """The scopes of an `oauth` or `credentials` member, each once; what was once stored in another form is none."""
    given = holder.get("scope") if isinstance(holder, dict) else None
    if isinstance(given, str):
        given = given.replace(",", " ").split()
    words = given if isinstance(given, list) else ()
    return tuple(dict.fromkeys(word for word in words if isinstance(word, str)))


def _is_scope(value: Any) -> bool:
    return isinstance(value, str) or _is_texts(value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_zone(value: Any) -> bool:
    """Whether the time zone database has it; what is no plain name raises any of these."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return False
    return True


def _is_field_names(value: Any) -> bool:
    return (
        _is_texts(value)
        and len(value) <= MOST_FIELDS
        and all(1 <= len(name) <= LONGEST_FIELD for name in value)
    )


def _is_field_by_category(value: Any) -> bool:
    return isinstance(value, dict) and _is_field_names([*value, *value.values()])


RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "oauth": (lambda value: isinstance(value, dict), "must be an object"),
    "oauth.scope": (_is_scope, "must be text or a list of texts"),
    "time_zone": (_is_zone, "must be an IANA time zone, such as Europe/Paris"),
    "global_custom_fields": (
        _is_field_names,
        f"must be a list of at most {MOST_FIELDS} names, each of 1 to {LONGEST_FIELD} characters",
    ),
    "unit_of_measure": (
        lambda value: isinstance(value, str) and 1 <= len(value) <= LONGEST_FIELD,
        f"must be a code of 1 to {LONGEST_FIELD} characters",
    ),
    "tracking_fields": (
        _is_field_by_category,
        "must be an object: the id of a tracking category, and the name of the custom field that holds its option",
    ),
}
