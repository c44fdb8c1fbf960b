"""An account's context and what in it is secret: taken apart, put together, merged, read by the provider's rules."""

from collections.abc import Mapping
from typing import Any

from auth.context_rules import complaints, scopes_in
from providers.provider import Provider
from providers.schemes import ANY_WORD, ApiKey, AuthorizationCode, Scheme, Variable
from schemas.errors import InvalidRequest

PLAIN = "letters, digits and signs without a space"  # what `ANY_WORD` means to a person

# Never returned at any depth of a context; a provider adds the fields that it marks secret.
SECRET_NAMES = frozenset(
    {
        "access_token",
        "refresh_token",
        "access_token_secret",
        "token",
        "token_secret",
        "api_key",
        "api_token",
        "api_secret",
        "app_key",
        "app_secret",
        "application_key",
        "client_secret",
        "consumer_secret",
        "password",
        "secret",
        "private_key",
        "auth_code",
        "webhook_secret",
        "webhook_password",
    }
)


def split(context: Mapping[str, Any], names: frozenset[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The context without its secrets, and the secrets by JSON pointer (RFC 6901, without the first slash)."""
    secrets: dict[str, Any] = {}

    def public(value: Any, path: str) -> Any:
        if isinstance(value, dict):
            found = {}
            for name, item in value.items():
                below = path + name.replace("~", "~0").replace("/", "~1")
                if name in names:
                    secrets[below] = item
                else:
                    found[name] = public(item, below + "/")
            return found
        if isinstance(value, list):
            return [public(item, f"{path}{index}/") for index, item in enumerate(value)]
        return value

    return public(context, ""), secrets


def join(public: Mapping[str, Any], secrets: Mapping[str, Any]) -> dict[str, Any]:
    """The whole context again."""
    whole: dict[str, Any] = _copy(dict(public))
    for pointer, value in secrets.items():
        *parents, name = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/"))
        holder: Any = whole
        for part in parents:
            holder = holder[int(part)] if isinstance(holder, list) else holder[part]
        holder[name] = value
    return whole


def merge(present: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """`change` over `present`, member by member at the top level; `oauth` is merged inside as well."""
    merged = {**present, **change}
    before, after = present.get("oauth"), change.get("oauth")
    if isinstance(before, dict) and isinstance(after, dict):
        merged["oauth"] = {**before, **after}
    return merged


def read_context(
    provider: Provider,
    scheme: Scheme,
    context: Mapping[str, Any],
    *,
    is_sandbox: bool,
    has_client: bool = False,
) -> dict[str, Any]:
    """The context with the provider's variables and the scheme's fields in their normal form.

    `has_client`: the account may do without an OAuth client of its own.

    Raises InvalidRequest that names every member that is missing or not of its form. A sandbox needs no variables that
    only say where the system is: its URL is known.
    """
    read = dict(context)
    failures = complaints(context)
    asked = asked_fields(provider, scheme, is_sandbox=is_sandbox, has_client=has_client)
    for variable in (*provider.variables, *scheme.fields):
        given = context.get(variable.name)
        if given in (None, ""):
            if variable.required and variable in asked:
                failures.append(_failure(variable, "is missing"))
            continue
        value = variable.read(given) if isinstance(given, str) else None
        if value is None or not _is_sendable(value, scheme):
            failures.append(_failure(variable, "is not of the form expected"))
        else:
            read[variable.name] = value
    if failures:
        raise InvalidRequest("The context does not fit the integration.", failures=failures)
    return read


def asked_fields(
    provider: Provider, scheme: Scheme, *, is_sandbox: bool, has_client: bool
) -> tuple[Variable, ...]:
    """What an account must bring: a sandbox's place is known, and perhaps the OAuth client."""
    variables = tuple(one for one in provider.variables if one.of_sandbox or not is_sandbox)
    return variables if has_client else (*variables, *scheme.fields)


def fitting(provider: Provider, known: Mapping[str, Any]) -> tuple[Scheme, dict[str, Any]] | None:
    """The first scheme that a sandbox's own credentials fit and that needs nobody to sign in, with its context."""
    for scheme in provider.schemes:
        asked = asked_fields(provider, scheme, is_sandbox=True, has_client=False)
        needs_a_person = isinstance(scheme, AuthorizationCode)
        if not needs_a_person and all(field.name in known for field in asked if field.required):
            return scheme, {field.name: known[field.name] for field in asked if field.name in known}
    return None


def asked_scopes(context: Mapping[str, Any], override: Mapping[str, Any], scheme: Scheme) -> tuple[str, ...]:
    """The account's own scopes, else the environment's for this integration, else the provider's."""
    asked = scopes_in(context.get("oauth")) or scopes_in(override.get("credentials"))
    return asked or tuple(getattr(scheme, "scopes", ()))


def _is_sendable(value: str, scheme: Scheme) -> bool:
    """Control characters would break a URL or a header; a key in a header is ASCII."""
    return value.isprintable() and (value.isascii() or not isinstance(scheme, ApiKey))


def _failure(variable: Variable, complaint: str) -> dict[str, str]:
    form = PLAIN if variable.pattern == ANY_WORD else f"text that matches {variable.pattern}"
    expected = variable.help or form
    return {
        "field": f"context.{variable.name}",
        "message": f"{variable.label} {complaint}. Expected: {expected}",
    }


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(item) for name, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value
