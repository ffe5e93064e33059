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
        step = (above[1:] / above[:-1]).max(initial=1.0)
        beyond = min((regs < best).sum(), (regs > best).sum())
        found[model] = (len(mine), float(step), int(beyond))
    return found


ex.claim("seven trials of two models, by hand: (5, 30, 1) and (2, 10, 0)", _by_hand)
ex.claim("how many trials each model got", _table, judge=_column(0))
ex.claim("the largest step between neighbors in size", _table, judge=_column(1))
ex.claim("how many penalties lie beyond the best one", _table, judge=_column(2))
ex.claim("a penalty of 0 is no neighbor to take a ratio with", lambda rng: _table(rng, zero=True))


BEST, STEP = "mine.reg[mine.ndcg.idxmax()]", "(above[1:] / above[:-1]).max(initial=1.0)"
BEYOND = "min((regs < best).sum(), (regs > best).sum())"

# fmt: off
ex.slip("you count the different penalties; a trial with another loss or rate is a trial, too",
        "len(mine)", "mine.reg.nunique()")
ex.slip("your steps follow the order of the rows: sort the penalties first",
        "np.unique(mine.reg)", "mine.reg.drop_duplicates().to_numpy()")
ex.slip("your steps are differences; grids are read in ratios, 0.01 to 0.1 is a factor of 10",
        "(above[1:] / above[:-1])", "np.diff(above)", hint=True)
ex.slip("you divide by a penalty of 0, so the step is infinite: take the penalties above 0",
        "regs[regs > 0]", "regs", "initial=1.0", "")
ex.slip("you take the penalty with the smallest NDCG; the largest one is the best",
        "idxmax", "idxmin")
ex.slip("you take the best trial of all models together; every model has its own",
        BEST, "trials.reg[trials.ndcg.idxmax()]")
ex.slip("you look at larger penalties only; the best may be the smallest one",
        BEYOND, "(regs > best).sum()", hint=True)
ex.slip("you look at smaller penalties only; the best may be the largest one",
        BEYOND, "(regs < best).sum()", hint=True)
ex.slip("you count the trials beyond the best penalty; count different penalties",
        BEYOND, "min((mine.reg < best).sum(), (mine.reg > best).sum())")
ex.slip("you took the larger of the two sides; `beyond` asks for the side with fewer",
        "min(", "max(")
ex.slip("you took the narrowest step; the widest one is asked for",
        STEP, "min(above[1:] / above[:-1], default=1.0)")
ex.slip("you divided the largest penalty by the smallest; a step leads from one to the next",
        STEP, "above.max() / above.min()")
ex.slip("you dropped the penalty 0 altogether; it has no step, but it is a trial, and may lie "
        "beyond the best",
        "trials.groupby", "trials[trials.reg > 0].groupby")
ex.slip("all models are thrown together in yours: every model has a search of its own",
        'trials.groupby("model")', "[(model, trials) for model in trials.model.unique()]")
ex.slip("the best penalty itself does not lie beyond the best: < and >, not <= and >=",
        "int(beyond)", "int(beyond + 1)")
ex.slip("you took the mean of the steps; the widest one is asked for",
        STEP, "np.mean(above[1:] / above[:-1]) if len(above) > 1 else 1.0")
ex.slip("a step is the ratio itself; you took its logarithm",
        "float(step)", "float(np.log10(step))")
