"""The admin resources over HTTP: each endpoint opens, does and answers."""
