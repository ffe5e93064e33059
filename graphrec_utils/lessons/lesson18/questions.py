"""What lesson 18 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

import numpy as np

from graphrec_utils import results
from graphrec_utils.exercises.questions import Question, by
from graphrec_utils.metrics.compare import Comparison


def _weight_of_l3(at) -> str:
    weights = dict(zip(at["for_val"], at["weights"], strict=True))
    share = weights["L3"] / weights["iALS"]
    names = ["next to nothing", "about two thirds", "about the same", "more than iALS"]
    return names[int(np.searchsorted([0.4, 0.85, 1.15], share))]


def _who_finds_new_pins(at) -> str:
    new = at["shares"].loc["new", list(at["for_test"])]
    found = set(new.index[new > 0])
    if found == {"pictures"}:
        return "those of the pictures alone"
    return "all lists" if found == set(new.index) else "none"


def _looks(at) -> str:
    often = at["wrong"]["at any of 25 looks"]
    return "in about a quarter" if often >= 0.2 else "in 5 of 100" if often > 0 else "never"


def _l3_and_fused(at) -> str:
    l3, fused = (at["reports"][name] for name in ("L3", "fused"))
    if l3.high < 0 < fused.low:
        return "L3 below the control, all four fused far ahead"
    return "as on the test days" if l3.lift > fused.lift else "all about equal"


def _ips_of_pictures(at) -> str:
    bias = at["off"]["pictures"]["IPS"]["bias"]
    return (
        "nearly nothing"
        if bias < -0.5
        else "far too much"
        if bias > 0.5
        else "about the right number"
    )


def _ranker(at) -> str:
    lead = Comparison.stored(at["people"]["ranker over fused"])
    return by(lead, "more than", "less than", "one cannot")


def _half_of_the_users(at) -> str:
    heard = at["heard"]
    share = heard["users"]["lift"] / heard["truth"]["lift"]
    return "nearly nothing" if share < 0.2 else "all of it" if share > 0.8 else "about half"


def _the_slowest(at) -> str:
    rows = results.load("18_course").values["methods"]
    slow = sorted(rows, key=lambda name: rows[name]["fit"] + rows[name]["rank"])[-4:]
    most = max(rows[name]["ndcg"] for name in slow)
    if most > rows["iALS"]["ndcg"]:
        return "in front"
    return "none is ahead" if most > rows["popularity"]["ndcg"] else "last"


QUESTIONS = (
    Question("18.p1", "Four generators, one of them weak on the log, are fused by ranks. Compared with the best of the four, "
             "what does the fused list find on the test days?", (
        ("less",
         "Every generator has one vote, the weak one too: all four find 0.096, iALS with item2item 0.107, iALS alone 0.114."),
        ("more, errors cancel out",
         "Even two that are equally good, iALS and L3, gain nothing that could be told: 0.116. And here one voice finds a fifth of what the best one finds."),
        ("exactly as much",
         "The first twenty places are shared among four lists: most of them change."),
    ), measured=lambda at: by(at["lead"], holds="more", fails="less")),
    Question("18.p2", "iALS and L3 find about as much, 0.114 and 0.113. Weights are learned on the validation days. What weight gets "
             "L3 beside iALS?", (
        ("about two thirds of it",
         "Much of what L3 says iALS has said already. A ridge pays for what is said beside the others: 0.46 and 0.31."),
        ("about the same",
         "Alone they find about as much. A ridge weighs what each says beside all the others."),
        ("next to nothing, iALS has said it all",
         "Not all: where the two disagree, both are right at times."),
    ), measured=_weight_of_l3),
    Question("18.p3", "Pins that nobody had saved before the test: whose lists, of the four generators, hold some that are saved later?", (
        ("those of the pictures alone",
         "A picture is there from the first day. The others know a pin only by its saves."),
        ("all lists, a few each",
         "A pin without saves has a cosine of 0 with every other, no vector and no walk that leads to it."),
        ("none",
         "For models of ids that is right. One of the four looks at content."),
    ), answered_by=("00.q4", "01.q1", "07.q4", "09.q4"), measured=_who_finds_new_pins),
    Question("18.p4", "Both halves get the same policy. You look after every 20 users with each, 25 times, and stop as soon as the interval "
             "leaves out 0. How often do you see a difference?", (
        ("in about a quarter of the experiments, or more",
         "One look errs in 5 of 100. Twenty-five looks are not 25 independent chances, but many more than one."),
        ("in 5 of 100",
         "That holds for one look, at a moment that was fixed before."),
        ("never, the halves get the same",
         "They get the same lists, but they are different people."),
    ), measured=_looks),
    Question("18.p5", "L3 finds about as much as the best of the four on the test days. Where is it in the experiment, and where are all four fused?", (
        ("L3 below the control, all four fused far ahead",
         "The log was written by lists that showed what is popular, and L3 predicts the log well. In this simulator liking does not "
         "depend on popularity."),
        ("as on the test days",
         "The test days say what was saved of what an older system had shown. Here other things are shown."),
        ("all about equal, users forgive much",
         "Users who find nothing leave sooner and come back less: the lifts lie far apart."),
    ), measured=_l3_and_fused),
    Question("18.p6", "Fifteen methods of the course on PinWorld. Where do the most expensive ones end?", (
        ("none is ahead of a factorization of a tenth of a second",
         "The slowest, PinnerFormer with two minutes, cannot be told from it, nor can OmniSage with ten seconds; MultiBiSage, "
         "two towers and PinSage are behind by more than three errors over users (one seed)."),
        ("in front, that is what the seconds are for",
         "Seconds buy parameters. What is found depends on whether the data can fill them."),
        ("last, below popularity",
         "All of them find more than popularity."),
    ), measured=_the_slowest),
    Question("18.p7", "A policy shows the first pin of the generator pictures. Of these pins the log could have drawn 6 in 100, with chances that it kept. What does IPS say "
             "that the policy earns, beside what an experiment counts?", (
        ("nearly nothing",
         "What the log never draws has no row, and counts as zero: on average over a hundred logs 92 % of what it earns are missing."),
        ("about the right number, with more noise",
         "Weights repair what is drawn rarely. Nothing repairs what is never drawn."),
        ("far too much, its few rows get large weights",
         "Large weights make noise. On average each row stands for what the log could have drawn, and for nothing else."),
    ), measured=_ips_of_pictures),
    Question("18.p8", "Seven generators that hear this minute's saves are fused by ranks. The ranker of lesson 17, trained on clicks, brings the first hundred of "
             "that list into its own order. It hears no save of this minute. What do people save of its lists?", (
        ("more than of the fused list",
         "A vote knows that several generators agree; the ranker knows how a person and a pin fit: 7.42 saves in place of 6.98."),
        ("less than of the fused list",
         "The hundred come from generators that have heard them. What it adds, how a person and a pin fit, is worth more."),
        ("one cannot tell, the hundred are good already",
         "They are not equally good. Ten of the hundred are shown, and which ten is what a second stage decides."),
    ), measured=_ranker),
    Question("18.p9", "Everybody with the policy saves 6.7 % more than everybody with the control. What does an experiment say in which half of the users, drawn one by one, have the policy?", (
        ("nearly nothing",
         "The control's lists are counted on everybody's saves. What the policy's users have tried, the control's users are shown as well."),
        ("about half of it, as half of the users have the policy",
         "What is learned from their saves goes into both halves' lists alike: the difference between the halves is what is left, and that is hardly anything."),
        ("all of it, the draw is fair",
         "The draw is fair, and each user's lists still depend on what all others save. A fair draw needs users who do not touch each other."),
    ), measured=_half_of_the_users),
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
    Question("18.q4", "DR says that a policy earns 0.40 a row, from 20,000 rows of a log. Its effective size is 15. What do you write on your page?", (
        ("that this log cannot say what the policy earns",
         "A few rows of large weight decide. Another log of the same site would say something else."),
        ("0.40, DR is right if the chances or the model are",
         "Right on average over many logs. This one estimate scatters as fifteen rows do."),
        ("0.40, from 20,000 rows",
         "Nearly all of them have a weight near 0: they say nothing of this policy."),
    )),
    Question("18.q5", "Why may a policy not remember earlier calls in an experiment?", (
        ("users live several times here: it would know from one life what they do in the next",
         "What one life has told, another must not know, or the twins are no twins."),
        ("memory is slow",
         "It may be as slow as its limit allows. It is about what it knows."),
        ("real systems have no memory",
         "They have: the history. It is handed to the function, so that nothing else is needed."),
    ), branch=True),
)  # fmt: skip
