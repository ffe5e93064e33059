"""Exercise 16.4: several losses with different numbers of examples, and a weight for each."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.telling import telling

NAMES = ("entity-entity", "entity-feature", "user-entity")


def _tasks(rng, sizes=(6, 3, 9), weights=None, names=NAMES) -> dict:
    losses = {
        k: torch.tensor(rng.uniform(0.5, 4, n)).float() for k, n in zip(names, sizes, strict=True)
    }
    weights = rng.uniform(0.1, 2, len(names)).round(2).tolist() if weights is None else weights
    return {"losses": losses, "weights": dict(zip(names, weights, strict=False))}


ex = Exercise(
    "16.4",
    "joint_loss",
    points=4,
    library="graphrec_utils.models.omnisage.loss",
    hints=(
        "Say a batch has 256 pairs and 4,000 questions of users. How often is each loss heard if all examples go into one mean?",
        "For each loss with examples: its weight times the mean over its own examples. Add them up. The mean of "
        "nothing is NaN, so an empty one is left out.",
        "`parts = [weights[k] * x.mean() for k, x in losses.items() if k in weights and len(x)]`; "
        "`torch.stack(parts).sum()`, or a tensor 0 if there is none.",
    ),
)


@ex.solution
def joint_loss(losses, weights):
    total = torch.zeros(())
    for name, x in losses.items():
        if name in weights and len(x):
            total = total + weights[name] * x.mean()
    return total


def _by_hand(rng) -> dict:
    """Means 2 and 5 with weights 2 and 0.5; one loss has no example, one has no weight: 6.5."""
    values = {
        "entity-entity": [1.0, 3.0],
        "entity-feature": [5.0],
        "user-entity": [],
        "tags": [7.0, 8.0],
    }
    return {"losses": {k: torch.tensor(x) for k, x in values.items()},
            "weights": {"user-entity": 3.0, "entity-feature": 0.5, "entity-entity": 2.0}}  # fmt: skip


ex.claim("the example of the text: 2 · 2 + 0.5 · 5", _by_hand)
ex.claim(
    "every loss is a mean over its own examples",
    lambda rng: _tasks(rng, (1, 40, 7), [1.0, 1.0, 1.0]),
    2,
)
ex.claim("each with its weight, which need not sum to 1", lambda rng: _tasks(rng, (5, 5, 5)), 2)
ex.claim("a loss without an example adds nothing", lambda rng: _tasks(rng, (5, 0, 8)), 2)
ex.claim(
    "a loss without a weight is not trained on", lambda rng: _tasks(rng, (5, 3, 8), [0.7, 1.3])
)
ex.claim("one loss alone", lambda rng: _tasks(rng, (6,), [float(rng.uniform(0.3, 3))], NAMES[:1]))


def _turned(rng) -> dict:
    """Weights in another order than the losses, and one of a loss that is not in this batch."""
    made = _tasks(rng, (5, 4), [0.4, 1.7], NAMES[:2])
    return made | {"weights": {"user-entity": 0.9, **dict(reversed(made["weights"].items()))}}


ex.claim("weights go by name; one may have no loss in this batch", _turned)
ex.claim("a batch without any example costs 0", lambda rng: _tasks(rng, (0, 0, 0)))
ex.claim(
    "the gradient reaches every loss",
    telling(ex, _tasks, wrong=("the sum of the weights",)),
    run="call and compare gradient",
)

ONE = "weights[name] * x.mean()"

# fmt: off
ex.slip("all examples are in one mean: the loss with most examples decides, whatever its weight",
        "torch.zeros(())", "[]", f"total + {ONE}", "[*total, weights[name] * x]",
        "return total", "return torch.cat(total).mean()")
ex.slip("you add up sums: a loss counts as much as it has examples", "mean", "sum", hint=True)
ex.slip("your weights do nothing", "weights[name] * ", "", hint=True)
ex.slip("your loss is NaN when one task has no example: the mean of nothing. One such batch ends "
        "a training",
        " and len(x)", "")
ex.slip("you divide by the sum of the weights: then doubling one makes the others smaller, and "
        "the learning rate means something else",
        "return total", "return total / sum(weights.values())")
ex.slip("a loss without a weight counts 1 in yours: it was not to be trained on",
        "name in weights and ", "", "weights[name]", "weights.get(name, 1.0)")
ex.slip("without any example you return the number 0 of Python's `sum`: begin with "
        "`torch.zeros(())`, a loss is a tensor",
        "torch.zeros(())", "0")
ex.slip("you take the mean over the losses, not their sum",
        "return total", "heard = [len(x) > 0 and k in weights for k, x in losses.items()]\n"
        "return total / max(1, sum(heard))")
ex.slip("all examples are in one mean, and your weights do nothing",
        "return total", "return torch.cat([x for k, x in losses.items() if k in weights]).mean()")
ex.slip("you divide by the number of losses: theirs is a sum",
        "return total", "return total / len(weights)")
ex.slip("every loss counts as much as it has examples: you weigh its mean by its size",
        "mean", "sum",
        "return total", "sizes = [len(x) for k, x in losses.items() if k in weights]\n"
        "return total / max(1, sum(sizes))")
ex.slip("you pair weights and losses by their order: go by name, the order may be another",
        "name, x in losses.items()", "weight, x in zip(weights.values(), losses.values(), strict=False)",
        "name in weights and ", "", "weights[name]", "weight")
ex.slip("your number has no gradient: nothing can be trained on it. Stay with tensors",
        "return total", "return total.detach()")
ex.slip("your weights go through a softmax: they are taken as they are",
        "total = torch", "shares = torch.tensor(list(weights.values())).softmax(dim=0).tolist()\n"
        "weights = dict(zip(weights, shares, strict=True))\n"
        "total = torch")
ex.slip("only the largest loss is left in yours: they are added up",
        f"total + {ONE}", f"torch.maximum(total, {ONE})")
