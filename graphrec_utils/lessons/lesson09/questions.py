"""What lesson 09 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

import numpy as np

from graphrec_utils import results
from graphrec_utils.exercises.questions import Question
from graphrec_utils.metrics.compare import HOLDS, Comparison
from graphrec_utils.results import regimes


def _crowded(at) -> str:
    """A pin on 1,000 boards: 30 pins share a tenth of them, all others come as they come."""
    rng = np.random.default_rng(0)
    friends, boards = np.arange(30), []
    for _ in range(1000):
        near = friends[rng.random(30) < 0.1]
        boards.append(
            np.concatenate(
                [near, rng.choice(np.arange(30, 100_000), 49 - len(near), replace=False)]
            )
        )
    pins = np.concatenate(boards)
    if len(np.unique(pins)) <= 50:
        return "there are only 50"
    visits = np.bincount(pins)
    most = np.argsort(-visits)[:50]
    random = rng.choice(pins, 50, replace=False)
    there = [np.isin(friends, chosen).mean() for chosen in (most, random)]
    return "they are chosen once" if there[0] > there[1] else "so that unpopular"


def _read(at) -> str:
    """How many contents a batch of 256 read."""
    read, on_boards, n = at["contents"][256], int((at["degree"] > 0).sum()), at["n"]
    if read < 512:
        return "about 256"
    if read > n:
        return "about 100,000"
    return "most of" if read > on_boards / 2 else "about 2,000"


def _flat(at) -> str:
    """Two scores, and steps down the hinge max(0, negative - positive + margin)."""
    first = pos, neg = 0.9, 0.1
    for _ in range(100):
        wrong = neg - pos + 0.1 > 0
        pos, neg = pos + 0.02 * wrong, neg - 0.02 * wrong
    if (pos, neg) == first:
        return "nothing"
    return "to pull" if pos - neg > first[0] - first[1] else "to bring"


def _seen(at) -> str:
    """Which changes of PinSage can be told from nothing, over three trainings."""
    kinds = {"neighbors": "the loss", "a softmax": "the loss"}
    seen = {
        kinds.get(what.split(",")[0], "importance")
        for what, lead in at["gains"].items()
        if lead.outcome == HOLDS
    }
    if len(seen) == 2:
        return "all of them"
    return next(iter(seen), "none")


def _winner(at) -> str:
    """Who has most on PinWorld, and whether by more than an interval over its queries can tell."""
    stored = results.load("09_rivals").values["PinWorld"]
    found = {row["model"]: row["ndcg"] for row in stored["models"]}
    first, second = sorted(found, key=found.get)[:-3:-1]
    lead = Comparison.stored(stored["leads"]["PinSage with ids, softmax over RP3β, all"])
    if {first, second} == {"PinSage with ids, softmax", "RP3β, both ways"}:
        if (
            found[first] - found[second] < lead.gap - lead.low
        ):  # as wide as with pairs in one direction
            return "a PinSage that has"
        return "such a PinSage" if first.startswith("PinSage") else "RP3β alone"
    return "PinSage from" if first == "PinSage, softmax" else first


def _not_shown(at) -> str:
    """Against whom the judge's preference cannot be told from chance."""
    (name,) = (k for k, lead in at["won"].items() if lead.outcome != HOLDS)
    return name


def _edges_of_today(at) -> str:
    """What today's edges add to PinSage two weeks after the training, among pins born since then."""
    born = regimes.regimes()["age"]["sets"]["PinWorld, pins born since"]
    week = born["levels"].index(14)
    new, old = (
        born["methods"][name][week]["mean"]
        for name in ("PinSage", "PinSage, vectors of the training")
    )
    if new / old < 1.05:
        return "hardly anything"
    return "about a fifth" if new / old < 1.5 else "twice as much"


QUESTIONS = (
    Question("09.p1", "A pin is saved to 1,000 boards of 50 pins each. Why keep the 50 most visited pins, and not "
             "50 neighbors drawn at random as GraphSAGE does?", (
        ("they are chosen once, and come with weights",
         "Those that many boards share with the pin are visited most, and kept. A random draw would be mostly pins that one "
         "board in a thousand has put beside it, and others in every batch."),
        ("there are only 50 different pins on these boards",
         "There can be up to 50,000. That is why somebody has to choose."),
        ("so that the walk is shorter",
         "The walk is the price of choosing. A random draw of neighbors needs none."),
        ("so that unpopular pins are heard as well",
         "Rather the contrary: a walk visits popular pins more often. A random draw of an edge does so, too."),
    ), measured=_crowded),
    Question("09.p2", "A batch of 256 of the 7,000 pins, two layers, at most 20 neighbors each. How many pins' content "
             "has to be read, at most 256 + 256 · 20 + 256 · 400?", (
        ("most of those that are on a board",
         "108,000 places, but only 7,000 pins: the neighborhoods overlap, and five in six of the pins on boards are read. That is why a larger batch costs less for each "
         "pin, and why inference goes another way."),
        ("about 100,000",
         "There are 7,000 pins. What is drawn twice is computed once: the block holds each pin one time."),
        ("about 256",
         "These are the targets. Two layers reach two neighborhoods further out."),
        ("about 2,000, since neighbors of neighbors are mostly neighbors",
         "That is layer 1 alone. The neighbors of those reach most of this small world."),
    ), measured=_read),
    Question("09.p3", "A positive is ahead of a negative by more than the margin. What does a step of training with the hinge teach about this pair?", (
        ("nothing: the loss is flat there",
         "It is 0, and so is its slope: no vector moves. Once most random negatives lie that far behind, a batch teaches little."),
        ("to pull the two further apart",
         "That would be so with a loss that is never flat, such as the softmax of 7.5. The hinge is content with the margin."),
        ("to bring them back, until the margin is just kept",
         "Nothing pulls them back: the loss is 0 there, and it cannot be less anywhere else."),
    ), measured=_flat),
    Question("09.p4", "PinWorld knows how similar two pins truly are. Hard negatives come from ranks 50 to 300 of the "
             "7,000 pins. How many percent of them are at least as similar to the query as the median positive? (Of the "
             "positives it is 50.)", answer=27, within=1.5, said=(
        "More than one in four. One topic has a few hundred pins here, so what is related is soon relevant.",
        "More than that: one topic has a few hundred pins here, and of ranks 50 to 300 more than half are about the same thing. "
        "Farther out, from rank 300 on, it is so.",
        "Fewer than that: of these ranks more than a third are of another topic. One half would be as many as of the positives.",
    ), measured=lambda at: 100 * at["wrong"]["ranks 50 to 300"]),
    Question("09.p5", "Importance, hard negatives and the curriculum are exchanged for what they replaced, the hinge for a softmax; and the neighbors "
             "are taken away. Which of these five changes can be told from chance?", (
        ("the loss and the neighbors alone",
         "Each is worth about 0.02. The ideas about which neighbors and which negatives cannot be told from nothing."),
        ("importance and hard negatives alone: they nearly double the paper's hit rate",
         "There a pin chooses among billions, here among 7,000. At this size nothing of the kind is seen."),
        ("all of them, each a little",
         "Four of the six intervals cross the line of zero. A little may be there; three trainings do not show it."),
        ("none of them",
         "Two are clear of zero. Without neighbors it is another model, and the loss decides which negatives are pushed."),
    ), measured=_seen),
    Question("09.p6", "Who finds most of what people engage with next, over the query pins of PinWorld's last week?", (
        ("a PinSage that has a trained vector of its own for each pin and RP3β, which counts pairs: level",
         "0.221 and 0.219. Content says something about pins that were hardly engaged, the pin's own vector learns the rest; RP3β is a little "
         "ahead on pins that are on boards, this PinSage on the others."),
        ("such a PinSage, ahead of all others",
         "Its number is the largest, by 0.002, and an interval over these queries is twice as wide on either side."),
        ("PinSage from content alone, as published",
         "With the softmax it is far ahead of Pixie and of content, and behind RP3β that reads pairs both ways. With the paper's "
         "hinge it is behind iALS as well."),
        ("Pixie, it walks over the boards",
         "Boards are one thing, and what people did next is another. And a pin on no board it cannot leave."),
    ), measured=_winner),
    Question("09.p7", "The judge compares true similarity. In the paper PinSage wins against all four. Against whose lists "
             "can it not be shown to win here?", (
        ("combined, picture and words",
         "Together they say what a pin shows, and the judge asks just that. For pins on no board their lists win."),
        ("annotation, the words",
         "A fifth of the pins have no words at all, and the others a few noisy ones. Here it wins most."),
        ("Pixie, the walk",
         "Boards say much about topics. Only for pins on no board does the walk have nothing to show."),
    ), measured=_not_shown),
    Question("09.p8", "All 7,000 pins in batches of 64, two layers. How many times as many vectors are computed as "
             "layer by layer?", answer=6.5, within=1.6, said=(
        "About that. A batch of 64 needs the first layer of nearly 800 pins on average, and the 110 batches share most of them.",
        "More than that: each batch of 64 computes layer 1 of all its neighbors, and the next batch does so again.",
        "Fewer than that: the neighborhoods of 64 pins overlap, so a batch needs far less than 64 · 21.",
    ), measured=lambda at: at["computed"] / (2 * at["n"])),
    Question("09.p9", "A PinSage was trained two weeks ago. Its vectors may stay as they were that night, a pin born since then gets one from its content "
             "alone; or all vectors are made anew with today's edges, without any training. What do you gain among the pins born since?", (
        ("about a fifth",
         "0.539 in place of 0.451. By now such a pin is on boards, the walk finds neighbors there, and the old matrices know how to pool them."),
        ("hardly anything: its content has been read",
         "It has been read, and 0.451 is what that finds. But after two weeks a pin is on boards, and its neighbors say more."),
        ("twice as much: without neighbors there is nothing left of PinSage",
         "There is its content, which alone finds 0.451 here, with matrices that have learned to read it."),
    ), measured=_edges_of_today),
    Question("09.q1", "A colleague's hinge falls from epoch to epoch, and recall falls with it, below that of random vectors. What "
             "do you look at?", (
        ("the sign",
         "A loss must be small where all is well and large where it is not. This one is the other way round."),
        ("the learning rate",
         "Too large a rate makes a loss jump. This one arrives, at the wrong place."),
        ("the margin", "A margin moves the place where the loss becomes 0, and does not turn it round."),
    )),
    Question("09.q2", "How many hard negatives has a query in epoch 6 of the curriculum, beside 500 shared ones?", (
        ("5, and the 500 stay", "Epoch n adds n − 1, and nothing is taken away."),
        ("6, and the 500 stay", "The first epoch has none, so the sixth has five."),
        ("5, instead of 5 of the 500", "They are added. The model has to tell the query from any pin as well."),
    )),
    Question("09.q3", "A mean reciprocal rank of 2.3 is reported. What happened?", (
        ("R / 100 was not rounded up",
         "Then rank 1 is worth 100. With the ceiling no query is worth more than 1."),
        ("the model is very good", "A mean of numbers that are at most 1 is at most 1."),
        ("the query itself was in the list", "That pushes positives back and makes the number smaller."),
    ), branch=True),
    Question("09.q4", "A pin was made an hour ago: a picture, a title, on no board. What does PinSage have for it?", (
        ("a vector, from its content alone",
         "It hears nobody, so what it hears, m, is 0, and all that was learned about reading content is used."),
        ("nothing until the next training", "That is so for models that know pins by name."),
        ("the vector of the nearest known pin", "Nobody has looked for one. Its own content goes through the layers."),
    )),
    Question("09.q5", "Layer-wise inference writes new vectors over old ones while other parts still read them. "
             "What do you see?", (
        ("vectors that depend on the order of the pins",
         "Later parts hear layer k of some neighbors and layer k − 1 of others. Give every layer its own array."),
        ("an error", "Everything has the right shape. That is why it can go unnoticed for days."),
        ("the same vectors, a little faster", "Only if no pin had a neighbor in an earlier part."),
    ), branch=True),
    Question("09.q6", "Messages between the two pins of a training pair are left out. What is that to prevent?", (
        ("that the answer is heard, not predicted",
         "Where the graph does not hold the pair when it is asked for, hearing it teaches nothing. Lesson 14 counts how often."),
        ("a slow training", "It costs time: somebody has to look for these edges."),
        ("that similar pins become more similar",
         "Similar pins may well hear each other. The trouble is that this edge is what the model is asked about."),
    ), branch=True),
    Question("09.q7", "A user study says 22.6 % win, 15.1 % lose, 57.5 % draw. What is its 60 %?", (
        ("win / (win + lose), and 4.8 % are missing",
         "22.6 / 37.7. Draws do not count, and questions without a majority are in no column."),
        ("win + half of the draws", "That would be 51 %."),
        ("win plus what is missing", "That would be 27 %. The column leaves the draws out."),
    ), branch=True),
)  # fmt: skip
