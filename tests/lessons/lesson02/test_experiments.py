"""Without a vote of the empty cells the ridge of 2.5 orders nothing: the closed form, and what was measured."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import datasets, metrics, paths, results, toy
from graphrec_utils.models import baselines, mf
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


@pytest.mark.full
def test_half_of_the_list_finds_fewer_likes_than_the_bestsellers_that_it_replaces():
    """What 2.6 says of iALS and popularity, of which the table prints the means alone."""
    try:
        movies = datasets.load("movietweetings-100k")
    except datasets.Unavailable as problem:
        pytest.skip(str(problem))
    past, _, test = movies.at_least(7).temporal_split((0.9, 0.0, 0.1))
    users = np.unique(test.users)
    wanted = {u: set(test.items[test.users == u].tolist()) for u in users.tolist()}
    popular = metrics.rank(baselines.popularity(past), past, 20, users)
    lists = [
        metrics.rank(mf.ials(past.csr(), 32, 0.3, 0.003, sweeps=8, seed=k), past, 20, users)
        for k in range(3)
    ]
    ours = sum(metrics.evaluate(one, test, users) for one in lists) / 3
    theirs = metrics.evaluate(popular, test, users)
    recall = metrics.compare(ours.recall, theirs.recall)
    assert (recall.low, recall.high) == pytest.approx((-0.033, -0.007), abs=0.001)
    ndcg = metrics.compare(ours.ndcg, theirs.ndcg)
    assert ndcg.low < 0 < ndcg.high

    def places(lists, others):
        """Where a list has the hits that it shares with the other one."""
        rows = zip(lists.tolist(), others.tolist(), users.tolist(), strict=True)
        return [
            k
            for one, other, u in rows
            for k, i in enumerate(one, 1)
            if i in wanted[u] and i in other
        ]

    own = np.mean([np.mean(places(one, popular)) for one in lists])
    assert own == pytest.approx(8.0, abs=0.15)
    assert np.mean([np.mean(places(popular, one)) for one in lists]) == pytest.approx(9.2, abs=0.15)
