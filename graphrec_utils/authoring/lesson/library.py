"""What the stored outputs of a cell stand on besides other cells: modules of the package, stored results, claims.

`mark` writes a digest of it into each code cell of the solved notebook, as metadata `made_by`; a cell whose
digest is another one now is run again by `build --changed`. Followed in the sources, with nothing run: from the
names that a cell uses to the modules that define them, and on to what these use. `metrics.coverage` is the module
in which `coverage` stands, not all that `graphrec_utils.metrics` names. Comments and docstrings do not count; the
functions of one module are not told apart.
"""

from __future__ import annotations

import ast
import functools
import hashlib
from pathlib import Path

from graphrec_utils import paths
from graphrec_utils.authoring.lesson.source import role
from graphrec_utils.exercises import find
from graphrec_utils.grading.submissions import syntax

KEY = "made_by"
PACKAGE = paths.PACKAGE.name
VISUALS = f"{PACKAGE}.plots.visuals"


def mark(source: Path, nb) -> None:
    """Write into each code cell of a solved notebook the digest of what its outputs stand on."""
    code = [
        (cell, syntax.parse(syntax.python(cell.source)))
        for cell in nb.cells
        if cell.cell_type == "code"
    ]
    named = {}  # names that the notebook imports, in any cell
    for _, tree in code:
        named |= _imports(tree) if tree else {}
    for cell, tree in code:
        found = hashlib.sha256()
        modules = _reached(_used(tree, named)) if tree else frozenset()
        if (name := role(cell)) and name[0] == "check":
            modules |= _reached(frozenset({find.module(name[1])}))
        for module in sorted(modules):
            found.update(module.encode() + _digest(module))
        for file in sorted(_results(tree)) if tree else ():
            found.update(file.read_bytes())
        if modules:
            cell.metadata[KEY] = found.hexdigest()[:8]


def changed(stored, now) -> set[str]:
    """Return the ids of the stored cells of a solved notebook whose outputs stand on what is another one now."""
    keys = {cell.id: cell.metadata.get(KEY) for cell in now.cells}
    marked = [cell for cell in stored.cells if KEY in cell.metadata]
    return {cell.id for cell in marked if keys.get(cell.id, "") != cell.metadata[KEY]}


# ---------------------------------------------------------------- names to modules


@functools.cache
def _sources() -> dict[str, Path]:
    """Return the file of every module of the package."""
    found = {}
    for path in paths.PACKAGE.rglob("*.py"):
        parts = path.relative_to(paths.PACKAGE.parent).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


@functools.cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_sources()[module].read_bytes())


def _imports(tree: ast.AST) -> dict[str, str]:
    """Return {name here: dotted name} for what is imported of the package, inside functions as well."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
            found |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.Import):
            ours = [a for a in node.names if a.name.split(".")[0] == PACKAGE]
            found |= {a.asname or PACKAGE: a.name if a.asname else PACKAGE for a in ours}
    return found


def _used(tree: ast.AST, named: dict[str, str]) -> frozenset[str]:
    """Return the dotted names of the package that a source uses: of `metrics.coverage`, also what follows the dot."""
    found, inside = set(), set()
    for node in ast.walk(tree):  # an attribute comes before what it is one of
        if isinstance(node, ast.Attribute):
            chain, base = [node.attr], node.value
            while isinstance(base, ast.Attribute):
                chain, base = [base.attr, *chain], base.value
            if isinstance(base, ast.Name) and base.id in named and base not in inside:
                inside.add(base)
                found.add(".".join([named[base.id], *chain]))
        elif isinstance(node, ast.Name) and node.id in named and node not in inside:
            found.add(named[node.id])
    return frozenset(found)


@functools.cache
def _home(name: str) -> str:
    """Return the module in which a dotted name is defined; "" for one that is not the package's."""
    module, rest = name, []
    while module and module not in _sources():
        module, _, last = module.rpartition(".")
        rest.insert(0, last)
    if module and rest and rest[0] in (again := _imports(_tree(module))):
        return _home(".".join([again[rest[0]], *rest[1:]]))
    if module == VISUALS and rest:  # found by its folder, in a lesson's room
        return next((m for m in _sources() if m.endswith(f".visuals.{rest[0]}")), module)
    return module


@functools.cache
def _next(module: str) -> frozenset[str]:
    """Return the modules whose names one uses."""
    tree = _tree(module)
    return frozenset(map(_home, _used(tree, _imports(tree)))) - {module, ""}


@functools.cache
def _reached(names: frozenset[str]) -> frozenset[str]:
    """Return the modules that define some dotted names, and all that these use."""
    found, todo = set(), set(map(_home, names)) - {""}
    while todo:
        module = todo.pop()
        found.add(module)
        todo |= _next(module) - found
    return frozenset(found)


# ---------------------------------------------------------------- digests


@functools.cache
def _digest(module: str) -> bytes:
    """Return a digest of a module's code and of the pages, scripts and tables that lie beside it."""
    path, tree = _sources()[module], _tree(module)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_text(body[0]):
            node.body = body[1:]
    found = hashlib.sha256(ast.dump(tree).encode())
    own = path.parent if path.name == "__init__.py" else None
    for file in sorted(own.iterdir() if own else path.parent.glob(f"{path.stem}.*")):
        if file.is_file() and file.suffix not in (".py", ".pyc", ".json"):
            found.update(file.name.encode() + file.read_bytes())
    return found.digest()


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _results(tree: ast.AST) -> set[Path]:
    """Return the files of stored results that a cell names."""
    folder = paths.root() / "data" / "results"
    words = {
        x.value for x in ast.walk(tree) if isinstance(x, ast.Constant) and isinstance(x.value, str)
    }
    return {
        file for word in words if word[:2].isdigit() and (file := folder / f"{word}.json").is_file()
    }
