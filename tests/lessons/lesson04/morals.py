"""What the morals of lesson 04 rest on."""

from __future__ import annotations

from tests.lessons.evidence import ADVICE, printed

MORALS = {
    "To recommend is to predict links: which link between a user and an item is missing, or comes next?": ADVICE,
    "That a film can be reached says little; how a walk is weighed decides": lambda: (
        # the same walks, weighed by RP3β, are ahead of plain ones, and by the column form far behind
        printed("04", "RP3β over plain three hops:")[1] > 0.01
        and printed("04", "column form over plain three hops:")[2] < -0.1
    ),
}
