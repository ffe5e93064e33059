"""What the morals of lesson 05 rest on."""

from __future__ import annotations

from tests.lessons.evidence import of, printed


def part() -> bool:
    gains = of("05_ngcf_movietweetings")["test, mean, gain over BPR-MF, its error"]
    return all(
        gains[x]["recall"][0] > gains["NGCF"]["recall"][0]
        for x in ("NGCF without W, σ", "BPR-MF, d = 96")
    )


MORALS = {
    "A part that looks clever may cost more than it brings. Ask every paper for the same model without it, and for a simple one of equal width": part,
    "A table of relatives orders a family. Only strangers tell what the family is worth, so they stand in the tables of all lessons to come": lambda: (
        all(
            printed("05", stranger)[0]
            > max(
                x["recall"][0]
                for x in of("05_ngcf_movietweetings")[
                    "test, mean, gain over BPR-MF, its error"
                ].values()
            )
            for stranger in ("RP3β  ", "EASE  ", "iALS, d = 32  ")
        )
    ),
}
