"""The providers that this gateway knows, by name."""

from collections.abc import Mapping

from providers.coupa import COUPA
from providers.netsuite import NETSUITE
from providers.provider import Provider

PROVIDERS: Mapping[str, Provider] = {provider.name: provider for provider in (COUPA, NETSUITE)}
