"""What lesson 18 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

from graphrec_utils.exercises.questions import Question

QUESTIONS = (
    Question("18.p1", "Four generators, one of them weak on the log, are fused by ranks. Compared with the best of the four, "
             "what does the fused list find on the test days?", (
        ("less",
         "Every generator has one vote, the weak one too: all four find 0.096, iALS with item2item 0.107, iALS alone 0.114."),
        ("more, errors cancel out",
         "They do where all voters are about equally good. Here one finds a fifth of what the best one finds."),
        ("exactly as much",
         "The first twenty places are shared among four lists: most of them change."),
    )),
    Question("18.p2", "Weights are learned on the validation days. Which generator gets the largest?", (
        ("iALS",
         "It finds most on these days, and a ridge gives most to whoever says most that others do not say."),
        ("each about a quarter",
         "Then learning would have been for nothing. They differ by far in what they find."),
        ("pictures, they say something of their own",
         "Of their own, yes; but little of it was saved on the days that teach the weights."),
    )),
    Question("18.p3", "Pins that nobody had saved before the test: whose lists, of the four generators, hold some that are saved later?", (
        ("those of the pictures alone",
         "A picture is there from the first day. The others know a pin only by its saves."),
        ("all lists, a few each",
         "A pin without saves has a cosine of 0 with every other, no vector and no walk that leads to it."),
        ("none",
         "For models of ids that is right. One of the four looks at content."),
    ), answered_by=("01.q1", "07.q4", "09.q4")),
    Question("18.p4", "Both halves get the same policy. You look after every 20 users with each, 25 times, and stop as soon as the interval "
             "leaves out 0. How often do you see a difference?", (
        ("in about a quarter of the experiments, or more",
         "One look errs in 5 of 100. Twenty-five looks are not 25 independent chances, but many more than one."),
        ("in 5 of 100",
         "That holds for one look, at a moment that was fixed before."),
        ("never, the halves get the same",
         "They get the same lists, but they are different people."),
    )),
    Question("18.p5", "L3 finds about as much as the best of the four on the test days. Where is it in the experiment, and where is the fused list?", (
        ("L3 below the control, the fused list far ahead",
         "The log was written by lists that showed what is popular, and L3 predicts the log. In this simulator liking does not "
         "depend on popularity: popular pins win nothing there."),
        ("as on the test days",
         "The test days say what was saved of what an older system had shown. Here other things are shown."),
        ("all about equal, users forgive much",
         "Users who find nothing leave sooner and come back less: differences grow with every visit."),
    )),
    Question("18.p6", "Fifteen methods of the course on PinWorld. Where do the most expensive ones end?", (
        ("none is ahead of a factorization of a tenth of a second",
         "The slowest, PinnerFormer with two minutes, cannot be told from it, nor can OmniSage with ten seconds; MultiBiSage and "
         "PinSage are behind by more than two errors over users (one seed)."),
        ("in front, that is what the seconds are for",
         "Seconds buy parameters. What is found depends on whether the data can fill them."),
        ("last, below popularity",
         "They are good methods. They are not the best here, which is another thing."),
    )),
    Question("18.q1", "Why are ranks fused, and not scores?", (
        ("scores of different models have different units and spreads",
         "A sum of walks and cosines is decided by whoever has the larger numbers."),
        ("ranks hold more information",
         "They hold less: by how much one item is ahead is lost. That is the price."),
        ("because scores may be negative",
         "One could shift them. It would not make their units equal."),
    )),
    Question("18.q2", "A policy's mean is 12, the control's 10, on a thousand users each. What is missing?", (
        ("how much users differ: the interval of the lift",
         "20 % more may be chance if a few users save hundreds of times."),
        ("nothing, 20 % is large",
         "Large is what is large beside its standard error."),
        ("the NDCG of both",
         "It was to be replaced by something better, and here it is."),
    )),
    Question("18.q3", "What do twins take out of the error of a lift?", (
        ("the differences between users",
         "Each user is compared with herself. What is left is what the two policies do to the same person."),
        ("the chance in what users do",
         "They meet the same chance at the same pin, but different lists show different pins."),
        ("the need for a control",
         "The control is one of the two lives."),
    )),
    Question("18.q4", "A learned blend gives a new generator the weight 0. Has it nothing to say?", (
        ("nothing about what was shown and saved on these days",
         "The weights come from a log. What an old system did not show has no chance to speak for anybody."),
        ("nothing at all",
         "On pins that the log does not hold it may be the only one who speaks."),
        ("it has a bug",
         "Perhaps. But a weight of 0 is what a log would give to whoever finds what was never shown."),
    )),
    Question("18.q5", "Why may a policy not remember earlier calls in an experiment?", (
        ("it would know from one replicate what the same users do in the next",
         "Replicates share their users. What one life has told, another must not know."),
        ("memory is slow",
         "It may be as slow as its limit allows. It is about what it knows."),
        ("real systems have no memory",
         "They have: the history. It is handed to the function, so that nothing else is needed."),
    )),
)  # fmt: skip
