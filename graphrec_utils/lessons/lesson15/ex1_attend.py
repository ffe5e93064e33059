"""Exercise 15.1: causal attention with empty places, never NaN."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from graphrec_utils.exercises.core import Exercise


def _attend(
    queries, keys, values, empty, see=torch.tril, hide=True, scale=math.sqrt, axis=-1, nothing=0.0,
    fill=-torch.inf, late=False,
):  # fmt: skip
    """Return causal attention; the options are what can go wrong.

    Args:
        see: which places of an (L, L) matrix of ones are seen; None: all.
        hide: hide empty places.
        scale: d to what logits are divided by.
        axis: of the softmax.
        nothing: what a row gets that sees nothing; None: whatever comes out.
        fill: the logit of what is not seen.
        late: zero what is not seen after the softmax instead.
    """
    L, d = queries.shape[1:]
    allow = torch.ones(len(queries), L, L, dtype=torch.bool)
    if see is not None:
        allow = allow & see(torch.ones(L, L)).bool()
    if hide:
        allow = allow & ~empty[:, None, :]
    logits = queries @ keys.transpose(1, 2) / scale(d)
    if late:
        return (logits.softmax(dim=axis) * allow) @ values
    weights = logits.masked_fill(~allow, fill).softmax(dim=axis)
    if nothing is not None:
        weights = torch.where(allow.any(dim=-1, keepdim=True), weights, nothing)
    return weights @ values


def _variant(**options) -> Callable:
    return lambda *inputs: _attend(*inputs, **options)


def _places(
    rng, B: int = 2, L: int = 5, d: int = 3, ends=None, front: bool = False, e: int | None = None
) -> dict:
    q, k, v = (torch.tensor(rng.normal(size=(B, L, w)) * 1.5).float() for w in (d, d, e or d))
    empty = torch.zeros(B, L, dtype=torch.bool)
    for b, end in enumerate(ends or ()):
        empty[b, end:] = True
    return {"queries": q, "keys": k, "values": v, "empty": empty.flip(1) if front else empty}


ex = Exercise(
    "15.1",
    "attend",
    points=6,
    library=("graphrec_utils.models.transformer.attend",
             "graphrec_utils.models.transformer.attention_weights",
             "graphrec_utils.models.transformer.allowed",
             "graphrec_utils.models.transformer.Attention",
             "graphrec_utils.models.transformer.Block"),
    hints=(
        "Place 2 may look at 0, 1 and 2, except where nothing happened. Write that down as a matrix of True "
        "and False before you compute any weight.",
        "allow = tril(ones) and not empty[:, None, :]; logits over √d, -inf where not allowed, softmax over "
        "the last axis. A row of nothing but -inf becomes NaN: put zeros there.",
        "`allow = torch.ones(L, L).tril().bool() & ~empty[:, None, :]`; "
        "`w = (queries @ keys.transpose(1, 2) / math.sqrt(d)).masked_fill(~allow, -torch.inf).softmax(-1)`; "
        "`torch.where(allow.any(-1, keepdim=True), w, 0.0) @ values`.",
    ),
)  # fmt: skip


@ex.solution
def attend(queries, keys, values, empty):
    return _attend(queries, keys, values, empty)


def _by_hand(rng) -> dict:
    """Four places, the first and the last empty: 0, then 4, then (4 + 3 · 8) / 4 = 7, then 6."""
    one, zero, key = (torch.tensor([x, 0.0, 0.0, 0.0]) for x in (1, 0, 2 * math.log(3)))
    return {
        "queries": torch.stack([one, zero, one, zero])[None], "keys": torch.stack([zero, zero, key, zero])[None],
        "values": torch.tensor([[[100.0], [4.0], [8.0], [100.0]]]),
        "empty": torch.tensor([[True, False, False, True]]),
    }  # fmt: skip


ex.claim("the example of the text: four places, two of them empty", _by_hand)
ex.claim("full sequences: nobody looks ahead", _places, 2)
ex.claim(
    "another width of keys than of values: logits are divided by the root of the keys'",
    lambda rng: _places(rng, d=9, e=2),
)
ex.claim(
    "empty places at the end are not looked at", lambda rng: _places(rng, 3, 5, ends=(5, 3, 1))
)
ex.claim("empty places in front are not looked at, and what sees nothing gets zeros",
         lambda rng: _places(rng, 3, 5, ends=(5, 3, 1), front=True))  # fmt: skip
ex.claim(
    "a user who has done nothing gets zeros, not NaN", lambda rng: _places(rng, 2, 4, ends=(4, 0))
)
ex.claim(
    "the gradient is finite and right, also where a row sees nothing",
    lambda rng: _places(rng, 2, 4, ends=(3, 0)) | {},
    run="call and compare gradient",
)


@ex.mistake("your mask is upside down: places look at what comes later, and not back")
def the_mask_is_inverted(*inputs):
    return _variant(see=torch.triu)(*inputs)


@ex.mistake(
    "your places look ahead: in training each of them sees the event it has to predict, and at serving there is none"
)
def no_causal_mask(*inputs):
    return _variant(see=None)(*inputs)


@ex.mistake(
    "your places do not see themselves: the latest event says most; the diagonal is allowed"
)
def not_even_itself(*inputs):
    return _variant(see=lambda x: x.tril(-1))(*inputs)


@ex.mistake(
    "you look at empty places: what stands there is no event, change it and your output changes"
)
def empty_places_are_seen(*inputs):
    return _variant(hide=False)(*inputs)


@ex.mistake("a row that may look at nothing is all -inf, and its softmax is NaN: give it zeros")
def nothing_becomes_nan(*inputs):
    return _variant(nothing=None)(*inputs)


@ex.mistake("you do not divide by √d: the wider the vectors, the harder the softmax")
def not_divided_by_the_root(*inputs):
    return _variant(scale=lambda d: 1.0)(*inputs)


@ex.mistake("you divide by d, not by its root")
def divided_by_the_width(*inputs):
    return _variant(scale=float)(*inputs)


@ex.mistake(
    "you divide by the root of the width of the values: logits are products of queries and keys"
)
def divided_by_the_width_of_values(queries, keys, values, empty):
    wide = values.shape[-1]
    return _attend(queries, keys, values, empty, scale=lambda d: math.sqrt(wide))


@ex.mistake(
    "your softmax runs over the places that look, not over what they look at: use the last axis"
)
def softmax_over_the_wrong_axis(queries, keys, values, empty):
    out = _attend(queries, keys, values, empty, axis=1)
    return torch.nan_to_num(out)


@ex.mistake("a logit of 0 is no mask: e⁰ = 1 has its share of the softmax; use -inf")
def masked_with_zero(*inputs):
    return _variant(fill=0.0)(*inputs)


@ex.mistake(
    "you mask after the softmax: what was not to be seen has already taken its share, so the rest does not sum to 1"
)
def masked_after_the_softmax(*inputs):
    return _variant(late=True)(*inputs)


@ex.mistake(
    "a large negative number is not −∞: what may look at nothing looks at all places equally in yours"
)
def a_large_number_for_infinity(*inputs):
    return _variant(fill=-1e9, nothing=None)(*inputs)


@ex.mistake(
    "empty places get zeros in yours: they may look, too, at the events before them; only what they say is not heard"
)
def empty_places_may_not_look(queries, keys, values, empty):
    return _attend(queries, keys, values, empty) * ~empty[:, :, None]


@ex.mistake(
    "you put zeros into the keys of empty places: a key of zeros has a logit of 0 and takes its share; use −inf"
)
def keys_of_zeros(queries, keys, values, empty):
    return _attend(
        queries, keys.masked_fill(empty[:, :, None], 0.0), values, empty, hide=False, nothing=None
    )


@ex.mistake(
    "you mask the places that look: empty[:, :, None]; what must not be looked at is a column"
)
def the_wrong_side_is_masked(queries, keys, values, empty):
    L, d = queries.shape[1:]
    allow = torch.ones(L, L).tril().bool() & ~empty[:, :, None]
    logits = queries @ keys.transpose(1, 2) / math.sqrt(d)
    weights = logits.masked_fill(~allow, -torch.inf).softmax(dim=-1)
    return torch.where(allow.any(dim=-1, keepdim=True), weights, 0.0) @ values
