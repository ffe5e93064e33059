"""Remarks on an answer for the instructor; they cost no points."""

from __future__ import annotations

import ast

from graphrec_utils.grading import syntax

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
        library: the package's own version of the exercise, "graphrec_utils.graphs.propagate".
    """
    tree = syntax.parse(source)
    if tree is None:
        return []
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        for text in _node(node, library):
            found[text] = None
    return list(found)


def _node(node: ast.AST, library: str):
    line = f"line {getattr(node, 'lineno', 0)}"
    for name in _imported(node):
        top = name.partition(".")[0]
        if top in MODULES:
            yield f"{line} imports {name}: {MODULES[top]}"
        if name.startswith(OWN):
            yield f"{line} imports {name}: the course's own solution or grader"
        elif library and name == library:
            yield f"{line} imports {name}, the library's version of this exercise"
    if isinstance(node, ast.Attribute):
        path = _dotted(node)
        if node.attr in ("reference", "EXERCISES") or path.startswith(OWN):
            yield f"{line} uses {path or node.attr}: the course's own solution"
        elif library and path.endswith(".".join(library.split(".")[-2:])):
            yield f"{line} uses {path}, the library's version of this exercise"
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
