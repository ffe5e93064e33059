r"""Choose the knobs of several models with the same effort for each, and never by test.

    score = train.on_validation(split, "ndcg")
    search = train.tune(
        {
            "popularity": (partial(baselines.popularity, split.train), {}),
            "GF-CF": (partial(filters.gf_cf, split.train.csr()), {
                "dim": [32, 64, 128, 256], "weight": [0.03, 0.1, 0.3, 1]}),
        },
        budget=12, score=score,
    )
    knobs = search.winner("GF-CF").knobs            # refuses a winner at the edge of its grid
    best = filters.gf_cf(split.past().csr(), **knobs)
    per_user = train.on_test(best, split)           # the one place where test is read

A comparison of two models is one of two searches: who got more trials, or a finer grid, wins. Three
rules keep a search from deciding it.

* **Equal trials**: each model is fitted `budget` times, in its own learning rate and penalty.
* **Steps of about 3**: a penalty that is best at 0.03 is missed by 0.01 and 0.1. Neighbors in a grid
  may differ by a factor of 4 at most.
* **No winner at the edge**: if the largest value tried is the best, nobody knows what a larger one
  does. Where nothing lies beyond (0 layers, a share of 1), say so by `natural`.

The first half of a model's trials is drawn from its grid without replacement (Bergstra and Bengio
2012, https://www.jmlr.org/papers/v13/bergstra12a.html); each of the others is a neighbor of the best
so far, one step in one knob, or again a draw when all of them are known.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from graphrec_utils import arguments, metrics
from graphrec_utils.data import Split

STEP = 4  # how far neighbors in a grid may be apart: "about 3", and 1, 4, 16 passes
Grid = Mapping[str, Sequence]
Place = tuple[int, ...]  # a setting as the position of each knob in its grid


class OnTheEdge(ValueError):
    """The best setting of a model lies at an end of its grid, so it may not be the best."""


@dataclass(frozen=True)
class Trial:
    """One setting of one model, fitted and judged once.

    Attributes:
        model: its name.
        knobs: what `fit` was given.
        score: on validation, the larger the better; NaN if the score was NaN or infinite.
        seconds: wall time of fit and score.
        found: what `fit` found by itself, for example {"epochs": 12} by early stopping.
    """

    model: str
    knobs: dict[str, Any]
    score: float
    seconds: float
    found: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Search:
    """All trials of `tune`; shown as a table of the winners.

    Attributes:
        trials: all of them, in the order in which they ran.
        edges: model -> why its winner is refused; a model with an accepted one is not in it.
        inside: model -> its best trial that is at no end of the grid, if it has one.
    """

    trials: list[Trial]
    edges: dict[str, str]
    inside: dict[str, Trial]

    def best(self, model: str) -> Trial:
        """Return the best trial of a model, the first of equals, wherever it lies.

        For looking, and for data on which the grid was not made; `winner` is for what is printed.

        Raises:
            ValueError: no trial of this name has a score.
        """
        return _best(self.trials, model)

    def winner(self, model: str, slack: float = 0.0) -> Trial:
        """Return the best trial of a model, the first of equals.

        Args:
            slack: take the best one inside the grid if it is at most so much below one at the edge:
                then the gain has ended before the grid does. A number that would not matter.

        Raises:
            OnTheEdge: it lies at an end of the grid, which has to grow there.
            ValueError: no trial of this name has a score.
        """
        best = self.best(model)
        if model not in self.edges:
            return best
        inside = self.inside.get(model)
        if inside is not None and inside.score >= best.score - slack:
            return inside
        raise OnTheEdge(self.edges[model])

    @property
    def table(self) -> pd.DataFrame:
        """One row per trial: model, the knobs, what fits found, score, seconds."""
        rows = [
            {"model": t.model, **t.knobs, **t.found, "score": t.score, "seconds": t.seconds}
            for t in self.trials
        ]
        table = pd.DataFrame(rows)
        return table[[c for c in table if c not in ("score", "seconds")] + ["score", "seconds"]]

    @property
    def winners(self) -> pd.DataFrame:
        """One row per model: trials, score, seconds of all its trials, knobs, and "refused"."""
        rows = []
        for model in dict.fromkeys(trial.model for trial in self.trials):
            mine, best = [t for t in self.trials if t.model == model], _best(self.trials, model)
            words = [f"{name} {value}" for name, value in (best.knobs | best.found).items()]
            rows.append({
                "model": model, "trials": len(mine), "score": best.score,
                "seconds": sum(t.seconds for t in mine), "best": ", ".join(words) or "no knobs",
                "refused": self.edges.get(model, ""),
            })  # fmt: skip
        return pd.DataFrame(rows).set_index("model")

    def __repr__(self) -> str:
        return repr(self.winners)

    def _repr_html_(self) -> str:
        return self.winners.to_html(float_format="{:.4f}".format)


def tune(
    models: Mapping[str, tuple[Callable[..., Any], Grid]],
    budget: int,
    score: Callable[[Any], float],
    *,
    natural: Mapping[str, Sequence] | None = None,
    log: str | Path | None = None,
    seed: int = 0,
    progress: bool = True,
    begun: int | None = None,
) -> Search:
    """Fit every model `budget` times with knobs from its grid, and return what was measured.

    Args:
        models: name -> (fit, grid). `fit(**knobs)` returns a model, or (model, found) with a
            dictionary of what it found by itself, such as the epoch of early stopping. It fits on
            train alone. `grid` is {knob: its values}: numbers in increasing order, or words, True
            and False or None, which have no order and so no edge. A knob with one value is not
            searched. A model without knobs is fitted once.
        budget: trials of every other model.
        score: returns the number to be made large; see `on_validation`.
        natural: knob -> values beyond which there is nothing to try, {"num_layers": [0]}. Not for
            a grid that ends because larger values take too long: that winner is not known.
        log: a file with one line of JSON per trial, written as they come. What stands in it is not
            fitted again, so a search that was interrupted, or whose grid has grown, goes on. It
            belongs to one set of data and one score.
        seed: of the draws; the same seed tries the same settings.
        progress: show a bar, unless TQDM_DISABLE=1 is in the environment, as when a lesson is built.
        begun: the budget with which this search was begun, if it goes on with a larger one: its trials come
            first, the same ones, and those that follow neighbors of the best.

    Returns:
        The search; `winner` refuses a best setting at the edge of its grid.

    Raises:
        ValueError: a grid is empty, does not increase, steps too far or has fewer than `budget`
            settings; or no setting of a model has a score.
    """
    arguments.integer("budget", budget)
    for name, (_, grid) in models.items():
        _check(name, grid, budget)
    file, known = None if log is None else Path(log), {}
    if file is not None and file.exists():
        _mend(file)
        for line in file.read_text(encoding="utf-8").splitlines():
            trial = Trial(**json.loads(line))
            known[trial.model, _key(trial.knobs)] = trial
    trials, edges, inside = [], {}, {}
    total = sum(budget if _searched(grid) else 1 for _, grid in models.values())
    with tqdm(
        total=total, unit="trial", leave=False, **({} if progress else {"disable": True})
    ) as bar:
        for name, (fit, grid) in models.items():
            rng, mine = np.random.default_rng(seed), {}
            for _ in range(budget if _searched(grid) else 1):
                place = _next(grid, mine, begun or budget, rng)
                knobs = {knob: grid[knob][k] for knob, k in zip(grid, place, strict=True)}
                bar.set_postfix_str(f"{name} {knobs}")
                trial = known.get((name, _key(knobs)))
                if trial is None:
                    trial = _try(name, fit, knobs, score)
                    if file is not None:
                        _append(file, trial)
                mine[place] = trial
                trials.append(trial)
                bar.update()
            ends = {place: _edge(grid, trial.knobs, natural or {}) for place, trial in mine.items()}
            inner = [mine[place] for place, words in ends.items() if not words]
            if any(not math.isnan(trial.score) for trial in inner):
                inside[name] = max(inner, key=_rank)
            _best(trials, name)  # refuses a model without a score
            edge = ends[_top(mine)]
            if edge:
                edges[name] = f"the best {name} has {edge}; let the grid go on there and tune again"
    return Search(trials, edges, inside)


def on_validation(
    split: Split,
    metric: str = "ndcg",
    top: int = 20,
    users: int | None = None,
    seed: int = 0,
) -> Callable[[Any], float]:
    """Return a function that maps a model to the mean of a metric on the validation part.

    It holds train and validation only: whoever searches with it cannot see test.

    Args:
        split: with a validation part, see `Split.with_validation`.
        metric: a column of `metrics.evaluate`.
        top: length of the lists.
        users: ask so many of the validation's users, always the same ones; None: all.
        seed: of their choice.

    Raises:
        ValueError: the split has no validation part.
    """
    past, part = split.train, split.val
    if not len(part):
        raise ValueError("the split has no validation part; see Split.with_validation")
    asked = np.unique(part.users)
    if users is not None and users < len(asked):
        asked = np.random.default_rng(seed).choice(asked, users, replace=False)
        part = part.select(np.isin(part.users, asked))
    return lambda model: float(metrics.evaluate_model(model, past, part, top)[metric].mean())


def on_test(model: Any, split: Split, top: int = 20) -> pd.DataFrame:
    """Return the metrics of the final model per user of test, train and validation hidden.

    To be asked once for each model, when nothing is left to choose.

    Args:
        model: fitted on `split.past()`.
        split: with the test part.
        top: length of the lists.
    """
    return metrics.evaluate_model(model, split.past(), split.test, top)


# ------------------------------------------------------------------------ inside
def _check(name: str, grid: Grid, budget: int) -> None:
    """Refuse a grid in which the best could hide between, or that has too few settings."""
    for knob, values in grid.items():
        if not len(values):
            raise ValueError(f"{name}: {knob} has no values")
        if not _ordered(values):
            continue
        if any(a >= b for a, b in pairwise(values)):
            raise ValueError(f"{name}: the values of {knob} must increase; got {list(values)}")
        for a, b in pairwise(values):
            if a > 0 and b / a > STEP * 1.001:
                raise ValueError(
                    f"{name}: {knob} jumps from {a} to {b}, and what lies between is never tried; "
                    "take steps of about 3"
                )
    settings = math.prod(len(values) for values in grid.values())
    if _searched(grid) and settings < budget:
        raise ValueError(
            f"{name}: its grid has {settings} settings, fewer than the {budget} trials of every "
            "model; widen it, or lower the budget of all"
        )


def _searched(grid: Grid) -> bool:
    return any(len(values) > 1 for values in grid.values())


def _ordered(values: Sequence) -> bool:
    """Return whether these are numbers; True, False and words have no order."""
    return all(
        isinstance(v, int | float | np.number) and not isinstance(v, bool | np.bool_)
        for v in values
    )


def _next(grid: Grid, tried: dict[Place, Trial], budget: int, rng: np.random.Generator) -> Place:
    """Return a setting that was not tried: a draw, or a neighbor of the best one."""
    sizes = [len(values) for values in grid.values()]
    if 2 * len(tried) >= budget:
        around = [p for p in _neighbors(_top(tried), grid) if p not in tried]
        if around:
            return around[rng.integers(len(around))]
    while True:
        place = tuple(int(rng.integers(size)) for size in sizes)
        if place not in tried:
            return place


def _neighbors(place: Place, grid: Grid) -> list[Place]:
    """Return all settings that differ in one knob, by one step or by another word."""
    found = []
    for axis, values in enumerate(grid.values()):
        steps = (place[axis] - 1, place[axis] + 1) if _ordered(values) else range(len(values))
        found += [
            (*place[:axis], k, *place[axis + 1 :])
            for k in steps
            if 0 <= k < len(values) and k != place[axis]
        ]
    return found


def _top(tried: dict[Place, Trial]) -> Place:
    return max(tried, key=lambda place: _rank(tried[place]))


def _rank(trial: Trial) -> float:
    return -math.inf if math.isnan(trial.score) else trial.score


def _best(trials: Sequence[Trial], model: str) -> Trial:
    mine = [t for t in trials if t.model == model and not math.isnan(t.score)]
    if not mine:
        raise ValueError(f"no trial of {model!r} has a score")
    return max(mine, key=_rank)


def _edge(grid: Grid, knobs: dict, natural: Mapping[str, Sequence]) -> str:
    """Return where the best setting lies at an end of its grid, in words; "" if nowhere."""
    words = []
    for knob, values in grid.items():
        best = knobs[knob]
        if len(values) == 1 or not _ordered(values) or best in natural.get(knob, ()):
            continue
        if best in (values[0], values[-1]):
            side = "smallest" if best == values[0] else "largest"
            words.append(f"{knob} = {best}, the {side} value of its grid")
    return " and ".join(words)


def _try(name: str, fit: Callable, knobs: dict, score: Callable[[Any], float]) -> Trial:
    start = time.perf_counter()
    try:
        fitted = fit(**knobs)
        model, found = fitted, {}
        # a pair of arrays is a model, too
        if isinstance(fitted, tuple) and len(fitted) == 2 and isinstance(fitted[1], dict):
            model, found = fitted
        value = float(score(model))
    except Exception as problem:
        problem.add_note(f"while {name} was tried with {knobs}")
        raise
    value = value if math.isfinite(value) else math.nan
    return Trial(name, knobs, value, round(time.perf_counter() - start, 3), found)


def _key(knobs: dict) -> str:
    return json.dumps(knobs, sort_keys=True, default=_plain)


def _mend(file: Path) -> None:
    """Cut off a last line that was not written to its end: what wrote it was killed."""
    with file.open("rb+") as stream:
        content = stream.read()
        stream.truncate(content.rfind(b"\n") + 1)


def _append(file: Path, trial: Trial) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(trial), default=_plain) + "\n")


def _plain(value: Any) -> Any:
    """Return numpy's numbers and arrays as Python's, for JSON."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} {value!r} is not a number, text, list or dictionary")
