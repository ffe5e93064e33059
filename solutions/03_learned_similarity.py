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
# # 03 · Learned similarity and ranking losses
#
# **You will** find out why a green check mark is false, build a similarity with weights of its own,
# train with pairs instead of single cells, compute a gradient by hand, and construct two recommenders
# that a popular metric puts in the wrong order.
#
# **Time** {{minutes}} minutes · **Points** {{points}} · **Before** lesson 02, a little PyTorch ·
# **Runs on** any CPU

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# As a lecture of fifty minutes: the check mark of 3.1 (let the room doubt it), 3.2 and 3.3 as one
# argument (weights, a network, the dot product strikes back), then 3.5 with the slider, then 3.7 and
# 3.8. Take a vote before 3.3 (can a network learn a dot product?) and again before the table of 3.8.
# The moment to slow down is the turned sign in 3.5: ask what the training loss will look like before
# you show it. In 3.7 let somebody guess the chance at rank 50 before the picture appears; most say a
# half or less. If time is short, leave out 3.6.

# %% tags=["setup"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from IPython.display import display
from torch import nn

from graphrec_utils import datasets, losses, metrics, results, sampling, style, train
from graphrec_utils.exercises import check, predict, remember
from graphrec_utils.models import ncf
from graphrec_utils.plots import visuals
from graphrec_utils.results import verdict, verdicts

style.use()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Before you begin
#
# Three questions from earlier lessons, from memory.

# %%
remember("03")

# %% [markdown] slideshow={"slide_type": "slide"}
# Lesson 02 gave every user and every item a vector. Their dot product was the score, and the weight
# $\alpha_0$ kept the empty cells down. Both were choices of ours.
#
# > **A question to carry through this lesson.** Everything else in the model is learned from data.
# > Why not the similarity itself?
#
# Three things can be learned or chosen: the **function** that compares two vectors, the **loss** that
# trains it, and the **metric** that judges it. Each of them has fooled good people.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3.1 A check mark to doubt
#
# Let the function be learned, said He et al. in 2017, and called it NeuMF: a network that contains a dot
# product. Their claim, measured by us on MovieTweetings. Settings were chosen on validation, all items
# ranked, three seeds:

# %% tags=["experiment"]
coarse = results.load(
    "03_coarse_grid",
    command="python -m solutions.experiments.lesson03.learned_similarity --part coarse",
)
one, other = coarse.values["test"]["NeuMF, fused"], coarse.values["test"]["Dot"]
gap, error, count = (coarse.values[name] for name in ("gap", "error", "users"))
lead = metrics.Comparison.of(one, other, gap, error, count)
print(f"✓ {coarse.claim}\n  NDCG@20 {lead}, {count:,} users, {len(coarse.seeds)} seeds")

# %% slideshow={"slide_type": "subslide"} tags=["predict:03.p11"]
predict("03.p11")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 0 to 8. Show the check mark alone and wait: who would print it? Ask 03.p11. Usual answers: more users, more
# seeds, another data set. All of that would make the same mistake surer. Then, at the table: in which column is the
# best value at an end, and between which rows was nothing tried?

# %% [markdown]
# Look at the trials themselves. Here are two of the 12
# trials of each model, and two of the 3 of the fused one; `trials` holds all 51, a row per trial. `loss` and `rate`
# are explained in 3.5, `reg` is the penalty λ of lesson 02. The four models are a dot product, two steps toward
# NeuMF (GMF, MLP), and NeuMF; "fused" starts from the best GMF and the best MLP.

# %% tags=["experiment"]
trials = pd.DataFrame(coarse.values["trials"])
trials.groupby("model").head(2).fillna({"loss": "\N{EN DASH}"}).rename(
    columns={"ndcg": "NDCG@20"}
).set_index("model")

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.1 — `audit` ({{points:03.1}})
#
# Three numbers tell much about the care that went into a model: how many **trials** it got, how wide the
# largest **step** between neighboring penalties was, and how many penalties lie **beyond** the best one, on
# the side where there are fewer. 0 means that the best is the last of its grid: nobody knows what comes
# after.
#
# *About 10 minutes. Stuck? Hints are free.*
#
# {{hints:03.1}}


# %% tags=["exercise:03.1"]
def audit(trials: pd.DataFrame) -> dict[str, tuple[int, float, int]]:
    """Return {model: (trials, step, beyond)} of a search for good settings.

    Args:
        trials: one row per trial, in any order, with columns model (text), reg (penalty, 0 or more)
            and ndcg (on validation, larger is better; no two are equal).

    Returns:
        For every model: the number of its trials; the largest ratio of two neighbors among its
        penalties above 0 in order of size (1.0 if it has one only); and how many different
        penalties are smaller or, if these are fewer, larger than that of its best trial.

    Example:
        "Dot" with the penalties 0.1, 0, 0.01, 3 and 0 again, best at 0.01, and "iALS" with 0.1 and
        0.01, best at 0.1: {"Dot": (5, 30.0, 1), "iALS": (2, 10.0, 0)}.
    """
    ### SOLUTION


# %% tags=["check:03.1"]
check("03.1", audit)

# %% tags=["experiment", "answers:03.p11"]
# The best validation NDCG@20 of every model, loss and penalty: which trial would you add first?
trials.pivot_table(index=["loss", "reg"], columns="model", values="ndcg", aggfunc="max").round(
    4
).rename_axis(columns="best NDCG@20 of")

# %% [markdown] slideshow={"slide_type": "subslide"} tags=["answers:03.p11"]
# <details><summary>What to add</summary>
#
# The check mark is false. Its interval is far from 0 and every number is right: neither more users nor another look at
# the code would help. The steps are factors of ten, and Dot is best in the middle: what lies between was never tried.
# GMF is best at the end of its grid. So are the rates, which this table does not show. And the fused NeuMF owns
# the trials of three models, Dot those of one.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3.2 Weights, and a network
#
# Section 3.8 works on those gaps, for all models alike. First the models themselves.
#
# Ann and a film, in three coordinates that we call space, satire and romance: the product
# $\mathbf p \odot \mathbf q$ says *where* the two agree; a dot product adds it up.
# **Generalized matrix factorization** (GMF) learns a weight for each coordinate, say twice as much for
# romance:
#
# $$
# \hat y_{ui} \;=\; \mathbf h^\top (\mathbf p_u \odot \mathbf q_i) \;=\; \sum_{f=1}^{d} h_f\, p_{uf}\, q_{if}
# $$
#
# | symbol | in code | shape |
# |---|---|---|
# | $\mathbf p_u$, $\mathbf q_i$, rows of two tables (lesson 02: $\mathbf w_u$, $\mathbf h_i$) | `user_emb[users]`, `item_emb[items]` | `(B, d)` |
# | $\mathbf h$, here a vector of weights | `h` | `(d,)` |
# | $\hat y_{ui}$ of B pairs | the result | `(B,)` |
#
# The paper puts a sigmoid around it. We leave that to the loss: it would not change a ranking.

# %% slideshow={"slide_type": "fragment"} tags=["predict:03.p1"]
predict("03.p1")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 8 to 14. One line on the board for GMF, and 03.p1. Usual wrong answer: yes, as soon as the weights differ.
# Multiply h into the item vectors, once, and look again. Then the network by hand: −6 from the product, [0, 5] from
# the tower, the room adds up 3.

# %% [markdown] tags=["answers:03.p1"]
# <details><summary>The answer</summary>
#
# Move $\mathbf h$ into the item table, $\mathbf q_i' = \mathbf h \odot \mathbf q_i$: GMF is
# a dot product in other clothes. What $\mathbf h$ can change is the *training*, the path to the same
# function.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ### A network instead of a product
#
# **MLP**: put the two vectors beside each other and let a tower of layers find out what to do.
#
# $$
# \mathbf z_0 = [\mathbf p_u; \mathbf q_i], \qquad
# \mathbf z_l = \operatorname{ReLU}(\mathbf W_l \mathbf z_{l-1} + \mathbf b_l), \qquad
# \hat y_{ui} = \mathbf h^\top \mathbf z_L
# $$
#
# **NeuMF** runs both, each with **embeddings of its own**, and reads them with one last layer:
#
# $$
# \hat y_{ui} = \mathbf h^\top \big[\, \mathbf p_u^{G} \odot \mathbf q_i^{G}\,;\; \mathbf z_L \,\big]
# $$
#
# | symbol | in code | shape |
# |---|---|---|
# | $\mathbf p^G, \mathbf q^G$ | `gmf_emb`, a pair of tables | `(m, d)`, `(n, d)` |
# | $\mathbf p, \mathbf q$ of the tower | `mlp_emb`, a pair of tables | `(m, d')`, `(n, d')` |
# | $\mathbf W_l, \mathbf b_l$ | `hidden`, a list of pairs | `(out, in)`, `(out,)` |
# | $\mathbf h$ | `h`, the GMF half first | `(d + last width,)` |
#
# **By hand.** GMF half: $2 \cdot (-3) = -6$. Tower: $\mathbf z_0 = (1, -2)$, one layer with rows $(1, 1)$ and
# $(2, -1)$ and biases $(-1, 1)$ gives $(-2, 5)$, after ReLU $(0, 5)$. With $\mathbf h = (2, 5, 3)$ the score of
# $[-6; 0, 5]$ is $-12 + 0 + 15 = 3$.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.2 — `neumf_forward` ({{points:03.2}})
#
# The whole forward pass, without the last bias and the sigmoid. ReLU comes after *every* layer of
# the tower.
#
# *About 12 minutes.*
#
# {{hints:03.2}}


# %% tags=["exercise:03.2"]
def neumf_forward(
    users: torch.Tensor,
    items: torch.Tensor,
    gmf_emb: tuple[torch.Tensor, torch.Tensor],
    mlp_emb: tuple[torch.Tensor, torch.Tensor],
    hidden: list[tuple[torch.Tensor, torch.Tensor]],
    h: torch.Tensor,
) -> torch.Tensor:
    """Return the NeuMF scores of B pairs.

    Args:
        users, items: (B,) ids.
        gmf_emb: user table (m, d) and item table (n, d) of the GMF half.
        mlp_emb: user table (m, d') and item table (n, d') of the tower.
        hidden: for each layer W, (out, in), and b, (out,); the first one reads 2 d' numbers.
        h: (d + last out,), weights of the GMF half first.

    Returns:
        (B,) float32.
    """
    ### SOLUTION


# %% tags=["check:03.2"]
check("03.2", neumf_forward)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3.3 More expressive?
#
# The tower itself is small, its second pair of tables is not: NeuMF has twice the numbers per user. And
# what can the tower do? A network with one hidden layer can approximate any continuous function on a bounded region, the dot product included.
# So an MLP can do whatever a dot product does, and more: this is the argument for NeuMF.
#
# *Can represent* is one thing, *does learn* another. Start with $d = 1$, one number $p$ for a user and
# one number $q$ for an item, where we can look at all of it. Three networks learn to return $p \cdot q$
# for $p$ and $q$ between −2 and 2.

# %% slideshow={"slide_type": "fragment"} tags=["predict:03.p3"]
predict("03.p3")


# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 14 to 23. Vote: can a network learn a dot product? Then 03.p3. Usual wrong answer: about 9, with 32 units.
# They have learned values inside the square, not the rule behind them.

# %%
axis = torch.linspace(-2, 2, 41)
grid = torch.cartesian_prod(axis, axis)  # (1681, 2)


def imitate(width: int, steps: int = 600) -> list[np.ndarray]:
    """Train a network of one hidden layer to return p · q; return its W, b, v and c."""
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(2, width), nn.ReLU(), nn.Linear(width, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(steps):
        loss = (net(grid)[:, 0] - grid.prod(dim=1)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [weight.detach().numpy() for weight in net.parameters()]


# %% slideshow={"slide_type": "fragment"} tags=["widget", "answers:03.p3"]
nets = [imitate(width) for width in (2, 8, 32)]
visuals.surface(nets)

# %% [markdown]
# *Figure 3.1. The maps show the score over user p and item q for the product and the networks: red is
# above 0, blue below, the black line is 0, the dashed square is where the networks were trained. The
# curves are the scores of one item (the dotted line) for all users: straight for the product, bent for a
# network (dashed). In the interactive version you move p and q, choose a network and show the difference.*
#
# Beyond its last crease a ReLU network goes on in straight lines, while the product of two growing numbers
# grows faster. A dot product needs no training data there to be right.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Figure 3.1: press 2 units, 8 units, 32 units, each with Show the difference, and let the room say where the network
# is wrong. Then user p and item q to 3, outside the dashed square. Ask what a dot product needed to learn to be right
# there: nothing.

# %% [markdown] slideshow={"slide_type": "subslide"}
# One coordinate took dozens of units. An embedding has 32 or 64 of them, and the network has to find
# out which number of $\mathbf p$ belongs to which number of $\mathbf q$. A stored run: a million random
# pairs, two hidden layers, three widths, three seeds. The error is given in units of the spread of the
# true scores; a model that always answers 0 has an error of 1.
#
# > **Claim** (what "it contains the dot product" suggests). An MLP of up to 256 units learns the dot product
# > of 64 coordinates to within a tenth of its spread, from a million pairs.

# %% tags=["long"]
learned = results.load(
    "03_mlp_dot", command="python -m solutions.experiments.lesson03.learned_similarity --part dot"
)
learned

# %% tags=["experiment"]
rows = pd.DataFrame(learned.values["rows"])
rows["mean"] = rows.error.map(np.mean)
best = rows[rows.dim == 64].sort_values("mean").iloc[0]
verdict(
    learned.claim,
    holds=bool(max(best.error) < 0.1),
    detail=f"best width {best.width} ({best.weights:,} weights): error {best['mean']:.2f} of the "
    f"spread, {min(best.error):.2f} to {max(best.error):.2f} over {len(best.error)} seeds; "
    f"{np.mean(best.top10):.0%} of the true top 10 of 1,000 found",
)

# %% slideshow={"slide_type": "fragment"}
figure, axes = plt.subplots(1, 2, figsize=(7, 2.8))
for (dim, part), marker, color in zip(
    rows.groupby("dim"), style.MARKERS, style.CYCLE, strict=False
):
    axes[0].plot(part.width, part["mean"], marker=marker, color=color, label=f"d = {dim}")
    axes[1].plot(part.width, part.top10.map(np.mean), marker=marker, color=color)
for ax, name in zip(axes, ("error / spread", "share of the true top 10"), strict=True):
    ax.set_xscale("log", base=2)
    ax.set_xticks([16, 64, 256], [16, 64, 256])
    ax.set(xlabel="width of the first hidden layer", ylabel=name, ylim=(0, 1.05))
axes[0].legend()
plt.show()

# %% [markdown]
# *Figure 3.2. MLPs that were trained to return a dot product, by their width, one line per number of
# coordinates d; means of three seeds from the stored result. Left the error, where 1 is no better than
# a constant; right how much of the true top 10 of 1,000 new items the network finds.*
#
# At every $d$ the widest network is the best one; wider ones were not tried.
#
# Rendle et al. (2020) made this point about the MLP: a function that *contains* the dot product is no
# help if it has to be learned from the same sparse data. NeuMF has the product built in; there, as in 3.1, they
# ask how its rival was tuned.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# The claim does not hold. Say it with care: that a network can represent a product is true, that it learns it from as
# much data is not. Ask how many pairs a real user gives.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3.4 What cannot be searched
#
# Serving asks for the best 20 of a million items in milliseconds. With a dot product this is **maximum
# inner product search** (MIPS): an index over item vectors looks at a few thousand of them. Lesson 10
# returns to it. A tower has no item vector to index, so every pair goes through the network. Only its
# first layer is cheap: $\mathbf W [\mathbf p; \mathbf q] = \mathbf W_p \mathbf p + \mathbf W_q \mathbf q$, and
# each half is computed once, not for every pair.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3.5 Pairs instead of cells
#
# Now the loss. iALS asks each cell for a number, 1 or 0. A ranking needs less: a liked film should
# stand **above** one that is not. Rendle et al. (2009) draw a user $u$, a like $i$ and an item $j$ without
# a like, and ask for $\hat y_{ui} > \hat y_{uj}$. No claim about a single score is left, only about the
# difference.
#
# Two questions hide in "draw". **Which $j$?** One without an interaction *in train*; a positive among the
# negatives would pull the same score up and down. **Which $u$?** By `"edge"`: draw a like, so that users
# come as often as they are active. By `"user"`: draw a user, then one of their likes, as the code
# published with LightGCN does.

# %%
events = datasets.load("movietweetings-100k", fallback=True).at_least(7).core(5, 5)
past, test = events.hold_out(0.2, seed=0)
known, val = past.hold_out(0.1, seed=0)  # val: for all choices
positives = sampling.index(known.csr())  # every user's likes, ready for drawing
events

# %% [markdown] slideshow={"slide_type": "skip"}
# Likes of MovieTweetings once more, users and films with five likes or more. A random fifth of each
# user's likes is the test part, a tenth of the rest is for validation: the kind of split that the
# papers of this lesson use, so it asks about gaps in the past (1.3). Nobody is cold here.
#
# ### Exercise 03.3 — `sample_bpr_triples` ({{points:03.3}})
#
# Draw triples in both ways. The check looks at how often things come, so any correct way to draw is
# fine. Everybody in `R` has an item without a like; not everybody has a like.
#
# *About 15 minutes. A loop over triples is fast enough.*
#
# {{hints:03.3}}


# %% tags=["exercise:03.3"]
def sample_bpr_triples(
    R: np.ndarray, size: int, by: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return users u, likes i and negatives j.

    Args:
        R: (m, n) bool, True where user and item have a train interaction.
        size: how many triples, drawn with replacement.
        by: "edge", every like is equally likely; "user", every user with a like is, and then each
            like of that user.
        rng: the only source of chance.

    Returns:
        three (size,) int64 arrays; j is uniform over the items that u has no interaction with.
    """
    ### SOLUTION


# %% tags=["check:03.3"]
check("03.3", sample_bpr_triples)

# %% slideshow={"slide_type": "fragment"}
figure, ax = plt.subplots(figsize=(5, 2.8))
degree = positives.degree
for by, color, line in (("edge", style.USER, "solid"), ("user", style.ITEM, "dashed")):
    u, i, _ = sampling.bpr_triples(positives, 50_000, np.random.default_rng(0), by=by)
    drawn = np.sort(degree[u.numpy()])
    label = f'by "{by}", {torch.stack([u, i]).unique(dim=1).shape[1]:,} different likes'
    ax.plot(drawn, np.linspace(0, 1, len(drawn)), color=color, linestyle=line, label=label)
ax.set(xscale="log", xlabel="likes of the user", ylabel="share of triples")
ax.legend()
plt.show()

# %% [markdown]
# *Figure 3.3. Which users the triples belong to: the share of 50,000 triples whose user has at most so
# many likes in train, on a logarithmic axis. By edge (solid) busy users fill the training; by user
# (dashed) half of the triples belong to the quieter half of the users, and fewer different likes are seen.*

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 23 to 34. Two questions hide in "draw": let the room find them. Which j, which u? Figure 3.3 is the answer
# to the second one; ask who fills the training when likes are drawn.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The BPR loss
#
# The chance that $i$ beats $j$ is modeled as a sigmoid of the difference, and its negative logarithm is
# made small:
#
# $$
# L \;=\; -\frac{1}{B} \sum_{(u,i,j)} \log \sigma\big(s^+ - s^-\big), \qquad
# \sigma(x) = \frac{1}{1 + e^{-x}}
# $$
#
# with $s^+ = \hat y_{ui}$, $s^- = \hat y_{uj}$ and $x = s^+ - s^-$.
#
# | difference $x$ | loss | what it means |
# |---|---|---|
# | 0 | $\log 2$ | a tie |
# | large | near 0 | settled, nothing more to learn |
# | very negative | about $-x$ | hopeless, pulled with full force |

# %% slideshow={"slide_type": "fragment"} tags=["predict:03.p6"]
predict("03.p6")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Slow down here. Ask what the training loss will look like with the sign turned, before anybody touches the slider.
# Usual wrong answer to 03.p6: it rises. An optimizer lowers what it is given. In figure 3.5 cover the legend and ask
# which curve is which: nobody can tell, and the claim does not hold.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.4 — `bpr_loss` ({{points:03.4}})
#
# By hand: the differences 2, 1 and −200 cost $\log(1 + e^{-2}) = 0.1269$, $\log(1 + e^{-1}) = 0.3133$ and
# 200; their mean is 66.8134. In float32 $\sigma(-200)$ is exactly 0, and the logarithm of 0 is not −200.
#
# *About 8 minutes.*
#
# {{hints:03.4}}


# %% tags=["exercise:03.4"]
def bpr_loss(pos: torch.Tensor, neg: torch.Tensor) -> torch.Tensor:
    """Return the mean BPR loss of B pairs of scores.

    Args:
        pos: (B,) scores of liked items.
        neg: (B,) scores of sampled items, row by row for the same users.

    Returns:
        () the mean, with a gradient.
    """
    ### SOLUTION


# %% tags=["check:03.4"]
check("03.4", bpr_loss)

# %% slideshow={"slide_type": "fragment"} tags=["widget", "answers:03.p6"]
visuals.bpr_loss(function=bpr_loss)

# %% [markdown]
# *Figure 3.4. The BPR loss over the difference x (solid), the loss with the sign turned (dashed), and the
# gradients of both by x. Run the cell: once your loss passes, the curves are yours. In the interactive version a slider or the arrow keys move x, one button turns
# the sign, and one makes a step of training.*

# %% [markdown] slideshow={"slide_type": "skip"}
# Train a pair with each sign, a dozen steps, and watch x and the loss. A measurement follows below.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Figure 3.4: One step of training, a dozen times; read x and the loss aloud. Reset, Turn the sign, a dozen again: the
# loss falls as nicely, and where does x go? Ask what on a dashboard would have told: a ranking on held-out data.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The loop
#
# Draw, score, loss, gradient, step: training is five lines.
#
# ```python
# u, i, j = sampling.bpr_triples(positives, 1024, rng)
# loss = losses.bpr(model(u, i), model(u, j))
# optimizer.zero_grad()
# loss.backward()
# optimizer.step()
# ```
#
# `train.fit` of the library adds what long runs need (validation, early stopping, checkpoints). A ridge
# $\lambda$ on the vectors of the batch belongs to BPR as it does to iALS.


# %%
def fit(model, loss_of, epochs=20, by="edge", reg=0.05, seed=0, batch=1024):
    """Train on triples; return the history, and the model in evaluation mode."""

    def loss(model, triple):
        u, i, j = triple
        value = loss_of(model(u, i), model(u, j))
        vectors = (model.user(u), model.item(i), model.item(j)) if reg else ()
        return value + reg * sum(x.square().sum() for x in vectors) / batch

    def batches(rng):
        count = len(known) // batch
        return (sampling.bpr_triples(positives, batch, rng, by) for _ in range(count))

    learner = train.Torch(model, loss, torch.optim.Adam(model.parameters(), lr=0.005))
    return train.fit(learner, batches, epochs=epochs, seed=seed), model.eval()


def ndcg(model, seen=past, part=test) -> pd.Series:
    """Return NDCG@20 of every user of `part`; nothing of `seen` is recommended."""
    with torch.no_grad():
        return metrics.evaluate_model(model, seen, part).ndcg


def fresh(seed: int) -> ncf.Dot:
    """Return an untrained dot product of 32 coordinates."""
    return ncf.Dot(known.num_users, known.num_items, 32, seed=seed)


# %% [markdown] slideshow={"slide_type": "subslide"}
# Back to the question of the turned sign. $\lambda$ is off here, so that the loss is BPR alone.

# %% tags=["experiment", "answers:03.p6"]
right, model = fit(fresh(0), losses.bpr, reg=0)
turned, turned_model = fit(fresh(0), lambda pos, neg: losses.bpr(neg, pos), reg=0)

figure, ax = plt.subplots(figsize=(5, 2.6))
ax.plot(right.loss, color=style.POSITIVE, marker="o", markersize=10, label="BPR")
ax.plot(turned.loss, color=style.NEGATIVE, marker="s", linestyle="dashed", label="sign turned")
ax.set(xlabel="epoch", ylabel="training loss", ylim=(0, 0.75), xticks=range(0, 20, 5))
ax.legend()
plt.show()

print(
    f"training loss {turned.loss[0]:.2f} → {turned.loss[-1]:.2f} turned, {right.loss[0]:.2f} → {right.loss[-1]:.2f} "
    f"right; NDCG@20 {ndcg(turned_model).mean():.4f} and {ndcg(model).mean():.4f}, seed 0"
)

# %% [markdown]
# *Figure 3.5. Training loss of the same model with the right sign (circles) and with the sign turned
# (squares). From the curves alone nobody can tell which of the two recommends what its users
# have never wanted.*
#
# A loss that falls says that the optimizer works. Whether it works on the right problem, only a
# ranking on held-out data tells. Three slides of this lecture have a sign turned; lessons 07, 09 and 12
# will ask you to find it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ### By edge or by user?
#
# > **Claim** (common belief). Drawing by user finds more for the quieter half of the users than
# > drawing by edge.
#
# Both sides may choose their λ on validation, then three seeds each: twelve trainings, the longest wait of this
# lesson. Every user is compared with themselves.

# %% tags=["experiment"]
runs, chosen = {}, {}
for by in ("edge", "user"):
    on_val = {
        reg: ndcg(fit(fresh(0), losses.bpr, by=by, reg=reg)[1], known, val).mean()
        for reg in (0.01, 0.03, 0.1)
    }
    chosen[by] = max(on_val, key=on_val.get)
    runs[by] = (
        sum(
            ndcg(fit(fresh(seed), losses.bpr, by=by, reg=chosen[by], seed=seed)[1])
            for seed in range(3)
        )
        / 3
    )
likes_of = degree[runs["user"].index]
quiet = likes_of <= np.median(likes_of)
lead, busy = (metrics.compare(runs["user"][half], runs["edge"][half]) for half in (quiet, ~quiet))
verdict(
    "Drawing by user finds more for the quieter half of the users than drawing by edge.",
    holds=lead,
    detail=f"NDCG@20 {lead}; busier half {busy.gain()}; λ {chosen}; 3 seeds",
)

# %% [markdown]
# Note that the busier half loses as much. By user, the items learn from fewer different likes (figure 3.3);
# whether that is the reason was not tested. Both stop after 20 epochs at one rate: by user may only be slower. The
# two train toward different goals, so say which one you used.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# By edge or by user, and 3.6: left out of fifty minutes. In ninety: take hands before the card, ask why when it does
# not hold. The busier half loses as much, so nothing about quiet users explains it; by user may only be slower.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3.6 What one triple moves
#
# For a dot product with user vector $\mathbf p$ and item vectors $\mathbf q_i, \mathbf q_j$ the difference is
# $x = \langle \mathbf p, \mathbf q_i - \mathbf q_j \rangle$, and one number $g$ weighs everything:
#
# $$
# \begin{aligned}
# g &= \frac{\partial\,(-\log\sigma(x))}{\partial x} = -\sigma(-x), \\
# \nabla_{\mathbf p} &= g\,(\mathbf q_i - \mathbf q_j), \qquad
# \nabla_{\mathbf q_i} = g\,\mathbf p, \qquad \nabla_{\mathbf q_j} = -g\,\mathbf p
# \end{aligned}
# $$
#
# The user moves from the negative toward the positive, the positive item toward the user, the
# negative item away. A pair that is right by a wide margin has $g \approx 0$ and teaches nothing.

# Lessons 09 to 11 choose negatives with more care. Too much of it does harm: the best scored item without
# a like may be one that the user has not met yet.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.5 — `bpr_gradient` ({{points:03.5}})
#
# Write the three gradients, one row per triple, in NumPy and without autograd. By hand: $\mathbf p = (1,
# 0)$, $\mathbf q_i = (1, 1)$, $\mathbf q_j = (1, -1)$: $x = 0$, $g = -\tfrac12$, so the gradients are $(0,
# -1)$, $(-\tfrac12, 0)$ and $(\tfrac12, 0)$. With $\mathbf p = (\log 3, 0)$ and $\mathbf q_j = (0, 0)$ instead it is
# $x = \log 3$, $g = -\tfrac14$, and the user's is $(-\tfrac14, -\tfrac14)$. NumPy may warn that an exponential overflows: that does no
# harm where 1 / ∞ = 0 is the right answer.
#
# *About 10 minutes.*
#
# {{hints:03.5}}


# %% tags=["exercise:03.5"]
def bpr_gradient(
    user: np.ndarray, pos_item: np.ndarray, neg_item: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of each triple's own loss by user, positive and negative vector.

    Args:
        user, pos_item, neg_item: (B, d), row b belongs to triple b; |x| may be 1000.

    Returns:
        three (B, d) float64 arrays.
    """
    ### SOLUTION


# %% tags=["check:03.5"]
check("03.5", bpr_gradient)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3.7 A hundred items to rank
#
# Scoring every item for every user was slow in 2017. So the NCF paper judged differently: take one held-out
# item of a user, draw 99 items the user has not touched, and see whether it reaches the **top 10 of these
# 100**.

# %% slideshow={"slide_type": "fragment"} tags=["predict:03.p8"]
predict("03.p8")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 34 to 42. Let somebody guess before the picture: 03.p8. Usual wrong answer: about one in two, or less. On
# the board: 49 items are better, 99 of 1,999 are drawn; how many of the 49 are among them, and how many would it
# take? Figure 3.6: the rank slider upwards first: the solid line drops, and where does the dashed one? The button
# Rank 50 shows the answer. Then negatives upwards until the chance drops; ask before where that will be.

# %% slideshow={"slide_type": "fragment"} tags=["widget", "answers:03.p8"]
visuals.sampled_metric(num_items=2000, num_negatives=99, top=10, rank=50)

# %% [markdown]
# *Figure 3.6. The chance that a test item is a hit, over its rank among all 2,000 items on a logarithmic
# axis. With all items ranked (solid) it drops to 0 after rank 10. Against 99 sampled negatives (dashed) it
# stays near 1 past rank 100. Three sliders move rank, cut-off and the number of negatives.*

#
# The reason is a count. A rank of 50 means 49 better items of 1,999; among 99 draws we expect
# $99 \cdot 49 / 1999 \approx 2.4$ of them, far from ten. With $n$ items, top 10 of 100 asks about the best
# **tenth of the catalog**, not about ten items.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.6 — `sampled_hits` ({{points:03.6}})
#
# Write this metric with care, so that you can read it in other people's code. Three rules: negatives are
# neither seen in train nor the test item itself; they are drawn **without replacement**; a negative with an
# *equal* score counts as ahead, so that a model without an opinion earns nothing.
#
# *About 12 minutes. A loop over users is fine.*
#
# {{hints:03.6}}


# %% tags=["exercise:03.6"]
def sampled_hits(
    scores: np.ndarray,
    targets: np.ndarray,
    seen: np.ndarray,
    num_negatives: int,
    top: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return for each user whether the test item is in the top among sampled negatives.

    Args:
        scores: (B, n), one row per user.
        targets: (B,) the test item of each user.
        seen: (B, n) bool, True for items of train.
        num_negatives: how many items are drawn for each user.
        top: a hit has fewer than `top` negatives ahead.
        rng: the only source of chance.

    Returns:
        (B,) float64, 1.0 for a hit and 0.0 for a miss.
    """
    ### SOLUTION


# %% tags=["check:03.6"]
check("03.6", sampled_hits)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Does the better one win?
#
# A metric may be generous, as long as it is generous to everybody. The question is whether the **better
# recommender still wins**.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.7 — `reversal` ({{points:03.7}})
#
# You decide at which rank, among all items, two recommenders A and B put the test item of each user. Choose
# so that **full ranking prefers B and sampled negatives prefer A**, by more than 0.05 in the hit rate, for
# any sizes you are given.
#
# *About 8 minutes. Try your ranks in figure 3.6.*
#
# {{hints:03.7}}


# %% tags=["exercise:03.7"]
def reversal(
    num_users: int, num_items: int, num_negatives: int, top: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return ranks of the test items under A and under B.

    Args:
        num_users: how many ranks each recommender has.
        num_items: n; ranks run from 1 (best) to n.
        num_negatives: of the sampled metric, far fewer than n.
        top: cut-off of both metrics.

    Returns:
        two (num_users,) int64 arrays: ranks of A, ranks of B.
    """
    ### SOLUTION


# %% tags=["check:03.7"]
check("03.7", reversal)

# %% slideshow={"slide_type": "fragment"} tags=["predict:03.p9"]
predict("03.p9")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Ask for a number for 03.p9. Usual wrong answer: 99, or never. Hint: how many of A's better items must be drawn
# before A begins to miss? A generous metric would be fine, if it were generous to everybody.

# %% slideshow={"slide_type": "fragment"} tags=["answers:03.p9"]
S = np.unique(np.geomspace(10, 1999, 60).astype(int))
chance = {
    name: metrics.hit_chance(rank, 2000, S, 10)
    for name, rank in (("A", 50), ("best", 1), ("last", 2000))
}
figure, ax = plt.subplots(figsize=(5, 2.8))
ax.plot(S, chance["A"], color=style.INK, label="A: rank 50")
mixed = (chance["best"] + chance["last"]) / 2
ax.plot(S, mixed, color=style.CONTEXT, linestyle="dashed", label="B: rank 1 or 2,000")
ax.axvline(99, color=style.CONTEXT, linewidth=1)
ax.set(xscale="log", xlabel="sampled negatives", ylabel="hit rate@10", ylim=(0, 1.05))
ax.legend()
plt.show()

# %% [markdown]
# *Figure 3.7. Expected hit rate of one such pair over the number of sampled negatives: A is always at rank
# 50, B at rank 1 for half of the users and at rank 2,000 for the others; the thin line is at 99. With few negatives A wins by far, with all 1,999 it finds nothing and B wins. The order changes
# somewhere between.*
#
# Krichene and Rendle (2020) showed this for the usual metrics: sampling does not only add noise, it measures
# something else. One metric is spared: the **AUC**, the chance that a liked item is ahead of another one,
# is the same on average whatever is drawn, and BPR trains a smooth stand-in for it. Rank all items. Where that is
# impossible, say in the metric's name how many were drawn.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3.8 Closing the gaps
#
# Back to the check mark of 3.1. For Dot, GMF and MLP alike the benchmark adds the penalties between the old
# ones and one beyond, then a rate beyond the end of its grid: four trials each. The fused NeuMF starts
# from the GMF and the MLP that won then, and tries two more rates. The table also has the rivals that 3.1
# lacked, twelve trials each: popularity, RP3β, EASE, iALS with the same $d$ and with any.
#
# > **Claim 1** (He et al., 2017). A tuned NeuMF finds more than a tuned dot product.
# >
# > **Claim 2** (common belief: the newer model is the better one). A tuned NeuMF finds more than the best
# > of these rivals.

# %% slideshow={"slide_type": "fragment"} tags=["predict:03.p10"]
predict("03.p10")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Minutes 42 to 50, with what is taken away. Vote before the table of 3.8. Usual wrong answer: NeuMF with
# pre-training. Back to the check mark of 3.1 first: what has changed since? Only the trials.

# %% tags=["long", "answers:03.p10"]
stored = results.load(
    "03_ncf_movietweetings", command="python -m solutions.experiments.lesson03.learned_similarity"
)
display(stored)

final = pd.DataFrame(stored.values["test"]).set_index("model")
every = pd.DataFrame(stored.values["trials"] + stored.values["trials of rivals"])
tries = every.groupby("model").size()
tries["NeuMF, fused"] += tries["GMF"] + tries["MLP"]  # it stands on the winners of both
widest = every[every.model == "iALS, any d"].set_index("ndcg")["dim"].sort_index().iloc[-1]
sizes = {
    "popularity": None,
    "RP3β": None,
    "EASE": None,
    "iALS, any d": int(widest),
    "NeuMF, fused": 64,
}
results.table(
    {
        name: {
            "NDCG@20": row["ndcg"], "hit rate@10, 99 negatives": row["sampled"],
            "hit rate@10, all items": row["full"], "d": sizes.get(name, 32), "trials": int(tries[name]),
            "recall@20": row["recall"],
            "NDCG@20 of three seeds": metrics.interval(row["ndcg by seed"]) if len(row["ndcg by seed"]) > 1 else None,
        }
        for name, row in final.sort_values("ndcg", ascending=False).iterrows()
    },
    known="liked films leave every list",
    headline=("Dot", "GMF", "MLP", "iALS"),
    digits=4,
)  # fmt: skip

# %% tags=["experiment", "answers:03.p10"]
# Dot with weights is GMF; of both, and of the rivals, the one counts that validation preferred
cards = []
for claim, others in (
    ("A tuned NeuMF finds more than a tuned dot product.", ["Dot", "GMF"]),
    ("A tuned NeuMF finds more than the best of its rivals.",
     ["popularity", "RP3β", "EASE", "iALS", "iALS, any d"]),
):  # fmt: skip
    other = final.validation[others].idxmax()
    gap, error = stored.values["gaps in ndcg"][f"NeuMF, fused - {other}"]
    lead = metrics.Comparison.of(
        final.ndcg["NeuMF, fused"], final.ndcg[other], gap, error, stored.values["users"]
    )
    detail = f"NDCG@20 of NeuMF, fused and {other}: {lead}, {len(stored.seeds)} seeds"
    cards.append(verdict(claim, holds=lead, detail=detail))
verdicts(*cards)

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Two cards. "Cannot tell" is the end of the check mark of 3.1: nobody may say that the network lost either. The
# second does not hold: ask which rows have no network at all, and which of them the paper had beside it.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Not every gap is closed.** Dot is still best at the end of its rates and at its last epoch: it may find more.
# And the fused NeuMF stands on 39 trials, those of its parts among them, and keeps 64 numbers per user and film; Dot has
# 16 trials and 32 numbers.
#
# **BCE or BPR?** The NCF paper trains with cross-entropy on single cells (`bce`), this lesson with pairs.
# The table of 3.1 has equal trials of both for every model. Who wins there? One seed, a coarse grid, four
# negatives for BCE and one for BPR: after 3.1 you know what that is worth, so there is no verdict here.
#
# Then read the two columns of hit rates. Do 99 negatives see the differences that all items see?
#
# <details><summary>Compare EASE with Dot and NeuMF</summary>
#
# No: EASE is behind both with 99 negatives (0.557 against 0.569 and 0.574) and ahead of both among all items (0.208
# against 0.198 and 0.198). No errors are stored for these gaps.
#
# </details>
#
# **An autoencoder** is the rival that this table lacks. Mult-VAE (Liang et al., 2018) reads a user's whole
# row of $\mathbf R$, squeezes it through a layer and writes probabilities for all items, trained with one
# softmax over the catalog. It has no vector per user, so a new user with a few likes is served at once: an
# *encoder*, where Dot, GMF and NeuMF look up a *learned embedding*. EASE is its linear cousin with no
# squeeze at all. In the LightGCN paper Mult-VAE is the strongest baseline.

# %% slideshow={"slide_type": "skip"}
# Your five films again, with the methods so far.
# Words of a title find a film: my_films("03", "matrix", "amelie", …) keeps up to five.
from graphrec_utils.exercises.films import my_films

my_films("03")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Slide, paper, code
#
# | | says | means |
# |---|---|---|
# | **slide**, NGCF loss | $L = -\log \sigma(\hat y(u,i) - \hat y(u,n))$, $n$ drawn at random | a **sum over triples plus** $\lambda \lVert \Theta \rVert^2$; $n$ must be an item without a *train* interaction |
# | **paper**, BPR | triples drawn by edge, with replacement | `by="edge"` |
# | **code**, LightGCN | users drawn uniformly, then one of their items | `by="user"`: busy users count less (3.5) |
# | **code**, NGCF | `mean(log(sigmoid(x)))` in the version used for the paper | $-\infty$ for hopeless pairs; a comment there says that the stable form needs new tuning |
# | **paper**, NCF | 100 sampled negatives in the text | 99 in the released test file, plus the test item |
# | **code**, LightGCN | sigmoid of the scores at test time | the order stays, until scores of about 17 round to equal numbers in float32 |
#
# **Review it yourself.** A colleague's evaluation reads: *for each user draw 99 items with
# `rng.choice(n, 99)`, add the test item, report the hits in the top 10 as "HR@10"*. Find four things to object
# to.
#
# <details><summary>Four objections</summary>
#
# Train items are among the draws. The test item may be drawn as its own negative. Draws repeat. And the
# name hides that it is not a ranking of all items.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Quiz
#
# They come back at the start of later lessons.
#
# {{quiz}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# * Why not learn the similarity, too? One may. With most gaps closed, neither is ahead beyond doubt (3.8), though
#   the fused NeuMF still had 39 trials and Dot 16, and Dot was best at an end.
# * An MLP can represent the dot product and still has to learn it; NeuMF is given it. Compare both with a *tuned*
#   one, and read the table of trials before you read the verdict.
# * Scores that are inner products can be searched. Others can only re-rank.
# * BPR looks at differences of pairs: $-\log\sigma(s^+ - s^-)$, with gradient $-\sigma(-x)$. Check the sign on
#   held-out data, not on the loss.
# * Say how triples are drawn, by edge or by user.
# * A metric on 99 sampled negatives can reverse the order of two recommenders. Rank all items.
#
# **Further reading.** He et al., *Neural Collaborative Filtering*
# ([arXiv 1708.05031](https://arxiv.org/abs/1708.05031)): GMF, MLP and NeuMF. Rendle, Krichene, Zhang, Anderson,
# *Neural Collaborative Filtering vs. Matrix Factorization Revisited*
# ([arXiv 2005.09683](https://arxiv.org/abs/2005.09683)): the answer to it. Rendle et al., *BPR: Bayesian
# Personalized Ranking from Implicit Feedback* ([arXiv 1205.2618](https://arxiv.org/abs/1205.2618)): the loss and
# its derivation. Krichene and Rendle, *On Sampled Metrics for Item Recommendation* (KDD 2020): why the order can
# turn. Dacrema, Cremonesi, Jannach, *Are We Really Making Much Progress?*
# ([arXiv 1907.06902](https://arxiv.org/abs/1907.06902)): tuned baselines against a whole field.
