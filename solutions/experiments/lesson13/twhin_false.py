"""Which ads may be false: TwHIN of the slice "rarity" with false targets from all pins, not only from ads that were clicked.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson13.twhin_false

`twhin.fit` draws a relation's uniform false targets from the entities of the types that stand there; if the graph says no types,
from those that stand there themselves. The slice "rarity" says none: where few clicks are left, most ads are never false. Here the
same worlds, people and settings (those that were chosen without types) with types as well, test only.

Parts that are done stand in build/bench/twhin_false.jsonl. Writes data/results/13_false.json.
"""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from functools import partial

import numpy as np

from graphrec_utils import metrics, results
from solutions.experiments import kept as shelf
from solutions.experiments.lesson13 import twhin_study as study
from solutions.experiments.lesson18.regimes import rarity

COMMAND = "python -m solutions.experiments.lesson13.twhin_false"
CLAIM = "With false ads from all pins TwHIN finds more where few clicks are left."
NAME, DATA = "twhin_false", "ads of PinWorld"
WAYS = {"from clicked ads": False, "from all pins": True}


def found(cut: int, percent: float, knobs: dict, types: bool) -> list[float]:
    """Return NDCG@10 of each person of a world, by TwHIN with these settings."""
    stage = rarity.task(DATA, (percent,), cut).final()
    given = stage.given
    if types:
        facts, _ = study.stages(rarity.world(cut))[1].facts((*study.ENGAGEMENT, "promotes"))
        given.facts = replace(given.facts, entity_types=facts.entity_types)
    return stage.judge(rarity.of_twhin(given, **knobs))[percent].tolist()


def main() -> None:
    stored = results.load("18_regimes_rarity").values["sets"][DATA]
    start, rows = time.process_time(), []
    for percent, row in zip(stored["levels"], stored["methods"]["TwHIN"], strict=True):
        values = {
            way: np.concatenate([
                shelf.kept(NAME, f"{way} {percent} {cut}", partial(found, cut, percent, row["knobs"], types))
                for cut in rarity.CUTS
            ])
            for way, types in WAYS.items()
        }  # fmt: skip
        first, second = (values[way] for way in WAYS)
        lead = metrics.compare(second, first)
        rows.append({"level": percent, "stored": row["mean"], "lead": asdict(lead)}
                    | {way: float(x.mean()) for way, x in values.items()})  # fmt: skip
        print(rows[-1], round(time.process_time() - start), flush=True)
    print(results.save("13_false", claim=CLAIM, values={"rows": rows}, seeds=list(rarity.CUTS), command=COMMAND,
                       seconds=shelf.spent(NAME)))  # fmt: skip


if __name__ == "__main__":
    main()
