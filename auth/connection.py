"""An account as calls need it: provider, address and credentials in one value that is passed along."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from auth.secret import Secret
from providers.provider import Limits, Provider, limits_under
from providers.schemes import Scheme
from schemas.errors import AccountProblem


@dataclass(frozen=True)
class Connection:
    """An account ready for calls.

    `origin` is the provider's template filled in, or the sandbox's URL; `base_url` is where its API begins.
    `scopes` are those to ask for. `version` changes with context and credentials. `environment_override` is the
    override of the environment's integration, `override` the account's own.
    """

    account_id: str
    environment_id: str
    tenant_id: str
    provider: Provider = field(repr=False)
    scheme: Scheme = field(repr=False)
    origin: str
    base_url: str
    context: Mapping[str, Any]
    secrets: Secret
    is_sandbox: bool
    override: Mapping[str, Any]
    version: str
    scopes: tuple[str, ...]
    environment_override: Mapping[str, Any] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """A variable of the provider or a field of the scheme, secret or not. Raises AccountProblem."""
        found = self.secrets.get(name) or self.context.get(name)
        if not isinstance(found, str):
            raise _lacking(name)
        return found

    @cached_property
    def limits(self) -> Limits | None:
        """The environment's own limits, whose gaps the provider's declaration fills; else the provider's."""
        return limits_under(self.environment_override.get("limits"), self.provider.limits)

    def url(self, template: str) -> str:
        """A URL that the provider declares, filled in for this account; a sandbox takes the place of all its hosts."""
        hosts = {
            name: self.origin if self.is_sandbox else fill(self.provider, host, self.context)
            for name, host in self.provider.hosts.items()
            if template.startswith(f"{{{name}}}")
        }
        return fill(self.provider, template, self.context, origin=self.origin, **hosts)


def fill(provider: Provider, template: str, context: Mapping[str, Any], **hosts: str) -> str:
    """A provider's template with the account's variables, which were checked against their patterns when saved."""
    try:
        return template.format_map({**provider.spelled(context), **hosts})
    except KeyError as error:
        raise _lacking(str(error.args[0])) from None


def _lacking(name: str) -> AccountProblem:
    return AccountProblem(f"The account's context lacks {name}: add it with a PATCH.")
