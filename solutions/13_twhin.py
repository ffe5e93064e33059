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
# # 13 · TwHIN and users of many interests
#
# > **You keep one vector for a person, and it finds too little. Should it read more kinds of edges, should the person get more vectors, or do you need both?**
#
# Perhaps the vector has read too little. People click few ads, but they save and open pins all day. So **TwHIN**, the *Twitter heterogeneous information network* of 2022,
# trains each vector on all kinds of edges. Or perhaps one vector is too few for somebody who saves gardens *and* boats. So Pinterest gave each person several in 2020.
#
# **You will** turn tables into one graph, find three bugs in a company's training code, and try each cure alone, then both on one patient.
#
# **Time** {{minutes}} minutes with all branches · **Points** {{points}} · **Before** lessons 11 and 12; 09 helps ·
# **Runs on** any CPU
#
# **In an hour:** 13.1 to 13.5, with exercises 13.1 and 13.2. **Branches**, marked ↳, stand after the quiz.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# As a lecture of fifty minutes: 13.1 to 13.5. In 13.2 put the port on the screen and let the room search for its three bugs. Take two
# votes, each before its figure: "which list of ads survives?" in 13.3, and "one vector or several?" in 13.4. The moment to stop is the second figure of 13.4: a picture in the plane that convinces everybody, and a measurement beside it. Then 13.5, where both cures meet. The
# branches are for questions; the drift of 13.9 takes seven minutes.

# %% tags=["setup"] jupyter={"source_hidden": true}
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from IPython.display import display

from graphrec_utils import metrics, pinworld, results, style
from graphrec_utils.data import Interactions
from graphrec_utils.exercises import check, predict, remember
from graphrec_utils.models import baselines, twhin
from graphrec_utils.plots import visuals
from graphrec_utils.results import regimes, verdict

style.use()
STUDY = "python -m solutions.experiments.lesson13.twhin_study"

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Before you begin
#
# Three questions from earlier lessons, from memory.

# %% slideshow={"slide_type": "fragment"}
remember("13")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 13.1 Tables become a graph
#
# A company has a table of clicks (user, ad) and one of what ads show (ad, pin). Ids count from 0 within each type, so user 1 and ad 1 have the same number. A graph needs
# **one id space**: first all users, then all pins, then all ads. Each row of a table becomes a fact (head, relation, tail), and the relation is the number of its table.
#
# By hand:
#
# | in the tables | in the graph |
# |---|---|
# | users 0 to 2 · pins 0 to 3 · ads 0 and 1 | 0 to 2 · 3 to 6 · 7 and 8 |
# | *user 2 clicked ad 1*, in table 0, twice | (2, 0, 8), once |
# | *ad 1 shows pin 0*, in table 1 | (8, 1, 3) |
# | *user 2 hid ad 1*, in table 2 | (2, 2, 8), another fact |

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 13.1 — `typed_edges` ({{points:13.1}})
#
# Write what the table above does, for any tables.
#
# *About 8 minutes. Stuck? Hints are free.*
#
# {{hints:13.1}}


# %% tags=["exercise:13.1"]
def typed_edges(tables: list[tuple[str, str, np.ndarray]], sizes: dict[str, int]) -> np.ndarray:
    """Return all edges as facts with one id space.

    Args:
        tables: for relation 0, 1, …: source type, target type, and (E, 2) int64 pairs of ids that count
            from 0 within their type.
        sizes: type -> how many nodes; types follow each other in this order.

    Returns:
        (F, 3) int64 facts head, relation, tail, each once, in any order.
    """
    ### SOLUTION


# %% tags=["check:13.1"]
check("13.1", typed_edges)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Here is a network small enough to see whole. Ann has never
# clicked an ad. Which relations take her to one?

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
small = twhin.typed_edges(  # your function, for names
    {
        ("user", "clicked", "ad"): [("Bob", "ad: tea"), ("Eve", "ad: kayak"), ("Bob", "ad: cups")],
        ("user", "saved", "pin"): [("Ann", "teapot"), ("Bob", "teapot"), ("Ann", "scones"), ("Eve", "lake")],
        ("user", "follows", "maker"): [("Ann", "Cem"), ("Eve", "Cem")],
        ("maker", "made", "pin"): [("Cem", "scones"), ("Cem", "lake")],
    },
    {"user": ["Ann", "Bob", "Eve"], "pin": ["teapot", "scones", "lake"],
     "ad": ["ad: tea", "ad: cups", "ad: kayak"], "maker": ["Cem"]},
)  # fmt: skip
visuals.typed_graph(small, goal="ad")

# %% [markdown]
# *Figure 13.1. Look for Ann's ways to an ad. Each ring is one edge farther from her.*
#
# By clicks alone Ann reaches nobody. By saves she reaches Bob, who clicked tea and cups, and by follows she reaches Eve, who clicked the kayak.
#
# **PinWorld** has such tables, too. A *closeup* opens a pin, a *long click* follows its
# link and stays there, and a *checkout* buys. An ad is a pin that an advertiser *promotes*, so people can also save it. PinWorld has nine relations; below are the six that 13.3 reads. Compare the first two.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 0 to 8. Figure 13.1: press "clicked alone" and ask how far Ann gets: nowhere. Let the room name a relation that
# brings her an ad, and switch that one on. Then All relations: which ads are three edges away, and by which road?

# %% jupyter={"source_hidden": true}
ENGAGEMENT = ("save", "long_click", "closeup", "checkout")
NINE = (
    "ad_click",
    "save",
    "long_click",
    "closeup",
    "checkout",
    "follows",
    "searched",
    "made",
    "promotes",
)
world = pinworld.load("small")
facts, first = world.to_triples(pinworld.TRAIN_END, NINE)
ends = {
    name: (facts.heads[facts.rels == r], facts.tails[facts.rels == r])
    for r, name in enumerate(NINE)
}
pd.DataFrame({
    "edges": {name: len(h) for name, (h, _) in ends.items()},
    "sources": {name: len(np.unique(h)) for name, (h, _) in ends.items()},
    "targets": {name: len(np.unique(t)) for name, (_, t) in ends.items()},
}).loc[["ad_click", *ENGAGEMENT, "promotes"]]  # fmt: skip

# %% [markdown]
# There are eighteen saves for each click on an ad, and only 1,026 of 2,500 people ever clicked one. Clicks tell nothing about the rest.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 13.2 One score, and what is false
#
# TwHIN learns to tell true edges from false ones. Each node and each relation has a vector $\boldsymbol\theta$, and an edge from source $s$ by relation $r$ to target $t$ has the score $f$. All scores of a batch make the loss $\mathcal L$:
#
# $$ f(s, r, t) = (\boldsymbol\theta_s + \boldsymbol\theta_r)^\top \boldsymbol\theta_t , \qquad
# \mathcal L = - \frac1{|\mathcal E|} \sum_{\mathcal E} \log \sigma(f) - \frac1{|\mathcal N|} \sum_{\mathcal N} \log \sigma(-f) . $$
#
# The true edges $\mathcal E$ are those of the batch. As in lesson 10, the false ones $\mathcal N$ join the source of one edge to the target of
# another. Both edges must be of **one relation**, so that the target has the right type.
#
# By hand: the clicks (Bob, tea) and (Eve, kayak) make the false edges (Bob, kayak) and (Eve, tea). If the true ones
# score 2 and the false ones −2, the loss is 0.13 + 0.13, for $-\log \sigma(2) = 0.13$. If all four score 2, it is 0.13 + 2.13, for $-\log \sigma(-2) = 2.13$.
#
# Twitter released its training code with three bugs. Would the usual tests have found them?
#
# <details><summary>The same in code</summary>
#
# | symbol | in code | shape, or how many |
# |---|---|---|
# | $\boldsymbol\theta_s, \boldsymbol\theta_t$ | `source`, `target` | `(B, d)`, rows of the one table |
# | $\boldsymbol\theta_r$ | `rel_emb[rels]` | `(B, d)` |
# | $\mathcal E$ | the edges of the batch | B |
# | $\mathcal N$ | the false ones | all pairs i ≠ j of one relation |
#
# </details>

# %% slideshow={"slide_type": "subslide"} tags=["predict:13.p1"]
predict("13.p1")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 8 to 18. Vote on 13.p1 before anybody has read the code. Usual wrong answer: one, a loss with wrong labels cannot fall.
# Then put the port of exercise 13.2 on the screen, from the notebook, and let pairs search for three minutes.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 13.2 — `twhin_loss`: find three bugs ({{points:13.2}})
#
# Below stands Twitter's forward pass and loss in plain torch, with **the three bugs**. First run the cells down to the table and see which
# rows the code passes. Then repair it by the formula above.
#
# *About 18 minutes.*
#
# {{hints:13.2}}


# %% tags=["exercise:13.2"]
def twhin_loss(
    source: torch.Tensor, target: torch.Tensor, rel_emb: torch.Tensor, rels: torch.Tensor
) -> torch.Tensor:
    """Return the loss of a batch of edges: mean over the edges plus mean over the false ones.

    Args:
        source, target: (B, d) vectors of both ends.
        rel_emb: (num_relations, d).
        rels: (B,) int64, the relation of each edge; one that is alone in its relation has no false edges.

    Returns:
        () a number; gradients reach all three.
    """
    ### SOLUTION
    ### GIVEN
    # moved = target + rel_emb.detach()[rels]
    # positive = (source * moved).sum(dim=1)
    # negatives = []
    # for r in rels.unique():
    #     own = rels == r
    #     logits = source[own] @ target[own].T
    #     negatives.append(logits[~torch.eye(len(logits), dtype=torch.bool)])
    # negative = torch.cat(negatives)
    # logits = torch.cat([positive, negative])
    # labels = torch.ones_like(logits)
    # weights = torch.cat([torch.full_like(x, 1 / max(1, len(x))) for x in (positive, negative)])
    # return F.binary_cross_entropy_with_logits(logits, labels, weights, reduction="sum")


# %% tags=["check:13.2"]
check("13.2", twhin_loss)


# %% tags=["answers:13.p1"] jupyter={"source_hidden": true}
def falls(loss, steps=60):
    """Train sixty steps on random edges; return losses, and the three tables before and after."""
    g = torch.Generator().manual_seed(0)
    tables = [torch.randn(n, 8, generator=g) for n in (40, 40, 2)]
    start = [x.clone() for x in tables]
    s, r = torch.arange(40), torch.arange(40) % 2
    optimizer = torch.optim.Adagrad([x.requires_grad_() for x in tables], lr=0.1)
    seen = []
    for _ in range(steps):
        value = loss(tables[0][s], tables[1][s], tables[2], r)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        seen.append(value.item())
    return seen, start, [x.detach() for x in tables]


def suite(loss):
    """Return whether a loss passes each of three tests."""
    seen = falls(loss)[0]
    return np.ndim(seen[0]) == 0, bool(np.isfinite(seen).all()), seen[-1] < seen[0]


rows = {}
for name, loss in {"yours": twhin_loss, "the library's": twhin.loss}.items():
    _, start, (S, T, R) = falls(loss)
    logits = (S + R[torch.arange(40) % 2]) @ T.T
    false = (torch.arange(40)[:, None] - torch.arange(40)) % 2 == 0  # of the same relation
    false = logits[false & ~torch.eye(40, dtype=torch.bool)]
    rows[name] = dict(zip(("a number", "finite", "falls"), suite(loss), strict=True)) | {
        "true edges said likely": f"{(logits.diagonal() > 0).float().mean():.0%}",
        "false ones said likely": f"{(false > 0).float().mean():.0%}",
        "relations moved by": f"{(R - start[2]).norm():.1f}",
    }  # fmt: skip
pd.DataFrame(rows)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The first three rows are the usual tests. They said yes before your repair, too, because a loss falls whatever its labels are. The other rows ask what was *learned*, and they showed two of the bugs: nearly all false edges were called likely,
# and the relation vectors had not moved.
#
# <details><summary>The three, and where they stand in Twitter's code</summary>
#
# In `projects/twhin/models/models.py` of the repository twitter/the-algorithm-ml. The labels of the
# negatives are built with `torch.ones`. The relations are read through `.data`, so they never learn. And the relation (`trans_embs`) is added to the
# target, and for true edges only: so a source can lower the loss by turning towards $r$, whatever its targets are. (We know the released file, not what ran in production.)
#
# </details>
#
# The third bug shows in no row. The code adds the relation to the target instead of the source. What does that do to a list?

# %% slideshow={"slide_type": "fragment"} tags=["predict:13.p2", "told"]
predict("13.p2")

# %% [markdown] slideshow={"slide_type": "skip"}
# Multiply it out: $s \cdot (t + r) = s \cdot t + s \cdot r$. For one user $s \cdot r$ is the same for every target, so no order changes.
#
# The right formula gives $(s + r) \cdot t = s \cdot t + r \cdot t$. It looks like TransE, but in a product a relation gives each target a **bonus**, the same for every source.
#
# **A loss may fall while it learns the wrong thing. Test what it is for.**

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Ask who passes the first three rows with the port as it was: everybody. Ask which of these rows a code review would have asked for. The first three say yes to the port with all of its bugs: a
# suite about shapes says nothing about meaning. Then 13.p2. Usual wrong answer: another order. Write s · t + s · r on the board.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 13.3 First cure: more kinds of edges
#
# How few clicks do you need to find the ads that people click next week? We take clicks away and leave all other edges.
# If a model of all edges still finds more than the models of clicks alone, the other edges gave it that.
#
# | models | what they read |
# |---|---|
# | the most clicked ads, iALS, and a TwHIN of clicks alone | the clicks on ads |
# | **TwHIN** | the six relations of 13.1, each with its $\boldsymbol\theta_r$ |
# | iALS and RP3β (lessons 02 and 04), same graph | the same edges between users and pins, all as one relation |
#
# > **Claim** (the lecture on Twitter's ads, in substance). With a tenth of the clicks left, TwHIN finds more ads than every model of the clicks alone.
#
# > **Claim** (ours). It finds more than iALS on the same graph, too.

# %% slideshow={"slide_type": "fragment"} tags=["predict:13.p9"]
predict("13.p9")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 18 to 28. Vote on 13.p9 before the figure. Usual wrong answer: TwHIN, it was made for this. Then the figure from left to right: where
# are the lines of the clicks alone? And only then ask which of the three upper lines is TwHIN, and where it leaves the two others.

# %% tags=["long", "experiment", "answers:13.p9"] jupyter={"source_hidden": true}
rare = regimes.regimes()["rarity"]["sets"]["ads of PinWorld"]
EVERYTHING = ("iALS, same graph", "RP3β, same graph", "TwHIN")
CLICKS = ("TwHIN, target alone", "iALS", "popularity")
figure, ax = plt.subplots(figsize=(6.0, 3.0), dpi=90)
for name in (*EVERYTHING, *CLICKS):
    look = style.METHOD[name.split(",")[0]] | ({} if name in EVERYTHING else style.VARIANT)
    means = [row["mean"] for row in rare["methods"][name]]
    ax.plot(rare["levels"], means, **look, label=name.replace("target", "clicks"))
ax.set(
    xscale="log",
    xlim=(130, 0.8),
    ylim=(0, None),
    xlabel="clicks on ads that are left, %",
    ylabel="NDCG@10",
)
ax.set_xticks(rare["levels"], rare["levels"])
ax.minorticks_off()
figure.legend(loc="outside right upper", fontsize=9, title="several relations: solid")
plt.show()

# %% [markdown]
# *Figure 13.2. Compare the highest solid line at 1 % with the highest dashed one at 100 %: how many clicks are other edges worth? The height is NDCG@10 of next week's ads.*


# %% tags=["long", "experiment", "answers:13.p9"] jupyter={"source_hidden": true}
TENTH = rare["levels"].index(10)
leads = {}  # of TwHIN, over people and worlds
for name, band in rare["leads"]["TwHIN"][TENTH].items():
    gap, ends, users = band["mean"], (band["low"], band["high"]), band["users"]
    leads[name] = metrics.Comparison(gap, 0.0, gap, float("nan"), *ends, 0.0, users)
nearest = min((*CLICKS, "RP3β", "item2item"), key=lambda name: leads[name].low)
for claim, name in (
    ("With a tenth of the clicks left, TwHIN finds more ads than every model of the clicks alone.", nearest),
    ("With a tenth of the clicks left, TwHIN finds more ads than iALS on the same graph.", "iALS, same graph"),
):  # fmt: skip
    display(
        verdict(claim, leads[name], detail=f"NDCG@10, TwHIN over {name}: {leads[name].gain('.3f')}")
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# **How few, then?** Very few, if other edges are there. With one click in a hundred left, iALS on the graph finds 0.156. By the means that is more than the 0.109 of the best model of clicks alone, which has all the clicks.
#
# **What takes the place of the clicks?** Saves do, at least in the last step: at one percent some 25 clicks are left (these graphs are a week longer than 13.1's) beside some 200 saves of ads, and nothing else leads from people to ads. They make roads like Ann's to Bob in Figure 13.1: you and somebody saved the same pin, and that person *saved* the ad.
#
# **The graph, or the vector for each relation?** The graph alone was enough for iALS, whose mean is the highest at every share. A relation vector gives an ad the same bonus for everybody (13.2), so it
# cannot say whom the ad suits. What these vectors add to TwHIN, and why its line falls farthest, we cannot tell: iALS has another loss, too.
#
# **Before you praise a model of many relations, give its rivals the same graph.**
#
# <details><summary>How this was measured</summary>
#
# To see what the relation vectors add to TwHIN, train it without them; we did not. Three worlds, 749 people who click an ad in days 49 to 55 that they had not clicked before; the same people at every share, and the pairs of a smaller share are among those of a larger one. Graphs end on day 48; this is a week more than in 13.1. Settings were chosen on days 42 to 48, anew for each share: twelve each, seven for item2item. All vectors have 32 numbers, and all who have some may add $w \log(1 + \text{clicks of the ad})$: most false edges come from the batch, where an ad stands as often as it is clicked, so popularity is missing (lesson 11). TwHIN had 30,000 groups of edges in all, three of each other relation on one of the clicks (one at 3 %), and 10 to 30 more false ends a group, drawn from all pins. Intervals of 95 % are of differences, person by person, over people and worlds; the first card takes the rival of the clicks alone that is nearest. TwHIN over the best of the clicks alone: +0.118, from +0.091 to +0.145, with all clicks; +0.131, from +0.111 to +0.152, at 30 %; +0.073, from +0.025 to +0.121, at 3; not surely, +0.028, from −0.006 to +0.062, at 1. Over iALS on the same graph: −0.008, from −0.026 to +0.011, with all; −0.033, from −0.045 to −0.020, at 30 %; −0.049, from −0.100 to +0.002, at 3; −0.085, from −0.134 to −0.035, at 1. iALS on the same graph is surely ahead of every model of the clicks alone at each share, of the nearest at 1 % by +0.113, from +0.094 to +0.131. No ad of these worlds has a closeup, a long click or a checkout; in each there are 181 to 246 saves of ads beside 2,006 to 2,353 clicks, of which 237 to 248 are left at ten percent and 23 to 29 at one. So at one percent hardly an edge but a save leads from a user to an ad. iALS over RP3β on the same graph cannot be told at 1 % (+0.006, from −0.007 to +0.018). From share to share (0.156, 0.109) no interval was kept. EASE is left out: there are more things than users. Also measured: RP3β and item2item on the clicks alone, at most 0.070; TransE on TwHIN's six relations, behind iALS on the same graph at 30 and 10 %, else not surely. TwHIN over TransE: +0.005, from −0.012 to +0.023, at 3 %; −0.061, from −0.077 to −0.045, at 1. TwHIN shows a click 45, 130, 400, 3,500 and 3,800 times, for a fixed share of its training is clicks; TransE 30, 10, 10, 30 and 30. A guess: TwHIN learns the last 25 clicks by heart. For it: TransE is ahead at 1 %. Against it: at 3 % TwHIN is not behind TransE. Vary that share before you believe it. Command: `python -m solutions.experiments.lesson18.regimes rarity`.
#
# | clicks left, % | 100 | 30 | 10 | 3 | 1 |
# |---|---|---|---|---|---|
# | TwHIN | 0.227 | 0.197 | 0.177 | 0.128 | 0.072 |
# | TransE | 0.226 | 0.209 | 0.148 | 0.122 | 0.133 |
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 13.4 Second cure: more vectors
#
# The second sickness is many topics: Bob's one vector has to be near to gardens and to boats. To **ask** with a vector is to search for the items whose products with it are largest.

# %% slideshow={"slide_type": "fragment"} tags=["predict:13.p5"]
predict("13.p5")

# %% slideshow={"slide_type": "fragment"} tags=["widget", "answers:13.p5"]
visuals.mixture_map()

# %% [markdown]
# *Figure 13.3. Which items does the mean of what Bob likes find, and which do two centers find? A product favors what lies far out, so each item has a third number, not drawn, that lets the nearest win. In the interactive version pull the star: where do all eight items fit?*

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 28 to 36. Ask 13.p5 before the figure. Usual wrong answer: the most typical gardens and boats. Figure 13.3: Bob, The
# mean, then Several centers. Then Ann with one, two, three centers: what did she gain? Eve last.

# %% [markdown] slideshow={"slide_type": "subslide"}
# The mean finds neither gardens nor boats, because it lies between them. Two centers find both. Two companies ask with several vectors:
#
# * Twitter's **mixture** (2022) sorts all items into groups (k-means, lesson 10). Bob asks with the centers of the groups that hold most of his likes, and each center gets the share of his list that its group has of his likes.
# * Pinterest's **PinnerSage** (2020) sorts Bob's own pins into groups. He asks with the middle pin of each, its *medoid*.
#
# The figure is a plane, and our vectors have 32 numbers. If a mean lies among other things there, too, one vector falls behind several as topics are added. So we make PinWorlds where everybody has one topic, two, up to six,
# and iALS learns all vectors from saves. Somebody who was not trained gets a vector of her own afterwards, solved from her pins (**fold-in**, lesson 02).
#
# > **Claim** (PinnerSage and mixtures, in substance). People of three topics and more are served better by several vectors than
# > by one.

# %% slideshow={"slide_type": "fragment"} tags=["predict:13.p10"]
predict("13.p10")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 36 to 43, the moment to stop. Vote on 13.p10 before the figure: "one vector or several?" Usual wrong answer: several, as the picture of 13.4 has
# convinced everybody. Then the left panel: which lines are orange? Then the right one. Ask what the plane of 13.4 had that 32 numbers do not have.

# %% tags=["long", "experiment", "answers:13.p10"] jupyter={"source_hidden": true}
topics = regimes.regimes()["interests"]["sets"]
ONE = {"mean of vectors, the latest more": "mean that forgets", "mean of vectors": "mean", "iALS": "her own vector"}  # fmt: skip
SEVERAL = {"PinnerSage, 3": "three medoids", "PinnerSage, 5": "five medoids", "mixture of centroids": "mixture"}  # fmt: skip
DRAWN = {x: name for x, name in (SEVERAL | ONE).items() if name not in ("three medoids", "mean")}
marks = dict(zip(DRAWN, "PDo^", strict=True))
figure, axes = plt.subplots(1, 2, figsize=(6.6, 2.9), dpi=90, sharey=True)
for ax, (part, title) in zip(
    axes, zip(topics.values(), ("trained", "not trained"), strict=True), strict=True
):
    own = np.array([row["mean"] for row in part["methods"]["iALS"]])
    for name, label in DRAWN.items():
        line, color = ("-", style.ITEM) if name in SEVERAL else ("--", style.USER)
        more = np.array([row["mean"] for row in part["methods"][name]]) - own
        ax.plot(part["levels"], more, line, color=color, marker=marks[name], label=label)
    ax.set(xlabel="topics of everybody", title=f"people who were {title}")
axes[0].set_ylabel("NDCG@20, less or more\nthan her own vector")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=9)
plt.show()

# %% [markdown]
# *Figure 13.4. If one vector is too few, some orange line must rise above all blue ones with more topics: does any? Orange asks with several vectors, blue with her own or with a mean that forgets, in which late pins count most. The height is the lead over her own vector, in NDCG@20 of next week's new saves.*

# %% tags=["long", "experiment", "answers:13.p10"] jupyter={"source_hidden": true}
cases = {}
for who, part in zip(("trained", "not trained"), topics.values(), strict=True):
    for row in part["first"]:
        best, bands = row["first"], row["behind"] | row["level with"]
        rivals, sign = (ONE, 1) if best in SEVERAL else (SEVERAL, -1)
        if row["level"] >= 3 and best != "RP3β":  # bands are stored against the first only
            x = min(rivals.keys() & bands.keys(), key=lambda name: bands[name]["mean"])
            low, high = sorted(sign * bands[x][end] for end in ("low", "high"))
            gap, users = sign * bands[x]["mean"], bands[x]["users"]
            several, one = (best, x) if sign > 0 else (x, best)
            lead = metrics.Comparison(gap, 0.0, gap, float("nan"), low, high, 0.0, users)
            cases[f"{row['level']} topics, {who}, {SEVERAL[several]} over {ONE[one]}"] = lead
where = min(cases, key=lambda name: cases[name].high)
verdict(
    "People of three topics and more are served better by several vectors than by one.",
    metrics.weakest(cases.values()),
    detail=f"NDCG@20 where it fails most surely, people of {where}: {cases[where].gain('.3f')}",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# **No orange line is surely above all blue ones.** Was the picture wrong? Not in a plane: there the mean of two topics lies among other things. Put gardens at
# $(1, 0)$ and boats at $(0, 1)$. Their mean $(0.5, 0.5)$ has the product 0.5 with both, but 0.7 with a thing at $(0.7, 0.7)$, which is found first. In 32 numbers each of
# PinWorld's 24 topics may have a direction of its own. Then the mean has the product 0.5 with gardens and boats and 0 with all others, so one vector can ask for both. (With more topics than numbers they would have to share; we did not try.)
#
# On the right medoids fall far behind. There half of the people are not trained, so perhaps each pin's vector is noisier. A medoid is one such vector, while a mean averages the noise out.
#
# **Before you give somebody five vectors, see what one good vector finds.**
#
# <details><summary>How this was measured</summary>
#
# The mixture is that of kNN-Embed. A medoid has the least sum of squared distances to the others of its group, and groups with late saves get more places in the list. For the guess on medoids: a pin's vector rests on fewer saves where half of the people are left out; and with four kinds of edges medoids fall little, or not at all (13.5). Three worlds for each number of topics, about 1,200 people; the same pins for all, vectors of 32 numbers; saves of the last week, from graphs until the day before. Settings were chosen on the week before that, anew for each way and number: twelve each, with the knobs of its own iALS, and products or cosines. *Not trained*: half of the people, then the other half; a vector of their own is folded in. Some knobs stand at an end: $\alpha_0 = 1$ for the mean at 1, 3, 5 and 6 topics and for iALS at one. Intervals of 95 % are of differences, person by person, over people and worlds, and kept for the first at each number only. The card's places: from three topics on, the six of eight where these two were compared. It shows newcomers with four topics, where one vector is most surely ahead; at the other five neither is surely ahead.
#
# At six topics medoids lie high on the left, but so does the mean that forgets: what helps may be forgetting, which medoids do, too.
#
# | six topics, trained: the mean that forgets over | | from | to |
# |---|---|---|---|
# | three medoids | +0.003 | −0.004 | +0.010 |
# | five medoids | +0.006 | +0.000 | +0.012 |
# | her own vector | +0.010 | +0.003 | +0.016 |
# | the mixture | +0.015 | +0.008 | +0.022 |
# | the mean | +0.015 | +0.007 | +0.024 |
#
# Also asked, and compared by the card, but not drawn:
#
# | NDCG@20, by topics | 1 | 2 | 3 | 4 | 5 | 6 |
# |---|---|---|---|---|---|---|
# | three medoids, trained | 0.161 | 0.127 | 0.111 | 0.095 | 0.089 | 0.085 |
# | the mean, trained | 0.163 | 0.130 | 0.111 | 0.097 | 0.084 | 0.072 |
# | (her own), trained | 0.166 | 0.139 | 0.112 | 0.099 | 0.091 | 0.078 |
# | three medoids, not trained | 0.152 | 0.102 | 0.077 | 0.060 | 0.049 | 0.046 |
# | the mean, not trained | 0.153 | 0.121 | 0.104 | 0.090 | 0.075 | 0.068 |
# | (her own), not trained | 0.154 | 0.126 | 0.107 | 0.094 | 0.082 | 0.072 |
#
# The mean that forgets is surely ahead of the other mean with three, four and six topics (with four by 0.0037, from 0.0005 to 0.0069), of the own vector only with six; where it is not first no interval was kept. The own vector finds less with each topic: 0.17 with one, 0.08 with six. Newcomers with three topics: five medoids 0.075, a mean that forgets 0.107. Not drawn: RP3β, which has no vector and lies near the own vector (from −0.005 to +0.004; first among trained people with two topics and newcomers with one, two, five and six: not compared);
# one medoid, behind three nearly everywhere; recent popularity (seven settings), at most 0.035. Command: `python -m solutions.experiments.lesson18.regimes interests`.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 13.5 Both cures, one patient
#
# Does a vector that reads more edges still need company? We ask it of **newcomers**, who were not in the graph, like the people on the right of Figure 13.4.
# In lists of 100, with more room to share out, several vectors had already helped them (branch 13.7); new is what both cures do together. We count what share of a newcomer's saves of next week is in her list (recall@100).
#
# | in TwHIN and in iALS | without the cure | with it |
# |---|---|---|
# | the model reads | saves alone | **four kinds of edges**: saves, long clicks, closeups, checkouts |
# | she asks with | **one vector**: her own by fold-in (iALS), a mean of her pins (TwHIN, which has none of hers) | the **five** centers of a mixture |
#
# > **Claim** (ours). Five vectors of four kinds of edges find more than either cure alone.

# %% slideshow={"slide_type": "fragment"} tags=["predict:13.p11"]
predict("13.p11")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 43 to 48. Vote on 13.p11 before the figure. Usual wrong answer: edges alone, as 13.4 has shown what one good vector finds. Then the figure: go up from blue
# to orange, then from left to right, and add the two steps. Does the upper right point lie where the sum does? Then across: which
# stands higher, iALS with neither cure or TwHIN with one?

# %% tags=["long", "experiment", "answers:13.p11"] jupyter={"source_hidden": true}
cures = results.load("13_cures", command="python -m solutions.experiments.lesson13.both_cures")
figure, ax = plt.subplots(figsize=(5.2, 2.5), dpi=90)
over = {}  # of both cures, either one alone
for k, model in enumerate(("TwHIN", "iALS")):
    part = cures.values[model]
    for vectors, look in {"five": ("s-", style.ITEM, 6), "one": ("o--", style.USER, -13)}.items():
        found = [r["recall@100"] for r in part["rows"] if r["chosen"] and r["vectors"] == vectors]
        at = (3 * k, 3 * k + 1.4)
        ax.plot(at, found, look[0], color=look[1], label=f"{vectors}" if k else None)
        for x, y in zip(at, found, strict=True):
            ax.annotate(f"{y:.3f}", (x, y), (0, look[2]), textcoords="offset points", ha="center")
    for cure, name in (("all, one", "more edges"), ("saves, five", "more vectors")):
        lead = metrics.Comparison.stored(part["leads"][f"all, five over {cure}"])
        over[f"{model}, both over {name} alone"] = lead
stranger = results.load("13_untrained").values["models"]
found = next(row["recall@100"] for row in stranger if row["model"] == "RP3β")
ax.plot(5.8, found, **style.METHOD["RP3β"] | {"linestyle": "none"})
ax.annotate(f"{found:.3f}", (5.8, found), (0, -13), textcoords="offset points", ha="center")
ax.set(xlim=(-0.7, 6.4), ylim=(0.22, 0.34), ylabel="recall@100")
ends = ("TwHIN,\nsaves", "four\nkinds", "iALS,\nsaves", "four\nkinds", "RP3β,\nsaves")
ax.set_xticks((0, 1.4, 3, 4.4, 5.8), ends)
ax.legend(title="vectors", fontsize=9, loc="lower center")
plt.show()
least = min(over, key=lambda name: over[name].gap)
verdict(
    "Five vectors of four kinds of edges find more than either cure alone.",
    metrics.weakest(over.values()),
    detail=f"recall@100, {least} {over[least].gain()}; the other three by more",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# *Figure 13.5. If one cure did the other's work, the two lines of a model would meet on the right: do they? The height is recall@100 of newcomers' saves of next week, from 0.22 on. The star is RP3β, which has no vectors.*
#
# **Do you need both?** With TwHIN yes: more edges add 0.04 to one vector of saves, five centers add 0.04, and both together add 0.06. With iALS both are ahead of either cure, too, but by so little that another week might not show it.
# Perhaps edges tell what she likes, and five vectors keep her largest topic from taking all places.
#
# **And if you can have one?** In neither model is one cure surely ahead of the other. So look across the figure: by the means iALS with neither cure finds more
# than TwHIN with either, and RP3β more than TwHIN with neither. (That may be chance, and iALS had more settings to choose from than TwHIN.)
#
# **Try both cures together before you choose one: neither did all of the other's work.**
#
# <details><summary>How this was measured</summary>
#
# Lists have 100 places, for there is more to share out than in 20: with 20 several vectors had not surely helped these people (13.7). A ranker sorts such a list anew, so its order does not count. What is read is the same in training and of her. Half of PinWorld's users leave the graph, then the other half: 882 people with ten saves before, saves of days 49 to 55, vectors of 32 numbers, three seeds. With four kinds a pair is there for iALS if any of them has it; TwHIN has a $\boldsymbol\theta_r$ for each. The newcomer is known by
# her latest 100 pins; past saves leave every list, pins that she only opened do not. One and five vectors have 60 settings each for each graph with iALS, 16 with TwHIN, shared out
# among their ways and chosen by recall@100 on days 42 to 48, with newcomers taken out there, too. (A first search of iALS in narrower ranges, with winners at their ends, had been asked on test before the ranges grew.) The five are the mixture's centers everywhere, the one is the mean that forgets with TwHIN, her own vector with iALS. In 13.7 five centers of TwHIN's vectors found 0.035 more than the mean that forgets, in lists of 100. Intervals of 95 % are over users. Both cures over more edges alone, iALS: +0.0096, from +0.0005 to +0.0186. Both over neither: +0.063 with TwHIN, +0.029 with iALS. iALS, four kinds over saves, one vector: +0.019, from +0.004 to +0.034; over
# the mean that forgets +0.015, from −0.001 to +0.031. Five over one, saves alone: +0.013, from +0.002 to +0.023; over the mean that forgets +0.009, from −0.003 to +0.020. TwHIN: +0.039, from +0.023 to +0.056, and +0.036, from +0.021 to +0.051. Five vectors over more edges:
# −0.006, from −0.022 to +0.009, and with TwHIN −0.003, from −0.023 to +0.016. What five add with four kinds,
# less what they add with saves: −0.003, from −0.016 to +0.010, and −0.012, from −0.029 to +0.005. Both cures are surely ahead of all single vectors of their model, with either graph. At an end of their values: $\lambda$ = 0.0003 of the own vector with four kinds, and knobs of the medoids of TwHIN with saves and of iALS with four kinds. Not tried: other worlds, other lengths, the four kinds in training alone, RP3β with four kinds. Its 0.270, of saves alone, is 13.7's: the same people and weeks, settings chosen for trained people in lists of 20 (with such settings iALS had 0.275 there). Between models no interval was kept. By the means five medoids find less than one vector in three of the four cases.
# Command: `python -m solutions.experiments.lesson13.both_cures`.
#
# | recall@100 | her own | mean | mean that forgets | five centers | five medoids |
# |---|---|---|---|---|---|
# | TwHIN, saves | | 0.235 | 0.241 | 0.277 | 0.221 |
# | four kinds | | 0.253 | 0.281 | 0.304 | 0.297 |
# | iALS, saves | 0.292 | 0.295 | 0.296 | 0.305 | 0.246 |
# | four kinds | 0.311 | 0.304 | 0.305 | 0.321 | 0.297 |
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What they are for
#
# > **What they are for.** TwHIN gives every node one vector that has read many kinds of edges; Twitter also gave it to rankers of ads (17.11). Several vectors fill long lists for newcomers.
# >
# > **Where they won.** With a tenth of the clicks left TwHIN finds NDCG@10 0.177, the best model of the clicks alone 0.059 (13.3). For newcomers TwHIN finds recall@100 0.241 with
# > one vector of saves, and 0.304 with both cures (13.5).
# >
# > **Where they did not.** On the same graph and that tenth iALS finds 0.204, which is too close to TwHIN to tell; with 30 % and 1 % it is surely ahead. In lists of 20 several vectors were never surely ahead of the best single one (13.4).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# * **More kinds of edges, more vectors, or both?** Take more kinds of edges if they reach what you ask about: for ads they surely helped iALS at every share of clicks, TwHIN down to 3 % (13.3). For newcomers in lists of 100 take five centers, too, since both
#   together found most (13.5). Before either cure, try another model: here iALS's means were higher.
#
# **Next.** In TwHIN a new pin has no vector. PinSage reads one from its neighbors, and these are of many kinds: boards, saves, searches. Should all be heard
# alike? Lesson 14 asks.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 48 to 50, with the box. Ask the question of the first slide again, and let the room answer with numbers of two figures. If a minute
# is left, ask the question of lesson 14.

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
# | 13.6 | the ads once more: sizes, budgets, nine relations | 15 |
# | 13.7 | k-means and a mixture's list by hand; mixtures for people whom nobody trained | 35 |
# | 13.8 | PinnerSage's tree and medoids by hand; the same question in lists of 100 | 30 |
# | 13.9 | what survives when all vectors are trained anew | 20 |
# | 13.10 | a graph of your own choice | 25 |

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 13.6 ↳ Behind the ads
#
# *A branch of about 15 minutes. It gives the ads of this world with all their clicks: by size of the vectors, by budget and by relation.*
#
# `twhin.fit` is the loss of 13.2 as one fast loop. A step has **groups** of edges, each of one relation; all products of a
# group are one matrix product. `budget` says how many groups each relation gets: the one knob that decides whose
# graph this is. `uniform` adds false targets drawn from all nodes of the type.

# %% slideshow={"slide_type": "fragment"} tags=["predict:13.p3"]
predict("13.p3")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# For questions. Vote on 13.p3 before the table. Usual wrong answer: the vectors, they are personal. Then the line above
# the table: how many clicks has a user, and how many users have none? Before the second table hide the rows "same graph" and ask whether
# TwHIN was worth it.

# %% tags=["long", "answers:13.p3"]
ads = results.load("13_ads", command=f"{STUDY} ads").values
found_ads = {(row["model"], row["popularity added"]): row for row in ads["models"]}
print(
    f"{ads['clicks to learn from']:,} clicks on {ads['ads']} ads in the seven weeks before; {ads['clicks sought']} sought by "
    f"{ads['users']} users, {ads['users without ad history']} of them without a click before"
)


def lead(one, other):
    """Return the stored comparison of two models, user by user."""
    return metrics.Comparison.stored(ads["leads"][f"{one} over {other}"])


def best_of(start, added):
    """Return the model of several sizes that validation prefers."""
    rows = [row for (name, _), row in found_ads.items() if name.startswith(start)]
    return max((r for r in rows if r["popularity added"] == added), key=lambda r: r["validation"])[
        "model"
    ]


joint = best_of("TwHIN, ads + engagement", added=False)
alone, together = (lead(x, "popularity") for x in ("TwHIN, ads alone, d = 32", joint))
print(f"NDCG@10 against the most clicked ads: vectors of ad clicks alone {alone.gain('.3f')}, {alone.outcome}; "
      f"with engagement {together.gain('.3f')}, {together.outcome}")  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# The vectors of ad clicks alone are not seen to lead the most clicked ads; with other engagement they do. Is that *TwHIN*, or the *graph*? So
# rivals of equal size get the same pairs. And all get one number more, $w \log(1 + \text{clicks of the ad})$, with $w$ from validation.

# %% tags=["long", "answers:13.p3"]
TWHIN, IALS = "TwHIN, ads + engagement", "iALS, same graph"
equal = int(best_of(TWHIN, added=True).rsplit(" = ")[-1])  # the size that validation prefers
shown = [
    ("TwHIN", f"{TWHIN}, d = {equal}"),
    ("iALS, same graph", f"{IALS}, d = {equal}"),
    ("RP3β, same graph",) * 2,
]
if best_of(IALS, added=True) != f"{IALS}, d = {equal}":
    shown.append(("iALS, size by validation", best_of(IALS, added=True)))
shown += [("TwHIN, ads alone", "TwHIN, ads alone, d = 32"), ("popularity",) * 2]
shown += [(name, name) for name, added in found_ads if added and name not in dict(shown).values()]
lines = {}
for label, name in shown:
    plain, added = found_ads[name, False], found_ads.get((name, True), found_ads[name, False])
    lines[label] = {
        "NDCG@10": added["ndcg"], "without w": plain["ndcg"], "recall@10, no ad history": added["recall, no ad history"],
        "d": added["d"], "trials": added["trials"], "w": added["weight"], "at the edge": added["at the edge"] or "none",
    }  # fmt: skip
results.table(
    lines,
    known="clicked ads leave every list",
    headline=("TwHIN", "iALS, same graph", "RP3β, same graph"),
)

# %% tags=["experiment"]
with_w = [
    f"{x} + popularity"
    for x in (f"{TWHIN}, d = {equal}", f"{IALS}, d = {equal}", "RP3β, same graph")
]
print(
    "\n".join(
        f"TwHIN, d = {equal}, ahead of {x}: {lead(with_w[0], x):.3f}, {lead(with_w[0], x).outcome}"
        for x in with_w[1:]
    )
)
more = lead(f"{TWHIN}, d = {equal} + popularity", f"{TWHIN}, d = {equal}")
print(f"what w adds to TwHIN: {more.gain('.3f')}, {more.outcome}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# **It is the graph.** With 128 numbers for both iALS finds more in the same pairs than TwHIN does (0.239 against 0.218), and RP3β, which
# has no vectors, cannot be told from TwHIN. Size does not decide: iALS finds 0.234 with 32 numbers. What TwHIN lacks is popularity:
# the one number $w$ adds 0.029. And for the 96 users who never clicked an ad all that have the graph find 0.40 to 0.47, popularity 0.15.
#
# <details><summary>How this was measured</summary>
#
# Clicks of days 49 to 55, from graphs until day 48; knobs and w chosen on days 42 to 48 from graphs until day 41. Two settings of
# an earlier search and six random ones each; TwHIN with 3,000 groups of ad clicks, one or three groups of each other relation on one of them, and 32, 64 or 128
# numbers; iALS with the same three sizes. TwHIN and iALS: the mean of three seeds. *Without w* has the knobs that are best without it.
# Intervals are over users, 95 %.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# Do more relations help more? One quick setting for all, in which only relations and budgets change, on the week that settings are chosen on.

# %% slideshow={"slide_type": "fragment"} tags=["predict:13.p4"]
predict("13.p4")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# For questions. Vote: "do other relations help?" Usual wrong answers: far less, since they pull vectors elsewhere, and far more, since more
# edges know more. Show the thin lines: repetitions of one setting lie farther apart than the two settings. Ask what moves the points more than the relations do.

# %% tags=["long", "answers:13.p4"]
budget = results.load("13_budget", command=f"{STUDY} budget").values
settings = pd.DataFrame(budget["settings"])
figure, ax = plt.subplots(figsize=(5.6, 2.6), dpi=90)
names = list(dict.fromkeys(settings.relations))
for others, mark in zip(sorted(settings.others.unique()), "ovs", strict=False):
    some = settings[settings.others == others]
    places = [names.index(x) for x in some.relations]
    ax.plot(some.ndcg, places, mark, label=f"others {others:g}")
    spread = [(min(s), max(s)) for s in some.seeds]
    ax.hlines(places, *zip(*spread, strict=True), color=style.CONTEXT, linewidth=1, zorder=0)
ax.axvline(budget["popularity"], color=style.CONTEXT, linestyle="dotted")
ax.set(
    yticks=range(len(names)), yticklabels=names, xlabel="NDCG@10 of ads, validation", xlim=(0, None),
    xticks=np.arange(0, 0.21, 0.05),
)  # fmt: skip
ax.legend(fontsize=8, loc="lower right")
plt.show()

at = {(r["relations"], r["others"]): np.array(r["seeds"]) for r in budget["settings"]}
nine, engaged = at["all nine", 1], at["ads + engagement", 1]
gap = metrics.compare(nine, engaged)
print(
    f"NDCG@10, one group each, all nine against engagement, three trainings: {gap:.3f}, {gap.outcome}"
)

# %% [markdown]
# *Figure 13.6. How well ads are found from graphs of five sets of relations; "others" is how many groups of each other
# relation come on one group of ad clicks. Thin lines span three trainings, the dotted line is popularity, all clicks alike (with
# the best half-life it finds 0.107 on these days). A stored measurement; its one setting suits many edges.*

# %% [markdown] slideshow={"slide_type": "subslide"}
# With engagement in the graph, **how many groups** of it come on one of clicks moves a point more than which other relations
# join. But three groups are also three times as much training of engagement: trained nine times as long, one group found
# about as much. And 3 is the largest that we tried.

# %% tags=["long"]
speed = results.load("13_speed", command=f"{STUDY} speed").values
for name in ("course", "plain torch"):
    took = speed[name]["to the recall of both"]["CPU seconds"]
    print(
        f"{name}: {speed[name]['edges a second'] / 1e6:.2f} million edges a second of one thread, 100 false ones each, d = 64; "
        f"recall@20 of saves {speed['recall of both']:.3f} after {took:.1f} seconds"
    )

# %% [markdown] slideshow={"slide_type": "skip"}
# How fast is the loop? PyTorch-BigGraph, whose weights of the loss these are, reports over a million edges a second on one machine.
# Edges a second are no measure of learning, so the lines above also say when both loops find as much, each with the quickest of 15
# learning rates and ridges.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 13.7 ↳ The cells of a mixture
#
# *A branch of about 35 minutes. It gives k-means and a mixture's list by your own hand, and what mixtures find for people whom nobody trained.*

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 13.3 — `kmeans` ({{points:13.3}})
#
# In **k-means** every point belongs to the nearest of $k$ centers, and each center moves to the mean of its points.
#
# By hand, on a line: points 0, 1, 2, 3, 8, 9, centers 0, 4 and 100. Points 0 and 1 go to the first center, and so does 2, which
# is as near to the second; 3, 8 and 9 go to the second, nobody to the third. The centers move to 1 and 6⅔, and 100 stays. Now 3
# is nearer to the first.
#
# *About 10 minutes.*
#
# {{hints:13.3}}


# %% tags=["exercise:13.3"]
def kmeans(points: np.ndarray, centers: np.ndarray, sweeps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the centers after some sweeps, and who is nearest to which.

    Args:
        points: (n, d).
        centers: (k, d) to begin with; they stay as they are.
        sweeps: how often points are assigned to their nearest center (L2) and centers move to the mean of
            their points. Of two equally near centers the first. A center without points stays.

    Returns:
        (k, d) float64 centers, and (n,) int64 the nearest of these for each point.
    """
    ### SOLUTION


# %% tags=["check:13.3"]
check("13.3", kmeans)

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 13.4 — `recommend` ({{points:13.4}})
#
# A user is the list of 13.4, in symbols:
#
# $$ P(c \mid u) = \frac{\text{count}(u, c)}{\sum_{c' \in M(u)} \text{count}(u, c')}, \qquad c \in M(u) . $$
#
# Here $\text{count}(u, c)$ is how many liked items of $u$ lie in cluster $c$, and $M(u)$ is the **set** of the $m$ clusters that hold most of them.
#
# Keep the `most` largest clusters (of equal ones the smaller id). Their shares sum to 1 again. The heaviest is served
# first: it takes its ⌈share · places⌉ best items by product with its center, of those that are neither seen nor taken. Stop when the list
# is full.
#
# For Bob, of three gardens and two boats: of eight places the center of the gardens fills $\lceil 8 \cdot 3/5 \rceil = 5$. That of the boats may have $\lceil 8 \cdot 2/5 \rceil = 4$, but 3 are left.
#
# *About 15 minutes.*
#
# {{hints:13.4}}


# %% tags=["exercise:13.4"]
def recommend(
    counts: np.ndarray,
    centers: np.ndarray,
    items: np.ndarray,
    seen: np.ndarray,
    most: int,
    places: int,
) -> np.ndarray:
    """Return one list from several clusters.

    Args:
        counts: (k,) int64, how many liked items each cluster has; one without is never asked.
        centers, items: (k, d) and (n, d).
        seen: ids of items that are not recommended.
        most: m.
        places: length of the list.

    Returns:
        int64 ids in the order in which they were chosen, at most `places`.
    """
    ### SOLUTION


# %% tags=["check:13.4"]
check("13.4", recommend)

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
visuals.mixture_map("Eve", 3, function=recommend)

# %% [markdown]
# *Figure 13.7. The map of 13.4 with Eve, who has three interests, and three centers. Right: once your function passes, the lists are those of your `recommend`, and hits are counted in
# them. How many fit with one center, with two, with three?*

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Who was not trained
#
# New users are what the lecture wants mixtures for. So here half of the users are taken out of the graph, then the other
# half: nobody who is asked was trained. All that is known of them is what they have saved.

# %% tags=["long", "experiment"]
new = results.load("13_untrained", command=f"{STUDY} untrained").values
rows = {row["model"]: row for row in new["models"] if not row["model"].startswith("medoids")}
rows = {
    name: {
        "recall@20": row["recall@20"], "recall@100": row["recall@100"], "d": row["d"],
        "trials": {"most saved": 0, "mean": 4, "most saved, recent": 7}.get(
            name, new["trials per way" if name.startswith(("mean", "centroids")) else "trials per model"]
        ),
    }
    for name, row in rows.items()
}  # fmt: skip
NEW = ("centroids, 5", "mean", "mean, recent", "iALS, folded in", "RP3β", "most saved, recent")
results.table(rows, known="past saves leave every list", headline=NEW)


# %% tags=["experiment"]
def of_new(other, top=20):
    """Return the stored comparison of five centroids with another way, users who were not trained."""
    return metrics.Comparison.stored(new["leads"][f"centroids, 5 over {other}, @{top}"])


nearest = metrics.weakest(of_new(x) for x in ("most saved", "most saved, recent"))
print(
    f"recall@20, five centroids over the nearer of two lists of what is saved most: {nearest.gain('.3f')}"
)

# %% tags=["experiment"]
for top in (20, 100):
    told = {x: of_new(x, top) for x in ("mean, recent", "iALS, folded in", "RP3β")}
    print(
        f"recall@{top}, five centroids ahead of "
        + "; ".join(f"{x} {c.gain('.3f')}, {c.outcome}" for x, c in told.items())
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# Nearly three times as much as popularity, for people of whom no vector was trained. But a mean of the same pins finds that, too, and in lists of 20 RP3β
# finds more. Is it the *several* that pay? Ask a mean of the same pins in which late saves count more. In lists of 20 nobody can tell the two apart. In lists
# of **100**, as candidates for a ranker are, five centroids are ahead: a wide list is where several interests pay. They are ahead of RP3β and iALS, too, but these read
# saves alone, and the pins' vectors come from four relations: that lead is not of the mixture alone (and with settings chosen for newcomers iALS of saves alone finds 0.292, 13.5).
#
# <details><summary>How this was measured</summary>
#
# Saves of days 49 to 55, 882 users with ten saves before. Users of even number are taken out of the graph, then those of odd number;
# three seeds. Settings are those that were chosen for trained users (13.8). Pins' vectors come from four relations; RP3β and iALS know
# saves alone. iALS *folded in*: the one equation of lesson 02 for a new user. Five medoids of the same pins, recall@20: 0.107, the mean 0.106 (+0.001, from −0.008 to +0.011), the
# mean that forgets 0.114 (−0.007, from −0.019 to +0.005). Intervals are over users, 95 %.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ### A question about this branch
#
# {{quiz:13.q3}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 13.8 ↳ Pins that stand for you
#
# *A branch of about 30 minutes. It gives PinnerSage's groups on a real person, its last two steps by your own hand, and asks 13.4's question in lists of 100.*
#
# **Ward's method** begins with every pin alone. Again and again it merges
# the two groups whose union adds least to the sum of squared distances from the groups' means, until that would be more than a threshold. Below is a person of PinWorld, with vectors of TwHIN that are trained here for a few seconds.
#
# A medoid, the member with the least sum of squared distances to the others, is a pin, so its neighbors are looked up once and shared by all users. It is weighed by $\sum e^{-\lambda \cdot \text{age}}$ over its group. PinnerSage draws three medoids in proportion to this weight; here
# the heaviest ask, so that a list is the same each time. Squares have a shortcut: the medoid is the member nearest to the mean of the group. Can you see why?

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
saves = world.split(("save",))[0]
graph, first = world.to_triples(pinworld.TRAIN_END, ENGAGEMENT)
knobs = results.load("13_interests").values["PinWorld"]["vectors"]
model = twhin.fit(graph, dim=32, **knobs)
tails = twhin.Tails(model, 0, np.arange(world.num_users), first["pin"] + np.arange(world.num_pins))

hers = saves.users == 599
mine = saves.select(hers & (hers.cumsum() > hers.sum() - 16))  # the latest sixteen
vectors = tails.embeddings()[1][mine.items]
vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
named = [f"{world.pins['topic'].iloc[i]} {k + 1}" for k, i in enumerate(mine.items)]
visuals.dendrogram(vectors, named, pinworld.TRAIN_END - mine.times / 86_400)

# %% [markdown]
# *Figure 13.8. Ward's tree of one person's latest saves. Pins are called by their topic, which the model has not seen. The lower two
# branches meet, the more alike they are; the dashed line is the cut, and a frame is around the pin that stands for its
# interest. When the cell has run, you can move the cut; `function=interests` would show the medoids and shares of yours.
# At how many interests would you stop? Do the branches follow the topics?*

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# In ninety minutes: move the slider "interests" up from 1, and let the room shout stop. Ask somebody who
# stopped early and somebody who stopped late what each would recommend.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 13.5 — `interests` ({{points:13.5}})
#
# By hand, on a line: 0, 1, 2, 3 and 14 are one interest, saved today; 30, 40 and 41 another, saved ten, ten and twenty days
# ago. When weights halve in ten days, the medoids are 3 and 40, with shares 0.8 and 0.2. (Without the squares 2 would stand for
# the first, and its mean, 4, is no pin.)
#
# *About 12 minutes.*
#
# {{hints:13.5}}


# %% tags=["exercise:13.5"]
def interests(
    points: np.ndarray, ages: np.ndarray, labels: np.ndarray, decay: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the event that stands for each cluster, and its share, the heaviest first.

    Args:
        points: (n, d) vectors of what one user saved.
        ages: (n,) days ago.
        labels: (n,) int64 clusters 0 … k - 1, none of them empty.
        decay: an event weighs exp(-decay · age).

    Returns:
        (k,) int64 events, and (k,) float64 shares that sum to 1. Of equal ones the smaller id or label first.
    """
    ### SOLUTION


# %% tags=["check:13.5"]
check("13.5", interests)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### One or several, in lists of 100
#
# Candidates for a ranker are long lists. First the rivals, then θ, the user's own vector. Then the same pins, asked otherwise: with the mean
# of what was saved; with a mean in which recent saves count more; with centroids of everybody's clusters; with medoids of the user's own. **Few** and **many** interests are the
# thirds of users with the fewest and the most topics.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# For questions. Read the columns of few interests beside those of many. Then 13.p6, before the table in which the mean forgets. Usual wrong
# answer: as much as before. Ask what would have been published without that table.

# %% tags=["long"]
stored = results.load("13_interests", command=f"{STUDY} interests").values["PinWorld"]
counted = ", ".join(
    f"{g}: {v['users']} users, {v['interests']:.1f} on average" for g, v in stored["groups"].items()
)
print(f"{stored['users']:,} users; {counted}")


def trials(name):
    """Return how many settings a way has tried."""
    asked = name.startswith(("mean,", "centroids", "medoids"))
    fixed = {"popularity": 0, "mean": 4, "θ of the user": 8}
    return fixed.get(name, stored["trials per way" if asked else "trials per model"])


ways = {
    row["model"]: {
        f"@{top}, {group}": row[f"recall@{top}, {group} interests"] for top in (20, 100) for group in ("few", "many")
    } | {"d": row["d"], "trials": trials(row["model"])}
    for row in stored["models"]
}  # fmt: skip
SHOWN = ("θ of the user", "mean", "mean, recent", "centroids, 5", "medoids, 5", "RP3β", "iALS")
results.table(ways, known="past saves leave every list", headline=SHOWN)


# %% tags=["experiment"]
def ahead(one, other, top, group):
    """Return the stored comparison of two ways, recall of a list of `top`, user by user."""
    return metrics.Comparison.stored(stored["leads"][f"{one} over {other}, @{top}, {group}"])


SEVERAL = ("centroids, 3", "centroids, 5", "medoids, 3", "medoids, 5")
for way in ("centroids, 3", "medoids, 3"):  # three, as the papers ask
    print(
        f"recall@100, many interests, {way} ahead of the mean {ahead(way, 'mean', 100, 'many interests').gain('.3f')}"
    )

# %% slideshow={"slide_type": "fragment"} tags=["predict:13.p6"]
predict("13.p6")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Is it *several* that wins, or *recent*? Medoids know ages, so the mean may know them, too.

# %% tags=["experiment", "answers:13.p6"]
pd.DataFrame({
    (group, f"@{top}"): {way: f"{ahead(way, 'mean, recent', top, group):.3f}".split(": ")[1] for way in SEVERAL}
    for group in ("few interests", "many interests", "all")
    for top in (100,)
}).rename_axis("ahead of the recent mean")  # fmt: skip

# %% tags=["experiment", "answers:13.p6"]
for rival in ("RP3β", "EASE", "iALS"):
    for other in ("θ of the user", "centroids, 5"):
        gains = (f"@{top} {ahead(rival, other, top, 'all').gain('.3f')}" for top in (20, 100))
        print(f"{rival} over {other}: " + "; ".join(gains))

# %% [markdown] slideshow={"slide_type": "fragment"}
# For people of many interests all four ways are ahead of the plain mean, by 22 to 29 % in lists of 100: so say both abstracts, in substance. Give the
# mean the ages, which costs nothing, and these 294 users cannot tell it from several vectors; over all 882 five centroids stay ahead of it, by 0.021. And
# RP3β, which has no vectors at all, has the largest number in each column but one.
#
# **Being recent was in the medoids all along.**
#
# <details><summary>How this was measured</summary>
#
# Saves of days 49 to 55, users with ten saves before. θ is the user's own vector, of a training tuned for it; all other ways ask in
# vectors of a training that suits the *mean* (where θ finds less), 32 numbers, three seeds. Of *few* and *many* interests are the thirds
# of users with the fewest and the most topics, as PinWorld knows them.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ### A question about this branch
#
# {{quiz:13.q4}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 13.9 ↳ Retrained overnight
#
# *A branch of about 20 minutes. It gives what of a vector survives when everything is trained anew, and three ways to keep the rest.*
#
# Tomorrow the graph is trained again. Rankers, indexes and caches that use yesterday's vectors are not. What does the new
# table have to keep?

# %% slideshow={"slide_type": "fragment"} tags=["predict:13.p7"]
predict("13.p7")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Seven minutes, for questions. Ask for two numbers, 13.p7. Usual wrong answer: both near 1, since it is nearly the same data. Take a sheet
# of paper with two points on it, turn it, and ask which of the numbers has changed.

# %% [markdown] slideshow={"slide_type": "fragment"}
# The loss sees **products** only: turn all vectors by one rotation, and nothing changes. So
# training from scratch lands in a space that is turned by chance.

# %% slideshow={"slide_type": "fragment"} tags=["answers:13.p7"]
turn = np.linalg.qr(np.random.default_rng(0).normal(size=(32, 32)))[0].astype(np.float32)
graph, _ = world.to_triples(pinworld.TRAIN_END, ENGAGEMENT)
model = twhin.fit(graph, dim=32, **results.load("13_interests").values["PinWorld"]["vectors"])
E, E_turned = model.entity_emb[:500], model.entity_emb[:500] @ turn
unit, unit_turned = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (E, E_turned))
print(f"largest change of a product: {np.abs(E @ E.T - E_turned @ E_turned.T).max():.0e}")
print(f"mean cosine of a vector with itself: {(unit * unit_turned).sum(axis=1).mean():.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Four remedies. **Warm start**: begin with the old table (a copy). **Anchor**: also pay for leaving it,
# $\frac{\mu}{2} \lVert \boldsymbol\theta - \boldsymbol\theta^{\text{old}} \rVert^2$, which means keeping both tables; only for
# those who were there. **Turn back**: train as you like, then rotate the new table onto the old one (orthogonal Procrustes).
# Or **retrain everybody** who reads the vectors.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 13.6 — `turn_back` ({{points:13.6}})
#
# Among all rotations and mirrors $\mathbf Q$, the one with the least $\lVert \text{new}\,\mathbf Q - \text{old} \rVert$ is
# $\mathbf U \mathbf V^\top$, where $\text{new}^\top \text{old} = \mathbf U \mathbf S \mathbf V^\top$.
#
# *About 5 minutes.*
#
# {{hints:13.6}}


# %% tags=["exercise:13.6"]
def turn_back(new: np.ndarray, old: np.ndarray) -> np.ndarray:
    """Return the new table, turned (or mirrored) so that it is as near to the old one as can be.

    Args:
        new, old: (n, d), row k of both is the same node.

    Returns:
        (n, d); all products within it are those of `new`.
    """
    ### SOLUTION


# %% tags=["check:13.6"]
check("13.6", turn_back)

# %% slideshow={"slide_type": "subslide"} tags=["predict:13.p8"]
predict("13.p8")

# %% slideshow={"slide_type": "subslide"} tags=["widget", "answers:13.p8"]
visuals.drift(function=turn_back)

# %% [markdown]
# *Figure 13.9. Eighteen pins of three topics with vectors of two numbers, so that nothing is hidden, after four nights of
# retraining in four ways; small dots are day 0. Arrow and rings: Bob's vector of day 0, and the six pins it finds; he likes
# cakes. Above each: the mean cosine of a pin with its vector of day 0, and which share of the six pins is of one's own topic, mean of
# eighteen users. In the interactive version pins travel night by night, and Bob may ask with today's vector, or you turn his arrow; tables "turned back"
# are those of your `turn_back`.*

# %% [markdown] slideshow={"slide_type": "skip"}
# What does today's vector find in each of the four ways? And in which do pins move the least?

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Ask 13.p8. Usual wrong answer: cakes, since products survive. Then figure 13.9, from scratch: step night by night with day 0's
# vector, then today's. Then turned back, warm start, warm + anchor: who keeps coordinates as well?

# %% [markdown] slideshow={"slide_type": "subslide"}
# Vectors of day 42, and again of day 49 with a week more of edges. **Correlation** compares products of users and pins, old
# and new. The **consumer** keeps the users' vectors of day 42 and asks in the new pins: a cache that nobody refreshed.
#

# %% tags=["long", "answers:13.p7"]
drift = results.load("13_drift", command=f"{STUDY} drift").values
means = {arm: {k: np.mean(v) for k, v in x.items()} for arm, x in drift["arms"].items()}
print(
    f"{drift['pins in both']:,} pins have edges on both days; saves of {drift['users']:,} users are sought"
)
columns = {"recall": "recall@20", "recall, old users": "recall@20, old users, new pins"}
display(pd.DataFrame(means).T.rename(columns=columns).round(3))

arms = drift["arms"]
stale = {
    name: np.array(x["recall, old users"]) for name, x in arms.items() if "recall, old users" in x
}
anchored = max((n for n in stale if "anchor" in n), key=lambda n: stale[n].mean())
better, plain = (metrics.compare(stale[anchored], stale[n]) for n in ("scratch", "warm start"))
kept = stale[anchored].mean() / np.mean(arms["old users, old items"]["recall"])
verdict(
    "A warm start with an anchor keeps a consumer alive that is not retrained.",
    holds=better.outcome == "holds" and kept >= 0.9,
    detail=f"of the abstract, in substance. Recall@20 with old users, {anchored} over scratch {better.gain('.3f')}; that is "
    f"{kept:.0%} of what the consumer found with old pins",
)
print(
    f"{anchored} over a plain warm start: {plain.gain('.3f')}, {plain.outcome}; turned back finds {stale['scratch, turned back'].mean():.3f}"
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Read the table column by column. Which arms keep products, and which keep coordinates as well? What does the turn cost that
# an anchor does not, and the other way round? And look at *recall* itself: is any remedy paid for with the quality of
# the new vectors?

# %% [markdown] slideshow={"slide_type": "fragment"}
# Turned back, warm start and both anchors keep the consumer alive (0.119 to 0.123); that an anchor adds anything to a plain
# warm start cannot be told. *Recall* of the new vectors differs by no more than two trainings of one kind do.
#
# <details><summary>How this was measured</summary>
#
# Three seeds; intervals of 95 % over them, with Student's factor for three. The anchor shown is the one of two that finds more with old users.
#
# </details>

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Ask for the arm that a team should take whose index cannot be rebuilt for a month, and for one that rebuilds every night. A
# warm start alone does both here; ask what would make them differ.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 13.10 ↳ Your graph
#
# *A branch of about 25 minutes. It gives a graph of your own choice for ads, and a rule which relations belong into it.*
#
# Which relations, and how much of them, would you train for ads? `try_out` trains once: one second for ads alone,
# up to ten where nine relations come with three groups each, on one thread that nobody else wants. The check knows the mean of three
# trainings for every setting.

# %% slideshow={"slide_type": "skip"}
SETS = {
    "ads alone": (), "ads + promotes": ("promotes",), "ads + engagement": ENGAGEMENT,
    "ads + engagement + promotes": (*ENGAGEMENT, "promotes"),
    "all nine": (*ENGAGEMENT, "follows", "searched", "made", "promotes"),
}  # fmt: skip
budget = results.load("13_budget", command=f"{STUDY} budget").values
ad_pins = np.flatnonzero(world.pins["kind"] == "ad")
place = np.full(world.num_pins, -1)
place[ad_pins] = np.arange(len(ad_pins))
clicks, sought, _ = (
    Interactions(x.users, place[x.items], x.num_users, len(ad_pins))
    for x in world.split(("ad_click",))
)
sought = sought.without(clicks)


def try_out(relations, others, until_day=42):
    """Return NDCG@10 of the ads that are clicked in days 42 to 48, and that were not clicked before."""
    graph, first = world.to_triples(until_day, ("ad_click", *SETS[relations]))
    own, other = {0.3: (3, 1), 1: (1, 1), 3: (1, 3)}[others]  # groups in a step
    given = budget["knobs"] | {"steps": budget["knobs"]["steps"] // own}
    vectors = twhin.fit(graph, [own, *[other] * len(SETS[relations])], 32, **given)
    of_ads = twhin.Tails(vectors, 0, np.arange(world.num_users), first["pin"] + ad_pins)
    return metrics.evaluate_model(of_ads, clicks, sought, top=10).ndcg.mean()


popular = metrics.evaluate_model(baselines.popularity(clicks), clicks, sought, top=10).ndcg.mean()
print(f"popularity {popular:.3f}, ads alone {try_out('ads alone', 1):.3f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 13.7 — `choose` ({{points:13.7}})
#
# Return your choice, and conclude in two sentences in a cell of your own: which relations helped, and which changed
# nothing beyond chance. One entry can make every number better, and should not.
#
# *About 20 minutes.*
#
# {{hints:13.7}}


# %% tags=["exercise:13.7"]
def choose() -> dict:
    """Return which graph to train for ads.

    Returns:
        {"relations": a key of SETS, "others": 0.3, 1 or 3 groups of each other relation for one of ad
        clicks, "until_day": the day the graph ends}
    """
    ### SOLUTION


# %% tags=["check:13.7"]
check("13.7", choose)

# %% slideshow={"slide_type": "skip"}
# Your own five films, at most three interests: each medoid asks for its share of the places, in vectors of TwHIN.
# Words of a title find a film: my_films("13", "matrix", "amelie", …) keeps up to five.
from graphrec_utils.exercises.films import my_films

my_films("13")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Slide, paper, code
#
# | | says | means |
# |---|---|---|
# | **slide** | negatives are all $t'$ and all $s'$, "non-existing edges" | that set holds the edge itself and other true ones; in practice a few are drawn, of the same relation |
# | **slide** | a sum over all false edges | a mean here, and in the released code weights that balance the two parts |
# | **slide** | "TransE" | a product, not a distance: $\boldsymbol\theta_r$ gives each target a bonus, the same for every source |
# | **slide** | mixtures, so that new users get vectors | yes: TwHIN itself has none for them (13.5). The mixture is a **set** of centroids with shares: several questions, one budget |
# | **PinnerSage** | three medoids are *sampled* by importance | the heaviest ask here |
# | **slide** | an L2 anchor doubles the memory | yes: the old table has to stay beside the new one. A warm start alone needs nothing |
# | **code**, `models.py` | `torch.ones(num_negatives)` among the labels | false edges are taught to be true |
# | **code**, the same | `self.all_trans_embs.data[batch.rels]` | no gradient reaches the relations |
# | **code**, the same | `x[:, 1, :] + trans_embs`, for positives only | $s \cdot t + s \cdot r$: the order of targets does not change |
#
# **Read it yourself:** `projects/twhin` in the repository twitter/the-algorithm-ml, 22 files. Its `models/test_models.py` builds
# the model, asks on which device the tables are, and that unequal dimensions are refused. Which of the three bugs could it have
# found?

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Where it went
#
# *As of November 2026.* Each sentence has its source.
#
# * 2022: TwHIN's authors report gains for ads, follow recommendation, offensive content and search
#   ([arXiv 2202.05387](https://arxiv.org/abs/2202.05387), abstract).
# * The code of 13.2 was released beside the ranker of the *For You* feed, as "some of the ML models used at Twitter"
#   ([the-algorithm-ml](https://github.com/twitter/the-algorithm-ml), README).
# * August 2026: X's README describes three sources of posts for *For You*: accounts one follows, a retrieval model that embeds viewer
#   and post, and SimClusters; a transformer that reads the viewer's recent actions ranks them
#   ([x-algorithm](https://github.com/xai-org/x-algorithm), README of 13 August 2026).
# * TwHIN is not named in that README. That it is gone from the company we cannot say: the README is about one feed.

# %% [markdown] slideshow={"slide_type": "skip"}
# **Further reading.** El-Kishky et al. 2022, *TwHIN* ([arXiv 2202.05387](https://arxiv.org/abs/2202.05387)); we know the abstract, the
# slides and the released code. Pal et al. 2020, *PinnerSage* ([arXiv 2007.03634](https://arxiv.org/abs/2007.03634)): why medoids. Lerer et
# al. 2019, *PyTorch-BigGraph* ([arXiv 1903.12287](https://arxiv.org/abs/1903.12287)): partitions, and negatives as one matrix.
# El-Kishky et al. 2022, *kNN-Embed* ([arXiv 2205.06205](https://arxiv.org/abs/2205.06205)): mixtures that borrow from neighbors.
