"""What a provider is: a frozen value that says where its API lives, how to sign in and what it offers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from providers.companions import Fact
from providers.resource import Resource, Source
from providers.schemes import AuthorizationCode, Scheme, Variable


@dataclass(frozen=True)
class Learning:
    """Where a vendor tells an account how many calls at a time it takes: `path`, below the base path, answers JSON.

    `read` makes a number of it, already less what the customer's other tools need, or None where it says none. An
    account that may not ask stays with what is declared.
    """

    path: str
    read: Callable[[Any], int | None]


@dataclass(frozen=True)
class Limits:
    """`rate` calls each `per` seconds, `burst` more at once; `concurrency` calls under way. None: no such limit.

    They hold for one instance of the vendor's system, whoever calls it. `rejects_unprocessed`: the provider documents
    that a call answered 429 was not worked on, whatever it was.
    """

    rate: int | None = None
    per: float = 1.0
    burst: int = 0
    concurrency: int | None = None
    learnt_from: Learning | None = None
    rejects_unprocessed: bool = False


def limits_under(own: Mapping[str, Any] | None, declared: Limits | None) -> Limits | None:
    """The declared limits, with an environment's own over them."""
    if not own:
        return declared
    return replace(declared or Limits(), **own)


@dataclass(frozen=True)
class Check:
    """One cheap call that proves credentials; the next is tried where this one is forbidden.

    A GET, but for one with a `body`: that is JSON, and posted.
    """

    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Complaint:
    """What a vendor's error body says: `texts` by the vendor's name of the thing (model or field, "" where unknown)."""

    texts: Mapping[str, tuple[str, ...]]

    @property
    def message(self) -> str:
        return "; ".join(text for texts in self.texts.values() for text in texts)


@dataclass(frozen=True)
class Provider:
    """`origin` is a template over the variables; every URL in here starts with `{origin}`, or with the name of one of
    `hosts`, which are further ones, so that a sandbox can take their place. `base_path` is where the API begins below
    the origin. `resources` are keyed `model/resource`.
    `read_error` turns a decoded error body into a complaint, None where it recognises nothing. `facts`: what the vendor
    is asked for once, unless an account's context says it.
    """

    name: str
    label: str
    category: str
    origin: str
    base_path: str
    variables: tuple[Variable, ...]
    schemes: tuple[Scheme, ...]
    checks: tuple[Check, ...]
    limits: Limits | None
    resources: Mapping[str, Resource]
    hosts: Mapping[str, str] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    read_error: Callable[[Any], Complaint | None] = lambda body: None
    beta: bool = False
    facts: tuple[Fact, ...] = ()

    def spelled(self, context: Mapping[str, Any]) -> dict[str, str]:
        """An account's variables by name, in all their spellings: what templates are filled in with."""
        found: dict[str, str] = {}
        for variable in self.variables:
            value = context.get(variable.name)
            if isinstance(value, str):
                found[variable.name] = value
                found |= {name: spell(value) for name, spell in variable.spellings.items()}
        return found

    def scheme(self, method: str) -> Scheme | None:
        """The scheme of an account's `authentication_method`."""
        return next((scheme for scheme in self.schemes if scheme.method == method), None)

    @property
    def is_revocable(self) -> bool:
        """Whether a grant can be given back."""
        return any(isinstance(scheme, AuthorizationCode) and scheme.revoke_url for scheme in self.schemes)

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key.split("/")[0] for key in self.resources))

    @cached_property
    def collections(self) -> Mapping[str, tuple[Resource, Source]]:
        """The declared collections by path; of several resources that read the same one, the first. What is asked for
        by statements has no path that lists it.
        """
        found: dict[str, tuple[Resource, Source]] = {}
        for resource in self.resources.values():
            for source in resource.sources:
                if source.statement is None:
                    found.setdefault(source.path, (resource, source))
        return found

    @property
    def secret_names(self) -> frozenset[str]:
        fields = (*self.variables, *(item for scheme in self.schemes for item in scheme.fields))
        return frozenset(item.name for item in fields if item.secret)
