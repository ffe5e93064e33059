"""Exercise 16.4: several losses with different numbers of examples, and a weight for each."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson16.shared import telling

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
    telling(ex, _tasks, wrong=("weights sum to one",)),
    run="call and compare gradient",
)


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


@ex.mistake(
    "without any example you return the number 0 of Python's `sum`: begin with `torch.zeros(())`, a loss is a tensor"
)
def a_number_for_nothing(losses, weights):
    return sum(weights[k] * x.mean() for k, x in losses.items() if k in weights and len(x))


@ex.mistake("you take the mean over the losses, not their sum")
def a_mean_over_losses(losses, weights):
    return joint_loss(losses, weights) / max(
        1, sum(len(x) > 0 and k in weights for k, x in losses.items())
    )


@ex.mistake("all examples are in one mean, and your weights do nothing")
def one_mean_without_weights(losses, weights):
    return torch.cat([x for k, x in losses.items() if k in weights]).mean()


@ex.mistake("you divide by the number of losses: theirs is a sum")
def divided_by_their_number(losses, weights):
    return joint_loss(losses, weights) / len(weights)


@ex.mistake("every loss counts as much as it has examples: you weigh its mean by its size")
def weighed_by_size(losses, weights):
    sizes = {k: len(losses[k]) for k in losses if k in weights}
    shares = {k: weights[k] * n / max(sum(sizes.values()), 1) for k, n in sizes.items()}
    return joint_loss(losses, shares)


@ex.mistake("you pair weights and losses by their order: go by name, the order may be another")
def paired_by_order(losses, weights):
    parts = zip(losses.values(), weights.values(), strict=False)
    return sum((w * x.mean() for x, w in parts if len(x)), torch.zeros(()))


@ex.mistake("your number has no gradient: nothing can be trained on it. Stay with tensors")
def a_number_without_gradient(losses, weights):
    return joint_loss(losses, weights).detach()


@ex.mistake("your weights go through a softmax: they are taken as they are")
def weights_through_a_softmax(losses, weights):
    shares = torch.tensor(list(weights.values())).softmax(dim=0).tolist()
    return joint_loss(losses, dict(zip(weights, shares, strict=True)))


@ex.mistake("only the largest loss is left in yours: they are added up")
def only_the_largest(losses, weights):
    each = [weights[k] * x.mean() for k, x in losses.items() if k in weights and len(x)]
    return torch.stack([torch.zeros(()), *each]).max()
