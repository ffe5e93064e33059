"""Answers that nobody had to think for, and how much each exercise pays for them.

    python -m tests.lessons.mechanical [06 …]

One row per exercise: the most that a constant, an input handed back, numbers of the right shape,
the reference with one parameter frozen, or another function of the library gets on fresh inputs,
and who got it.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import itertools
import json
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import scipy.sparse as sp
import torch

from graphrec_utils import exercises, syllabus
from graphrec_utils.exercises import closed_library, codec, core, runner

FRESH = tuple(range(100, 103))  # as many as the grader draws
HANGS = 600.0  # no answer of ours takes seconds, but the machine may be busy


@functools.cache
def asked(exercise: core.Exercise, seeds=core.PUBLIC_SEEDS) -> list[dict]:
    return core.questions(exercise, seeds)


@functools.cache
def right(exercise: core.Exercise, seeds=core.PUBLIC_SEEDS) -> list[dict]:
    return core.right(exercise, asked(exercise, seeds))


def expected(exercise: core.Exercise, seeds=core.PUBLIC_SEEDS) -> list:
    """Return the reference's encoded values."""
    return [outcome["value"] for outcome in right(exercise, seeds)]


def judged(exercise: core.Exercise, function, seeds=FRESH, name=False) -> core.Result:
    questions = asked(exercise, seeds)
    outcomes = runner.answers(function, questions, HANGS)
    return core.judge(exercise, questions, outcomes, name, right(exercise, seeds))


def fill(value, how, rng):
    """Replace every number inside a value, keeping type, dtype and shape."""
    if isinstance(value, bool):
        return bool(how(rng, ()) > 0.5)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        number = how(rng, ())
        return type(value)(-1 if isinstance(value, int) and np.isnan(number) else number)
    if isinstance(value, list | tuple):
        return type(value)(fill(v, how, rng) for v in value)
    if isinstance(value, dict):
        return {fill(k, how, rng): fill(v, how, rng) for k, v in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return _of_kind(how(rng, value.shape), value.dtype)
    if sp.issparse(value):  # as many entries, anywhere: a dense matrix may not fit into memory
        ends = rng.integers(0, value.shape, size=(value.nnz, 2)).T
        made = sp.coo_array((np.asarray(how(rng, value.nnz), float), ends), shape=value.shape)
        return made.asformat(value.format)
    if torch.is_tensor(value):
        kind = torch.empty(0, dtype=value.dtype).numpy().dtype
        dense = torch.as_tensor(_of_kind(how(rng, tuple(value.shape)), kind))
        return dense if value.layout == torch.strided else dense.to_sparse_coo()
    return value


def _of_kind(numbers, kind) -> np.ndarray:
    """Return an array of a dtype; where it knows no NaN, −1 stands instead."""
    numbers = np.asarray(numbers)
    return (numbers if kind.kind == "f" else np.nan_to_num(numbers, nan=-1)).astype(kind)


NUMBERS = {
    "NaN": lambda rng, shape: np.full(shape, np.nan),
    "zeros": lambda rng, shape: np.zeros(shape),
    "ones": lambda rng, shape: np.ones(shape),
    "random": lambda rng, shape: rng.normal(size=shape) * 3,
    "coins": lambda rng, shape: rng.integers(0, 2, shape),
    "dice": lambda rng, shape: rng.integers(0, 8, shape),
}


def returned(exercise: core.Exercise, k: int, encoded):
    """Return what a function returned, without what its runner adds."""
    value = codec.decode(encoded)
    run = asked(exercise)[k]["run"]
    return value if run in ("call", "call as floats", "call within memory") else value[0]


def constants(exercise: core.Exercise) -> Iterator[tuple[str, Callable]]:
    """Yield answers that return one value whatever they are asked."""
    values = {json.dumps(v): k for k, v in enumerate(expected(exercise))}
    for text, k in values.items():
        value = returned(exercise, k, json.loads(text))
        yield f"value {k} of the card", lambda *_, value=value: value
    for name, value in (("0", 0), ("1", 1), ("nothing", None), ("()", ()), ("[]", []), ("{}", {})):
        yield f"always {name}", lambda *_, value=value: value
    for name, how in NUMBERS.items():
        value = fill(returned(exercise, 0, expected(exercise)[0]), how, np.random.default_rng(0))
        yield f"always {name}", lambda *_, value=value: value


def of_shape(exercise: core.Exercise) -> Iterator[tuple[str, Callable]]:
    """Yield answers whose type and shape are always right, and nothing else."""
    for name, how in NUMBERS.items():
        rng = np.random.default_rng(0)
        yield (
            f"{name} of the right shape",
            lambda *a, how=how, rng=rng: fill(exercise.reference(*a), how, rng),
        )
    inputs = [codec.decode(x["inputs"]) for x in asked(exercise)]
    for position, parameter in enumerate(inputs[0]):
        for other in range(position + 1):
            # by what can be read off one or two parameters, the card's value for it
            yield from _table(exercise, inputs, {other, position}, parameter)


def _simple(value) -> str:
    if isinstance(value, bool | int | float | str) or value is None:
        return repr(value)
    return repr(getattr(value, "shape", None) or (len(value) if hasattr(value, "__len__") else ""))


def _table(exercise, inputs, positions, parameter) -> Iterator[tuple[str, Callable]]:
    """Yield what answers with the commonest value of the card for numbers and shapes like these."""

    def key(values) -> str:
        return "|".join(_simple(list(values)[p]) for p in sorted(positions))

    known: dict[str, Counter] = {}
    for given, value in zip(inputs, expected(exercise), strict=True):
        known.setdefault(key(given.values()), Counter())[json.dumps(value)] += 1
    if len(known) < 2:
        return
    texts = [json.dumps(v) for v in expected(exercise)]
    best = {k: counter.most_common(1)[0][0] for k, counter in known.items()}
    overall = Counter(texts).most_common(1)[0][0]

    def answer(*a):
        text = best.get(key(a), overall)
        return returned(exercise, texts.index(text), json.loads(text))

    names = list(inputs[0])
    yield (
        "the card's value for the numbers, or the shape, of "
        + ", ".join(names[p] for p in sorted(positions)),
        answer,
    )


def inputs_back(exercise: core.Exercise) -> Iterator[tuple[str, Callable]]:
    """Yield answers that hand one of their inputs back."""
    for position, name in enumerate(codec.decode(asked(exercise)[0]["inputs"])):
        yield f"returns {name}", lambda *a, position=position: a[position]


def frozen(exercise: core.Exercise) -> Iterator[tuple[str, Callable]]:
    """Yield the reference with one parameter held at its first and at its commonest value."""
    given = [dict(x["inputs"]["dict"]) for x in asked(exercise)]
    for position, name in enumerate(given[0]):
        texts = [json.dumps(x[name]) for x in given]
        for text in dict.fromkeys([texts[0], Counter(texts).most_common(1)[0][0]]):
            yield f"{name} frozen", functools.partial(_frozen, exercise, position, text)


def _frozen(exercise, position, text, *a):
    value = codec.decode(json.loads(text))
    value = value.generator() if isinstance(value, codec.Rng) else value
    return exercise.reference(*a[:position], value, *a[position + 1 :])


PARTS = ("graphs", "losses", "metrics", "models", "sampling", "train", "walks")
ORDERS = 24  # of the inputs, that a function is tried with


@functools.cache
def of_the_library() -> dict[str, Callable]:
    """Return every public function of the package that computes what a lesson is about."""
    found = {}
    for part in PARTS:
        package = importlib.import_module(f"graphrec_utils.{part}")
        inside = [x.name for x in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
        for module in map(importlib.import_module, inside):
            for name, value in vars(module).items():
                private = name.startswith("_")  # these check nothing: wrong inputs end the process
                ours = inspect.isfunction(value) and value.__module__ == module.__name__
                if ours and not private:
                    found[f"{module.__name__.partition('.')[2]}.{name}"] = value
    return found


def siblings(
    exercise: core.Exercise, through: Callable[[Callable], Callable] = lambda call: call
) -> Iterator[tuple[str, Callable]]:
    """Yield the library's other functions, asked with the inputs, where the first value is right.

    The exercise's own version is closed, as it is while an answer is judged; by their names where
    these fit, else in any order; what comes back as a whole, and each of its parts.

    Args:
        through: what is made of a call.
    """
    questions, first = asked(exercise, FRESH)[:1], right(exercise, FRESH)[:1]
    names = list(dict(questions[0]["inputs"]["dict"]))
    one = core.Exercise(exercise.id, exercise.function, 1, ())
    one.claims, one.reference = exercise.claims[:1], exercise.reference
    with closed_library.closed(
        *exercise.closed
    ):  # out here, where no answer's end of time reaches it
        for path, function in of_the_library().items():
            for label, call in _ways(function, names):
                for part in (None, 0, 1, -1):
                    answer = through(functools.partial(_part, call, part))
                    outcome = runner.answers(answer, questions, 20.0)  # the first call may compile
                    if "error" in outcome[0] and part is None:
                        break
                    if core.judge(one, questions, outcome, False, first).points:
                        whole = f"{path}({label})"
                        yield whole if part is None else f"{whole}[{part}]", answer


def _ways(function: Callable, names: list[str]) -> Iterator[tuple[str, Callable]]:
    """Yield the ways in which a function can be called with inputs of these names."""
    parameters = inspect.signature(function).parameters
    if set(parameters) & set(names):
        both = [name for name in names if name in parameters]
        with contextlib.suppress(TypeError):
            inspect.signature(function).bind(**dict.fromkeys(both))
            yield (
                ", ".join(both),
                lambda *a: function(**{k: v for k, v in zip(names, a, strict=True) if k in both}),
            )
            return
    for count in range(len(names), 0, -1):
        with contextlib.suppress(TypeError):
            inspect.signature(function).bind(*names[:count])
            for order in itertools.islice(itertools.permutations(range(len(names)), count), ORDERS):
                yield (
                    ", ".join(names[k] for k in order),
                    lambda *a, order=order: function(*(a[k] for k in order)),
                )
            return


def _part(call, part, *inputs):
    value = call(*inputs)
    return value if part is None else value[part]


def translated(exercise: core.Exercise) -> Iterator[tuple[str, Callable]]:
    """Yield the siblings that are written for tensors, asked with arrays, and the other way round."""
    like = returned(exercise, 0, expected(exercise)[0])
    yield from siblings(exercise, lambda call: lambda *a: _like(call(*map(_turned, a)), like))


def _turned(value):
    """Return an array as a tensor and a tensor as an array, in a list as well."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return torch.from_numpy(value.copy())
    if torch.is_tensor(value) and value.layout == torch.strided:
        return value.detach().numpy().copy()
    return type(value)(map(_turned, value)) if type(value) in (list, tuple) else value


def _like(value, like):
    """Return a value as what is expected is, an array, a tensor or a number, where it can be that."""
    if isinstance(like, tuple) and isinstance(value, tuple) and len(value) == len(like):
        return tuple(map(_like, value, like))
    if not (torch.is_tensor(value) or isinstance(value, np.ndarray | np.generic)):
        return value
    value = torch.as_tensor(value).detach()
    if torch.is_tensor(like):
        return value.to(like.dtype)
    if isinstance(like, np.ndarray):
        return value.numpy().astype(like.dtype)
    return type(like)(value) if isinstance(like, int | float) and value.numel() == 1 else value


FAMILIES = {"constant": constants, "shape": of_shape, "input": inputs_back, "frozen": frozen,
            "library": siblings, "translated": translated}  # fmt: skip


def best(exercise: core.Exercise, family: str) -> tuple[float, str]:
    """Return the most points that an answer of a family gets on fresh inputs, and its name."""
    got = [(judged(exercise, f).points, name) for name, f in FAMILIES[family](exercise)]
    return max(got, default=(0.0, ""), key=lambda pair: pair[0])


def main(lessons: list[str]) -> None:
    total = Counter()
    for lesson in syllabus.LESSONS:
        for exercise in exercises.of_lesson(lesson.number):
            if lessons and lesson.number not in lessons:
                continue
            row = {family: best(exercise, family) for family in FAMILIES}
            total["points"] += exercise.points
            total.update({family: points for family, (points, _) in row.items()})
            cells = [f"{p:5.2f} {n[:34]:34}" if p else f"{'—':>5} {'':34}" for p, n in row.values()]
            print(f"{exercise.id} {exercise.points:2}", *cells, sep=" | ", flush=True)
    print("all  ", *(f"{total[family]:.2f} of {total['points']}" for family in FAMILIES), sep=" | ")


if __name__ == "__main__":
    main(sys.argv[1:])


def loses_points_and_reads_its_name(key: str, answer, words: str) -> None:
    """Assert that a wrong answer loses points on all seeds, and that its card's sentence has these words."""
    exercise = exercises.get(key)
    card = judged(exercise, answer, core.PUBLIC_SEEDS, name=True)
    assert card.points < exercise.points
    assert words in card.mistake
    assert bool(words) == bool(card.mistake), card.mistake
    assert judged(exercise, answer).points < exercise.points
