"""The three losses: what they hold, and what they refuse."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest
import torch

from graphrec_utils.plots import visuals


def test_measured_numbers_are_found_by_their_switches():
    state = visuals.three_losses({"entity-entity + user-entity": {"all": 0.5}}, "u").state
    assert state["measured"] == {"eu": {"all": 0.5}} and state["on"] == "u"


@pytest.mark.parametrize(
    ("make", "words"),
    [(lambda: visuals.three_losses(on="x"), "letters of efu"), (lambda: visuals.three_losses({"a": {}}), "knows no 'a'")],
    ids=["letters", "names"],
)  # fmt: skip
def test_what_does_not_fit_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def own_mean(losses, weights):
    return sum(weights[k] * x.mean() for k, x in losses.items())


def one_mean(losses, weights):
    return torch.cat([weights[k] * x for k, x in losses.items()]).mean()


def test_a_loss_has_the_share_that_the_students_number_gives_it():
    fair = visuals.three_losses(on="efu", function=own_mean).state["shares"]
    assert fair["efu"] == {"e": 0.333, "f": 0.333, "u": 0.333} and fair["u"] == {"u": 1.0}
    crowd = visuals.three_losses(on="efu", function=one_mean).state["shares"]
    assert crowd["efu"]["u"] == pytest.approx(4000 / 4512, abs=1e-3)
    assert crowd["ef"] == {"e": 0.5, "f": 0.5} and len(crowd) == 7


@pytest.mark.parametrize(
    ("function", "words"),
    [(lambda losses, weights: own_mean(losses, weights).detach(), "no gradient"), (lambda losses, weights: 1 / 0, "division")],
    ids=["detached", "fails"],
)  # fmt: skip
def test_a_number_that_cannot_be_asked_is_told(function, words):
    made = visuals.three_losses(function=function)
    assert words in made.note and made.state["shares"]["ef"] == {"e": 0.5, "f": 0.5}


def test_the_printed_picture_shows_whom_one_mean_would_hear():
    """A page that does not move has no button: both numbers stand in the picture."""
    made = visuals.three_losses(on="efu", function=own_mean)
    texts = [x.get_text() for x in made.static().texts]
    assert texts.count("6 %") == 2 and texts.count("89 %") == 1 and texts.count("33 %") == 3
    assert "your own_mean" in texts and "89 %" in made.alt
    plt.close()
