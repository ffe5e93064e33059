"""All torture submissions are graded in one batch; each test looks at one of them."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import broken
import habits  # noqa: F401 (registers its cases)
import hostile  # noqa: F401
import later_habits  # noqa: F401
import later_hostile  # noqa: F401
import stoppers  # noqa: F401
from answers import SECONDS

from graphrec_utils.grading import batch
from graphrec_utils.grading.submissions.collect import submissions


@pytest.fixture(scope="session")
def graded(tmp_path_factory, request):
    """Return the batch's result; students are named as their cases.

    Where only cases were selected (-k NAME), only these are graded.
    """
    top = tmp_path_factory.mktemp("torture") / "class"
    items = [x for x in request.session.items if "graded" in x.fixturenames]
    names = {x.callspec.params.get("name") if hasattr(x, "callspec") else None for x in items}
    for name, (make, _, _) in broken.CASES.items():
        if None not in names and name not in names:
            continue
        folder = top / name
        folder.mkdir(parents=True)
        content = make(folder)
        if isinstance(content, dict):
            content = json.dumps(content).encode()
        if content is not None:
            (folder / "00_start_here.ipynb").write_bytes(content)
    broken.write_zips(top, top.parent / "a class in a zip")
    twins = top.parent / "other group" / "everything_right"
    twins.mkdir(parents=True)
    (twins / "00_start_here.ipynb").write_text(json.dumps(broken.released()), encoding="utf-8")
    out = top.parent / "out"
    settings = batch.Settings(seconds=SECONDS, jobs=2)
    seed = random.randrange(10**6)
    print(f"the order of the submissions is that of seed {seed}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "submissions", shuffled(seed))
        result = batch.grade([top, twins.parent, top.parent / "a class in a zip"], out, settings)
    return result | {"out": out, "top": top.parent}  # the patch ends here, not with the session


def shuffled(seed: int):
    """Return `submissions` with another order: who shares a worker, and who comes after whom."""

    def found(*arguments):
        made = submissions(*arguments)
        random.Random(seed).shuffle(made)
        return made

    return found


@pytest.fixture(scope="session")
def by_student(graded) -> dict:
    return {entry["student"]: entry for entry in graded["submissions"]}
