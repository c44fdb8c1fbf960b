"""The README says what the declarations say."""

from pathlib import Path

from providers.registry import PROVIDERS
from unified.meta import coverage

README = Path(__file__).parent.parent / "README.md"
START, END = "<!-- coverage: generated, see tests/test_readme.py -->\n", "<!-- end of coverage -->"


def test_the_coverage_table_is_what_the_declarations_say() -> None:
    """To renew it: `python -m tests.test_readme`."""
    assert README.read_text().split(START)[1].split(END)[0] == coverage(PROVIDERS)


def test_the_scopes_to_grant_are_those_that_are_asked_for() -> None:
    words = README.read_text().replace("`", " ").replace(".\n", "\n").split()
    for provider in PROVIDERS.values():
        for resource in provider.resources.values():
            assert {*resource.scopes, *resource.write_scopes} <= set(words)


if __name__ == "__main__":
    before, rest = README.read_text().split(START)
    README.write_text(before + START + coverage(PROVIDERS) + END + rest.split(END)[1])
