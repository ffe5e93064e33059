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
# # 01 · Recommender basics
#
# > **Your new recommender finds twice as much as last year's. Name three ways in which that number
# > can be wrong although the code has no bug.**
#
# Write down your three before you read on; 1.3, 1.4 and 1.8 each find one.
#
# **You will** split events by time, write the measures that every table of this course uses, and meet three
# generators of candidates. Then you find out how hard it is to beat a list of bestsellers.
#
# **Time** {{minutes}} minutes with all branches · **Points** {{points}} · **Before** lesson 00, some
# pandas · **Runs on** any CPU
#
# **In an hour:** 1.1 to 1.8, with exercises 01.1, 01.2 and 01.6. **Branches**, marked ↳, stand after
# the quiz: **A** the order of a list (NDCG and ties), **B** the clock (decay, another split, a task to win),
# **C** the long tail (where the hits are), **D** lucky neighbors (and what no table says).

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Two hours with exercises; as a lecture of fifty minutes, 1.1 to 1.4 and 1.8. Begin with the question on the first
# slide: collect ways on the board, and do not judge them yet. The two moments to stop: the leak picture (ask who has
# ever used a random split) and the metric list (let the room find a list on which the two NDCGs differ most). Take
# bets before the table: many will bet on item2item. End on the board of the beginning: which of its ways were found?

# %% tags=["setup"] jupyter={"source_hidden": true}
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import scipy.sparse as sp
import torch
from IPython.display import display

from graphrec_utils import data, datasets, metrics, plots, results, style, toy, train
from graphrec_utils.exercises import check, predict, remember
from graphrec_utils.models import baselines, filters, mf
from graphrec_utils.plots import visuals
from graphrec_utils.results import verdict, verdicts

style.use()

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Before you begin
#
# Three questions of lesson 00, from memory. Run the cell: your three may differ from those shown here. Then press your answers.

# %% slideshow={"slide_type": "skip"}
remember("01")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.1 The funnel
#
# The next song, the morning's news, the first page of a shop, the order of search results: recommenders are
# everywhere. Three sides want something from them. **Users** want to find what they like. **Authors**, shops
# and advertisers want to be found, new ones above all. The **platform** wants people to come back. All three
# share one page, so no single number is fair to all of them.
#
# A recommender is a function $f(u, i)$ that says how much user $u$ wants item $i$, learned from what
# people did before. With a billion items nobody can afford a good $f$ for all of them, so it works in
# stages. Suppose that a good ranker takes 10 µs per item:

# %% tags=["predict:01.p1"]
predict("01.p1")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 0 to 8. Draw the funnel from the room's own words: who wants something from the list? Then a number for
# 01.p1. Usual wrong answer: some seconds. A billion is more than it sounds. Let somebody multiply aloud. Ask what the
# best ranker can do about an item that no generator has found: nothing. And whose answers a ranker learns from: only
# those to what was shown.

# %% slideshow={"slide_type": "fragment"} tags=["answers:01.p1"]
stages = {"catalog": 1_000_000_000, "candidates": 1_000, "ranked": 100, "shown": 20}
ranker = 10e-6  # seconds per item
print(f"rank the whole catalog: {stages['catalog'] * ranker / 3600:.1f} hours per visit")
print(f"rank the candidates:    {stages['candidates'] * ranker * 1000:.0f} milliseconds")
plots.funnel(stages)
plt.show()

# %% [markdown]
# *Figure 1.1. The funnel: several generators pick about a thousand candidates out of the catalog,
# a ranker orders them, and rules about diversity and business choose what is shown. Widths are on a log
# scale: drawn to scale, all but the first would be invisible.*
#
# | stage | must | judged by | learns from |
# |---|---|---|---|
# | **generator** | not lose the good items | how many of them it keeps | likes, and items drawn at random beside them |
# | **ranker** | put the best in front | the order of the list | items that were *shown* |
# | **re-ranker** | make a good page | online experiments | rules, diversity |
#
# What the generator loses, no ranker can bring back. An item that was on somebody's screen is an
# **impression**, clicked or not. A ranker learns from impressions only, and some generator chose them: they
# are no fair sample of the catalog.
#
# This lesson writes generators. All they know of a user is her **history**: the items that she liked.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.2 Real likes
#
# MovieTweetings holds ratings from 0 to 10 that people posted on Twitter about films in 2013, with the time
# of each post (Dooms, De Pessemier and Martens, 2013). A rating is **explicit** feedback: somebody said how
# good it was. Most data are **implicit**: a click, a purchase, a play, something that was done and not
# judged. To work with what most systems have, we keep the ratings of 7 or more and call each a **like**. All
# other cells of $\mathbf R$ are 0, and a 0 says *nothing was observed*. It does not say *disliked*.
#
# <details><summary>If a notice says that PinWorld takes its place</summary>
#
# Then the films are synthetic pins, and some verdicts will differ. That is worth a look, too.
#
# </details>

# %%
movies = datasets.load("movietweetings-100k", fallback=True)
likes = movies if movies.weights is None else movies.select(movies.weights >= 7)
likes

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.3 Ask about the future, not about the past
#
# To test a recommender, hide some likes and see whether it finds them. Two habits:
#
# * **random split**: hide a random part of every user's likes. Many papers do this.
# * **temporal split**: choose a moment; everything before is train, everything after is test.
#   A running system is always judged this way.
#
# A random split asks: *which film of March did Ann like, given what she liked in June?* No recommender will
# ever be asked that. And the answer leaks: who has seen June knows which films became popular. How often does
# that happen?

# %% tags=["predict:01.p4"]
predict("01.p4")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 10 to 22. First ask who has ever used a random split. Then 01.p4. Usual wrong answer: about one in two, from
# a picture with a cut in the middle. One later like is enough for a leak.


# %% tags=["answers:01.p4"]
def leaks(train: data.Interactions, test: data.Interactions) -> np.ndarray:
    """Return for each test event whether the same user has a later train event."""
    latest = np.full(train.num_users, -1)
    np.maximum.at(latest, train.users, train.times)
    return latest[test.users] > test.times


rest, held = likes.hold_out(0.2, seed=0)
past, _, future = likes.temporal_split((0.8, 0.0, 0.2), unseen="keep")
splits = {"random": (rest, held), "temporal": (past, future)}
pd.Series({name: f"{leaks(*parts).mean():.0%}" for name, parts in splits.items()}, name="leaks")

# %% slideshow={"slide_type": "subslide"} tags=["answers:01.p4"] jupyter={"source_hidden": true}
start, someone = likes.times.min(), np.intersect1d(past.users, future.users)[:10]
figure, axes = plt.subplots(1, 2, figsize=(7.6, 3.4), sharey=True)
for ax, (name, (given, hidden)) in zip(axes, splits.items(), strict=True):
    for row, u in enumerate(someone):
        days = (given.times[given.users == u] - start) / 86_400
        asked = (hidden.times[hidden.users == u] - start) / 86_400
        for day in asked[asked < days.max()]:
            ax.plot([day, days.max()], [row, row], color=style.NEGATIVE, linestyle="dashed")
        ax.scatter(days, np.full(len(days), row), color=style.CONTEXT, s=18, zorder=2)
        ax.scatter(
            asked, np.full(len(asked), row), color=style.POSITIVE, marker="D", s=26, zorder=3
        )
    ax.set(title=name, xlabel="day", yticks=range(10), yticklabels=[f"user {u}" for u in someone])
plt.show()

# %% [markdown]
# *Figure 1.2. A leak detector: ten users, one row each. Gray dots are train events, green diamonds
# are the test events to be found. A plum dashed line runs from a question to a later train event
# of the same user: information from the future. Compare the two sides.*
#
# Under the random split 87 % of the hidden likes have a later like of the same user in train. Nearly every
# question is asked with the future in hand. (The detector sees only a user's own likes; others' leak, too.)
# Under the temporal split none is. **This is the first way to be
# wrong by "twice as much": the past was asked, not the future.**
#
# A temporal split has a trap of its own. Tomorrow brings people and films that today does not know.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# The moment to stop: figure 1.2, dashed lines on one side only. Let somebody say in one sentence what the left side
# asks that nobody will ever be asked.

# %% slideshow={"slide_type": "subslide"} tags=["predict:01.p12"]
predict("01.p12")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Ask 01.p12. Usual wrong answer: about one in ten. So it is for films; people come and go faster. Ask which of these
# events a paper would drop, and what its recall speaks of afterwards. Here they stay.

# %% tags=["answers:01.p12"]
split = likes.temporal_split((0.8, 0.1, 0.1), unseen="keep")  # train, val, test
known, test = split.past(), split.test  # whoever recommends today has seen yesterday
new_user, new_item = (degree == 0 for degree in known.degrees())  # (m,), (n,)
cold = pd.Series({
    "of a new user": new_user[test.users].mean(),
    "of a new item": new_item[test.items].mean(),
    "of either": (new_user[test.users] | new_item[test.items]).mean(),
})  # fmt: skip
cold.map("{:.0%}".format).rename("likes of the last tenth").to_frame()

# %% [markdown]
# Users and items without an edge are called **cold**. No model of this lesson can find a cold item, and a
# cold user gets what everybody gets. Many papers drop such likes, and so does the library's `temporal_split`
# unless told otherwise. The result then describes the easy part of tomorrow, here 62 %, and does not say so.
# We keep them all: a miss is a miss.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 01.1 — `temporal_split` ({{points:01.1}})
#
# Cut the time line twice, at the times $t_1$ and $t_2$. With $E$ events in order of time (positions 0 …
# $E-1$),
#
# $$
# \begin{aligned}
# t_1 &= \text{time at position } \operatorname{round}(a E) \\
# t_2 &= \text{time at position } \operatorname{round}((a + b) E)
# \end{aligned}
# $$
#
# | symbol | in code | meaning |
# |---|---|---|
# | $a$ | `train_share` | share of the events that are train |
# | $b$ | `val_share` | share for **validation**, the part on which settings are chosen; the rest is test |
# | part 0, 1, 2 | the returned numbers | train: before $t_1$; val: from $t_1$ on; test: from $t_2$ on |
#
# If a cut falls within a second, all events of that second go to the later part.
#
# *About 8 minutes, an easy one.*
#
# {{hints:01.1}}


# %% tags=["exercise:01.1"]
def temporal_split(times: np.ndarray, train_share: float, val_share: float) -> np.ndarray:
    """Return the part of every event: 0 is train, 1 is validation, 2 is test.

    Args:
        times: (E,) int64 seconds, in any order; several events may share one second.
        train_share, val_share: shares of the events, for example 0.6 and 0.2; their sum is less
            than 1, so that something is left for the test.

    Returns:
        (E,) int64. If a cut falls within a second, all events of that second go to the later part.

    Example:
        temporal_split(np.array([30, 10, 20, 50, 40]), 0.6, 0.2) is [0, 0, 0, 2, 1].
    """
    ### SOLUTION


# %% tags=["check:01.1"]
check("01.1", temporal_split)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.4 Is the list good?
#
# One user, one ranked list $L$ of $k$ items, and the set $\mathrm{Rel}$ of **relevant** items, those that
# the user went on to like. An item of the list that is relevant is a **hit**.
#
# $$
# \text{recall@}k = \frac{|L \cap \mathrm{Rel}|}{|\mathrm{Rel}|} \qquad
# \text{precision@}k = \frac{|L \cap \mathrm{Rel}|}{k}
# $$
#
# $$
# \text{hit rate@}k = [\,\text{there is a hit}\,] \qquad
# \text{reciprocal rank@}k = \frac{1}{\text{rank of the first hit}}
# $$
#
# <details><summary>Symbols, and their names in code</summary>
#
# | symbol | in code | meaning |
# |---|---|---|
# | $L$ | one of `lists` | item numbers, best first |
# | $\mathrm{Rel}$ | one of `relevant` | a set of item numbers |
# | $k$ | `top` | length of the list that is looked at (code keeps `k` for layers) |
# | $[\,\dots]$ | a comparison | 1 if what stands inside is true, else 0 |
#
# </details>
#
# Without a hit among the first $k$ places the reciprocal rank is 0. A table shows the **mean over users**;
# the mean of the reciprocal rank is called **MRR**. A user without test items has no value at all, so leave
# such users out: a 0 for them would punish every model for nothing.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 01.2 — `recall_hit_mrr` ({{points:01.2}})
#
# Return the three means over all users that have test items.
#
# *About 10 minutes.*
#
# {{hints:01.2}}


# %% tags=["exercise:01.2"]
def recall_hit_mrr(
    lists: list[list[int]], relevant: list[set[int]], top: int
) -> tuple[float, float, float]:
    """Return (recall, hit rate, MRR) of the first `top` places, averaged over users.

    Args:
        lists: one ranked list of item numbers per user, best first.
        relevant: the test items of the same users; users with an empty set are left out.
        top: the cut-off. A user without a hit in the first `top` places has the values 0, 0 and 0.

    Example:
        recall_hit_mrr([[5, 3, 8], [1, 2, 4]], [{8, 9}, {1}], 3) is (0.75, 1.0, 0.6667).
    """
    ### SOLUTION


# %% tags=["check:01.2"]
check("01.2", recall_hit_mrr)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### A hit at the top is worth more
#
# Recall does not care about the order. **NDCG** gives the place of rank $r$ the gain
# $1 / \log_2(r + 1)$ and compares with the best list there could be:
#
# $$
# \text{DCG@}k = \sum_{r=1}^{k} \frac{[\,L_r \in \mathrm{Rel}\,]}{\log_2(r + 1)}, \qquad
# \text{NDCG@}k = \frac{\text{DCG@}k}{\sum_{r=1}^{\min(k, |\mathrm{Rel}|)} 1 / \log_2(r + 1)}
# $$
#
# The sum below the line is the **ideal list**: all relevant items in front, as many as fit.
#
# **Which one when?** For a generator we use recall, since a ranker will order what it found: that is the
# measure of this lesson. Where the list is shown as it stands, as in many later lessons, we use NDCG.

# %% tags=["predict:01.p5"]
predict("01.p5")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 22 to 34. On the board, five places, hits at 2 and 5: recall, precision, hit rate, MRR from the room. Then
# 01.p5. Usual wrong answer: too low. A shorter ideal list makes the sum below the line smaller.

# %% slideshow={"slide_type": "fragment"} tags=["widget", "answers:01.p5"]
visuals.metric_list([0, 1, 0, 0, 1, 0, 1, 0, 0, 0], missed=0, top=5, function=recall_hit_mrr)

# %% [markdown]
# *Figure 1.3. A ranked list of ten places and its measures; a check mark is a relevant item, places
# after the cut are dashed. Switch places by mouse or with arrow keys and Enter, and move the two
# sliders, which ask your `recall_hit_mrr`. The last bar, hatched, is a careless NDCG, whose ideal list is made of the found hits alone.*
#
# The careless NDCG forgives every item that the list has missed. In figure 1.3 it says 0.624 where NDCG is
# 0.478, nearly a third too much: **the second way to be wrong. The code does what was meant, and what was meant is
# another measure.**
#
# <details><summary>Your function for every list</summary>
#
# Once a place is switched, the numbers are the formula's; with the package anywidget, put `.live()` behind the call, and yours is
# asked for every list.
#
# </details>
#
# Three things to try. Find a list with recall 1 and NDCG below 0.6. Find the list on which the two NDCGs
# differ most. Add missed items one by one: which measures do not notice?
#
# <details><summary>The answers</summary>
#
# For example one relevant item, at rank 3 or later, and nothing missed. One hit at rank 1 and many
# relevant items missed: the careless NDCG says 1. Precision, hit rate and MRR never notice a missed
# item, nor does the careless NDCG. Recall does, and so does NDCG until the ideal list is full.
#
# </details>
#
# *Branch A writes NDCG, and turns scores into a list without three classic mistakes.*

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Figure 1.3: click places to switch their items; the sliders are top and relevant, not in the list. The second moment to
# stop: let the room find the list on which the two NDCGs differ most, and write its number down before anybody opens
# the answers. Reset between tries.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.5 Popularity, with an eye on the clock
#
# The first generator ignores the user: it counts. It may count all events alike, or let them age:
#
# $$
# \text{score}(i) = \sum_{\text{events of } i} 2^{-\text{age} / h}
# $$
#
# | symbol | in code | meaning |
# |---|---|---|
# | age | `now - times` | in days |
# | $h$ | `half_life` | after so many days an event counts half |
#
# With $h = 7$ a like of today counts 1, one of last week ½, one of three weeks ago ⅛. So a large $h$ gives a
# list of all-time favorites, a small one the list of this week. *Branch B writes it.*

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.6 Fans of this also like
#
# The second generator, **item2item**, starts from what the user likes. On the graph of lesson 00 it goes from
# a film back to its fans, and from them to their other films. That is two hops from an item.

# %% slideshow={"slide_type": "fragment"}
figure, (left, right) = plt.subplots(1, 2, figsize=(7.4, 2.9), width_ratios=[1.25, 1])
plots.bipartite(toy.likes(), toy.USERS, toy.ITEMS, ax=left)
left.plot([1, 0, 1], [1, 1, 2 / 3], color=style.INK, linewidth=9, alpha=0.25, zorder=0)
left.set_title("Alien → Ann → Brazil: two hops")
paths = (toy.likes().T @ toy.likes()).int()  # (n, n)
plots.matrix(paths, toy.ITEMS, [f"{name} " for name in toy.ITEMS], ax=right)
right.set_title("RᵀR: numbers of such paths")
plt.show()

# %% [markdown]
# *Figure 1.4. Left: one path of two hops on the graph, in gray, from the film Alien through its fan Ann to
# Brazil. Right: entry (i, j) of RᵀR counts the paths from item i to item j. These are their common fans; on the
# diagonal stands how many fans an item has.*
#
# Counts favor bestsellers. Take the most popular one percent, 105 films. Six films in seven share a fan with
# one of them, so these would be neighbors of nearly everything. The **cosine** of two columns of $\mathbf R$
# divides popularity out. A user's score for an item adds up its cosines with what the user likes:
#
# $$
# S_{ij} = \frac{C_{ij}}{\sqrt{c_i\, c_j}}, \qquad \mathbf C = \mathbf R^\top \mathbf R,
# \qquad c_i = C_{ii}, \qquad S_{ii} = 0
# $$
#
# $$
# \text{score}(u, i) = \sum_{j \in \mathcal N(u)} S_{ji}
# $$
#
# In figure 1.4 Alien and Brazil have one common fan, and so have Brazil and Cube. But Alien has one fan in all
# and Cube two: the first cosine is $1/\sqrt{1 \cdot 2} = 0.71$, the second $1/\sqrt{2 \cdot 2} = 0.5$.
#
# <details><summary>Symbols, and their names in code</summary>
#
# | symbol | in code | shape |
# |---|---|---|
# | $\mathbf C$ | `R.T @ R` | `(n, n)` |
# | $c_i$, fans of item $i$ | `C.diagonal()` | `(n,)` |
# | $\mathbf S$ | returned | `(n, n)` |
# | $\mathcal N(u)$, items that user $u$ likes | row `R[u]` | `(n,)`, ones at these items |
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 01.6 — `item2item_cosine` ({{points:01.6}})
#
# No loops: matrix products and one division. Items without fans exist.
#
# *About 8 minutes.*
#
# {{hints:01.6}}


# %% tags=["exercise:01.6"]
def item2item_cosine(R: torch.Tensor) -> torch.Tensor:
    """Return the cosine similarity of every two items, with a zero diagonal.

    Args:
        R: (m, n) float32 zeros and ones; rows are users.

    Returns:
        (n, n) float32; an item without fans has a row and a column of zeros.

    Example:
        item2item_cosine(torch.tensor([[1.0, 1.0], [0.0, 1.0]])) is [[0, 0.7071], [0.7071, 0]].
    """
    ### SOLUTION


# %% tags=["check:01.6"]
check("01.6", item2item_cosine)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.7 People like you
#
# The third generator, **user2item**, compares rows instead of columns. The users nearest to $u$, a fixed
# number of them, vote for what they like, each vote weighted by the similarity:
#
# $$
# \text{score}(u, i) = \sum_{v \,\in\, \mathrm{NN}(u)} w_{uv}\, R_{vi}, \qquad
# w_{uv} = \text{cosine of rows } u \text{ and } v, \quad w_{uu} = 0
# $$
#
# <details><summary>Symbols, and their names in code</summary>
#
# | symbol | in code | meaning |
# |---|---|---|
# | $\mathrm{NN}(u)$ | the `neighbors` largest entries of row $u$ | the users nearest to $u$, without $u$ |
# | $w_{uv}$ | `W[u, v]`, shape `(m, m)` | similarity of two users |
#
# </details>
#
# On the graph both generators walk the same way, Ann → Brazil → Bob → Cube: **three hops** from a user to new
# items. They differ in what they compare on the way: user2item the people, Ann and Bob; item2item the films,
# Brazil and Cube. Lesson 04 finds both as powers of one matrix.
#
# People rarely like a film twice, so here liked films leave every list. (Elsewhere that would hide the best
# answers: branch D.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.8 Who finds more?
#
# Now they meet, on the likes of 1.2:
#
# | list | knows the day | knows the user |
# |---|---|---|
# | *popularity* of all time | – | – |
# | *recent* popularity (1.5) | ✓ | – |
# | item2item, user2item (1.6, 1.7) | – | ✓ |
# | **RP3β**: walks of three steps (04) | – | ✓ |
# | **EASE**: item2item with *learned* weights (02) | – | ✓ |
# | **iALS**: a learned vector, a list of numbers, for every user and item (02) | – | ✓ |
# | *both*: recent times item2item | ✓ | ✓ |
#
# The three of later lessons take part because a new model looks good beside a weak rival. Each has settings,
# its **knobs**, chosen on validation with the same effort for all. (iALS has 8 numbers a film, not tuned.)
#
# > **Claim 1** (common belief). An eye on the clock helps: recent bestsellers find more than those of all
# > time.
#
# > **Claim 2** (the lecture, and every product page). A generator that knows the user finds more than a list
# > of recent bestsellers.

# %% slideshow={"slide_type": "subslide"} tags=["predict:01.p8"]
predict("01.p8")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 34 to 40. Take bets before the table: 01.p8. Many will bet on item2item, or on the best of five. Usual wrong
# answer: the best of the five, it knows the user. Write the bets on the board with names.


# %% jupyter={"source_hidden": true}
def recent_of(past: data.Interactions, days: float) -> baselines.Scorer:
    """Count likes; after so many days one counts half (1.5)."""
    return baselines.popularity(past, half_life=86_400 * days)


def ease(past: data.Interactions, reg: float, least: int = 5) -> baselines.Scorer:
    """Weigh every pair of items with at least `least` likes by least squares (Steck, 2019)."""
    R = past.csr()
    kept = np.flatnonzero(R.getnnz(axis=0) >= least)
    X, place = R[:, kept], sp.identity(R.shape[1], format="csr")[kept]  # (m, k), (k, n)
    P = np.linalg.inv((X.T @ X).toarray() + reg * np.eye(len(kept)))  # (k, k)
    B = -P / P.diagonal()
    np.fill_diagonal(B, 0)  # no item may predict itself
    return baselines.Scorer(X, sp.csr_matrix(B) @ place)


class Both:
    """Knows the user and the day: recent popularity times (weight + item2item)."""

    def __init__(self, past: data.Interactions, days: float, weight: float):
        self.day = recent_of(past, days)
        self.user, self.weight = baselines.item2item(past, shrinkage=20), weight

    def scores(self, users: np.ndarray) -> np.ndarray:
        return self.day.scores(users) * (self.weight + self.user.scores(users))


# %% slideshow={"slide_type": "skip"} tags=["experiment"] jupyter={"source_hidden": true}
DAYS = [1, 2, 4, 7, 14, 30]
build = {
    "popularity": (baselines.popularity, {}),
    "recent": (recent_of, {"days": DAYS}),
    "item2item": (baselines.item2item, {"shrinkage": [2, 5, 10, 20, 50, 150]}),
    "user2item": (baselines.user2item, {"neighbors": [300, 1000, 3000], "shrinkage": [1, 3, 10]}),
    "RP3β": (
        lambda past, alpha, beta: filters.rp3beta(past.csr(), alpha, beta),
        {"alpha": [0.25, 0.5, 1], "beta": [0, 0.1, 0.2, 0.4]},
    ),
    "EASE": (ease, {"reg": [100, 200, 500, 1000, 3000, 10_000]}),
    "iALS": (
        lambda past, alpha0, reg: mf.ials(past.csr(), 8, alpha0, reg, sweeps=8),
        {"alpha0": [0.01, 0.03, 0.1, 0.3], "reg": [0.01, 0.03, 0.1, 0.3]},
    ),
    "both": (Both, {"days": DAYS, "weight": [0.003, 0.01, 0.03, 0.1, 0.3, 1]}),
}
trials = {name: (partial(make, split.train), grid) for name, (make, grid) in build.items()}
score = train.on_validation(split, "recall")
search = train.tune(trials, 6, score, natural={"beta": [0]})
tuned = {t.model: t.knobs for t in sorted(search.trials, key=lambda t: t.score)}  # the best is last
search.winners.drop(columns="seconds").round(3)

# %% tags=["experiment", "answers:01.p8"] collapsed=true jupyter={"outputs_hidden": true, "source_hidden": true}
PERSONAL = ["item2item", "user2item", "RP3β", "EASE", "iALS"]


def lists_of(past: data.Interactions, part: data.Interactions, top: int = 20) -> dict:
    """Return {generator: (B, top) lists of the users of `part`}, with the chosen settings.

    A new user gets the recent bestsellers where a generator has nothing to say.
    """
    users = np.unique(part.users)
    stranger = past.degrees()[0][users] == 0
    lists = {
        name: metrics.rank(make(past, **tuned[name]), past, top, users)
        for name, (make, _) in build.items()
    }
    for name in PERSONAL:
        lists[name][stranger] = lists["recent"][stranger]
    return lists


users = np.unique(test.users)
lists = lists_of(known, test)
scored = {name: metrics.evaluate(x, test, users) for name, x in lists.items()}
tries = search.winners["trials"]
results.table(
    {
        name: {
            "recall@20": one.recall.mean(), "NDCG@20": one.ndcg.mean(),
            "recall, known users": one.recall[~new_user[users]].mean(),
            "recall, new users": one.recall[new_user[users]].mean(),
            "d": 8 if name == "iALS" else None, "trials": int(tries[name]) if build[name][1] else 0,
            "coverage": metrics.coverage(lists[name], known.num_items),
            "bestsellers": metrics.popularity_overlap(lists[name], known),
        }
        # seven rows stand in the open: EASE, which this lesson does not build, is the one below
        for name, one in sorted(scored.items(), key=lambda row: (row[0] == "EASE", -row[1].recall.mean()))
    },
    known="liked films leave every list",
    headline=("recent", "popularity", "iALS"),
)  # fmt: skip

# %% slideshow={"slide_type": "subslide"} tags=["experiment", "answers:01.p8"] jupyter={"source_hidden": true}
personal = search.winners.score[PERSONAL].idxmax()
found = {name: one.recall for name, one in scored.items()}
recent = metrics.compare(found["recent"], found["popularity"])
knows = metrics.compare(found[personal], found["recent"])
best = f"recall@20 of {personal}, the best of {len(PERSONAL)} on validation: {knows.gain('.3f')}"
parts = {"users with known likes": ~new_user[users], "new users": new_user[users]}
means = {who: {k: one[among].mean() for k, one in found.items()} for who, among in parts.items()}
order = sorted(PERSONAL, key=means["users with known likes"].get, reverse=True)
ax = plt.figure(figsize=(6.8, 3.2)).add_subplot()
for who, fill in zip(parts, ({}, {"markerfacecolor": style.PAPER}), strict=True):
    for y, name in enumerate(rows := ["recent", "both", *order, "popularity"]):
        ax.plot(means[who][name], y, **style.look(name) | {"linestyle": "", "markersize": 8} | fill)
    ax.plot([], [], "s", color=style.INK, label=who, **fill)
said = {-1: "knows …", 0: "the day", 1: "day and user", 4: "the user", 7: "neither"}
for y, what in said.items():
    ax.text(1.02, y, what, transform=ax.get_yaxis_transform(), va="center")
ax.hlines((0.5, 1.5, 6.5), 0, 0.32, color=style.CONTEXT, linewidth=0.8)
ax.set_yticks(range(len(rows)), rows)
ax.set(xlabel="recall@20", xlim=(0, 0.32), ylim=(len(rows) - 0.5, -0.5))
ax.legend(loc="center left", fontsize=9)
plt.show()
first = "Recent bestsellers find more than those of all time."
second = "A generator that knows the user finds more than a list of recent bestsellers."
verdicts(verdict(first, recent, f"recall@20: {recent.gain('.3f')}"), verdict(second, knows, best))

# %% [markdown]
# *Figure 1.5. Recall@20 of eight lists by what they know: among people with known likes (filled) and among new
# ones (open). Compare the filled marks first: those of the day with those of the user. Then ask why so many
# open marks stand below each other.*
#
# **What a card says.** A card compares two lists user by user. It gives the mean difference and its **interval
# of 95 %**: of twenty intervals made like this, about nineteen hold the true difference. Where 0 lies inside,
# these users **cannot tell** which of the two finds more. Neither interval here holds 0.
#
# **How to read it.** The filled marks fall into two camps, and the camp that knows the day is far ahead. The
# open marks of those who know only the user stand where *recent* has its own. Of a new user they know
# nothing, so they borrow its list. Why does the day
# win? A guess: people post about what runs in the cinemas this week, and cinemas play the same films for
# everybody. That would also explain why *both* gains nothing that we could see. So before you learn your users,
# ask what your data owe to the calendar.
#
# Back to "twice as much". Beside the bestsellers of all time, 0.200, iALS with its 0.222 looks like
# progress; beside the recent ones, 0.281, it does not. That is the third way to be wrong. It hides well, for
# even this progress is borrowed: among known users iALS does not pass *popularity* (0.194 and 0.195). And the first way once more: split
# at random, and the recent bestsellers come last of four (branch B).
#
# **Whether a model wins depends on who stands beside it. So name the strongest rival before you say "twice as
# much".**
#
# <details><summary>How this was measured</summary>
#
# * **Split.** 80 % train, 10 % validation, 10 % test by time (1.3); every cold film is a miss. Settings are chosen by recall@20 on
#   validation; then train and validation together are the past, and test is used once. Liked films leave
#   every list. A new user gets the recent bestsellers where a generator has nothing to say, so five rows agree there.
# * **Numbers.** The table, folded above, has them all, first the lists of the claims: recent bestsellers find 0.288 among known users, iALS
#   0.194; under the random split of branch B recent bestsellers find 0.165. *coverage* is the share of the
#   catalog that stands in any list, and *bestsellers* the share of places that the twenty most popular films
#   have.
# * **Search.** `train.tune` gives every generator six trials, some at random, the rest beside the best so far;
#   popularity has no knob: 43 trials together. Its table, folded above, says in the column *refused* if the
#   best setting is the last of its grid; none was. *days* is a half-life (1.5), *shrinkage* stands in branch D.
#   iALS has vectors of 8 numbers (column *d*), which was not tuned. EASE weighs the films with five likes or
#   more: it inverts a matrix. Its six lines, and *both*, stand in the folded cells above.
# * **Intervals** are those of the paired t-test over users. Over three seeds, three trainings that differ in
#   chance alone, an interval is made in the same way; but three numbers say little of their spread, so
#   Student's factor is 4.3 in place of 1.96, and the interval is wide. No interval knows what another month
#   would say: compare validation and test.
# * **Both or recent?** The day and the user together find 0.278, the day alone 0.281, and user by user the
#   interval holds 0 (`metrics.compare(found["both"], found["recent"])`): this test does not see that knowing
#   the user adds anything, and does not show that it adds nothing.
# * **Elsewhere.** Replace the first line of 1.2 by `from graphrec_utils import pinworld` and
#   `movies = pinworld.load("small").interactions()`, run the notebook again, and watch which verdicts turn.
#
# </details>

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 40 to 47. Two cards, two verdicts. Where the second does not hold, ask what these people post about before
# you say it. The row *both* is level with the day alone: nobody may say that knowing the user adds nothing; this test does not
# see it. Here intervals are said once for the whole course: draw one that holds 0, and one that does not.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# | | what it is for | where it won | where it did not |
# |---|---|---|---|
# | **recent bestsellers** | new users; data that follow the calendar | on these films: recall@20 of 0.281, iALS 0.222 | on the same films split at random (branch B) |
# | **item2item** | a first model that knows the user and needs no training | on PinWorld, the synthetic site of later lessons, for users with fifty known likes ([branch 6.7](06_lightgcn.ipynb)) | on PinWorld for users with one known like; for rare films (branch C) |
#
# * **Three ways in which "twice as much" can be wrong although the code has no bug.** Something else was
#   *asked*: a random split asks about the past (1.3). Something else was *counted*: a careless ideal list, or
#   only the users and items that are easy (1.3, 1.4). Or the *rival* was weak: a list of all time in place of
#   a recent one (1.8).
# * A generator is judged by recall: what it loses, no later stage brings back.
# * item2item and user2item both walk three hops, user → item → user → item. One compares items on the way,
#   the other users.
#
# **Next.** item2item calls two films related only if somebody liked both. What about two films without a
# common fan, whose fans agree about all the rest? Then a number has to go into a cell that nobody filled in.
# [Lesson 02](02_matrix_factorization.ipynb) asks: what is in an empty cell?

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 47 to 50, with the box. Back to the board of the beginning: which of the room's ways were found, and
# which was not on the board? In a hundred minutes, branch B (01.p10, with another split another model wins) and
# branch C (figures 1.6 and 1.7).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Quiz
#
# They come back at the start of later lessons.
#
# {{quiz}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Branches
#
# The hour ends here. Each branch stands alone; take the one that you want to know about.
#
# | ↳ | what it gives | minutes |
# |---|---|---|
# | **A**, 1.9 | NDCG as code, and a list from scores without three classic mistakes | 18 |
# | **B**, 1.10 | popularity with a clock; the same table under a random split; a recommender of your own for tomorrow | 34 |
# | **C**, 1.11 | where all the hits are, and why no average shows it | 5 |
# | **D**, 1.12 | why a cosine finds lucky neighbors; diversity and feedback, which no table here measures | 4 |

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.9 ↳ Branch A: from scores to a list
#
# Every model of this course ends with a table of scores, one row per user. The step from there to
# a list looks like one line, `argsort`, and has three traps:
#
# * **Seen items** score highest, since the model was fitted to them. The test never asks for them
#   (it is about *new* likes), so they must go.
# * **Ties.** A model with equal scores for everything has no opinion. If ties follow the item
#   number, and popular items happen to have small numbers, it looks like a good model.
# * **Too few items left.** A hole stays a hole; a seen item is no filler.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 01.3 — `ndcg_at_k` ({{points:01.3}}, branch A)
#
# Write NDCG of 1.4 for one list. The base of the logarithm cancels; `log2` keeps the gains readable.
#
# *About 8 minutes.*
#
# {{hints:01.3}}


# %% tags=["exercise:01.3"]
def ndcg_at_k(ranked: list[int], relevant: set[int], top: int) -> float:
    """Return DCG / IDCG of the first `top` places.

    Args:
        ranked: distinct item numbers, best first; there may be fewer or more than `top`.
        relevant: at least one item; some of them may be missing in `ranked`.
        top: the cut-off, also for the ideal list when `ranked` is shorter.

    Example:
        ndcg_at_k([7, 3, 9], {9}, 3) is 0.5: the only relevant item has rank 3.
    """
    ### SOLUTION


# %% tags=["check:01.3"]
check("01.3", ndcg_at_k)

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 01.4 — `topk_masked` ({{points:01.4}}, branch A)
#
# Equal scores follow `order`, a random permutation that somebody else has drawn: of two items with
# equal scores, the one with the smaller `order` comes first.
#
# *About 8 minutes.*
#
# {{hints:01.4}}


# %% tags=["exercise:01.4"]
def topk_masked(scores: np.ndarray, seen: np.ndarray, top: int, order: np.ndarray) -> np.ndarray:
    """Return the `top` unseen items of every user, best first.

    Args:
        scores: (m, n) float64; larger is better, negative scores are allowed.
        seen: (m, n) bool, True where the user knows the item.
        top: length of the lists, at most n.
        order: (n,) int64, the place of every item among items with equal scores.

    Returns:
        (m, top) int64 item numbers; -1 where fewer than `top` unseen items are left.

    Example:
        topk_masked(np.array([[0.3, 0.9, 0.3]]), np.array([[False, True, False]]), 2,
        np.array([2, 0, 1])) is [[2, 0]]: item 1 is seen, item 2 wins the tie.
    """
    ### SOLUTION


# %% tags=["check:01.4"]
check("01.4", topk_masked)

# %% [markdown] slideshow={"slide_type": "skip"}
# ### A question about this branch
#
# {{quiz:01.q5}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.10 ↳ Branch B: the clock
#
# Three steps: write popularity that ages, see what another split would have said, and win against
# bestsellers yourself.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 01.5 — `popularity` ({{points:01.5}}, branch B)
#
# The formula of 1.5. The recommendation is made at the time `now`. The arrays may contain later events,
# as a data set does that has not been split yet: those have not happened.
#
# *About 5 minutes, an easy one.*
#
# {{hints:01.5}}


# %% tags=["exercise:01.5"]
def popularity(
    items: np.ndarray, times: np.ndarray, num_items: int, half_life: float, now: int
) -> np.ndarray:
    """Return the decayed number of events of every item.

    Args:
        items: (E,) int64 item number of each event.
        times: (E,) int64, in days.
        num_items: n; items without events have popularity 0.
        half_life: in days.
        now: the day on which ages are 0; later events do not count.

    Returns:
        (n,) float64.

    Example:
        popularity(np.array([1, 1]), np.array([5, 3]), 3, 2, 5) is [0, 1.5, 0].
    """
    ### SOLUTION


# %% tags=["check:01.5"]
check("01.5", popularity)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Does the split matter?
#
# The same generators with the same settings under a random split: a tenth of every user's likes is
# hidden, whatever its date. Users with one like keep it, so nobody is new here.
#
# > **Claim** (everybody who splits at random). The split does not matter: recent bestsellers find more than
# > user2item under the random split, as they do, or do not, under the temporal one.

# %% tags=["predict:01.p10"]
predict("01.p10")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Left out of fifty minutes. Ask 01.p10. Usual wrong answer: recent popularity, it has just won. The claim does not
# hold: with another split another model wins. Ask which of the two splits the last paper they read has used.

# %% tags=["experiment", "answers:01.p10"]
given, hidden = likes.hold_out(0.1, seed=0)
names = ["popularity", "recent", "item2item", "user2item"]
random = {
    name: metrics.evaluate_model(build[name][0](given, **tuned[name]), given, hidden).recall
    for name in names
}
display(pd.DataFrame(random).mean().rename("recall@20").to_frame().round(3))

lead = metrics.compare(random["recent"], random["user2item"])
verdict(
    "Under a random split, too, recent bestsellers find more than user2item.",
    holds=lead,
    detail=f"recall@20: {lead.gain('.3f')}",
)

# %% [markdown]
# A random split asks about all months alike, and train has likes from all of them. Then a half-life throws
# away useful likes. In production, where only tomorrow is asked for, it may be what matters most. **How you
# split decides who wins.**

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Your turn: tomorrow
#
# You are given a log and the day `now`. Recommend for the days that follow. How is up to you: parts of this
# lesson, the library, an idea of your own.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# For the notebook: name the exercise, and say that its log holds the days after `now` as well.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 01.7 — `tomorrow` ({{points:01.7}}, open, branch B)
#
# **Choose, train, conclude.** As in 01.5, the log holds the days after `now`, too. It is up to you not to
# look, and to hide what a user has had until `now` and no more; the check has a way to notice.
#
# The check draws worlds in which items come into fashion and go, and people have tastes, and compares what
# you find of the later days with bestsellers and a reference. Choose settings on the days *before* `now`.
#
# *About 25 minutes, a hard one.*
#
# {{hints:01.7}}


# %% tags=["exercise:01.7"]
def tomorrow(
    users: np.ndarray,
    items: np.ndarray,
    times: np.ndarray,
    shape: tuple[int, int],
    now: int,
    top: int,
) -> np.ndarray:
    """Return a list of `top` items for every user, to be judged by what happens after `now`.

    Args:
        users, items, times: (E,) int64, one event a place, in any order; times in days. Events
            with times > now have not happened yet.
        shape: (m, n), numbers of users and items; at least `top` items are new to everybody.
        now: the day of the recommendation.
        top: length of the lists.

    Returns:
        (m, top) int64, best first: different items that the user has had no event with until now.
    """
    ### SOLUTION


# %% tags=["check:01.7"]
check("01.7", tomorrow)

# %% [markdown] slideshow={"slide_type": "skip"}
# **Conclude.** In two sentences, here (double-click): which choice helped most, and what would you want
# to know before you ship it?
#
# *Your two sentences.*

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.11 ↳ Branch C: the long tail
#
# Most films have few likes, and a few films have most of the likes. How uneven is it?

# %% slideshow={"slide_type": "subslide"} tags=["predict:01.p2"]
predict("01.p2")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Left out of fifty minutes. Ask 01.p2. Usual wrong answer: about 20 %, as the rule of thumb says. Then figure 1.6:
# both axes are logarithmic; ask what the step at the lower right is.

# %% slideshow={"slide_type": "fragment"} tags=["answers:01.p2"]
_, fans = likes.degrees()  # (n,)
plots.long_tail(fans, head=0.01)
plt.show()
print(f"{(fans == 1).sum():,} items have exactly one like")

# %% [markdown]
# *Figure 1.6. The long tail: likes per item, from the most to the least popular, both axes
# logarithmic. The shaded head is 1 % of the items; its share of all likes stands in the title, and
# a random one percent would have about one percent. The step at the lower right is the items with
# one like each.*
#
# The tail divides what a model can do. About a film in the head, a table of counts is enough: a model that
# has seen the pair often enough **memorizes** it. About a film with one fan, memory says nothing, and a
# model has to **generalize**: from who the fan is, or from what the film is about. A vector of its own
# for every item, an **embedding** as in lessons 02 to 06, is closer to memory; encoders that compute the
# vector from features, from lesson 07 on, are closer to generalization.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Where are the hits?
#
# Films with at most 20 known likes own 42 % of the test likes. Are 42 % of the hits theirs, too?
#
# > **Claim** (common belief, Anderson's *long tail*). Personal generators serve the tail: of the test
# > likes for items with at most 20 known likes, they find at least one in a hundred more than recent
# > bestsellers do.

# %% tags=["predict:01.p9"]
predict("01.p9")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Ask 01.p9. Usual wrong answer: about 1 in 20. Then figure 1.7 from left to right; above 0.01 the axis is
# logarithmic. The claim does not hold, and the reason is simple: twenty places go where the edges are.

# %% tags=["experiment", "answers:01.p9"]
tail = test.select(known.degrees()[1][test.items] <= 20)
in_tail = {name: metrics.evaluate(x, tail, users).recall for name, x in lists.items()}
best = max(PERSONAL, key=lambda name: in_tail[name].mean())  # the best in hindsight
cold_share = new_item[tail.items].mean()  # (1.3)
print(f"{len(tail) / len(test):.0%} of the test likes; {cold_share:.0%} of these: no known like")
print("found: " + ", ".join(f"{name} {share.mean():.1%}" for name, share in in_tail.items()))
more = metrics.compare(in_tail[best], in_tail["recent"], margin=0.01)
verdict(
    "Personal generators find one in a hundred more of the tail than recent bestsellers.",
    holds=more,
    detail=f"recall@20 of {best}, the best in hindsight, over recent: {more.gain()}",
)

# %% slideshow={"slide_type": "subslide"} tags=["answers:01.p9"]
# Blue circles and orange squares are users and items; a method looks the same in lessons 01 to 06.
looks = style.METHOD | {"both": {"color": style.INK, "marker": "x", "linestyle": "dashed"}}
ax = plt.figure(figsize=(6.4, 3.4)).add_subplot()
for name in ("popularity", "recent", "item2item", "user2item", "both"):
    by_item = metrics.recall_by_popularity(lists[name], test, known, (1, 5, 20, 100), users)
    ax.plot(by_item.index, by_item.recall, label=name, **looks[name])
ax.set_yscale("symlog", linthresh=0.01)  # small shares apart, and 0 on the axis
shares = (0, 0.005, 0.01, 0.03, 0.1, 0.3)
ax.set_yticks(shares, [f"{share:g}" for share in shares], minor=False)
ax.set(xlabel="known likes of the item", ylabel="recall@20", ylim=(-0.001, None))
ax.legend()
plt.show()

# %% [markdown]
# *Figure 1.7. Which share of the test likes each generator finds (up), by how many known likes (train and
# validation) the item had (right: more); above 0.01 the axis is logarithmic. Later lessons will draw this
# picture again.*
#
# Films with at most 20 known likes own 42 % of the test likes and next to none of the hits, so every average
# above is an average over hits on popular films. More than a fifth of these likes are for films that nobody had
# liked before, and no generator here can find those. **A mean over users and events hides the tail.
# Look at recall by popularity before you believe it.**
#
# The user is served by recall, the author of a new film by this picture, and the platform trusts an
# experiment with real visitors.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.12 ↳ Branch D: lucky neighbors
#
# Which films does the cosine of 1.6 put beside a film? You would expect its relatives.

# %% slideshow={"slide_type": "subslide"} tags=["predict:01.p6"]
predict("01.p6")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Left out of fifty minutes, as are sections 1.5 to 1.7. In a hundred: figure 1.4, one finger on the gray path, and
# its cell in RᵀR. Ask 01.p6; usual wrong answer: mostly famous films. So it would be with raw counts. Two common fans
# out of three are luck.

# %% tags=["answers:01.p6"]
R_past, title = past.csr(), likes.item_labels
fans_of = past.degrees()[1]  # (n,) fans in train
example = int(abs(fans_of - 60).argmin())
common = (R_past.T @ R_past[:, [example]]).toarray().ravel().astype(int)  # (n,)
nearest = {}
for shrinkage in (0, 20):
    S = baselines.item2item(past, shrinkage=shrinkage).right[example].toarray().ravel()  # (n,)
    nearest[f"shrinkage {shrinkage}"] = [
        f"{title[i][:32]} ({common[i]} of {fans_of[i]})" for i in S.argsort()[::-1][:5]
    ]
print("near", title[example])
pd.DataFrame(nearest)

# %% [markdown]
# The brackets say how many fans a neighbor has in common with it, and how many at all. The library's
# version is sparse, and it can **shrink**: two films whose only common fan is one person have cosine 1
# if neither has another fan. The factor $C_{ij} / (C_{ij} + s)$ distrusts such
# luck; in the second column $s$ is 20.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### What no table here says
#
# **Going back.** The user's own **history** is a generator, too: what you played, bought or edited before, the
# latest first. In `wikipedia-edits` (data of this course) 88 % of the edits are of a page that the same person
# has edited before. There a table whose lists leave out what is known would hide the best answers.
#
# **Diversity.** Twenty sequels of one film may all be hits, and still be a dull page. Recall looks at items one
# by one; whether they differ is measured on the whole list, for example by the mean distance of its pairs, and
# usually paid for with a little recall.
#
# **Exposure and feedback.** People like what they see, and they see what was recommended yesterday. Such
# logs reward a model for repeating its predecessor: what was never shown has no likes, is ranked low and
# is not shown again. No split of the log can undo that. It takes impressions, some chance in what is
# shown, and experiments; lesson 17 comes back to it.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### A question about this branch
#
# {{quiz:01.q7}}

# %% slideshow={"slide_type": "skip"}
# What would it recommend to you? Five films, and the lists of the methods of lesson 01.
# Words of a title find a film: my_films("01", "matrix", "amelie", …) keeps up to five.
from graphrec_utils.exercises.films import my_films

my_films("01")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Slide, paper, code
#
# This course grew out of a lecture. Where its slides slip, or papers and code disagree, a box like
# this one says so.
#
# | on the slide | what holds | evidence |
# |---|---|---|
# | $R_{ui} = 1$ if *user i* interacted with *item i* | *user u* interacted with *item i* | a slip of letters |
# | "we want the missing values of $R$ not to be 0" | with implicit feedback no cell is missing: 0 means *not observed*. Methods differ in how they weigh the zeros (lesson 02), rank them (03) or contrast them (10) | Hu, Koren and Volinsky 2008; Rendle et al. 2009 |
# | rare items: hard to generalize, easy to memorize | true, and the measures look away, too: popular items own the hits, so a bestseller list is a strong baseline | figure 1.7 |
#
# | paper and code | what they do |
# |---|---|
# | NGCF and LightGCN | say that they split at random; the file they share is in order of time, as lesson 06 shows |
# | NGCF, first code | built the ideal list of NDCG from the retrieved hits: the hatched bar of figure 1.3. A later version of the paper measured again |
# | "recall@k" | hits / relevant in NGCF and LightGCN; hits / min(k, relevant) in others. Here: `recall_at_k` and `capped_recall_at_k` |

# %% [markdown] slideshow={"slide_type": "skip"}
# **Further reading.** Sarwar et al., *Item-based collaborative filtering* (2001): cosine and its
# rivals, still readable. Järvelin and Kekäläinen, *Cumulated gain-based evaluation of IR techniques*
# (2002): where NDCG comes from. Ferrari Dacrema et al., *Are we really making much progress?* (2019):
# tuned neighborhoods against neural models. Dooms et al., *MovieTweetings* (2013): our data.
