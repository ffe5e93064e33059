"""Small edits of the right answers, and which of them an exercise takes for right.

    python -m tests.lessons.edits [08 17.6 …]

The published solution of an exercise is changed in one place at a time: a term dropped, operands or
an axis swapped, one added to a number, a mask or a clamp forgotten, `>` for `>=`, a sum for a mean.
Each is judged as a card would. What gets full points and differs from the right answer on some
shaken input is printed: a claim has to refuse it, or `edits.toml`, beside this file, says why not.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import dataclasses
import functools
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import jupytext
import numpy as np
import scipy.sparse as sp
import torch

from graphrec_utils import exercises, syllabus
from graphrec_utils.authoring.lesson import source
from graphrec_utils.exercises import closed_library, compare, core, runner
from graphrec_utils.exercises.codec import Rng, decode, encode

REASONS = Path(__file__).with_suffix(".toml")
OPEN = {"01.7", "18.5"}  # judged by how much is found: another constant may find as much
SHAKES = 200  # shaken inputs that an edit must agree on to be the right answer in other words
HANGS = 2.0  # seconds of computing for one question: some edits never end
CALM, PATIENCE = 60.0, 10.0

# ---------------------------------------------------------------- the edits of one node

OTHERS = {
    ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE), ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE), ast.Eq: (ast.GtE, ast.LtE, ast.NotEq), ast.NotEq: (ast.Gt, ast.Eq),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip
OPERATIONS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
NAMES = {
    "mean": "sum", "sum": "mean", "max": "min", "min": "max", "argmax": "argmin", "maximum": "minimum",
    "minimum": "maximum", "zeros": "ones", "ones": "zeros", "zeros_like": "ones_like", "ceil": "floor",
    "floor": "ceil", "log2": "log", "log1p": "log", "log": "log1p", "any": "all", "all": "any",
    "float64": "float32", "float32": "float64", "int64": "int32", "axis": "dim", "union1d": "intersect1d",
    "left": "right", "right": "left", "softplus": "relu", "logsigmoid": "sigmoid", "amax": "amin",
}  # fmt: skip
AXES = ("axis", "dim")


def _negative(node) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)


def _moved(node: ast.expr) -> Iterator[ast.expr]:
    """Yield an expression with one added and one taken away."""
    for op in (ast.Add, ast.Sub):
        yield ast.BinOp(copy.deepcopy(node), op(), ast.Constant(1))


def variants(node: ast.AST, given=()) -> Iterator[ast.AST]:
    """Yield what may stand in the place of a node instead; `given` are the names of the inputs."""
    if isinstance(node, ast.Assign):
        yield from _of_assignment(node, given)
    elif made := _VARIANTS.get(type(node)):
        yield from made(node)


def _of_operation(node: ast.BinOp) -> Iterator[ast.AST]:
    yield node.left
    if not isinstance(node.op, ast.Pow):
        yield node.right
    if isinstance(node.op, ast.Sub | ast.Div | ast.MatMult | ast.Pow | ast.FloorDiv):
        yield ast.BinOp(node.right, node.op, node.left)
    if type(node.op) in OPERATIONS:
        yield ast.BinOp(node.left, OPERATIONS[type(node.op)](), node.right)


def _of_comparison(node: ast.Compare) -> Iterator[ast.AST]:
    text = any(isinstance(getattr(x, "value", 0), str) for x in node.comparators)
    for k, op in enumerate(node.ops):
        for other in (ast.NotEq,) if text else OTHERS.get(type(op), ()):
            yield ast.Compare(
                node.left, [*node.ops[:k], other(), *node.ops[k + 1 :]], node.comparators
            )


def _of_constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    elif isinstance(node.value, float):
        yield ast.Constant(node.value * 1.1 if node.value else 0.01)
    elif node.value in NAMES:
        yield ast.Constant(NAMES[node.value])


def _of_call(node: ast.Call) -> Iterator[ast.AST]:
    for k, keyword in enumerate(node.keywords):
        yield ast.Call(node.func, node.args, node.keywords[:k] + node.keywords[k + 1 :])
        axis = keyword.value
        if keyword.arg in AXES and isinstance(axis, ast.Constant) and isinstance(axis.value, int):
            other = ast.keyword(keyword.arg, ast.Constant(0 if axis.value else 1))
            yield ast.Call(
                node.func, node.args, [*node.keywords[:k], other, *node.keywords[k + 1 :]]
            )
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    yield from node.args[1:] if name == "where" and len(node.args) == 3 else node.args[:2]
    if isinstance(node.func, ast.Attribute) and not _module(node.func.value):
        yield node.func.value
    if len(node.args) > 1:
        yield ast.Call(node.func, node.args[:-1], node.keywords)
        yield ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)
    if name in ("argsort", "sort", "sorted"):
        yield ast.Subscript(node, ast.Slice(step=ast.UnaryOp(ast.USub(), ast.Constant(1))))
        if node.args and _negative(node.args[0]):  # ties come the other way round
            turned = ast.Call(node.func, [node.args[0].operand, *node.args[1:]], node.keywords)
            yield ast.Subscript(turned, ast.Slice(step=ast.UnaryOp(ast.USub(), ast.Constant(1))))
    if name == "range":
        for moved in _moved(node.args[-1 if len(node.args) < 3 else 1]):
            yield ast.Call(
                node.func, [*node.args[:-1], moved] if len(node.args) < 3 else node.args, []
            )


def _module(node: ast.expr) -> bool:
    """Whether an expression names a module, so that what is called is a function and no method."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in (
        "np",
        "torch",
        "F",
        "sp",
        "math",
        "pd",
        "graphs",
    )


def _of_attribute(node: ast.Attribute) -> Iterator[ast.AST]:
    if node.attr in NAMES:
        yield ast.Attribute(node.value, NAMES[node.attr], node.ctx)
    if node.attr in ("T", "mT", "A", "real"):
        yield node.value


def _of_subscript(node: ast.Subscript) -> Iterator[ast.AST]:
    if not isinstance(node.ctx, ast.Load):
        return
    yield node.value
    if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        yield ast.Subscript(node.value, ast.Tuple(node.slice.elts[::-1], ast.Load()), node.ctx)


def _of_slice(node: ast.Slice) -> Iterator[ast.AST]:
    for name in ("lower", "upper"):
        bound = getattr(node, name)
        if bound is None:
            continue
        yield ast.Slice(**(dict(ast.iter_fields(node)) | {name: None}))
        if not isinstance(bound, ast.Constant):
            for moved in _moved(bound):
                yield ast.Slice(**(dict(ast.iter_fields(node)) | {name: moved}))


def _of_words(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for k in range(len(node.values)):
        rest = node.values[:k] + node.values[k + 1 :]
        yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _of_choice(node: ast.IfExp) -> Iterator[ast.AST]:
    yield node.body
    yield node.orelse


def _of_sign(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _of_condition(node: ast.If) -> Iterator[ast.AST]:
    for value in (True, False):
        yield ast.If(ast.Constant(value), node.body, node.orelse)


def _of_growth(node: ast.AugAssign) -> Iterator[ast.AST]:
    yield ast.Assign([node.target], node.value)
    if type(node.op) in OPERATIONS:
        yield ast.AugAssign(node.target, OPERATIONS[type(node.op)](), node.value)
    yield ast.Pass()


def _of_assignment(node: ast.Assign, given) -> Iterator[ast.AST]:
    yield ast.Pass()
    value, target = node.value, node.targets[0]
    if isinstance(value, ast.BinOp) and isinstance(value.left, ast.Name) and value.left.id in given:
        left = ast.Name(value.left.id, ast.Store())
        grown = ast.AugAssign(left, value.op, value.right)
        kept = ast.Assign([target], ast.Name(value.left.id, ast.Load()))
        yield ast.If(ast.Constant(True), [grown, kept], [])


def _gone(node: ast.stmt) -> Iterator[ast.AST]:
    yield ast.Pass()


def _of_comprehension(node: ast.comprehension) -> Iterator[ast.AST]:
    for k in range(len(node.ifs)):
        rest = node.ifs[:k] + node.ifs[k + 1 :]
        yield ast.comprehension(node.target, node.iter, rest, node.is_async)


_VARIANTS: dict[type, Callable] = {
    ast.BinOp: _of_operation, ast.Compare: _of_comparison, ast.Constant: _of_constant,
    ast.Call: _of_call, ast.Attribute: _of_attribute, ast.Subscript: _of_subscript,
    ast.Slice: _of_slice, ast.BoolOp: _of_words, ast.IfExp: _of_choice, ast.UnaryOp: _of_sign,
    ast.If: _of_condition, ast.AugAssign: _of_growth,
    ast.Expr: _gone, ast.Continue: _gone, ast.Break: _gone, ast.comprehension: _of_comprehension,
}  # fmt: skip

# ---------------------------------------------------------------- the edits of an answer


@dataclasses.dataclass(frozen=True)
class Edit:
    """One changed place of a solution: its id, "before -> after", and the cell's code."""

    id: str
    code: str


@functools.cache
def lesson(number: str) -> tuple[dict, dict[str, str]]:
    """Return what the set-up of a lesson binds, and the cells of its exercises."""
    cells = jupytext.read(source.sources([number])[0]).cells
    names: dict = {}
    for cell in cells:
        if "setup" in cell.metadata.get("tags", []):
            exec(cell.source, names)
    names |= {e.function: e.reference for e in exercises.of_lesson(number)}
    return names, source.answer_cells(source.sources([number])[0])


def solved(name: str) -> tuple[ast.Module, range]:
    """Return the cell of a solved exercise as a tree, and the lines of the answer in it."""
    cell = lesson(name[:2])[1][name]
    match = source.SOLUTION.search(cell)
    first = cell[: match.start("answer")].count("\n") + 1
    answer = match["answer"]
    code = cell[: match.start("answer")] + answer + cell[match.end() :]
    return ast.parse(code), range(first, first + answer.count("\n"))


def edits(name: str) -> list[Edit]:
    """Return every small edit of an exercise's published solution that still parses."""
    tree, lines = solved(name)
    original, found, used = ast.unparse(tree), [], {}
    given = {x.arg for x in ast.walk(tree) if isinstance(x, ast.arg)}
    for node in list(ast.walk(tree)):
        for field, k, child in _children(node):
            if getattr(child, "lineno", lines.start) not in lines or _prose(node):
                continue
            before = ast.unparse(child)
            for other in variants(child, given):
                code = _with(tree, node, field, k, other)
                if code is None or code == original or code in used.values():
                    continue
                label = (
                    f"{_short(before)} -> {_short(ast.unparse(ast.fix_missing_locations(other)))}"
                )
                count = sum(x == label for x, _ in used)
                used[label, count] = code
                found.append(Edit(label + f" #{count + 1}" * bool(count), code))
    return found


def _prose(node: ast.AST) -> bool:
    """Whether a node's children are no code of the answer: a docstring, an annotation."""
    return isinstance(node, ast.arguments | ast.arg | ast.JoinedStr)


def _short(code: str) -> str:
    return " ".join(code.split())


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if isinstance(value, list):
            for k, child in enumerate(value):
                if isinstance(child, ast.AST):
                    yield field, k, child
        elif isinstance(value, ast.AST):
            yield field, None, value


def _with(tree: ast.Module, node: ast.AST, field: str, k: int | None, other) -> str | None:
    """Return the code with another child in one place, or None if that is no code."""
    holder = node if k is None else getattr(node, field)
    was = getattr(node, field) if k is None else holder[k]

    def put(value) -> None:
        if k is None:
            setattr(node, field, value)
        else:
            holder[k] = value

    put(ast.fix_missing_locations(copy.deepcopy(other)))
    try:
        code = ast.unparse(ast.fix_missing_locations(tree))
        ast.parse(code)
        return code
    except (SyntaxError, ValueError, AttributeError):
        return None
    finally:
        put(was)


# ---------------------------------------------------------------- judging them


class Judge:
    """Judges the edits of one exercise: claim by claim, and then on shaken inputs."""

    def __init__(self, exercise: core.Exercise, seeds=core.PUBLIC_SEEDS):
        self.exercise = exercise
        self.names = lesson(exercise.id[:2])[0]
        asked = core.questions(exercise, seeds)
        answers = core.right(exercise, asked)
        order = sorted(
            range(len(asked)), key=lambda k: k % len(seeds)
        )  # all claims of a seed first
        self.asked = [(k // len(seeds), asked[k], answers[k]) for k in order]
        self.original = self.function(ast.unparse(solved(exercise.id)[0]))

    def function(self, code: str) -> Callable | None:
        """Return what a cell defines, or None where running it fails."""
        ours = dict(self.names)
        with contextlib.suppress(Exception):
            exec(compile(code, "<edit>", "exec"), ours)
            return ours.get(self.exercise.function)
        return None

    def passes(self, function: Callable) -> bool:
        """Whether an answer gets full points."""
        return all(self._accepts(function, *x) for x in self.asked)

    def _accepts(self, function: Callable, number: int, asked: dict, answer: dict) -> bool:
        outcome = _ask(self.exercise, function, asked)
        if "error" in outcome or outcome["changed"]:
            return False
        one = dataclasses.replace(self.exercise.claims[number], weight=1)
        alone = core.Exercise(self.exercise.id, self.exercise.function, 1, ())
        alone.claims, alone.reference = [one], self.exercise.reference
        return core.judge(alone, [asked], [outcome], False, [answer]).points == 1

    @functools.cached_property
    def shaken(self) -> list[tuple[int, dict, dict]]:
        """Inputs that no claim asks, with the answers of the published solution where the reference agrees."""
        rng, found = np.random.default_rng(0), []
        given = [
            (number, x, decode(x["inputs"]))
            for number, x, _ in self.asked
            if x["run"] != "call within memory"
        ]
        start = time.process_time()
        for k in range(4 * SHAKES if given else 0):
            number, asked, inputs = given[k % len(given)]
            with contextlib.suppress(Exception):
                other = asked | {"inputs": encode(shake(inputs, rng))}
                one, two = (
                    _ask(self.exercise, f, other) for f in (self.original, self.exercise.reference)
                )
                told = "error" not in {*one, *two} and "nan" not in repr(decode(one["value"]))
                if told and self._same(number, other, one, two):
                    found.append((number, other, one))
            if len(found) >= SHAKES or time.process_time() - start > 30:
                break
        return found

    def differs(self, function: Callable) -> dict | None:
        """Return shaken inputs on which an answer is another than the right one, or None."""
        for number, asked, answer in self.shaken:
            outcome = _ask(self.exercise, function, asked)
            if "error" in outcome or outcome["changed"]:
                return decode(asked["inputs"])
            try:
                same = self._same(number, asked, outcome, answer)
            except Exception:  # another kind of value
                same = False
            if not same:
                return decode(asked["inputs"])
        return None

    def _same(self, number: int, asked: dict, one: dict, other: dict) -> bool:
        """Whether two values agree; where chance has a part, whether the claim's judge takes one for the other."""
        got, right, inputs = decode(one["value"]), decode(other["value"]), decode(asked["inputs"])
        if compare.close(got, right) is None:
            return True
        chance = any(isinstance(v, Rng) for v in inputs.values())
        return chance and self.exercise.claims[number].judge(got, right, inputs) is None


def _ask(exercise: core.Exercise, function: Callable, asked: dict) -> dict:
    with closed_library.closed(*exercise.closed), np.errstate(all="ignore"):
        seconds = CALM if function is exercise.reference else HANGS
        return runner.answers(function, [asked], seconds, PATIENCE)[0]


def shake(inputs: dict, rng: np.random.Generator) -> dict:
    """Return inputs of the same kinds, one or two of them changed: ties, zeros, signs, order, nothing."""
    names = list(inputs)
    chosen = rng.choice(names, size=min(len(names), int(rng.integers(1, 3))), replace=False)
    return {name: _shaken(v, rng) if name in chosen else v for name, v in inputs.items()}


def _shaken(value, rng: np.random.Generator):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return int(rng.choice([0, 1, 2, value + 1, max(0, value - 1), 2 * value]))
    if isinstance(value, float):
        return float(rng.choice([0.0, 1.0, value / 2, 2 * value, -value, round(value)]))
    if isinstance(value, Rng):
        return dataclasses.replace(value, seed=value.seed + int(rng.integers(1, 99)))
    if isinstance(value, list) and value:
        order = rng.integers(0, len(value), int(rng.integers(0, len(value) + 1)))
        return [value[k] for k in order]
    if isinstance(value, dict) and value:
        return value | {
            key: _shaken(x, rng) for key, x in list(value.items())[: int(rng.integers(1, 3))]
        }
    if sp.issparse(value):
        made = value.copy()
        made.data = _numbers(made.data, rng)
        return made
    if torch.is_tensor(value) and value.layout == torch.strided:
        return torch.from_numpy(np.array(_numbers(value.detach().numpy().copy(), rng))).to(
            value.dtype
        )
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return np.asarray(_numbers(value.copy(), rng)).astype(value.dtype)
    return value


def _numbers(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return an array of the same shape and kind of numbers."""
    if not x.size:
        return x
    again = rng.permutation(x.ravel()).reshape(x.shape)
    twice = rng.choice(x.ravel(), x.shape)
    if x.dtype.kind == "b":
        options = (again, ~x, np.zeros_like(x), np.ones_like(x), rng.random(x.shape) < 0.5)
    elif x.dtype.kind in "iu":
        options = (again, twice, np.full_like(x, x.ravel()[0]), x[::-1].copy() if x.ndim else x)
    else:
        hole = np.where(rng.random(x.shape) < 0.4, 0, x)
        options = (
            again,
            twice,
            -x,
            np.round(x),
            hole,
            30 * x,
            np.zeros_like(x),
            np.abs(x),
            x * 0.01,
        )
    return options[int(rng.integers(len(options)))]


def survivors(exercise: core.Exercise) -> dict[str, dict | None]:
    """Return the edits with full points: id -> inputs on which it is wrong, None where there are none."""
    judge, found = Judge(exercise), {}
    for edit in edits(exercise.id):
        function = judge.function(edit.code)
        if function and judge.passes(function):
            found[edit.id] = judge.differs(function)
    return found


def wrong(exercise: core.Exercise) -> dict[str, dict]:
    """Return the edits that get full points and are no right answer: id -> inputs that tell."""
    return {k: v for k, v in survivors(exercise).items() if v is not None}


def reasons() -> dict[str, dict[str, str]]:
    """Return {"08.2": {an edit: why it may get full points}}."""
    return tomllib.loads(REASONS.read_text(encoding="utf-8"))


def searched() -> list[core.Exercise]:
    """Return the exercises with a solution to edit: open tasks are a choice of settings."""
    found = [e for x in syllabus.LESSONS for e in exercises.of_lesson(x.number)]
    rng = np.random.default_rng(0)
    return [e for e in found if e.id not in OPEN and e.claims[0].inputs(rng)]


def main(wanted: list[str]) -> None:
    torch.set_num_threads(1)
    equal, wanted = "--equal" in wanted, [w for w in wanted if w != "--equal"]
    for exercise in searched():
        if wanted and not any(exercise.id.startswith(w) for w in wanted):
            continue
        start, known = time.process_time(), reasons().get(exercise.id, {})
        full, count = survivors(exercise), len(edits(exercise.id))
        found = {k: v for k, v in full.items() if v is not None}
        new = [k for k in found if k not in known]
        seconds = time.process_time() - start
        print(
            f"{exercise.id} {count} edits, {len(found)} get full points, {len(new)} of them new; {seconds:.0f} s"
        )
        for label in new:
            print(f"    {label}", flush=True)
        for label in known.keys() - found.keys():
            print(f"    no longer: {label}")
        for label in full.keys() - found.keys() if equal else ():
            print(f"    equal: {label}")


if __name__ == "__main__":
    main(sys.argv[1:])
