"""Predictions and quiz of lesson 04."""

from __future__ import annotations

import numpy as np

from graphrec_utils import results, toy
from graphrec_utils.exercises.questions import Question


def _adjacency() -> np.ndarray:
    R = toy.likes().numpy().astype(float)
    return np.block([[np.zeros((3, 3)), R], [R.T, np.zeros((4, 4))]])


def _louder(at) -> str:
    """In which forms Alien's entry in Ann's row is larger than Brazil's."""
    A = _adjacency()
    degree = A.sum(axis=1)
    row, column = A[0] / degree[0], A[0] / degree
    forms = {"row": row, "column": column, "symmetric": np.sqrt(row * column)}
    ann = [name for name, x in forms.items() if x[3] > x[4] + 1e-9]
    names = {("column", "symmetric"): "column and", ("row", "symmetric"): "row and"}
    return "all three" if len(ann) == 3 else "none of them" if not ann else names[tuple(ann)]


def _films_in_two(at) -> str:
    A = _adjacency()
    found = [toy.ITEMS[i] for i in np.flatnonzero((A @ A)[0, 3:])]
    names = {(): "none", ("Cube",): "Cube", ("Alien", "Brazil"): "Alien and Brazil"}
    return names.get(tuple(found), "Alien, Brazil and")


def _no_way_home(at) -> str:
    """Where a walker of the toy graph spends the time as `restart` goes to 0."""
    A = _adjacency()
    degree, restart = A.sum(axis=1), 1e-6
    start = np.eye(len(A))[0]
    share = restart * np.linalg.solve(
        np.eye(len(A)) - (1 - restart) * (A / degree[:, None]).T, start
    )
    if np.allclose(share, degree / degree.sum(), atol=1e-4):
        return "proportional to"
    if np.allclose(share, 1 / len(A), atol=1e-4):
        return "the same for"
    return "all of it" if share[0] > 0.99 else "larger, the closer"


def _ten_times(at) -> str:
    growth = at["pushed"][1e-5].median() / at["pushed"][1e-4].median()
    return "ten times" if growth >= 9 else "more, but" if growth > 1.3 else "about as many"


def _eight(at) -> str:
    share = at["smooth"] / at["crowd"]
    return "next to nothing" if share < 0.1 else "about as much" if share < 1.2 else "clearly more"


def _least(at) -> str:
    found = {name: one.ndcg.mean() for name, one in at["per_user"].items()}
    options = ("SVD low-pass", "three hops, A³", "L3", "PageRank")
    least = min(options, key=found.get)
    return "plain three hops" if least == options[1] else least


def _filter_on_gowalla(at) -> str:
    test = results.load("04_gfcf_gowalla").values["test"]
    best = max(row["recall@20"] for row in test.values())
    return "above both" if best > 0.1830 else "between the two" if best > 0.1569 else "below both"


def _inner_or_last(at) -> str:
    """Which division of a walk of three steps adds most: by the inner nodes, by the last film, or by both."""
    found = {name: one.ndcg.mean() for name, one in at["per_user"].items()}
    inner, last, both = (
        found[name] - found["three hops, A³"] for name in ("L3", "last film alone", "RP3β")
    )
    if both > inner + last:
        return "both together: more"
    if both > max(inner, last):
        return "both together: less"
    return "the last film's" if last > inner else "those of the inner"


QUESTIONS = (
    Question("04.p1", "Ann likes two films; Alien has one fan, Brazil has two. In which forms "
             "is Alien louder for Ann than Brazil?", (
        ("column and symmetric",
         "In Ann's row these divide by the fans of a film as well: 1 against ½, and 0.71 against "
         "0.5. By rows only Ann's own degree counts, ½ for both."),
        ("row and symmetric",
         "By rows Ann's two films are divided by the same number, her own degree. It is the "
         "column form that asks how many fans a film has."),
        ("all three",
         "All three divide by degrees, but not by the same ones. By rows it is Ann's, the same "
         "for both of her films."),
        ("none of them, Brazil is louder",
         "More fans do not make a film louder for one of them. In two of the forms they make it "
         "quieter, in the third they do not count."),
    ), measured=_louder),
    Question("04.p2", "The lecture says: in A² a 1 stands where two nodes are joined by a path "
             "of two edges. Which films does Ann have in A²?", (
        ("none", "Every edge changes sides. Two steps from a person end at a person."),
        ("Cube",
         "Bob likes it and shares Brazil with Ann. But count the edges: Brazil, Bob, Cube are "
         "three."),
        ("Alien and Brazil",
         "They are one step away and stand in A. A second step leads on from them, to people."),
        ("Alien, Brazil and Cube",
         "These are within three steps, and none of them is at exactly two."),
    ), measured=_films_in_two),
    Question("04.p3", "And what stands on the diagonal of A² for Brazil, which has two fans?", (
        ("2", "A walk out and back for each of its edges: the diagonal holds the degrees."),
        ("0", "No node is its own neighbor, so 0 stands in A. But a walk may turn back."),
        ("1",
         "A 1 would say that there is a way. Powers count the ways: out to Ann and back, out to "
         "Bob and back."),
        ("4",
         "A walk of length 2 leaves by one edge and has to come back by the same one, so there "
         "are two."),
    ), measured=lambda at: f"{(_adjacency() @ _adjacency())[4, 4]:.0f}"),
    Question("04.p4", "How many percent of all films does a typical user of MovieTweetings reach in "
             "three steps?",
             answer=29, within=1.5, said=(
        "29, and 92 after five steps. One popular film among your likes is enough to reach "
        "what its many fans like.",
        "More: 29. A typical user has few likes, but one of them tends to be popular, and its "
        "many fans like a lot.",
        "Less: 29, and 92 after five steps. Fans of rare films are out of reach of the first "
        "two steps.",
    ), measured=lambda at: 100 * at["share"][3].median()),
    Question("04.p5", "What do the shares of time become, in one connected graph as here, when "
             "`restart` goes to 0?", (
        ("proportional to the degrees",
         "The walker forgets where home is: the same for everybody, bestsellers again. A larger "
         "`restart` does the opposite, and Drive, five steps away, gets less."),
        ("the same for every node",
         "Without a home the walker gets everywhere, but not equally often: every edge is an "
         "entrance, and some nodes have more of them."),
        ("all of it at Ann", "That is `restart` at 1, where the walker goes home at every step."),
        ("larger, the closer a node is to Ann",
         "Only returning keeps a walker close to Ann. Without it the start is forgotten."),
    ), measured=_no_way_home),
    Question("04.p6", "Make the tolerance ten times smaller, one in a hundred thousand. How "
             "many nodes does push visit then, for the median user?", (
        ("more, but not ten times as many",
         "About six times as many: 5.3 % of the nodes instead of 0.9 %. Part of the work goes "
         "into nodes that were pushed before."),
        ("ten times as many",
         "That is how the bound on the work grows. The nodes are about six times as many, since "
         "part of the work goes into nodes that were pushed before."),
        ("about as many as before",
         "Nothing stops the paint near home. With a smaller tolerance smaller residuals are due, "
         "also at nodes that were left alone."),
    ), measured=_ten_times),
    Question("04.p7", "On MovieTweetings, how much do the eight smoothest patterns of the whole "
             "graph find, compared with a list of bestsellers?", (
        ("next to nothing",
         "Recall@20 is 0.0004 against 0.2636. The graph is in 550 parts, and each has a pattern "
         "as smooth as any other."),
        ("about as much",
         "That would be a good guess for a graph in one piece. This one is in 550, and each has "
         "a pattern as smooth as any other."),
        ("clearly more",
         "Smooth patterns do tell groups apart. But nobody agrees more than two people who share "
         "one obscure film, and there are hundreds of such groups."),
    ), measured=_eight),
    Question("04.p8", "The SVD low-pass keeps d patterns; d may be 1, 2, 4, 8, 16, 32 or 64. "
             "Which d finds most on validation?", (
        ("4",
         "A few patterns tell groups apart. Many of them bring back the table, in which every "
         "empty cell is a 0."),
        ("1",
         "One pattern does as well as bestsellers. A few more can tell groups of people apart, "
         "and that helps."),
        ("16",
         "Halfway looks safe, but the curve falls early: 16 patterns are already below a list of "
         "bestsellers."),
        ("64",
         "iALS has use for that many. Why the SVD stops at 4 here, no run here separates: it has "
         "neither a ridge nor light zeros."),
    ), measured=lambda at: str(at["best"]["SVD low-pass"][0])),
    Question("04.p9", "Four of these go to the test part with their best knobs. Which one finds "
             "least by NDCG@20?", (
        ("SVD low-pass",
         "0.159, a little above bestsellers at 0.156. Four patterns hold what large groups "
         "share; the walks start from your own likes, one by one."),
        ("plain three hops, A³",
         "0.171. It follows the crowd, but it starts from your own likes, and these say more "
         "than four patterns."),
        ("L3",
         "0.174: three hops in which blockbusters and busy users are turned down. Dividing by "
         "degrees did no harm here."),
        ("PageRank",
         "0.175. With the chosen `restart` of 0.9 the walker stays near home, where your own "
         "likes are."),
    ), measured=_least),
    Question("04.p10", "Filters are not trained. On Gowalla NGCF has a recall@20 of 0.1569 and "
             "LightGCN 0.1830, as printed in their papers. Where does the best filter land in "
             "recall@20?", (
        ("above both",
         "0.1904 for GF-CF, and a walk of three steps, RP3β, has 0.1876. In NDCG GF-CF is just "
         "above LightGCN, 0.157 against 0.155."),
        ("between the two",
         "The linear filter does, at 0.1682. GF-CF adds a low-pass to it and gets further."),
        ("below both",
         "The SVD low-pass alone does, at 0.1297. Together with three steps along the graph it "
         "gets much further, and nothing is trained."),
    ), measured=_filter_on_gowalla),
    Question("04.p11", "Divide walks of three steps by the degrees of their inner nodes (L3), by that of the last film alone, or by both (RP3β). "
             "What adds most to what plain walks find?", (
        ("both together: more than the two gains added up",
         "0.171 to 0.190; alone the inner nodes reach 0.174 and the last film 0.181. Why more than the sum, was not tested; "
         "the text below figure 4.6 has a guess."),
        ("both together: less than the two gains added up, for both turn down the same crowd",
         "It sounds likely, and it is not so: alone 0.174 and 0.181, together 0.190."),
        ("the last film's alone: with both too little of the crowd is left",
         "Alone it reaches 0.181, together with the inner nodes 0.190. Too little is left where the last film is divided by all of its fans."),
        ("those of the inner nodes alone: a walk over a blockbuster says little",
         "It says little, true, and turning it down helps: 0.171 to 0.174. The last film's degree brings more."),
    ), measured=_inner_or_last),
    Question("04.q1", "A colleague says: A² tells which new films to recommend to Ann. What is "
             "wrong?", (
        ("after two steps she is at people",
         "Every edge changes sides. Films come at odd lengths, new ones from 3 on."),
        ("the entries must be divided by degrees first",
         "That changes how much a walk counts, not where it ends: there is still no film in her "
         "row."),
        ("it holds only films that she likes already",
         "Those stand in A itself. In A² her row has no film at all."),
    )),
    Question("04.q2", "Two people have five films in common. What stands at their entry of A²?", (
        ("5", "One walk of length 2 over each of the five films. Powers of A count walks."),
        ("1", "A 1 would say that there is a way. Powers of A count the ways, one over each film."),
        ("10", "The five ways back stand in another entry, the mirrored one."),
        ("25",
         "Five ways out and five ways back make 25 walks of length 4, and they return to their "
         "start."),
    )),
    Question("04.q3", "Your embeddings are NaN after one symmetric normalization. Which node do "
             "you look for?", (
        ("one without edges", "1 / √0 is infinite, and infinity times 0 is NaN. Give it zeros."),
        ("one with very many edges",
         "A large degree makes small weights, and these do no harm. It is a degree of 0 that "
         "does."),
        ("one that is far from all others",
         "How far a node is plays no part in one multiplication. Its own degree does, if it is 0."),
    )),
    Question("04.q4", "A colleague's PageRank with `alpha` = 0.15 and yours with `restart` = "
             "0.15 disagree. What do you ask?", (
        ("is alpha to return or to go on?",
         "Both habits exist, and the one is 1 minus the other: `alpha=0.85` of networkx is a "
         "`restart` of 0.15."),
        ("for how many steps did you walk?",
         "More steps make the noise smaller. Two different probabilities stay different."),
        ("how did you normalize the graph?",
         "The walker takes any edge of a node with the same probability: that is the row form, "
         "and there is no other to choose."),
    ), branch=True),
    Question("04.q5", "With E⁽⁰⁾ = I the last layer of LightGCN alone gives no scores between "
             "users and items. Why?", (
        ("its filter, λ to the power 2K, is even",
         "An even number of steps never leads from a user to an item. The mean of layers mixes "
         "even and odd lengths."),
        ("its filter is near 0 after so many steps",
         "Small λ fade, but the scores are exactly 0 already for K = 1. It is the sides that "
         "count, not the size."),
        ("it was not trained", "The mean of its layers was not trained either, and it has scores."),
    ), branch=True),
    Question("04.q6", "Your link prediction is far better than everybody else's. What do you "
             "check first?", (
        ("whether the graph still has the hidden edges",
         "Degrees, similarities and popularity computed with them know the answers. Nothing "
         "crashes, and all numbers look better."),
        ("whether a node has lost its last edge",
         "That makes numbers worse: nothing can be said about such a node."),
        ("whether too few edges were hidden for a good average",
         "A small test part makes numbers shaky, up or down. Far better points to one direction."),
    )),
    Question("04.q7", "The loss of a factorization looks at single cells only. What does a "
             "truncated SVD of R know about R Rᵀ R, the walks of length 3?", (
        ("its first d patterns",
         "R and R Rᵀ R have the same singular vectors. Who keeps the first d of them keeps what "
         "long walks are made of."),
        ("nothing, as they are not in its loss",
         "The loss does not see them. But low rank makes likes share patterns, and the patterns "
         "of R and R Rᵀ R are the same."),
        ("all of it, as the scores are the same",
         "The patterns are the same, their sizes are not: walks of length 3 weigh a pattern by "
         "σ³, the SVD by σ."),
    ), branch=True),
)  # fmt: skip
