"""Without a vote of the empty cells the ridge of 2.5 orders nothing: the closed form, and what was measured."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import metrics, paths, results, toy
from graphrec_utils.models import mf
from solutions.experiments.lesson02 import whisper

TOY = sp.csr_array(toy.likes().double().numpy())  # likes connect everybody


@pytest.mark.parametrize("reg", [0.1, 0.3])
def test_without_a_vote_all_scores_end_at_one_less_the_ridge(reg):
    W, H = mf.ials(TOY, 2, 0.0, reg, sweeps=400)
    np.testing.assert_allclose(W @ H.T, 1 - reg, atol=1e-6)
    np.testing.assert_allclose(W, np.tile(H[:1], (3, 1)), atol=1e-6)  # one vector for all
    least = TOY.nnz * (
        reg**2 + 2 * reg * (1 - reg)
    )  # each like: (y - 1)^2 + 2 reg y at y = 1 - reg
    assert sum(mf.ials_loss(TOY, W, H, 0.0, reg)) == pytest.approx(least, abs=1e-9)


def test_a_vote_orders_what_the_ridge_leaves_tied():
    W, H = mf.ials(TOY, 2, 0.03, 0.1, sweeps=400)
    scores = W @ H.T
    assert scores[0, 2] - scores[0, 3] > 0.01  # Ann: Cube before Drive, as in 2.5


def test_the_fold_has_the_intervals_behind_what_validation_chose():
    source = paths.root() / "solutions" / "02_matrix_factorization.py"
    fold = " ".join(source.read_text(encoding="utf-8").replace("\n#", " ").split())
    stored = results.load("02_empty_cells").values
    for data, weights in (("MovieTweetings", (0.3, 10)), ("PinWorld", (0.00001, 0.3, 10))):
        rows = {row["alpha0"]: row["behind the best"] for row in stored[data]["rows"]}
        for alpha0 in weights:
            assert metrics.Comparison.stored(rows[alpha0]).gain(".3f") in fold, (data, alpha0)


@pytest.mark.parametrize(
    ("data", "whisper_weighs", "likes"), [("MovieTweetings", 1700, 65000), ("PinWorld", 9, 12000)]
)
def test_what_all_empty_cells_whisper_together(data, whisper_weighs, likes):
    part = results.load("02_whisper").values[data]
    whole = part["cells"] * part["settings"]["a whisper"]["alpha0"]
    assert whole == pytest.approx(whisper_weighs, rel=0.05)
    assert part["likes"] == pytest.approx(likes, rel=0.03)


def test_the_largest_part_is_found():
    R = sp.csr_array(np.array([[0, 0, 1], [1, 1, 0], [0, 1, 0.0]]))
    users, items = whisper.joined(R)
    assert users.tolist() == [1, 2] and items.tolist() == [0, 1]


def test_the_setting_of_eight_sweeps_is_the_one_of_the_figure():
    known, new = results.load("02_empty_cells").values, results.load("02_whisper").values
    for data in ("MovieTweetings", "PinWorld"):
        rows = {row["alpha0"]: row for row in known[data]["rows"]}
        for what in ("a whisper", "a weak vote"):
            arm = new[data]["settings"][what]
            row, after = rows[arm["alpha0"]], {r["sweeps"]: r for r in arm["test"]}
            assert row["reg"] == arm["reg"]
            assert row["ndcg"] == pytest.approx(after[8]["ndcg"], abs=2e-4)
