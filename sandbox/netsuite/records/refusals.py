"""Why a write is refused, as NetSuite words it."""

from typing import Any

from sandbox.netsuite.answers import Refusal

NAMES, VALUES = "X-NetSuite-PropertyNameValidation", "X-NetSuite-PropertyValueValidation"


def invalid_value(value: Any, name: str, path: str) -> Refusal:
    """A value that does not fit, or a reference to what isn't there."""
    words = f"You have entered an Invalid Field Value {value} for the following field: {name}"
    detail = f"Error while accessing resource: {words}"
    return Refusal(400, "INVALID_CONTENT", detail, {"o:errorPath": path}, section="#sec10.4.1")


def unknown_property(name: str, path: str) -> Refusal:
    detail = f"Error while accessing resource: The property '{name}' does not exist."
    return Refusal(400, "INVALID_CONTENT", detail, {"o:errorPath": path}, section="#sec10.4.1")


def malformed(
    detail: str = "The request could not be understood by the server due to malformed syntax.",
) -> Refusal:
    return Refusal(400, "INVALID_REQUEST", detail)


def broken_rule(text: str, path: str = "") -> Refusal:
    """A rule of the business: something required is missing, exists already, is closed or in use."""
    more = {"o:errorPath": path} if path else None
    return Refusal(400, "USER_ERROR", f"Error while accessing resource: {text}", more, section="#sec10.4.1")


def missing(name: str) -> Refusal:
    return broken_rule(f"Please enter value(s) for: {name}.", name)


def duplicate(what: str) -> Refusal:
    return broken_rule(f"A record with this {what} already exists.")


def has_dependents() -> Refusal:
    return broken_rule("This record cannot be deleted because it has dependent records.")
