"""What lesson 17 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

from graphrec_utils.exercises.questions import Question

QUESTIONS = (
    Question("17.p1", "One impression in ten is clicked. A model says 0.5 for each of them. What is its RCE?", (
        ("far below 0",
         "−113. It is not wrong in its order, it has none; but 0.5 is a bad bet where one in ten is clicked."),
        ("0, it knows nothing",
         "Knowing nothing is saying 0.1 each time: that is the constant. 0.5 costs more than twice as much."),
        ("50, it is halfway",
         "RCE is no share of right answers. 50 means half the loss of the constant, and this model has "
         "more than twice of it."),
    )),
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
    )),
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
    )),
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
    )),
    Question("17.p5", "U: the user's vector alone joins the columns of the baseline. How much RCE does it add on "
             "PinWorld?", (
        ("little or nothing",
         "A vector of the user says the same of every pin. Only together with something about the pin does it "
         "speak about the pair, and a small network finds few of these products by itself. All three numbers are "
         "below the baseline, LightGCN's by more than chance."),
        ("most of what all blocks add together",
         "It knows much about the user, but nothing about what is shown. The product with the pin's vector "
         "is what the pair is about."),
        ("it makes things worse by far",
         "Sixteen columns more are some noise to sixty thousand rows, no disaster."),
    )),
    Question("17.p6", "The embeddings have seen the labels of the ranker's training rows. What happens to RCE on "
             "train and on test?", (
        ("train far up, test down",
         "In training the product of the vectors gives the label away. The ranker trusts it and nothing else; "
         "on new days it is an ordinary feature, trusted far too much: worse than the constant by far."),
        ("both up, the embeddings are fresher",
         "They are two weeks fresher, and that would help, if the ranker had not learned to trust them on "
         "rows which they knew by heart."),
        ("both stay, 64 numbers cannot remember so much",
         "A pair that was liked pulls its two vectors together. For users with few likes that is most of what their "
         "vector says."),
    ), answered_by=("10.q1",)),
    Question("17.p7", "Clicks, position as a feature, clicks divided by examination, shuffled lists only: which "
             "ranker shows what is liked least?", (
        ("clicks",
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
    )),
    Question("17.p8", "The old ranker was good and showed what users like. A new ranker is trained on these rows, "
             "all looked at. What do weights 1 / shown_with do for the ten that it shows?", (
        ("nothing good, they cost a little",
         "Liking given the features is the same among shown and hidden rows, so there is no bias to repair; "
         "a few rows with huge weights bring noise."),
        ("a lot, it was trained on the best pins only",
         "It has seen fewer bad pairs, but what it has seen of them is true. Were the features of the old "
         "ranker missing from the new one, it would be another story."),
        ("they make no difference at all",
         "The weights differ by factors of hundreds: the network follows a few rows more than all the "
         "others."),
    )),
    Question("17.p9", "Five rounds of retraining on its own clicks as they are, compared with never again: what "
             "becomes of the share of showings that a tenth of the creators gets?", (
        ("it hardly changes",
         "A creator has some twenty pins, one of them is nearly always among those that were seen before. Look one "
         "level below: of the pins two in five are gone."),
        ("it grows round by round",
         "That is the common belief, and for pins it comes true. Creators are shared out by the topics that users "
         "ask for, and the loop does not change these. Divided clicks are another matter."),
        ("it falls, as retraining finds new pins",
         "It can only learn about what it shows. What was never shown has no clicks to learn from."),
    )),
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
    )),
    Question("17.q3", "On which rows are Platt's a and b fitted?", (
        ("on rows the model was not trained on",
         "On its own rows a model is surer than it has a right to be, and a and b would believe it."),
        ("on the training rows, there are more of them",
         "There the model knows the answers: it looks calibrated, and is not on new rows."),
        ("on the test rows, for these it is needed",
         "Then test has been used to choose something, and says nothing about the next day."),
    )),
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
    )),
)  # fmt: skip
