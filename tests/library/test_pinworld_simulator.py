"""People act as the truth says, twins meet the same chance, histories grow by what was saved."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import pinworld
from graphrec_utils.pinworld import Histories, Simulator, feed, simulator, top


@pytest.fixture(scope="module")
def site():
    return Simulator.small(3)


def by_id(histories, k):
    return top(np.tile(-np.arange(histories.saved.shape[1]), (len(histories), 1)), histories, k)


def world_of_two(liking, users=400):
    """A site with six pins: the same liking for everybody, pin 5 saved by all."""
    past = sp.csr_array(np.tile([0, 0, 0, 0, 0, 1.0], (users, 1)))
    return Simulator(np.tile(np.float32(liking), (users, 1)), past, np.array([0, 0, 1, 1, -1, 2]))


def test_the_same_seed_gives_the_same_site_and_the_same_lives(site):
    again = Simulator.small(3)
    np.testing.assert_array_equal(site.liking, again.liking)
    assert (site.past != again.past).nnz == 0 and site.seed == 3
    one, two, other = (s.run(s.control, seed) for s, seed in ((site, 1), (again, 1), (site, 2)))
    np.testing.assert_array_equal(one.counts, two.counts)
    np.testing.assert_array_equal(one.expected, two.expected)
    assert (one.counts != other.counts).any()


def test_a_world_s_site_knows_the_truth_of_its_feed():
    world = pinworld.load("tiny")
    site, truth = Simulator.of_world(world), pinworld.Feed(world)
    users, pins = np.arange(20), np.arange(0, world.num_pins, 40)
    np.testing.assert_allclose(
        site.liking[users[:, None], pins], truth.liking(users[:, None], pins), rtol=1e-5
    )
    saves = world.interactions(("save",))
    np.testing.assert_array_equal(site.past.toarray() > 0, saves.csr().toarray() > 0)
    u = int(np.argmax(np.bincount(saves.users)))
    mine = saves.users == u
    order = saves.items[mine][np.argsort(saves.times[mine], kind="stable")]
    first = list(dict.fromkeys(order.tolist()))[-simulator.LATEST :]
    seen = []
    site.run(lambda h, k: seen.append(h) or by_id(h, k), 0, np.array([u]), visits=1)
    assert seen[0].latest[0].tolist() == [-1] * (simulator.LATEST - len(first)) + first


def test_of_what_is_liked_and_looked_at_45_in_100_are_saved():
    site = world_of_two([1, 1, 1, 1, 1, 1], users=4000)
    log = site.run(by_id, 0, 4000, k=1, visits=1)
    assert log.counts[0].mean() == pytest.approx(0.45, abs=0.03)
    np.testing.assert_allclose(log.expected, 0.45)
    assert log.counts[1].sum() == 0


def test_of_what_is_not_liked_8_in_100_are_hidden_and_one_of_eight_leaves():
    site = world_of_two([0, 0, 0, 0, 0, 0], users=8000)
    log = site.run(by_id, 0, 8000, k=5, visits=1)
    looks = sum(simulator.STAYS[0] ** p for p in range(5))
    assert log.counts[0].sum() == 0 and log.expected.sum() == 0
    assert log.counts[1].mean() == pytest.approx(0.08 * looks, rel=0.08)


def of(score, again=False):
    return lambda histories, k: top(score(histories), histories, k, again=again)


def popular(histories):
    return np.tile(np.arange(histories.saved.shape[1])[::-1], (len(histories), 1)).astype(float)


def at_random(histories):  # other pins for each user, and others after every save
    n, saves = histories.saved.shape[1], histories.saved.sum(axis=1).astype(int)
    return np.stack([np.random.default_rng([u, s]).random(n)
                     for u, s in zip(histories.users, saves, strict=True)])  # fmt: skip


def below_what_was_shown(site):
    """Half of a list are pins that were shown before, the other half follows: who looks there has seen the first half."""

    def recommend(histories, k):
        near = (histories.saved @ site.near).toarray()
        old = np.where(histories.shown.toarray() > 0, near, near - 1e3)
        first = top(old, histories, k // 2, again=True)
        near[np.arange(len(near))[:, None], first] = -1e3
        return np.concatenate([first, top(near, histories, k - k // 2)], axis=1)

    return recommend


# each: a policy of a site, and whether it shows pins again that were shown before
ZOO = {
    "the control": (lambda site: site.control, False),
    "the control, shown again": (lambda site: of(lambda h: (h.saved @ site.near).toarray(), True), True),
    "one list for all": (lambda site: of(popular), False),
    "one list for all, again and again": (lambda site: of(popular, True), True),
    "random pins": (lambda site: of(at_random), False),
    "random pins, some again": (lambda site: of(at_random, True), True),
    "new pins below old ones": (below_what_was_shown, True),
    "saved pins again": (lambda site: lambda h, k: np.argsort(-h.saved.toarray(), 1, "stable")[:, :k], False),
}  # fmt: skip


@pytest.fixture(scope="module")
def crowd():
    site = Simulator.small(4, users=2000)
    site.near = simulator.cosines(site.past)
    return site


@pytest.mark.parametrize("name", ZOO)
def test_what_lists_let_expect_is_the_mean_of_what_happens_whatever_is_shown(name, crowd):
    policy, again = ZOO[name]
    logs = [crowd.run(policy(crowd), seed, 2000) for seed in range(2)]
    counted, expected = (
        np.concatenate(x) for x in zip(*((g.counts[0], g.expected) for g in logs), strict=True)
    )
    off = counted - expected
    error = off.std(ddof=1) / np.sqrt(len(off))
    assert abs(off.mean()) <= 3 * error or error == 0 == off.mean(), (
        counted.mean(),
        expected.mean(),
    )
    assert again or counted.sum() == 0 or expected.var() < counted.var()


def test_what_was_looked_at_and_not_saved_brings_nothing_later():
    site = world_of_two([0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
    one = site.run(lambda h, k: np.zeros((len(h), 1), int), 0, 400, k=1, visits=1)
    five = site.run(lambda h, k: np.zeros((len(h), 1), int), 0, 400, k=1, visits=5)
    np.testing.assert_array_equal(one.counts[0], five.counts[0])
    np.testing.assert_array_equal(one.expected, five.expected)


def test_who_saves_comes_back_more():
    glad, sad = world_of_two([1] * 6), world_of_two([0] * 6)
    visits = [s.run(by_id, 0, 400, k=2, visits=2).counts[2].mean() for s in (glad, sad)]
    assert visits[0] > visits[1] + 0.1


def test_twins_meet_the_same_chance():
    """The same pin on top of a list of the same user is saved or not, in whatever visit."""
    site = world_of_two([0.5] * 5 + [0.5])
    users, lists, none = np.arange(400), np.tile([[0]], (400, 1)), sp.csr_array((400, 6))
    first, later = (site._react(users, lists, none, none, 7, visit)[1] for visit in (0, 3))
    np.testing.assert_array_equal(first, later)
    other = site._react(users, lists, none, none, 8, 0)[1]
    assert 0 < first.mean() < 1 and (first != other).any()


def test_histories_grow_by_what_was_saved_shown_and_hidden(site):
    seen = []
    site.run(lambda h, k: seen.append(h) or by_id(h, k), 5, 50, k=4, visits=3)
    first, second = seen[:2]
    assert len(first) == 50 and not first.shown.nnz and not first.hidden.nnz
    assert (second.shown.sum(axis=1) == 4).all()
    grown = (second.saved - first.saved).toarray()
    assert grown.min() == 0 and grown.sum() > 0
    assert (second.shown.toarray()[grown > 0] > 0).all()
    row, pin = np.argwhere(grown > 0)[0]
    assert pin in second.latest[row]


def test_numbers_are_uniform_and_follow_each_argument():
    users, pins = np.arange(300)[:, None], np.arange(200)
    u = simulator._uniform(1, 0, users, pins)
    assert u.shape == (300, 200) and u.min() >= 0 and u.max() < 1
    assert np.histogram(u, 10, (0, 1))[0] == pytest.approx(np.full(10, 6000), rel=0.06)
    assert abs(np.corrcoef(u[:-1].ravel(), u[1:].ravel())[0, 1]) < 0.02
    assert abs(np.corrcoef(u[:, :-1].ravel(), u[:, 1:].ravel())[0, 1]) < 0.02
    for other in (simulator._uniform(2, 0, users, pins), simulator._uniform(1, 1, users, pins)):
        assert abs(np.corrcoef(u.ravel(), other.ravel())[0, 1]) < 0.02


# ---------------------------------------------------------------- top
def histories(saved, shown=None):
    saved = sp.csr_array(np.array(saved, dtype=np.float32))
    shown = sp.csr_array(saved.shape) if shown is None else sp.csr_array(np.array(shown, float))
    return Histories(np.arange(saved.shape[0]), saved, shown, sp.csr_array(saved.shape),
                     np.full((saved.shape[0], 20), -1))  # fmt: skip


def test_top_leaves_out_what_is_saved_and_puts_what_was_shown_last():
    seen = histories([[0, 1, 0, 0]], shown=[[0, 0, 1, 0]])
    scores = np.array([[1.0, 9, 5, 2]])
    assert top(scores, seen, 2).tolist() == [[3, 0]]
    assert top(scores, seen, 3).tolist() == [[3, 0, 2]]
    assert top(scores, seen, 2, again=True).tolist() == [[2, 3]]
    assert scores.tolist() == [[1, 9, 5, 2]]


@pytest.mark.parametrize(
    ("scores", "k", "words"),
    [
        ([[1, 2, 3]], 1, "scores must be"),
        ([[np.nan, 1, 1, 1]], 1, "the scores hold NaN"),
        ([[1, 1, 1, 1]], 4, "a user has 3 pins left to be shown, fewer than 4"),
    ],
    ids=["shape", "NaN", "too few"],
)
def test_top_says_what_is_wrong(scores, k, words):
    with pytest.raises(ValueError, match=words):
        top(np.array(scores, float), histories([[0, 1, 0, 0]]), k)


def test_a_site_is_asked_about_its_shapes(site):
    with pytest.raises(ValueError, match=r"liking and past must be \(m, n\)"):
        Simulator(site.liking[:, :-1], site.past, site.creators)


def test_tastes_and_liking_of_the_feed_are_functions_of_arrays():
    world = pinworld.load("tiny")
    weights = feed.tastes(world.arrays)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    p = feed.liking(world.arrays, weights, np.array([3]), np.array([5]))
    assert 0 < p[0] < 1
