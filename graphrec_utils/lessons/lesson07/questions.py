"""What lesson 07 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import torch

from graphrec_utils import graphs, results
from graphrec_utils.exercises.questions import Question
from graphrec_utils.graphs import batches
from graphrec_utils.models import sage
from graphrec_utils.results import regimes


def _epoch(at) -> float:
    rows = results.load("06_growth").values["rows"]
    return rows[-1]["LightGCN epoch"] / rows[0]["LightGCN epoch"]


def _collapsed(at) -> str:
    first, last = (
        (z @ z.T)[~np.eye(len(z), dtype=bool)] for z in (at["printed"][0], at["printed"][-1])
    )
    if last.mean() > 0.98:
        return "all are the same point"
    if np.abs(last - first).max() < 0.05:
        return "unchanged"
    return "spread over the circle" if last.mean() < 0.1 else "three points"


def _of_a_hundred(at) -> float:
    """The variance of one of a hundred, over that of a mean of ten of them, each drawn 20,000 times."""
    rng, value = np.random.default_rng(0), np.random.default_rng(1).normal(size=100)
    drawn = value[rng.random((20_000, 100)).argpartition(10, axis=1)[:, :10]]
    return drawn[:, 0].var() / drawn.mean(axis=1).var()


def _one_layer(at) -> str:
    """What pins hear of one, of two and of no saver, where all users have one vector."""
    R = sp.csr_array(np.array([[1.0, 0, 0], [0, 1.0, 0], [0, 1.0, 0]]))  # users by pins
    block = batches.sample(graphs.adjacency(R), [3, 4, 5], [None])[0]
    h = torch.where(
        block.source[:, None] < 3, torch.tensor([1.0, 2.0]), torch.randn(len(block.source), 2)
    )
    one, two, none = sage.mean(h, block)
    if not torch.equal(one, two):
        return "how many they are"
    return "who they are" if torch.equal(one, none) else "nothing but that there are some"


def _heard(at) -> str:
    rows = results.load("07_leak").values["rows"]
    loss, found = ({arm: np.mean([x(r) for r in rows if r["target edges"] == arm]) for arm in ("heard", "hidden")}
                   for x in (lambda r: r["loss"][-1], lambda r: r["ndcg"]))  # fmt: skip
    if loss["heard"] >= loss["hidden"]:
        return "the one that does not hear them has"
    if abs(found["heard"] - found["hidden"]) < 0.005:
        return "no difference"
    less = found["heard"] < found["hidden"]
    return (
        "the one that hears them has the smaller loss and finds less"
        if less
        else "the one that hears them is better"
    )


def _crowd(at) -> str:
    silent = at["group"] == "new without"
    share = silent[at["top"]["none"]].mean()
    if share > 2 * silent.mean():
        return "they crowd the lists"
    return "they never come" if share < 0.01 else "as often as they deserve"


def _most(at) -> str:
    best = {}
    for name, x in results.load("07_rivals").values.items():
        rows = {row["model"]: row["all"] for row in x["models"]}
        best[name] = max(rows, key=rows.get)
    if all(model.split(",")[0] in ("RP3β", "EASE", "iALS") for model in best.values()):
        return "iALS or RP3β"
    return best["PinWorld"].split(",")[0]


def _aged(at) -> str:
    """Who is ahead among the pins that were born in the four weeks since the training."""
    last = regimes.regimes()["age"]["sets"]["PinWorld, pins born since"]["first"][-1]
    other = {"GraphSAGE": "RP3β", "RP3β": "GraphSAGE"}[last["first"]]
    if other in last["level with"]:
        return "level"
    return f"{last['first']} is ahead"


QUESTIONS = (
    Question("07.p1", "Sixteen times as many users and items, eighteen times as many edges. By what factor does an epoch of "
             "LightGCN grow, whose every step propagates over the whole graph?", answer=570, within=2.5, measured=_epoch, said=(
        "A step costs a few dozen times as much, and an epoch has about eighteen times as many steps. The product is near 570.",
        "More: an epoch has about eighteen times as many steps, and each costs a few dozen times as much, as it goes over all edges.",
        "Less: the steps grow by about eighteen, the cost of one by about thirty, and their product is near 570.",
    )),
    Question("07.p2", "You train an encoder with the slide's loss: −log σ(u·v) − Σ log σ(u·n) over Q drawn n, unit vectors. "
             "What do the vectors of all pins look like after sixty steps?", (
        ("all are the same point",
         "Both terms fall when the two vectors come together, and negatives are anybody. The loss is least when "
         "all are equal, and it gets there."),
        ("three points, one for each topic",
         "Something would have to keep topics apart. The only term with other topics in it pulls them together."),
        ("spread over the circle",
         "That is what a minus in the second term does: negatives push apart."),
        ("unchanged, the two terms cancel",
         "They do not cancel, they agree: both pull."),
    ), measured=_collapsed),
    Question("07.p3", "The mean of 10 neighbors drawn from 100, instead of 1. By what factor is its variance smaller?",
             answer=11, within=1.15, measured=_of_a_hundred, said=(
        "Ten by the law of 1/S, and a little more since a neighbor cannot come twice: σ²/10 · (1 − 9/99).",
        "More: σ²/S alone gives 10, and without replacement there is less left to be uncertain about.",
        "Less: the law of 1/S gives 10; drawing without replacement helps by a tenth here, no more.",
    )),
    Question("07.p4", "Users have no content: all start with the same vector. A pin has a picture. What does one layer alone "
             "tell a pin about those who saved it?", (
        ("nothing but that there are some",
         "Layer 0 of all users is the same, so every pin with a save hears the same, and a pin without one hears 0. Only in "
         "layer 2 do users speak of their other pins."),
        ("how many they are",
         "A mean does not tell how many. A sum would."),
        ("which pins they have saved besides",
         "That takes two steps: pin to user, user to pins. One layer is one step."),
        ("who they are",
         "Nobody has a row here. Users are known by their neighbors alone."),
    ), measured=_one_layer),
    Question("07.p5", "Two trainings, the same in all but one thing: in one the edges of a batch carry messages. Which has the smaller "
             "loss, and which finds more?", (
        ("the one that hears them has the smaller loss and finds less",
         "The answer is in the question, so reading is easy. When it is asked later, the edge is not there."),
        ("the one that hears them is better in both",
         "In training it is. But at the time of the question the edge to be predicted does not exist."),
        ("no difference: one edge among many",
         "A user here has about ten pins, and a tenth of what the vector hears is the answer."),
        ("the one that does not hear them has the smaller loss",
         "It has to work for it: the answer is hidden."),
    ), measured=_heard),
    Question("07.p6", "A model is trained on pins that all had saves, then asked about a graph in which a fifth of the pins has none. "
             "How do those without saves fare in the lists?", (
        ("they crowd the lists",
         "When a pin's single save is asked for in training, it is hidden: the pin hears nobody, and is the positive. So "
         "silence comes to mean yes."),
        ("they never come, having no neighbors",
         "That is so for walks. Here a vector comes from content, and something comes out."),
        ("as often as they deserve, the model is inductive",
         "Inductive says that a vector comes out, not that it lies at the right place."),
        ("an error, 0 / 0",
         "The mean of nobody is 0 here, a number like any other."),
    ), measured=_crowd),
    Question("07.p7", "Who finds most among all items of the test?", (
        ("iALS or RP3β: they keep each item's history",
         "In PinWorld nine in ten of what is sought are known pins, and among these they are ahead: they know each by its history."),
        ("GraphSAGE, it has graph and content",
         "It uses both, and has no row for anybody: a user is a mean of what was read in a few pins."),
        ("content, it serves all three groups",
         "It does, and for the silent group there is nothing else. In PinWorld the known ones are more than ten times as many."),
        ("LightGCN, it passes messages and knows each item by name",
         "On PinWorld it is close behind iALS, on articles far behind it and RP3β."),
    ), measured=_most),
    Question("07.p8", "GraphSAGE is trained once and reads content and the edges of the day, RP3β counts the edges of the day. Four weeks after the "
             "training: who is ahead among the pins born since?", (
        ("RP3β is ahead",
         "0.463 against 0.440. In four weeks a pin gets edges enough, and then counting them says more than reading what it shows."),
        ("GraphSAGE is ahead, it has edges and content",
         "It has both, and a matrix that is four weeks old. Its mark is the higher one for two weeks; after four it is behind, by 0.022."),
        ("level: both read the same edges",
         "They do, but one takes a mean of them and the other counts. After four weeks RP3β is ahead by 0.022."),
    ), measured=_aged),
    Question("07.q1", "A loss has its minimum where all vectors are equal. What is the quickest test for that?", (
        ("equal vectors, then others",
         "Two numbers suffice: if the first is smaller, training will go there."),
        ("train for an hour and look at the loss",
         "The loss falls nicely while everything becomes one point."),
        ("check the shape of its result", "Right shapes are what all wrong losses have."),
    )),
    Question("07.q2", "Two layers: a node draws 10 neighbors, each of them draws 25, and all are different. How many nodes has the tree of "
             "one node?", (
        ("261", "1 + 10 + 250: each of the 10 draws its own 25."),
        ("36", "Each drawn neighbor draws its own: the numbers multiply, 10 times 25."),
        ("all nodes of the graph", "That is a step without drawing. Here the tree has 261 places, however large the graph is."),
    )),
    Question("07.q3", "One permutation of the neighbor lists is drawn for a batch and used for all nodes. Each node's sample is uniform. "
             "What is wrong?", (
        ("errors do not cancel",
         "In a sum over the batch independent errors cancel; these do not. Each draw for itself is fine."),
        ("some neighbors are never drawn", "Over many batches every neighbor has its turn."),
        ("nothing", "Each node for itself is right. Averages over a batch tremble more."),
    ), branch=True),
    Question("07.q4", "LightGCN's fold-in gives a new item one row of Â times known users. What has it for an item nobody has "
             "saved yet?", (
        ("zeros", "There is nobody to take a mean of. An encoder still has the content."),
        ("the mean of all users", "An empty row times anything is 0."),
        ("a random vector", "That is what training would begin with. A fold-in trains nothing."),
    )),
    Question("07.q5", "Your recall on validation nodes is far better than on test nodes of the same kind. What do you look at first?", (
        ("whether edges of validation nodes were in the sampler during training",
         "Then they are known nodes, and the test of new ones has not been made."),
        ("the learning rate", "It acts on both alike."),
        ("the number of layers", "One layer or two: validation and test nodes would both feel it."),
    )),
    Question("07.q6", "In training, every pin that gets no message is the right answer. What will the model do with a pin that was made this "
             "morning?", (
        ("put it high in every list",
         "It gets no message either, and silence has come to mean yes. Silence others, too, or do not ask for a pin's only save."),
        ("never recommend it", "So a walk would do. An encoder has a vector for it, and has learned that such pins are right."),
        ("treat it as its content deserves", "Only if in training silence said nothing about the answer."),
    ), branch=True),
    Question("07.q7", "A pin has two neighbors and S is 10. Somebody divides the sum by 10. What does the layer learn?", (
        ("that few neighbors mean quiet",
         "Their mean is shorter by a factor of five, so what is heard depends on how many speak."),
        ("nothing else, lengths are divided out", "The length is taken after own and heard stand side by side: their ratio stays wrong."),
        ("to ignore the pin", "Its own vector is there in full."),
    )),
)  # fmt: skip
