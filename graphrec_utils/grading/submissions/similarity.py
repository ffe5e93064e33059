"""Pairs of answers that are more alike than answers to this exercise usually are.

An answer is compared as a syntax tree: without comments, layout, type hints and docstring, and
with its own variables renamed in order of appearance. Left out is what says nothing: statements
of the stub or the given code, answers that are too short, trees that many people wrote, and the
tree of the published solution. What is left is evidence to look at, never a verdict.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from graphrec_utils import paths
from graphrec_utils.grading.submissions import identical

STATEMENT = (
    "A similar answer is a reason to look, not a proof: short functions are often alike. "
    "The solutions of this course are public, so pasting one cannot be prevented or detected with "
    "certainty; ask for an explanation where points matter."
)
SHORTEST = (
    30  # nodes of a normalized tree: below, independent answers were 70 % alike when measured
)
SAYS_SOMETHING = 8  # characters of a comment
GRAM = 3  # nodes in a row that are compared as one feature
ALIKE = 0.7  # share of common features from which a pair is shown; one changed line leaves 72 % and more
COMMON = 0.1  # a tree that more than this share of the class wrote is how one writes it
FEW = 3  # ... but this many people may always share one before it counts as common
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class _Answer:
    tree: tuple[str, ...]  # nodes in order, own names as numbers
    names: frozenset[str]  # own names as they were
    comments: frozenset[str]
    text: str  # without trailing space and empty lines


def compare(
    answers: dict[str, dict[str, str]],
    given: dict[str, str] | None = None,
    published: dict[str, str] | None = None,
) -> dict:
    """Return pairs of similar answers, strongest first, with the evidence for each.

    Args:
        answers: {student: {exercise: source of the answer cell}}.
        given: {exercise: source of the cell as students get it}; default: this clone's.
        published: {exercise: source of the published solution}; default: this clone's.

    Returns:
        {"pairs": [{"students": [a, b], "strength", "exercises": [{"id", "similarity",
        "evidence": [sentence, ...]}, ...]}, ...], "groups": see `identical.groups`,
        "notes": [sentence, ...]}
    """
    lessons = {exercise[:2] for own in answers.values() for exercise in own}
    ours = _cells(lessons)
    given = {name: g for name, (g, _) in ours.items()} if given is None else given
    published = {name: p for name, (_, p) in ours.items()} if published is None else published
    by_exercise: dict[str, dict[str, str]] = defaultdict(dict)
    for student, own in answers.items():
        for exercise, source in own.items():
            by_exercise[exercise][student] = source
    pairs: dict[tuple[str, str], list[dict]] = defaultdict(list)
    left_out = Counter()
    groups: list[dict] = []
    for exercise, sources in sorted(by_exercise.items()):
        stub = given.get(exercise, "")
        groups += identical.groups(exercise, sources, stub, published.get(exercise, ""))
        kept = _kept(sources, stub, published.get(exercise, ""), left_out)
        for students, entry in _pairs(kept, stub):
            pairs[students].append({"id": exercise, **entry})
    found = [
        {"students": list(students), "strength": round(sum(e.pop("weight") for e in entries), 2),
         "exercises": entries}
        for students, entries in pairs.items()
    ]  # fmt: skip
    found.sort(key=lambda pair: (-pair["strength"], pair["students"]))
    total = sum(map(len, by_exercise.values()))
    notes = [f"{total} answers were compared."]
    notes += [f"{left_out[why]} {why}." for why in sorted(left_out)]
    groups.sort(key=lambda group: (-group.pop("weight"), group["id"], group["students"]))
    return {"pairs": found, "groups": groups, "notes": notes}


def _kept(sources: dict[str, str], stub: str, solution: str, left_out: Counter) -> dict:
    """Return {student: answer} of the answers that can say something."""
    known = _statements(stub)
    theirs = _answer(solution, known)
    kept = {}
    for student, source in sources.items():
        answer = _answer(source, known)
        if answer is None:
            left_out["are not valid Python"] += 1
        elif len(answer.tree) < SHORTEST:
            left_out["are unchanged or too short to mean anything"] += 1
        elif theirs is not None and answer.tree == theirs.tree:
            left_out["have the tree of the published solution, as many right answers do"] += 1
        else:
            kept[student] = answer
    counts = Counter(answer.tree for answer in kept.values())
    limit = max(FEW, COMMON * len(sources))
    usual = {tree for tree, count in counts.items() if count > limit}
    if usual:
        left_out["have a tree that many people wrote"] += sum(counts[tree] for tree in usual)
    return {student: answer for student, answer in kept.items() if answer.tree not in usual}


def _pairs(kept: dict[str, _Answer], stub: str):
    """Yield ((a, b), entry) for the pairs whose features overlap enough.

    The overlap is |A ∩ B| / |A ∪ B| of the runs of GRAM nodes, counted for all pairs at once by
    a sparse product.
    """
    students = sorted(kept)
    if len(students) < 2:
        return
    numbers: dict[tuple, int] = {}
    rows, columns = [], []
    for row, student in enumerate(students):
        for gram in _grams(kept[student].tree):
            rows.append(row)
            columns.append(numbers.setdefault(gram, len(numbers)))
    shape = (len(students), len(numbers))
    features = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    sizes = np.asarray(features.sum(axis=1)).ravel()
    common = sparse.triu(features @ features.T, k=1).tocoo()
    overlap = common.data / (sizes[common.row] + sizes[common.col] - common.data)
    shared = _rarity(kept, stub)
    for i, j, share in zip(common.row, common.col, overlap, strict=True):
        if share >= ALIKE:
            a, b = students[i], students[j]
            evidence, weight = _evidence(kept[a], kept[b], shared)
            yield (
                (a, b),
                {
                    "similarity": round(float(share), 3),
                    "evidence": evidence,
                    "weight": float(share) * len(kept[a].tree) / 100 + weight,
                },
            )


def _grams(tree: tuple[str, ...]) -> set[tuple]:
    """Runs of GRAM nodes; a repeated run counts as often as it stands there."""
    seen: Counter = Counter()
    grams = set()
    for k in range(len(tree) - GRAM + 1):
        gram = tree[k : k + GRAM]
        seen[gram] += 1
        grams.add((gram, seen[gram]))
    return grams


def _rarity(kept: dict[str, _Answer], stub: str) -> Counter:
    """How many answers use each name and comment; what the stub uses counts as everybody's."""
    counts = Counter(word for answer in kept.values() for word in answer.names | answer.comments)
    own = _answer(stub, frozenset())
    for word in (own.names | own.comments) if own else ():
        counts[word] += len(kept) + FEW
    return counts


def _evidence(a: _Answer, b: _Answer, counts: Counter) -> tuple[list[str], float]:
    """Return sentences on what the two share and (almost) nobody else has, and their weight."""
    said = ["the same tree after renaming" if a.tree == b.tree else "nearly the same tree"]
    weight = 0.0
    comments = sorted(c for c in a.comments & b.comments if counts[c] == 2)
    names = sorted(n for n in a.names & b.names if counts[n] == 2)
    if a.text == b.text:
        said.append("the same text, letter by letter")
        weight += 1
    if comments:
        said.append(
            f"comments that nobody else has: {', '.join(map(identical.quoted, comments[:3]))}"
        )
        weight += len(comments)
    if names:
        said.append(f"names that nobody else uses: {', '.join(map(identical.quoted, names[:5]))}")
        weight += 0.3 * len(names)
    return said, weight


# ---------------------------------------------------------------- normalized trees


def _answer(source: str, known: frozenset[str]) -> _Answer | None:
    """Return an answer without the statements in `known`, or None if it is not Python."""
    try:
        tree = _parse(source)
        _Without(known).visit(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: built to hurt
        return None
    names = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name) | ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
    comments = (c for c in identical.comments(source) if len(c) >= SAYS_SOMETHING)
    return _Answer(
        _labels(tree, names), frozenset(names), frozenset(comments), identical.plain(source)
    )


def _parse(source: str) -> ast.Module:
    """Parse without docstrings and type hints."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            node.returns = None
            if ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:]
        elif isinstance(node, ast.arg):
            node.annotation = None
    return tree


class _Without(ast.NodeTransformer):
    """Takes out the statements that the stub already had, wherever they stand."""

    def __init__(self, known: frozenset[str]):
        self.known = known

    def generic_visit(self, node):
        super().generic_visit(node)
        return None if isinstance(node, ast.stmt) and ast.dump(node) in self.known else node


def _statements(source: str) -> frozenset[str]:
    """Return all statements of the stub or given code, as text without positions."""
    try:
        nodes = ast.walk(_parse(source))
    except SyntaxError:  # our own stub may hold a magic
        return frozenset()
    return frozenset(
        ast.dump(n) for n in nodes if isinstance(n, ast.stmt) and not isinstance(n, FUNCTIONS)
    )


def _labels(tree: ast.AST, names: set[str]) -> tuple[str, ...]:
    """Return one label per node that carries meaning, in the order of the source.

    Own names become numbers in the order of their first appearance.
    """
    order: dict[str, str] = {}
    labels, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        waiting += reversed(list(ast.iter_child_nodes(node)))
        match node:
            case ast.Module() | ast.expr_context() | ast.arguments():
                pass
            case ast.Name(id=name) | ast.arg(arg=name):
                own = name in names
                labels.append(order.setdefault(name, f"name {len(order)}") if own else name)
            case ast.Attribute(attr=name):
                labels.append(f".{name}")
            case ast.Constant(value=value):
                labels.append(repr(value))
            case ast.keyword(arg=name):
                labels.append(f"{name}=")
            case _:
                labels.append(type(node).__name__)
    return tuple(labels)


# ---------------------------------------------------------------- this clone's cells


def _cells(lessons: set[str]) -> dict[str, tuple[str, str]]:
    """Return {exercise: (its answer cell as students get it, solved)} of this clone."""
    import nbformat

    found = {}
    for lesson in sorted(lessons):
        for path in (paths.root() / "solutions").glob(f"{lesson}_*.ipynb") if paths.root() else ():
            for cell in nbformat.read(path, as_version=4).cells:
                mark = cell.metadata.get("graphrec", {})
                if mark.get("role") == "exercise":
                    found[mark["exercise"]] = mark["given"], cell.source
    return found
