"""What lesson 10 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

import itertools

import numpy as np

from graphrec_utils import results
from graphrec_utils.exercises.questions import Question
from graphrec_utils.metrics.compare import FAILS, HOLDS, Comparison, weakest
from graphrec_utils.models import two_tower
from graphrec_utils.results import regimes


def _told_later(at) -> str:
    """Where the loss of A, who was told later events, ends beside that of the honest B."""
    more = at["hunt"]["A"]["loss, last epoch"] - at["hunt"]["B"]["loss, last epoch"]
    if abs(more) < 0.05:
        return "nothing"
    return "it ends far below" if more < 0 else "it ends above"


def _orders(at) -> str:
    """The minimum over all draws of two of five others, with the constant and without it."""
    share, found = np.array([0.35, 0.25, 0.18, 0.12, 0.07, 0.03]), []
    rows = [(i, j, k) for i, j, k in itertools.product(range(6), repeat=3) if i not in (j, k)]
    rows = np.array(rows)  # a liked item, and two that were drawn from the others
    often = share[rows[:, 0]] / 25
    for c in (np.log(5 / 2), 0.0):
        s = np.zeros(6)
        for _ in range(3000):  # steps down the mean of the loss
            p = np.exp(s[rows] + [0, c, c])
            pushed = often[:, None] * p / p.sum(axis=1, keepdims=True)
            s -= np.bincount(rows.ravel(), pushed.ravel()) - share
        if s.std() < 0.1:
            return "none"
        found.append(np.argsort(-s).tolist())
    return "the same" if found[0] == found[1] else "popular"


def _lead(one: str, other: str, name: str = "time") -> Comparison:
    return Comparison.stored(results.load("10_towers").values[name]["leads"][f"{one} over {other}"])


def _row(model: str, name: str = "time") -> dict:
    rows = results.load("10_towers").values[name]["models"]
    return next(row for row in rows if row["model"] == model)


def _popularity(at) -> str:
    """Where popularity stands among the three losses with the dot product."""
    beaten = {loss: _lead(loss, "popularity").outcome for loss in ("softmax", "BPR", "BCE")}
    if set(beaten.values()) == {HOLDS}:
        return "far behind"
    if set(beaten.values()) == {FAILS}:
        return "ahead of all"
    level = [loss for loss, outcome in beaten.items() if outcome not in (HOLDS, FAILS)]
    return "level with BCE" if level == ["BCE"] and beaten["BPR"] == HOLDS else "elsewhere"


def _held_back(at) -> str:
    """What the in-batch softmax shows beside the softmax over all items."""
    key = "mean count of what is shown"
    fans = _row("in-batch softmax")[key] / _row("softmax")[key]
    if fans > 1.1:
        return "more popular"
    fewer = fans < 0.9 and _lead("in-batch softmax", "softmax").outcome == FAILS
    return "films with fewer" if fewer else "about the same"


def _reader(at) -> str:
    """Who is ahead of both others: the mean, the causal tower or iALS."""
    three = {"softmax": "the mean", "softmax, causal": "the causal", "iALS, any d": "iALS"}
    for one, option in three.items():
        if weakest(_lead(one, other) for other in three if other != one).outcome == HOLDS:
            return option
    return "nobody"


def _where_popularity_is(at) -> str:
    """What goes with the share of the drawn examples: a vector's length, or its part along the users."""
    seen, vectors = at["seen"], (at["lengths"]["dot product"], at["along"])
    length, along = (np.corrcoef(x[seen], at["share"])[0, 1] for x in vectors)
    if max(length, along) < 0.3:
        return "nowhere"
    return "in its direction" if along > length else "in its length"


def _opened(at) -> str:
    worst = min(share for _, share in at["quarter"].values())
    return "99 %" if worst >= 0.97 else "about 90 %" if worst >= 0.8 else "about a quarter"


def _index_pays(at) -> str:
    """From how many items on cells in numpy answer more requests than a scan."""
    size = regimes.regimes()["size"]["sets"]["random catalogs"]
    cells, scan = (size["methods"][name] for name in ("iALS, cells", "iALS, exact scan"))
    ahead = [a["low"] > b["high"] for a, b in zip(cells, scan, strict=True)][:3]
    return {
        (True, True, True): "a thousand",
        (False, True, True): "ten thousand",
        (False, False, True): "a hundred thousand",
    }.get(tuple(ahead), "nowhere")


def _one_out(at) -> str:
    """How much more than EASE popularity finds when each user's last like is hidden."""
    lead = _lead("popularity", "EASE", "one out")
    ratio = lead.one / lead.other
    if ratio < 0.95:
        return "much less"
    return "hardly more" if ratio < 1.15 else "half as much again"


QUESTIONS = (
    Question("10.p1", "One of the three was told later events, but not the answer. What does its training loss show "
             "beside that of the honest one?", (
        ("nothing: both losses end at the same value",
         "4.00 for both, and on validation 0.186 against 0.185. You have to look at the inputs."),
        ("it ends far below the honest one: it knows more",
         "That is the one with the answer, at 3.38. Later events do not hold it."),
        ("it ends above the honest one: there is more to read",
         "There is more to read early in a history, and yet it ends at 4.00 as well."),
    ), measured=_told_later),
    Question("10.p2", "Somebody leaves the constant out, and draws the others all alike as before. Which order do the "
             "items have where the loss is least?", (
        ("the same as with it",
         "Each drawn item then stands for itself alone, so all negatives push less, and the scores lie further apart. "
         "Who is liked more still stands above who is liked less."),
        ("popular items sink to the middle",
         "That would need popular items to be drawn more often. Here all are drawn alike; in 10.5 they are not."),
        ("none, it is only noise",
         "The items that are drawn are others each time. Over many batches each pushes by what its score deserves."),
    ), measured=_orders),
    Question("10.p3", "One tower, three losses, each at its best settings, films in time order. Where does popularity that "
             "forgets within days land among the losses?", (
        ("level with BCE, behind the others",
         "0.151 against 0.150; BPR has 0.159, the softmax 0.166. With 4 days instead of 5 it would be beside BPR. EASE "
         "and RP3β, which know who likes what, have about 0.1."),
        ("far behind each of the three losses",
         "So one would hope. But most of what is liked next came out lately, and that is all it knows."),
        ("ahead of all three losses",
         "Of BCE, perhaps. The softmax knows what is new as well, and who likes which part of it."),
    ), measured=_popularity),
    Question("10.p4", "A softmax over cosines at τ = 1 and 1,714 items. It starts at log n, about 7.4. What "
             "will the loss be after training?", (
        ("still above 5.4",
         "The liked item at cosine 1, all others at −1: even then it is log(1 + 1,713 e⁻²) = 5.45, and that needs all of them "
         "to point away from the user."),
        ("about 4, as with the dot product",
         "That would need logits far apart. Cosines differ by 2 at most."),
        ("near 0, if it is trained for long enough",
         "No training helps: the bound holds for whatever vectors there are."),
    ), measured=lambda at: "still above" if at["cold"][1.0]["loss"] > two_tower.floor(at["n"] - 1, 1.0) > 5.4
        else "about 4" if at["cold"][1.0]["loss"] > 3 else "near 0"),
    Question("10.p5", "This tower, with the full softmax and the dot product: where will the popularity of a film stand "
             "in its vector?", (
        ("in its direction, the one that all users share",
         "Its part along the users' mean goes with how often it was drawn, at +0.8. Its length does not: "
         "what nobody wants any more is pushed far away, and is long as well."),
        ("in its length",
         "So one reads, and with other losses it may. Here films of last spring are long, too, away from everybody."),
        ("nowhere, directions are taste",
         "One direction is nobody's taste: the mean of all users. Whoever points there is shown to all."),
    ), measured=_where_popularity_is),
    Question("10.p6", "The same tower, trained with the negatives of its batch. What will its lists "
             "show, compared with the softmax over all items?", (
        ("films with fewer fans, and it finds less",
         "A popular film is everybody's negative. It is held back by as much as it is popular."),
        ("about the same films, since negatives are negatives",
         "They would be, if they were drawn alike. Here a film is drawn as often as it is liked."),
        ("more popular films, since these are in every batch",
         "They are in every batch, and mostly as negatives: a film is the positive of its own row only."),
    ), measured=_held_back),
    Question("10.p7", "The causal tower, the mean and iALS in time order, each at the best settings that were found. Who is on top?", (
        ("the mean",
         "0.166 against 0.130. Why was not tested: half of the users it trains on have at most seven likes, and its settings "
         "were searched less."),
        ("the causal tower, clearly",
         "It can read an order. There has to be one, and enough examples of it."),
        ("iALS, whose user vector is the exact solution",
         "Second, with a window of one week. Exact for its own question, which weighs all days of the window alike."),
    ), measured=_reader),
    Question("10.p8", "10 of 40 cells are opened. What share of the exact top 20 will be found, in the worst of "
             "the three indexes?", (
        ("about 90 %",
         "With cosines, whose best cells are small: 15 % of the items are looked at. The two others look at more and "
         "find 96 %."),
        ("99 % or more",
         "For that cosines need more than 20 cells: what is best for a user is spread over many."),
        ("about a quarter",
         "That would be looking at random. The cells with the best centers hold far more than their share."),
    ), measured=_opened),
    Question("10.p9", "The same films, but test is each user's last like, whenever it was. By time, popularity of the "
             "last days found half as much again as EASE. And now?", (
        ("hardly more than EASE",
         "0.140 against 0.133. The likes of others, of the same weeks and of later ones, are in train, so EASE knows "
         "films and what goes with them that by time nobody had seen together."),
        ("half as much again, the films are the same",
         "The films are, and what is known of them is not: others liked them before and after the hidden like, "
         "and that is in train."),
        ("much less than EASE, nothing is new any more",
         "With a half-life of a month it still is a little ahead: what is popular around the end of the data is "
         "what many users liked last."),
    ), measured=_one_out),
    Question("10.p10", "Cells in numpy find nine tenths of the exact list. Which is the smallest of these catalogs in which they answer "
             "clearly more requests a second than a scan?", (
        ("a hundred thousand items",
         "2,954 a second against 651. At ten thousand the two are level, 12,681 and 13,098; at a thousand the scan answers twice as many."),
        ("ten thousand items",
         "There the two are level, 12,681 and 13,098. Looking at less is not free: first somebody has to find what to look at."),
        ("a thousand items, since looking at less is always faster",
         "There the scan answers 62,324, the index 29,082. One product with everything is what a processor does best."),
    ), measured=_index_pays),
    Question("10.q1", "With the same knobs and the same number of negatives a tower's training loss is a third of what it was "
             "last week, and test has become worse. What do you look at first?", (
        ("whether the target is in the history",
         "Change the target of an example: if the input changes, it was told."),
        ("the learning rate",
         "A bad rate makes training worse, not wonderful."),
        ("the order of the batches",
         "That moves a loss by chance, in its third digit."),
    )),
    Question("10.q2", "Why may the two towers not share a layer that sees user and item together?", (
        ("item vectors could no longer be made before the user is known",
         "Then every item would have to be scored for every request, and no index would help."),
        ("the gradient could not flow through it",
         "It could, and rankers are built so. But they score hundreds of items, not millions."),
        ("it would have too many parameters",
         "It need not have many. The point is what can be computed in advance."),
    )),
    Question("10.q3", "50 of 5,001 items are sampled as negatives, drawn from the 5,000 others. By what is their "
             "sum multiplied?", (
        ("by 100", "5,000 others over 50 drawn."),
        ("by 50", "That is how many were drawn; they stand for 5,000."),
        ("by 1/50", "That makes a mean of them. The partition function is a sum."),
    )),
    Question("10.q4", "Two rows of a batch hold the same film. What happens without a mask?", (
        ("each row pushes its own positive away, as a negative",
         "The film's gradient is pulled in one column and pushed in the other of the same row."),
        ("nothing, the two cancel",
         "They do not: the positive is pulled by 1 - p and the copy pushed by p, in the same row."),
        ("the film is learned twice as fast",
         "Two rows pull it, and each of them pushes it, too."),
    )),
    Question("10.q5", "Cosines without a temperature, 1,023 negatives. How small can the loss get?", (
        ("4.94, whatever is trained",
         "log(1 + 1023 e⁻²): the positive at 1, all negatives at -1."),
        ("0, as with any softmax",
         "That needs logits that grow without bound. Cosines end at 1."),
        ("log 1024",
         "That is where it starts, when all cosines are equal."),
    ), branch=True),
    Question("10.q6", "Every item gets one more coordinate, the root of M² - |q|², and every query a 0 there. What "
             "changes?", (
        ("all items have one length, and no product changes",
         "So the largest product, the nearest item and the largest cosine are now the same item."),
        ("long items lose their lead",
         "They do not: the products are what they were. Only the lengths become equal."),
        ("the index finds everything",
         "It opens a few cells, as before. What lies in the others is missed."),
    ), branch=True),
    Question("10.q7", "A paper compares losses on leave-one-out, each user's last event. What does that split know "
             "that a system does not?", (
        ("what other users did after that event",
         "Also in later months. So a model may know what will be popular."),
        ("the last event itself",
         "That one is hidden. But the events of all others around and after it are not."),
        ("nothing, the last event is the future",
         "It is the future of that user, and the past of many others."),
    ), branch=True),
)  # fmt: skip
