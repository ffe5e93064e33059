"""What lesson 14 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

import torch

from graphrec_utils import metrics, results
from graphrec_utils.exercises.questions import Question, by


def _known_elsewhere(at) -> float:
    """Return the share of the pins on no board that another graph knows."""
    board, *others = at["known"].values()
    return float(sum(others)[~board].astype(bool).mean())


def _further(at) -> str:
    ratio = at["steps"] * len(at["batch"]) / at["n"]
    return "once" if ratio > 1.2 else "for every batch" if ratio < 0.8 else "it is the same"


def _same_function(at) -> str:
    both = torch.relu(at["side_by_side"] @ at["one_matrix"].T), at["z"]
    if torch.allclose(*both, atol=1e-4):
        return "not at all"
    return "the new one" if both[0].var() > both[1].var() else "R-GCN"


def _softmax_of_nothing(at) -> str:
    value, gradient = at["weights"].isnan().all(), at["logits"].grad.isnan().any()
    if not value:
        return "zeros" if not at["weights"].any() else "the same weight"
    return "NaN, and it does not" if gradient else "NaN, and it does:"


def _lead(name: str, one: str, other: str, part: str = "") -> metrics.Comparison:
    leads = results.load(name).values["PinWorld"]["leads"]
    return metrics.Comparison.stored(leads[f"{one} over {other}{part}"])


def _who_listens(_) -> str:
    """Say whether the ways to listen can be told apart on PinWorld."""
    own = "each its own, {}".format
    steps = [_lead("14_climb", own(a), own(b)) for a, b in (("transformer", "mean"), ("transformer", "attention"), ("attention", "mean"))]  # fmt: skip
    if all(step.outcome == "cannot tell" for step in steps):
        return "one cannot"
    return by(steps[0], "the transformer", "the mean", "one cannot")


def _missed(_) -> str:
    """Say of which of two graphs that are looked at little a loss is shown."""
    pin, idea = (
        _lead("14_climb", "each its own, transformer", f"without {g}, transformer").outcome
        for g in ("user-pin", "user-idea")
    )
    if pin == idea == "holds":
        return "of both"
    return "of user-pin" if pin == "holds" else "of user-idea"


def _first(_) -> str:
    found = {
        r["model"]: r["recall"]["all@10"]
        for r in results.load("14_answers").values["PinWorld"]["test"]
    }
    best = max(found, key=found.get)
    starts = {
        "mean": "six graphs with",
        "tran": "the transformer",
        "iALS": "iALS",
        "PinS": "PinSage",
    }
    return starts[best[:4]]


QUESTIONS = (
    Question("14.p1", "Of the pins that are on no board, which share does at least one of the five other graphs know? A number between 0 and 1.",
             answer=0.66, within=1.25, said=(
        "About. Whoever is on no board is clicked, bought or found by a search: that is what the other graphs are for.",
        "More: being on no board is not being unknown. Ads and products are clicked and bought, and pins are found by searches.",
        "Less: a third of them nobody has touched yet; for these no graph helps, only content.",
    ), measured=_known_elsewhere),
    Question("14.p2", "Walk once for all pins and keep the lists, or walk for the pins of every batch? 200 batches of 768 of the "
             "7,000 pins.", (
        ("once: the batches walk more than twenty times as far",
         "200 · 768 / 7,000 is 22 walks from every pin; in seconds about eleven times as much here, as small walks are quick. And one walk for all is a job that many machines share."),
        ("for every batch: lists that are not used are not made",
         "Nearly all are used, many times over. New lists in each batch are a kind of noise, which may even help; they are not cheaper."),
        ("it is the same, each pin is walked from once",
         "A pin is in a batch about every ninth time, and with its negatives and neighbors more often."),
    ), measured=_further),
    Question("14.p3", "Somebody finds R-GCN too plain: \"put the six means and the pin itself side by side, and let one linear layer mix "
             "them\". How far apart are the two?", (
        ("not at all: it is the same function",
         "A matrix on vectors side by side is a sum of matrices, one for each part. Six small matrices are one wide one, cut up."),
        ("the new one is stronger, it sees all graphs at once",
         "So does the sum. What neither does is to weigh the graphs differently for different pins."),
        ("R-GCN is stronger, each graph has a matrix of its own",
         "So it has in the wide matrix: its own columns."),
    ), measured=_same_function),
    Question("14.p4", "A list in which all places are padding. The mask *adds* −∞ to every logit; it is no `masked_fill`. What does the softmax "
             "give, and does `nan_to_num` afterwards save the training?", (
        ("NaN, and it does not: the gradient stays NaN",
         "0 / 0. The value is repaired, but the way back leads through the softmax, and 0 · NaN is NaN. (`masked_fill` would stop it there: it passes 0 back.)"),
        ("NaN, and it does: afterwards everything is a number",
         "The value is. The way back goes through the softmax, and there NaN waits."),
        ("zeros, nobody is there to be looked at",
         "That is what we want. A softmax sums to 1 wherever it has a value, so it cannot give zeros."),
        ("the same weight for all places",
         "That is what a finite number instead of −∞ gives; then set them to 0."),
    ), measured=_softmax_of_nothing),
    Question("14.p5", "The week after today. In how many percent of its pairs does the second pin stand in one of the first pin's six "
             "lists of ten already, today?", answer=29, within=1.5, said=(
        "About. People return to what they have done before, and a walk visits that most.",
        "More: people return to what they have done before, and sixty places hold much of it.",
        "Less: most of what comes next is new to all six lists.",
    ), measured=lambda at: 100 * at["now"]),
    Question("14.p6", "The same six lists, each model at the best settings that were found, trained alike. A plain mean per relation, the "
             "attention of GAT and HAN, or the transformer: who finds most on PinWorld?", (
        ("one cannot tell them apart",
         "Their distance is smaller than that between two seeds of one of them. What a pin has within reach matters, and that is the same for all."),
        ("the transformer, then attention, then the mean",
         "That is the order of the climb. Trained to the end, what learned weights for neighbors find cannot be told from what a mean finds."),
        ("the mean, it has least to learn",
         "It learns fastest, so in a short training it is hard to beat. Trained to the end one cannot tell them apart."),
    ), measured=_who_listens),
    Question("14.p7", "Two graphs are looked at least: user-pin (10 %) and user-idea (12 %). The model is trained anew without one of them. "
             "Of which is a loss shown?", (
        ("of user-pin, though it is looked at least",
         "0.004 of recall@10 without it, and nothing without user-idea. How much is looked at says what a model mixes, not what "
         "would be missed."),
        ("of user-idea, it is looked at more",
         "That is how the weights read. Without user-idea the other graphs, which are still there, say the same."),
        ("of both: each graph knows something that the others do not",
         "For ideas they have a graph of their own, and still nothing is lost without it."),
    ), measured=_missed),
    Question("14.p8", "PinWorld's last week, each at the best settings that were found. Who is first over all pins?", (
        ("six graphs with a plain mean",
         "Ahead of iALS, of PinSage and of the transformer, for a fifth of the seconds."),
        ("the transformer of six graphs, as on the slide",
         "It is ahead of iALS with pairs alone. From a larger PinSage, trained as long, it cannot be told apart, and the mean over the same lists is ahead."),
        ("iALS, with the six graphs as further rows",
         "In a second of work it finds 0.252, and cannot be told from the transformer. The mean is ahead of it over all pins; for pins on no board the two cannot be told apart."),
        ("PinSage, one graph is enough",
         "Twice as large and trained as long as the transformer, it finds more than iALS with pairs alone, and stays behind the mean of six graphs."),
    ), measured=_first),
    Question("14.q1", "A colleague pads with id 0. What do you see?", (
        ("pin 0 is everybody's neighbor, and nobody complains",
         "No error, no NaN: every short list hears pin 0. Use −1 and mask."),
        ("an error: 0 is no pin", "It is the first one."),
        ("nothing, its vector is zero", "Its content is a pin's like others. Only an embedding with `padding_idx` has zeros there."),
    )),
    Question("14.q2", "Missing neighbors are vectors of zeros and take part in the softmax. Who is hurt most?", (
        ("pins with short lists", "Each zero has the logit 0 and the weight of e⁰ = 1; nine of them outvote one neighbor."),
        ("pins with full lists", "They have no zeros."),
        ("nobody, zeros add nothing to the sum", "They add nothing to the values, and something to the denominator: what is heard gets softer."),
    )),
    Question("14.q3", "You permute the neighbors of a pin and their mask with them. The output of the block", (
        ("stays the same", "Attention without positions looks at a set."),
        ("changes, the first neighbor counts most", "The order says nothing unless positions are added."),
        ("changes only if there is padding", "Padding is not heard, wherever it stands."),
    )),
    Question("14.q4", "Only the first place of a block is read. How many queries are needed for 11 places?", (
        ("1", "The other rows of the attention are computed for nobody. With a second block on top they would be needed."),
        ("11", "Each row of the softmax belongs to one query; ten of them would be thrown away."),
        ("0", "Somebody has to ask."),
    )),
    Question("14.q5", "What stands in the denominator of the mean in R-GCN for a pin without neighbors in a graph?", (
        ("1, so that it hears 0", "0 / 0 is NaN; `clamp(min=1)` leaves 0 / 1."),
        ("T, the number of places", "Then a short list would be heard more softly than a long one."),
        ("0", "And the result would be NaN, for this pin and after a step for all."),
    )),
    Question("14.q6", "A model sends 40 % of its attention to the graph of searches. What does that say?", (
        ("what this model mixes, not what would be lost without the graph", "Train without it and compare."),
        ("searches cause 40 % of the recall", "Weights are no shares of a result."),
        ("the graph has 40 % of the edges", "Weights are asked for by each pin; a small graph can get much."),
    ), branch=True),
    Question("14.q7", "Mixed negatives, half from the batch, half uniform. Which Q is subtracted from a column?", (
        ("the mixture, whichever half it came from", "A pin can come by either way, so its probability is that of both together."),
        ("popularity for the first half, uniform for the second", "Then a popular pin has two different corrections in one softmax."),
        ("popularity, as on the slide", "A pin that nobody has engaged with has popularity 0, and log 0 is −∞."),
    ), branch=True),
)  # fmt: skip
