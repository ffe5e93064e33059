"""Exercise 16.5: a user's vector finds the next pin, and a later one."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.telling import telling


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
    branch=True,
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
    row, t = (later >= 0).nonzero(as_tuple=True)
    scores = outputs[row, t] @ z.T
    sought = torch.cat([history[row, t + 1], history[row, later[row, t]]])
    return F.cross_entropy(torch.cat([scores, scores]), sought)


def _by_hand(rng) -> dict:
    """The three users of the text: an output of 1 gives pin j the chance e^z / 12, an output of 0 one in five."""
    outputs = torch.tensor([[1.0, 0, 1, 4], [1, 3, 2, 0], [2, 1, 0, 3]])[:, :, None]
    return {
        "outputs": outputs, "z": torch.tensor([[1.0], [2], [3], [4], [2]]).log(),
        "history": torch.tensor([[0, 2, 1, 3], [1, 0, -1, -1], [2, -1, -1, -1]]),
        "later": torch.tensor([[3, 2, 3, -1], [1, -1, -1, -1], [-1, -1, -1, -1]]),
    }  # fmt: skip


PLACE, NEXT, LATER = "you take them for pins", "only the next pin", "only the later pin"
STEPS, SOME, MIXED = "of steps ahead", "the pins of these histories", "the mean of probabilities"
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
        wrong=(PLACE, NEXT, LATER, MIXED, "every position is asked for itself"),
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

FIRST, SECOND = "history[row, t + 1]", "history[row, later[row, t]]"
TWO, TWICE = f"torch.cat([{FIRST}, {SECOND}])", "torch.cat([scores, scores])"
LOSS = f"F.cross_entropy({TWICE}, sought)"
BY_USER = (
    f'each = F.cross_entropy({TWICE}, sought, reduction="none").view(2, -1)\n'
    "means = torch.stack([each[:, row == b].mean() for b in row.unique()])\n"
)
INSIDE = ".clamp(max=history.shape[1] - 1)"

# fmt: off
ex.slip("every event is asked for itself in yours: it has just read the answer. The released "
        "minimal code of OmniSage does this, and its loss says nothing",
        "t + 1", "t", hint=True)
ex.slip("both questions of an event are about itself: it has just read the answer",
        FIRST, "history[row, t]", SECOND, "history[row, t]")
ex.slip("only the next pin is asked for: the later one is missing", TWO, FIRST, TWICE, "scores")
ex.slip("only the later pin is asked for: the next one is missing", TWO, SECOND, TWICE, "scores")
ex.slip("`later` holds places of the history, and you take them for pins",
        SECOND, "later[row, t]", hint=True)
ex.slip("your events skip one: they are asked for the pin after the next",
        FIRST, f"history[row, (t + 2){INSIDE}] % len(z)")
ex.slip("you take the mean of each user first: an event of a short history weighs more than one "
        "of a long",
        f"return {LOSS}", f"{BY_USER}return means.mean()")
ex.slip("you return the sum: the larger the batch, the larger the step",
        ", sought)", ', sought, reduction="sum")')
ex.slip("the last event asks in yours, and finds the -1 of an empty place: index -1 is the last "
        "row of a table",
        "row, t = (later", "history = F.pad(history, (0, 1), value=-1)\nrow, t = (history",
        TWO, f"{TWO} % len(z)")
ex.slip("every position is asked for itself in yours, the last one, too, as in the company's "
        "released code: it has just read the answer",
        "(later", "(history", TWO, "history[row, t]", TWICE, "scores")
ex.slip("you add up the two means: the mean is over all questions together", LOSS, f"2 * {LOSS}")
ex.slip("your answer comes from outputs[:, t + 1]: that one has read the next pin already",
        "outputs[row, t]", "outputs[row, t + 1]")
ex.slip("your outputs are one event too early: outputs[:, t] has read event t",
        "outputs[row, t]", "outputs[row, t - 1]")
ex.slip("no gradient reaches z: pins have to learn from users, too. Leave detach away",
        "z.T", "z.detach().T")
ex.slip("no gradient reaches the outputs: the transformer is not taught. Leave detach away",
        "outputs[", "outputs.detach()[")
ex.slip("users without a question count as 0 in your mean",
        f"return {LOSS}", f"{BY_USER}return means.sum() / len(history)")
ex.slip("empty places ask in yours, for pin 0: -1 is no pin",
        "row, t = (later >= 0)", "history, later = history.clamp(min=0), later.clamp(min=0)\n"
        "row, t = torch.ones_like(history[:, 1:])")
ex.slip("you divide by all places, empty ones and last events, too",
        LOSS, f"{LOSS} * len(row) / history.numel()")
ex.slip("your softmax is over the pins of these histories: it is over all n",
        "return", "pins = torch.unique(history[history >= 0])\n"
        "scores, sought = scores[:, pins], torch.searchsorted(pins, sought)\n"
        "return")
ex.slip("you ask yes or no of the right pin alone: nothing pushes the other pins away",
        LOSS, f"F.softplus(-{TWICE}.gather(1, sought[:, None])).mean()")
ex.slip("you take `later` for a number of steps ahead: it is a place of the history",
        SECOND, f"history[row, (t + later[row, t]){INSIDE}] % len(z)")
ex.slip("the last output answers all questions in yours: it has read everything",
        "outputs[row, t]", "outputs[row, (history >= 0).sum(dim=1)[row] - 1]")
ex.slip("you take the mean of probabilities before the logarithm: each question has its own",
        f"return {LOSS}", "p = scores.softmax(dim=1).gather(1, sought.view(2, -1).T)\n"
        "return -p.mean(dim=1).log().mean()")
ex.slip("your scores go through two softmaxes: cross_entropy has one inside",
        TWICE, f"{TWICE}.softmax(dim=1)")
ex.slip("you bring the vectors to length 1: a score is a product of what you are given",
        "outputs[row, t] @ z.T", "F.normalize(outputs[row, t], dim=1) @ F.normalize(z, dim=1).T")
