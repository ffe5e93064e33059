"""What a table looks like, before anything is fitted: the numbers that decide which methods have a chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from graphrec_utils import metrics
from graphrec_utils.advise.fits import by_content
from graphrec_utils.data import Interactions

TENTHS, TOP = 10, 100
ASKED = 4_000  # users whose last event is sought
CELLS = 4 * 10**8  # scores that the profile computes, at most
SORTED = 0.95  # of the steps in a file go to a larger item: then it was sorted by item
REPEATS = (
    0.1  # of the events are of a known pair: then pairs repeat, and known ones stay in the lists
)


@dataclass(frozen=True)
class Profile:
    """Numbers of a table; `coordinates` has those that say where it lies among others.

    Attributes:
        users, items, events, density: as in `Interactions.summary`.
        first, last: dates, or None.
        order: "times", "file" (each user's rows as they stand there) or "" (there is none).
        repeats: share of the events whose pair came before.
        history: quantiles of the number of different items of a user: {"10 %", "50 %", "90 %"}.
        head: share of the events on the most popular hundredth of the items.
        new_items, new_users: share of the events of the last tenth whose item, or user, is new in it; None
            without times.
        drift: of the 100 most popular items of a tenth, the share that the next tenth replaces; None without times.
        days: how long after its begin half of the last tenth's events have come; None without dates.
        found: NDCG@10 of what finds a user's last event: {"popularity", "chain", "shuffled", "content"}.
        asked: so many users were asked for `found`.
        order_pays: what `compare` says of the chain and the chain of shuffled histories; "" without an order.
    """

    users: int
    items: int
    events: int
    density: float
    first: str | None
    last: str | None
    order: str
    repeats: float
    history: dict[str, float]
    head: float
    new_items: float | None
    new_users: float | None
    drift: float | None
    days: float | None = None
    found: dict[str, float] = field(default_factory=dict)
    asked: int = 0
    order_pays: str = ""


def profile(events: Interactions, say: Callable[[str], None] = lambda _: None) -> Profile:
    """Return what a table looks like; of 10⁵ events in a second or two.

    Args:
        events: as `datasets.read` returns them.
        say: called with what is being done.
    """
    say("profile: counting")
    whole, order = events.summary(), order_of(events)
    users = events.degrees()[0]
    later = len(events) - int(users.sum())
    popular = -np.sort(-np.bincount(events.items, minlength=events.num_items))
    history = np.quantile(users[users > 0], (0.1, 0.5, 0.9)).tolist()
    new_items = new_users = drift = days = None
    if events.times is not None:
        new_items, new_users, drift, days = _moves(events)
    say("profile: the last event of each user")
    found, asked, pays = _last_events(events, order, later / len(events) > REPEATS)
    return Profile(
        users=int(whole["users"]), items=int(whole["items"]), events=len(events), density=float(whole["density"]),
        first=whole.get("first"), last=whole.get("last"), order=order, repeats=later / len(events),
        history=dict(zip(("10 %", "50 %", "90 %"), history, strict=True)),
        head=float(popular[: max(1, len(popular) // 100)].sum() / popular.sum()),
        new_items=new_items, new_users=new_users, drift=drift, days=days, found=found, asked=asked, order_pays=pays,
    )  # fmt: skip


def coordinates(profile: Profile) -> dict[str, float | None]:
    """Return where a table lies among others: one number for each question of "Which one wins?".

    "age": how much of the last tenth is on new items; "days": how long after its begin half of it has come; "drift": how fast popularity moves; "history": items of a
    user, the median; "content": NDCG@10 of content alone over that of popularity; "order": the share of a chain's NDCG@10
    that is lost when histories are shuffled; "size": items; "density" and "events" as they are. None: not known.
    """
    found = profile.found

    def over(one: str, other: str) -> float | None:
        return found[one] / found[other] if one in found and found.get(other) else None

    kept = over("shuffled", "chain")
    return {
        "age": profile.new_items, "days": profile.days, "new users": profile.new_users, "drift": profile.drift,
        "history": profile.history["50 %"], "content": over("content", "popularity"),
        "order": None if kept is None else 1 - kept, "repeats": profile.repeats,
        "size": profile.items, "density": profile.density, "events": profile.events,
    }  # fmt: skip


def order_of(events: Interactions) -> str:
    """Return where the order of a user's events is known from: "times", "file" or ""."""
    if events.times is not None:
        return "times"
    by_user = np.argsort(events.users, kind="stable")
    users, items = events.users[by_user], events.items[by_user]
    steps = (users[1:] == users[:-1]) & (items[1:] != items[:-1])
    if not steps.any():
        return ""
    up = float((items[1:] > items[:-1])[steps].mean())
    return "file" if 1 - SORTED < up < SORTED else ""


def in_order(events: Interactions) -> np.ndarray:
    """Return (E,) the places of the events, user after user, oldest first; ties as they stand in the file."""
    times = np.zeros(len(events)) if events.times is None else events.times
    return np.lexsort((times, events.users))


def _moves(events: Interactions) -> tuple[float, float, float, float | None]:
    """Return the shares of new items and of new users in the last tenth, how the most popular change, and its days."""
    by_time = np.argsort(events.times, kind="stable")
    users, items = events.users[by_time], events.items[by_time]
    cut = len(users) * (TENTHS - 1) // TENTHS
    new = []
    for ids, count in ((items, events.num_items), (users, events.num_users)):
        known = np.zeros(count, dtype=bool)
        known[ids[:cut]] = True
        new.append(float(1 - known[ids[cut:]].mean()))
    tops, top = [], min(TOP, max(1, events.num_items // TENTHS))
    for part in np.array_split(items, TENTHS):
        tops.append(
            set(
                np.argsort(-np.bincount(part, minlength=events.num_items), kind="stable")[
                    :top
                ].tolist()
            )
        )
    same = [len(a & b) / top for a, b in pairwise(tops)]
    late = events.times[by_time[cut:]]
    days = float(np.median(late) - late[0]) / 86_400 if events.calendar else None
    return new[0], new[1], 1 - float(np.mean(same)), days


def _last_events(
    events: Interactions, order: str, repeats: bool
) -> tuple[dict[str, float], int, str]:
    """Return what finds the last event of some users, how many were asked, and whether order pays.

    Without an order a random event takes the place of the last.
    """
    rng = np.random.default_rng(0)
    place = in_order(events) if order else np.lexsort((rng.random(len(events)), events.users))
    users, items = events.users[place], events.items[place]
    end = np.append(users[1:] != users[:-1], True)
    count = np.bincount(users, minlength=events.num_users)
    able = np.flatnonzero(count >= 3)
    most = max(50, min(ASKED, CELLS // (4 * events.num_items)))
    asked = np.sort(rng.permutation(able)[:most])
    if len(asked) < 2:
        return {}, 0, ""
    target = end & np.isin(users, asked)
    past = Interactions(users[~target], items[~target], events.num_users, events.num_items)
    part = Interactions(users[target], items[target], events.num_users, events.num_items)
    popular = np.bincount(past.items, minlength=past.num_items) / len(past)

    def found(score) -> np.ndarray:
        return metrics.evaluate_model(score, None if repeats else past, part, 10).ndcg.to_numpy()

    each = {"popularity": found(lambda who: np.broadcast_to(popular, (len(who), len(popular))))}
    if order:
        each["chain"] = found(_chain(past, popular))
        mixed = np.argsort(past.users + rng.random(len(past)))  # within users, who stay together
        each["shuffled"] = found(_chain(past.select(mixed), popular))
    if events.item_features is not None:
        each["content"] = found(
            by_content(replace(past, item_features=events.item_features)).scores
        )
    pays = metrics.compare(each["chain"], each["shuffled"]).outcome if order else ""
    return {name: float(x.mean()) for name, x in each.items()}, len(asked), pays


def _chain(past: Interactions, popular: np.ndarray):
    """Return the scores of what most often followed the last item; events stand user after user, in order."""
    follows = past.users[1:] == past.users[:-1]
    size = (past.num_items, past.num_items)
    C = sp.csr_array(
        (np.ones(follows.sum(), np.float32), (past.items[:-1][follows], past.items[1:][follows])),
        size,
    )
    last = np.zeros(past.num_users, dtype=np.int64)
    last[past.users] = past.items  # of equal places the last is kept
    return lambda who: C[last[np.asarray(who)]].toarray() + popular.astype(np.float32)
