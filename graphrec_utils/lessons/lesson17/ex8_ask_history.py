"""Exercise 17.8: the candidate asks the history: a weight for every event, from a small network."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _asked(
    rng, B: int = 3, C: int = 2, L: int = 4, d: int = 3, events=None, elsewhere: float = 1
) -> dict:
    """Histories that end early; `elsewhere` is the size of what stands in empty places."""

    def normal(*shape):
        return torch.from_numpy(rng.normal(size=shape)).float()

    there = torch.zeros(B, L, dtype=torch.bool)
    for b, count in enumerate(events or (L,) * B):
        there[b, :count] = True
    history = normal(B, L, d)
    history[~there] *= elsewhere
    return {
        "candidates": normal(B, C, d), "history": history, "there": there,
        "W": normal(5, 4 * d), "b": normal(5), "w": normal(5),
    }  # fmt: skip


ex = Exercise(
    "17.8",
    "ask_history",
    points=6,
    branch=True,
    library=("graphrec_utils.models.reader.ask_history", "graphrec_utils.models.reader.weights"),
    hints=(
        "Take one candidate and one event. What does the network read of the two, and what does it say? Then think "
        "of the shape (B, C, L, 4d) in which it reads all of them at once.",
        "Give both an axis that the other lacks: candidates (B, C, 1, d), history (B, 1, L, d). Read h, c, h ⊙ c and "
        "h − c side by side; ReLU(W · + b), then the product with w: a weight for each event. 0 where nothing is there; "
        "no softmax. Last the sum of the events, each times its weight.",
        "`h, c = torch.broadcast_tensors(history[:, None], candidates[:, :, None])`; "
        "`read = torch.cat([h, c, h * c, h - c], dim=-1)`; `weights = F.relu(read @ W.T + b) @ w`; "
        "`weights.masked_fill(~there[:, None], 0.0)`.",
    ),
)


@ex.solution
def ask_history(candidates, history, there, W, b, w):
    h, c = torch.broadcast_tensors(history[:, None], candidates[:, :, None])  # (B, C, L, d)
    read = torch.cat([h, c, h * c, h - c], dim=-1)  # (B, C, L, 4d)
    weights = F.relu(read @ W.T + b) @ w  # (B, C, L)
    weights = weights.masked_fill(~there[:, None], 0.0)
    return (weights[..., None] * h).sum(dim=2)


def _by_hand(rng) -> dict:
    """Candidates 2 and 0, events 1, 3 and −1, and a 5 that is none: 52 and 20."""
    return {
        "candidates": torch.tensor([[[2.0], [0.0]]]),
        "history": torch.tensor([[[1.0], [3.0], [-1.0], [5.0]]]),
        "there": torch.tensor([[True, True, True, False]]),
        "W": torch.tensor([[1.0, 0.0, 2.0, 1.0]]), "b": torch.tensor([0.0]), "w": torch.tensor([1.0]),
    }  # fmt: skip


def _twice(rng) -> dict:
    """Every event of a history once more: the answer doubles."""
    rows = _asked(rng, 2, 2, 3)
    for name in ("history", "there"):
        rows[name] = torch.cat([rows[name], rows[name]], dim=1)
    return rows


def _alike(rng) -> dict:
    """One event that all candidates weigh alike: the bias alone speaks, so a softmax would always say 1."""
    rows = _asked(rng, 3, 2, 1)
    rows["W"] = rows["W"] * 0.1
    return rows


ex.claim("the example of the text: two candidates, three events and an empty place", _by_hand)
ex.claim("full histories", _asked)
ex.claim("what stands in an empty place is no event, whatever it is",
         lambda rng: _asked(rng, 3, 2, 5, events=(5, 2, 1), elsewhere=50))  # fmt: skip
ex.claim("nobody has done anything yet: zeros", lambda rng: _asked(rng, 2, 3, 4, events=(4, 0)))
ex.claim("a single event has a weight, and it is not always 1", _alike)
ex.claim("whoever did everything twice is heard twice as loud", _twice)
ex.claim("forty candidates, each asks for itself", lambda rng: _asked(rng, 2, 40, 6, events=(6, 3)))
ex.claim("it can be trained: the gradients are those of the formula",
         lambda rng: _asked(rng, 2, 2, 3, events=(3, 1)), run="call and compare gradient")  # fmt: skip

READ = "[h, c, h * c, h - c]"
MASK = "weights = weights.masked_fill(~there[:, None], 0.0)"
SUM = "(weights[..., None] * h).sum(dim=2)"

# fmt: off
ex.slip("you look at empty places: what stands there is no event, change it and your answer changes",
        MASK, "pass")
ex.slip("you mask by -inf, as before a softmax; here a weight of 0 says nothing, and -inf times an event is no number",
        "0.0)", "-torch.inf)")
ex.slip("a softmax makes the weights of a history sum to 1: whoever has one event that hardly fits is then heard as "
        "loud as somebody with ten that do. Here the weights are taken as they are",
        MASK, "weights = torch.nan_to_num(weights.masked_fill(~there[:, None], -torch.inf).softmax(dim=-1))",
        hint=True)
ex.slip("your softmax counts empty places: e⁰ is 1",
        MASK, "weights = weights.masked_fill(~there[:, None], 0.0).softmax(dim=-1)")
ex.slip("you divide by the number of events: a mean forgets how many there were",
        SUM, "(weights[..., None] * h).sum(dim=2) / there.sum(1).clamp(min=1)[:, None, None]", hint=True)
ex.slip("you divide by the length of the table, empty places included: take the sum",
        SUM, "(weights[..., None] * h).mean(dim=2)")
ex.slip("you divide by the sum of the weights: that is a softmax without the exponential",
        SUM, "(weights[..., None] * h).sum(dim=2) / weights.sum(dim=2, keepdim=True).clamp(min=1e-9)")
ex.slip("your weights are all alike: the candidate asks nothing, and the answer is the sum of the history",
        SUM, "(there[:, None, :, None] * h).sum(dim=2)")
ex.slip("your candidates do not ask for themselves: all hear what the first one of their row has asked",
        "candidates[:, :, None]", "candidates[:, :1, None].expand(-1, candidates.shape[1], -1, -1)", hint=True)
ex.slip("your candidates ask together: yours has their mean in the place of each",
        "candidates[:, :, None]", "candidates.mean(1, keepdim=True)[:, :, None].expand(-1, candidates.shape[1], -1, -1)")
ex.slip("you weigh the candidate, not the events: the candidate is known already, what is asked for is the history",
        SUM, "(weights[..., None] * c).sum(dim=2)")
ex.slip("your network reads c − h; it is h − c, the event without what the candidate has", READ, "[h, c, h * c, c - h]")
ex.slip("event and candidate have changed places in what your network reads: h comes first", READ, "[c, h, h * c, h - c]")
ex.slip("your product and your difference have changed places: the order is h, c, h ⊙ c, h − c", READ, "[h, c, h - c, h * c]")
ex.slip("your hidden layer has no ReLU: without it no weight can be 0 for everything that does not fit",
        "F.relu(read @ W.T + b)", "(read @ W.T + b)")
ex.slip("there is a second ReLU behind your weights: one below 0 is allowed, it says that an event speaks against",
        "F.relu(read @ W.T + b) @ w", "F.relu(F.relu(read @ W.T + b) @ w)")
ex.slip("your weights pass a sigmoid: they are taken as they are, larger than 1 if the network says so",
        "F.relu(read @ W.T + b) @ w", "torch.sigmoid(F.relu(read @ W.T + b) @ w)")
ex.slip("the bias b is missing", "read @ W.T + b", "read @ W.T")
ex.slip("your mask is upside down: only empty places are heard", "~there[:, None]", "there[:, None]")
ex.slip("a softmax speaks where nothing has happened, too: an empty history then says the mean of its empty places. Here the "
        "weights are taken as they are",
        MASK, "weights = weights.masked_fill(~there[:, None], -1e9).softmax(dim=-1)")
ex.slip("a softmax over −∞ alone is no number, as in an empty history; and none is wanted: the weights are taken as they are",
        MASK, "weights = weights.masked_fill(~there[:, None], -torch.inf).softmax(dim=-1)")
ex.slip("you divide by the sum of the weights: that is a softmax without the exponential",
        SUM, "(weights[..., None] * h).sum(dim=2) / (weights.sum(dim=2, keepdim=True) + 1e-9)")
ex.slip("you weigh events by their product with the candidate: the small network says the weight, from all it reads",
        "F.relu(read @ W.T + b) @ w", "(h * c).sum(dim=-1)")
ex.slip("no gradient passes your weights: the small network cannot be trained. Leave detach away",
        SUM, "(weights.detach()[..., None] * h).sum(dim=2)")
ex.slip("no gradient passes your events: their vectors cannot be trained. Leave detach away", "history[:, None]", "history.detach()[:, None]")
ex.slip("your weights are exponentiated, as in a softmax: they are taken as they are",
        "F.relu(read @ W.T + b) @ w", "(F.relu(read @ W.T + b) @ w).exp()")
ex.slip("your difference has lost its sign: h − c says what the event has more, and what less", READ, "[h, c, h * c, (h - c).abs()]")
