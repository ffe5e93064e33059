"""Exercise 15.3: every place of a history predicts the next event."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _batch(rng, lengths=(4, 2, 3), L: int = 4, n: int = 7, d: int = 3, loud: float = 1.5) -> dict:
    history = torch.full((len(lengths), L), -1, dtype=torch.int64)
    for b, k in enumerate(lengths):
        history[b, :k] = torch.from_numpy(rng.permutation(n)[:k])
    return {
        "outputs": torch.tensor(rng.normal(size=(len(lengths), L + 1, d)) * loud).float(),
        "items": torch.tensor(rng.normal(size=(n, d))).float(),
        "history": history,
    }


ex = Exercise(
    "15.3",
    "sequence_loss",
    points=5,
    library=("graphrec_utils.models.sasrec.loss", "graphrec_utils.losses.full_softmax"),
    hints=(
        "outputs[:, 0] has read nothing. Which event does it have to predict, and which output has to predict "
        "history[:, 3]?",
        "outputs[:, :-1] stand beside the events they have not read yet. Scores against all items, "
        "cross-entropy with the item that came, only where there is an event.",
        "`there = history >= 0`; "
        "`F.cross_entropy(outputs[:, :-1][there] @ items.T, history[there])`.",
    ),
)


@ex.solution
def sequence_loss(outputs, items, history):
    there = history >= 0  # (B, L)
    scores = outputs[:, :-1][there] @ items.T  # (events, n)
    return F.cross_entropy(scores, history[there])


def _by_hand(rng) -> dict:
    """Outputs of zeros: log n, whatever the items are."""
    inputs = _batch(rng, (1,), L=1, n=int(rng.integers(4, 9)))
    inputs["outputs"][:, 0] = 0
    return inputs


ex.claim("an output of zeros costs log n", _by_hand)
ex.claim("full histories: the t-th output has read t events", lambda rng: _batch(rng, (4, 4)), 2)
ex.claim("empty places do not count", lambda rng: _batch(rng, (4, 1, 2)))
ex.claim("a user without events does not count", lambda rng: _batch(rng, (0, 3, 2)))
ex.claim("scores of hundreds stay finite", lambda rng: _batch(rng, (4, 2), loud=90.0))
ex.claim(
    "the gradient reaches outputs and items",
    lambda rng: _batch(rng, (3, 1)),
    run="call and compare gradient",
)

THERE, MEAN = "there = history >= 0", "F.cross_entropy(scores, history[there])"

# fmt: off
ex.slip("your output has already read the event it predicts: outputs[:, t + 1] knows history[:, "
        "t]. The loss falls, and nothing is learned",
        ":-1", "1:", hint=True)
ex.slip("your empty places count, as item 0 or as the last one: nothing happened there",
        ">= 0", ">= -1", "history[there]", "history[there].clamp(min=0)")
ex.slip("your empty places count as the last item: index -1 of a table is its last row",
        "there =", "history = torch.where(history < 0, len(items) - 1, history)\nthere =")
ex.slip("you take the mean of each user first: an event of a short history would weigh more than "
        "one of a long",
        f"return {MEAN}", "share = (there / there.sum(dim=1, keepdim=True))[there]\n"
        'each = F.cross_entropy(scores, history[there], reduction="none")\n'
        "return (each * share).sum() / there.any(dim=1).sum()")
ex.slip("you divide by all places, empty ones included",
        MEAN, 'F.cross_entropy(scores, history[there], reduction="sum") / there.numel()')
ex.slip("you return the sum: the larger the batch, the larger the step",
        MEAN, 'F.cross_entropy(scores, history[there], reduction="sum")', hint=True)
ex.slip("only the last event of each user counts in yours: every place is an example, for the "
        "price of one pass",
        THERE, "there = torch.arange(history.shape[1]) == (history >= 0).sum(dim=1, keepdim=True) - 1")
ex.slip("your first event is missing: a start vector has read nothing, and has to predict it",
        "scores =", "there[:, 0] = False\nscores =", MEAN, f"torch.nan_to_num({MEAN})")
ex.slip("your softmax runs over the places, not over the items",
        "outputs[:, :-1][there] @ items.T", "(outputs[:, :-1] @ items.T).log_softmax(dim=1)[there]",
        "cross_entropy", "nll_loss")
ex.slip("your outputs predict the event after the next one: outputs[:, t] has read t events, and "
        "the next is history[:, t]",
        THERE, f"outputs, history = outputs[:, :-1], history[:, 1:]\n{THERE}",
        MEAN, f"torch.nan_to_num({MEAN})")
ex.slip("you take a softmax before the cross-entropy, which takes one itself",
        "(scores", "(scores.softmax(dim=1)")
