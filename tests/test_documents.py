"""Documents lead where they say, and decisions are numbered one after the other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")]
FLOORS = ("schemas", "providers", "auth", "proxy", "unified", "gateway")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_other_pages_lead_somewhere(page: Path) -> None:
    lost = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert lost == []


def test_decisions_are_numbered_one_after_the_other() -> None:
    pages = sorted(ROOT.glob("docs/decisions/*.md"))
    assert [page.name[:5] for page in pages] == [f"{number:04d}-" for number in range(1, len(pages) + 1)]
    for number, page in enumerate(pages, 1):
        assert page.read_text().startswith(f"# {number}. ")


def test_every_reason_of_an_error_is_explained_and_no_other() -> None:
    trees = [ast.parse(file.read_text()) for floor in FLOORS for file in (ROOT / floor).rglob("*.py")]
    named = {name: word for tree in trees for name, word in constants(tree)}
    used = {named.get(word, word) for tree in trees for word in reasons(tree)}
    table = (ROOT / "docs/errors.md").read_text().partition("| status | reason |")[2]
    rows = [line.split("|")[2] for line in table.splitlines() if line.startswith("| ")]
    assert {word for row in rows for word in re.findall(r"`(\w+)`", row)} == used - {"reason"}


def test_every_figure_and_every_event_of_the_log_is_explained() -> None:
    source = "".join(file.read_text() for file in (ROOT / "gateway").glob("*.py"))
    told = re.findall(r'"(koine_[a-z_]+)",', source)
    events = re.findall(r'(?:\bsay|log\.(?:info|warning|error))\(\s*"([a-z_]+)"', source)
    page = (ROOT / "docs/telemetry.md").read_text()
    names = {*re.findall(r"`([a-z_]+)`", page)}
    assert {name for name in told if not names & {name, f"{name}_total"}} == set()
    assert (len(told) > 15, len(events) > 5) == (True, True)
    assert {*events} - names == set()


def constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The texts that have a name in a module."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            yield from ((ast.unparse(name), str(node.value.value)) for name in node.targets)


def reasons(tree: ast.Module) -> Iterator[str]:
    """The words that anything called `reason` is set to, and the names of constants that stand for one."""
    for node in ast.walk(tree):
        given = node.value if isinstance(node, ast.keyword | ast.Assign | ast.AnnAssign) else None
        if given is None or "reason" not in targets(node):
            continue
        for part in ast.walk(given):
            if isinstance(part, ast.Constant) and re.fullmatch(r"[a-z_]+", str(part.value)):
                yield str(part.value)
            elif isinstance(part, ast.Name) and part.id.isupper():
                yield part.id


def targets(node: ast.AST) -> list[str | None]:
    if isinstance(node, ast.keyword):
        return [node.arg]
    if isinstance(node, ast.AnnAssign):
        return [ast.unparse(node.target)]
    return [ast.unparse(name) for name in node.targets] if isinstance(node, ast.Assign) else []
