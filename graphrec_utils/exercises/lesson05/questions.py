"""What lesson 05 asks: predictions before a result is shown, and the quiz at the end."""

from graphrec_utils.exercises.questions import Question

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
    ),
    Question(
        "05.p4",
        "A message gets lost with probability p, and what is kept is divided by 1 − p. Compare the "
        "average weight over many draws with the weight without dropout.",
        (
            (
                "they are equal",
                "p · 0 + (1 − p) · â / (1 − p) = â. So evaluation, where nothing is lost, needs no "
                "correction.",
            ),
            (
                "the average is smaller",
                "Zeros pull the average down by the factor 1 − p, and the division by 1 − p is there "
                "to lift it by as much.",
            ),
            (
                "the average is larger",
                "What is kept is larger than before, but it is kept only in a share 1 − p of the "
                "draws. The two cancel.",
            ),
        ),
    ),
    Question(
        "05.p5",
        "The same list, with hits at ranks 1 and 3, but the user has 5 relevant items in place of 2. "
        "What becomes of the NDCG in the released code?",
        (
            (
                "it stays as it was",
                "The retrieved list, sorted, has two hits whatever else the user likes. Three "
                "relevant items were missed and cost nothing.",
            ),
            (
                "it falls, three items are missing",
                "So it should, and the NDCG of lesson 01 does fall. But here the ideal list holds "
                "only what was retrieved, and these three were not.",
            ),
            (
                "it rises, there is more to find",
                "More relevant items make the ideal list better, and by that one divides: a careful "
                "NDCG falls. This ideal list never hears of them.",
            ),
        ),
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
    ),
    Question(
        "05.p7",
        "NGCF, and NGCF without all matrices and the activation, are trained for the same number of "
        "epochs. Whose training loss ends lower?",
        (
            (
                "that of the smaller model",
                "With less to learn it fits the train likes better: W and σ stand between layer 0 "
                "and every score and make training harder.",
            ),
            (
                "NGCF's, it has more to fit with",
                "More numbers can fit more, if training finds how. In the same time it does not: "
                "what a model could fit and what it reaches are two things.",
            ),
            (
                "no difference, layer 0 decides",
                "Nearly all numbers do sit in layer 0, but W and σ stand between it and every score, "
                "and there they change how well it can be trained.",
            ),
        ),
    ),
    Question(
        "05.p8",
        "Now each gets its own learning rate and penalty, chosen with the same effort. Which finds "
        "more on the test part, NGCF or NGCF without W and σ?",
        (
            (
                "NGCF without W and σ",
                "It fitted the train likes better, and what it learned there carries over. On this "
                "data the matrices cost more than they bring.",
            ),
            (
                "NGCF, once it is tuned",
                "The penalty was tuned and did help NGCF (0.273 to 0.287 on validation, at the better "
                "rate); it is still behind.",
            ),
            (
                "no difference beyond the seeds",
                "Tuning does narrow gaps, which is why each model gets it. This gap is wider than "
                "the spread of the seeds: look at the column with the standard deviation.",
            ),
        ),
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
                "Without it a node is known by its company alone, and scores lose the dot product of "
                "matrix factorization.",
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
    ),
    Question(
        "05.q5",
        "Recall on test is poor. The training loss, on fixed triples and without dropout, is high as "
        "well. Which illness does it have for sure?",
        (
            (
                "underfitting",
                "The model has not even fitted what it was shown. It may overfit as well, as NGCF does in "
                "figure 5.6.",
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
    ),
    Question(
        "05.q6",
        "All tests of a port pass: shapes, two equal evaluations, the forward pass against the paper. "
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
