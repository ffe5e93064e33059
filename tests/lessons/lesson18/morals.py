"""What the morals of lesson 18 rest on."""

from __future__ import annotations

from tests.lessons.evidence import of


def order() -> bool:
    rows = of("18_off_policy")["policies"].values()
    inside, outside = (
        [r for r in rows if r["in the log"] == 1],
        [r for r in rows if r["in the log"] < 1],
    )
    drawn = [abs(r[x]["bias"]) for r in inside for x in ("SNIPS", "DR")]
    return max(drawn) < 0.02 and all(
        max(abs(r[x]["bias"]) for x in ("IPS", "SNIPS", "DR")) > 0.5 for r in outside
    )


MORALS = {
    "Ask first how much of what a policy shows the log could have drawn. Then the effective size. Then the estimate": order,
}
