"""The three losses: what they hold, and what they refuse."""

from __future__ import annotations

import pytest

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
