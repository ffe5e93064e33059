"""Exercise 15.3: every place of a history predicts the next event."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _loss(outputs, items, history, shift=0, there=None, reduce="events", last=False, axis=-1):
    """Return the loss of the next event; the options are what can go wrong.

    Args:
        shift: how many places later the output is taken from.
        there: history to which places count.
        reduce: "events", "rows" or "places": what the mean is over; "sum".
        last: only the last event of each row counts.
        axis: of the softmax over (B, L, n).
    """
    L = history.shape[1]
    h = outputs[:, shift : L + shift]
    logp = (h @ items.T).log_softmax(dim=axis)  # (B, L, n)
    mine = -logp.gather(2, history.clamp(min=0)[..., None])[..., 0]  # (B, L)
    counts = (history >= 0) if there is None else there(history)
    if last:
        end = (history >= 0).sum(dim=1, keepdim=True) - 1
        counts = torch.arange(L) == end
    mine = mine.masked_fill(~counts, 0.0)
    if reduce == "rows":
        n = counts.sum(dim=1)
        return (mine.sum(dim=1) / n.clamp(min=1)).sum() / (n > 0).sum()
    return mine.sum() / {"events": counts.sum(), "places": counts.numel(), "sum": 1}[reduce]


def _variant(**options) -> Callable:
    return lambda *inputs: _loss(*inputs, **options)


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
    return _loss(outputs, items, history)


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


@ex.mistake(
    "your output has already read the event it predicts: outputs[:, t + 1] knows history[:, t]. The loss falls, and nothing is learned"
)
def the_event_itself_is_predicted(*inputs):
    return _variant(shift=1)(*inputs)


@ex.mistake("your empty places count, as item 0 or as the last one: nothing happened there")
def empty_places_count(*inputs):
    return _variant(there=lambda h: torch.ones_like(h, dtype=torch.bool))(*inputs)


@ex.mistake("your empty places count as the last item: index -1 of a table is its last row")
def minus_one_is_an_item(outputs, items, history):
    filled = torch.where(history < 0, len(items) - 1, history)
    return _loss(outputs, items, filled)


@ex.mistake(
    "you take the mean of each user first: an event of a short history would weigh more than one of a long"
)
def a_mean_of_means(*inputs):
    return _variant(reduce="rows")(*inputs)


@ex.mistake("you divide by all places, empty ones included")
def divided_by_all_places(*inputs):
    return _variant(reduce="places")(*inputs)


@ex.mistake("you return the sum: the larger the batch, the larger the step")
def the_sum(*inputs):
    return _variant(reduce="sum")(*inputs)


@ex.mistake(
    "only the last event of each user counts in yours: every place is an example, for the price of one pass"
)
def the_last_event_alone(*inputs):
    return _variant(last=True)(*inputs)


@ex.mistake("your first event is missing: a start vector has read nothing, and has to predict it")
def the_first_event_is_left_out(*inputs):
    def there(h):
        out = h >= 0
        out[:, 0] = False
        return out

    return torch.nan_to_num(_variant(there=there)(*inputs))


@ex.mistake("your softmax runs over the places, not over the items")
def softmax_over_places(*inputs):
    return _variant(axis=1)(*inputs)


@ex.mistake(
    "your outputs predict the event after the next one: outputs[:, t] has read t events, and the next is history[:, t]"
)
def an_event_is_skipped(outputs, items, history):
    if history.shape[1] < 2 or not (history[:, 1:] >= 0).any():
        return outputs.sum() * 0
    there = history[:, 1:] >= 0
    return F.cross_entropy(outputs[:, :-2][there] @ items.T, history[:, 1:][there])


@ex.mistake("you take a softmax before the cross-entropy, which takes one itself")
def two_softmaxes(outputs, items, history):
    there = history >= 0
    return F.cross_entropy((outputs[:, :-1][there] @ items.T).softmax(dim=1), history[there])
