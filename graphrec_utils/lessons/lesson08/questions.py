"""What lesson 08 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

import numpy as np

from graphrec_utils import results
from graphrec_utils.exercises.questions import Question
from graphrec_utils.metrics.compare import FAILS, HOLDS, Comparison
from graphrec_utils.results import regimes


def _lead(row: dict) -> Comparison:
    return Comparison.of(*(row[k] for k in ("one", "other", "gap", "error", "users")))


def _without_a_home(at) -> str:
    """Shares of the visits where the walker goes home once in ten thousand steps."""
    r, M = 1e-4, at["M"]
    p0, p1, p2 = (r * M @ np.linalg.inv(np.eye(3) - (1 - r) * M))[0].round(2)
    if p2 == 0:
        return "it gets nothing"
    if p2 > p1:
        return "it gets more than p1"
    return "all three get a third" if p0 == p1 == p2 else "it gets as much as p0"


def _stopped(at) -> str:
    """Early stopping with the paper's n_v beside as many steps for all, on both graphs."""
    rules = [row for x in results.load("08_parts").values["stop"].values() for row in x["rules"]]
    leads = [_lead(row["leads"]["all"]) for row in rules if row["n_v"] == 4]
    if all(x.low > 0.02 for x in leads):
        return "clearly more"
    return "clearly less" if all(x.high < -0.02 for x in leads) else "hardly a difference"


def _larger(at) -> str:
    cost = results.load("08_pixie_cost").values
    grown = [cost[f"{way}, ms, 16 times over once"] for way in ("interleaved", "one by one")]
    if max(grown) < 1.5:
        return "it stays"
    return "it grows sixteenfold" if min(grown) > 10 else "it grows three- to sixfold"


def _bent(at) -> str:
    gap = at["bent_or_not"][10].gap
    if abs(gap) < 0.03:
        return "nearly the same"
    return "biasing the walk" if gap > 0 else "multiplying afterwards"


def _eight(at) -> str:
    leads = [_lead(x["leads"]["eight over one"])
             for x in results.load("08_parts").values["decisions"].values()]  # fmt: skip
    if all(x.low > x.other / 10 for x in leads):
        return "it grows by a tenth or more"
    return "it falls" if all(x.outcome == FAILS for x in leads) else "it hardly changes"


def _crossing(at) -> str:
    share = results.load("08_booster").values["crossing"]
    if share < 0.2:
        return "below a fifth"
    return "from about a half on" if share < 0.8 else "only if nearly all"


def _half_a_millisecond(at) -> str:
    rows = [r for r in results.load("08_walk_or_push").values["gowalla"]
            if r["start"] == "among the most liked"]  # fmt: skip
    found = {
        way: np.interp(np.log(0.5), *zip(*((np.log(r["ms"]), r["found"]) for r in rows if r["way"] == way), strict=True))
        for way in ("walk", "push")
    }  # fmt: skip
    if abs(found["walk"] - found["push"]) < 0.1:
        return "about the same"
    return "the walk" if found["walk"] > found["push"] else "push"


def _beside_rivals(at) -> str:
    leads = results.load("08_rivals").values["citeulike-t"]["leads"]
    said = [_lead(leads[f"Pixie over {other}"]).outcome for other in ("RP3β", "EASE", "iALS")]
    if said == [FAILS] * 3:
        return "behind all three"
    return "ahead of all three" if said == [HOLDS] * 3 else "between them"


def _kept(at) -> str:
    """Of the boards kept at 0.6: does the measure choose small ones, or was one pruning lucky?"""
    rows = [r for r in results.load("08_parts").values["edges"]["rows"] if r["delta"] == 0.6]
    of = {r["rule"]: r for r in rows}
    similar, chance = of["with the pin"], [r for r in rows if r["rule"].startswith("random")]
    if similar["ndcg"] > min(r["ndcg"] for r in chance):
        return "the one random pruning"
    small = similar["pins of a kept board"] < 0.9 * min(r["pins of a kept board"] for r in chance)
    return "the measure prefers" if small else "boards that look alike"


def _slower(at) -> str:
    """What is left of a walk's rate when the catalog is a thousand times as large."""
    rows = regimes.regimes()["size"]["sets"]["random catalogs"]["methods"]["Pixie"]
    left = rows[3]["mean"] / rows[0]["mean"]
    if left > 0.8:
        return "all of them"
    return "a fifth to a tenth" if 0.1 < left < 0.2 else "about a thousandth"


def _everybody(at) -> str:
    """Which option the stored shares of strangers' lists say."""
    rows = results.load("08_everybody").values["shared"]["walk"]["visits"]
    first = next((k for k, row in enumerate(rows) if row["mean"] >= 8), None)
    if first is None:
        return "never, they began elsewhere"
    return "after two or three" if first in (2, 3) else "after about ten"


def _short(at) -> str:
    """How many of the long walk's fifty ten thousand steps find, on both graphs."""
    found = [50 * x["curve"]["10000"] for x in results.load("08_parts").values["stop"].values()]
    if min(found) > 40:
        return "more than forty"
    return "hardly ten" if max(found) < 15 else "about half"


QUESTIONS = (
    Question("08.p1", "In the table every row has the same share for p1, a half, and at restart 0.2 "
             "the query p0 itself has only a third. What happens to p2 when `restart` goes to 0?", (
        ("it gets as much as p0, a quarter",
         "Without a home the visits follow the degrees, 1, 2 and 1 board: a quarter, a half, a "
         "quarter, whatever the query was."),
        ("all three get a third",
         "A walker without a home visits a pin the more often the more boards lead to it. p1 is on "
         "two of them."),
        ("it gets nothing", "That is `restart` at 1: p2 is two steps away and never reached."),
        ("it gets more than p1",
         "Every way to p2 leads over b1, where p1 is, too. And p1 has a second board."),
    ), measured=_without_a_home),
    Question("08.p2", "Early stopping ends easy queries sooner than hard ones. Does it find more of "
             "the long walk's top 50 than the same number of steps for every query?", (
        ("hardly a difference",
         "From 0.014 less to 0.011 more. Where the curve is flat any rule saves two thirds of the steps."),
        ("clearly more, it saves steps where they are not needed",
         "That was the idea. It is ahead in libraries with n_p = 50, by 0.011, and nowhere else."),
        ("clearly less, it looks only at the most visited pins",
         "With n_p = 200 it finds less, by 0.014 and 0.009; with 100 the two are level."),
    ), measured=_stopped),
    Question("08.p3", "Gowalla 16 times over: 13 million edges instead of 0.8, and the same 100,000 steps. What happens to "
             "the time of a query?", (
        ("it grows three- to sixfold",
         "3.8 times for 64 walkers who take turns, 5.2 for one at a time. The steps are the same; more looks miss the "
         "cache, and the array of counts has an entry per node."),
        ("it stays as it is",
         "The number of steps does. But a step looks up two edges, and in a larger graph more of these looks wait."),
        ("it grows sixteenfold",
         "That is so for who goes through all edges. A walk looks at two per step, and what grows is the time of a look."),
    ), measured=_larger),
    Question("08.p4", "Ideas get a factor of 10, once in every choice of the walk, once as a "
             "multiplication of the final visits. Which brings more ideas into the top 20?", (
        ("nearly the same for both",
         "0.208 against 0.198 at a factor of 10, a hundredth more for the walk, and 0.315 against 0.365 "
         "at 30."),
        ("biasing the walk, by far",
         "It is ahead by a hundredth: 0.208 against 0.198. At a factor of 30 it is behind, 0.315 against "
         "0.365."),
        ("multiplying afterwards, by far",
         "It is ahead at a factor of 30, with 0.365 against 0.315. At 10 it is a hundredth behind, and at 3 "
         "they are level."),
    ), measured=_bent),
    Question("08.p5", "Eight of a user's pins instead of one, and the same 20,000 steps for both. What "
             "happens to NDCG@20?", (
        ("it grows by a tenth or more",
         "By a quarter in PinWorld, by more than half in libraries. Each pin may say something else about the user, and a few "
         "thousand steps are enough for each of them."),
        ("it hardly changes",
         "That would be so if the pins said the same. A user has several interests, and one pin "
         "shows one of them."),
        ("it falls, since each pin gets fewer steps",
         "2,500 steps for each of eight pins find most of the top of a list, as figure 8.2 shows."),
    ), measured=_eight),
    Question("08.p6", "From which share of wanted pins in the overlap on is the booster ahead of the "
             "sum?", (
        ("below a fifth",
         "It wins much on bridges and loses little on ordinary pins, so ten bridges in a hundred are enough. A bet with small stakes."),
        ("from about a half on",
         "That would be so if it lost as much on ordinary pins as it wins on bridges. It loses "
         "little there."),
        ("only if nearly all of them are bridges",
         "On bridges it finds half as many again, and on ordinary pins it is a little behind the sum. "
         "A few bridges make up for that."),
    ), measured=_crossing),
    Question("08.p7", "Both start at one of the most liked items of Gowalla and get about half a "
             "millisecond of CPU. Which finds more of the exact top 50?", (
        ("the walk, by far",
         "About 0.75 against 0.23. Push has to serve each of the hundreds of fans, and all that they "
         "like, before the first item stands out; the walk just goes."),
        ("push, by far",
         "It has no noise, but from a popular item much to do first: every fan, and all that each "
         "fan likes. From there it is nowhere ahead where both were measured."),
        ("about the same, they compute the same vector",
         "They aim at the same vector, and are not equally far after half a millisecond: push has to "
         "serve every neighbor of what it settles."),
    ), measured=_half_a_millisecond),
    Question("08.p8", "Pixie, RP3β, EASE and iALS all see the libraries of citeulike-t. Where does "
             "Pixie land by NDCG@20 on test?", (
        ("behind all three",
         "0.165 against 0.185 to 0.196. Its best walk is three hops, as RP3β's. Dividing its visits by "
         "degree^β brings 0.178: most of the gap to RP3β is popularity, not noise."),
        ("ahead of all three",
         "It was built for two billion pins and an answer in milliseconds, where none of the others "
         "can be computed. On six thousand articles they can."),
        ("between them",
         "They have 0.185 to 0.196, and it is behind all of them with 0.165."),
    ), measured=_beside_rivals),
    Question("08.p9", "Of each pin we kept the boards whose mean picture is most like the pin, and the walk finds less than with "
             "boards at random. Somebody looks at which boards were kept. What is the reason?", (
        ("the measure prefers the smallest boards",
         "The pin is in the mean that it is compared with. On a board of one pin the cosine is 1 whatever the picture, and "
         "from such a board a walk goes straight back."),
        ("boards that look alike lead nowhere new",
         "A good story, and the numbers say no: with the pin left out of the mean, alike boards find more than random ones."),
        ("the one random pruning was lucky",
         "Five of them found 0.054 to 0.061, the most similar boards 0.039."),
    ), measured=_kept),
    Question("08.p10", "A catalog grows from a thousand things to a million. How many of its requests a second does a walk of 10,000 steps "
             "still answer?", (
        ("a fifth to a tenth",
         "A seventh: 12,334 become 1,759. The steps are as many, but each looks into a larger memory, and most likely waits for it. A scan goes from 62,324 to 23."),
        ("all of them: a step is a step",
         "The steps are as many. But each looks up two edges, and in a larger graph more of these looks wait."),
        ("about a thousandth",
         "That is so for who goes through everything: a scan goes from 62,324 to 23. A walk looks at two edges a step."),
    ), measured=_slower),
    Question(
        "08.p11",
        "You love three films, a stranger three others. Sparks go film, person, film from each. After how many steps do your lists "
        "of ten films share at least eight, in the mean of 200 such pairs?",
        (
            (
                "after two or three",
                "5.6 after one step, 8.1 after two, 8.9 after three. A film has many fans, and each of them has seen what everybody has seen.",
            ),
            (
                "after about ten",
                "After ten nothing moves any more: 8.9 since the third. Two steps reach nearly every film, and most sparks are where "
                "most likes are.",
            ),
            (
                "never, they began elsewhere",
                "Without a way home the beginning is forgotten: after three steps 8.9 of ten are the same. With chance ½ to go home it is 7.1 "
                "forever, and 2.9 divided by the root of the likes.",
            ),
        ),
        measured=_everybody,
    ),
    Question("08.p12", "Half a million steps say which fifty pins belong on top. How many of these fifty does a walk of ten "
             "thousand steps have in its own top fifty?", (
        ("more than forty",
         "42 in citeulike-t, 46 in PinWorld, in the mean. The pins at the top are visited again and again, so their counts are soon decided."),
        ("about half of them",
         "About half is what 300 steps find: 22 in citeulike-t, 34 in PinWorld."),
        ("hardly ten, it sees too little of the graph",
         "It need not see the graph. The walk comes home again and again, and passes the same near pins each time."),
    ), measured=_short),
    Question("08.q1", "A colleague's walker returns the pins with most visits, and they are the same "
             "for every query. What do you look for?", (
        ("whether the walker ever goes home",
         "A walk without restart forgets its query, and its visits follow the degrees."),
        ("whether there are enough steps",
         "With too few steps the lists differ too much, by chance, not too little."),
        ("whether boards are counted",
         "That would put boards into the lists; they would still belong to the query."),
    )),
    Question("08.q2", "A graph of ten thousand things grows tenfold, and the number of steps stays. What grows?", (
        ("the memory tenfold, and the time of a step, but less",
         "The graph must fit into memory, and more looks into it are likely to miss the cache: ten times the catalog took at most two and a half "
         "times as long in figure 8.5, sixteen times the graph four to five times in branch 8.7. The number of steps does not grow."),
        ("nothing, that is the point of Pixie",
         "Nothing about the number of steps. But all edges are in memory, and a look that misses "
         "the cache takes longer."),
        ("the time of a query, tenfold",
         "That is so for methods that go through all edges. A walk looks at two per step."),
    )),
    Question("08.q3", "One popular pin alone ends every search early. What went wrong?", (
        ("it is counted at every visit from the n_v-th on",
         "The counter grows when a pin's count becomes n_v, once for each pin."),
        ("n_v is too small",
         "With a small n_v many pins get there soon. But one pin counts once, however small n_v is."),
        ("n_p pins are enough instead of more than n_p",
         "That ends the search one pin too early, and still n_p different pins are needed."),
    ), branch=True),
    Question("08.q4", "Steps are shared in proportion to the degree. Which query suffers?", (
        ("the one on few boards",
         "Next to a pin on ten thousand boards it gets next to nothing, though it says most about "
         "the user."),
        ("the one on most boards",
         "It gets the most. With C = log(max degree), it would be the one to get nothing."),
        ("none, the booster makes up for it",
         "The booster takes roots of what was counted. Without steps there is nothing to count."),
    ), branch=True),
    Question("08.q5", "Three queries visit a pin 4, 4 and 1 times, another one 16, 0 and 0 times. "
             "Which one does the booster put first?", (
        ("the first, 25 against 16",
         "(2 + 2 + 1)² = 25. Alone, 16 visits count as 16."),
        ("the second, 16 against 9",
         "That is the sum of the visits. The booster adds the roots and squares the sum."),
        ("neither, both get 25",
         "(4 + 0 + 0)² is 16. Being reached by several is what counts."),
    )),
    Question("08.q6", "Two queries share one counter of pins with n_v visits. What happens?", (
        ("the second one ends too early",
         "It inherits the pins of the first. Each query has a counter of its own, in this lesson and in the paper."),
        ("the first one ends too early",
         "The first begins at zero. It is the second one that inherits."),
        ("nothing, the sum is what matters",
         "The lists are combined, the searches are not: each has to look around by itself."),
    ), branch=True),
    Question("08.q7", "When would you rather walk than push?", (
        ("when the way leads over popular nodes, and nearly right will do",
         "Push serves every neighbor of a node that it settles; a walk takes one of them. Preferences and "
         "queries kept apart are possible with both."),
        ("when the graph is so large that no matrix of it fits into memory",
         "Push needs no matrix either, only lists of neighbors, and stays near home."),
        ("when the result has to be exact, down to the last pin of the list",
         "A walk is noisy; to halve the noise takes four times the steps. Push is exact up to its "
         "tolerance."),
    )),
)  # fmt: skip
