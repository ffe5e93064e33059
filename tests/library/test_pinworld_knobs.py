"""PinWorld's knobs: each changes its part of a world and nothing else, and none is the course's world."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import pinworld
from graphrec_utils.pinworld import snapshot
from graphrec_utils.pinworld.entities import NUM_TOPICS

# sha256 of all arrays of today's worlds; another numpy may draw other numbers
TODAY = {
    "tiny": "5d28456fd186977bc10f5e8f21ef09cd1c9912c7d78aee664ef7a174328e245d",
    "small": "8e019df600f5be391094976018a1f23a55174f20e0af03b8628ee3fb3ca839da",
}
CONTENT = {"pin_image", "pin_words", "word"}


@pytest.fixture(scope="module")
def usual():
    return pinworld.make(3, 0.3)


def changed(world, usual) -> set[str]:
    """Return the names of the arrays that differ."""
    return {k for k, v in usual.arrays.items() if not np.array_equal(v, world.arrays[k])}


@pytest.mark.parametrize("name", TODAY)
@pytest.mark.parametrize("knobs", [{}, {"content_noise": 0, "topics": None, "popularity": 0.0}])
def test_without_knobs_the_world_is_the_course_s_number_by_number(name, knobs):
    if np.__version__ != snapshot.read_registry()["numpy"]:
        pytest.skip("another numpy may draw other numbers")
    world = pinworld.make(0, name, **knobs)
    assert world.digest() == TODAY[name] == pinworld.load(name).digest()
    assert world.knobs == {} and "content" not in repr(world)


def told_by_content(world) -> float:
    """Return how often the center of a topic that is next to a pin's content is that of its own topic."""
    x = np.hstack([world.images, 0.4 * world.texts.toarray()])
    topic, rng = world.arrays["pin_topic"], np.random.default_rng(0)
    half = rng.random(len(x)) < 0.5
    centers = np.stack([x[half & (topic == t)].mean(axis=0) for t in range(NUM_TOPICS)])
    near = ((x[~half, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
    return float((near == topic[~half]).mean())


def test_the_more_noise_the_less_content_says_down_to_chance():
    levels = (0, 0.25, 0.5, 0.75, 1)
    told = [told_by_content(pinworld.make(3, 0.3, content_noise=p)) for p in levels]
    assert all(np.diff(told) < -0.05), told
    assert told[0] > 0.6 and told[-1] < 0.1, told


def test_noise_changes_content_alone_and_swaps_picture_and_words_together(usual):
    some, more = (pinworld.make(3, 0.3, content_noise=p) for p in (0.3, 0.6))
    assert changed(some, usual) == changed(more, usual) == CONTENT
    first, second = ((w.images != usual.images).any(axis=1) for w in (some, more))
    assert first.mean() == pytest.approx(0.3, abs=0.03)
    assert second.mean() == pytest.approx(0.6, abs=0.03) and second[first].all()
    assert np.array_equal(some.images[first], more.images[first])
    for pin in np.flatnonzero(first)[:50]:
        source = np.flatnonzero((usual.images == some.images[pin]).all(axis=1))
        assert source != pin
        assert (usual.texts[source].toarray() == some.texts[[pin]].toarray()).all()
    assert np.array_equal(usual.texts[~first].toarray(), some.texts[~first].toarray())


@pytest.mark.parametrize("topics", range(1, 7))
def test_every_user_starts_with_as_many_topics_and_drifts_to_one_more(topics, usual):
    world = pinworld.make(3, 0.3, topics=topics)
    has, weight = world.arrays["user_topics"] >= 0, world.arrays["user_weights"]
    drifts = world.arrays["user_drift"] >= 0
    assert ((weight > 0).sum(axis=1) == topics).all()
    assert np.array_equal(has.sum(axis=1), topics + drifts)
    same = {k for k in usual.arrays if k.startswith(("pin_", "creator_", "query_", "topic_"))}
    same |= {"user_style", "user_drift", "word", "advertiser_style"}
    assert not same & changed(world, usual)
    shared = np.minimum((usual.arrays["user_weights"] > 0).sum(axis=1), topics)
    for u in range(20):  # the first ones of the same list
        k = shared[u]
        for name in ("user_topics", "user_weights"):
            assert np.array_equal(world.arrays[name][u, :k], usual.arrays[name][u, :k])


def likes_by_place(world) -> tuple[float, float]:
    """Return the shares of positive actions among showings of pins above and below their median."""
    shown = world.impressions
    pin = shown["pin"].to_numpy()
    liked = shown["action"].isin(pinworld.POSITIVE_ACTIONS).to_numpy()
    often = np.bincount(pin, minlength=world.num_pins)[pin]
    high = often > np.median(often)
    return float(liked[high].mean()), float(liked[~high].mean())


def test_liking_by_popularity_makes_what_is_shown_often_liked_more():
    gaps = []
    for p in (0, 0.5, 1):
        high, low = likes_by_place(pinworld.make(3, 0.3, popularity=p))
        gaps.append(high - low)
        assert 0.55 < (high + low) / 2 < 0.85  # as much is liked as before, by and large
    assert gaps[0] < gaps[1] < gaps[2] and gaps[2] > 0.2, gaps


def test_popularity_changes_what_users_do_and_not_what_they_see(usual):
    world = pinworld.make(3, 0.3, popularity=0.5)
    assert changed(world, usual) == {"shown_action", "save_in_catch_all"}


def test_a_world_with_knobs_is_not_mistaken_for_the_usual_one(tmp_path):
    world = pinworld.make(3, 0.05, content_noise=0.25, topics=np.int64(4), popularity=0.5)
    assert repr(world).startswith(
        "PinWorld(seed=3, scale=0.05, content_noise=0.25, topics=4, popularity=0.5): "
    )
    snapshot.write(world, tmp_path / "world.npz")
    back = snapshot.read(tmp_path / "world.npz")
    assert repr(back) == repr(world) and back.digest() == world.digest()


def test_people_who_like_by_popularity_are_no_judges_of_lists():
    world = pinworld.make(3, 0.05, popularity=0.1)
    for site in (pinworld.Feed, pinworld.Simulator.of_world):
        with pytest.raises(ValueError, match=r"topic and style alone.*popularity=0\.1"):
            site(world)


WRONG = [-0.01, 1.01, float("nan"), float("inf"), "0.5", None, [0.5], True]


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize("name", ["content_noise", "popularity"])
def test_a_share_that_is_none_is_named(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a number, 0 to 1; got"):
        pinworld.make(0, 0.01, **{name: value})


@pytest.mark.parametrize("value", [0, 7, -1, 2.0, float("nan"), "3", [2], True], ids=repr)
def test_a_number_of_topics_that_is_none_is_named(value):
    with pytest.raises(ValueError, match="topics must be None or an integer, 1 to 6; got"):
        pinworld.make(0, 0.01, topics=value)


def test_knobs_have_names():
    with pytest.raises(TypeError, match="positional"):
        pinworld.make(0, 0.01, 0.5)
