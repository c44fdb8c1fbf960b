"""The README says what the declarations say."""

from pathlib import Path

from providers.registry import PROVIDERS

README = Path(__file__).parent.parent / "README.md"


def test_the_scopes_to_grant_are_those_that_are_asked_for() -> None:
    words = README.read_text().replace("`", " ").replace(".\n", "\n").split()
    for provider in PROVIDERS.values():
        for resource in provider.resources.values():
            assert {*resource.scopes, *resource.write_scopes} <= set(words)
