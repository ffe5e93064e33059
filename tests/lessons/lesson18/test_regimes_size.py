"""The slice of sizes: servers answer what they should, and what does not fit answers nothing."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import walks
from graphrec_utils.results import regimes
from solutions.experiments.lesson18.regimes import size

SERVERS = {name: player.fit for name, player in size.PLAYERS.items()}


def test_exact_lists_are_exact_and_a_search_finds_nine_tenths_of_them():
    scan, cells = SERVERS["iALS, exact scan"](1000), SERVERS["iALS, cells"](1000)
    items, found = size.vectors(1000), []
    for seed in range(20):
        q = scan.drawn(np.random.default_rng(seed))
        best = np.argsort(-(items @ q))[: size.TOP]
        assert list(scan.answer(q)) == list(best)
        found.append(np.isin(best, cells.answer(q)).mean())
    assert np.mean(found) > 0.85 and cells.facts["found"] >= size.ENOUGH


def test_a_walk_and_a_push_say_the_same_of_a_second_request():
    """Their counters are kept between requests, and must be clean again."""
    for name in ("Pixie", "PageRank, push"):
        server = SERVERS[name](1000)
        one, other = (server.drawn(np.random.default_rng(k)) for k in (0, 1))
        first = server.answer(one).copy()
        server.answer(other)
        assert list(server.answer(one)) == list(first), name


def test_a_push_with_counters_that_are_kept_finds_what_the_library_finds():
    server, (walked, _) = SERVERS["PageRank, push"](1000), size.graph(1000)
    node = server.drawn(np.random.default_rng(3))
    mass = walks.ppr_push(walked, node, size.RESTART, size.TOLERANCE)
    mass[: size.likes(1000).shape[0]] = 0
    np.testing.assert_allclose(mass[server.answer(node)], -np.sort(-mass)[: size.TOP])


def test_histories_are_things_that_somebody_likes_and_tables_are_of_likes():
    R = size.likes(1000)
    for name in ("item2item", "EASE"):
        server = SERVERS[name](1000)
        history = server.drawn(np.random.default_rng(0))
        assert np.isin(history, R.indices).all() and len(history) == size.HISTORY
        assert len(set(server.answer(history))) == size.TOP
        assert server.facts["build"] > 0
    B = np.linalg.inv((R.T @ R).toarray() + 10 * np.eye(1000))
    B = (B / -np.diag(B)) * (1 - np.eye(1000))
    best = np.argsort(-B[history].sum(axis=0))[: size.TOP]
    assert np.isin(best, SERVERS["EASE"](1000).answer(history)).mean() > 0.9


@pytest.mark.parametrize("name, n", [("EASE", 100_000), ("iALS, cells", 1_000_000)])
def test_what_does_not_fit_answers_nothing(name, n):
    assert SERVERS[name](n) is None
    assert not size.judge(n, 0, None)[n].any()


def test_a_round_has_requests_of_its_own_and_every_request_a_rate():
    asked = []
    server = size.Server(lambda rng: rng.random(), lambda q: asked.append(q), {})
    assert (size.judge(1000, 0, server)[1000] > 0).all()
    first, asked[:] = set(asked), []
    size.judge(1000, 1, server)
    assert len(first) == size.REQUESTS and not first & set(asked)


def test_what_is_said_of_sizes_is_stored():
    (part,) = regimes.regimes()["size"]["sets"].values()
    ten, million = (part["levels"].index(n) for n in (10_000, 1_000_000))
    rate = {name: [row["mean"] for row in rows] for name, rows in part["methods"].items()}
    scan = rate["iALS, exact scan"]
    for name in ("Pixie", "PageRank, push"):
        assert scan[ten] > rate[name][ten] and rate[name][million] > 70 * scan[million], name
        assert rate[name][-1] > 400 * scan[-1] and part["levels"][-1] == 10_000_000, name
    for name, rows in part["methods"].items():
        assert all("MB" in row["facts"] for row in rows if row["mean"] > 0), name
