"""PinWorld's judge: true similarity, and the user study without users."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import pinworld


@pytest.fixture(scope="module")
def tiny():
    return pinworld.load("tiny")


def test_similarity_is_the_cosine_of_topic_and_style(tiny):
    a, b = 3, 200
    topic, style = tiny.arrays["topic_center"] / 128, tiny.arrays["pin_style"] / 128
    x, y = (np.r_[topic[tiny.arrays["pin_topic"][p]], 0.9 * style[p]] for p in (a, b))
    expected = x @ y / np.sqrt(x @ x) / np.sqrt(y @ y)
    assert tiny.similarity(a, b) == pytest.approx(expected)


def test_a_pin_is_like_itself_and_similarity_has_no_direction(tiny):
    pins = np.arange(tiny.num_pins)
    assert tiny.similarity(pins, pins) == pytest.approx(1)
    assert tiny.similarity(pins, pins[::-1]) == pytest.approx(tiny.similarity(pins[::-1], pins))


def test_ids_broadcast(tiny):
    assert tiny.similarity(np.arange(5)[:, None], np.arange(15).reshape(5, 3)).shape == (5, 3)


def test_pins_of_one_topic_are_more_alike_than_others(tiny):
    topic = tiny.arrays["pin_topic"]
    a, b = np.random.default_rng(0).integers(0, tiny.num_pins, (2, 5000))
    similar = tiny.similarity(a, b)
    assert similar[topic[a] == topic[b]].mean() > similar[topic[a] != topic[b]].mean() + 0.3


@pytest.mark.parametrize("pin", [-1, 840])
def test_a_pin_that_does_not_exist_is_named(tiny, pin):
    with pytest.raises(IndexError, match="pins are 0 to 839"):
        tiny.similarity(0, [pin])


def test_the_true_neighbors_win_against_random_pins(tiny):
    queries, pins = np.arange(50), np.arange(tiny.num_pins)
    truth = np.argsort(-tiny.similarity(queries[:, None], pins), 1)[:, 1:6]
    chance = np.random.default_rng(0).integers(0, tiny.num_pins, (50, 5))
    study = pinworld.user_study(tiny, queries, {"truth": truth, "chance": chance})
    assert study.loc["chance", "wins"] == 1 and study.loc["chance", "win"] > 0.95


def test_equal_lists_are_draws_and_nobody_wins(tiny):
    lists = np.arange(30).reshape(10, 3)
    study = pinworld.user_study(tiny, np.arange(10), {"a": lists, "b": lists})
    assert study.loc["b", ["win", "lose", "draw"]].tolist() == [0, 0, 1]
    assert np.isnan(study.loc["b", "wins"])


def test_wins_are_counted_without_draws(tiny):
    # against the query itself (similarity 1) every other pin loses; equal lists are draws
    queries = np.array([0, 1, 2, 3])
    ours = np.array([[0], [1], [10], [3]])
    theirs = np.array([[10], [1], [2], [11]])
    study = pinworld.user_study(tiny, queries, {"ours": ours, "theirs": theirs})
    assert study.loc["theirs"].tolist() == pytest.approx([0.5, 0.25, 0.25, 2 / 3])


def test_a_study_of_one_method_is_refused(tiny):
    with pytest.raises(ValueError, match="2 methods or more"):
        pinworld.user_study(tiny, np.arange(3), {"alone": np.ones((3, 2), int)})


def test_a_list_of_another_length_is_named(tiny):
    lists = {"a": np.ones((3, 2), int), "b": np.ones((4, 2), int)}
    with pytest.raises(ValueError, match=r"b must be \(3, k\) pins; got \(4, 2\)"):
        pinworld.user_study(tiny, np.arange(3), lists)
