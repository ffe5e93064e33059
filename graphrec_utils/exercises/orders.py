"""The lines of a solution, and which orders of them are right: two that need nothing of each other may change places."""

from __future__ import annotations

import ast
import io
import itertools
import textwrap
import tokenize

GOES_ON = ("else:", "elif ", "except", "finally:")


def logical(answer: str) -> list[str]:
    """Return the statements and the heads of blocks, one a line with its indentation, without comments.

    What goes over several rows is joined into one.
    """
    lines, row, end = [], "", (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(answer).readline):
        if token.type == tokenize.NEWLINE:
            lines.append(row)
            row = ""
        elif token.type not in (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT):
            if not row:
                row = " " * token.start[1]
            elif token.start[0] == end[0]:
                row += " " * (token.start[1] - end[1])
            elif row[-1] not in "([{" and token.string not in ")]}":
                row += " "
            row += token.string
            end = token.end
    return lines


def beginnings(lines: list[str]) -> list[list[str]]:
    """Return every set of lines that can come first in a right order, from the first line to all.

    An order is right if each of its beginnings is one of these.
    """
    units = _units(lines)
    after = [
        [a for a, b in enumerate(units[:k]) if _depends(b, unit)] for k, unit in enumerate(units)
    ]
    found = []
    for size in range(len(units) + 1):
        for chosen in itertools.combinations(range(len(units)), size):
            if any(a not in chosen for k in chosen for a in after[k]):
                continue
            done = [line for k in chosen for line in units[k]]
            found.append(done)
            for k, unit in enumerate(units):
                if k not in chosen and all(a in chosen for a in after[k]):
                    found += [done + part for part in _parts(unit)]
    return [found for found in found if found]


def _parts(unit: list[str]) -> list[list[str]]:
    """Return the beginnings of one statement that are not all of it: its head, then its body's."""
    if len(unit) == 1:
        return []
    inside = _indent(unit[0])
    heads = [k for k, line in enumerate(unit) if _indent(line) == inside] + [len(unit)]
    parts = []
    for head, end in itertools.pairwise(heads):
        before = unit[: head + 1]
        parts += [before, *(before + body for body in beginnings(unit[head + 1 : end]))]
    return [part for part in parts if len(part) < len(unit)]


def _units(lines: list[str]) -> list[list[str]]:
    """Return the statements of one block, each with the lines below it that belong to it."""
    units: list[list[str]] = []
    for line in lines:
        deeper = units and _indent(line) > _indent(units[0][0])
        if deeper or (units and line.strip().startswith(GOES_ON)):
            units[-1].append(line)
        else:
            units.append([line])
    return units


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _depends(earlier: list[str], later: list[str]) -> bool:
    """Report whether two statements must keep their order, as far as can be told from the text."""
    one, two = _tree(earlier), _tree(later)
    if _leaves(one) or _leaves(two):
        return True
    return bool(_written(one) & (_read(two) | _written(two)) or _read(one) & _written(two))


def _tree(unit: list[str]) -> ast.Module:
    return ast.parse(textwrap.dedent("\n".join(unit)))


def _leaves(tree: ast.Module) -> bool:
    ways = ast.Return | ast.Raise | ast.Break | ast.Continue | ast.Yield
    return any(isinstance(node, ways) for node in ast.walk(tree))


def _read(tree: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _written(tree: ast.Module) -> set[str]:
    """Return the names that are bound, or whose object is changed: by x[i] =, by x.append(…), by drawing."""
    found = set()
    for node in ast.walk(tree):
        if (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)) or (
            isinstance(node, ast.Name) and node.id in ("rng", "generator")
        ):
            found.add(node.id)
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            found |= {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
        elif isinstance(node, ast.Expr):
            found |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return found
