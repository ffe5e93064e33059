"""Exercise 18.3: which share of each group of items is found?"""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _inputs(rng, U=6, L=4, n=15, E=20, T=3, empty=False) -> dict:
    lists = np.array([rng.permutation(n)[:L] for _ in range(U)])
    users, items = rng.integers(U, size=E), rng.integers(n, size=E)
    users[:3], items[:3] = [0, 0, 1], [lists[0, 0], lists[0, 1], lists[1, 0]]  # three are found
    group = rng.integers(T - 1 if empty else T, size=n)
    return {"lists": lists, "users": users, "items": items, "group": group, "num_groups": T}


ex = Exercise(
    "18.3",
    "by_group",
    points=4,
    hints=(
        "Whose share is it: the users', or the items'? How many pairs belong to one group, and how many of them "
        "stand in a list?",
        "A pair (u, i) is found if i stands in the list of u. Group t: found pairs with an item of t, over all "
        "pairs with an item of t.",
        "`found = (lists[users] == items[:, None]).any(axis=1)`; `of = group[items]`; then `np.bincount(of, found, T)` "
        "over `np.bincount(of, minlength=T)`, NaN where that is 0.",
    ),
    library="graphrec_utils.metrics.recall_by_group",
)


@ex.solution
def by_group(lists, users, items, group, num_groups):
    found = (lists[users] == items[:, None]).any(axis=1)
    of = group[items]
    count = np.bincount(of, minlength=num_groups).astype(float)
    count[count == 0] = np.nan
    return np.bincount(of, found, minlength=num_groups) / count


ex.claim("one group: the share of all pairs", lambda rng: _inputs(rng, T=1))
ex.claim("three groups", lambda rng: _inputs(rng, E=60))
ex.claim("users with very different numbers of pairs", lambda rng: _inputs(rng, U=3, E=50, L=6))
ex.claim("a group without pairs has no share", lambda rng: _inputs(rng, T=4, empty=True))


def _quiet(rng) -> dict:
    """The first user has a list and no pair: row u is the list of user u, not of the u-th who saved something."""
    given = _inputs(rng, E=60)
    first = given["lists"][:1, ::-1]
    return given | {"lists": np.concatenate([first, given["lists"]]), "users": given["users"] + 1}


ex.claim("a user who saved nothing has a row, too", _quiet)


def _by_hand(rng) -> dict:
    return {
        "lists": np.array([[4, 2], [1, 3], [2, 1]]),
        "users": np.array([0, 0, 2, 2]),
        "items": np.array([2, 1, 1, 3]),
        "group": np.array([2, 0, 0, 1, 2]),
        "num_groups": 3,
    }


ex.claim("three users, four saves: the shares by hand", _by_hand)


@ex.mistake(
    "you count only users who saved something: row u is the list of user u, whether or not others saved"
)
def rows_of_those_who_saved(lists, users, items, group, num_groups):
    return by_group(lists, np.unique(users, return_inverse=True)[1], items, group, num_groups)


@ex.mistake("you average over users: who saved one thing then weighs as much as who saved fifty, and the "
            "groups are no longer shares of the saves")  # fmt: skip
def mean_of_users(lists, users, items, group, num_groups):
    out = np.full(num_groups, np.nan)
    for t in range(num_groups):
        mine = group[items] == t
        if mine.any():
            found = (lists[users[mine]] == items[mine][:, None]).any(axis=1)
            out[t] = np.mean([found[users[mine] == u].mean() for u in np.unique(users[mine])])
    return out


@ex.mistake("a group without pairs is 0 in yours: nothing was missed there, there is no share")
def zero_of_nothing(lists, users, items, group, num_groups):
    return np.nan_to_num(by_group(lists, users, items, group, num_groups))


@ex.mistake("you divide by what the lists show of the group: that is precision")
def precision(lists, users, items, group, num_groups):
    found = (lists[users] == items[:, None]).any(axis=1)
    shown = np.bincount(group[lists.ravel()], minlength=num_groups).astype(float)
    shown[shown == 0] = np.nan
    return np.bincount(group[items], found, minlength=num_groups) / shown


@ex.mistake(
    "you divide by all pairs: your groups add up to the recall instead of each having its own"
)
def of_all_pairs(lists, users, items, group, num_groups):
    found = (lists[users] == items[:, None]).any(axis=1)
    return np.bincount(group[items], found, minlength=num_groups) / len(items)


@ex.mistake("an item counts as found in yours if it stands in anybody's list: it has to be the list of the "
            "user who saved it")  # fmt: skip
def anybodys_list(lists, users, items, group, num_groups):
    everywhere = np.tile(lists.ravel(), (len(lists), 1))
    return by_group(everywhere, users, items, group, num_groups)


@ex.mistake("the last place of each list is left out in yours")
def last_place_missing(lists, users, items, group, num_groups):
    return by_group(lists[:, :-1], users, items, group, num_groups)


@ex.mistake(
    "you count items, each once: a pair counts, so an item that ten people saved counts ten times"
)
def items_counted_once(lists, users, items, group, num_groups):
    found = (lists[users] == items[:, None]).any(axis=1)
    out = np.full(num_groups, np.nan)
    for t in np.unique(group[items]):
        mine = np.unique(items[group[items] == t])
        out[t] = np.isin(mine, items[found]).mean()
    return out


@ex.mistake("you return how many are found: divide by how many pairs the group has")
def how_many(lists, users, items, group, num_groups):
    found = (lists[users] == items[:, None]).any(axis=1)
    return np.bincount(group[items], found, minlength=num_groups)


@ex.mistake("pair k looks into list k in yours: it belongs to its user, row users[k]")
def list_of_the_pair(lists, users, items, group, num_groups):
    return by_group(lists, np.arange(len(items)) % len(lists), items, group, num_groups)


@ex.mistake("your pairs belong to group[user]: groups are of items")
def group_of_the_user(lists, users, items, group, num_groups):
    return _shares(lists, users, items, group[users], num_groups)


@ex.mistake(
    "pair k belongs to group[k] in yours: it belongs to the group of its item, group[items[k]]"
)
def group_of_the_pair(lists, users, items, group, num_groups):
    return _shares(lists, users, items, group[np.arange(len(items)) % len(group)], num_groups)


def _shares(lists, users, items, of, num_groups, count=None):
    found = (lists[users] == items[:, None]).any(axis=1)
    count = np.bincount(of if count is None else count, minlength=num_groups).astype(float)
    with np.errstate(all="ignore"):
        return np.bincount(of, found, minlength=num_groups) / count


@ex.mistake(
    "you divide by how many items a group has: its pairs are asked for, an item may have many or none"
)
def over_the_items(lists, users, items, group, num_groups):
    return _shares(lists, users, items, group[items], num_groups, group)


@ex.mistake("you return the share that is missed")
def missed(*inputs):
    return 1 - by_group(*inputs)


@ex.mistake("only the first place of each list counts in yours: any place will do")
def first_place(lists, *rest):
    return by_group(lists[:, :1], *rest)


@ex.mistake(
    "your numbers sum to 1: they say where the hits lie, not which share of a group is found"
)
def shares_of_the_hits(*inputs):
    hits = how_many(*inputs)
    return hits / hits.sum()


@ex.mistake("yours are percents: the answer is a share, from 0 to 1")
def percents(*inputs):
    return 100 * by_group(*inputs)
