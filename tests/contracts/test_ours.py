"""What the contracts expect of nbgrader and Otter is what our own grader gives."""

from __future__ import annotations

import json

from submissions import expected, hand_in

from graphrec_utils.grading import command


def test_our_grader_gives_the_expected_points(tmp_path):
    hand_in(tmp_path / "submitted")
    assert command.main([str(tmp_path / "submitted"), "--out", str(tmp_path / "out")]) == 0
    result = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))
    got = {s["student"]: [e["points"] for e in s["exercises"]] for s in result["submissions"]}
    assert got == expected()
