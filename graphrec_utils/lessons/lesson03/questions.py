"""Predictions and quiz of lesson 03."""

from __future__ import annotations

import numpy as np

from graphrec_utils import metrics, results
from graphrec_utils.exercises.questions import Question


def _gmf(at) -> str:
    """Whether a dot product with other item vectors ranks as GMF does, with weights of both signs."""
    rng = np.random.default_rng(0)
    P, Q, h = rng.normal(size=(20, 8)), rng.normal(size=(50, 8)), rng.normal(size=8)
    same = (((P * h) @ Q.T).argsort(1) == (P @ (h * Q).T).argsort(1)).all()
    return "No, whatever" if same else "Yes, as soon"


def _outside(at) -> str:
    """What the three networks say at p = q = 3."""
    said = [(v @ np.maximum(W @ [3.0, 3.0] + b, 0) + c).item() for W, b, v, c in at["nets"]]
    if max(said) < 8.5:
        return "all of them too little"
    return "all of them too much" if min(said) > 9.5 else "about 9"


def _left_out(at) -> str:
    """Whether the network's first film is served, where an index by dot product puts it at place 5,000."""
    rng = np.random.default_rng(0)
    dot, network = rng.normal(size=(2, 10_000))
    film = (-dot).argsort()[4_999]
    network[film] = network.max() + 1
    handed = (-dot).argsort()[:200]
    served = handed[(-network[handed]).argsort()][:20]
    if film not in served:
        return "nowhere"
    return "first" if served[0] == film else "at the end"


def _turned(loss) -> str:
    if loss[-1] > 1.05 * loss[0]:
        return "rise from"
    return "fall as" if loss[-1] < 0.5 * loss[0] else "stay near"


def _rank_fifty(at) -> str:
    chance = float(metrics.hit_chance(50, 2000, 99, 10))
    return "nearly certain" if chance > 0.9 else "about one in two" if chance > 0.35 else (
        "about one in five" if chance > 0.1 else "very unlikely"
    )  # fmt: skip


def _crossing(at) -> float:
    """The smallest number of negatives at which A, always at rank 50, hits less often than one in two."""
    drawn = np.arange(10, 2000)
    return drawn[np.asarray(metrics.hit_chance(50, 2000, drawn, 10)) < 0.5][0]


def _first(at) -> str:
    rows = {
        row["model"]: row["ndcg"] for row in results.load("03_ncf_movietweetings").values["test"]
    }
    best = max(rows, key=rows.get)
    names = {"NeuMF, fused": "NeuMF", "NeuMF": "NeuMF", "MLP": "the MLP"}
    return names.get(best, "one without a network")


def _doubt(at) -> str:
    """Whether the same users and seeds still say it once the trials of 3.7 were added."""
    coarse, stored = (results.load(x).values for x in ("03_coarse_grid", "03_ncf_movietweetings"))
    before = metrics.Comparison.of(0, 0, coarse["gap"], coarse["error"], coarse["users"])
    gap, error = stored["gaps in ndcg"]["NeuMF, fused - Dot"]
    after = metrics.Comparison.of(0, 0, gap, error, stored["users"])
    if before.outcome != "holds":
        return "whether more users"
    return "how hard Dot" if after.outcome != "holds" else "whether the code"


QUESTIONS = (
    Question("03.p1", "Is there a ranking that GMF can produce and a dot product of the same d "
             "cannot?", (
        ("No, whatever the weights are",
         "Multiply h into the item vectors once, and a plain dot product gives the same scores. "
         "Only the path of the training differs."),
        ("Yes, as soon as the weights differ",
         "It looks like a new power, since each coordinate has its own weight. With item "
         "vectors h ⊙ q a dot product does the same."),
        ("Yes, if a weight is negative",
         "A negative weight turns a coordinate around. So do item vectors that have the other "
         "sign in it."),
    ), measured=_gmf),
    Question("03.p3", "The networks have 2, 8 and 32 units. What will they say at p = q = 3, "
             "where none of them was trained and the product is 9?", (
        ("all of them too little",
         "About 5.4, 5.5 and 7.3. A ReLU network is made of flat pieces: beyond the last fold it rises "
         "as on a plane, and the product of two growing numbers rises ever more steeply."),
        ("all of them too much",
         "That takes a surface steeper than the product. Outside, a ReLU network is made of "
         "flat pieces, and toward (3, 3) the product rises ever more steeply."),
        ("about 9, with 32 units",
         "32 units fit well inside the square. What they learned is the values there, not the "
         "rule behind them: at 3 they say 7.3."),
    ), measured=_outside),
    Question("03.p12", "A dot product hands the network its 200 best films of a million. The film that the network "
             "would put first stands at place 5,000 by the dot product. Where does Ann find it?", (
        ("nowhere in her list",
         "It is not among the 200, so the network never scores it."),
        ("first: the network puts it there",
         "It would, if it saw the film. It sees the 200 that were handed over."),
        ("at the end of her list",
         "Only the 200 are reordered, and it is not one of them."),
    ), measured=_left_out),
    Question("03.p6", "Turn the sign by mistake, σ(s⁻ − s⁺). What will the training loss do?", (
        ("fall as nicely as before",
         "From 0.69 to 0.10 with either sign, and NDCG@20 is 0.0016 instead of 0.1277. The loss "
         "knows only what you wrote."),
        ("rise from epoch to epoch",
         "An optimizer lowers the loss that it is given, even if it is the wrong one."),
        ("stay near log 2, the loss of a tie",
         "A tie is where training begins. Pairs can be pulled apart in the wrong order as easily "
         "as in the right one."),
    ), measured=lambda at: _turned(at["turned"].loss)),
    Question("03.p8", "An item has rank 50 among 2,000: full ranking misses it in the top 10. "
             "How likely is it a hit among 99 random negatives?", (
        ("nearly certain",
         "Of the 49 better items about 99 · 49 / 1,999 = 2.4 are drawn. It takes ten of them to "
         "push it out."),
        ("about one in two",
         "A half sounds safe. But the count is far from even: about 2.4 better items are drawn, "
         "and it takes ten to push it out."),
        ("about one in five, since 10 of 50 places count",
         "The ten places stay while competitors go: of the 49 better items only about 2.4 are "
         "drawn."),
        ("very unlikely, since it is not in the top 10",
         "That holds among all items. Of the 49 that beat it nearly all are missing from the "
         "draw."),
    ), measured=_rank_fifty),
    Question("03.p9", "A is always at rank 50 of 2,000, B at rank 1 for half of the users and at "
             "rank 2,000 for the others. From how many negatives on does B have the higher hit "
             "rate@10?",
             answer=392, within=1.5, said=(
        "About 390. Then nearly ten of A's 49 better items are drawn, and a hit of A becomes as "
        "rare as one of B: one in two.",
        "More: about 390. With fewer draws, fewer than ten of A's 49 better items are among them, "
        "and A hits nearly always.",
        "Less: about 390. There nearly ten of A's 49 better items are drawn on average, and its "
        "rate falls below B's one half.",
    ), measured=_crossing),
    Question("03.p10", "Each with the knobs that validation chose: which of these is first by "
             "NDCG@20 on the test part?", (
        ("one without a network",
         "Several are, well ahead: least squares or a walk. They see every cell of R or every path, not a few drawn "
         "negatives; whether that is why, this table does not say."),
        ("NeuMF, with pre-training",
         "It contains a dot product and an MLP and starts with both of them trained. The best "
         "rivals without a network stay clearly ahead all the same."),
        ("the MLP, the most flexible",
         "It can represent the most. What it learns from few likes per user is another matter, "
         "as section 3.3 has shown."),
    ), measured=_first),
    Question("03.p11", "Three seeds, 3,452 users, an interval far from 0. What do you ask before you print this check "
             "mark?", (
        ("how hard Dot was tuned",
         "The trials show it: fewer for its family, wide steps around its best setting, "
         "and nothing tried between them. With these gaps closed the lead is gone (3.7)."),
        ("whether more users say the same",
         "The interval is far from 0. More users would make the same mistake surer."),
        ("whether the code of NeuMF has a bug",
         "It has none. Every number on the card is right, which is what makes it hard to notice."),
    ), answered_by=("02.q5",), measured=_doubt),
    Question("03.q1", "A colleague puts a sigmoid around the scores of a dot product before ranking. What happens to "
             "the lists?", (
        ("nothing, as long as no scores tie",
         "A sigmoid keeps the order. Only from scores of about 17 on float32 rounds it to equal numbers, and ties follow "
         "something else."),
        ("users with large scores get other films",
         "Each user's list is an order of that user's own scores, and a sigmoid keeps the order."),
        ("they change: a sigmoid is not linear",
         "It is bent, and still rises everywhere: what was larger stays larger."),
    )),
    Question("03.q2", "An MLP can approximate any continuous function. Why is the dot product "
             "of 64 coordinates hard for it?", (
        ("it needs more weights as d grows",
         "To be able to represent is not to learn, and recommenders have few observations per "
         "vector."),
        ("layers of ReLU cannot represent a product",
         "They can, as closely as you like on a bounded region. Learning it is the hard part."),
        ("its training loss does not fall at all",
         "It falls, and too little is learned: after a million pairs the error was still a "
         "quarter of the spread."),
    ), branch=True),
    Question("03.q3", "Your training loss falls nicely and recall is worse than random. What do "
             "you check first?", (
        ("the sign of the loss",
         "A turned loss falls just as nicely, while it ranks what users like at the end."),
        ("the learning rate",
         "A bad rate shows in the loss, and yours falls. Worse than random has a direction: "
         "something is turned around."),
        ("the number of epochs",
         "Too little training leaves lists near random ones, not below them."),
    )),
    Question("03.q4", "A paper ranks each test item among 99 sampled negatives and reports a "
             "HR@10 of 0.7. The catalog has 20,000 items. What happened in seven of ten cases?", (
        ("the item was about in the best tenth",
         "Top 10 of 100 asks about a tenth of the catalog, here about 2,000 items."),
        ("the item was among the ten best",
         "That is what the name promises. But 19,900 items did not compete."),
        ("nobody can tell, sampling is only noise",
         "It is not only noise. It measures something else, and does so steadily: about which "
         "tenth of the catalog."),
    )),
    Question("03.q5", "Which scores can be served from an index over millions of item vectors?", (
        ("those of Dot and of GMF",
         "Both are inner products, once the weights of GMF are multiplied into the item vectors."),
        ("those of Dot alone",
         "GMF has a weight for each coordinate, but these can be multiplied into the item "
         "vectors before they are indexed."),
        ("those of Dot, GMF and the MLP",
         "A tower has no item vector to index: every pair has to go through it. It can re-rank a "
         "short list."),
    )),
    Question("03.q6", "A code draws a user uniformly and then one of the user's likes. Whose "
             "likes come more often than if likes were drawn uniformly?", (
        ("those of users with few likes",
         "Every user gets the same number of triples, and few likes share them."),
        ("those of users with many likes",
         "A draw by like favors them: there a user comes as often as they are active. By user "
         "they count less."),
        ("nobody's, both draw uniformly",
         "Uniform over what? A like has equal chances in one of them, a user in the other."),
    ), branch=True),
    Question("03.q7", "In a triple the positive is ahead by x = 8. What does the gradient of "
             "BPR do with this pair?", (
        ("almost nothing",
         "Its weight σ(−x) is near 0: a pair that is right by a wide margin teaches nothing."),
        ("pull with almost full force",
         "That is what happens at x = −8, where the pair is hopelessly wrong."),
        ("pull the two together again",
         "−σ(−x) is below 0 for every x, so the gradient never turns around. It only fades."),
    )),
)  # fmt: skip
