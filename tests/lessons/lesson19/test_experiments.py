"""The measurements of lesson 19, on tiny inputs, and what they have stored."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import metrics, results
from graphrec_utils.data import Interactions
from graphrec_utils.models import hstu, rqvae
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


def test_the_trials_are_what_the_script_says():
    rows = results.load("19_known").values["sets"]["amazon-games"]["rows"]
    assert (rows["TIGER"]["trials"], rows["HSTU"]["trials"]) == (spelled.TRIALS, 0)
    assert rows["HSTU"]["knobs"] == rows["SASRec"]["knobs"]
    assert len({rows[name]["users"] for name in ("TIGER", "HSTU", "SASRec", "RP3β")}) == 1
