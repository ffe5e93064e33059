"""A class over all lessons, killed at random moments and taken up again, has the same results."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest
from test_class import HANGS, finished, grade, spoiled

from graphrec_utils import paths, syllabus

KINDS = ("good", "none", "good", "exit", "stub", "good", "raise", "loop")


def classroom(folder: Path, number: int) -> None:
    """Write submissions to all lessons that are built, in turn: most right, some spoiled."""
    built = [x.stem for x in syllabus.LESSONS if (_solved(x.stem)).exists()]
    for k in range(number):
        stem, kind = built[k % len(built)], KINDS[k // len(built) % len(KINDS)]
        source = _solved(stem) if kind != "stub" else paths.root() / "notebooks" / f"{stem}.ipynb"
        nb = json.loads(source.read_text("utf-8"))
        if kind not in ("good", "stub"):
            spoiled(nb, k, kind)
        own = folder / f"{kind}-{k:03}"
        own.mkdir(parents=True)
        (own / f"{stem}.ipynb").write_text(json.dumps(nb), encoding="utf-8")


def _solved(stem: str) -> Path:
    return paths.root() / "solutions" / f"{stem}.ipynb"


def kill_and_go_on(folder: Path, out: Path, number: int, kills: int, rng: random.Random) -> int:
    """Grade, end the grader with SIGKILL at random moments, and return the last run's exit code."""
    for share in sorted(rng.random() for _ in range(kills)):
        run = grade(folder, out)
        end = time.monotonic() + HANGS
        while len(finished(out)) < share * number and run.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.02)
        time.sleep(rng.uniform(0, 5))
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
    return grade(folder, out).wait()


def results(out: Path) -> list[dict]:
    """Return what result.json says of every submission, less how long it took."""
    entries = json.loads((out / "result.json").read_text("utf-8"))["submissions"]
    for entry in entries:
        for part in (entry, *entry["exercises"]):
            part.pop("seconds")
        entry.pop("time", None), entry.pop("turn", None)
    return entries


@pytest.mark.full
def test_five_kills_at_random_moments_change_nothing(tmp_path):
    number, seed = 14, random.randrange(10**6)
    classroom(tmp_path / "in", number)
    for name in ("calm", "killed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "secret").write_text("0" * 64, encoding="ascii")
    assert grade(tmp_path / "in", tmp_path / "calm").wait() == 0
    code = kill_and_go_on(tmp_path / "in", tmp_path / "killed", number, 5, random.Random(seed))
    assert code == 0, seed
    calm, killed = results(tmp_path / "calm"), results(tmp_path / "killed")
    assert len(calm) == number and calm == killed, seed
    for entry in calm:
        full = entry["points"] == entry["max_points"]
        assert full == entry["student"].startswith("good"), entry["student"]
