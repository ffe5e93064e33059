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
# **You will** build a similarity with weights of its own, train with pairs instead of single cells,
# compute a gradient by hand, and construct two recommenders that a popular metric puts in the wrong
# order.
#
# **Time** {{minutes}} minutes · **Points** {{points}} · **Before** lesson 02, a little PyTorch ·
# **Runs on** any CPU

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# As a lecture of fifty minutes: 3.1 to 3.3 as one argument (weights, a network, the dot product
# strikes back), then 3.5 with the slider, then 3.7 and 3.8. Take a vote before 3.3 (can a network
# learn a dot product?) and again before the table of 3.8. The moment to slow down is the turned sign
# in 3.5: ask what the training loss will look like before you show it. If time is short, leave out
# 3.6 and the timing in 3.4.

# %% tags=["setup"]
import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from torch import nn

from graphrec_utils import data, losses, metrics, results, sampling, style, train, visuals
from graphrec_utils.exercises import check
from graphrec_utils.models import baselines, mf, ncf
from graphrec_utils.results import verdict
from graphrec_utils.visuals.sampled_metric import hit_chance

style.use()

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
# ## 3.1 A weight for each coordinate
#
# Ann and two films, in three coordinates with names we made up for them:

# %% slideshow={"slide_type": "fragment"}
p = torch.tensor([0.9, 0.2, -0.5])  # Ann
q = torch.tensor([[1.0, 0.1, 0.3], [0.4, 0.6, -0.5]])  # Alien, Brazil
names = ["space", "satire", "romance"]
pd.DataFrame((p * q).numpy().round(2), index=["Ann ⊙ Alien", "Ann ⊙ Brazil"], columns=names)

# %% [markdown]
# The product $\mathbf p \odot \mathbf q$, coordinate by coordinate, says *where* the two agree. A dot
# product adds the row up. What if agreement about romance matters twice as much as about space?

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Generalized matrix factorization** (GMF; He et al., 2017) learns a weight for each coordinate:
#
# $$
# \hat y_{ui} \;=\; \mathbf h^\top (\mathbf p_u \odot \mathbf q_i) \;=\; \sum_{f=1}^{d} h_f\, p_{uf}\, q_{if}
# $$
#
# | symbol | in code | shape |
# |---|---|---|
# | $\mathbf p_u$, $\mathbf q_i$, rows of two tables | `user_emb[users]`, `item_emb[items]` | `(B, d)` |
# | $\mathbf h$ | `h` | `(d,)` |
# | $\hat y_{ui}$ of B pairs | the result | `(B,)` |
#
# The paper puts a sigmoid around it. We leave that to the loss: it would not change a ranking, and
# two sigmoids in a row spoil a gradient.

# %% slideshow={"slide_type": "fragment"}
for h in (torch.tensor([1.0, 1.0, 1.0]), torch.tensor([1.0, 1.0, 2.0])):
    scores = (p * q) @ h
    print(f"h = {h.tolist()}: Alien {scores[0]:+.2f}, Brazil {scores[1]:+.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# With equal weights Alien is a little ahead. With more weight on romance, which Ann and Brazil both do
# without, the order turns.
#
# > **Predict first.** Is there a ranking that GMF can produce and a dot product of the same $d$
# > cannot? Keep your answer until after the exercise.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.1 — `gmf_forward` ({{points:03.1}})
#
# Score B pairs at once. By hand: $\mathbf p = (1, 2)$, $\mathbf q = (3, -1)$, $\mathbf h = (2, 1)$ give
# $2 \cdot 3 + 1 \cdot (-2) = 4$.
#
# *About 5 minutes. Stuck? Hints are free.*
#
# {{hints:03.1}}


# %% tags=["exercise:03.1"]
def gmf_forward(
    user_emb: torch.Tensor,
    item_emb: torch.Tensor,
    h: torch.Tensor,
    users: torch.Tensor,
    items: torch.Tensor,
) -> torch.Tensor:
    """Return the GMF scores of B pairs, without a sigmoid.

    Args:
        user_emb: (m, d) float32.
        item_emb: (n, d).
        h: (d,).
        users, items: (B,) ids of the pairs, row by row; they may repeat.

    Returns:
        (B,) float32.
    """
    ### BEGIN SOLUTION
    return (user_emb[users] * item_emb[items]) @ h
    ### END SOLUTION


# %% tags=["check:03.1"]
check("03.1", gmf_forward)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### What the weights are worth
#
# > **Claim.** With weights $\mathbf h$ a model can rank in a way that no dot product of the same
# > size can.
#
# Every GMF model of the library also hands out two tables for a plain dot product, with 16 numbers per
# row. Do they rank as the model does?

# %% tags=["experiment"]
torch.manual_seed(0)
gmf = ncf.GMF(num_users=200, num_items=500, dim=16)
nn.init.normal_(gmf.out.weight)  # any h, also with negative entries
by_model = metrics.rank_with(ncf.scorer(gmf, 500), None, top=20, users=np.arange(200))
by_dot = metrics.rank_all(*(table.detach() for table in gmf.embeddings()), None, top=20)

verdict(
    "With weights h a model can rank in a way that no dot product of the same size can.",
    holds=not np.array_equal(by_model, by_dot),
    detail=f"{(by_model == by_dot).mean():.0%} of 200 × 20 places agree, random weights, seed 0",
)

# %% [markdown]
# `embeddings()` moves $\mathbf h$ into the item table, $\mathbf q_i' = \mathbf h \odot \mathbf q_i$, and
# $\mathbf h^\top (\mathbf p_u \odot \mathbf q_i) = \langle \mathbf p_u, \mathbf q_i' \rangle$: GMF is a dot
# product in other clothes. What $\mathbf h$ can change is the *training*: the same function, reached
# along another path. Now something a dot product cannot imitate.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3.2 A network instead of a product
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

# %% [markdown] slideshow={"slide_type": "subslide"}
# **By hand.** GMF half: $2 \cdot 3 = 6$. Tower: $\mathbf z_0 = (1, -2)$, one layer with rows $(1, 1)$ and
# $(1, -1)$ and biases $(0, 1)$ gives $(-1, 4)$, after ReLU $(0, 4)$. With $\mathbf h = (1, 5, 2)$:

# %% slideshow={"slide_type": "fragment"}
W, b = torch.tensor([[1.0, 1.0], [1.0, -1.0]]), torch.tensor([0.0, 1.0])
z = torch.relu(W @ torch.tensor([1.0, -2.0]) + b)
both = torch.cat([torch.tensor([2.0 * 3.0]), z])
print(f"[GMF; tower] = {both.tolist()}, score {both @ torch.tensor([1.0, 5.0, 2.0]):.0f}")

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
    ### BEGIN SOLUTION
    product = gmf_emb[0][users] * gmf_emb[1][items]  # (B, d)
    z = torch.cat([mlp_emb[0][users], mlp_emb[1][items]], dim=1)  # (B, 2 d')
    for W, b in hidden:
        z = torch.relu(z @ W.T + b)
    return torch.cat([product, z], dim=1) @ h
    ### END SOLUTION


# %% tags=["check:03.2"]
check("03.2", neumf_forward)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The library's modules are the same formulas with trainable tables; here for 1,000 users and 1,000
# items. `(64, 32, 16)` are the widths of a tower: 64 numbers go in, 32 from each table.
#
# > **Predict first.** NeuMF has many more parameters than GMF. Are most of the additional ones in the
# > layers of its tower?

# %%
sizes = {
    "Dot": ncf.Dot(1000, 1000, 32),
    "GMF": ncf.GMF(1000, 1000, 32),
    "MLP": ncf.MLP(1000, 1000, (64, 32, 16)),
    "NeuMF": ncf.NeuMF(1000, 1000, 32, (64, 32, 16)),
}
count = pd.DataFrame(index=list(sizes), columns=["in tables", "in layers"], data=0)
for name, model in sizes.items():
    for part in model.modules():
        own = sum(weight.numel() for weight in part.parameters(recurse=False))
        count.loc[name, "in tables" if isinstance(part, nn.Embedding) else "in layers"] += own
count

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3.3 More expressive?
#
# The tower itself is small, its second pair of tables is not. And what can the tower do? A network with
# one hidden layer can approximate any continuous function on a bounded region, the dot product included.
# So an MLP can do whatever a dot product does, and more: this is the argument for NeuMF.
#
# *Can represent* is one thing, *does learn* another. Start with $d = 1$, one number $p$ for a user and
# one number $q$ for an item, where we can look at all of it. Three networks learn to return $p \cdot q$
# for $p$ and $q$ between −2 and 2.
#
# > **Predict first.** What will they say at $p = q = 3$, where none of them was trained and the
# > product is 9?


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


# %% slideshow={"slide_type": "fragment"} tags=["widget"]
visuals.surface([imitate(width) for width in (2, 8, 32)])

# %% [markdown]
# *Figure 3.1. The maps show the score over user p and item q for the product and the networks: red is
# above 0, blue below, the black line is 0, the dashed square is where the networks were trained. The
# curves are the scores of one item (the dotted line) for all users: straight for the product, bent for a
# network (dashed). In the interactive version you move p and q, choose a network and show the difference.*
#
# With 2 units, which users get the same score for every item? With 32 units, where is it worst?
#
# <details><summary>The answers</summary>
#
# With 2 units: users far enough to the left, where both units are silent and only the constant is left.
# With 32 units: in the corners outside the square. Beyond its last crease a ReLU network goes on in
# straight lines, while the product of two growing numbers grows faster. A dot product needs no training
# data there to be right.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# One coordinate took dozens of units. An embedding has 32 or 64 of them, and the network has to find
# out which number of $\mathbf p$ belongs to which number of $\mathbf q$.
#
# First a short training: 256,000 random pairs, two hidden layers, one seed. The error is given in units
# of the spread of the true scores; a model that always answers 0 has an error of 1.
#
# > **Predict first.** How large is this error for $d = 4$, 16 and 64?


# %% tags=["experiment"]
def learn_dot(dim: int, width: int = 64, steps: int = 500) -> dict:
    """Train an MLP on random pairs to return their dot product; test it on new ones."""
    torch.manual_seed(0)
    layers = [nn.Linear(2 * dim, width), nn.ReLU(), nn.Linear(width, width // 2), nn.ReLU()]
    net = nn.Sequential(*layers, nn.Linear(width // 2, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
    for _ in range(steps):
        p, q = torch.randn(2, 512, dim) / dim**0.25  # dot products have variance 1
        loss = (net(torch.cat([p, q], dim=1))[:, 0] - (p * q).sum(dim=1)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        p, q = torch.randn(2, 5000, dim) / dim**0.25
        error = net(torch.cat([p, q], dim=1))[:, 0] - (p * q).sum(dim=1)
    return {"d": dim, "error / spread": error.square().mean().sqrt().item()}


pd.DataFrame([learn_dot(dim) for dim in (1, 4, 16, 64)]).set_index("d").round(2)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Perhaps it needs more time, or more width. The stored run takes four times as many pairs, three widths
# and three seeds.
#
# > **Claim.** An MLP learns the dot product of 64 coordinates to within a tenth of its spread.

# %% tags=["long"]
learned = results.load(
    "03_mlp_dot", command="python -m tests.benchmarks.learned_similarity --part dot"
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
# Rendle et al. (2020) made this point about NeuMF: a function that *contains* the dot product is no
# help if it has to be learned from the same sparse data.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3.4 What cannot be searched
#
# Serving asks for the best 20 of a million items in milliseconds. With a dot product this is **maximum
# inner product search** (MIPS): an index over item vectors looks at a few thousand of them. Lesson 10
# returns to it. A tower has no item vector to index, so every pair goes through the network. Only its
# first layer is cheap: $\mathbf W [\mathbf p; \mathbf q] = \mathbf W_p \mathbf p + \mathbf W_q \mathbf q$, and
# each half is computed once, not for every pair.
#
# > **Predict first.** A dot product of 32 coordinates takes 32 multiplications per pair. And the other
# > layers of a tower of widths 64, 32, 16?

# %%
cost = {name: ncf.multiplications(model) for name, model in sizes.items()}
searchable = {name: hasattr(model, "embeddings") for name, model in sizes.items()}
pd.DataFrame({"multiplications per pair": cost, "has vectors to index": searchable})

# %% [markdown] slideshow={"slide_type": "subslide"}
# Does the clock agree? All scores of 200 users and 1,000 items, in processor seconds of this machine:

# %% tags=["timing"]
seconds = {}
for name in ("Dot", "NeuMF"):
    score = ncf.scorer(sizes[name], 1000)
    score(np.arange(10))  # warm up
    start = time.process_time()
    score(np.arange(200))
    seconds[name] = time.process_time() - start
print({name: f"{s:.3f} s" for name, s in seconds.items()})

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
events = data.load("movietweetings-100k", fallback=True).at_least(7).core(5, 5)
past, test = events.hold_out(0.2, seed=0)
known, val = past.hold_out(0.1, seed=0)  # val: for the choices of the stored run in 3.8
R = known.csr()
positives = sampling.index(R)  # every user's likes, ready for drawing
events

# %% [markdown] slideshow={"slide_type": "skip"}
# Likes of MovieTweetings once more, users and films with five likes or more. A random fifth of each
# user's likes is the test part, a tenth of the rest is for validation.
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
    ### BEGIN SOLUTION
    likes, active = np.argwhere(R), np.flatnonzero(R.any(axis=1))
    triples = []
    for _ in range(size):
        if by == "edge":
            u, i = likes[rng.integers(len(likes))]
        else:
            u = rng.choice(active)
            i = rng.choice(np.flatnonzero(R[u]))
        triples.append((u, i, rng.choice(np.flatnonzero(~R[u]))))
    users, items, negatives = np.array(triples).T
    return users, items, negatives
    ### END SOLUTION


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
#
# > **Predict first.** Turn the sign by mistake, $\sigma(s^- - s^+)$. Will the training loss still fall?

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
visuals.bpr_loss()

# %% [markdown]
# *Figure 3.4. The BPR loss over the difference x (solid), the loss with the sign turned (dashed), and the
# gradients of both by x. In the interactive version a slider or the arrow keys move x, one button turns
# the sign, and one makes a step of training.*
#
# Train a pair with each sign, a dozen steps, and watch x and the loss. A measurement follows below.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.4 — `bpr_loss` ({{points:03.4}})
#
# By hand: differences 2 and 1 cost $\log(1 + e^{-2}) = 0.1269$ and $\log(1 + e^{-1}) = 0.3133$; their
# mean is 0.2201. One of the checks has a difference of −1000. In float32 $\sigma(-1000)$ is exactly 0,
# and the logarithm of 0 is not 1000.
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
    ### BEGIN SOLUTION
    return F.softplus(neg - pos).mean()
    ### END SOLUTION


# %% tags=["check:03.4"]
check("03.4", bpr_loss)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### The loop
#
# Draw, score, loss, gradient, step: training is five lines. `train.fit` of the library adds what long
# runs need (validation, early stopping, checkpoints) and is used from here on.


# %% slideshow={"slide_type": "fragment"}
def loop(model: nn.Module, steps: int, rate: float = 0.01) -> list[float]:
    """Train with BPR on random triples and return the loss of every step."""
    optimizer, rng = torch.optim.Adam(model.parameters(), lr=rate), np.random.default_rng(0)
    history = []
    for _ in range(steps):
        u, i, j = sampling.bpr_triples(positives, 1024, rng)
        loss = losses.bpr(model(u, i), model(u, j))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    return history


torch.manual_seed(0)
history = loop(ncf.Dot(known.num_users, known.num_items, 16), steps=100)
print(f"loss {history[0]:.2f} at first, {history[-1]:.2f} after {len(history)} steps")


# %% [markdown] slideshow={"slide_type": "subslide"}
# The same with the library, for any loss of a triple. A ridge $\lambda$ on the vectors of the batch
# belongs to BPR as it does to iALS.


# %%
def fit(model, loss_of, epochs=20, by="edge", reg=0.05, seed=0, batch=1024):
    """Train on triples; return the history and the lists of the test users."""

    def loss(model, triple):
        u, i, j = triple
        value = loss_of(model(u, i), model(u, j))
        vectors = (model.user(u), model.item(i), model.item(j)) if reg else ()
        return value + reg * sum(x.square().sum() for x in vectors) / batch

    def batches(rng):
        count = len(known) // batch
        return (sampling.bpr_triples(positives, batch, rng, by) for _ in range(count))

    learner = train.Torch(model, loss, torch.optim.Adam(model.parameters(), lr=0.005))
    history = train.fit(learner, batches, epochs=epochs, seed=seed, progress=False)
    scores = ncf.scorer(model, known.num_items)
    return history, metrics.rank_with(scores, past, top=20, users=asked)  # past: not recommended


def fresh(seed: int) -> ncf.Dot:
    """Return an untrained dot product of 32 coordinates."""
    torch.manual_seed(seed)
    return ncf.Dot(known.num_users, known.num_items, 32)


asked = np.unique(test.users)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Back to the question of the turned sign. $\lambda$ is off here, so that the loss is BPR alone.
#
# > **Claim.** A turned sign shows in the training loss: it does not fall.

# %% tags=["experiment"]
right, right_lists = fit(fresh(0), losses.bpr, reg=0)
turned, turned_lists = fit(fresh(0), lambda pos, neg: losses.bpr(neg, pos), reg=0)
ndcg = {
    name: metrics.evaluate(lists, test, asked).ndcg.mean()
    for name, lists in (("BPR", right_lists), ("turned", turned_lists))
}
verdict(
    "A turned sign shows in the training loss: it does not fall.",
    holds=bool(turned.loss[-1] >= turned.loss[0]),
    detail=f"training loss {turned.loss[0]:.2f} → {turned.loss[-1]:.2f} turned, {right.loss[0]:.2f} → "
    f"{right.loss[-1]:.2f} right; NDCG@20 {ndcg['turned']:.4f} and {ndcg['BPR']:.4f}, seed 0",
)

# %% slideshow={"slide_type": "fragment"}
figure, ax = plt.subplots(figsize=(5, 2.6))
ax.plot(right.loss, color=style.POSITIVE, marker="o", markersize=10, label="BPR")
ax.plot(turned.loss, color=style.NEGATIVE, marker="s", linestyle="dashed", label="sign turned")
ax.set(xlabel="epoch", ylabel="training loss", ylim=(0, 0.75), xticks=range(0, 20, 5))
ax.legend()
plt.show()

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
# > **Claim.** Drawing by user finds more for the quieter half of the users than drawing by edge.
#
# Three seeds each. Every user is compared with themselves, and a difference counts if it is larger than
# twice its standard error over users.

# %% tags=["experiment"]
runs = {
    by: sum(
        metrics.evaluate(fit(fresh(seed), losses.bpr, by=by, seed=seed)[1], test, asked).ndcg
        for seed in range(3)
    )
    / 3
    for by in ("edge", "user")
}
gap = runs["user"] - runs["edge"]  # one number per user
likes_of = degree[gap.index]
quiet = likes_of <= np.median(likes_of)
table = pd.DataFrame(runs).groupby(np.where(quiet, "quieter half", "busier half")).mean()
error = gap[quiet].std() / quiet.sum() ** 0.5
verdict(
    "Drawing by user finds more for the quieter half of the users than drawing by edge.",
    holds=bool(gap[quiet].mean() > 2 * error),
    detail=f"NDCG@20 {table.user['quieter half']:.4f} against {table.edge['quieter half']:.4f}: "
    f"{gap[quiet].mean():+.4f} ± {error:.4f} (1 s.e.); busier half {gap[~quiet].mean():+.4f}; 3 seeds",
)

# %% [markdown]
# If the card surprised you, here is a guess: a quiet user's list depends on the item vectors, and these
# learn from everybody's likes. By user, the likes of busy users come rarely, and the items learn from fewer
# different ones (figure 3.3). Neither side was tuned: try another λ for each before you choose. The two
# train towards different goals, so say which one you used.

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
# The user moves from the negative towards the positive, the positive item towards the user, the
# negative item away. A pair that is right by a wide margin has $g \approx 0$ and teaches nothing.
#
# > **Predict first.** After twenty epochs, in what share of train triples is the positive ahead? And if the
# > negative is the best scored of twenty random ones?

# %% slideshow={"slide_type": "fragment"}
model = fresh(0)
fit(model, losses.bpr, epochs=20)
u, i, _ = sampling.bpr_triples(positives, 20_000, np.random.default_rng(5))
j = sampling.uniform_negatives(positives, u, 20, np.random.default_rng(6))  # (20000, 20)
with torch.no_grad():
    x = model(u, i)[:, None] - model(u[:, None], j)  # (20000, 20)
figure, ax = plt.subplots(figsize=(6, 2.6))
look = {"bins": 40, "range": (0, 1), "histtype": "step", "color": style.NEGATIVE}
for name, part, line in (("any", x[:, 0], "solid"), ("best of 20", x.min(dim=1)[0], "dashed")):
    weight = torch.sigmoid(-part).numpy()
    label = f"{name}: {(part > 0).float().mean():.0%} in order"
    ax.hist(weight, linestyle=line, label=label, **look)
ax.axvline(0.5, color=style.INK, linestyle="dotted")
ax.set(xlabel="weight σ(−x) of a triple", ylabel="triples")
ax.margins(y=0.4)
ax.legend(title="negative")
plt.show()

# %% [markdown]
# *Figure 3.6. How strongly 20,000 random triples would still move a trained model. Left of the dotted
# line the positive is ahead, and the further left, the less there is to learn. Of uniform negatives
# (solid) most are beaten; the best scored of twenty (dashed) pull harder.*
#
# Lessons 09 to 11 choose negatives with more care. Too much of it does harm: the best scored item without
# a like may be one that the user has not met yet.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.5 — `bpr_gradient` ({{points:03.5}})
#
# Write the three gradients, one row per triple, in NumPy and without autograd. By hand: $\mathbf p = (1,
# 0)$, $\mathbf q_i = (1, 1)$, $\mathbf q_j = (1, -1)$: $x = 0$, $g = -\tfrac12$, so the gradients are $(0,
# -1)$, $(-\tfrac12, 0)$ and $(\tfrac12, 0)$. NumPy may warn that an exponential overflows: that does no
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
    ### BEGIN SOLUTION
    x = (user * (pos_item - neg_item)).sum(axis=1, keepdims=True)  # (B, 1)
    with np.errstate(over="ignore"):  # exp of a large x is inf, and 1 / inf is the right 0
        g = -1 / (1 + np.exp(x))
    return g * (pos_item - neg_item), g * user, -g * user
    ### END SOLUTION


# %% tags=["check:03.5"]
check("03.5", bpr_gradient)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Does autograd agree with the formula? The loss is a mean over B rows, so its gradient is ours over B.

# %%
p, q_i, q_j = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
leaf = p.clone().requires_grad_()
losses.bpr((leaf * q_i).sum(dim=1), (leaf * q_j).sum(dim=1)).backward()
g = -torch.sigmoid(-(p * (q_i - q_j)).sum(dim=1, keepdim=True))
print(f"largest difference: {(leaf.grad * 5 - g * (q_i - q_j)).abs().max():.1e}")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Let somebody guess the chance at rank 50 before the picture appears; most say a half or less. Then move
# the number of negatives to all items and let the room watch the dashed curve become the solid one. Exercise
# 03.7 works well in pairs: one chooses the ranks, the other reads the metric.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3.7 A hundred items to rank
#
# Scoring every item for every user was slow in 2017. So the NCF paper judged differently: take one held-out
# item of a user, draw 99 items the user has not touched, and see whether it reaches the **top 10 of these
# 100**.
#
# > **Predict first.** An item has rank 50 among 2,000. Full ranking misses it in the top 10. How likely is a
# > hit among 99 random negatives?

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
visuals.sampled_metric(num_items=2000, num_negatives=99, top=10, rank=50)

# %% [markdown]
# *Figure 3.7. The chance that a test item is a hit, over its rank among all 2,000 items on a logarithmic
# axis. With all items ranked (solid) it drops to 0 after rank 10. Against 99 sampled negatives (dashed) it
# stays near 1 past rank 100. Three sliders move rank, cut-off and the number of negatives.*

# %% [markdown] slideshow={"slide_type": "subslide"}
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
    ### BEGIN SOLUTION
    hits = np.zeros(len(targets))
    for row, target in enumerate(targets):
        free = ~seen[row]
        free[target] = False
        drawn = rng.choice(np.flatnonzero(free), num_negatives, replace=False)
        hits[row] = (scores[row, drawn] >= scores[row, target]).sum() < top
    return hits
    ### END SOLUTION


# %% tags=["check:03.6"]
check("03.6", sampled_hits)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Does the better one win?
#
# A metric may be generous, as long as it is generous to everybody. The question is whether the **better
# recommender still wins**.
#
# > **Predict first.** Can a recommender that never reaches the top 10 beat one that is at rank 1 for every
# > other user?

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 03.7 — `reversal` ({{points:03.7}})
#
# You decide at which rank, among all items, two recommenders A and B put the test item of each user. Choose
# so that **full ranking prefers B and sampled negatives prefer A**, by more than 0.05 in the hit rate, for
# any sizes you are given.
#
# *About 8 minutes. Try your ranks in figure 3.7.*
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
    ### BEGIN SOLUTION
    ranks_a = np.full(num_users, top + 1)  # always just outside
    ranks_b = np.where(np.arange(num_users) % 2 == 0, 1, num_items)  # all or nothing
    return ranks_a, ranks_b
    ### END SOLUTION


# %% tags=["check:03.7"]
check("03.7", reversal)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Here is one such pair, for every number of negatives: A is always at rank 50, B at rank 1 for half of
# 1,000 users and at rank 2,000 for the others.

# %% slideshow={"slide_type": "fragment"}
S = np.unique(np.geomspace(10, 1999, 60).astype(int))
chance = {
    name: hit_chance(rank, 2000, S, 10) for name, rank in (("A", 50), ("best", 1), ("last", 2000))
}
figure, ax = plt.subplots(figsize=(5, 2.8))
ax.plot(S, chance["A"], color=style.USER, label="A: rank 50")
mixed = (chance["best"] + chance["last"]) / 2
ax.plot(S, mixed, color=style.ITEM, linestyle="dashed", label="B: rank 1 or 2,000")
ax.axvline(99, color=style.CONTEXT, linewidth=1)
ax.set(xscale="log", xlabel="sampled negatives", ylabel="hit rate@10", ylim=(0, 1.05))
ax.legend()
plt.show()

# %% [markdown]
# *Figure 3.8. Expected hit rate of two recommenders over the number of sampled negatives; the thin line is
# at 99. With few negatives A wins by far, with all 1,999 it finds nothing and B wins. The order changes
# somewhere between.*
#
# Krichene and Rendle (2020) showed this for the usual metrics: sampling does not only add noise, it measures
# something else. Rank all items. Where that is impossible, say in the metric's name how many were drawn.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 3.8 The tuned comparison
#
# Four similarities on the same data: Dot, GMF, MLP and NeuMF, at $d = 32$. Each got the same twelve trials
# (BPR or the cross-entropy of the NCF paper, two rates, three penalties), early stopping and the choice on
# validation. iALS got twelve pairs of its two knobs. NeuMF was also *fused*: started from the chosen GMF and
# MLP, the pre-training of the paper, and trained on at three rates. So it had the trials of three models.
# Test: three seeds each.
#
# > **Predict first.** Write down the order of iALS, Dot, MLP and NeuMF, with popularity among them.
#
# > **Claim 1.** A tuned NeuMF finds more than a tuned dot product.
# >
# > **Claim 2.** A tuned NeuMF finds more than a tuned iALS.
# >
# > **Claim 3.** 99 sampled negatives put the models in the same order as ranking all items.

# %% tags=["long"]
stored = results.load(
    "03_ncf_movietweetings", command="python -m tests.benchmarks.learned_similarity"
)
stored

# %% slideshow={"slide_type": "fragment"}
final = pd.DataFrame(stored.values["test"]).set_index("model")
final["spread over seeds"] = final.pop("ndcg by seed").map(np.ptp)
final.rename(
    columns={
        "ndcg": "NDCG@20",
        "recall": "recall@20",
        "sampled": "hit rate@10, 99 negatives",
        "full": "hit rate@10, all items",
    }
).sort_values("NDCG@20", ascending=False).round(3)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Now the claims. NeuMF and Dot come in two forms each: with and without pre-training, with and without
# weights (GMF). The better one on validation counts. As in 3.5, a difference counts if it is larger than
# twice its standard error over users.


# %% tags=["experiment"]
def better(*names: str) -> str:
    """Return the one of these models that validation preferred."""
    chosen = {row["model"]: row["ndcg"] for row in stored.values["chosen"]}
    return max(names, key=chosen.get)


def lead(one: str, other: str) -> tuple[bool, str]:
    """Return whether `one` is ahead of `other` by two standard errors, and the numbers."""
    gap, error = stored.values["gaps in ndcg"][f"{one} - {other}"]
    return gap > 2 * error, (
        f"NDCG@20 {final.ndcg[one]:.4f} ({one}) against {final.ndcg[other]:.4f} ({other}): "
        f"{gap:+.4f} ± {error:.4f}, {len(stored.seeds)} seeds"
    )


neumf, dot = better("NeuMF", "NeuMF, fused"), better("Dot", "GMF")
ahead, numbers = lead(neumf, dot)
verdict(stored.claim, holds=ahead, detail=numbers)

# %% tags=["experiment"]
ahead, numbers = lead(neumf, "iALS")
verdict("A tuned NeuMF finds more than a tuned iALS.", holds=ahead, detail=numbers)

# %% tags=["experiment"]
by_full = list(final.full.sort_values(ascending=False).index)
by_sampled = list(final.sampled.sort_values(ascending=False).index)
verdict(
    "99 sampled negatives put the models in the same order as ranking all items.",
    holds=by_full == by_sampled,
    detail=f"all items: {' > '.join(by_full)}; sampled: {' > '.join(by_sampled)}",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Read three rows together: NeuMF from scratch, NeuMF fused, iALS. The fused one does not have to find a dot
# product, it starts with a finished one. And iALS *is* a dot product, so claim 2 compares two losses as much
# as two similarities. Then find popularity. How would a paper look that compares only the models below it?
#
# The lists of claim 3 are of real models on one data set; that the order *can* turn, you have shown yourself
# in 3.7. Would you bet on it for the next data set? This one is small. What carries over is the method: equal
# trials, the choice on validation, all items ranked, and popularity in the table.
#
# Live, one seed and a few seconds: iALS with the knobs of the stored run beside popularity and two models as
# one types them on the first day.

# %% tags=["experiment"]
knobs = next(row for row in stored.values["chosen"] if row["model"] == "iALS")
W, H = mf.ials(R, 32, knobs["alpha0"], knobs["reg"], sweeps=10)
torch.manual_seed(0)
neumf_model = ncf.NeuMF(known.num_users, known.num_items, 32, (64, 32, 16))
live = {
    "iALS, tuned": metrics.rank_all(W, H, past, users=asked),
    "popularity": metrics.rank_with(baselines.popularity(known).scores, past, users=asked),
    "Dot, first day": fit(fresh(0), losses.bpr)[1],
    "NeuMF, first day": fit(neumf_model, losses.bpr, epochs=8, reg=0)[1],
}
means = {name: metrics.evaluate(lists, test, asked).mean() for name, lists in live.items()}
pd.DataFrame(means).T[["recall", "ndcg"]].round(3)

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

# %% [markdown] slideshow={"slide_type": "slide"} tags=["quiz"]
# ## Quiz
#
# Answer first, then open.
#
# ? 1. GMF learns a weight for each coordinate. Is it more expressive than a dot product?
# ! No. Multiply the weights into the item vectors and it is one. Only the path of the training differs.
# ? 2. An MLP can approximate any continuous function. Why is the dot product of 64 coordinates hard for it?
# ! To be able to represent is not to learn: the number of weights and pairs it needs grows with d, and recommenders have few observations per vector.
# ? 3. Your training loss falls nicely and recall is worse than random. What do you check first?
# ! The sign. A turned loss falls just as nicely, while it ranks what users like at the end.
# ? 4. HR@10 is 0.7 in a paper. What do you ask?
# ! Among how many items? With 99 negatives it says that the test item is in the best tenth of the catalog seven times of ten.
# ? 5. Which score can be served from an index over millions of items?
# ! Dot and GMF, whose scores are inner products. An MLP or NeuMF score has no item vector; such a model re-ranks a short list instead.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# * A learned similarity contains the dot product, and still has to learn it. Compare it with a *tuned* one.
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
