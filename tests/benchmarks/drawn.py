"""What samplers and walkers are measured on, and whether they draw what they should.

Two graphs of users and items: Gowalla with 1.6 million edges, both directions counted, and a planted one with
11 million. And a small graph of 4 boards and 6 pins on which all chances are known exactly. Many copies of it
beside each other, without an edge between them, are one graph, so that one call draws once in each copy. A p
is the chance that draws as far from the exact chances as these, or farther, come from a right engine: near 0
means that an engine draws something else.
"""

from __future__ import annotations

import itertools

import numpy as np

SIZES = ("1.6M", "11M")
FACTOR = 8  # of solutions.experiments.lesson06.growth: 260,000 users and 130,000 items
BOARDS, PINS = 4, 6
EDGES = [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (1, 0), (1, 1), (2, 1), (2, 2), (2, 3), (3, 4), (3, 0)]  # fmt: skip
NODES, PIN = BOARDS + PINS, BOARDS  # of one copy; its first pin


def write(folder, size):
    """Write the graph of this size as indptr and indices; items stand behind the users."""
    import scipy.sparse as sp

    from graphrec_utils import datasets, graphs
    from solutions.experiments.lesson06.growth import planted

    R = datasets.load("gowalla").train.csr() if size == SIZES[0] else planted(FACTOR)
    A = sp.csr_array(graphs.adjacency(R))
    np.savez(folder / "graph.npz", indptr=A.indptr, indices=A.indices, users=R.shape[0])


def read(setting):
    """Return indptr and indices as int64, and the number of users."""
    saved = np.load(setting.folder / "graph.npz")
    return saved["indptr"].astype(np.int64), saved["indices"].astype(np.int64), int(saved["users"])


def adjacency(indptr, indices):
    """Return the graph as the course reads it."""
    import scipy.sparse as sp

    shape = (len(indptr) - 1,) * 2
    return sp.csr_array((np.ones(len(indices)), indices, indptr), shape=shape)


def bipartite(indptr, indices, users):
    """Return the graph as DGL's PinSAGE and Pixie walks read it: pins on boards, boards with pins."""
    import dgl
    import torch

    board = torch.from_numpy(np.repeat(np.arange(users), np.diff(indptr[: users + 1])))
    pin = torch.from_numpy(indices[: indptr[users]] - users)
    edges = {("pin", "on", "board"): (pin, board), ("board", "with", "pin"): (board, pin)}
    graph = dgl.heterograph(edges, {"pin": len(indptr) - 1 - users, "board": users})
    graph.create_formats_()
    return graph


# ---------------------------------------------------------------- the small graph
def copies(count):
    """Return indptr and indices of so many small graphs; copy c has the nodes c · NODES + …, boards first."""
    lists = [[] for _ in range(NODES)]
    for board, pin in EDGES:
        lists[board].append(BOARDS + pin)
        lists[BOARDS + pin].append(board)
    one = np.concatenate([np.sort(x) for x in lists])
    degree = np.tile([len(x) for x in lists], count)
    indices = (NODES * np.arange(count)[:, None] + one).ravel()
    return np.concatenate([[0], degree.cumsum()]), indices


def split_copies(count):
    """Return indptr, indices and the number of boards of the same graph with all boards in front."""
    indptr, indices = copies(count)
    copy, node = np.divmod(np.arange(NODES * count), NODES)
    name = np.where(
        node < BOARDS, copy * BOARDS + node, count * BOARDS + copy * PINS + node - BOARDS
    )
    order = np.argsort(name)
    degree = np.diff(indptr)
    heard = [name[indices[indptr[v] : indptr[v + 1]]] for v in order]
    return np.concatenate([[0], degree[order].cumsum()]), np.concatenate(heard), BOARDS * count


def steps():
    """Return the chances of one edge of a walk in a small graph, (NODES, NODES)."""
    A = np.zeros((NODES, NODES))
    for board, pin in EDGES:
        A[board, BOARDS + pin] = A[BOARDS + pin, board] = 1
    return A / A.sum(axis=1, keepdims=True)


# ---------------------------------------------------------------- the tests
def chi_square(counts, chances):
    """Return p of counts that should have these chances."""
    from scipy import stats

    return float(stats.chisquare(counts, np.asarray(chances) * np.sum(counts)).pvalue)


def of_sets(found, options):
    """Return p of draws without replacement, (R, f): every set of f options is as likely as every other."""
    f = np.shape(found)[1]
    place = {x: k for k, x in enumerate(itertools.combinations(sorted(options), f))}
    drawn = [place[x] for x in map(tuple, np.sort(found, axis=1).tolist())]
    return chi_square(np.bincount(drawn, minlength=len(place)), np.full(len(place), 1 / len(place)))


def of_paths(found):
    """Return p of walks in the small graph, (R, L + 1) node ids that begin at one node: whole walks are counted."""
    P, (start,) = steps(), np.unique(np.asarray(found)[:, 0])
    chances = {(int(start),): 1.0}
    for _ in range(np.shape(found)[1] - 1):
        chances = {
            (*path, int(w)): p * P[path[-1], w]
            for path, p in chances.items()
            for w in np.flatnonzero(P[path[-1]])
        }
    place = {path: k for k, path in enumerate(chances)}
    drawn = [place[x] for x in map(tuple, np.asarray(found).tolist())]
    return chi_square(np.bincount(drawn, minlength=len(place)), list(chances.values()))


def weights_of_pins(restart, num_steps=None, walkers=1, longest=140):
    """Return the expected shares that the other pins have of the visits from the first, (5,).

    Args:
        num_steps: of all walkers together that return, as the course counts; None: of walks that end, as DGL
            counts, after at most `longest` steps.
    """
    P = steps()
    M = (P @ P)[BOARDS:, BOARDS:]
    at, visits = np.eye(PINS)[0], np.zeros(PINS)
    for age in range(1, longest + 1):  # how often a walker has made so many steps since the start
        at = at @ M
        often = 1 if num_steps is None else (num_steps - walkers * age) * restart + walkers
        visits += often * (1 - restart) ** (age - 1) * at
    return visits[1:] / visits[1:].sum()


def of_weights(weights, exact):
    """Return p of the neighborhoods of the first pin, (R, 5), that should have these weights in the mean.

    Visits of one walk depend on each other, so it is not Pearson's test: the mean of the weights has a normal
    distribution whose covariance the draws tell (Hotelling).
    """
    from scipy import stats

    gap = (np.asarray(weights, float) - exact)[:, 1:]  # they sum to 1: one is not free
    mean, covariance = gap.mean(axis=0), np.cov(gap.T) / len(gap)
    return float(stats.chi2.sf(mean @ np.linalg.solve(covariance, mean), PINS - 2))
