"""What the morals of lesson 15 rest on."""

from __future__ import annotations

from tests.lessons.evidence import behind, first, mean, of, open_


def walk() -> bool:
    part = "order", "what is new to the user"
    levels = of("18_regimes_order")["sets"][part[1]]["levels"]
    open_sets = [x for x in levels if "SASRec" in first(*part, x)["level with"]]
    return (
        len(open_sets) == 3
        and all(first(*part, x)["first"] == "RP3β" for x in open_sets)
        and all(mean(*part, x, "RP3β") > mean(*part, x, "SASRec") for x in open_sets)
        and first(*part, 0.49)["first"] == "SASRec"
    )


def popularity() -> bool:
    leads = of("15_pinworld")["objective leads"]
    number = [leads[f"{x}, popularity over {x}"]["gap"] for x in ("every next", "dense, 7 days")]
    choice = [
        leads["every next over dense, 7 days"]["gap"],
        leads["every next, popularity over dense, 7 days, popularity"]["gap"],
    ]
    return min(number) > max(choice)


def waiting() -> bool:
    rows = {r["objective"]: r for r in of("15_pinworld")["staleness"]}
    every, dense = rows["every next, popularity"], rows["dense, 7 days, popularity"]
    return dense["daily"] / dense["real time"] > every["daily"] / every["real time"] and all(
        every[x] > dense[x] for x in ("daily", "real time")
    )


MORALS = {
    "On three sets of four we could not tell a transformer from a walk. Try the walk first": walk,
    "Vectors of length 1 are slow to learn popularity. Add it to both before you compare two objectives": popularity,
    "Losing less by waiting is no reason to choose a model: compare what is left": waiting,
    "Put a mean of the history beside it before you buy a transformer": lambda: (
        (leads := of("15_rectools")["leads"])
        and open_(leads["RecTools over mean of the history, 10"])
        and behind(leads["this course over mean of the history, 10"])
    ),
    "Before you explain a difference by an architecture, look where each training stopped": lambda: (
        (passes := {p["passes"]: p for p in of("15_difference")["passes"]})
        and passes[2]["ndcg"] - passes[4]["ndcg"] > 0.005
        and open_(passes[2]["lead"])
    ),
}
