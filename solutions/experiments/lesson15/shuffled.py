"""What shuffled histories cost the chain of figure 15.2, and what SASRec, which is trained and asked on them.

The sets, people, splits, ladders and settings are those of the slice "order" (`lesson18.regimes.order`), whose level of a set is what
shuffling costs a chain of the very next event; the chain of the figure counts further on. All histories are shuffled
that a model is given; what is to be found stays the last event. Each epoch reads another order, so that none can be
learned. The knobs of the shuffled SASRec are chosen anew, by as many trials, and both may train longer than those trials do: an
order that changes leaves more to learn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import torch

from graphrec_utils import results, sampling
from graphrec_utils.data import Interactions
from graphrec_utils.models import sasrec
from solutions.experiments import kept, tuning
from solutions.experiments.lesson18.regimes import grid, history, order, summary

COMMAND = "python -m solutions.experiments.lesson15.shuffled"
FILE = "15_shuffled"
LONGER = (32, 64)  # epochs that both may train as well


def mixed(events: Interactions, seed: int) -> Interactions:
    """Return the events with each history in a random order."""
    return order.shuffled(
        events, np.empty(0, events.users.dtype), seed
    )  # nobody's last event stays


def trained(events: Interactions, seed: int, rate: float, dropout: float, epochs: int):
    """Fit as `order.of_sasrec` does, but each epoch reads another order."""
    rows = [
        sampling.histories.cut(mixed(events, 1000 * (seed + 1) + k), order.LENGTH + 1)
        for k in range(epochs)
    ]
    model = sasrec.fit(
        torch.full((1, order.LENGTH), -1), torch.cat(rows), events.num_items, order.DIM,
        epochs=1, lr=rate, batch=order.BATCH if len(events) > 60_000 else order.BATCH // 4, dropout=dropout, seed=seed,
    )  # fmt: skip
    return history._reads(model)


def found(level: float, cut: int, final: bool, shuffled: bool, knobs: dict) -> list[float]:
    """Return each user's NDCG@10 by SASRec: of the last event at a cut, or of the one before."""

    def compute() -> list[float]:
        if not shuffled:
            task = order.task(order.NEW, (level,), cut)
            stage = task.final() if final else task.choose()
            return stage.judge(task.players["SASRec"].fit(stage.given, **knobs))[level].tolist()
        events = order.events_of(order.LEVELS[level], False)
        users = order.asked(events)
        some = users[np.isin(users, np.sort(users)[cut :: len(order.CUTS)])] if final else users
        given, truth = order.parts(events, users, 1 if final else 2)
        values = order.judge(mixed(given, cut), some, truth[np.isin(users, some)], False)
        return values(trained(given, cut, **knobs)).tolist()

    return kept.kept(FILE, f"{level} {cut} {final=} {shuffled=} {sorted(knobs.items())}", compute)


def longest(value: Callable[[dict], float], knobs: dict) -> dict:
    """Return the knobs, or the same with more epochs, whichever chooses better."""
    return max([knobs, *(knobs | {"epochs": epochs} for epochs in LONGER)], key=value)


def row(level: float, chain: dict, slice_: dict) -> dict:
    """Return what shuffled histories cost the chain and SASRec at a level, by the knobs that the slice chose for them."""
    player = order.task(order.NEW, (level,), 0).players["SASRec"]

    def value(shuffled: bool) -> Callable[[dict], float]:
        return lambda knobs: float(np.mean(found(level, order.CUTS[0], False, shuffled, knobs)))

    anew, edge, _ = tuning.counted(grid.SLOW, player.ladders, player.start, value(True))
    knobs = {"as it is": longest(value(False), slice_), "shuffled": longest(value(True), anew)}
    values = {
        name: [found(level, cut, True, name == "shuffled", chosen) for cut in order.CUTS]
        for name, chosen in knobs.items()
    }
    return {
        "level": level, "set": order.LEVELS[level],
        "chain": order.cost(order.LEVELS[level], False, **chain),
        "SASRec": {name: asdict(summary.band(values[name])) | {"knobs": knobs[name]} for name in knobs},
        "lead": asdict(summary.lead(*values.values())), "trials": grid.SLOW + len(LONGER), "edge": edge,
    }  # fmt: skip


def main() -> None:
    stored = results.load("18_regimes_order").values["sets"][order.NEW]
    values = [
        row(level, *(stored["methods"][name][at]["knobs"] for name in ("chain", "SASRec")))
        for at, level in enumerate(stored["levels"])
    ]
    results.save(FILE, claim="SASRec finds more in histories as they are than in shuffled ones.", values={"rows": values},
                 seeds=list(order.CUTS), command=COMMAND, seconds=kept.spent(FILE), data="movietweetings-100k")  # fmt: skip
    for x in values:
        print(x["set"], f"chain {x['chain']:.0%}", *(f"{k} {v['mean']:.4f} {v['knobs']}" for k, v in x["SASRec"].items()), x["lead"])  # fmt: skip


if __name__ == "__main__":
    main()
