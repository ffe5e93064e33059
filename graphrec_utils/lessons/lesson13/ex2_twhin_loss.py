"""Exercise 13.2: a port of the released training code, with its three bugs."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "13.2",
    "twhin_loss",
    points=6,
    library=("graphrec_utils.models.twhin.loss", "graphrec_utils.models.twhin.score"),
    hints=(
        "Three questions, one for each bug. What should a false edge be labeled? Who learns from a tensor that was "
        "detached? And does the relation change the order of the targets?",
        "Positives have label 1, negatives 0. `rel_emb[rels]` without detach. The query of an edge is source + relation, "
        "for positives and negatives alike.",
        "`query = source + rel_emb[rels]`; positives `(query * target).sum(1)`; negatives "
        "`query[own] @ target[own].T` off the diagonal; labels `torch.cat([ones, zeros])`.",
    ),
)


@ex.solution
def twhin_loss(source, target, rel_emb, rels):
    query = source + rel_emb[rels]
    positive = (query * target).sum(dim=1)
    negatives = []
    for r in rels.unique():
        own = rels == r
        logits = query[own] @ target[own].T
        negatives.append(logits[~torch.eye(len(logits), dtype=torch.bool)])
    negative = torch.cat(negatives)
    logits = torch.cat([positive, negative])
    labels = torch.cat([torch.ones_like(positive), torch.zeros_like(negative)])
    weights = torch.cat([torch.full_like(x, 1 / max(1, len(x))) for x in (positive, negative)])
    return F.binary_cross_entropy_with_logits(logits, labels, weights, reduction="sum")


def _batch(rng, rels: list[int], num_relations: int = 3, dim: int = 4, far: float = 1.0) -> dict:
    rels = torch.tensor(rels)[torch.from_numpy(rng.permutation(len(rels)))]
    source, target, rel_emb = (
        torch.tensor(far * rng.normal(size=(n, dim))) for n in (len(rels), len(rels), num_relations)
    )
    return {"source": source, "target": target, "rel_emb": rel_emb, "rels": rels}


def _hand(rng) -> dict:
    """Two edges of one relation: logits 1 and 2 of the edges, -1 and 0.5 of the false ones."""
    query = torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    target = torch.tensor([[1.0, 0.5], [-1.0, 2.0]], dtype=torch.float64)
    rel_emb = torch.tensor(rng.normal(size=(2, 2)))
    return {
        "source": query - rel_emb[1],
        "target": target,
        "rel_emb": rel_emb,
        "rels": torch.tensor([1, 1]),
    }


GRADIENT = "call and compare gradient"
ex.claim("by hand: logits 1 and 2 of the edges, −1 and 0.5 of the false ones, 0.864", _hand)
ex.claim(
    "one relation, six edges: value and gradients", lambda rng: _batch(rng, [1] * 6), run=GRADIENT
)
ex.claim(
    "three relations: false edges have the relation of the edge",
    lambda rng: _batch(rng, [0] * 5 + [1] * 3 + [2] * 2),
    2,
    run=GRADIENT,
)
ex.claim(
    "an edge that is alone in its relation has no false ones",
    lambda rng: _batch(rng, [0] * 4 + [2], far=1.5),
    run=GRADIENT,
)
ex.claim(
    "one edge in each relation: there are no false ones at all",
    lambda rng: _batch(rng, [0, 1, 2], far=1.5),
    run=GRADIENT,
)
ex.claim("the relations learn", lambda rng: _batch(rng, [2, 2, 2, 0, 0], far=0.5), run=GRADIENT)

LABELS = "torch.cat([torch.ones_like(positive), torch.zeros_like(negative)])"
TRUE = "(query * target).sum(dim=1)"
FALSE = "query[own] @ target[own].T"
ON_TARGET = "(source * (target + rel_emb[rels])).sum(dim=1)"
DETACHED = "(source * (target + rel_emb.detach()[rels])).sum(dim=1)"
ONES = "torch.ones_like(logits)"

# fmt: off
the_port = ex.slip("that is the port as it was: false edges are labeled 1, the relation is "
        "detached and gets no gradient, and it moves the target of true edges only. "
        "Three lines to change",
        LABELS, ONES, TRUE, DETACHED, FALSE, "source[own] @ target[own].T")
ex.slip("your false edges are labeled 1, as in the released code: everything is pushed to be "
        "likely, and nothing is told apart",
        LABELS, ONES, hint=True)
ex.slip("the relation is detached in yours, as in the released code, which reads it through "
        ".data: it keeps the vector that it was drawn with",
        "rel_emb[rels]", "rel_emb.detach()[rels]", hint=True)
ex.slip("the relation moves the target, and of true edges only, as in the released code: s · (t + "
        "r) is s · t + s · r, and the second term is the same for all targets, so the relation "
        "cannot change their order",
        TRUE, ON_TARGET, FALSE, "source[own] @ target[own].T")
ex.slip("labels are repaired; the relation is still detached, and still moves the target of true "
        "edges only",
        TRUE, DETACHED, FALSE, "source[own] @ target[own].T")
ex.slip("the relation learns; false edges are still labeled 1, and it still moves the target of "
        "true edges only",
        LABELS, ONES, TRUE, ON_TARGET, FALSE, "source[own] @ target[own].T")
ex.slip("the relation moves the source; false edges are still labeled 1, and it still is detached",
        LABELS, ONES, "rel_emb[rels]", "rel_emb.detach()[rels]")
ex.slip("true edges have source + relation, false ones the source alone: then the relation is "
        "learned only from what is true, and tells the two kinds apart instead of the targets",
        FALSE, "source[own] @ target[own].T")
ex.slip("you move the target by the relation everywhere: s · r is then the same for all targets, "
        "so the order does not change",
        TRUE, ON_TARGET,
        FALSE, "(source[own, None] * (target[own] + rel_emb[rels][own, None])).sum(dim=2)")
ex.slip("your false edges mix relations: a follow gets an ad as its target. Such an edge has the "
        "wrong type and teaches nothing",
        "own = rels == r", "own = rels >= 0", "rels.unique()", "rels[:1]")
ex.slip("the edge itself is among its false ones: leave out the diagonal",
        "logits[~torch.eye(len(logits), dtype=torch.bool)]", "logits.flatten()", hint=True)
ex.slip("all logits weigh the same in yours, so a batch of many is mostly about false edges: "
        "positives and negatives have equal weight together",
        'labels, weights, reduction="sum"', "labels")
ex.slip("you return the sum; the mean over edges and the mean over false edges were asked for",
        "weights, reduction", "reduction")
ex.slip("without any false edge your loss is NaN, the mean of nothing: then the true edges alone "
        "count",
        '"sum")', '"sum") + 0 * negative.mean()')
ex.slip("you take a mean for each relation and then the mean of these; all false edges count the "
        "same",
        "weights = torch.cat([torch.full_like(x, 1 / max(1, len(x))) for x in (positive, negative)])", "many = [x for x in negatives if len(x)]\n"
        "weights = torch.cat([torch.full_like(positive, 1 / len(positive)), *(torch.full_like(x, 1 / len(x) / len(many)) for x in many)])")
