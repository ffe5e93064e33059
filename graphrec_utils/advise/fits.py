"""Fits that take no epochs, each a function of the past and its knobs; what a lesson built is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from graphrec_utils.data import Features, Interactions
from graphrec_utils.models import baselines, mf
from graphrec_utils.models.ease import ease
from graphrec_utils.models.scoring import Factors

DIM = 64  # numbers per user and item, in every method that has vectors
WIDE = 64  # users whose walks are computed at once


def latest(past: Interactions, share: float) -> Interactions:
    """Return the latest share of the events; without times there is none, and all are returned."""
    if share >= 1 or past.times is None or not len(past):
        return past
    first = np.quantile(past.times, 1 - share, method="lower")
    return past.select(past.times >= first)


@dataclass(frozen=True)
class Asked:
    """Scores R @ C: users are asked with all they did, C is what is known of items, or of `there` alone."""

    R: sp.csr_array
    C: Any
    there: np.ndarray | None = None

    def scores(self, users: np.ndarray) -> np.ndarray:
        R = self.R[np.asarray(users)]
        if self.there is not None:
            S = np.zeros(R.shape, np.float32)
            S[:, self.there] = R[:, self.there] @ self.C
            return S
        S = R @ self.C
        return S.toarray() if sp.issparse(S) else np.asarray(S)


def matrix(past: Interactions) -> sp.csr_array:
    return sp.csr_array(past.csr().astype(np.float32))


def recent_popularity(past: Interactions, half_life: float):
    """Popularity that halves in a share of the time that the events span."""
    span = int(past.times.max() - past.times.min())
    return baselines.popularity(past, half_life=max(1.0, half_life * span))


def item2item(past: Interactions, shrinkage: float, neighbors: int, share: float = 1.0) -> Asked:
    known = baselines.item2item(latest(past, share), shrinkage=shrinkage, neighbors=neighbors)
    return Asked(matrix(past), sp.csr_array(known.right))


@dataclass(frozen=True)
class Walks:
    """Scores of three steps: from what a user has to who has it, and on to what they have."""

    first: sp.csr_array  # (m, n) of the users who ask
    back: sp.csr_array  # (n, m)
    forth: sp.csr_array  # (m, n)

    def scores(self, users: np.ndarray) -> np.ndarray:
        users = np.asarray(users)
        parts = np.array_split(users, max(1, -(-len(users) // WIDE)))
        return np.concatenate([self._scores(part) for part in parts])

    def _scores(self, users: np.ndarray) -> np.ndarray:
        met = self.first[users] @ self.back  # (B, m)
        if met.nnz < 0.1 * len(users) * self.forth.shape[0]:
            return (met @ self.forth).toarray()
        # of most people something is known: to multiply all is quicker than to look up who
        return (self.forth.T @ np.ascontiguousarray(met.toarray().T)).T


def rp3beta(past: Interactions, alpha: float, beta: float, share: float = 1.0) -> Walks:
    R = matrix(latest(past, share))

    def power(axis: int, exponent: float) -> sp.dia_array:
        degree = np.asarray(R.sum(axis=axis)).ravel()
        out = np.power(degree, exponent, out=np.zeros_like(degree), where=degree > 0)
        return sp.diags_array(out.astype(np.float32))

    back = power(0, -alpha) @ R.T @ power(1, -alpha)
    return Walks(matrix(past), sp.csr_array(back), sp.csr_array(R @ power(0, -beta)))


def of_ease(past: Interactions, reg: float, share: float = 1.0) -> Asked:
    """EASE of whom and what has late events: an item without one has no weight, and would take as long as others."""
    late = latest(past, share)
    there = np.unique(late.items)
    late = matrix(late)[np.unique(late.users)][:, there]
    known = ease(late, reg)
    if late.shape[1] <= late.shape[0]:
        B = -known.after / known.diagonal
    else:  # its weights by way of the users
        B = (late.T @ (known.before @ late)) / reg / known.diagonal
    np.fill_diagonal(B, 0)
    return Asked(matrix(past), B, there)


def by_content(past: Interactions, popular: float = 0.0, half: float = 0.5) -> Asked:
    """Cosines of what a user has with each item, by words of which rare ones count more, plus log popularity.

    Args:
        popular: the weight of log popularity; 0 shows new items as soon as others.
        half: the power of the rarity of a word.
    """
    X = tf_idf(past.item_features, half)
    profiles = sp.csr_array(past.csr()) @ X
    size = np.sqrt(np.asarray(profiles.multiply(profiles).sum(axis=1)).ravel()).clip(1e-9)
    profiles = sp.csr_array(sp.diags_array((1 / size).astype(np.float32)) @ profiles)
    count = np.log1p(np.bincount(past.items, minlength=past.num_items))
    more = sp.csr_array((popular * count / max(1.0, count.max())).astype(np.float32)[None])
    ones = sp.csr_array(np.ones((past.num_users, 1), np.float32))
    return Asked(sp.csr_array(sp.hstack([profiles, ones])), sp.csr_array(sp.vstack([X.T, more])))


def tf_idf(features: Features, half: float) -> sp.csr_array:
    """Return (n, f) words of the items, rows of length 1."""
    F = sp.csr_array(features.matrix, dtype=np.float32)
    F.data = np.log1p(F.data)
    there = np.bincount(F.indices, minlength=F.shape[1]).clip(1)
    X = sp.csr_array(
        F @ sp.diags_array((np.log(F.shape[0] / there + 1) ** (2 * half)).astype(np.float32))
    )
    size = np.sqrt(np.asarray(X.multiply(X).sum(axis=1)).ravel()).clip(1e-9)
    return sp.csr_array(sp.diags_array((1 / size).astype(np.float32)) @ X)


def of_ials(past: Interactions, alpha0: float, reg: float, share: float = 1.0) -> Factors:
    late = matrix(latest(past, share))
    H = mf.ials(late, DIM, alpha0, reg, sweeps=8).item_emb
    return Factors(mf.fold_in(matrix(past), H, alpha0, reg), H)
