"""Exercise 17.1: how much better than the constant a probability is."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


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
    p = np.clip(probabilities, 1e-7, 1 - 1e-7)
    loss = -(labels * np.log(p) + (1 - labels) * np.log(1 - p)).mean()
    m = labels.mean()
    return float(100 * (1 - loss / -(m * np.log(m) + (1 - m) * np.log(1 - m))))


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

CLIPPED = "np.clip(probabilities, 1e-7, 1 - 1e-7)"
LOSS = "-(labels * np.log(p) + (1 - labels) * np.log(1 - p)).mean()"
ENTROPY = "-(m * np.log(m) + (1 - m) * np.log(1 - m))"
RESULT = f"100 * (1 - loss / {ENTROPY})"

# fmt: off
ex.slip("your reference is the mean prediction: it has to be the mean label of the rows that are "
        "judged, or a model that is off everywhere is compared with its own error",
        "m = labels.mean()", "m, y = np.clip(probabilities.mean(), 1e-7, 1 - 1e-7), labels.mean()",
        ENTROPY, "-(y * np.log(m) + (1 - y) * np.log(1 - m))")
ex.slip("your reference is the entropy of the mean prediction; it has to be that of the mean "
        "label of these rows",
        "m = labels.mean()", "m = p.mean()", hint=True)
ex.slip("your sign is turned: a model that is better than the constant gets a number below 0",
        "100 *", "-100 *")
ex.slip("your reference says 0.5 every time, a loss of log 2; the best constant is the mean label",
        ENTROPY, "np.log(2)", hint=True)
ex.slip("yours is a share; the answer is in percent, 100 times as much", "100 * ", "")
ex.slip("you divide by the loss of the model instead of that of the constant",
        RESULT, f"100 * ({ENTROPY} / loss - 1)")
ex.slip("only rows with label 1 are in your loss: saying 1 every time would be perfect",
        LOSS, "-(labels * np.log(p)).mean()", hint=True)
ex.slip("without clipping, one probability of exactly 0 or 1 decides everything",
        CLIPPED, "probabilities")
ex.slip("you compare squared errors (a Brier score); RCE compares cross-entropies",
        RESULT, "100 * (1 - ((labels - probabilities) ** 2).mean() / ((labels - m) ** 2).mean())")
ex.slip("yours is the quotient of the two losses; the answer is 100 · (1 − quotient)",
        RESULT, f"100 * loss / {ENTROPY}")
ex.slip("you divide the constant's loss by the model's: the model's stands above",
        RESULT, f"100 * (1 - {ENTROPY} / loss)")
ex.slip("your constant pays for the ones alone: rows with label 0 cost −log(1 − m) each",
        ENTROPY, "-(m * np.log(m))")
ex.slip("one loss is in bits (log₂) and the other is not: take the same logarithm for both",
        ENTROPY, "-(m * np.log2(m) + (1 - m) * np.log2(1 - m))")
ex.slip("the model's loss is a sum in yours, the constant's a mean: take means for both",
        "(1 - p)).mean()", "(1 - p)).sum()")
ex.slip("you return the gap of the two losses: the answer is relative to the constant's, in "
        "percent",
        RESULT, f"{ENTROPY} - loss")
ex.slip("you count right answers: a cross entropy looks at how sure they were",
        RESULT, "100 * ((probabilities > 0.5) == labels).mean()")
ex.slip("you clip further than 1e-7: being wrong and sure costs too little",
        "1e-7, 1 - 1e-7", "1e-3, 1 - 1e-3")
ex.slip("you add 1e-7 inside the logarithm: clipping leaves what lies between the ends as it is",
        CLIPPED, "probabilities",
        LOSS, "-(labels * np.log(p + 1e-7) + (1 - labels) * np.log(1 - p + 1e-7)).mean()")
ex.slip("you clip at 0 alone: a probability of exactly 1 that is wrong costs infinitely much",
        CLIPPED, "np.maximum(probabilities, 1e-7)")
ex.slip("you clip less than 1e-7: being wrong and sure costs more than is asked for",
        "1e-7, 1 - 1e-7", "1e-15, 1 - 1e-15")
ex.slip("the model's loss is in bits (log₂) in yours, the constant's is not: take the same "
        "logarithm for both",
        LOSS, "-(labels * np.log2(p) + (1 - labels) * np.log2(1 - p)).mean()")
ex.slip("labels and probabilities are exchanged in your loss: the logarithm is of what was said",
        CLIPPED, "np.clip(labels, 1e-7, 1 - 1e-7)",
        LOSS, "-(probabilities * np.log(p) + (1 - probabilities) * np.log(1 - p)).mean()")
ex.slip("your loss is that of the other answer: log p belongs to label 1, log(1 − p) to label 0",
        LOSS, "-((1 - labels) * np.log(p) + labels * np.log(1 - p)).mean()")
ex.slip("you return the gap of the two losses times 100: divide it by the constant's",
        RESULT, f"100 * ({ENTROPY} - loss)")
ex.slip("yours is never below 0: a model may be worse than the constant, and RCE says so",
        RESULT, f"max(0.0, {RESULT})")
ex.slip("you compare shares of right answers with the larger class: a cross entropy looks at how "
        "sure they were",
        RESULT, "100 * (((probabilities > 0.5) == labels).mean() / max(m, 1 - m) - 1)")
ex.slip("both your losses are of the ones alone: rows with label 0 cost −log(1 − p) each",
        LOSS, "-(labels * np.log(p)).mean()", ENTROPY, "-(m * np.log(m))")
ex.slip("you clip further than 1e-7: being wrong and sure costs too little",
        "1e-7, 1 - 1e-7", "1e-2, 1 - 1e-2")
ex.slip("ones and zeros weigh alike in your loss: every row counts once, and most are zeros",
        LOSS, "-(np.log(p[labels == 1]).mean() + np.log(1 - p[labels == 0]).mean()) / 2")
