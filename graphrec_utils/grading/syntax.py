"""What a cell's code defines and needs, found without running it."""

from __future__ import annotations

import ast
import contextlib
import re
import symtable
import warnings

from IPython.core.inputtransformer2 import TransformerManager

TOO_DEEP = (RecursionError, MemoryError)
FENCE = re.compile(r"^\s*```[^\n]*\n(.*?)(?:^\s*```\s*$|\Z)", re.MULTILINE | re.DOTALL)
HARMLESS_MAGIC = re.compile(r"\A\s*%%(?:time|timeit|capture|prun)\b[^\n]*\n")


def python(source: str) -> str:
    """Return a cell's source as Python: no %%time, and IPython's own syntax rewritten."""
    source = HARMLESS_MAGIC.sub("", source)
    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # it meets what no parser would accept; ours says so with a line
        return source


def from_markdown(source: str) -> str:
    """Return the code in a cell that was turned into text: its fenced blocks, or all of it."""
    blocks = FENCE.findall(source)
    return "\n".join(blocks) if blocks else source


def parse(source: str) -> ast.Module | None:
    """Return the syntax tree, or None if there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape in a student's string is not ours
        try:
            tree = ast.parse(source)
            compile(source, "cell", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, *TOO_DEEP):
            return None
    return tree


def syntax_error(source: str) -> str:
    """Return "line 3: invalid syntax" for code that does not parse, or ""."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "cell", "exec", dont_inherit=True)
        except SyntaxError as error:
            return f"line {error.lineno or 1}: {error.msg}"
        except ValueError:
            return "line 1: the cell contains a zero byte"
        except TOO_DEEP:
            return "line 1: nested too deeply"
    return ""


def fingerprint(tree: ast.AST) -> str:
    """Return the code as text without comments, docstrings and layout."""
    tree = ast.parse(ast.unparse(tree))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and body:
            first = body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = body[1:] or [ast.Pass()]
    return ast.dump(tree)


def is_stub(tree: ast.Module, function: str, stub: str) -> bool:
    """Report whether the function is still the one that was handed out, or does nothing."""
    with contextlib.suppress(*TOO_DEEP):
        if fingerprint(tree) == stub:
            return True
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == function:
                return all(_does_nothing(line) for line in node.body)
    return False


def _does_nothing(line: ast.stmt) -> bool:
    if isinstance(line, ast.Raise):
        return "NotImplementedError" in ast.dump(line)
    constant = isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
    return constant or isinstance(line, ast.Pass)


def bound(node: ast.stmt) -> set[str]:
    """Return the names that a top-level statement binds."""
    names: set[str] = set()
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            names.add(node.name)
        case ast.Import() | ast.ImportFrom():
            names |= {(a.asname or a.name).partition(".")[0] for a in node.names}
        case _:
            for inner in _own_level(node):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    names.add(inner.id)
                elif inner is not node and isinstance(inner, ast.stmt):
                    names |= bound(inner)
    return names


def _own_level(node: ast.AST):
    """Walk a statement without entering functions, classes and comprehensions."""
    closed = (
        ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp,
        ast.DictComp, ast.GeneratorExp,
    )  # fmt: skip
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        if current is node or not isinstance(current, closed):
            stack.extend(ast.iter_child_nodes(current))


def defines(tree: ast.Module, name: str) -> bool:
    """Report whether the code binds `name` at its top level."""
    return any(name in bound(node) for node in tree.body)


def needs(source: str) -> set[str]:
    """Return the global names that the code uses and does not bind itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            top = symtable.symtable(source, "cell", "exec")
            tree = ast.parse(source)
        except (SyntaxError, ValueError, *TOO_DEEP):
            return set()
    own = set().union(*(bound(node) for node in tree.body)) if tree.body else set()
    used: set[str] = set()
    stack = [(top, True)]
    while stack:
        table, is_top = stack.pop()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (is_top or symbol.is_global()):
                used.add(symbol.get_name())
        stack.extend((child, False) for child in table.get_children())
    return used - own
