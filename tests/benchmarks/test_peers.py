"""The command that measures all peers, and the tests of what engines draw."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from graphrec_utils import results, walks
from graphrec_utils.authoring.site import peers_page
from graphrec_utils.graphs import batches
from tests.benchmarks import drawn, importance, peers, pinned
from tests.benchmarks.engine import command
from tests.benchmarks.engine import peers as environments

SOURCE = '''"""How fast one counts."""

SIZES = ("few", "many")
PEERS = {"fakepeer": ["/absent/fakepeer-1.0-py3-none-any.whl"], "other": []}


def prepare(folder, size):
    (folder / "limit.txt").write_text({"few": "1000", "many": "100000"}[size])


def counting(setting):
    limit = int((setting.folder / "limit.txt").read_text())
    yield
    while True:
        total = sum(range(limit))
        yield lambda: {"total": total}


ENGINES = {"course": counting, "fakepeer": counting, "other": counting, "unwanted": counting}
'''


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Return the folders of one small benchmark, `count`; a peer's environment costs nothing to make."""
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (folder / "count.py").write_text(SOURCE)

    def make(folder):
        folder.mkdir()
        return sys.executable, "3.11"

    monkeypatch.setattr(environments.virtual, "make", make)
    monkeypatch.setattr(peers, "PLAN", {"count": {"fakepeer": 2.0, "other": 0.01}})
    monkeypatch.setitem(peers_page.TITLES, "count", "Counting")
    return folder, tmp_path / "build"


def test_a_peer_that_cannot_be_installed_gets_a_sentence_and_the_others_go_on(places):
    found = peers.measure("count", 2, (1,), *places)
    assert [run["size"] for run in found] == ["few", "many"]
    for run, total in zip(found, (499_500, 4_999_950_000), strict=True):
        ours, other, absent = run["rows"]
        assert ours["quality"] == other["quality"] == {"total": total}
        assert absent["engine"] == "fakepeer" and absent["note"].startswith("skipped: pip failed")
        assert other["CPU ratio"][1] <= other["CPU ratio"][0] <= other["CPU ratio"][2]
        assert run["wall by CPU"] > 0.5 and run["rounds"] == 2
    text = peers_page.tables({"count": found})
    assert text.startswith("## Counting") and "skipped: pip failed" in text
    assert text.count("0.01: reached") == 2
    assert {line.count("|") for line in text.splitlines() if line.startswith("|")} == {9}


def test_fewer_than_five_rounds_and_unknown_names_are_refused(capsys):
    for arguments, sentence in (
        (["--rounds", "4"], "at least 5"),
        (["--only", "nobody"], "invalid choice: 'nobody'"),
    ):
        with pytest.raises(SystemExit):
            peers.main(arguments)
        assert sentence in capsys.readouterr().err


def test_an_unknown_size_is_refused_with_a_sentence(places):
    with pytest.raises(command.CannotRun, match="--size huge: no such size; there are few, many"):
        command.measured(["count", "--size", "huge"], *places)


def test_the_plan_names_what_is_there():
    folder = command.shared.clone() / "tests" / "benchmarks"
    assert set(peers.PLAN) <= set(command.benchmarks(folder))
    for name, targets in peers.PLAN.items():
        module = command.worker.load(folder / f"{name}.py")
        assert set(targets) <= set(module.PEERS) and name in peers_page.TITLES
        assert all(module.PEERS[peer] is pinned.REQUIREMENTS[peer] for peer in module.PEERS)


def test_the_stored_table_says_what_was_reached_and_how_busy_the_machine_was():
    values = results.load(peers.RESULT).values
    runs = [run for found in values.values() for run in found]
    assert all(run["rounds"] >= 5 for run in runs)
    quality = [row["quality"] for run in runs for row in run["rows"] if "quality" in row]
    ps = [q["p"] for q in quality if "p" in q]
    assert ps and min(ps) > 0.001, "an engine draws from another distribution"
    text = peers_page.page()
    busy = max(run.get("wall by CPU", 1) for run in runs)
    assert ("The machine was shared" in text) == (busy >= 1.1)
    assert "{" not in text.replace("```{raw} html", "")  # a blank that nobody filled in


# ---------------------------------------------------------------- the tests of chance can fail
def test_sets_that_are_not_equally_likely_are_seen():
    rng, options = np.random.default_rng(0), range(4, 10)
    fair = np.array([rng.choice(6, 3, replace=False) + 4 for _ in range(2000)])
    assert drawn.of_sets(fair, options) > 0.001
    # each neighbor as often as every other, but always with the next ones: the sets tell
    runs = (rng.integers(6, size=(2000, 1)) + np.arange(3)) % 6 + 4
    assert drawn.of_sets(runs, options) < 1e-6


def test_walks_with_a_preference_are_seen():
    graph = walks.walkable(drawn.adjacency(*drawn.copies(1)))
    assert drawn.of_paths(walks.paths(graph, [drawn.PIN], 3, 5000)) > 0.001
    biased = walks.biased(graph, np.linspace(1, 1.5, drawn.NODES))
    assert drawn.of_paths(walks.paths(biased, [drawn.PIN], 3, 5000)) < 1e-6


def test_neighborhoods_with_another_restart_are_seen():
    small, count = drawn.adjacency(*drawn.copies(500)), importance.STEPS
    starts = drawn.NODES * np.arange(500) + drawn.PIN
    exact = drawn.weights_of_pins(0.5, num_steps=count, walkers=count // 128)
    ps = []
    for restart in (0.5, 0.4):
        alpha = walks.importance_neighbors(small, starts, drawn.PINS, count, restart).tocoo()
        weights = np.zeros((500, drawn.PINS))
        weights[alpha.row, alpha.col % drawn.NODES - drawn.PIN] = alpha.data
        ps.append(drawn.of_weights(weights[:, 1:], exact))
    assert ps[0] > 0.001 and ps[1] < 1e-6
    # steps that return and walks that end are two ways to say it
    assert np.abs(exact - drawn.weights_of_pins(0.5, longest=importance.LONGEST)).max() < 0.001


def test_the_small_graph_with_its_boards_in_front_is_the_same_graph():
    indptr, indices, boards = drawn.split_copies(3)
    A = drawn.adjacency(indptr, indices).toarray()
    assert boards == 12 and (A == A.T).all() and not A[:12, :12].any() and not A[12:, 12:].any()
    assert A.sum() == 3 * 2 * len(drawn.EDGES)
    (block,) = batches.sample(drawn.adjacency(indptr, indices), [0], [None])
    assert sorted(block.source[1:].tolist()) == list(range(12, 18))
