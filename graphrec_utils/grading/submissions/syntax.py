"""What a cell's code defines and needs, found without running it."""

from __future__ import annotations

import ast
import contextlib
import functools
import itertools
import re
import symtable
import sys
import warnings
from collections.abc import Iterable

from IPython.core.inputtransformer2 import TransformerManager

TOO_DEEP = (RecursionError, MemoryError)
FENCE = re.compile(r"^[ \t]*```[^\n]*\n(.*?)(?:^[ \t]*```[ \t\r]*$|\Z)", re.MULTILINE | re.DOTALL)
HARMLESS_MAGIC = re.compile(r"\A(?:\s*%%(?:time|timeit|capture|prun)\b[^\n]*\n)+")
INSTALLS = re.compile(  # a kernel has no network; what is installed is there, the rest never comes
    r"^([ \t]*)[!%][ \t]*(?:(?:python[\d.]*|\{?sys\.executable\}?)[ \t]+-m[ \t]+)?(?:uv[ \t]+)?"
    r"(?:pip[\d.]*|conda|mamba)[ \t](?:[^\n]*\\\n)*[^\n]*",
    re.MULTILINE,
)
FUTURE = re.compile(r"^from[ \t]+__future__[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]+)", re.MULTILINE)
LARGEST_STUB = 2_000  # nodes
REMEMBERED = 256  # cells: each is looked at several times
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
SETTING = re.compile(
    r"set(?!attr\b|\Z)|seed\Z|manual_seed|use_|enable|disable|filterwarnings|simplefilter"
)
FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # as in Jupyter


@functools.lru_cache(maxsize=REMEMBERED)
def python(source: str) -> str:
    """Return a cell's source as Python: no %%time, no !pip, and IPython's own syntax rewritten."""
    source = INSTALLS.sub(r"\1pass", HARMLESS_MAGIC.sub("", source))
    if parse(source) is not None:
        return source
    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # it meets what no parser would accept; ours says so with a line
        return source


def from_markdown(source: str) -> str:
    """Return the code in a cell that was turned into text: its fenced blocks, or all of it."""
    blocks = FENCE.findall(source)
    return "\n".join(blocks) if blocks else source


@functools.lru_cache(maxsize=REMEMBERED)
def parse(source: str) -> ast.Module | None:
    """Return the syntax tree, which nobody changes, or None if there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape in a student's string is not ours
        try:
            tree = ast.parse(source)
            compile(source, "cell", "exec", FLAGS, dont_inherit=True)
        except (SyntaxError, ValueError, *TOO_DEEP):
            return None
    return tree


def joined(sources: Iterable[str]) -> str:
    """Return several cells as one: what they import from the future can stand at its top only."""
    whole = "\n\n".join(sources)
    future = dict.fromkeys(FUTURE.findall(whole))
    head = "".join(f"from __future__ import {names}\n" for names in future)
    return head + FUTURE.sub("pass", whole) if future else whole


def statements(source: str) -> list[ast.stmt]:
    """Return the top-level statements of a cell, or none if it does not parse."""
    tree = parse(python(source))
    return tree.body if tree else []


def text(node: ast.stmt) -> str:
    """Return a statement as code."""
    try:
        return ast.unparse(node)
    except TOO_DEEP:
        return "pass"


def plain(source: str) -> str:
    """Return a source without layout at the ends of lines, for comparing cells."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def syntax_error(source: str) -> str:
    """Return "line 3: invalid syntax" for code that does not parse, or ""."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "cell", "exec", FLAGS, dont_inherit=True)
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
        small = sum(1 for _ in itertools.islice(ast.walk(tree), LARGEST_STUB)) < LARGEST_STUB
        if small and fingerprint(tree) == stub:
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
    if isinstance(node, FUNCTIONS | ast.ClassDef):
        return {node.name}
    names: set[str] = set()
    for inner in _own_level(node):
        match inner:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(inner.name)
            case ast.Import() | ast.ImportFrom():
                names |= {(a.asname or a.name).partition(".")[0] for a in inner.names}
            case (
                ast.Name(id=name, ctx=ast.Store())
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                names.add(name)
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


def replaces(tree: ast.Module, name: str) -> bool:
    """Report whether the code binds `name` anew, without the value that it had before."""
    return any(name in bound(node) and name not in reads(node) for node in tree.body)


def reads(node: ast.stmt) -> set[str]:
    """Return the names that a statement reads when it runs, not when its functions are called."""
    roots = node.decorator_list if isinstance(node, FUNCTIONS) else [node]
    inner = [x for root in roots for x in _own_level(root)]
    names = {x.id for x in inner if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Load)}
    return names | {x.target.id for x in inner if _is_name_plus(x)}


def _is_name_plus(node: ast.AST) -> bool:
    return isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)


def needs(source: str) -> set[str]:
    """Return the global names that the code uses and does not bind itself.

    A module that it imports is "name.py": a file that another cell may write.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(source)
            top = symtable.symtable(_with_scopes(source), "cell", "exec")
        except (SyntaxError, ValueError, *TOO_DEEP):
            return set()
    own = set().union(*(bound(node) for node in tree.body)) if tree.body else set()
    used: set[str] = set()
    stack = [(top, True)]
    while stack:
        table, is_top = stack.pop()
        for symbol in table.get_symbols():
            counts = symbol.is_referenced() or symbol.is_declared_global()
            if counts and (is_top or symbol.is_global()):
                used.add(symbol.get_name())
        stack.extend((child, False) for child in table.get_children())
    counted = {node.target.id for node in tree.body if _is_name_plus(node)}
    return used - own | counted | _imported(tree)


class _Generators(ast.NodeTransformer):
    """Make every comprehension a generator of the same names."""

    def visit_ListComp(self, node):
        self.generic_visit(node)
        return ast.GeneratorExp(node.elt, node.generators)

    visit_SetComp = visit_ListComp

    def visit_DictComp(self, node):
        self.generic_visit(node)
        return ast.GeneratorExp(ast.Tuple([node.key, node.value], ast.Load()), node.generators)


def _with_scopes(source: str) -> str:
    """Return the code with comprehensions that have a scope of their own (since 3.12 only generators, PEP 709)."""
    if sys.version_info < (3, 12):
        return source
    try:
        return ast.unparse(ast.fix_missing_locations(_Generators().visit(ast.parse(source))))
    except (ValueError, *TOO_DEEP):  # a name too many is needed rather than none
        return source


def _imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {f"{name.partition('.')[0]}.py" for name in names}


# ---------------------------------------------------------------- what a statement changes


def written(node: ast.stmt) -> str:
    """Return the file that a cell with %%writefile makes, or ""."""
    match node:
        case ast.Expr(
            ast.Call(
                func=ast.Attribute(attr="run_cell_magic"),
                args=[ast.Constant("writefile" | "file"), ast.Constant(str(line)), _],
            )
        ):
            return line.split()[-1].strip("'\"").removeprefix("./") if line.strip() else ""
    return ""


def changes(node: ast.stmt) -> set[str]:
    """Return the names whose objects a statement changes when it runs, without binding them.

    TABLE[k] = 1, Class.method = f, LIST.append(f), setattr(a, "b", 1), @f.register, class B(A).
    """
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return set(filter(None, map(_base, node.decorator_list)))
        case ast.ClassDef():
            return set(filter(None, map(_base, [*node.decorator_list, *node.bases])))
    return _changed(_own_level(node))


def touches(node: ast.stmt) -> set[str]:
    """Return the names outside of a function that it changes or binds when it is called."""
    if not isinstance(node, FUNCTIONS):
        return set()
    inner = list(ast.walk(node))
    outside = {name for x in inner if isinstance(x, ast.Global) for name in x.names}
    own = {x.arg for x in inner if isinstance(x, ast.arg)}
    own |= {x.id for x in inner if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)}
    return outside | _changed(inner) - (own - outside)


def calls(node: ast.stmt) -> str:
    """Return the name of a function that a statement calls and whose value it drops, or ""."""
    match node:
        case ast.Expr(ast.Call(func=ast.Name(id=name))):
            return name
    return ""


def sets(node: ast.stmt) -> bool:
    """Report whether a statement is a setting: sys.setrecursionlimit(10**6), torch.manual_seed(0)."""
    match node:
        case ast.Expr(ast.Call(func=ast.Attribute(attr=name) as function)):
            return bool(_base(function)) and SETTING.match(name) is not None
    return SETTING.match(calls(node)) is not None


def _changed(nodes) -> set[str]:
    names = set()
    for node in nodes:
        match node:
            case (
                ast.Subscript(ctx=ast.Store() | ast.Del())
                | ast.Attribute(ctx=ast.Store() | ast.Del())
            ):
                names.add(_base(node))
            case ast.Expr(ast.Call(func=ast.Attribute() as function)):
                names.add(_base(function))
            case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[target, *_]):
                names.add(_base(target))
    return names - {""}


def _base(node: ast.AST) -> str:
    """Return "a" for a.b[c].d and a.b(c), or "" where it does not begin with a name."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
