"""Exercise 17.4: a small network with a head for each reaction, and what the reactions are worth."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils.exercises.core import Exercise


def _inputs(rng, B=6, F=4, H=5, T=3, hide=True) -> dict:
    def draw(*shape):
        return torch.from_numpy(rng.normal(size=shape).astype(np.float32))

    worth = torch.tensor([1.0, 0.3, -2.0][:T]) if hide else torch.from_numpy(
        rng.uniform(0.5, 2, T).astype(np.float32)
    )  # fmt: skip
    return {"x": draw(B, F), "W1": draw(H, F), "b1": draw(H), "W2": draw(T, H), "b2": draw(T),
            "worth": worth}  # fmt: skip


ex = Exercise(
    "17.4",
    "rank_values",
    points=5,
    branch=True,
    hints=(
        "Three steps: what the layer shared by all reactions says, a probability for each reaction, one "
        "number per row.",
        "h = ReLU(x W₁ᵀ + b₁), p = σ(h W₂ᵀ + b₂), value = p · worth.",
        "`h = (x @ W1.T + b1).relu()`; `p = (h @ W2.T + b2).sigmoid()`; return `p, p @ worth`.",
    ),
)


@ex.solution
def rank_values(x, W1, b1, W2, b2, worth):
    h = (x @ W1.T + b1).relu()  # (B, H)
    p = (h @ W2.T + b2).sigmoid()  # (B, T)
    return p, p @ worth


def _by_hand(rng) -> dict:
    """h = (0, 2), logits 2 and −1, the value 0.343."""
    values = {
        "x": [[1.0, 2]], "W1": [[1.0, -1], [1, 1]], "b1": [-1.0, -1], "W2": [[1.0, 1], [2, -1]],
        "b2": [0.0, 1], "worth": [1.0, -2],
    }  # fmt: skip
    return {name: torch.tensor(value) for name, value in values.items()}


ex.claim("one row, two hidden units, two reactions", _by_hand)
ex.claim("one reaction, worth something", lambda rng: _inputs(rng, T=1, hide=False))
ex.claim("three reactions that are worth something", lambda rng: _inputs(rng, hide=False))
ex.claim("a save, a click and a hide, which is worth −2", _inputs)
ex.claim("as many features as hidden units", lambda rng: _inputs(rng, B=3, F=5, H=5))
ex.claim("one row", lambda rng: _inputs(rng, B=1))

HIDDEN = "(x @ W1.T + b1).relu()"
VALUES = "p @ worth"

# fmt: off
ex.slip("your probabilities of a row sum to 1 (softmax): that says exactly one of the reactions "
        "happens. On a site none may happen, and one may both click and save: a sigmoid for each",
        ".sigmoid()", ".softmax(dim=1)", hint=True)
ex.slip("without ReLU the two layers are one: your network is a logistic regression",
        HIDDEN, "x @ W1.T + b1", hint=True)
ex.slip("you weigh logits instead of probabilities: a hide that is nearly impossible then is a "
        "merit",
        VALUES, "(h @ W2.T + b2) @ worth", hint=True)
ex.slip("a hide counts as something good in yours: keep the sign of worth",
        VALUES, "p @ worth.abs()")
ex.slip("all reactions are worth the same in yours: multiply by worth before you add",
        VALUES, "p.sum(dim=1)")
ex.slip("the biases are missing: how frequent a reaction is in general stands in b2",
        " + b1", "", " + b2", "")
ex.slip("your values are divided by the sum of the worths: with a negative one that may turn the "
        "order",
        VALUES, "p @ worth / worth.sum()")
ex.slip("W1 is (H, F): its rows are hidden units, so x is multiplied by its transpose",
        "W1.T", "W1")
ex.slip("your softmax runs over the rows: they are no rivals, and a sigmoid is meant",
        ".sigmoid()", ".softmax(dim=0)")
ex.slip("your hidden layer has a sigmoid: it has ReLU", ".relu()", ".sigmoid()")
ex.slip("your hidden layer has tanh: it has ReLU", ".relu()", ".tanh()")
ex.slip("your ReLU lets a little through below 0: it is max(0, ·)",
        HIDDEN, "torch.nn.functional.leaky_relu(x @ W1.T + b1)")
ex.slip("b1 is missing", " + b1", "")
ex.slip("b2 is missing: how frequent a reaction is in general stands there", " + b2", "")
ex.slip("you take the mean over reactions: what they are worth is added up",
        VALUES, "(p * worth).mean(dim=1)")
ex.slip("you keep the best reaction alone: what they are worth is added up",
        VALUES, "(p * worth).amax(dim=1)")
ex.slip("you take the worth of the likeliest reaction: each counts with its probability",
        VALUES, "worth[p.argmax(dim=1)]")
ex.slip("worth is an exponent in yours: it is a factor", VALUES, "(p**worth).prod(dim=1)")
ex.slip("a reaction that nobody wants costs nothing in yours: keep worths below 0",
        VALUES, "p @ worth.clamp(min=0)")
ex.slip("you return logits, not probabilities: σ is missing", ".sigmoid()", "")
ex.slip("you add b₁ after the ReLU: it decides where the ReLU begins, so it comes before",
        HIDDEN, "(x @ W1.T).relu() + b1")
ex.slip("your values are never below 0: showing what gets hidden costs something",
        VALUES, "(p @ worth).clamp(min=0)")
ex.slip("a second ReLU cuts your logits at 0: no probability is below ½ then",
        ".sigmoid()", ".relu().sigmoid()")
ex.slip("you divide the value by the sum of the probabilities: several reactions may come "
        "together, or none",
        VALUES, "p @ worth / p.sum(dim=1)")
ex.slip("you return the values first: probabilities, then values", "p, p @ worth", "p @ worth, p")
ex.slip("your probabilities become 0 or 1 before they are weighed: a chance of 0.3 is worth 0.3",
        VALUES, "(p > 0.5).float() @ worth")
ex.slip("your values are added up over the table: each row has its own", VALUES, "(p @ worth).sum()")
ex.slip("there is a σ around your value: it is no chance, and may be below 0 or above 1",
        VALUES, "(p @ worth).sigmoid()")
ex.slip("only the likeliest reaction counts in yours: all do, each with its probability",
        VALUES, "p.amax(dim=1) * worth[p.argmax(dim=1)]")
ex.slip("your ReLU stands at the features: it is around the hidden layer", HIDDEN, "x.relu() @ W1.T + b1")
ex.slip("you weigh p − ½: a reaction that does not happen is worth 0", VALUES, "(p - 0.5) @ worth")
ex.slip("worth stands inside of σ: it multiplies the probability",
        VALUES, "((h @ W2.T + b2) * worth).sigmoid().sum(dim=1)")
