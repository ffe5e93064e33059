"""What a user made of items loses by being their mean: one encoder's vectors, asked in two ways.

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson07.sage_users

PinSage of the slice "content" of lesson 18, trained once in each of its three worlds with the knobs that the slice chose, where
content says the truth. People have liked other pins before and are asked for new ones. Their vector is the mean of what they liked, or
folded in as iALS folds in a user: the same items, the same likes.

Writes data/results/07_users.json.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from graphrec_utils import metrics, results
from graphrec_utils.models.scoring import Factors
from solutions.experiments.lesson18.regimes import content

COMMAND = "python -m solutions.experiments.lesson07.sage_users"
CLAIM = (
    "A user who is folded in to an encoder's vectors finds more than the mean of the same vectors."
)


def mean(known: content.Known, items: np.ndarray) -> Factors:
    """Return the items' vectors, and of each user the mean of what he or she liked."""
    count = known.R.sum(axis=1)
    means = (known.R @ items) / np.maximum(count, 1)[:, None]
    return Factors(means.astype(items.dtype), items)


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    start = time.perf_counter()
    slice_ = results.load("18_regimes_content").values["sets"][content.PINS]
    knobs = slice_["methods"]["PinSage"][0]["knobs"]
    found: dict[str, list[np.ndarray]] = {"folded in": [], "mean": []}
    for cut in content.CUTS:
        stage = content.task(content.PINS, (0,), cut).final()
        folded = content.pinsage(stage.given, **knobs)
        for name, model in (("folded in", folded), ("mean", mean(stage.given, folded.item_emb))):
            found[name].append(stage.judge(model)[0])
    lead = metrics.compare(*(np.concatenate(x) for x in found.values()))
    values = {"knobs": knobs, "folded in over mean": vars(lead)}
    seconds = time.perf_counter() - start
    print(results.save("07_users", claim=CLAIM, values=values, seeds=list(content.CUTS),
                       seconds=seconds, command=COMMAND))  # fmt: skip


if __name__ == "__main__":
    main()
