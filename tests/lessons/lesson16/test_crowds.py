"""OmniSage with one mean over all questions, and without quotas: on tiny inputs, and what is stored."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import metrics, results
from graphrec_utils.authoring.lesson.source import sources
from graphrec_utils.models import omnisage
from solutions.experiments.lesson16 import omnisage_crowds as crowds
from solutions.experiments.lesson16 import omnisage_study as study


def batch(pairs: int, asked: int) -> omnisage.Batch:
    """So many pairs, and so many questions of users among twice as many places."""
    nothing = torch.zeros(0, dtype=torch.int64)
    ahead = torch.full((1, asked, 2), -1)
    ahead.view(-1)[:asked] = 3
    items = torch.arange(pairs)
    return omnisage.Batch(items, items, nothing, nothing, None, items, nothing, ahead)


def test_one_mean_weighs_each_loss_by_its_questions():
    weights = crowds.one_mean(batch(256, 4000), crowds.ALL)
    assert weights == {k: n / 4512 for k, n in zip(omnisage.LOSSES, (256, 256, 4000), strict=True)}
    few, many = torch.tensor([1.0, 3.0]), torch.tensor([5.0, 5.0, 8.0])
    of_two = crowds.one_mean(batch(2, 3), {"entity-entity": 1.0, "user-entity": 1.0})
    summed = of_two["entity-entity"] * few.mean() + of_two["user-entity"] * many.mean()
    assert summed.item() == pytest.approx(torch.cat([few, many]).mean().item())


def test_without_quotas_a_busy_pin_hears_more_boards_and_others_hear_more_pins():
    rng = np.random.default_rng(0)
    R = sp.csr_array((rng.random((40, 60)) < 0.05).astype(float)).tolil()
    R[:30, 0] = 1  # a busy pin
    R[:, 1] = 0
    R[39, 1] = R[39, 2:14] = 1  # and one with a single board and a dozen pins on it
    C = sp.csr_array((rng.random((60, 60)) < 0.1).astype(float))
    morning = study.Morning(sp.csr_array(R), C, np.zeros((60, 3), np.float32))
    kept, free = morning.near, crowds.crowded(morning).near
    assert crowds.crowded(morning) is crowds.crowded(morning) and kept.ids.shape == free.ids.shape

    def heard(near, pin, kind):
        return int(((near.ids[pin] >= 0) & (near.kinds[pin] == kind)).sum())

    assert heard(kept, 0, 1) <= 10 < heard(free, 0, 1)
    assert heard(kept, 1, 0) <= 5 < heard(free, 1, 0)
    for pin in range(60):  # the pin-pin graph is walked as before
        assert heard(kept, pin, 2) == heard(free, pin, 2)
        of_boards = free.ids[pin][(free.kinds[pin] == 1) & (free.ids[pin] >= 0)]
        assert (of_boards >= 60).all() and (of_boards < 100).all()


# ------------------------------------------------------------- what is stored
def values() -> dict:
    return results.load("16_crowds").values


def test_the_stored_result_is_of_this_command():
    stored = results.load("16_crowds")
    assert stored.command == crowds.COMMAND and stored.claim == crowds.CLAIM
    asked = stored.values["questions"]
    assert asked["entity-entity"] == asked["entity-feature"] == 256
    assert 3_900 < asked["user-entity"] < 4_100  # the batch of 16.4
    for row in stored.values["arms"]:
        if row["arm"] != crowds.SAME:  # no winner is at an end of what was tried
            assert study.settled("lr", row["rate"], [x["rate"] for x in row["trials"]])


def test_what_the_lesson_says_of_quotas_and_of_one_mean():
    rows = {row["arm"]: row for row in values()["arms"]}
    lead = {k: metrics.Comparison.stored(x) for k, x in values()["leads"].items()}
    assert lead["quotas over visits alone, pins"].outcome == "cannot tell"
    busy = [rows[arm]["seeds"]["busy pins"] for arm in ("quotas", "visits alone")]
    assert lead["quotas over visits alone, busy pins"].outcome == "holds"
    assert min(busy[0]) > max(busy[1]) and lead["quotas over visits alone, busy pins"].gap < 0.002
    assert rows[crowds.SAME]["rate"] == rows["own means"]["rate"] < rows["one mean"]["rate"]
    for who in ("pins", "users"):
        assert lead[f"own means over {crowds.SAME}, {who}"].outcome == "cannot tell"
        assert lead[f"own means over one mean, {who}"].outcome == "holds"
        failed, *others = sorted(rows["one mean"]["seeds"][who])
        assert failed < 0.75 * min(others)  # which is why
    assert min(sorted(rows["one mean"]["seeds"]["pins"])[1:]) > 0.259


def test_what_each_part_brings_is_what_the_take_away_says():
    stored = results.load("16_graphs").values
    found = {row["model"]: row["recall"] for row in stored["models"]}
    (lesson,) = sources(["16"])
    text = lesson.read_text("utf-8").split("## Take away")[1].split("**Next.**")[0]
    steps = {
        "hearing boards (alone) instead of nobody": (
            "nobody",
            "pin-board",
            ("all", "users"),
        ),
        "the offset instead of a free length": (
            "both, no offset, free length",
            "both",
            ("all", "users"),
        ),
    }
    for part, (before, after, columns) in steps.items():
        (line,) = (x for x in text.splitlines() if x.startswith(f"# | {part}"))
        for column in columns:
            assert f"{found[before][column]:.3f} → {found[after][column]:.3f}" in line
    leads = {k: metrics.Comparison.stored(x) for k, x in stored["leads"].items()}
    for column in ("all", "users"):
        assert leads[f"pin-board over nobody, {column}"].outcome == "holds"
        assert leads[f"pin-pin over nobody, {column}"].outcome == "holds"  # pins alone do as much,
        assert leads[f"pin-pin over pin-board, {column}"].outcome == "cannot tell"  # and both
        assert leads[f"both over pin-pin, {column}"].outcome == "cannot tell"  # no more than one
        assert leads[f"both over both, no offset, free length, {column}"].outcome == "holds"
        assert leads[f"both over pin-board, {column}"].outcome == "cannot tell"
    equal = {k: metrics.Comparison.stored(x) for k, x in stored["equal leads"].items()}
    edge = equal["both over PinSage, offset, d = 32, warm"]  # pins with an edge perhaps more
    assert edge.outcome == "holds" and edge.gap < 0.003 and edge.low < 0.0005
