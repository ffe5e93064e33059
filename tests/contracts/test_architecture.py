"""Imports point down and form no circle; the top floor is small; importing the package is free."""

from __future__ import annotations

import ast
import functools
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

import graphrec_utils
from graphrec_utils import paths

PACKAGE = Path(graphrec_utils.__file__).parent

# The layers, bottom to top: the one place where they are written. A module may import from lower
# rows, and from its own room as long as no circle arises. A name stands for a module or a folder with
# all that is in it; of two names that fit, the longer one counts (cli.setup is not cli).
ROWS = [
    ("paths", "markup", "methods", "arguments"),
    ("style", "syllabus"),
    ("cli.setup",),
    ("data", "kernels"),
    ("graphs", "pinworld", "toy"),
    ("datasets", "walks", "sampling", "losses", "metrics", "scale"),
    ("train", "results"),
    ("models",),
    ("methods.fits",),
    ("plots",),
    ("exercises",),
    ("lessons",),
    ("grading",),
    ("advise",),
    ("authoring",),
    ("cli",),
    ("__main__",),
]
ROOMS = {name: rank for rank, row in enumerate(ROWS) for name in row}
# What a lesson may say after `from graphrec_utils import`; everything else is machinery.
LESSONS_SEE = 17
LINES = 250  # of code, docstrings and comments not counted
ENTRY = ["__init__", "__main__", "paths", "cli/__init__", *("cli/" + name for name in (
    "shared", "lab", "test", "reset", "doctor", "bench"))]  # fmt: skip
SET_UP = ["__init__", "environment", "installer", "virtual", "bootstrap"]
STANDARD_ONLY = [*ENTRY, *("cli/setup/" + name for name in SET_UP)]
PARSES_ON_38 = [
    "__init__",
    "__main__",
    "paths",
    "cli/__init__",
    *("cli/setup/" + x for x in SET_UP),
]


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    """Return "models.mf" for models/mf.py, "models" for its __init__, "__init__" for the package's."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def room(name: str) -> str | None:
    """Return the longest name of ROWS that holds a module."""
    fits = [r for r in ROOMS if name == r or name.startswith(r + ".")]
    return max(fits, key=len, default=None)


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(node: ast.AST) -> list[str]:
    """Return the dotted names that are imported below `node`, inside functions as well."""
    names = []
    for x in ast.walk(node):
        if isinstance(x, ast.Import):
            names += [alias.name for alias in x.names]
        elif isinstance(x, ast.ImportFrom):
            assert x.level == 0, "imports are absolute"
            names += [f"{x.module}.{alias.name}" for alias in x.names]
    return names


def on_import(module: ast.Module) -> list[str]:
    """Return the names that are imported when the module is: not in functions, not for types."""
    names, todo = [], list(module.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            names += imports(node)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            todo += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            todo += ast.iter_child_nodes(node)
    return names


@functools.cache
def arrows() -> dict[str, set[str]]:
    """Return {module: the modules of the package that it imports, wherever and for whatever}."""
    known = {dotted(path) for path in files()}
    found = {}
    for path in files():
        targets = set()
        for name in imports(tree(path)):
            first, _, rest = name.partition(".")
            if first != "graphrec_utils":
                continue
            # `from graphrec_utils.data import Split` takes a name out of the module `data`
            while rest and rest not in known:
                rest = rest.rpartition(".")[0]
            targets.add(rest or "__init__")
        found[dotted(path)] = targets - {dotted(path)}
    return found


def circles(after: dict[str, set[str]]) -> list[set[str]]:
    """Return the sets of modules that reach each other."""

    def reached(start: str) -> set[str]:
        seen, todo = set(), [start]
        while todo:
            new = after.get(todo.pop(), set()) - seen
            seen |= new
            todo += new
        return seen

    below = {name: reached(name) for name in after}
    found = []
    for name in after:
        circle = {other for other in below[name] if name in below[other]}
        if circle and circle not in found:
            found.append(circle)
    return found


def test_every_module_has_its_row():
    assert {dotted(path) for path in files() if room(dotted(path)) is None} == {"__init__"}
    empty = {name for name in ROOMS if not any(room(dotted(path)) == name for path in files())}
    assert empty == set(), "rows of nothing"


def test_no_arrow_points_up():
    pairs = [(a, b) for a, targets in arrows().items() for b in targets]
    assert len(pairs) > 300, "the arrows are not found at all"
    rank = lambda name: ROOMS.get(room(name), -1)  # noqa: E731 (the package itself: below all)
    up = [(a, b) for a, b in pairs if a != "__init__" and rank(a) < rank(b)]
    beside = [(a, b) for a, b in pairs if rank(a) == rank(b) and room(a) != room(b)]
    assert (up, beside) == ([], []), "importing from the own row is importing from the own room"


def test_no_files_import_each_other_in_a_circle():
    """Wherever the import stands: one inside a function hides a circle, it does not cut it."""
    assert circles(arrows()) == []


def test_a_circle_would_be_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [{"a", "b", "c"}]
    lazy = ast.parse("import a\ndef f():\n    from b import c\nif TYPE_CHECKING:\n    import d")
    assert set(imports(lazy)) == {"a", "b.c", "d"}
    assert on_import(lazy) == ["a"]
    assert "cli.setup.installer" in arrows()["cli.setup.bootstrap"]


def test_the_map_of_the_package_is_the_layers():
    """Each line of the map in the package's docstring is a row, in this order."""
    shown = re.findall(r"^    ([\w. ]+?)  +\S", graphrec_utils.__doc__, re.M)
    rows = [tuple(line.split()) for line in shown]
    assert rows == [row for row in ROWS if row != ("__main__",)]


def test_the_top_floor_is_small():
    """What lessons import, counted; and nothing lies there that has no row."""
    there = {p.name.removesuffix(".py") for p in PACKAGE.iterdir() if p.suffix in ("", ".py")}
    there -= {"__pycache__", "__init__", "__main__"}
    assert there == {name.partition(".")[0] for name in ROOMS} - {"__main__"}
    seen = set()
    for source in (paths.root() / "solutions").glob("*.py"):
        for name in imports(ast.parse(source.read_text("utf-8"))):
            if name.startswith("graphrec_utils."):
                seen.add(name.split(".")[1])
    assert len(seen) <= LESSONS_SEE, sorted(seen)


@pytest.mark.parametrize("name", STANDARD_ONLY)
def test_the_command_line_needs_the_standard_library_only(name):
    # `test` may import pytest inside its function, after the set-up
    foreign = {x.split(".")[0] for x in on_import(tree(PACKAGE / f"{name}.py"))}
    assert foreign - set(sys.stdlib_module_names) <= {"graphrec_utils"}


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
    for path in files():
        assert not [x for x in on_import(tree(path)) if x.startswith("torch_geometric")], path


def test_importing_the_package_loads_nothing_else():
    code = (
        "import sys; before = set(sys.modules)\n"
        "import graphrec_utils\n"
        "print(*sorted({name for name in set(sys.modules) - before}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=paths.root(), capture_output=True, text=True
    )
    assert done.stdout.split() == ["graphrec_utils"], done.stderr


def lines_of_code(source: str) -> int:
    """Count the lines that hold code: no blank lines, no comments, no docstrings."""
    texts = set()
    for node in ast.walk(ast.parse(source)):
        text = node.value if isinstance(node, ast.Expr) else None
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            texts |= set(range(node.lineno, node.end_lineno + 1))
    skip = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    held = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in skip and token.type != tokenize.ENDMARKER:
            held |= set(range(token.start[0], token.end[0] + 1))
    return len(held - texts)


def test_lines_are_counted():
    assert lines_of_code('"""Doc.\n\nMore."""\n\nx = 1  # why\n# alone\ny = """a\nb"""\n') == 3


def test_a_module_can_be_read_in_one_sitting():
    # a lesson's questions are prose: sentences that a student reads one by one
    code = [path for path in files() if path.name != "questions.py" or "lesson" not in str(path)]
    sizes = {dotted(path): lines_of_code(path.read_text("utf-8")) for path in code}
    assert {name: size for name, size in sizes.items() if size > LINES} == {}
