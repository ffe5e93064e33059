"""What the morals of lesson 16 rest on."""

from __future__ import annotations

from tests.lessons.evidence import ahead, mean, of, open_


def number() -> bool:
    # one graph network without and with a number for popularity beside its vector
    found = {
        (s["graphs"], s["losses"], s["popularity"]): s["recall"]
        for s in of("16_choices")["settings"]
    }
    return all(
        found[graphs, "entity-entity", True] > 3 * found[graphs, "entity-entity", False]
        for graphs in {g for g, *_ in found}
    )


def rival() -> bool:
    stored = of("16_graphs")
    found = {row["model"]: row["recall"]["all"] for row in stored["models"]}
    lead = found["both"] - found["PinSage"]
    return (
        open_(stored["equal leads"]["both over PinSage, offset, d = 32, all"])
        and found["PinSage, offset"] - found["PinSage"] > 0.9 * lead
    )


def teach() -> bool:
    leads = of("16_losses")["leads"]
    return (
        open_(leads["all three over entity-entity, all"])
        and open_(leads["all three over entity-entity, users"]) is False
        and ahead(leads["all three over entity-feature, cold queries"])
        and ahead(leads["all three over user-entity, users"])
    )


MORALS = {
    "A length or a direction has to be learned. A number beside the vector is there at once": number,
    "The losses do not get in each other's way. Pairs teach the others; the others teach pairs nothing": teach,
    "Before you praise attention, give its rival the same number": rival,
    "Where contents may lie, let the model know the author, too": lambda: (
        all(
            mean("content", "PinWorld", lies, "iALS, told of content")
            > max(
                mean("content", "PinWorld", lies, x) for x in ("PinSage", "MultiBiSage", "OmniSage")
            )
            for lies in (0, 0.5, 1)
        )
        and mean("content", "PinWorld", 1, "OmniSage")
        > 2 * mean("content", "PinWorld", 1, "PinSage")
    ),
}
