"""Lesson 01: the union of all candidates, and who proposed each (01.8)."""

from __future__ import annotations

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


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


def _stops_at_the_quota(generators, quota, seen):
    union = {}
    for name, items in generators.items():
        for item in [i for i in items if i not in seen]:
            union.setdefault(item, []).append(name)
            if len(union) >= quota:
                break
    return union


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
        Mistake(
            "counts the union",
            _stops_at_the_quota,
            "you stop a generator when the union has `quota` items; count what this generator has given",
        ),
    ),
    hints=(
        "Which items of one generator are left when the seen ones are gone? Take the first `quota`.",
        "`union.setdefault(item, []).append(name)` adds a name whether the item is new or not.",
        "Two loops: over `generators.items()`, and over `[i for i in items if i not in seen][:quota]`.",
    ),
)
