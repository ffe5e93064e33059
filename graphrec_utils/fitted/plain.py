"""Generators of lessons 01 to 08 and 16 that train nothing by gradients, over functions of the exercises."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
import torch

from graphrec_utils import graphs, walks
from graphrec_utils.data import Interactions
from graphrec_utils.fitted.histories import words
from graphrec_utils.fitted.likes import Known
from graphrec_utils.models import baselines, filters, mf, semantic_ids
from graphrec_utils.pinworld import Histories

IALS = {"alpha0": 0.1, "reg": 0.01, "nu": 1.0}


@dataclass(frozen=True)
class Near:
    """Scores that add up what each saved item says of all others: row i of `near`."""

    near: np.ndarray | sp.csr_array

    def of(self, histories: Histories) -> np.ndarray:
        """Return (B, n)."""
        found = histories.saved @ self.near
        return found.toarray() if sp.issparse(found) else found


@dataclass(frozen=True)
class Ranked:
    """Scores that a function returns for histories."""

    of: Callable[[Histories], np.ndarray]


def most_saved(saves: Interactions, popularity: Callable | None = None):
    """Popularity; nothing gets old."""
    if popularity is None:
        return baselines.popularity(saves)
    days = np.zeros(len(saves), dtype=np.int64)
    count = popularity(saves.items, days, saves.num_items, 1.0, 0)
    return Known(lambda users: np.tile(count, (len(users), 1)))


def item2item(saves: Interactions, item2item_cosine: Callable | None = None):
    """Cosines of the columns."""
    R = saves.csr().astype(np.float32)
    if item2item_cosine is None:
        return Near(baselines.neighborhood(R.T.tocsr(), "cosine"))
    return Near(np.asarray(item2item_cosine(torch.from_numpy(R.toarray()))))


def ials(saves: Interactions, fold_in: Callable | None = None):
    """Items by the library's iALS; a user is folded in from what she has saved."""
    model = mf.ials(saves.csr(), 32, alpha0=IALS["alpha0"], reg=IALS["reg"], sweeps=8)
    H = np.asarray(model.item_emb, dtype=float)

    def of(histories: Histories) -> np.ndarray:
        R = histories.saved
        if fold_in is None:
            return mf.fold_in(sp.csr_matrix(R), H, **IALS) @ H.T
        rows = [x.tolist() for x in np.split(R.indices, R.indptr[1:-1])]
        return fold_in(rows, H, *IALS.values()) @ H.T

    return Ranked(of)


def ease(saves: Interactions, ease_weights: Callable | None = None):
    """EASE with a ridge of 300."""
    R = saves.csr().toarray().astype(float)
    if ease_weights is not None:
        return Near(ease_weights(R, 300.0))
    # as `models.ease`, which keeps no weights for what is saved later
    P = np.linalg.inv(R.T @ R + 300.0 * np.eye(R.shape[1]))
    B = -P / np.diag(P)
    np.fill_diagonal(B, 0)
    return Near(B)


def l3(saves: Interactions, l3_scores: Callable | None = None):
    """Walks of three steps among those who are here."""

    def of(histories: Histories) -> np.ndarray:
        R = histories.saved.toarray().astype(float)
        if l3_scores is not None:
            return l3_scores(R)
        of_items, of_users = (np.maximum(R.sum(axis=a), 1) ** -0.5 for a in (0, 1))
        return (R * of_items) @ (R.T * of_users) @ R

    return Ranked(of)


def pagerank(saves: Interactions, ppr_push: Callable | None = None):
    """Personalized PageRank of each user, by pushing."""
    m, A = saves.num_users, graphs.adjacency(saves.csr())
    there = np.asarray(A.sum(axis=1)).ravel() > 0
    graph = walks.walkable(A) if ppr_push is None else A.toarray().astype(float)
    push = walks.ppr_push if ppr_push is None else ppr_push

    def scores(users: np.ndarray) -> np.ndarray:
        found = np.zeros((len(users), saves.num_items))
        for row, u in zip(found, users, strict=True):
            if there[u]:
                row[:] = push(graph, int(u), 0.3, 1e-4)[m:]
        return found

    return Known(scores)


def spectral(saves: Interactions, spectral_scores: Callable | None = None):
    """The 32 largest singular values."""
    if spectral_scores is None:
        return mf.svd(saves.csr().astype(np.float64), 32)
    found = spectral_scores(saves.csr().toarray().astype(float), 32)
    return Known(lambda users: found[users])


def rp3beta(saves: Interactions):
    """Walks of three steps, popular items divided down; no exercise."""
    return filters.rp3beta(saves.csr(), 0.6, 0.0)


def pixie(
    saves: Interactions, pixie_walk: Callable | None = None, best_pins: Callable | None = None
):
    """A thousand steps from each of the latest saves, boosted where walks meet."""
    m, n, A = saves.num_users, saves.num_items, graphs.adjacency(saves.csr())
    graph, edges = walks.walkable(A), sp.csr_array(A)
    indptr, indices = (x.astype(np.int64) for x in (edges.indptr, edges.indices))

    @functools.cache
    def walk(pin: int) -> np.ndarray:
        if pixie_walk is None:
            return walks.visits(graph, m + pin, 1000, restart=0.3)[m:]
        rng = np.random.default_rng(pin)
        return pixie_walk(indptr, indices, m + pin, 0.3, 1000, rng)[m:]

    def of(histories: Histories) -> np.ndarray:
        found = np.zeros((len(histories), n))
        for row, latest in zip(found, histories.latest, strict=True):
            starts = [i for i in latest.tolist() if i >= 0 and indptr[m + i] < indptr[m + i + 1]]
            if not starts:
                continue
            V = np.array([walk(i) for i in starts], dtype=np.int64)
            if best_pins is None:
                row[:] = walks.boost(V)
                row[starts] = 0
            else:
                pins, scores = best_pins(V, np.array(starts), np.zeros(0, dtype=np.int64), n)
                row[pins] = scores
        return found

    return Ranked(of)


def semantic(saves: Interactions, residual_codes: Callable | None = None):
    """Which words of codes follow which, codes of what items say."""
    X = mf.svd(words(saves), 16).user_emb.astype(float)
    levels = semantic_ids.residual_kmeans(X, (16, 16))
    codes = (residual_codes or semantic_ids.residual_codes)(X, levels)
    follow = semantic_ids.Transitions(codes, followers(saves), level=2)
    return Near(follow.scores(np.arange(saves.num_items)))


def followers(saves: Interactions) -> np.ndarray:
    """Return (P, 2) items, and the one that the same user saved next."""
    times = np.arange(len(saves)) if saves.times is None else saves.times
    order = np.lexsort((times, saves.users))
    users, items = saves.users[order], saves.items[order]
    next_one = (users[1:] == users[:-1]) & (items[1:] != items[:-1])
    return np.stack([items[:-1], items[1:]], axis=1)[next_one].astype(np.int64)
