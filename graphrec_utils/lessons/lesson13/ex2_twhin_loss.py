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


def _parts(source, target, trans, rels, positive, negative, across=False, diagonal=False):
    """Return the (B,) logits of the edges and the logits of the false ones."""
    negatives = []
    for r in [None] if across else rels.unique():
        own = torch.ones_like(rels, dtype=torch.bool) if across else rels == r
        logits = negative(source[own], target[own], trans[own])
        other = ~torch.eye(len(logits), dtype=torch.bool)
        negatives.append(logits.reshape(-1) if diagonal else logits[other])
    return positive(source, target, trans), torch.cat(negatives)


def _on_source(s, t, r):
    return ((s + r) * t).sum(1)


def _on_target(s, t, r):
    return (s * (t + r)).sum(1)


def _moved(s, t, r):
    return (s + r) @ t.T


def _plain(s, t, r):
    return s @ t.T


def _port(source, target, rel_emb, rels, ones=False, detached=False, on_target=False, weigh=True, total=False,
          positive=None, negative=None, **more):  # fmt: skip
    """Return the loss; the options are what can go wrong.

    Args:
        ones, detached, on_target: the three bugs of the port.
        weigh: whether all negatives together weigh as much as all positives; "by relation": each relation's.
        total: the sum instead of the mean.
        positive, negative: their logits, if neither right nor those of the port.
    """
    trans = (rel_emb.detach() if detached else rel_emb)[rels]
    pos, neg = _parts(
        source, target, trans, rels,
        positive or (_on_target if on_target else _on_source), negative or (_plain if on_target else _moved), **more,
    )  # fmt: skip
    of_pos, of_neg = F.softplus(-pos), F.softplus(-neg if ones else neg)
    if total:
        return of_pos.sum() + of_neg.sum()
    if weigh == "by relation":
        own = _false(source + trans, target, rels)
        return of_pos.mean() + (
            torch.stack([F.softplus(x).mean() for x in own]).mean() if own else 0
        )
    if not weigh:
        return torch.cat([of_pos, of_neg]).mean()
    return of_pos.mean() + (of_neg.mean() if len(of_neg) else 0 * of_neg.sum())


def _false(query, target, rels) -> list:
    """Return the logits of the false edges of each relation that has any."""
    found = []
    for r in rels.unique():
        logits = query[rels == r] @ target[rels == r].T
        if len(logits) > 1:
            found.append(logits[~torch.eye(len(logits), dtype=torch.bool)])
    return found


@ex.solution
def twhin_loss(source, target, rel_emb, rels):
    return _port(source, target, rel_emb, rels)


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


@ex.mistake(
    "that is the port as it was: false edges are labeled 1, the relation is detached and gets no gradient, and it "
    "moves the target of true edges only. Three lines to change"
)
def the_port(*given):
    return _port(*given, ones=True, detached=True, on_target=True)


@ex.mistake(
    "your false edges are labeled 1, as in the released code: everything is pushed to be likely, and nothing is told "
    "apart"
)
def negatives_labeled_one(*given):
    return _port(*given, ones=True)


@ex.mistake(
    "the relation is detached in yours, as in the released code, which reads it through .data: it keeps the vector that "
    "it was drawn with"
)
def relation_detached(*given):
    return _port(*given, detached=True)


@ex.mistake(
    "the relation moves the target, and of true edges only, as in the released code: s · (t + r) is s · t + s · r, and the "
    "second term is the same for all targets, so the relation cannot change their order"
)
def translation_on_target_only(*given):
    return _port(*given, on_target=True)


@ex.mistake(
    "labels are repaired; the relation is still detached, and still moves the target of true edges only"
)
def two_left_detached_and_on_target(*given):
    return _port(*given, detached=True, on_target=True)


@ex.mistake(
    "the relation learns; false edges are still labeled 1, and it still moves the target of true edges only"
)
def two_left_ones_and_on_target(*given):
    return _port(*given, ones=True, on_target=True)


@ex.mistake(
    "the relation moves the source; false edges are still labeled 1, and it still is detached"
)
def two_left_ones_and_detached(*given):
    return _port(*given, ones=True, detached=True)


@ex.mistake(
    "true edges have source + relation, false ones the source alone: then the relation is learned only from what is true, "
    "and tells the two kinds apart instead of the targets"
)
def false_edges_without_the_relation(*given):
    return _port(*given, negative=_plain)


@ex.mistake(
    "you move the target by the relation everywhere: s · r is then the same for all targets, so the order does not change"
)
def target_everywhere(*given):
    return _port(
        *given,
        positive=_on_target,
        negative=lambda s, t, r: (s[:, None] * (t[None] + r[:, None])).sum(2),
    )


@ex.mistake(
    "your false edges mix relations: a follow gets an ad as its target. Such an edge has the wrong type and teaches "
    "nothing"
)
def across_relations(*given):
    return _port(*given, across=True)


@ex.mistake("the edge itself is among its false ones: leave out the diagonal")
def with_the_diagonal(*given):
    return _port(*given, diagonal=True)


@ex.mistake(
    "all logits weigh the same in yours, so a batch of many is mostly about false edges: positives and negatives have equal weight together"
)
def unweighted(*given):
    return _port(*given, weigh=False)


@ex.mistake("you return the sum; the mean over edges and the mean over false edges were asked for")
def the_sum(*given):
    return _port(*given, total=True)


@ex.mistake(
    "without any false edge your loss is NaN, the mean of nothing: then the true edges alone count"
)
def mean_of_nothing(source, target, rel_emb, rels):
    query = source + rel_emb[rels]
    false = torch.cat([*_false(query, target, rels), query.new_empty(0)])
    return F.softplus(-(query * target).sum(1)).mean() + F.softplus(false).mean()


@ex.mistake(
    "you take a mean for each relation and then the mean of these; all false edges count the same"
)
def mean_of_the_relations(source, target, rel_emb, rels):
    return _port(source, target, rel_emb, rels, weigh="by relation")
