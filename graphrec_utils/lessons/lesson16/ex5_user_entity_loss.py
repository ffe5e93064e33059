"""Exercise 16.5: a user's vector finds the next pin, and a later one."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson16.shared import telling


def _loss(outputs, z, history, later, places=lambda t, later: (t + 1, later), there=None, target=None, reduce="pairs",
          axis=1):  # fmt: skip
    """Return the loss of the next pin and of a later one; the options are what can go wrong.

    Args:
        places: the places that event t has to find.
        there: history to where anything is asked.
        target: (history, row, place) to the pin sought.
        reduce: "pairs", "users" or "sum".
        axis: of the softmax.
    """
    _B, L = history.shape
    count = (history >= 0).sum(dim=1, keepdim=True)
    asks = (torch.arange(L) + 1 < count) if there is None else there(history)
    row, t = asks.nonzero(as_tuple=True)
    logp = (outputs[row, t] @ z.T).log_softmax(dim=axis)
    found, whose = [], []
    for place in places(t, later[row, t]):
        pin = (
            history[row, place.clamp(max=L - 1)] if target is None else target(history, row, place)
        )
        found.append(
            -logp.gather(1, pin.remainder(len(z))[:, None])[:, 0]
        )  # -1 is the last, as in a table
        whose.append(row)
    found, whose = torch.cat(found), torch.cat(whose)
    if reduce == "users":
        return torch.stack([found[whose == b].mean() for b in whose.unique()]).mean()
    return found.sum() if reduce == "sum" else found.mean()


def _variant(**options) -> Callable:
    return lambda *inputs: _loss(*inputs, **options)


def _batch(rng, counts=(5, 3, 4), L=5, n=8, d=3, loud=1.5) -> dict:
    history = torch.full((len(counts), L), -1, dtype=torch.int64)
    later = torch.full_like(history, -1)
    for b, k in enumerate(counts):
        history[b, :k] = torch.from_numpy(rng.permutation(n)[:k])
        for t in range(k - 1):
            later[b, t] = int(rng.integers(t + 1, k))
    if counts[0] > 2:
        later[0, 0] = counts[0] - 1
    return {"outputs": torch.tensor(rng.normal(size=(len(counts), L, d)) * loud).float(),
            "z": torch.tensor(rng.normal(size=(n, d))).float(), "history": history, "later": later}  # fmt: skip


ex = Exercise(
    "16.5",
    "user_entity_loss",
    points=5,
    library=("graphrec_utils.models.omnisage.loss", "graphrec_utils.losses.full_softmax"),
    hints=(
        "outputs[:, 2] has read events 0, 1 and 2. Which is the first event that it may be asked for? And which "
        "events of a history of four ask for anything?",
        "Events 0 … count − 2 ask, each twice: for history[t + 1] and for history[later[t]]. `later` holds places, "
        "not pins. The mean is over all these questions.",
        "`row, t = (later >= 0).nonzero(as_tuple=True)`; `scores = outputs[row, t] @ z.T`; the mean of "
        "`F.cross_entropy(scores, history[row, t + 1])` and `F.cross_entropy(scores, history[row, later[row, t]])`.",
    ),
)  # fmt: skip


@ex.solution
def user_entity_loss(outputs, z, history, later):
    return _loss(outputs, z, history, later)


def _by_hand(rng) -> dict:
    """The three users of the text: an output of 1 gives pin j the chance e^z / 12, an output of 0 one in five."""
    outputs = torch.tensor([[1.0, 0, 1, 4], [1, 3, 2, 0], [2, 1, 0, 3]])[:, :, None]
    return {
        "outputs": outputs, "z": torch.tensor([[1.0], [2], [3], [4], [2]]).log(),
        "history": torch.tensor([[0, 2, 1, 3], [1, 0, -1, -1], [2, -1, -1, -1]]),
        "later": torch.tensor([[3, 2, 3, -1], [1, -1, -1, -1], [-1, -1, -1, -1]]),
    }  # fmt: skip


PLACE, NEXT, LATER = "a place taken for a pin", "the next alone", "the later alone"
STEPS, SOME, MIXED = "steps ahead", "only pins of the batch", "a mean of probabilities"
ex.claim("the example of the text: eight questions", _by_hand)
ex.claim(
    "full histories: the next pin and a later one",
    telling(ex, lambda rng: _batch(rng, (5, 5)), wrong=(NEXT, LATER, STEPS, SOME)),
    2,
)
ex.claim(
    "the last event asks for nothing, and empty places do not",
    telling(
        ex,
        lambda rng: _batch(rng, (5, 2, 3)),
        wrong=(PLACE, NEXT, LATER, MIXED, "every position finds itself"),
    ),
    2,
)
ex.claim(
    "a user with one event, or none, asks for nothing",
    telling(
        ex, lambda rng: _batch(rng, (4, 1, 0, 3)), wrong=(PLACE, NEXT, LATER, STEPS, SOME, MIXED)
    ),
)
ex.claim(
    "longer histories",
    telling(ex, lambda rng: _batch(rng, (9, 6), L=9, n=12, d=2), wrong=(PLACE, NEXT, LATER, SOME)),
)
ex.claim(
    "the gradient reaches outputs and pins",
    telling(ex, lambda rng: _batch(rng, (4, 2)), wrong=(PLACE, NEXT, LATER, STEPS)),
    run="call and compare gradient",
)


@ex.mistake(
    "every event is asked for itself in yours: it has just read the answer. The released minimal code of OmniSage does "
    "this, and its loss says nothing"
)
def it_finds_itself(*inputs):
    return _variant(places=lambda t, later: (t, later))(*inputs)


@ex.mistake("both questions of an event are about itself: it has just read the answer")
def both_are_itself(*inputs):
    return _variant(places=lambda t, later: (t, t))(*inputs)


@ex.mistake("only the next pin is asked for: the later one is missing")
def the_next_alone(*inputs):
    return _variant(places=lambda t, later: (t + 1,))(*inputs)


@ex.mistake("only the later pin is asked for: the next one is missing")
def the_later_alone(*inputs):
    return _variant(places=lambda t, later: (later,))(*inputs)


@ex.mistake("`later` holds places of the history, and you take them for pins")
def a_place_taken_for_a_pin(outputs, z, history, later):
    row, t = (later >= 0).nonzero(as_tuple=True)
    logp = (outputs[row, t] @ z.T).log_softmax(dim=1)
    sought = torch.cat([history[row, t + 1], later[row, t]])
    return -torch.cat([logp, logp]).gather(1, sought[:, None]).mean()


@ex.mistake("your events skip one: they are asked for the pin after the next")
def the_one_after_the_next(*inputs):
    return _variant(places=lambda t, later: (t + 2, later))(*inputs)


@ex.mistake(
    "you take the mean of each user first: an event of a short history weighs more than one of a long"
)
def a_mean_of_means(*inputs):
    return _variant(reduce="users")(*inputs)


@ex.mistake("you return the sum: the larger the batch, the larger the step")
def the_sum(*inputs):
    return _variant(reduce="sum")(*inputs)


@ex.mistake(
    "the last event asks in yours, and finds the -1 of an empty place: index -1 is the last row of a table"
)
def the_last_event_asks(outputs, z, history, later):
    longer = torch.cat([history, torch.full_like(history[:, :1], -1)], dim=1)
    return _loss(outputs, z, history, later, there=lambda h: h >= 0,
                 target=lambda h, row, place: longer[row, place.clamp(max=h.shape[1])])  # fmt: skip


def _asked(outputs, z, history, later):
    """Return the scores of events that ask, and the two pins that each is asked for."""
    row, t = (later >= 0).nonzero(as_tuple=True)
    return outputs[row, t] @ z.T, (history[row, t + 1], history[row, later[row, t]])


@ex.mistake(
    "every position is asked for itself in yours, the last one, too, as in the company's released code: it has just read the answer"
)
def every_position_finds_itself(outputs, z, history, later):
    row, t = (history >= 0).nonzero(as_tuple=True)
    return F.cross_entropy(outputs[row, t] @ z.T, history[row, t])


@ex.mistake("you add up the two means: the mean is over all questions together")
def two_means_added(outputs, z, history, later):
    return 2 * _loss(outputs, z, history, later)


@ex.mistake("your answer comes from outputs[:, t + 1]: that one has read the next pin already")
def an_output_too_late(outputs, z, history, later):
    return _loss(torch.roll(outputs, -1, dims=1), z, history, later)


@ex.mistake("your outputs are one event too early: outputs[:, t] has read event t")
def an_output_too_early(outputs, z, history, later):
    return _loss(torch.roll(outputs, 1, dims=1), z, history, later)


@ex.mistake("no gradient reaches z: pins have to learn from users, too. Leave detach away")
def z_is_detached(outputs, z, history, later):
    return _loss(outputs, z.detach(), history, later)


@ex.mistake("no gradient reaches the outputs: the transformer is not taught. Leave detach away")
def outputs_are_detached(outputs, z, history, later):
    return _loss(outputs.detach(), z, history, later)


@ex.mistake("users without a question count as 0 in your mean")
def idle_users_count(outputs, z, history, later):
    asks = [b for b in range(len(history)) if (later[b] >= 0).any()]
    each = [_loss(outputs[b : b + 1], z, history[b : b + 1], later[b : b + 1])
            for b in asks]  # fmt: skip
    return torch.stack(each).sum() / len(history)


@ex.mistake("empty places ask in yours, for pin 0: -1 is no pin")
def empty_places_ask(outputs, z, history, later):
    scores, h = (outputs[:, :-1] @ z.T).flatten(0, 1), history.clamp(min=0)
    two = h[:, 1:], h.gather(1, later.clamp(min=0))[:, :-1]
    return sum(F.cross_entropy(scores, sought.flatten()) for sought in two) / 2


@ex.mistake("you divide by all places, empty ones and last events, too")
def divided_by_all_places(outputs, z, history, later):
    return _loss(outputs, z, history, later) * (later >= 0).sum() / history.numel()


@ex.mistake("your softmax is over the pins of these histories: it is over all n")
def only_pins_of_the_batch(outputs, z, history, later):
    scores, two = _asked(outputs, z, history, later)
    there = torch.unique(history[history >= 0])
    two = [torch.searchsorted(there, sought) for sought in two]
    return sum(F.cross_entropy(scores[:, there], sought) for sought in two) / 2


@ex.mistake("you ask yes or no of the right pin alone: nothing pushes the other pins away")
def yes_or_no(outputs, z, history, later):
    scores, two = _asked(outputs, z, history, later)
    return sum(F.softplus(-scores.gather(1, sought[:, None])).mean() for sought in two) / 2


@ex.mistake("you take `later` for a number of steps ahead: it is a place of the history")
def steps_ahead(*inputs):
    return _variant(places=lambda t, later: (t + 1, t + later))(*inputs)


@ex.mistake("the last output answers all questions in yours: it has read everything")
def the_last_output_answers(outputs, z, history, later):
    last = ((history >= 0).sum(dim=1) - 1).clamp(min=0)
    read = outputs[torch.arange(len(outputs)), last][:, None].expand_as(outputs)
    return _loss(read, z, history, later)


@ex.mistake("you take the mean of probabilities before the logarithm: each question has its own")
def a_mean_of_probabilities(outputs, z, history, later):
    scores, two = _asked(outputs, z, history, later)
    p = scores.softmax(dim=1)
    return -(sum(p.gather(1, sought[:, None]) for sought in two) / 2).log().mean()


@ex.mistake("your scores go through two softmaxes: cross_entropy has one inside")
def two_softmaxes(outputs, z, history, later):
    scores, two = _asked(outputs, z, history, later)
    return sum(F.cross_entropy(scores.softmax(dim=1), sought) for sought in two) / 2


@ex.mistake("you bring the vectors to length 1: a score is a product of what you are given")
def cosines(outputs, z, history, later):
    return _loss(F.normalize(outputs, dim=2), F.normalize(z, dim=1), history, later)
