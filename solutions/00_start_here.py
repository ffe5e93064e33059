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
# # 00 · Start here
#
# > **What does a list of the most popular things find, and what does it never find?** It is the simplest recommender there is. What it misses
# > is what all later lessons are about. They ask: **when does a graph model win?**
#
# **You will** run a notebook, write three small functions, read what a check says, and measure your first recommender.
#
# **Time** {{minutes}} minutes with all branches · **Points** {{points}} · **Before** some Python · **Runs on** any CPU
#
# **In half an hour:** 0.1 to 0.9, with all three exercises. **Branches**, marked ↳ and placed after the quiz: 0.10 the letters of all lessons ·
# 0.11 keep your work.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# As a lecture of half an hour: 0.1 to 0.9. Ask the question of the first slide and leave it on the board. Five minutes for the toy graph:
# let the room find Ann's row in the matrix and her two edges in the graph. Then run exercise 00.3 with the broken code as it is and read the
# card aloud. The point of this lesson is that a card names the mistake. Stop before the experiment of 0.7 and take bets.

# %% tags=["setup"] jupyter={"source_hidden": true}
import matplotlib.pyplot as plt
import networkx as nx
import pandas as pd
import torch

from graphrec_utils import metrics, pinworld, plots, style, toy
from graphrec_utils.exercises import check, predict, progress
from graphrec_utils.plots import visuals
from graphrec_utils.results import verdict

style.use()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 0.1 How a lesson works
#
# Press **Shift + Enter** to run a cell and go to the next one. You will meet four things:
#
# | you see | you do |
# |---|---|
# | **a question** in a card | commit to a guess: run the cell and press an option, or write its letter into the call, `predict("00.p1", "a")` |
# | **Exercise** | write or repair a few lines of a function |
# | **a check** below it | run it: a card says what holds, what does not, and what you get for it |
# | **Claim … verdict** | run a measurement that may well prove the claim wrong |
#
# What comes between a question and its answer is folded: run the cell, or click on the fold, and it opens. Guesses, and answers to old quiz
# questions at the start of a lesson, are kept in `.graphrec/progress.json` on this machine alone. They pay no points; what you got wrong comes
# back sooner.
#
# Nothing breaks if you skip something: later cells never need your answer. You can run the whole notebook right now (menu *Run → Run All
# Cells*), then come back and fill it in.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The core, branches, and points
#
# The **core** of a lesson takes about an hour (here half of one): one question, and what is needed to answer it. The line "In an hour" under
# the title says which sections it has.
#
# **Branches** come after the quiz: sections with a ↳ in the heading and a sentence that says what they give and how long they take. Take those
# you like, in any order, or none; the core needs nothing from them. The questions that open a lesson are of earlier cores, too.
#
# The exercises of the core are **full marks**. What you solve in a branch is **extra**: it is added and shown, and nobody needs it. An exercise
# says how many minutes it takes, and some say that they are easy or hard.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 0 to 5. Open the notebook beside the deck. Press Shift + Enter in a cell, and answer one question wrong on
# purpose: the guess is written down, it pays nothing, and the answer opens. Ask who is afraid of wrong guesses; they
# are what the course works with. One sentence on branches: full marks are the core's.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 0.2 One data set, two pictures
#
# Three people like four films. Write a 1 wherever a person (row) likes a film (column), and you have a **matrix**. Draw a point for each
# person and film, a **node**, and a line for each 1, an **edge**, and you have a **graph**. It is *bipartite*: edges only join the two sides.
# Both hold the same six likes.

# %% slideshow={"slide_type": "fragment"}
R = toy.likes()  # (3, 4)
plots.matrix_and_graph(R, toy.USERS, toy.ITEMS)
plt.show()

# %% [markdown]
# *Figure 0.1. Left: the matrix R with one row per user and one column per item; a colored cell
# is a like. Right: the same likes as a graph, users as blue circles on the left, items as orange
# squares on the right. Ann likes Alien and Brazil, Bob likes Brazil and Cube, Eve likes Cube and
# Drive.*

# %% slideshow={"slide_type": "subslide"} tags=["predict:00.p1", "told"]
predict("00.p1")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 5 to 10. Let the room find Ann's row in the matrix and her two edges in the graph, then 00.p1. Usual wrong
# answer: 2. One side was counted, Ann's or Eve's. Write the cells down as they are called out.

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
visuals.bipartite(R, toy.USERS, toy.ITEMS)

# %% [markdown]
# *Figure 0.2. The matrix and the graph of figure 0.1, now yours to change: the cell you point at and its
# edge light up together, and the line above counts the likes of that person and that film. Click a cell to add or remove a like; by keyboard press
# Tab until the matrix is marked, move with the arrow keys, and toggle with Enter.*
#
# Without any new like Ann and Eve are connected, too, but only through Bob: Ann – Brazil – Bob – Cube – Eve. Much of this course is about using
# such longer paths.
#
# To recommend is to guess which edges will come next. The field calls that **link prediction**, and it is what every model of this course does.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Figure 0.2: click the cells of 00.p1, one at a time, and say which edge lights up. Reset. Then ask how Ann and Eve
# are connected without any new like, and let somebody say the way aloud, node by node.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 0.3 Your first exercise
#
# How big is a data set, and how full is the matrix? With $m$ users, $n$ items and $E$ likes,
#
# $$
# \text{density} \;=\; \frac{E}{m \cdot n}
# $$
#
# | symbol | in code | toy graph |
# |---|---|---|
# | $\mathbf R$ | `R`, shape `(m, n)` | `(3, 4)` |
# | $m, n$ | `R.shape` | 3, 4 |
# | $E$ | the sum of all cells | 6 |
# | density | a number between 0 and 1 | 6 / 12 = 0.5 |

# %% slideshow={"slide_type": "subslide"} tags=["predict:00.p2", "told"]
predict("00.p2")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 10 to 14. Ask for a percentage and write a few guesses on the board. Usual wrong answer: some percent. One
# percent would be a hundred likes from everybody. Hint: multiply people and films first.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 00.1 — `summarize` ({{points:00.1}})
#
# Return the four numbers as a tuple. Write your code in place of the line
# `raise NotImplementedError(…)`, run the cell, then run the check below it.
#
# *About 3 minutes. Stuck? Open one hint, try again, open the next. Hints are free.*
#
# {{hints:00.1}}


# %% tags=["exercise:00.1"]
def summarize(R: torch.Tensor) -> tuple[int, int, int, float]:
    """Return (number of users, number of items, number of likes, density).

    Args:
        R: (m, n) zeros and ones; 1 where user u likes item i.

    Example:
        summarize(torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0]])) is (3, 2, 2, 0.3333).
    """
    ### SOLUTION


# %% tags=["check:00.1"]
check("00.1", summarize)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 0.4 How to read a card
#
# A check runs your function and shows a card:
#
# * **✓ / ✗** before each claim. A claim is a sentence that some input could prove wrong.
# * After ✗, the **first place** where your result is off, with *your* value there; after an error, the **line** of your cell.
# * **Looks familiar** names the mistake, if your numbers are exactly those of a known one. If not, the second failed try shows yours beside the
#   right value on a small input.
# * **Last hint**: the lines of a solution, shuffled, with a few that belong to known mistakes. It costs no points; try without it first.
# * Wrong **type or shape**, or a **changed input**, costs all points of the exercise: the next function in line could not use such an answer.
#
# Your function is called with inputs you have not seen, so it must only use its arguments and must leave them as they are. What it prints
# appears on the card. It has ten seconds.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 14 to 17. No card is on the slide: keep this list short, and say that one will be read in 0.6. Ask why a
# wrong shape costs all points. The next function in line could not use it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 0.5 From names to numbers
#
# Real data come as a list of events: *Ann liked Brazil*. A matrix needs row and column
# **numbers** 0, 1, 2, … without gaps, because a gap would be an empty row, and a shared number
# would merge two people into one.

# %%
events = pd.DataFrame(
    [("Bob", "Cube"), ("Bob", "Brazil"), ("Ann", "Brazil"), ("Ann", "Alien")],
    columns=["user", "item"],
)
events

# %% tags=["predict:00.p3", "told"]
predict("00.p3")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 17 to 19. Ask 00.p3. Usual wrong answer: 0, by the alphabet; or 2, the place of her first row. Ask what a
# gap in the numbers would be in the matrix: an empty row.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 00.2 — `build_index` ({{points:00.2}})
#
# Give every name a number: the first new name gets 0, the next new name 1, and so on.
#
# *About 5 minutes.*
#
# {{hints:00.2}}


# %% tags=["exercise:00.2"]
def build_index(names: list[str]) -> dict[str, int]:
    """Return {name: number}, numbered from 0 in order of first appearance.

    Args:
        names: with repetitions, for example ["Bob", "Ann", "Bob", "Ann"].

    Example:
        build_index(["Bob", "Ann", "Bob"]) is {"Bob": 0, "Ann": 1}.
    """
    ### SOLUTION


# %% tags=["check:00.2"]
check("00.2", build_index)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 0.6 A recommender that runs, and is wrong
#
# The simplest recommender of all: show everybody the films that most people like. Exercise 00.3
# holds such a function. It runs, it returns numbers of the right type and shape, and it has a bug
# that you would see at once in a real shop.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 19 to 22. In the notebook, run exercise 00.3 with the broken code as it is, then its check, and read the
# card aloud from top to bottom. Ask what one would see in a real shop. Repair it with one line from the room.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 00.3 — `recommend` ({{points:00.3}})
#
# **First run it as it is**, with its check, and read what the card says. Then repair it. One new
# line is enough.
#
# *About 5 minutes.*
#
# {{hints:00.3}}


# %% tags=["exercise:00.3"]
def recommend(R: torch.Tensor, u: int, top: int) -> torch.Tensor:
    """Return the `top` most popular items that user u has not liked yet, best first.

    Among equally popular items the one with the smaller number comes first.

    Args:
        R: (m, n) zeros and ones.
        u: the number of a user.
        top: how many items; at most the number of items user u has not liked.

    Returns:
        (top,) item numbers, int64.
    """
    ### SOLUTION
    ### GIVEN
    # popularity = R.sum(dim=0)  # (n,) likes per item
    # return popularity.argsort(descending=True, stable=True)[:top]


# %% tags=["check:00.3"]
check("00.3", recommend)

# %% tags=["widget"]
visuals.bipartite(R, toy.USERS, toy.ITEMS, function=recommend)

# %% [markdown]
# *Figure 0.3. The picture of 0.2 once more. Run the cell: now it also names the film that your own `recommend` puts first for each person, here and after up to
# three switches. With the package anywidget, put `.live()` behind the call, and it is asked after every switch.*
#
# Switch a like: whose recommendation changes, only that person's?

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Figure 0.3: switch one like of Bob's and ask first whose recommendation will change. Usual wrong answer: Bob's only.
# Popularity counts everybody.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 0.7 Does popularity work?
#
# Now a graph that was really observed. In the 1930s, sociologists in Natchez, Mississippi noted
# which of 18 women attended which of 14 social events: 89 attendances (Davis, Gardner and Gardner,
# *Deep South*, 1941). It comes with networkx.

# %% slideshow={"slide_type": "fragment"}
G = nx.davis_southern_women_graph()
women, events = G.graph["top"], G.graph["bottom"]
R_davis = torch.from_numpy(nx.bipartite.biadjacency_matrix(G, women, events).toarray()).float()
plots.matrix(R_davis, women, events)  # (18, 14)
plt.show()

# %% [markdown]
# *Figure 0.4. Who attended what: 18 women (rows), 14 events (columns), a colored cell for each
# attendance. The events in the middle are crowded, those at both ends are small, and the two
# ends were attended by different women.*

# %% [markdown] slideshow={"slide_type": "subslide"}
# We hide one attendance at a time and ask for three events by popularity, repaired as in 0.6. If the
# hidden one is among them, that is a **hit**. Three random events would hit now and then, too.

# %% tags=["predict:00.p4"]
predict("00.p4")

# %% tags=["predict:00.p5"]
predict("00.p5")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 22 to 26. Stop here and take bets, for chance and for popularity, and write both numbers down. Usual wrong
# answer to 00.p4: 3 of 14. Events she is known to attend are no candidates. Usual wrong answer to 00.p5: a little more
# than chance finds, or nearly all.

# %% [markdown]
# > **Claim** (common belief). Popularity finds a hidden attendance more often than chance.
#
# The chance is known for each attendance, so the two are compared one attendance at a time. The mean difference has an
# interval ([lesson 01](01_recommender_basics.ipynb)); if 0 lies in it, the verdict is "cannot tell".


# %% tags=["experiment", "answers:00.p4", "answers:00.p5"]
def find_hidden(R: torch.Tensor, top: int = 3) -> torch.Tensor:
    """Hide each attendance in turn; return (m, n), 1 where `top` recommendations find it."""
    found = torch.zeros_like(R)
    for u, i in R.nonzero().tolist():
        known = R.clone()
        known[u, i] = 0.0
        scores = known.sum(dim=0).masked_fill(known[u] > 0, -1.0)  # (n,)
        found[u, i] = float(i in scores.argsort(descending=True, stable=True)[:top])
    return found


found = find_hidden(R_davis)
unseen = R_davis.shape[1] - R_davis.sum(dim=1) + 1  # (m,) events to choose from
hidden = R_davis > 0  # (m, n), 89 of them
chance = (3 / unseen)[:, None].expand_as(R_davis)
lead = metrics.compare(found[hidden].numpy(), chance[hidden].numpy())

verdict(
    "Popularity finds a hidden attendance more often than chance.",
    holds=lead,
    detail=f"{lead.one:.0%} of {lead.users} hidden attendances, by chance {lead.other:.0%}",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# So far, so good. Now look at *which* events it finds.
#
# > **Claim** (what an average suggests). What works on the whole works for the smaller half of the events:
# > there, too, popularity finds more than chance.

# %% tags=["predict:00.p6"]
predict("00.p6")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# The first claim holds. Now 00.p6. Usual wrong answer: two or three. An average says nothing about everybody. The
# second claim does not hold: let the room read figure 0.5 from the top down and say where the green bars end.

# %% tags=["experiment", "answers:00.p6"]
attended, hit = R_davis.sum(dim=0), found.sum(dim=0)  # (n,), (n,)
table = pd.DataFrame({"attended": attended, "found": hit}, index=events).astype(int)
never = table.index[table.found == 0]
small = hidden & (attended <= attended.median())
lead = metrics.compare(found[small].numpy(), chance[small].numpy())

verdict(
    "For the smaller half of the events, too, popularity finds more than chance.",
    holds=lead,
    detail=f"{lead.one:.0%} of {lead.users} attendances, by chance {lead.other:.0%}; "
    f"{len(never)} of {len(table)} events are never found: {', '.join(never)}",
)

# %% slideshow={"slide_type": "subslide"} tags=["answers:00.p6"]
ax = table.sort_values("attended").plot.barh(color=[style.CONTEXT, style.POSITIVE], figsize=(6, 4))
ax.set(xlabel="women", title="attended (gray) and found by popularity (green)")
plt.show()

# %% [markdown]
# *Figure 0.5. One pair of bars per event, the crowded ones at the top: how many women attended (gray,
# lower bar) and for how many of them the hidden attendance was found (green, upper bar).*

# %% [markdown] tags=["answers:00.p6"]
# <details><summary>What the picture says</summary>
#
# The crowded events at the top are found nearly every time, the small ones at the bottom never. One
# number said "better than chance". The picture says "good for crowds, useless for the rest".
#
# Even E3 and E12, two events of the same size, fare differently. The guests of E3 had been to most
# of the crowded events already, so fewer of those stood before it in their lists. (Luck helped: three
# of E3's four hits are ties with E10, which the smaller number wins.) Which events share their guests
# is what the edges of a graph know and a popularity list does not.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 0.8 When does a graph model win?
#
# A popularity list knows how many like an item and nothing else. A graph model goes along paths: from Ann over a film to Bob, and on to what he likes. That does not always help: in many of
# our tables something simple is level with a famous model, or ahead of it. So the course changes one thing in the data at a time, to see where
# the order turns. Branch 18.11 brings the seven answers together.
#
# | what changes | the question | lessons |
# |---|---|---|
# | history | how many likes of a person are known? | 06 (branch) |
# | age | how many days ago was the model trained? | 07, 09 |
# | content | does an item say itself what it is? | 07, 16 (branches) |
# | size | how many items are there? | 08, 10 |
# | rarity | how rare are the edges that you want to predict? | 13 |
# | interests | how many interests has one person? | 13 |
# | order | does it matter what came before what? | 15 |

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Where a model stands
#
# A real recommender cannot score every item for every visitor. It works as a funnel: cheap methods choose candidates, an expensive one ranks
# them.

# %% slideshow={"slide_type": "fragment"}
plots.funnel({"catalog": 1_000_000_000, "candidates": 1_000, "ranked": 100, "shown": 20})
plt.show()

# %% [markdown]
# *Figure 0.6. The funnel with round numbers of a large site: from a catalog of a billion items to
# the twenty on the screen. Lessons 01 to 16 and 19 build candidate generators, from matrix factorization
# through LightGCN, Pixie and PinSage to two towers and sequences; lesson 17 ranks, 18 builds a whole funnel.*

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 26 to 28. Read the seven questions aloud and let the room bet on one: where will graphs win? Keep the bets for lesson 18. Then the
# funnel: ask at which step most is lost, and who may ask for it back: nobody.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 0.9 Meet PinWorld
#
# Most measurements of this course have two data sets: a real one, and **PinWorld**, a made-up site in the manner of Pinterest. The authors of
# this course wrote the program that generates it (`pinworld.make`), and everybody has the same copy. Nobody and nothing in it is real.
#
# Its 2,500 people see 7,000 **pins** on three pages: home, search and shop. Most pins are pictures, some are ideas, products or ads. A pin has
# one of 24 topics, a style, a maker, words, and a picture, which is a vector of numbers. People save pins to **boards**.

# %% slideshow={"slide_type": "fragment"}
world = pinworld.load("small")
saves = world.impressions[world.impressions.action == "save"]
a_day = (saves.time // pinworld.DAY).value_counts().sort_index()  # (56,)
fig, ax = plt.subplots(figsize=(6.4, 2.4))
cuts = (0, pinworld.TRAIN_END, pinworld.VAL_END, 56)
uses = {"learn": style.CONTEXT, "choose": style.ITEM, "judge": style.POSITIVE}
for start, end, (use, color) in zip(cuts, cuts[1:], uses.items(), strict=False):
    part = a_day.iloc[start:end]
    ax.bar(part.index, part, color=color)
    middle = (part.index[0] + part.index[-1]) / 2
    ax.text(middle, 1.1 * a_day.max(), use, color=style.INK, ha="center", fontsize=9)
ax.set(xlabel="day", ylabel="saves", ylim=(0, 1.25 * a_day.max()))
plt.show()

# %% [markdown]
# *Figure 0.7. The 56 days of PinWorld: how many pins are saved on each day. Models learn from days 0 to 41 (gray), their settings are chosen
# on days 42 to 48 (orange), and they are judged on days 49 to 55 (green). Four pins of five are there on day 0, the others appear later.*

# %% [markdown] slideshow={"slide_type": "subslide"}
# **What people like.** Everybody has two to five topics and a style; for four in ten a new topic comes later. The site draws eight popular
# pins of a topic and shows one whose style fits well. The better it fits, and the more the topic matters, the likelier it is liked: looked at,
# clicked for long, saved or bought. What is not liked is pushed away with the hide button, left after a short click, or passed by.
#
# **What they do not do.** Nobody likes a pin *because it is popular*: popular pins are shown more often, and are liked no more for it. No
# fashion, no friends.
#
# **What it can tell.** Two things that public data hardly ever hold: what was shown and *not* clicked, and the truth, since the program knows how
# alike two pins are. Later lessons call this judge the **oracle**.
#
# **What it cannot tell.** It says nothing about how much you would gain on a real site, what popularity does to taste, or how well a model sees and
# reads: pictures and words are drawn from topic and style, with noise. And its authors decided what matters, so a model that looks for just that
# plays at home. Therefore a real data set stands beside it wherever there is one.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 28 to 30, with what is taken away. Point at the three colors of figure 0.7 and say what each is for; they come back in every
# lesson. Ask what a world that somebody has written cannot tell. Usual wrong answer: nothing, as it is not real. It can tell what was
# shown, and who was right.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What popularity is for
#
# > **What it is for.** A list for somebody of whom nothing is known, and the rival that every model has to beat first.
# >
# > **Where it won.** It finds 62 % of the hidden attendances, chance 34 % (0.7).
# >
# > **Where it did not.** In the smaller half of the events it finds none of 25. Eight events of 14 it recommends to no woman who attended them.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# * **What does popularity find?** The crowded events, and so 62 % of what was hidden. **What does it never find?** Eight events of 14: for each of their guests three others, as large or larger, stand in front. An average
#   can hide that some get everything and others nothing.
# * A matrix and a bipartite graph hold the same likes. To recommend is to predict edges.
# * A check names your mistake; a claim is only worth something if a measurement could refute it.
# * PinWorld knows the truth and is nobody's site. Read a number of it as "in a world like this".
#
# **Next.** We hid one attendance and kept all others, even later ones. On a real site nobody is asked what Ann liked in March, given what she
# liked in June. How should a recommender be judged then, and does popularity survive it? Lesson 01.
#
# **Further reading.** Davis, Gardner, Gardner, *Deep South* (1941): where the data come from.
# Freeman, *Finding Social Groups* (2003): twenty-one ways to analyze exactly this little graph.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Quiz
#
# They come back at the start of later lessons.
#
# {{quiz}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Branches
#
# The half hour ends here. Both are pages to come back to.
#
# | ↳ | what it gives | minutes |
# |---|---|---|
# | 0.10 | the letters of all lessons, and which of them change their meaning | 3 |
# | 0.11 | your points, a backup, another machine, help | 3 |

# %% [markdown] slideshow={"slide_type": "skip"}
# ## 0.10 ↳ The letters of all lessons
#
# *A branch of about 3 minutes. It gives a page to look things up. Within a lesson a letter keeps its meaning, and where it cannot (λ in 06) the text says so.*
#
# Nodes are numbered users first: $0 \dots m-1$ are users, $m \dots m+n-1$ items. Intervals are written "from … to …" and hold 95 %.
#
# | symbol | name in code | shape | meaning |
# |---|---|---|---|
# | $u$; $i$; $j$ | `u`, `i`, `j` | numbers | a user; an item the user likes; a sampled negative item |
# | $v, w$ | `v`, `w` | numbers | any node and its neighbor |
# | $m, n, N$ | `num_users`, `num_items`, `num_nodes` | numbers | $N = m + n$ |
# | $\mathbf R$ | `R` | (m, n) | 1 if user $u$ interacted with item $i$ |
# | $\mathbf A$; $\hat{\mathbf A}$ | `A`; `A_hat` | (N, N) | adjacency matrix with blocks $\mathbf R$ and $\mathbf R^\top$; normalized by degrees |
# | $\deg(v)$; $\mathcal N(v)$ | `degree`; `neighbors` | (N,); a list | number of edges at a node; the nodes at their other ends |
# | $d$ | `dim` | number | length of an **embedding**: the vector of numbers that a model keeps for a node |
# | $K, k$ | `num_layers`, `k` | numbers | layers; the length of a list is `top` in code, @20 in text |
# | $\mathbf E^{(k)}$ | `E_k` | (N, d) | all embeddings at layer $k$, one per row |
# | $\mathbf e_u^*, \mathbf e_i^*$ | `user_emb`, `item_emb` | (m, d), (n, d) | final embeddings |
# | $\hat y_{ui}$ | `scores` | (m, n) | predicted preference: a score, not a rating |
# | $s^+, s^-$ | `pos`, `neg` | (B,) | scores of positives and negatives in a loss |
#
# Colors mean the same everywhere: **users** are blue circles on the left, **items** orange
# squares on the right, **positives** green and solid, **negatives** plum and dashed.
#
# <details><summary>Letters that change with the lesson</summary>
#
# Lessons keep the letters of their papers, so that you can read both side by side. Of most letters that makes two or three meanings in the
# course. Two-digit numbers are lessons.
#
# | letter | what it means where |
# |---|---|
# | $a, b, \mathbf b$ | shares of the data 01; what a layer adds 03, 17; where a history begins 10 |
# | $\alpha$ | confidence of a like 02; exponent of the inner nodes 04; weight of a neighbor 09; exponent of pruning 16 |
# | $\beta$ | exponent of the last item 04 (in its branch also the factor of a step) |
# | $c, \mathbf C$ | common fans 01; confidences 02; a click 17; a constant that joins lists 18 |
# | $d$ | length of a vector; distance of a fact 12 |
# | $e$ | $\mathbf e$: an embedding; $e_k$: how often a place is looked at 17 |
# | $g, G$ | a part of NeuMF 03; one of several graphs 14; the slope of a row 17; a generator 18 |
# | $h, \mathbf h, H$ | half-life 01; vector of an item 02; weights 03; history 10; what a layer puts out 07, 09, 14, 15, 17; head of a fact 12 |
# | $k$ | layer; length of a list 01; relation 13; place in a list 17 |
# | $\lambda$ | ridge; eigenvalue 04, 06; shift at serving 11; decay with age 13; what keeps leaves small 17 |
# | $L, V$ | lists 01, 18; visits of a walk 08, 09 |
# | $n$ | items; draws of a row 11 |
# | $N$ | nodes; steps of a walk 08 |
# | $p, \mathbf p$ | what iALS wants to see 02; vector of a user 03; a pin 08; how an item is read 10; probability 11, 17; kind of distance 12 |
# | $q, \mathbf q, Q$ | vector of an item 03, 10, 15; the pin that asks 08; weights 09; number of negatives 07; chance to be drawn 11 |
# | $r, \mathbf r$ | how often an item was seen 02; relation 12, 13 |
# | $\mathbf S, S$ | similarities 01; drawn neighbors 07; drawn negatives 11 |
# | $\sigma$ | sigmoid; LeakyReLU 05; singular value 04 |
# | $t$ | tail of a fact 12; target 13; place in a history 15 |
# | $\theta$ | the arrow of a relation 12; any vector of the graph 13 |
# | $u$ | user; the pin whose neighbors are asked 09, 14 |
# | $w, \mathbf W$ | weights; vectors of users 02; likeness of two users 01 |
# | $y$ | a score 02, 03; what happened 17 |
# | $z, \mathbf z$ | what an encoder says of a node 07; logit, what becomes a probability 17 |
#
# </details>
#
# <details><summary>All letters, lesson by lesson</summary>
#
# The rows of the lessons' own tables, by letter.
#
# {{symbols}}
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ## 0.11 ↳ Keep your work
#
# *A branch of about 3 minutes. It gives you a place to look at your points, and a way to keep them.*
#
# The dashboard below shows what you have solved: full marks are the core's, and what branches have added stands beside them. It remembers your
# best result, and lives in the folder `.graphrec` beside the notebooks.

# %%
progress()

# %% [markdown] slideshow={"slide_type": "skip"}
# * **On your own machine** your answers are in this file: save it with Ctrl + S (⌘ + S).
# * **Start over**: `python3 -m graphrec_utils reset 00` puts the lesson back and keeps your version
#   beside it.
# * **New lessons**: `python3 -m graphrec_utils update` gets them and keeps what you wrote in yours.
# * **On Binder** everything vanishes after about ten idle minutes. Download the notebook
#   (*File → Download*) before you leave, and upload it when you come back.
# * **On Colab** choose *File → Save a copy in Drive* first. Your points vanish with the runtime;
#   run the checks of your copy again and they are back.
# * **Grade your own file**: `python3 -m graphrec_utils grade notebooks/00_start_here.ipynb --out graded`
#   runs your answers on fresh inputs, as a class is graded, and writes a page with what was right.
# * **To another machine**: `python3 -m graphrec_utils progress --export mine.json` there,
#   `progress --import mine.json` here.
#
# **Where help is.** Three hints stand above every exercise, and a complete solution of every
# lesson lies in the folder `solutions`: read it after you have tried, then close it and write
# your own. If a cell misbehaves, restart with *Kernel → Restart Kernel and Run All Cells*. If
# something is missing, `python3 -m graphrec_utils doctor` says what and how to get it.
