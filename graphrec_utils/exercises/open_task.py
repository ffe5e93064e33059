"""Open tasks: a choice of settings is graded by what the model finds, and by what it was allowed to see.

The model is trained on the saves of a small world of pins, up to a day that belongs to the choice, and asked
for what users save in days 42 to 48. `day`s from 42 on in training are the leak. All is deterministic: one
seed, the same numbers on any machine. A lesson gives

    task = Task({"K": int, …}, fit, limits, kind)
    task.claims(ex, {"it finds more than bestsellers do": (0.062, 1), …})

and lets students `try_out` choices with what grades them. Where training takes longer than a check may, every
setting was trained beforehand, and a `LookedUp` knows what it found. A lesson of another kind gives its own
functions to `claims`.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np

from graphrec_utils import metrics, pinworld
from graphrec_utils.data import Interactions
from graphrec_utils.exercises import find
from graphrec_utils.exercises.core import Exercise, Measured

WORLD, ACTION, YOUNG = "tiny", "save", 21  # before day 21 a graph is called young


@functools.cache
def saves(until_day: int) -> Interactions:
    """Return the saves of the days before `until_day`, at most the days that train and validation share."""
    world = pinworld.load(WORLD)
    train, val, test = world.split((ACTION,))
    parts = [train, val, test]
    whole = Interactions(
        np.concatenate([x.users for x in parts]), np.concatenate([x.items for x in parts]),
        train.num_users, train.num_items, times=np.concatenate([x.times for x in parts]),
        calendar=False,
    )  # fmt: skip
    return whole.select(whole.times < until_day * pinworld.DAY)


@functools.cache
def wanted() -> Interactions:
    """Return what users save in the validation days and had not saved before."""
    train, val, _ = pinworld.load(WORLD).split((ACTION,))
    return val.without(train)


@dataclass(frozen=True, eq=False)
class Task:
    """What can be chosen, how it is tried out, and what is said about a weak choice.

    Attributes:
        keys: name -> type; `until_day` is one more.
        fit: (train, choice) -> a model.
        limits: choice -> what is wrong with it before anything is trained, or "".
        kind: choice -> one word for the one thing that explains a weak choice best, or "".
    """

    keys: Mapping[str, type]
    fit: Callable[[Interactions, dict], object]
    limits: Callable[[dict], str]
    kind: Callable[[dict], str]

    def problem(self, choice: dict) -> str:
        """Say what is wrong with a choice before anything is measured; "" if nothing is."""
        if not isinstance(choice, dict) or set(choice) != {*self.keys, "until_day"}:
            return f"the choice needs the keys {', '.join([*self.keys, 'until_day'])}"
        for key, entry in choice.items():
            if not _is_a(self.keys.get(key, float), entry):
                return f"{key} is {entry!r}, which is no {self.keys.get(key, float).__name__}"
        if not choice["until_day"] <= pinworld.TRAIN_END:
            return "you train on days that are to be predicted: that is a leak"
        if choice["until_day"] < 1:
            return "until_day must be at least 1"
        return self.limits(choice)

    def found(self, choice: dict) -> float:
        """Return the NDCG@20 of a choice on the validation days; 0 for one that is not allowed."""
        if self.problem(choice):
            return 0.0
        return _measured(self, tuple(sorted(choice.items())))

    def why(self, choice: dict) -> str:
        """Return the one thing about a weak choice that explains it best."""
        if problem := self.problem(choice):
            return problem
        return "young" if choice["until_day"] < YOUNG else self.kind(choice)

    def try_out(self, choice: dict) -> float:
        """Return the NDCG@20 of a choice, also of one that leaks: see what a leak is worth.

        Raises:
            ValueError: the choice is not allowed for another reason.
        """
        honest = choice | {"until_day": min(choice.get("until_day", 0), pinworld.TRAIN_END)}
        if problem := self.problem(honest):
            raise ValueError(problem)
        return _measured(self, tuple(sorted(choice.items())))

    def claims(self, ex: Exercise, bars: Mapping[str, tuple[float, float]]) -> None:
        """Give an exercise its claims: a gate, and a bar with a weight for each sentence."""
        claims(
            ex,
            "all entries within their bounds, and no day of the future",
            {sentence: weight for sentence, (_, weight) in bars.items()},
            lambda: [bar for bar, _ in bars.values()],
            self.found,
            self.problem,
            self.why,
        )


@dataclass(frozen=True, eq=False)
class LookedUp:
    """A choice among settings that were trained beforehand, and what is said about a weak one.

    Attributes:
        keys: the entries that tell one setting from another.
        table: returns what each setting found, by its entries.
        kind: choice -> one word for the one thing that explains a weak choice best, or "".
        day: one more entry: its name, the last day that is allowed, and what is said of later ones. An
            earlier day than that was not measured and finds nothing.
        limits: choice -> what else is wrong with it before it is looked up, or "".
        unknown: what is said of a setting that the table has not.
    """

    keys: Sequence[str]
    table: Callable[[], Mapping[tuple, float]]
    kind: Callable[[dict], str]
    day: tuple[str, int, str] | None = None
    limits: Callable[[dict], str] = lambda choice: ""
    unknown: str = "one of your entries is none of those that the docstring names"

    def problem(self, choice: dict) -> str:
        """Say what is wrong with a choice before it is looked up; "" if nothing is."""
        names = [*self.keys, *([self.day[0]] if self.day else [])]
        if set(choice) != set(names):
            return f"the choice needs the keys {', '.join(names)}"
        if said := self.limits(choice) or self._late(choice):
            return said
        try:
            known = self.setting(choice) in self.table()
        except TypeError:  # a list, say
            known = False
        return "" if known else self.unknown

    def setting(self, choice: dict) -> tuple:
        """Return the place of a choice in the table."""
        return tuple(choice[key] for key in self.keys)

    def found(self, choice: dict) -> float:
        """Return what a choice found; 0 for one that is not allowed, or knows less than was measured."""
        return (
            0.0
            if self.problem(choice) or self._early(choice)
            else self.table()[self.setting(choice)]
        )

    def why(self, choice: dict) -> str:
        """Return the one thing about a weak choice that explains it best."""
        return self.problem(choice) or ("early" if self._early(choice) else self.kind(choice))

    def shares(self, *shares: float) -> Callable[[], list[float]]:
        """Return a function that returns these shares of what the best setting found."""
        return lambda: [share * max(self.table().values()) for share in shares]

    def claims(
        self,
        ex: Exercise,
        gate: str,
        sentences: Mapping[str, float],
        bars: Callable[[], Sequence[float]],
        measure: str = "NDCG@20",
    ) -> None:
        """Give an exercise its claims; the arguments are those of `claims`."""
        claims(ex, gate, sentences, bars, self.found, self.problem, self.why, measure)

    def _late(self, choice: dict) -> str:
        if not self.day:
            return ""
        name, last, leak = self.day
        day = choice[name]
        if isinstance(day, str):
            return f"`{name}` is a number, a day; yours is a text"
        try:
            return "" if day <= last and not isinstance(day, bool) else leak
        except (TypeError, ValueError):  # no number
            return leak

    def _early(self, choice: dict) -> bool:
        return bool(self.day) and choice[self.day[0]] < self.day[1]


def one_of(choice: dict, offered: Mapping[str, Sequence]) -> str:
    """Say which entry of a choice is none of those offered; "" if each is. True is no 1."""
    for key, values in offered.items():
        told = isinstance(choice[key], bool) == isinstance(values[0], bool)
        if not told or choice[key] not in values:
            return f"{key} must be one of {', '.join(map(repr, values))}"
    return ""


def claims(
    ex: Exercise,
    gate: str,
    sentences: Mapping[str, float],
    bars: Callable[[], Sequence[float]],
    found: Callable[[dict], float],
    problem: Callable[[dict], str],
    kind: Callable[[dict], str],
    measure: str = "NDCG@20",
) -> None:
    """Give an exercise whose answer is a choice its claims, and a number for the leaderboard.

    Args:
        gate: what is said of a choice that is allowed; any other earns nothing.
        sentences: what each bar says -> its weight.
        bars: returns, in the order of the sentences, what a choice must find.
        found: what a choice finds, 0 for one that is not allowed.
        problem: says why a choice is not allowed, "" if it is.
        kind: the one thing that explains a weak choice best.
        measure: the name of what is found.
    """

    @ex.measures
    def measured(answers) -> Measured:
        value = float(found(answers[0][0]))
        return Measured(measure, value, value, value, f"{value:.4f}")

    def allowed(got, expected, inputs) -> str | None:
        mine, other = problem(got), problem(expected)
        return None if mine == other else mine or "that is allowed"

    def at_least(place: int):
        def judge(got, expected, inputs) -> str | None:
            mine, other = (found(x) >= bars()[place] for x in (got, expected))
            if mine == other and (mine or kind(got) == kind(expected)):
                return None
            asked = f"{bars()[place]:.4f} is asked for"
            return problem(got) or f"{measure} is {found(got):.4f} with yours, {asked}"

        return judge

    ex.claim(gate, nothing, 0, judge=allowed)
    for place, (sentence, weight) in enumerate(sentences.items()):
        ex.claim(sentence, nothing, weight, judge=at_least(place))


@functools.cache
def _measured(task: Task, items: tuple) -> float:
    choice = dict(items)
    model = task.fit(saves(choice["until_day"]), choice)
    return float(metrics.evaluate_model(model, saves(pinworld.TRAIN_END), wanted()).ndcg.mean())


def _is_a(kind: type, entry) -> bool:
    """Whether an entry can stand for a value of this kind: an int is a float, a bool is no int."""
    if kind in (int, float):
        number = Integral if kind is int else Real
        return isinstance(entry, number) and not isinstance(entry, bool)
    return isinstance(entry, kind)


def nothing(rng) -> dict:
    """Return no inputs: a choice has none."""
    return {}


def try_out(name: str, **choice) -> float:
    """Return the NDCG@20 of a choice of settings for the open task of exercise `name`, such as "06.7"."""
    return importlib.import_module(find.module(name)).task.try_out(choice)
