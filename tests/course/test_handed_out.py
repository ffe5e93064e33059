"""Somebody has worked in the notebooks of this clone: grading does not mind, publishing refuses."""

from __future__ import annotations

import shutil

import nbformat
import pytest

from graphrec_utils import paths
from graphrec_utils.authoring import export
from graphrec_utils.authoring.lesson import handed_out
from graphrec_utils.authoring.site import site
from graphrec_utils.cli.setup.environment import CannotRun
from graphrec_utils.grading.submissions import intake, locate, transplant

NAME = "00_start_here.ipynb"


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A folder with lesson 00, solved and as it was handed out."""
    for folder in ("notebooks", "solutions"):
        (tmp_path / folder).mkdir()
        shutil.copy(paths.root() / folder / NAME, tmp_path / folder)
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    transplant.lesson.cache_clear()
    yield tmp_path
    transplant.lesson.cache_clear()


@pytest.fixture
def answered(clone):
    """The notebook of the clone after somebody has answered its first exercise there."""
    path = clone / "notebooks" / NAME
    notebook = nbformat.read(path, 4)
    cell = next(c for c in notebook.cells if c.id == "ex-00-1")
    cell.source = cell.source.replace("raise NotImplementedError", "return len")
    nbformat.write(notebook, path)
    return path


def test_the_stubs_are_those_that_were_handed_out(clone):
    known = transplant.lesson("00")
    notebook = intake.parse((clone / "notebooks" / NAME).read_bytes())
    for exercise in known.exercises:
        found = locate.answer(notebook, exercise.id, exercise.function, known.stubs[exercise.id])
        assert found.status == "not-implemented"


def test_an_answer_in_the_clones_own_notebook_is_graded(answered):
    """It once counted as "not implemented": it did not differ from the notebook of the clone."""
    known = transplant.lesson("00")
    first = known.exercises[0]
    notebook = intake.parse(answered.read_bytes())
    found = locate.answer(notebook, first.id, first.function, known.stubs[first.id])
    assert found.status == "" and "return len" in found.source


def test_notebooks_as_they_were_handed_out_can_be_published(clone):
    handed_out.check([clone / "notebooks" / NAME])


def test_a_notebook_with_answers_is_not_published(answered, tmp_path):
    out = tmp_path / "out"
    for publish in (
        lambda: export.main(["nbgrader", "00", "--out", str(out)]),
        lambda: export.main(["otter", "00", "--out", str(out)]),
    ):
        with pytest.raises(CannotRun, match=r"holds an answer to exercise 00\.1; .* reset 00"):
            publish()
    assert not out.exists()


def test_a_site_is_not_built_from_answers(answered, tmp_path, monkeypatch):
    monkeypatch.setattr(site, "built", lambda: [tmp_path / "solutions" / "00_start_here.py"])
    with pytest.raises(CannotRun, match="holds an answer to exercise 00"):
        site.build(tmp_path / "site")
    assert not (tmp_path / "site").exists()
