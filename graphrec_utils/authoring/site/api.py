"""The reference of the package as Markdown, one page per module, from its docstrings.

The sources are parsed, not imported. A docstring is Markdown already; its sections (Args, Returns,
Raises, Example) become bold heads with lists. Sphinx's autodoc is not used: it reads docstrings as
reStructuredText, where |x| and a formula between dollars mean something else.
"""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

from graphrec_utils import paths

ROW = re.compile(r"^    ([a-z_. ]+?)  +\S", re.MULTILINE)  # of the map in the package's docstring
SECTION = re.compile(r"(Args|Returns|Yields|Raises|Attributes|Example|Examples):$")
ENTRY = re.compile(r"([\w*`]+(?:, [\w*`]+)*): (.*)")


def pages() -> dict[str, str]:
    """Return {"graphs": Markdown of `graphrec_utils.graphs` and all that is below it, ...}."""
    return {name: "\n\n".join(map(_module, _files(name))) + "\n" for name in names()}


def names() -> list[str]:
    """Return the rooms below the exercises, from the bottom up, and `scale`: what lessons import, and how."""
    tree = ast.parse((paths.PACKAGE / "__init__.py").read_text("utf-8"))
    rooms = [name for row in ROW.findall(ast.get_docstring(tree)) for name in row.split()]
    below = rooms[: rooms.index("exercises")]
    return [*below[:-1], "scale", below[-1]]


def _files(name: str) -> list[Path]:
    """Return a module, or what a folder holds at any depth; a folder's own words come first, visuals of lessons last."""
    single, package = paths.PACKAGE / f"{name}.py", paths.PACKAGE / name
    if single.exists():
        return [single]
    shown = (paths.PACKAGE / "lessons").glob("*/visuals/*/*.py") if name == "plots" else ()
    return [*sorted(package.rglob("*.py"), key=_dotted), *sorted(shown)]


def _dotted(path: Path) -> str:
    """Return "graphs.matrices", and "graphs" for its __init__."""
    parts = path.relative_to(paths.PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _module(path: Path) -> str:
    """Return a module's docstring and its public functions and classes."""
    title = _dotted(path)
    inner = "." in title
    tree = ast.parse(path.read_text("utf-8"))
    text = [
        f"{'##' if inner else '#'} {title}",
        f"`graphrec_utils.{title}`",
        _prose(ast.get_docstring(tree) or ""),
    ]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and _public(node):
            text.append(_entry(node, "###" if inner else "##"))
    return "\n\n".join(part for part in text if part)


def _public(node) -> bool:
    return not node.name.startswith("_") and ast.get_docstring(node) is not None


def _entry(node: ast.FunctionDef | ast.ClassDef, level: str) -> str:
    """Return one function, or a class with its public methods."""
    lines = [f"{level} {node.name}", f"```python\n{_signature(node)}\n```"]
    lines.append(_prose(ast.get_docstring(node)))
    if isinstance(node, ast.ClassDef):
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and _public(method):
                shown = f"`.{_signature(method, bound=True)}`"
                lines.append(f"{shown}\n\n{_prose(ast.get_docstring(method))}")
    return "\n\n".join(lines)


def _signature(node: ast.FunctionDef | ast.ClassDef, bound: bool = False) -> str:
    """Return `name(arguments) -> type`, on lines of their own where one would be too long."""
    if isinstance(node, ast.ClassDef):
        start = [x for x in node.body if isinstance(x, ast.FunctionDef) and x.name == "__init__"]
        if start:
            made = ast.unparse(start[0].args).removeprefix("self").removeprefix(", ")
            return f"class {node.name}({made})"
        fields = [ast.unparse(x) for x in node.body if isinstance(x, ast.AnnAssign)]
        return f"class {node.name}({', '.join(fields)})"
    arguments = ast.unparse(node.args)
    if bound:
        arguments = re.sub(r"^self(, )?", "", arguments)
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    line = f"{node.name}({arguments}){result}"
    return line if bound or len(line) < 90 else line.replace(", ", ",\n    ")


def _prose(docstring: str) -> str:
    """Return a docstring with its sections as lists."""
    blocks, section = [], ""
    for block in re.split(r"\n\s*\n", inspect.cleandoc(docstring)):
        first, _, rest = block.partition("\n")
        if match := SECTION.match(first):
            section, block = match[1], inspect.cleandoc("\n" + rest)
            blocks.append(f"**{section}**")
        elif not block.startswith(" "):
            section = ""
        else:
            block = inspect.cleandoc("\n" + block)
            if not section:  # indented in prose: code, or a list of modules
                blocks.append(f"```text\n{block}\n```")
                continue
        blocks.append(_body(section, block))
    return "\n\n".join(blocks)


def _body(section: str, block: str) -> str:
    if section.startswith("Example"):
        return f"```python\n{block}\n```"
    block = _escaped(block)
    if section not in ("Args", "Raises", "Attributes"):
        return block
    items = []
    for line in block.splitlines():
        if not line.startswith(" ") and (entry := ENTRY.match(line)):
            items.append(f"- `{entry[1].replace('`', '')}`: {entry[2]}")
        elif items:
            items[-1] += f" {line.strip()}"
        else:
            items.append(line)
    return "\n".join(items)


def _escaped(text: str) -> str:
    """Keep < outside code as it is: it would begin a tag."""
    pieces = re.split(r"(`[^`]*`|\$[^$]*\$)", text)
    return "".join(x if k % 2 else x.replace("<", "\\<") for k, x in enumerate(pieces))
