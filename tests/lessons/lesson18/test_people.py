"""Graph models and a ranker in front of people: on a tiny world, and what is stored; and what a control hears of a policy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import metrics, pinworld, results
from graphrec_utils.pinworld import Histories, Simulator, experiment
from solutions.experiments.lesson18 import interference, people, people_tuned

HEAR = ("item2item", "iALS", "pictures", "LightGCN", "PinSage", "Pixie", "SASRec", "seven fused")
GRAPH = {"LightGCN", "PinSage", "Pixie"}


@pytest.fixture(scope="module")
def tiny():
    """The tiny world's site and its twelve policies; the ranker learns from 400 lists."""
    world = pinworld.load("tiny")
    site = Simulator.of_world(world)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(people, "LISTS", 400)
        yield site, people.policies(site, world)


def here(site: Simulator, users: int = 20) -> Histories:
    """Return the histories of a first visit."""
    found = []

    def ask(seen, k):
        found.append(seen)
        return site.control(seen, k)

    site.run(ask, 0, np.arange(users), visits=1)
    return found[0]


def with_a_save(seen: Histories, pins: np.ndarray) -> Histories:
    """Return the same people a moment later: each has saved one pin more."""
    one = sp.csr_array(
        (np.ones(len(pins), np.float32), (np.arange(len(pins)), pins)), seen.saved.shape
    )
    latest = np.column_stack([seen.latest[:, 1:], pins])
    return replace(
        seen,
        saved=sp.csr_array(seen.saved + one),
        shown=sp.csr_array(seen.shown + one),
        latest=latest,
    )


def test_twelve_policies_live_with_people(tiny):
    site, cast = tiny
    assert set(cast.policies) == {*people.NAMES, *people.BESIDE} and len(people.NAMES) == 12
    for name, recommend in cast.policies.items():
        report = experiment(recommend, site.control, 0, site=site, users=30, visits=2, seconds=60)
        assert report.problem == "", name
    assert set(cast.took) == {*people.SEVEN, "RP3β", "ranker"}


@pytest.mark.parametrize("name", HEAR)
def test_a_generator_hears_a_save_of_a_minute_ago(tiny, name):
    site, cast = tiny
    before = here(site)
    known = np.tile(np.asarray(site.past.sum(axis=0)).ravel(), (len(before), 1))
    pins = people.best(known, before, 1)[:, 0]  # the most saved one that she has not
    after = with_a_save(before, pins)
    lists = [np.sort(cast.policies[name](seen, 10), axis=1) for seen in (before, after)]
    assert (lists[0] != lists[1]).any(axis=1).mean() > 0.5, name


def test_the_ranker_hears_no_save_of_this_minute(tiny):
    site, cast = tiny
    before = here(site)
    pins = cast.policies["the ranker alone"](before, 20)[:, 15]  # out of the first ten anyway
    seen = with_a_save(before, pins)
    lists = [cast.policies["the ranker alone"](x, 10) for x in (before, seen)]
    np.testing.assert_array_equal(*lists)


def test_the_ranker_orders_what_the_generators_found_and_brings_nothing_else(tiny):
    site, cast = tiny
    seen = here(site)
    own = np.random.default_rng(2).random(seen.saved.shape).astype(np.float32)
    found, ranked = people.best(own, seen), cast.second.after(lambda _: own)(seen)
    assert ((ranked > 0).sum(axis=1) == people.DEPTH).all()
    order = np.argsort(-ranked, axis=1)[:, : people.DEPTH]
    np.testing.assert_array_equal(np.sort(order, axis=1), np.sort(found, axis=1))
    said = np.take_along_axis(cast.second.of(seen), order, 1)
    assert (np.diff(said, axis=1) <= 0).all() and (said > 0).all() and (said < 1).all()


def test_today_everybody_has_what_those_who_are_here_have_saved(tiny):
    site, _ = tiny
    saves = pinworld.load("tiny").interactions(("save",))
    np.testing.assert_array_equal(saves.csr().toarray() > 0, site.past.toarray() > 0)
    seen = with_a_save(here(site), np.full(20, 7))
    now = people.today(saves, seen).toarray() > 0
    np.testing.assert_array_equal(now[seen.users], seen.saved.toarray() > 0)
    np.testing.assert_array_equal(now[20:], site.past.toarray()[20:] > 0)


def test_candidates_were_neither_saved_nor_shown(tiny):
    seen = here(tiny[0])
    seen = with_a_save(seen, np.arange(len(seen)) + 50)
    found = people.best(np.ones(seen.saved.shape), seen, seen.saved.shape[1] // 2)
    out = (seen.saved + seen.shown).toarray() > 0
    assert not np.take_along_axis(out, found, 1).any()


def test_power_by_hand():
    rng = np.random.default_rng(0)
    low = rng.normal(size=(3, 400))
    each = {
        "a": {"saves": low.tolist()},
        "b": {"saves": (low + 0.2 + 0.5 * rng.normal(size=low.shape)).tolist()},
    }
    (pair,) = people.neighbors(["a", "b"], each)
    assert pair["gap"] == pytest.approx(0.2, abs=0.05)
    assert pair["error"] == pytest.approx(0.025, abs=0.003)
    assert pair["power"] > 0.99 and pair["seen"] == 1


def test_twelve_policies_come_out_in_their_order():
    stored = results.load("18_people")
    assert stored.claim == people.CLAIM and stored.command == people.COMMAND
    values = stored.values
    lifts = [np.mean(values["policies"][name]["lift"]) for name in values["order"]]
    assert sorted(values["order"]) == sorted(people.NAMES) and lifts == sorted(lifts)
    assert {*GRAPH, "SASRec"} < set(people.SEVEN) < set(values["order"])
    assert all(max(p["gap"]) <= 0.03 for p in values["policies"].values())
    lead = metrics.Comparison.stored(values["ranker over fused"])
    assert lead.one == pytest.approx(
        values["policies"]["seven, then the ranker"]["expected"], rel=0.05
    )


@pytest.mark.parametrize("name", [*people.NAMES, *people.BESIDE])
def test_what_a_policy_lets_expect_is_what_is_counted(name):
    """Twelve are asked at once: one in twenty such tables has a row beyond 2.9 errors."""
    values = results.load("18_people").values
    row = (values["policies"] | values["beside"])[name]
    assert abs(row["off, in standard errors"]) <= 2.9
    assert row["expected"] == pytest.approx(row["counted"], rel=0.03)
    assert np.mean(row["lift"]) == pytest.approx(np.mean(row["counted lift"]), abs=0.05)


def test_who_shows_again_what_was_not_saved_loses():
    rows = results.load("18_people").values["policies"]
    assert rows["RP3β, shown again"]["high"][0] < rows["RP3β"]["low"][0]


def test_what_the_ranker_promises_is_a_chance_and_stands_beside_what_is_liked():
    values = results.load("18_people").values["promised"]
    assert set(values) == {name for name in people.NAMES if "ranker" in name}
    assert all(0 < row["said"] < 1 and 0 < row["liked"] < 1 for row in values.values())


def test_halves_are_of_whole_groups_and_a_third_of_the_pins_is_new():
    site = interference.site_with_new_pins(0, users=60, pins=240)
    new = np.asarray(site.past.sum(axis=0)).ravel() == 0
    assert 0.25 < new.mean() < 0.45
    groups = interference.clusters(site, 6)
    arm = interference.half(groups, 0)
    assert all(len(set(arm[groups == g])) == 1 for g in np.unique(groups))
    assert interference.half(np.arange(60), 0).sum() == 30
    assert set(interference.lifts(site, 0, np.arange(60), groups)) == {"truth", "users", "clusters"}


def test_a_control_hears_what_a_policy_makes_people_save():
    """Without any user who has the policy nothing differs; beside others the control's users save something else."""
    site = interference.site_with_new_pins(0, users=60, pins=240)
    nobody = np.zeros(60, bool)
    some = nobody.copy()
    some[:30] = True
    alone, beside = (interference.saves(site, arm, 0) for arm in (nobody, some))
    np.testing.assert_array_equal(alone, interference.saves(site, nobody, 0))
    assert (alone[30:] != beside[30:]).any()


def test_half_of_the_users_do_not_say_what_a_site_gains():
    stored = results.load("18_interference")
    assert stored.claim == interference.CLAIM and stored.command == interference.COMMAND
    values = stored.values
    truth, users, clusters = (values[x]["lift"] for x in ("truth", "users", "clusters"))
    assert abs(clusters - truth) < abs(users - truth) and truth > 0.05
    leads = {k: metrics.Comparison.stored(x) for k, x in values["leads"].items()}
    assert {k: x.outcome for k, x in leads.items()} == {
        "users over truth": "does not hold",
        "clusters over truth": "does not hold",
        "clusters over users": "cannot tell",
    }
    assert values["clusters"]["spread"] > values["users"]["spread"] > values["truth"]["spread"]


def test_in_further_experiments_what_is_expected_is_counted():
    further = results.load("18_people").values["further"]
    assert max(map(abs, further["off, in standard errors"].values())) < 2
    assert further["correlation"]["least"] > 0.2  # the same chance: their signs are no votes
    assert not set(further["seeds"]) & set(people.SEEDS)


def test_a_ranker_on_top_is_ahead_of_seven_and_of_three():
    values = results.load("18_people").values
    leads = {k: metrics.Comparison.stored(x).outcome for k, x in values["leads"].items()}
    assert metrics.Comparison.stored(values["ranker over fused"]).outcome == "holds"
    assert leads["seven, then the ranker over three fused"] == "holds"
    assert leads["three fused over seven fused"] == "holds"


def test_the_ranker_says_too_much_of_all_pins_too():
    for row in results.load("18_people").values["promised"].values():
        assert row["said of all"] - row["all liked"] > row["said"] - row["liked"] > 0


def test_knobs_that_people_choose_are_others_than_those_of_the_log():
    stored = results.load("18_people_tuned")
    assert stored.claim == people_tuned.CLAIM and stored.command == people_tuned.COMMAND
    values = stored.values
    assert {k: len(x) for k, x in values["settings"].items()} == {
        k: len(x) for k, x in people_tuned.SETTINGS.items()
    }
    for by, column in (("log", "NDCG@20"), ("people", "lift")):
        for name, rows in values["settings"].items():
            best = max(rows, key=lambda row: row[column])
            assert values["chosen"][by][name].items() <= best.items()
    lift = {
        by: {name: np.mean(row["lift"]) for name, row in rows.items()}
        for by, rows in values["policies"].items()
    }
    assert max(lift["log"][x] for x in people_tuned.SETTINGS) < 0 < lift["people"]["Pixie"]
    assert lift["people"]["PinSage"] > lift["people"]["Pixie"]
    leads = [metrics.Comparison.stored(x).outcome for x in values["leads"].values()]
    assert leads == ["holds"] * 4  # the ranker over seven, and three over seven, whoever chose


def test_settings_change_what_is_shown(tiny, monkeypatch):
    site, _ = tiny
    monkeypatch.setattr(people, "_world", lambda: pinworld.load("tiny"))
    people_tuned.parts.cache_clear()
    seen = here(site, 10)
    for name, key in (("Pixie", "divided"), ("SASRec", "taken"), ("PinSage", "added")):
        low, high = (dict(people_tuned.SETTINGS[name][0], **{key: x}) for x in (0.0, 1.0))
        lists = [people_tuned.shown(people_tuned.score(name, k))(seen, 10) for k in (low, high)]
        assert (lists[0] != lists[1]).any(), name
    people_tuned.parts.cache_clear()
