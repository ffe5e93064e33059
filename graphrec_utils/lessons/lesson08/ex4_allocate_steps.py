"""Exercise 08.4: how many steps each of several queries gets."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _queries(rng, same: bool = False, top: bool = False) -> dict:
    """Four to six queries of degrees 1 … 400 in a graph whose largest is 5,000."""
    Q = int(rng.integers(4, 7))
    degree = np.floor(10 ** rng.uniform(0, 2.6, Q))
    degree[0], degree[1] = 1, 5000 if top else 300
    weights = np.ones(Q) if same else rng.integers(1, 6, Q) / 2
    order = rng.permutation(Q)
    return {
        "degree": degree[order], "weights": weights[order],
        "num_steps": int(rng.integers(2, 9)) * 10_000, "max_degree": 5000,
    }  # fmt: skip


ex = Exercise(
    "08.4",
    "allocate_steps",
    points=4,
    branch=True,
    library="graphrec_utils.walks.allocate_steps",
    hints=(
        "What is s for a pin on one board, and what for the pin of the largest degree?",
        "C = 1 + log(max_degree), s = degree · (C − log(degree)), and the shares are w · s divided by "
        "their sum.",
        "`share = weights * degree * (1 + np.log(max_degree) - np.log(degree))`; return "
        "`num_steps * share / share.sum()`.",
    ),
)


@ex.solution
def allocate_steps(degree, weights, num_steps, max_degree):
    share = weights * degree * (1 + np.log(max_degree) - np.log(degree))
    return num_steps * share / share.sum()


def _by_hand(rng) -> dict:
    return {
        "degree": np.array([1.0, 100.0]), "weights": np.array([2.0, 1.0]), "num_steps": 1_000,
        "max_degree": 1000,
    }  # fmt: skip


ex.claim(
    "a pin on 1 board that matters twice as much, and one on 100: 45.7 and 954.3 steps", _by_hand
)
ex.claim("several queries that matter alike", lambda rng: _queries(rng, same=True))
ex.claim("queries that matter more get more", _queries)
ex.claim("the pin of the largest degree gets steps, too", lambda rng: _queries(rng, top=True))

LOGS = "np.log(max_degree) - np.log(degree)"
S = f"degree * (1 + {LOGS})"
STEPS = "num_steps * share / share.sum()"

# fmt: off
ex.slip("your steps are in proportion to the degree: next to a pin on thousands of boards a pin "
        "on one gets none; s has a second factor",
        S, "degree", hint=True)
ex.slip("your C knows only the queries; it comes from the largest degree of the whole graph",
        "max_degree", "degree.max()")
ex.slip("your C is the largest degree itself, as in the paper's text: then C − log(d) hardly "
        "depends on d and the steps are nearly in proportion to the degree; take 1 + log of it",
        "1 + np.log(max_degree)", "max_degree")
ex.slip("your C is log(max_degree): the pin of the largest degree gets nothing; add 1",
        "1 + ", "", hint=True)
ex.slip("all queries get the same number of steps in yours, whatever their degree",
        S, "np.ones(len(degree))")
ex.slip("the weights play no part in yours: multiply s by them before you divide by the sum",
        "weights * ", "", hint=True)
ex.slip("you multiplied by the weights after the division: the steps no longer sum to num_steps",
        "weights * ", "", STEPS, f"weights * ({STEPS})")
ex.slip("you took logarithms of base 10; the formula's log is the natural one",
        LOGS, "np.log10(max_degree) - np.log10(degree)")
ex.slip("your s is C − log(d): it falls with the degree; the factor d in front is missing",
        "degree * ", "")
ex.slip("you rounded; the answer is a share of the steps, and it need not be whole",
        STEPS, f"np.round({STEPS})")
ex.slip("a bracket is missing: s is d · (C − log d), not d · C − log d",
        S, "(degree * (1 + np.log(max_degree)) - np.log(degree))")
ex.slip("you return shares that sum to 1; the answer is steps, num_steps of them in all",
        "num_steps * ", "")
ex.slip("the 1 stands inside the logarithm in yours: C is 1 + log(max_degree), not log(1 + ·)",
        "1 + np.log(max_degree)", "np.log(1 + max_degree)")
ex.slip("you took the logarithm of 1 + degree: C − log(d) has the degree itself in it",
        "np.log(degree)", "np.log1p(degree)")
ex.slip("you took logarithms of base 2; the formula's log is the natural one",
        LOGS, "np.log2(max_degree) - np.log2(degree)")
ex.slip("you add log(d): s is d · (C − log d), so that busy pins get less than their share",
        "- np.log", "+ np.log")
ex.slip("you rounded down: the answer is a share of the steps, and some of them are lost in yours",
        STEPS, f"np.floor({STEPS})")
ex.slip("your w · s are not divided by their sum: the steps do not sum to num_steps",
        " / share.sum()", "")
ex.slip("your w · s are not divided by their sum, and not multiplied by num_steps", STEPS, "share")
ex.slip("all queries get the same number in yours: neither degree nor weight plays a part",
        STEPS, "np.full(len(degree), num_steps / len(degree))")
ex.slip("you divide by the weights: what matters more gets fewer steps",
        "weights * ", "1 / weights * ")
ex.slip("the weight stands inside the logarithm in yours: s knows the degree alone, and w "
        "multiplies it",
        "np.log(degree)", "np.log(weights * degree)")
ex.slip("you took a softmax of w · s: its shares are e to the power of them; divide by the sum "
        "instead",
        "return", "share = np.exp(share - share.max())\nreturn")
