"""What does a ranker gain by reading what its user did? Means, weights, and candidates that ask; on PinWorld and on films.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson17.ranking_history
    ... python -m solutions.experiments.lesson17.ranking_history --only asks mean      # measure these arms, and keep them

Rows of `ranking_features`: PinWorld's impressions of days 28-41 train, 42-48 choose, 49-55 test; the label is a positive
action. A row's history are the user's 50 latest positive actions strictly before the row's own time, the
candidate itself left out, also in the test, as in use. Counts must not be older than the history, or a gain
would be freshness and no reading: all arms but "day 27" have the sixteen columns counted anew every day.

| arm | what joins the columns |
|---|---|
| day 27 | nothing, and they are counted until day 27 as in the rest of the lesson |
| columns | nothing |
| by hand | five columns made of the history: cosines of pictures, how many, how lately |
| trees, by hand | the same, and boosted trees in place of the network |
| vectors | vectors of pins, made of their pictures |
| cross | a cross layer besides |
| ids | besides vectors: one for each pin and each user, learned |
| mean | besides vectors: the history, as the mean of its events; the same events as "asks" |
| alone | besides vectors: every event has a weight, from itself and its age; no candidate asks |
| asks | besides vectors: the candidate asks |
| softmax | its weights sum to 1 |
| asks, by hand | asks, with the five columns besides |

Every arm has four settings, judged by RCE on validation in the first world; the number of passes is chosen on validation
in every training. Three worlds, each with a training of its own; the interval is over the users of all of them. New pins are
those that were not shown before day 42.

MovieTweetings: "8 or more, given that it was rated"; columns are rates of user and film until that moment, a film's
content is its vector of iALS (d = 16) of the first half, and events are all ratings, at least 8 or not. Six arms, one training.

"never shown": rankers trained on impressions order the 100 pins that iALS (until day 42) finds for each of 1,000 users;
PinWorld knows how likely each is liked, but for the themes of projects.

Writes data/results/17_history.json; trainings are kept in build/bench and go on where they stopped.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cache

import numpy as np
import torch

from graphrec_utils import datasets, metrics, pinworld, results
from graphrec_utils.models import mf, reader
from graphrec_utils.models.boosting import Booster
from graphrec_utils.models.calibration import sigmoid
from graphrec_utils.models.ranker import Ranker
from graphrec_utils.pinworld import DAY, POSITIVE_ACTIONS, PairFeatures
from graphrec_utils.sampling import Log
from solutions.experiments.kept import kept, spent

COMMAND = "python -m solutions.experiments.lesson17.ranking_history"
CLAIM = "A ranker whose candidate asks the history predicts better than the same ranker with the mean of the history."
NAME, LENGTH, DIM = "17_history", 50, 16
WORLDS = (0, 1, 2)
PASSES, PATIENCE = 8, 1
READERS: dict[str, dict] = {
    "vectors": {"history": "none"}, "cross": {"history": "none", "cross": 1}, "ids": {"history": "none", "ids": True},
    "mean": {"history": "mean"}, "alone": {"history": "alone"}, "asks": {"history": "asks"},
    "softmax": {"history": "softmax"}, "asks, by hand": {"history": "asks"},
}  # fmt: skip
NETWORKS = [{"hidden": hidden, "lr": lr} for hidden in (32, 128) for lr in (0.002, 0.004)]
READING = [{"dim": dim, "lr": 0.003, "reg": reg} for dim in (8, 16) for reg in (0.03, 0.3)]
TREES = [{"trees": trees, "depth": depth, "rate": 0.1} for trees in (100, 300) for depth in (3, 5)]
SETTINGS = {
    **dict.fromkeys(("day 27", "columns", "by hand"), NETWORKS),
    "trees, by hand": TREES,
    **dict.fromkeys(READERS, READING),
}
FILMS = ("columns", "by hand", "vectors", "mean", "alone", "asks")  # of these, on films
NEVER = ("columns", "alone", "asks", "by hand")
PARTS = ("PinWorld", "MovieTweetings", "never shown")
PAIRS = (  # one over the other
    ("columns", "day 27"), ("by hand", "columns"), ("trees, by hand", "by hand"), ("vectors", "columns"),
    ("cross", "vectors"), ("ids", "vectors"), ("mean", "vectors"), ("alone", "mean"), ("asks", "vectors"), ("asks", "mean"),
    ("asks", "alone"), ("asks", "softmax"), ("asks", "columns"), ("asks", "by hand"), ("asks", "trees, by hand"), ("asks, by hand", "by hand"),
)  # fmt: skip


@dataclass(frozen=True)
class Data:
    """Rows in three parts, train, val and test, with labels, older columns and who is new."""

    parts: list[reader.Rows]
    labels: list[np.ndarray]
    day27: list[np.ndarray]
    content: np.ndarray
    new: np.ndarray  # (B,) of the test rows: a pin that was not shown before validation
    actions: int

    def older(self) -> Data:
        """Return the same rows with columns that end on day 27."""
        parts = [p._replace(x=x) for p, x in zip(self.parts, self.day27, strict=True)]
        return replace(self, parts=parts)


def by_hand(rows: reader.Rows, content: np.ndarray) -> np.ndarray:
    """Return (B, 5): how like the candidate events are in the mean, lately, and at most; how many, and lately."""
    unit = content / np.maximum(np.linalg.norm(content, axis=1, keepdims=True), 1e-12)
    out = np.zeros((len(rows.pins), 5))
    for k in np.array_split(np.arange(len(rows.pins)), 1 + len(rows.pins) // 4096):
        there, h = rows.history[k] >= 0, unit[np.maximum(rows.history[k], 0)]
        lately = there & (rows.minutes[k] <= 60)
        like = (h @ unit[rows.pins[k]][:, :, None])[:, :, 0]
        means = [(like * m).sum(1) / np.maximum(m.sum(1), 1) for m in (there, lately)]
        most = np.where(there, like, -1).max(axis=1, initial=-1)
        out[k] = np.stack([*means, most, np.log1p(there.sum(1)), np.log1p(lately.sum(1))], axis=1)
    return out


def with_hand(rows: reader.Rows, content: np.ndarray) -> reader.Rows:
    return rows._replace(x=np.hstack([rows.x, by_hand(rows, content)]))


def principal(content: np.ndarray) -> np.ndarray:
    """Return (n, 32) principal components, of mean square length 2²."""
    left, size, _ = np.linalg.svd(content - content.mean(0), full_matrices=False)
    z = (left * size)[:, :32]
    return 2 * z / np.sqrt((z**2).sum(axis=1).mean())


def world_log(world: pinworld.World) -> tuple[Log, dict[str, np.ndarray]]:
    """Return what was liked, and all impressions as arrays."""
    seen = world.impressions
    all_of = {name: seen[name].to_numpy() for name in ("user", "pin", "time")}
    all_of["liked"] = seen["action"].isin(POSITIVE_ACTIONS).to_numpy()
    code = seen["action"].cat.codes.to_numpy() - len(pinworld.impressions.NEGATIVE_ACTIONS)
    k = all_of["liked"]
    log = Log(
        all_of["user"][k], all_of["pin"][k], code[k], all_of["time"][k], k[k], world.num_users
    )
    return log, all_of


@cache
def world_data(seed: int, scale: float = 1.0) -> Data:
    world = pinworld.make(seed=seed, scale=scale)
    log, seen = world_log(world)
    user, pin, time, y = (seen[name] for name in ("user", "pin", "time", "liked"))
    day = time // DAY
    old = PairFeatures(world, 28)
    parts, labels, day27 = [], [], []
    for start, end in ((28, 42), (42, 49), (49, 56)):
        k = np.flatnonzero((day >= start) & (day < end))
        x = np.zeros((len(k), len(old.names)), dtype=np.float32)
        for d in range(start, end):  # counted until the morning of the day
            own = np.flatnonzero(day[k] == d)
            x[own] = PairFeatures(world, d)(user[k[own]], pin[k[own]], time[k[own]] / DAY)
        parts.append(reader.read(log, x, user[k], pin[k], time[k], LENGTH))
        labels.append(y[k].astype(float))
        day27.append(old(user[k], pin[k], time[k] / DAY))
    shown = np.bincount(pin[day < 42], minlength=world.num_pins) > 0
    return Data(
        parts, labels, day27, principal(world.images), ~shown[parts[2].pins], len(POSITIVE_ACTIONS)
    )


@cache
def film_data() -> Data:
    data = datasets.load("movietweetings-100k")
    order = np.argsort(data.times, kind="stable")
    users, items, times = data.users[order], data.items[order], data.times[order]
    y = data.weights[order] >= 8
    x = np.hstack([_rates(users, y), _rates(items, y)])
    log = Log(users, items, y.astype(int), times, y, data.num_users)
    n = len(order)
    first = data.select(order[: n // 2][y[: n // 2]])
    content = mf.ials(first.csr(), DIM, 0.1, 0.003, sweeps=12, seed=0).embeddings()[1]
    parts, labels = [], []
    for a, b in ((n // 2, 3 * n // 4), (3 * n // 4, 7 * n // 8), (7 * n // 8, n)):
        k = np.arange(a, b)
        parts.append(reader.read(log, x[k], users[k], items[k], times[k], LENGTH))
        labels.append(y[k].astype(float))
    shown = np.bincount(items[: 3 * n // 4], minlength=data.num_items) > 0
    day27 = [part.x for part in parts]
    return Data(parts, labels, day27, principal(content), ~shown[parts[2].pins], 2)


def _rates(ids: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return (B, 2): how often each id came before its row, and its share of ones, pulled to the mean."""
    order = np.argsort(ids, kind="stable")
    begin = np.r_[True, np.diff(ids[order]) != 0]
    first = np.maximum.accumulate(np.where(begin, np.arange(len(ids)), 0))
    ones = np.r_[0, np.cumsum(y[order])]
    count = np.arange(len(ids)) - first
    out = np.empty((len(ids), 2))
    rate = (ones[:-1] - ones[first] + 5 * y.mean()) / (count + 5)
    out[order] = np.stack([np.log1p(count), rate], axis=1)
    return out


# ---------------------------------------------------------------- arms
def trained(arm: str, data: Data, seed: int, knobs: dict) -> tuple[float, Callable]:
    """Train an arm, and return its best RCE on validation and a function from rows to probabilities."""
    parts, y = data.parts, data.labels
    if "by hand" in arm:
        parts = [with_hand(p, data.content) for p in parts]
    ask = (lambda rows: with_hand(rows, data.content)) if "by hand" in arm else (lambda rows: rows)
    if arm.startswith("trees"):
        trees = Booster(**knobs).fit(parts[0].x, y[0])
        said = lambda rows: sigmoid(trees.logits(rows.x))  # noqa: E731
        return metrics.rce(y[1], said(parts[1])), lambda rows: said(ask(rows))
    options = {"epochs": PASSES, "patience": PATIENCE, "lr": knobs["lr"]}
    if arm in READERS:
        num_users = int(max(p.users.max() for p in parts)) + 1
        model = reader.Reader(
            parts[0].x.shape[1], data.content, num_users, knobs["dim"], actions=data.actions, seed=seed, **READERS[arm]
        )  # fmt: skip
        of = model.probabilities
        model.fit(
            parts[0],
            y[0],
            evaluate=lambda m: metrics.rce(y[1], of(parts[1])),
            reg=knobs["reg"],
            **options,
        )
    else:
        model = Ranker(parts[0].x.shape[1], knobs["hidden"], seed=seed)
        of = lambda rows: model.probabilities(rows.x)  # noqa: E731
        model.fit(parts[0].x, y[0], evaluate=lambda m: metrics.rce(y[1], of(parts[1])), **options)
    return metrics.rce(y[1], of(parts[1])), lambda rows: of(ask(rows))


def chosen(where: str, data: Data, arm: str) -> dict:
    """Return the best of four settings on validation."""
    tried = [
        (kept(NAME, f"{where} tune {arm} {knobs}", lambda k=knobs: trained(arm, data, 0, k)[0]), -i)
        for i, knobs in enumerate(SETTINGS[arm])
    ]
    return SETTINGS[arm][-max(tried)[1]]


def told(where: str, data: Data, arm: str, seed: int, knobs: dict) -> list[float]:
    """Return the probabilities of the test rows."""

    def once() -> list[float]:
        return trained(arm, data, seed, knobs)[1](data.parts[2]).round(5).tolist()

    return kept(NAME, f"{where} test {arm} {seed}", once)


def compared(datas: list[Data], said: dict[str, list[np.ndarray]], which: Callable) -> dict:
    """Return RCE of all arms on some of the test rows, and the leads; the interval is over users."""
    each, rce = {}, {}
    for arm, runs in said.items():
        per, rces = [], []
        for data, p in zip(datas, runs, strict=True):
            k = which(data)
            rows, y = data.parts[2], data.labels[2]
            per.append(metrics.rce_by_user(rows.users[k], y[k], p[k]).to_numpy())
            rces.append(metrics.rce(y[k], p[k]))
        each[arm], rce[arm] = np.concatenate(per), rces
    leads = {f"{a} over {b}": asdict(metrics.compare(each[a], each[b])) for a, b in PAIRS
             if a in each and b in each}  # fmt: skip
    return {"rce": rce, "leads": leads, "rows": [int(which(d).sum()) for d in datas]}


def inside(datas: list[Data], said: dict[str, list[np.ndarray]]) -> dict:
    """Return arm -> mean AUC inside a user with at least ten rows of both kinds."""
    out = {}
    for arm, runs in said.items():
        found = []
        for data, p in zip(datas, runs, strict=True):
            users, y = data.parts[2].users, data.labels[2]
            for k in np.split(
                np.argsort(users, kind="stable"), np.unique(users, return_index=True)[1][1:]
            ):
                if len(k) > 9 and 0 < y[k].mean() < 1:
                    found.append(metrics.auc(y[k], p[k]))
        out[arm] = float(np.mean(found))
    return out


def measured(where: str, datas: list[Data], arms) -> dict:
    """Choose in the first of the data, train in all of them, and compare."""
    said, knobs = {}, {}
    for arm in arms:
        given = [data.older() for data in datas] if arm == "day 27" else datas
        knobs[arm] = chosen(where, given[0], arm)
        said[arm] = [
            np.array(told(f"{where} {k}", data, arm, k, knobs[arm])) for k, data in enumerate(given)
        ]
        print(where, arm, knobs[arm], [round(metrics.rce(d.labels[2], p), 2) for d, p in zip(datas, said[arm], strict=True)],
              flush=True)  # fmt: skip
    every = {
        "all": lambda d: np.ones(len(d.new), bool),
        "old pins": lambda d: ~d.new,
        "new pins": lambda d: d.new,
    }
    return {
        "knobs": knobs, **{name: compared(datas, said, which) for name, which in every.items()},
        "auc inside a user": inside(datas, said),
    }  # fmt: skip


def repeats(seed: int = 0) -> dict:
    """Return the share of test rows whose pin is among the latest likes, and how many of these and of others are liked."""
    log, seen = world_log(pinworld.make(seed=seed))
    k = np.flatnonzero(seen["time"] // DAY >= 49)
    user, pin, time, y = (seen[name][k] for name in ("user", "pin", "time", "liked"))
    again = (log.read(log.before(user, time - 1, LENGTH))[0] == pin[:, None]).any(axis=1)
    return {
        "share": float(again.mean()),
        "liked": float(y[again].mean()),
        "others liked": float(y[~again].mean()),
    }


# ---------------------------------------------------------------- never shown
def never_shown(knobs: dict[str, dict], users: int = 1000, scale: float = 1.0) -> dict:
    """Return how much is liked of the ten first of a generator's hundred, and what each ranker says of all."""
    world, data = pinworld.make(seed=0, scale=scale), world_data(0, scale)
    log, _ = world_log(world)
    past = world.interactions(POSITIVE_ACTIONS, 0, 42)
    rng = np.random.default_rng(0)
    asked = np.sort(rng.choice(np.unique(past.users), users, replace=False))
    feed = pinworld.Feed(world)
    scores = mf.ials(past.csr(), DIM, 0.1, 0.003, sweeps=12, seed=0).scores(asked)
    known = past.csr()[asked].nonzero()
    scores[known] = -np.inf
    dead = np.setdiff1d(np.arange(world.num_pins), feed.alive)
    scores[:, dead] = -np.inf
    pins = np.argsort(-scores, axis=1, kind="stable")[:, :100]
    who, what = np.repeat(asked, 100), pins.ravel()
    truth = feed.liking(who, what).reshape(users, 100)
    x = PairFeatures(world, 49)(who, what)
    rows = reader.read(log, x, who, what, np.full(len(who), 49 * DAY), LENGTH)
    said = {
        "the generator's order": np.tile(-np.arange(100.0), (users, 1)),
        "the best there is": truth,
    }
    for arm in NEVER:
        said[arm] = trained(arm, data, 0, knobs[arm])[1](rows).reshape(users, 100)
    out = {}
    for name, s in said.items():
        top = np.argsort(-s, axis=1, kind="stable")[:, :10]
        out[name] = {
            "liked of ten": float(np.take_along_axis(truth, top, 1).mean()),
            "said": float(s.mean()) if "order" not in name else None,
        }
    return out | {"liked of all": float(truth.mean())}


def asked_for(part: str, only: list[str] | None) -> dict:
    """Measure a part, and return it under its name."""
    if part == "never shown":
        knobs = {arm: chosen("PinWorld", world_data(0), arm) for arm in NEVER}
        return {part: kept(NAME, part, lambda: never_shown(knobs))}
    pins = part == "PinWorld"
    datas = [world_data(seed) for seed in WORLDS] if pins else [film_data()]
    found = {part: measured(part, datas, only or (SETTINGS if pins else FILMS))}
    return found | ({"repeats": kept(NAME, "repeats", repeats)} if pins else {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS, nargs="+", default=PARTS)
    parser.add_argument(
        "--only", nargs="+", choices=SETTINGS, help="keep these arms for later; nothing is written"
    )
    asked = parser.parse_args()
    torch.set_num_threads(1)
    values = {}
    for part in asked.part:
        values |= asked_for(part, asked.only)
    if asked.only:
        return
    with contextlib.suppress(
        FileNotFoundError
    ):  # read last: another part may have been stored meanwhile
        values = results.load(NAME).values | values
    print(results.save(NAME, claim=CLAIM, values=values, seeds=list(WORLDS), seconds=spent(NAME), command=COMMAND,
                       data="movietweetings-100k"))  # fmt: skip


if __name__ == "__main__":
    main()
