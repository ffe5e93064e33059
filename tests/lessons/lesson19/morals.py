"""What the morals of lesson 19 rest on."""

from __future__ import annotations

from tests.lessons.evidence import behind, of, open_


def made_of() -> bool:
    leads = of("19_known")["sets"]["amazon-games"]["leads"]
    return open_(leads["TIGER over iALS"]) and behind(leads["TIGER over SASRec"])


MORALS = {
    "Ask what a spelling was made of: here of the likes, once more": made_of,
    "The more of a new pin's spelling is asked for, the more is remembered of old pins": lambda: (
        (
            found := [
                of("19_new")["rows"][f"TIGER, {x}"]["mean"]
                for x in ("one code", "two codes", "three codes", "four codes")
            ]
        )
        and found == sorted(found, reverse=True)
    ),
}
