"""Imports point down, DESIGN's picture; importing the package costs nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import graphrec_utils
from graphrec_utils import paths

PACKAGE = Path(graphrec_utils.__file__).parent

# Bottom to top. A module may import from lower rows and from its own; what is imported as soon as
# a module is imported forms no circle (data and pinworld may call each other, later).
ROWS = [
    ["paths", "style", "toy", "syllabus"],
    ["environment", "installer", "virtual", "bootstrap"],
    ["data", "pinworld", "graphs", "propagation", "smoothing"],
    ["kernels"],
    ["walks", "neighbors", "sampling", "losses", "metrics"],
    ["models"],
    ["train", "results"],
    ["scale"],
    ["plots", "visuals"],
    ["exercises"],
    ["grading"],
    ["authoring"],
    ["commands", "doctor", "data_commands", "benchmark"],
    ["__main__"],
]
RANK = {name: rank for rank, row in enumerate(ROWS) for name in row}
STANDARD_ONLY = [
    "__init__",
    "__main__",
    "paths",
    "environment",
    "installer",
    "virtual",
    "bootstrap",
    "commands",
    "doctor",
]
PARSES_ON_38 = [
    "__init__",
    "__main__",
    "paths",
    "environment",
    "installer",
    "virtual",
    "bootstrap",
]


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def top(path: Path) -> str:
    """Return the first name below the package: "models" for models/lightgcn.py."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> list[str]:
    """Return the dotted names that a module imports, those inside functions as well."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def on_import(tree: ast.Module) -> list[str]:
    """Return the names that are imported when the module is: not in functions, not for types."""
    names, todo = [], list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            names += imports(node)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            todo += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            todo += ast.iter_child_nodes(node)
    return names


def arrows(find=imports) -> set[tuple[str, str]]:
    """Return (importing, imported) for the names directly below the package."""
    found = set()
    for path in modules():
        for name in find(ast.parse(path.read_text("utf-8"))):
            first, _, rest = name.partition(".")
            target = rest.split(".")[0]
            # `from graphrec_utils import __version__` takes a value, not a module
            if first == "graphrec_utils" and target in RANK and target != top(path):
                found.add((top(path), target))
    return found


def test_every_module_has_its_row():
    unknown = {top(path) for path in modules()} - set(RANK) - {"__init__"}
    assert not unknown, f"give {unknown} a row in ROWS"


def test_no_arrow_points_up():
    assert arrows(), "the arrows are not found at all"
    assert [(a, b) for a, b in arrows() if a in RANK and RANK[a] < RANK[b]] == []


def test_no_arrows_form_a_circle():
    after = {}
    for a, b in arrows(on_import):
        after.setdefault(a, set()).add(b)

    def reaches(start: str) -> set[str]:
        seen, todo = set(), [start]
        while todo:
            new = after.get(todo.pop(), set()) - seen
            seen |= new
            todo += new
        return seen

    assert [name for name in RANK if name in reaches(name)] == []


def test_both_kinds_of_imports_are_seen():
    lazy = ast.parse("import a\ndef f():\n    from b import c\nif TYPE_CHECKING:\n    import d")
    assert imports(lazy) == ["a", "b.c", "d"]
    assert on_import(lazy) == ["a"]
    assert ("bootstrap", "installer") in arrows(on_import)


@pytest.mark.parametrize("name", STANDARD_ONLY)
def test_the_command_line_needs_the_standard_library_only(name):
    tree = ast.parse((PACKAGE / f"{name}.py").read_text("utf-8"))
    # `commands` may import pytest inside `test`, after the set-up
    foreign = {x.split(".")[0] for x in on_import(tree)} - set(sys.stdlib_module_names)
    assert foreign <= {"graphrec_utils", "__future__"}


@pytest.mark.parametrize("name", PARSES_ON_38)
def test_an_old_python_can_read_what_it_meets(name):
    source = (PACKAGE / f"{name}.py").read_text("utf-8")
    ast.parse(source, feature_version=(3, 8))


def test_the_entry_can_be_read_by_python_36():
    """No `from __future__ import annotations` (3.7), no `:=` (3.8): __main__ and what it imports."""
    for name in ("__init__", "__main__"):
        source = (PACKAGE / f"{name}.py").read_text("utf-8")
        ast.parse(source, feature_version=(3, 6))
        assert "from __future__" not in source


def test_torch_geometric_is_imported_inside_functions_only():
    for path in modules():
        names = on_import(ast.parse(path.read_text("utf-8")))
        assert not [x for x in names if x.startswith("torch_geometric")], path


def test_importing_the_package_is_fast_and_loads_nothing_else():
    code = (
        "import sys, time; before = set(sys.modules); start = time.perf_counter()\n"
        "import graphrec_utils\n"
        "seconds = time.perf_counter() - start\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(seconds, *sorted(new - sys.stdlib_module_names))"
    )
    best = 9.0
    for _ in range(3):  # a busy machine is not the package's fault
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=paths.root(), capture_output=True, text=True
        )
        seconds, *loaded = done.stdout.split()
        assert loaded == ["graphrec_utils"], done.stderr
        best = min(best, float(seconds))
    assert best < 0.1


def test_a_module_can_be_read_in_one_sitting():
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {path.name: n for path, n in sizes.items() if n > 320} == {}
