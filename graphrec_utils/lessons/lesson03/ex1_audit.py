"""Exercise 03.1: what a table of trials says about the care behind a comparison."""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise

GRIDS = ((0.01, 0.1, 1.0), (0.001, 0.003, 0.01, 0.03, 0.1), (0.02, 0.1, 0.2, 0.4, 2.0, 20.0))


def _table(rng, zero: bool = False) -> dict:
    """Three models with other grids; the best penalty of one is an end, of another it is not."""
    rows = []
    for model, grid, place in zip(("Dot", "NeuMF", "iALS"), GRIDS, (-1, 1, 2), strict=True):
        regs = (0.0, *grid) if zero else grid
        scale, place = 2.0 ** rng.integers(-3, 3), place + (zero and place > 0)
        for turn in range(int(rng.integers(1, 4))):
            for k, reg in enumerate(regs):
                best = turn == 0 and k == place % len(regs)
                # two decimals: nothing is equal by chance but what no answer depends on
                ndcg = 0.5 if best else 0.1 + 0.3 * rng.random()
                rows.append((model, reg * scale, ndcg * (1 + 0.1 * rng.random())))
    table = pd.DataFrame(rows, columns=["model", "reg", "ndcg"])
    return {"trials": table.sample(frac=1, random_state=int(rng.integers(2**31)))}


def _by_hand(rng) -> dict:
    dot = [(0.1, 0.2), (0.0, 0.1), (0.01, 0.3), (3.0, 0.12), (0.0, 0.15)]
    rows = [("Dot", *row) for row in dot] + [("iALS", 0.1, 0.4), ("iALS", 0.01, 0.25)]
    return {"trials": pd.DataFrame(rows, columns=["model", "reg", "ndcg"])}


def _column(position: int):
    """Return a judge that looks at one of the three numbers of every model."""

    def judge(got, expected, inputs) -> str | None:
        if set(got) != set(expected):
            return f"the models are {', '.join(expected)}; yours are {', '.join(map(str, got))}"
        if any(not isinstance(row, tuple) or len(row) != 3 for row in got.values()):
            return "every model has a tuple of three numbers"
        return close(*({m: row[position] for m, row in x.items()} for x in (got, expected)))

    return judge


ex = Exercise(
    "03.1",
    "audit",
    points=3,
    hints=(
        '`for model, mine in trials.groupby("model")` gives every model\'s own rows. Which penalties '
        "did it try, each once and in order of size?",
        "With `regs = np.unique(mine.reg)`: steps are `above[1:] / above[:-1]` of the penalties above 0, "
        "and the best one is `mine.reg[mine.ndcg.idxmax()]`.",
        "The answer of one model is `(len(mine), max(steps), min((regs < best).sum(), (regs > best).sum()))`, "
        "as Python numbers: `int(…)`, `float(…)`.",
    ),
)


@ex.solution
def audit(trials):
    found = {}
    for model, mine in trials.groupby("model"):
        regs = np.unique(mine.reg)
        above, best = regs[regs > 0], mine.reg[mine.ndcg.idxmax()]
        beyond = min((regs < best).sum(), (regs > best).sum())
        step = (above[1:] / above[:-1]).max(initial=1.0)
        found[model] = (len(mine), float(step), int(beyond))
    return found


ex.claim("seven trials of two models, by hand: (5, 30, 1) and (2, 10, 0)", _by_hand)
ex.claim("how many trials each model got", _table, judge=_column(0))
ex.claim("the largest step between neighbors in size", _table, judge=_column(1))
ex.claim("how many penalties lie beyond the best one", _table, judge=_column(2))
ex.claim("a penalty of 0 is no neighbor to take a ratio with", lambda rng: _table(rng, zero=True))


def _changed(count=len, regs=np.unique, step=np.divide, best=None, beyond=min):
    """Return an audit with one thing done in another way."""

    def answer(trials):
        found = {}
        for model, mine in trials.groupby("model"):
            tried = np.asarray(regs(mine.reg))
            above = tried[tried > 0]
            value = best(trials, mine) if best else mine.reg[mine.ndcg.idxmax()]
            sides = (np.unique(tried) < value).sum(), (np.unique(tried) > value).sum()
            widest = float(np.max(step(above[1:], above[:-1]), initial=1.0))
            found[model] = (int(count(mine)), widest, int(beyond(sides)))
        return found

    return answer


@ex.mistake("you count the different penalties; a trial with another loss or rate is a trial, too")
def counts_penalties(trials):
    return _changed(count=lambda mine: mine.reg.nunique())(trials)


@ex.mistake("your steps follow the order of the rows: sort the penalties first")
def steps_by_row(trials):
    return _changed(regs=lambda reg: reg.drop_duplicates())(trials)


@ex.mistake("your steps are differences; grids are read in ratios, 0.01 to 0.1 is a factor of 10")
def differences(trials):
    return _changed(step=np.subtract)(trials)


@ex.mistake("you divide by a penalty of 0, so the step is infinite: take the penalties above 0")
def divides_by_zero(trials):
    found = {}
    for model, (count, _, beyond) in audit(trials).items():
        regs = np.unique(trials.reg[trials.model == model])
        with np.errstate(divide="ignore"):
            found[model] = (count, float((regs[1:] / regs[:-1]).max()), beyond)
    return found


@ex.mistake("you take the penalty with the smallest NDCG; the largest one is the best")
def worst_trial(trials):
    return _changed(best=lambda trials, mine: mine.reg[mine.ndcg.idxmin()])(trials)


@ex.mistake("you take the best trial of all models together; every model has its own")
def one_best_for_all(trials):
    return _changed(best=lambda trials, mine: trials.reg[trials.ndcg.idxmax()])(trials)


@ex.mistake("you look at larger penalties only; the best may be the smallest one")
def only_above(trials):
    return _changed(beyond=lambda sides: sides[1])(trials)


@ex.mistake("you look at smaller penalties only; the best may be the largest one")
def only_below(trials):
    return _changed(beyond=lambda sides: sides[0])(trials)


@ex.mistake("you count the trials beyond the best penalty; count different penalties")
def trials_beyond(trials):
    found = {}
    for model, (count, step, _) in audit(trials).items():
        mine = trials[trials.model == model]
        best = mine.reg[mine.ndcg.idxmax()]
        found[model] = (count, step, int(min((mine.reg < best).sum(), (mine.reg > best).sum())))
    return found


@ex.mistake("you took the larger of the two sides; `beyond` asks for the side with fewer")
def larger_side(trials):
    return _changed(beyond=max)(trials)


@ex.mistake("you took the narrowest step; the widest one is asked for")
def narrowest_step(trials):
    found = {}
    for model, mine in trials.groupby("model"):
        above = np.unique(mine.reg[mine.reg > 0])
        steps = above[1:] / above[:-1]
        count, _, beyond = audit(trials)[model]
        found[model] = (count, float(min(steps, default=1.0)), beyond)
    return found


@ex.mistake("you divided the largest penalty by the smallest; a step leads from one to the next")
def whole_range(trials):
    found = {}
    for model, mine in trials.groupby("model"):
        above = mine.reg[mine.reg > 0]
        count, _, beyond = audit(trials)[model]
        found[model] = (count, float(above.max() / above.min()), beyond)
    return found


@ex.mistake(
    "you dropped the penalty 0 altogether; it has no step, but it is a trial, and may lie beyond the best"
)
def without_zero(trials):
    return audit(trials[trials.reg > 0])


@ex.mistake("all models are thrown together in yours: every model has a search of its own")
def pooled(trials):
    one = audit(trials.assign(model="all"))["all"]
    return dict.fromkeys(trials.model.unique(), one)


@ex.mistake("the best penalty itself does not lie beyond the best: < and >, not <= and >=")
def counts_the_best(trials):
    return {
        model: (count, step, beyond + 1) for model, (count, step, beyond) in audit(trials).items()
    }


@ex.mistake("you took the mean of the steps; the widest one is asked for")
def mean_step(trials):
    found = {}
    for model, mine in trials.groupby("model"):
        above = np.unique(mine.reg[mine.reg > 0])
        steps = above[1:] / above[:-1]
        count, _, beyond = audit(trials)[model]
        found[model] = (count, float(np.mean(steps)) if len(steps) else 1.0, beyond)
    return found


@ex.mistake("a step is the ratio itself; you took its logarithm")
def logarithm_of_the_step(trials):
    return {name: (n, float(np.log10(step)), k) for name, (n, step, k) in audit(trials).items()}
