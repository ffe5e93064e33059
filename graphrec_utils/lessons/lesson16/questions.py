"""What lesson 16 asks: predictions before a result is shown, the atlas, and the quiz at the end."""

from __future__ import annotations

import tomllib

from graphrec_utils import paths, results
from graphrec_utils.exercises.questions import Question
from graphrec_utils.metrics.compare import Comparison
from graphrec_utils.results import regimes


def _lead(name: str, key: str) -> Comparison:
    """Return a comparison that a result of lesson 16 keeps."""
    return Comparison.stored(results.load(name).values["leads"][key])


def _left(at) -> str:
    """How much of OmniSage's lead is left when PinSage has the same offset."""
    stored = results.load("16_graphs").values
    found = {row["model"]: row["recall"]["all"] for row in stored["models"]}
    equal = Comparison.stored(stored["equal leads"]["both over PinSage, offset, d = 32, all"])
    share = equal.gap / (found["both"] - found["PinSage"])
    return "next to nothing" if share < 0.25 else "about half" if share < 0.75 else "all of it"


def _gains(at) -> str:
    """Who finds more with all three losses than with the pairs alone."""
    more = {
        who: _lead("16_losses", f"all three over entity-entity, {column}").outcome == "holds"
        for who, column in (("pins", "all"), ("users", "users"))
    }
    if all(more.values()):
        return "both"
    return "users alone" if more["users"] else "nobody" if not more["pins"] else "pins alone"


def _read(at) -> str:
    """How much of what all three losses add for users a transformer finds over the vectors of pairs."""
    rows = results.load("16_readers").values["readers"]
    found = {(row["taught by"], row["read"]): row["recall"] for row in rows}
    mean, all_three = found["pairs", "mean"], found["all three", "together"]
    share = (found["pairs", "afterwards"] - mean) / (all_three - mean)
    return "as much" if share > 0.8 else "about half" if share > 0.3 else "no more"


def _without_a_graph(at) -> int:
    file = paths.PACKAGE / "plots" / "visuals" / "atlas" / "systems.toml"
    rows = tomllib.loads(file.read_text("utf-8"))["system"]
    return sum(row["kind"] == "sequence" and row["year"] >= 2025 for row in rows)


def _keeps(at) -> str:
    """Which encoders find nearly as much when half of the pins show something else."""
    noise = regimes.regimes()["content"]["sets"]["PinWorld"]
    true, half = (noise["levels"].index(share) for share in (0, 0.5))
    found = {x: noise["methods"][x] for x in ("OmniSage", "MultiBiSage", "PinSage")}
    keep = {x for x, rows in found.items() if rows[half]["mean"] > 0.95 * rows[true]["mean"]}
    said = {
        frozenset(): "none of them",
        frozenset({"OmniSage"}): "OmniSage alone",
        frozenset(found): "all three",
    }
    return said.get(frozenset(keep), "another choice")


QUESTIONS = (
    Question("16.p1", "Take pins on twenty boards and more, and the fifteen nodes that walks from each visit most. Without quotas, which "
             "share of these places holds boards (0 to 1)?", answer=0.88, within=1.136, said=(
        "Nearly all: every board is one step away, and any other pin is two.",
        "More: each of twenty boards is one step away, and a pin is two, behind one of many boards.",
        "A share of places is at most 1.",
    ), measured=lambda at: float((at["fifteen"].indices < at["m"]).mean())),
    Question("16.p2", "A block of attention reads a pin's neighbors. You turn their order round, but give no positions. What "
             "happens to the vector?", (
        ("it stays as it is",
         "Attention sums over whom it looks at. Without positions it cannot tell first from last."),
        ("it changes: the nearest are read last now",
         "Nothing in the block knows what stands first. You have to tell it."),
        ("it turns into its negative",
         "Nothing is subtracted anywhere; the sum has the same terms in another order."),
    ), answered_by=("14.q3",),
       measured=lambda at: "it stays" if at["moved"]["without positions"] < 1e-4 else "it changes"),
    Question("16.p3", "Vectors of length 1 were trained with the log Q correction. Now you add the logarithm of each pin's popularity "
             "to its score, and train nothing. What happens to the recall?", (
        ("it is several times as large",
         "The correction asks scores to hold popularity, and in a hundred steps a sphere has learned little of it."),
        ("little: the correction by log Q has learned popularity already",
         "It asks for it. But all vectors are equally long, and little of it gets into directions."),
        ("it falls: popular pins would be counted twice",
         "They would, if the vectors had learned popularity. Look at the first row."),
    ), measured=lambda at: "it is several" if at["told"].iloc[1] > 2 * at["told"].iloc[0] else "little"),
    Question("16.p4", "OmniSage finds 0.260, and PinSage without an offset 0.229. Now PinSage is trained with the same offset. How much of the "
             "lead of 0.031 is left?", (
        ("next to nothing",
         "PinSage finds 0.258 then: the offset brings what its vectors had not learned in these steps."),
        ("about half: attention over two kinds of neighbors is worth the rest",
         "The rest is 0.001 or 0.002, which these queries cannot tell from nothing."),
        ("all of it: its vectors have a length, so popularity was in there before",
         "It could be in a length, and some of it was. But lengths are learned slowly; the offset is there at once."),
    ), measured=_left),
    Question("16.p5", "One encoder is trained by all three losses, another by pairs of pins alone. Who finds more with all three?", (
        ("users alone: pairs never let a user ask",
         "Their own loss joins, and it brings a reader; which of the two it was, the next vote asks. For pins nothing was added that can be seen."),
        ("both, pins and users: more examples of every kind",
         "Examples of another question help as far as its answer says something new about this one. For pins that is too little to be seen."),
        ("nobody: three losses pull one vector in three directions",
         "With a tuned weight each of them can be turned down, so they can hardly fight that hard."),
    ), measured=_gains),
    Question("16.p9", "Pairs alone teach the vectors, and a mean of them finds 0.068 for users. Now the vectors stand still, and the users' loss trains a transformer "
             "that reads them. All three losses together found 0.080. What does this transformer find?", (
        ("as much as all three",
         "0.081: the vectors of pairs hold what she needs, if somebody reads them well."),
        ("about half of the way to 0.080",
         "It finds all of it. Pairs are steps of users, too."),
        ("no more than the mean: these vectors have never been taught by a user",
         "Not by her loss. But each pair is two steps of some user."),
    ), measured=_read),
    Question("16.p7", "Eight systems of the atlas are of 2025 and 2026. How many of them read sequences and have no graph of nodes "
             "and edges?", answer=6, within=1.1, said=(
        "Only GiGL and OmniSage still have one: the others read what a user did, in its order.",
        "More: look at the squares of the last eight rows. Only GiGL and OmniSage still have a graph.",
        "Fewer: GiGL and OmniSage still have a graph of nodes and edges.",
    ), measured=_without_a_graph),
    Question("16.p8", "While pins show what they are, PinSage, MultiBiSage and OmniSage find about 0.45 among new pins whose author is known. Now half of "
             "the pins show another pin's picture and words. Who finds as much as before?", (
        ("OmniSage alone",
         "0.447, where PinSage has 0.384. It hears the author as a node with features of its own, and even the mean of wrong pictures says who that is."),
        ("none of them: whoever reads content is lost without it",
         "PinSage and MultiBiSage lose. But who made a pin is heard as well, and one of the three makes enough of it."),
        ("all three: they hear the author's other pins",
         "They do, and those show something else, too. Hearing them as pins is not enough: PinSage falls to 0.384."),
    ), measured=_keeps),
    Question("16.q1", "A board has 6 edges, d_min is 10, alpha 0.5. How many edges stay?", (
        ("6", "Who has at most d_min keeps everything."),
        ("3", "⌈√6⌉ = 3 is below d_min, which is a floor."),
        ("10", "It has no ten: nothing is added."),
    ), branch=True),
    Question("16.q2", "A quota of 50 pins from the pin-pin graph, and a pin has four neighbors there. What stands in the other 46 "
             "places?", (
        ("nothing: they are empty, and masked", "So the encoder sees who is alone."),
        ("the next 46 boards", "Then quotas would be no quotas: boards have their own."),
        ("pins drawn by chance", "They would be heard as neighbors."),
    )),
    Question("16.q3", "Entity-feature with the same raw features as query and as key, and nothing between. What does the encoder "
             "learn?", (
        ("nothing: it is not in the loss", "Features find themselves, whatever the encoder does."),
        ("to copy features into its vectors", "Its vectors are not asked for anything."),
        ("as much as with a network, only faster", "The loss falls at once, and that is all."),
    ), branch=True),
    Question("16.q4", "Joint training: 256 pairs, 256 questions of features, 4,000 of users, one mean over all of them. What decides?", (
        ("the users: they are most of the mean", "A mean for each loss, then weights."),
        ("all alike: it is a mean", "Of all examples, and nearly nine of ten are users'."),
        ("the pairs: they come first", "A mean knows no order."),
    )),
    Question("16.q5", "The popularity of a pin stands as an offset beside its vector, or the loss has to bring it into the vector. What is the difference after a few "
             "hundred steps?", (
        ("beside the vector it is there at once; inside, at length 1, it has hardly been learned", "Later it may live in a length or in a shared direction."),
        ("none: the loss asks for it either way", "It asks, and a few hundred steps are little."),
        ("in the vector it can depend on who asks, and finds more", "Then it would have been learned; it hardly was."),
    )),
)  # fmt: skip
