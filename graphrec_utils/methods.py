"""Each method of the course once: what lists methods reads this table.

The map of the course shows those with a `column` (`ON_THE_MAP`), figures know the looks (`style.METHOD`),
`my_films` shows those with `films`, lesson 18 fits those with a `generator` (`exercises.generators`). A new
method is a row here, in the order of lessons, and a function in `fitted` for each of the last two. Its lesson shows
`my_films("NN")` near its end.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Method:
    """One method or system of the course.

    Attributes:
        name: as the course map says it.
        lesson: the lesson that teaches it.
        what: it is, in a few words.
        column: its place from left to right on the course map; None: it is not there.
        year: that of the paper named in the lesson.
        after: what it takes from whom: {name of an earlier method: a few words}.
        look: (color, marker of Matplotlib) in figures; none like another's, and none like a side's.
        films: the function of `fitted/likes.py` that fits it on likes, for `my_films`.
        slow: that takes seconds: after lesson 10 its own lesson alone shows it.
        generator: the function, "plain.ials" of `fitted/plain.py`, that fits it on saves.
        exercises: those that make a piece of the generator.
        trained: by gradients.
        hears: what is saved after it was fitted; one that does not knows users by their ids.
        take, leave: when a practitioner takes it, and when not; of what the course measures, `results.regimes.uses` adds where.
        tried: what was asked of it outside the slices, if it has no place in any of them.
        called: what it is called elsewhere, where that is not its name: {"films", "generator" or "look": a name}.
    """

    name: str
    lesson: str
    what: str
    column: int | None = None
    year: int | None = None
    after: dict[str, str] = field(default_factory=dict)
    look: tuple[str, str | tuple] | None = None
    films: str = ""
    slow: bool = False
    generator: str = ""
    exercises: tuple[str, ...] = ()
    trained: bool = False
    hears: bool = True
    take: str = ""
    leave: str = ""
    tried: str = ""
    called: dict[str, str] = field(default_factory=dict)


TABLE = (
    Method("popularity", "01", "what most people liked, for everybody",
           look=("#6B7078", "v"), films="most_liked",
           generator="plain.most_saved", exercises=("01.5",), hears=False,
           called={"films": "most liked", "generator": "most saved"},
           take="nothing is known of somebody, and as the rival of everything else",
           leave="tastes matter more than what everybody likes"),
    Method("recent", "01", "what most people liked lately", look=("#B3001E", "<"),
           take="the calendar says what people take, as on films",
           leave="what people like does not move"),
    Method("item2item", "01", "cosines of items, by who liked both", column=0,
           look=("#7A7400", "p"), films="item2item",
           generator="plain.item2item", exercises=("01.6",),
           take="you want a first model tonight, and to say why something is shown",
           leave="nobody has touched the thing yet, or you know a single like of the person"),
    Method("user2item", "01", "what those like who are like you", look=("#C218A8", ">")),
    Method("content", "01", "cosines of what items say of themselves", look=("#0A7F3F", (4, 1, 0))),
    Method("MF", "02", "a vector for each user and each item", column=0, year=2009),
    Method("iALS", "02", "MF over all cells, the empty ones with a small weight", column=1, year=2008,
           after={"MF": "all cells, with weights"}, look=("#00808C", "^"), films="ials",
           generator="plain.ials", exercises=("02.5",),
           take="likes are all you know, even a single one: a newcomer is folded in without a training",
           leave="things are new every morning, or the calendar says what people take"),
    Method("EASE", "02", "a linear model of items, solved at once", look=("#8B2500", "D"), films="of_ease",
           generator="plain.ease", exercises=("02.6",),
           take="there are ten thousand things or fewer, and memory for all their pairs",
           leave="the catalog is larger than that"),
    Method("NCF", "03", "a network that learns the similarity", column=1, year=2017,
           after={"MF": "a network for the dot product"}),
    Method("BPR", "03", "MF whose loss compares what was liked with what was not", column=1, year=2009,
           after={"MF": "a loss on pairs"}, look=("#7B4A1E", "d"), films="of_dot", slow=True,
           generator="likes.of_dot", exercises=("03.4",), trained=True, hears=False,
           called={"films": "BPR, dot product", "look": "BPR-MF"}),
    Method("Graph walks", "04", "who is reached along edges, and how often", column=1,
           after={"item2item": "neighbors of neighbors"}),
    Method("L3", "04", "walks of three steps, by degrees",
           generator="plain.l3", exercises=("04.4",)),
    Method("PageRank", "04", "walks that go home, of each user",
           generator="plain.pagerank", exercises=("04.5",), hears=False),
    Method("spectral", "04", "the largest singular values of the normalized likes",
           generator="plain.spectral", exercises=("04.6",), hears=False),
    Method("SVD low-pass", "04", "the smooth part of what a user liked", look=("#2F6B2F", "8")),
    Method("GF-CF", "04", "a low-pass filter beside the neighbors", look=("#3C4A63", "h")),
    Method("RP3β", "04", "walks of three steps, popular items divided down",
           look=("#111111", "*"), films="rp3beta", generator="plain.rp3beta", hears=False,
           take="edges arrive all day: it reads today's graph and needs no training",
           leave="a thing has no edge yet"),
    Method("NGCF", "05", "vectors that neighbors send along edges, with weights", column=2, year=2019,
           after={"MF": "vectors, sent along edges", "BPR": "its loss"},
           look=("#A88300", "X"), films="of_ngcf", slow=True,
           generator="likes.of_ngcf", exercises=("05.3",), trained=True, hears=False,
           take="you read old papers: LightGCN is it without what did not help",
           leave="you have the choice"),
    Method("MF, LightGCN's recipe", "06", "MF trained as LightGCN is, without a graph",
           look=("#B0752F", "H")),
    Method("LightGCN", "06", "propagation without weights", column=3, year=2020,
           after={"NGCF": "propagation without weights"},
           look=("#5A35B0", "P"), films="of_lightgcn", slow=True,
           generator="likes.of_lightgcn", exercises=("06.1",), trained=True, hears=False,
           take="people have few likes, and a vector is wanted for each",
           leave="things have contents but no likes; and try GF-CF first, which trains nothing"),
    Method("GraphSAGE", "07", "an encoder of what neighbors say", column=2, year=2017,
           after={"Graph walks": "who should be alike"},
           look=("#1F8A70", "$G$"), generator="encoders.graphsage", exercises=("07.4", "07.6"), trained=True, hears=False,
           take="new things have contents and a few edges",
           leave="ids know more: everything is old and popular"),
    Method("Pixie", "08", "walks from many pins, boosted where they meet", column=2, year=2018,
           after={"Graph walks": "restarts, from many pins"}, films="Walks",
           look=("#C4452C", (6, 1, 0)), generator="plain.pixie", exercises=("08.1", "08.5"),
           take="the graph is in memory, questions come with several things at once, and answers are due in milliseconds",
           leave="the catalog is small: there a scan answers faster and RP3β finds more"),
    Method("PinSage", "09", "GraphSAGE over the neighbors that walks choose", column=3, year=2018,
           after={"GraphSAGE": "an encoder of neighbors", "Pixie": "walks choose them"},
           look=("#D1006C", (5, 0, 36)), generator="encoders.pinsage", exercises=("09.1", "09.2", "09.3"), trained=True,
           take="things are born all day, look like something, and soon have neighbors",
           leave="everything in the catalog is known, or half of what it says of itself is false"),
    Method("Two towers", "10", "an encoder for users, one for items", column=2, year=2019,
           after={"MF": "a dot product of two encoders"}, films="towers", slow=True,
           look=("#4682B4", (4, 1, 45)), generator="encoders.towers", exercises=("10.2", "10.3"), trained=True,
           called={"films": "two towers", "generator": "two towers", "look": "two towers"},
           take="candidates must come from an index, by what somebody has just done",
           leave="likes are all you know: iALS folds newcomers in as well; pairs are a ranker's work"),
    Method("logQ", "11", "the correction of negatives that come as often as they are liked", column=3,
           year=2019, after={"Two towers": "negatives from the batch"},
           generator="encoders.towers_log_q", exercises=("11.3",), trained=True,
           called={"generator": "two towers, logQ"}),
    Method("TransE", "12", "a relation is an arrow from head to tail", column=2, year=2013,
           look=("#8A6D3B", "$T$"), films="of_transe", generator="systems.of_transe", exercises=("12.1",), trained=True,
           hears=False,
           take="facts have directions, and a missing one is asked for",
           leave="a relation holds both ways, or the order of relations counts"),
    Method("TwHIN", "13", "vectors of users, items and others, from all relations", column=3, year=2022,
           after={"TransE": "an arrow for each relation"},
           look=("#1D8CA8", (7, 1, 0)), generator="systems.twhin", exercises=("13.2",), trained=True, hears=False,
           take="the events that you are paid for are rare, and others are many",
           leave="the same graph can be factorized: iALS finds no less"),
    Method("PinnerSage", "13", "items that stand for the interests of a user", column=4, year=2020,
           after={"PinSage": "its vectors, in clusters"}, films="Medoids",
           look=("#8E44AD", (8, 1, 0)), generator="systems.three_interests", exercises=("13.4", "13.5"), trained=True,
           called={"films": "three interests", "generator": "three interests"},
           take="vectors of things are given, and people have several interests: five medoids find more than one medoid",
           leave="lists are short: one vector finds no less"),
    Method("R-GCN, GAT", "14", "neighbors of several kinds, by weights or by attention", column=3,
           year=2018, after={"GraphSAGE": "a sum for each relation"},
           generator="systems.rgcn", exercises=("14.1", "14.2"), trained=True,
           called={"generator": "R-GCN"}),
    Method("MultiBiSage", "14", "attention in each kind of neighbor, then among kinds", column=4,
           year=2022,
           after={"PinSage": "pins and their walks", "R-GCN, GAT": "attention", "logQ": "its loss"},
           look=("#6B8E23", (7, 0, 0)), generator="systems.multibisage", exercises=("14.1", "14.3"), trained=True,
           take="things are known to different graphs, as ads are",
           leave="one graph has nearly all edges; and first try the plain mean of the graphs"),
    Method("SASRec", "15", "a transformer that reads a history and says what comes next", column=3,
           year=2018, after={"Two towers": "a tower that reads a history"},
           films="of_sequence", slow=True,
           look=("#0057D9", "$S$"), generator="systems.sasrec", exercises=("15.1", "15.3"), trained=True,
           take="the next event is asked for and there are many to learn from, as on films",
           leave="a walk finds no less, as on places, games and edits"),
    Method("PinnerFormer", "15", "a transformer that says what comes in the next weeks", column=5,
           year=2022,
           after={"PinnerSage": "users from pins", "SASRec": "causal attention", "logQ": "its loss"},
           look=("#4B4BC8", (9, 1, 0)), generator="systems.pinnerformer", exercises=("15.1", "15.5"), trained=True, hears=False,
           take="a person's vector is made anew before each list",
           leave="vectors are a day old or more, after a short training: a table or a walk finds as much"),
    Method("OmniSage", "16", "one encoder for pins and users, from graphs and histories", column=6,
           year=2025,
           after={"MultiBiSage": "attention over neighbors", "PinnerFormer": "the side of users"},
           look=("#00795C", (10, 1, 0)), generator="systems.omnisage", exercises=("14.3", "16.1", "16.2"), trained=True,
           take="several products share one vector, or half of what things say of themselves is false",
           leave="there is one product, and one target"),
    Method("Ranking", "17", "the second stage: what of the candidates is shown first", column=4,
           after={"TwHIN": "vectors as features"},
           take="always, behind whatever found the candidates",
           leave="alone before a large catalog: it reads every pair"),
    Method("fusion", "18", "one list out of several generators', by ranks"),
    Method("Semantic IDs", "19", "items as words of a few codes", column=5, year=2023,
           after={"SASRec": "the next item, code by code"},
           look=("#97557A", "$I$"), generator="plain.semantic", called={"generator": "semantic IDs"},
           take="vectors do not fit into memory, or a model is to spell what it recommends",
           leave="you can afford the vector",
           tried="TIGER, which spells with them: NDCG 0.303 among new pins, the nearest content 0.380; 0.054 among new films, by genres 0.098; 0.039 for the next game, RP3β 0.067 (lesson 19)"),
    Method("TIGER", "19", "a transformer that spells the next item", column=6, year=2023,
           after={"Semantic IDs": "items are spelled", "SASRec": "a transformer reads the history"},
           look=("#A0402A", "$E$")),
    Method("HSTU", "19", "attention without a softmax, which adds up", column=6, year=2024,
           after={"SASRec": "weights that are not normalized"},
           look=("#5B6B00", "$H$")),
)  # fmt: skip


# The course map: which lesson teaches what, and what each takes from earlier ones.
ON_THE_MAP = tuple(method for method in TABLE if method.column is not None)


def taught(lesson: str) -> list[Method]:
    """Return the methods of a lesson, "06"."""
    return [method for method in ON_THE_MAP if method.lesson == lesson]


def lesson_of(name: str) -> str:
    """Return the lesson that teaches a method, by any of its names.

    Raises:
        KeyError: no row of the table has this name.
    """
    names = {other: m.lesson for m in TABLE for other in (m.name, *m.called.values())}
    return names[name]


def with_(part: str) -> dict[str, Method]:
    """Return the methods that have "films", a "generator" or a "look", by what they are called there."""
    return {m.called.get(part, m.name): m for m in TABLE if getattr(m, part)}
