"""Order: how much is lost when a history is shuffled? Four real sets, from little to much.

The knob is measured and not turned: of a chain that reads the last event only and counts who followed whom, the share of its
NDCG@10 that goes when the events of every user, all but the one to be found, are put into a random order (`cost`). The level
of a set is that number, rounded; that of the games changed once, with the users that were drawn of them. What is to be found is the last event of
up to 2,400 users with five or more, among all items; the one before it chooses. Everything else is training, for everybody. Items that are
known stand in no list, except where repeats are asked for, on the set in which people come back to a page again and again.

The sets hold an order and, three of four, no times. So nothing here reads a clock: "recent" counts the late events of each
history more, not the late days. What likes shuffled histories as much as others (item2item, RP3β, the mean of
vectors) gets a half-life in events, by which the late ones of a history count more; as vectors have 64 numbers
everywhere, iALS and SASRec are of one size.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
import scipy.sparse as sp
import torch

from graphrec_utils import datasets, sampling
from graphrec_utils.data import Interactions
from graphrec_utils.models import baselines, mf, sasrec
from solutions.experiments import devices
from solutions.experiments.lesson10 import towers
from solutions.experiments.lesson18.regimes import history
from solutions.experiments.lesson18.regimes.grid import SLOW, Player, Stage, Task

NAME, KNOB = "order", "what shuffling the histories costs a chain"
UNIT = "share of its NDCG@10"
MEASURE = "NDCG@10 of the next event"
CLAIM = "SASRec is first where shuffling a history costs a chain most, and only there."
CUTS = (0, 1, 2)
LEVELS = {0.22: "wikipedia-edits", 0.49: "MovieTweetings", 0.6: "Gowalla", 0.68: "amazon-games"}
AGAIN = {0.14: "wikipedia-edits"}  # people come back to a page, and may be told so
NEW, REPEATS = "what is new to the user", "repeats as well"
NAMES = {NEW: LEVELS, REPEATS: AGAIN}
SETS = {NEW: [(level,) for level in LEVELS]}  # REPEATS can be asked as well: it is not measured yet
ABSENT = {
    "PinnerFormer": "reads times, actions and vectors of content; three of the four sets hold neither",
    "BPR, NGCF, LightGCN, two towers": "read no order; iALS, RP3β and the mean of vectors stand for them",
    "EASE": "inverts a matrix of all items, 9,322 of the games: most of a minute a trial",
    "GraphSAGE, PinSage, MultiBiSage, OmniSage": "read contents, which three of the four sets lack",
}
USERS, LEAST = 2_400, 5
SOME = {
    "Gowalla": (3_000, 5),
    "amazon-games": (12_000, 3),
}  # random users, and the core that is taken of theirs
TOP, LENGTH, DIM, BATCH = 10, 50, 64, 1024


# ------------------------------------------------------------------------ data
@cache
def events_of(data: str, repeats: bool) -> Interactions:
    """Return a set's events, user after user in order, without times."""
    if data == "MovieTweetings":
        events = towers.films()
    elif data == "Gowalla":
        split = datasets.load("gowalla")
        events = Interactions(
            *(np.append(getattr(split.train, x), getattr(split.test, x)) for x in ("users", "items")),
            split.train.num_users, split.train.num_items,
        )  # fmt: skip
    else:
        events = datasets.load(data)
    if data in SOME:
        count, core = SOME[data]
        some = np.random.default_rng(0).permutation(events.num_users)[:count]
        events = events.select(np.isin(events.users, some)).core(core, core)
    times = np.arange(len(events)) if events.times is None else events.times
    at = np.lexsort((times, events.users))  # of Gowalla train before test, as in its files
    if not repeats:
        at = at[np.sort(np.unique(events.pairs()[at], return_index=True)[1])]
    return Interactions(events.users[at], events.items[at], events.num_users, events.num_items)


def asked(events: Interactions) -> np.ndarray:
    """Return who is asked, in a random order."""
    degree = np.bincount(events.users, minlength=events.num_users)
    return np.random.default_rng(0).permutation(np.flatnonzero(degree >= LEAST))[:USERS]


def parts(events: Interactions, users: np.ndarray, held: int) -> tuple[Interactions, np.ndarray]:
    """Return the events without the last `held` of these users, and the first of those, (q,)."""
    end = np.searchsorted(events.users, users, side="right")
    out = (end[:, None] - 1 - np.arange(held)).ravel()
    return events.select(~np.isin(np.arange(len(events)), out)), events.items[end - held]


def known_of(events: Interactions, users: np.ndarray) -> history.Known:
    """Return what is known of these users: what they did, and its latest events, oldest first."""
    begin, end = (np.searchsorted(events.users, users, side=side) for side in ("left", "right"))
    lists = [events.items[a:z] for a, z in zip(begin, end, strict=True)]
    rows = np.repeat(np.arange(len(users)), end - begin)
    saved = sp.csr_array(
        (np.ones(len(rows), np.float32), (rows, np.concatenate(lists))), (len(users), events.num_items)
    )  # fmt: skip
    saved.sum_duplicates()
    saved.data[:] = 1
    latest = np.full((len(users), LENGTH), -1)
    for row, x in zip(latest, lists, strict=True):
        row[: len(x[-LENGTH:])] = x[-LENGTH:]
    return history.Known(saved, torch.from_numpy(latest))


def judge(
    events: Interactions, users: np.ndarray, truth: np.ndarray, repeats: bool
) -> Callable[..., np.ndarray]:
    """Return the function that maps a model, `model(known)` -> (q, n) scores, to (q,) NDCG@10; equals are put in an order drawn once."""
    drawn = np.random.default_rng(0).permutation(events.num_items)

    def values(model) -> np.ndarray:
        out = []
        for part in np.array_split(np.arange(len(users)), max(1, len(users) // 500)):
            known, row = known_of(events, users[part]), np.arange(len(part))
            scores = np.array(model(known), dtype=np.float32)
            if not repeats:
                scores[known.saved.nonzero()] = -np.inf
            own = scores[row, truth[part]][:, None]
            before = (scores > own) | ((scores == own) & (drawn < drawn[truth[part]][:, None]))
            place = before.sum(axis=1)
            out.append(np.where(place < TOP, 1 / np.log2(place + 2), 0.0))
        return np.concatenate(out)

    return values


def task(data: str, levels: tuple, cut: int) -> Task:
    repeats, (level,) = data == REPEATS, levels
    sets = AGAIN if repeats else LEVELS
    if level not in sets:
        raise ValueError(
            f"no level {level} of {data!r}; its levels are {', '.join(map(str, sets))}"
        )
    events = events_of(sets[level], repeats)
    users = asked(events)

    def stage(held: int, some: np.ndarray) -> Stage:
        given, truth = parts(events, users, held)
        values = judge(given, some, truth[np.isin(users, some)], repeats)
        return Stage(given, lambda model: {level: values(model)})

    players = PLAYERS | {"SASRec": sequence(cut)}
    if not repeats:
        del players["own history"]
    fold = np.sort(users)[cut :: len(CUTS)]
    return Task(
        levels, players, choose=lambda: stage(2, users),
        final=lambda: stage(1, users[np.isin(users, fold)]),
    )  # fmt: skip


def shuffled(events: Interactions, users: np.ndarray, seed: int) -> Interactions:
    """Return the events with each history in a random order, the last one of these users where it was."""
    rank = np.random.default_rng(seed).random(len(events))
    rank[np.searchsorted(events.users, users, side="right") - 1] = 2
    at = np.lexsort((rank, events.users))
    return events.select(at)


def cost(data: str, repeats: bool, reach: int = 1, beta: float = 0.0, shuffles: int = 3) -> float:
    """Return the share of a chain's NDCG@10 that shuffled histories cost; of a first-order one it is the level of a set."""
    events = events_of(data, repeats)
    users = asked(events)

    def found(order: Interactions) -> float:
        given, truth = parts(order, users, 1)
        return float(judge(given, users, truth, repeats)(chain(given, reach, beta)).mean())

    lost = [found(shuffled(events, users, seed)) for seed in range(shuffles)]
    return 1 - float(np.mean(lost)) / found(events)


# ------------------------------------------------------------------------ who plays: fit(events) -> model(known)
def late(known: history.Known, half_life: float) -> history.Known:
    """Return the latest 50 events with weights that halve in so many events."""
    at = known.latest.numpy()
    count = (at >= 0).sum(axis=1, keepdims=True)
    weight = 2.0 ** (-(count - 1 - np.arange(LENGTH)) / half_life)
    row, place = np.nonzero(at >= 0)
    shape = known.saved.shape
    made = sp.csr_array((weight[row, place].astype(np.float32), (row, at[row, place])), shape)
    return history.Known(made, known.latest)


def with_late(fit, events: Interactions, half_life: float, **knobs):
    """Fit as another does, and ask with weights on the late events."""
    model = fit(events, **knobs)
    return lambda known: model(late(known, half_life))


def recent(events: Interactions, half_life: float):
    """Return how often a thing is among the late events of somebody."""
    end = np.searchsorted(events.users, events.users, side="right")
    weight = 2.0 ** (-(end - 1 - np.arange(len(events))) / half_life)
    count = np.bincount(events.items, weight, events.num_items)
    return lambda known: np.tile(count, (known.saved.shape[0], 1))


def chain(events: Interactions, reach: int, beta: float):
    """Return who came after the last event so far, `reach` events on at most, by one over the distance."""
    n, N = events.num_items, 0
    for k in range(1, reach + 1):
        same = events.users[k:] == events.users[:-k]
        pairs = events.items[:-k][same], events.items[k:][same]
        N = N + sp.csr_array((np.full(same.sum(), 1 / k), pairs), (n, n))
    count = np.bincount(events.items, minlength=n)
    N = sp.csr_array(N @ sp.diags_array(np.maximum(count, 1.0) ** -beta))

    def scores(known: history.Known) -> np.ndarray:
        size = (known.latest >= 0).sum(dim=1)
        last = known.latest[torch.arange(len(size)), size - 1].numpy()
        return N[last].toarray() + 1e-6 * count / len(events)  # popularity where nobody came

    return scores


def own_history(events: Interactions, half_life: float):
    """Return what the user did, the late events first."""
    count = np.bincount(events.items, minlength=events.num_items)
    return lambda known: late(known, half_life).saved.toarray() + 1e-9 * count


def of_sasrec(events: Interactions, rate: float, dropout: float, epochs: int, seed: int = 0):
    # about 70 to 170 steps a pass, on each of the sets
    model = sasrec.fit(
        torch.full((1, LENGTH), -1), sampling.histories.cut(events, LENGTH + 1), events.num_items, DIM,
        epochs=epochs, lr=rate, batch=BATCH if len(events) > 60_000 else BATCH // 4, dropout=dropout, seed=seed, device=devices.chosen,
    )  # fmt: skip
    return history._reads(model)


def sequence(seed: int) -> Player:
    ladders = {
        "epochs": [4, 8, 16, 32, 64], "dropout": [0.1, 0.2, 0.4, 0.6, 0.8], "rate": [0.0015, 0.003, 0.006, 0.012],
    }  # fmt: skip
    start = {"epochs": 8, "dropout": 0.4, "rate": 0.006}
    return Player(partial(of_sasrec, seed=seed), ladders, start, SLOW)


HALF = {"half_life": [0.5, 1, 2, 4, 8, 16, 1e6]}
ALL = {"half_life": [1e6]}  # beyond which there is nothing: all events alike
FACTORS = {
    "alpha0": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
    "reg": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
}
PLAYERS = {
    "popularity": Player(history.popularity),
    "recent": Player(recent, HALF, {"half_life": 4}, natural=ALL),
    "own history": Player(own_history, HALF, {"half_life": 2}, natural=ALL),
    "chain": Player(chain, {"reach": [1, 2, 3, 5, 8, 12, 20], "beta": [0.0, 0.1, 0.2, 0.3, 0.5, 0.7]},
                    {"reach": 3, "beta": 0.2}, natural={"reach": [1], "beta": [0.0]}),
    "mean of vectors": Player(partial(with_late, partial(history.mean, dim=DIM)), FACTORS | HALF,
                              {"alpha0": 0.03, "reg": 0.01, "half_life": 2}, natural=ALL),
    "item2item": Player(partial(with_late, history.item2item), history.NEAR | HALF,
                        {"shrinkage": 10, "neighbors": 300, "half_life": 2}, natural=ALL),
    "RP3β": Player(partial(with_late, history.rp3beta),
                   {"alpha": [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2], "beta": [0.0, 0.1, 0.2, 0.4, 0.6, 0.8]} | HALF,
                   {"alpha": 0.6, "beta": 0.2, "half_life": 2}, natural=ALL | {"beta": [0.0]}),
    "iALS": Player(partial(history.ials, dim=DIM), FACTORS, {"alpha0": 0.03, "reg": 0.01}),
}  # fmt: skip
