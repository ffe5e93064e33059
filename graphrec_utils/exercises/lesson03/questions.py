"""Predictions and quiz of lesson 03."""

from __future__ import annotations

from graphrec_utils.exercises.questions import Question

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
    )),
    Question("03.p3", "The networks have 2, 8 and 32 units. What will they say at p = q = 3, "
             "where none of them was trained and the product is 9?", (
        ("all of them too little",
         "About 5.5, 5.5 and 7.4. Beyond its last crease a ReLU network goes on in straight "
         "lines, and the product of two growing numbers grows faster."),
        ("all of them too much",
         "That takes a surface steeper than the product. Outside, a ReLU network is made of "
         "straight pieces, and the product bends upward."),
        ("about 9, with 32 units",
         "32 units fit well inside the square. What they learned is the values there, not the "
         "rule behind them: at 3 they say 7.4."),
    )),
    Question("03.p6", "Turn the sign by mistake, σ(s⁻ − s⁺). What will the training loss do?", (
        ("fall as nicely as before",
         "From 0.69 to 0.10 with either sign, and NDCG@20 is 0.0016 instead of 0.1277. The loss "
         "knows only what you wrote."),
        ("rise from epoch to epoch",
         "An optimizer lowers the loss that it is given, even if it is the wrong one."),
        ("stay near log 2, the loss of a tie",
         "A tie is where training begins. Pairs can be pulled apart in the wrong order as easily "
         "as in the right one."),
    )),
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
    )),
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
    )),
    Question("03.p10", "Each with the knobs that validation chose: which of these is first by "
             "NDCG@20 on the test part?", (
        ("one without a network",
         "Several are, well ahead: least squares or a walk. Why, this table does not say."),
        ("NeuMF, with pre-training",
         "It contains a dot product and an MLP and starts with both of them trained. The rivals "
         "without a network stay clearly ahead all the same."),
        ("the MLP, the most flexible",
         "It can represent the most. What it learns from few likes per user is another matter, "
         "as section 3.3 has shown."),
    )),
    Question("03.p11", "What is most likely wrong with the check mark?", (
        ("Dot was tuned with less care",
         "The trials show it: fewer for its family, wide steps around its best setting, "
         "and nothing tried between them."),
        ("too few users to be sure",
         "The gap is many times its standard error. More users would make the same mistake "
         "surer."),
        ("a bug in the code of NeuMF",
         "There is none. Every number in the table is right, which is what makes it hard to "
         "notice."),
    ), answered_by=("02.q5",)),
    Question("03.q1", "GMF learns a weight for each coordinate. What can it rank that a dot "
             "product of the same size cannot?", (
        ("nothing",
         "Multiply the weights into the item vectors and it is a dot product. Only the path of "
         "the training differs."),
        ("the films of users who care about one coordinate most",
         "Each user's own vector says that already. The weights are the same for everybody."),
        ("items for which a coordinate counts against them",
         "A weight below 0 does that, and so does an item vector with the sign turned in that "
         "coordinate."),
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
    )),
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
    )),
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
