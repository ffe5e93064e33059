"""The 19 lessons in order. Points are not here: they live with the exercises.

A lesson exists when `solutions/` holds its source. Those that do not yet are named here, so that a
student sees where the course goes; everything else must cope with their absence.
"""

from __future__ import annotations

from dataclasses import dataclass, field


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
    Lesson("00", "start_here", "Start here", 35),
    Lesson("01", "recommender_basics", "Recommender basics", 120),
    Lesson("02", "matrix_factorization", "Matrix factorization and iALS", 130),
    Lesson("03", "learned_similarity", "Learned similarity and ranking losses", 115),
    Lesson("04", "graph_view", "The graph view", 145),
    Lesson("05", "ngcf", "NGCF", 90),
    Lesson("06", "lightgcn", "LightGCN and over-smoothing", 120),
    Lesson("07", "graphsage", "GraphSAGE: encoders instead of lookups", 115),
    Lesson("08", "pixie", "Pixie", 125),
    Lesson("09", "pinsage", "PinSage", 115),
    Lesson("10", "two_towers", "Two towers and softmax", 120),
    Lesson("11", "logq", "logQ, wrong and right", 150),
    Lesson("12", "transe", "Knowledge graphs and TransE", 110),
    Lesson("13", "twhin", "TwHIN and users of many interests", 165),
    Lesson("14", "multibisage", "Heterogeneous aggregation and MultiBiSage", 130),
    Lesson("15", "sequences", "Sequences: SASRec and PinnerFormer", 170),
    Lesson("16", "omnisage", "OmniSage and semantic IDs", 120),
    Lesson("17", "ranking", "Ranking: the second stage", 150),
    Lesson("18", "capstone", "Capstone", 180),
)

# ---- the course map: which lesson teaches what, and what each takes from earlier ones


@dataclass(frozen=True)
class Method:
    """One method or system of the course.

    `after` says what it takes from whom: {name of an earlier method: a few words}. `column` is its place
    from left to right on the map. A year is that of the paper named in the lesson.
    """

    name: str
    lesson: str
    column: int
    year: int | None = None
    after: dict[str, str] = field(default_factory=dict)


ON_THE_MAP = (
    Method("item2item", "01", 0),
    Method("MF", "02", 0, 2009),
    Method("iALS", "02", 1, 2008, {"MF": "all cells, with weights"}),
    Method("NCF", "03", 1, 2017, {"MF": "a network for the dot product"}),
    Method("BPR", "03", 1, 2009, {"MF": "a loss on pairs"}),
    Method("Graph walks", "04", 1, None, {"item2item": "neighbors of neighbors"}),
    Method("NGCF", "05", 2, 2019, {"MF": "vectors, sent along edges", "BPR": "its loss"}),
    Method("LightGCN", "06", 3, 2020, {"NGCF": "propagation without weights"}),
    Method("GraphSAGE", "07", 2, 2017, {"Graph walks": "who should be alike"}),
    Method("Pixie", "08", 2, 2018, {"Graph walks": "restarts, from many pins"}),
    Method(
        "PinSage",
        "09",
        3,
        2018,
        {"GraphSAGE": "an encoder of neighbors", "Pixie": "walks choose them"},
    ),
    Method("Two towers", "10", 2, 2019, {"MF": "a dot product of two encoders"}),
    Method("logQ", "11", 3, 2019, {"Two towers": "negatives from the batch"}),
    Method("TransE", "12", 2, 2013),
    Method("TwHIN", "13", 3, 2022, {"TransE": "an arrow for each relation"}),
    Method("PinnerSage", "13", 4, 2020, {"PinSage": "its vectors, in clusters"}),
    Method("R-GCN, GAT", "14", 3, 2018, {"GraphSAGE": "a sum for each relation"}),
    Method(
        "MultiBiSage",
        "14",
        4,
        2022,
        {"PinSage": "pins and their walks", "R-GCN, GAT": "attention", "logQ": "its loss"},
    ),
    Method("SASRec", "15", 3, 2018, {"Two towers": "a tower that reads a history"}),
    Method(
        "PinnerFormer",
        "15",
        5,
        2022,
        {"PinnerSage": "users from pins", "SASRec": "causal attention", "logQ": "its loss"},
    ),
    Method(
        "OmniSage",
        "16",
        6,
        2025,
        {"MultiBiSage": "attention over neighbors", "PinnerFormer": "the side of users"},
    ),
    Method("Semantic IDs", "16", 5, 2023, {"SASRec": "the next item, code by code"}),
    Method("Ranking", "17", 4, None, {"TwHIN": "vectors as features"}),
)

# The lecture's five parts and the lessons that follow them; 00, 17 and 18 are ours.
PARTS = (
    ("Recommender systems", ("01", "02", "03")),
    ("The graph view", ("04", "05", "06")),
    ("Graphs at Pinterest", ("07", "08", "09")),
    ("Two towers and logQ", ("10", "11")),
    ("Many kinds of nodes", ("12", "13", "14", "15", "16")),
)


def taught(lesson: str) -> list[Method]:
    """Return the methods of a lesson, "06"."""
    return [method for method in ON_THE_MAP if method.lesson == lesson]
