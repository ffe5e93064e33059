"""The measurements of lesson 19, on tiny inputs, and what they have stored."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import metrics, results
from graphrec_utils.data import Features, Interactions
from graphrec_utils.models import baselines, hstu, rqvae
from graphrec_utils.models.trie import Trie, search
from solutions.experiments.lesson18.regimes import content, history, order, summary
from solutions.experiments.lesson19 import spelled


@pytest.fixture
def tiny(monkeypatch):
    """Small books, short trainings."""
    torch.set_num_threads(1)
    for name, value in (("SIZES", (4, 4, 4)), ("DIM", 8), ("LENGTH", 6), ("WIDTH", 12), ("WORDS", {"epochs": 2, "lr": 0.003, "dim": 4})):  # fmt: skip
        monkeypatch.setattr(spelled, name, value)
    return spelled


def events(n=30, m=40) -> Interactions:
    """Everybody goes round the same circle of items, so the next one can be known."""
    users, steps = np.repeat(np.arange(m), 6), np.tile(np.arange(6), m)
    return Interactions(users, (users * 7 + steps) % n, m, n)


def test_further_codes_of_new_items_change_nobody():
    rng = np.random.default_rng(0)
    codes = torch.from_numpy(rng.integers(0, 2, (30, 3)))
    old = rng.random(30) < 0.7
    whole = spelled.further(codes, old)
    torch.testing.assert_close(whole[old], rqvae.distinct(codes[old]))
    assert len(torch.unique(whole, dim=0)) == 30


def test_scaled_rows_have_length_one_on_average():
    x = spelled.scaled(np.random.default_rng(1).normal(3, 2, (50, 4)))
    assert float(x.square().sum(dim=1).mean()) == pytest.approx(1, abs=1e-5)
    assert x.mean(dim=0).abs().max() < 1e-5


def test_a_speller_scores_what_its_beam_found_and_nothing_known(tiny, monkeypatch):
    likes = events()
    monkeypatch.setattr(tiny, "told", lambda level, events: np.random.default_rng(0).normal(size=(30, 5)))  # fmt: skip
    speller = tiny.Speller(likes, tiny.GAMES, rate=0.003, dropout=0.0, epochs=1)
    known = order.known_of(likes, np.arange(9))
    scores = speller(known, 12)
    assert scores.shape == (9, 30)
    found = np.isfinite(scores)
    assert (found.sum(axis=1) <= 12).all() and found.any(axis=1).all()
    assert not found[known.saved.nonzero()].any()
    assert (scores[found] <= 1e-5).all()  # log p
    exact = speller(history.Known(sp.csr_array((9, 30)), known.latest), 30)
    assert np.isfinite(exact).all()
    np.testing.assert_allclose(exact[found], scores[found], atol=1e-3)


def test_a_beam_without_a_trie_spells_other_words(tiny, monkeypatch):
    likes = events()
    monkeypatch.setattr(tiny, "told", lambda level, events: np.random.default_rng(0).normal(size=(30, 5)))  # fmt: skip
    speller = tiny.Speller(likes, tiny.GAMES, rate=0.003, dropout=0.0, epochs=1)
    latest = order.known_of(likes, np.arange(4)).latest
    words = tiny.free(speller.model.asked(latest), speller.model.trie.sizes, 12, 4)
    assert words.shape == (4, 12, 4)
    assert all(len({tuple(w) for w in row}) == 12 for row in words.tolist())


def test_new_items_alone_are_scored_and_three_codes_leave_twins_alike(tiny):
    rng = np.random.default_rng(2)
    likes = events()
    likes = Interactions(likes.users, likes.items, 40, 30, times=np.arange(len(likes)), calendar=False)  # fmt: skip
    fresh = np.arange(30) >= 24
    given = content.Known(likes.select(~fresh[likes.items]), sp.csr_array((2, 30)), rng.normal(size=(30, 5)))  # fmt: skip
    given.content[25] = given.content[24]  # two new pins that show the same
    model = tiny.NewSpelled(given, ~fresh, fresh, rate=0.003, dropout=0.0, epochs=1)
    model.letters = 4
    scores = model.scores(np.arange(5))
    assert np.isfinite(scores[:, fresh]).all() and not np.isfinite(scores[:, ~fresh]).any()
    assert not np.allclose(scores[:, 24], scores[:, 25])
    items, log_p = search(
        model.model.asked(model.latest[:5]), Trie(model.codes[fresh], model.model.sizes), 6, 5
    )
    np.testing.assert_allclose(np.take_along_axis(scores[:, fresh], items.numpy(), 1), log_p, atol=1e-4)  # fmt: skip
    model.letters = 3
    scores = model.scores(np.arange(5))
    np.testing.assert_allclose(scores[:, 24], scores[:, 25], atol=1e-5)
    assert (model.said[:-1] >= model.said[1:]).all()  # a longer beginning is no likelier


def told(n=30, m=40) -> Interactions:
    """A like a second; the items from 24 on come late, each has one of four contents."""
    rng = np.random.default_rng(5)
    times = np.arange(600)
    items = np.where(rng.random(600) < 0.5, rng.integers(0, 24, 600), times * n // 601)
    items[:n] %= 24
    features = Features(sp.csr_array(np.eye(4, dtype=np.float32)[np.arange(n) % 4]), np.array(list("abcd")))  # fmt: skip
    return Interactions(rng.integers(0, m, 600), items, m, n, times=times, calendar=False, item_features=features)  # fmt: skip


@pytest.mark.parametrize("last", [False, True])
def test_of_a_new_film_nobody_is_told(tiny, last):
    events = told()
    known, old, fresh, who, judge = tiny.tenths(events, last)
    assert not (old & fresh).any() and fresh.any()
    assert old[known.likes.items].all() and not old.all()
    other = tiny.tenths(events, not last)[2]
    assert not (fresh & other).any()
    if not last:  # what is asked for in the end is hidden while knobs are chosen
        assert not old[other].any()
    has = np.isin(events.users, known.likes.users)
    assert set(who) == set(events.users[fresh[events.items] & has])
    perfect = sp.csr_array((events.csr() > 0).astype(float))
    assert judge(baselines.Scorer(sp.eye_array(40).tocsr(), perfect)).min() == 1


def test_two_films_have_most_of_what_comes_late(tiny):
    events = told()
    late = tiny.in_time(events)["after"]
    moment = np.quantile(events.times, tiny.MOMENTS[1])
    first = np.array([events.times[events.items == i].min() for i in range(30)])
    counts = np.bincount(events.items[(first >= moment)[events.items]])
    assert (late["films"], late["likes"]) == ((first >= moment).sum(), counts.sum())
    assert late["of the first two"] == pytest.approx(np.sort(counts)[-2:].sum() / counts.sum())


def test_a_speller_that_few_will_ask_says_the_same(tiny):
    events = told()
    known, old, fresh, who, judge = tiny.tenths(events, True)
    options = {"rate": 0.003, "dropout": 0.0, "epochs": 1, "coded": tiny.by_chance}
    some = tiny.NewSpelled(known, old, fresh, who=who, **options)
    every = tiny.NewSpelled(known, old, fresh, **options)
    np.testing.assert_allclose(some.scores(who), every.scores(who), atol=1e-4)
    assert len(judge(some)) == len(who)


def test_six_trials_are_counted_and_all_told(tiny, monkeypatch, tmp_path):
    monkeypatch.setattr(spelled.shelf.paths, "root", lambda: tmp_path)
    monkeypatch.setattr(order, "events_of", lambda data, repeats: events(m=60))

    def fit(events, level, rate):
        return lambda known: np.tile(np.arange(30.0) * rate, (len(known.latest), 1))

    ladders = {"rate": [-1.0, 1.0, 2.0]}
    found = tiny.settled("films", "it", tiny.FILMS, fit, ladders, {"rate": 1.0})
    assert [x["rate"] for x in found["tried"]] == [1.0, -1.0, 2.0] and found["trials"] == tiny.SIX
    made = tiny.asked_of_all("films", tiny.FILMS, "it", {"rate": 1.0}, lambda e, level, seed, rate: fit(e, level, rate))  # fmt: skip
    users, before = tiny.people(tiny.FILMS)
    assert len(made["values"][0]) == len(users) and set(before) == {5}
    third, _ = tiny.people(tiny.FILMS, 0)
    assert set(third) == set(np.sort(users)[::3])


def test_lengths_are_those_of_histories(tiny):
    rows = {"TIGER": {"values": [[0.0, 1.0], [0.5]]}}
    table = tiny.lengths(np.array([3, 8, 30]), rows, ("TIGER",))
    assert [(x["people"], x["TIGER"]) for x in table if x["people"]] == [(1, 0), (1, 1), (1, 0.5)]


def test_without_the_line_the_value_is_the_same_and_the_library_stays(tiny):
    x = torch.randn(60, 4, generator=torch.Generator().manual_seed(0))
    before = rqvae.straight_through, rqvae.RQVAE.start
    blind = tiny.learned(x, 0, "k-means", True, False)
    assert len(blind) == len(tiny.learned(x, 0, "near", False)) == 2
    assert (rqvae.straight_through, rqvae.RQVAE.start) == before
    assert set(blind[0]) == {"alive", "loss", "left over", "shared", "largest"}


def test_a_variant_without_anything_taken_away_is_the_library_s_block():
    x = torch.randn(2, 5, 8, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(
        spelled.Variant(8, 2, length=6)(x, causal=True), hstu.Block(8, 2, length=6)(x, causal=True)
    )
    for without in ("pointwise", "norm", "gate"):
        made = type("Variant", (spelled.Variant,), {"without": without})(8, 2, length=6)
        y = made(x, causal=True)
        changed = x.clone()
        changed[:, 3] += 1
        torch.testing.assert_close(made(changed, causal=True)[:, :3], y[:, :3])  # looks back only
        assert not torch.allclose(y, hstu.Block(8, 2, length=6)(x, causal=True))


def test_a_stored_lead_has_the_interval_that_was_computed():
    rng = np.random.default_rng(3)
    one, other = ([rng.random(50) + shift for _ in range(3)] for shift in (0.2, 0.0))
    lead = metrics.Comparison.stored(spelled.comparison(one, other))
    wanted = summary.lead(one, other)
    assert (lead.gap, lead.low, lead.high) == pytest.approx((wanted.mean, wanted.low, wanted.high))


def test_starts_stand_in_their_ladders():
    assert all(spelled.START[knob] in values for knob, values in spelled.LADDERS.items())
    assert spelled.START_NEW["epochs"] in spelled.SHORT


# ------------------------------------------------------------- what is stored
@pytest.mark.parametrize("part", spelled.PARTS)
def test_the_stored_results_are_of_this_command(part):
    stored = results.load(f"19_{part}")
    assert stored.command == f"{spelled.COMMAND} {part}" and stored.claim == spelled.CLAIMS[part]


def test_the_whole_study_takes_an_hour_at_most():
    assert sum(results.load(f"19_{part}").seconds for part in spelled.PARTS if part not in spelled.OF) <= 3600  # fmt: skip


def test_of_the_films_the_longer_training_chose_and_all_six_of_hstu_are_told():
    """What came after it, 32 passes and the last event, stands in `test_settled`."""
    tried = results.load("19_films").values["tried"]
    passes = {x["epochs"]: x["value"] for x in tried["TIGER"]}
    assert len(passes) == spelled.FEWER and max(passes, key=passes.get) == max(passes) == 16
    assert len(tried["HSTU"]) == spelled.SIX
    rows = results.load("19_films").values["rows"]
    assert rows["iALS"] < rows["TIGER"] < rows["RP3β"] < rows["SASRec"]


def test_new_films_had_their_trials_and_content_is_ahead_on_both_tenths():
    values = results.load("19_new_films").values
    assert len(values["tried"]) == spelled.SIX == values["rows"]["TIGER, one code"]["trials"]
    best = max(values["tried"], key=lambda x: max(x[name] for name in spelled.CODES))
    assert values["rows"]["TIGER, one code"]["knobs"]["epochs"] == best["epochs"] == 8
    assert values["asked"] == max(spelled.CODES, key=best.get) == "three codes"
    means = {name: row["mean"] for name, row in values["rows"].items()}
    assert all(means[f"TIGER, {name}"] < means["content"] for name in spelled.CODES)
    # the fold: what validation found least of, the test found most of
    assert min(spelled.CODES, key=best.get) == "four codes"
    assert max(spelled.CODES, key=lambda x: means[f"TIGER, {x}"]) == "four codes"
    assert values["in time"]["after"]["of the first two"] == pytest.approx(0.29, abs=0.005)


def test_a_list_costs_a_speller_more():
    cost = results.load("19_cost").values["milliseconds"]
    assert cost["TIGER, a beam of 50"] > 20 * cost["SASRec, all items"]


def test_the_trials_are_what_the_script_says():
    rows = results.load("19_known").values["sets"]["amazon-games"]["rows"]
    assert (rows["TIGER"]["trials"], rows["HSTU"]["trials"]) == (spelled.TRIALS, 0)
    assert rows["HSTU"]["knobs"] == rows["SASRec"]["knobs"]
    assert len({rows[name]["users"] for name in ("TIGER", "HSTU", "SASRec", "RP3β")}) == 1
