"""A stand-in for Coupa's Core API, written from the provider's own rules."""

from sandbox.coupa.app import create_app
from sandbox.coupa.clients import credentials

__all__ = ["create_app", "credentials"]
