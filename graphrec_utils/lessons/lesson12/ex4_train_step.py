"""Exercise 12.4: one step of training, in the order of the paper's algorithm."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "12.4",
    "train_step",
    points=5,
    branch=True,
    library=("graphrec_utils.models.transe.normalize",),
    hints=(
        "What keeps the loss from falling by making all vectors longer? It has to happen before the distances are "
        "measured, and to whom?",
        "Entities at length 1, as leaves of autograd; L2 distances of facts and corrupted facts; the margin loss; "
        "its gradients; new = old − lr · gradient, for entities and relations.",
        "`E = (entity_emb / entity_emb.norm(dim=1, keepdim=True)).requires_grad_()`, "
        "`R = rel_emb.clone().requires_grad_()`, then `torch.autograd.grad(loss, [E, R])`.",
    ),
)


@ex.solution
def train_step(entity_emb, rel_emb, facts, corrupted, margin, lr):
    E = entity_emb / entity_emb.norm(dim=1, keepdim=True)
    E, R = (x.detach().clone().requires_grad_() for x in (E, rel_emb))
    d_pos, d_neg = ((E[f[:, 0]] + R[f[:, 1]] - E[f[:, 2]]).norm(dim=1) for f in (facts, corrupted))
    loss = torch.relu(margin + d_pos - d_neg).mean()
    grad_E, grad_R = torch.autograd.grad(loss, [E, R])
    return (E - lr * grad_E).detach(), (R - lr * grad_R).detach(), loss.detach()


def _graph(rng, margin: float, lr: float, far: float = 1.0, close: bool = False) -> dict:
    """Ten entities of lengths around `far`, three relations, six facts and their corrupted ones.

    `close`: true facts hold nearly and corrupted ones do not, so that nothing is left to do.
    """
    E = rng.normal(size=(10, 4))
    E *= far * rng.uniform(0.5, 2, size=(10, 1)) / (E**2).sum(axis=1, keepdims=True) ** 0.5
    heads = rng.permutation(10)[:6]
    tails = (heads + rng.integers(1, 9, size=6)) % 10
    facts = torch.tensor([[h, k % 2, t] for k, (h, t) in enumerate(zip(heads, tails, strict=True))])
    bad = facts.clone()
    bad[:, 2] = (bad[:, 2] + 1) % 10
    R = rng.normal(size=(3, 4)) * 0.7
    if close:
        facts[:, 2] = facts[:, 0]  # h + r = t nearly holds where r is short
        R *= 0.01  # not 0: there the root of a sum of squares has no gradient
    return {
        "entity_emb": torch.tensor(E), "rel_emb": torch.tensor(R), "facts": facts,
        "corrupted": bad, "margin": margin, "lr": lr,
    }  # fmt: skip


ex.claim("any vectors, a margin of 1", lambda rng: _graph(rng, 1.0, 0.1))
ex.claim(
    "long entities: they are brought to length 1 first", lambda rng: _graph(rng, 1.0, 0.05, far=5.0)
)
ex.claim("another margin, a larger step", lambda rng: _graph(rng, 2.5, 0.5))
ex.claim(
    "where every fact keeps its distance only the lengths change",
    lambda rng: _graph(rng, 1e-3, 0.2, close=True),
)

LENGTH = " / entity_emb.norm(dim=1, keepdim=True)"
NEW_E = "(E - lr * grad_E).detach()"
UNIT = f"torch.nn.functional.normalize({NEW_E})"

# fmt: off
ex.slip("you do not normalize the entities: the loss then falls by making all of them longer, and "
        "nothing is learned",
        LENGTH, "", hint=True)
ex.slip("you normalize the relations, too: then none can be short, and one that joins neighbors "
        "has to be",
        "(E, rel_emb)", "(E, rel_emb / rel_emb.norm(dim=1, keepdim=True).clamp(min=1e-12))")
ex.slip("you normalize after the step only: the distances of this step are measured with the old "
        "lengths",
        LENGTH, "", NEW_E, UNIT)
ex.slip("you normalize before and again after the step; the paper does it once, before",
        NEW_E, UNIT)
ex.slip("you went up the gradient: subtract lr times it",
        "E - lr", "E + lr", "R - lr", "R + lr", hint=True)
ex.slip("your relations get no step; they are learned as the entities are", "R - lr * grad_R", "R")
ex.slip("your entities get no step; only the relations are learned", "E - lr * grad_E", "E")
ex.slip("you measured L1 distances; this step is about L2",
        ".norm(dim=1) for", ".norm(p=1, dim=1) for")
ex.slip("your distances are squared: take the root", ".norm(dim=1) for", ".square().sum(dim=1) for")
ex.slip("you added the hinges up; the loss is their mean, or the step grows with the batch",
        ".mean()", ".sum()")
ex.slip("you divided by the L1 norm: length 1 means that the squares sum to 1",
        ".norm(dim=1, keep", ".norm(p=1, dim=1, keep")
ex.slip("you normalized the columns of the entities; each entity is a row",
        ".norm(dim=1, keep", ".norm(dim=0, keep")
ex.slip("true and corrupted facts are swapped in your loss: this pushes the true ones away",
        "d_pos - d_neg", "d_neg - d_pos", hint=True)
ex.slip("you shorten only those entities that are longer than 1; all of them are brought to "
        "length 1",
        "keepdim=True)", "keepdim=True).clamp(min=1)")
ex.slip("your gradient runs through the normalization; in the paper the lengths are set first, "
        "and the step starts there",
        f"E = entity_emb{LENGTH}", "raw = entity_emb.detach().clone().requires_grad_()\n"
        "E = raw / raw.norm(dim=1, keepdim=True)",
        "E, R = (x.detach().clone().requires_grad_() for x in (E, rel_emb))", "R = rel_emb.detach().clone().requires_grad_()",
        "[E, R]", "[raw, R]")
