"""Exercise 14.4: a pin looks at itself and at the others; both levels of MultiBiSage are this function."""

from __future__ import annotations

import math

import torch

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson14 import ex3_attend

LOW = torch.finfo(torch.float32).min


def _look(own, others, padding, W_q, W_k, W_v, self_seen=True, residual=True, ask="own",
          shift=False, swap=False, read="first", values=True):  # fmt: skip
    keys = torch.cat([own[:, None], others], dim=1) if self_seen else others
    mask = padding
    if self_seen:
        me = torch.zeros_like(padding[:, :1])
        mask = torch.cat([padding, me], dim=1) if shift else torch.cat([me, padding], dim=1)
    K, V = keys @ (W_v if swap else W_k).T, keys @ (W_k if swap else W_v).T if values else keys
    asking = own if ask == "own" else keys.masked_fill(mask[..., None], 0).mean(dim=1)
    if read == "first":
        heard = ex3_attend._attend(asking @ W_q.T, K, V, mask)
    else:  # every place asks; the last place, or the mean of all
        logits = (keys @ W_q.T) @ K.transpose(1, 2) / math.sqrt(W_q.shape[0])
        w = logits.masked_fill(mask[:, None], LOW).softmax(2)
        each = w @ V
        heard = each[:, -1] if read == "last" else each.mean(dim=1)
    return own + heard if residual else heard


def _variant(**options):
    return lambda *inputs: _look(*inputs, **options)


def _pins(rng, B: int = 4, T: int = 3, d: int = 4, empty: int = 1) -> dict:
    def normal(*shape):
        return torch.from_numpy(rng.normal(size=shape)).float()

    count = rng.integers(1, T + 1, B)
    count[:empty], count[-1] = 0, T
    padding = torch.arange(T) >= torch.from_numpy(count)[:, None]
    others = torch.where(padding[..., None], 4 + normal(B, T, d), normal(B, T, d))
    return {"own": normal(B, d), "others": others, "padding": padding, "W_q": normal(d, d),
            "W_k": normal(d, d), "W_v": normal(d, d)}  # fmt: skip


ex = Exercise(
    "14.4",
    "look",
    points=6,
    library=("graphrec_utils.models.multibisage.first", "graphrec_utils.models.transformer.Block",
             "graphrec_utils.models.transformer.Attention"),
    hints=(
        "Who is in the set that a pin looks at? And is that place ever padding?",
        "Put the own vector in front of the others, and a column of False in front of the mask. One query, from the "
        "own vector; keys and values of all 1 + T. What is heard is added to the own vector.",
        "`x = torch.cat([own[:, None], others], 1)`; `mask = torch.cat([torch.zeros_like(padding[:, :1]), padding], "
        "1)`; `own + attend(own @ W_q.T, x @ W_k.T, x @ W_v.T, mask)`, with your `attend` of 14.3.",
    ),
)  # fmt: skip


@ex.solution
def look(own, others, padding, W_q, W_k, W_v):
    return _look(own, others, padding, W_q, W_k, W_v)


def _by_hand(rng) -> dict:
    """Two numbers each, so that a matrix differs from its transpose and the root of d from 1."""
    f, x = torch.tensor, math.sqrt(2) * math.log(3)
    others = f([[[1.0, 1.0], [7.0, 7.0]], [[5.0, 5.0], [7.0, 7.0]]])
    return {"own": f([[1.0, 0.0], [1.0, 0.0]]), "others": others, "padding": f([[False, True], [True, True]]),
            "W_q": f([[0.0, 0.0], [x, 0.0]]), "W_k": f([[0.0, 0.0], [1.0, 1.0]]),
            "W_v": f([[4.0, 4.0], [0.0, 0.0]])}  # fmt: skip


ex.claim(
    "by hand: (1, 0) + ¼ (4, 0) + ¾ (8, 0) = (8, 0), and alone (1, 0) + (4, 0) = (5, 0)", _by_hand
)
ex.claim("everybody has three others", lambda rng: (lambda x: x | {"padding": torch.zeros(4, 3, dtype=torch.bool)})(
    _pins(rng, empty=0)))  # fmt: skip
ex.claim("some places are empty, one pin is alone", _pins)
ex.claim("six graphs for the others, as in the second level", lambda rng: _pins(rng, 5, 6, 6, 2))


@ex.mistake("the own vector is not among the keys: a pin looks at itself, too")
def self_left_out(*inputs):
    return _variant(self_seen=False)(*inputs)


@ex.mistake("the own vector is not added to what was heard")
def no_residual(*inputs):
    return _variant(residual=False)(*inputs)


@ex.mistake("the own vector stands in front, but its column of the mask stands at the end: every place has its "
            "neighbor's mask")  # fmt: skip
def mask_slipped(*inputs):
    return _variant(shift=True)(*inputs)


@ex.mistake("W_k and W_v are swapped")
def keys_for_values(*inputs):
    return _variant(swap=True)(*inputs)


@ex.mistake("W_q and W_k are swapped: the pin asks with W_q, and offers a key like everybody")
def keys_for_queries(own, others, padding, W_q, W_k, W_v):
    return _look(own, others, padding, W_k, W_q, W_v)


@ex.mistake("your matrices are turned round: a row x becomes x @ W.T, which is W x")
def not_transposed(own, others, padding, W_q, W_k, W_v):
    return _look(own, others, padding, W_q.T, W_k.T, W_v.T)


@ex.mistake("the logits are not divided by √d")
def no_scale(own, others, padding, W_q, W_k, W_v):
    return _look(own, others, padding, W_q * math.sqrt(W_q.shape[0]), W_k, W_v)


@ex.mistake(
    "you added the pin's value to what was heard; the residual is the own vector as it came in"
)
def value_added(own, others, padding, W_q, W_k, W_v):
    return own @ W_v.T + _look(own, others, padding, W_q, W_k, W_v, residual=False)


@ex.mistake("your values are the vectors themselves: W_v is missing")
def no_values(*inputs):
    return _variant(values=False)(*inputs)


@ex.mistake("your query is the mean of the set; the pin itself asks")
def mean_asks(*inputs):
    return _variant(ask="mean")(*inputs)


@ex.mistake("you read the last place; the pin stands at the first")
def last_place_read(*inputs):
    return _variant(read="last")(*inputs)


@ex.mistake("you take the mean of what all places say, padding among them; read the first one")
def mean_of_places(*inputs):
    return _variant(read="mean")(*inputs)


@ex.mistake("the padding is heard: the mask is not used")
def padding_attended(own, others, padding, W_q, W_k, W_v):
    return _look(own, others, torch.zeros_like(padding), W_q, W_k, W_v)


@ex.mistake("the others' mask is turned round: True means that nobody is there")
def mask_inverted(own, others, padding, W_q, W_k, W_v):
    return _look(own, others, ~padding, W_q, W_k, W_v)
