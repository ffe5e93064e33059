"""What the morals of lesson 19 rest on."""

from __future__ import annotations

from tests.lessons.evidence import behind, of, open_


def made_of() -> bool:
    leads = of("19_known")["sets"]["amazon-games"]["leads"]
    return open_(leads["TIGER over iALS"]) and behind(leads["TIGER over SASRec"])


def wider() -> bool:
    rows = {r["width"]: r for r in of("19_beam")["rows"]}
    return (
        rows[10]["of the exact ten"] < 0.75
        and rows[50]["of the exact ten"] > 0.95
        and rows[50]["ndcg"] > rows[10]["ndcg"]
    )


def falls() -> bool:
    stored = of("19_words")
    return (
        all(c[-1]["left over"] < 0.95 * c[0]["left over"] for c in stored["without the line"])
        and stored["all"] > 0
    )


def starts() -> bool:
    last = [r["curve"][-1] for r in of("19_words")["rows"] if r["revive"]]
    left = [x["left over"] for x in last]
    return all(min(x["alive"]) == 64 for x in last) and max(left) < 1.1 * min(left)


MORALS = {
    "Let the beam be a few times wider than the list": wider,
    "Ask what a spelling is made of. Made of iALS's vectors, it did not pass iALS": made_of,
    "Each further code was learned from old pins, and costs new ones": lambda: (
        (
            found := [
                of("19_new")["rows"][f"TIGER, {x}"]["mean"]
                for x in ("one code", "two codes", "three codes", "four codes")
            ]
        )
        and found == sorted(found, reverse=True)
    ),
    "A loss that falls is no sign that everybody learns": falls,
    "With revival it does not matter where words start": starts,
}
