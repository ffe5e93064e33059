"""Exercise 07.1: the unsupervised loss of GraphSAGE, with the minus that the slide has lost."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson07.shared import normal


def _batch(rng, B: int = 4, S: int = 3, d: int = 3, size: float = 1.0) -> dict:
    z = {"z_u": normal(rng, B, d), "z_v": normal(rng, B, d), "z_n": normal(rng, S, d)}
    return {name: size * F.normalize(x, dim=1) for name, x in z.items()}


ex = Exercise(
    "07.1",
    "sage_loss",
    points=4,
    library=("graphrec_utils.losses.bce", "graphrec_utils.losses.bpr"),
    hints=(
        "For which z_n is the slide's second term smallest: when it points away from z_u, or along it?",
        "−log σ(z_u · z_v) − Σ_n log σ(**−** z_u · z_n): a minus before the negatives' product. The sum is over the "
        "negatives, the mean over the rows.",
        "`pos = (z_u * z_v).sum(dim=1)`; `neg = z_u @ z_n.T`; `(-F.logsigmoid(pos) - "
        "F.logsigmoid(-neg).sum(dim=1)).mean()`.",
    ),
)


@ex.solution
def sage_loss(z_u, z_v, z_n):
    pos = (z_u * z_v).sum(dim=1)  # (B,)
    neg = z_u @ z_n.T  # (B, Q)
    return (-F.logsigmoid(pos) - F.logsigmoid(-neg).sum(dim=1)).mean()


def _by_hand(rng) -> dict:
    e = torch.tensor([[1.0, 0.0]])
    return {"z_u": e, "z_v": e.clone(), "z_n": e.clone()}


def _two(rng) -> dict:
    f = torch.tensor
    return {"z_u": f([[1.0, 0]]), "z_v": f([[0.5, 0]]), "z_n": f([[1.0, 0], [-1.0, 0]])}


ex.claim("three equal vectors (1, 0): log(1 + 1/e) + log(1 + e) = 1.6265", _by_hand)
ex.claim("positive 0.5, negatives 1 and −1: the sum of both, 2.1006", _two)
ex.claim("four rows, three negatives that they share", _batch)
ex.claim("six rows, five negatives, longer vectors", lambda rng: _batch(rng, 6, 5, 4, 3.0))
ex.claim("the gradient pulls pairs together and negatives away", _batch, run="call and compare gradient")  # fmt: skip
ex.claim("scores of a hundred and more: no infinity, no NaN", lambda rng: _batch(rng, 5, 2, 3, 15.0), 2)  # fmt: skip

SECOND = "F.logsigmoid(-neg)"

# fmt: off
ex.slip("this is the slide's loss: without a minus inside the second σ it is smallest when "
        "everything points the same way, and that is where training goes",
        SECOND, "F.logsigmoid(neg)", hint=True)
ex.slip("your second term is added as log σ, not subtracted: it goes to minus infinity, and "
        "negatives come near",
        f"- {SECOND}", f"+ {SECOND}")
ex.slip("you take the mean over the negatives: the formula's Q times an expectation is their sum",
        f"{SECOND}.sum", f"{SECOND}.mean", hint=True)
ex.slip("the sum is multiplied by the number of negatives once more: Q times the mean is the sum",
        SECOND, f"len(z_n) * {SECOND}")
ex.slip("you sum over the rows of the batch: the loss is their mean, or it grows with the batch",
        ".mean()", ".sum()")
ex.slip("you compare the negatives with z_v: they are compared with z_u",
        "z_u @ z_n.T", "z_v @ z_n.T")
ex.slip("the first term has a minus inside: pairs are pushed apart",
        "F.logsigmoid(pos)", "F.logsigmoid(-pos)")
ex.slip("the logarithm is missing: a σ alone has no gradient left where it is most wrong",
        "F.logsigmoid(pos)", "pos.sigmoid()", SECOND, "(-neg).sigmoid()")
ex.slip("the negatives are not used: then all vectors may be equal", SECOND, f"0 * {SECOND}")
ex.slip("you compute σ first and its logarithm afterwards: log 0 is minus infinity; F.logsigmoid "
        "does both",
        "F.logsigmoid(pos)", "pos.sigmoid().log()", SECOND, "(1 - neg.sigmoid()).log()", hint=True)
ex.slip("this is BPR, each negative against the positive: here each score is judged for itself",
        f"(-F.logsigmoid(pos) - {SECOND}.sum", "(F.softplus(neg - pos[:, None]).sum")
