"""Exercise 17.7: the open task. A ranker is graded by how much people like what it would show."""

from __future__ import annotations

import functools

import numpy as np

from graphrec_utils import pinworld
from graphrec_utils.exercises import open_task
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.models.ranker import Ranker
from graphrec_utils.pinworld import Feed, PairFeatures

LISTS, FRESH = 3000, 1000
GROUPS, LABELS = ("user", "pin", "cross"), ("clicks", "clicks / e", "shuffled")
# mean true liking of ten of forty: the old ranker 0.515, clicks with all features 0.597, with examination
# in the loss 0.675
OLD, CLICKS, STORED = 0.55, 0.612, 0.65


@functools.cache
def _world():
    """Return (features by day, log, examination, fresh requests, what is liked among them)."""
    world = pinworld.load("small")
    feed, rng = Feed(world), np.random.default_rng(17)
    asked = feed.requests(LISTS, rng)
    features = _features(pinworld.TRAIN_END)
    B, C = asked.candidates.shape
    x = features(np.repeat(asked.users, C), asked.candidates.ravel()).reshape(B, C, -1)
    log = feed.show(asked, x[:, :, features.names.index("pin: shown")], rng, 0.5, 0.1)
    rate = log[log.shuffled].groupby("position").clicked.mean().to_numpy()
    fresh = feed.requests(FRESH, rng)
    return log, np.clip(rate / rate[0], 0.01, 1), fresh, feed.liking(
        fresh.users[:, None], fresh.candidates
    )  # fmt: skip


@functools.cache
def _features(until_day: int) -> PairFeatures:
    return PairFeatures(pinworld.load("small"), until_day)


@functools.cache
def score(
    features: tuple,
    label: str,
    position: bool,
    until_day: int,
    hidden: int,
    epochs: int,
) -> float:
    """Return the mean true liking of what a ranker of this choice shows for fresh requests."""
    log, e, fresh, liking = _world()
    make = _features(until_day)
    columns = make.columns(*features)
    if label == "shuffled":
        log = log[log.shuffled]
    place = log.position.to_numpy()
    x = make(log.user.to_numpy(), log.pin.to_numpy())[:, columns]
    y = log.clicked.to_numpy().astype(float)
    if label == "clicks / e":
        y = y / e[place - 1]
    if position:
        x = np.column_stack([x, np.log(place)])
    model = Ranker(x.shape[1], hidden).fit(x, y, epochs=epochs)
    B, C = fresh.candidates.shape
    X = make(np.repeat(fresh.users, C), fresh.candidates.ravel())[:, columns]
    if position:  # all are asked about as if they stood on top
        X = np.column_stack([X, np.zeros(len(X))])
    top = np.argsort(-model.logits(X).reshape(B, C), axis=1, kind="stable")[:, :10]
    return float(np.take_along_axis(liking, top, axis=1).mean())


KEYS = {"features": tuple, "label": str, "position": bool, "until_day": int, "hidden": int, "epochs": int}  # fmt: skip


def _problem(choice) -> str:
    """Say what is wrong with a choice before anything is measured; "" if nothing is."""
    if set(choice) != set(KEYS):
        return f"the choice needs the keys {', '.join(KEYS)}"
    for key, kind in KEYS.items():
        if type(choice[key]) is not kind and not (
            key == "features" and isinstance(choice[key], list)
        ):
            return f"{key} must be of type {kind.__name__}; yours is {choice[key]!r}"
    if not set(choice["features"]) <= set(GROUPS) or not choice["features"]:
        return "features must be some of " + ", ".join(GROUPS)
    if choice["label"] not in LABELS:
        return "label must be one of " + ", ".join(LABELS)
    if choice["until_day"] > pinworld.TRAIN_END:
        return "your features count days from 42 on, when these lists were shown: that is a leak"
    if choice["until_day"] < 1 or not (
        1 <= choice["hidden"] <= 256 and 1 <= choice["epochs"] <= 20
    ):
        return "until_day is at least 1, hidden 1 to 256, epochs 1 to 20"
    return ""


def _kind(choice) -> str:
    """Return the one thing about a weak choice that explains it best."""
    if problem := _problem(choice):
        return problem
    if "cross" not in choice["features"]:
        return "nothing about the pair"
    if choice["until_day"] < 21:
        return "young"
    if choice["epochs"] * choice["hidden"] >= 1000:
        return "long"
    if choice["label"] == "clicks" and not choice["position"]:
        return "clicks"
    return "shuffled" if choice["label"] == "shuffled" else ""


def _liked(choice) -> float:
    if _problem(choice):
        return 0.0
    return score(tuple(choice["features"]), *(choice[key] for key in list(KEYS)[1:]))


ex = Exercise(
    "17.7",
    "choose",
    points=5,
    branch=True,
    hints=(
        "Which of the six decides most? Change one at a time and look at `try_out`.",
        "Without features of the pair every user gets nearly the same list. And a click at the bottom of a "
        "list says more than one at its top.",
        'Try all three groups, `label="clicks / e"` or `position=True`, `until_day=42`, `hidden=32`, '
        "`epochs=5`.",
    ),
)


@ex.solution
def choose():
    return {
        "features": ("user", "pin", "cross"), "label": "clicks / e", "position": False,
        "until_day": 42, "hidden": 32, "epochs": 5,
    }  # fmt: skip


open_task.claims(
    ex,
    "six entries within their bounds, and no day of the future",
    {
        "more is liked than of what the old ranker shows": 1,
        "more is liked than after training on clicks": 2,
        "it comes close to our best choice": 2,
    },
    lambda: (OLD, CLICKS, STORED),
    _liked,
    _problem,
    _kind,
    "mean true liking",
)


# fmt: off
ex.slip("your features count days on which these lists were shown: when a list is ranked, nobody "
        "knows them",
        '"until_day": 42', '"until_day": 56')
ex.slip("your ranker knows nothing about the pair: it says the same of a pin to everybody, or of "
        "a user about everything",
        '("user", "pin", "cross")', '("user", "pin")')
ex.slip("you train on clicks as if everything had been looked at: what the old ranker put on top "
        "looks liked, because it was seen",
        '"clicks / e"', '"clicks"')
ex.slip("your counts end early: most users have not yet shown what they like",
        '"until_day": 42', '"until_day": 3')
ex.slip("so large a network, trained so long, learns the noise of the divided clicks by heart",
        '"hidden": 32, "epochs": 5', '"hidden": 256, "epochs": 20')
ex.slip("shuffled lists alone are honest, and one in ten: you threw nine tenths of the log away",
        '"clicks / e"', '"shuffled"')
ex.slip("shuffled lists alone are honest, and few; the whole log, corrected, says the same with "
        "less noise",
        '("user", "pin", "cross"), "label": "clicks / e", "position": False', '("cross",), "label": "shuffled", "position": True')
