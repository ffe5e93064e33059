"""Premises that only the hidden truth shows: drift, ambiguous content, sticky sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from graphrec_utils.authoring.pinworld_report.lists import by_name, near, unit_rows
from graphrec_utils.authoring.pinworld_report.premise import Premise
from graphrec_utils.authoring.pinworld_report.probe_pins import content_vectors, neighborhood_mean
from graphrec_utils.pinworld.content import looks_like, shares_words_with
from graphrec_utils.pinworld.entities import DAY, NUM_TOPICS
from graphrec_utils.pinworld.impressions import POSITIVE_ACTIONS
from graphrec_utils.pinworld.tables import TRAIN_END

if TYPE_CHECKING:
    from graphrec_utils.pinworld.world import World


def drift(world: World) -> Premise:
    """Measure how far users' topics move, before and after the drift or the middle of the time."""
    rows = world.events(POSITIVE_ACTIONS)
    user, topic = rows["user"].to_numpy(), world.arrays["pin_topic"][rows["pin"]]
    has, when = world.arrays["user_drift"] >= 0, world.arrays["user_drift"]
    after = rows["time"].to_numpy() >= np.where(has, when, 28 * DAY)[user]
    counts = np.zeros((2, world.num_users, NUM_TOPICS))
    np.add.at(counts, (after.astype(int), user, topic), 1)
    enough = (counts.sum(2) >= 15).all(0)
    share = counts / np.maximum(1, counts.sum(2, keepdims=True))
    moved = np.abs(share[1] - share[0]).sum(1) / 2
    new = world.users["new_topic"].cat.codes.to_numpy()
    on_new = share[:, np.arange(world.num_users), new]
    rows_ = {}
    for name, group in (("drift", has & enough), ("no drift", ~has & enough)):
        before, later = on_new[:, group].mean(1) if name == "drift" else (np.nan, np.nan)
        rows_[name] = group.sum(), moved[group].mean(), before, later
    columns = ["users", "topics moved", "new topic before", "new topic after"]
    table = by_name(rows_, columns)
    bins = np.linspace(0, 1, 11)
    curves = {
        name: np.histogram(moved[group & enough], bins)[0] / max(1, (group & enough).sum())
        for name, group in (("drift", has), ("no drift", ~has))
    }
    return Premise(
        name="drift",
        question="How far do topics move (total variation; users with 15 actions on both sides)?",
        claims={
            "users with a drift move at least 0.1 more than the others": table.loc[
                "drift", "topics moved"
            ]
            >= table.loc["no drift", "topics moved"] + 0.1,
            "their new topic rises from at most 0.1 to at least 0.2 of the actions": table.loc[
                "drift", "new topic before"
            ]
            <= 0.1
            and table.loc["drift", "new topic after"] >= 0.2,
        },
        table=table,
        curves=pd.DataFrame(curves, index=[f"{b:.1f}" for b in bins[:-1]]),
        kind="bar",
        labels=("total variation between before and after", "share of users"),
    )


def ambiguity(world: World, queries: int = 1000) -> Premise:
    """Measure which topic the ten nearest pins have, by image, by words, and with the boards."""
    vectors = dict(content_vectors(world))
    board = world.bipartite(TRAIN_END)["board-pin"]
    vectors["content on boards"] = unit_rows(neighborhood_mean(board, vectors["combined"]))
    topic = world.arrays["pin_topic"]
    usable = (world.arrays["pin_words"] > 0) & (board.matrix.sum(0) >= 2)
    asked = np.random.default_rng(0).permutation(np.flatnonzero(usable))[:queries]
    rows = {}
    for name, z in vectors.items():
        topics, own = topic[near(z, asked, 10)], topic[asked][:, None]
        rows[name] = [(topics == t).mean() for t in (own, looks_like(own), shares_words_with(own))]
        rows[name].append(1 - sum(rows[name]))
    columns = ["same topic", "look-alike", "shared words", "another"]
    table = by_name(rows, columns)
    same, alike, words = (table[c] for c in columns[:3])
    return Premise(
        name="ambiguity",
        question="Which topic have the ten nearest pins (pins with text and two saves or more)?",
        claims={
            "images confuse look-alike topics 10 times as often as topics that share words": alike[
                "visual"
            ]
            >= 10 * words["visual"],
            "words confuse topics that share them 5 times as often as look-alikes": words["text"]
            >= 5 * alike["text"],
            "both together are right at least 0.05 more often than either": same["combined"]
            >= same[["visual", "text"]].max() + 0.05,
            "averaged over boards, at least 0.05 more often still": same["content on boards"]
            >= same["combined"] + 0.05,
        },
        table=table,
        curves=table,
        kind="bar",
        labels=("vectors", "share of the ten nearest"),
    )


def stickiness(world: World, lags: int = 8) -> Premise:
    """Measure how often a user's session has the topic of the one `lag` sessions before."""
    user, topic = world.arrays["session_user"], world.arrays["session_topic"]
    same = {}
    for lag in range(1, lags + 1):
        pair = user[lag:] == user[:-lag]
        same[lag] = (topic[lag:] == topic[:-lag])[pair].mean()
    # chance: two different sessions of one user
    counts = np.zeros((world.num_users, NUM_TOPICS))
    np.add.at(counts, (user, topic), 1)
    total = counts.sum(1)
    chance = (counts * (counts - 1)).sum() / (total * (total - 1)).sum()
    inside = world.impressions
    on_topic = world.arrays["pin_topic"][inside["pin"]] == topic[inside["session"]]
    table = pd.DataFrame(
        {
            "value": {f"same topic {lag} session(s) later": s for lag, s in same.items()}
            | {"same topic, any two sessions of a user": chance}
            | {"impressions on the topic of their session": on_topic.mean()}
        }
    )
    return Premise(
        name="stickiness",
        question="How long does a topic stay?",
        claims={
            "the next session has the same topic at least 0.1 more often than any other": same[1]
            >= chance + 0.1,
            "four sessions later that is over (difference below 0.05)": abs(same[4] - chance)
            < 0.05,
            "at least 0.8 of a session is on its topic": on_topic.mean() >= 0.8,
        },
        table=table,
        curves=pd.DataFrame({"observed": same, "any two sessions": dict.fromkeys(same, chance)}),
        kind="line",
        labels=("sessions later", "same topic"),
    )
