"""The measurements of lesson 07, on tiny inputs, and what they have stored."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import paths, results
from graphrec_utils.data import Features, Interactions
from solutions.experiments.lesson07 import sage_rivals as study
from solutions.experiments.lesson07 import sage_users


@pytest.fixture
def tiny(monkeypatch) -> study.Stage:
    """Sixty items of five topics, which content shows; five of them are new with edges, five without."""
    for name, value in (
        ("EPOCHS", 2),
        ("SHORT", 2),
        ("STEPS", 20),
        ("SIZE", 64),
        ("SHARED", 20),
        ("DIM", 8),
    ):
        monkeypatch.setattr(study, name, value)
    monkeypatch.setattr(study, "SEEDS", (0, 1))
    rng = np.random.default_rng(0)
    topic = np.arange(60) % 5
    R = (topic == (np.arange(40) % 5)[:, None]) & (rng.random((40, 60)) < 0.9)
    later = R & (rng.random(R.shape) < 0.3)
    later[:, 55:] = R[:, 55:]
    today, past = R & ~later, R & ~later
    past[:, 50:] = False
    content = study.unit(np.eye(5)[topic] + 0.3 * rng.normal(size=(60, 5))).astype(np.float32)
    past, today = (sp.csr_array(x.astype(float)) for x in (past, today))
    part = study.asked(np.argwhere(later), today)
    return study.Stage(past, today, today, part, content)


def test_groups_are_told_apart_and_nothing_new_is_learned_from(tiny):
    assert np.bincount(tiny.group).tolist() == [50, 5, 5]
    assert set(tiny.known.tolist()) == set(range(50))
    assert tiny.edges[:, 1].max() < 50


def test_what_is_asked_is_not_there_today(tiny):
    assert tiny.today[tiny.part.users, tiny.part.items].sum() == 0
    assert len(np.unique(tiny.part.pairs())) == len(tiny.part)


def test_what_tests_is_not_there_while_choosing(monkeypatch):
    rng = np.random.default_rng(0)
    words = Features(sp.csr_matrix(rng.integers(3, size=(300, 20))), np.arange(20))
    pairs = np.unique(rng.integers(0, [60, 300], (4000, 2)), axis=0)
    library = Interactions(*pairs.T, 60, 300, item_features=words)
    monkeypatch.setattr(study.datasets, "load", lambda name: {"library": library})
    choose, test = study.articles()
    R = choose.today + choose.past
    assert R[test.part.users, test.part.items].sum() == 0
    assert R[:, test.group > 0].nnz == 0  # nobody has an article that is to come
    for stage in (choose, test):
        assert set(stage.group[stage.part.items]) == {0, 1, 2}
        assert stage.past[stage.part.users, stage.part.items].sum() == 0


def test_a_shelf_holds_one_group_alone(tiny):
    shelf = study.Shelf(study.Same(np.arange(60.0)), tiny.group == 2)
    scores = shelf.scores(np.array([0, 1]))
    assert np.isneginf(scores[:, :55]).all() and np.isfinite(scores[:, 55:]).all()


def test_graphsage_learns_the_topics_of_known_and_new_items(tiny):
    knobs = {"loss": "softmax", "silent": 0.2, "scale": 0.3, "fanouts": (3, 3)}
    found = [study.embedded(tiny, lr=lr, **knobs) for lr in (0.03, 1e-9)]
    assert tiny.score(found[0]) > tiny.score(found[1])
    assert tiny.found(found[0], 2).ndcg.mean() > tiny.found(found[1], 2).ndcg.mean()


@pytest.mark.parametrize("name", ["iALS, folded in", "LightGCN, folded in"])
def test_who_is_folded_in_has_a_vector_and_who_has_no_edges_has_zeros(tiny, name):
    make, grid = study.MODELS[name]
    items = np.asarray(make(tiny, **{k: v[1] for k, v in grid.items()}).item_emb)
    assert np.abs(items[tiny.group == 1]).sum(axis=1).min() > 0
    assert not items[tiny.group == 2].any()


def test_a_model_is_tuned_and_tested_by_shelf(tiny, monkeypatch, tmp_path):
    few = {k: (study.MODELS[k][0], g) for k, g in (("RP3β", {"alpha": [0.6, 1.0], "beta": [0.0, 0.2]}),
                                                   ("GraphSAGE", {"lr": [0.01, 0.03]}))}  # fmt: skip
    monkeypatch.setattr(study, "MODELS", few)
    monkeypatch.setattr(paths, "root", lambda: tmp_path)  # where trials are kept
    values = study.rivals("tiny", tiny, tiny)
    rows = {row["model"]: row for row in values["models"]}
    assert rows["RP3β"]["trials"] >= 3 and rows["GraphSAGE"]["trials"] == 2
    assert [*rows] == [name + more for name in few for more in ("", study.POPULAR)]
    for name in few:  # a weight of zero is among those tried
        assert rows[name + study.POPULAR]["validation"] >= rows[name]["validation"] - 1e-9
    assert all(0 <= row[c] <= 1 for row in values["models"] for c in ("all", *study.GROUPS))
    both = ("GraphSAGE over RP3β, all", "GraphSAGE + popularity over RP3β + popularity, known")
    assert values["leads"][both[0]]["users"] == values["users"] and both[1] in values["leads"]
    again = study.rivals("tiny", tiny, tiny, stored=values | {"models": [
        row for row in values["models"] if row["model"] in few]})  # fmt: skip
    assert again == values
    assert values["models"][0]["new without"] < 1  # a walk has nothing to say there


def test_a_number_for_popularity_is_weighed_in_standard_deviations(tiny):
    plain = study.Same(np.arange(60.0))
    scores = study.popular(tiny, plain, 2.0).scores(np.array([0, 1]))
    likes = np.log1p(np.asarray(tiny.today.sum(axis=0)).ravel())
    np.testing.assert_allclose(
        scores, np.tile(np.arange(60) / np.std(np.arange(60)) + 2 * likes, (2, 1))
    )


def test_an_item_that_hears_nobody_has_no_word_either(tiny):
    start = study.fit(tiny, ids=True, lr=0.0).content
    made = study.fit(tiny, ids=True, drop=True, silent=1.0, lr=0.1).content
    np.testing.assert_array_equal(*(x.words.weight.detach().numpy() for x in (start, made)))
    assert made.bag.sum() == (tiny.group == 0).sum()  # back again when it serves
    some = study.fit(tiny, ids=True, drop=True, silent=0.5, lr=0.1).content
    assert (some.words.weight != start.words.weight)[tiny.known].any()


def test_more_steps_ids_and_a_weight_of_one_shelf(tiny, monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    rows = study.more(tiny, {"lr": 0.03})["more"]
    assert [row["arm"] for row in rows] == [*study.ARMS]
    assert all(row["with it"] >= row["as it is"] and row["weight"] in study.WEIGHTS for row in rows)
    monkeypatch.setattr(study, "SHELVED", ("RP3β", "GraphSAGE"))
    values = study.shelf(
        tiny, tiny, {"RP3β": {"alpha": 0.6, "beta": 0.0}, "GraphSAGE": {"lr": 0.03}}
    )
    counted, trained = values["shelf"]
    assert len(counted["seeds"]) == 1 and len(trained["seeds"]) == len(study.SEEDS)
    users = np.unique(tiny.part.users[tiny.group[tiny.part.items] == study.SHELF])
    assert values["shelf leads"]["GraphSAGE over RP3β"]["users"] == len(users)


def test_every_setting_of_the_open_task_is_measured(tiny):
    rows = study.choices(tiny)
    settings = {tuple(row[key] for key in study.CHOICES) for row in rows}
    assert len(settings) == len(rows) == 2 * 4 * 2


def test_the_stored_results_are_of_this_command():
    for part in study.CLAIMS:
        stored = results.load(f"07_{part}")
        assert stored.command == f"{study.COMMAND} {part}"
        assert stored.claim == study.CLAIMS[part]
    rivals = results.load("07_rivals").values["PinWorld"]["models"]
    assert not any(row["at the edge"] for row in rivals)
    rows = results.load("07_choices").values["rows"]
    assert {tuple(row[k] for k in study.CHOICES) for row in rows} == {
        tuple(x) for x in study.product(*study.CHOICES.values())
    }


# ------------------------------------------------------------- users who are made of items
def test_a_user_is_the_mean_of_what_he_or_she_liked_and_nobody_is_zeros():
    likes = Interactions(np.array([0, 0, 1]), np.array([0, 2, 1]), 3, 3)
    known = sage_users.content.Known(likes, sp.csr_array((1, 3)), np.eye(3, dtype=np.float32))
    items = np.array([[1.0, 0], [0, 2], [3, 4]])
    user_emb, item_emb = sage_users.mean(known, items)
    np.testing.assert_allclose(user_emb, [[2, 2], [0, 2], [0, 0]])
    assert item_emb is items


def test_the_stored_users_are_of_this_command():
    stored = results.load("07_users")
    assert (stored.claim, stored.command) == (sage_users.CLAIM, sage_users.COMMAND)
    slice_ = results.load("18_regimes_content").values["sets"]["PinWorld"]["methods"]["PinSage"][0]
    assert stored.values["knobs"] == slice_["knobs"]
    assert stored.values["folded in over mean"]["one"] == pytest.approx(slice_["mean"], abs=0.003)
