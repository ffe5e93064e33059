"""What the morals of lesson 03 rest on."""

from __future__ import annotations

from graphrec_utils import metrics
from tests.lessons.evidence import of, row


def strangers() -> bool:
    stored = of("03_ncf_movietweetings")
    gaps, test = stored["gaps in ndcg"], stored["test"]
    gap, error = gaps["Dot - NeuMF, fused"]
    coarse = of("03_coarse_grid")
    led = coarse["gap"] > 2 * coarse["error"]  # while Dot had 12 trials of 39
    level = abs(gap) < 2 * error
    # the lead: GMF's best setting stood on the coarse grid, and the best of all three took BCE
    best = {}
    for trial in coarse["trials"]:
        if trial["ndcg"] > best.get(trial["model"], trial)["ndcg"] or trial["model"] not in best:
            best[trial["model"]] = trial
    return (
        led
        and all(best[name]["loss"] == "bce" for name in ("Dot", "GMF", "MLP"))
        and max(t["ndcg"] for t in stored["trials"] if t["model"] == "GMF") == best["GMF"]["ndcg"]
        and level
        and all(
            row(test, name) > max(row(test, "Dot"), row(test, "NeuMF, fused"))
            for name in ("RP3β", "EASE", "iALS")
        )
    )


MORALS = {
    "Among a hundred drawn items rank 50 of two thousand is as good as rank 1. Rank all items": lambda: (
        float(metrics.hit_chance(50, 2000, 99, 10)) > 0.99
    ),
    "A lead over a rival that got less care is no lead. Tune the old model as hard as the new one, and invite the simple ones": strangers,
    "That a network can represent a product is true; that it learns it from as much data is not": lambda: (
        all(
            # the widest network of 64 numbers still misses a quarter of the top 10
            max(r["top10"]) < 0.75
            for r in of("03_mlp_dot")["rows"]
            if r["dim"] == 64
        )
    ),
}
