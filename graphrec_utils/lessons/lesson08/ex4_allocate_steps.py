"""Exercise 08.4: how many steps each of several queries gets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _allocate(degree, weights, num_steps, share):
    share = weights * share
    return num_steps * share / share.sum()


def _by(scale) -> Callable:
    """Return the allocation with s = scale(degree, max_degree)."""

    def function(degree, weights, num_steps, max_degree):
        return _allocate(degree, weights, num_steps, scale(degree, max_degree))

    return function


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
    return _by(lambda d, top: d * (1 + np.log(top) - np.log(d)))(
        degree, weights, num_steps, max_degree
    )


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


@ex.mistake(
    "your steps are in proportion to the degree: next to a pin on thousands of boards a pin on one "
    "gets none; s has a second factor"
)
def linear(*inputs):
    return _by(lambda d, top: d)(*inputs)


@ex.mistake("your C knows only the queries; it comes from the largest degree of the whole graph")
def c_of_the_queries(*inputs):
    return _by(lambda d, top: d * (1 + np.log(d.max()) - np.log(d)))(*inputs)


@ex.mistake(
    "your C is the largest degree itself, as in the paper's text: then C − log(d) hardly depends "
    "on d and the steps are nearly in proportion to the degree; take 1 + log of it"
)
def c_is_the_largest_degree(*inputs):
    return _by(lambda d, top: d * (top - np.log(d)))(*inputs)


@ex.mistake("your C is log(max_degree): the pin of the largest degree gets nothing; add 1")
def c_without_one(*inputs):
    return _by(lambda d, top: d * (np.log(top) - np.log(d)))(*inputs)


@ex.mistake("all queries get the same number of steps in yours, whatever their degree")
def all_alike(*inputs):
    return _by(lambda d, top: np.ones(len(d)))(*inputs)


@ex.mistake("the weights play no part in yours: multiply s by them before you divide by the sum")
def no_weights(degree, weights, num_steps, max_degree):
    return allocate_steps(degree, np.ones(len(degree)), num_steps, max_degree)


@ex.mistake(
    "you multiplied by the weights after the division: the steps no longer sum to num_steps"
)
def weights_too_late(degree, weights, num_steps, max_degree):
    return weights * allocate_steps(degree, np.ones(len(degree)), num_steps, max_degree)


@ex.mistake("you took logarithms of base 10; the formula's log is the natural one")
def base_ten(*inputs):
    return _by(lambda d, top: d * (1 + np.log10(top) - np.log10(d)))(*inputs)


@ex.mistake("your s is C − log(d): it falls with the degree; the factor d in front is missing")
def without_the_degree(*inputs):
    return _by(lambda d, top: 1 + np.log(top) - np.log(d))(*inputs)


@ex.mistake("you rounded; the answer is a share of the steps, and it need not be whole")
def rounded(*inputs):
    return np.round(allocate_steps(*inputs))


@ex.mistake("a bracket is missing: s is d · (C − log d), not d · C − log d")
def lost_bracket(*inputs):
    return _by(lambda d, top: d * (1 + np.log(top)) - np.log(d))(*inputs)


@ex.mistake("you return shares that sum to 1; the answer is steps, num_steps of them in all")
def shares(degree, weights, num_steps, max_degree):
    return allocate_steps(degree, weights, 1, max_degree)


@ex.mistake("the 1 stands inside the logarithm in yours: C is 1 + log(max_degree), not log(1 + ·)")
def one_inside_the_log(*inputs):
    return _by(lambda d, top: d * (np.log(1 + top) - np.log(d)))(*inputs)


@ex.mistake("you took the logarithm of 1 + degree: C − log(d) has the degree itself in it")
def log_of_one_more(*inputs):
    return _by(lambda d, top: d * (1 + np.log(top) - np.log1p(d)))(*inputs)


@ex.mistake("you took logarithms of base 2; the formula's log is the natural one")
def base_two(*inputs):
    return _by(lambda d, top: d * (1 + np.log2(top) - np.log2(d)))(*inputs)


@ex.mistake("you add log(d): s is d · (C − log d), so that busy pins get less than their share")
def log_is_added(*inputs):
    return _by(lambda d, top: d * (1 + np.log(top) + np.log(d)))(*inputs)


@ex.mistake(
    "you rounded down: the answer is a share of the steps, and some of them are lost in yours"
)
def rounded_down(*inputs):
    return np.floor(allocate_steps(*inputs))


@ex.mistake("your w · s are not divided by their sum: the steps do not sum to num_steps")
def not_divided(degree, weights, num_steps, max_degree):
    return num_steps * weights * degree * (1 + np.log(max_degree) - np.log(degree))


@ex.mistake("your w · s are not divided by their sum, and not multiplied by num_steps")
def no_shares(degree, weights, num_steps, max_degree):
    return weights * degree * (1 + np.log(max_degree) - np.log(degree))


@ex.mistake("all queries get the same number in yours: neither degree nor weight plays a part")
def one_for_all(degree, weights, num_steps, max_degree):
    return np.full(len(degree), num_steps / len(degree))


@ex.mistake("you divide by the weights: what matters more gets fewer steps")
def divided_by_weights(degree, weights, num_steps, max_degree):
    return allocate_steps(degree, 1 / weights, num_steps, max_degree)


@ex.mistake(
    "the weight stands inside the logarithm in yours: s knows the degree alone, and w multiplies it"
)
def weight_inside_the_log(degree, weights, num_steps, max_degree):
    return allocate_steps(weights * degree, np.ones(len(degree)), num_steps, max_degree)


@ex.mistake(
    "you took a softmax of w · s: its shares are e to the power of them; divide by the sum instead"
)
def softmax(degree, weights, num_steps, max_degree):
    s = weights * degree * (1 + np.log(max_degree) - np.log(degree))
    e = np.exp(s - s.max())
    return num_steps * e / e.sum()
