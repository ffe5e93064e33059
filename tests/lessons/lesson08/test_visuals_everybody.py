"""How deep until you are everybody: the films that are shipped, the walk against its matrix, what is refused."""

from __future__ import annotations

import base64

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import results, walks
from graphrec_utils.lessons.lesson08.visuals.everybody import (
    HOME,
    answered,
    content,
    likes,
    places,
    shares,
    spread,
    tops,
)
from graphrec_utils.plots import visuals

R = sp.csr_array(np.array([[1.0, 1, 0, 0], [0, 1, 1, 0], [1, 0, 0, 1]]))


def step() -> np.ndarray:
    dense = R.toarray()
    return dense.T @ np.diag(1 / dense.sum(1)) @ dense @ np.diag(1 / dense.sum(0))


@pytest.mark.parametrize("steps", [0, 1, 4])
def test_where_the_sparks_are_is_the_power_of_the_step(steps):
    P, start = step(), np.eye(4)[:, :2]
    powers = [np.linalg.matrix_power(P, k) @ start for k in range(steps + 1)]
    np.testing.assert_allclose(spread(R, start, steps), powers[-1])
    np.testing.assert_allclose(spread(R, start, steps, "layers"), np.mean(powers, axis=0))
    home = sum((1 - HOME) ** k * (HOME if k < steps else 1) * x for k, x in enumerate(powers))
    np.testing.assert_allclose(spread(R, start, steps, "home"), home)
    for way in ("walk", "layers", "home"):
        assert spread(R, start, steps, way).sum(axis=0) == pytest.approx(1)  # no spark is lost


def test_no_film_of_yours_is_listed_and_none_without_a_spark():
    mass = np.array([[0.5], [0.2], [0.3], [0.0]])
    assert tops(R, mass, np.array([[0, 0, 0]]), "visits") == [[2, 1]]
    assert tops(R, np.array([[0.3], [0.3], [0.25], [0.0]]), np.array([[3, 3, 3]]), "root") == [[2, 0, 1]]  # fmt: skip


def test_the_shipped_likes_are_the_measured_ones():
    stored = results.load("08_everybody").values
    R = likes()
    assert R.shape == (stored["people"], stored["films"]) and R.nnz == stored["likes"]
    assert (
        {len(base64.b64decode(content()[key])) for key in "xy"}
        == {len(content()["titles"])}
        == {R.shape[1]}
    )
    assert set(np.diff(R.indptr) >= 5) == {True} and R.sum(axis=0).min() > 0
    assert "MIT" in content()["source"] and "Simon Dooms" in content()["source"]


def test_a_few_pairs_share_what_all_of_them_share():
    R = likes()
    rng = np.random.default_rng(7)  # other pairs than the stored ones
    people = rng.permutation(R.shape[0])[:60]
    three = [rng.choice(R.indices[R.indptr[k] : R.indptr[k + 1]], 3, replace=False) for k in people]
    found = shares(R, np.reshape(three, (30, 2, 3)))
    stored = results.load("08_everybody").values["shared"]
    for way, count, depth in (
        ("walk", "visits", 1),
        ("walk", "root", 5),
        ("home", "root", 5),
        ("layers", "root", 5),
    ):
        assert found[way][count][depth]["mean"] == pytest.approx(
            stored[way][count][depth]["mean"], abs=1.5
        )


def test_what_lesson_08_says_of_it():
    shared = results.load("08_everybody").values["shared"]
    mean = {(w, c): [row["mean"] for row in rows] for w, by in shared.items() for c, rows in by.items()}  # fmt: skip
    assert [round(mean["walk", "visits"][k], 1) for k in (1, 2, 3, 20)] == [5.6, 8.1, 8.9, 8.9]
    assert mean["walk", "root"][1] < 1.5 < 6 < mean["walk", "root"][2]  # one step longer
    assert mean["layers", "root"][5] < mean["walk", "root"][5] - 2
    assert round(mean["home", "visits"][20], 1) == 7.1 and round(mean["home", "root"][20], 1) == 2.9


def test_a_students_walk_makes_the_lists():
    seen = []

    def own(indptr, indices, query, restart, num_steps, rng):
        seen.append((query, restart, num_steps))
        assert indices[indptr[3] : indptr[4]].tolist() == [0, 2]  # film 0: its people
        counts = np.zeros(len(indptr) - 1)
        counts[query] = 5
        counts[0] = 9  # a person, who is in no list
        return counts

    said = answered(own, R, [0, 1, 2], [1, 2, 3])
    assert said == {"films": [[0, 1, 2], [1, 2, 3]], "visits": [[5, 5, 5, 0], [0, 5, 5, 5]]}
    assert seen == [(q, HOME, 10_000) for q in (3, 4, 5, 4, 5, 6)]


def test_the_librarys_walk_goes_where_the_chances_are():
    def own(indptr, indices, query, restart, num_steps, rng):
        A = sp.csr_array((np.ones(len(indices)), indices, indptr))
        return walks.visits(walks.walkable(A), query, 100_000, restart)

    said = np.array(answered(own, R, [0, 1, 2], [1, 2, 3])["visits"], dtype=float)
    start = np.array([[1.0, 1, 1, 0], [0, 1, 1, 1]]).T / 3
    # visits of a walk that goes home with chance ½ after a step: the distribution after it, its first place left out
    ever = (spread(R, start, 60, "home") - HOME * start) / (1 - HOME)
    np.testing.assert_allclose(said.T / said.sum(axis=1), ever, atol=0.01)


def test_a_function_that_is_not_written_is_said():
    def own(*arguments):
        raise NotImplementedError

    made = visuals.everybody(function=own)
    assert "own is not written yet: the numbers are the library's" in made.note
    assert made.state["answers"] is None


@pytest.mark.parametrize("arguments, says", [
    ({"depth": 21}, "depth must lie between 0 and 20; got 21"),
    ({"way": "bus"}, "way must be one of walk, home, layers; got 'bus'"),
    ({"count": "likes"}, "count must be one of visits, root; got 'likes'"),
    ({"loved": ["WALL·E", "WALL·E", "Up ("]}, "three films are asked for"),
    ({"stranger": ["WALL·E", "Up (", "no such film"]}, "no film here has 'no such film' in its title"),
])  # fmt: skip
def test_what_cannot_be_shown_is_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        visuals.everybody(**arguments)


def test_the_most_liked_film_has_the_words():
    assert content()["titles"][places(["matrix", "WALL·E", "die hard (1988"])[0]] == "The Matrix (1999)"  # fmt: skip
