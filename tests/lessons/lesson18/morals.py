"""What the morals of lesson 18 rest on."""

from __future__ import annotations

from tests.lessons.evidence import ahead, of

ESTIMATES = ("IPS", "SNIPS", "DR")


def a_log_answers() -> bool:
    rows = of("18_off_policy")["policies"]
    untrue = rows.pop("any candidate, chances raised")
    inside, outside = (
        [r for r in rows.values() if r["in the log"] == 1],
        [r for r in rows.values() if r["in the log"] < 1],
    )
    worst = max(abs(r[x]["bias"]) for r in inside for x in ESTIMATES)
    lie = min(max(abs(r[x]["bias"]) for x in ESTIMATES) for r in outside)
    # the effective size comes second: it does not warn of a policy that the log could not have drawn
    hidden = max(r["size"] for r in outside) > min(r["size"] for r in inside)
    return worst < 0.02 and lie > 0.5 and hidden and abs(untrue["IPS"]["bias"]) > 0.4


def a_ranker_over_votes() -> bool:
    values = of("18_people")
    over = [values["ranker over fused"], values["leads"]["seven, then the ranker over three fused"]]
    return all(ahead(lead) for lead in over)


MORALS = {
    "A log answers for what it could have drawn, if its chances are true. Ask for that share first, then for the effective size, then for the estimate": a_log_answers,
    "On top of generators, a ranker that learned from clicks how a person and a pin fit makes people save more than the generators' votes do": a_ranker_over_votes,
}
