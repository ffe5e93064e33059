"""Exercise 10.4: the other rows' items as negatives, without the row's own."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: F401 (slips use it)

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise


def _batch(rng, ids, temperature: float = 0.5, dim: int = 3) -> dict:
    B = len(ids)
    users, items = (torch.tensor(rng.normal(size=(B, dim)), dtype=torch.float32) for _ in "ab")
    return {"users": users, "items": items, "ids": torch.tensor(ids), "temperature": temperature}


ex = Exercise(
    "10.4",
    "in_batch_logits",
    points=4,
    library=("graphrec_utils.sampling.accidental_hits", "graphrec_utils.losses.in_batch_softmax"),
    hints=(
        "Rows 0 and 2 hold the same film. What does the softmax of row 0 do with column 2?",
        "All products at once are users @ items.T. Two rows hold the same item where "
        "ids[:, None] == ids[None, :]; the diagonal is the positive and stays.",
        "`same = ids[:, None] == ids[None, :]`; `same.fill_diagonal_(False)`; "
        "`(users @ items.T / temperature).masked_fill(same, -torch.inf)`.",
    ),
)


@ex.solution
def in_batch_logits(users, items, ids, temperature):
    hits = ids[:, None] == ids[None, :]
    hits.fill_diagonal_(False)
    return (users @ items.T / temperature).masked_fill(hits, -torch.inf)


def _by_hand(rng) -> dict:
    f = torch.tensor
    return {"users": f([[1.0, 0], [0, 1], [1, 1]]), "items": f([[2.0, 1], [3, 0], [2, 1]]),
            "ids": f([4, 1, 4]), "temperature": 0.5}  # fmt: skip


def _different(rng) -> dict:
    return _batch(rng, rng.permutation(20)[:4])


def _twice(rng) -> dict:
    a, b, c = 1 + rng.permutation(19)[:3]
    return _batch(rng, [a, b, a, c, b])


def _often(rng) -> dict:
    a, b = 1 + rng.permutation(19)[:2]
    return _batch(rng, [a, a, b, a], temperature=float(rng.uniform(1.5, 3)))


def _left_out(got, expected, inputs) -> str | None:
    """Compare; -1e9 leaves a place out as well as -inf does."""
    return close(*(x.masked_fill(x < -1e4, -torch.inf) for x in (got, expected)))


ex.claim("four different items: row a holds the scores of user a", _different, judge=_left_out)
ex.claim(
    "two items come twice: neither of the pair is the other's negative", _twice, judge=_left_out
)
ex.claim("one item three times, another temperature", _often, judge=_left_out)
ex.claim("a batch of one", lambda rng: _batch(rng, [int(rng.integers(9))]), judge=_left_out)
ex.claim(
    "item 0 is an item like the others",
    lambda rng: _batch(rng, [0, int(rng.integers(1, 9)), 0]),
    judge=_left_out,
)
ex.claim("three rows by hand, ids 4, 1, 4", _by_hand, judge=_left_out)


def _slopes(got, expected, inputs) -> str | None:
    return close(got[1], expected[1])


ex.claim("a gradient reaches users and items", _different, run="call and compare gradient",
         judge=_slopes)  # fmt: skip

SAME = "ids[:, None] == ids[None, :]"
MASKED = ".masked_fill(hits, -torch.inf)"

# fmt: off
hits_stay_in = ex.slip("accidental hits stay in: where the same item stands in two rows each one "
        "is pushed away as the other's negative",
        MASKED, "")
ex.slip("you mask the diagonal as well: there the positive stands, and without it nothing is right",
        "hits.fill_diagonal_(False)", "")
ex.slip("a masked place is 0 in yours: e⁰ is 1 and stays in the sum; only e^-∞ is 0",
        "-torch.inf", "0.0")
ex.slip("your rows are items and your columns users: the softmax would then choose a user for "
        "each item",
        "users @ items.T", "items @ users.T")
ex.slip("you mask only one of the two: column c is a hit in row a, and column a in row c",
        SAME, f"({SAME}).triu(1)")
ex.slip("the column of an item that comes twice is masked for everybody: to other rows it is a "
        "negative like any",
        SAME, f"(({SAME}).sum(dim=0) > 1).repeat(len(ids), 1)")
ex.slip("your logits do not follow the temperature: divide the products by it",
        " / temperature", "")
ex.slip("you multiply by the temperature; a small one has to make the logits large",
        "/ temperature", "* temperature")
ex.slip("item 0 counts as an empty place in yours; it is an item like the others",
        SAME, f"({SAME}) & (ids > 0)")
ex.slip("you compare cosines: here the vectors are taken as they are",
        "users @ items.T", "F.normalize(users, dim=1) @ F.normalize(items, dim=1).T")
ex.slip("of two rows with the same item only the second leaves the other out: both do",
        SAME, f"({SAME}).tril(-1)")
ex.slip("your mask is turned round: you keep the hits and leave out all other items", "==", "!=")
ex.slip("you return probabilities: logits are what a softmax is taken of",
        MASKED, f"{MASKED}.softmax(dim=1)")
ex.slip("no gradient goes through your logits: they were detached, and nothing is learned",
        MASKED, f"{MASKED}.detach()")
