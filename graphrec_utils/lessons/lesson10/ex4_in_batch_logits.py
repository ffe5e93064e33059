"""Exercise 10.4: the other rows' items as negatives, without the row's own."""

from __future__ import annotations

from collections.abc import Callable

import torch

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise


def _logits(users, items, ids, temperature, hit=None, value=-torch.inf, diagonal=False,
            scale=lambda s, t: s / t):  # fmt: skip
    """Return (B, B) logits; the options are what can go wrong.

    Args:
        hit: (B, B) which columns leave a row, by default those of the same item.
        value: what stands there.
        diagonal: mask the positives themselves, too.
        scale: products and temperature to logits.
    """
    same = ids[:, None] == ids[None, :] if hit is None else hit(ids)
    if not diagonal:
        same = same & ~torch.eye(len(ids), dtype=torch.bool)
    return scale(users @ items.T, temperature).masked_fill(same, value)


def _variant(**options) -> Callable:
    return lambda *inputs: _logits(*inputs, **options)


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
    return _logits(users, items, ids, temperature)


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


@ex.mistake(
    "accidental hits stay in: where the same item stands in two rows each one is pushed away as the "
    "other's negative"
)
def hits_stay_in(*inputs):
    return _variant(hit=lambda ids: torch.zeros(len(ids), len(ids), dtype=torch.bool))(*inputs)


@ex.mistake(
    "you mask the diagonal as well: there the positive stands, and without it nothing is right"
)
def the_diagonal_is_masked(*inputs):
    return _variant(diagonal=True)(*inputs)


@ex.mistake("a masked place is 0 in yours: e⁰ is 1 and stays in the sum; only e^-∞ is 0")
def masked_with_zero(*inputs):
    return _variant(value=0.0)(*inputs)


@ex.mistake(
    "your rows are items and your columns users: the softmax would then choose a user for each item"
)
def rows_are_items(users, items, ids, temperature):
    return _logits(items, users, ids, temperature)


@ex.mistake("you mask only one of the two: column c is a hit in row a, and column a in row c")
def one_of_the_two(*inputs):
    return _variant(hit=lambda ids: (ids[:, None] == ids[None, :]).triu(1))(*inputs)


@ex.mistake(
    "the column of an item that comes twice is masked for everybody: to other rows it is a negative like any"
)
def the_column_for_all(*inputs):
    def hit(ids):
        often = (ids[:, None] == ids[None, :]).sum(dim=0) > 1
        return often[None, :].expand(len(ids), -1)

    return _variant(hit=hit)(*inputs)


@ex.mistake("your logits do not follow the temperature: divide the products by it")
def no_temperature(*inputs):
    return _variant(scale=lambda s, t: s)(*inputs)


@ex.mistake("you multiply by the temperature; a small one has to make the logits large")
def times_the_temperature(*inputs):
    return _variant(scale=lambda s, t: s * t)(*inputs)


@ex.mistake("item 0 counts as an empty place in yours; it is an item like the others")
def item_0_is_no_item(*inputs):
    def hit(ids):
        return (ids[:, None] == ids[None, :]) & (ids[None, :] > 0)

    return _variant(hit=hit)(*inputs)


@ex.mistake("you compare cosines: here the vectors are taken as they are")
def cosines(users, items, ids, temperature):
    users, items = (torch.nn.functional.normalize(x, dim=1) for x in (users, items))
    return _logits(users, items, ids, temperature)


@ex.mistake("of two rows with the same item only the second leaves the other out: both do")
def only_earlier_columns(*inputs):
    return _variant(hit=lambda ids: (ids[:, None] == ids[None]).tril(-1))(*inputs)


@ex.mistake("your mask is turned round: you keep the hits and leave out all other items")
def mask_turned_round(*inputs):
    return _variant(hit=lambda ids: ids[:, None] != ids[None])(*inputs)


@ex.mistake("you return probabilities: logits are what a softmax is taken of")
def probabilities(*inputs):
    return _logits(*inputs).softmax(dim=1)


@ex.mistake("no gradient goes through your logits: they were detached, and nothing is learned")
def detached(*inputs):
    return _logits(*inputs).detach()
