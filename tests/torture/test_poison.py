"""One poisoned submission at a random place, with one worker for all, changes nobody else's verdict."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from answers import RIGHT, released, solved
from broken import CASES

from graphrec_utils.grading import batch

PERCENT = RIGHT["00.1"].replace("likes / (m", "100 * likes / (m")
HONEST = {"right": solved(), "stub": released(), "percent": solved(ex1=PERCENT)}
POINTS = {"right": 10.0, "stub": 0.0, "percent": 9.6}


def write(folder: Path, content) -> None:
    folder.mkdir(parents=True)
    content = content(folder) if callable(content) else content
    if isinstance(content, dict):
        content = json.dumps(content).encode()
    if content is not None:
        (folder / "00_start_here.ipynb").write_bytes(content)


def check(folder: Path, seed: int, honest: int, poisoned: int) -> None:
    """Grade a class whose order is random, and compare what the honest ones get."""
    rng = random.Random(seed)
    kinds = ["right", *rng.choices(list(HONEST), k=honest - 1)]
    names = rng.sample(list(CASES), poisoned)
    crowd = [(kind, HONEST[kind]) for kind in kinds] + [(name, CASES[name][0]) for name in names]
    rng.shuffle(crowd)
    for place, (name, content) in enumerate(crowd):
        write(folder / "in" / f"{place:02} {name}", content)
    settings = batch.Settings(seconds=3.0, jobs=1)
    result = batch.grade([folder / "in"], folder / "out", settings)
    order = [name for name, _ in crowd]
    graded = [(s["student"][3:], s["points"]) for s in result["submissions"]]
    honest_ones = sorted(pair for pair in graded if pair[0] in POINTS)
    assert honest_ones == sorted((kind, POINTS[kind]) for kind in kinds), (seed, order)
    failed = [s["student"] for s in result["submissions"] if s["status"] == "grader-error"]
    assert failed == [], (seed, order)


def test_a_poisoned_submission_changes_nobody_else(tmp_path):
    check(tmp_path, 7, honest=2, poisoned=1)  # always the same: who breaks it must see it again


@pytest.mark.full
@pytest.mark.parametrize("turn", range(12))
def test_several_poisoned_submissions_change_nobody_else(tmp_path, turn):
    check(tmp_path, random.randrange(10**6), honest=4, poisoned=3)
