"""The 20 lessons in order. Points are not here: they live with the exercises.

A lesson exists when `solutions/` holds its source. Those that do not yet are named here, so that a
student sees where the course goes; everything else must cope with their absence.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """One lesson; `core` and `minutes` are a student's time, without branches and with all of them."""

    number: str
    slug: str
    title: str
    minutes: int
    core: int = 60

    @property
    def stem(self) -> str:
        """File name without its suffix, "06_lightgcn"."""
        return f"{self.number}_{self.slug}"


LESSONS = (
    Lesson("00", "start_here", "Start here", 45, core=30),
    Lesson("01", "recommender_basics", "Recommender basics", 120),
    Lesson("02", "matrix_factorization", "Matrix factorization and iALS", 135),
    Lesson("03", "learned_similarity", "Learned similarity and ranking losses", 120),
    Lesson("04", "graph_view", "The graph view", 145),
    Lesson("05", "ngcf", "NGCF", 105),
    Lesson("06", "lightgcn", "LightGCN and over-smoothing", 150),
    Lesson("07", "graphsage", "GraphSAGE: encoders instead of lookups", 155),
    Lesson("08", "pixie", "Pixie", 180),
    Lesson("09", "pinsage", "PinSage", 130),
    Lesson("10", "two_towers", "Two towers and softmax", 160),
    Lesson("11", "logq", "logQ, wrong and right", 155),
    Lesson("12", "transe", "Knowledge graphs and TransE", 115),
    Lesson("13", "twhin", "TwHIN and users of many interests", 185),
    Lesson("14", "multibisage", "Heterogeneous aggregation and MultiBiSage", 155),
    Lesson("15", "sequences", "Sequences: SASRec and PinnerFormer", 195),
    Lesson("16", "omnisage", "OmniSage", 130),
    Lesson("17", "ranking", "Ranking: the second stage", 190),
    Lesson("18", "capstone", "Capstone", 200),
    Lesson("19", "items_that_are_spelled", "Items that are spelled: generative retrieval", 180),
)

# The lecture's five parts and the lessons that follow them; 00, 17, 18 and 19 are ours.
PARTS = (
    ("Recommender systems", ("01", "02", "03")),
    ("The graph view", ("04", "05", "06")),
    ("Graphs at Pinterest", ("07", "08", "09")),
    ("Two towers and logQ", ("10", "11")),
    ("Many kinds of nodes", ("12", "13", "14", "15", "16")),
)
