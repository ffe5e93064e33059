"""Who reads a user from vectors that stand still: on tiny inputs, and what is stored."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from graphrec_utils import metrics, results
from solutions.experiments.lesson16 import omnisage_readers as readers
from solutions.experiments.lesson16 import omnisage_study as study
from tests.lessons.lesson16.test_experiments import tiny  # noqa: F401


def made(stage: study.Stage, steps: int = 4) -> study.Fitted:
    return study.fit(stage, study.PAIRS, steps=steps)


def test_only_the_reader_learns_and_it_begins_anew(tiny):  # noqa: F811
    old = made(tiny)
    new = readers.read_afterwards(tiny, old, rate=0.01, seed=3)
    before, after = old.model.state_dict(), new.model.state_dict()
    moved = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert moved == set(readers.READ)
    assert torch.equal(old.vectors().item_emb, new.vectors().item_emb)
    # what it begins with is not what the training before it has left
    still = readers.read_afterwards(tiny, old, rate=0.0, seed=3)
    fresh = {name: x for name, x in still.model.named_parameters() if name.startswith("user.")}
    assert not torch.equal(fresh["user.weight"], old.model.user.weight)


def test_a_reader_learns_what_comes_next(tiny):  # noqa: F811
    """Each history stays within a topic, so a reader that has learned finds pins of it."""
    topic = np.arange(40) % 4
    histories = np.stack([4 * np.arange(5) + k % 4 for k in range(10)])
    tiny.days = [
        (m, p, type(h)(histories, np.ones(histories.shape, bool))) for m, p, h in tiny.days
    ]
    old = made(tiny, 30)

    def share(rate):
        fitted = readers.read_afterwards(tiny, old, rate, 0)
        U, V = fitted.users(histories, trained=True)
        top = (U @ V.T).topk(5, dim=1).indices.numpy()
        return (topic[top] == topic[histories[:, :1]]).mean()

    assert share(0.03) > share(0.0)


def test_a_way_is_asked_once_for_each_rate(tiny, monkeypatch):  # noqa: F811
    monkeypatch.setattr(study.Stage, "user_recall", lambda self, users: pd.Series([1.0]))
    found = readers.asked(tiny, "pairs", 0, {"pairs": [0.01, 0.03]})
    assert list(found) == ["mean", "afterwards 0.01", "afterwards 0.03"]
    assert list(readers.asked(tiny, "all three", 0, {"all three": []})) == ["mean", "together"]


# ------------------------------------------------------------- what is stored
def test_the_stored_result_is_of_this_command_and_no_winner_is_at_an_end():
    stored = results.load("16_readers")
    assert stored.command == readers.COMMAND and stored.claim == readers.CLAIM
    for row in stored.values["readers"]:
        if row["read"] == "afterwards":
            assert study.settled("lr", row["rate"], [x["rate"] for x in row["trials"]])


@pytest.mark.parametrize(
    ("one", "other", "gap", "low", "high", "outcome"),
    [
        ("pairs, afterwards", "pairs, mean", 0.013, 0.007, 0.018, "holds"),
        ("all three, mean", "pairs, mean", -0.0025, -0.0039, -0.001, "does not hold"),
        ("all three, together", "pairs, afterwards", -0.001, -0.0027, 0.0007, "cannot tell"),
        ("all three, afterwards", "pairs, afterwards", -0.001, -0.0026, 0.0007, "cannot tell"),
    ],
)
def test_what_the_lesson_says_of_readers(one, other, gap, low, high, outcome):
    row = results.load("16_readers").values["leads"][f"{one} over {other}"]
    lead = metrics.Comparison.stored(row)
    digits = 3 if gap > 0.01 else 4
    assert [round(lead.gap, digits), round(lead.low, digits), round(lead.high, digits)] == [
        gap,
        low,
        high,
    ]
    assert lead.outcome == outcome
