"""Exercise 16.4: several losses with different numbers of examples, and a weight for each."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise

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
        "A batch has 256 pairs and 4,000 questions of users. How often is each loss heard if all examples go into one mean?",
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


ex.claim(
    "the example of the text: weights of 1, losses of equal size",
    lambda rng: _tasks(rng, (4, 4), [1.0, 1.0], NAMES[:2]),
)
ex.claim(
    "every loss is a mean over its own examples",
    lambda rng: _tasks(rng, (2, 40, 7), [1.0, 1.0, 1.0]),
    2,
)
ex.claim("each with its weight, which need not sum to 1", lambda rng: _tasks(rng, (5, 5, 5)), 2)
ex.claim("a loss without an example adds nothing", lambda rng: _tasks(rng, (5, 0, 8)), 2)
ex.claim(
    "a loss without a weight is not trained on", lambda rng: _tasks(rng, (5, 3, 8), [0.7, 1.3])
)
ex.claim("one loss alone", lambda rng: _tasks(rng, (6,), [float(rng.uniform(0.3, 3))], NAMES[:1]))


@ex.mistake(
    "all examples are in one mean: the loss with most examples decides, whatever its weight"
)
def one_mean_of_all(losses, weights):
    parts = [weights[k] * x for k, x in losses.items() if k in weights and len(x)]
    return torch.cat(parts).mean()


@ex.mistake("you add up sums: a loss counts as much as it has examples")
def sums(losses, weights):
    return sum((weights[k] * x.sum() for k, x in losses.items() if k in weights), torch.zeros(()))


@ex.mistake("your weights do nothing")
def weights_are_ignored(losses, weights):
    return sum((x.mean() for k, x in losses.items() if k in weights and len(x)), torch.zeros(()))


@ex.mistake(
    "your loss is NaN when one task has no example: the mean of nothing. One such batch ends a training"
)
def nan_of_an_empty_loss(losses, weights):
    return sum((weights[k] * x.mean() for k, x in losses.items() if k in weights), torch.zeros(()))


@ex.mistake(
    "you divide by the sum of the weights: then doubling one makes the others smaller, and the learning rate means something else"
)
def weights_sum_to_one(losses, weights):
    return joint_loss(losses, weights) / sum(weights.values())


@ex.mistake("a loss without a weight counts 1 in yours: it was not to be trained on")
def a_missing_weight_is_one(losses, weights):
    return sum(
        (weights.get(k, 1.0) * x.mean() for k, x in losses.items() if len(x)), torch.zeros(())
    )


@ex.mistake("you take the mean over the losses, not their sum")
def a_mean_over_losses(losses, weights):
    return joint_loss(losses, weights) / max(
        1, sum(len(x) > 0 and k in weights for k, x in losses.items())
    )
