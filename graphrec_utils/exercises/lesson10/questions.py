"""What lesson 10 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

from graphrec_utils.exercises.questions import Question

QUESTIONS = (
    Question("10.p1", "One of the three was told later events, but not the answer. What does its training loss show "
             "beside that of the honest one?", (
        ("nothing: both losses end at the same value",
         "4.00 for both, and on validation 0.186 against 0.185. You have to look at the inputs."),
        ("it ends far below the honest one: it knows more",
         "That is the one with the answer, at 3.38. Later events do not hold it."),
        ("it ends above the honest one: there is more to read",
         "There is more to read early in a history, and yet it ends at 4.00 as well."),
    )),
    Question("10.p2", "All scores are 0, and 100 of the 9,999 other items are drawn. What is the loss with "
             "the constant in front of the sum?", (
        ("log 10,000, as over the whole catalog",
         "1 + (9,999 / 100) · 100 = 10,000: the sample stands for all others."),
        ("log 101, one against a hundred",
         "That is the loss without the constant: each drawn item would stand for itself alone."),
        ("log 100",
         "The positive is in the sum as well, and the hundred drawn ones stand for 9,999."),
        ("0, since nothing is known yet",
         "A loss of 0 would mean that the positive has probability 1."),
    )),
    Question("10.p3", "One tower, three losses tuned alike, films in time order. Where does popularity that "
             "forgets within days land among the losses?", (
        ("level with BCE, behind the others",
         "0.151 against 0.150; BPR has 0.159, the softmax 0.166. With 4 days instead of 5 it would be beside BPR. EASE "
         "and RP3β, which know who likes what, have about 0.1."),
        ("far behind each of the three losses",
         "So one would hope. But most of what is liked next came out lately, and that is all it knows."),
        ("ahead of all three losses",
         "Of BCE, perhaps. The softmax knows what is new as well, and who likes which part of it."),
    )),
    Question("10.p4", "A softmax over cosines at τ = 1 and some 1,700 items. It starts at log n, about 7.4. What "
             "will the loss be after training?", (
        ("still above 5.4",
         "log(1 + n e⁻²) is 5.45 with 1,713 others, and even that needs all of them to point away from "
         "the user."),
        ("about 4, as with the dot product",
         "That would need logits far apart. Cosines differ by 2 at most."),
        ("near 0, if it is trained for long enough",
         "No training helps: the bound holds for whatever vectors there are."),
    )),
    Question("10.p5", "This tower, with the full softmax and the dot product: where will the popularity of a film stand "
             "in its vector?", (
        ("in its direction, the one that all users share",
         "Its part along the users' mean goes with how often it was drawn, at +0.8. Its length does not: "
         "what nobody wants any more is pushed far away, and is long as well."),
        ("in its length",
         "So one reads, and with other losses it may. Here films of last spring are long, too, away from everybody."),
        ("nowhere, directions are taste",
         "One direction is nobody's taste: the mean of all users. Whoever points there is shown to all."),
    )),
    Question("10.p6", "The tower with the in-batch softmax, tuned in twelve trials. What will its lists "
             "show, compared with the softmax over all items?", (
        ("films with fewer fans, and it finds less",
         "A popular film is everybody's negative. It is held back by as much as it is popular."),
        ("about the same films: negatives are negatives",
         "They would be, if they were drawn alike. Here a film is drawn as often as it is liked."),
        ("more popular films, since these are in every batch",
         "They are in every batch, and mostly as negatives: a film is the positive of its own row only."),
    )),
    Question("10.p7", "The causal tower, the mean and iALS in time order, each of them tuned. Who is on top?", (
        ("the mean",
         "0.166 against 0.130. Why was not tested: half of the users it trains on have at most seven likes, and it got "
         "fewer trials."),
        ("the causal tower, clearly",
         "It can read an order. There has to be one, and enough examples of it."),
        ("iALS, whose user vector is the exact solution",
         "Second, with a window of one week. Exact for its own question, which weighs all days of the window alike."),
    )),
    Question("10.p8", "10 of 40 cells are opened. What share of the exact top 20 will be found, in the worst of "
             "the three indexes?", (
        ("about 90 %",
         "With cosines, whose best cells are small: 15 % of the items are looked at. The two others look at more and "
         "find 96 %."),
        ("99 % or more",
         "For that cosines need more than 20 cells: what is best for a user is spread over many."),
        ("about a quarter",
         "That would be looking at random. The cells with the best centers hold far more than their share."),
    )),
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
    )),
    Question("10.q1", "A tower's training loss is a third of what it was last week, and test has become worse. "
             "What do you look at first?", (
        ("whether the target is in the history",
         "Change the target of an example: if the input changes, it was told."),
        ("the learning rate",
         "A bad rate makes training worse, not wonderful."),
        ("the number of negatives",
         "Fewer negatives lower the loss. But test does not fall because of that alone."),
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
    )),
    Question("10.q6", "Every item gets one more coordinate, the root of M² - |q|², and every query a 0 there. What "
             "changes?", (
        ("all items have one length, and no product changes",
         "So the largest product, the nearest item and the largest cosine are now the same item."),
        ("long items lose their lead",
         "They do not: the products are what they were. Only the lengths become equal."),
        ("the index finds everything",
         "It opens a few cells, as before. What lies in the others is missed."),
    )),
    Question("10.q7", "A paper compares losses on leave-one-out, each user's last event. What does that split know "
             "that a system does not?", (
        ("what other users did after that event",
         "Also in later months. So a model may know what will be popular."),
        ("the last event itself",
         "That one is hidden. But the events of all others around and after it are not."),
        ("nothing, the last event is the future",
         "It is the future of that user, and the past of many others."),
    )),
)  # fmt: skip
