"""Exercise 12.4: one step of training, in the order of the paper's algorithm."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "12.4",
    "train_step",
    points=5,
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


def _unit(rows, p=2):
    return rows / torch.linalg.vector_norm(rows, ord=p, dim=1, keepdim=True)


def _step(
    entity_emb, rel_emb, facts, corrupted, margin, lr, before=_unit, rels=lambda R: R, after=None,
    reduce=torch.mean, sign=1.0, learn=(1, 1), measure=torch.linalg.vector_norm,
):  # fmt: skip
    """Make the step; the options are what can go wrong.

    Args:
        before, rels: what happens to entities and relations before the distances are measured.
        after: what happens to the entities at the end.
        reduce: of the hinges.
        sign: -1 goes up.
        learn: whether entities and relations move.
        measure: the length of a gap.
    """
    with torch.enable_grad():
        E = before(entity_emb.detach()).clone().requires_grad_()
        R = rels(rel_emb.detach()).clone().requires_grad_()

        def far(f):
            gap = E[f[:, 0]] + R[f[:, 1]] - E[f[:, 2]]
            return measure(gap, dim=1)

        loss = reduce(torch.relu(margin + far(facts) - far(corrupted)))
        grads = torch.autograd.grad(loss, [E, R])
    new = [(x - sign * lr * on * g).detach() for x, g, on in zip((E, R), grads, learn, strict=True)]
    return (after(new[0]) if after else new[0]), new[1], loss.detach()


@ex.solution
def train_step(entity_emb, rel_emb, facts, corrupted, margin, lr):
    return _step(entity_emb, rel_emb, facts, corrupted, margin, lr)


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


@ex.mistake(
    "you do not normalize the entities: the loss then falls by making all of them longer, and nothing is learned"
)
def without_normalization(*inputs):
    return _step(*inputs, before=lambda E: E)


@ex.mistake(
    "you normalize the relations, too: then none can be short, and one that joins neighbors has to be"
)
def relations_normalized(entity_emb, rel_emb, *rest):
    def rows(R):
        return R / torch.linalg.vector_norm(R, dim=1, keepdim=True).clamp(min=1e-12)

    return _step(entity_emb, rel_emb, *rest, rels=rows)


@ex.mistake(
    "you normalize after the step only: the distances of this step are measured with the old lengths"
)
def normalized_afterwards(*inputs):
    return _step(*inputs, before=lambda E: E, after=_unit)


@ex.mistake("you normalize before and again after the step; the paper does it once, before")
def normalized_twice(*inputs):
    return _step(*inputs, after=_unit)


@ex.mistake("you went up the gradient: subtract lr times it")
def uphill(*inputs):
    return _step(*inputs, sign=-1.0)


@ex.mistake("your relations get no step; they are learned as the entities are")
def relations_fixed(*inputs):
    return _step(*inputs, learn=(1, 0))


@ex.mistake("your entities get no step; only the relations are learned")
def entities_fixed(*inputs):
    return _step(*inputs, learn=(0, 1))


@ex.mistake("you measured L1 distances; this step is about L2")
def l1_distances(*inputs):
    return _step(*inputs, measure=lambda gap, dim: gap.abs().sum(dim=dim))


@ex.mistake("your distances are squared: take the root")
def squared_distances(*inputs):
    return _step(*inputs, measure=lambda gap, dim: gap.square().sum(dim=dim))


@ex.mistake("you added the hinges up; the loss is their mean, or the step grows with the batch")
def the_sum(*inputs):
    return _step(*inputs, reduce=torch.sum)


@ex.mistake("you divided by the L1 norm: length 1 means that the squares sum to 1")
def l1_lengths(*inputs):
    return _step(*inputs, before=lambda E: _unit(E, 1))


@ex.mistake("you normalized the columns of the entities; each entity is a row")
def columns(*inputs):
    return _step(*inputs, before=lambda E: E / torch.linalg.vector_norm(E, dim=0, keepdim=True))


@ex.mistake("true and corrupted facts are swapped in your loss: this pushes the true ones away")
def swapped(entity_emb, rel_emb, facts, corrupted, margin, lr):
    return _step(entity_emb, rel_emb, corrupted, facts, margin, lr)


@ex.mistake(
    "you shorten only those entities that are longer than 1; all of them are brought to length 1"
)
def only_the_long_ones(*inputs):
    def clip(E):
        return E / torch.linalg.vector_norm(E, dim=1, keepdim=True).clamp(min=1)

    return _step(*inputs, before=clip)


@ex.mistake(
    "your gradient runs through the normalization; in the paper the lengths are set first, and the step starts there"
)
def gradient_through_the_lengths(entity_emb, rel_emb, facts, corrupted, margin, lr):
    with torch.enable_grad():
        raw = entity_emb.detach().clone().requires_grad_()
        E, R = _unit(raw), rel_emb.detach().clone().requires_grad_()

        def far(f):
            return torch.linalg.vector_norm(E[f[:, 0]] + R[f[:, 1]] - E[f[:, 2]], dim=1)

        loss = torch.relu(margin + far(facts) - far(corrupted)).mean()
        grads = torch.autograd.grad(loss, [raw, R])
    return (E - lr * grads[0]).detach(), (R - lr * grads[1]).detach(), loss.detach()
