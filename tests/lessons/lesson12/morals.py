"""What the morals of lesson 12 rest on."""

from __future__ import annotations

import json

from graphrec_utils.exercises import questions
from tests.lessons.evidence import ahead, behind, of, open_


def both_ways() -> bool:
    mrr = {(r["kind"], r["model"]): sum(r["MRR"]) / 3 for r in of("12_patterns")["rows"]}
    return mrr["one to many", "TransE"] == 1 and mrr["symmetric", "TransE"] < 0.4


def wants() -> bool:
    leads = of("12_likes")["PinWorld"]["leads"]
    return (
        ahead(leads["TransE + behaviors over TransE"])
        and behind(leads["TransE over RP3β + behaviors"])
        and behind(leads["TransE over iALS + behaviors"])
        and ahead(leads["TransE + behaviors over TransE + attributes"])
        and open_(leads["TransE + behaviors over RP3β + behaviors"])
        and open_(leads["TransE + behaviors over iALS + behaviors"])
    )


MORALS = {
    'A rank asks who is nearer, not who is exact. What one arrow cannot say is "both ways"': both_ways,
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
