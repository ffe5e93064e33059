"""Questions of lesson 00: predictions and the quiz, the right option first."""

from __future__ import annotations

from graphrec_utils import toy
from graphrec_utils.exercises.questions import Question


def _common(at) -> str:
    """How many new likes give Ann and Eve a common film."""
    R, found = toy.likes(), 0
    for u, i in (R == 0).nonzero().tolist():
        more = R.clone()
        more[u, i] = 1
        found += bool((more[0] * more[2]).any())
    return f"{found}"


def _number_of_ann(at) -> str:
    index = {}
    for name in ("Bob", "Bob", "Ann", "Ann"):
        index.setdefault(name, len(index))
    return f"{index['Ann']}"


def _share(at) -> str:
    """Which of the options is nearest to what popularity finds."""
    share = at["found"][at["hidden"]].mean().item()
    return f"about {min((45, 60, 85), key=lambda percent: abs(percent - 100 * share))} %"


def _never(at) -> str:
    never, events = len(at["never"]), len(at["table"])
    return "more than half" if 2 * never > events else "two or three" if never else "none of them"


QUESTIONS = (
    Question("00.p1", "Ann and Eve share no film. One new like is to change that, so that one "
        "film is liked by both. How many such likes are there?", (
        ("4", "Each of the two can take up one of the other's two films: Ann likes Cube or "
            "Drive, or Eve likes Alien or Brazil."),
        ("2", "You counted one side only. Ann can take up a film of Eve's, and Eve a film of "
            "Ann's: 2 + 2."),
        ("6", "Six cells are empty, but two of them are Bob's, and no like of his gives Ann and "
            "Eve a common film."),
    ), measured=_common),
    Question("00.p2", "Half of the toy matrix is filled. In the films of lesson 01, about "
        "17,000 people gave 73,000 likes to 10,500 films. How many percent of that matrix are "
        "filled? (A half is 50.)",
        answer=0.042, within=3, said=(
            "About 0.04 %: four likes a person, among ten thousand films.",
            "Not quite that empty: four likes a person, among ten thousand films, is 0.04 %.",
            "Emptier: 17,000 · 10,500 is nearly 180 million cells, so it is 0.04 %. One percent "
                "would be a hundred likes from everybody.",
        ), measured=lambda at, people=17_000, likes=73_000, films=10_500: 100 * likes / (people * films),
    ),
    Question("00.p3", "We number the users in the order in which they first appear in this "
        "table. Which number does Ann get?", (
        ("1", "Bob comes first and has 0; his second row brings no new name and takes no number."),
        ("0", "That is the order of the alphabet. In the table Bob comes first, and 0 is his."),
        ("2", "That is the place of Ann's first row. Bob's second row takes no number, or a row "
            "of the matrix would stay empty."),
    ), measured=_number_of_ann),
    Question("00.p4", "Draw three events at random among those that a woman is not known to "
        "attend. How often is the hidden one among them? Guess a share between 0 and 1.",
        answer=0.34, within=1.25, said=(
            "0.34. She is asked about nine events or so: those that she is known to attend are no "
                "candidates.",
            "Perhaps you divided 3 by 14. Events that she is known to attend are no candidates: "
                "on average nine are left to draw from, and chance finds 0.34.",
            "There are about nine candidates for three places: chance finds 0.34 of them, 34 %.",
        ), measured=lambda at: at["chance"][at["hidden"]].mean().item(),
    ),
    Question("00.p5", "And popularity, without the events she is known to attend: how often "
        "does it find the hidden one with three events?", (
        ("about 60 %", "62 %, nearly twice what chance finds: half of all attendances belong to "
            "four of the 14 events."),
        ("about 45 %", "A little better than chance, so one might think. But events are of very different size, "
            "and popularity knows the sizes: 62 %."),
        ("about 85 %", "Three places are not enough for all the crowded events, and the small "
            "ones have no place at all: 62 %."),
    ), measured=_share),
    Question("00.p6", "Each of the 14 events had at least three guests, so at least three attendances "
        "were hidden. Of how many events does popularity find none?", (
        ("more than half", "8 of 14. The crowded events fill all three places, and a small one "
            "never comes in front of them."),
        ("two or three", "It is 8 of 14. The 62 % are made by the few events that most women "
            "attended."),
        ("none of them", "An average of 62 % does not mean 62 % for everybody: 8 of 14 events "
            "are never found."),
    ), measured=_never),
    Question("00.q1", "A matrix has 1,000 users, 5,000 items and a density of 0.1 %. How many "
        "likes does it hold?", (
        ("5,000", "0.001 · 1,000 · 5,000 = 5,000, five a person. Real matrices are often "
            "emptier than that."),
        ("50,000", "That is one cell in a hundred, 1 %. A density of 0.1 % is one in a "
            "thousand: 5,000."),
        ("500,000", "That is one cell in ten. 0.1 % is a tenth of a percent, not a tenth: 5,000."),
    )),
    Question("00.q2", "What does a 0 in R say about a user and an item?", (
        ("Nothing was observed", "Most people have never met most items, so a 0 is no opinion."),
        ("The user dislikes the item", "Then everybody would dislike nearly everything. Most "
            "people have never met most items."),
        ("The user saw it and passed on", "Who saw what is a different record, and R does not "
            "hold it. A 0 says that nothing was observed."),
    )),
    Question("00.q3", "Your card says \"the inputs are left as they were ✗\". Why does that "
        "cost all points?", (
        ("Who called you goes on with a wrong R", "The caller still needs R, and your function "
            "has changed it under their hands."),
        ("Changing in place is slower than copying", "It is often faster. The harm is done to "
            "the caller, who goes on working with the same R."),
        ("The check cannot tell what you returned", "It can, and it does. But the caller goes "
            "on working with the same R, which is now wrong."),
    )),
    Question("00.q4", "A new event is announced. Where does it stand in a list by popularity?", (
        ("Last, beside all that nobody attended", "Its count is 0. So it is with everything "
            "that knows items by their edges only; lessons 07 and 09 bring in what an item "
            "looks like."),
        ("First, since it is the newest of all events", "A count has no dates. Nobody has "
            "attended the event yet, so its count is 0 and it stands last."),
        ("In the middle: nothing speaks against it", "Nothing speaks for it either. A list by "
            "popularity sorts by counts, and its count is 0."),
    )),
    Question("00.q5", "A recommender finds 62 % of the hidden attendances. Is that good?", (
        ("It depends on what chance finds", "Chance finds 34 % here, so 62 % is something. Then "
            "look at whom it never finds."),
        ("Yes, it is more than one half", "Half is no yardstick: among four candidates, three "
            "random ones find 75 %. Compare with chance."),
        ("No, more than a third is missed", "Nobody finds all. With three places, chance finds "
            "34 % here, and that is what to compare with."),
    )),
    Question("00.q6", "You add up a row of R. What is that in the graph?", (
        ("the number of edges at a user", "A row belongs to a user, and each 1 in it is a line "
            "to an item: the degree."),
        ("the number of edges at an item", "Items are columns. A row belongs to a user, and its "
            "sum is the number of lines there."),
        ("how many users are two steps away", "Two steps lead through an item to other users, "
            "and one row knows nothing of other rows."),
    )),
)  # fmt: skip
