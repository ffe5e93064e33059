"""Interactions, their splits, and the contents of the real data sets."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.sparse.linalg import svds

from graphrec_utils import datasets
from graphrec_utils.data import Features, Interactions, Split, Triples
from graphrec_utils.datasets import formats, registry

DAY = 86_400


def events(pairs: list[tuple[int, int]], m: int = 3, n: int = 4, **more) -> Interactions:
    users, items = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    return Interactions(users, items, m, n, **more)


def random_events(count: int = 400, m: int = 30, n: int = 40, seed: int = 0) -> Interactions:
    """Events with repeated pairs and with times that several events share."""
    rng = np.random.default_rng(seed)
    return Interactions(
        rng.integers(0, m, count),
        rng.integers(0, n, count),
        m,
        n,
        times=rng.integers(0, 100, count),
        weights=rng.random(count),
    )


@pytest.fixture
def log() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "who": ["eve", "ann", "ann", "bob"],
            "what": [30, 10, 20, 10],
            "when": pd.to_datetime(["1970-01-02", "1970-01-01", "1970-01-03", "1970-01-04"]),
            "stars": [4, 5, 3, 1],
        }
    )


# ------------------------------------------------------------------ Interactions


def test_ids_follow_the_sorted_labels_not_the_order_of_the_rows(log):
    one = Interactions.from_frame(log, "who", "what", "when", "stars")
    other = Interactions.from_frame(log.iloc[::-1], "who", "what", "when", "stars")
    assert one.users.tolist() == [2, 0, 0, 1]  # eve, ann, ann, bob
    assert one.items.tolist() == [2, 0, 1, 0]  # 30, 10, 20, 10
    assert other.users.tolist() == one.users.tolist()[::-1]


def test_labels_lead_back_from_ids_to_the_table(log):
    table = Interactions.from_frame(log, "who", "what")
    assert table.user_labels[table.users].tolist() == log["who"].tolist()
    assert table.item_labels[table.items].tolist() == log["what"].tolist()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_datetimes_become_unix_seconds_in_every_unit(log, unit):
    log["when"] = log["when"].dt.as_unit(unit)
    table = Interactions.from_frame(log, "who", "what", "when")
    assert table.times.tolist() == [DAY, 0, 2 * DAY, 3 * DAY]


def test_datetimes_with_a_time_zone_become_utc_seconds(log):
    log["when"] = log["when"].dt.tz_localize("Etc/GMT-1")  # one hour ahead of UTC
    table = Interactions.from_frame(log, "who", "what", "when")
    assert table.times.tolist() == [DAY - 3600, -3600, 2 * DAY - 3600, 3 * DAY - 3600]


def test_arrays_have_the_documented_types(log):
    table = Interactions.from_frame(log, "who", "what", "when", "stars")
    kinds = [getattr(table, name).dtype for name in ("users", "items", "times", "weights")]
    assert kinds == [np.int64, np.int64, np.int64, np.float32]


def test_an_absent_column_is_named_with_those_there_are(log):
    with pytest.raises(ValueError, match=r"no column 'user'.*'who'"):
        Interactions.from_frame(log, "user", "what")


def test_missing_values_are_refused_with_their_number(log):
    log.loc[1, "stars"] = None
    with pytest.raises(ValueError, match="'stars' has 1 missing"):
        Interactions.from_frame(log, "who", "what", weight="stars")


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"items": np.array([0])}, "items must have one entry per event"),
        ({"users": np.array([0, 3])}, r"users must lie in 0...2; got 0 to 3"),
        ({"items": np.array([-1, 0])}, r"items must lie in 0...3; got -1 to 0"),
        ({"users": np.array([0.0, 1.5])}, "users must be integers"),
        ({"times": np.array([1.0, 2.0])}, "times must be integers"),
        ({"item_labels": np.array(["a"])}, "item_labels must have 4 rows; got 1"),
        ({"item_features": Features(np.eye(2), ["x", "y"])}, "item_features must have 4 rows"),
    ],
)
def test_contradictory_input_is_refused(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        dataclasses.replace(events([(0, 0), (1, 1)]), **change)


def test_csr_is_binary_although_a_pair_occurs_twice():
    R = events([(0, 1), (0, 1), (2, 3)]).csr()
    assert R.toarray().tolist() == [[0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]


def test_csr_keeps_users_and_items_without_events():
    assert events([(0, 0)], m=5, n=7).csr().shape == (5, 7)


def test_degrees_count_distinct_partners():
    users, items = events([(0, 1), (0, 1), (0, 2), (2, 1)]).degrees()
    assert users.tolist() == [2, 0, 1]
    assert items.tolist() == [0, 2, 1, 0]


def test_summary_counts_active_users_and_the_share_of_pairs():
    table = events([(0, 1), (0, 1), (2, 1)], times=np.array([DAY, 0, 5 * DAY]))
    assert table.summary() == {
        "users": 2,
        "items": 1,
        "edges": 3,
        "density": 2 / 12,  # two distinct pairs of 3 x 4
        "first": "1970-01-01",
        "last": "1970-01-06",
    }


def test_summary_without_times_has_no_dates():
    assert "first" not in events([(0, 0)]).summary()


def test_seconds_without_a_calendar_are_shown_as_days():
    table = events([(0, 1), (2, 1)], times=np.array([DAY - 1, 55 * DAY]), calendar=False)
    assert table.summary()["first"] == "day 0" and table.summary()["last"] == "day 55"
    assert repr(table.select([1, 0])).endswith("time day 0 to day 55)")
    assert "1970" not in table._repr_html_() and "day 55" in table._repr_html_()


def test_representation_is_short_and_tells_the_size():
    assert repr(events([(0, 1), (2, 1)])) == (
        "Interactions(events 2, users 2 of 3, items 1 of 4, density 16.667%)"
    )


def test_html_sets_no_color_so_that_both_themes_work():
    html = events([(0, 1)])._repr_html_()
    assert html.startswith("<table>") and "1 of 3" in html
    assert not any(word in html for word in ("color", "background", "#"))


def test_an_empty_part_can_be_shown():
    empty = events([(0, 1)], times=np.array([3])).select(slice(0, 0))
    assert len(empty) == 0 and "events 0" in repr(empty) and empty.csr().nnz == 0


def test_select_keeps_ids_and_takes_times_and_weights_along():
    table = events([(0, 1), (2, 3)], times=np.array([7, 8]), weights=np.array([1, 2]))
    part = table.select(table.weights > 1)
    assert (part.users.tolist(), part.items.tolist()) == ([2], [3])
    assert (part.times.tolist(), part.weights.tolist()) == ([8], [2.0])
    assert (part.num_users, part.num_items) == (3, 4)


def test_at_least_keeps_good_ratings_and_all_events_that_have_none():
    rated = events([(0, 1), (1, 1), (2, 3)], weights=np.array([6.5, 7, 8]))
    assert rated.at_least(7).users.tolist() == [1, 2]
    assert len(events([(0, 1), (1, 1)]).at_least(7)) == 2


def test_without_removes_pairs_not_users():
    rest = events([(0, 1), (0, 2), (1, 1)]).without(events([(0, 1), (2, 2)]))
    assert rest.pairs().tolist() == events([(0, 2), (1, 1)]).pairs().tolist()


def test_compact_renumbers_labels_and_features_alike():
    features = Features(sp.csr_matrix(np.eye(4)), np.array(["p", "q", "r", "s"]))
    table = events(
        [(2, 3), (0, 1)], item_labels=np.array(["a", "b", "c", "d"]), item_features=features
    )
    small = table.compact()
    assert (small.users.tolist(), small.items.tolist()) == ([1, 0], [1, 0])
    assert small.item_labels.tolist() == ["b", "d"]
    assert [small.item_features.names(row) for row in range(2)] == [["q"], ["s"]]


def test_core_repeats_until_every_degree_holds():
    # dropping user 2 leaves item 2 with one user; dropping item 2 leaves user 1 with two items
    table = events([(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2)])
    users, items = table.core(user_degree=2, item_degree=2).degrees()
    assert users.tolist() == [2, 2] and items.tolist() == [2, 2]


def test_core_that_leaves_nothing_says_so():
    with pytest.raises(ValueError, match="user degree >= 5"):
        events([(0, 0), (1, 1)]).core(user_degree=5)


# ------------------------------------------------------------------------ splits


def test_no_test_event_precedes_a_train_event():
    train, val, test = random_events().temporal_split((0.6, 0.2, 0.2), unseen="keep")
    assert train.times.max() < val.times.min() and val.times.max() < test.times.min()


def test_a_random_split_would_fail_the_rule_of_time():
    train, test = random_events().hold_out(0.2, seed=0)
    assert train.times.max() > test.times.min()


def test_temporal_split_loses_nothing_when_asked_to_keep_everything():
    table = random_events()
    parts = table.temporal_split((0.6, 0.2, 0.2), unseen="keep", repeats="keep")
    assert sum(len(part) for part in parts) == len(table)


def test_events_of_one_second_stay_together():
    table = events([(0, i) for i in range(4)], times=np.array([1, 2, 2, 3]))
    parts = table.temporal_split((0.5, 0.25, 0.25), unseen="keep")
    assert [part.times.tolist() for part in parts] == [[1], [2, 2], [3]]


def test_shares_that_floats_cannot_hold_are_met_exactly():
    table = events([(0, 0)] * 10, times=np.arange(10))
    parts = table.temporal_split((0.7, 0.1, 0.2), repeats="keep")  # 0.7 + 0.1 < 0.8 in floats
    assert [len(part) for part in parts] == [7, 1, 2]


def test_unseen_users_and_items_are_dropped_or_kept_as_told():
    # train: user 0 with item 0; later: a new item, a new user, and a known pair of the two sides
    table = events([(0, 0), (1, 1), (0, 1), (2, 0), (0, 3)], times=np.arange(5))
    dropped = table.temporal_split((0.4, 0.0, 0.6), unseen="drop").test
    kept = table.temporal_split((0.4, 0.0, 0.6), unseen="keep").test
    assert dropped.pairs().tolist() == events([(0, 1)]).pairs().tolist()
    assert len(kept) == 3


def test_pairs_of_train_are_dropped_from_test_or_kept_as_told():
    table = events([(0, 0), (0, 0)], times=np.array([0, 1]))
    assert len(table.temporal_split((0.5, 0, 0.5)).test) == 0
    assert len(table.temporal_split((0.5, 0, 0.5), repeats="keep").test) == 1


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ({"fractions": (0.8, 0.2)}, "three shares"),
        ({"fractions": (0.8, 0.1, 0.2)}, "add up to 1"),
        ({"unseen": "ignore"}, "unseen must be"),
        ({"repeats": True}, "repeats must be"),
        ({"fractions": (0.0, 0.5, 0.5)}, "train would be empty"),
    ],
)
def test_a_split_that_cannot_be_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        random_events().temporal_split(**arguments)


def test_a_temporal_split_without_times_is_refused():
    with pytest.raises(ValueError, match="needs times"):
        events([(0, 0)]).temporal_split()


def test_hold_out_shares_the_pairs_without_overlap():
    table = random_events()
    rest, held = table.hold_out(0.2, seed=3)
    assert len(rest) + len(held) == len(table)
    assert not np.isin(held.pairs(), rest.pairs()).any()  # repeated pairs stay together


def test_hold_out_takes_the_floor_or_one_more_of_every_user():
    table = random_events()
    degree = table.degrees()[0]
    held = table.hold_out(0.3, seed=1)[1].degrees()[0]
    assert ((held >= np.floor(0.3 * degree)) & (held <= np.floor(0.3 * degree) + 1)).all()


def test_hold_out_meets_the_share_on_average():
    users, items = (side.ravel() for side in np.meshgrid(np.arange(3000), np.arange(7)))
    held = Interactions(users, items, 3000, 7).hold_out(0.1, seed=0)[1]
    assert abs(len(held) / len(users) - 0.1) < 0.01  # sd: sqrt(.7 * .3 * 3000) / 21000 = .0012


def test_hold_out_never_takes_the_last_item():
    rest, held = events([(0, 0), (1, 0), (1, 1)]).hold_out(0.99, seed=0)
    assert rest.degrees()[0].tolist() == [1, 1, 0]
    assert held.users.tolist() == [1]


def test_hold_out_depends_on_the_seed_and_not_on_the_order_of_events():
    table = random_events()
    turned = table.select(np.arange(len(table))[::-1])
    held = set(table.hold_out(0.2, seed=5)[1].pairs().tolist())
    assert held == set(turned.hold_out(0.2, seed=5)[1].pairs().tolist())
    assert held != set(table.hold_out(0.2, seed=6)[1].pairs().tolist())


def test_hold_out_gives_every_item_of_a_user_the_same_chance():
    table = events([(0, i) for i in range(4)])
    counts = sum(table.hold_out(0.5, seed=s)[1].degrees()[1] for s in range(400))
    assert (abs(counts - 200) < 50).all()  # sd of a fair count: sqrt(400 / 4) = 10


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 20])
def test_a_fraction_that_is_no_share_is_refused(fraction):
    with pytest.raises(ValueError, match="between 0 and 1"):
        random_events().hold_out(fraction, seed=0)


def test_an_empty_part_is_split_into_empty_parts_or_refused_by_name():
    nothing = events([(0, 1)], times=np.array([3])).select(slice(0, 0))
    assert [len(part) for part in nothing.hold_out(0.2, seed=0)] == [0, 0]
    with pytest.raises(ValueError, match="there are no events to split"):
        nothing.temporal_split()
    with pytest.raises(ValueError, match="no user has a train event"):
        Split(nothing, nothing, nothing).sample_users(1, seed=0)


# ------------------------------------------------------------------ the end of each list
def test_the_last_share_is_the_end_of_every_users_list():
    order = [(0, i) for i in (5, 2, 9, 0, 7, 3, 8, 1, 6, 4)] + [(1, i) for i in (8, 3, 5)]
    users, items = np.array(order).T
    rest, held = Interactions(users, items, 2, 10).hold_out(last=0.2)
    assert held.items[held.users == 0].tolist() == [6, 4]
    assert held.items[held.users == 1].tolist() == [5]  # 0.6 of an item is one
    assert rest.items[rest.users == 0].tolist() == [5, 2, 9, 0, 7, 3, 8, 1]


def test_times_say_what_is_last_if_there_are_some():
    table = events([(0, i) for i in range(4)], times=np.array([40, 10, 30, 20]))
    assert table.hold_out(last=0.25)[1].items.tolist() == [0]
    assert table.hold_out(last=0.5)[1].items.tolist() == [0, 2]  # in the order of the events


def test_events_of_the_same_second_keep_their_order():
    table = events([(0, i) for i in (3, 1, 2, 0)], times=np.zeros(4, dtype=np.int64))
    assert table.hold_out(last=0.25)[1].items.tolist() == [0]


def test_a_pair_that_occurs_twice_counts_from_its_first_event_and_stays_together():
    rest, held = events([(0, 1), (0, 2), (0, 3), (0, 1)]).hold_out(last=0.34)
    assert (rest.items.tolist(), held.items.tolist()) == ([1, 2, 1], [3])
    rest, held = events([(0, 2), (0, 1), (0, 1)]).hold_out(last=0.5)
    assert (rest.items.tolist(), held.items.tolist()) == ([2], [1, 1])


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5, 0.9])
def test_the_last_share_is_rounded_and_leaves_one_item(share):
    table = random_events()
    degree = table.degrees()[0]
    rest, held = table.hold_out(last=share)
    expected = np.minimum(np.floor(np.round(share * degree, 6) + 0.5), np.maximum(degree - 1, 0))
    assert (held.degrees()[0] == expected).all()
    assert len(rest) + len(held) == len(table)
    assert not np.isin(held.pairs(), rest.pairs()).any()


def test_a_product_just_below_a_half_is_a_half():
    assert 0.29 * 50 < 14.5  # in floating point
    fifty = Interactions(np.zeros(50, dtype=np.int64), np.arange(50), 1, 50)
    assert len(fifty.hold_out(last=0.29)[1]) == 15


def test_no_held_out_item_was_met_before_one_that_is_kept():
    table = dataclasses.replace(random_events(), times=None)
    first = {}
    for k, pair in enumerate(table.pairs().tolist()):
        first.setdefault(pair, k)
    rest, held = table.hold_out(last=0.3)
    for user in range(table.num_users):
        kept, out = (
            [first[p] for p in part.pairs()[part.users == user].tolist()] for part in (rest, held)
        )
        assert not out or max(kept) < min(out)


def test_a_shuffled_table_with_times_is_split_alike():
    table = random_events()
    table = dataclasses.replace(table, times=np.random.default_rng(1).permutation(len(table)))
    turned = table.select(np.random.default_rng(2).permutation(len(table)))
    held = [set(t.hold_out(last=0.2)[1].pairs().tolist()) for t in (table, turned)]
    assert held[0] == held[1]


@pytest.mark.parametrize(
    "given", [{}, {"fraction": 0.2}, {"seed": 0}, {"fraction": 0.2, "last": 0.2}]
)
def test_a_hold_out_that_says_too_little_or_too_much_is_refused(given):
    with pytest.raises(ValueError, match="for random items, hold_out"):
        random_events().hold_out(**given)


def test_the_past_of_triples_is_refused_with_a_way_to_join_them():
    one = np.array([0])
    facts = Triples(one, one, one, 1, 1)
    with pytest.raises(TypeError, match="these parts are Triples; join their arrays"):
        Split(facts, facts, facts).past()


def test_the_past_is_train_and_validation():
    table = dataclasses.replace(random_events(), times=None)
    train, test = table.hold_out(last=0.2)
    split = Split(train, train.select(slice(0, 0)), test)
    again = split.with_validation(last=0.1)
    assert again.test is test and len(again.val) > 0
    past = again.past()
    assert sorted(past.pairs().tolist()) == sorted(train.pairs().tolist())
    held = [past.hold_out(last=0.1)[1], train.hold_out(last=0.1)[1]]  # still in order
    assert set(held[0].pairs().tolist()) == set(held[1].pairs().tolist())


def test_validation_is_drawn_from_train_and_leaves_test_alone():
    train, test = random_events().hold_out(0.2, seed=0)
    split = Split(train, train.select(slice(0, 0)), test).with_validation(0.1, seed=0)
    assert len(split.train) + len(split.val) == len(train) and split.test is test
    with pytest.raises(ValueError, match="already has"):
        split.with_validation(0.1, seed=0)


def test_a_sample_of_users_keeps_their_events_under_new_ids():
    table = random_events()
    labeled = dataclasses.replace(
        table,
        user_labels=np.arange(100, 130),
        item_labels=np.arange(500, 540),
        weights=np.arange(len(table), dtype=np.float64),  # each event has its own
    )
    train, test = labeled.hold_out(0.2, seed=0)
    split = Split(train, train.select(slice(0, 0)), test)
    small = split.sample_users(5, seed=0)
    assert small.train.num_users == 5 and set(small.train.users) == set(range(5))
    assert set(small.train.items) == set(range(small.train.num_items))

    def named(part):
        users, items = part.user_labels[part.users], part.item_labels[part.items]
        return set(zip(users, items, part.weights, strict=True))

    chosen, known = set(small.train.user_labels), set(small.train.item_labels)
    assert named(small.train) == {p for p in named(train) if p[0] in chosen}
    assert named(small.test) == {p for p in named(test) if p[0] in chosen and p[1] in known}


# ----------------------------------------------------------------------- triples


def test_triples_refuse_ids_out_of_range():
    with pytest.raises(ValueError, match=r"tails must lie in 0...1; got 0 to 2"):
        Triples(np.array([0, 1]), np.array([0, 0]), np.array([2, 0]), 2, 1)


def test_triples_as_one_array_have_the_relation_in_the_middle():
    facts = Triples(np.array([0]), np.array([5]), np.array([1]), 2, 6)
    assert facts.array().tolist() == [[0, 5, 1]]
    assert repr(facts) == "Triples(facts 1, entities 2, relations 6)"


# -------------------------------------------------------- readers, on small files


def test_lists_with_a_name_first_keep_lines_of_unequal_length():
    first, line, rest = formats._lists("7 1 2\n9\n8 3\n")
    assert (first.tolist(), line.tolist(), rest.tolist()) == ([7, 9, 8], [0, 0, 2], [1, 2, 3])


def test_a_count_that_does_not_fit_its_line_is_refused():
    with pytest.raises(ValueError, match="as many entries"):
        formats._counted_lists("2 5 6\n3 1 2\n")


def test_movietweetings_joins_titles_by_id_not_by_position(tmp_path):
    (tmp_path / "ratings.dat").write_text("1::0000020::8::100\n2::0000007::3::50\n")
    (tmp_path / "movies.dat").write_text(
        "0000020::Twenty (2000)::Drama|War\n0000007::Señor Seven (1999)::\n", encoding="utf-8"
    )
    movies = formats.movietweetings({path.name: path for path in tmp_path.iterdir()})
    titles = movies.item_labels[movies.items].tolist()
    assert titles == ["Twenty (2000)", "Señor Seven (1999)"]
    assert movies.item_features.labels.tolist() == ["Drama", "War"]
    assert movies.item_features.rows(movies.items).matrix.toarray().tolist() == [[1, 1], [0, 0]]


def test_facts_with_names_get_ids_in_sorted_order_and_keep_words_with_spaces(tmp_path):
    for part, line in (("train", "usa\taids\tu k"), ("valid", "u k\tvisits\tusa"), ("test", "")):
        (tmp_path / f"{part}.txt").write_text(line + "\n" if line else "a\taids\tusa\n")
    train, val, test = formats.named_facts({path.name: path for path in tmp_path.iterdir()})
    assert train.entity_labels.tolist() == ["a", "u k", "usa"]
    assert [part.array().tolist() for part in (train, val, test)] == [
        [[2, 0, 1]],
        [[1, 1, 2]],
        [[0, 0, 2]],
    ]


# ---------------------------------------------------------------------- features


def test_features_name_what_a_row_contains():
    words = Features(sp.csr_matrix([[0, 2, 1], [0, 0, 0]]), np.array(["a", "b", "c"]))
    assert words.names(0) == ["b", "c"] and words.names(1) == []
    assert repr(words) == "Features(rows 2, columns 3, 1.0 entries per row)"
    assert words.matrix.dtype == np.float32


def test_features_need_one_label_per_column():
    with pytest.raises(ValueError, match=r"labels must name 3 columns; got shape \(2,\)"):
        Features(np.eye(3), ["a", "b"])


# ----------------------------------------------- the real files, where they are


@pytest.fixture(scope="module")
def real():
    """Return a loader of real data sets; it skips where a file is not here, and downloads nothing."""
    loaded = {}

    def load(name):
        for file in registry.entry(name)["files"]:
            here = registry.places(file)
            if not any(path.is_file() for path in here.values()):
                pytest.skip(f"{file['path']} is on this machine nowhere")
        if name not in loaded:
            loaded[name] = datasets.load(name)
        return loaded[name]

    return load


def test_movietweetings_has_its_published_size(real):
    movies = real("movietweetings-100k")
    assert movies.summary() == {
        "users": 16_554,
        "items": 10_506,
        "edges": 100_000,
        "density": pytest.approx(100_000 / 16_554 / 10_506),
        "first": "2013-02-28",
        "last": "2013-09-01",
    }
    assert set(movies.weights) <= set(range(11))


def test_movietweetings_titles_and_genres_belong_together(real):
    movies = real("movietweetings-100k")
    nation = movies.item_labels.tolist().index("The Birth of a Nation (1915)")
    assert movies.item_features.names(nation) == ["Drama", "History", "Romance", "War"]


def test_gowalla_has_the_size_of_the_lightgcn_split(real):
    train, val, test = real("gowalla")
    assert (train.num_users, train.num_items) == (29_858, 40_981)
    assert (len(train), len(val), len(test)) == (810_128, 0, 217_242)
    assert len(test.without(train)) == len(test)  # no test pair is in train


def test_gowalla_is_in_order_of_time(real):
    """Test resembles the end of every train line, and its beginning resembles that end most."""
    train, _, test = real("gowalla")
    assert train.items[train.users == 3][:5].tolist() == [259, 260, 244, 243, 261]  # as in the file
    users, items = train.degrees()
    R = sp.diags(1 / np.sqrt(np.maximum(users, 1))) @ train.csr()
    R = R @ sp.diags(1 / np.sqrt(np.maximum(items, 1)))
    V = svds(R, 32, v0=np.ones(min(R.shape)))[2].T
    V /= np.maximum(np.linalg.norm(V, axis=1, keepdims=True), 1e-9)
    lines, later = (
        np.split(part.items, np.cumsum(np.bincount(part.users, minlength=len(users)))[:-1])
        for part in (train, test)
    )
    asked = [u for u in range(0, len(users), 10) if len(lines[u]) >= 20 and len(later[u]) >= 5]
    assert len(asked) > 1000

    def likeness(mine, other, parts):
        """Mean cosine of the items of each part of `other` with the mean of `mine`."""
        return [(V[part] @ V[mine].mean(axis=0)).mean() for part in np.array_split(other, parts)]

    tenths = np.array([likeness(later[u], lines[u], 10) for u in asked])
    fifths = np.array([likeness(lines[u][-5:], later[u], 5) for u in asked])
    for table, best in ((tenths, -1), (fifths, 0)):
        means = table.mean(axis=0)
        second = np.sort(means)[-2]
        error = (table[:, best] - table.mean(axis=1)).std() / len(asked) ** 0.5
        assert means[best] == means.max() and means[best] - second > 4 * error


@pytest.mark.parametrize(
    ("name", "users", "items", "events", "pairs"),
    [
        ("amazon-games", 31_013, 23_715, 287_107, 287_107),
        ("wikipedia-edits", 8_227, 1_000, 157_474, 18_257),
    ],
)
def test_sets_in_order_have_their_published_size(real, name, users, items, events, pairs):
    made = real(name)
    figures = made.summary()
    assert (figures["users"], figures["items"], figures["edges"]) == (users, items, events)
    assert (made.num_users, made.num_items) == (users, items)
    assert len(np.unique(made.pairs())) == pairs
    assert made.times is None and (np.diff(made.users) >= 0).all()
    with pytest.raises(ValueError, match="needs times"):
        made.temporal_split()


def test_the_order_of_the_games_is_told_by_who_comes_after_whom(real):
    """A game's most frequent successor so far is the next event of more users than in a shuffled order."""
    made = real("amazon-games")
    assert made.items[made.users == 0][:3].tolist() == [
        6392,
        13503,
        14086,
    ]  # as in the file, from 0

    def hits(items):
        follows = made.users[1:] == made.users[:-1]
        asked = np.append(follows[1:] != follows[:-1], True) & follows  # a user's last pair
        one, two = items[:-1], items[1:]
        learned = follows & ~asked
        n = made.num_items
        pairs, count = np.unique(one[learned] * n + two[learned], return_counts=True)
        order = np.lexsort((-count, pairs // n))
        first = np.full(n, -1)
        games, begin = np.unique(pairs[order] // n, return_index=True)
        first[games] = pairs[order][begin] % n
        return (first[one[asked]] == two[asked]).mean()

    shuffled = np.lexsort((np.random.default_rng(0).random(len(made)), made.users))
    assert hits(made.items) > 2 * hits(made.items[shuffled])


def test_ml_latest_small_has_its_published_size(real):
    movies = real("ml-latest-small")
    assert (movies.num_users, movies.num_items, len(movies)) == (610, 9_724, 100_836)
    assert set(movies.weights) == {k / 2 for k in range(1, 11)}
    story = movies.item_labels.tolist().index("Toy Story (1995)")
    assert "Animation" in movies.item_features.names(story)


def test_citeulike_has_its_libraries_tags_citations_and_words(real):
    graphs = real("citeulike-t")
    library, tag, citation = graphs["library"], graphs["tag"], graphs["citation"]
    assert (library.num_users, library.num_items, len(library)) == (7_947, 25_975, 134_860)
    assert library.summary()["items"] == 25_584
    assert library.degrees()[0].min() == 3 and library.degrees()[1].max() == 488
    assert (len(tag), (tag.degrees()[0] >= 5).sum()) == (290_830, 8_311)
    assert library.item_features.matrix.shape == (25_975, 20_000)
    assert library.item_features.matrix.getnnz(axis=1).mean() == pytest.approx(18.9, abs=0.05)
    R = citation.csr()
    assert (R != R.T).nnz == 0 and R.nnz == 2 * 32_565


def test_codex_s_has_its_published_size_and_readable_relations(real):
    train, val, test = real("codex-s")
    assert (train.num_entities, train.num_relations) == (2_034, 42)
    assert (len(train), len(val), len(test)) == (32_888, 1_827, 1_828)
    first = train.entity_labels[train.heads[0]], train.relation_labels[train.rels[0]]
    assert first == ("Leonhard Euler", "languages spoken, written, or signed")
    assert train.entity_labels[train.tails[0]] == "German"
    assert len(set(train.entity_labels)) == 2_034  # no name twice
    assert sum(not label.startswith("Q") for label in train.entity_labels) > 250
    assert len(np.unique(np.r_[train.heads, train.tails])) == 2_034


def test_fb15k_237_has_its_published_size_and_column_order(real):
    train, val, test = real("fb15k-237")
    assert (train.num_entities, train.num_relations) == (14_541, 237)
    assert (len(train), len(val), len(test)) == (272_115, 17_535, 20_466)
    assert val.array()[0].tolist() == [6404, 31, 1211]  # the file says 6404 1211 31
    assert train.relation_labels[2] == "/media_common/netflix_genre/titles"


@pytest.mark.parametrize(
    "name, entities, relations, facts",
    [
        ("nations", 14, 55, (1_592, 199, 201)),
        ("kinships", 104, 25, (8_544, 1_068, 1_074)),
        ("umls", 135, 46, (5_216, 652, 661)),
    ],
)
def test_a_graph_of_the_package_has_its_published_size(real, name, entities, relations, facts):
    split = real(name)
    assert tuple(map(len, split)) == facts
    assert (split.train.num_entities, split.train.num_relations) == (entities, relations)


def test_nations_have_readable_facts(real):
    train = real("nations").train
    names = train.entity_labels, train.relation_labels, train.entity_labels
    first = [label[i] for label, i in zip(names, train.array()[0], strict=True)]
    assert first == ["netherlands", "militaryalliance", "uk"]


@pytest.mark.parametrize("name", registry.names())
def test_what_a_loader_returns_is_made_of_the_few_documented_types(real, name):
    found = real(name)
    parts = (
        found.values() if isinstance(found, dict) else found if type(found) is Split else [found]
    )
    assert {type(part) for part in parts} <= {Interactions, Triples}
    features = [part.item_features for part in parts if type(part) is Interactions]
    assert {type(x) for x in features} <= {Features, type(None)}


@pytest.mark.parametrize("name", registry.names())
def test_one_wrong_byte_in_any_file_is_refused_and_the_file_is_named(
    real, name, tmp_path, monkeypatch
):
    real(name)  # skips where the files are not here
    files = registry.entry(name)["files"]
    for file in files:
        copy = tmp_path / file["path"]
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(registry.locate(file)[1].read_bytes())
    monkeypatch.setenv("GRAPHREC_DATA_DIR", str(tmp_path))
    for file in files:
        copy = tmp_path / file["path"]
        with copy.open("r+b") as stream:
            stream.seek(file["bytes"] // 2)
            byte = stream.read(1)
            stream.seek(-1, 1)
            stream.write(bytes([byte[0] ^ 1]))
        with pytest.raises(datasets.Unavailable, match="its checksum is not") as problem:
            datasets.load(name)
        assert str(copy) in str(problem.value)
        with copy.open("r+b") as stream:
            stream.seek(file["bytes"] // 2)
            stream.write(byte)
    assert datasets.load(name) is not None  # whole again


def test_hin_yelp_has_five_graphs_that_share_their_ids(real):
    graphs = real("hin-yelp")
    assert {name: len(graph) for name, graph in graphs.items()} == {
        "user_business": 198_397,
        "user_user": 158_590,
        "user_compliment": 76_875,
        "business_category": 40_009,
        "business_city": 14_267,
    }
    sides = {name: (graph.num_users, graph.num_items) for name, graph in graphs.items()}
    assert sides["user_business"] == (16_239, 14_284) and sides["user_user"] == (16_239, 16_239)
    assert sides["business_city"][0] == sides["business_category"][0] == 14_284
    assert set(graphs["user_business"].weights) == {1, 2, 3, 4, 5}
