"""Exercise 04.1: the adjacency matrix."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise


def _graph(sources, targets, size, both: bool = True, once: bool = True):
    rows = np.concatenate([sources, targets]) if both else sources
    columns = np.concatenate([targets, sources]) if both else targets
    A = sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    A.sum_duplicates()
    if once:
        A.data[:] = 1
    return A


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
    return _graph(users, items + num_users, num_users + num_items)


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


@ex.mistake(
    "your user 0 and your item 0 are the same node: items come after all users, so item i "
    "is node m + i"
)
def items_are_not_moved(users, items, m, n):
    return _graph(users, items, m + n)


@ex.mistake("you put the items first; nodes are numbered users 0…m−1, then items m…m+n−1")
def items_first(users, items, m, n):
    return _graph(users + n, items, m + n)


@ex.mistake("you moved the items by n; as many nodes come before them as there are users, m")
def moved_by_the_number_of_items(users, items, m, n):
    return _graph(users, items + n, m + n)


@ex.mistake("your edges go from users to items only: A is symmetric, each like is in it twice")
def one_direction_only(users, items, m, n):
    return _graph(users, items + m, m + n, both=False)


@ex.mistake("an event that occurs twice has a 2 in your matrix; scipy adds up repeated entries")
def repeated_events_add_up(users, items, m, n):
    return _graph(users, items + m, m + n, once=False)


@ex.mistake("you counted the users and items that have events; nodes without edges exist, too")
def size_of_the_largest_id(users, items, m, n):
    return _graph(users, items + users.max() + 1, users.max() + items.max() + 2)


@ex.mistake(
    "your entries are right, but a dense matrix was in memory on the way: build the "
    "sparse one from the lists of rows and columns"
)
def a_dense_matrix(users, items, num_users, num_items):
    A = np.zeros((num_users + num_items, num_users + num_items), dtype=np.int8)
    A[users, items + num_users] = A[items + num_users, users] = 1
    return sp.csr_array(A).astype(float)


@ex.mistake("you added self-loops: nobody is their own neighbor in A")
def self_loops(users, items, m, n):
    return (build_adjacency(users, items, m, n) + sp.eye_array(m + n)).tocsr()


@ex.mistake("you moved the items by the number of users that have events; as many users exist as m")
def moved_by_the_users_with_events(users, items, m, n):
    return _graph(users, items + len(np.unique(users)), m + n)


@ex.mistake("you kept only pairs that occur once; a pair that repeats is an edge, too")
def pairs_that_occur_once(users, items, num_users, num_items):
    pairs, count = np.unique(np.stack([users, items]), axis=1, return_counts=True)
    return build_adjacency(*pairs[:, count == 1], num_users, num_items)


@ex.mistake("your matrix has R alone in it, users by items; A has all nodes in rows and in columns")
def likes_alone(users, items, m, n):
    return sp.csr_array((np.ones(len(users)), (users, items)), shape=(m, n)).minimum(1)


@ex.mistake(
    "your entries are halves: every like is a 1 in both directions, not shared between them"
)
def halves(*a):
    return 0.5 * build_adjacency(*a)


@ex.mistake("your edges go from items to users only: A is symmetric, each like is in it twice")
def other_direction_only(users, items, m, n):
    return _graph(items + m, users, m + n, both=False)


@ex.mistake(
    "you joined users who like the same: A has edges of likes only, its diagonal blocks are 0"
)
def neighbors_of_neighbors(users, items, m, n):
    A = build_adjacency(users, items, m, n)
    return (A + A @ A).tocsr().minimum(1)


@ex.mistake(
    "your ones are on the diagonal: an entry's row is a user and its column an item, or back"
)
def on_the_diagonal(users, items, m, n):
    nodes = np.concatenate([users, items + m])
    return _graph(nodes, nodes, m + n)


@ex.mistake("both of your blocks hold R: below stands Rᵀ, items in rows")
def r_in_both_blocks(users, items, m, n):
    R = likes_alone(users, items, m, n)
    return sp.block_array([[None, R], [R, None]], format="csr")


@ex.mistake(
    "you return a dense array: keep the scipy.sparse matrix, all cells of 27,000 nodes are 5.8 GB"
)
def dense(users, items, m, n):
    A = np.zeros((m + n, m + n))
    A[users, items + m] = A[items + m, users] = 1
    return A


@ex.mistake("you divided by degrees, which is the next exercise; A itself has ones")
def normalized(users, items, m, n):
    A = build_adjacency(users, items, m, n)
    scale = sp.diags_array(1 / np.sqrt(np.maximum(A.sum(axis=1), 1)))
    return (scale @ A @ scale).tocsr()


@ex.mistake("your matrix ends at the last item with an event: the shape is (m + n, m + n)")
def shape_of_the_largest_item(users, items, m, n):
    return _graph(users, items + m, m + items.max() + 1)


@ex.mistake("you kept one event of each user; np.unique of pairs, not of users, drops repetitions")
def one_event_of_each_user(users, items, m, n):
    first = np.unique(users, return_index=True)[1]
    return build_adjacency(users[first], items[first], m, n)
