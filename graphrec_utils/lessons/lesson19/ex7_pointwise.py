"""Exercise 19.7: attention that adds up instead of averaging."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _places(rng, L=5, d=3, e=2, n=8) -> dict:
    q, k, v = (torch.tensor(rng.normal(size=(L, w)) * 1.3).float() for w in (d, d, e))
    return {
        "queries": q,
        "keys": k,
        "values": v,
        "bias": torch.tensor(rng.normal(size=n)).float(),
        "n": n,
    }


def _by_hand(rng) -> dict:
    """Products 2, bias 0, 1, -3 at distances 0, 1, 2: SiLU of 2, 3 and -1 is 1.762, 2.858 and -.269; a sixth of each."""
    one = torch.ones(3, 1)
    bias = torch.tensor([0.0, 1.0, -3.0, 0.0, 0.0, 0.0])
    values = torch.tensor([[3.0], [6.0], [3.0]])
    return {"queries": one, "keys": 2 * one, "values": values, "bias": bias, "n": 6}


ex = Exercise(
    "19.7",
    "pointwise",
    points=4,
    branch=True,
    library=("graphrec_utils.models.hstu.pointwise", "graphrec_utils.models.hstu.Block"),
    hints=(
        "Nothing is compared with the others in the row: each event gets its weight alone. What makes a weight 0 then?",
        "Logit = product + bias of the distance t - s; SiLU; divide by the constant n; zeros where s > t; then times the "
        "values.",
        "`F.silu(queries @ keys.T + bias[(place[:, None] - place).clamp(min=0)]) / n`, `.tril()`.",
    ),
)


@ex.solution
def pointwise(queries, keys, values, bias, n):
    place = torch.arange(len(queries))
    logits = queries @ keys.T + bias[(place[:, None] - place).clamp(min=0)]
    weights = F.silu(logits) / n
    return weights.tril() @ values


ex.claim("the example of the text", _by_hand)
ex.claim("five events", _places, 2)
ex.claim("as many places as there are", lambda rng: _places(rng, L=6, d=4, n=6))
ex.claim("one event", lambda rng: _places(rng, L=1))
ex.claim("long sequences, wide values", lambda rng: _places(rng, L=12, d=2, e=5, n=20))
ex.claim("the gradients", _places, 1, run="call and compare gradient")

SILU, BIAS = "F.silu(logits) / n", "bias[(place[:, None] - place).clamp(min=0)]"
BACK = "torch.ones_like(logits).tril().bool()"

# fmt: off
ex.slip("you take a softmax: who was there five times weighs as much as who was there once, if nobody else is there",
        SILU, f"logits.masked_fill(~{BACK}, -torch.inf).softmax(dim=1)", hint=True)
ex.slip("you divide by the sum of the weights: that is what a softmax does, and the count is gone",
        "weights.tril() @", "(weights.tril() / weights.tril().sum(dim=1, keepdim=True)) @")
ex.slip("you divide by how many events there were so far: a mean has forgotten how many; n is one number for all",
        SILU, "F.silu(logits) / (place[:, None] + 1)", hint=True)
ex.slip("you divide by the length of this sequence: n is a constant, or a short history weighs more than a long one",
        SILU, "F.silu(logits) / len(queries)")
ex.slip("the division by n is missing", " / n", "")
ex.slip("your places look ahead: what comes later has to weigh 0", ".tril()", "")
ex.slip("your places do not see themselves", ".tril()", ".tril(-1)")
ex.slip("your mask is upside down: places look at what comes later", ".tril()", ".triu()")
ex.slip("−∞ is a softmax's mask: SiLU(−∞) = −∞ · 0 is NaN; put zeros after it",
        "F.silu(logits)", f"F.silu(logits.masked_fill(~{BACK}, -torch.inf))", ".tril()", "")
ex.slip("you divide logits by the root of d: that belongs to a softmax; here n alone divides",
        "F.silu(logits)", "F.silu(logits / queries.shape[1] ** 0.5)")
ex.slip("you use a ReLU: SiLU lets a place take a little less than nothing", "F.silu", "F.relu")
ex.slip("you use a sigmoid: SiLU is x · sigmoid(x), and may grow", "F.silu", "torch.sigmoid")
ex.slip("the bias of the distance is missing", f" + {BIAS}", "")
ex.slip("your bias is added after SiLU: it belongs to the logit", f" + {BIAS}", "", SILU, f"(F.silu(logits) + {BIAS}) / n")
ex.slip("your bias is that of the place that is looked at: it is that of the distance t − s", BIAS, "bias[place]")
ex.slip("your bias is multiplied: it is added to the product", f" + {BIAS}", f" * {BIAS}")
ex.slip("your places look ahead: what comes later has to weigh 0", ".clamp(min=0)", ".abs()", ".tril()", "")
ex.slip("your mask is upside down: places look at what comes later", ".clamp(min=0)", ".abs()", ".tril()", ".triu()")
ex.slip("you take a softmax, and a part of n of it: each event has a weight of its own, compared with nobody's",
        SILU, f"logits.masked_fill(~{BACK}, -torch.inf).softmax(dim=1) / n")
ex.slip("your bias is that of the place that looks: it is that of the distance t − s", BIAS, "bias[place][:, None]")
ex.slip("your distances are turned round: the bias of distance 0 is that of the place itself",
        BIAS, "bias[(len(queries) - 1 - place[:, None] + place).clamp(max=len(queries) - 1)]")
ex.slip("you divide logits by the root of d: that belongs to a softmax; here n alone divides",
        "queries @ keys.T", "queries @ keys.T / queries.shape[1] ** 0.5")
ex.slip("you divide by n before SiLU: it is the weight that is divided", SILU, "F.silu(logits / n)")
ex.slip("queries and keys are exchanged: the place that looks asks, those before it answer",
        "queries @ keys.T", "keys @ queries.T")
ex.slip("you use a GELU: SiLU is x · sigmoid(x)", "F.silu", "F.gelu")
ex.slip("your mask is at the products: the bias of what comes later still speaks",
        "queries @ keys.T", "(queries @ keys.T).tril()", ".tril() @", " @")
ex.slip("your values pass SiLU, too: only the weights do", "weights.tril() @ values", "weights.tril() @ F.silu(values)")
