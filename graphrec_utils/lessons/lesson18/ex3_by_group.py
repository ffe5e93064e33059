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
    branch=True,
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

LISTS = "lists[users]"
COUNTED = "np.bincount(of, minlength=num_groups).astype"
SHARES = "np.bincount(of, found, minlength=num_groups) / count"

# fmt: off
ex.slip("you count only users who saved something: row u is the list of user u, whether or not "
        "others saved",
        LISTS, "lists[np.unique(users, return_inverse=True)[1]]")
ex.slip("you average over users: who saved one thing then weighs as much as who saved fifty, and "
        "the groups are no longer shares of the saves",
        "return " + SHARES, "out = np.full(num_groups, np.nan)\n"
        "for t in np.unique(of):\n"
        "    mine = of == t\n"
        "    out[t] = np.mean([found[mine & (users == u)].mean() for u in np.unique(users[mine])])\n"
        "return out")
ex.slip("a group without pairs is 0 in yours: nothing was missed there, there is no share",
        "= np.nan", "= 1")
ex.slip("you divide by what the lists show of the group: that is precision",
        COUNTED, "np.bincount(group[lists.ravel()], minlength=num_groups).astype")
ex.slip("you divide by all pairs: your groups add up to the recall instead of each having its own",
        "/ count", "/ len(items)", hint=True)
ex.slip("an item counts as found in yours if it stands in anybody's list: it has to be the list "
        "of the user who saved it",
        "(lists[users] == items[:, None]).any(axis=1)", "np.isin(items, lists)")
ex.slip("the last place of each list is left out in yours", LISTS, "lists[users, :-1]", hint=True)
ex.slip("you count items, each once: a pair counts, so an item that ten people saved counts ten "
        "times",
        "return " + SHARES, "out = np.full(num_groups, np.nan)\n"
        "for t in np.unique(of):\n"
        "    out[t] = np.isin(np.unique(items[of == t]), items[found]).mean()\n"
        "return out")
ex.slip("you return how many are found: divide by how many pairs the group has", " / count", "")
ex.slip("pair k looks into list k in yours: it belongs to its user, row users[k]",
        LISTS, "lists[np.arange(len(items)) % len(lists)]")
ex.slip("your pairs belong to group[user]: groups are of items", "group[items]", "group[users]")
ex.slip("pair k belongs to group[k] in yours: it belongs to the group of its item, group[items[k]]",
        "group[items]", "group[np.arange(len(items)) % len(group)]")
ex.slip("you divide by how many items a group has: its pairs are asked for, an item may have many "
        "or none",
        COUNTED, "np.bincount(group, minlength=num_groups).astype")
ex.slip("you return the share that is missed", SHARES, "1 - " + SHARES)
ex.slip("only the first place of each list counts in yours: any place will do",
        LISTS, "lists[users, :1]")
ex.slip("your numbers sum to 1: they say where the hits lie, not which share of a group is found",
        "return " + SHARES, "hits = np.bincount(of, found, minlength=num_groups)\nreturn hits / hits.sum()")
ex.slip("yours are percents: the answer is a share, from 0 to 1", SHARES, "100 * " + SHARES)
ex.slip("you divide by all pairs: your groups add up to the recall instead of each having its own",
        "/ count", "/ (len(items) + 0 * count)")
ex.slip("your numbers sum to 1: they say where the hits lie, not which share of a group is found",
        "/ count", "/ (found.sum() + 0 * count)")
ex.slip("a pair that was saved twice counts once in yours: all pairs count",
        "found = ", "users, items = np.unique(np.stack([users, items]), axis=1)\nfound = ")
ex.slip("your hits are discounted by their place: any place of the list will do",
        "(lists[users] == items[:, None]).any(axis=1)",
        "((lists[users] == items[:, None]) / np.log2(np.arange(lists.shape[1]) + 2)).sum(axis=1)")
