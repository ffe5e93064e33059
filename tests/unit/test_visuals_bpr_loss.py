"""The BPR visual: the picture shows the formula, bad input gets a sentence."""

from __future__ import annotations

import matplotlib

matplotlib.use("agg")

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from graphrec_utils import losses, style, visuals


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def test_the_curves_are_the_loss_and_its_gradient():
    loss, gradient = visuals.bpr_loss().static()
    for sign, values, slopes in zip((1, -1), loss.lines, gradient.lines, strict=False):
        x = torch.tensor(values.get_xdata(), requires_grad=True)
        each = torch.stack([losses.bpr(sign * v[None], torch.zeros(1).double()) for v in x])
        each.sum().backward()
        np.testing.assert_allclose(values.get_ydata(), each.detach())
        np.testing.assert_allclose(slopes.get_ydata(), x.grad, atol=1e-12)


def test_the_wrong_sign_is_told_by_more_than_its_color():
    right, wrong = visuals.bpr_loss().static()[0].lines
    assert (right.get_linestyle(), wrong.get_linestyle()) == ("-", "--")
    assert right.get_color() == style.POSITIVE


def test_two_runs_give_the_same_text_and_ask_for_nothing():
    visual = visuals.bpr_loss()
    assert visual.html() == visuals.bpr_loss().html()
    assert repr(visual) == "<BPR loss with both signs, from a difference of -1>"
    text = re.sub(r"base64,[A-Za-z0-9+/=]*", "", visual.html())
    names = re.findall(r"^(?:const|let|function|class) (\w+)", text, re.MULTILINE)
    assert len(names) == len(set(names)) > 8
    assert not re.search(r"https?:(?!//www\.w3\.org)|@import|url\(|\bfetch\b", text)
    assert len(text.encode()) < 40_000


BAD = {
    "outside": ({"difference": 7}, "between -6 and 6; got 7"),
    "no number": ({"difference": float("nan")}, "between -6 and 6"),
    "backwards": ({"rate": -1}, "rate must be a positive number; got -1"),
}


@pytest.mark.parametrize(("given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(given, words):
    with pytest.raises(ValueError, match=words):
        visuals.bpr_loss(**given)
