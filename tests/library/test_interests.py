"""Clusters, mixtures, medoids: against loops, scipy and each other, and what bad input is told."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils.models import mixture, pinnersage, retrieval


def blobs(seed=0, count=60, k=3):
    rng = np.random.default_rng(seed)
    label = np.arange(count) % k
    return np.eye(k)[label] * 9 + rng.normal(size=(count, k)), label


def test_kmeans_is_scipy_s_and_finds_the_blobs():
    from scipy.cluster.vq import kmeans2

    points, label = blobs()
    centers, cell = mixture.kmeans(points, points[:3], sweeps=7)
    theirs, _ = kmeans2(points, points[:3].copy(), iter=7, minit="matrix")
    np.testing.assert_allclose(centers, theirs)
    assert (cell == label).all()
    np.testing.assert_array_equal(mixture.kmeans(points, points[:3], sweeps=0)[0], points[:3])


def test_a_center_without_points_stays():
    points = np.array([[0.0], [1.0], [10.0]])
    centers, cell = mixture.kmeans(points, np.array([[0.0], [9.0], [99.0]]))
    assert centers.ravel().tolist() == [0.5, 10.0, 99.0] and cell.tolist() == [0, 0, 1]


def test_kmeans_agrees_with_the_cells_of_the_index():
    points, _ = blobs(1)
    centers, cell = retrieval.cells(points, 4, sweeps=30)
    again, same = mixture.kmeans(points, centers, sweeps=1)
    np.testing.assert_allclose(again, centers)
    np.testing.assert_array_equal(same, cell)


def test_a_mixture_keeps_the_largest_and_sums_to_one():
    some, weights = mixture.mixture(np.array([1, 0, 4, 2, 2]), top=3)
    assert some.tolist() == [2, 3, 4] and weights.tolist() == [0.5, 0.25, 0.25]
    some, weights = mixture.mixture(np.array([0, 3]), top=5)
    assert some.tolist() == [1] and weights.tolist() == [1.0]


def slow_retrieve(queries, weights, items, seen, top):
    out, used = [], set(seen)
    for q in sorted(range(len(weights)), key=lambda q: (-weights[q], q)):
        quota = int(np.ceil(round(weights[q] * top, 9)))
        for i in sorted(range(len(items)), key=lambda i: (-(items[i] @ queries[q]), i)):
            if quota and len(out) < top and i not in used:
                out.append(i)
                used.add(i)
                quota -= 1
    return out


@pytest.mark.parametrize("top", [1, 7, 20, 60])
def test_retrieval_is_a_walk_through_the_queries(top):
    rng = np.random.default_rng(top)
    items, queries = rng.normal(size=(40, 3)), rng.normal(size=(4, 3))
    weights, seen = np.array([0.2, 0.5, 0.1, 0.2]), rng.choice(40, 9, replace=False)
    found = mixture.retrieve(queries, weights, items, seen, top)
    assert found.tolist() == slow_retrieve(queries, weights, items, seen, top)
    assert len(set(found)) == len(found) <= min(top, 31) and not set(found) & set(seen)


def test_a_share_that_is_a_whole_number_of_places_gets_no_place_more():
    assert 0.56 * 25 > 14  # as floats
    items = np.repeat(np.eye(2), 15, axis=0)
    found = mixture.retrieve(np.eye(2), [0.56, 0.44], items, [], 25)
    assert (found < 15).sum() == 14 and (found >= 15).sum() == 11


def test_two_interests_are_found_and_their_mean_finds_what_lies_between():
    items = np.array([[1.0, 0.0], [0.99, 0.01], [0.0, 1.0], [0.01, 0.99], [0.8, 0.8], [0.7, 0.75]])
    both, mean = np.eye(2), np.array([[0.5, 0.5]])
    assert mixture.retrieve(
        both, np.array([0.5, 0.5]), items / np.linalg.norm(items, axis=1)[:, None], [], 4
    ).tolist() == [0, 1, 2, 3]
    assert set(mixture.retrieve(mean, np.ones(1), items, [], 2)) == {4, 5}


def test_a_medoid_is_the_member_with_the_least_sum_of_squares():
    points, label = blobs(2, 40)
    for c, found in enumerate(pinnersage.medoids(points, label)):
        members = np.flatnonzero(label == c)
        sums = [np.square(points[members] - points[i]).sum() for i in members]
        assert found == members[np.argmin(sums)]


def test_ward_finds_the_blobs_by_number_and_by_cut():
    points, label = blobs(3)
    for found in (pinnersage.ward(points, num_clusters=3), pinnersage.ward(points, cut=25.0)):
        assert (found == label).all()
    assert (pinnersage.ward(points, cut=1e-6) == np.arange(60)).all()
    assert pinnersage.ward(points[:1], cut=1.0).tolist() == [0]
    assert pinnersage.tree(points).shape == (59, 4)


def test_importance_fades_and_the_heaviest_are_asked():
    ages, label = np.array([0.0, 10.0, 100.0, 100.0, 100.0]), np.array([0, 0, 1, 1, 1])
    weight = pinnersage.importance(ages, label, 0.1)
    np.testing.assert_allclose(weight, [1 + np.exp(-1), 3 * np.exp(-10)])
    assert pinnersage.importance(ages, label, 0.0).tolist() == [2, 3]
    points = np.array([[0.0], [1], [5], [6], [8]])
    some, share = pinnersage.interests(points, ages, label, 0.0, top=5)
    assert some.tolist() == [3, 0] and share.tolist() == [0.6, 0.4]
    some, share = pinnersage.interests(points, ages, label, 0.0, top=1)
    assert some.tolist() == [3] and share.tolist() == [1]  # of those that are asked with
    assert pinnersage.interests(points, ages, label, 1.0, top=1)[0].tolist() == [0]


BAD = {
    "k-means with fewer points than clusters": (mixture.kmeans, (np.ones((2, 3)), np.ones((3, 3))), "2 points cannot make 3"),
    "centers of another size": (mixture.kmeans, (np.ones((4, 3)), np.ones((2, 2))), "must be"),
    "nothing liked": (mixture.mixture, (np.zeros(4, int), 2), "at least one liked"),
    "no shares": (mixture.retrieve, (np.ones((2, 2)), [0.5, 0.4], np.ones((3, 2)), [], 2), "sum to 1"),
    "queries of another size": (mixture.retrieve, (np.ones((1, 3)), [1.0], np.ones((3, 2)), [], 2), "must be"),
    "more medoids than events": (pinnersage.ward, (np.ones((3, 2)), None, 4), "3 events cannot have 4 medoids"),
    "no events": (pinnersage.ward, (np.ones((0, 2)), 1.0), "without a past"),
    "cut and number": (pinnersage.ward, (np.ones((3, 2)), 1.0, 2), "either"),
    "a tree of one": (pinnersage.tree, (np.ones((1, 2)),), "at least two"),
    "labels of others": (pinnersage.medoids, (np.ones((3, 2)), np.zeros(2, int)), "must be"),
    "an empty cluster": (pinnersage.medoids, (np.ones((2, 2)), np.array([0, 2])), "cluster 1 is empty"),
    "a decay below 0": (pinnersage.importance, ([1.0], [0], -1.0), "decay"),
}  # fmt: skip


@pytest.mark.parametrize(("function", "given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(function, given, words):
    with pytest.raises(ValueError, match=words):
        function(*given)
