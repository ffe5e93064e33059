# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # 08 · Pixie
#
# > **How little of a huge graph need a request look at, and still find what counts?**
#
# Pinterest, 2018: two billion **pins** (pictures), saved to a billion **boards** (collections). Someone opens a pin and
# wants more like it, now. A table of all pairs fits nowhere, but the list of edges, pruned (8.10), fits into one machine.
# Along these edges Pixie walks at random, and counts the pins it meets.
#
# Such a walk has four choices: how many steps, one neighbor or all of them, one pin or several, near or far.
#
# **You will** write this walk, and turn the walks from several pins into one list.
#
# **Time** {{minutes}} minutes with all branches · **Points** {{points}} · **Before** lesson 04 ·
# **Runs on** any CPU
#
# **In an hour:** 8.1 to 8.6, with exercises 08.1 and 08.5. **Branches** (↳), with the other exercises, stand after the quiz.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# As a lecture of fifty minutes: 8.1 to 8.6. Begin with the question on the first slide, write it on the
# board, and under it the four choices as they come. Take two votes: "walk or push?" in 8.3 and "eight pins instead of one" in 8.4. If time is short, leave out
# the vote of 8.2. In ninety minutes take the puzzle of 8.10 as well, a hunt of ten minutes: the boards that fit best are worse
# than any, and everybody has a reason.

# %% tags=["setup"] jupyter={"source_hidden": true}
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import scipy.sparse as sp
from IPython.display import display

from graphrec_utils import datasets, graphs, metrics, pinworld, results, style, toy, walks
from graphrec_utils.exercises import check, predict, remember
from graphrec_utils.plots import visuals
from graphrec_utils.results import verdict

style.use()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Before you begin
#
# Three questions from earlier lessons, from memory.

# %% slideshow={"slide_type": "fragment"}
remember("08")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.1 A board is somebody's opinion
#
# Which few edges should a request look at? Somebody who puts two pins on one board says that they belong together. So walk from the **query**, the pin
# that was opened, to a random board that holds it, and on to a random pin of that board. These two edges are **one step**.
#
# Count the pin where the step ends: $V_q(p)$ is how often pin $p$ was visited from query $q$. Then toss a
# coin: with probability `restart` go home to the query, else walk on from here. The pins with most visits are the answer.
#
# <details><summary>Symbols, and their names in code</summary>
#
# | symbol | in code | meaning |
# |---|---|---|
# | $q$ | `query` | the pin where every walk begins |
# | $V_q(p)$ | `counts`, `V` | visits of pin $p$; boards are passed, not counted |
# | $N$ | `num_steps` | steps in total, over all walks |
# | $\text{restart}$ | `restart` | probability of returning after a step |
#
# </details>

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 0 to 11. Draw two boards and three pins in a row on the board, and let the room make ten steps with a coin
# for restart. Ask what is counted: pins, once per step; a board is only passed, and going home is no step. Ask 08.p1
# with the table still on the board. Usual wrong answer: nothing. That is the other end, restart at 1: p2 is two steps
# away. Who says a third each has forgotten that p1 is on two boards.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **By hand.** Two boards and three pins in a row: $p_0 - b_0 - p_1 - b_1 - p_2$. From $p_0$ a step goes to
# $b_0$ and from there to $p_0$ or $p_1$, half each. So $p_2$ needs a second step. It gets there if the first one ends at $p_1$,
# the next board is $b_1$ and the next pin $p_2$: $\frac12 \cdot \frac12 \cdot \frac12$, once in eight times.
#
# How often is there a second step? At `restart` 0.8 four steps of five begin at home. One in five of those is
# followed by a second, so $0.8 \cdot 0.2 = 0.16$ of all steps are second ones. An eighth of that, 0.02, falls to $p_2$.
#
# Later steps add 0.008, which makes 0.028, the last number of the table.
#
# <details><summary>All steps in one formula: a PageRank</summary>
#
# A first step has the probabilities $\mathbf M$ (row $q$), a second one $\mathbf M^2$, and so on, and a walk has $1/\text{restart}$ steps on average. So the shares of visits are
#
# $$
# \text{restart} \left( \mathbf M + (1 - \text{restart})\, \mathbf M^2 + \dots \right)
# = \text{restart} \cdot \mathbf M \left( \mathbf I - (1 - \text{restart})\, \mathbf M \right)^{-1} ,
# $$
#
# the personalized PageRank of lesson 04 (branch A) one step later, as the start is not counted. In the table p1 has half in every row, for each board holds p1 and one other pin.
#
# </details>

# %% slideshow={"slide_type": "fragment"} jupyter={"source_hidden": true}
R_path = toy.path().double().numpy()  # (2, 3)
M = (R_path.T / R_path.sum(0)[:, None]) @ (R_path / R_path.sum(1)[:, None])
shares = {r: (r * M @ np.linalg.inv(np.eye(3) - (1 - r) * M))[0] for r in (0.2, 0.5, 0.8)}
pd.DataFrame(shares, index=["p0", "p1", "p2"]).T.rename_axis("restart").round(4)

# %% slideshow={"slide_type": "fragment"} tags=["predict:08.p1", "told"]
predict("08.p1")

# %% [markdown]
# With `restart` near 0 the walker forgets where it began, and visits follow the degrees: p1, on two boards, gets ½, the others ¼ each.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 08.1 — `pixie_walk` ({{points:08.1}})
#
# Write this walk, and count its visits. The graph comes as two arrays, as in a CSR matrix: the neighbors of node $v$ are
# `indices[indptr[v] : indptr[v + 1]]`. Boards are nodes $0 \dots m-1$, pins follow.
#
# *About 18 minutes. Stuck? Hints are free.*
#
# {{hints:08.1}}


# %% tags=["exercise:08.1"]
def pixie_walk(
    indptr: np.ndarray,
    indices: np.ndarray,
    query: int,
    restart: float,
    num_steps: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return how often each node was visited; only pins are.

    Args:
        indptr: (nodes + 1,) int64, where the neighbors of each node begin.
        indices: (E,) int64, the neighbors, node after node.
        query: a pin that is on a board.
        restart: probability of returning to the query after a step.
        num_steps: steps in total. A return is no step; a visit of the query counts as any other.
        rng: where all chance comes from.

    Returns:
        (nodes,) int64 counts that sum to `num_steps`.

    Example:
        From p0 of the two boards above with restart 0.2, about 1/3, 1/2 and 1/6 of the visits.
    """
    ### SOLUTION


# %% tags=["check:08.1"]
check("08.1", pixie_walk)

# %% slideshow={"slide_type": "subslide"} tags=["widget"]
boards = ["cakes", "baking", "Torten", "garden", "Garten"]
pins = ["sponge", "muffin", "icing", "Biskuit", "Streusel", "roses", "Rosen", "Beet"]
R_small = np.array([
    [1, 1, 1, 1, 0, 0, 0, 0],
    [1, 0, 1, 0, 1, 0, 0, 0],
    [1, 0, 0, 1, 1, 0, 0, 0],
    [0, 0, 0, 0, 0, 1, 1, 1],
    [0, 0, 0, 0, 0, 1, 1, 1],
])  # fmt: skip
visuals.pixie(R_small, boards, pins, function=pixie_walk)

# %% [markdown]
# *Figure 8.1. Look how often each pin is visited when the walk begins at sponge. The still picture counts 600 steps
# of our walk at restart ½, yours makes 100. The German names are for branch 8.9.*
#
# Press *Step*. Why does the walker never get to the roses? Because no board holds a cake and a rose.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Figure 8.1: the walker begins at sponge. Press Step three or four times and let the room say before each which pins
# can come next, then To the end. Ask why nobody gets to the roses: no board holds a cake and a rose. Then press the
# pin roses, To the end: it is another world. Last move restart to both ends and ask what spreads.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.2 How many steps are enough?
#
# The first choice is how long to walk. A short walk may name the wrong pins by chance, so let a very long one be the judge.
#
# **PinWorld**, the synthetic site of this course, has boards of pins (31,534 edges). In **citeulike-t** people keep
# scientific articles: a library is a board, an article a pin (62,047 edges).

# %% slideshow={"slide_type": "fragment"} tags=["predict:08.p12"]
predict("08.p12")

# %% tags=["long", "answers:08.p12"] jupyter={"source_hidden": true}
parts = results.load(
    "08_parts", command="python -m solutions.experiments.lesson08.pixie_parts"
).values


def lead_of(row):
    return metrics.Comparison.of(*(row[k] for k in ("one", "other", "gap", "error", "users")))


figure, ax = plt.subplots(figsize=(6.2, 2.8))
for (name, stopped), mark in zip(parts["stop"].items(), "os", strict=True):
    curve = {int(N): found for N, found in stopped["curve"].items()}
    ax.plot(curve.keys(), curve.values(), marker=mark, label=name)
ax.set(xscale="log", xlabel="steps", ylabel="of the long walk's top 50", ylim=(0, 1))
ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# *Figure 8.2. Look how little the last marks buy, each for three times the steps of the one before. Upward is the share
# found of the long walk's top 50.*
#
# Ten thousand steps find 84 % of the fifty in citeulike-t and more in PinWorld, because the pins at the top are visited again and
# again. Chance moves a count $V$ by about $\sqrt V$, so 900 visits stay ahead of 400, while 25 and 24 may change places.
#
# For graphs so small 20,000 look-ups are many, but a thousand steps already find 62 % and 80 %.
# A larger graph may need more: on Gowalla (8.3) fifteen thousand found about four fifths. A long walk tells how many yours needs.
#
# **A step looks up two edges in any graph, and on two small ones ten thousand steps found most of the top.**
#
# <details><summary>How this was measured</summary>
#
# Restart ½. A pin without a board is neither query nor answer. Seven hundred query pins of each graph, on three boards or more; the long walk has 500,000 steps. PinWorld: boards until day 42; ten thousand steps find 93 % there.
# citeulike-t: readers and articles with at least five of each other, a fifth of each library hidden. On Gowalla (8.3) a step is two edges: ten thousand edges find two thirds of the exact top 50 or a little more, thirty thousand 0.79 to 0.85. Larger graphs we have not tried.
# Pixie itself stops early, when enough pins have been visited often enough (branch 8.8). A stored measurement.
#
# </details>

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 11 to 17. Vote on 08.p12, or ask: how many steps would you pay for? Usual answers: millions. Then let somebody read off what the first
# thousand steps find, and what the last ninety thousand. Which number of this section would change in a graph of a billion nodes? Not the looks of a step; how many steps are enough, nobody here knows.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.3 One neighbor, or all of them?
#
# The second choice is whom to ask at a node. A walk looks at **one** neighbor, drawn by chance. **Push** looks at **all** of them, without chance.
#
# Think of paint. All of it lies wet on the query. Take a wet node: the share `restart` of its paint dries there, the
# rest is split evenly among its neighbors. At `restart` ½ a query on two boards keeps half and hands a quarter to
# each; each board keeps an eighth. Go on until every node is nearly dry.
#
# What has this to do with a walk? Each drop is a walker, and it dries where
# its walk ends. Unlike in 8.1, it may go home after every edge, and its start and boards count. So every visit has the same chance, `restart`, to be the last of its walk, and a node's share of the paint is its share of the
# visits in the long run: its **personalized PageRank** (lesson 04, branch A). A walk comes near it by many draws, push by pouring on.
#
# Let both start at one item of **Gowalla**, a graph of people and the places where they went. The exact PageRank says which fifty belong on top.

# %% slideshow={"slide_type": "fragment"} tags=["predict:08.p7"]
predict("08.p7")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 17 to 24. Vote: "walk or push?" Usual wrong answer: push, by far, it has no noise. Ask what push must do
# first at an item with hundreds of fans: serve every one of them, and all that they like. In figure 8.3 read
# off half a millisecond at the dashed lines first, then at the solid ones. Neither way wins everywhere.

# %% tags=["long", "answers:08.p7"] jupyter={"source_hidden": true}
race = results.load(
    "08_walk_or_push", command="python -m solutions.experiments.lesson08.walk_or_push"
)
one = pd.DataFrame(race.values["gowalla"])
figure, ax = plt.subplots(figsize=(6.2, 3))
starts = {"among the most liked": ("a much liked item", "--"), "rare": ("a rare item", "-")}
for start, (called, line) in starts.items():
    for way, color, mark in (("walk", style.USER, "o"), ("push", style.ITEM, "s")):
        part = one[(one.start == start) & (one.way == way)]
        ax.plot(part.ms, part.found, line, color=color, marker=mark, label=f"{way}, {called}")
ax.set(xscale="log", ylabel="of the exact top 50", xlabel="ms of CPU", ylim=(-0.03, 1))
figure.legend(*ax.get_legend_handles_labels(), loc="outside right center", fontsize=9)
plt.show()

# %% [markdown]
# *Figure 8.3. Compare the dashed lines, then the solid ones: at equal time the higher line wins. Upward is the share found of the exact top 50, by longer
# and longer walks and by push to drier and drier nodes.*
#
# From a much liked item (dashed) the walk is far ahead: after half a millisecond it has three quarters of the fifty, push less than a quarter.
# Push has to pour paint on *every* neighbor, and there are hundreds, while the walk takes one.
# From a rare item (solid) few neighbors wait for paint: push is ahead at first, and soon both are level.
#
# **A walk is a noisy push. Where a node has many neighbors, noise is the cheaper evil.**
#
# <details><summary>How this was measured</summary>
#
# From the most liked items walk and push have 0.93 and 0.83 of the exact top 50 after 4 ms; from rare ones they are level from 0.3 ms on. One thread, restart ¼. Paint dries on the query and on boards, too; so here the walk's start counts as a visit, the walk may go home after every edge, and its step is one edge, half of a step in 8.2. Each point is a number of steps (300 to 300,000) or a tolerance. At equal time means: a tolerance between two that were measured
# costs and finds something between. From items of usual popularity the walk is ahead as well, 0.93 against 0.88 in 3.6 ms.
#
# And where a whole library asks, which of the two lists is the better one (citeulike-t, NDCG@20)? There near is better. A walk of ten thousand edges (five thousand steps for the whole library) finds 0.150, one of a hundred thousand 0.165; the exact vector (0.166), to which long walks come, also counts what is far; three exact hops without RP3β's division (0.172), or push cut off early (0.176), stay near: a higher mean in under half a millisecond. Cut off later, push comes down to the exact vector. It is ahead of the walk
# beyond chance in one of four comparisons at equal time, from 10,000 steps on. The cost of a walk is the number of steps that you ask for, whoever is asked; of push one knows only an upper bound. Both can be stopped early, follow a preference and keep queries
# apart. A stored measurement.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.4 One pin, or several?
#
# So far a longer look was the judge. From here on people are: some of what they saved is hidden, and a good list finds it (NDCG@20).
# By this judge, too, a short look finds most: from all articles of a reader five thousand steps reach 0.150, fifty thousand 0.165.
#
# The third choice is where to begin. A user has saved several pins. Each is a query with walks of its own, and their counts must become one list.
# The dull way is the plain sum. The **multi-hit booster** takes roots first, which favors a pin to which **several** queries lead:
#
# $$ V(p) = \Big( \sum_{q} \sqrt{V_q(p)} \Big)^2 $$
#
# Two visits from each of two queries make $(\sqrt 2 + \sqrt 2)^2 = 8$ and win over five from one, which make 5. By the plain sum they lose, 4 to 5. For two queries the
# formula is $V_1 + V_2 + 2\sqrt{V_1 V_2}$: the sum, and a bonus that is 0 unless both queries lead to the pin.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 08.5 — `best_pins` ({{points:08.5}})
#
# Boost the counts, drop the queries and what the user has seen, and return the best. Never return a pin that nobody visited,
# even if that makes the list shorter than `top`.
#
# *About 10 minutes.*
#
# {{hints:08.5}}


# %% tags=["exercise:08.5"]
def best_pins(
    V: np.ndarray, queries: np.ndarray, seen: np.ndarray, top: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the recommended pins and their scores.

    Args:
        V: (Q, n) int64, visits of each pin by the walks of each query.
        queries: (Q,) pins.
        seen: (S,) pins that must not be returned, S may be 0.
        top: how many at most.

    Returns:
        (K,) int64 pins and (K,) float64 scores, K <= top, best first, equal ones by id.

    Example:
        V = [[9, 2, 5, 0, 0, 6, 1], [4, 2, 0, 1, 0, 6, 0]], queries (0, 3), seen (5,), top 4:
        pins (1, 2, 6), scores (8, 5, 1).
    """
    ### SOLUTION


# %% tags=["check:08.5"]
check("08.5", best_pins)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### More pins, and a clever rule
#
# Share 20,000 steps among a user's 1 to 32 latest pins, at restart ½. What do more pins bring?
#
# > **Claim** (what the booster is for). With eight pins or more, the booster finds more than the sum of the visits.

# %% slideshow={"slide_type": "fragment"} tags=["predict:08.p5"]
predict("08.p5")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 24 to 34. On the board: two and two visits make 8 by the booster, five and none make 5. Then 08.p5. Usual
# wrong answer: it falls, since each pin gets fewer steps. A few thousand steps find most of the top of a list, as
# figure 8.2 shows. Then the card of the booster: why would anybody build it? Branch 8.14 plants a world for it.

# %% slideshow={"slide_type": "subslide"} tags=["long", "answers:08.p5"] jupyter={"source_hidden": true}
decided, figure = parts["decisions"], plt.figure(figsize=(8, 2.8))
by_pins = {8: "booster over sum", 16: "booster over sum, 16 pins", 32: "booster over sum, 32 pins"}
leads = {}  # of the booster over the sum
for ax, (name, x) in zip(figure.subplots(1, 2), decided.items(), strict=True):
    boosted = {p: x["ndcg"][f"{p} pin" + "s" * (p > 1)] for p in (1, 2, 4, *by_pins)}
    summed = [x["ndcg"][f"{p} pins, sum"] for p in by_pins]
    ax.plot(boosted.keys(), boosted.values(), "o-", color=style.USER, label="booster")
    ax.plot(by_pins.keys(), summed, "s--", color=style.ITEM, label="sum of the visits")
    ax.set(xscale="log", xlabel="pins of a user", title=name, ylim=(0, None))
    ax.set_xticks(list(boosted), list(boosted))
    ax.minorticks_off()
    leads |= {f"{name}, {p} pins": lead_of(x["leads"][k]) for p, k in by_pins.items()}
figure.axes[0].set_ylabel("NDCG@20")
figure.axes[0].legend(loc="lower right", fontsize=9)
plt.show()
where, lead = min(leads.items(), key=lambda x: x[1].gap)
verdict(
    "With eight pins or more, the booster finds more than the sum of the visits.",
    metrics.weakest(leads.values()),
    detail=f"{where}, NDCG@20 of the booster over the sum: {lead.gain('.3f')}",
)

# %% [markdown]
# *Figure 8.4. Look how far the lines of NDCG@20 rise with more pins, and how far the booster (solid) is from the plain sum (dashed).*
#
# **More pins.** From one pin to eight, NDCG@20 rises by a quarter in PinWorld and by more than half in libraries, for the same steps. Each pin
# may say something else about the user, and its 2,500 steps still find most of a list (figure 8.2).
#
# **The booster.** Its line is nowhere above the plain sum's. Perhaps it lifts pins *between* a user's interests, of which she wants few:
# in a world where she wants more, it wins (branch 8.14). At other restarts validation chose it twice, so try both.
#
# **More of the user is worth a lot. A cleverer way to count was not, at restart ½.**
#
# <details><summary>How this was measured, and a second clever rule</summary>
#
# From eight pins on the lines hardly rise: more of the same person says little new. By the mean the sum is ahead of the booster in all six comparisons. It is ahead of the booster beyond chance in the four comparisons with 16 or 32 pins, not in the two with eight.
#
# How many steps for each pin? Pixie's steps grow with the degree of a pin, but more slowly (branch 8.15); the dull way is equal steps. We cannot tell the two: Pixie's steps over equal ones, eight pins, −0.0015, from −0.0035 to +0.0005, in libraries, +0.0013,
# from −0.0015 to +0.0040, in PinWorld. When every pin has thousands, it may hardly matter who gets some more.
#
# What is sought are later saves (PinWorld, in the week before that of 8.5) and hidden articles (citeulike-t); what a user has is never recommended. Validation chose the booster at restart 1 for the libraries, and at 0.4 for Pixie on saves (8.5). Asked are
# all users with a pin that is on a board: 1,239 and 3,527. In libraries NDCG@20 rises from 0.097 with one pin to 0.150 with eight. Weights for recent pins: in PinWorld we let a pin's steps halve
# with its age, in 1 to 28 days. On the week that chooses, equal weights are best; a week later 28 days find 0.0026 more
# (from 0.0002 to 0.0049), and nobody could have known. A stored measurement.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.5 Near or far?
#
# The last choice is when to go home: who seldom does gets far. In a *library* all interests of a reader
# lie in one pile, like a person's *saves* in PinWorld. A *board* is one of many piles, mostly of one topic: a far walk may keep to it.
#
# Pixie meets **EASE** and **iALS** (lesson 02) and **RP3β** (lesson 04), which takes all ways of three hops and divides by a power of the degree of
# where they end. *Pixie / degree^β* divides its visits, too. In PinWorld Pixie walks over boards and its rivals read saves, in a later week than figure 8.4's.
#
# > **Claim** (ours). For a user of several pins Pixie finds more than every rival.

# %% slideshow={"slide_type": "fragment"} tags=["predict:08.p8"]
predict("08.p8")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 34 to 41. Ask 08.p8. Usual wrong answer: ahead of all three, it was built for two
# billion pins. There the others cannot be computed; here they can. Read both columns before you say who wins: on
# PinWorld the order is another one. Then ask: did both walk on the same graph? Read the small table row by row.

# %% tags=["long", "answers:08.p8"] jupyter={"source_hidden": true}
stored = results.load(
    "08_rivals", command="python -m solutions.experiments.lesson08.pixie_rivals"
).values
new = {"Pixie, settings of the paper": "Pixie, untuned"}  # but C is ours
kinds, by_graph = ("citeulike-t", "PinWorld"), parts["boards"]
compared = {}
for name in kinds:
    for row in stored[name]["models"]:
        x = compared.setdefault(new.get(row["model"], row["model"]), {"trials": 0})
        x[name], x["trials"] = row["ndcg"], max(x["trials"], row["trials"])
        x["d"] = row["knobs"].get("dim")  # of no model but iALS
of_saves = next(x for x in by_graph["tuned"] if x["graph"] == "saves")
compared["Pixie on saves"] = {
    "PinWorld": by_graph["ndcg"]["saves"], "d": None, "trials": of_saves["trials"],
}  # fmt: skip
of_pixie = ("Pixie", "Pixie / degree^β", "Pixie on saves")
exact = ("RP3β", "EASE", "iALS")
shut = ("RP3β with boards", of_pixie[2])
order = ["Pixie", *exact, of_pixie[1], "Pixie, untuned", "popularity", *shut]
rows = {
    k: {f"NDCG@20, {name}": compared[k].get(name) for name in kinds}
    | {x: compared[k][x] for x in ("d", "trials")}
    for k in order
}
results.table(rows, known="what a user has leaves every list", headline=("Pixie", *exact))

# %% tags=["experiment", "answers:08.p8"] jupyter={"source_hidden": true}
behind = {
    f"{name}, {other}": lead_of(stored[name]["leads"][f"Pixie over {other}"])
    for name in kinds for other in compared
    if not other.startswith("Pixie") and other != "popularity" and name in compared[other]
}  # fmt: skip
verdict(
    "For a user of several pins Pixie finds more than every rival.",
    metrics.weakest(behind.values()),
    detail=f"NDCG@20 of Pixie over iALS: citeulike-t {behind['citeulike-t, iALS'].gain('.3f')}; PinWorld {behind['PinWorld, iALS'].gain('.3f')}",
)

# %% [markdown]
# **Libraries (left column).** Pixie is behind all three. Once tuned, it goes home after every step, perhaps because in mixed piles a second step loses the subject. Its whole way is
#
# > reader → one of her articles → a library that holds it → an article in that library
#
# RP3β makes the same three hops, but takes all ways where Pixie draws some, and divides. Which makes the difference? *Pixie / degree^β* still
# draws, but divides, and more than half of the distance to RP3β is gone. So most likely it is the division, since undivided visits favor what is popular.
#
# **PinWorld (right column).** Pixie is ahead of every rival. (Validation chose the power 0, so *Pixie / degree^β* is Pixie.) Is that its walk, or its boards? Give Pixie and RP3β the same graph; for RP3β a board is one more user:
#
# | NDCG@20 on PinWorld | Pixie | RP3β |
# |---|---|---|
# | saves | 0.082 | 0.090 |
# | saves and boards | 0.092 | 0.092 |
# | boards alone | 0.098 | 0.091 |
#
# RP3β finds about as much on any of the three, perhaps because three hops stop before the far boards. Pixie is ahead only on boards alone, where it walks far: made to go
# home after every step, it finds 0.085, not 0.098. PinWorld's boards are made to keep to a subject; are yours?
#
# **Far walks paid on boards alone, which keep to a subject; on who liked what, three hops found more.**
#
# <details><summary>How this was measured</summary>
#
# All see the same saves; on the libraries Pixie counts with the booster, too, with and without the division. EASE and iALS were not asked with boards. Of PinWorld's boards each is of one person and one topic, but for a messy one each person has. Every model got 24 trials on 600 users of validation (EASE all its 15 settings), then test once: 3,527 libraries, 1,289
# users of PinWorld, 20,000 steps each. *Pixie, untuned* has restart 0.5, all pins of a user, the steps of 8.15 with our $C$, and the
# booster. Tuned, Pixie has restart 1, 64 pins and the booster on libraries; 0.06, 32 pins and the plain sum on PinWorld; 0.4, 8 pins and the
# booster on saves. Pixie over its rivals on PinWorld: iALS +0.006, from +0.002 to +0.010; RP3β +0.008, from +0.004 to +0.012; RP3β with boards (the row *saves and boards*)
# +0.006, from +0.002 to +0.010; EASE +0.010, from +0.006 to +0.015. On the libraries *Pixie / degree^β* shares its steps equally, too; equal steps alone showed nothing (fold of 8.4). Why EASE and iALS are ahead there, too, was not asked. On each graph both were tuned, 24 trials each; on saves and boards Pixie has restart 0.2, 32 pins and the plain sum; RP3β on boards goes pin, board, pin from all pins of a user, with α 0.2 and β 0. On boards alone Pixie over RP3β: +0.007, from +0.002 to +0.011; on both: +0.000, from −0.003 to +0.004; RP3β on boards over RP3β on saves: +0.001, from −0.002 to +0.004. Boards over both, Pixie: +0.006, from +0.003 to +0.009. The tuned Pixie goes home after one step in seventeen. Going far, by
# the restart alone, all else as tuned: 0.06 over 1 +0.013, from +0.008 to +0.017; over ½ +0.005, from +0.002 to +0.008; over 0.2 +0.001, from −0.001 to +0.003. Boards over saves, each tuned: +0.016, from +0.011 to +0.021; saves over RP3β:
# −0.009, from −0.013 to −0.005. The 32 latest pins, with which Pixie begins, are not why: RP3β asked with them finds as much, and so does Pixie with all. Of what is sought in PinWorld 6 % lies on pins without a board. In both places iALS is best with 512 columns, the
# most that were tried; Pixie on the libraries with the most pins, 64, and few libraries are larger. Stored measurements.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.6 What does it save?
#
# Count the requests that one thread answers in a second, while a catalog grows from a thousand things to ten million. First pick the three that look at more in a larger catalog:
#
# | way | a request looks at |
# |---|---|
# | *iALS, exact scan* | **every** vector |
# | *iALS, cells of faiss* | a part of the vectors, chosen by an *index* (lesson 10) |
# | *EASE* | rows of a full matrix |
# | *item2item* | short rows of a finished table of neighbors |
# | *Pixie* | the edges of 10,000 steps |
# | *PageRank, push* | what is still wet (8.3) |
#
# > **Claim** (ours). At a million things an exact scan answers fewer requests than an index, a walk or a push.

# %% slideshow={"slide_type": "fragment"} tags=["predict:08.p10"]
predict("08.p10")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 41 to 50, with what is taken away. Vote on 08.p10. Usual wrong answer: they stay, a step is a step; it was said an hour ago. Then
# read the left end of the figure before the right one: at a thousand things multiplying everything costs little. Ask what item2item pays for its flat line.

# %% tags=["long", "answers:08.p10"] jupyter={"source_hidden": true}
from graphrec_utils.results import regimes

size = regimes.regimes()["size"]["sets"]["random catalogs"]
rate = {
    name: dict(zip(size["levels"], rows, strict=True)) for name, rows in size["methods"].items()
}
shown = ("iALS, exact scan", "iALS, cells of faiss", "EASE", "item2item", "Pixie", "PageRank, push")
figure, ax = plt.subplots(figsize=(7.2, 3.2))
for name in shown:
    n, found = zip(*((n, row["mean"]) for n, row in rate[name].items() if row["mean"]), strict=True)
    look = style.METHOD.get(name.partition(",")[0], {"color": style.CONTEXT, "marker": "x"})
    look |= style.VARIANT if "cells" in name else {}
    ax.plot(n, found, **look, label=name)
ax.set(xscale="log", yscale="log", xlabel="things in the catalog", ylabel="requests a second")
figure.legend(*ax.get_legend_handles_labels(), loc="outside right center", fontsize=9)
plt.show()

million = {name: rate[name][1_000_000] for name in shown}
scan, walk = million["iALS, exact scan"], million["Pixie"]
others = ("iALS, cells of faiss", "Pixie", "PageRank, push")
verdict(
    "At a million things an exact scan answers fewer requests than an index, a walk or a push.",
    holds=all(million[name]["low"] > scan["high"] for name in others),
    detail=f"a million things: Pixie {walk['mean']:,.0f} a second, from {walk['low']:,.0f} to {walk['high']:,.0f}; the scan {scan['mean']:.0f}",
)

# %% [markdown]
# *Figure 8.5. Look who is on top at the left end, and who at the right. The index is dashed; EASE ends where its matrix
# no longer fits. Upward is speed alone, not whose list is better.*
#
# Scan and index are on top at the left end and at the bottom at the right. A scan looks at each vector, EASE at rows as long as the catalog. An index looks at a part, but needs a large one to find nine tenths
# of the scan's list among a million random vectors. In any catalog item2item's rows stay short, the walk makes as many steps, and push stops at the same dryness.
# At a million things item2item is the fastest; what a new edge costs its finished table was not measured.
#
# Why does the walk's line still fall, to a seventh at a million? Most likely it waits for memory: a small graph fits into the processor's
# cache, in a large one looks go to main memory. Where nearly all do, the line falls no further.
#
# **A request costs what it looks at, and how far from the processor that lies.**
#
# <details><summary>How this was measured</summary>
#
# * **Catalogs.** Vectors of 64 numbers around random centers, a graph of n pins and n / 2 boards of ten. One catalog of each size; ten million had a run of their own; the small rise there is of that run.
# * **What a request looks at.** EASE's rows grow with the catalog. Push keeps up with the walk, most likely because few things here are much liked (8.3). Real vectors were not timed; they may be kinder to the index.
# * **Settings.** Restart ½, tolerance 0.00001, lists of twenty. item2item adds up twenty rows of its table, which has fifty neighbors a thing, made from the likes (of ten million things drawn at random).
# * **Clock.** One thread, three rounds of twenty requests, the faster of two answers. What does not fit into 8 GB answers nothing: EASE from 100,000 things on.
# * **Requests a second at a million.** Scan from 22 to 24, cells of faiss from 358 to 430, push from 1,096 to 2,773, item2item from 10,917 to 13,720. At a thousand only the index is quicker: the scan answers 62,000, the walk 12,000; at ten million 5 and 1,900.
# * **Not said.** A catalog that changes was not measured: a new edge may change many rows of item2item's table, and only two lists of the walk's graph. Somebody has to make the finished table; its answers are nearly ready then. Nothing here says whose list is better: the index has to find nine tenths of the scan's, lists of walk and push were not judged. Also measured: cells of our own, and HNSW of faiss, a graph of vectors, up to 100,000 things.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# > **What it is for.** It answers within milliseconds from a graph in one machine's memory, without training.
# >
# > **Where it won.** On PinWorld's boards alone its NDCG@20 is 0.098, that of RP3β on them 0.091. At a million things it answers 1,800 requests a second, a scan 23.
# >
# > **Where it did not.** On libraries its NDCG@20 is 0.165, that of its rivals 0.185 to 0.196. At a thousand things it answers
# > 12,000 requests a second, a scan 62,000. It never finds a pin that is on no board.
#
# * **How little need a request look at?** In graphs of 31,534 and 62,047 edges a thousand steps of two edges found 80 and 62 % of the top fifty. In a larger graph a step looks up no more,
#   but most likely waits longer for memory: at a million things a walk took seven times as long as at a thousand.
# * **And still find what counts?** In libraries five thousand steps reached an NDCG@20 of 0.150, ten times as many 0.165.
#   To come near PageRank at nodes with many neighbors, ask one, not all. Begin at several pins. Walk far only on boards that keep to a subject.
#
# **Next.** A walk knows that two pins stand on one board, and nothing of what they show. What if walks chose whom a
# GraphSAGE (lesson 07) listens to? [Lesson 09](09_pinsage.ipynb).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Quiz
#
# They come back at the start of later lessons.
#
# {{quiz}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Branches
#
# The hour ends here. Each branch needs the core, and what it walks on comes next; no branch needs another one.
#
# | ↳ | what it gives | minutes |
# |---|---|---|
# | 8.7 | what a step costs when the graph outgrows the cache | 5 |
# | 8.8 | exercise 08.2: stop early, and what that is worth | 15 |
# | 8.9 | exercise 08.3: a walker who wants German pins | 15 |
# | 8.10 | exercise 08.6: a puzzle about pruning, the best hunt of the lesson | 25 |
# | 8.11 | the same walk for search queries in a shop | 5 |
# | 8.12 | exercise 08.7: settings of your own, and your films | 25 |
# | 8.13 | after how many steps a stranger's list is yours, and what keeps you yourself | 8 |
# | 8.14 | a planted world in which the booster must win | 6 |
# | 8.15 | exercise 08.4: who gets how many steps | 12 |
#
# **The two graphs.** `walks.visits` is the library's version of your walk, compiled.


# %%
def prepared(name, past, later, R, count=600):
    """Return a graph of boards and pins, and of `count` users what they have and what is sought."""
    order = np.random.default_rng(0).permutation(len(past))
    if past.times is not None:
        order = np.argsort(-past.times, kind="stable")  # latest first
    degree = np.asarray(R.sum(axis=0)).ravel()
    rows = pd.DataFrame({"user": past.users[order], "pin": past.items[order]}).drop_duplicates()
    own = rows[degree[rows.pin] > 0].groupby("user").pin.agg(list)
    users = np.random.default_rng(1).permutation(np.intersect1d(later.users, own.index))[:count]
    later = later.select(np.isin(later.users, users))
    graph, m = walks.walkable(graphs.adjacency(R)), R.shape[0]
    return SimpleNamespace(
        name=name, past=past, later=later, R=R, own=own, degree=degree, graph=graph, m=m
    )


def best(counts, data, away, top=50):
    """Return the pins with most visits, the query left out, equal ones by id."""
    V = counts[data.m :].astype(float)
    V[away] = 0
    order = np.lexsort((np.arange(len(V)), -V))[:top]
    return order[V[order] > 0]


# %%
world = pinworld.load("small")
saves, saved_later, _ = world.split(("save",))
R_world = sp.csr_array((world.bipartite(pinworld.TRAIN_END)["board-pin"].matrix > 0).astype(float))
sets = [prepared("PinWorld", saves, saved_later.without(saves), R_world)]
try:
    library = datasets.load("citeulike-t")["library"].core(5, 5)
    kept, hidden = library.hold_out(0.2, seed=0)
    sets.append(prepared("citeulike-t", kept, hidden, sp.csr_array(kept.csr().astype(float))))
except datasets.Unavailable as problem:
    print(f"NOTICE: citeulike-t is not available here; only PinWorld is measured. {problem}")
pd.DataFrame([
    {
        "data": d.name, "boards": d.m, "pins": d.R.shape[1], "edges": d.R.nnz,
        "boards of a pin, median": np.median(d.degree[d.degree > 0]), "most": d.degree.max(),
        "pins without a board": f"{(d.degree == 0).mean():.0%}",
    }
    for d in sets
]).set_index("data")  # fmt: skip


# %%
def visited(data, pins, count, restart=0.5, steps=20_000, equation=True, graph=None):
    """Return the visits (Q, n) of walks from the first `count` pins of a user."""
    own = np.array(pins[:count])
    share = np.full(len(own), steps // len(own))
    if equation:
        share = walks.allocate_steps(data.degree[own], steps, data.degree.max())
    graph = graph or data.graph
    V = [
        walks.visits(graph, int(data.m + p), int(s), restart)
        for p, s in zip(own, share, strict=True)
    ]
    return np.stack(V)[:, data.m :]


def ndcg(data, rule):
    """Return the NDCG@20 of each user, for a rule that turns the pins of a user into scores."""

    def scores(users):
        return np.stack([rule(data.own[u]) for u in users])

    return metrics.evaluate_model(scores, data.past, data.later).ndcg


# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.7 ↳ What a step costs
#
# *A branch of about 5 minutes: why "the cost does not depend on the size" is true of steps and false of milliseconds.*
#
# A step looks up two edges at places of memory nobody foresaw, and in a graph
# that does not fit into the cache each look **waits**. Gowalla, copied to up to 16 times its size, 100,000
# steps; once with one walker, and once with 64 who take turns, so that while one waits for memory the others
# walk.

# %% slideshow={"slide_type": "fragment"} tags=["predict:08.p3"]
predict("08.p3")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Left out of fifty minutes. Vote: "what does a graph sixteen times as large cost?" Usual wrong answers: nothing more, as the
# steps are the same, and sixteenfold, as the graph is.

# %% tags=["long", "answers:08.p3"] jupyter={"source_hidden": true}
cost = results.load("08_pixie_cost", command="python -m solutions.experiments.lesson08.pixie_cost")
sizes = pd.DataFrame(cost.values["by size"])
memory = results.load(
    "09_memory_10m", command="python -m solutions.experiments.lesson09.scale_memory"
)
row = next(r for r in memory.values["rows"] if r["work"].startswith("Pixie"))
print(
    f"{row['edges']:,} edges: {1e3 * row['seconds each']:.1f} ms for three pins and 100,000 steps,"
)
print(f"{row['MB, ready']:,} MB with everything that Python and the edge list need")
print(f"17 billion edges, both ways, 4 bytes each: {17e9 * 2 * 4 / 1e9:,.0f} GB")
figure, ax = plt.subplots(figsize=(5.4, 2.7))
for name, mark in (("one by one, ms", "o"), ("interleaved, ms", "s")):
    ax.plot(sizes.edges / 1e6, sizes[name], marker=mark, label=name.removesuffix(", ms"))
ax.plot(sizes.edges / 1e6, sizes["interleaved, ms"][0] * sizes.times, ":", color=style.CONTEXT)
ax.annotate("in proportion", (8.3, 4.7), color=style.INK, fontsize=8)
ax.set(xlabel="edges, millions", ylabel="ms per query", ylim=(0, 13))
ax.legend()
plt.show()

# %% [markdown]
# *Figure 8.6. Milliseconds of a query of 100,000 steps on graphs of 0.8 to 13 million edges, for one walker at a
# time (circles) and 64 in turn (squares). The squares bend early, the circles only at the end; the dotted line is what
# the squares would be in proportion to the graph.*
#
# In a larger graph more looks miss the cache, and there are more counts to clear; which of the two costs more was not
# measured. The whole graph must lie in the memory of **one** machine, and that is what the paper's pruning (8.10) was for.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.8 ↳ Stop early
#
# *A branch of about 15 minutes: Pixie's rule in six lines, and a dull rival for it.*
#
# With $n_p = 2000$ and $n_v = 4$, as summaries of the paper say, early stopping found 84 % of the results of the full walk in a
# third of the time.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 08.2 — `early_stop` ({{points:08.2}})
#
# The walks have been made; say when the search would have ended. The counter `high` grows when a pin's count
# **becomes** $n_v$. The rule is looked at when a walk ends, and asks for **more** than $n_p$.
#
# By hand, $n_p = 1$ and $n_v = 2$: pins 4, 2, 4, 2, 7 with a return after the third and the fifth. Pin 4 has
# two visits after 3 steps, pin 2 after 4, and the walk ends at 5: the answer is 5.
#
# *About 8 minutes.*
#
# {{hints:08.2}}


# %% tags=["exercise:08.2"]
def early_stop(pins: np.ndarray, ends: np.ndarray, min_pins: int, min_visits: int) -> int:
    """Return how many steps are made before the search ends.

    Args:
        pins: (T,) int64, the pin visited by each step.
        ends: (T,) bool, whether the walker goes home after the step.
        min_pins: n_p.
        min_visits: n_v.

    Returns:
        The steps up to the end of the first walk after which more than n_p pins have n_v visits;
        T if that never happens.
    """
    ### SOLUTION


# %% tags=["check:08.2"]
check("08.2", early_stop)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Opposite early stopping stands something dull: the **same number of steps for every query**, as many as
# early stopping needs on average. Does it find more of the long walk's top 50?

# %% slideshow={"slide_type": "fragment"} tags=["predict:08.p2"]
predict("08.p2")

# %% tags=["long", "answers:08.p2"]
rules, figure = [], plt.figure(figsize=(6.2, 3))
ax = figure.gca()
for (name, stopped), mark in zip(parts["stop"].items(), "os", strict=True):
    curve = {int(N): found for N, found in stopped["curve"].items()}
    line = ax.plot(curve.keys(), curve.values(), marker=mark, label=f"{name}, fixed steps")
    for row in stopped["rules"]:
        lead = lead_of(row["leads"]["all"])
        ax.plot(row["steps"], lead.one, "*", markersize=13, color=line[0].get_color())
        rules.append({
            "data": name, "n_p": row["n_p"], "n_v": row["n_v"], "steps": f"{row['steps']:,.0f}",
            "early stop": f"{lead.one:.3f}", "as many for all": f"{lead.other:.3f}",
            "gap": lead.gain(".3f"),
        })  # fmt: skip
ax.plot([], [], "*", markersize=11, color=style.INK, label="early stopping")
ax.set(xscale="log", xlabel="steps per query (mean)", ylabel="of the long walk's top 50")
ax.set_ylim(0, 1)
ax.legend()
plt.show()
pd.DataFrame(rules).set_index(["data", "n_p", "n_v"])

# %% [markdown]
# *Figure 8.7. How much of the top 50 of a very long walk is found with fewer steps (lines), and by early stopping with
# four rules (stars), against the mean number of steps. The stars lie on the lines, a little above or a little below.*
#
# Where the curves are flat, two thirds of the steps can be saved **by any rule**, and "84 % in a third of the time" may
# say no more than that. With $n_p = 50$, as many pins as are wanted, early stopping finds 0.011 more in libraries and as
# much in PinWorld. With 100 the two are level, with 200 it finds 0.014 and 0.009 **less**.
#
# <details><summary>How this was measured</summary>
#
# Early stopping makes at most 100,000 steps. The interval is over queries, at the mean number of steps of these: among 240 other
# queries a single one that never stopped raised that mean by a third.
#
# </details>

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Left out of fifty minutes. Vote on 08.p2 before the curves. Usual wrong answer: clearly more, since it
# saves steps on easy queries. Ask what a step is worth where a curve is flat: little, by any rule.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Two questions about this branch
#
# {{quiz:08.q3}}
#
# {{quiz:08.q6}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.9 ↳ A walker with a taste
#
# *A branch of about 15 minutes: a walk that goes where a user wants, and when that beats sorting afterwards.*
#
# A German user wants German pins. Filtering afterwards leaves what the walk happened to find. So
# Pixie bends the walk: a neighbor $w$ is taken in proportion to a preference $f_u(w)$ of the user $u$,
#
# $$ P_u(v \to w) = \frac{f_u(w)}{\sum_{w' \in \mathcal N(v)} f_u(w')} . $$
#
# With German pins taken five times as often, which pin of figure 8.1 gains most, and why is it not one of the garden?

# %% [markdown] slideshow={"slide_type": "skip"}
# Add a cell and look, with German × between 1 and 5:
#
# ```python
# german = ["Torten", "Garten", "Biskuit", "Streusel", "Rosen", "Beet"]
# visuals.pixie(R_small, boards, pins, preferred=german, language="German", function=pixie_walk)
# ```

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 08.3 — `biased_neighbors` ({{points:08.3}})
#
# Choose `count` times among the neighbors of a node. By hand: neighbors 5, 7 and 9 with preferences 1, 0 and 3, so
# 9 comes three times out of four and 7 never.
#
# A user may have no preference at all for what is there. The walk must go on: then all are alike.
#
# *About 6 minutes.*
#
# {{hints:08.3}}


# %% tags=["exercise:08.3"]
def biased_neighbors(
    neighbors: np.ndarray, preference: np.ndarray, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Return neighbors drawn in proportion to their preference.

    Args:
        neighbors: (D,) node ids, D >= 1.
        preference: (nodes,) float64 >= 0, one for every node of the graph.
        count: how many to draw, with repetition.
        rng: where all chance comes from.

    Returns:
        (count,) node ids.
    """
    ### SOLUTION


# %% tags=["check:08.3"]
check("08.3", biased_neighbors)

# %% [markdown] slideshow={"slide_type": "subslide"}
# PinWorld speaks one language, but its pins have kinds. Let a user ask for *ideas*, of which there are few, from
# query pins of another kind. The paper reports such shares: 2 % Slovak results from an English pin
# without the bias, 43 % with it. Again a dull rival: walk without a taste, and **multiply the visits of ideas by the
# same factor afterwards**. Beside it: how similar the results are to the query by topic and style, which PinWorld, being made, knows.

# %% slideshow={"slide_type": "fragment"} tags=["predict:08.p4"]
predict("08.p4")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Left out of fifty minutes. In ninety: the walker of 8.9, German × from 1 to 5, and ask which pin gains most. Then
# 08.p4; usual wrong answer: biasing the walk, by far. Nearly level at 3 and 10, and at 30 multiplying is ahead. Ask
# where bending must win: where an ordinary walk finds too few pins of the kind to multiply.

# %% tags=["experiment", "answers:08.p4"]
data, kind = sets[0], world.pins["kind"].to_numpy()
queries = np.flatnonzero((kind == "organic") & (data.degree >= 3))
queries = np.random.default_rng(0).choice(queries, 120, replace=False)
rows, ideas = [], {}
for factor in (1, 3, 10, 30):
    f = np.where(kind == "idea", float(factor), 1.0)  # (n,)
    on_board = np.asarray(data.R @ f).ravel() / np.asarray(data.R.sum(axis=1)).ravel()
    A = graphs.adjacency(data.R)
    bent = walks.biased(A, np.append(on_board, f))  # boards with many ideas are preferred, too
    for way, graph, after in (("bias the walk", bent, 1.0), ("multiply afterwards", data.graph, f)):
        tops = []
        for q in queries:
            V = walks.visits(graph, int(data.m + q), 20_000).astype(float)
            V[data.m :] *= after
            tops.append(best(V, data, q, 20))
        share = np.array([(kind[top] == "idea").mean() for top in tops])
        like = np.mean(
            [world.similarity([q], t).mean() for q, t in zip(queries, tops, strict=True)]
        )
        ideas[way, factor] = share
        rows.append({"factor": factor, "way": way, "ideas": share.mean(), "similarity": like})
display(pd.DataFrame(rows).pivot(index="factor", columns="way").round(3))

ways = ("bias the walk", "multiply afterwards")
bent_or_not = {x: metrics.compare(*(ideas[way, x] for way in ways)) for x in (3, 10, 30)}
for factor, lead in bent_or_not.items():
    print(f"factor {factor}, share of ideas, biased walk against multiplying: {lead:.3f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Both bring ideas and lose hardly any similarity: level at a factor of 3, the bent walk 0.010 ahead at 10, multiplying 0.050
# ahead at 30. Bending the walk costs something in every step, and needs a table per preference. Where it must win is
# where the ordinary walk finds too few pins of the kind to multiply: Slovak among billions.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.10 ↳ Fewer edges, a puzzle
#
# *A branch of about 25 minutes: a surprising result, a good story about it, and the numbers that end the story.*
#
# Before any walk Pinterest throws edges away: boards about everything go, and of each pin only the boards that fit
# it best stay, $\lceil \deg^\delta \rceil$ of them. With $\delta = 0.91$, as summaries of the paper say, a fifth of the
# edges stayed and link prediction became **better** by 58 %.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 08.6 — `prune_graph` ({{points:08.6}})
#
# By hand, $\delta = 0.3$: a pin on three boards keeps $\lceil 3^{0.3} \rceil = \lceil 1.39 \rceil = 2$, the most similar
# ones; a pin on one keeps it, a pin on none has none.
#
# *About 8 minutes.*
#
# {{hints:08.6}}


# %% tags=["exercise:08.6"]
def prune_graph(R: np.ndarray, similarity: np.ndarray, delta: float) -> np.ndarray:
    """Return the graph in which each pin keeps the boards that fit it best.

    Args:
        R: (m, n) zeros and ones, boards by pins; a pin may be on no board.
        similarity: (m, n) how well board and pin fit, also where there is no edge.
        delta: a pin on d boards keeps d to the power delta of them, rounded up.

    Returns:
        (m, n) zeros and ones, numbers or booleans; among equally similar boards the smaller id stays.
    """
    ### SOLUTION


# %% tags=["check:08.6"]
check("08.6", prune_graph)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### A puzzle
#
# The same on PinWorld. A board looks like the mean picture of its pins, and a pin keeps the boards that look most like
# it. Beside that the dull rival: as many boards of each pin **at random**. `walks.prune` is the library's version of
# your function; 600 users, with eight pins each, Pixie's steps and the booster.


# %% tags=["experiment"]
def pruned(fit, delta=0.6):
    """Return NDCG@20 of each user on a graph whose pins keep the boards of largest `fit`."""
    graph = walks.walkable(graphs.adjacency(walks.prune(data.R, fit, delta)))
    return ndcg(data, lambda pins: walks.boost(visited(data, pins, 8, graph=graph)))


def cosines(boards):
    """Return the cosine of board and pin for each edge; boards: (E, d)."""
    return (boards * looks[edges.col]).sum(axis=1) / np.linalg.norm(boards, axis=1)


# %% tags=["experiment"]
data, edges = sets[0], sets[0].R.tocoo()
looks = world.images / np.linalg.norm(world.images, axis=1, keepdims=True)
similar = cosines((data.R @ looks)[edges.row])
by_chance = pruned(np.random.default_rng(0).random(edges.nnz))
puzzle = metrics.compare(pruned(similar), by_chance)
print(f"δ = 0.6, NDCG@20, most similar against random: {puzzle:.4f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# The boards that fit best are **worse** than any. A story is quickly found: what looks alike is a blind alley, a walk
# needs ways out. Before you believe a story, ask the numbers. What would you look at?

# %% slideshow={"slide_type": "fragment"} tags=["predict:08.p9"]
predict("08.p9")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# In ninety minutes a hunt, the best ten of the lesson. Let the room read the line of the puzzle and explain it; write
# the stories on the board. Then 08.p9. Usual wrong answer: boards that look alike lead nowhere new. It is a good
# story, and it took one look at the sizes to end it. Ask for the cosine of a pin with a board that holds nothing else
# before you unfold the next cell. Then let somebody say the repair in one sentence: leave the pin out.

# %% [markdown] slideshow={"slide_type": "skip"}
# **Your turn.** Add a cell: put `similar` beside the number of pins of each edge's board,
# `np.bincount(edges.row)[edges.row]`. What is the cosine on boards of one pin? Then unfold the next cell.

# %% tags=["experiment", "answers:08.p9"]
size = np.bincount(edges.row, minlength=data.m)[edges.row]  # pins of each edge's board
chosen = walks.prune(data.R, similar, 0.6).tocoo()
stays = np.isin(edges.row * data.R.shape[1] + edges.col, chosen.row * data.R.shape[1] + chosen.col)
bins = pd.cut(size, [0, 1, 2, 5, 10, size.max()], labels=["1", "2", "3 to 5", "6 to 10", "more"])
left_out = cosines(graphs.others_mean(data.R, looks))  # NaN on boards of one pin
pd.DataFrame({"cosine": similar, "the pin left out": left_out, "edges": 1, "kept": stays}).groupby(
    bins, observed=True
).agg({"edges": "sum", "cosine": "mean", "kept": "mean", "the pin left out": "mean"}).rename_axis(
    "pins of the board"
).round(2)

# %% [markdown] slideshow={"slide_type": "subslide"}
# **The pin is in the mean that it is compared with.** A board of one pin *is* the pin: cosine 1, whatever the picture.
# On a board of two the pin is half. So "most similar" kept the smallest boards, and from a board of one pin a walk
# goes straight back. It is the leak of lesson 07 in another dress: the answer was in the question. Take the pin out,
#
# $$ \bar{\mathbf x}_{b \setminus p} = \frac{1}{|b| - 1} \sum_{q \in b,\ q \ne p} \mathbf x_q , $$
#
# and let boards of one pin come last. That is `graphs.others_mean`; the last column above has its cosines.

# %% tags=["experiment", "answers:08.p9"]
repaired = metrics.compare(pruned(np.nan_to_num(left_out, nan=-1.0)), by_chance)
print(f"δ = 0.6, NDCG@20, most similar, the pin left out, against random: {repaired:.4f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Now ask everybody, at three $\delta$, beside five random prunings, and add one more dull rival that knows no picture: keep each pin's
# **largest** boards.
#
# > **Claim** (what the paper's rule must show). Of each pin's boards the most similar ones, the pin left out, find more
# > than as many random ones, at every $\delta$.

# %% tags=["long", "answers:08.p9"]
fewer = parts["edges"]
table = pd.DataFrame(fewer["rows"])
table["rule"] = table.rule.str.replace(r" \d", "", regex=True)  # the mean of five random prunings
shares = table.groupby("delta").edges.mean().rename("edges").to_frame()
shown = table.pivot_table(index="delta", columns="rule", values="ndcg", sort=False)
display(shares.join(shown).sort_index(ascending=False).rename_axis("NDCG@20").round(4))
print(f"{fewer['users']:,} users; all edges: {fewer['all edges']:.4f}")
against = {what: lead_of(lead) for what, lead in fewer["leads"].items()}
for what in (
    "0.91, without the pin over all edges",
    *(k for k in against if "boards over without" in k),
):
    print(f"{what}: {against[what].gain('.3f')}")
of_rule = {k: x for k, x in against.items() if "without the pin over random" in k}
worst, lead = min(of_rule.items(), key=lambda x: x[1].low)
verdict(
    "Of each pin's boards the most similar ones, the pin left out, find more than as many random "
    "ones, at every δ.",
    metrics.weakest(of_rule.values()),
    detail=f"NDCG@20 at δ = {worst.split(',')[0]}: {lead.gain('.3f')}",
)

# %% [markdown]
# With the pin left out the paper's rule does what it says: at every $\delta$ it finds more than chance, by 0.004, 0.016
# and 0.007. The rival that looks at no picture, **the largest boards**, is level with it at 0.91 and ahead at 0.6 and
# 0.3. And nothing is gained by throwing away: at 0.91 a seventh of the edges goes, and the walk finds no more than with all
# (−0.001, from −0.003 to +0.001). Edges are what a walk lives from; where a pin is on three boards there is little to throw
# away. Where it is on thousands, and half of these are called *stuff*, there is.
#
# **Take a thing out of the group before you compare it with the group, and look at a surprising result before you explain it.**

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.11 ↳ Your walk in a shop
#
# *A branch of about 5 minutes: the same walk answers search queries, and wins where little was clicked.*
#
# **XWalk** (2023) answers frequent *search queries* with the same walk: a query is a board, and the products
# clicked after it are its pins. PinWorld has searches; the walker begins at the query,
# so a first edge leads to a pin, and then Pixie goes on. Beside it: bestsellers, and the pins clicked most after the
# query, filled up with bestsellers.

# %%
searched = world.bipartite(pinworld.TRAIN_END)["query-pin"].matrix  # (queries, pins) counts
later = world.events(pinworld.POSITIVE_ACTIONS, pinworld.TRAIN_END, pinworld.VAL_END)
later = later[later["query"] >= 0].groupby("query").pin.agg(lambda x: set(x))
graph, m = walks.walkable(graphs.adjacency(searched)), searched.shape[0]
popular, rows = np.asarray(searched.sum(axis=0)).ravel(), []
for query, wanted in later.items():
    clicks = searched[[query]].toarray().ravel()
    if not clicks.any():
        continue  # a query nobody has searched before: no walk can leave it
    walk = walks.visits(graph, query, 20_000, restart=0.5, hops=1)[m:]
    filled = clicks + 1e-6 * popular / popular.max()  # bestsellers where nothing was clicked
    lists = {"bestsellers": popular, "clicks of the query": filled, "walk": walk}
    tops = {k: set(np.argsort(-x, kind="stable")[:20].tolist()) for k, x in lists.items()}
    row = {k: len(wanted & top) / len(wanted) for k, top in tops.items()}
    rows.append(row | {"wanted": len(wanted), "few": (clicks > 0).sum() < 20})
table = pd.DataFrame(rows)
for few, part in table.groupby("few"):
    lead = metrics.compare(part["walk"], part["clicks of the query"])
    size = "fewer than" if few else "at least"
    print(f"{len(part)} queries with {size} 20 clicked pins, walk against clicks: {lead:.3f}")
print(f"{len(table)} queries, {table.wanted.sum()} later engagements; share in the top 20, mean:")
table[list(lists)].mean().round(3).to_frame("share").T

# %% [markdown]
# Where a query has twenty clicked pins or more, these numbers cannot tell the walk and the clicks
# apart. Where it has fewer, the walk finds more: it goes on to pins of other queries, while the clicks have
# only bestsellers left.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.12 ↳ Your choice
#
# *A branch of about 25 minutes: an open task, and your five films.*
#
# An open task. Choose for PinWorld's users: how many of their latest pins to begin with, `restart`,
# booster or not, at most 20,000 steps per user, and the day until which the graph is made. The saves of
# days 42 to 48 are sought. `try_out` measures a choice on more users than the check, some of them the same.


# %% slideshow={"slide_type": "skip"}
def try_out(queries, restart, booster, num_steps, until_day=42):
    """Return the mean NDCG@20 of a choice, for users of PinWorld."""
    R = sp.csr_array((world.bipartite(until_day)["board-pin"].matrix > 0).astype(float))
    data = prepared("mine", sets[0].past, sets[0].later, R)

    def rule(pins):
        V = visited(data, pins, queries, restart, num_steps, equation=False)
        return walks.boost(V) if booster else V.sum(axis=0)

    return ndcg(data, rule).mean()


print(f"{try_out(queries=8, restart=0.5, booster=True, num_steps=20_000):.4f}")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# For the notebook: name the exercise, and what a good conclusion has (what was tried, what would change it).

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 08.7 — `choose` ({{points:08.7}})
#
# Return your choice. Change one thing at a time and conclude in two
# sentences in a cell of your own: what decided, and what did not matter. One of the five settings can make
# every number far better. Would you be proud of it?
#
# *About 20 minutes.*
#
# {{hints:08.7}}


# %% tags=["exercise:08.7"]
def choose() -> dict:
    """Return the settings of Pixie for PinWorld.

    Returns:
        {"queries": int, "restart": float, "booster": bool, "num_steps": int, "until_day": int}
    """
    ### SOLUTION


# %% tags=["check:08.7"]
check("08.7", choose)

# %% slideshow={"slide_type": "skip"}
# Your five films again, with the methods so far.
# Words of a title find a film: my_films("08", "matrix", "amelie", …) keeps up to five.
from graphrec_utils.exercises.films import my_films

my_films("08")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.13 ↳ How deep until you are everybody?
#
# *A branch of about 8 minutes: why Pixie goes home, on 1,200 films, with your own walk.*
#
# You love three films, a stranger three others. Sparks leave yours and go film → person → film, with equal chances, as many
# steps as `depth` says. Where most of them are is your list of ten, and the stranger has one too.

# %% slideshow={"slide_type": "fragment"} tags=["predict:08.p11"]
predict("08.p11")

# %% slideshow={"slide_type": "fragment"} tags=["widget", "answers:08.p11"]
visuals.everybody(function=pixie_walk)

# %% [markdown]
# *Figure 8.8. How many of ten films the lists of two strangers share, by depth, mean and 95 % interval of 200 pairs. In the
# interactive version 1,200 films are points of light, near each other where the same people like them: move the depth, tap films, try the switches.*
#
# Three steps make two strangers nearly one person. Counted by visits they share half of their lists after a single step, the bestsellers; divided by
# $\sqrt{\text{likes}}$ you stay yourself for one step longer, no more. **The mean of all depths**, LightGCN's of lesson 06, forgets you more
# slowly. **Going home** after a step with chance ½, as Pixie does, keeps you yourself, but only together with $\div \sqrt{\text{likes}}$: then the two
# lists share three of ten at most, in the mean; by visits alone seven. *Your walk* shows the visits of your 08.1: a walker that never
# goes home, or begins elsewhere, *looks* wrong.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Left out of fifty minutes; a good opening of the hour otherwise: ask the room for three films, move the depth from 0 to 5 slowly, then
# press "Home after a step" and "÷ √likes". Usual wrong answer to 08.p11: about ten steps.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.14 ↳ When must the booster win?
#
# *A branch of about 6 minutes. It gives a planted world in which the booster's belief is true, and from where on it pays.*
#
# The booster believes something: that what you want next lies **where your interests overlap**. Let us plant exactly that. In an artificial graph of twelve
# topics a quarter of the pins are *bridges*, saved to boards of two topics. A user has three pins of one topic and
# three of another, and wants either a bridge between them or an ordinary pin of one of them.

# %% slideshow={"slide_type": "fragment"} tags=["predict:08.p6"]
predict("08.p6")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Ask 08.p6 before the crossing lines. Usual wrong answer: from about a half on, as if it lost on ordinary pins what
# it wins on bridges. Point at both ends of the lines: it wins much at one end and loses little at the other.

# %% tags=["long", "answers:08.p6"] jupyter={"source_hidden": true}
planted = results.load(
    "08_booster", command="python -m solutions.experiments.lesson08.pixie_booster"
)
overlap, crossing = np.linspace(0, 1, 101), planted.values["crossing"]
lines = {
    score: overlap * hits["bridge"] + (1 - overlap) * hits["ordinary"]
    for score, hits in planted.values["found"].items()
}
figure, ax = plt.subplots(figsize=(5.2, 2.7))
ax.plot(overlap, lines["booster"], label="booster", color=style.USER)
ax.plot(overlap, lines["sum"], "--", label="sum of visits", color=style.ITEM)
ax.axvline(crossing, color=style.CONTEXT, linestyle="dotted")
ax.annotate(f"{crossing:.0%}", (crossing, 0.36), (6, 0), textcoords="offset points", fontsize=9)
ax.set(xlabel="share of wanted pins that lie where interests overlap", ylabel="found in the top 20")
ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# *Figure 8.9. Of the wanted pins, the share in the top 20 by the booster (solid) and by the sum of visits (dashed),
# against how many of the wanted pins are bridges between a user's two interests. Right of the dotted
# line the booster is ahead. Three planted worlds.*
#
# So the booster is a **bet on overlap**. It loses little on ordinary pins and wins much on bridges, so one
# bridge in ten is enough. Whether your users want bridges, only your data can say.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 8.15 ↳ Who gets how many steps?
#
# *A branch of about 12 minutes: Pixie's rule for sharing its steps among several pins, and a slip in its text.*
#
# A pin on ten thousand boards has more to explore than one on three. But if steps go by the degree, the rare one gets next to none. Pixie's rule lies between:
#
# $$
# s_q = \deg(q) \left( C - \log \deg(q) \right), \qquad
# N_q = N \, \frac{w_q s_q}{\sum_{r} w_r s_r}
# $$
#
# with a weight $w_q$ for each query, larger for what matters more, and natural logarithms. The log takes from the popular pin; how much, $C$ decides. With $C$ as large as the largest degree,
# as in the paper's text, the log hardly counts, and steps go by the degree again. With $C = \log \max \deg$ the most saved
# pin gets **no step**. We take $C = 1 + \log \max \deg$, the smallest with which a pin on more boards never gets fewer steps.
#
# <details><summary>Why the smallest?</summary>
#
# The slope of $s$ is $C - \log \deg - 1$. With our $C$ it is nowhere below 0.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 08.4 — `allocate_steps` ({{points:08.4}})
#
# By hand: a pin on 1 board that matters twice as much, and a pin on 100; the most boards of any pin are 1,000.
# $C = 1 + \log 1000 = 7.908$, so $s = (7.908,\ 330.3)$ and $w s = (15.8,\ 330.3)$: of 1,000 steps the rare pin gets
# 45.7. Do not round.
#
# *About 6 minutes.*
#
# {{hints:08.4}}


# %% tags=["exercise:08.4"]
def allocate_steps(
    degree: np.ndarray, weights: np.ndarray, num_steps: int, max_degree: int
) -> np.ndarray:
    """Return how many steps each query gets.

    Args:
        degree: (Q,) float64, boards of each query, at least 1.
        weights: (Q,) float64, above 0.
        num_steps: N, in total.
        max_degree: the largest degree in the whole graph.

    Returns:
        (Q,) float64, summing to num_steps.
    """
    ### SOLUTION


# %% tags=["check:08.4"]
check("08.4", allocate_steps)

# %% slideshow={"slide_type": "subslide"} tags=["widget"]
asked = {"sponge": 240, "muffin": 60, "icing": 8, "a family recipe": 1}
visuals.allocator(asked, function=allocate_steps)

# %% [markdown]
# *Figure 8.10. Four query pins on 240, 60, 8 and 1 boards, and 10,000 steps cut among them, a strip for each rule: equally, by
# degree, by Pixie's rule with our $C$ (the most saved pin is on 3,000 boards), with the paper's $C$, and, if it runs, by your function. By degree and
# with the paper's $C$ the rare pin gets 32 steps, with ours 75. In the interactive version a pale strip is always by degree, and you pull a pin to more boards.*

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Left out of fifty minutes. Figure 8.10: press the rule equal, then degree, and ask each time what the family recipe gets. Then
# Pixie. Then the slider "boards of the most saved pin": Pixie's shares move with it. Usual wrong belief: with the paper's C the
# rare pin is saved; it gets what it gets by degree, since the log is nothing beside so large a C.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### A question about this branch
#
# {{quiz:08.q4}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Slide, paper, code
#
# | | says | means |
# |---|---|---|
# | **slide** | PinSage's neighbors are the "top visited by Pixie" | the T pins with most visits of short walks, their counts divided by the sum (lesson 09) |
# | **slide** | the number of steps grows with the degree | slower than the degree, $s = d\,(C - \log d)$, so that a rare query keeps some |
# | **paper** | $C$ is the maximum degree | nearly in proportion to $d$, see 8.15 |
# | **paper** | $N_q = w_q N s_q / \sum_r s_r$ | the weights are missing below: the steps sum to $N$ only where they are all 1. Ours divides by $\sum_r w_r s_r$ |
# | **paper** | stops when more than $n_p$ pins have $n_v$ visits | counted when the count *equals* $n_v$, one counter per query; looked at after a walk, so a search may exceed $N$ by a walk |
# | **code**, DGL `RandomWalkNeighborSampler` | `termination_prob`, `num_traversals` | our `restart`, and in addition a longest walk; the start stays among its own neighbors, as its documented example shows |

# %% [markdown] slideshow={"slide_type": "skip"}
# **Further reading.** Eksombatchai et al., *Pixie*
# ([arXiv 1711.07601](https://arxiv.org/abs/1711.07601)): the system and its A/B tests. Stanton, Eskreis-Winkler, Kim,
# *XWalk* ([arXiv 2307.12019](https://arxiv.org/abs/2307.12019)): queries and products. Christoffel et al., *Blockbusters
# and Wallflowers* ([DOI 10.1145/2792838.2800180](https://doi.org/10.1145/2792838.2800180)): three-hop walks and RP3β.
# Steck, *Embarrassingly Shallow Autoencoders* ([arXiv 1905.03375](https://arxiv.org/abs/1905.03375)): EASE.
