"""A class that is killed at random moments and taken up again has the same results.

Five hundred submissions over all lessons: `python -m solutions.experiments.lesson00.graded_class`.
"""

from __future__ import annotations

import random
import time

import psutil
from classes import classroom, grade, kill_and_go_on, results, surprises


def test_two_kills_at_random_moments_change_nothing(tmp_path):
    seed = random.randrange(10**6)
    kinds = ("good", "loop", "one", "none", "stub", "exit", "good", "one", "raise", "one", "memory")
    wanted = [(kind, ("00", "02")[k % 2]) for k, kind in enumerate(kinds)]
    classroom(tmp_path / "in", wanted)
    for name in ("calm", "killed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "secret").write_text("0" * 64, encoding="ascii")
    assert grade(tmp_path / "in", tmp_path / "calm").wait() == 0
    rng = random.Random(seed)
    assert kill_and_go_on(tmp_path / "in", tmp_path / "killed", len(wanted), 2, rng) == 0, seed
    calm, killed = results(tmp_path / "calm"), results(tmp_path / "killed")
    assert len(calm) == len(wanted) and calm == killed, seed
    assert surprises(calm) == []


def test_three_kills_of_workers_at_random_moments_cost_nobody_anything(tmp_path):
    seed = random.randrange(10**6)
    rng = random.Random(seed)
    kinds = ("good", "exit", "one", "good", "raise")
    classroom(tmp_path / "in", [(kind, "00") for kind in kinds])
    run = grade(tmp_path / "in", tmp_path / "out")
    for _ in range(3):
        time.sleep(rng.uniform(1, 8))
        if workers := [x for x in psutil.Process(run.pid).children() if x.is_running()]:
            rng.choice(workers).kill()
    assert run.wait() == 0, seed
    entries = results(tmp_path / "out")
    assert len(entries) == len(kinds) and surprises(entries) == [], seed
    assert [e["points"] > 0 for e in entries if e["student"][:3] == "one"] == [True], seed
