"""Metrics: edge cases first, then numbers by hand, then slow oracles on random data."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import metrics
from graphrec_utils.data import Interactions
from graphrec_utils.metrics import ranking

SINGLE = {
    "recall": metrics.recall_at_k,
    "capped_recall": metrics.capped_recall_at_k,
    "precision": metrics.precision_at_k,
    "hit_rate": metrics.hit_rate_at_k,
    "mrr": metrics.mrr,
    "average_precision": metrics.average_precision_at_k,
    "ndcg": metrics.ndcg_at_k,
}
ABCD, REL = "abcd", set("bde")  # hits at ranks 2 and 4; e is never recommended
LATE, THREE = [9, 1, 8, 7, 2], {1, 2, 3}  # hits at ranks 2 and 5


def random_case(m: int = 40, n: int = 25, seed: int = 0):
    """Return random scores (m, n) and disjoint train and test matrices; some users lack a test."""
    rng = np.random.default_rng(seed)
    cell = rng.random((m, n))
    train, test = (
        sp.csr_matrix(cell < 0.2),
        sp.csr_matrix((cell > 0.9) & (np.arange(m) % 5 > 0)[:, None]),
    )
    return rng.normal(size=(m, n)).astype(np.float32), train, test


# -------------------------------------------------------------- one list: edge cases


@pytest.mark.parametrize("metric", [*SINGLE.values(), metrics.dcg_at_k])
def test_a_user_without_relevant_items_has_no_value(metric):
    assert math.isnan(metric([1, 2], [], top=2))


@pytest.mark.parametrize("metric", SINGLE.values())
def test_an_empty_list_finds_nothing(metric):
    assert metric([], {1}, top=3) == 0


@pytest.mark.parametrize("metric", SINGLE.values())
def test_relevant_items_behind_the_cut_do_not_count(metric):
    assert metric([7, 8, 1], {1}, top=2) == 0


@pytest.mark.parametrize("metric", SINGLE.values())
@pytest.mark.parametrize("top", [0, -1, 2.0, None, True])
def test_a_cut_off_that_is_no_count_is_refused(metric, top):
    error = ValueError if type(top) is int else TypeError
    with pytest.raises(error, match="top must be an integer of at least 1"):
        metric([1], {1}, top=top)


@pytest.mark.parametrize("metric", SINGLE.values())
def test_a_list_that_names_an_item_twice_is_refused(metric):
    with pytest.raises(ValueError, match="names an item once"):
        metric([1, 1], {1}, top=2)


@pytest.mark.parametrize("metric", SINGLE.values())
def test_lists_tensors_and_arrays_are_the_same_to_a_metric(metric):
    value = metric(LATE, THREE, top=5)
    assert metric(torch.tensor(LATE), torch.tensor([1, 2, 3]), top=5) == value
    assert metric(np.array(LATE), np.array([1, 2, 3]), top=np.int64(5)) == value


@pytest.mark.parametrize("name", sorted(set(SINGLE) - {"recall", "precision"}))
def test_a_perfect_list_has_one(name):
    assert SINGLE[name]([1, 2, 3], {1, 2, 3, 4}, top=3) == 1
    assert SINGLE[name]([1, 2, 3, 8, 9], {1, 2, 3}, top=5) == 1


def test_recall_of_a_perfect_list_stays_below_one_when_the_list_is_short():
    assert metrics.recall_at_k([1, 2], {1, 2, 3, 4}, top=2) == 0.5
    assert metrics.capped_recall_at_k([1, 2], {1, 2, 3, 4}, top=2) == 1


def test_precision_divides_by_the_cut_off_even_if_the_list_is_shorter():
    assert metrics.precision_at_k([1], {1}, top=4) == 0.25


def test_a_relevant_item_named_twice_counts_once():
    assert metrics.recall_at_k([1, 2], [1, 1, 3], top=2) == 0.5


# ------------------------------------------------------------ one list: numbers by hand


@pytest.mark.parametrize(
    "name, value",
    [
        ("precision", 0.5),  # 2 of 4 places
        ("recall", 2 / 3),  # 2 of b, d, e
        ("capped_recall", 2 / 3),
        ("hit_rate", 1),
        ("mrr", 0.5),  # b at rank 2
        ("average_precision", (1 / 2 + 2 / 4) / 3),
        ("ndcg", 0.4982),
    ],
)
def test_hits_at_ranks_two_and_four(name, value):
    assert SINGLE[name](ABCD, REL, top=4) == pytest.approx(value, abs=5e-5)


@pytest.mark.parametrize(
    "name, value",
    [
        ("precision", 0.4),
        ("recall", 0.6667),
        ("mrr", 0.5),
        ("average_precision", 0.3),  # (1/2 + 2/5) / 3
        ("ndcg", 0.4776),
    ],
)
def test_hits_at_ranks_two_and_five(name, value):
    assert SINGLE[name](LATE, THREE, top=5) == pytest.approx(value, abs=5e-5)


def test_dcg_uses_the_logarithm_to_base_two():
    # 1/log2(3) + 1/log2(5); the natural logarithm would give 1.5316 and the same NDCG
    assert metrics.dcg_at_k(ABCD, REL, top=4) == pytest.approx(1.0616, abs=5e-5)


def test_one_relevant_item_at_rank_three_has_ndcg_one_half():
    assert metrics.ndcg_at_k([8, 9, 1], {1}, top=3) == pytest.approx(0.5)  # 1 / log2(4)


def test_hits_at_ranks_one_and_three_with_two_and_with_five_relevant_items():
    assert metrics.ndcg_at_k([1, 9, 2], {1, 2}, top=3) == pytest.approx(0.9197, abs=5e-5)
    assert metrics.ndcg_at_k([1, 9, 2, 7, 8], {1, 2, 3, 4, 5}, top=5) == pytest.approx(
        0.5087, abs=5e-5
    )


def test_the_ideal_list_is_no_longer_than_the_cut_off():
    # top 2, three relevant, a hit at rank 2: by |Rel| instead of min(top, |Rel|) .2961 and .1667
    assert metrics.ndcg_at_k([9, 1], THREE, top=2) == pytest.approx(0.3869, abs=5e-5)
    assert metrics.average_precision_at_k([9, 1], THREE, top=2) == 0.25


# --------------------------------------------------------------- named wrong versions


def ndcg_of_hits_only(ranked, relevant, top):
    hits = [item in relevant for item in ranked[:top]]
    gain = [1 / math.log2(rank + 2) for rank in range(top)]
    return sum(g for g, hit in zip(gain, hits, strict=True) if hit) / sum(gain[: sum(hits)])


def ndcg_without_offset(ranked, relevant, top):  # with rank + 1 to survive the first rank
    hits = [item in relevant for item in ranked[:top]]
    gain = [1 / math.log2(max(rank, 1) + 1) for rank in range(top)]
    return sum(g for g, hit in zip(gain, hits, strict=True) if hit) / sum(gain[: len(relevant)])


@pytest.mark.parametrize(
    "right, wrong, value",
    [
        (metrics.recall_at_k, lambda L, rel, k: len(set(L[:k]) & rel) / k, 0.4),
        (metrics.ndcg_at_k, ndcg_of_hits_only, 0.6241),
        (metrics.ndcg_at_k, ndcg_without_offset, None),
    ],
    ids=["recall divided by k", "ideal from hits only", "discount shifted by one rank"],
)
def test_a_named_wrong_metric_has_another_value(right, wrong, value):
    assert abs(right(LATE, THREE, 5) - wrong(LATE, THREE, 5)) > 0.01
    if value:
        assert wrong(LATE, THREE, 5) == pytest.approx(value, abs=5e-5)


# ------------------------------------------------------------------------- evaluate


def test_evaluate_is_every_single_metric_for_every_user():
    _, _, test = random_case()
    rng = np.random.default_rng(1)
    lists = np.array([rng.permutation(25)[:6] for _ in range(40)])
    lists[::3, 4:] = -1  # some lists are short
    result = metrics.evaluate(lists, test)
    for name, metric in SINGLE.items():
        oracle = {
            user: metric(lists[user][lists[user] >= 0], test[user].indices, top=6)
            for user in range(40)
            if test[user].nnz
        }
        assert result[name].to_dict() == pytest.approx(oracle), name


def test_users_without_test_items_do_not_lower_the_mean():
    test = sp.csr_matrix([[0, 1, 0], [0, 0, 0]])
    result = metrics.evaluate(np.array([[1, 0], [2, 0]]), test)
    assert result.index.tolist() == [0]
    assert result["recall"].mean() == 1  # a user without test items counted as 0: 0.5


def test_interactions_and_matrices_are_evaluated_alike():
    test = Interactions(np.array([0, 0, 1, 1]), np.array([2, 2, 0, 1]), 2, 3)  # one pair twice
    lists = np.array([[2, 1], [2, 0]])
    one, other = metrics.evaluate(lists, test), metrics.evaluate(lists, test.csr())
    pd.testing.assert_frame_equal(one, other)
    assert one["recall"].tolist() == [1, 0.5]


def test_weights_and_stored_zeros_of_a_matrix_do_not_change_the_metrics():
    test = sp.csr_matrix((np.array([5.0, 0.0]), (np.array([0, 0]), np.array([1, 2]))), shape=(1, 3))
    assert metrics.evaluate(np.array([[2, 1]]), test)["recall"].tolist() == [1]
    assert metrics.evaluate(np.array([[2, 1]]), test)["mrr"].tolist() == [0.5]


def test_an_empty_place_is_no_hit_whatever_the_neighboring_user_likes():
    test = sp.csr_matrix([[0, 0, 1], [1, 0, 0]])
    assert metrics.evaluate(np.array([[0], [-1]]), test)["recall"].tolist() == [0, 0]


def test_lists_of_some_users_are_matched_by_their_ids():
    test = sp.csr_matrix(np.eye(4))
    result = metrics.evaluate(np.array([[3], [1]]), test, users=np.array([3, 2]))
    assert result["recall"].to_dict() == {3: 1, 2: 0}


@pytest.mark.parametrize(
    "lists, sentence",
    [
        (np.array([[0], [1], [1]]), "3 lists for 2 users"),
        (np.array([[0, 3], [1, 0]]), r"must lie in 0...2"),
        (np.array([[0, -2], [1, 0]]), r"must lie in 0...2"),
        (np.array([[0, 1], [1, 1]]), "names an item twice"),
        (np.array([0, 1]), "must be .B, top. item ids"),
        (np.array([[0.0], [1.0]]), "must be .B, top. item ids"),
    ],
)
def test_lists_that_cannot_be_evaluated_are_refused(lists, sentence):
    with pytest.raises(ValueError, match=sentence):
        metrics.evaluate(lists, sp.csr_matrix(np.ones((2, 3))))


def test_a_test_set_without_items_is_refused():
    with pytest.raises(ValueError, match="nothing to evaluate"):
        metrics.evaluate(np.array([[0]]), sp.csr_matrix((1, 3)))


@pytest.mark.parametrize("top", [1, 5, 20])
def test_an_independent_implementation_has_the_same_values(top):
    """ir-measures, which calls trec_eval's C code; random rankings without ties."""
    ir = pytest.importorskip("ir_measures", reason="ir-measures comes with the extra dev")
    rng = np.random.default_rng(top)
    m, n = 60, 50
    test = sp.csr_matrix(rng.random((m, n)) < 0.15)
    lists = np.array([rng.permutation(n)[:top] for _ in range(m)])
    result = metrics.evaluate(lists, test)
    qrels = {str(u): {str(i): 1 for i in test[u].indices} for u in range(m) if test[u].nnz}
    run = {str(u): {str(i): float(top - rank) for rank, i in enumerate(lists[u])} for u in range(m)}
    names = {
        "recall": ir.R @ top,
        "precision": ir.P @ top,
        "hit_rate": ir.Success @ top,
        "mrr": ir.RR,  # of a list that ends at `top`
        "average_precision": ir.AP @ top,
        "ndcg": ir.nDCG @ top,
    }
    theirs = pd.DataFrame(0.0, index=result.index, columns=list(names))
    for found in ir.pytrec_eval.iter_calc(list(names.values()), qrels, run):
        (name,) = (name for name, measure in names.items() if measure == found.measure)
        theirs.loc[int(found.query_id), name] = found.value
    relevant = np.diff(test.indptr)[result.index]
    # trec_eval divides by all relevant items, this course by those that fit into the list
    theirs["average_precision"] *= relevant / np.minimum(top, relevant)
    theirs["capped_recall"] = theirs["recall"] * relevant / np.minimum(top, relevant)
    assert len(result) > 50 and 0.01 < result["ndcg"].mean() < 0.5
    assert (result - theirs[result.columns]).abs().max().max() < 1e-9


# ------------------------------------------------------------------------- ranking


def loop_ranking(scores, train, top, order):
    """The slow oracle: sort all unseen items of a user by (score, place in the tie order)."""
    rows = []
    for user, row in enumerate(scores):
        seen = set(train[user].indices)
        items = sorted(
            (i for i in range(len(row)) if i not in seen), key=lambda i: (-row[i], order[i])
        )
        rows.append((items + [-1] * top)[:top])
    return np.array(rows)


@pytest.mark.parametrize("block", [1, 60, 10**6])
def test_ranking_equals_the_loop_in_blocks_of_any_size(block, monkeypatch):
    monkeypatch.setattr(ranking, "BLOCK", block)
    scores, train, _ = random_case()
    got = metrics.rank_with(lambda users: scores[users], train, top=7)
    assert (got == loop_ranking(scores, train, 7, ranking.tie_order(25, 0))).all()


@pytest.mark.parametrize("levels", [1, 2, 4])
def test_ranking_with_many_equal_scores_equals_the_loop(levels):
    scores, train, _ = random_case()
    scores = np.floor(np.random.default_rng(2).random(scores.shape) * levels)
    for seed in (0, 1):
        got = metrics.rank_with(lambda users: scores[users], train, top=7, seed=seed)
        assert (got == loop_ranking(scores, train, 7, ranking.tie_order(25, seed))).all()


def test_seen_items_are_never_recommended_and_places_stay_empty_instead():
    train = sp.csr_matrix([[1, 1, 0], [1, 1, 1]])
    got = metrics.rank_with(lambda users: np.ones((len(users), 3)), train, top=2)
    assert got.tolist() == [[2, -1], [-1, -1]]


def test_a_user_without_train_items_is_ranked_over_the_whole_catalog():
    train = sp.csr_matrix([[1, 0, 1], [0, 0, 0]])
    got = metrics.rank_with(lambda u: np.array([[3.0, 2.0, 1.0]] * len(u)), train, top=3)
    assert got.tolist() == [[1, -1, -1], [0, 1, 2]]


def test_nobody_to_rank_for_gives_no_lists():
    got = metrics.rank_with(lambda u: np.zeros((len(u), 3)), sp.csr_matrix((0, 3)), top=2)
    assert got.shape == (0, 2)


def test_masking_the_test_items_instead_of_train_gives_zero():
    scores, train, test = random_case()
    wrong = metrics.rank_with(lambda users: scores[users], test, top=7)
    right = metrics.rank_with(lambda users: scores[users], train, top=7)
    assert metrics.evaluate(wrong, test)["recall"].max() == 0
    assert metrics.evaluate(right, test)["recall"].mean() > 0


def test_without_a_mask_seen_items_come_back():
    scores, train, _ = random_case()
    wrong = metrics.rank_with(lambda u: scores[u], None, top=7, users=np.arange(40))
    assert metrics.evaluate(wrong, train)["recall"].sum() > 0
    right = metrics.rank_with(lambda u: scores[u], train, top=7)
    assert metrics.evaluate(right, train)["recall"].sum() == 0


def test_more_places_than_items_leaves_places_empty():
    got = metrics.rank_with(lambda u: np.array([[1.0, 2.0]]), sp.csr_matrix((1, 2)), top=4)
    assert got.tolist() == [[1, 0, -1, -1]]


def test_a_model_without_opinion_does_as_well_as_chance():
    # the 20 relevant items have the smallest ids: an order by id would find all of them
    m, n, top = 4, 1000, 20
    test = sp.csr_matrix(np.repeat(np.arange(n)[None] < top, m, axis=0))

    def constant(users):
        return np.zeros((len(users), n))

    recalls = [
        metrics.evaluate(
            metrics.rank_with(constant, None, top, users=np.arange(m), seed=seed), test
        )["recall"].mean()
        for seed in range(200)
    ]
    # 20 of 1000 chosen at random: mean 20/1000, sd of the mean about sqrt(.02 * .98 / 20 / 200)
    assert abs(np.mean(recalls) - 0.02) < 5 * math.sqrt(0.02 * 0.98 / top / 200)


def test_equal_scores_are_ordered_by_the_seed_alone():
    def constant(users):
        return torch.zeros(len(users), 50)

    def rank(seed):
        return metrics.rank_with(constant, None, 50, users=np.arange(3), seed=seed)

    assert (rank(0) == rank(0)).all() and (rank(0)[0] == rank(0)[2]).all()
    assert (rank(0) != rank(1)).any()


def test_nan_scores_are_refused():
    scores = np.zeros((1, 5))
    scores[0, 3] = np.nan
    with pytest.raises(ValueError, match="contain NaN"):
        metrics.rank_with(lambda u: scores[u], sp.csr_matrix((1, 5)), top=2)


def test_minus_infinity_means_never():
    scores = np.array([[0.0, -np.inf, 1.0]])
    got = metrics.rank_with(lambda u: scores[u], sp.csr_matrix((1, 3)), top=3)
    assert got.tolist() == [[2, 0, -1]]


def test_the_scores_of_the_caller_are_not_written_to():
    for scores in (np.zeros((1, 3)), torch.zeros(1, 3)):
        metrics.rank_with(lambda u, scores=scores: scores, sp.csr_matrix([[1, 1, 0]]), top=1)
        assert not scores.any()


def test_rank_all_is_the_ranking_by_inner_products():
    rng = np.random.default_rng(0)
    U, V = rng.integers(-3, 4, (40, 4)), rng.integers(-3, 4, (25, 4))  # exact, with many ties
    _, train, _ = random_case()
    oracle = loop_ranking(U @ V.T, train, 7, ranking.tie_order(25, 0))
    for make in (np.float32, torch.tensor):
        got = metrics.rank_all(make(U) * 1.0, make(V) * 1.0, train, top=7)
        assert (got == oracle).all()


@pytest.mark.parametrize("tile", [1, 7, 8, 25, 40, 100])
def test_rank_all_equals_the_loop_in_tiles_of_any_size(tile, monkeypatch):
    """Whole numbers, so that scores of several tiles are equal and exact."""
    monkeypatch.setattr(ranking, "TILE", tile)
    rng = np.random.default_rng(tile)
    U, V = rng.integers(-2, 3, (40, 3)).astype(float), rng.integers(-2, 3, (25, 3)).astype(float)
    _, train, _ = random_case()
    for top in (1, 7, 30):
        got = metrics.rank_all(U, V, train, top)
        assert (got == loop_ranking(U @ V.T, train, top, ranking.tie_order(25, 0))).all()


def test_rank_all_for_some_users_is_the_same_rows():
    rng = np.random.default_rng(0)
    U, V = rng.normal(size=(40, 4)), rng.normal(size=(25, 4))
    _, train, _ = random_case()
    users = np.array([7, 3, 30])
    everyone = metrics.rank_all(U, V, train, top=5)
    assert (metrics.rank_all(U, V, train, top=5, users=users) == everyone[users]).all()


def test_rank_all_takes_parameters_that_require_gradients():
    U, V = torch.nn.Parameter(torch.eye(2)), torch.nn.Parameter(torch.eye(2))
    assert metrics.rank_all(U, V, None, top=1).tolist() == [[0], [1]]


def test_ranking_never_asks_for_all_scores_at_once(monkeypatch):
    monkeypatch.setattr(ranking, "BLOCK", 100)
    asked = []

    def scores(users):
        asked.append(len(users))
        return np.zeros((len(users), 25))

    metrics.rank_with(scores, sp.csr_matrix((40, 25)), top=3)
    assert max(asked) == 4 and sum(asked) == 40  # 4 * 25 = 100


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ({"train": None}, "say which users"),
        ({"train": sp.csr_matrix((2, 4))}, "3 scores per user, but train has 4 items"),
        (
            {"train": sp.csr_matrix((2, 3)), "users": np.array([2])},
            "0 to 1, the users of train; got 2",
        ),
        ({"train": sp.csr_matrix((2, 3)), "top": 0}, "top must be"),
    ],
)
def test_a_ranking_that_cannot_be_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        metrics.rank_with(lambda users: np.zeros((len(users), 3)), **arguments)


def test_scores_of_the_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"must be \(1, n\); got \(3,\)"):
        metrics.rank_with(lambda users: np.zeros(3), sp.csr_matrix((2, 3)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 63, 64, 65, 300])
@pytest.mark.parametrize("top", [1, 20, 400])
def test_the_kernel_equals_the_loop_for_every_size(dtype, n, top):
    """n around its chunks of 64, top beyond the catalog, ties, -inf, users who saw everything."""
    rng = np.random.default_rng(n)
    scores = rng.integers(-3, 4, (12, n)).astype(dtype)
    scores[rng.random(scores.shape) < 0.1] = -np.inf
    scores[:3] = rng.normal(size=(3, n))
    train = sp.csr_matrix(rng.random((12, n)) < np.linspace(0, 1, 12)[:, None])
    got = metrics.rank_with(lambda users: scores[users], train, top)
    expected = loop_ranking(scores, train, top, ranking.tie_order(n, 0))
    for row, wanted, values in zip(got, expected, scores, strict=True):
        # the loop also lists items with -inf: these places stay empty
        wanted = [i for i in wanted if i >= 0 and values[i] > -np.inf]
        assert row.tolist() == wanted + [-1] * (top - len(wanted))


def test_scores_in_any_memory_layout_and_number_type_are_ranked_alike():
    scores, train, _ = random_case()
    scores = np.round(scores * 4)
    wide = np.zeros((80, 50), np.float32)
    wide[::2, ::2] = scores
    expected = metrics.rank_with(lambda u: scores[u], train, top=7)
    for other in (
        np.asfortranarray(scores),
        wide[::2, ::2],
        scores.astype(np.int64),
        scores.astype(np.float16),
        torch.from_numpy(scores).bfloat16(),
        torch.from_numpy(scores.T.copy()).T,
    ):
        got = metrics.rank_with(lambda u, other=other: other[u], train, top=7)
        assert (got == expected).all()


def test_embeddings_that_are_views_are_ranked_alike():
    rng = np.random.default_rng(0)
    U, V = rng.normal(size=(80, 8)), rng.normal(size=(8, 25))
    _, train, _ = random_case()
    expected = metrics.rank_all(U[::2, ::2].copy(), V[::2].T.copy(), train, top=5)
    assert (metrics.rank_all(U[::2, ::2], V[::2].T, train, top=5) == expected).all()
    assert (metrics.rank_all(torch.tensor(U)[::2, ::2], V[::2].T, train, 5) == expected).all()


def test_nan_embeddings_are_refused_wherever_they_are():
    rng = np.random.default_rng(0)
    for side, row in ((0, 0), (0, 39), (1, 0), (1, 24)):
        emb = [rng.normal(size=(40, 4)), rng.normal(size=(25, 4))]
        emb[side][row, 2] = np.nan
        with pytest.raises(ValueError, match="contain NaN"):
            metrics.rank_all(*emb, sp.csr_matrix((40, 25)), top=3)


def test_nan_at_a_seen_item_is_never_looked_at():
    scores = np.array([[np.nan, 1.0, 2.0]])
    got = metrics.rank_with(lambda u: scores[u], sp.csr_matrix([[1, 0, 0]]), top=2)
    assert got.tolist() == [[2, 1]]


@pytest.mark.parametrize("users", [[-1], [40], [0.0], [[0]]])
def test_users_that_do_not_exist_are_refused(users):
    U, V, train = np.ones((40, 2)), np.ones((25, 2)), sp.csr_matrix((40, 25))
    with pytest.raises(
        ValueError, match=r"from 0 to 39, the (rows|users) of (user_emb|test)|integer ids"
    ):
        metrics.rank_all(U, V, train, users=np.array(users))
    with pytest.raises(
        ValueError, match=r"from 0 to 39, the (rows|users) of (user_emb|test)|integer ids"
    ):
        metrics.evaluate(np.zeros((1, 2), int), sp.csr_matrix((40, 25)), users=np.array(users))


def test_embeddings_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"\(40, 2\) and \(25, 3\)"):
        metrics.rank_all(np.ones((40, 2)), np.ones((25, 3)), None)
    with pytest.raises(ValueError, match="from 0 to 29, the users of train; got 40"):
        metrics.rank_all(np.ones((41, 2)), np.ones((5, 2)), sp.csr_matrix((30, 5)), users=[40])


def test_a_repeated_train_edge_is_seen_once_and_an_empty_graph_hides_nothing():
    twice = sp.coo_matrix((np.ones(3), ([0, 0, 0], [2, 0, 2])), shape=(1, 3))
    scores = np.array([[1.0, 2.0, 3.0]])
    assert metrics.rank_with(lambda u: scores[u], twice, top=3).tolist() == [[1, -1, -1]]
    empty = sp.csr_matrix((1, 3))
    assert metrics.rank_with(lambda u: scores[u], empty, top=3).tolist() == [[2, 1, 0]]
    assert metrics.rank_with(lambda u: scores[u, :0], sp.csr_matrix((1, 0)), top=2).tolist() == [
        [-1, -1]
    ]


def test_lists_longer_than_the_catalog_are_evaluated():
    test = sp.csr_matrix([[0, 1, 1]])
    lists = metrics.rank_with(lambda u: np.array([[3.0, 2.0, 1.0]]), None, 5, users=np.array([0]))
    row = metrics.evaluate(lists, test).iloc[0]
    assert (row["recall"], row["precision"], row["mrr"]) == (1, 2 / 5, 1 / 2)


# ---------------------------------------------------------- beyond the mean of accuracy


def test_coverage_counts_items_that_are_in_any_list():
    assert metrics.coverage(np.array([[0, 1], [1, -1]]), num_items=4) == 0.5


def test_exposure_ignores_empty_places():
    assert metrics.exposure(np.array([[0, 1], [1, -1]]), num_items=3).tolist() == [1, 2, 0]


def test_gini_is_zero_for_equals_and_almost_one_for_a_monopoly():
    assert metrics.gini(np.full(7, 3)) == pytest.approx(0)
    assert metrics.gini(np.array([0, 0, 0, 9])) == pytest.approx(3 / 4)  # (n - 1) / n


def test_gini_is_half_the_mean_difference_over_the_mean():
    counts = np.random.default_rng(0).integers(0, 9, 30)
    oracle = np.abs(counts[:, None] - counts).mean() / (2 * counts.mean())
    assert metrics.gini(counts) == pytest.approx(oracle)


@pytest.mark.parametrize("counts", [[], [0, 0], [1, -1]])
def test_gini_of_nothing_is_refused(counts):
    with pytest.raises(ValueError, match="not all 0"):
        metrics.gini(np.array(counts))


def test_popularity_overlap_is_the_share_of_bestsellers():
    train = sp.csr_matrix([[1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 0, 0]])  # 0 and 1 sell best
    assert metrics.popularity_overlap(np.array([[0, 1], [1, 3]]), train) == 0.75
    assert metrics.popularity_overlap(np.array([[2, -1], [1, -1]]), train) == 0.5


def test_bestsellers_are_counted_not_weighed():
    train = sp.csr_matrix([[5, 1], [0, 1]])  # five stars once, one star twice
    assert metrics.popularity_overlap(np.array([[1]]), train) == 1


def test_recall_by_popularity_counts_events_in_the_buckets_of_their_items():
    # degrees in train: 3, 1, 0, 2
    train = sp.csr_matrix([[1, 1, 0, 1], [1, 0, 0, 1], [1, 0, 0, 0]])
    test = sp.csr_matrix([[0, 0, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1]])
    lists = np.array([[2], [1], [1]])
    table = metrics.recall_by_popularity(lists, test, train, bounds=(0, 2))
    assert table.index.tolist() == ["0", "1-2", "3+"]
    assert table["items"].tolist() == [1, 2, 1]
    assert table["events"].tolist() == [2, 2, 0]
    assert table["recall"].tolist()[:2] == [0.5, 0.5]  # item 2: 1 of 2; items 1 and 3: 1 of 2
    assert math.isnan(table["recall"].iloc[2])


def test_bucket_recalls_weighted_by_events_are_the_recall_of_all_events():
    scores, train, test = random_case(m=200, n=60)
    lists = metrics.rank_with(lambda users: scores[users], train, top=9)
    table = metrics.recall_by_popularity(lists, test, train)
    hits = sum(len(set(lists[u]) & set(test[u].indices)) for u in range(200))
    assert (table["recall"] * table["events"]).sum() == pytest.approx(hits)
    assert table["events"].sum() == test.nnz and table["items"].sum() == 60


def test_default_buckets_keep_equal_degrees_together_and_are_about_as_large():
    _, train, test = random_case(m=400, n=500)
    lists = np.tile(np.arange(5), (400, 1))
    table = metrics.recall_by_popularity(lists, test, train)
    assert 8 <= len(table) <= 10 and table["items"].max() <= 100
    ends = [int(x) for label in table.index[:-1] for x in label.split("-")]
    assert ends == sorted(ends)


def test_one_degree_for_all_makes_one_bucket():
    table = metrics.recall_by_popularity(
        np.array([[0]]), sp.csr_matrix([[1, 0]]), sp.csr_matrix([[1, 1]])
    )
    assert table["items"].tolist() == [2]


def test_by_activity_averages_users_of_like_degree():
    train = sp.csr_matrix([[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]])
    test = sp.csr_matrix([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]])
    per_user = metrics.evaluate(np.array([[1], [2], [3], [3]]), test)
    table = metrics.by_activity(per_user, train, bounds=(1,))
    assert table.index.tolist() == ["0-1", "2+"]
    assert table["users"].tolist() == [1, 2]  # user 3 has no test item
    assert table["recall"].tolist() == [1, 0.5]


def test_bounds_that_do_not_increase_are_refused():
    with pytest.raises(ValueError, match="bounds must increase"):
        metrics.recall_by_popularity(
            np.array([[0]]), sp.csr_matrix([[1]]), sp.csr_matrix([[1]]), bounds=(5, 1)
        )
