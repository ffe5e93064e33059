"""Memory at ten million edges: every engine is measured, and what is stored has all of them."""

from __future__ import annotations

import pytest

from graphrec_utils import results
from solutions.experiments.lesson09 import scale_memory


@pytest.mark.parametrize("work", scale_memory.WORK)
def test_everything_is_measured_on_a_tiny_graph(work, monkeypatch):
    times, prepare = scale_memory.WORK[work]
    monkeypatch.setitem(scale_memory.WORK, work, (2, prepare))
    row = scale_memory.measure(work, scale_memory.tiny)
    assert row["work"] == work and row["times"] == 2 and times >= 1
    assert row["edges"] == scale_memory.tiny().nnz
    assert 0 <= row["seconds each"] < 10
    assert 0 < row["MB, edges read"] <= row["MB, ready"] <= row["MB, at most"]


def test_what_is_stored_has_a_row_for_every_engine():
    stored = results.load("09_memory_10m")
    assert stored.claim == scale_memory.CLAIM
    rows = {row["work"]: row for row in stored.values["rows"]}
    assert list(rows) == list(scale_memory.WORK)
    assert all(row["edges"] == stored.values["edges"] > 9_900_000 for row in rows.values())
    assert all(row["seconds each"] > 0 for row in rows.values())
    most = max(row["MB, at most"] for row in rows.values())
    assert stored.values["most memory, MB"] == most
