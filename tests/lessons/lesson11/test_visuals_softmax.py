"""The estimator, the shift and the stream: their states are the library's numbers, bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import toy
from graphrec_utils.authoring.slides.sketches.lesson11 import NAMES, SIXTEEN
from graphrec_utils.lessons.lesson11.ex2_correct_negatives import correct_negatives
from graphrec_utils.lessons.lesson11.ex3_corrected_loss import corrected_loss
from graphrec_utils.losses import exact
from graphrec_utils.plots import visuals

BUCKETS = np.array([[0, 1, 0], [0, 1, 1]])

SHIFT = {"names": "abc", "learned": [0.2, 0.1, -0.3], "log_q": np.log([0.6, 0.3, 0.1])}

BAD = {
    "shift, lengths": (visuals.shift, SHIFT | {"learned": [0.2]}, "need one length, 2 to 8; got 3"),
    "shift, one item": (visuals.shift, {"names": "a", "learned": [0], "log_q": [-1]}, "2 to 8"),
    "shift, counts": (visuals.shift, SHIFT | {"log_q": np.log([6, 3, 1])}, "below 0"),
    "shift, no number": (visuals.shift, SHIFT | {"learned": [0, np.nan, 1]}, "finite"),
    "shift, too far": (visuals.shift, SHIFT | {"amount": 2}, "between -0.5 and 1.5"),
    "variant": (visuals.estimator, {"variant": "logq"}, "one of none, negatives only"),
    "negatives": (visuals.estimator, {"num_negatives": 3}, "one of"),
    "no names": (visuals.stream, {"items": [0], "buckets": BUCKETS, "names": []}, "1 to 8 items"),
    "other names": (visuals.stream, {"items": [0], "buckets": BUCKETS, "names": "ab"}, "(H, n)"),
    "hashes": (visuals.stream, {"items": [0], "buckets": np.zeros((4, 1), int), "names": "a"}, "1 to 3"),
    "an id": (visuals.stream, {"items": [3], "buckets": BUCKETS, "names": "abc"}, "ids below 3"),
    "nothing": (visuals.stream, {"items": [], "buckets": BUCKETS, "names": "abc"}, "1 to 600"),
    "alpha": (visuals.stream, {"items": [0], "buckets": BUCKETS, "names": "abc", "alpha": 2}, "alpha"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(make, given, words):
    with pytest.raises(ValueError) as problem:
        make(**given)
    assert words in str(problem.value)


def test_a_shift_of_one_shows_the_probabilities_in_order():
    p, Q = np.array([0.5, 0.3, 0.2]), np.array([0.7, 0.2, 0.1])
    axes = visuals.shift("abc", np.log(p / Q), np.log(Q)).static()
    bars = [[bar.get_width() for bar in ax.containers[0]] for ax in axes]
    np.testing.assert_allclose(bars[2], p, atol=1e-3)
    assert [t.get_text() for t in axes[2].get_yticklabels()] == ["a", "b", "c"]
    assert [t.get_text() for t in axes[0].get_yticklabels()] == ["c", "b", "a"]


def test_the_bars_are_the_exact_gradients():
    state = visuals.estimator().state
    logits, Q, positive = toy.logits()
    for name in ("negatives only, hits out", "corrected"):
        loss, without = exact.VARIANTS[name]
        found = exact.gradient(loss, logits, Q, positive, 4, without)
        assert state["columns"][name][2]["gradient"] == pytest.approx(found.tolist(), abs=1e-4)
    assert state["columns"]["Yi"][0]["learned"] == pytest.approx(state["p"], abs=2e-4)


def test_the_deck_s_sixteen_draws_are_exact_and_yi_s_errors_cancel_over_all_she_takes():
    scores, Q, positive = toy.logits()
    p = scores.softmax(dim=0)
    assert positive == p.argmax()  # the notes say: the item that she takes most
    full = p - torch.eye(4, dtype=torch.float64)
    (_, estimate), (_, teacher) = SIXTEEN
    for name, off, end in zip(NAMES, estimate, teacher, strict=True):
        loss, without = exact.VARIANTS[name.replace("\n", " ")]
        pulls = torch.stack([exact.gradient(loss, scores, Q, i, 16, without) for i in range(4)])
        assert float((pulls - full)[positive].abs().sum()) == pytest.approx(off, abs=0.0051)
        learned = exact.optimum(loss, p, Q, 16, without)
        assert exact.error(learned, p) == pytest.approx(end, abs=0.0051)
        assert (float((p @ pulls).abs().sum()) < 1e-9) == (name == "Yi")


@pytest.mark.parametrize(
    ("function", "name"), [(correct_negatives, "nQ, hits out"), (corrected_loss, "corrected")]
)
def test_a_student_s_function_joins_the_variants(function, name):
    state = visuals.estimator(function=function).state
    assert state["variant"] == "negatives only"  # a hall has no "yours"
    assert state["variants"][-1] == "yours"
    for mine, right in zip(state["columns"]["yours"], state["columns"][name], strict=True):
        assert mine["gradient"] == pytest.approx(right["gradient"], abs=2e-4)


def unwritten(pos, neg, log_q_neg, hits):
    raise NotImplementedError


@pytest.mark.parametrize(
    "function",
    [unwritten, lambda a, b, c, d: None, lambda a, b, c, d: torch.tensor(float("nan")) * a.sum()],
)
def test_an_unfinished_function_is_left_out_with_a_note(function):
    visual = visuals.estimator(function=function)
    assert "yours" not in visual.state["columns"] and visual.note


def test_the_alt_text_of_the_stream_tells_share_and_estimate():
    alt = visuals.stream([0, 1, 0, 2], BUCKETS, "abc").alt
    assert "a 0.50" in alt and "2 hash functions" in alt


def test_the_stream_begins_in_its_middle():
    assert visuals.stream([0, 1, 0, 2, 1], BUCKETS, "abc").state["step"] == 2
    assert visuals.stream([0], BUCKETS[:1], "abc").static()  # a single table has no lines
