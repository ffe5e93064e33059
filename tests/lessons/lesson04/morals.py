"""What the morals of lesson 04 rest on."""

from __future__ import annotations

from tests.lessons.evidence import ADVICE, printed

MORALS = {
    "To recommend is to predict links: which link between a user and an item is missing, or comes next?": ADVICE,
    "That a film can be reached says little; which film comes first is decided by the degrees that a walk is divided by": lambda: (
        printed("04", "three hops, A³")[1] - printed("04", "bestsellers ")[1]
        < printed("04", "RP3β ")[1] - printed("04", "three hops, A³")[1]
    ),
}
