"""What the morals of lesson 08 rest on."""

from __future__ import annotations

from tests.lessons.evidence import ahead, behind, mean, of


def more_of_the_user() -> bool:
    leads = [data["leads"] for data in of("08_parts")["decisions"].values()]
    return all(
        ahead(x["eight over one"])
        and not ahead(x["booster over sum"])
        and not ahead(x["rule over equal"])
        for x in leads
    )


def far_walks() -> bool:
    stored = of("08_rivals")
    pin, article = (
        next(m["knobs"] for m in stored[data]["models"] if m["model"] == "Pixie")
        for data in ("PinWorld", "citeulike-t")
    )
    return (
        pin["restart"] < 0.1
        and article["restart"] == 1  # a walk of many steps on boards, of one in libraries
        and all(
            ahead(stored["PinWorld"]["leads"][f"Pixie over {x}"])
            for x in ("RP3β", "EASE", "iALS", "RP3β with boards")
        )
        and all(
            behind(stored["citeulike-t"]["leads"][f"Pixie over {x}"])
            for x in ("RP3β", "EASE", "iALS")
        )
    )


def large() -> bool:
    at = lambda level, name: mean("size", "random catalogs", level, name)  # noqa: E731
    least, most = (of("18_regimes_size")["sets"]["random catalogs"]["levels"][k] for k in (0, 3))
    return at(least, "iALS, exact scan") > at(least, "Pixie") and all(
        at(most, name) > at(most, "iALS, exact scan") for name in ("Pixie", "PageRank, push")
    )


MORALS = {
    "More of the user is worth a lot. A cleverer way to count is not, here": more_of_the_user,
    "Far walks pay where the graph says more than who liked what": far_walks,
    "A walk, or a push, pays where the catalog is too large to multiply and changes too fast to tabulate": large,
    "Take a thing out of the group before you compare it with the group, and look at a surprising result before you explain it": lambda: (
        (leads := of("08_parts")["edges"]["leads"])
        and not ahead(leads["0.91, with the pin over random"])
        and ahead(leads["0.91, without the pin over random"])
    ),
}
