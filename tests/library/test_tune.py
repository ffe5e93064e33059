"""The search for knobs: planted optima are found or refused, trials are equal, test stays unread."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest

from graphrec_utils import train
from graphrec_utils.data import Interactions, Split

STEPS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0]


def hill(top: dict):
    """A fit whose score is 0 at the planted setting and falls with every step away from it."""
    fitted = []

    def fit(**knobs):
        fitted.append(knobs)
        return -sum(abs(math.log(knobs[k] / top[k])) for k in top)

    return fit, fitted


def search(models, budget=12, **options):
    return train.tune(models, budget, options.pop("score", float), progress=False, **options)


# ------------------------------------------------------------------------ planted truths
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("top", [(0.01, 0.03), (0.1, 0.003), (0.3, 0.3)])
def test_a_planted_best_setting_is_found_in_a_third_of_the_grid(top, seed):
    planted = dict(zip(("rate", "reg"), top, strict=True))
    fit, fitted = hill(planted)
    found = search({"A": (fit, {"rate": STEPS, "reg": STEPS})}, budget=20, seed=seed)
    assert len(fitted) == 20 < 49
    assert found.winner("A").knobs == planted and found.winner("A").score == 0


@pytest.mark.parametrize(("best", "side"), [(0.001, "smallest"), (1.0, "largest")])
def test_a_best_setting_at_the_edge_is_refused_in_one_sentence(best, side):
    found = search({"A": (hill({"reg": best})[0], {"reg": STEPS})}, budget=7)
    with pytest.raises(
        train.OnTheEdge,
        match=f"^the best A has reg = {best}, the {side} value of its grid; .*again$",
    ):
        found.winner("A")
    assert found.best("A").knobs == {"reg": best}  # it can be looked at
    assert found.edges["A"] == found.winners.loc["A", "refused"]
    assert side in repr(found.winners["refused"].item()) and side in found._repr_html_()


def test_every_interior_optimum_is_accepted_and_every_end_refused():
    for best in STEPS:
        found = search({"A": (hill({"reg": best})[0], {"reg": STEPS})}, budget=7)
        assert bool(found.edges) == (best in (STEPS[0], STEPS[-1])), best


def test_the_edge_of_one_knob_among_several_is_named():
    grid = {"rate": STEPS, "reg": STEPS}
    found = search({"A": (hill({"rate": 1.0, "reg": 0.03})[0], grid)}, budget=49)
    assert "rate = 1.0" in found.edges["A"] and "reg" not in found.edges["A"]


def test_a_natural_end_is_no_edge_and_its_other_end_is():
    grid = {"layers": [0, 1, 2, 3]}
    for best, refused in ((0, False), (2, False), (3, True)):
        fit = lambda layers, best=best: -abs(layers - best)  # noqa: E731
        found = search({"A": (fit, grid)}, budget=4, natural={"layers": [0]})
        assert bool(found.edges) == refused


def test_a_gain_that_has_ended_before_the_edge_is_accepted_by_a_slack():
    """The curve is flat at its end: 1.0 is ahead of 0.3 by a thousandth."""
    values = dict(zip(STEPS, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.601), strict=True))
    found = search({"A": (lambda reg: values[reg], {"reg": STEPS})}, budget=7)
    assert found.winner("A", slack=0.002).knobs == {"reg": 0.3}
    for slack in (0, 0.0005):
        with pytest.raises(train.OnTheEdge, match=r"reg = 1\.0"):
            found.winner("A", slack)
    steep = search({"A": (lambda reg: reg, {"reg": [0.1, 0.3]})}, budget=2)
    assert not steep.inside  # nothing lies inside
    with pytest.raises(train.OnTheEdge):
        steep.winner("A", slack=10)


def test_words_and_fixed_knobs_have_no_edge():
    grid = {"loss": ["bpr", "softmax"], "graph": [False, True], "start": [None, "svd"], "dim": [64]}
    score = lambda loss, graph, start, dim: (loss == "softmax") + graph + (start == "svd")  # noqa: E731
    found = search({"A": (score, grid)}, budget=8)
    assert not found.edges and found.winner("A").score == 3


def test_an_edge_of_one_model_leaves_the_others_usable():
    models = {
        "A": (hill({"reg": 1.0})[0], {"reg": STEPS}),
        "B": (hill({"reg": 0.1})[0], {"reg": STEPS}),
    }
    found = search(models, budget=7)
    assert list(found.edges) == ["A"] and found.winner("B").knobs == {"reg": 0.1}


# ------------------------------------------------------------------------- equal effort
def test_every_model_gets_the_same_number_of_different_trials():
    small, large = hill({"reg": 0.01}), hill({"rate": 0.01, "reg": 0.01})
    fixed, fitted = hill({})
    models = {
        "small": (small[0], {"reg": STEPS}),
        "large": (large[0], {"rate": STEPS, "reg": STEPS}),
        "none": (fixed, {}),
    }
    found = search(models, budget=7)
    for _, given in (small, large):
        assert len(given) == 7 == len({tuple(sorted(k.items())) for k in given})
    assert fitted == [{}]
    assert found.winners["trials"].to_dict() == {"small": 7, "large": 7, "none": 1}
    assert list(found.table.columns) == ["model", "reg", "rate", "score", "seconds"]
    assert len(found.table) == 15


def test_a_grid_smaller_than_the_budget_is_refused_and_nothing_is_fitted():
    good, fitted = hill({"reg": 0.01})
    models = {"A": (good, {"reg": STEPS}), "B": (good, {"reg": STEPS[:3]})}
    with pytest.raises(ValueError, match="B: its grid has 3 settings, fewer than the 7 trials"):
        search(models, budget=7)
    assert not fitted


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0, 0.01, 0.1], "jumps from 0.01 to 0.1"),  # what hid a penalty of 0.03
        ([0.1, 0.03], "must increase"),
        ([0.1, 0.1], "must increase"),
        ([], "has no values"),
    ],
)
def test_a_grid_in_which_the_best_could_hide_is_refused(values, words):
    with pytest.raises(ValueError, match=words):
        search({"A": (hill({})[0], {"reg": values})}, budget=2)


@pytest.mark.parametrize("values", [[0, 0.003, 0.01, 0.03], [64, 128, 256, 512], [1, 4, 16]])
def test_steps_of_about_three_are_fine(values):
    search({"A": (hill({})[0], {"reg": values})}, budget=2)


# ------------------------------------------------------------------- chance and the log
def test_the_seed_decides_what_is_tried():
    def tried(seed):
        fit, fitted = hill({"rate": 0.01, "reg": 0.1})
        search({"A": (fit, {"rate": STEPS, "reg": STEPS})}, seed=seed)
        return fitted

    assert tried(3) == tried(3) != tried(4)


def test_a_model_is_searched_alike_whoever_stands_beside_it():
    grid = {"rate": STEPS, "reg": STEPS}
    alone, beside = hill({"rate": 0.01, "reg": 0.1}), hill({"rate": 0.01, "reg": 0.1})
    search({"A": (alone[0], grid)})
    search({"B": (hill({"reg": 1.0})[0], grid), "A": (beside[0], grid)})
    assert alone[1] == beside[1]


def test_a_line_that_a_kill_has_torn_is_cut_off(tmp_path):
    log, grid = tmp_path / "log.jsonl", {"rate": STEPS, "reg": STEPS}
    first = search({"A": (hill({"reg": 0.1})[0], grid)}, log=log)
    whole = log.read_text()
    log.write_text(whole + '{"model": "A", "kno')
    again = search({"A": (hill({"reg": 0.1})[0], grid)}, log=log)
    assert again.trials == first.trials and log.read_text() == whole


def test_what_stands_in_the_log_is_not_fitted_again(tmp_path):
    log, grid = tmp_path / "new" / "log.jsonl", {"rate": STEPS, "reg": STEPS}
    fit, fitted = hill({"rate": 0.01, "reg": 0.1})
    first = search({"A": (fit, grid)}, log=log)
    again = search({"A": (fit, grid)}, log=log)
    assert len(fitted) == 12 and again.trials == first.trials
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    assert [row["score"] for row in rows] == [t.score for t in first.trials]
    assert set(rows[0]) == {"model", "knobs", "score", "seconds", "found"}


def test_a_search_that_goes_on_begins_with_the_same_trials():
    """All that follow are neighbors of the best so far, one step in one knob, as long as it has some."""
    grid = {"rate": STEPS, "reg": STEPS}
    fit, _ = hill({"rate": 0.01, "reg": 0.1})
    first = search({"A": (fit, grid)}, budget=6).trials
    more = search({"A": (fit, grid)}, budget=11, begun=6).trials
    settings = lambda trials: [t.knobs for t in trials]  # noqa: E731
    assert settings(more)[:6] == settings(first)
    assert settings(search({"A": (fit, grid)}, budget=11).trials)[:6] != settings(first)
    places = [tuple(STEPS.index(t.knobs[x]) for x in grid) for t in more]
    apart = lambda a, b: sum(abs(x - y) for x, y in zip(a, b, strict=True))  # noqa: E731
    drawn = []
    for k in range(6, 11):
        best = places[max(range(k), key=lambda j: more[j].score)]
        around = [(a, b) for a in range(7) for b in range(7) if apart((a, b), best) == 1]
        if set(around) <= set(places[:k]):
            drawn.append(k)
        else:
            assert apart(places[k], best) == 1, k
    assert len(drawn) < 5


def test_an_interrupted_search_ends_as_one_that_was_not(tmp_path):
    log, grid = tmp_path / "log.jsonl", {"rate": STEPS, "reg": STEPS}
    fit, fitted = hill({"rate": 0.01, "reg": 0.1})

    def killed(**knobs):
        if len(fitted) == 8:
            raise KeyboardInterrupt
        return fit(**knobs)

    with pytest.raises(KeyboardInterrupt):
        search({"A": (killed, grid)}, log=log)
    resumed = search({"A": (fit, grid)}, log=log)
    fresh = search({"A": (hill({"rate": 0.01, "reg": 0.1})[0], grid)})
    assert len(fitted) == 12
    assert [t.knobs for t in resumed.trials] == [t.knobs for t in fresh.trials]


def test_a_fit_may_tell_what_it_found_and_numpy_may_be_a_knob(tmp_path):
    fit = lambda reg: (-abs(reg - 0.03), {"epochs": np.int64(round(100 * reg))})  # noqa: E731
    grid = {"reg": list(np.array(STEPS))}
    found = search({"A": (fit, grid)}, budget=7, log=tmp_path / "log.jsonl")
    assert found.winner("A").found == {"epochs": 3}
    assert "epochs" in found.table and "epochs 3" in found.winners.loc["A", "best"]


def test_a_pair_of_vectors_is_a_model():
    seen = []
    search({"A": (lambda: (np.zeros(2), np.ones(3)), {})}, score=lambda m: seen.append(m) or 1.0)
    assert len(seen[0]) == 2


def test_a_diverged_trial_never_wins_and_an_error_names_its_knobs():
    fit = lambda reg: math.nan if reg > 0.02 else reg  # noqa: E731
    found = search({"A": (fit, {"reg": STEPS})}, budget=7)
    assert found.winner("A").knobs == {"reg": 0.01}
    with pytest.raises(ValueError, match="no trial of 'A' has a score"):
        search({"A": (lambda: math.inf, {})})
    with pytest.raises(ZeroDivisionError) as problem:
        search({"A": (lambda reg: 1 / 0, {"reg": [0.1]})})
    assert "while A was tried with {'reg': 0.1}" in problem.value.__notes__


# ------------------------------------------------------------------------- test is sealed
class Sealed:
    """A test part that must not be looked at."""

    def __getattribute__(self, name):
        raise AssertionError(f"test was read: {name}")

    def __len__(self):
        raise AssertionError("test was counted")


def small_split() -> Split:
    rng = np.random.default_rng(0)
    pairs = np.unique(rng.integers(0, [40, 60], (600, 2)), axis=0)
    pairs = rng.permutation(pairs)
    events = Interactions(*pairs.T, 40, 60)
    rest, test = events.hold_out(last=0.2)
    return Split(rest, rest.select(slice(0, 0)), test).with_validation(last=0.2)


class Opinion:
    """Scores of items, the same for every user."""

    def __init__(self, scores):
        self.values = scores

    def scores(self, users):
        return np.tile(self.values, (len(users), 1)).astype(np.float32)


def test_a_search_on_validation_never_reads_test():
    split = small_split()
    sealed = Split(split.train, split.val, Sealed())
    popular = split.train.degrees()[1].astype(float)
    fit = lambda power: Opinion(popular**power)  # noqa: E731
    grid = {"power": [0.01, 0.03, 0.1, 0.3, 1.0]}
    seen = search({"A": (fit, grid)}, budget=5, score=train.on_validation(sealed, "recall"))
    open_ = search({"A": (fit, grid)}, budget=5, score=train.on_validation(split, "recall"))
    assert [t.score for t in seen.trials] == [t.score for t in open_.trials]
    with pytest.raises(AssertionError, match="test was read"):  # the seal itself can break
        train.on_test(fit(1), sealed)


def test_a_score_on_validation_is_the_mean_of_its_users():
    split = small_split()
    # someone who knows each validation item finds it; who hides train misses none of them
    told = split.val.csr().toarray()
    oracle = SimpleNamespace(scores=lambda users: told[users].astype(np.float32))
    assert train.on_validation(split, "recall")(oracle) == 1
    assert train.on_validation(split, "ndcg", top=5)(oracle) == 1
    model = Opinion(np.arange(60.0))
    every, some = (train.on_validation(split, users=u)(model) for u in (None, 7))
    assert every != some == train.on_validation(split, users=7)(model)
    assert train.on_validation(split, users=1000)(model) == every


def test_a_split_without_validation_is_refused():
    split = small_split()
    with pytest.raises(ValueError, match="no validation part"):
        train.on_validation(Split(split.past(), split.val.select(slice(0, 0)), split.test))


def test_the_final_number_hides_train_and_validation():
    split = small_split()
    told = split.past().csr().toarray() * 2 + split.test.csr().toarray()  # prefers what was seen
    model = SimpleNamespace(scores=lambda users: told[users].astype(np.float32))
    # recall at 20 would be 1 behind a few seen items, too: what is sought must come first
    assert (train.on_test(model, split).ndcg == 1).all()
