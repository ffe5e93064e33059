"""What the morals of lesson 04 rest on."""

from __future__ import annotations

from tests.lessons.evidence import ADVICE, printed

MORALS = {
    "To recommend is to predict links: which link between a user and an item is missing, or comes next?": ADVICE,
    "Three steps gain most by dividing by the last film's fans": lambda: (
        # what L3 gains over plain three hops is at most less than RP3β gains over L3 at least
        printed("04", "NDCG@20 +", 0)[2] < printed("04", "NDCG@20 +", 1)[1]
    ),
}
