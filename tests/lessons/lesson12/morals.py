"""What the morals of lesson 12 rest on."""

from __future__ import annotations

import json

from graphrec_utils.exercises import questions
from tests.lessons.evidence import ahead, behind, of, open_


def both_ways() -> bool:
    rows = {(r["kind"], r["model"]): r for r in of("12_patterns")["rows"]}
    many, symmetric = rows["one to many", "TransE"], rows["symmetric", "TransE"]
    return (
        min(many["MRR"]) == 1
        and max(symmetric["MRR"]) < 0.4
        and min(symmetric["the question is its own best answer"]) == 1
        and 0.485 <= sum(symmetric["MRR on train"]) / 3 < 0.495
    )


def wants() -> bool:
    leads = of("12_likes")["PinWorld"]["leads"]
    return (
        ahead(leads["TransE + behaviors over TransE"])
        and behind(leads["TransE over RP3β + behaviors"])
        and behind(leads["TransE over iALS + behaviors"])
        # behind both from saves alone, and in the middle as well
        and all(
            behind(leads[f"TransE{graph} over {rival}{graph}"])
            for graph in ("", " + attributes")
            for rival in ("RP3β", "iALS")
        )
        and ahead(leads["TransE + behaviors over TransE + attributes"])
        and open_(leads["TransE + behaviors over RP3β + behaviors"])
        and open_(leads["TransE + behaviors over iALS + behaviors"])
        and behind(leads["TransE + behaviors without a popularity over RP3β + behaviors"])
    )


MORALS = {
    'A rank asks who is nearer, not who is exact. What one arrow cannot say is "both ways, and not myself"': both_ways,
    "On PinWorld, add what people do before what things are": wants,
    "A falling loss is no proof of learning. Watch lengths": lambda: (
        json.loads(questions.measured_file("12").read_text("utf-8"))["12.p1"] == "it keeps falling"
    ),
    "On a sphere popularity has one place, the direction that all share. Where training has not filled it, give it a number": lambda: (
        behind(
            of("12_likes")["PinWorld"]["leads"][
                "TransE + behaviors without a popularity over TransE + behaviors"
            ]
        )
    ),
}
