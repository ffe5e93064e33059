"""Exercise 04.1: the adjacency matrix."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise


def _events(rng, m: int = 5, n: int = 8, count: int = 14, idle: int = 0, twice: int = 0) -> dict:
    """Distinct pairs, some of them repeated; the last `idle` users and items have no event.

    With repeated ones every user has an event, and the last item: only the repetition is strange.
    """
    pairs = rng.choice(m * n, count, replace=False)
    if twice:
        everybody = n * np.arange(m) + np.append(rng.integers(n, size=m - 1), n - 1)
        pairs = np.unique(np.concatenate([pairs, everybody]))
    pairs = rng.permutation(np.concatenate([pairs, pairs[:twice]]))
    return {
        "users": pairs // n, "items": pairs % n, "num_users": m + idle, "num_items": n + idle,
    }  # fmt: skip


ex = Exercise(
    "04.1",
    "build_adjacency",
    points=4,
    branch=True,
    library="graphrec_utils.graphs.adjacency",
    hints=(
        "Which row of A belongs to user u, and which to item i? Where do the two entries of one "
        "like stand?",
        "Rows `users` and `items + m` in one list, columns the other way round; "
        "`scipy.sparse.csr_array((ones, (rows, columns)), shape=(N, N))` adds up repeated entries.",
        "`rows = np.concatenate([users, items + num_users])`, `columns` with the halves swapped; "
        "build the csr_array, call `sum_duplicates()`, and set `A.data[:] = 1`.",
    ),
)


@ex.solution
def build_adjacency(users, items, num_users, num_items):
    N = num_users + num_items
    rows = np.concatenate([users, items + num_users])
    columns = np.concatenate([items + num_users, users])
    A = sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=(N, N))
    A.sum_duplicates()  # scipy adds repeated entries up …
    A.data[:] = 1  # … and an edge is an edge
    return A


def _toy_events(rng) -> dict:
    users, items = (np.append(x.numpy(), x[0]) for x in toy.likes().nonzero(as_tuple=True))
    return {"users": users, "items": items + 1, "num_users": 4, "num_items": 5}


ex.claim(
    "Ann (her first like twice), Bob, Eve, a user and a film without a like: nine nodes, six edges",
    _toy_events,
)


ex.claim("users and items without events keep their rows", lambda g: _events(g, idle=2))
ex.claim("an event that occurs twice is one edge", lambda g: _events(g, twice=5))


DENSE = 1100 * 1100  # bytes of the pilot: with one byte per cell a dense matrix has as many


def _large(rng) -> dict:
    """50,000 nodes: with one byte per cell a dense matrix takes 2.5 GB."""
    pilot = {"inputs": _events(rng, m=500, n=600, count=1200), "dense": DENSE}
    return _events(rng, m=22_000, n=28_000, count=1200) | {"pilot": pilot}


ex.claim("50,000 nodes without a dense matrix of their size", _large, run="call within memory")

ROWS, COLUMNS = "[users, items + num_users]", "[items + num_users, users]"
BOTH = f"rows = np.concatenate({ROWS})\ncolumns = np.concatenate({COLUMNS})"
ENTRIES = "A = sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=(N, N))"

# fmt: off
ex.slip("your user 0 and your item 0 are the same node: items come after all users, so item i is "
        "node m + i",
        ROWS, "[users, items]", COLUMNS, "[items, users]")
ex.slip("you put the items first; nodes are numbered users 0…m−1, then items m…m+n−1",
        ROWS, "[users + num_items, items]", COLUMNS, "[items, users + num_items]")
ex.slip("you moved the items by n; as many nodes come before them as there are users, m",
        ROWS, "[users, items + num_items]", COLUMNS, "[items + num_items, users]", hint=True)
ex.slip("your edges go from users to items only: A is symmetric, each like is in it twice",
        BOTH, "rows, columns = users, items + num_users", hint=True)
ex.slip("an event that occurs twice has a 2 in your matrix; scipy adds up repeated entries",
        "A.data[:] = 1", "")
ex.slip("you counted the users and items that have events; nodes without edges exist, too",
        "N =", "num_users, num_items = users.max() + 1, items.max() + 1\nN =")
ex.slip("your entries are right, but a dense matrix was in memory on the way: build the sparse "
        "one from the lists of rows and columns",
        ENTRIES, "A = np.zeros((N, N), dtype=np.int8)\n"
        "A[rows, columns] = 1\n"
        "A = sp.csr_array(A).astype(float)")
ex.slip("you added self-loops: nobody is their own neighbor in A",
        "return A", "return (A + sp.eye_array(N)).tocsr()")
ex.slip("you moved the items by the number of users that have events; as many users exist as m",
        ROWS, "[users, items + len(np.unique(users))]",
        COLUMNS, "[items + len(np.unique(users)), users]")
ex.slip("you kept only pairs that occur once; a pair that repeats is an edge, too",
        "N =", "pairs, count = np.unique(np.stack([users, items]), axis=1, return_counts=True)\n"
        "users, items = pairs[:, count == 1]\n"
        "N =")
ex.slip("your matrix has R alone in it, users by items; A has all nodes in rows and in columns",
        "return A", "return A[:num_users, num_users:]")
ex.slip("your entries are halves: every like is a 1 in both directions, not shared between them",
        "A.data[:] = 1", "A.data[:] = 0.5")
ex.slip("your edges go from items to users only: A is symmetric, each like is in it twice",
        BOTH, "rows, columns = items + num_users, users")
ex.slip("you joined users who like the same: A has edges of likes only, its diagonal blocks are 0",
        "return A", "return (A + A @ A).tocsr().minimum(1)")
ex.slip("your ones are on the diagonal: an entry's row is a user and its column an item, or back",
        f"np.concatenate({COLUMNS})", "rows")
ex.slip("both of your blocks hold R: below stands Rᵀ, items in rows",
        ROWS, "[users, users + num_users]", COLUMNS, "[items + num_items, items]",
        "(N, N)", "(2 * num_users, 2 * num_items)")
ex.slip("you return a dense array: keep the scipy.sparse matrix, all cells of 27,000 nodes are "
        "5.8 GB",
        "return A", "return A.toarray()")
ex.slip("you divided by degrees, which is the next exercise; A itself has ones",
        "return A", "scale = sp.diags_array(1 / np.sqrt(np.maximum(A.sum(axis=1), 1)))\n"
        "return (scale @ A @ scale).tocsr()")
ex.slip("your matrix ends at the last item with an event: the shape is (m + n, m + n)",
        "N = num_users + num_items", "N = num_users + items.max() + 1")
ex.slip("you kept one event of each user; np.unique of pairs, not of users, drops repetitions",
        "N =", "first = np.unique(users, return_index=True)[1]\n"
        "users, items = users[first], items[first]\n"
        "N =")
