"""Lesson 16: answers written from the text, the docstrings and two hints of each exercise alone.

Right ones pass, wrong ones do not, and four in five are told what is wrong.
"""

from __future__ import annotations

import numpy as np
from styles import other_styles, wrong_styles

# ------------------------------------------------------------- 16.2


def right_2_python_sort(visits, types, start, quotas):
    left = list(quotas)
    out = []
    for i in sorted(range(len(visits)), key=lambda i: (-visits[i], i)):
        if i != start and visits[i] > 0 and (left[types[i]] > 0):
            out.append(i)
            left[types[i]] -= 1
    return np.array(out + [-1] * (sum(quotas) - len(out)), dtype=np.int64)


def right_2_lexsort_per_type(visits, types, start, quotas):
    ids = np.arange(len(visits))
    keep = []
    for t, q in enumerate(quotas):
        c = ids[(types == t) & (visits > 0) & (ids != start)]
        keep.append(c[np.lexsort((c, -visits[c]))][:q])
    k = np.concatenate(keep)
    k = k[np.lexsort((k, -visits[k]))]
    out = np.full(sum(quotas), -1, dtype=np.int64)
    out[: len(k)] = k
    return out


def _ts(
    visits, types, start, quotas, key=None, self_=False, zero=False, sort=True, fill=-1, q=None
):
    ids = [i for i in range(len(visits)) if (self_ or i != start) and (zero or visits[i] > 0)]
    key = key or (lambda i: (-visits[i], i))
    left = list(quotas if q is None else q)
    out = []
    for i in sorted(ids, key=key):
        if left[types[i]] > 0:
            out.append(i)
            left[types[i]] -= 1
    if not sort:
        out = [i for t in range(len(quotas)) for i in out if types[i] == t]
    n = sum(quotas)
    return np.array((out + [fill] * n)[:n], dtype=np.int64)


def wrong_2_start_kept(visits, types, start, quotas):
    """Start kept."""
    return _ts(visits, types, start, quotas, self_=True)


def wrong_2_never_visited_ones_fill_places(visits, types, start, quotas):
    """Never visited ones fill places."""
    return _ts(visits, types, start, quotas, zero=True)


def wrong_2_quotas_ignored_most_visited_overall(visits, types, start, quotas):
    """Quotas ignored: most visited overall."""
    return _ts(visits, types, start, quotas, q=[sum(quotas)] * len(quotas))


def wrong_2_type_by_type_not_one_order(visits, types, start, quotas):
    """Type by type, not one order."""
    return _ts(visits, types, start, quotas, sort=False)


def wrong_2_of_equals_the_larger_id(visits, types, start, quotas):
    """Of equals the larger id."""
    return _ts(visits, types, start, quotas, key=lambda i: (-visits[i], -i))


def wrong_2_least_visited_first(visits, types, start, quotas):
    """Least visited first."""
    return _ts(visits, types, start, quotas, key=lambda i: (visits[i], i))


def wrong_2_by_id_not_by_visits(visits, types, start, quotas):
    """By id, not by visits."""
    return np.array(
        sorted([i for i in _ts(visits, types, start, quotas) if i >= 0])
        + [-1] * (_ts(visits, types, start, quotas) < 0).sum(),
        dtype=np.int64,
    )


def wrong_2_filled_with_0(visits, types, start, quotas):
    """Filled with 0."""
    return _ts(visits, types, start, quotas, fill=0)


def wrong_2_not_filled_shorter(visits, types, start, quotas):
    """Not filled: shorter."""
    o = _ts(visits, types, start, quotas)
    return o[o >= 0]


def wrong_2_empty_places_in_the_block_of_their_type(visits, types, start, quotas):
    """Empty places in the block of their type."""
    out = []
    for t, q in enumerate(quotas):
        c = sorted(
            [i for i in range(len(visits)) if types[i] == t and i != start and (visits[i] > 0)],
            key=lambda i: (-visits[i], i),
        )[:q]
        out += c + [-1] * (q - len(c))
    return np.array(out, dtype=np.int64)


def wrong_2_free_places_are_given_to_the_other_types(visits, types, start, quotas):
    """Free places are given to the other types."""
    a = [i for i in _ts(visits, types, start, quotas) if i >= 0]
    rest = [
        i
        for i in sorted(range(len(visits)), key=lambda i: (-visits[i], i))
        if i != start and visits[i] > 0 and (i not in a)
    ]
    k = sorted((a + rest)[: sum(quotas)], key=lambda i: (-visits[i], i))
    return np.array((k + [-1] * 99)[: sum(quotas)], dtype=np.int64)


def wrong_2_start_takes_a_place_of_its_types_quota(visits, types, start, quotas):
    """Start takes a place of its type's quota."""
    o = _ts(visits, types, start, quotas, self_=True)
    o = o[o != start]
    return np.concatenate([o, np.full(sum(quotas) - len(o), -1)]).astype(np.int64)


def wrong_2_visits_returned_instead_of_ids(visits, types, start, quotas):
    """Visits returned instead of ids."""
    o = _ts(visits, types, start, quotas)
    return np.where(o >= 0, visits[o], -1)


def wrong_2_unstable_argsort_of_visits_reversed_np(visits, types, start, quotas):
    """Unstable argsort of -visits reversed: np.argsort(visits)[::-1]."""
    o = np.argsort(visits, kind="stable")[::-1]
    rank = {int(i): k for k, i in enumerate(o)}
    return _ts(visits, types, start, quotas, key=lambda i: rank[i])


RIGHT = {
    "16.2": (
        right_2_python_sort,
        right_2_lexsort_per_type,
    ),
}
WRONG = {
    "16.2": (
        wrong_2_start_kept,
        wrong_2_never_visited_ones_fill_places,
        wrong_2_quotas_ignored_most_visited_overall,
        wrong_2_type_by_type_not_one_order,
        wrong_2_of_equals_the_larger_id,
        wrong_2_least_visited_first,
        wrong_2_by_id_not_by_visits,
        wrong_2_filled_with_0,
        wrong_2_not_filled_shorter,
        wrong_2_empty_places_in_the_block_of_their_type,
        wrong_2_free_places_are_given_to_the_other_types,
        wrong_2_start_takes_a_place_of_its_types_quota,
        wrong_2_visits_returned_instead_of_ids,
        wrong_2_unstable_argsort_of_visits_reversed_np,
    ),
}
test_right_answers_pass, _ = other_styles("16", RIGHT, points=0, seeds=(11, 12))
test_wrong_answers_are_refused_and_nearly_all_named = wrong_styles(WRONG)
