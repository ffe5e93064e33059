"""What lesson 05 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import metrics, results
from graphrec_utils.exercises.questions import Question, by
from graphrec_utils.models import ngcf


def _item(at) -> str:
    """What one layer makes of the item of the example by hand."""
    A_hat, E = torch.tensor([[0.0, 1], [1, 0]]), torch.tensor([[2.0], [3]])
    return f"{ngcf.layer(A_hat, E, torch.ones(1, 1), 10 * torch.ones(1, 1))[1].item():.0f},"


def _louder(at) -> str:
    ann, brazil, c = np.array([0.9, -0.2, 0.5, -0.8]), np.array([1, 0.6, -0.5, 0.8]), -1
    louder = np.flatnonzero(np.abs(brazil + c * brazil * ann) > np.abs(brazil))
    names = {(1, 3): "the second and", (2,): "the third", (0, 2): "the first and"}
    return names[tuple(louder.tolist())]


def _jumps(at) -> str:
    few, many = at["jumps"].iloc[0], at["jumps"].iloc[-1]
    return "both alike" if few < 1.2 * many and many < 1.2 * few else (
        "that of the user with three" if few > many else "that of the user with forty"
    )  # fmt: skip


def _higher(at) -> str:
    """What the released code says of a model that finds one item, and of one that finds five."""
    a, b = (at["scored"][name][1] for name in "AB")
    return "neither" if abs(a - b) < 1e-9 else "A, which" if a > b else "B, which"


def _percent(at) -> float:
    first, layers = ngcf.num_parameters(29_858 + 40_981, [64] * 4)
    return 100 * layers / (first + layers)


def _lower_loss(at) -> str:
    full, light = (at["live"][name][-1] for name in ("NGCF", "without W, σ"))
    return "no difference" if abs(full / light - 1) < 0.05 else (
        "NGCF's" if full < light else "that of the smaller"
    )  # fmt: skip


def _stranger(at) -> str:
    walk = np.full(3, at["others"].loc["RP3β", "recall@20"])
    return by(metrics.compare(at["of_model"]["NGCF"], walk), "NGCF:", "RP3β", "nobody")


def _tuned(at) -> str:
    """Three seeds of NGCF against three of NGCF without W and σ, as the lesson compares them."""
    runs = results.load("05_ngcf_movietweetings").values["test by seed"]
    a, b = (
        np.array([r["recall@20"] for r in runs if r["model"] == name])
        for name in ("NGCF", "NGCF without W, σ")
    )
    error = np.hypot(a.std(ddof=1), b.std(ddof=1)) / len(a) ** 0.5
    lead = metrics.Comparison.of(a.mean(), b.mean(), a.mean() - b.mean(), error, len(a))
    return by(lead, "NGCF, once", "NGCF without", "no difference")


QUESTIONS = (
    Question(
        "05.p1",
        "A user with the number 2 and an item with the number 3 are each other's only neighbor; "
        "W₁ = 1, W₂ = 10. The layer made 65 of the user. What does it make of the item?",
        (
            (
                "65, as of the user",
                "3 from itself, 2 + 10 · (2 · 3) from the user. A product does not care who is who.",
            ),
            (
                "66, one more than of the user",
                "Its own number is one larger, but what the user sends of herself is one smaller, "
                "and the product is the same from both ends: 3 + 2 + 60.",
            ),
            (
                "62, what the user sends",
                "2 + 10 · (2 · 3) is only the message of the user. The item hears itself as well, "
                "3 more.",
            ),
        ),
        measured=_item,
    ),
    Question(
        "05.p2",
        "Ann's numbers are (0.9, −0.2, 0.5, −0.8), Brazil's (1, 0.6, −0.5, 0.8). Set c = −1. Which "
        "of the four numbers that Brazil tells Ann get louder than without the product?",
        (
            (
                "the second and the fourth",
                "There Ann's number is negative, and 1 + c · e is above 1. The receiver's sign "
                "decides, whatever the sign of Brazil's number.",
            ),
            (
                "the third, where Brazil is negative",
                "Brazil's sign turns a number round, it does not make it louder. The factor is "
                "1 + c · e with Ann's e, here 1 − 0.5: the third number is halved.",
            ),
            (
                "the first and the third",
                "These get louder with c = 1, since Ann is positive there. The minus turns it round: "
                "1 − 0.9 nearly silences the first.",
            ),
        ),
        measured=_louder,
    ),
    Question(
        "05.p3",
        "A real graph has many more edges than nodes. Which form of the layer is slower there? "
        "Think of what each has to compute and to store.",
        (
            (
                "PyG's, edge by edge",
                "It applies W to every message and stores every message. The matrices add up first "
                "and apply W once per node.",
            ),
            (
                "the one with matrices",
                "N by N sounds like much, but Â is sparse: its product visits each edge once, and "
                "W is applied once per node, not once per message.",
            ),
            (
                "neither, the sums are the same",
                "The results are the same, the work is not. W times a sum costs one product, the "
                "sum of W times each message one product per message.",
            ),
        ),
        measured=lambda at: (
            "PyG's" if at["took"]["PyG"] > 1.5 * at["took"]["matrices"] else "neither"
        ),
    ),
    Question(
        "05.p4",
        "p = ½. Whose heard vector jumps more from draw to draw, compared with its own length: that of a user with "
        "three likes, or of one with forty?",
        (
            (
                "that of the user with three",
                "0.78 of its length, against 0.28 of those with more than thirty likes. The sum grows with the number of "
                "messages that agree, its noise only with the root of it.",
            ),
            (
                "that of the user with forty",
                "More messages get lost there, but each is a smaller part of the whole: 0.28 of its length, against 0.78 "
                "with three likes.",
            ),
            (
                "both alike, p is the same",
                "The same share of messages is lost. But among forty losses and gains cancel: 0.28 of the length, "
                "against 0.78 with three likes.",
            ),
        ),
        measured=_jumps,
    ),
    Question(
        "05.p5",
        "Model A finds one of five relevant items, at rank 1; model B finds all five, at ranks 1, 2, 3, 4 and 6. Which has "
        "the higher NDCG in the released code?",
        (
            (
                "A, which finds one of five",
                "1 against 0.99. What A found stands as high as it can, and what it missed never enters the ideal list. "
                "The NDCG of lesson 01 says 0.34 and 0.99.",
            ),
            (
                "B, which finds all five",
                "That is how it should be, and the NDCG of lesson 01 says 0.99 against 0.34. The released code asks only whether "
                "what was found stands first: 1 for A.",
            ),
            (
                "neither, they are equal",
                "Nearly: 1 for A and 0.99 for B, whose last hit stands at 6 in place of 5. The better model loses.",
            ),
        ),
        measured=_higher,
    ),
    Question(
        "05.p6",
        "70,839 nodes, as in Gowalla, d = 64 and three layers of two matrices each. How many percent "
        "of all learned numbers sit in the matrices?",
        answer=0.54,
        within=2.0,
        said=(
            "6 · 64² = 24,576 against 70,839 · 64, about 4.5 million: half a percent. Nearly "
            "everything that NGCF learns is the table of layer 0.",
            "Little, but not that little: 6 · 64² = 24,576 against 70,839 · 64, about 4.5 million, "
            "is 0.54 %. The answer is wanted in percent.",
            "The formula shows nothing but matrices, so one looks for the numbers there. They have "
            "6 · 64² = 24,576; layer 0 has a row for each node, 4.5 million numbers: 0.54 %.",
        ),
        measured=_percent,
    ),
    Question(
        "05.p7",
        "NGCF, and NGCF without all matrices and the activation, are trained for the same number of "
        "epochs. Whose training loss ends lower?",
        (
            (
                "that of the smaller model",
                "With less to learn it fits the train likes better: W and σ stand between layer 0 "
                "and most of a score, and likely make training harder.",
            ),
            (
                "NGCF's, it has more to fit with",
                "More numbers can fit more, if training finds how. In the same time it does not: "
                "what a model could fit and what it reaches are two things.",
            ),
            (
                "no difference, layer 0 decides",
                "Nearly all numbers do sit in layer 0, but W and σ stand between it and most of a score, "
                "and there they change how well it can be trained.",
            ),
        ),
        measured=_lower_loss,
    ),
    Question(
        "05.p8",
        "Now each gets its own learning rate and penalty, chosen with the same effort. Which finds "
        "more on the test part, NGCF or NGCF without W and σ?",
        (
            (
                "NGCF without W and σ",
                "It fitted the train likes better, and what it learned there carries over. On this "
                "data W and σ cost more than they bring.",
            ),
            (
                "NGCF, once it is tuned",
                "The penalty was tuned and did help NGCF (0.273 to 0.287 on validation, at the better "
                "rate); it is still behind.",
            ),
            (
                "no difference beyond the seeds",
                "Tuning does narrow gaps, which is why each model gets it. This gap is wider than "
                "the spread of the seeds: the interval of the difference, on the card, leaves out 0.",
            ),
        ),
        measured=_tuned,
    ),
    Question(
        "05.p9",
        "RP3β walks three steps through the likes, and nothing in it is trained. Which finds more on the same test part, "
        "NGCF or RP3β?",
        (
            (
                "RP3β",
                "0.324, NGCF 0.285. It follows the same edges, and has nothing that could be learned badly.",
            ),
            (
                "NGCF: it learns, RP3β does not",
                "It fits what it was shown. Asked for what it was not shown it finds 0.285, the walk 0.324.",
            ),
            (
                "nobody can tell them apart",
                "The difference is 0.039, more than the spread of NGCF's seeds.",
            ),
        ),
        measured=_stranger,
    ),
    Question(
        "05.q1",
        "Two users like the same film. Without the product term, do they hear the same from it in "
        "a layer of NGCF?",
        (
            (
                "yes, up to the weight",
                "Both hear W₁ e of the film; the weight differs if they have different numbers of "
                "likes. Only the product makes messages personal.",
            ),
            (
                "yes, the very same numbers",
                "The vector W₁ e is the same, but each message is divided by the roots of both "
                "degrees, and users have degrees of their own.",
            ),
            (
                "no, W₁ turns it for each user",
                "W₁ is one matrix for all nodes of a layer: it knows nothing of who listens.",
            ),
        ),
    ),
    Question(
        "05.q2",
        "Why does NGCF's final vector contain layer 0?",
        (
            (
                "no neighbor has touched it yet",
                "Without it even its own vector arrives only turned by W₁ and mixed with the neighbors', and scores "
                "lose the dot product of matrix factorization.",
            ),
            (
                "otherwise it would not be trained",
                "It would: all other layers are computed from layer 0, so the gradient reaches it "
                "through them.",
            ),
            (
                "so that all vectors have one length",
                "Side by side, every node has the same number of entries anyway, with layer 0 or "
                "without.",
            ),
        ),
    ),
    Question(
        "05.q3",
        "Layer 0 and three layers, all of width 64, NGCF as in the paper. How many numbers has the "
        "final vector of a node?",
        (
            ("256", "Four layers side by side, layer 0 included: 64 · (3 + 1)."),
            ("192", "These are layers 1 to 3. Layer 0 stands beside them: 64 more."),
            (
                "64",
                "That would be a sum or a mean of the layers. NGCF writes them next to each other.",
            ),
        ),
    ),
    Question(
        "05.q4",
        "You evaluate one trained model twice, on the same users and all items, and the numbers "
        "differ. What do you suspect first?",
        (
            (
                "that dropout is still on",
                "`model.eval()` was not called, or the dropout does not look at `training`: the "
                "only chance left in a full ranking.",
            ),
            (
                "that other negatives were drawn",
                "Negatives are drawn in training. Ranking all items needs none.",
            ),
            (
                "that the embeddings went on moving",
                "They move when an optimizer takes a step, and an evaluation takes none.",
            ),
        ),
        branch=True,
    ),
    Question(
        "05.q5",
        "Recall on test is poor. The training loss, on fixed triples and without dropout, is high as "
        "well. Which illness does it have for sure?",
        (
            (
                "underfitting",
                "The model has not even fitted what it was shown. It may overfit as well, as NGCF does in "
                "figure 5.7.",
            ),
            (
                "overfitting",
                "It may have that as well: recall on validation that falls while the loss falls would "
                "show it. These two numbers do not.",
            ),
            (
                "not known without validation",
                "Validation would tell whether it overfits as well. That it underfits, its training loss "
                "tells alone.",
            ),
        ),
        branch=True,
    ),
    Question(
        "05.q6",
        "All tests of a port pass: shapes, two equal evaluations, the forward pass against the original's numbers. "
        "What can still differ from the original?",
        (
            (
                "dropout and the penalty",
                "Both act in training only, as the loss and the sampling do. No test of an "
                "evaluation sees them. And the metric may differ, too.",
            ),
            (
                "the normalization of the matrix",
                "Another matrix gives other embeddings in the first forward pass: that test would "
                "have failed.",
            ),
            (
                "nothing that matters",
                "These tests see one evaluation. What training arrives at depends on parts that "
                "rest while you evaluate.",
            ),
        ),
        branch=True,
    ),
    Question(
        "05.q7",
        "What lets the receiver's vector leave the sum of products, so that one matrix product is "
        "enough for what all nodes hear?",
        (
            (
                "it is the same in every term",
                "A common factor stands outside a sum: number by number, a·e + b·e = (a + b)·e.",
            ),
            (
                "Â is a symmetric matrix",
                "It is, but with weights that are not symmetric the factor would leave the sum just "
                "as well.",
            ),
            (
                "products of numbers may be swapped",
                "That lets it change places with the sender's vector. Leaving the sum needs more: "
                "that all terms share it.",
            ),
        ),
    ),
)
