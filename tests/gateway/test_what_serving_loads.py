"""A worker loads what it serves with: every library that it may never use would stay in its memory for good."""

import subprocess
import sys

# What each is for: migrations, pages, signed JWTs, Redis, tracing, the contract's document, stand-ins, Postgres.
LATER = {
    *("alembic", "mako", "jinja2", "joserfc", "redis", "opentelemetry"),
    *("gateway.answers", "gateway.contract", "gateway.openapi"),
    *("sandbox", "sqlglot", "asyncpg", "sqlalchemy.dialects.postgresql"),
}


def test_serving_loads_nothing_that_most_workers_never_use() -> None:
    program = "import sys, gateway.app, gateway.serving; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert LATER & set(done.stdout.split()) == set()
