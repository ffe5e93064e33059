"""Exercise 17.1: how much better than the constant a probability is."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _entropy(p: float) -> float:
    return float(-(p * np.log(p) + (1 - p) * np.log(1 - p)))


def _loss(labels, probabilities, clip=1e-7) -> float:
    p = np.clip(probabilities, clip, 1 - clip)
    return float(-(labels * np.log(p) + (1 - labels) * np.log(1 - p)).mean())


def _rows(rng, share: float | None = None, sharp: float = 2.0, count: int = 0) -> dict:
    """Labels of a share of ones and probabilities that know something, none of them 0 or 1."""
    count = count or int(rng.integers(30, 60))
    share = float(rng.uniform(0.1, 0.3)) if share is None else share
    labels = (rng.random(count) < share).astype(float)
    labels[:2] = 0, 1
    z = sharp * (labels - 0.6) + rng.normal(size=count)
    return {"labels": labels, "probabilities": 1 / (1 + np.exp(-z))}


def _sure(rng) -> dict:
    """Some predictions are exactly 0 or 1, and one of them is wrong."""
    rows = _rows(rng)
    p = rows["probabilities"]
    p[0], p[1] = 0.0, 1.0  # both right
    p[2] = 1 - rows["labels"][2]  # as wrong as can be
    return rows


def _nearly_sure(rng) -> dict:
    """Two wrong predictions are sure by a little more than what is clipped."""
    rows = _rows(rng, count=12)
    rows["labels"][2:4] = 1, 0
    rows["probabilities"][2:4] = 2e-7, 1 - 2e-7
    return rows


ex = Exercise(
    "17.1",
    "rce",
    points=4,
    library=(
        "graphrec_utils.metrics.rce", "graphrec_utils.metrics.probabilities.rce",
        "graphrec_utils.metrics.log_loss", "graphrec_utils.metrics.probabilities.log_loss",
        "graphrec_utils.metrics.probabilities.losses",
    ),
    hints=(
        "Two losses are compared: that of the model, and that of somebody who says the same number for "
        "every row. Which number is best for them, on these labels?",
        "The constant is the mean label m; its loss is −(m log m + (1 − m) log(1 − m)). The result is "
        "100 · (1 − loss / that).",
        "`p = np.clip(probabilities, 1e-7, 1 - 1e-7)`; `loss = -(y * np.log(p) + (1 - y) * np.log(1 - "
        "p)).mean()`; `m = y.mean()`.",
    ),
)  # fmt: skip


@ex.solution
def rce(labels, probabilities):
    return 100 * (1 - _loss(labels, probabilities) / _entropy(labels.mean()))


def _by_hand(rng) -> dict:
    """The losses 0.511, 0.223, 0.105 and nearly 0 against 0.562: 62.7."""
    return {"labels": np.array([1.0, 0, 0, 0]), "probabilities": np.array([0.6, 0.2, 0.1, 0])}


ex.claim("one of four is clicked; 0.6, 0.2, 0.1 and 0 are said", _by_hand)
ex.claim("one in ten is clicked, and 0.5 is said each time", lambda rng: {
    "labels": np.repeat([1.0, 0.0], [1, 9]), "probabilities": np.full(10, 0.5)})  # fmt: skip
ex.claim("a model that knows something", _rows)
ex.claim(
    "a model that is far too sure is worse than the constant", lambda rng: _rows(rng, sharp=0.0)
)
ex.claim("most labels are ones", lambda rng: _rows(rng, share=0.8))
ex.claim("a probability of exactly 0 or 1 that is wrong costs much, not infinitely much", _sure)
ex.claim("what is nearly 0 or 1 is clipped, not moved", _nearly_sure)


@ex.mistake(
    "your reference is the mean prediction: it has to be the mean label of the rows that are judged, or a "
    "model that is off everywhere is compared with its own error"
)
def mean_prediction(labels, probabilities):
    m = np.clip(probabilities.mean(), 1e-7, 1 - 1e-7)
    reference = _loss(labels, np.full(len(labels), m))
    return 100 * (1 - _loss(labels, probabilities) / reference)


@ex.mistake(
    "your reference is the entropy of the mean prediction; it has to be that of the mean label of these rows"
)
def entropy_of_the_mean_prediction(labels, probabilities):
    p = np.clip(probabilities, 1e-7, 1 - 1e-7)
    return 100 * (1 - _loss(labels, p) / _entropy(p.mean()))


@ex.mistake("your sign is turned: a model that is better than the constant gets a number below 0")
def sign(labels, probabilities):
    return -rce(labels, probabilities)


@ex.mistake(
    "your reference says 0.5 every time, a loss of log 2; the best constant is the mean label"
)
def a_coin(labels, probabilities):
    return 100 * (1 - _loss(labels, probabilities) / np.log(2))


@ex.mistake("yours is a share; the answer is in percent, 100 times as much")
def share(labels, probabilities):
    return rce(labels, probabilities) / 100


@ex.mistake("you divide by the loss of the model instead of that of the constant")
def by_the_model(labels, probabilities):
    return 100 * (_entropy(labels.mean()) / _loss(labels, probabilities) - 1)


@ex.mistake("only rows with label 1 are in your loss: saying 1 every time would be perfect")
def ones_only(labels, probabilities):
    p = np.clip(probabilities, 1e-7, 1 - 1e-7)
    m = labels.mean()
    return 100 * (1 - -(labels * np.log(p)).mean() / _entropy(m))


@ex.mistake("without clipping, one probability of exactly 0 or 1 decides everything")
def no_clip(labels, probabilities):
    with np.errstate(all="ignore"):
        terms = -(labels * np.log(probabilities) + (1 - labels) * np.log(1 - probabilities))
    return float(100 * (1 - terms.mean() / _entropy(labels.mean())))


@ex.mistake("you compare squared errors (a Brier score); RCE compares cross-entropies")
def brier(labels, probabilities):
    reference = ((labels - labels.mean()) ** 2).mean()
    return float(100 * (1 - ((labels - probabilities) ** 2).mean() / reference))


@ex.mistake("yours is the quotient of the two losses; the answer is 100 · (1 − quotient)")
def the_quotient(labels, probabilities):
    return 100 * _loss(labels, probabilities) / _entropy(labels.mean())


@ex.mistake("you divide the constant's loss by the model's: the model's stands above")
def upside_down(labels, probabilities):
    return 100 * (1 - _entropy(labels.mean()) / _loss(labels, probabilities))


@ex.mistake("your constant pays for the ones alone: rows with label 0 cost −log(1 − m) each")
def half_of_the_entropy(labels, probabilities):
    m = labels.mean()
    return float(100 * (1 - _loss(labels, probabilities) / -(m * np.log(m))))


@ex.mistake("one loss is in bits (log₂) and the other is not: take the same logarithm for both")
def bits_and_nats(labels, probabilities):
    bits = _entropy(labels.mean()) / np.log(2)
    return float(100 * (1 - _loss(labels, probabilities) / bits))


@ex.mistake("the model's loss is a sum in yours, the constant's a mean: take means for both")
def a_sum_against_a_mean(labels, probabilities):
    return 100 * (1 - len(labels) * _loss(labels, probabilities) / _entropy(labels.mean()))


@ex.mistake(
    "you return the gap of the two losses: the answer is relative to the constant's, in percent"
)
def the_gap(labels, probabilities):
    return _entropy(labels.mean()) - _loss(labels, probabilities)


@ex.mistake("you count right answers: a cross entropy looks at how sure they were")
def right_answers(labels, probabilities):
    return float(100 * ((probabilities > 0.5) == labels).mean())


@ex.mistake("you clip further than 1e-7: being wrong and sure costs too little")
def clipped_further(labels, probabilities):
    return 100 * (1 - _loss(labels, probabilities, 1e-3) / _entropy(labels.mean()))


@ex.mistake(
    "you add 1e-7 inside the logarithm: clipping leaves what lies between the ends as it is"
)
def added_inside_the_log(labels, probabilities):
    p = probabilities
    loss = -(labels * np.log(p + 1e-7) + (1 - labels) * np.log(1 - p + 1e-7)).mean()
    return float(100 * (1 - loss / _entropy(labels.mean())))


@ex.mistake("you clip at 0 alone: a probability of exactly 1 that is wrong costs infinitely much")
def clipped_below(labels, probabilities):
    p = np.maximum(probabilities, 1e-7)
    with np.errstate(all="ignore"):
        terms = -(labels * np.log(p) + (1 - labels) * np.log(1 - p))
    return float(100 * (1 - terms.mean() / _entropy(labels.mean())))


@ex.mistake("you clip less than 1e-7: being wrong and sure costs more than is asked for")
def clipped_less(labels, probabilities):
    return 100 * (1 - _loss(labels, probabilities, 1e-15) / _entropy(labels.mean()))


@ex.mistake(
    "the model's loss is in bits (log₂) in yours, the constant's is not: take the same logarithm for both"
)
def nats_and_bits(labels, probabilities):
    bits = _loss(labels, probabilities) / np.log(2)
    return float(100 * (1 - bits / _entropy(labels.mean())))


@ex.mistake(
    "labels and probabilities are exchanged in your loss: the logarithm is of what was said"
)
def exchanged(labels, probabilities):
    return 100 * (1 - _loss(probabilities, labels) / _entropy(labels.mean()))


@ex.mistake(
    "your loss is that of the other answer: log p belongs to label 1, log(1 − p) to label 0"
)
def the_other_answer(labels, probabilities):
    return 100 * (1 - _loss(1 - labels, probabilities) / _entropy(labels.mean()))


@ex.mistake("you return the gap of the two losses times 100: divide it by the constant's")
def the_gap_in_percent(labels, probabilities):
    return 100 * (_entropy(labels.mean()) - _loss(labels, probabilities))


@ex.mistake("yours is never below 0: a model may be worse than the constant, and RCE says so")
def never_below_0(labels, probabilities):
    return max(0.0, rce(labels, probabilities))


@ex.mistake(
    "you compare shares of right answers with the larger class: a cross entropy looks at how sure they were"
)
def better_than_the_larger_class(labels, probabilities):
    larger = max(labels.mean(), 1 - labels.mean())
    return float(100 * (((probabilities > 0.5) == labels).mean() / larger - 1))
