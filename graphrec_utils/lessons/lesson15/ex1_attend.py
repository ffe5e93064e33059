"""Exercise 15.1: causal attention with empty places, never NaN."""

from __future__ import annotations

import math

import torch

from graphrec_utils.exercises.core import Exercise


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
    L, d = queries.shape[1:]
    allow = torch.ones(L, L).tril().bool() & ~empty[:, None, :]  # (B, L, L)
    logits = queries @ keys.transpose(1, 2) / math.sqrt(d)
    weights = logits.masked_fill(~allow, -torch.inf).softmax(dim=-1)
    return torch.where(allow.any(dim=-1, keepdim=True), weights, 0.0) @ values


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

ROOT, SHARE = "math.sqrt(d)", "torch.where(allow.any(dim=-1, keepdim=True), weights, 0.0)"

# fmt: off
ex.slip("your mask is upside down: places look at what comes later, and not back",
        ".tril()", ".triu()", hint=True)
no_causal_mask = ex.slip("your places look ahead: in training each of them sees the event it has "
        "to predict, and at serving there is none",
        ".tril()", "")
ex.slip("your places do not see themselves: the latest event says most; the diagonal is allowed",
        ".tril()", ".tril(-1)")
ex.slip("you look at empty places: what stands there is no event, change it and your output "
        "changes",
        " & ~empty[:, None, :]", "")
ex.slip("a row that may look at nothing is all -inf, and its softmax is NaN: give it zeros",
        SHARE, "weights", hint=True)
ex.slip("you do not divide by √d: the wider the vectors, the harder the softmax",
        f" / {ROOT}", "", hint=True)
ex.slip("you divide by d, not by its root", ROOT, "d")
ex.slip("you divide by the root of the width of the values: logits are products of queries and "
        "keys",
        ROOT, "math.sqrt(values.shape[-1])")
ex.slip("your softmax runs over the places that look, not over what they look at: use the last "
        "axis",
        "dim=-1)\n", "dim=1)\n", f"{SHARE} @ values", f"torch.nan_to_num({SHARE} @ values)")
ex.slip("a logit of 0 is no mask: e⁰ = 1 has its share of the softmax; use -inf",
        "-torch.inf", "0.0")
ex.slip("you mask after the softmax: what was not to be seen has already taken its share, so the "
        "rest does not sum to 1",
        "logits.masked_fill(~allow, -torch.inf).softmax(dim=-1)", "logits.softmax(dim=-1) * allow")
ex.slip("a large negative number is not −∞: what may look at nothing looks at all places equally "
        "in yours",
        "-torch.inf", "-1e9", SHARE, "weights")
ex.slip("empty places get zeros in yours: they may look, too, at the events before them; only "
        "what they say is not heard",
        "@ values", "@ values * ~empty[:, :, None]")
ex.slip("you put zeros into the keys of empty places: a key of zeros has a logit of 0 and takes "
        "its share; use −inf",
        " & ~empty[:, None, :]", "", "keys.", "keys.masked_fill(empty[:, :, None], 0.0).")
ex.slip("you mask the places that look: empty[:, :, None]; what must not be looked at is a column",
        "empty[:, None, :]", "empty[:, :, None]")
