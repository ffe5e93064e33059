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
    hints=(
        "Three steps: what the layer shared by all reactions says, a probability for each reaction, one "
        "number per row.",
        "h = ReLU(x W₁ᵀ + b₁), p = σ(h W₂ᵀ + b₂), value = p · worth.",
        "`h = (x @ W1.T + b1).relu()`; `p = (h @ W2.T + b2).sigmoid()`; return `p, p @ worth`.",
    ),
)


@ex.solution
def rank_values(x, W1, b1, W2, b2, worth):
    h = (x @ W1.T + b1).relu()
    p = (h @ W2.T + b2).sigmoid()
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


@ex.mistake(
    "your probabilities of a row sum to 1 (softmax): that says exactly one of the reactions happens. "
    "On a site none may happen, and one may both click and save: a sigmoid for each"
)
def softmax(x, W1, b1, W2, b2, worth):
    p = ((x @ W1.T + b1).relu() @ W2.T + b2).softmax(dim=1)
    return p, p @ worth


@ex.mistake("without ReLU the two layers are one: your network is a logistic regression")
def no_relu(x, W1, b1, W2, b2, worth):
    p = ((x @ W1.T + b1) @ W2.T + b2).sigmoid()
    return p, p @ worth


@ex.mistake(
    "you weigh logits instead of probabilities: a hide that is nearly impossible then is a merit"
)
def weighted_logits(x, W1, b1, W2, b2, worth):
    z = (x @ W1.T + b1).relu() @ W2.T + b2
    return z.sigmoid(), z @ worth


@ex.mistake("a hide counts as something good in yours: keep the sign of worth")
def hide_is_good(x, W1, b1, W2, b2, worth):
    p = rank_values(x, W1, b1, W2, b2, worth)[0]
    return p, p @ worth.abs()


@ex.mistake("all reactions are worth the same in yours: multiply by worth before you add")
def no_worth(x, W1, b1, W2, b2, worth):
    p = rank_values(x, W1, b1, W2, b2, worth)[0]
    return p, p.sum(dim=1)


@ex.mistake("the biases are missing: how frequent a reaction is in general stands in b2")
def no_bias(x, W1, b1, W2, b2, worth):
    p = ((x @ W1.T).relu() @ W2.T).sigmoid()
    return p, p @ worth


@ex.mistake(
    "your values are divided by the sum of the worths: with a negative one that may turn the order"
)
def weighted_mean(x, W1, b1, W2, b2, worth):
    p, value = rank_values(x, W1, b1, W2, b2, worth)
    return p, value / worth.sum()


@ex.mistake("W1 is (H, F): its rows are hidden units, so x is multiplied by its transpose")
def not_transposed(x, W1, b1, W2, b2, worth):
    p = ((x @ W1 + b1).relu() @ W2.T + b2).sigmoid()
    return p, p @ worth


def _network(x, W1, b1, W2, b2, worth, act=torch.relu, out=torch.sigmoid, value=lambda p, w: p @ w):
    """Return what the network says with other parts."""
    p = out(act(x @ W1.T + b1) @ W2.T + b2)
    return p, value(p, worth)


@ex.mistake("your softmax runs over the rows: they are no rivals, and a sigmoid is meant")
def softmax_over_rows(*inputs):
    return _network(*inputs, out=lambda z: z.softmax(dim=0))


@ex.mistake("your hidden layer has a sigmoid: it has ReLU")
def a_sigmoid_inside(*inputs):
    return _network(*inputs, act=torch.sigmoid)


@ex.mistake("your hidden layer has tanh: it has ReLU")
def tanh_inside(*inputs):
    return _network(*inputs, act=torch.tanh)


@ex.mistake("your ReLU lets a little through below 0: it is max(0, ·)")
def a_leak(*inputs):
    return _network(*inputs, act=torch.nn.functional.leaky_relu)


@ex.mistake("b1 is missing")
def no_b1(x, W1, b1, W2, b2, worth):
    return _network(x, W1, 0 * b1, W2, b2, worth)


@ex.mistake("b2 is missing: how frequent a reaction is in general stands there")
def no_b2(x, W1, b1, W2, b2, worth):
    return _network(x, W1, b1, W2, 0 * b2, worth)


@ex.mistake("you take the mean over reactions: what they are worth is added up")
def a_mean_of_worths(*inputs):
    return _network(*inputs, value=lambda p, w: (p * w).mean(dim=1))


@ex.mistake("you keep the best reaction alone: what they are worth is added up")
def the_best_alone(*inputs):
    return _network(*inputs, value=lambda p, w: (p * w).amax(dim=1))


@ex.mistake("you take the worth of the likeliest reaction: each counts with its probability")
def the_likeliest(*inputs):
    return _network(*inputs, value=lambda p, w: w[p.argmax(dim=1)])


@ex.mistake("worth is an exponent in yours: it is a factor")
def worth_as_exponent(*inputs):
    return _network(*inputs, value=lambda p, w: (p**w).prod(dim=1))


@ex.mistake("a reaction that nobody wants costs nothing in yours: keep worths below 0")
def never_negative(*inputs):
    return _network(*inputs, value=lambda p, w: p @ w.clamp(min=0))


@ex.mistake("you return logits, not probabilities: σ is missing")
def no_sigmoid(*inputs):
    return _network(*inputs, out=lambda z: z)


def _both(x, W1, b1, W2, b2, worth, hidden=torch.relu, out=torch.sigmoid, value=torch.matmul):
    p = out(hidden(x @ W1.T + b1) @ W2.T + b2)
    return p, value(p, worth)


@ex.mistake("you add b₁ after the ReLU: it decides where the ReLU begins, so it comes before")
def bias_after_relu(x, W1, b1, W2, b2, worth):
    p = (((x @ W1.T).relu() + b1) @ W2.T + b2).sigmoid()
    return p, p @ worth


@ex.mistake("your values are never below 0: showing what gets hidden costs something")
def never_below_0(*inputs):
    return _both(*inputs, value=lambda p, worth: (p @ worth).clamp(min=0))


@ex.mistake("a second ReLU cuts your logits at 0: no probability is below ½ then")
def relu_twice(*inputs):
    return _both(*inputs, out=lambda z: z.relu().sigmoid())


@ex.mistake(
    "you divide the value by the sum of the probabilities: several reactions may come together, or none"
)
def over_the_sum(*inputs):
    return _both(*inputs, value=lambda p, worth: (p @ worth) / p.sum(dim=1))


@ex.mistake("you return the values first: probabilities, then values")
def values_first(*inputs):
    p, value = _both(*inputs)
    return value, p


@ex.mistake(
    "your probabilities become 0 or 1 before they are weighed: a chance of 0.3 is worth 0.3"
)
def all_or_nothing(*inputs):
    return _both(*inputs, value=lambda p, worth: (p > 0.5).float() @ worth)
