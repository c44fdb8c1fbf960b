"""The providers that this gateway knows, by name."""

from collections.abc import Mapping

from providers.provider import Provider

PROVIDERS: Mapping[str, Provider] = {provider.name: provider for provider in ()}
