"""Imports point down and form no circle; the top floor is small; importing the package is free."""

from __future__ import annotations

import ast
import functools
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterable
from pathlib import Path

import pytest

import graphrec_utils
from graphrec_utils import paths

PACKAGE = Path(graphrec_utils.__file__).parent

# The layers, bottom to top: the one place where they are written. A name is a room, a module or a folder with
# all that is in it: it may import from lower rows, and from itself as long as no circle arises.
ROWS = [
    ("paths", "markup", "methods", "arguments"),
    ("style", "syllabus"),
    ("data", "kernels"),
    ("graphs", "pinworld", "toy"),
    ("datasets", "walks", "sampling", "losses", "metrics"),
    ("train", "results"),
    ("models",),
    ("fitted",),
    ("plots",),
    ("exercises",),
    ("lessons",),
    ("cli",),
    ("grading", "scale"),
    ("advise",),
    ("authoring",),
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


def room(name: str) -> str:
    """Return "models" for "models.mf": the folder on the top floor, or the module there, that holds a module."""
    return name.partition(".")[0]


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


def test_every_room_has_its_row():
    assert {room(dotted(path)) for path in files()} - {"__init__"} == set(ROOMS)


def upward(
    pairs: Iterable[tuple[str, str]], rooms: dict[str, int] = ROOMS
) -> list[tuple[str, str]]:
    """Return the arrows that lead out of a room and not down."""
    rank = lambda name: rooms.get(room(name), -1)  # noqa: E731 (the package itself: below all)
    return [(a, b) for a, b in pairs if room(a) != room(b) and rank(a) <= rank(b)]


def test_no_arrow_points_up():
    pairs = [(a, b) for a, targets in arrows().items() for b in targets if a != "__init__"]
    assert len(pairs) > 300, "the arrows are not found at all"
    assert upward(pairs) == [], "a room imports from lower rows, and from itself"


def test_an_arrow_that_points_up_would_be_found():
    """A folder is one room: what lies deep in it does not stand lower, or higher, than the rest."""
    rooms = {"table": 0, "style": 1, "models": 2, "cli": 3}
    down = [("models.mf", "table"), ("models.mf", "models.ease"), ("cli.setup.lock", "cli.data")]
    up = [("style", "models.fits.plain"), ("models.mf", "cli.setup.lock"), ("table", "style")]
    beside = ("plots", "exercises.card")
    assert upward([*down, *up], rooms) == up
    assert upward([beside], {"plots": 4, "exercises": 4}) == [beside]


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
    assert there == set(ROOMS) - {"__main__"}
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
