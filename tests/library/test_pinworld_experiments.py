"""An experiment finds who is better, repeats itself, and has a sentence for whoever cheats or fails."""

from __future__ import annotations

import contextlib
import re
import time

import numpy as np
import pytest

from graphrec_utils.pinworld import Simulator, experiment, experiments, ratio, top


@pytest.fixture(scope="module")
def site():
    return Simulator.small(3)


def at_random(histories, k):
    return top(np.random.default_rng(0).random(histories.saved.shape), histories, k)


def test_the_control_against_itself_is_exactly_nothing(site):
    report = experiment(site.control, site.control, 1, site=site)
    assert (report.lift, report.low, report.high, report.gap, report.score) == (0, 0, 0, 0, 0)


def test_random_is_worse_and_the_truth_is_better_and_guards_are_counted(site):
    truth = site.liking.copy()
    worse = experiment(at_random, site.control, 1, site=site)
    better = experiment(lambda h, k: top(truth[h.users], h, k), site.control, 1, site=site)
    assert worse.high < 0 < better.low and worse.score == 0 and better.score == better.lift
    name = "share of the pins shown"
    assert worse.guards[name][0] > worse.guards[name][1]
    assert better.guards["hides per user"][0] < worse.guards["hides per user"][0]
    assert set(better.guards) == set(worse.guards) and len(worse.guards) == 4
    for words in ("saves per user", "lift +", "hides per user", "two replicates differ by"):
        assert words in str(better)


def test_the_same_seed_gives_the_same_report_and_twins_see_more(site):
    a, b = (experiment(at_random, site.control, 1, site=site) for _ in range(2))
    assert (a.lift, a.low, a.guards) == (b.lift, b.low, b.guards)
    split = experiment(at_random, site.control, 1, site=site, twins=False)
    assert split.high - split.low > 2 * (a.high - a.low)
    assert len(split.saves[0]) == 150 and len(a.saves[0]) == 300


def test_replicates_are_near_on_a_site_of_a_thousand_users():
    site = Simulator.small(5, users=1000)
    gaps = [experiment(at_random, site.control, seed, site=site).gap for seed in range(4)]
    assert max(gaps) < 0.04


# ---------------------------------------------------------------- cheats
def reads_hidden(site):
    return lambda h, k: top(site.liking[h.users], h, k)


def reads_seed(site):
    return lambda h, k: top(Simulator.small(site.seed).liking[h.users], h, k)


def runs_the_site(site):
    return lambda h, k: at_random(h, k) if site.run(at_random, 1) else None


def swallows(site):
    def recommend(h, k):
        try:
            return top(site.liking[h.users], h, k)
        except Exception:
            return at_random(h, k)

    return recommend


def remembers(site):
    known = np.zeros(site.past.shape)

    def recommend(h, k):
        known[h.users] += h.saved.toarray()
        return top(known[h.users] @ known.T @ known, h, k)

    return recommend


def already_saved(site):
    return lambda h, k: np.argsort(-h.saved.toarray(), axis=1, kind="stable")[:, :k]


def duplicates(site):
    return lambda h, k: np.repeat(at_random(h, 1), k, axis=1)


def goes_on(site):
    rng = np.random.default_rng(0)
    return lambda h, k: top(rng.random(h.saved.shape), h, k)


CHEATS = {
    "reads hidden columns": (reads_hidden, "it reads hidden columns"),
    "reads the seed": (reads_seed, "it reads the seed"),
    "runs the site": (runs_the_site, "it runs the site itself"),
    "swallows it": (swallows, "it reads hidden columns"),
    "remembers": (remembers, "it remembers: the same histories got other lists"),
    "a generator that goes on": (goes_on, "it remembers"),
    "already saved": (already_saved, "it recommends what was already saved"),
    "duplicates": (duplicates, "it returns duplicates"),
}


@pytest.mark.parametrize(("make", "words"), CHEATS.values(), ids=CHEATS)
def test_a_cheat_scores_0_with_its_own_sentence(site, make, words):
    report = experiment(make(site), site.control, 1, site=site)
    assert report.score == 0 and report.problem.startswith(words) and np.isnan(report.lift)
    assert str(report).startswith(f"score 0: {words}")


def test_five_cheats_have_five_sentences():
    assert len({words for _, words in CHEATS.values()}) >= 6


# ---------------------------------------------------------------- bad input
def noisy(h, k):
    for _ in range(10):
        print("x" * 1_000_000)
    return at_random(h, k)


def quietly_noisy(h, k):
    try:
        return noisy(h, k)
    except Exception:
        return at_random(h, k)


BAD = {
    "too few items": (lambda h, k: at_random(h, k - 1), r"it must return \(300, 10\) pins"),
    "lists of different lengths": (lambda h, k: [[1], [1, 2]], "its lists have different lengths"),
    "unknown ids": (lambda h, k: at_random(h, k) + 840, "it returns a pin that does not exist"),
    "negative ids": (lambda h, k: at_random(h, k) - 900, "it returns a pin that does not exist"),
    "NaN": (lambda h, k: at_random(h, k) * np.nan, "it returns NaN where a pin belongs"),
    "NaN scores": (lambda h, k: top(np.full(h.saved.shape, np.nan), h, k), "the scores hold NaN"),
    "floats": (lambda h, k: at_random(h, k) * 1.0, "it must return ids, whole numbers"),
    "nothing": (lambda h, k: None, "it must return"),
    "an exception": (lambda h, k: 1 // 0, "it raises ZeroDivisionError: integer"),
    "10 MB of output": (noisy, "it prints more than 1,000,000 characters"),
    "10 MB, swallowed": (quietly_noisy, "it prints more than 1,000,000 characters"),
}


@pytest.mark.parametrize(("policy", "words"), BAD.values(), ids=BAD)
def test_a_policy_that_fails_has_a_sentence(site, policy, words, capsys):
    report = experiment(policy, site.control, 1, site=site)
    assert report.score == 0
    assert re.search(words, report.problem), report.problem
    assert capsys.readouterr().out == ""
    after = experiment(site.control, site.control, 1, site=site)
    assert not after.problem, "it costs nothing else"


def sleeps(h, k):
    time.sleep(30)


def computes(h, k):
    while True:
        with contextlib.suppress(Exception):
            sum(range(1000))


@pytest.mark.parametrize("policy", [sleeps, computes])
def test_a_slow_policy_is_cut_off(site, policy):
    start = time.monotonic()
    report = experiment(policy, site.control, 1, site=site, seconds=0.3)
    assert time.monotonic() - start < 20
    assert report.problem == "it took longer than 0.3 s and was cut off"


def test_a_policy_may_change_what_it_is_given(site):
    def greedy(h, k):
        lists = at_random(h, k)
        h.saved.data[:] = 7
        h.latest[:] = 0
        h.users[:] = 0
        return lists

    assert experiment(greedy, site.control, 1, site=site).problem == ""


def test_a_control_that_fails_is_an_error(site):
    with pytest.raises(ValueError, match="the control fails: it raises"):
        experiment(at_random, lambda h, k: 1 // 0, 1, site=site)


# ---------------------------------------------------------------- numbers
@pytest.mark.parametrize("times", [1.2, 3.0])
def test_the_ratio_of_means_has_the_error_that_many_experiments_show(times):
    rng = np.random.default_rng(0)

    def one(paired):
        taste = rng.gamma(2, 1, 400)
        a = rng.poisson(times * taste)
        b = rng.poisson(taste if paired else rng.gamma(2, 1, 400))
        return ratio(a, b, paired)

    for paired in (True, False):
        found = np.array([one(paired) for _ in range(600)])
        assert found[:, 0].mean() == pytest.approx(times - 1, abs=0.01 * times)
        assert found[:, 0].std() == pytest.approx(found[:, 1].mean(), rel=0.12)


def test_a_ratio_to_nothing_is_refused():
    with pytest.raises(ValueError, match="nobody saves anything"):
        ratio(np.ones(3), np.zeros(3), paired=True)


def test_lists_are_judged_by_what_they_hold(site):
    seen = []
    site.run(lambda h, k: seen.append(h) or at_random(h, k), 0, 20, visits=1)
    assert experiments.wrong(at_random(seen[0], 5), seen[0], 5) == ""
    assert experiments.wrong(at_random(seen[0], 5).tolist(), seen[0], 5) == ""
