"""The page "From the course to the tools": its code runs, also where this course is not installed."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import data, graphs, metrics, paths
from graphrec_utils.authoring.lesson.source import built
from graphrec_utils.authoring.site import site_pages, tools_page
from graphrec_utils.models import lightgcn

PAGE = (site_pages.PAGES / "tools.md").read_text("utf-8")
SAVES, LOADS, FAISS, IMPLICIT = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
# An import of a module that is None fails: nothing of this course can be reached.
ALONE = "import sys\nsys.modules['graphrec_utils'] = None\n"


@pytest.fixture
def left(tmp_path, monkeypatch):
    """Likes, a model of them, and a folder with what the page saves."""
    monkeypatch.chdir(tmp_path)
    R = sp.csr_array((np.random.default_rng(0).random((12, 30)) < 0.2).astype(float))
    model = lightgcn.LightGCN(graphs.normalize(graphs.adjacency(R)), 12, 8, 2)
    exec(SAVES, {"model": model, "R": R})
    return R, model


def test_a_model_is_read_without_this_course(left, tmp_path):
    R, model = left
    code = ALONE + LOADS + "import json; print(json.dumps([recommend(u, 5) for u in range(12)]))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    known = data.Interactions(*R.nonzero(), *R.shape)
    expected = metrics.rank(model, known, 5, np.arange(12))
    assert json.loads(done.stdout) == expected.tolist()
    assert len([line for line in LOADS.splitlines() if line.strip()]) <= 10


def test_what_is_alone_cannot_reach_this_course():
    code = ALONE + "import graphrec_utils"
    done = subprocess.run([sys.executable, "-c", code], cwd=paths.root(), capture_output=True)
    assert done.returncode == 1 and b"ModuleNotFoundError" in done.stderr


def test_the_saved_graph_is_pygs_again(left):
    import torch
    from torch_geometric.data import HeteroData

    R, _ = left
    again = HeteroData.from_dict(torch.load("graph.pt", weights_only=True))
    assert again.validate()
    assert (again["user"].num_nodes, again["item"].num_nodes) == R.shape
    assert again["user", "likes", "item"].edge_index.tolist() == np.stack(R.nonzero()).tolist()


def test_an_index_finds_the_largest_products(left):
    pytest.importorskip("faiss")
    _, model = left
    names = {}
    exec(FAISS, names)
    user_emb, item_emb = (x.detach().numpy() for x in model.embeddings())
    expected = np.argsort(-user_emb[:5] @ item_emb.T, axis=1)[:, :20]
    np.testing.assert_array_equal(names["items"], expected)


def test_implicit_solves_for_the_same_user_vectors(left):
    pytest.importorskip("implicit")
    exec(IMPLICIT, {"R": left[0]})


def test_every_lesson_with_such_a_cell_is_on_the_page():
    text = tools_page.pyg()
    there = [
        source.stem
        for source in built()
        if tools_page.SAME in (paths.root() / "solutions" / source.name).read_text("utf-8")
    ]
    assert [stem[:2] for stem in there] == ["04", "05", "06", "07", "09", "12", "14", "16"]
    assert [stem for stem in there if f"(notebooks/{stem}.ipynb)" not in text] == []
    assert text.count("<details>") == len(there)


@pytest.mark.parametrize("source", built(), ids=lambda source: source.stem[:2])
def test_what_such_a_cell_says_to_be_equal_is_asserted(source):
    told = (paths.root() / "solutions" / source.name).read_text("utf-8")
    _, there, after = told.partition("# " + tools_page.SAME)
    if there:
        cell = after.partition("\n# %% [markdown]")[0]
        assert "torch.testing.assert_close(" in cell and "from torch_geometric" in cell
