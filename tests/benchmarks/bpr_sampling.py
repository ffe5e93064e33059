"""BPR triples of Gowalla: a million users, positives and negatives, uniform over what is free.

A round draws 2^20 triples in one call. Quality: the share of negatives that are train positives
(0 where it is exact) and the p-value of a chi-square test of the negatives of the most active user
against the uniform distribution over what this user has not; a tiny one means not uniform.

"PyG" is `structured_negative_sampling`, one negative for each of the edges that were drawn; it knows
no others, so the other likes of a user come as negatives. "lightgcn-pytorch" is the C++ sampler of the code that was published
with LightGCN, which draws users alike; "course, by user" does the same.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

SIZE = 2**20
WORK = (SIZE, "triples")
FOLDERS = {"lightgcn-pytorch": "a clone of gusye1234/LightGCN-PyTorch, cppimport installed"}


def prepare(folder: Path) -> None:
    """Write the train interactions."""
    from graphrec_utils import datasets

    R = datasets.load("gowalla").train.csr()
    np.savez(folder / "inputs.npz", indptr=R.indptr, indices=R.indices, shape=np.array(R.shape))


def matrix(setting):
    """Return train as an (m, n) CSR matrix."""
    import scipy.sparse as sp

    x = np.load(setting.folder / "inputs.npz")
    ones = np.ones(len(x["indices"]), np.float32)
    return sp.csr_matrix((ones, x["indices"], x["indptr"]), shape=tuple(x["shape"]))


def quality(R, draw):
    """Return how good more draws of (users, negatives) are."""

    def measure():
        from scipy.stats import chisquare

        user = int(np.diff(R.indptr).argmax())
        liked = R[user].indices
        counts, bad, total = np.zeros(R.shape[1]), 0, 0
        for _ in range(20):
            users, negatives = (np.asarray(x) for x in draw())
            keys = np.repeat(np.arange(R.shape[0]), np.diff(R.indptr)) * R.shape[1] + R.indices
            bad += np.isin(users * R.shape[1] + negatives, keys).sum()
            total += len(users)
            counts += np.bincount(negatives[users == user], minlength=R.shape[1])
        free = np.delete(counts, liked)
        parts = np.array([part.sum() for part in np.array_split(free, 20)])
        sizes = np.array([len(part) for part in np.array_split(free, 20)])
        p = chisquare(parts, sizes / sizes.sum() * parts.sum()).pvalue
        return {"share of positives": bad / total, "p of uniform": p}

    return measure


def sampler(by):
    """Return the engine that draws with `sampling.bpr_triples`."""

    def engine(setting):
        from graphrec_utils import sampling

        R = matrix(setting)
        positives, rng = sampling.index(R), np.random.default_rng(0)
        sampling.bpr_triples(positives, 10, rng, by)  # compile
        yield
        while True:
            sampling.bpr_triples(positives, SIZE, rng, by)
            yield quality(R, lambda: sampling.bpr_triples(positives, SIZE, rng, by)[::2])

    return engine


def pyg(setting):
    """`torch_geometric.utils.structured_negative_sampling` on drawn edges."""
    import torch
    from torch_geometric.utils import structured_negative_sampling

    torch.set_num_threads(setting.threads)
    R = matrix(setting).tocoo()
    edges = torch.from_numpy(np.stack([R.row, R.col]).astype(np.int64))
    R, num_nodes = R.tocsr(), max(R.shape)

    def draw():
        chosen = edges[:, torch.randint(edges.shape[1], (SIZE,))]
        users, _, negatives = structured_negative_sampling(
            chosen, num_nodes, contains_neg_self_loops=True
        )
        return users, negatives

    yield
    while True:
        draw()
        yield quality(R, draw)


def published(setting):
    """`sources/sampling.cpp` of the clone, compiled by cppimport, its own way of calling it."""
    from cppimport import imp_from_filepath

    compiled = imp_from_filepath(str(setting.peer / "code" / "sources" / "sampling.cpp"))
    R = matrix(setting)
    compiled.seed(0)
    positives = np.split(R.indices, R.indptr[1:-1])
    lists = [row.tolist() for row in positives]

    def draw():
        return compiled.sample_negative(R.shape[0], R.shape[1], SIZE, lists, 1)

    yield
    while True:
        draw()
        yield quality(R, lambda: draw()[:, [0, 2]].T)


ENGINES = {
    "course": sampler("edge"),
    "course, by user": sampler("user"),
    "PyG": pyg,
    "lightgcn-pytorch": published,
}
