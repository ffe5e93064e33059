"""All torture submissions are graded in one batch; each test looks at one of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import broken
import hostile  # noqa: F401 (registers its cases)
from answers import SECONDS

from graphrec_utils.grading import batch


@pytest.fixture(scope="session")
def graded(tmp_path_factory) -> dict:
    """Return the batch's result; students are named as their cases."""
    top = tmp_path_factory.mktemp("torture") / "class"
    for name, (make, _, _) in broken.CASES.items():
        folder = top / name
        folder.mkdir(parents=True)
        content = make(folder)
        if isinstance(content, dict):
            content = json.dumps(content).encode()
        if content is not None:
            (folder / "00_start_here.ipynb").write_bytes(content)
    broken.write_zips(top)
    twins = top.parent / "other group" / "everything_right"
    twins.mkdir(parents=True)
    (twins / "00_start_here.ipynb").write_text(json.dumps(broken.released()), encoding="utf-8")
    out = top.parent / "out"
    settings = batch.Settings(seconds=SECONDS, jobs=2)
    result = batch.grade([top, twins.parent], out, settings)
    return result | {"out": out, "top": top.parent}


@pytest.fixture(scope="session")
def by_student(graded) -> dict:
    return {entry["student"]: entry for entry in graded["submissions"]}
