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
# **You will** split events by time, write the metrics that every table of this course uses, build
# three generators of candidates and their union, and find out when a list of bestsellers is hard to
# beat.
#
# **Time** {{minutes}} minutes · **Points** {{points}} · **Before** lesson 00, some pandas ·
# **Runs on** any CPU

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# A hundred minutes with exercises; as a lecture, 1.1 to 1.4 and 1.9 make forty-five. The two moments
# to stop: the leak picture (ask who has ever used a random split) and the metric list (let the
# room find a list on which the two NDCGs differ most). Take bets before the last section: many
# will bet on item2item.

# %% tags=["setup"]
import io

import ipywidgets as W
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch

from graphrec_utils import data, metrics, plots, style, toy, visuals
from graphrec_utils.exercises import check
from graphrec_utils.models import baselines
from graphrec_utils.results import verdict

style.use()

# %% [markdown] slideshow={"slide_type": "slide"}
# In lesson 00 a list of bestsellers found most hidden attendances, and never a small event.
#
# > **A question to carry through this lesson.** Your new recommender finds twice as much as last
# > year's. Name three ways in which that number can be wrong although the code has no bug.
#
# This lesson finds one way in 1.3 (what was asked), one in 1.4 (what was counted) and one in 1.9
# (whom it was compared with). In between you build the generators that every graph model of this
# course will have to beat.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.1 The funnel
#
# A recommender is a function $f(u, i)$ that says how much user $u$ wants item $i$. With a billion
# items nobody can afford a good $f$ for all of them, so it works in stages. Suppose that a good
# ranker takes 10 µs per item:

# %% slideshow={"slide_type": "fragment"}
stages = {"catalog": 1_000_000_000, "candidates": 1_000, "ranked": 100, "shown": 20}
ranker = 10e-6  # seconds per item
print(f"rank the whole catalog: {stages['catalog'] * ranker / 3600:.1f} hours per visit")
print(f"rank the candidates:    {stages['candidates'] * ranker * 1000:.0f} milliseconds")
plots.funnel(stages)
plt.show()

# %% [markdown]
# *Figure 1.1. The funnel: several generators pick about a thousand candidates out of the catalog,
# a ranker orders them, and rules about diversity and business choose what is shown. The first
# step drops far more than all others together.*

# %% [markdown] slideshow={"slide_type": "subslide"}
# The stages are judged by different numbers, because they do different harm:
#
# | stage | must | judged by | learns from |
# |---|---|---|---|
# | **generator** | not lose the good items | recall at its budget | positives and sampled negatives |
# | **ranker** | put the best in front | NDCG, calibrated probabilities | items that were *shown* |
# | **re-ranker** | make a good page | online experiments | rules, diversity |
#
# What the generator loses, no ranker can bring back. And the ranker has only ever learned from
# items that some generator chose to show: its data are not a sample of the catalog.
#
# This lesson writes generators. A **history** of likes is all they know.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.2 Real likes
#
# MovieTweetings: ratings from 0 to 10 that people posted on Twitter about films in 2013, with the
# second of the post (Dooms, De Pessemier and Martens, 2013). We call a rating of 7 or more a **like**. All
# other cells of $\mathbf R$ are 0, and a 0 says *nothing was observed*. It does not say *disliked*.

# %%
movies = data.load("movietweetings-100k", fallback=True)
likes = movies if movies.weights is None else movies.select(movies.weights >= 7)
likes

# %% [markdown]
# If a notice above says that PinWorld takes its place, the films are synthetic pins, and some
# verdicts at the end will differ. That is worth a look, too.

# %% [markdown] slideshow={"slide_type": "subslide"}
# > **Predict first.** Sort the items by their number of likes. Which share of all likes do the top
# > 1 % get: 5 %, 20 % or 40 %? And how many items have exactly one like?

# %% slideshow={"slide_type": "fragment"}
_, fans = likes.degrees()  # (n,)
plots.long_tail(fans, head=0.01)
plt.show()
print(f"{(fans == 1).sum():,} items have exactly one like")

# %% [markdown]
# *Figure 1.2. The long tail: likes per item, from the most to the least popular, both axes
# logarithmic. The shaded head is 1 % of the items; its share of all likes stands in the title, and
# a random one percent would have about one percent. The step at the lower right is the items with
# one like each.*

# %% [markdown] slideshow={"slide_type": "skip"}
# How uneven is that? Give the item of rank $r$ the weight $r^{-s}$ and draw, from the least to the
# most popular, which part of the likes each part of the catalog gets: the **Lorenz curve**. The
# **Gini index** is twice the area between it and the diagonal: 0 if all items are equal, close to 1
# if one item has nearly everything.


# %% slideshow={"slide_type": "skip"}
def lorenz(s: float, ax: plt.Axes, num_items: int = 1000, top: int = 20) -> None:
    """Draw the Lorenz curve of popularities r ** -s and what `top` bestsellers would catch."""
    weight = np.arange(1.0, num_items + 1) ** -s  # (n,), most popular first
    share = np.append(0, np.cumsum(weight[::-1]) / weight.sum())  # (n + 1,)
    ax.plot(np.linspace(0, 1, len(share)), share, color=style.ITEM)
    ax.plot([0, 1], [0, 1], color=style.CONTEXT, linestyle="dashed")
    caught = weight[:top].sum() / weight.sum()
    ax.set_title(f"s = {s:.2f}\nGini {metrics.gini(weight):.2f}\ntop {top} get {caught:.0%}")
    ax.set(xlabel="share of items", xlim=(0, 1), ylim=(0, 1))


figure, axes = plt.subplots(1, 4, figsize=(7.2, 2.6), sharey=True)
for s, ax in zip((0, 0.5, 1, 1.5), axes, strict=True):
    lorenz(s, ax)
axes[0].set_ylabel("share of likes")
plt.show()

# %% [markdown]
# *Figure 1.3. Four catalogs of 1,000 items, from equal (left, on the dashed diagonal) to very
# uneven (right). The last line of each title is what twenty bestsellers would catch of tomorrow's
# likes if people chose by popularity alone: with a long tail, a lazy list catches much.*
#
# The slider moves the exponent $s$ (with a running kernel).


# %% slideshow={"slide_type": "skip"} tags=["widget"]
def as_png(s: float) -> bytes:
    figure, ax = plt.subplots(figsize=(3.2, 2.9))
    lorenz(s, ax)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    plt.close(figure)
    return file.getvalue()


picture = W.Image(value=as_png(1.0), width=350)
exponent = W.FloatSlider(value=1.0, min=0, max=2, step=0.05, description="exponent s")
exponent.observe(lambda change: setattr(picture, "value", as_png(change["new"])), "value")
W.VBox([exponent, picture])

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.3 Ask about the future, not about the past
#
# To test a recommender, hide some likes and see whether it finds them. Which ones? Two habits:
#
# * **random split**: hide a random part of every user's likes. NGCF and LightGCN do.
# * **temporal split**: choose a moment; everything before is train, everything after is test.
#   Production does, every day.
#
# A random split asks: *which film of March did Ann like, given what she liked in June?* No
# recommender will ever be asked that. Whoever knows June knows which films became hits.
#
# > **Predict first.** Hide a random fifth of every user's likes. How many of the hidden ones have a
# > later like of the same user in train: one in ten, half, or nearly all?


# %%
def leaks(train: data.Interactions, test: data.Interactions) -> np.ndarray:
    """Return for each test event whether the same user has a later train event."""
    latest = np.full(train.num_users, -1)
    np.maximum.at(latest, train.users, train.times)
    return latest[test.users] > test.times


rest, held = likes.hold_out(0.2, seed=0)
past, _, future = likes.temporal_split((0.8, 0.0, 0.2))
splits = {"random": (rest, held), "temporal": (past, future)}
pd.Series({name: f"{leaks(*parts).mean():.0%}" for name, parts in splits.items()}, name="leaks")

# %% slideshow={"slide_type": "subslide"}
start, someone = likes.times.min(), np.unique(future.users)[:10]
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
# *Figure 1.4. A leak detector: ten users, one row each. Grey dots are train events, green diamonds
# are the test events to be found. A plum dashed line runs from a question to a later train event
# of the same user: information from the future. On the left there are many, on the right none.*

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 01.1 — `temporal_split` ({{points:01.1}})
#
# Cut the time line twice. With $E$ events in order of time (positions 0 … $E-1$),
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
# | $b$ | `val_share` | share for validation; the rest is test |
# | part 0, 1, 2 | the returned numbers | train: before $t_1$; val: from $t_1$ on; test: from $t_2$ on |
#
# If a cut falls within a second, all events of that second go to the later part.
#
# *About 8 minutes.*
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
    ### BEGIN SOLUTION
    ordered = np.sort(times)
    first = ordered[round(train_share * len(times))]
    second = ordered[round((train_share + val_share) * len(times))]
    return (times >= first).astype(np.int64) + (times >= second)
    ### END SOLUTION


# %% tags=["check:01.1"]
check("01.1", temporal_split)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.4 Is the list good?
#
# One user, one ranked list $L$ of $k$ items, and the set $\mathrm{Rel}$ of items the user went on
# to like. Everything follows from where the hits are.
#
# $$
# \text{recall@}k = \frac{|L \cap \mathrm{Rel}|}{|\mathrm{Rel}|} \qquad
# \text{precision@}k = \frac{|L \cap \mathrm{Rel}|}{k}
# $$
#
# $$
# \text{hit rate@}k = [\,\text{there is a hit}\,] \qquad
# \text{MRR@}k = \frac{1}{\text{rank of the first hit}}
# $$
#
# | symbol | in code | meaning |
# |---|---|---|
# | $L$ | one of `lists` (01.2), `ranked` (01.3) | item numbers, best first |
# | $\mathrm{Rel}$ | one of `relevant` (01.2), `relevant` (01.3) | a set of item numbers |
# | $k$ | `top` | length of the list that is looked at (code keeps `k` for layers) |
# | $[\,\dots]$ | a comparison | 1 if what stands inside is true, else 0 |
#
# **Without a hit among the first $k$ places, MRR is 0.**
#
# The number in a table is the **mean over users**. A user without test items has no value at all:
# leave such users out. Counting them as 0 would punish every model for nothing.

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
    ### BEGIN SOLUTION
    recall, hit, mrr = [], [], []
    for ranked, wanted in zip(lists, relevant, strict=True):
        if not wanted:
            continue
        hits = [item in wanted for item in ranked[:top]]
        recall.append(sum(hits) / len(wanted))
        hit.append(any(hits))
        mrr.append(1 / (hits.index(True) + 1) if any(hits) else 0)
    return float(np.mean(recall)), float(np.mean(hit)), float(np.mean(mrr))
    ### END SOLUTION


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
# **Average precision** rewards early hits, too: take the precision at the rank of each hit, add up,
# and divide by $\min(k, |\mathrm{Rel}|)$.
#
# > **Predict first.** Five places, hits at ranks 2 and 5, and one relevant item that the list has
# > missed. A careless programmer builds the ideal list from the two hits only. Is that NDCG too
# > high or too low?
#
# <details><summary>The answer</summary>
#
# Too high. The ideal list should hold three items and holds two, so the sum below the line is too
# small: the missed item costs nothing.
#
# </details>

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
visuals.metric_list([0, 1, 0, 0, 1, 0, 1, 0, 0, 0], missed=0, top=5)

# %% [markdown]
# *Figure 1.5. A ranked list of ten places and its metrics; a check mark is a relevant item, places
# after the cut are dashed. Switch places by mouse or with arrow keys and Enter, and move the two
# sliders. The last bar, hatched, is the careless NDCG with an ideal list made of the found hits.*
#
# Three things to try: find a list with recall 1 and NDCG below 0.6. Find the list on which the two
# NDCGs differ most. Add missed items one by one: which metrics do not notice?
#
# <details><summary>The answers</summary>
#
# For example one relevant item, at rank 3 or later, and nothing missed. One hit at rank 1 and many
# relevant items missed: the careless NDCG says 1. Precision, hit rate and MRR never notice a missed
# item, nor does the careless NDCG. Recall does, and so do average precision and NDCG until the
# ideal list is full.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 01.3 — `ndcg_at_k` ({{points:01.3}})
#
# Write NDCG for one list. The base of the logarithm cancels; `log2` keeps the gains readable.
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
    ### BEGIN SOLUTION
    gain = 1 / np.log2(np.arange(1, top + 1) + 1)  # (top,) 1, 0.63, 0.5, ...
    dcg = sum(g for g, item in zip(gain, ranked, strict=False) if item in relevant)
    return float(dcg / gain[: len(relevant)].sum())
    ### END SOLUTION


# %% tags=["check:01.3"]
check("01.3", ndcg_at_k)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.5 From scores to a list
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
# ### Exercise 01.4 — `topk_masked` ({{points:01.4}})
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
    ### BEGIN SOLUTION
    S = np.where(seen, -np.inf, scores)  # a new array; the caller keeps the scores
    lists = np.full((len(S), top), -1)
    for u, row in enumerate(S):
        best = np.lexsort((order, -row))[:top]
        lists[u] = np.where(row[best] == -np.inf, -1, best)
    return lists
    ### END SOLUTION


# %% tags=["check:01.4"]
check("01.4", topk_masked)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.6 Popularity, with an eye on the clock
#
# The first generator ignores the user. It may ignore dates as well and count all events alike, or
# let them age:
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
# A large $h$ gives a list of all-time favorites, a small one the list of this week.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 01.5 — `popularity` ({{points:01.5}})
#
# The recommendation is made at the time `now`. The arrays may contain later events, as a data set
# does that has not been split yet: those have not happened.
#
# *About 5 minutes.*
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
    ### BEGIN SOLUTION
    past = times <= now
    worth = 0.5 ** ((now - times[past]) / half_life)
    return np.bincount(items[past], weights=worth, minlength=num_items)
    ### END SOLUTION


# %% tags=["check:01.5"]
check("01.5", popularity)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.7 Fans of this also like
#
# The second generator, **item2item**, starts from what the user likes. On the graph of lesson 00:
# from a film back to its fans, and from them to their other films. These are two hops from an item of
# the user's history, and three from the user.

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
# *Figure 1.6. Left: one path of two hops on the graph, in grey, from the film Alien through its fan
# Ann to Brazil. Right: entry (i, j) of RᵀR counts the paths from item i to item j, that is, their
# common fans; on the diagonal stands how many fans an item has.*
#
# Counts favor hits: nearly every film has a fan in common with a blockbuster. The **cosine** of two
# columns of $\mathbf R$ divides that out, and a user's score for an item adds up the cosines with
# what the user likes:
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
# | symbol | in code | shape |
# |---|---|---|
# | $\mathbf C$ | `R.T @ R` | `(n, n)` |
# | $c_i$, fans of item $i$ | `C.diagonal()` | `(n,)` |
# | $\mathbf S$ | returned | `(n, n)` |
# | $\mathcal N(u)$, items that user $u$ likes | row `R[u]` | `(n,)`, ones at these items |

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
    ### BEGIN SOLUTION
    C = R.T @ R  # (n, n) common fans
    c = C.diagonal()  # (n,) fans
    S = C / torch.outer(c, c).sqrt().clamp(min=1)  # 0 / 1 for items without fans
    S.fill_diagonal_(0)
    return S
    ### END SOLUTION


# %% tags=["check:01.6"]
check("01.6", item2item_cosine)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The library's version is sparse, and it can **shrink**: two films whose only common fan is one
# person have cosine 1 if neither has another fan. The factor $C_{ij} / (C_{ij} + s)$ distrusts such
# luck. Here are the neighbors of an item with about sixty fans; the brackets say how many fans a
# neighbor has in common with it, and how many at all.
#
# > **Predict first.** Without shrinkage, will the five nearest be famous films or obscure ones?

# %%
R_past, title = past.csr(), likes.item_labels
known = past.degrees()[1]  # (n,) fans in train
example = int(abs(known - 60).argmin())
common = (R_past.T @ R_past[:, [example]]).toarray().ravel().astype(int)  # (n,)
nearest = {}
for shrinkage in (0, 20):
    S = baselines.item2item(past, shrinkage=shrinkage).right[example].toarray().ravel()  # (n,)
    nearest[f"shrinkage {shrinkage}"] = [
        f"{title[i][:32]} ({common[i]} of {known[i]})" for i in S.argsort()[::-1][:5]
    ]
print("near", title[example])
pd.DataFrame(nearest)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.8 People like you
#
# The third generator, **user2item**, compares rows instead of columns. The $k$ users most similar
# to $u$ vote for what they like, each vote weighted by the similarity:
#
# $$
# \text{score}(u, i) = \sum_{v \,\in\, \mathrm{kNN}(u)} w_{uv}\, R_{vi}, \qquad
# w_{uv} = \text{cosine of rows } u \text{ and } v, \quad w_{uu} = 0
# $$
#
# | symbol | in code | meaning |
# |---|---|---|
# | $\mathrm{kNN}(u)$ | the `neighbors` largest entries of row $u$ | the $k$ users most similar to $u$, without $u$ |
# | $w_{uv}$ | `W[u, v]`, shape `(m, m)` | similarity of two users |
#
# On the graph both generators walk the same way, Ann → Brazil → Bob → Cube: **three hops** from a
# user to new items. They weigh it differently. user2item compares the people at the ends of the
# first two hops, Ann and Bob, and keeps the $k$ most similar; item2item compares the films at the ends
# of the last two, Brazil and Cube. Lesson 04 finds all of these as entries of powers of one matrix.
#
# > **Predict first.** In the toy graph, which films does Eve's voice bring to Ann?
#
# <details><summary>The answer</summary>
#
# None. Ann and Eve share no film, their cosine is 0, and so is Eve's vote. Three hops from Ann end
# at Cube, through Bob; Drive would take five. Who is worth listening to at five hops is a question
# for lessons 04 and 06.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 01.7 — `user2item_knn` ({{points:01.7}})
#
# Return the scores of all items for all users. Seen items keep their scores: hiding them is the
# business of `topk_masked`.
#
# *About 10 minutes.*
#
# {{hints:01.7}}


# %% tags=["exercise:01.7"]
def user2item_knn(R: torch.Tensor, neighbors: int) -> torch.Tensor:
    """Return what the `neighbors` most similar users of everybody like, weighted by cosine.

    Args:
        R: (m, n) float32 zeros and ones.
        neighbors: how many other users vote; at most m - 1.

    Returns:
        (m, n) float32 scores; a user without likes has a row of zeros.

    Example:
        user2item_knn(torch.tensor([[1.0, 0.0], [1.0, 1.0]]), 1) is [[0.7071, 0.7071], [0.7071, 0]].
    """
    ### BEGIN SOLUTION
    C = R @ R.T  # (m, m) common likes
    c = C.diagonal()
    W = C / torch.outer(c, c).sqrt().clamp(min=1)
    W.fill_diagonal_(0)  # nobody is their own neighbor
    value, who = W.topk(neighbors, dim=1)  # (m, k)
    kept = torch.zeros_like(W).scatter(1, who, value)
    return kept @ R  # (m, n)
    ### END SOLUTION


# %% tags=["check:01.7"]
check("01.7", user2item_knn)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Four generators, one union
#
# | generator | hops from the user | knows the user | knows the day |
# |---|---|---|---|
# | **popularity** | – | no | with decay |
# | **item2item** | 3: one into the history, two from there | yes | no |
# | **user2item** | 3: two to similar users, one from there | yes | no |
# | **history** | 1 | yes | with decay |
#
# *History* recommends again what the user had before: right for music and groceries, and worth
# nothing in a test that hides seen items. The ranker receives the **union**, every item once, with
# the names of the generators that proposed it. The names are worth keeping: three generators that
# agree are a feature for the ranker, and when the page looks odd you know whom to ask.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 01.8 — `merge_candidates` ({{points:01.8}})
#
# Each generator gives its first `quota` items that the user has not seen.
#
# *About 4 minutes.*
#
# {{hints:01.8}}


# %% tags=["exercise:01.8"]
def merge_candidates(
    generators: dict[str, list[int]], quota: int, seen: set[int]
) -> dict[int, list[str]]:
    """Return the union of the candidates for one user, and who proposed each.

    Args:
        generators: {name: item numbers, best first}.
        quota: how many unseen items each generator may give.
        seen: items to leave out.

    Returns:
        {item: names of its generators, in the order of `generators`}.

    Example:
        merge_candidates({"a": [1, 2, 3], "b": [3, 4]}, 2, {1}) is
        {2: ["a"], 3: ["a", "b"], 4: ["b"]}.
    """
    ### BEGIN SOLUTION
    union = {}
    for name, items in generators.items():
        unseen = [item for item in items if item not in seen]
        for item in unseen[:quota]:
            union.setdefault(item, []).append(name)
    return union
    ### END SOLUTION


# %% tags=["check:01.8"]
check("01.8", merge_candidates)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 1.9 Who finds more?
#
# Now everything together, on the likes of 1.2. First the settings, and an iron rule: **choose them
# on validation**. A comparison is worth as much as the care that went into its weaker side.
#
# Four generators compete, but not the four of the table above. The test asks for *new* likes, and
# history proposes only old ones: it would find nothing. **Recent** popularity, the same generator
# with a half-life, takes its place.
#
# > **Predict first.** Rank the generators: popularity, recent popularity, item2item, user2item.
#
# Two claims, written down before the numbers:
#
# > **Claim.** An eye on the clock helps: recent bestsellers find more than those of all time.
#
# > **Claim.** A generator that knows the user finds more than a list of recent bestsellers.
#
# The cell after the next one fits each generator with each of its settings: it takes a while.

# %%
DAY = 86_400
build = {
    "popularity": baselines.popularity,
    "recent": baselines.popularity,
    "item2item": baselines.item2item,
    "user2item": baselines.user2item,
}
grid = {
    "popularity": {"": {}},
    "recent": {f"half-life {days} days": {"half_life": days * DAY} for days in (1, 3, 7, 14, 30)},
    "item2item": {f"shrinkage {s}": {"shrinkage": s} for s in (0, 5, 20, 100)},
    "user2item": {
        f"{k or 'all'} neighbors, shrinkage {s}": {"neighbors": k, "shrinkage": s}
        for k in (50, 500, None)
        for s in (5, 20)
    },
}


def found(scorer, train, test, top: int = 20) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the lists for the users of `test`, and the metrics @20, one row per user."""
    users = np.unique(test.users)
    lists = metrics.rank_with(scorer.scores, train, top, users)
    return lists, metrics.evaluate(lists[:, :20], test, users)


# %% tags=["experiment"]
early, val, _ = likes.temporal_split((0.8, 0.1, 0.1))
tuned, tried = {}, {}
for name, settings in grid.items():
    recall = {
        label: found(build[name](early, **setting), early, val)[1].recall.mean()
        for label, setting in settings.items()
    }
    tuned[name] = settings[max(recall, key=recall.get)]
    tried |= {(name, label): value for label, value in recall.items()}
pd.Series(tried, name="recall@20 on validation").round(3).to_frame()

# %% [markdown] slideshow={"slide_type": "subslide"}
# For the test, train and validation together are the past: who recommends today has seen yesterday.

# %% tags=["experiment"]
train, _, test = likes.temporal_split((0.9, 0.0, 0.1))
users, rng = np.unique(test.users), np.random.default_rng(0)
lists, results = {}, {}
for name, make in build.items():
    lists[name], results[name] = found(make(train, **tuned[name]), train, test, top=100)
dice = metrics.rank_with(lambda block: rng.random((len(block), train.num_items)), train, 100, users)
lists["random"], results["random"] = dice, metrics.evaluate(dice[:, :20], test, users)


def report(results: dict, lists: dict) -> pd.DataFrame:
    """Return one row per generator: means over users, and what its lists look like together."""
    table = pd.DataFrame(
        {name: r[["recall", "hit_rate", "ndcg"]].mean() for name, r in results.items()}
    ).T
    short = {name: x[:, :20] for name, x in lists.items()}
    table["coverage"] = {name: metrics.coverage(x, train.num_items) for name, x in short.items()}
    table["bestsellers"] = {n: metrics.popularity_overlap(x, train) for n, x in short.items()}
    return table.round(3)


report(results, lists)

# %% [markdown]
# `coverage` is the share of the catalog that appears in any list; `bestsellers` the share of
# recommended places that go to the twenty most popular items of all time. The column `recall`
# answers the prediction.

# %% [markdown] slideshow={"slide_type": "subslide"}
# To the first claim, the eye on the clock. Two generators answer the same users, so we compare user
# by user. A difference counts if it is larger than twice its standard error.


# %% tags=["experiment"]
def lead(one: pd.Series, other: pd.Series) -> tuple[bool, str]:
    """Return whether `one` finds more than `other`, user by user, and the numbers."""
    gap = one - other
    error = gap.std() / len(gap) ** 0.5
    numbers = f"{one.mean():.3f} against {other.mean():.3f}"
    return bool(gap.mean() > 2 * error), f"{numbers}: {gap.mean():+.3f} ± {error:.3f}"


ahead, numbers = lead(results["recent"].recall, results["popularity"].recall)
verdict(
    "Recent bestsellers find more than those of all time.",
    holds=ahead,
    detail=f"recall@20 {numbers}, {len(users):,} users",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# And the second: the better of the two generators that know the user, against the recent bestsellers.

# %% tags=["experiment"]
personal = max(("item2item", "user2item"), key=lambda name: results[name].recall.mean())
ahead, numbers = lead(results[personal].recall, results["recent"].recall)
verdict(
    "A generator that knows the user finds more than a list of recent bestsellers.",
    holds=ahead,
    detail=f"recall@20 of {personal}, the better one, {numbers}",
)

# %% [markdown]
# If this claim failed, here is a guess: people post about what runs in the cinemas this week, and
# the cinemas play the same films for everybody. Test it on data without that habit: replace the
# first line of 1.2 by `from graphrec_utils import pinworld` and
# `movies = pinworld.load("small").interactions()`, run everything again, and watch which verdicts
# turn around.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Where are the hits?
#
# Popular items own most of the test likes, so every average above is one over popular items.
#
# > **Claim.** The personal generators serve the tail: of the test likes for items with at most 20
# > train likes, they find at least one in twenty.

# %% tags=["experiment"]
by_item = pd.DataFrame({
    name: metrics.recall_by_popularity(x[:, :20], test, train, (1, 5, 20, 100), users).recall
    for name, x in lists.items()
})  # fmt: skip
tail = {
    name: metrics.recall_by_popularity(x[:, :20], test, train, (20,), users).recall.iloc[0]
    for name, x in lists.items()
}
best = max(tail["item2item"], tail["user2item"])

verdict(
    "Personal generators find at least one in twenty likes of the tail.",
    holds=best >= 0.05,
    detail=", ".join(f"{name} {share:.1%}" for name, share in tail.items()),
)

# %%
# Blue circles and orange squares are users and items in this course, so methods look different.
look = {
    "popularity": {"color": style.NEGATIVE, "marker": "v", "linestyle": "dashed"},
    "recent": {"color": style.NEGATIVE, "marker": "D"},
    "item2item": {"color": style.POSITIVE, "marker": "^"},
    "user2item": {"color": style.INK, "marker": "P"},
    "random": {"color": style.CONTEXT, "marker": "x"},
}
ax = plt.figure(figsize=(6.4, 3.2)).add_subplot()
for name, column in by_item.items():
    ax.plot(by_item.index, column, label=name, **look[name])
ax.set(xlabel="likes of the item in train", ylabel="recall@20", ylim=(-0.02, None))
ax.legend()
plt.show()

# %% [markdown]
# *Figure 1.7. Which share of the test likes each generator finds (up), by how many likes the item
# had in train (right: more). All generators but chance make their hits on the right; the curves near
# zero on the left are the tail problem. Later lessons will draw this picture again.*

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Does the split matter?
#
# The same generators with the same settings, once more with a random split: a tenth of every user's
# likes is hidden, whatever its date. Three seeds. (The half-life was chosen for the temporal split;
# popularity without decay stands beside it.)
#
# > **Claim.** The generator that wins the temporal split wins the random one, too, or its defeat is
# > smaller than two standard deviations over the seeds.
#
# The next cell fits everything three times more and takes a while.

# %% tags=["experiment"]
rows = {}
for seed in range(3):
    given, hidden = likes.hold_out(0.1, seed=seed)
    rows[f"random, seed {seed}"] = {
        name: found(make(given, **tuned[name]), given, hidden)[1].recall.mean()
        for name, make in build.items()
    }
rows["temporal"] = {name: results[name].recall.mean() for name in build}
by_split = pd.DataFrame(rows)
by_seed = by_split.drop(columns="temporal").T  # (seeds, generators)
winner, other = by_split["temporal"].idxmax(), by_seed.mean().idxmax()
defeat = by_seed[other] - by_seed[winner]  # one number per seed, 0 if both are the same

verdict(
    "The winner is the same, whichever way we split.",
    holds=defeat.mean() <= 2 * defeat.std(),
    detail=f"temporal: {winner}; random: {other}, ahead by {defeat.mean():.3f} ± {defeat.std():.3f}",
)

# %%
ax = plt.figure(figsize=(6.4, 3.2)).add_subplot()
for name in build:
    pair = [by_seed[name].mean(), by_split["temporal"][name]]
    spread = [by_seed[name].std(), 0]
    ax.errorbar([0, 1], pair, spread, capsize=4, label=name, **look[name])
ax.set(xticks=[0, 1], xticklabels=["random split", "temporal split"], xlim=(-0.3, 1.3))
ax.set(ylabel="recall@20", ylim=(0, None))
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# *Figure 1.8. The recall of four generators under both splits, a line each; bars on the left show one
# standard deviation over three seeds and may be smaller than the marks. Lines that cross are
# conclusions that turn around with the split.*
#
# If recent popularity falls behind on the left and not on the right, this is why: a random split
# asks about all months alike, and train has likes from all of them. Then a half-life throws away
# useful likes. In production, where only tomorrow is asked for, it may be what matters most.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Is a union worth it?
#
# The generators disagree, so together they should reach further. But a union costs budget, and a
# fair comparison gives both sides the same: 100 **distinct** candidates. A quota of 25 from each of
# four does not do that, because their lists overlap. So the four take turns, best items first, until
# there are 100 distinct items.
#
# > **Claim.** With a budget of 100 distinct candidates, a union of four generators finds more than
# > the best single one.


# %% tags=["experiment"]
def take_turns(proposals: dict[str, np.ndarray], budget: int) -> list[int]:
    """Return the first `budget` distinct items: every best item, then every second, and so on."""
    turns = np.stack(list(proposals.values())).T.ravel()
    return list(dict.fromkeys(turns[turns >= 0].tolist()))[:budget]  # -1 is an empty place


R_test = test.csr()
recalls, sizes = {"union": []}, {"quota 25": [], "turns": []}
for row, u in enumerate(users):
    proposals = {name: lists[name][row] for name in build}  # the lists hide seen items
    union = take_turns(proposals, budget=100)
    sizes["quota 25"].append(len(baselines.merge_candidates(proposals, quota=25)))
    sizes["turns"].append(len(union))
    recalls["union"].append(np.isin(R_test[u].indices, union).mean())
for how, size in sizes.items():
    print(f"{how}: {np.mean(size):.1f} distinct candidates per user")
for name in build:
    recalls[name] = metrics.evaluate(lists[name], test, users).recall
at_100 = pd.DataFrame(recalls, index=users)
single = at_100[list(build)].mean().idxmax()
ahead, numbers = lead(at_100["union"], at_100[single])

verdict(
    "A union of four generators finds more than the best single one at the same budget.",
    holds=ahead,
    detail=f"recall@100 against {single}, the best: {numbers}",
)

# %% [markdown]
# Equal turns are a blunt rule. `merge_candidates` of the library also takes one quota per generator,
# for example `quota={"recent": 70, "popularity": 0, "item2item": 15, "user2item": 15}`. Which quotas
# would you choose, on which part of the data, and how would you keep the budget equal?

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
# | user histories, listed twice | once is enough | a typo |
# | the ranker gets "100–1,000 objects from the candidate" | from the candidate *generators* | a typo |
# | rare items: hard to generalize, easy to memorize | true, and the metrics look away, too: popular items dominate every average, so a bestseller list is a strong baseline | figure 1.7 |
#
# | paper and code | what they do |
# |---|---|
# | NGCF, first code | built the ideal list of NDCG from the retrieved hits: the hatched bar of figure 1.5. A later version of the paper measured again |
# | "recall@k" | hits / relevant in NGCF and LightGCN; hits / min(k, relevant) in others. Here: `recall_at_k` and `capped_recall_at_k` |

# %% [markdown] slideshow={"slide_type": "slide"} tags=["quiz"]
# ## Quiz
#
# Answer first, then open.
#
# ? 1. Which generator of this lesson can recommend an item that nobody has ever clicked?
# ! None. Popularity gives it 0, item2item and user2item reach items only along edges, and nobody
# ! has it in a history. Content helps (lessons 07 and 09).
# ? 2. A colleague hides the last like of each user and trains on all others. Is that a temporal split?
# ! No. Ann's last like may be from March, and the others' train likes reach into June. The model knows
# ! the future of March. This is leave-one-out: every user has a cut-off of their own.
# ? 3. Two relevant items, a list of 20, both found at ranks 19 and 20. Recall? NDCG?
# ! Recall is 1. NDCG is about 0.28: the gains at ranks 19 and 20 are 0.231 and 0.228, the ideal
# ! list has 1 and 0.631.
# ? 4. Why is precision@20 low even for a perfect recommender?
# ! Most users have fewer than 20 test items. With two relevant items the best possible value is 0.1.
# ? 5. Your model gives every item the score 0. What should its recall be?
# ! That of a random list. If it is better, ties follow an order that knows something, for example
# ! item numbers given by popularity.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# * A generator is judged by recall at its budget; what it loses is lost for every later stage.
# * How you split decides who wins. Ask about the future, with settings chosen on validation.
# * A mean over users and events hides the tail. Look at recall by popularity before you believe it.
# * item2item and user2item both walk user → item → user → item, three hops; one weighs pairs of items,
#   the other pairs of users. The rest of the course walks further.
#
# **Further reading.** Sarwar et al., *Item-based collaborative filtering* (2001): cosine and its
# rivals, still readable. Järvelin and Kekäläinen, *Cumulated gain-based evaluation of IR techniques*
# (2002): where NDCG comes from. Ferrari Dacrema et al., *Are we really making much progress?* (2019):
# tuned neighborhoods against neural models. Dooms et al., *MovieTweetings* (2013): our data.
