"""A layer 0 that has looked at the graph before training."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graphrec_utils.models import mf


def spectral_start(
    R: sp.spmatrix | sp.sparray, dim: int, std: float = 0.3, noise: float = 1e-3, seed: int = 0
) -> NDArray[np.float32]:
    r"""Return a layer 0 that already knows the graph's coarse structure, (m + n, d) float32.

    Users get $U\sqrt\Sigma$ and items $D_I^{1/2} V \sqrt\Sigma$ of the truncated SVD of the
    symmetrically normalized R, so that popular items score higher; the whole is scaled to the
    standard deviation `std` and a little noise is added.

    Args:
        R: (m, n) interactions.
        dim: d.
        std: of all entries; how much the scores differ at the start.
        noise: deviation of what is added, so that columns beyond R's rank can be learned.
        seed: of the SVD's start and the noise.

    Raises:
        ValueError: R has no interactions, or dim is below 1.

    This is not in the paper, which starts from random numbers (lesson 06).
    """
    R = sp.csr_array(R).astype(np.float32)
    if R.nnz == 0:
        raise ValueError("R has no interactions to start from")
    left, right = (np.asarray(R.sum(axis=axis)).ravel() for axis in (1, 0))  # degrees
    left, right = (1 / np.sqrt(np.maximum(degree, 1)) for degree in (left, right))
    scaled = sp.csr_array(sp.diags_array(left) @ R @ sp.diags_array(right)).astype(np.float32)
    user_emb, item_emb = mf.svd(scaled, dim, seed)
    E = np.concatenate([user_emb, item_emb / right[:, None]])
    E *= std / E.std()
    E += np.random.default_rng(seed).normal(scale=noise, size=E.shape)
    return E.astype(np.float32)
