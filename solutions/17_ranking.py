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
# # 17 · Ranking: the second stage
#
# > **A ranker learns from what a ranker has shown. What can it learn that way, and what can it never find out?**
#
# A recommender is a **funnel**. The models of the lessons before find a few hundred items among millions. The **ranker** looks at each of these
# with everything it can get, and puts ten of them in order. What a generator has missed, no ranker brings back.
#
# **You will** write the number that a ranker is judged by, and the loss that forgives people for not looking. Then you close a loop: a ranker learns
# from its own lists.
#
# **Time** {{minutes}} minutes with all branches · **Points** {{points}} · **Before** lessons 01 and 02; 06 for branch 17.11 · **Runs on** any CPU
#
# **In an hour:** sections 17.1 to 17.7, with two exercises: `rce` (17.1) in section 17.2 and `examined_loss` (17.6) in section 17.6.
# **Branches**, marked ↳, after the quiz: a number to trust · trees · several answers · vectors as columns · what was never shown · your
# choice · a candidate that asks the history.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# As a lecture of fifty minutes: 17.1 to 17.7, without the map. Take two votes: "what does AUC say of a model that is
# four times as sure?" in 17.2, and "does retraining starve creators?" in 17.7. The moment to stop is the
# second round of figure 17.2: the order is frozen, and no data will ever thaw it. In ninety minutes take 17.14 and 17.11 as well: what a candidate
# asks, and the slide on TwHIN.
#
# Minutes 0 to 1. A generator finds a few hundred items among millions, a ranker puts ten of them in order. Read the question, let two people guess, and leave it open. It comes back on the last slide.

# %% tags=["setup"] jupyter={"source_hidden": true}
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from IPython.display import display
from scipy.stats import rankdata

from graphrec_utils import metrics, pinworld, results, style
from graphrec_utils.exercises import check, predict, remember
from graphrec_utils.models import calibration, ranker
from graphrec_utils.plots import visuals
from graphrec_utils.results import verdict

style.use()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Before you begin
#
# Three questions from earlier lessons, from memory.

# %% slideshow={"slide_type": "fragment"}
remember("17")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.1 What was shown, and what is known
#
# | | generator | ranker |
# |---|---|---|
# | sees | millions of items | a few hundred, from several generators |
# | has per item | one product of vectors | hundreds of features, of the user, the item and the pair |
# | learns from | what was liked, and drawn negatives | **impressions**: what was shown, and what happened |
# | is judged by | recall at its budget | the order of what was shown, and the probability itself |
#
# An **impression** is one item shown to one user once, and what she did next: perhaps nothing. **Liked** means here: looked at closely, clicked for
# long, saved, put into the cart, bought, or, of an ad, clicked.
#
# Features are counted on days 0 to 27. The ranker is trained on the impressions of days 28 to 41; days 42 to 48 choose, and
# 49 to 55 test. So every feature is older than every label. Which of the three groups below would you miss most?
#
# | group | examples | alone it can say |
# |---|---|---|
# | user | how often she was shown something, how much she likes and hides | who likes everything |
# | pin | how often it was shown and liked, its age, its kind | what everybody likes |
# | cross, the **pair** | does it look like what she liked? does she follow its creator? | who likes what |

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### The ranker knows more of fewer items
# * drawing funnel
# * words It learns from **impressions**: an item that was shown, and what she did next.
#
# Minutes 1 to 3. A generator has one product of vectors for each item, a ranker hundreds of columns. What can it do about a film that no generator has found? Nothing.
#
# ### Every feature is older than every label
# * drawing dates of features
# * words A feature is of the **user**, of the **pin**, or of the **pair**: does it look like what she liked?
#
# Minutes 3 to 4. Ask for a feature of the pair; the room will name others first. Then: why do features end where training begins? Usual wrong answer: to save time. 17.4 shows what it costs.

# %% jupyter={"source_hidden": true}
world = pinworld.load("small")
seen = world.impressions.assign(
    day=lambda t: t.time / pinworld.DAY,
    liked=lambda t: t.action.isin(pinworld.POSITIVE_ACTIONS).astype(float),
)
features = pinworld.PairFeatures(world, until_day=28)


def rows(start: float, end: float) -> SimpleNamespace:
    """Return the impressions of some days: users, features x, labels y, and the table itself."""
    part = seen[(seen.day >= start) & (seen.day < end)]
    user, pin, day = (part[c].to_numpy() for c in ("user", "pin", "day"))
    return SimpleNamespace(
        user=user, pin=pin, x=features(user, pin, day), y=part.liked.to_numpy(), table=part
    )


train, val, test = rows(28, 42), rows(42, 49), rows(49, 56)
print(f"{len(train.y):,} rows to train on, {len(val.y):,} to choose, {len(test.y):,} to test")
print(f"liked: {test.y.mean():.0%} of the test rows")
print("features:", ", ".join(features.names))
action = seen.action.cat.add_categories("nothing").fillna("nothing")
action.value_counts(normalize=True).round(3).to_frame("share of all impressions")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### Two impressions in three are liked
# * bars: share of impressions, liked in orange: *closeup = 0.232; *save = 0.194; *long click = 0.188; *add to cart = 0.045; *checkout = 0.012; *ad click = 0.010; nothing = 0.130; short click = 0.098; hide = 0.090
#
# Minutes 4 to 5. Orange counts as liked: add the six bars, 68 in 100. A short click and a hide do not.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.2 How good is a probability?
#
# A ranker says $p$, the probability of a "yes" if the item is shown. With the label $y$ the
# **log loss** of a row is $-y \log p - (1 - y) \log(1 - p)$. It is small if $p$ was near the truth, and large if the ranker was sure and wrong.
#
# Where a "yes" is rare, even a bad model has a small loss. So it is compared with the loss of a model that says the same every time, the
# share $\bar y$ of ones:
#
# $$
# \text{RCE} = 100 \left( 1 - \frac{\text{log loss of the model}}
#   {-\bar y \log \bar y - (1 - \bar y) \log (1 - \bar y)} \right)
# $$
#
# This is the *relative cross entropy*.
#
# | symbol | in code | meaning |
# |---|---|---|
# | $y$, $p$ | `labels`, `probabilities` | (B,) what happened, what was said |
# | $\bar y$ | | share of ones **among the rows that are judged** |

# %% slideshow={"slide_type": "fragment"} tags=["predict:17.p1", "told"]
predict("17.p1")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### RCE: the share of the constant's loss that a model saves
# * words Relative cross entropy. **Log loss**: minus the log of the chance given to what happened. $\bar y$: the share of yes.
# * formula 1
# * bars: log loss of four rows, one of them a yes: 0.6 for the yes, 0.2, 0.1, 0 = 0.210; a constant, ¼ each time = 0.562
#
# Minutes 5 to 8. Read the two bars first, the formula after them. The first says 0.6 for the yes, so it loses little. The constant knows the share and nothing else. RCE is 62.7 here (before rounding, 0.2098 over 0.5623): 100 is all, 0 no better than the constant.
#
# ### What does a guess of one half cost?
# * vote 17.p1: One in ten is clicked, a model says 0.5 each time. Its RCE is | 0 | 50
# * then drawing one half
#
# Minutes 8 to 10. Vote before the key. The constant says 0.1 each time and loses 0.325 a row. Usual wrong answer: 0, it knows nothing. Knowing nothing is saying 0.1. Who says 0.5 loses 0.693 a row, more than twice as much: RCE is −113.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 17.1 — `rce` ({{points:17.1}})
#
# Clip probabilities to $[10^{-7}, 1 - 10^{-7}]$ first: one that is 0 and wrong would cost infinitely much.
#
# By hand: the labels are 1, 0, 0, 0, and 0.6, 0.2, 0.1, 0 are said. The losses are 0.511, 0.223, 0.105 and, clipped, nearly 0; their mean is
# 0.210. The constant ¼ costs 0.562: $100\,(1 - 0.210/0.562) = 62.7$.
#
# *About 8 minutes. Stuck? Hints are free.*
#
# {{hints:17.1}}


# %% tags=["exercise:17.1"]
def rce(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the relative cross entropy in percent.

    Args:
        labels: (B,) float, zeros and ones, both of them.
        probabilities: (B,) float between 0 and 1, both included.

    Returns:
        0 for the constant, 100 for a perfect model, below 0 for one that is worse than the constant.
    """
    ### SOLUTION


# %% tags=["check:17.1"]
check("17.1", rce)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Order and number
#
# The other measure asks about **order** alone. Take a row that was liked and one that was not: how often does the first have the higher score?
# That share is **AUC**; 0.5 is chance.
#
# Here is a first ranker, a small network. Its test predictions are sorted and cut into eight groups. For each group
# the figure compares what was **said** on average with what **happened**. Then its logits $z$, with
# $p = \sigma(z)$, are stretched, $a z$, or shifted, $z + b$. Which of the two measures will notice?

# %% slideshow={"slide_type": "fragment"} tags=["predict:17.p2"]
predict("17.p2")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### Four times as sure: what becomes of AUC and RCE?
# * drawing pairs in order
# * then vote 17.p2: All logits times 4. What happens?
#
# Minutes 10 to 12. AUC first: take a row that was liked and one that was not; how often does the liked one score higher? The three pairs are an example. Then vote, before anybody touches a slider. Usual wrong answer: both fall. The order of 4z is the order of z.
#
# ### Order and number are two things
# * figure 17.1
#
# Minutes 12 to 14. The points are 2,000 of the test impressions: RCE is 11.9 here, and 10.5 of all, in 17.3. A ranker may have the first and lack the second. Begin at a = 4, before you speak: four times as sure. Then back to 1 and up again: the points leave the diagonal, RCE falls, AUC stands still. Then to its left end, then shift b. Ask each time which of the two numbers a list of ten would notice, and which one an auction that multiplies p by a price.

# %% slideshow={"slide_type": "fragment"} tags=["widget", "answers:17.p2"]
network = ranker.Ranker(len(features.names)).fit(train.x, train.y)
few = np.random.default_rng(0).choice(len(test.y), 2000, replace=False)
visuals.calibration(network.logits(test.x[few]), test.y[few], function=rce)

# %% [markdown]
# *Figure 17.1. Said against happened for 2,000 test impressions. Left, as the model says it; in the middle, with logits four
# times as large; right, shifted by 2. Below the diagonal the model promises too much.*
#
# AUC is the same three times: stretching and shifting keep the order. RCE asks about the number, so it falls far below 0. In the middle the numbers are too sure, on the right too high.
#
# Which measure do you need? A list of ten needs the order alone. Who multiplies $p$ by a price needs the number.
#
# **Order and number are two things: a ranker may have the first and lack the second.**

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.3 Which features?
#
# What can a ranker learn? First from rows that were all looked at. The ranker of this lesson is a small network with one hidden layer, trained on the log loss of 17.2, and it gets sixteen columns. What is each group of them worth?
#
# A list is one person's. So the table's last column takes each user by herself: among *her* impressions, how often does a liked one have the higher score?

# %% slideshow={"slide_type": "fragment"} tags=["predict:17.p3"]
predict("17.p3")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### How much RCE is left without the pair?
# * drawing without the pair
# * then vote 17.p3: Of the RCE of all three groups is left | nearly all of it | next to nothing
#
# Minutes 14 to 16. Sixteen columns: of the user, of the pin, of the pair; all rows were looked at. Usual wrong answer: next to nothing, taste is all that matters. In a log, pins differ in how much everybody likes them.
#
# ### What everybody likes gets far. What this user likes about this pin gets further
# * drawing groups of columns
#
# Minutes 16 to 17. On the left: the pin alone brings RCE to 7.9, the pair adds the rest, to 10.5. On the right, inside one list, her own columns say nothing: 0.5 is a coin.

# %% tags=["experiment", "answers:17.p3"] jupyter={"source_hidden": true}
table = []
for groups in (("user",), ("pin",), ("user", "pin"), ("cross",), ("user", "pin", "cross")):
    c = features.columns(*groups)
    p = ranker.Ranker(len(c)).fit(train.x[:, c], train.y).probabilities(test.x[:, c])
    row = {
        "features": " + ".join(groups),
        "RCE": metrics.rce(test.y, p),
        "AUC": metrics.auc(test.y, p),
    }
    # the order inside one user's impressions, where her own features say the same of all
    told = pd.DataFrame({"user": test.user, "y": test.y, "p": p}).groupby("user")
    row["AUC inside a user"] = np.nanmean([metrics.auc(g.y, g.p) for _, g in told if len(g) > 9])
    table.append(row)
pd.DataFrame(table).set_index("features").round(3)

# %% [markdown]
# The user's columns cannot order one person's list, for there they are the same for every pin: 0.5 is chance. The pin's columns know what everybody likes. They alone keep three quarters of the whole RCE, without any idea of taste; the user's add next to nothing. But then all people get nearly the same
# list. Only the pair tells two people apart: alone it has more than both together, and it puts one person's list in better order.
#
# **What everybody likes gets far. What this user likes about this pin gets further.**

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.4 A question of dates
#
# A feature may itself be learned: iALS's vectors of user, creator and pin can be columns, too. First they learn from the likes of days 0 to **27**,
# as every feature so far. Then let them learn until day **41** instead: two weeks fresher. The ranker's own days stay.

# %% slideshow={"slide_type": "fragment"} tags=["predict:17.p6"]
predict("17.p6")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### Are fresher columns better columns?
# * vote 17.p6: The vectors now learn until day 41. RCE on train and test? | both stay | both up
# * drawing fresher vectors
#
# Minutes 17 to 19. Never left out. iALS's vectors of user, creator and pin become columns, learned from days 0 to 27. Then from two weeks more. Usual wrong answer: both up, they are fresher.
#
# ### A feature has to be older than the labels that it helps to predict
# * bars: RCE, by the days that the vectors learned from: 0 to 27, on train = 14.34; 0 to 27, on test = 9.70; *0 to 41, on train = 49.13; *0 to 41, on test = −137.84
#
# Minutes 19 to 20. Point at 49 above 14: who in the room has seen such a pair of numbers, and was pleased? Then at the lowest bar, far worse than the constant's 0. Honest vectors bring nothing here: 9.7 with them, 10.5 without; branch 17.11 asks why. Fresher vectors had learned from the very likes that the ranker is trained to predict: their product gave the answer away, and on new days it knows no answers.

# %% tags=["long", "answers:17.p6"] jupyter={"source_hidden": true}
worth = results.load(
    "17_features", command="python -m solutions.experiments.lesson17.ranking_features PinWorld"
)
pd.DataFrame(worth.values["PinWorld"]["leak"]).T.rename_axis("embeddings of").round(2)

# %% [markdown] slideshow={"slide_type": "subslide"}
# On the days of training the fresher vectors look splendid; on new days they are far worse than the constant. Why? They had learned from the very likes that the ranker is trained to predict, so their product gave the answer away. The
# ranker learned to trust it. On new days the product knows no answers, and is trusted as before. (Honest vectors bring nothing here: 9.7 with them, 10.5 without; branch 17.11 asks why.)
#
# So a leap on the training days should alarm you: look at the dates.
#
# **A feature has to be older than the labels that it helps to predict.**
#
# <details><summary>How this was measured</summary>
#
# iALS's vectors, 64 numbers each, of the user, of the pin's creator (the mean of the creator's pins) and of the pin, and their products, beside the sixteen features; the
# network with three passes over the rows; means of three seeds. A stored measurement: `python -m solutions.experiments.lesson17.ranking_features leak`.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.5 A log remembers what it showed
#
# So far every row was looked at. Real pages are lists, and people read from the top: `pinworld.Feed` shows
# ten of forty candidates, and the $k$-th entry is looked at with probability $1/k$. A click
# needs both, **looked at** and **liked**, and the log has only clicks.
#
# Six pins, sorted again and again by their own clicks: will the best one, the *new gem*, get to the top?

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
pins = {"old hit": 0.5, "cake": 0.45, "garden": 0.6, "lamp": 0.4, "new gem": 0.8, "sofa": 0.55}
visuals.exposure(pins)

# %% [markdown]
# *Figure 17.2. Six pins. Pale bars say how many like each if they look, solid bars how many click. Left, the first list; in the middle, after five rounds of sorting by clicks; right, by clicks / e, that is clicks divided by the share that looked. In the interactive version lift the gem once, and step on.*
#
# Sorted by clicks, the gem rises one place and is stuck. There one in four looks, so it has $0.8/4 = 0.20$ clicks, no more than *garden* above it, $0.6/3$. More data will not help: each round says the same. The log remembers where a pin **stood**, and calls
# it what people like. Divided by looks, the gem's 0.8 is the most.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### A click needs a look and a like
# * words Place $k$ is looked at with probability $1/k$; the log has only clicks. Will the best of six get to the top?
# * bars: how many look: place 1 = 100%; place 2 = 50%; place 3 = 33%; place 4 = 25%; place 5 = 20%; place 6 = 17%
#
# Minutes 20 to 21. So far every row was looked at. Now lists are shown, and people read them from the top; six pins are sorted by their clicks. Let the room guess before you press anything.
#
# ### Sorted by clicks, the best pin rises one place and is stuck
# * figure 17.2
#
# Minutes 21 to 24. The pale bar says how many like a pin if they look, the solid one how many click. Which pin is the best? The gem. Step once, twice, and stop: it is at place 4. There one in four looks, 0.8/4 is 0.20, and the garden above has 0.6/3, 0.20, too. The black tick is the mean of all rounds so far, by which the list is sorted: there the gem stays below the garden, for its first round had less. More data says the same. Reset, Sort by clicks / e: now it is first.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.6 Divide by looks
#
# How likely is position $k$ looked at? Shuffle a few lists. In those every position holds equally good pins, on average, so
# clicks fall from top to bottom because looks do. Clicks at position $k$ over clicks at the first give the **examination** $e_k$.
#
# A click at position $k$ then stands for $1/e_k$ likes. Let $c$ be 1 for a click and 0 for none. Put $c/e$ where the label was, **also in**
# $1 - \text{label}$:
#
# $$
# \mathcal L = \frac1B \sum \; \frac{c}{e} \, (-\log p) + \Big( 1 - \frac{c}{e} \Big) \, (-\log (1 - p))
# $$
#
# On average this is the log loss of a label that nobody has observed, the like (Saito et al., 2020). Why? Of all who like the pin only the share $e$ looks and clicks, and each of these clicks counts $1/e$. So the mean of $c/e$ over many showings is $\frac1e \cdot e \cdot P(\text{like}) = P(\text{like})$.
#
# A click far down has strange weights: more than 1 in the first factor, less than 0 in the second. Over many showings they make up for the looks that never came. The price is noise: the smaller $e$, the more hangs on a single click.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### Let each click stand for 1/e likes
# * words Shuffle a few lists: clicks at place $k$ over clicks at the first give $e$, the share that looks.
# * formula 1
# * drawing one click for four
#
# Minutes 24 to 27. In shuffled lists every place holds equally good pins, so clicks fall from top to bottom because looks do. Then the formula, a mean over B rows: c is 1 for a click, else 0, and p what the ranker says; it is the log loss with c/e where the label was. At place 4, e is one quarter: a click stands for four likes. On average that is the loss of a label that nobody has seen, the like.
#
# ### At place 4 a click weighs 4 for yes, and minus 3 for no
# * bars: weight of yes, weight of no: click at place 1 = 1, 0; click at place 4 = 4, -3; no click = 0, 1
#
# Minutes 27 to 28. These are the two factors of the formula. Ask: minus three, is that a mistake? Three others liked it and did not look, and they counted as no. The click takes their no back.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 17.6 — `examined_loss` ({{points:17.6}})
#
# *By hand:* $e = (1, ¼)$. A click at position 1 with $p = ½$: 0.693. A click at position 2 with $p = ¾$ has the weights 4
# and $-3$: $4 \cdot 0.288 - 3 \cdot 1.386 = -3.008$. A row without a click has the weights 0 and 1, wherever it was: 1.386 for $p = ¾$. The mean is
# $-0.310$.
#
# *About 10 minutes.*
#
# {{hints:17.6}}


# %% tags=["exercise:17.6"]
def examined_loss(
    logits: torch.Tensor, clicks: torch.Tensor, position: torch.Tensor, examination: torch.Tensor
) -> torch.Tensor:
    """Return the loss of liking, from clicks.

    Args:
        logits: (B,) of liking; hundreds are possible, so take no logarithm of a sigmoid.
        clicks: (B,) float, zeros and ones.
        position: (B,) int64, from 1.
        examination: (k,) e of positions 1 … k, the first is 1.

    Returns:
        () the mean over the rows.
    """
    ### SOLUTION


# %% tags=["check:17.6"]
check("17.6", examined_loss)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Who gets better pins on the screen?
#
# An old ranker, which put on top what had been shown most before, has written a log; a tenth of its lists were shuffled. So every click mixes two things: where a pin stood, and whether it is liked. PinWorld knows the truth: of the
# ten pins that a new ranker would show, how many are **liked if looked at**? Four rankers learn from this log:
#
# * from the **clicks** as they are;
# * with the **position** as one more feature (later each pin is asked about as if it stood on top);
# * from clicks divided by **examination**;
# * from the **shuffled** lists only.
#
# > **Claim** (Saito et al.; Joachims et al., 2017). Dividing clicks by examination shows pins that are liked more
# > than training on clicks does.

# %% slideshow={"slide_type": "fragment"} tags=["predict:17.p7"]
predict("17.p7")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### One log, and four rankers learn from it in four ways
# * drawing four rankers
#
# Minutes 28 to 29. The old ranker put on top what had been shown most. So a click mixes two things: where a pin stood, and whether it is liked.
#
# ### Which of the four shows what is liked least?
# * drawing four ways
# * then vote 17.p7: The fewest likes among the ten shown:
#
# Minutes 29 to 31. Usual wrong answer: shuffled lists only. They are few and true. The claim of the papers: dividing by looks shows pins that are liked more than training on clicks does.
#
# ### Told how many look, a ranker shows 67 liked of 100, not 62
# * drawing who shows what is liked
#
# Minutes 31 to 34. From the bottom. The old ranker sorts by what was shown most, no better than ten by chance, and yet its log teaches. Then clicks; then three repairs. Green is the verdict: the claim holds. Gray at the top is what nobody can have. The position as a feature repairs nearly as much and needs no shuffled list. In the notebook it is figure 17.3, with "examined" for clicks / e; the vote says "clicks divided by examination".

# %% tags=["long", "answers:17.p7"] jupyter={"source_hidden": true}
bias = results.load("17_bias", command="python -m solutions.experiments.lesson17.ranking_bias")
arms = pd.DataFrame(bias.values["table"]).set_index("arm")
figure, ax = plt.subplots(figsize=(6.4, 3))
order = arms.liking.drop("examined and shown_with").sort_values()
colors = [
    style.CONTEXT if "the " in name or "truth" in name else style.ITEM for name in order.index
]
ax.barh(order.index, order, color=colors)
for place, (name, x) in enumerate(order.items()):
    ax.plot(arms.seeds[name], [place] * 3, "|", color=style.INK, markersize=8)
    ax.annotate(f"{x:.3f}", (x, place), (8, 0), textcoords="offset points", va="center", fontsize=8)
by_chance = np.mean(bias.values["selection"]["truth"]["liked"])
ax.axvline(by_chance, color=style.INK, linestyle=":", linewidth=1)
ax.set(xlim=(0, 1), xlabel="of the ten shown, liked if looked at")
plt.show()

gaps = {name: metrics.Comparison.stored(row) for name, row in bias.values["leads"].items()}
verdict(
    "Dividing clicks by examination shows pins that are liked more than training on clicks does.",
    gaps["examined over clicks"],
    detail=f"liked, of the ten shown: {gaps['examined over clicks'].gain('.3f')}",
)

# %% [markdown]
# *Figure 17.3. How much of what each ranker would show is liked. Bars are means of three trainings, strokes each of them. "examined" has your loss. Gray: the old ranker, and what nobody can have, a ranker trained on the likes
# themselves and the best list there is. Dotted: ten drawn by chance.*
#
# Read it from the bottom. The old ranker is no better than chance, and all four learn something from its log: a log need not come from a good ranker to teach one.
#
# But who learns from *clicks* as they are learns also where the old ranker put things. *Shuffled lists* tell the truth, but they are few. With the *position as a feature* the place explains its part, and the pin need not; nobody has to estimate looks for that. *Dividing* takes the place out of the label,
# and gets most of the way to a ranker that was told the likes themselves.
#
# **A click needs eyes: tell the loss how likely they were, or tell the model the place.**
#
# <details><summary>How this was measured</summary>
#
# Three logs of 8,000 lists, each of ten out of forty candidates, looked at with probability $1/k$; three seeds; 6,000 new requests, and the interval is over
# these. Examination is estimated from the shuffled lists. What position bias costs is the distance from clicks (0.616) to likes themselves (0.685);
# dividing (0.673) repairs 83 % of it. Position as a feature has 0.668, shuffled lists alone 0.645,
# and dividing with the weights of 17.12 besides 0.662. The feature may be fooled where the old ranker
# looked at something that our features lack; here they have it, so that was not tested. A stored measurement.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.7 The loop
#
# Now a ranker shows its own lists, is trained on what was clicked there, and shows again, five rounds long. Four
# rankers do this:
#
# * **clicks** is trained anew after each round, on clicks as they are;
# * **once** is trained after the first log and never again. Where *clicks* departs from it, the **loop** did it;
# * **examined** is trained anew with the loss of exercise 17.6;
# * **examined, explores** orders a tenth of its lists at random, from all forty candidates.
#
# All four shuffle the ten of some lists, to estimate looks. That moves places, but shows no other pin; exploring does.
#
# > **Claim** (common belief). Retrained on its own clicks as they are, a ranker gives ever more showings to a tenth of
# > the creators: after five rounds at least one percentage point more.

# %% slideshow={"slide_type": "fragment"} tags=["predict:17.p9"]
predict("17.p9")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### Now the ranker writes its own log
# * drawing the loop
#
# Minutes 34 to 37. About what a ranker does not show, its log says nothing. All four also shuffle the ten of some lists, to estimate looks: that shows no other pin, exploring does.
#
# ### Does retraining give the most shown tenth of creators more?
# * drawing before the rounds
# * then vote 17.p9: Five rounds, compared with never retraining: | it falls
#
# Minutes 37 to 39. The claim, a common belief: after five rounds a tenth of the creators has at least one percentage point more of the showings. Usual wrong answer: it grows round by round.
#
# ### Two pins in five are gone; the creators keep their share
# * drawing rounds
#
# Minutes 39 to 43. Both axes begin at 0. Means of three runs. On the right orange, with the loop, lies on blue, without: the creators keep their share. On the left orange falls: the loop bites one level below. Green jumps in round 1 already, before it has read a log of its own: that is the loss, not the loop. Likes give no sign of all this (figure 17.4, on its left), for they are asked only about what is shown.
#
# ### The most shown tenth of creators gains less than a percentage point
# * drawing a tenth of the creators
#
# Minutes 43 to 44. The claim does not hold: the whole interval lies below what was claimed. A creator has some twenty pins, so she is still there when two in five are gone.

# %% tags=["long", "answers:17.p9"] jupyter={"source_hidden": true}
loop = results.load("17_loop", command="python -m solutions.experiments.lesson17.ranking_loop")
runs = {a: x for a, x in loop.values.items() if isinstance(x, list)}
rounds = pd.concat(
    {arm: pd.concat(map(pd.DataFrame, x)).groupby("round").mean() for arm, x in runs.items()}
)
figure, axes = plt.subplots(1, 3, figsize=(9, 2.9))
marks = {"once": "o", "clicks": "s", "examined": "D", "examined, explores": "^"}
for ax, what in zip(axes, ("liked", "pins shown", "top tenth of creators"), strict=True):
    for arm, mark in marks.items():
        ax.plot(rounds.loc[arm][what], marker=mark, ms=4, label=arm)
    ax.axhline(loop.values["the best there is"][what], color=style.CONTEXT, linestyle=":")
    ax.set(xlabel="round", title=what)
axes[0].set_ylim(0.45, 0.95)
axes[0].legend(fontsize=7, loc="center right", bbox_to_anchor=(1, 0.62))
plt.show()

tenth, ends = "top tenth of creators", zip(runs["clicks"], runs["once"], strict=True)
ended = np.array([[r[-1][tenth], s[-1][tenth]] for r, s in ends])
moved = metrics.compare(ended[:, 0], ended[:, 1], margin=0.01)  # three seeds
verdict(
    "Retrained on its own clicks as they are, a ranker gives ever more showings to a tenth of the creators.",
    moved,
    detail=f"share of the top tenth in round 5, retrained and not: {moved.gain('.3f')}",
)

# %% [markdown]
# *Figure 17.4. Round by round, means of three runs. Left, how much of what is shown is liked. In the middle, how many different pins 3,000 lists
# show. Right, the share of all showings that goes to a tenth of the creators. Dotted: lists in the true order of liking. Round 0 is the old ranker. All are lower than in figure 17.3, for they learn from other logs, their own.*
#
# Read it from the right, and compare orange, with the loop, with blue, without. The tenth of the creators keeps its share. The loop bites one level below: **of the pins, two in five
# are gone**. A creator has some twenty, so she is still there.
#
# What is no longer shown gets no clicks, and nobody learns whether it was good. Likes give no sign of it, for they
# are asked only about what is shown: on the left the loop costs nothing.
#
# Dividing (green) moves all three towards the dotted lines: people like more of what they see, more pins are seen, and the tenth of the creators gets a quarter of the showings instead of a third. For what stood on top has lost its
# advantage. Even so fewer pins are seen round by round: where nothing was shown there is no click to divide. Only random lists show what the ranker has given up (purple; these lists count in its number of pins, which falls, too).
#
# **A ranker writes its own training data. Watch what it stops showing.**
#
# <details><summary>How this was measured</summary>
#
# Five rounds of 3,000 lists, three seeds; the interval is over these. Random lists count among the pins shown, so the figure cannot say whether the ranker takes pins back. Two more features count how often a pin was shown and clicked in these rounds. Levels are lower than in 17.6 (0.61 where
# it had 0.67); whether the two counts, or a log of its own lists, cost that we did not measure. In round 1 dividing shows twice as many pins as clicks do; by round 5 random lists cost nothing. With clicks 286 of 300 creators are shown in round 5, without retraining 297. Most of the gap between the two lines of divided clicks may be the random lists themselves. Divided by examination
# the tenth begins at 23.1 % and ends at 24.8 %, and it rises in all six runs, those that explore included, by 1.7 percentage points on average without exploring.
# Whether the loop did it cannot be said: no ranker of divided clicks was left as it was. A stored measurement.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What a ranker is for
#
# > **What it is for.** It reads everything about the few hundred candidates that generators found, and says for each how likely
# > a reaction is: as an order, and as a number that may be multiplied by a price.
# >
# > **Where it won.** With features of the pair RCE is 10.5, without 8.0 (17.3). Told
# > how likely each position is looked at, it shows ten of which 67 % are liked, and 62 % without (17.6).
# >
# > **Where it did not.** Of the best ten of forty candidates 89 % are liked; of the ten of a ranker that was told the likes themselves, 68 % (17.6). About
# > what it does not show, its log says nothing (17.7).

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### It orders what was found; of what it does not show it learns nothing
# * drawing ten of forty
#
# Minutes 44 to 47. Where it won: with features of the pair RCE is 10.5, without them 8.0; clicks / e shows 0.673 that is liked, clicks 0.616. Where it did not: the best ten of forty have 0.894, and a ranker that was told the likes 0.685. Who explores shows some of the thirty by chance, and hears of them.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# * **What can a ranker learn from what a ranker has shown?** Who likes what, and how likely. Even what people would have
#   liked further down, if a few lists were shuffled. **What can it never find out?** Whether its guess about a pin that is not shown was right, unless some are shown by chance.
# * AUC judges the order, RCE also the number.
# * A feature must be older than the labels. A click needs eyes.
#
# **Next.** Which of all these recommenders would people like best? A log of one of them does not say it. Can an experiment? Lesson 18.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### A ranker learns from what a ranker has shown. What can it learn that way, and what can it never find out?
# * then drawing what it learns
#
# Minutes 47 to 50. The question of the first slide again: what can it learn that way, and what can it never find out? Let the room answer, then press the key. Who explores shows some of the thirty by chance, and hears of them. Then the next question: how would one learn it?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Quiz
#
# They come back at the start of later lessons.
#
# {{quiz}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Branches
#
# The hour ends here. Each branch stands alone.
#
# | ↳ | what it gives | minutes |
# |---|---|---|
# | 17.8 | AUC of a hundred thousand rows, by ranks; a curve that makes a probability of a score | 30 |
# | 17.9 | the step that gradient boosting repeats; trees beside the network | 15 |
# | 17.10 | a network that predicts several reactions at once, and what a list loses when a hide costs something | 15 |
# | 17.11 | the slide on TwHIN, asked of vectors of likes: what are they worth to a ranker? | 10 |
# | 17.12 | weights for what was never shown: what they repair, and what they do not | 8 |
# | 17.13 | a log of lists, and a ranker of your own choice | 25 |
# | 17.14 | target attention: the candidate asks the history; exercise 17.8, what asking is worth, ids, a cross layer, a generator's list | 28 |

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.8 ↳ Order, and a number to trust
#
# *A branch of about 30 minutes. It gives AUC for tables of any size, and the curve that makes a probability of a score.*

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 17.2 — `auc` ★ ({{points:17.2}})
#
# All pairs of 100,000 rows do not fit into memory. Ranks do: sort all rows, the lowest score has rank 1. A tie counts as half.
#
# *By hand:* ones with scores 3 and 2, zeros with 2, 1 and 4: of six
# pairs they win three and tie in one, $3.5 / 6 = 0.583$.
#
# *About 8 minutes.*
#
# {{hints:17.2}}


# %% tags=["exercise:17.2"]
def auc(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the share of pairs (a one, a zero) in which the one has the higher score.

    Args:
        labels: (B,) int, zeros and ones, both of them.
        scores: (B,) float; equal ones are ties, which count as half.
    """
    ### SOLUTION


# %% tags=["check:17.2"]
check("17.2", auc)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### From a score to a probability
#
# Purchases are rare. To save time one trains on all of them and on **one zero in ten**. Two numbers make a
# probability of any score, fitted on rows the model was not trained on (Platt, 1999):
#
# $$
# p = \sigma(a\, z + b), \qquad (a, b) = \arg\min \; \text{log loss}
# $$
#
# Two others will stand beside this curve: a shift alone, $a = 1$ and $b = \log 0.1$, which follows from the sampling by itself (He et al.,
# 2014), and **isotonic** regression, any rising curve. A purchase is an add-to-cart or a checkout.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 17.5 — `platt` ★ ({{points:17.5}})
#
# A logistic regression with one feature. Gradient descent gets there, Newton's method in ten steps if it starts at
# $a = b = 0$. Two decimals are enough.
#
# *About 12 minutes.*
#
# {{hints:17.5}}


# %% tags=["exercise:17.5"]
def platt(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return (a, b) for which sigmoid(a * logits + b) has the smallest log loss.

    Args:
        logits: (B,) what a model says.
        labels: (B,) zeros and ones, both of them, in no perfect order.
    """
    ### SOLUTION


# %% tags=["check:17.5"]
check("17.5", platt)

# %% slideshow={"slide_type": "fragment"} tags=["predict:17.p4"]
predict("17.p4")


# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Ask 17.p4. Usual wrong answer: both hardly, a network learns the probability anyway. It learns that of the
# rows it gets. Let the room find two rows of the table with one AUC, and RCE on both sides of 0.


# %% tags=["experiment", "answers:17.p4"] jupyter={"source_hidden": true}
def bought(part):
    return part.table.action.isin(["add_to_cart", "checkout"]).to_numpy().astype(float)


y, y_val, y_test = bought(train), bought(val), bought(test)
tenth = (y == 1) | (np.random.default_rng(0).random(len(y)) < 0.1)
everything = ranker.Ranker(len(features.names)).fit(train.x, y)
sampled = ranker.Ranker(len(features.names)).fit(train.x[tenth], y[tenth])
z_val, z = sampled.logits(val.x), sampled.logits(test.x)
a, b = calibration.platt(z_val, y_val)
curve = calibration.isotonic(z_val, y_val)
said = {
    "all zeros": everything.probabilities(test.x),
    "one zero in ten": calibration.sigmoid(z),
    "… shifted by log 0.1": calibration.sigmoid(z + np.log(0.1)),
    f"… Platt, a = {a:.2f}, b = {b:.2f}": calibration.sigmoid(a * z + b),
    "… isotonic": curve(z),
}
probabilities = pd.DataFrame([
    {
        "trained on": name, "RCE": metrics.rce(y_test, p), "AUC": metrics.auc(y_test, p),
        "said": p.mean(), "happened": y_test.mean(),
        "off by": metrics.calibration_error(y_test, p),
    }
    for name, p in said.items()
]).set_index("trained on")  # fmt: skip
probabilities.round(4)

# %% [markdown] slideshow={"slide_type": "subslide"}
# One AUC, and RCE on both sides of 0: a shift, a stretch and nearly a rising curve change no order. **Two models with one AUC are equal for a list, and
# not for an auction that multiplies $p$ by a price.** Isotonic regression is ahead here, as most impressions cannot be bought at all, only products
# can: Platt's curve has one shape and cannot follow such a jump.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### One order, three curves
#
# AUC cannot see the difference between the rows of that table. A picture of what was said and what happened can.

# %% slideshow={"slide_type": "fragment"} tags=["experiment"] jupyter={"source_hidden": true}
figure, ax = plt.subplots(figsize=(5, 3.4))
marks = {"one zero in ten": "o", next(n for n in said if "Platt" in n): "s", "… isotonic": "D"}
for name, mark in marks.items():
    group = metrics.reliability(y_test, said[name])
    ax.errorbar(group.said, group.happened, 2 * group.error, fmt=mark + "-", label=name, ms=5)
ax.plot([0, 1], [0, 1], color=style.CONTEXT, linewidth=1)
ax.set(xlabel="said", ylabel="happened", xlim=(0, 1), ylim=(0, 0.4))
ax.legend(fontsize=8)
plt.show()

# %% [markdown]
# *Figure 17.5. Purchases: said against happened in ten groups, with two standard errors: before calibration (circles, far
# below the diagonal), after Platt (squares, nearer) and after isotonic regression (diamonds, on it). Most groups lie
# at 0, as only products can be bought; Platt's curve has one shape and cannot follow such a jump.*

# %% [markdown] slideshow={"slide_type": "skip"}
# ### A question more
#
# {{quiz:17.q3}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.9 ↳ Trees
#
# *A branch of about 15 minutes. It gives the step that gradient boosting repeats, and trees beside the network of 17.3.*
#
# **Gradient boosting** adds up small trees. Each is fitted to what the sum so far has left over. For the log loss
# two numbers of each row say it all: $g = p - y$, the slope, and $h = p(1-p)$, the curvature. A leaf with sums $G$
# and $H$ over its rows adds $-G / (H + \lambda)$ to their logits, and is worth $G^2 / (H + \lambda)$. The best split is the one
# whose two sides are worth most together.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 17.3 — `best_split` ★ ({{points:17.3}})
#
# One feature, one split. *By hand:* $x = 1, 2, 3, 4$, labels 0, 0, 1, 1, no tree yet ($z = 0$), $\lambda = 1$. All $h$ are
# ¼, $g$ is ½, ½, −½, −½. Cut at 2: left $G = 1$, $H = ½$, value $-1/1.5 = -⅔$; right $+⅔$.
#
# *About 12 minutes.*
#
# {{hints:17.3}}


# %% tags=["exercise:17.3"]
def best_split(
    x: np.ndarray, labels: np.ndarray, logits: np.ndarray, reg: float
) -> tuple[float, float, float]:
    """Return (cut, left, right): rows with x <= cut get the value left, the others right.

    Args:
        x: (B,) a feature with at least two values; the cut is one of them, not the largest.
        labels: (B,) zeros and ones.
        logits: (B,) what the trees so far say.
        reg: lambda.

    Returns:
        The cut whose sides are worth most together, the first of equals, and the values of both sides.
    """
    ### SOLUTION


# %% tags=["check:17.3"]
check("17.3", best_split)

# %% tags=["experiment", "long"] jupyter={"source_hidden": true}
for name in ("PinWorld", "MovieTweetings"):
    lead = metrics.Comparison.stored(worth.values[name]["leads"]["boosting over network, baseline"])
    print(f"{name}: trees against network, RCE {lead:.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# "On tables of features trees beat a small network": on films, with four columns, they do; on PinWorld, with sixteen, these users cannot tell.
#
# <details><summary>How this was measured</summary>
#
# The network with eight trials on validation, the trees with six; the films are those of 17.11. Intervals over users. A stored measurement.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.10 ↳ Several answers, and what a hide costs
#
# *A branch of about 15 minutes. It gives a network that predicts several reactions at once, and the price of being kind: what a list loses when it avoids hides.*
#
# A ranker rarely predicts one thing: a save is worth more than a click, and a **hide** is worth less than nothing. The network has an output for each
# reaction. All of them share the hidden layer, so a rare one may profit from what the frequent ones have taught it:
#
# $$
# \mathbf h = \mathrm{ReLU}(\mathbf W_1 \mathbf x + \mathbf b_1), \qquad
# \mathbf p = \sigma(\mathbf W_2 \mathbf h + \mathbf b_2), \qquad
# \text{value} = \textstyle\sum_t v_t\, p_t
# $$

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 17.4 — `rank_values` ★ ({{points:17.4}})
#
# Write the three formulas for a table of rows; $v$ is what each reaction is worth. *By hand:* $\mathbf x = (1, 2)$, $\mathbf W_1$ with rows $(1, -1)$ and
# $(1, 1)$, $\mathbf b_1 = (-1, -1)$: $\mathbf h = (0, 2)$. $\mathbf W_2$ with rows $(1, 1)$ and $(2, -1)$, $\mathbf b_2 = (0, 1)$:
# logits 2 and −1, $\mathbf p = (0.881, 0.269)$, and with $v = (1, -2)$ the value $0.343$.
#
# *About 8 minutes.*
#
# {{hints:17.4}}


# %% tags=["exercise:17.4"]
def rank_values(
    x: torch.Tensor,
    W1: torch.Tensor,
    b1: torch.Tensor,
    W2: torch.Tensor,
    b2: torch.Tensor,
    worth: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the probabilities of all reactions, and what showing each item is worth.

    Args:
        x: (B, F) features.
        W1, b1: (H, F) and (H,), the hidden layer.
        W2, b2: (T, H) and (T,), a row for each of T reactions.
        worth: (T,) v, below 0 for a reaction that nobody wants.

    Returns:
        (B, T) probabilities, each reaction for itself, and (B,) values.
    """
    ### SOLUTION


# %% tags=["check:17.4"]
check("17.4", rank_values)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What does a hide cost?
#
# Three reactions, one network, three trainings. For each test session, take the five impressions of the highest value, with $v = 0$, $-0.5$ and $-2$
# for a hide, and look at what really happened.

# %% tags=["experiment"] jupyter={"source_hidden": true}
REACTIONS = ("save", "long_click", "hide")


def reactions(part):
    return np.stack([part.table.action == name for name in REACTIONS], axis=1).astype(float)


happened, session = pd.DataFrame(reactions(test), columns=REACTIONS), test.table.session.to_numpy()
found = {0.0: [], -0.5: [], -2.0: []}
for seed in range(3):
    three = ranker.Ranker(len(features.names), targets=3, seed=seed).fit(train.x, reactions(train))
    p = three.probabilities(test.x)
    for v, lists in found.items():
        value = pd.Series(p @ np.array([1.0, 0.5, v]))
        first = value.groupby(session).rank(ascending=False) <= 5
        lists.append(happened[first].groupby(session[first]).mean())
per = {f"hide is worth {v:g}": sum(lists) / 3 for v, lists in found.items()}  # session by session
level, rows_of = per.pop("hide is worth 0"), {}
rows_of["hide is worth 0"] = {name: f"{level[name].mean():.4f}" for name in REACTIONS}
for v, means in per.items():  # beside the first row, with the interval over sessions
    leads = {name: metrics.compare(means[name], level[name]) for name in REACTIONS}
    rows_of[v] = {name: lead.gain(".4f") for name, lead in leads.items()}
pd.DataFrame(rows_of).T

# %% [markdown] slideshow={"slide_type": "subslide"}
# Below the first row: the difference from it, over sessions. Of a thousand entries, a worth of −0.5 takes one hide away,
# and no saves that this table could see. −2 takes two hides away, and three saves; as many long clicks take their place.
# Half of the sessions have seven impressions or fewer, so little can move.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### A question more
#
# {{quiz:17.q2}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.11 ↳ Vectors as columns
#
# *A branch of about 10 minutes. It gives the lecture's slide on TwHIN and rankers, asked of vectors of likes.*
#
# The slide shows what TwHIN's vectors are worth to rankers of ads: baseline, **U** (the user's vector as features), **U + A** (the author's, too), **U + A + T**
# (and the tweet's). Every set is above the baseline; a further block does not always add (Ads2: U 13.61, U + A 13.54).
#
# > **Claim** (of the slide, of TwHIN's vectors). Every set of blocks raises the ranker's RCE above the baseline.
#
# We ask it of **vectors of likes**, from iALS, LightGCN and GraphSAGE: no TwHIN, no ads, no rare reaction beside frequent
# ones. What follows is about likes alone. Three more models have no vectors and give their score as one column.

# %% slideshow={"slide_type": "fragment"} tags=["predict:17.p5"]
predict("17.p5")


# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# In ninety minutes: write U, A and T on the board and what each one is, then 17.p5. Usual wrong answer: most of what
# all blocks add together. Ask what a user's own vector says about two pins of the same list: the same of both. Then say
# whose claim it is: the slide's, of TwHIN. Nobody here has TwHIN's vectors.


# %% tags=["long", "answers:17.p5"] jupyter={"source_hidden": true}
SETS = {"U": "U", "UA": "U + A", "UAT": "U + A + T", "UT": "U + T"}


def compared(name, same=("baseline", "iALS", "LightGCN", "GraphSAGE")):
    """Return the RCE of each model with each set of columns, the mean of three seeds."""
    made = {}
    for x in worth.values[name]["table"]:
        row = made.setdefault(x["model"], {})
        row[SETS.get(x["columns"], x["columns"] or "baseline")] = x["rce"]
    kept = [*dict.fromkeys(column for row in made.values() for column in row)]
    for model, row in made.items():
        vectors = not ("baseline" in model or model in ("RP3β", "EASE", "Pixie"))
        wide = (64 if "64" in model else 16) if vectors else None
        # eight networks a cell, six settings of trees, eight of the vectors
        trials = (6 if "boosting" in model else 8) + 8 * vectors
        made[model] = {column: row.get(column) for column in kept} | {"d": wide, "trials": trials}
    made = dict(sorted(made.items(), key=lambda pair: "," in pair[0]))
    judged = {"PinWorld": "impression", "MovieTweetings": "rating"}[name]
    known = f"{name}, RCE: every {judged} of the test days is judged"
    return results.table(made, known=known, headline=[m for m in same if m in made], digits=2)


display(compared("PinWorld"), compared("MovieTweetings"))

# %% tags=["experiment", "answers:17.p5"] jupyter={"source_hidden": true}
leads = {
    name: {k: metrics.Comparison.stored(row) for k, row in worth.values[name]["leads"].items()}
    for name in ("PinWorld", "MovieTweetings")
}
of = {f"{data}, {name}": x for data, row in leads.items() for name, x in row.items()}
alone = {m: of[f"PinWorld, {m}: U over baseline"] for m in ("iALS", "LightGCN", "GraphSAGE")}
display(verdict(
    "Vectors of likes in TwHIN's place: every set of blocks raises RCE above the baseline.",
    metrics.weakest(alone.values()),
    detail=f"PinWorld, U over the baseline: LightGCN {alone['LightGCN'].gain('.2f')}",
))  # fmt: skip
last = {"UAT over UA": "last block", "UT over U": "last block"}  # films have no creators
steps = ("U over baseline", *last, "products over baseline")
beside = {
    f"{data}, {m}": {last.get(x, x): of[f"{data}, {m}: {x}"].gain(".2f") for x in steps if f"{data}, {m}: {x}" in of}
    for data in leads for m in alone
}  # fmt: skip
pd.DataFrame({name: row for name, row in beside.items() if row}).T.fillna("")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# The card is about vectors of likes: LightGCN's U alone is below the baseline by more than chance. In the second table
# stop at "products": one or two numbers that say what the vectors say of the pair. An interval over 0 is no
# verdict on the model; say what would be needed: more seeds, or more rows.

# %% [markdown] slideshow={"slide_type": "subslide"}
# Why does the user's vector add nothing? Inside her own list it is a constant. It can speak only through its product with the pin's vector, and a
# small network has to discover that product among fifty columns. Hand it the product, one or two numbers, and iALS's RCE rises from 10.43 to 10.82.
# GraphSAGE's last block even takes something away. On films, whose baseline has four counts, iALS's vectors themselves help. That this is why, is
# a guess; what was measured is the table.
#
# **Try the product, not only the vectors, and the baseline's columns first.**
#
# <details><summary>How this was measured</summary>
#
# A is the mean vector of a creator's pins and one number, its product with the user's vector; T is the pin's own vector
# and its product; *products* are these numbers without the vectors. Vectors of 16 numbers are trained on days 0 to 27, each
# model with eight trials on validation, three seeds; the network is chosen anew among eight for every cell. Models without
# vectors have the settings of their lessons. MovieTweetings, the real data, has **no
# impressions**: the label is "8 or more, given that it was rated". Users chose these films, which hides most of the
# ranking problem. It has no author, so U + T is the last set. Intervals are over users. A stored measurement.
#
# *Ads, and TwHIN's own vectors* (d = 32, three worlds of twice the size, one impression in seven is clicked), asked apart, of a logistic regression with a
# ridge, eighteen settings for each set of columns. Features and counts have an RCE of 0.11, over the constant 0.14 (0.02 to 0.26): clicks say little there.
# TwHIN's product of user, click and ad adds 0.06 (0.03 to 0.10), iALS's product 0.03 (−0.00 to 0.06); TwHIN's vectors beside the product −0.01 (−0.10 to
# 0.09), cannot tell. Command: `python -m solutions.experiments.lesson17.ranking_ads`.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.12 ↳ What was never shown
#
# *A branch of about 8 minutes. It gives weights for a log that has been chosen, and what they are good for.*
#
# Everything is looked at now, and the old ranker is a **good** one: what it showed is liked more than what it left out.
# The log has `shown_with`, the probability with which each row got into its list. Weights $1/\text{shown\_with}$ make
# sums over shown rows, on average, the sums over all candidates.
#
# Schnabel et al. (2016) are often read as if a ranker with these weights showed what is liked more.

# %% slideshow={"slide_type": "fragment"} tags=["predict:17.p8"]
predict("17.p8")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# For a question about weights: 17.p8. Usual wrong answer: both. Keep two things apart: a number about all candidates is repaired by the weights, a
# ranker has nothing to be repaired, and pays for the noise.

# %% tags=["experiment", "long", "answers:17.p8"] jupyter={"source_hidden": true}
chosen = pd.DataFrame({
    name: {what: np.mean(x) for what, x in row.items()}
    for name, row in bias.values["selection"].items()
}).T  # fmt: skip
chosen.round(3)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The last column: "truth" is the best list there is. A ranker trained on likes themselves has 0.685 in figure 17.3, hardly more than these have.
#
# A **number about all candidates** is wrong from the log as it is, 0.619 in place of 0.525, and the weights bring it back, 0.522, at the price of noise: a row
# shown with probability 0.001 counts a thousand times. A **ranker** hardly needs them: it models liking given features, and where these
# contain what the old ranker looked at, the rows it has are fair rows of their kind. Its ten are liked a little less with weights, by 0.003. **Weights repair sums, not orders.**
#
# Selection by something the features do **not** hold is another matter, and no weight helps where the probability of being shown was 0.
#
# <details><summary>How this was measured</summary>
#
# Three logs of 8,000 lists, 6,000 new requests, means of three seeds. In the mean of the three logs' own distances the share liked is off by 0.094 as it is
# and by 0.003 weighed; what a ranker says of all candidates by 0.004 and 0.007. Of the ten shown weights cost 0.0029, from 0.0019 to 0.0039. A stored measurement.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ### A question more
#
# {{quiz:17.q6}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.13 ↳ Your choice
#
# *A branch of about 25 minutes. It gives a log of lists to look at, and a ranker of your own.*
#
# The old ranker of 17.6 prefers what was shown most before, not strictly, and shuffles a tenth of its lists. First look at its log.

# %%
until_42 = pinworld.PairFeatures(world, until_day=42)
feed, rng = pinworld.Feed(world), np.random.default_rng(0)
asked = feed.requests(3000, rng)
x = until_42(np.repeat(asked.users, 40), asked.candidates.ravel()).reshape(3000, 40, -1)
log = feed.show(asked, x[:, :, features.names.index("pin: shown")], rng, 0.5, shuffled=0.1)
per_position = log.groupby(["position", "shuffled"]).clicked.mean().unstack()
pd.DataFrame({
    "clicks": per_position[False], "clicks, shuffled": per_position[True],
    "e, estimated": per_position[True] / per_position[True][1],
    "e, from all other lists": per_position[False] / per_position[False][1], "e, the truth": feed.examination,
}).T.round(3)  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# Here all other lists come even nearer to the truth: they are nine times as many, and this old ranker's order hardly
# goes by liking. It takes the last row to see that. With a good old ranker the same ratio mixes looking with liking.
#
# Choose for the feed: which features, what takes the place of the label
# (`"clicks"`, `"clicks / e"`, or the clicks of `"shuffled"` lists only), whether the position is a feature, the day until which is
# counted, and the network. `try_out` measures a choice on other requests than the check does.

# %% slideshow={"slide_type": "skip"}
fresh = feed.requests(1000, rng)
liking = feed.liking(fresh.users[:, None], fresh.candidates)
e = (per_position[True] / per_position[True][1]).clip(0.01, 1).to_numpy()


def try_out(groups, label, position, until_day, hidden, epochs) -> float:
    """Return how much of what a ranker of this choice shows is liked."""
    make = pinworld.PairFeatures(world, until_day)
    part = log[log.shuffled] if label == "shuffled" else log
    place = part.position.to_numpy()
    old = make(part.user, part.pin)[:, make.columns(*groups)]
    new = make(np.repeat(fresh.users, 40), fresh.candidates.ravel())[:, make.columns(*groups)]
    if position:  # at serving all are asked about as if they stood on top
        old = np.column_stack([old, np.log(place)])
        new = np.column_stack([new, np.zeros(len(new))])
    y = part.clicked / (e[place - 1] if label == "clicks / e" else 1)
    model = ranker.Ranker(old.shape[1], hidden).fit(old, y, epochs=epochs)
    top = np.argsort(-model.logits(new).reshape(liking.shape), axis=1)[:, :10]
    return float(np.take_along_axis(liking, top, axis=1).mean())


print(f"{try_out(('user', 'pin'), 'clicks', False, until_day=42, hidden=32, epochs=5):.4f}")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# For the notebook: name the exercise, and what a good conclusion has (what was tried, what would change it).

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 17.7 — `choose` ({{points:17.7}})
#
# Return your choice. Change one thing at a time and conclude in two sentences in a cell of your own: what decided,
# and what did not matter. The lists are shown from day 42 on.
#
# *About 20 minutes.*
#
# {{hints:17.7}}


# %% tags=["exercise:17.7"]
def choose() -> dict:
    """Return the settings of a ranker for the feed.

    Returns:
        {"features": tuple of "user", "pin", "cross", "label": "clicks", "clicks / e" or "shuffled",
        "position": bool, "until_day": int, "hidden": int, "epochs": int}
    """
    ### SOLUTION


# %% tags=["check:17.7"]
check("17.7", choose)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 17.14 ↳ A candidate that asks
#
# *A branch of about 28 minutes. It gives target attention, what it is worth beside simpler readers of a history, and three more things that rankers read.*
#
# So far a user is a handful of counts. Her latest likes could tell more, but how does a ranker read fifty of them? A generator makes one vector of them
# before it knows any candidate. A ranker can **let the candidate ask**. How loud is each of five likes? (Numbers made up.)
#
# | who asks | chair | cake | sofa | pan | cake |
# |---|---|---|---|---|---|
# | nobody: a mean | 0.2 | 0.2 | 0.2 | 0.2 | 0.2 |
# | a lamp | 3 | 0 | 2 | 0 | 0 |
# | a recipe | 0 | 2 | 0 | 1 | 2 |
#
# DIN (Zhou et al., 2018) learns such weights. A small network reads each event, a vector $\mathbf h_j$, and the candidate $\mathbf c$:
#
# $$
# a_j = \mathbf w^\top \mathrm{ReLU}\big(\mathbf W\,[\,\mathbf h_j,\ \mathbf c,\ \mathbf h_j \odot \mathbf c,\ \mathbf h_j - \mathbf c\,] + \mathbf b\big), \qquad
# \text{heard}(\mathbf c) = \sum_j a_j\, \mathbf h_j
# $$
#
# There is **no softmax**: ten saved lamps are heard ten times as loud as one. What is heard joins the ranker's features, as it is and
# multiplied by $\mathbf c$. For a whole batch:
#
# | symbol | in code | shape |
# |---|---|---|
# | $\mathbf c$ | `candidates` | (B, C, d), C candidates for each of B users |
# | $\mathbf h_j$ | `history` | (B, L, d), L places for events; some are empty |
# | $\mathbf W, \mathbf b, \mathbf w$ | `W`, `b`, `w` | (H, 4d), (H,), (H,): H units of the small network |

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# In ninety minutes. Cover the last two rows of the table and ask: "she likes cakes and chairs; a lamp comes. What should it hear?" Usual slip: to take
# it for the attention of lesson 15. There events ask events, and the weights sum to 1; here the candidate asks, and they need not.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 17.8 — `ask_history` ({{points:17.8}})
#
# *By hand* ($d = H = 1$): events 1, 3, −1, and an empty place that holds a 5; candidates 2 and 0; $\mathbf W = (1, 0, 2, 1)$, $b = 0$, $w = 1$. For
# candidate 2 the weights are $1 + 2 \cdot 2 - 1 = 4$, $3 + 12 + 1 = 16$, and $-8$, so 0: heard is
# $4 \cdot 1 + 16 \cdot 3 = 52$. For candidate 0 they are 2, 6 and 0, and heard is 20.
#
# *About 12 minutes.*
#
# {{hints:17.8}}


# %% tags=["exercise:17.8"]
def ask_history(
    candidates: torch.Tensor,
    history: torch.Tensor,
    there: torch.Tensor,
    W: torch.Tensor,
    b: torch.Tensor,
    w: torch.Tensor,
) -> torch.Tensor:
    """Return what each candidate hears of its user's history.

    Args:
        candidates: (B, C, d), C candidates for each of B users.
        history: (B, L, d) events; what stands in empty places is any number.
        there: (B, L) bool, True where an event is.
        W, b, w: (H, 4d), (H,), (H,), of the small network that reads [h, c, h * c, h - c].

    Returns:
        (B, C, d) sums of the events, each times its weight; zeros where nothing has happened.
    """
    ### SOLUTION


# %% tags=["check:17.8"]
check("17.8", ask_history)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Does asking pay?
#
# Every ranker gets the counts, now renewed each morning (that alone lifts RCE by 1.8). Some also get the pin's picture as a vector, and the user's fifty latest likes: the
# picture, what she did with it, how long ago. They are read in one of four ways:
#
# * **its mean**: all fifty alike;
# * **weighed**: each event says by itself how loud it is, **whatever the candidate**;
# * **asked**: by the formula;
# * **asked; softmax**: the same, with weights that sum to 1.
#
# One rival has five columns that a person thought of: how like the candidate's picture are her likes, in the mean, in the last hour, at most? How many
# are there, and in the last hour?
#
# > **Claim** (DIN). A ranker whose candidate asks the history predicts better than the same ranker with the mean of the history.

# %% slideshow={"slide_type": "fragment"} tags=["predict:17.p10"]
predict("17.p10")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Ask 17.p10. Usual wrong answer: hardly any, the question is the whole idea. Then let the room find the row that was not learned.

# %% tags=["long", "answers:17.p10"] jupyter={"source_hidden": true}
read = results.load(
    "17_history", command="python -m solutions.experiments.lesson17.ranking_history"
)
found = read.values["PinWorld"]["all"]
names = {
    "columns": "counts", "vectors": "+ the picture", "mean": "+ history, its mean", "alone": "+ history, weighed",
    "softmax": "+ history, asked; softmax", "asks": "+ history, asked", "by hand": "counts + five by hand",
}  # fmt: skip
figure, ax = plt.subplots(figsize=(6.4, 3.2))
for place, arm in enumerate(names):
    runs, hand = found["rce"][arm], arm == "by hand"
    color = style.USER if hand else style.ITEM if "asked" in names[arm] else style.CONTEXT
    ax.plot(np.mean(runs), -place, "s" if hand else "o", color=color, markersize=8)
    ax.plot(runs, [-place] * 3, "|", color=style.INK, markersize=13)
    ax.annotate(
        f"{np.mean(runs):.1f}", (max(runs), -place), (8, 0), textcoords="offset points", va="center"
    )
ax.set_yticks([-k for k in range(len(names))], list(names.values()))
ax.set(xlabel="RCE on new days, in percent")
plt.show()

asks = metrics.Comparison.stored(found["leads"]["asks over mean"])
verdict(
    "A ranker whose candidate asks the history predicts better than the same ranker with the mean of the history.",
    asks,
    detail=f"RCE: {asks.gain('.1f')}",
)

# %% [markdown]
# *Figure 17.6. RCE on days 49 to 55: means of three worlds (marks) and each of them (strokes). Orange: the candidate asks. Square: five
# columns by hand.*
#
# Asking is ahead of the mean. Now look at the row *weighed*. Weights that **know no candidate** have 14.3 as well: one cannot tell the two apart.
# So what helped is that events have weights at all. Only for pins that nobody had been shown
# before does the question add something, 0.8. And the five columns, an idea instead of a training, are ahead of all these: 14.7.
#
# **Give the events of a history weights. And before a network learns to ask, write down what you would ask.**
#
# <details><summary>How this was measured</summary>
#
# Three worlds like "small", each with a training of its own. Days as in 17.1. Four settings for every ranker are chosen on days 42 to 48 of the first
# world, passes in each; vectors of 8 or 16 numbers. A history has no event of the candidate itself. Intervals are over 4,759 users:
#
# | one | over another | RCE | from | to |
# |---|---|---|---|---|
# | asked | the mean | 1.44 | 1.25 | 1.64 |
# | weighed | the mean | 1.35 | 1.17 | 1.54 |
# | asked | weighed | 0.09 | −0.03 | 0.21 |
# | … on pins that nobody had been shown | | 0.84 | 0.32 | 1.37 |
# | asked | asked; softmax | 0.11 | −0.04 | 0.26 |
# | five by hand | asked | 0.31 | 0.16 | 0.47 |
# | … in trees | five by hand | 0.42 | 0.30 | 0.54 |
# | asked, and five by hand | five by hand | 0.13 | 0.04 | 0.23 |
# | counts renewed each morning | counts until day 27 | 1.77 | 1.57 | 1.96 |
#
# *Weighed* is the formula with $\mathbf c = 0$. An age without an event, or an event without its age, was not tried. While this was built, test numbers of the first
# world were seen; asking over the mean is 1.2 there, and 1.4 and 1.7 in the two worlds that nobody had looked at. DIN learned from two billion rows: the
# 60,000 of a world may be too few for a network to find what a hand can write down.
#
# On MovieTweetings (was a film that somebody rated given 8 or more? 25,000 rows, one training) asking is behind weighing, by 0.47, from 0.07 to 0.87, and
# ahead of the mean, by 0.40, from 0.06 to 0.74; no ranker with a history is ahead of the plain counts there.
# A stored measurement: `python -m solutions.experiments.lesson17.ranking_history`.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What else a ranker may read
#
# **Ids.** Every pin and every user gets a learned vector of its own, beside what the picture says. In these rankers they *lose* 0.46 of RCE, from 0.34 to 0.57: they
# learn two weeks by heart.
#
# **A cross layer** (DCN-v2, Wang et al., 2021) multiplies features with each other, which a hidden layer has to find out: with $\mathbf x_0$ all that goes in,
#
# $$
# \mathbf x_{l+1} = \mathbf x_0 \odot (\mathbf W_l\, \mathbf x_l + \mathbf b_l) + \mathbf x_l .
# $$
#
# It adds 0.05, from −0.02 to 0.13: one cannot tell.
#
# **A generator's list.** The hundred pins that iALS finds for each of 1,000 people were shown to nobody in this log. Of its first ten 61 % are liked in its own
# order, 68 % as the counts order them, 69 % where the candidate asks; the best order has 94 %. But rankers promise 72 to 74 % of all hundred, where 61 % are liked: they
# learned from what had been chosen for people.
#
# <details><summary>How this was measured</summary>
#
# Days, settings and users are those of figure 17.6; ids and the cross layer join the ranker with the picture, without a history. While this was built, ids and the cross
# layer left the other rankers after test numbers of the first world were seen. The history's rows: 21 % show a pin that is among the user's
# fifty latest likes, and of these 83 % are liked, of others 64 %; so an event of the candidate itself was left out. The generator's list: one world, one
# training. A stored measurement: `python -m solutions.experiments.lesson17.ranking_history`.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ### A question more
#
# {{quiz:17.q7}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Slide, paper, code
#
# The lecture's picture *neural ranking at a large site* has no source on it. It fits **TransAct** (Xia et al., KDD 2023):
# Pinterest's ranker of the home feed predicts several actions of each candidate pin, from batch vectors of the user
# and, by a transformer, from her last 100 actions.
#
# | | says | means |
# |---|---|---|
# | **slide** | the ranker takes "100–1000 objects from the candidate" | from the candidate **generators**, several of them; duplicates and what was seen are removed first |
# | **slide**, TwHIN | RCE 21.23 → 21.48 | percent of the entropy of *their* test labels. Another share of ones is another scale: compare within a table |
# | **paper**, DIN | the weights are not made to sum to 1: their sum says how strong an interest is | the formula of 17.14 |
# | **code**, DIN's `attention` | `tf.nn.softmax(outputs)` | the released code does make them sum to 1; padding gets −2³² + 1 first, so in an empty history all of the padding is heard alike |
# | **code**, TransAct's `forward` | `random.randint(0, time_window_ms)` | recent actions are hidden from training by a window drawn once **per batch**, not per user |
# | **code**, TransAct's `_adjust_mask` | `mask[:, 0] = 0` | the first action of the sequence is never hidden, and in an empty history the padding is looked at |

# %% [markdown] slideshow={"slide_type": "skip"}
# **Read the released code** ([`transact.py`](https://github.com/pinterest/transformer_user_action), about 150 lines) and answer for
# yourself. (1) Which position holds the latest action, the first or the last? Which line tells you?
# (2) The output is concatenated with a maximum over `dim=1`. Are padded positions part of it? (3) There is no
# position embedding. What does the model know about the order of actions? (4) Where would you put the vector of
# PinnerFormer, and where iALS of 17.11?
#
# **Further reading.** He et al., *Practical Lessons from Predicting Clicks on Ads at Facebook*
# ([DOI 10.1145/2648584.2648589](https://doi.org/10.1145/2648584.2648589)): trees, calibration, sampling of zeros. Joachims,
# Swaminathan, Schnabel, *Unbiased Learning-to-Rank with Biased Feedback*
# ([arXiv 1608.04468](https://arxiv.org/abs/1608.04468)): propensities of positions. Saito et al.
# ([arXiv 1909.03601](https://arxiv.org/abs/1909.03601)): the loss of 17.6. Schnabel et al.
# ([arXiv 1602.05352](https://arxiv.org/abs/1602.05352)): recommendations as treatments. Xia et al., *TransAct*
# ([arXiv 2306.00248](https://arxiv.org/abs/2306.00248)): a ranker in use. Zhou et al., *Deep Interest Network*
# ([arXiv 1706.06978](https://arxiv.org/abs/1706.06978)): the candidate asks.
