"""What lesson 08 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

from graphrec_utils.exercises.questions import Question

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
    )),
    Question("08.p2", "Early stopping ends easy queries sooner than hard ones. Does it find more of "
             "the long walk's top 50 than the same number of steps for every query?", (
        ("hardly a difference",
         "The stars lie on the lines or a little above: one of six comparisons is beyond chance. Where the "
         "curve is flat any rule saves two thirds of the steps."),
        ("clearly more, it saves steps where they are not needed",
         "That was the idea. One of six comparisons is beyond chance, by 0.025; why not more, we have not "
         "measured."),
        ("clearly less, it looks only at the most visited pins",
         "Once in six comparisons it finds less, by 0.005, and that is within chance."),
    )),
    Question("08.p3", "Gowalla 16 times over: 13 million edges instead of 0.8. By what factor do the "
             "milliseconds of 100,000 steps grow, for the 64 walkers who take turns?",
             answer=3.83, within=1.5, said=(
        "3.8, and 5.2 for one walker at a time. The steps are the same; more looks miss the cache, and the "
        "array of counts has an entry per node. Which of the two costs more was not measured.",
        "More: 3.8. The number of steps is the same, but more looks miss the cache, and there are more counts "
        "to clear.",
        "Less: 3.8. The number of steps does not grow; the wait for memory does, and the counts to clear.",
    )),
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
    )),
    Question("08.p5", "Eight of a user's pins instead of one, and the same 20,000 steps for both. What "
             "happens to NDCG@20?", (
        ("it grows by a sixth or more",
         "Each pin says something else about the user, and a few thousand steps are enough for each "
         "of them."),
        ("it hardly changes",
         "That would be so if the pins said the same. A user has several interests, and one pin "
         "shows one of them."),
        ("it falls, since each pin gets fewer steps",
         "2,500 steps for each of eight pins find most of the top of a list, as figure 8.2 shows."),
    )),
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
    )),
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
    )),
    Question("08.p8", "Pixie, RP3β, EASE and iALS are tuned with equal trials on citeulike-t. Where does "
             "Pixie land by NDCG@20 on test?", (
        ("behind all three",
         "0.165 against 0.185 to 0.196. Its tuned walk is three hops, as RP3β's. Dividing its visits by "
         "degree^β alone brings 0.178: most of the gap to RP3β is popularity, not noise."),
        ("ahead of all three",
         "It was built for two billion pins and an answer in milliseconds, where none of the others "
         "can be computed. On six thousand articles they can."),
        ("between them",
         "They have 0.185 to 0.196, and it is behind all of them with 0.165."),
    )),
    Question("08.q1", "A colleague's walker returns the pins with most visits, and they are the same "
             "for every query. What do you look for?", (
        ("whether the walker ever goes home",
         "A walk without restart forgets its query, and its visits follow the degrees."),
        ("whether there are enough steps",
         "With too few steps the lists differ too much, by chance, not too little."),
        ("whether boards are counted",
         "That would put boards into the lists; they would still belong to the query."),
    )),
    Question("08.q2", "The graph grows tenfold and N stays. What grows?", (
        ("the memory, and the time of a step a little",
         "The graph must fit into memory, and more looks into it miss the cache. The number of "
         "steps does not grow."),
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
    )),
    Question("08.q4", "Steps are shared in proportion to the degree. Which query suffers?", (
        ("the one on few boards",
         "Next to a pin on ten thousand boards it gets next to nothing, though it says most about "
         "the user."),
        ("the one on most boards",
         "It gets the most. With C = log(max degree), it would be the one to get nothing."),
        ("none, the booster makes up for it",
         "The booster takes roots of what was counted. Without steps there is nothing to count."),
    )),
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
    )),
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
