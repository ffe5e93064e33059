"""Hinge and curriculum: the pictures show the formula, and bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import losses
from graphrec_utils.lessons.lesson09.ex3_pinsage_loss import ex as loss
from graphrec_utils.lessons.lesson09.visuals.hinge import X
from graphrec_utils.plots import visuals

EPOCHS = [{"positive": [0.8, 0.6], "shared": [0.0, -0.2, 0.1], "hard": []},
          {"positive": [0.9, 0.7], "shared": [-0.3, -0.2, 0.0], "hard": [0.5, 0.4]}]  # fmt: skip


def curve(sign: int, d: float) -> list[float]:
    """Return the library's hinge at every difference, by the paper (1) or with the slide's sign (-1)."""
    return [losses.hinge(torch.zeros(1), torch.tensor([sign * float(x)]), d).item() for x in X]


def test_the_picture_s_curves_are_the_library_s_hinge():
    axes = visuals.hinge().static()[1]
    for line, sign in zip((axes.lines[0], axes.lines[2]), (1, -1), strict=True):
        np.testing.assert_allclose(line.get_ydata(), curve(sign, 0.3), atol=6e-4)


def test_a_right_loss_draws_the_paper_s_curve_and_the_slide_s_its_own():
    mine = visuals.hinge(function=loss.reference).state
    assert mine["rules"] == ["paper", "slide", "yours"]
    for d, row in zip(mine["margins"], mine["mine"], strict=True):
        np.testing.assert_allclose(row, curve(1, d), atol=2e-3)
    turned = next(m.function for m in loss.mistakes if "the slide's" in m.sentence)
    wrong = visuals.hinge(function=turned).state
    for d, row in zip(wrong["margins"], wrong["mine"], strict=True):
        np.testing.assert_allclose(row, curve(-1, d), atol=2e-3)


@pytest.mark.parametrize("function", [None, loss.reference])
def test_it_begins_with_the_slide_s_sign_where_both_rules_have_a_gradient(function):
    state = visuals.hinge(function=function).state
    assert state["rule"] == "slide"
    p, n = (np.cos(np.radians(state[name])) for name in ("positive", "negative"))
    assert 0.05 < n - p < state["margins"][state["margin"]] - 0.01


def test_an_unfinished_loss_leaves_the_two_rules_and_says_so():
    def pinsage_loss(*_):
        raise NotImplementedError

    visual = visuals.hinge(function=pinsage_loss)
    assert visual.state["rules"] == ["paper", "slide"] and visual.state["mine"] is None
    assert "pinsage_loss is not written yet" in visual.note


def test_shares_and_means_of_the_epochs():
    first, last = visuals.curriculum(EPOCHS).state["steps"]
    assert (first["hard"], last["hard"]) == (0, 1)
    assert first["mean"] == {"positive": 0.7, "shared": -0.03, "hard": None}
    assert sum(last["share"]["hard"]) == pytest.approx(1)


def test_false_negatives_are_counted_by_rank():
    false = np.full((2, 20), np.nan)
    false[:, :9] = [[1] * 9, [1, 0] * 4 + [0]]
    state = visuals.curriculum(EPOCHS, false=false, ranks=(1, 10)).state
    assert state["ranks"]["edges"] == [1, 2, 4, 7, 10, 15, 20]
    # of all nine of the first query, and of four of the second's nine
    assert state["ranks"]["drawn"][0] == [1.0, 0.833, 0.75, 0.722, 0.722, 0.722]
    assert state["ranks"]["drawn"][-1] == [0.0]
    assert state["ranks"]["share"] == [1.0, 0.75, 0.6667, 0.6667, 0, 0]
    assert (state["from"], state["to"]) == (0, 4)
    shown = visuals.curriculum(EPOCHS, false=false, ranks=(1, 10))
    assert shown.alt.endswith("Of hard negatives from ranks 1 to 10, 72% are false.")
    assert len(shown.static()) == len(visuals.curriculum(EPOCHS).static()) + 1


BAD = {
    "curriculum, false": (visuals.curriculum, {"epochs": EPOCHS, "false": [[2.0, 0.0]]}, "True and False"),
    "curriculum, flat": (visuals.curriculum, {"epochs": EPOCHS, "false": [True]}, "queries, ranks"),
    "hinge, an angle": (visuals.hinge, {"positive": 200}, "positive must lie between 0 and 180"),
    "hinge, a margin": (visuals.hinge, {"margin": 0.2}, "hold margin"),
    "hinge, margins": (visuals.hinge, {"margins": (0.3, 0.1)}, "must increase"),
    "curriculum, nothing": (visuals.curriculum, {"epochs": []}, "1 to 12 epochs; got 0"),
    "curriculum, a kind": (visuals.curriculum, {"epochs": [{"hard": []}]}, "epoch 1 needs positive"),
    "curriculum, no cosine": (
        visuals.curriculum, {"epochs": [EPOCHS[0] | {"shared": [1.5]}]}, "epoch 1, shared: cosines"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(make, given, words):
    with pytest.raises(ValueError, match=words):
        make(**given)


def test_it_begins_with_the_rule_that_is_asked_for():
    assert visuals.hinge(rule="paper").state["rule"] == "paper"
    with pytest.raises(ValueError, match="rule must be one of paper, slide; got 'yours'"):
        visuals.hinge(rule="yours")
