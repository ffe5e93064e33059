"""Remarks on an answer for the instructor; they cost no points."""

from __future__ import annotations

import ast
import functools

from graphrec_utils import paths
from graphrec_utils.grading.submissions import syntax

MODULES = {
    "ctypes": "calls C code", "gc": "looks at other objects", "inspect": "looks at other code",
    "signal": "changes signals", "socket": "opens the network", "subprocess": "starts programs",
    "multiprocessing": "starts processes", "threading": "starts threads", "_thread":
    "starts threads", "urllib": "opens the network", "requests": "opens the network",
    "importlib": "imports by name", "IPython": "reaches into the notebook", "nbval":
    "reaches into the grader",
}  # fmt: skip
NAMES = {"get_ipython", "exec", "eval", "__import__", "compile", "setattr", "globals"}
OWN = ("graphrec_utils.exercises", "graphrec_utils.grading", "solutions")


def remarks(source: str, library: str = "") -> list[str]:
    """Return one sentence for each thing that an honest answer hardly needs.

    Args:
        library: the package's own version of the exercise, "graphrec_utils.graphs.adjacency": known
            by its last name, from whatever module it is taken.
    """
    tree = syntax.parse(source)
    if tree is None:
        return []
    found: dict[str, None] = {}
    name = library.rpartition(".")[2]
    modules = _modules() | {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if any(x.startswith("graphrec_utils") for x in _imported(node))
    }
    for node in ast.walk(tree):
        for text in [
            *_node(node),
            *_inside(node),
            *(_library(node, name, modules) if name else ()),
        ]:
            found[text] = None
    return list(found)


@functools.cache
def _modules() -> frozenset[str]:
    """Return the last names of the package's modules, as answers call them: "graphs", "ngcf"."""
    folders = {file.parent.name for file in paths.PACKAGE.rglob("__init__.py")}
    return frozenset(folders | {file.stem for file in paths.PACKAGE.rglob("*.py")})


def _inside(node: ast.AST):
    """Yield a sentence for what the library keeps to itself: kernels and private names."""
    for path in _imported(node):
        parts = path.split(".")
        private = any(part.startswith("_") for part in parts)
        if parts[0] == "graphrec_utils" and (private or "kernels" in parts):
            yield f"line {getattr(node, 'lineno', 0)} imports {path}, the inside of the library"


def _library(node: ast.AST, name: str, modules: frozenset[str]):
    """Yield a sentence where the library's version is imported from, or looked up in, a module."""
    line = f"line {getattr(node, 'lineno', 0)}"
    for path in _imported(node):
        if path.startswith("graphrec_utils.") and path.rpartition(".")[2] in (name, "*"):
            yield f"{line} imports {path}, the library's version of this exercise"
    if isinstance(node, ast.Attribute) and node.attr == name:
        path = _dotted(node)
        if path.rpartition(".")[0].rpartition(".")[2] in modules:
            yield f"{line} uses {path}, the library's version of this exercise"
    if (
        isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "getattr"
        and any(getattr(x, "value", None) == name for x in node.args)
    ):
        yield f"{line} looks up {name!r}, the library's version of this exercise"


def _node(node: ast.AST):
    line = f"line {getattr(node, 'lineno', 0)}"
    for name in _imported(node):
        top = name.partition(".")[0]
        if top in MODULES:
            yield f"{line} imports {name}: {MODULES[top]}"
        if name.startswith(OWN):
            yield f"{line} imports {name}: the course's own solution or grader"
    if isinstance(node, ast.Attribute):
        path = _dotted(node)
        if node.attr in ("reference", "EXERCISES") or path.startswith(OWN):
            yield f"{line} uses {path or node.attr}: the course's own solution"
        elif path in ("os._exit", "os.kill", "os.fork", "os.abort", "sys._getframe", "sys.modules",
                      "sys.settrace"):  # fmt: skip
            yield f"{line} uses {path}"
    if isinstance(node, ast.Name) and node.id in NAMES:
        yield f"{line} uses {node.id}"
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    if "graphrec.outcomes" in text or "solutions/" in text:
        yield f"{line} mentions {text[:60]!r}"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def _dotted(node: ast.AST) -> str:
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
