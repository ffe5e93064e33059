"""What lesson 17 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

import numpy as np

from graphrec_utils import metrics, results
from graphrec_utils.exercises.questions import Question, by


def _one_in_ten(at) -> str:
    found = metrics.rce(np.repeat([1.0, 0.0], [1, 9]), np.full(10, 0.5))
    return "far below 0" if found < -20 else "50" if found > 25 else "0, it"


def _four_times(at) -> str:
    """The network of 17.2, on the rows of figure 17.1."""
    y, z = at["test"].y[at["few"]], at["network"].logits(at["test"].x[at["few"]])
    rce = [metrics.rce(y, 1 / (1 + np.exp(-k * z))) for k in (1, 4)]
    auc = [metrics.auc(y, k * z) for k in (1, 4)]
    if auc[1] > auc[0] + 0.001:
        return "AUC rises"
    fell = auc[1] < auc[0] - 0.001, rce[1] < rce[0] - 1
    return {(False, True): "AUC stays", (True, True): "both fall"}.get(fell, "both stay")


def _without_pairs(at) -> str:
    rce = {row["features"]: row["RCE"] for row in at["table"]}
    left = rce["user + pin"] / rce["user + pin + cross"]
    return "next to nothing" if left < 0.25 else "nearly all" if left > 0.95 else "about three"


def _one_zero_in_ten(at) -> str:
    full, part = (at["probabilities"].loc[name] for name in ("all zeros", "one zero in ten"))
    if full.AUC - part.AUC > 0.05:
        return "both a lot"
    return "AUC hardly" if part.RCE < 0 else "both hardly"


def _user_alone(at) -> str:
    cells = results.load("17_features").values["PinWorld"]["table"]
    rce = {(row["model"], row["columns"]): row["rce"] for row in cells}
    base = rce["baseline", ""]
    added = [(rce[m, "U"] - base, rce[m, "UAT"] - base) for m in ("iALS", "LightGCN", "GraphSAGE")]
    if min(u for u, _ in added) < -0.1 * base:
        return "it makes"
    return "most of" if all(u > whole / 2 > 0 for u, whole in added) else "little"


def _leak(at) -> str:
    older, fresher = results.load("17_features").values["PinWorld"]["leak"].values()
    moved = {part: fresher[f"RCE, {part}"] - older[f"RCE, {part}"] for part in ("train", "test")}
    if moved["train"] < 5:
        return "both stay"
    return "train far up" if moved["test"] < 0 else "both up"


def _least_liked(at) -> str:
    rows = {row["arm"]: row["liking"] for row in results.load("17_bias").values["table"]}
    arms = {
        "clicks": "clicks as they are", "examined": "clicks divided",
        "shuffled lists only": "shuffled", "position as a feature": "position",
    }  # fmt: skip
    return arms[min(arms, key=rows.get)]


def _weights(at) -> str:
    values = results.load("17_bias").values
    said = {name: np.array(row["liked"]) for name, row in values["selection"].items()}
    off = [abs(said[n] - said["truth"]).mean() for n in ("as they are", "1 / shown_with")]
    ten = metrics.Comparison.stored(values["leads"]["1 / shown_with over as they are"])
    if off[1] > off[0] / 2:
        return by(ten, "the ten alone", "neither", "neither")
    return by(ten, "both", "the number alone", "the number alone")


def _creators(at) -> str:
    """Round 5 with and without retraining, three seeds, told apart if they differ by a point in the mean."""
    runs, what = results.load("17_loop").values, "top tenth of creators"
    ends = [np.array([run[-1][what] for run in runs[arm]]) for arm in ("clicks", "once")]
    lead = metrics.compare(*ends)
    if abs(lead.gap) < 0.01 and lead.low < 0 < lead.high:
        return "it hardly"
    return "it grows" if lead.gap > 0 else "it falls"


def _without_the_question(at) -> str:
    """How much of what asking gains over the mean is gained by weights that do not know the candidate."""
    rce = results.load("17_history").values["PinWorld"]["all"]["rce"]
    mean, alone, asks = (np.mean(rce[arm]) for arm in ("mean", "alone", "asks"))
    share = (alone - mean) / (asks - mean) if asks > mean else 1.0
    return "hardly any" if share < 0.25 else "nearly all" if share > 0.75 else "about half"


QUESTIONS = (
    Question("17.p1", "One impression in ten is clicked. A model says 0.5 for each of them. What is its RCE?", (
        ("far below 0",
         "−113. It is not wrong in its order, it has none; but 0.5 is a bad bet where one in ten is clicked."),
        ("0, it knows nothing",
         "Knowing nothing is saying 0.1 each time: that is the constant. 0.5 costs more than twice as much."),
        ("50, it is halfway",
         "RCE is no share of right answers. 50 means half the loss of the constant, and this model has "
         "more than twice of it."),
    ), measured=_one_in_ten),
    Question("17.p2", "All logits are multiplied by 4: the model is four times as sure. What happens?", (
        ("AUC stays, RCE falls",
         "The order is the same, every pair is won or lost as before. But now it pays dearly for being sure "
         "and wrong."),
        ("both fall",
         "AUC looks at the order only, and 4z has the order of z."),
        ("both stay",
         "AUC does. RCE looks at the numbers: σ(4z) is nearer to 0 and 1, and what happens is not."),
        ("AUC rises, RCE stays",
         "No pair changes its order, so AUC cannot rise; the numbers do change, so RCE cannot stay."),
    ), measured=_four_times),
    Question("17.p3", "The network gets features of the user and of the pin, and none of the pair. What "
             "share of its RCE is left, compared with all features?", (
        ("about three quarters of it",
         "And yet all users get nearly the same order. What everybody likes explains much. But inside one user's "
         "list the user's features say the same of every entry: the order comes from the pins, nearly alone."),
        ("next to nothing, taste is all that matters",
         "In a log, pins differ in how much they are liked by everybody. That is easy to learn, and RCE "
         "counts it."),
        ("nearly all of it, the network combines them",
         "It can combine what it has. That this user likes that look is in no feature of either alone."),
    ), measured=_without_pairs),
    Question("17.p4", "Trained on every purchase and one other impression in ten. How much do AUC and RCE "
             "suffer, compared with training on everything?", (
        ("AUC hardly, RCE falls below 0",
         "The order is learned from fewer rows, that is all. But the model now lives in a world where nine tenths of "
         "the rest are gone, and says far too much."),
        ("both hardly, a network learns the probability anyway",
         "It learns the probability among the rows it gets, and among these purchases are several times "
         "as frequent as in the log."),
        ("both a lot, nine tenths of the rows are gone",
         "The rows that are gone are zeros, of which there are plenty. For the order they are missed "
         "little."),
    ), measured=_one_zero_in_ten),
    Question("17.p5", "U: the user's vector alone joins the columns of the baseline. How much RCE does it add on "
             "PinWorld?", (
        ("little or nothing",
         "A vector of the user says the same of every pin. Only together with something about the pin does it "
         "speak about the pair. All three numbers are "
         "below the baseline, LightGCN's by more than chance."),
        ("most of what all blocks add together",
         "It knows much about the user, but nothing about what is shown. The product with the pin's vector "
         "is what the pair is about."),
        ("it makes things worse by far",
         "Sixteen columns more are some noise to sixty thousand rows, no disaster."),
    ), measured=_user_alone),
    Question("17.p6", "The ranker is trained on days 28 to 41. Its embeddings, of days 0 to 27 until now, may learn "
             "until day 41 as well. What happens to RCE on train and on test?", (
        ("train far up, test down",
         "They have seen the labels of the training rows. There the product of the vectors gives the label away. The ranker trusts it and nothing else; "
         "on new days it is an ordinary feature, trusted far too much: worse than the constant by far."),
        ("both up, the embeddings are fresher",
         "They are two weeks fresher, and that would help, if the ranker had not learned to trust them on "
         "rows whose labels they had seen."),
        ("both stay, vectors of 64 numbers cannot remember so much",
         "A pair that was liked pulls its two vectors together. For users with few likes that is most of what their "
         "vector says."),
    ), answered_by=("10.q1",), measured=_leak),
    Question("17.p7", "Clicks as they are, position as a feature, clicks divided by examination, shuffled lists only: which "
             "ranker shows what is liked least?", (
        ("clicks as they are",
         "What the old ranker put on top was seen, so it was clicked, so it looks good: the new ranker copies "
         "the old one."),
        ("shuffled lists only",
         "They are a tenth of the log and cost much of the precision. Still, what they say is true, and that is "
         "worth more."),
        ("clicks divided by examination",
         "A click at the bottom counts ten times, so it is noisy. Over 80,000 rows the noise averages out, "
         "and the bias of clicks does not."),
        ("position as a feature",
         "Next to the position the network has less reason to believe that being shown often means being good. At "
         "serving all stand on top."),
    ), measured=_least_liked),
    Question("17.p8", "The old ranker was good and showed what users like; all of it was looked at. What do weights "
             "1 / shown_with repair: the number \"how much of all candidates is liked\", or the ten that a ranker "
             "trained on these rows shows?", (
        ("the number alone",
         "It is off by 0.094 as the log has it and by 0.003 weighed. Of the ten 0.684 are liked without weights and "
         "0.682 with them: liking given the features is the same among shown and hidden rows, so there is nothing to "
         "repair, and a few rows with huge weights bring noise."),
        ("both",
         "The number, yes. But what the ranker has seen of bad pairs is true, if little. Were the features of the old "
         "ranker missing from the new one, it would be another story."),
        ("the ten alone",
         "The other way round: a mean over all candidates is wrong if good ones are shown more often, and a model of "
         "liking given the features is not."),
        ("neither",
         "Weights of one over the probability of being shown make sums over shown rows, on average, sums over all "
         "candidates: they do repair the number."),
    ), measured=_weights),
    Question("17.p9", "Five rounds of retraining on its own clicks as they are, compared with never again: what "
             "becomes of the share of showings that a tenth of the creators gets?", (
        ("it hardly changes",
         "0.316 against 0.321 in round 5. A creator has some twenty pins, and of 300 creators 286 are still shown. Look one "
         "level below: of the pins two in five are gone."),
        ("it grows round by round",
         "That is the common belief, and one level below something like it comes true: two in five pins are "
         "gone. The creators' tenth has 0.316, and 0.321 without retraining. Divided clicks are another matter."),
        ("it falls, as retraining finds new pins",
         "It can only learn about what it shows. What was never shown has no clicks to learn from."),
    ), measured=_creators),
    Question("17.p10", "Suppose that asking is ahead of the mean. Now every event says by itself how loud it is, and knows no candidate. "
             "How much of that lead is left?", (
        ("nearly all of it",
         "A mean takes fifty events alike, and that was most of what it had lost. What is heard is still multiplied by the candidate."),
        ("hardly any: who does not ask hears a mean",
         "Who weighs events without a question can still hear this evening louder than last month, or a long click louder than a glance. "
         "A mean cannot."),
        ("about half",
         "Over all rows the question adds 0.1 to these weights, and one cannot tell it from nothing. On pins that nobody was shown before it adds more, "
         "and these are one row in twenty."),
    ), measured=_without_the_question),
    Question("17.q1", "RCE is 5 on Monday and 20 on Tuesday, with the same model and other users. What may have "
             "happened?", (
        ("the share of ones changed, or users are easier to tell apart",
         "RCE is relative to the entropy of the labels that are judged. Compare models on the same rows."),
        ("the model was trained longer on Tuesday",
         "It is the same model. What changed are the rows it is judged by."),
        ("a bug, RCE does not depend on the labels",
         "Both of its losses do: that of the model and that of the constant."),
    )),
    Question("17.q2", "Why is the value of an entry a sum over sigmoids and not over a softmax?", (
        ("on a site several reactions may happen at once, or none",
         "One may both click and save, and a softmax says that exactly one happens. PinWorld logs one for each "
         "impression: a softmax with \"nothing\" as an outcome would do there."),
        ("a softmax is slower",
         "Three exponentials either way. They answer different questions."),
        ("because hides are negative",
         "The worth of a hide is negative, its probability is not: both could be used with a softmax."),
    ), branch=True),
    Question("17.q3", "On which rows are Platt's a and b fitted?", (
        ("on rows the model was not trained on",
         "On its own rows a model is surer than it has a right to be, and a and b would believe it."),
        ("on the training rows, there are more of them",
         "There the model knows the answers: it looks calibrated, and is not on new rows."),
        ("on the test rows, for these it is needed",
         "Then test has been used to choose something, and says nothing about the next day."),
    ), branch=True),
    Question("17.q4", "A click at a position where one in five looks. What are its two weights in the loss?", (
        ("5 and −4", "c/e = 5, and 1 − c/e = −4: on average over many showings they make up for those not seen."),
        ("5 and 0", "That leaves rows without a click as they are: the two no longer sum to 1, and everything "
         "looks more liked than it is."),
        ("5 and 5", "Dividing the whole row says that whoever did not click has looked."),
    )),
    Question("17.q5", "Lists were never shuffled. Can examination be told from liking?", (
        ("not from the clicks alone",
         "The top is clicked more because it is seen and because it is better. Some chance is needed, or the same "
         "pin at several positions."),
        ("yes, clicks fall with the position",
         "They would fall in a list sorted by liking even if everything were looked at."),
        ("yes, if there is enough data",
         "More of the same says the same. What is missing is not data but chance."),
    )),
    Question("17.q6", "A pin was shown with probability 0. What can a weight do for it?", (
        ("nothing, it has no row",
         "Weights stretch rows that are there. Only a policy that explores makes such a row."),
        ("count its rows infinitely often",
         "One over 0; but there is no row to count."),
        ("replace it by the mean of the others",
         "That is a model of it, not a weight, and may be wrong in any way."),
    ), branch=True),
    Question("17.q7", "Why do the weights of a history that is asked not sum to 1?", (
        ("so that how much somebody wanted is kept",
         "Ten lamps are heard ten times as loud as one, and one event that hardly fits stays faint. A softmax would make them alike."),
        ("a softmax is slower",
         "It is fifty exponentials. The difference is in what is said, not in the time."),
        ("so that the gradient does not vanish",
         "A softmax can be trained as well: the transformers of lesson 15 are. It forgets how many events there were."),
    ), branch=True),
)  # fmt: skip
