"""What the weights of late events add: the same walk and the same mean of vectors, once with a half-life and once without.

The sets, people, splits and ladders are those of the slice "order" (`lesson18.regimes.order`), and so are the settings with a
half-life, which are read from its result. Without one all events of a history count alike; the other knobs are chosen anew
then, by twelve trials, as many as the slice has.
"""

from __future__ import annotations

import time
from dataclasses import asdict

from graphrec_utils import results
from solutions.experiments import tuning
from solutions.experiments.lesson18.regimes import grid, order, summary

COMMAND = "python -m solutions.experiments.lesson15.late_events"
ASKED = ("RP3β", "mean of vectors")
ALIKE = order.ALL["half_life"][0]


def pair(level: float, method: str, weighed: dict) -> dict:
    """Return what a method finds at a level with the knobs of the slice, and what it finds without a half-life."""
    tasks = [order.task(order.NEW, (level,), cut) for cut in order.CUTS]
    player, stage = tasks[0].players[method], tasks[0].choose()
    ladders = {knob: values for knob, values in player.ladders.items() if knob != "half_life"}
    start = {knob: player.start[knob] for knob in ladders}

    def found(stage: grid.Stage, knobs: dict):
        return stage.judge(player.fit(stage.given, **knobs))[level]

    alike, edge, _ = tuning.counted(
        player.trials, ladders, start,
        lambda knobs: float(found(stage, knobs | {"half_life": ALIKE}).mean()), {"beta": [0.0]},
    )  # fmt: skip
    finals = [task.final() for task in tasks]
    late, even = (
        [found(final, knobs) for final in finals]
        for knobs in (weighed, alike | {"half_life": ALIKE})
    )
    return {
        "half-life": weighed["half_life"], "with": asdict(summary.band(late)), "without": asdict(summary.band(even)),
        "gain": asdict(summary.lead(late, even)), "knobs without": alike, "trials": player.trials, "edge": edge,
    }  # fmt: skip


def main() -> None:
    start = time.process_time()
    chosen = results.load("18_regimes_order").values["sets"][order.NEW]
    values = {
        method: [
            {"level": row, "set": order.LEVELS[row]} | pair(row, method, stored["knobs"])
            for row, stored in zip(chosen["levels"], chosen["methods"][method], strict=True)
        ]
        for method in ASKED
    }
    results.save("15_late_events", claim="Where late events count more, a walk finds more.", values=values,
                 seeds=list(order.CUTS), command=COMMAND, seconds=time.process_time() - start,
                 data="movietweetings-100k")  # fmt: skip
    for method, rows in values.items():
        for row in rows:
            print(
                method,
                row["set"],
                *(f"{k} {row[k]['mean']:.4f}" for k in ("with", "without")),
                row["gain"],
            )


if __name__ == "__main__":
    main()
