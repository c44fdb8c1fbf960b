"""The form of one way to sign in: what is asked, drawn from the provider's declaration, and what was answered."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from auth.credentials import asked_fields, merge, read_context
from auth.linking.choices import Choice, own_scopes
from auth.linking.pages.views import FormField
from auth.linking.tokens import Link
from providers.schemes import Scheme, Variable
from schemas.errors import InvalidRequest

LONGEST = 4096


def questions(
    link: Link, choice: Choice, scheme: Scheme, previous: Mapping[str, Any], *, has_client: bool
) -> tuple[FormField, ...]:
    """What nobody has answered yet: not the link token, nor `previous`, the context that a reconnect keeps."""
    asked = asked_fields(choice.provider, scheme, is_sandbox=link.row.is_sandbox, has_client=has_client)
    return tuple(_field(one, previous.get(one.name)) for one in asked if not link.context.get(one.name))


def answers(fields: tuple[FormField, ...], sent: Mapping[str, str]) -> dict[str, str]:
    """What was typed into these fields; the rest of a form is none of ours."""
    typed = {field.name: sent.get(field.name, "")[:LONGEST] for field in fields}
    return {name: text for name, text in typed.items() if text.strip()}


def make_context(
    link: Link,
    choice: Choice,
    scheme: Scheme,
    previous: Mapping[str, Any],
    typed: Mapping[str, str],
    *,
    has_client: bool,
) -> dict[str, Any]:
    """What was typed over what was there before, and the link token's own over both. Raises InvalidRequest."""
    context = merge(merge(previous, typed), link.context)
    if scopes := own_scopes(link, choice, scheme):
        context = merge(context, {"oauth": {"scope": list(scopes)}})
    return read_context(
        choice.provider, scheme, context, is_sandbox=link.row.is_sandbox, has_client=has_client
    )


def corrected(
    fields: tuple[FormField, ...], typed: Mapping[str, Any], problem: InvalidRequest | None = None
) -> tuple[tuple[FormField, ...], str]:
    """The fields as they were filled in, with what is wrong beside each; and what is wrong with anything else."""
    failures = problem.details.get("failures", []) if problem else []
    wrong = {failure["field"].removeprefix("context."): failure["message"] for failure in failures}
    shown = tuple(
        replace(
            field,
            value="" if field.is_secret else str(typed.get(field.name, field.value)),
            error=wrong.pop(field.name, ""),
        )
        for field in fields
    )
    return shown, "; ".join(wrong.values())


def _field(variable: Variable, known: Any) -> FormField:
    return FormField(
        variable.name,
        variable.label,
        variable.help,
        value="" if variable.secret or not isinstance(known, str) else known,
        is_secret=variable.secret,
        is_required=variable.required and not known,
    )
