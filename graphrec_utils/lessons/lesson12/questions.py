"""What lesson 12 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

import numpy as np

from graphrec_utils import metrics, results
from graphrec_utils.exercises.questions import Question, by


def _falls(at) -> str:
    """Which way the margin loss of free entities went, in figure 12.2."""
    free, unit = (np.array([loss for loss, _ in at["curves"][end]]) for end in (False, True))
    if free[-20:].mean() > free[:20].mean():
        return "it rises"
    falls = free[-20:].mean() < min(0.9 * unit[-20:].mean(), free[80:100].mean())
    return "it keeps falling" if falls else "it stays"


def _tied(at) -> str:
    """The optimistic, filtered MRR of a model to which all entities are alike."""
    (row,) = [
        r for r in at["rows"] if r["model"] == "all entities alike" and r["ranks"] == "filtered"
    ]
    return min(
        {"1,": 1, "0.5": 0.5, "about 0": 0}.items(), key=lambda x: abs(x[1] - row["optimistic"])
    )[0]


def _nearest(at) -> str:
    """Who answers to France, diplomatic relation."""
    first = at["answers"].answer.iloc[0]
    return f"{first} itself" if first == "France" else first


def _many(_) -> str:
    """Where TransE has a held-out tail, one to many."""
    rows = results.load("12_patterns").values["rows"]
    (found,) = (
        np.mean(r["MRR"]) for r in rows if (r["kind"], r["model"]) == ("one to many", "TransE")
    )
    return "in front" if found > 0.9 else "about third" if found > 0.25 else "behind the parent"


def _new_pins(_) -> str:
    """How many of the asked pins that nobody had saved TransE lists, with attributes or behaviors."""
    rows = {r["model"]: r for r in results.load("12_likes").values["PinWorld"]["models"]}
    found = max(
        rows[f"TransE + {more}"]["recall, new items"] for more in ("attributes", "behaviors")
    )
    return "none" if found < 0.005 else "one in twenty" if found < 0.1 else "one in six"


def _same_order(at) -> str:
    """For which questions product and distance gave one top 10."""
    same = {
        name: (product.argsort(dim=1)[:, -10:] == near.argsort(dim=1)[:, -10:]).all().item()
        for name, (product, near) in at["ways"].items()
    }
    told = same["tails of a head"], same["heads of a tail"]
    return {(True, False): "for tails", (True, True): "for both", (False, False): "for neither"}[
        told
    ]


def _looked_up(_) -> float:
    """The MRR of the rule on the careless split."""
    seeds = results.load("12_inverse_leak").values["careless"]
    return float(np.mean([seed["look up"]["MRR"] for seed in seeds]))


def _added(_) -> str:
    """What behaviors add to TransE, NDCG@20 on PinWorld."""
    lead = metrics.Comparison.stored(
        results.load("12_likes").values["PinWorld"]["leads"]["TransE + behaviors over TransE"]
    )
    some = "about a fifth" if 0.15 < lead.gap / lead.other < 0.25 else "another share"
    return by(lead, some, "it takes away", "next to nothing")


QUESTIONS = (
    Question("12.p1", "Facts that were drawn at random: nothing can be learned from them. Entities are "
             "not brought to length 1. What does the margin loss do over 200 passes?", (
        ("it keeps falling",
         "The entities grow, and with them the differences; soon most are larger than the margin. Nothing is "
         "learned."),
        ("it stays on the plateau where unit entities end",
         "That would be so if lengths were bounded. Without a bound, making everything longer beats the margin."),
        ("it rises, since the facts contradict each other",
         "Each step goes down the gradient of what it sees, and there is always one way down: longer vectors."),
    ), measured=_falls),
    Question("12.p2", "A broken model gives all entities one vector. Which filtered MRR does code report "
             "that counts only strictly nearer entities?", (
        ("1, a perfect one",
         "Nobody is strictly nearer, so every rank is 1. Equals have to count half."),
        ("about 0", "That is what expected or pessimistic ties say. Optimistic ones cannot see the equals at all."),
        ("0.5", "A rank of 2 everywhere would give that. With no one strictly nearer the rank is 1."),
    ), measured=_tied),
    Question("12.p3", "Diplomatic relation holds in both directions. Which entity is nearest to France plus its "
             "arrow?", (
        ("France itself",
         "A short arrow leads back to where it began. The one who asks is in front of all answers."),
        ("Germany, its neighbor",
         "Neighbors do come close, but somebody is closer to France than any neighbor."),
        ("a small country with few relations",
         "Entities with few facts lie anywhere. The arrow is short, so look for whoever is next to France."),
    ), measured=_nearest),
    Question("12.p4", "One to many: each head has five tails, and TransE cannot be exact on them. Where does a held-out tail "
             "stand in its list, once the other right answers have left it?", (
        ("in front",
         "An MRR of 1.00. The five tails share a small region around the tip, and no one else is there. Exactness was not "
         "needed."),
        ("about third",
         "Its five distances cannot all be 0, but the other four tails have left the list. A rank asks only who is nearer, and "
         "no stranger is: 1.00."),
        ("behind the parent itself",
         "So it is where the arrow is short, as in symmetric relations. An arrow to five children is long: 1.00."),
    ), measured=_many),
    Question("12.p5", "Unit entities, trained by distance. You rank by the product (h + r) · t instead. "
             "Where does the order stay the same?", (
        ("for tails, not for heads",
         "Of the two extra terms, one does not depend on the tail and the other is the same for all unit tails. "
         "For heads, the length of h + r differs."),
        ("for both, since all entities have length 1",
         "The entities have, but h + r has not: its length depends on the angle between h and r."),
        ("for neither, a product is no distance",
         "In general, no. But the distance contains the product, and for one question about tails the rest is a "
         "constant."),
    ), measured=_same_order),
    Question("12.p6", "TransE has a filtered MRR of about 0.32 on the published split. Twins are shuffled into "
             "train and test: which MRR does the rule reach that only looks up the reverse?",
             answer=0.89, within=1.12, said=(
        "0.9: nine in ten test facts have their twin in train, and there the rule is nearly always right.",
        "More, about 0.9. Nine in ten test facts have their twin in train, and looking it up is enough.",
        "Less, about 0.9: one test fact in ten has its twin in val or test, and there the rule knows nothing.",
    ), measured=_looked_up),
    Question("12.p7", "Beside the saves, long clicks, close-ups, makers and follows become relations of TransE's graph. "
             "What does that add to what it finds of next week's saves?", (
        ("about a fifth",
         "NDCG@20 of 0.104 in place of 0.087. There are twice as many long clicks and close-ups as saves."),
        ("next to nothing",
         "A save says it best, but people have few. What they look at places them, too: 0.104 in place of 0.087."),
        ("it takes away",
         "It would, if clicks were mere noise: 0.104 in place of 0.087 says that they are not."),
    ), measured=_added),
    Question("12.p8", "Six of a hundred pins that the test asks for have never been saved by anybody, like the film of this "
             "morning. Of most of them the graph knows the maker. How many of them does TransE put into its lists of twenty?", (
        ("none",
         "0.000. They are in reach, but what the graph knows of them it knows of many pins that people did save."),
        ("one in twenty",
         "Some, one should think, as the graph does reach them. It is none, 0.000: to be reached is not to be nearest."),
        ("one in six, as of all pins",
         "That is what it finds of pins that somebody had saved, 0.17. Of those that nobody had saved: 0.000."),
    ), measured=_new_pins),
    Question("12.q1", "Your margin loss falls to nearly 0 and the MRR stays where it was. Where do you look first?", (
        ("at the lengths of the entities",
         "Without normalizing, growing everything makes the loss small."),
        ("at the margin, it is too small",
         "A small margin makes an easy loss, but the order of true and false would still be learned."),
        ("at the number of entities",
         "It changes how hard the ranking is, not whether a loss near 0 means something."),
    )),
    Question("12.q2", "Why is only one end of a fact replaced?", (
        ("with both replaced it is so false that nothing is learned from it",
         "The loss would be 0 soon. And the test asks for one end with the other one given."),
        ("with both replaced it could be true by accident",
         "That can happen with one end as well, and more often: half of it is still right."),
        ("to save time", "Drawing two numbers instead of one costs nothing."),
    )),
    Question("12.q3", "Of one and the same model, a colleague reports raw ranks and you report filtered ones. Whose MRR "
             "is higher?", (
        ("yours",
         "Filtering takes right answers out of the way. It can only make ranks smaller, and says nothing about the "
         "models."),
        ("the colleague's", "Raw lists are longer: other right answers stand before the truth."),
        ("it depends on the model", "It is one model, and its filtered ranks are never larger than its raw ones."),
    )),
    Question("12.q4", "A relation is symmetric and the two ends of each fact are far apart. What is the best "
             "arrow of TransE?", (
        ("zero, and the distances stay",
         "The differences come in pairs of opposite sign: their mean is zero, and every fact keeps its distance."),
        ("the difference of the two ends",
         "For one direction. The other one then has twice the distance."),
        ("there is none", "The sum of squares always has a least value; here it is at zero."),
    )),
    Question("12.q5", "DistMult is asked: who is the *parent of* whom? Which mistake must it make?", (
        ("it says the same of (a, parent of, b) and (b, parent of, a)",
         "Swap head and tail in the product, and nothing changes."),
        ("it cannot rank children at all", "It can; it ranks the parents among them, too."),
        ("it puts the parent itself first", "That is TransE on a symmetric relation."),
    )),
    Question("12.q6", "Beside *saved* your graph has *stands on a board of*, exported this morning. The test "
             "is last week. What happens?", (
        ("the test gets better, and the shop does not",
         "The board holds what was saved last week: the answer, written the other way round."),
        ("nothing, boards are no saves",
         "A pin gets onto a board by being saved. It is the same event under another name."),
        ("the test gets worse, the relation is noise",
         "It is the opposite of noise: it is the answer."),
    ), branch=True),
    Question("12.q7", "In (h + r) · t, what does the relation contribute to the score of a tail?", (
        ("r · t, the same for every head",
         "So it says which tails are popular in this relation, whoever asks."),
        ("a direction that depends on the head", "That would take a product of all three, as in DistMult."),
        ("nothing, it cancels", "It cancels between heads, not between tails."),
    ), branch=True),
)  # fmt: skip
