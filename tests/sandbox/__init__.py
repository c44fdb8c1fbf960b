"""Tests of the stand-ins: through HTTP, as a client of the provider sees them."""
