"""Lesson 01: what similar users have, and the union of all candidates."""

from __future__ import annotations

import torch

from graphrec_utils import toy
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Claim, Exercise, Mistake
from graphrec_utils.exercises.nb01_items import cosine

# ---------------------------------------------------------------- 01.7


def user2item_knn(R, neighbors):
    return _vote(_others(R), neighbors, R)


def _others(R):
    W = cosine(R)
    W.fill_diagonal_(0)
    return W


def _vote(W, neighbors, R):
    return _keep(W, neighbors) @ R


def _keep(W, neighbors):
    value, who = W.topk(neighbors, dim=1)
    return torch.zeros_like(W).scatter(1, who, value)


def _unweighted(R, neighbors):
    return (_keep(_others(R), neighbors) > 0).float() @ R


def _full_votes(R, neighbors):
    W = _others(R)
    return torch.zeros_like(W).scatter(1, W.topk(neighbors, dim=1).indices, 1.0) @ R


def _without_seen(value: float):
    return lambda R, neighbors: user2item_knn(R, neighbors).masked_fill(R > 0, value)


def _weighted_mean(R, neighbors):
    kept = _keep(_others(R), neighbors)
    return kept @ R / kept.sum(dim=1, keepdim=True).clamp(min=1e-9)


def _overlap(R, neighbors):
    C = R @ R.T
    C.fill_diagonal_(0)
    return _vote(C, neighbors, R)


def _self_takes_a_seat(R, neighbors):
    kept = _keep(cosine(R), neighbors)
    kept.fill_diagonal_(0)
    return kept @ R


def _clear_neighbors(rng, neighbors: int = 3) -> dict:
    """Likes in which no two users tie for the last seat among a user's neighbors."""
    for _ in range(2000):
        R = torch.from_numpy((rng.random((8, 24)) < 0.45).astype("float32"))
        for W in (_others(R), R @ R.T * (1 - torch.eye(8))):
            value = W.topk(neighbors + 1, dim=1).values
            if (value[:, -2] - value[:, -1]).min() < 1e-3:
                break
        else:
            return {"R": R, "neighbors": neighbors}
    raise RuntimeError("no matrix without ties was found")


def _one_neighbor(rng) -> dict:
    return _clear_neighbors(rng, 1)


def _newcomer(rng) -> dict:
    inputs = _clear_neighbors(rng)
    empty = torch.zeros(1, 24)
    return {"R": torch.cat([inputs["R"], empty]), "neighbors": 3}


EX_7 = Exercise(
    id="01.7",
    function="user2item_knn",
    points=4,
    reference=user2item_knn,
    library="graphrec_utils.models.baselines.user2item",
    claims=(
        Claim(
            "Ann gets half a vote for each of Bob's films",
            lambda rng: {"R": toy.likes(), "neighbors": 2},
        ),
        Claim("with one neighbor, that neighbor's items and similarity decide", _one_neighbor),
        Claim("the three most similar users vote, the others do not", _clear_neighbors),
        Claim("a newcomer without likes gets zeros, not NaN", _newcomer),
    ),
    mistakes=(
        Mistake(
            "own neighbor",
            lambda R, neighbors: _vote(cosine(R), neighbors, R),
            "every user is their own best neighbor in yours and votes for what is known already: "
            "set the diagonal to 0 first",
        ),
        Mistake(
            "all users vote",
            lambda R, neighbors: _others(R) @ R,
            "all users vote in yours; keep only the largest similarities of each row",
        ),
        Mistake(
            "equal votes",
            _unweighted,
            "each neighbor has one full vote in yours; weigh the vote by the similarity",
        ),
        Mistake(
            "full votes",
            _full_votes,
            "whoever is chosen has one full vote in yours, with similarity 0, too; weigh the votes",
        ),
        Mistake(
            "seen items zero",
            _without_seen(0.0),
            "you set the scores of seen items to 0; here they keep them, topk_masked hides them later",
        ),
        Mistake(
            "seen items masked",
            _without_seen(float("-inf")),
            "you masked the seen items with -inf; here they keep their scores, topk_masked comes later",
        ),
        Mistake(
            "weighted mean",
            _weighted_mean,
            "you divide by the sum of the weights; the formula is the sum of the votes itself",
        ),
        Mistake(
            "counts common likes",
            _overlap,
            "your similarity counts common likes, so heavy users are everybody's neighbors; use cosine",
        ),
        Mistake(
            "self takes a seat",
            _self_takes_a_seat,
            "you remove the user after choosing the neighbors, so one seat stays empty; do it before",
        ),
    ),
    hints=(
        "The cosine of two users is `item2item_cosine(R.T)`: rows in place of columns. Who must not "
        "be among Ann's neighbors?",
        "`value, who = W.topk(neighbors, dim=1)` finds the nearest; all other entries of W become 0.",
        "`kept = torch.zeros_like(W).scatter(1, who, value)`, and the votes are `kept @ R`.",
    ),
)

# ---------------------------------------------------------------- 01.8


def merge_candidates(generators, quota, seen):
    union = {}
    for name, items in generators.items():
        for item in [i for i in items if i not in seen][:quota]:
            union.setdefault(item, []).append(name)
    return union


def _shows_seen(generators, quota, seen):
    return merge_candidates(generators, quota, set())


def _quota_first(generators, quota, seen):
    cut = {name: items[:quota] for name, items in generators.items()}
    return merge_candidates(cut, quota, seen)


def _one_source(position: int):
    def function(generators, quota, seen):
        union = merge_candidates(generators, quota, seen)
        return {item: [names[position]] for item, names in union.items()}

    return function


def _one_quota_for_all(generators, quota, seen):
    union = merge_candidates(generators, quota, seen)
    return {item: union[item] for item in list(union)[:quota]}


def _no_duplicates(generators, quota, seen):
    """A generator's known items do not count, so it goes further down its list."""
    union = {}
    for name, items in generators.items():
        for item in [i for i in items if i not in seen and i not in union][:quota]:
            union[item] = [name]
    return union


def _known_items_are_free(generators, quota, seen):
    """An item that is proposed already gets the name and uses no quota."""
    union = {}
    for name, items in generators.items():
        given = 0
        for item in [i for i in items if i not in seen]:
            if given == quota:
                break
            given += item not in union
            union.setdefault(item, []).append(name)
    return union


def _names_after_the_quota(generators, quota, seen):
    union = merge_candidates(generators, quota, seen)
    return {item: [n for n, items in generators.items() if item in items] for item in union}


def _proposals(rng, shared: int = 0, shown: int = 0) -> dict:
    """Two generators of six items; the first `shared` are proposed by both, `shown` are seen."""
    pool = [int(i) for i in rng.permutation(80) + 10]
    both, first, second = pool[:shared], pool[shared:6], pool[20 : 26 - shared]
    lists = {
        "popular": [int(i) for i in rng.permutation(both + first)],
        "similar": [int(i) for i in rng.permutation(both + second)],
    }
    seen = set(lists["popular"][:shown]) | set(lists["similar"][1 : 1 + shown]) | {pool[-1]}
    return {"generators": lists, "quota": 4, "seen": seen}


def _overlap_at_the_edge(rng) -> dict:
    """Quota 4: two items are in both shares, one is in the first share and behind the second."""
    a, b, c, d, e, f, x, y, z, known, old = (int(i) for i in rng.permutation(80)[:11] + 10)
    lists = {"popular": [known, a, b, c, d, e, f], "similar": [b, old, x, a, y, d, e, z]}
    return {"generators": lists, "quota": 4, "seen": {known, old}}


def _same_items(got, expected, inputs):
    return close(set(got), set(expected))


EX_8 = Exercise(
    id="01.8",
    function="merge_candidates",
    points=2,
    reference=merge_candidates,
    library="graphrec_utils.models.baselines.merge_candidates",
    claims=(
        Claim("every generator gives its first quota items", _proposals, judge=_same_items),
        Claim(
            "seen items are skipped and take no place of the quota",
            lambda rng: _proposals(rng, shown=2),
            judge=_same_items,
        ),
        Claim(
            "each item once, with the names of all who propose it",
            lambda rng: _proposals(rng, shared=5),
        ),
        Claim("all of this at the same time, up to the edge of the quota", _overlap_at_the_edge),
    ),
    mistakes=(
        Mistake(
            "shows what was seen",
            _shows_seen,
            "seen items are among your candidates; the ranker should not spend a place on them",
        ),
        Mistake(
            "quota before the filter",
            _quota_first,
            "you cut to the quota before dropping seen items, so active users get fewer candidates",
        ),
        Mistake(
            "last source only",
            _one_source(-1),
            "a later generator overwrites the name of the earlier one; keep both",
        ),
        Mistake(
            "first source only",
            _one_source(0),
            "an item that is there already does not get the second generator's name; add it",
        ),
        Mistake(
            "one quota for all",
            _one_quota_for_all,
            "your quota is for the whole union; it is for each generator",
        ),
        Mistake(
            "skips known items",
            _no_duplicates,
            "you skip what an earlier generator proposed and go further down the list; such an item "
            "counts for both",
        ),
        Mistake(
            "known items are free",
            _known_items_are_free,
            "an item that is in the union already uses no quota in yours; it counts for every "
            "generator that proposes it",
        ),
        Mistake(
            "names after the quota",
            _names_after_the_quota,
            "you name generators that have the item behind their quota; only the first quota count",
        ),
    ),
    hints=(
        "Which items of one generator are left when the seen ones are gone? Take the first `quota`.",
        "`union.setdefault(item, []).append(name)` adds a name whether the item is new or not.",
        "Two loops: over `generators.items()`, and over `[i for i in items if i not in seen][:quota]`.",
    ),
)

EXERCISES = (EX_7, EX_8)
