"""The capstone takes a student's functions where they pass, and the library's where they do not."""

from __future__ import annotations

import importlib
import json
import os

import numpy as np
import pytest
import torch

from graphrec_utils.exercises.from_earlier import from_earlier

module = importlib.import_module("graphrec_utils.exercises.from_earlier")


def notebook(folder, stem: str, *cells: str) -> None:
    made = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    text = [{"cell_type": "markdown", "source": ["# my notes"]}]
    (folder / f"{stem}.ipynb").write_text(json.dumps({"cells": text + made}), encoding="utf-8")


RIGHT = """# exercise 01.6
def item2item_cosine(R):
    C = helper(R)
    c = C.diagonal()
    S = C / torch.outer(c, c).sqrt().clamp(min=1)
    S.fill_diagonal_(0)
    return S
"""
HELPER = "import os\nloud = print('side effect')\ndef helper(R):\n    return R.T @ R\n"


@pytest.fixture
def half_finished(tmp_path):
    """A student who has solved 01.6, is wrong in 02.5, has a broken cell in 04.4 and did not open 06."""
    notebook(tmp_path, "01_recommender_basics", "%matplotlib inline", "import torch", HELPER, RIGHT)
    notebook(tmp_path, "02_matrix_factorization", "import numpy as np",
             "def fold_in(histories, item_emb, alpha0, reg, nu):\n    return np.zeros((len(histories), item_emb.shape[1]))")  # fmt: skip
    notebook(tmp_path, "04_graph_view", "import numpy as np", "def l3_scores(R:\n    return R")
    return tmp_path


def other(*arguments):
    return "the library's"


def test_a_half_finished_student_gets_what_passes_and_the_library_s_for_the_rest(
    half_finished, capsys
):
    mine = from_earlier("01.6", other, half_finished)
    assert mine.whose == "yours"
    R = torch.tensor([[1.0, 1.0], [0.0, 1.0]])
    np.testing.assert_allclose(mine(R), [[0, 0.7071], [0.7071, 0]], atol=1e-4)
    said = {name: from_earlier(name, other, half_finished) for name in ("02.5", "04.4", "06.1")}
    assert {name: one.whose for name, one in said.items()} == {
        "02.5": "the library's: yours does not pass yet",
        "04.4": "the library's: its cell is no Python yet",
        "06.1": "the library's: no notebook of this lesson",
    }
    assert all(one() == "the library's" for one in said.values())
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("def item2item_cosine(R):\n    raise NotImplementedError", "not written yet"),
        ("x = 1", "no such function in your notebook"),
        ("item2item_cosine = 3", "no such function in your notebook"),
        ("item2item_cosine = print('an experiment')", "no such function in your notebook"),
        ("def item2item_cosine(R):\n    return 1 / 0", "yours does not pass yet"),
        ("def item2item_cosine(R):\n    import sys\n    sys.exit(3)", "yours does not pass yet"),
    ],
    ids=["stub", "nothing", "a number", "a call", "raises", "exits"],
)
def test_whatever_stands_there_the_library_s_is_used(tmp_path, cell, why):
    notebook(tmp_path, "01_recommender_basics", cell)
    found = from_earlier("01.6", other, tmp_path)
    assert found.whose == f"the library's: {why}" and found() == "the library's"


CONSTANTS = """import torch
EPS: float = 1e-9
ONE, FILL = 1, EPS * 0
root = lambda x: x.sqrt()
torch.left_behind = 1
LOST = open('left behind', 'w')
"""


def test_an_answer_may_use_constants_of_its_notebook_and_nothing_else_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = RIGHT.replace(".sqrt()", "").replace("torch.outer(c, c)", "root(torch.outer(c, c))")
    answer = answer.replace("min=1", "min=ONE - EPS").replace("fill_diagonal_(0)", "fill_diagonal_(FILL)")  # fmt: skip
    notebook(tmp_path, "01_recommender_basics", HELPER, CONSTANTS, answer)
    assert from_earlier("01.6", other, tmp_path).whose == "yours"
    assert not hasattr(torch, "left_behind") and not (tmp_path / "left behind").exists()


def test_a_notebook_is_read_once_and_again_when_it_has_changed(tmp_path, monkeypatch):
    read, load = [], json.loads
    monkeypatch.setattr(module.json, "loads", lambda text: read.append(1) or load(text))
    notebook(tmp_path, "01_recommender_basics", "import torch", HELPER, RIGHT)
    assert from_earlier("01.6", other, tmp_path).whose == "yours"
    assert (
        from_earlier("01.5", other, tmp_path).whose
        == "the library's: no such function in your notebook"
    )
    assert len(read) == 1
    file = tmp_path / "01_recommender_basics.ipynb"
    before = file.stat().st_mtime_ns
    notebook(tmp_path, "01_recommender_basics", "def item2item_cosine(R):\n    return R")
    os.utime(file, ns=(before + 1, before + 1))
    assert from_earlier("01.6", other, tmp_path).whose == "the library's: yours does not pass yet"
    assert len(read) == 2


def test_without_a_function_a_sentence_says_whose_it_would_be(tmp_path):
    nothing = from_earlier("01.6", None, tmp_path)
    assert nothing.function is None
    with pytest.raises(TypeError, match="no function of yours to call: the library's: no notebook"):
        nothing()


def test_a_file_that_is_no_notebook_is_no_answer(tmp_path):
    (tmp_path / "01_recommender_basics.ipynb").write_text("no JSON", encoding="utf-8")
    assert from_earlier("01.6", other, tmp_path).whose.startswith("the library's: ")


def test_an_exercise_that_does_not_exist_is_an_error():
    with pytest.raises(KeyError):
        from_earlier("01.99", other)
