"""What generators read: everybody's saves of a log as the histories that a policy gets."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import torch

from graphrec_utils import sampling
from graphrec_utils.data import Interactions
from graphrec_utils.models import mf
from graphrec_utils.pinworld import Histories
from graphrec_utils.pinworld.simulator import LATEST


def of_log(saves: Interactions, users: np.ndarray | None = None) -> Histories:
    """Return what is known of these users, all by default, who were shown nothing yet."""
    users = np.arange(saves.num_users) if users is None else np.asarray(users)
    R = sp.csr_array(saves.csr()[users]).astype(np.float32)
    nothing = sp.csr_array(R.shape, dtype=np.float32)
    latest = at_the_end(sampling.latest(saves, LATEST).numpy()[users])
    return Histories(users, R, nothing, nothing, latest)


def at_the_end(rows: np.ndarray) -> np.ndarray:
    """Return rows of ids with the empty places, -1, in front."""
    return np.take_along_axis(rows, np.argsort(rows >= 0, axis=1, kind="stable"), axis=1)


def in_front(rows: np.ndarray) -> torch.Tensor:
    """Return rows of ids with the empty places at the end, as models of sequences read them."""
    order = np.argsort(rows < 0, axis=1, kind="stable")
    return torch.from_numpy(np.take_along_axis(rows, order, axis=1)).long()


def words(saves: Interactions) -> sp.csr_array:
    """Return what items say of themselves, (n, w): words or genres; without these, who saved them."""
    features = saves.item_features
    X = saves.csr().T if features is None else features.matrix
    return sp.csr_array(X).astype(np.float32)


def said(saves: Interactions, dim: int = 64) -> np.ndarray:
    """Return `words` as unit vectors, (n, at most dim): an SVD of tf-idf, as in lessons 07 and 09; 0 for who says nothing."""
    counts = words(saves)
    rarity = np.log(counts.shape[0] / np.maximum((counts > 0).sum(axis=0), 1))
    left, _ = mf.svd(sp.csr_array(counts.multiply(rarity)), min(dim, *counts.shape))
    return unit(left * np.sqrt(np.square(left).sum(axis=0)))


def unit(x: np.ndarray) -> np.ndarray:
    """Return rows of length 1, float32; a row of zeros stays."""
    length = np.linalg.norm(x, axis=-1, keepdims=True)
    return (x / np.where(length > 0, length, 1)).astype(np.float32)


def log_popularity(saves: Interactions) -> np.ndarray:
    """Return (n,) log(1 + saves): what a vector of length 1 has no way to say."""
    return np.log1p(np.bincount(saves.items, minlength=saves.num_items))
