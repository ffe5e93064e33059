"""What the morals of lesson 15 rest on."""

from __future__ import annotations

from tests.lessons.evidence import ahead, behind, first, mean, of, open_, printed


def walk() -> bool:
    part = "order", "what is new to the user"
    levels = of("18_regimes_order")["sets"][part[1]]["levels"]
    alike = {row["level"]: row for row in of("15_late_events")["RP3β"]}
    open_sets = [x for x in levels if "SASRec" in first(*part, x)["level with"]]
    return (
        len(open_sets) == 3
        and all(first(*part, x)["first"] == "RP3β" for x in open_sets)
        and all(mean(*part, x, "RP3β") > mean(*part, x, "SASRec") for x in open_sets)
        and first(*part, 0.49)["first"] == "SASRec"
        and not first(*part, 0.49)["level with"]
        and 1.09 < mean(*part, 0.49, "SASRec") / mean(*part, 0.49, "chain") < 1.13
        # what the order is worth to a walk: a fifth on games, nothing seen elsewhere
        and all((row["gain"]["low"] > 0) == (level == 0.68) for level, row in alike.items())
        # and SASRec, another model, is a third above the walk with all events alike on films
        and 1.3 < mean(*part, 0.49, "SASRec") / alike[0.49]["without"]["mean"] < 1.37
        and mean(*part, 0.49, "iALS") < alike[0.49]["without"]["mean"]
        and 1.17 < alike[0.68]["with"]["mean"] / alike[0.68]["without"]["mean"] < 1.24
        and all(alike[x]["without"]["mean"] > mean(*part, x, "SASRec") for x in (0.22, 0.6))
        # on films what is popular of late says more than the walk, elsewhere not a third of it
        and all(mean(*part, x, "recent") < mean(*part, x, "RP3β") / 3 for x in levels if x != 0.49)
        and mean(*part, 0.49, "recent") > mean(*part, 0.49, "RP3β")
        # the box: on these films cut in time order a library's is level with the mean of lesson 10, ours behind it
        and open_(of("15_rectools")["leads"]["RecTools over mean of the history, 20"])
        and behind(of("15_rectools")["leads"]["this course over mean of the history, 20"])
    )


def popularity() -> bool:
    leads = of("15_pinworld")["objective leads"]
    number = [leads[f"{x}, popularity over {x}"]["gap"] for x in ("every next", "dense, 7 days")]
    choice = [
        leads["every next over dense, 7 days"]["gap"],
        leads["every next, popularity over dense, 7 days, popularity"]["gap"],
    ]
    return min(number) > max(choice)


def leaking() -> bool:
    with_, without, _, found, leaky = printed("15", "loss ")[:5]
    return without < with_ / 2 and leaky < found


def targets() -> bool:
    rows = {r["objective"]: r for r in of("15_pinworld")["objectives"]}
    dense, every = (rows[f"{x}, popularity"] for x in ("dense, 7 days", "every next"))
    ages, asked = ("1 days", "7 days", "14 days"), of("15_pinworld")
    others = {r["objective"]: r for r in asked["others"]}
    rivals = {r["model"]: r for r in asked["rivals"]}
    fewest, whole = (others[f"{x}, popularity"] for x in ("next", "all, 7 days"))
    bare, *longer = (
        r for r in [*asked["others"], *rows.values()] if "popularity" not in r["objective"]
    )
    return (
        all(dense[x] < every[x] for x in ages)
        # what does not decide: of four targets the one with fewest arrows has the highest mean with the number, the lowest without
        and all(fewest[x] > max(every[x], dense[x], whole[x]) for x in ages)
        and bare["objective"] == "next"
        and len(longer) == 3
        and all(bare[x] < min(r[x] for r in longer) for x in ages)
        # the paragraph on iALS, and the box: the next day is iALS's, by its mean
        and rivals["iALS"]["1 days"]
        > max(r["1 days"] for r in (every, dense, fewest, whole, rivals["RP3β"]))
    )


def _target_at(age: str) -> dict:
    """Return the lead of every next over dense, both with vectors of this age."""
    one, other = (f"{x}, popularity, {age}" for x in ("every next", "dense, 7 days"))
    return of("15_pinworld")["stale leads"][f"{one} over {other}"]


def age() -> bool:
    """This morning and the order bring most together, little alone; nobody can tell which is first, and further ahead is last."""
    rows = {r["objective"]: r for r in of("15_pinworld")["staleness"]}
    rows |= {r["model"]: r for r in of("15_late_likes")["staleness"]}
    every, dense = (rows[f"{x}, popularity"] for x in ("every next", "dense, 7 days"))
    walk, alike = rows["RP3β, late likes count more"], rows["RP3β"]
    fresher = [x["real time"] - x["daily"] for x in (every, dense, walk)]
    before = [x["daily"] - x["once"] for x in (every, dense, walk)]
    target = [every[x] - dense[x] for x in ("once", "daily", "real time")]
    model = [abs(every[x] - walk[x]) for x in ("once", "daily", "real time")]
    crossed = (
        walk["daily"] > every["daily"] and walk["real time"] < every["real time"]
    )  # figure 15.5
    drowned = of("15_late_likes")["leads"]
    ages = "once", "daily", "real time"
    fades, flat = "RP3β, late likes count more", "RP3β"
    climbs = [drowned[f"{x}, real time over {x}, daily"] for x in (fades, flat)]
    alone = drowned[f"{fades}, daily over {flat}, daily"], climbs[1]
    both = drowned[f"{fades}, real time over {flat}, daily"]
    return (
        crossed
        # the order and this morning need each other: together more than the sum, even if both errors point the same way
        and open_(alone[0])
        and ahead(alone[1])
        and both["gap"] > 1.9 * sum(x["gap"] for x in alone)
        and max(x["gap"] for x in alone) < alike["daily"] / 5
        and round(both["gap"] / alike["daily"], 2) == 0.67
        and climbs[0]["gap"] - climbs[1]["gap"] > 1.97 * sum(x["error"] for x in climbs)
        # which of the two brings the walk more, cannot be told: its climb less the order's gap is what this compares
        and open_(drowned[f"{fades}, daily over {flat}, real time"])
        # further ahead is last: the targets' gap is smaller than either, and has the wrong sign
        and min(climbs[0]["gap"], walk["real time"] - alike["real time"]) > max(target)
        and 0.060 < every["real time"] - every["daily"] < 0.062
        and min(fresher) > max(target + model + before)
        and min(target) > 0
        # taken away: in real time, and there alone, the next like is the better target
        and ahead(_target_at(ages[-1]))
        and all(open_(_target_at(x)) for x in ages[:-1])
        # to have heard is not enough: where old likes count as much, today brings less than half, and nothing is surely won on the fading walk of midnight
        and alike["real time"] - alike["daily"] < min(fresher) / 2
        and ahead(drowned["RP3β, late likes count more, real time over RP3β, real time"])
        and open_(drowned["RP3β, real time over RP3β, late likes count more, daily"])
    )


MORALS = {
    "A small loss looks like success. Change an event, and look whether anything before it moves": leaking,
    "Try a walk before a transformer: on three real sets of four we could not tell them apart": walk,
    "Try the next like as a target first: after 1,600 steps, to look further ahead was no better here, at any horizon": targets,
    "Hear of today, and let it count more than old likes: each alone lifted our walk by less than a fifth, both together by two thirds": age,
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
    "Vectors of length 1 are slow to learn popularity. Add it to both before you compare two objectives": popularity,
}
