"""What lesson 11 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

import numpy as np

from graphrec_utils import metrics, results
from graphrec_utils.exercises.questions import Question


def _two_films(at) -> str:
    pmi = at["by_hand"]["log p - log Q"]
    if abs(pmi[0] - pmi[1]) < 1e-9:
        return "both alike"
    return "the bestseller" if pmi[0] > pmi[1] else "the rare film"


def _one_negative(at) -> str:
    """Which of the variants that are offered ends at log p with n = 1, in the table of 11.3."""
    offered = {
        "Yi": "log Q off every",
        "nQ, hits out": "log nQ",
        "negatives only": "log Q off the negatives",
    }
    exact = [words for name, words in offered.items() if at["ends"][name][1] < 1e-3]
    if len(exact) > 1:
        raise ValueError(f"more than one variant is exact: {exact}")
    return exact[0] if exact else "none of them"


def _sure_item(at) -> str:
    """Gradient descent on the limit of many draws, hits out, no n: p = 0.6 beside three items."""
    p, s = np.array([0.6, 0.2, 0.1, 0.1]), np.zeros(4)
    others = ~np.eye(4, dtype=bool)
    for _ in range(4000):
        share = np.where(others, np.exp(s - s.max()), 0)
        share /= share.sum(axis=1, keepdims=True)  # row i: the softmax without item i
        s -= 0.5 * (p @ share - p)
    learned = np.exp(s[0] - s.max()) / np.exp(s - s.max()).sum()
    if s[0] - s[1:].max() > 50:
        return "its score grows"
    return "less than 0.6" if learned < 0.55 else "0.6"


def _free_logits(at) -> str:
    told = {(r["catalog"], r["variant"], r["n"]): r["favorite, learned"] for r in at["rows"]}
    apart = abs(told["sure", "negatives only, hits out", 64] - told["sure", "corrected", 64]) > 0.05
    ranked = abs(at["leads"]["sure", 64].gap) > 0.02
    if ranked:
        return "the ranking"
    return "the probability of the favorite" if apart else "nothing"


def _two_corrections(at) -> str:
    leads = results.load("11_rivals").values["MovieTweetings"]["leads"]
    lead = metrics.Comparison.stored(leads["in-batch, corrected over in-batch, negatives, no n"])
    if max(abs(lead.low), abs(lead.high)) < 0.01 * min(lead.one, lead.other):
        return "by less than"
    return "the loss of 2025" if lead.gap > 0 else "the usual correction"


def _best_shift(at) -> str:
    """Sixteen in-batch negatives, as the table of 11.4 has them."""
    values = results.load("11_choices").values
    shifts = values["columns"][3:]
    rows = {row[0]: dict(zip(shifts, row[3:], strict=True)) for row in values["rows"]
            if row[1:3] == [16, 0.0]}  # fmt: skip
    best = max(shifts, key=rows["none"].get)
    trained = max(found["0.0"] for loss, found in rows.items() if loss != "none")
    if best == "0.5" and rows["none"][best] >= trained:
        return "about a half"
    return {"0.0": "at λ = 0", "1.0": "at λ = 1"}[best]


def _price(_) -> str:
    """What the correction does to NDCG@20 and to the recall of rare places."""
    rows = {row["model"]: row for row in results.load("11_rivals").values["Gowalla"]["models"]}
    plain, usual = rows["in-batch, no correction"], rows["in-batch, negatives, no n"]
    found, rare = (usual[x] > plain[x] for x in ("ndcg", "tail recall"))
    return f"{'more' if found else 'less'} in all, {'and more' if found and rare else 'more' if rare else 'less'} of the rare"


QUESTIONS = (
    Question("11.p1", "Ann's model was trained with uncorrected in-batch negatives until nothing changed "
             "any more. Which of the two films does it put first for her?", (
        ("the rare film",
         "log 0.2 − log 0.1 = 0.69 against log 0.8 − log 0.9 = −0.12. She takes the rare one twice as often as "
         "it is drawn, the bestseller a little less often."),
        ("the bestseller, she takes it four times as often",
         "That is the order of log p. But the bestseller is nine tenths of the negatives as well, and "
         "is pushed down more than it is pulled up."),
        ("both alike",
         "They would be alike if Ann took films as everybody does: then p = Q and every log p − log Q is 0."),
    ), measured=_two_films),
    Question("11.p2", "One negative per row. Which variant learns log p exactly?", (
        ("log Q off every logit, the positive's too, hits kept",
         "Yi's form: 0 at every n. The errors of its rows cancel at the optimum, though its gradient at "
         "any other place is far from the full one."),
        ("log nQ off the negatives, hits out",
         "It has nearly the best gradient, and with one negative its optimum is far away: the logarithm of "
         "an estimated sum is not estimated without bias."),
        ("none of them, one negative is not enough",
         "For most of them that is so. But where every column is corrected, the pairs of positive and "
         "negative are symmetric, and that alone fixes log p."),
        ("log Q off the negatives, as on the slide",
         "With one draw n is 1, and a hit moves no score in either way: this is log nQ, hits out. The logarithm of an "
         "estimated sum is biased: a logit and a half away."),
    ), measured=_one_negative),
    Question("11.p3", "Hits out, no n, many draws. A user takes one item with probability 0.6. What is "
             "learned about it?", (
        ("its score grows without end",
         "p / (1 − p) is above 1: no finite score makes the mean gradient zero. Only early stopping or a "
         "penalty ends it."),
        ("0.6, log Q is subtracted after all",
         "The direction is right and the scale is not: every row counts 1 / (1 − p) too much, and sure rows "
         "most."),
        ("less than 0.6, it is corrected for popularity",
         "It errs to the other side: sure items are made surer still."),
    ), measured=_sure_item),
    Question("11.p4", "Free logits, sure users, 64 draws: negatives only, hits out, against the corrected "
             "loss. What will differ?", (
        ("the probability of the favorite, hardly the ranking",
         "About 0.64 against 0.47, which is the true one. p is in proportion to p̂ (1 − p̂), so the order of "
         "a user's items stays."),
        ("the ranking, clearly",
         "The wrong scale stretches a user's logits and does not exchange them: the order stays as long as every "
         "cell has a logit of its own."),
        ("nothing, 64 draws are plenty",
         "More draws help the ranking; the favorite's probability stays at 0.64."),
    ), measured=_free_logits),
    Question("11.p5", "The same dot product with 512 in-batch negatives, on MovieTweetings: the usual "
             "correction (negatives, no n) against the loss of 2025, each at its best settings. How far apart are they in NDCG@20?", (
        ("by less than a hundredth of either",
         "0.0926 against 0.0923. A flat catalog and many negatives: there the weight 1 − P is probably nearly 1 "
         "for every row, and then the two losses are nearly one."),
        ("the loss of 2025 is a tenth ahead",
         "It has the better gradient. But with hundreds of draws from a flat catalog the other one is close to "
         "it."),
        ("the usual correction is a tenth ahead",
         "Its scale is wrong for sure rows only, and in a catalog as flat as this one probably hardly any row "
         "is sure."),
    ), measured=_two_corrections),
    Question("11.p6", "Take the model that was trained without a correction and add λ log Q when serving. Where is "
             "the best λ, and how does it compare with losses corrected in training?", (
        ("about a half, at least level with them",
         "0.061 at one half, at most 0.059 for the corrected losses, 0.055 at λ = 1; another seed moved one such "
         "number by 0.002. Neither PMI nor log p is the best list for next week."),
        ("at λ = 1, where it equals them",
         "In a table of free logits it would. A model of 32 coordinates that was trained for PMI is another "
         "one: 0.055 at λ = 1, and 0.061 at one half."),
        ("at λ = 0, any shift makes it worse",
         "What is saved later is popular, too, so some of log Q helps: from 0.052 at 0 to 0.061 at one half."),
    ), measured=_best_shift),
    Question("11.p7", "The same dot product on Gowalla's places, its in-batch negatives corrected by log Q in training, or not at "
             "all. What does the correction do to NDCG@20, and to the recall of rare places?", (
        ("more in all, less of the rare ones",
         "NDCG@20 0.180 in place of 0.098, and a recall of rare places of 0.144 in place of 0.189. A popular place is no "
         "longer pushed down for being drawn so often, and takes the places of others."),
        ("more in all, and more of the rare ones",
         "More in all, 0.180 in place of 0.098. But without a correction it was the rare places that were hardly ever "
         "pushed down: their recall falls from 0.189 to 0.144."),
        ("less in all, more of the rare ones",
         "That is the model without a correction: it ranks by what somebody likes more than others do, and finds 0.098 "
         "in place of 0.180."),
    ), measured=_price),
    Question("11.q1", "A colleague sets Q to raw counts and leaves the positive uncorrected. What happens?", (
        ("the positive gets a head start of log(total count)",
         "The constant does not cancel: negatives enter with a margin that large, and the gradient nearly "
         "vanishes."),
        ("nothing, constants cancel in a softmax",
         "They do if every column has them. Here the positive has not."),
        ("popular items are punished twice",
         "The direction of the correction is right. It is its constant that is not."),
    )),
    Question("11.q2", "Training used log Q for all logits. What is to be done when serving?", (
        ("rank by the plain scores",
         "The correction was there so that the scores themselves become log p. Once is enough."),
        ("subtract log Q, as in training",
         "That makes PMI of log p: popular items would sink by all that the correction has raised them."),
        ("add log Q",
         "That is for a model trained without the correction. Here popularity would count twice."),
    )),
    Question("11.q3", "Why is 1 − P in the loss of 2025 detached?", (
        ("it is a number of the gradient's formula, and has no gradient of its own there",
         "The identity is one of gradients. With a gradient through the weight the loss would also "
         "fall by making P large."),
        ("to save memory",
         "It saves a little. But without it the gradient is another one."),
        ("because P is estimated from samples",
         "The sum in the bracket is, too, and gradients go through it."),
    ), branch=True),
    Question("11.q4", "Half of your negatives are uniform, and you correct all of them by popularity. Who "
             "profits?", (
        ("nobody: rare items enter as if they stood for thousands, and are pushed far down",
         "1 / Q of an item that popularity never draws is huge, but uniform columns do bring it. The "
         "mixture's Q* is what draws the columns."),
        ("rare items, their scores are raised",
         "Their corrected scores are raised inside the sum, where they are negatives: so they are "
         "pushed down harder."),
        ("nothing changes, a column has one Q",
         "One distribution, yes: the mixture of the two halves. Popularity is not that."),
    ), branch=True),
    Question("11.q5", "Two items share a bucket of the streaming estimate. Which error does each get?", (
        ("its gap is too small, so its probability too large",
         "The bucket is visited for both. That is why the largest gap of several hash functions counts."),
        ("its gap is too large, so its probability too small",
         "Every visit of the other one shortens the gap."),
        ("none, the gap is an average",
         "An average over visits of both items: more frequent than either."),
    ), branch=True),
    Question("11.q6", "Six rows, chunks of four, and you average the two chunks' means. What is wrong?", (
        ("the two rows of the last chunk count twice as much as the others",
         "Half of the mean comes from two rows, half from four. Divide the sum by all rows."),
        ("nothing, the mean of means is the mean",
         "If the groups are of one size. The last chunk is shorter."),
        ("the gradient is right, only the printed loss is wrong",
         "The gradient is that of the printed loss, so it has the same weights."),
    ), branch=True),
)  # fmt: skip
