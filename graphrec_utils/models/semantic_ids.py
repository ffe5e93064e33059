r"""Semantic IDs: an item as a short word of codes, the first of which says roughly what it is.

Residual k-means makes them. The first letter is the nearest of $K_1$ centers; what is left over is
given to the nearest of $K_2$ others, and so on:

$$ \mathbf r_1 = \mathbf x, \qquad c_\ell = \arg\min_k \lVert \mathbf r_\ell - \mathbf b_{\ell k} \rVert, \qquad
   \mathbf r_{\ell+1} = \mathbf r_\ell - \mathbf b_{\ell c_\ell} $$

    words = residual_kmeans(X, sizes=(16, 16, 16))
    codes = residual_codes(new_items, words)           # (n, 3); nothing is trained again
    model = Transitions(codes, pairs, level=2)         # which words follow which

Two items with the same first letters are of the same kind, so a new item is found by what is known of its prefix.
TIGER (Rajput et al. 2023, https://arxiv.org/abs/2305.05065) learns the words with a network, an RQ-VAE, and lets a
transformer spell the next item; here the words are k-means and the speller counts. Built in lesson 19.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graphrec_utils import arguments
from graphrec_utils.models import mixture

Floats = NDArray[np.floating]
Ids = NDArray[np.int64]


def residual_codes(X: Floats, words: Sequence[Floats]) -> Ids:
    """Return (n, L) codes: at each level the nearest center of what the levels before left over.

    Args:
        X: (n, d).
        words: L arrays (K, d) of centers. Of equally near ones the first is taken.

    Raises:
        ValueError: shapes do not fit, there is no level, or a number is not finite.

    Built in lesson 19, exercise 19.1.
    """
    rest = _finite("X", X)
    if not len(words):
        raise ValueError("words must have one level at least")
    codes = []
    for b in words:
        b = _finite("centers", b)
        if b.shape[1] != rest.shape[1]:
            raise ValueError(f"centers must have {rest.shape[1]} columns; got {b.shape[1]}")
        c = (np.square(b).sum(axis=1) - 2 * rest @ b.T).argmin(axis=1)
        codes.append(c)
        rest = rest - b[c]
    return np.stack(codes, axis=1)


def residual_kmeans(
    X: Floats, sizes: Sequence[int] = (16, 16, 16), sweeps: int = 15, seed: int = 0
) -> list[Floats]:
    """Return the centers of each level, from k-means of what the levels before left over.

    Args:
        X: (n, d) items from which is learned.
        sizes: code words of each level.
        sweeps: of k-means, which begins with different items drawn by chance.
        seed: >= 0.

    Raises:
        ValueError: a level has more code words than there are different rows left to be told apart, no level,
            or X is not finite.
    """
    rest, rng = _finite("X", X), np.random.default_rng(arguments.seed(seed))
    if not len(sizes):
        raise ValueError("sizes must name one level at least")
    words = []
    for level, size in enumerate(sizes, start=1):
        size = arguments.integer("sizes", size)
        different = np.unique(rest.round(12), axis=0, return_index=True)[1]
        if len(different) < size:
            raise ValueError(
                f"level {level}: {size} code words for {len(different)} different items: take fewer words"
            )
        start = rest[rng.choice(np.sort(different), size, replace=False)]
        centers, cell = mixture.kmeans(rest, start, sweeps)
        words.append(centers)
        rest = rest - centers[cell]
    return words


def prefixes(codes: Ids, level: int) -> Ids:
    """Return (n,) the number of each item's group: two items share it if their first `level` codes are equal.

    Groups are numbered in the order of their codes; level 0 is one group of all.

    Raises:
        ValueError: there are fewer levels.
    """
    codes = np.asarray(codes)
    if codes.ndim != 2 or not 0 <= level <= codes.shape[1]:
        raise ValueError(f"level must be 0 to the number of codes; got {level} of {codes.shape}")
    if level == 0:
        return np.zeros(len(codes), np.int64)
    return np.unique(codes[:, :level], axis=0, return_inverse=True)[1].ravel()


class Transitions:
    """Which item comes after which, counted for prefixes: score(i | q) is the share of what followed q's prefix that
    had i's, divided by how many items have it.

    Args:
        codes: (n, L) of all items, new ones among them.
        pairs: (P, 2) an item and the one that came after it.
        level: letters of the prefix on both sides.
        backoff: what a prefix shorter by one letter counts, from level to level: it ranks where nothing was seen.

    Raises:
        ValueError: an id is no item, or the level does not fit.
    """

    def __init__(self, codes: Ids, pairs: Ids, level: int = 2, backoff: float = 0.1):
        pairs = np.asarray(pairs, np.int64).reshape(-1, 2)
        arguments.ids("pairs", pairs.ravel(), len(codes))
        self.level, self.parts = arguments.integer("level", level), []
        for k in range(level, -1, -1):
            group = prefixes(codes, k)
            size = np.bincount(group)
            seen = sp.coo_array(
                (np.ones(len(pairs)), tuple(group[pairs].T)), shape=(len(size),) * 2
            ).tocsr()
            total = np.asarray(seen.sum(axis=1)).ravel()
            share = sp.diags_array(1 / np.maximum(total, 1)) @ seen @ sp.diags_array(1 / size)
            self.parts.append((backoff ** (level - k), group, sp.csr_array(share)))

    def scores(self, users) -> Floats:
        """Return (B, n), the scores of all items for each query item."""
        out = 0
        for weight, group, share in self.parts:
            out = out + weight * share[group[np.asarray(users)]].toarray()[:, group]
        return out


def _finite(name: str, X: Floats) -> Floats:
    X = np.asarray(X, np.float64)
    if X.ndim != 2 or 0 in X.shape or not np.isfinite(X).all():
        raise ValueError(f"{name} must be finite vectors, (n, d); got {X.shape}")
    return X
