"""The 19 lessons in order. Points are not here: they live with the exercises.

A lesson exists when `solutions/` holds its source. Those that do not yet are named here, so that a
student sees where the course goes; everything else must cope with their absence.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """One lesson; `minutes` is a student's time."""

    number: str
    slug: str
    title: str
    minutes: int

    @property
    def stem(self) -> str:
        """File name without its suffix, "06_lightgcn"."""
        return f"{self.number}_{self.slug}"


LESSONS = (
    Lesson("00", "start_here", "Start here", 30),
    Lesson("01", "recommender_basics", "Recommender basics", 100),
    Lesson("02", "matrix_factorization", "Matrix factorization and iALS", 110),
    Lesson("03", "learned_similarity", "Learned similarity and ranking losses", 90),
    Lesson("04", "graph_view", "The graph view", 110),
    Lesson("05", "ngcf", "NGCF", 80),
    Lesson("06", "lightgcn", "LightGCN and over-smoothing", 110),
    Lesson("07", "graphsage", "GraphSAGE: encoders instead of lookups", 90),
    Lesson("08", "pixie", "Pixie", 90),
    Lesson("09", "pinsage", "PinSage", 100),
    Lesson("10", "two_towers", "Two towers and softmax", 90),
    Lesson("11", "logq", "logQ, wrong and right", 100),
    Lesson("12", "transe", "Knowledge graphs and TransE", 70),
    Lesson("13", "twhin", "TwHIN and users of many interests", 100),
    Lesson("14", "multibisage", "Heterogeneous aggregation and MultiBiSage", 80),
    Lesson("15", "sequences", "Sequences: SASRec and PinnerFormer", 100),
    Lesson("16", "omnisage", "OmniSage and semantic IDs", 100),
    Lesson("17", "ranking", "Ranking: the second stage", 100),
    Lesson("18", "capstone", "Capstone", 180),
)
