"""Lists fused: every state is the sum of reciprocal ranks, and an unfinished function changes nothing."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from graphrec_utils.lessons.lesson18.visuals.fusion import CONSTANTS
from graphrec_utils.models.fusion import reciprocal_ranks
from graphrec_utils.plots import visuals

LISTS = {"cosine": [70, 30, 20, 11], "walk": [30, 50], "pictures": [11, 50, 99, 20]}


def by_hand(voters, c):
    scores = {}
    for items in voters:
        for rank, item in enumerate(items, 1):
            scores[item] = scores.get(item, 0) + 1 / (c + rank)
    return scores


def test_the_picture_is_the_list_of_the_sums_of_reciprocal_ranks_by_hand():
    for c in CONSTANTS:
        scores = by_hand(LISTS.values(), c)
        best = sorted(scores, key=lambda i: (-round(scores[i], 12), i))[:4]
        visual = visuals.fusion(LISTS, c=c)
        assert visual.state["fused"] is None  # the script sums by itself
        assert [t.get_text() for t in visual.static().texts][-4:] == [str(i) for i in best]


def test_c_and_what_was_saved_later_matter():
    visual = visuals.fusion(LISTS, saved=[11], c=1)
    assert visual.state["c"] == 0 and visual.state["saved"] == [11] and "fused 1" in visual.alt
    firsts = [
        visuals.fusion({"a": [1, 2, 3], "b": [4, 5, 6, 3]}, c=c).state["item"] for c in CONSTANTS
    ]
    assert firsts == [1, 3, 3, 3]  # two low places, or one first


def test_a_student_s_function_draws_its_own_list():
    same = visuals.fusion(LISTS, function=lambda lists, n, c: reciprocal_ranks(lists, n, c))
    assert same.state == visuals.fusion(LISTS).state and "those of your" in same.note
    twice = visuals.fusion(LISTS, function=lambda lists, n, c: 2 * reciprocal_ranks(lists, n, c))
    for place, votes in enumerate(product((0, 1), repeat=3)):
        voters = [items for items, vote in zip(LISTS.values(), votes, strict=True) if vote]
        for c, shown in zip(CONSTANTS, twice.state["fused"][place], strict=True):
            scores = by_hand(voters, c)
            assert shown["items"] == sorted(scores, key=lambda i: (-round(scores[i], 12), i))[:4]
            doubled = [2 * scores[i] for i in shown["items"]]
            assert shown["scores"] == pytest.approx(doubled, abs=1e-5)


def raises(*_):
    raise NotImplementedError


@pytest.mark.parametrize(
    "function", [raises, lambda lists, n, c: None, lambda lists, n, c: np.full((1, n), np.nan)]
)
def test_an_unfinished_function_leaves_the_library_s(function):
    visual = visuals.fusion(LISTS, function=function)
    assert visual.state == visuals.fusion(LISTS).state and "library" in visual.note


@pytest.mark.parametrize(
    ("lists", "more", "words"),
    [({"a": [1]}, {}, "2 to 5 lists"), ({"a": [1], "b": []}, {}, "1 to 10 items"),
     ({"a": [1, 1], "b": [2]}, {}, "none of them twice"), ({"a": [-1], "b": [2]}, {}, "0 or more"),
     ({"a": [1], "b": [2]}, {"c": 7}, "c is one of")],
    ids=["one", "empty", "twice", "negative", "nowhere"],
)  # fmt: skip
def test_bad_input_gets_a_sentence(lists, more, words):
    with pytest.raises(ValueError, match=words):
        visuals.fusion(lists, **more)
