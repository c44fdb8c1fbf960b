"""Imports run down the floors, never in circles, never into the sandbox; no floor but `providers` names a provider."""

import ast
import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from providers.registry import PROVIDERS

ROOT = Path(__file__).parent.parent
FLOORS = ("schemas", "providers", "auth", "proxy", "unified", "gateway")  # from the ground up
ALL = (*FLOORS, "sandbox")
# The gateway's commands run the stand-ins, which they import by name when told to.
STARTERS = {("gateway.cli", "sandbox"), ("gateway.leashed", "sandbox")}
IMPORTERS = {"import_module", "__import__", "run_module"}

FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for floor in ALL
    for path in sorted((ROOT / floor).rglob("*.py"))
}
TREES = {module: ast.parse(path.read_text()) for module, path in FILES.items()}


def imports(module: str, nodes: Iterator[ast.AST]) -> Iterator[str]:
    """The names of what is imported: modules of ours as far as they are files, others as they are written."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = absolute(module, node)
            for alias in node.names:
                inner = f"{origin}.{alias.name}"
                yield inner if inner in FILES else origin
        elif isinstance(node, ast.Call) and called(node) in IMPORTERS:
            yield str(node.args[0].value) if isinstance(node.args[0], ast.Constant) else "?"


def absolute(module: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.split(".") if FILES[module].name == "__init__.py" else module.split(".")[:-1]
    return ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])


def called(node: ast.Call) -> str:
    function = node.func
    return getattr(function, "attr", getattr(function, "id", ""))


def at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when a module is imported: not bodies of functions, not what is there for types alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from at_import(node)


def floor(module: str) -> str:
    return module.split(".")[0]


def test_imports_run_down_the_floors() -> None:
    height = {name: number for number, name in enumerate(FLOORS)}
    upwards = [
        f"{module} -> {target}"
        for module, tree in TREES.items()
        for target in imports(module, ast.walk(tree))
        if floor(module) in height and height.get(floor(target), -1) > height[floor(module)]
    ]
    assert upwards == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {
        module: {target for target in imports(module, at_import(tree)) if target in FILES}
        for module, tree in TREES.items()
    }
    assert circle(graph) == []


def test_no_floor_imports_itself_by_way_of_others() -> None:
    graph: dict[str, set[str]] = {}
    for module, tree in TREES.items():
        targets = {floor(target) for target in imports(module, ast.walk(tree))}
        graph.setdefault(floor(module), set()).update(targets & {*FLOORS} - {floor(module)})
    assert circle(graph) == []


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """The modules on one circle; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_the_sandbox_and_the_floors_do_not_know_each_other() -> None:
    crossing = [
        f"{module} -> {target}"
        for module, tree in TREES.items()
        for target in imports(module, ast.walk(tree))
        if floor(target) in (*ALL, "?")
        and (floor(module) == "sandbox") != (floor(target) == "sandbox")
        and (module, target) not in STARTERS
    ]
    assert crossing == []


def test_the_gateway_imports_the_sandbox_only_when_it_starts_one() -> None:
    early = [module for module, tree in TREES.items() if "sandbox" in imports(module, at_import(tree))]
    assert [module for module in early if floor(module) != "sandbox"] == []


def nameless_files() -> Iterator[Path]:
    """Where no provider may be named: code, scripts and what builds and runs them, except the providers' own."""
    folders = (*FLOORS, "scripts", "sdk", "deploy", ".ci")
    inside = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    beside = (path for path in ROOT.iterdir() if path.suffix in ("", ".toml", ".txt", ".yml", ".yaml"))
    for path in sorted({*inside, *beside}):
        if "node_modules" in path.parts:
            continue
        if path.is_file() and path.suffix not in (".pyc", ".md") and path != ROOT / "providers/registry.py":
            yield path


def test_a_provider_is_named_only_in_its_own_folder_and_in_the_registry() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{number}"
        for name in PROVIDERS
        for path in nameless_files()
        if not path.is_relative_to(ROOT / "providers" / name)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if re.search(name, line, re.IGNORECASE)
    ]
    assert named == []
