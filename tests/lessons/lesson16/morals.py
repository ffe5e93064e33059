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


def teach() -> bool:
    leads = of("16_losses")["leads"]
    return (
        open_(leads["all three over entity-entity, all"])
        and open_(leads["all three over entity-entity, users"]) is False
        and ahead(leads["all three over entity-feature, cold queries"])
        and ahead(leads["all three over user-entity, users"])
    )


MORALS = {
    "A length and a direction have to be learned, and here the direction was not. A number beside the vector is there at once": number,
    "Pairs teach the others; the others teach pairs nothing, and disturb them in nothing": teach,
    "Where contents may lie, keep a rival that does not read them": lambda: (
        mean("content", "PinWorld", 1, "RP3β")
        > max(mean("content", "PinWorld", 1, x) for x in ("PinSage", "MultiBiSage", "OmniSage"))
    ),
}
