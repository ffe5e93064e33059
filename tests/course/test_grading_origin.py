"""A grade stays valid exactly as long as what decided it is the same."""

from __future__ import annotations

import json
import shutil
import sys

import pytest

from graphrec_utils import exercises, metrics, paths
from graphrec_utils.exercises import core
from graphrec_utils.grading import batch, origin, verdict
from graphrec_utils.grading.isolation import crew, nursery
from graphrec_utils.grading.reports import pages
from graphrec_utils.grading.submissions import transplant
from graphrec_utils.graphs import propagation
from graphrec_utils.models import mf, ngcf

IMPORTS = """
import os, graphrec_utils.toy as t
from graphrec_utils import graphs
from graphrec_utils.models.mf import svd as s, fold_in
def f():
    from graphrec_utils import losses
    import graphrec_utils.data.splits
"""


def test_every_form_of_import_is_seen():
    assert origin.imported(IMPORTS) == {
        "graphrec_utils.toy", "graphrec_utils.graphs", "graphrec_utils.models.mf.svd",
        "graphrec_utils.models.mf.fold_in", "graphrec_utils.losses", "graphrec_utils.data.splits",
    }  # fmt: skip
    assert origin.imported("import (") == set()


def test_a_name_leads_to_its_module_to_the_packages_above_and_to_their_imports():
    found = origin.Course().needed([f"{metrics.__name__}.ndcg_at_k"])
    assert {"graphrec_utils", metrics.__name__, metrics.ndcg_at_k.__module__} <= found
    assert mf.__name__ not in found


@pytest.mark.parametrize("number", sorted(transplant.built()))
def test_the_modules_of_a_lesson_are_found_by_their_paths(number):
    course = origin.Course()
    own = set(course.lesson(number))
    references = {e.reference.__module__ for e in exercises.of_lesson(number)}
    assert references <= own
    assert own <= set(sys.modules), "loaded with the lesson"


def test_engine_and_grader_belong_to_every_lesson():
    needed = origin.Course().needed(origin.GRADER)
    assert {core.__name__, verdict.__name__, nursery.__name__} <= needed


def test_answers_use_what_they_and_the_setup_cells_they_need_import():
    known = transplant.lesson("05")
    assert transplant.uses(["def f(E): return ngcf.layer(E)"], known) == {ngcf.__name__}
    assert transplant.uses(["def f(E): return E"], known) == set()
    own = "def f(E):\n    from graphrec_utils.walks import ppr\n    return ppr(E)"
    assert transplant.uses([own], known) == {"graphrec_utils.walks.ppr"}


# ---------------------------------------------------------------- a batch over a changed course

NAMES = {"zero": ("00", []), "one": ("01", []), "five": ("05", [ngcf.__name__]),
         "none": ("", [])}  # fmt: skip


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """Return a copy of the course that the batch takes for the clone."""
    root = tmp_path / "clone"
    (root / "solutions").mkdir(parents=True)
    (root / "data").mkdir()
    ignore = shutil.ignore_patterns("__pycache__", "assets", "*.js", "*.json")
    shutil.copytree(paths.PACKAGE, root / "graphrec_utils", ignore=ignore)
    for number in ("00", "01", "05"):
        (root / "solutions" / f"{number}_x.ipynb").write_text("{}")
    monkeypatch.setattr(paths, "PACKAGE", root / "graphrec_utils")
    for name in NAMES:
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "a.ipynb").write_text("{}")
    return root


@pytest.fixture
def regraded(clone, tmp_path, monkeypatch):
    """Return a function that grades the class and returns the names of those who were graded."""
    jobs: list[str] = []

    def run(self, todo, count, finished):
        for number, job in todo.items():
            jobs.append(job["student"])
            lesson, uses = NAMES[job["student"]]
            entry = {"student": job["student"], "file": job["file"], "lesson": lesson,
                     "status": "graded", "exercises": []}  # fmt: skip
            finished(number, {"entry": entry, "answers": {}, "uses": uses})
        return {"network": "closed", "files": "hidden"}

    monkeypatch.setattr(crew.Crew, "run", run)

    def grade(**settings) -> set[str]:
        jobs.clear()
        batch.grade([tmp_path / "in"], tmp_path / "out", batch.Settings(**settings))
        return set(jobs)

    assert grade() == set(NAMES)
    return grade


def change(path) -> None:
    path.write_text(path.read_text("utf-8") + "\n# changed\n", encoding="utf-8")


def file(clone, module: str):
    """Return the clone's file of a module that is no package."""
    return clone.joinpath(*module.split(".")).with_suffix(".py")


def test_nothing_changed_nothing_graded_whatever_the_number_of_workers(regraded):
    assert regraded() == set()
    assert regraded(jobs=2) == set()


def test_a_changed_claim_regrades_its_lesson(clone, regraded):
    change(file(clone, exercises.get("01.3").reference.__module__))
    assert regraded() == {"one", "none"}


def test_a_claim_in_a_new_folder_of_a_lesson_regrades_it(clone, regraded):
    folder = clone / "graphrec_utils" / "lessons" / "lesson01"
    folder.mkdir(exist_ok=True)
    (folder / "ex9_new.py").write_text("CLAIM = 1\n")
    assert regraded() == {"one", "none"}
    change(folder / "ex9_new.py")
    assert regraded() == {"one", "none"}


def test_a_library_module_that_one_lesson_uses_regrades_that_lesson(clone, regraded):
    change(file(clone, ngcf.__name__))
    assert regraded() == {"five", "none"}


def test_a_module_that_the_used_ones_import_counts_too(clone, regraded):
    change(file(clone, propagation.__name__))
    assert regraded() == {"five", "none"}


def test_a_changed_solved_notebook_regrades_its_lesson(clone, regraded):
    change(clone / "solutions" / "00_x.ipynb")
    assert regraded() == {"zero", "none"}


def test_a_changed_engine_regrades_everybody(clone, regraded):
    change(file(clone, core.__name__))
    assert regraded() == set(NAMES)


def test_what_decides_no_points_regrades_only_those_of_no_lesson(clone, regraded):
    change(file(clone, pages.__name__))
    assert regraded() == {"none"}


def test_a_finished_file_of_an_older_grader_is_graded_again(tmp_path, regraded):
    kept = next(f for f in (tmp_path / "out" / "graded").glob("?" * 24 + ".json")
                if "five" in f.read_text())  # fmt: skip
    content = json.loads(kept.read_text())
    del content["digest"]
    kept.write_text(json.dumps(content))
    assert regraded() == {"five"}
