"""The measurements of lesson 12, on tiny inputs, and what they have stored."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import results
from graphrec_utils.data import Interactions, Split, Triples
from graphrec_utils.models import kge
from solutions.experiments.lesson12 import (
    inverse_leak,
    kg_patterns,
    likes_as_relation,
    transe_losses,
)
from tests.lessons import listed


# ---------------------------------------------------------------- patterns
@pytest.mark.parametrize("kind", kg_patterns.KINDS)
def test_what_is_held_out_follows_from_what_is_known(kind):
    train, asked = kg_patterns.graph(kind, 0)
    known = {tuple(f) for f in train.array().tolist()}
    assert 4 < len(asked) < len(train) and not known & {tuple(f) for f in asked.array().tolist()}
    for h, r, t in asked.array().tolist():
        if kind in ("symmetric", "inverse"):
            assert (t, 0, h) in known
        if kind == "composition":
            assert any(
                (h, 0, b) in known and (b, 1, t) in known for b in range(kg_patterns.ENTITIES)
            )
        if kind == "order counts":
            first, second = {2: (0, 1), 3: (1, 0)}[r]
            ways = [
                (h, first, b) in known and (b, second, t) in known
                for b in range(kg_patterns.ENTITIES)
            ]
            assert any(ways)
        if kind == "one to many":
            assert (h, 0, t) in known
        if kind == "order":
            assert (t, r, h) not in known


@pytest.mark.parametrize("kind", kg_patterns.KINDS)
def test_a_planted_graph_is_in_one_piece(kind):
    """In pieces whoever finds the piece has the answer, whatever the formula can say."""
    train, _ = kg_patterns.graph(kind, 0)
    n = kg_patterns.ENTITIES
    joined = sp.csr_array((np.ones(len(train)), (train.heads, train.tails)), shape=(n, n))
    assert sp.csgraph.connected_components(joined, directed=False)[0] == 1


def test_a_score_that_cannot_tell_directions_guesses(monkeypatch):
    monkeypatch.setattr(kg_patterns, "EPOCHS", 20)
    found = kg_patterns.measure("DistMult", "order", 0, lr=0.1, reg=1e-3)
    assert found["direction"] == 0.5
    assert kg_patterns.measure("TransE", "symmetric", 0, lr=0.1, reg=1e-3)["MRR"] <= 1
    assert set(kg_patterns.GRID) == {"lr", "reg"} and set(kge.SCORES) == {
        "TransE",
        "DistMult",
        "ComplEx",
        "RotatE",
    }


def test_a_product_takes_a_parents_own_parent_for_a_child():
    """What 12.4 says of 0.76: whoever stands before a held-out child is the parent's own parent."""
    train, asked = kg_patterns.graph("one to many", 1)
    model = kge.fit(
        train, kge.SCORES["DistMult"], kg_patterns.DIM, kg_patterns.EPOCHS, seed=1, lr=0.03, reg=0.1
    )
    facts = train.array().tolist() + asked.array().tolist()
    above = []
    for scores, (h, r, t) in zip(
        model.tails(asked.heads, asked.rels), asked.array().tolist(), strict=True
    ):
        right = {tail for head, rel, tail in facts if (head, rel) == (h, r)}
        parents = {head for head, _, tail in facts if tail == h}
        above += [
            x in parents for x in np.flatnonzero(scores >= scores[t]).tolist() if x not in right
        ]
    assert len(above) > 4 and all(above)


# ---------------------------------------------------------------- the leak
def small() -> Split:
    rng = np.random.default_rng(0)
    facts = np.unique(
        np.stack(
            [rng.integers(20, size=200), rng.integers(3, size=200), rng.integers(20, size=200)], 1
        ),
        axis=0,
    )
    facts = facts[rng.permutation(len(facts))]
    return Split(*(Triples(*part.T, 20, 3) for part in np.split(facts, [120, 140])))


def test_twins_are_the_facts_from_the_other_side():
    part = small().train
    both = inverse_leak.twins(part)
    assert len(both) == 2 * len(part) and both.num_relations == 6
    assert (both.heads[len(part) :] == part.tails).all() and (
        both.rels[len(part) :] == part.rels + 3
    ).all()


def test_a_careful_split_keeps_twins_together_and_a_careless_one_does_not():
    split = small()
    for make, apart in ((inverse_leak.careful, False), (inverse_leak.careless, True)):
        parts = make(split, 0)
        assert sum(map(len, parts)) == 2 * sum(map(len, split))
        train = {tuple(f) for f in parts.train.array().tolist()}
        twin = [(t, (r + 3) % 6, h) in train for h, r, t in parts.test.array().tolist()]
        assert (np.mean(twin) > 0.5) == apart and (np.mean(twin) == 0) == (not apart)


def test_the_rule_finds_the_mirrors_and_looks_up():
    parts = inverse_leak.careless(small(), 0)
    mirrors = inverse_leak.mirrors(parts.train)
    assert all((r + 3) % 6 in found for r, found in mirrors.items()) and len(mirrors) == 6
    careless = inverse_leak.told(inverse_leak.looked_up(parts))["MRR"]
    careful = inverse_leak.told(inverse_leak.looked_up(inverse_leak.careful(small(), 0)))["MRR"]
    assert careless > 0.6 > 0.35 > careful


def test_a_rule_without_an_opinion_is_in_the_middle():
    one = Split(
        Triples([0], [0], [1], 11, 2), Triples([], [], [], 11, 2), Triples([3], [1], [4], 11, 2)
    )
    assert inverse_leak.looked_up(one).tolist() == [6.0, 6.0]


# ---------------------------------------------------------------- likes
def events(rng, count, days=(0, 50)):
    times = np.sort(rng.integers(days[0] * 86_400, days[1] * 86_400, size=count))
    return Interactions(
        rng.integers(40, size=count), rng.integers(30, size=count), 40, 30, times=times
    )


def test_users_items_and_attributes_share_one_space_of_entities():
    likes = sp.csr_array(np.array([[1, 0, 1], [0, 1, 0]]))
    matrix = sp.csr_array(np.array([[1, 1, 0]]))
    genre = likes_as_relation.Relation(matrix, "genre")
    maker = likes_as_relation.Relation(matrix, "maker")
    facts = likes_as_relation.one_graph(likes, {"genre": genre, "maker": maker})
    assert facts.array().tolist() == [
        [0, 0, 2],
        [0, 0, 4],
        [1, 0, 3],
        [5, 1, 2],
        [5, 1, 3],
        [6, 2, 2],
        [6, 2, 3],
    ]
    assert (facts.num_entities, facts.num_relations) == (7, 3)
    assert likes_as_relation.rows_of(likes, {"genre": genre}).toarray().tolist() == [
        [1, 0, 1],
        [0, 1, 0],
        [1, 1, 0],
    ]


def test_a_behavior_joins_the_same_users_and_can_share_their_rows():
    likes = sp.csr_array(np.array([[1.0, 0, 1], [0, 1, 0]]))
    click = likes_as_relation.Relation(sp.csr_array(np.array([[0, 1, 0], [0, 0, 1]])), "user")
    follows = likes_as_relation.Relation(sp.csr_array(np.array([[1], [0]])), "user", "creator")
    more = {"click": click, "follows": follows}
    facts = likes_as_relation.one_graph(likes, more)
    assert facts.array()[3:].tolist() == [[0, 1, 3], [1, 1, 4], [0, 2, 5]]
    assert facts.num_entities == 6
    apart = likes_as_relation.rows_of(likes, more).toarray().tolist()
    assert apart == [[1, 0, 1], [0, 1, 0], [0, 1, 0], [0, 0, 1]]
    together = likes_as_relation.rows_of(likes, more, 0.5).toarray().tolist()
    assert together == [[1, 0.5, 1], [0, 1, 0.5]]


def test_every_model_is_tuned_and_compared_and_new_items_are_kept(monkeypatch):
    rng = np.random.default_rng(0)
    train, val, test = events(rng, 400), events(rng, 80, (50, 60)), events(rng, 80, (60, 70))
    train, val = (part.select(part.items < 27) for part in (train, val))
    split = Split(train, val.without(train), test.without(train).without(val))
    matrix = sp.csr_array((np.random.default_rng(1).random((4, 30)) < 0.4).astype(float))
    more = {" + attributes": {"genre": likes_as_relation.Relation(matrix, "genre")}}
    grids = {k: {name: x[:2] for name, x in g.items()} for k, g in likes_as_relation.GRIDS.items()}
    monkeypatch.setattr(
        likes_as_relation, "GRIDS", grids | {"TransE": grids["TransE"] | {"steps": [1e3, 2e3]}}
    )
    monkeypatch.setattr(likes_as_relation, "SEEDS", (0, 1))
    asked = test.select(np.isin(test.users, train.users)).without(split.past())
    fitted, makers = [], likes_as_relation.makers
    monkeypatch.setattr(
        likes_as_relation, "makers", lambda e, m: fitted.append(len(e)) or makers(e, m)
    )
    with listed.without_the_past(split, asked):
        values = likes_as_relation.measure(split, lambda _: more, budget=2, users=20)
    assert fitted == [len(train), len(split.past())]  # the winners know what validation holds
    names = [row["model"] for row in values["models"]]
    assert {
        "iALS + attributes",
        "TransE",
        "TransE + attributes without a popularity",
        "RP3β",
    } <= set(names)
    assert all(0 <= row["ndcg"] <= 1 for row in values["models"])
    assert len(values["models"][names.index("TransE")]["ndcg of each seed"]) == 2
    assert values["leads"]["TransE + attributes over iALS + attributes"]["users"] == values["users"]


# ---------------------------------------------------------------- what is stored
def test_a_formula_finds_what_it_can_express_but_for_one_cell():
    found = {(r["kind"], r["model"]): np.mean(r.get("direction", r["MRR"]))
             for r in results.load("12_patterns").values["rows"]}  # fmt: skip
    can = {"TransE": "-+++", "DistMult": "+---", "ComplEx": "+++-", "RotatE": "++++"}
    kinds = ("symmetric", "order", "inverse", "composition")
    differs = [(name, kind) for name, row in can.items() for kind, yes in zip(kinds, row, strict=True)
               if (yes == "+") != (found[kind, name] > 0.8)]  # fmt: skip
    assert differs == [("ComplEx", "composition")]


def test_where_the_order_of_a_composition_counts_nobody_is_above_the_line():
    rows = {
        r["model"]: r
        for r in results.load("12_patterns").values["rows"]
        if r["kind"] == "order counts"
    }
    assert max(np.mean(r["MRR"]) for r in rows.values()) < 0.8


def test_behaviors_are_worth_more_than_attributes_and_a_walk_gains_by_them_as_well():
    stored = results.load("12_likes").values
    rows = {row["model"]: row for row in stored["PinWorld"]["models"]}
    ndcg = {name: row["ndcg"] for name, row in rows.items()}
    assert ndcg["TransE + behaviors"] > 1.15 * ndcg["TransE"] > 1.1 * ndcg["TransE + attributes"]
    assert ndcg["RP3β + behaviors"] > 1.1 * ndcg["RP3β"]
    assert {row["d"] for name, row in rows.items() if "RP3β" not in name} == {64, None}
    assert all(row["recall, new items"] == 0 for row in rows.values())
    films = {row["model"]: row["ndcg"] for row in stored["movietweetings"]["models"]}
    assert films["popularity"] > 1.5 * max(v for k, v in films.items() if k != "popularity")


def test_of_six_kinds_of_facts_transe_finds_four():
    found = {
        r["kind"]: np.mean(r["direction"] if r["kind"] == "order" else r["MRR"])
        for r in results.load("12_patterns").values["rows"]
        if r["model"] == "TransE"
    }
    above = {kind for kind, value in found.items() if round(value, 2) >= 0.88}
    assert above == {"order", "inverse", "composition", "one to many"} and len(found) == 6


def test_the_number_for_popularity_adds_on_both_data_sets():
    stored = results.load("12_likes").values
    for data, name, gap in (
        ("PinWorld", "TransE + behaviors", 0.006),
        ("movietweetings", "TransE", 0.028),
    ):
        lead = stored[data]["leads"][f"{name} over {name} without a popularity"]
        assert round(lead["gap"], 3) == gap and lead["low"] > 0


@pytest.mark.parametrize(
    ("name", "module"),
    [("12_patterns", kg_patterns), ("12_inverse_leak", inverse_leak), ("12_likes", likes_as_relation),
     ("12_losses", transe_losses)],
)  # fmt: skip
def test_what_is_stored_has_the_claim_of_its_benchmark(name, module):
    stored = results.load(name)
    assert (stored.claim, stored.command) == (module.CLAIM, module.COMMAND)
    assert stored.seeds == [0, 1, 2]
