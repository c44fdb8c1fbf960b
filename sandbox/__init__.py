"""Stand-ins for the providers: servers written from the providers' own rules, for development and tests."""

from collections.abc import Sequence


def serve(argv: Sequence[str]) -> int:
    """Runs a stand-in as the command line says, until it is told to stop; the exit status."""
    from sandbox.process import main

    return main(argv)
