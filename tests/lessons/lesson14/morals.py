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
    return ahead(off) and off["low"] > all_["high"]


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
    "Importance is what you lose. Ask it by dropping": lambda: (
        (leads := of("14_climb")["PinWorld"]["leads"])
        and ahead(leads["each its own, transformer over without user-pin, transformer"])
        and open_(leads["each its own, transformer over without user-idea, transformer"])
    ),
    "More graphs help those whom the first graph does not know": off_boards,
    "Count first: how often does a list hold the answer, in training and on the day?": answers,
}
