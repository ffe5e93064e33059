"""What the morals of lesson 14 rest on."""

from __future__ import annotations

from tests.lessons.evidence import ahead, of, open_


def edges() -> bool:
    leads = of("14_climb")["PinWorld"]["leads"]
    return (
        ahead(leads["each its own, transformer over nothing heard"])
        and ahead(leads["each its own, mean over all in one, mean"])
        and all(
            open_(leads[f"each its own, transformer over each its own, {x}"])
            for x in ("mean", "attention", "concat")
        )
    )


def off_boards() -> bool:
    leads = of("14_sizes")["PinWorld"]["leads"]
    off, all_ = (
        leads["all graphs, mean over one graph, mean, asked off board"],
        leads["all graphs, mean over one graph, mean, all"],
    )
    sought = [m["recall"]["sought off board"] for m in of("14_sizes")["PinWorld"]["models"]]
    return ahead(off) and off["low"] > all_["high"] and max(sought) < 0.01


def looked_at() -> bool:
    # user-pin is looked at less than user-idea, and a loss is shown without it alone
    climb = of("14_climb")["PinWorld"]
    full = "each its own, transformer"
    (looks,) = (a["looks"]["all"] for a in climb["arms"] if a["arm"] == full)
    return (
        min(looks, key=looks.get) == "user-pin"
        and ahead(climb["leads"][f"{full} over without user-pin, transformer"])
        and open_(climb["leads"][f"{full} over without user-idea, transformer"])
    )


def answers() -> bool:
    stored = of("14_answers")["PinWorld"]
    found = {m["model"]: m["recall"]["all@10"] for m in stored["test"]}
    modes = [found[f"transformer, {x}"] for x in ("hidden", "in time", "left in")]
    mixed = [a["all"] for a in of("14_climb")["PinWorld"]["arms"]]
    return (
        stored["in a list"]["hidden"] == 0
        and stored["in a list"]["asked for"] > 0.25
        and max(modes) - min(modes) > max(mixed) - min(mixed)
    )


MORALS = {
    "Bring the edges, and keep the aggregation plain": edges,
    "Attention need not be importance. Ask by dropping": looked_at,
    "More graphs help those whom the first graph does not know, when they ask": off_boards,
    "Count first: how often does a list hold the answer, in training and on the day?": answers,
}
