"""Questions of lesson 01: predictions and the quiz, the right option first."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.questions import Question, by


def _nearest(share: float, options: dict[str, float]) -> str:
    """Return the option whose number is nearest, in ratio."""
    return min(options, key=lambda name: abs(np.log(max(share, 1e-6) / options[name])))


def _head(at) -> str:
    fans = np.sort(at["fans"])[::-1]
    share = fans[: round(len(fans) / 100)].sum() / fans.sum()
    return _nearest(share, {"about 40 %": 0.4, "about 20 %": 0.2, "about 5 %": 0.05})


def _leaking(at) -> str:
    share = at["leaks"](*at["splits"]["random"]).mean()
    return _nearest(share, {"about nine": 0.9, "about one in two": 0.5, "about one in ten": 0.1})


def _careless(at) -> str:
    """NDCG of hits at ranks 2 and 5 with three relevant items, and with an ideal list of the two hits."""
    gain = 1 / np.log2(np.arange(5) + 2)
    found = gain[[1, 4]].sum()
    careless, right = found / gain[:2].sum(), found / gain[:3].sum()
    return (
        "It is too high" if careless > right else "It is too low" if careless < right else "Nothing"
    )


def _neighbors(at) -> str:
    S = at["baselines"].item2item(at["past"], shrinkage=0).right[at["example"]].toarray().ravel()
    fans = np.median(at["fans_of"][S.argsort()[::-1][:5]])
    return _nearest(fans, {"mostly obscure": 5, "mostly famous": 600, "films as known": 60})


def _in_the_tail(at) -> str:
    share = max(at["in_tail"][name].mean() for name in at["PERSONAL"])
    return (
        "fewer than"
        if share < 0.01
        else _nearest(share, {"about 1 in 20": 0.05, "about 1 in 5": 0.2})
    )


def _at_random(at) -> str:
    options = {"user2item": "user2item", "recent": "recent pop", "popularity": "popularity of"}
    return options[max(options, key=lambda name: at["random"][name].mean())]


def _cold(at) -> str:
    share = at["cold"]["of either"]
    return "more than a third" if share > 1 / 3 else _nearest(
        share, {"about one in ten": 0.1, "about one in a hundred": 0.01}
    )  # fmt: skip


QUESTIONS = (
    Question("01.p1", "A good ranker takes 10 µs per item. How many seconds does it need to "
        "rank a catalog of a billion items for one visit?",
        answer=10_000, within=3, said=(
            "A billion times ten millionths: 10,000 seconds, nearly three hours, for one visit.",
            "A billion is more than it sounds: 10⁹ · 10⁻⁵ s is 10,000 seconds, nearly three "
                "hours.",
            "Not quite: 10⁹ · 10⁻⁵ s is 10,000 seconds, nearly three hours. Nobody waits that "
                "long either.",
        ), measured=lambda at: at["stages"]["catalog"] * at["ranker"],
    ),
    Question("01.p2", "Sort the films by their number of likes. Which share of all likes do the "
        "top 1 % get?", (
        ("about 40 %", "105 films get 42 % of 72,771 likes, forty times what a random one "
            "percent would get."),
        ("about 20 %", "It is more uneven than most people expect: 105 films get 42 % of all "
            "likes."),
        ("about 5 %", "Five times its part would be nearly fair. The head of the tail is steep: "
            "105 films get 42 %."),
    ), measured=_head),
    Question("01.p4", "Hide a random fifth of every user's likes. How many of the hidden ones "
        "have a later like of the same user in train?", (
        ("about nine in ten", "87 %. Only a user's very last likes have nothing after them; all "
            "other questions are asked with the future in hand."),
        ("about one in two", "You may have pictured a cut in the middle. A single later like is "
            "enough for a leak, and most likes have one: 87 %."),
        ("about one in ten", "That is roughly the part without a leak. A single later like is "
            "enough, and 87 % have one."),
    ), measured=_leaking),
    Question("01.p5", "Five places, hits at ranks 2 and 5, and one relevant item that the list "
        "has missed. A careless programmer builds the ideal list from the two hits only. What "
        "happens to this NDCG?", (
        ("It is too high", "The ideal list should hold three items and holds two. The sum below "
            "the line is too small, and the missed item costs nothing."),
        ("It is too low", "A shorter ideal list makes the sum below the line smaller, and the "
            "fraction larger."),
        ("Nothing: it is right", "Then a list that misses all but one item, and has that one in "
            "front, would be perfect. The ideal list needs all three."),
    ), measured=_careless),
    Question("01.p6", "Take the cosine as it is, and an item with about sixty fans. What are "
        "its five nearest neighbors?", (
        ("mostly obscure films", "One hit comes first, and then four films with three fans "
            "each, two of them in common: a small film needs little for a large share."),
        ("mostly famous films", "That would be so with raw counts. The cosine divides by the "
            "fans, and then two common fans out of three are worth as much as ten out of "
            "seventy."),
        ("films as known as it is", "The cosine asks for a share of common fans, and a large "
            "share comes by luck most easily to films with three fans."),
    ), measured=_neighbors),
    Question("01.p8", "Which finds most of the new likes of the last tenth: a list of recent "
        "bestsellers, the same for everybody, or the best of five generators that know the user?", (
        ("the recent bestsellers", "By far: people post about what runs in the cinemas this week, "
            "and no generator that knows the user looks at the calendar."),
        ("the best of the five", "It knows the user, and among known users it is only level with the "
            "bestsellers of all time: old neighbors of old likes, while people post about new films."),
        ("neither, they are close", "They are far apart. What is new in the cinemas explains more "
            "of these likes than what the user liked before."),
    ), measured=lambda at: by(at["knows"], "the best of", "the recent", "neither")),
    Question("01.p9", "Of the test likes for items with at most 20 known likes, how many do the "
        "personal generators find with 20 places?", (
        ("fewer than 1 in 100", "Hardly any. A film that few people like is near few others, "
            "and the twenty places go to films with many edges."),
        ("about 1 in 20", "Not even a fifth of that: an item with few edges is reached by few "
            "paths, and a new one by none."),
        ("about 1 in 5", "That is their average over all items, and the hits in it are popular "
            "ones. In the tail they find hardly any."),
    ), measured=_in_the_tail),
    Question("01.p10", "Which of these three finds most under a random split?", (
        ("user2item", "A random split asks about all months, and train has likes from all of "
            "them: knowing the user helps, knowing the day does not."),
        ("recent popularity", "It wins the future. A random split asks about all months alike, "
            "where a half-life of days throws away what is useful."),
        ("popularity of all time", "It does not care about dates, which helps here. But with "
            "likes of all months in train, knowing the user helps more."),
    ), measured=_at_random),
    Question("01.p12", "Cut the time line so that the last tenth of the likes is test. How many of "
        "these likes are of a user, or of a film, without any like before?", (
        ("more than a third", "Most of them are of new users: people come, post a few ratings, "
            "and go. Leave them out, and recall speaks of the easy part of tomorrow."),
        ("about one in ten", "That is right for the films. But people come and go faster than films, "
            "and a like is cold if either side is new."),
        ("about one in a hundred", "In a shop with regular customers, perhaps. Here people come, "
            "post a few ratings, and go."),
    ), measured=_cold),
    Question("01.q1", "Which generator of this lesson can recommend an item that nobody has "
        "ever clicked?", (
        ("none of them", "Popularity gives it 0, the others reach items along edges only, and "
            "it has none. Content helps (lessons 07 and 09)."),
        ("item2item", "Its column of R is empty, so its cosine with every other item is 0."),
        ("user2item", "Users vote for what they like, and nobody has liked this one yet."),
        ("recent popularity", "Without events there is nothing recent to count: its score is 0."),
    )),
    Question("01.q2", "A colleague hides the last like of each user and trains on all others. "
        "Is that a temporal split?", (
        ("No, each user has a cut-off of their own", "Ann's last like may be from March, while "
            "the others' train likes reach into June: the model knows the future of March."),
        ("Yes, the last like is in the user's future", "In that user's, yes. But other users' "
            "train likes may be later, and they know which films became hits."),
        ("Yes, if the likes are sorted by their dates", "Sorting is not the trouble. One moment "
            "must separate train from test for all users at once."),
    )),
    Question("01.q3", "Two relevant items, a list of 20, both found at ranks 19 and 20. Recall "
        "and NDCG?", (
        ("1 and 0.28", "All is found, so recall is 1. The gains at ranks 19 and 20 are 0.231 "
            "and 0.228; the ideal list has 1 and 0.631."),
        ("0.1 and 0.28", "2 of 20 places is the precision. Recall asks which part of the "
            "relevant items was found: all of it."),
        ("1 and 1", "NDCG looks at ranks: the ideal list has both items in front, and this one "
            "has them at the end."),
    )),
    Question("01.q5", "Your model gives every item the score 0. What should its recall be?", (
        ("that of a random list", "If it is better, ties follow an order that knows something, "
            "for example item numbers given by popularity."),
        ("zero, since it says nothing", "Twenty items are shown all the same, and a random one "
            "is sometimes right."),
        ("that of the bestseller list", "That happens where popular items have small "
            "numbers and ties follow the numbers. That is the trap."),
    ), branch=True),
    Question("01.q6", "A generator's recall@1000 is 60 %. What can the best ranker behind it "
        "reach?", (
        ("60 %, whatever it does", "It can put the found ones in front. What the generator has "
            "lost, nobody brings back."),
        ("100 %, if it ranks well", "A ranker orders what it is given, and 40 % of the good "
            "items were not given to it."),
        ("36 %, losing as much again", "The best ranker loses nothing of what it gets: all of "
            "the 60 % can be in front."),
    )),
    Question("01.q7", "Your item2item proposes films with three fans beside every hit. Which "
        "knob do you turn?", (
        ("more shrinkage", "The factor C / (C + s) distrusts a cosine that rests on two common "
            "fans."),
        ("more neighbors", "That is a knob of user2item, and more voices do not make a lucky "
            "cosine smaller."),
        ("a shorter half-life", "It makes events age. Two common fans of yesterday are still "
            "only two."),
    ), branch=True),
)  # fmt: skip
