"""Exercise 14.3: attention with a mask, which gives zeros and never NaN where nothing is there."""

from __future__ import annotations

import math

import torch

from graphrec_utils.exercises.core import Exercise

LOW = torch.finfo(torch.float32).min


def _rows(rng, B: int = 4, T: int = 5, d: int = 4, out: int = 3, empty: int = 0) -> dict:
    """The first `empty` rows have nothing; of the others some places are padding, full of large numbers."""

    def normal(*shape, size=1.0):
        return torch.from_numpy(size * rng.normal(size=shape)).float()

    count = rng.integers(2, T + 1, B)
    count[:empty], count[-1] = 0, T - 1
    padding = torch.arange(T) >= torch.from_numpy(count)[:, None]
    if not empty:  # padding may stand anywhere
        padding = torch.stack([row[torch.from_numpy(rng.permutation(T))] for row in padding])
    K, V = normal(B, T, d), normal(B, T, out)
    K, V = torch.where(padding[..., None], 3 * K, K), torch.where(padding[..., None], 5 + V, V)
    return {"q": normal(B, d, size=1.5), "K": K, "V": V, "padding": padding}


ex = Exercise(
    "14.3",
    "attend",
    points=7,
    library=("graphrec_utils.models.transformer.attend", "graphrec_utils.models.transformer.attention_weights",
             "graphrec_utils.models.transformer.Attention"),
    hints=(
        "What is a softmax of a row in which all entries are −∞? Write down e^{−∞} / (0 + 0 + …).",
        "Put a very small **finite** number where padding is, take the softmax, and set the weights of padding to "
        "0 afterwards. A row of padding only then has weights 0, and gives 0.",
        "`logits = (K @ q[:, :, None])[..., 0] / math.sqrt(q.shape[1])`; `logits = logits.masked_fill(padding, "
        "torch.finfo(logits.dtype).min)`; `w = logits.softmax(1).masked_fill(padding, 0)`; `(w[:, None] @ V)[:, 0]`.",
    ),
)  # fmt: skip


@ex.solution
def attend(q, K, V, padding):
    logits = (K @ q[:, :, None])[..., 0] / math.sqrt(q.shape[1])  # (B, T)
    logits = logits.masked_fill(padding, torch.finfo(logits.dtype).min)
    w = logits.softmax(dim=1).masked_fill(padding, 0.0)
    return (w[:, None] @ V)[:, 0]


def _large(rng) -> dict:
    f = torch.tensor
    K = f([[[1.0, 0, 0, 0], [0.985, 0, 0, 0], [0, 0, 0, 0]]])
    return {"q": f([[400.0, 0, 0, 0]]), "K": K, "V": f([[[1.0], [2.0], [3.0]]]), "padding": f([[False, False, True]])}  # fmt: skip


def _by_hand(rng) -> dict:
    f = torch.tensor
    x = math.log(3)
    one = [[x, 0, 0, 0], [0, 0, 0, 0], [9, 0, 0, 0]]
    return {"q": f([[2.0, 0, 0, 0], [2, 0, 0, 0]]), "K": f([one, one]), "V": f([[[4.0], [8.0], [100.0]]] * 2),
            "padding": f([[False, False, True], [True, True, True]])}  # fmt: skip


ex.claim("two neighbors by hand, weights ¾ and ¼: 5; and a list of padding: 0", _by_hand)
ex.claim("nothing is padding", lambda rng: (lambda x: x | {"padding": torch.zeros(4, 5, dtype=torch.bool)})(
    _rows(rng)))  # fmt: skip
ex.claim("padding anywhere, full of large numbers", _rows)
ex.claim("logits of 200 and 197: nothing overflows", _large)
ex.claim("longer lists, other sizes", lambda rng: _rows(rng, 5, 9, 9, 2))
ex.claim("who has no neighbor hears 0, not NaN", lambda rng: _rows(rng, 5, 4, 4, 3, empty=2))


def _gradients(got, expected, inputs) -> str | None:
    for mine, right in zip(got[1], expected[1], strict=True):
        if not torch.isfinite(mine).all():
            return "a gradient is NaN or infinite: one such row spoils the weights of all"
        if not torch.allclose(mine, right, rtol=1e-3, atol=1e-5):
            return (
                "the value is right, but the gradient by one of the inputs is not the formula's: "
                "was something detached or rounded on the way?"
            )
    return None


ex.claim("the same by hand: no gradient is NaN", _by_hand, run="call and compare gradient", judge=_gradients)  # fmt: skip
ex.claim("and its gradient is 0, not NaN", lambda rng: _rows(rng, 5, 4, 4, 3, empty=2),
         run="call and compare gradient", judge=_gradients)  # fmt: skip

LOW = "torch.finfo(logits.dtype).min"
MASKED = f"logits.masked_fill(padding, {LOW})"
AFTERWARDS = ".masked_fill(padding, 0.0)"

# fmt: off
ex.slip("padding is heard: its logits must be gone before the softmax",
        MASKED, "logits", AFTERWARDS, "")
ex.slip("a row of padding only became NaN: a softmax over nothing but −∞. Use a finite number, "
        "and set the weights of padding to 0 afterwards",
        LOW, "-math.inf", AFTERWARDS, "")
ex.slip("you added −∞ and repaired NaN after the softmax: the values are right, but NaN is still "
        "in the gradient. Fill with a finite number instead",
        MASKED, "logits + torch.zeros_like(logits).masked_fill(padding, -math.inf)",
        AFTERWARDS, ".nan_to_num(0.0)")
ex.slip("padding's logits are 0, and e⁰ = 1: missing neighbors take their share as vectors of "
        "zeros would",
        LOW, "0.0", hint=True)
ex.slip("padding's weights are set to 0 after the softmax, but its logits were in the sum: the "
        "weights of the others no longer sum to 1",
        MASKED, "logits")
ex.slip("your mask is turned round: True in `padding` means that nobody is there",
        "masked_fill(padding, torch", "masked_fill(~padding, torch",
        AFTERWARDS, ".masked_fill(~padding, 0.0)")
ex.slip("who has no neighbor hears the mean of its padding: set its weights to 0 after the softmax",
        AFTERWARDS, "", hint=True)
ex.slip("the logits are not divided by √d", " / math.sqrt(q.shape[1])", "", hint=True)
ex.slip("you divide by d, not by its root", "math.sqrt(q.shape[1])", "q.shape[1]")
ex.slip("your softmax runs over the batch: it belongs over the T places of each row",
        "softmax(dim=1)", "softmax(dim=0)")
ex.slip("your weights are all alike: that is a mean; the logits were for nothing",
        MASKED, f"torch.zeros_like(logits).masked_fill(padding, {LOW})")
