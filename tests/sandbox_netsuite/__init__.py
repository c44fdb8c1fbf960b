"""Tests of the NetSuite stand-in: through HTTP, as a client of the provider sees it."""
