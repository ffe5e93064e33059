"""Exercise 14.4: a pin looks at itself and at the others; both levels of MultiBiSage are this function."""

from __future__ import annotations

import math

import torch

from graphrec_utils.exercises.core import Exercise


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
    branch=True,
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
    x = torch.cat([own[:, None], others], dim=1)  # (B, 1 + T, d)
    mask = torch.cat([torch.zeros_like(padding[:, :1]), padding], dim=1)
    logits = (x @ W_k.T @ (own @ W_q.T)[:, :, None])[..., 0] / math.sqrt(own.shape[1])
    w = logits.masked_fill(mask, -math.inf).softmax(dim=1)  # the pin itself is always there
    return own + (w[:, None] @ (x @ W_v.T))[:, 0]


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

SET = "torch.cat([own[:, None], others], dim=1)"
MASK = "torch.cat([torch.zeros_like(padding[:, :1]), padding], dim=1)"
ASKED = "(own @ W_q.T)"
WEIGHTS = "logits.masked_fill(mask, -math.inf).softmax(dim=1)"

# fmt: off
ex.slip("the own vector is not among the keys: a pin looks at itself, too",
        SET, "others", MASK, "padding",
        WEIGHTS, "logits.masked_fill(mask, -1e30).softmax(dim=1).masked_fill(mask, 0)")
ex.slip("the own vector is not added to what was heard", "own + (", "(", hint=True)
ex.slip("the own vector stands in front, but its column of the mask stands at the end: every "
        "place has its neighbor's mask",
        MASK, "torch.cat([padding, torch.zeros_like(padding[:, :1])], dim=1)", hint=True)
ex.slip("W_k and W_v are swapped", "W_k.T", "W_v.T", "W_v.T", "W_k.T")
ex.slip("W_q and W_k are swapped: the pin asks with W_q, and offers a key like everybody",
        "W_k.T", "W_q.T", "W_q.T", "W_k.T")
ex.slip("your matrices are turned round: a row x becomes x @ W.T, which is W x",
        "W_k.T", "W_k", "W_q.T", "W_q", "W_v.T", "W_v")
ex.slip("the logits are not divided by √d", " / math.sqrt(own.shape[1])", "")
ex.slip("you added the pin's value to what was heard; the residual is the own vector as it came in",
        "own + (", "own @ W_v.T + (")
ex.slip("your values are the vectors themselves: W_v is missing", "(x @ W_v.T)", "x")
ex.slip("your query is the mean of the set; the pin itself asks",
        ASKED, "(x.masked_fill(mask[..., None], 0).mean(dim=1) @ W_q.T)")
ex.slip("you read the last place; the pin stands at the first", ASKED, "(x[:, -1] @ W_q.T)")
ex.slip("you take the mean of what all places say, padding among them; read the first one",
        "(x @ W_k.T @ (own @ W_q.T)[:, :, None])[..., 0]", "(x @ W_q.T) @ (x @ W_k.T).transpose(1, 2)",
        WEIGHTS, "logits.masked_fill(mask[:, None], -math.inf).softmax(dim=2).mean(dim=1)")
ex.slip("the padding is heard: the mask is not used", ".masked_fill(mask, -math.inf)", "")
ex.slip("the others' mask is turned round: True means that nobody is there",
        " padding]", " ~padding]")
