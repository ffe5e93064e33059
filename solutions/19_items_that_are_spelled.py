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
# # 19 · Items that are spelled: generative retrieval
#
# > **What if a model *spells* the item it recommends, code by code, and what does that buy for an item that nobody has touched?** So far every item had a number of
# > its own, and all were scored. A pin uploaded this morning has no row in any table. But it has a picture, and a picture can be written in a few codes that older pins have used.
#
# **You will** write items as codes, watch a transformer spell the next one, keep its beam among items that exist, and see what that finds, and what not.
#
# **Time** {{minutes}} minutes with all branches · **Points** {{points}} · **Before** lessons 10 and 15, softmax and SASRec · **Runs on** any CPU
#
# **In an hour:** 19.1 to 19.4, with exercises 19.1 and 19.6. **Branches**, marked ↳, stand after the take-away with what each gives, and with exercises 19.2 to 19.5 and 19.7.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# As a lecture of fifty minutes: 19.1 with a pin spelled by hand, the four bars of 19.2, 19.3 and figure 19.3 with the room choosing the width, then both figures of 19.4, without the map. For the words take branch 19.5: "who
# tells the encoder what was said wrong?", the arrow that is not there, and figure 19.6 with a vote on how many words will live.
# Take two votes: 19.p7 and 19.p8 on who finds what. Branch 19.10 is for people who have read the papers' tables.
#
# Minutes 0 to 2. Ask who would spell a pin, and of what. Leave it open; the question comes back on the last slide. TIGER is a SASRec that reads, and semantic IDs that it writes.

# %% tags=["setup"] jupyter={"source_hidden": true}
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from IPython.display import display

from graphrec_utils import metrics, pinworld, results, sampling, style
from graphrec_utils.exercises import check, predict, remember
from graphrec_utils.models import hstu, rqvae, tiger
from graphrec_utils.plots import visuals
from graphrec_utils.results import verdict

style.use()


def marks(ax, rows: dict, title: str) -> None:
    """Draw each method's mean with its interval, the best on top."""
    order = sorted(rows, key=lambda name: rows[name]["mean"])
    for place, row in enumerate(rows[name] for name in order):
        look = style.look(order[place]) | {"linestyle": "none", "marker": "o"}
        reach = [[row["mean"] - row["low"]], [row["high"] - row["mean"]]]
        ax.errorbar(row["mean"], place, xerr=reach, **look, markersize=7)
    ax.set_yticks(range(len(order)), order, fontsize=10)
    ax.set(title=title, xlim=(0, None))


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Before you begin
#
# Three questions from earlier lessons, from memory.

# %% slideshow={"slide_type": "fragment"}
remember("19")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 19.1 A pin, spelled
#
# A vector says a lot of its item, in 64 numbers of its own. Can a pin be written in parts that other pins use, too? Its **semantic ID**, or *spelling*, is a short row of
# **codes**. The first code names the nearest of $K$ centers. What it leaves over, the **residual**, is given to the nearest of $K$ others, and so on:
#
# $$
# \mathbf r_1 = \mathbf x, \qquad c_\ell = \arg\min_k \lVert \mathbf r_\ell - \mathbf e_{\ell k} \rVert, \qquad
# \mathbf r_{\ell+1} = \mathbf r_\ell - \mathbf e_{\ell c_\ell}
# $$
#
# So $\mathbf x \approx \sum_\ell \mathbf e_{\ell c_\ell}$: the first center is the rough place, each further one corrects it.
#
# | term | in code | meaning |
# |---|---|---|
# | **word** $\mathbf e_{\ell k}$ | `words[l][k]` | a center of level $\ell$ |
# | **book** | `words[l]` | the $K$ words of a level, a *codebook* |
# | **prefix** | `codes[i, :2]` | the first codes of an item: who shares it is alike |
#
# Three books of 64 words make $64^3 = 262{,}144$ spellings from 192 vectors. The first book holds k-means centers of the items, the next those of what it leaves over; or a network
# learns them (branch 19.5). If two items share all codes, a **further code** without meaning counts them: 0, 1, 2, …

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### A spelling is a row of codes: each says what the last left over
# * drawing a point in codes
#
# Minutes 2 to 5. A point is an item's vector, of its picture for example; two numbers here, so that it can be drawn. Crosses are the words of the first book, that is, centers; word 0 lies at (0, 0). Point e lies at (4, 1.7). The nearest center is word 1, at (3, 1), so (1, 0.7) is left. The second book moves 0.6 to the right, the third 0.8 upwards: 1·0·0. The bars are the lengths of what is left.
#
# ### 192 vectors can spell 262,144 items
# * drawing three books
#
# Minutes 5 to 7. Three books of 64 words. A network can learn the books, too: branch 19.5. Two items with the same codes get a further code, 0, 1, 2, which has no meaning. Prefix: the first codes; who shares them is alike.
#
# ### Seven words spell nine points; a tenth needs no new word
# * figure 19.1
#
# Minutes 7 to 12. Choose a point in figure 19.1, move "codes that agree" from 0 to 3 and ask each time who is left: with one code a, b and c are the same. Usual wrong answer: the second code names a place in the plane. It names a place within what the first has left over.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 19.1 — `residual_codes` ({{points:19.1}})
#
# Write the two lines above. By hand, three levels and two points:
#
# | | level 1 | level 2 | level 3 |
# |---|---|---|---|
# | centers | (0, 0), (1, 3), (4, 1) | (1, −1), (3, 0) | (−1, 1), (1, 1) |
# | rest of the first point | (5, 5): code 2 | (1, 4): code 1 | (−2, 4): code 0 |
# | rest of the second point | (1, 0): code 0 | (1, 0): code 0 | (0, 1): code 0 |
#
# At the last level the second point has left (0, 1), as near to both centers: the first is taken.
#
# *About 7 minutes. Stuck? Hints are free.*
#
# {{hints:19.1}}


# %% tags=["exercise:19.1"]
def residual_codes(X: np.ndarray, words: list[np.ndarray]) -> np.ndarray:
    """Return the semantic IDs of items.

    Args:
        X: (n, d).
        words: L arrays (K, d), the centers of each level; K may differ.

    Returns:
        (n, L) int64: at each level the nearest center (squared distance, of equal ones the first) of what the levels before
        left over.
    """
    ### SOLUTION


# %% tags=["check:19.1"]
check("19.1", residual_codes)

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
visuals.semantic_tree(
    [[-0.1, -0.5], [0.9, 0.6], [-0.4, 1], [2.75, 0.5], [4, 1.7], [3.4, 0.1], [0.9, 2.5], [1.9, 3.6], [0.3, 4]],
    [np.array([[0.0, 0], [3, 1], [1, 3]]), np.array([[0.6, 0], [-0.4, 0]]), np.array([[0, 0.8], [0, -0.2]])],
    "abcdefghi", function=residual_codes,
)  # fmt: skip

# %% [markdown]
# *Figure 19.1. Nine points, spelled in one code and in three. A cross (+) is what the codes so far stand for, a line what is left to be said. Shaded is where a new point would begin like the chosen one. On the screen choose a
# point and the length of its prefix, or carry a new pin; once your function passes, the codes are yours.*
#
# With one code, *a*, *b* and *c* are the same. The second code moves the cross left or right, the third up or down, alike in all three groups. So seven words spell nine points, and a tenth, tomorrow, needs
# no new word. But the line from a point to its cross is lost: no code says it.
#
# **A spelling says roughly where an item lies, in words that it shares with others. So a new item can be spelled at once.**

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 19.2 Spelling the next item
#
# How does one recommend by spelling? Write every item of a history as its codes, and the history is a text:
#
# | | first item | | second item | | to come |
# |---|---|---|---|---|---|
# | spelled | 5 · 7 · 1 · 3 | \| | 1 · 7 · 1 · 1 | \| | ? · ? · ? · ? |
#
# (Three words each, and the further code.) A causal transformer (lesson 15) reads it and predicts the next code, then the one after it. The chance of an item is the product of the chances of its codes:
#
# $$
# \log p(i \mid \text{history}) = \sum_\ell \log p\big(c_\ell(i) \mid \text{history}, c_1(i), \dots, c_{\ell-1}(i)\big)
# $$
#
# If the first code has the chance 3/4, and the second, after it, 1/4, the two have $\tfrac34 \cdot \tfrac14 = \tfrac3{16}$. Each factor is a softmax over the 64 words **of its own level**; SASRec's runs over
# all items and needs a vector of each (branch 19.11 writes the loss). This is **TIGER** (2023), or *generative retrieval*: the model does not score a catalog, it writes, and reads what it has
# just written.
#
# Watch one write the likeliest pin. This small transformer has learned from the saves of PinWorld, whose pins are spelled by their pictures.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### A history is a text, and its next word is a code
# * drawing a history is a text
#
# Minutes 12 to 14. Spell two films on the board and ask what the transformer of lesson 15 has read when it predicts the second code. Usual wrong answer: the history alone. It has read the first code of the answer, too. The fourth code is the further one.
#
# ### It chooses among 64 words each time: no item needs a vector
# * drawing chances multiply
#
# Minutes 14 to 16. Chances multiply: 3/4 for the first code, then 1/4 for the second, make 3/16; in logarithms they add up. Over what does each softmax run? Usual wrong answer: over all words of all books. It runs over one book; SASRec's runs over all items and needs a vector of each. This is TIGER, of 2023: the model does not score a catalog, it writes. The little bars are a sketch.
#
# ### Must the likeliest pin begin with the likeliest first code?
# * vote 19.p9: We measured one user. Does her likeliest pin begin with her likeliest code?
# * drawing the first code
#
# Minutes 16 to 18. The speller writes the pin that it finds likeliest of all. The bars are a sketch; the measured ones come next. Usual wrong answer: yes, a likely whole begins with a likely part.
#
# ### First code 0 is likelier, yet 2·1·4·0 is written
# * drawing two beginnings
#
# Minutes 18 to 20. A small speller of 16 words a level; the numbers of figure 19.2, multiplied level by level. After one code 0 is ahead, 0.35 to 0.14. After 2 the speller is sure how to go on, 0.66; after 0 the likeliest second code has 0.31. Gray is each time the best that begins with 0, the likeliest first code. With two codes 2·1 has nearly caught up; the codes that follow decide. The right pair is exact, of all pins that were not saved yet.

# %% slideshow={"slide_type": "fragment"} tags=["predict:19.p9"]
predict("19.p9")

# %% jupyter={"source_hidden": true}
# All parts together, small: words that a network has learned, the pins spelled in them, and a transformer that learns to write the next save
world = pinworld.load("tiny")
shown = torch.from_numpy(world.images - world.images.mean(axis=0)).float()
shown = shown / shown.square().sum(dim=1).mean().sqrt()
network = rqvae.fit(shown, sizes=(16, 16, 16), dim=16, epochs=10, lr=0.003, progress=True)
codes = rqvae.distinct(network.codes(shown))

saves = world.interactions(pinworld.POSITIVE_ACTIONS)
at = np.lexsort((saves.times, saves.users))
ordered = type(saves)(saves.users[at], saves.items[at], saves.num_users, saves.num_items)
histories = sampling.histories.cut(ordered, 11)  # ten pins to read, and the one that comes next
latest = sampling.latest(saves, 10)  # the ten that are read when the model is used
speller = tiger.fit(latest, histories, codes, dim=32, epochs=4, progress=True)

user = 21
exact = np.exp(speller.scores([user])[0])  # of every pin
exact[saves.csr()[[user]].indices] = 0  # what was saved is not written again

# %% slideshow={"slide_type": "subslide"} tags=["experiment", "answers:19.p9"] jupyter={"source_hidden": true}
(pin,) = speller.ranked([user], top=1, width=50, seen=saves.csr())[0]
spelled = codes[pin]
with torch.no_grad():
    following = speller.eval().asked(latest[[user]])
    chances = [following(spelled[None, None, :level]).exp()[0, 0].numpy() for level in range(4)]

figure, axes = plt.subplots(1, 4, figsize=(8.4, 2.2), sharey=True)
for level, (ax, p) in enumerate(zip(axes, chances, strict=True)):
    bars = ax.bar(range(len(p)), p, color=style.CONTEXT)
    written = int(spelled[level])
    bars[written].set(facecolor=style.ITEM, edgecolor=style.INK, hatch="//")
    ax.text(written + 0.8, p[written] + 0.01, f"{written}: {p[written]:.2f}", fontsize=9)
    after = "·".join(map(str, spelled[:level].tolist()))
    name = f"code {level + 1}" if level < 3 else "further code"
    ax.set_title(name + f", after {after}" * (level > 0), fontsize=10)
    ax.set(xlabel="word", ylim=(0, 0.8))
axes[0].set_ylabel("chance")
plt.show()
print("read:", *("·".join(map(str, codes[pin].tolist())) for pin in latest[user].tolist()))
print("written:", "·".join(map(str, spelled.tolist())))
best = torch.tensor(chances[0].argmax())
other = following(best[None, None, None]).exp().max()
rival = np.where(codes[:, 0].numpy() == best.item(), exact, 0).argmax()
print(
    f"first code: {chances[0][spelled[0]]:.2f} for {spelled[0]}, {chances[0][best]:.2f} for {best}"
)
print(f"likeliest second code: {chances[1].max():.2f} after {spelled[0]}, {other:.2f} after {best}")
rest = "·".join(map(str, codes[rival].tolist()))
print(
    f"the whole pin: {exact[pin]:.3f}; likeliest that begins with {best}, {rest}: {exact[rival]:.3f}"
)

# %% [markdown]
# *Figure 19.2. What a small speller, of 16 words at each of three levels, expects of one user; the further code only counts. Each panel has the chances of one code, after those written before it. Hatched is what was written. The bars of
# a panel add up to 1; the four hatched ones multiply to the chance of the pin.*
#
# The likeliest first code is 0, and yet the pin begins with 2: after 2 the speller is surer how to go on. After two codes 2·1 has nearly caught up, $0.14 \cdot 0.66 = 0.09$ beside $0.35 \cdot 0.31 = 0.11$, and the
# codes that follow decide: the whole pin has 0.017, the likeliest that begins with 0 only 0.012.
#
# Now look at what was read: four of the ten pins begin with 2. The speller writes a pin made of parts that this user has saved.
#
# **The likeliest first code need not begin the likeliest item.**

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 19.3 A beam inside a trie
#
# Then how is the likeliest item found, without asking all? **Beam search** spells level by level and keeps several prefixes, the likeliest ones; how many is its **width**.
#
# And most spellings are no item: of $64^3$ a few thousand exist. A **trie**, the tree of all items' codes, says which code may follow which prefix. What it forbids gets $-\infty$. A new item enters it, one that is
# sold out leaves it, and nothing is trained.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### A beam keeps several beginnings, a trie keeps only real items
# * drawing beam by hand
#
# Minutes 20 to 23. This beam is three wide. Of all 262,144 spellings a few thousand are items. A new item enters the trie, one that is sold out leaves it, and nothing is trained for either.
#
# ### A beam of 1 finds Alien, 0.054, and loses Fargo, 0.21
# * figure 19.3; step = 3
#
# Minutes 23 to 27. A beam of 1 has run to its end: it finds Alien, and Fargo is nearly four times as likely; of Fargo it never hears. Go back to its first code and step: where did it lose Fargo? Then a beam of 2: Fargo, but not Jaws. Then without the trie. Usual wrong answer: a wider beam only adds films at the end.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 19.6 — `step` ({{points:19.6}})
#
# Write one level of the search. By hand, two prefixes and the chances of what may follow:
#
# | prefix | its chance | code 0 | code 1 | code 2 |
# |---|---|---|---|---|
# | 0 | 0.6 | 0.2 | 0.7, but no item | 0.1 |
# | 1 | 0.4 | 0.7 | 0.25 | 0.05 |
#
# A beam of three keeps $0.4 \cdot 0.7 = 0.28$, then $0.6 \cdot 0.2 = 0.12$, then $0.4 \cdot 0.25 = 0.1$. Without the trie 0.42 would come first, and be no item.
#
# *About 12 minutes.*
#
# {{hints:19.6}}


# %% tags=["exercise:19.6"]
def step(
    log_p: torch.Tensor, following: torch.Tensor, allowed: torch.Tensor, width: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the prefixes that go on, the likeliest first.

    Args:
        log_p: (P,) of the prefixes so far; P is 1 at the root, and at most the width later.
        following: (P, K) log p of the code that comes next, after each prefix.
        allowed: (P, K) bool, True where some item begins so; one entry is at least.
        width: how many go on; all that are allowed, where these are fewer.

    Returns:
        log_p of the longer prefixes, which prefix each one continues, and with which code: three tensors of one length.
    """
    ### SOLUTION


# %% tags=["check:19.6"]
check("19.6", step)

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
visuals.beam_trie(function=step)

# %% [markdown]
# *Figure 19.3. Nine films in a trie of three codes, and what beams of 1, 2 and 6 keep, with the chances of what they find. On the screen set the width, or take the trie away; once your function passes, it decides what goes on.*
#
# The branches at the root have the chances 0.45, 0.35 and 0.2, from the top. A beam of 1 takes the first, to Alien. Fargo, nearly four times as likely, is lost there: its first code is second. A beam of 2 finds Fargo, but
# not Jaws, the second best, whose first code is third.
#
# On 19.4's games a beam of 10 finds seven of the true first ten, one of 50 nearly all (19.8); without a trie 12 % of a list are no game.
#
# **With a narrow beam a speller misses some of the best items, and without a trie it writes some that do not exist.**

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 19.4 Who finds what
#
# TIGER's abstract makes two promises: one about **known** items, one about new ones. First, who finds what a person plays next, among the games of lesson 15?
#
# A spelling can only say what it is made of. The paper makes it of content. These games come without, so their codes are made of iALS's vectors, that is, of likes.
#
# | who | reads | has for each game |
# |---|---|---|
# | TIGER | the order | codes, shared with others |
# | SASRec; HSTU, its kin without a softmax in the attention (19.7) | the order | a vector of its own |
# | chain | the last game | counts of what came next |
# | RP3β, a walk | all games, no order | edges, nothing trained |
# | iALS | all games, no order | a vector of its own |
#
# > **Claim** (of the abstract of TIGER, in our words). On known items a model that spells finds more than SASRec.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### Six look for the next game; TIGER's codes come from likes
# * drawing who reads what
#
# Minutes 27 to 30. TIGER's abstract promises more on known items, and on new ones. First the known: the next game. The paper makes codes of content; the games have none, so theirs are cut from iALS's vectors. Chain counts what followed the last game; HSTU is SASRec with weights that are not normalized; RP3β walks from her games. Who is first, who last?
#
# ### Who finds the next game?
# * then vote 19.p7: Codes are made of likes. Who finds more? | TIGER
# * drawing a vector or codes
#
# Minutes 30 to 32. The claim of the abstract: a model that spells finds more than SASRec. Usual wrong answer: as in the abstract.
#
# ### TIGER finds less than SASRec; from iALS nobody can tell it
# * figure 19.4
# * words TIGER's codes are made of iALS's vectors: ask what a spelling is made of.
#
# Minutes 32 to 34. RP3β is the walk. Start at the top: the bars of the first four overlap. TIGER's overlaps that of chain, too: of these two the figure alone says nothing. Then TIGER and its neighbor: TIGER reads the order, iALS does not, and yet nobody can tell them apart. Perhaps the rounding into codes loses what the order wins.
#
# ### On known items our speller finds less than SASRec
# * leads: games, codes of likes = −0.023, −0.036, −0.010; films, codes of genres = −0.025, −0.034, −0.015
#
# Minutes 34 to 36. The claim does not hold here. NDCG@10, TIGER minus SASRec. The claim is about codes of content, and the games' are of likes: so the films, too, where codes are made of genres. A likely reason: SASRec can say of every game what comes after it, TIGER's words belong to all games. On the games ours still improved: after 32 passes it finds 0.045, asked of all 2,400 people, still behind SASRec.

# %% slideshow={"slide_type": "fragment"} tags=["predict:19.p7"]
predict("19.p7")


# %% tags=["long", "experiment", "answers:19.p7"] jupyter={"source_hidden": true}
command = "python -m solutions.experiments.lesson19.spelled"
found = results.load("19_known", command=f"{command} known").values
games = found["sets"]["amazon-games"]
SHOWN = ("SASRec", "HSTU", "chain", "RP3β", "iALS", "TIGER", "popularity")
figure, ax = plt.subplots(figsize=(5.6, 3))
marks(ax, {name: games["rows"][name] for name in SHOWN}, "amazon-games")
ax.set_xlabel("NDCG@10 of the next event")
plt.show()

lead = metrics.Comparison.stored(games["leads"]["TIGER over SASRec"])
verdict(
    "On known items a model that spells finds more than SASRec.",
    lead,
    detail=f"NDCG@10, amazon-games, TIGER − SASRec: {lead.gain('.3f')}",
)

# %% [markdown]
# *Figure 19.4. NDCG@10 of each person's last event on the games, with intervals of 95 %. RP3β is the walk; item2item, not drawn, is level with it.*
#
# **How to read it.** TIGER stands far below the four at the top. A likely reason is what it writes with. SASRec can say of every game what comes after it. TIGER's words are shared: what it
# learns of one game it says, in part, of all that begin alike. That should help where nothing is known of a game, and may hurt where much is.
#
# Now look at TIGER's neighbor, iALS. TIGER reads the order, iALS does not. Yet nobody can tell them apart. Perhaps the rounding into codes loses what the order wins.
#
# Does content help? On films, spelled by their genres, TIGER passes iALS, and is behind SASRec all the same. But deal these spellings to the films by lot: it passes iALS as well. So there likely the order carries it. Deal the games their spellings by lot, and TIGER finds a third of what it found: there the meaning carries most.
#
# **Made of iALS's vectors, a spelling did not pass iALS. Before you praise a spelling, ask what it is made of.**
#
# <details><summary>Is it the spelling that helps, or the order?</summary>
#
# On films nobody can tell TIGER from TIGER with spellings dealt by lot, where each is only a name. On the games, after as much training, it finds a third of what it finds with its own. One guess why: in training a film has 24 likes, a game 10, and what is seen rarely has to learn from what is spelled like it. Another:
# genres say little of a film, and iALS's vectors say much of a game.
#
# </details>
#
# <details><summary>How this was measured</summary>
#
# Bars that overlap decide nothing; the card does, for it asks the same people. These cannot tell SASRec and HSTU apart. The split, the people and the measure of 15.3: the last event of 2,400 people, the one before it chose; a third of them is asked, 800 people, after one training each (among these SASRec has 0.062 and the walk 0.067; over all three thirds, in 15.3, they have 0.057 and 0.062). TIGER chose among 4, 8 and 16 passes (0.042, 0.045 and 0.048 on the event before), SASRec had six settings, HSTU takes SASRec's, all others come with those of 15.3. TIGER: two blocks, 64 numbers, three books of 64 words and a further code, a beam of 50. It, HSTU and SASRec read the latest 50 events. Codes are made of iALS's item
# vectors: TIGER is told the likes twice. A TIGER of the paper reads with an encoder and has a hashed user id; ours is one transformer. item2item finds 0.067, iALS 0.040, TIGER 0.039. TIGER reads four codes where SASRec reads one event: 168 s of training beside 36, CPU time of one training, the words' included.
#
# Films: MovieTweetings, the last event of 2,400 people, one training each on all before it; the event before it chose, among three trials for everybody: 8, 16 and 32 passes of TIGER (0.110, 0.119 and 0.126 there), 4, 8 and 16 of HSTU and SASRec, one knob of the others.
#
# | known films, NDCG@10 | finds | with more trials | TIGER |
# |---|---|---|---|
# | SASRec | 0.145 | | is behind by 0.025 (from 0.015 to 0.034) |
# | HSTU | 0.143 | 0.146, six | is behind |
# | TIGER | 0.121 | | |
# | item2item; chain; walk | 0.119; 0.117; 0.114 | 0.121; 0.131; 0.114, twelve | cannot be told from them |
# | iALS | 0.089 | 0.099, twelve | is ahead of the 0.099 by 0.022 (from 0.014 to 0.030) |
# | popularity | 0.089 | | is ahead |
#
# No verdict turns with more trials. *Dealt by lot*: with the codes of the genres dealt to the films by lot 16 passes find 0.114, with their own 0.117: ahead by 0.004 (from −0.003 to 0.010), which cannot tell. Dealt by lot TIGER is ahead of that iALS by 0.015 (from 0.007 to 0.023).
# The 1,714 films have 417 sets of genres, and the commonest is that of 104: only the further code tells these apart.
# On the games, all 2,400 people, after 8 passes: with codes of iALS's vectors TIGER finds 0.038, with the same codes dealt by lot 0.012, behind by 0.026 (from 0.020 to 0.032); dealt ones of 16 passes find 0.015, behind those by 0.023 (from 0.017 to 0.029). That iALS, tuned by twelve trials, finds 0.044: TIGER of 8 passes is behind it by 0.007 (from 0.001 to 0.012). The 9,322 games
# have 5,868 rows of three codes.
#
# Of the films 32 passes cannot be told from 16 (ahead by 0.003, from −0.001 to 0.007).
#
# *Games, once more*: all 2,400 people, TIGER after 32 passes, which had found 0.052 on the event that chose where 16 found 0.048. Four trials for everybody who has knobs; of SASRec's six the third was the best.
#
# | known games, NDCG@10 | finds | with more trials | TIGER |
# |---|---|---|---|
# | SASRec | 0.062 | | is behind by 0.016 (from 0.009 to 0.024) |
# | walk; item2item | 0.061; 0.059 | 0.062; 0.058, twelve | is behind |
# | HSTU | 0.055 | | is behind by 0.010 (from 0.002 to 0.017) |
# | chain | 0.052 | 0.055, twelve | cannot be told from the 0.052, is behind the 0.055 by 0.010 (from 0.001 to 0.018) |
# | TIGER | 0.045 | | |
# | iALS | 0.044 | 0.044, twelve | is ahead by 0.001 (from −0.004 to 0.006): cannot be told from it |
# | popularity | 0.016 | | is ahead |
#
# With a second seed of SASRec it is behind by as much.
#
# **Not settled:** 64 passes; a second seed of TIGER's; another dropout or rate; codes of iALS's vectors for the films; codes by lot on the games after 32 passes. To find as much as SASRec's 0.154 on the films' event that chose, TIGER would need four more steps as large as the last.
# Commands: `python -m solutions.experiments.lesson19.spelled known` and `films`, `python -m solutions.experiments.lesson19.settled last`, `longer`, `dealt`, `lot` and `games`.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Pins that nobody has touched
#
# Now the **new** ones. SASRec has no vector for a pin of this morning. TIGER needs none: the pin is spelled in words learned from old pins.
#
# So a tenth of PinWorld's pins is hidden from training and alone asked for; then a tenth of the films. The rivals go by something else than an item's likes, too:
#
# | rival | goes by |
# |---|---|
# | content | what is nearest to the person's own mix of contents |
# | iALS | the author, taken as one more user who likes all that he made; of a film, its genres likewise |
# | iALS, told of content | content (and author), made into a vector of iALS's |
# | popularity | how often these other pins or films are liked |
# | codes by chance (pins) | nothing: TIGER with codes that mean nothing |
# | an order by chance (films) | nothing: the candidates shuffled |
#
# TIGER scores a new item by the chance of its whole spelling, or of its first few codes alone, as many as validation chose.
#
# > **Claim** (of TIGER's abstract and its test of new items, in our words). A model that spells finds more of what is new than the nearest content.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### A pin of this morning has no row, but it can be spelled
# * drawing a pin of this morning
#
# Minutes 36 to 37. If sharing parts pays anywhere, then here. A tenth of PinWorld's pins is hidden; these alone are candidates. Then the same with films.
#
# ### Every rival does without likes of the pin itself
# * drawing rivals without likes
#
# Minutes 37 to 39. Row by row: what does it know of a new pin? Author means: by his other pins. Of a film, genres stand in the place of both.
#
# ### Who finds what is new?
# * then vote 19.p8: Nobody has touched these pins. Who finds more of them?
# * drawing a vector or codes of content
#
# Minutes 39 to 41. The claim of the abstract: a model that spells finds more than the nearest content. Usual wrong answer: TIGER, it has learned what follows what.
#
# ### A new pin can be spelled and found; content and author find more
# * drawing new pins found
#
# Minutes 41 to 45. The left half of figure 19.5. Begin at the bottom: with codes that mean nothing TIGER finds no more than popularity. One code finds 0.303, all four 0.251; content, above, 0.380. Rounding cannot be the whole reason, for one code does better than four. Its right half, not drawn: on films TIGER, asked for three codes as validation chose, cannot be told from popularity; four are better, and content is first. On pins the author's other pins say most: iALS, on top.
#
# ### On new items, too, it finds less than the nearest content
# * leads: new pins, one code = −0.077, −0.094, −0.060; new films, three codes = −0.044, −0.051, −0.036
# * words TIGER minus content, in NDCG@20, with as many codes as validation chose.
#
# Minutes 45 to 46. The claim does not hold here. With all four codes films are found better, and still less well than by content. Both intervals leave zero out, on the pins and on the films. A likely reason: TIGER has learned what comes next, while here a pin counts whenever it is liked.

# %% slideshow={"slide_type": "fragment"} tags=["predict:19.p8"]
predict("19.p8")

# %% tags=["long", "experiment", "answers:19.p8"] jupyter={"source_hidden": true}
CONTROL = "codes by chance"
fresh = results.load("19_new", command=f"{command} new").values
later = results.load("19_new_films", command=f"{command} new_films").values
figure, axes = plt.subplots(1, 2, figsize=(8.6, 3.6))
for ax, data, title in ((axes[0], fresh, "new pins"), (axes[1], later, "new films")):
    asked = ("TIGER, four codes", f"TIGER, {data['asked']}")
    names = (
        "content",
        "iALS",
        "iALS, told of content",
        "popularity",
        CONTROL,
        "an order by chance",
        *asked,
    )
    marks(ax, {name: data["rows"][name] for name in names if name in data["rows"]}, title)
    ax.set_xlabel("NDCG@20 among these alone")
plt.show()
pins, genres = (metrics.Comparison.stored(x["leads"]["TIGER over content"]) for x in (fresh, later))
verdict(
    "A model that spells finds more of what is new than the nearest content.",
    pins,
    detail=f"NDCG@20, TIGER − content: among new pins {pins.gain('.3f')}; among new films {genres.gain('.3f')}",
)

# %% [markdown]
# *Figure 19.5. NDCG@20 among what nobody has touched, with intervals of 95 % over people: TIGER and its rivals.*
#
# **How to read it.** Begin at the bottom, on the left, with codes that mean nothing. TIGER finds several times as much: this the meaning of its codes has brought. So a new pin *can* be ranked on its first
# morning, by what its parts have meant before. Among new pins, that is: among all, old ones fill the lists (15.10). On the right less is sure: of films only genres are known, and with three codes, as validation chose, nobody can tell TIGER from popularity. Four would have found 0.079, and been ahead of it.
#
# Now look up, at content: the same pictures and words, and no transformer. It is ahead on both sides. Rounding cannot be the whole reason: on pins one code, the coarsest spelling, does better than four (on films four do better). A likelier one is
# the question: TIGER has learned what comes *next*, while here a pin counts whenever it is liked.
#
# On pins iALS is better still, and it reads no content: it goes by the author's other pins. So ask first who made a thing.
#
# **Spelled, a new pin can be found, but less well than by the content that it is spelled from.**
#
# <details><summary>How this was measured</summary>
#
# Pins: measured as lesson 18 measures the question of content, where no content is wrong: PinWorld at scale 0.35, everybody with a history who liked a new pin: 785 people of one world for TIGER, content and chance, three worlds for the other rows, which come from there. Another tenth chose among three lengths of training of TIGER (2, 4 and 8 passes: 0.258, 0.308 and 0.283), and for how many codes it is asked
# (test: 0.303, 0.279, 0.259, 0.251 for one to four); "content" had ten settings. "content": a person is folded in to the contents as iALS folds in a user. Two towers find 0.348.
#
# Films: MovieTweetings, 178 of 1,714 films, 2,385 people. Another tenth chose among six settings of TIGER, 0.067 to 0.069 (8 passes, the longest that was tried, won), twelve of iALS and of iALS told of content, ten of content (the smallest regularization won, and iALS's largest size: ends of what was tried). For three codes 0.069 there, for four 0.034; in the test 0.054 and 0.079. The tenth that chose says three codes, the test says four, with which TIGER is ahead of popularity. The intervals are over people: other films might turn the numbers of codes round, as these two tenths do; content
# finds more than TIGER in both, whatever it is asked for. By their dates new films were not asked for: of the likes of all that come in the last 15 % of the time, two films have 29 %, and the test would be about these two.
#
# Codes by chance are asked for as many codes as TIGER. What is sought was liked at any time, and TIGER says what comes next. Fewer words and smaller books were not tried, nor codes of k-means. Among all items new ones need a shelf of their own (15.10). Commands: `python -m solutions.experiments.lesson19.spelled new`, and `new_films`.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What it is for
#
# > **What it is for.** A catalog too large for a vector each, and items that must be found on the day they come.
# >
# > **Where it won.** In size: words and codes of the games take 0.09 MB, vectors 2.39 (19.8). New pins, among themselves, are found at all: 0.303, by chance 0.046.
# >
# > **Where it did not.** On known games it finds 0.039, SASRec 0.062. The nearest content is ahead on new pins, 0.380 to 0.303, and on new films. And in time: 7.7 ms a person with a beam of 50, SASRec's product with all games 0.2 (19.8).
#
# Why spell, then? An item adds 256 bytes, 64 numbers, to a table of vectors, and four bytes to the spellings. That counts where vectors do not fit into memory. Ours do.
#
# | your catalog | take |
# |---|---|
# | a vector for each item fits into memory, and items have likes | vectors: SASRec, or a walk |
# | items come every day, with content or an author | the nearest content; the author, if he has other items |
# | too many items for a vector each | spell, inside a trie (for its size; not tried here) |

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### Spell when vectors do not fit; else take them or content
# * drawing which to take
#
# Minutes 46 to 48. A number takes four bytes. Our vectors fit, so the lowest box stands on the size alone.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# * **What if a model spells the item it recommends, and what does that buy for an item that nobody has touched?** To be served no item needs a vector, and one with content can be ranked on its first morning, for its parts are known. Here that bought less than a
#   vector does: the nearest content finds more of what is new, and SASRec more of what is known.
# * Chances multiply, level by level. A beam keeps several prefixes at once; the trie keeps it among items that exist.
# * Put the nearest content and a walk beside a spelling.
#
# **Next.** The course began with a question: who should see what? Now take your own data and the sliders of 18.11. Which of these models would you build first, which not at all, and
# what would you measure to find out that you were wrong?
#
# <details><summary>Three papers</summary>
#
# **Further reading.** Rajput et al., *Recommender Systems with Generative Retrieval* ([arXiv 2305.05065](https://arxiv.org/abs/2305.05065)). De Cao et al., *Autoregressive Entity Retrieval* ([arXiv 2010.00904](https://arxiv.org/abs/2010.00904)): names in a trie.
# Yang et al., *Unifying Generative and Dense Retrieval* ([arXiv 2411.18814](https://arxiv.org/abs/2411.18814)): both sides under one protocol.
#
# </details>

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### What if a model *spells* the item it recommends, code by code, and what does that buy for an item that nobody has touched?
# * then drawing what spelling bought
# * then words **Size; and a new item can be found: 0.303, by chance 0.046, by content 0.380.**
#
# Minutes 48 to 50. The question of the first slide again: what does spelling buy for an item that nobody has touched? Let the room answer before you press the key. Among new pins it can be ranked on its first morning: 0.303, by chance 0.046, by the nearest content 0.380. Each pair has its own scale. Memory: words and codes beside vectors. It costs time, not drawn: a beam of 50 takes 7.7 ms a person, SASRec's one product with all games 0.2. For which catalog would you spell? Usual wrong answer: for every large one. Ask what an item without content is spelled with.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Quiz
#
# {{quiz}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Branches
#
# The hour ends here. Each branch stands alone, with the results that 19.4 has loaded.
#
# | ↳ | what it gives | minutes |
# |---|---|---|
# | 19.5 | RQ-VAE: words that a network learns although rounding has no gradient | 30 |
# | 19.6 | words that spell nothing, pins of one spelling: revival and further codes | 30 |
# | 19.7 | HSTU: attention without a softmax, and what it can count | 25 |
# | 19.8 | the width of a beam, milliseconds, bytes, and the probability that nobody gets | 10 |
# | 19.9 | codes by chance, and short and long histories: is it the meaning? | 6 |
# | 19.10 | what companies have said, and what others got from the same papers | 8 |
# | 19.11 | the loss of a speller by your own hand | 14 |

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 19.5 ↳ Words that are learned
#
# *A branch of about 30 minutes. It gives a training through a rounding, and a warning about losses that fall.*
#
# Centers of k-means know only what an item's vector looks like. **RQ-VAE** learns words and vectors together: an **encoder** $E$ makes a vector $\mathbf z = E(\mathbf x)$ of
# the content, books spell it, and a **decoder** $D$ must say the content again from the sum of the words. Whatever the words cannot say counts as loss.
#
# One thing is in the way. The arg min has no gradient: move $\mathbf z$ a little, and the code stays what it is. So nothing of what the decoder said wrong reaches the
# encoder. The **straight-through** trick (van den Oord et al., [arXiv 1711.00937](https://arxiv.org/abs/1711.00937)) writes the line that is missing:
#
# $$
# \hat{\mathbf z} = \mathbf z + \operatorname{sg}\Big( \sum_\ell \mathbf e_{\ell c_\ell} - \mathbf z \Big)
# $$
#
# where $\operatorname{sg}$, **stop gradient** (`.detach()`), passes values and no gradient. Forward it is the sum of the words. Backward it is $\mathbf z$, as if nothing had been rounded.

# %% [markdown] slideshow={"slide_type": "subslide"}
# The whole loss of an item has three kinds of terms, and each is there to move somebody else:
#
# $$
# \big\lVert \mathbf x - D(\hat{\mathbf z}) \big\rVert^2
# + \sum_\ell \lVert \operatorname{sg}(\mathbf r_\ell) - \mathbf e_{\ell c_\ell} \rVert^2
# + \beta \sum_\ell \lVert \mathbf r_\ell - \operatorname{sg}(\mathbf e_{\ell c_\ell}) \rVert^2, \qquad \beta = 0.25
# $$
#
# | term | asks | who moves |
# |---|---|---|
# | first | is the content said again? | decoder, and the encoder straight through |
# | second | is a word where what it spells is? | words alone |
# | third, **commitment** | does the encoder stay near its words? | encoder alone |
#
# A stop at the wrong place gives **the same number**. Only the gradient tells, and training falls either way: so the check compares gradients, too.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 19.2 — `rq_loss` ({{points:19.2}})
#
# By hand, one number a vector: $x = 2$, $z = 1.4$, words 0 and 1, then 0.5 and −0.5, and the decoder says what it reads. The first word is 1; 0.4 is
# left; the second word is 0.5; said is 1.5. First term $0.5^2 = 0.25$; second $0.4^2 + 0.1^2 = 0.17$; third a quarter of that: 0.4625 together. Without
# the residual, 1.4 would be coded twice.
#
# *About 15 minutes.*
#
# {{hints:19.2}}


# %% tags=["exercise:19.2"]
def rq_loss(
    x: torch.Tensor, z: torch.Tensor, words: list[torch.Tensor], decoder: torch.Tensor, beta: float
) -> torch.Tensor:
    """Return the loss of an RQ-VAE.

    Args:
        x: (B, f) content.
        z: (B, d), what the encoder made of it, with its gradient.
        words: a book (K, d) for each level; K may differ. What is left over for the next level keeps the gradient of z
            at every level, and gives the words none.
        decoder: (d, f); what is said is a vector times this matrix.
        beta: weight of the commitment.

    Returns:
        () the mean over items of the three sums of squares.
    """
    ### SOLUTION


# %% tags=["check:19.2"]
check("19.2", rq_loss)

# %% [markdown] slideshow={"slide_type": "subslide"}
# What happens to somebody who forgets the straight-through line? The decoder reads the words; words and decoder learn; the encoder hears the commitment alone.

# %% slideshow={"slide_type": "fragment"} tags=["predict:19.p2"]
predict("19.p2")

# %% tags=["long", "answers:19.p2"]
learned = results.load("19_words", command=f"{command} words").values
kept = [r["curve"] for r in learned["rows"] if r["start"] == "k-means" and r["revive"]]
over = {
    "with the line": np.mean([[epoch["left over"] for epoch in curve] for curve in kept], axis=0),
    "without": np.mean([[e["left over"] for e in c] for c in learned["without the line"]], axis=0),
}
for name, curve in over.items():
    print(
        f"{name}: not said again {curve[0] / learned['all']:.0%} after one epoch, {curve[-1] / learned['all']:.0%} after {kept[0][-1]['epoch']}"
    )
print(
    f"residual k-means without any network: {learned['k-means alone']['left over'] / learned['all']:.0%}"
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Without the line the error falls, too, by a tenth; with it by half. Somebody who sees the first curve alone sees a training that works.
#
# **A loss that falls is no sign that everybody learns.**
#
# (Plain k-means in the space of the content says these pins again still better, with three codes each. The network has fewer numbers between, and fifty epochs. Its spellings are shared less often.)

# %% [markdown] slideshow={"slide_type": "skip"}
# ### A question about this branch
#
# {{quiz:19.q2}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 19.6 ↳ Words that die, items that collide
#
# *A branch of about 30 minutes. It gives revival and the further code by your own hand, and what each of them is worth.*
#
# A word learns from the items it spells. A word that is nobody's nearest gets no gradient and stays where it is. Unless others move away, it is nobody's nearest tomorrow: it is **dead**.
# Two remedies: begin where the vectors are (a **k-means start**), and before each epoch put dead words where somebody's residual is (**revival**).

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# For questions. Figure 19.6 without either switch: let it play, and let the room count: six of eight are dead, and two of the six live again since others
# moved away. Then reset, "revive", one step. Usual wrong answer: all dead words come back so. Then 19.p3.

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
visuals.codebooks()

# %% [markdown]
# *Figure 19.6. Sixty points in four clouds and a book of eight words (squares) after twelve epochs, three ways to begin. Hollow squares spell nothing.
# In the interactive version you step through the epochs and switch the k-means start and revival. Choose a word, a dead one, too: blue is where it is the nearest. Triangles are its second book.*

# %% slideshow={"slide_type": "fragment"} tags=["predict:19.p3"]
predict("19.p3")

# %% tags=["long", "answers:19.p3"]
learned = results.load("19_words", command=f"{command} words").values
STARTS = {"far": "by chance, far out", "near": "by chance, near", "k-means": "k-means"}
rows = []
for start, again in ((a, b) for a in STARTS for b in (False, True)):
    some = [
        row["curve"][-1]
        for row in learned["rows"]
        if (row["start"], row["revive"]) == (start, again)
    ]
    rows.append({
        "words start": STARTS[start], "revival": "yes" if again else "no",
        **{f"alive, level {k + 1}": np.mean([x["alive"][k] for x in some]) for k in range(3)},
        "not said again": np.mean([x["left over"] for x in some]) / learned["all"],
        "share their spelling": np.mean([x["shared"] for x in some]),
    })  # fmt: skip
alive = pd.DataFrame(rows).set_index(["words start", "revival"])
display(alive.round({c: 0 if "alive" in c else 2 for c in alive}))

# %% [markdown] slideshow={"slide_type": "subslide"}
# Words that start far out die, **all but one**: every pin is spelled alike, and the decoder says the mean of all. Started near, by chance or by k-means, a third of the first book dies. A k-means start saves no more words than chance nearby
# does. Revival saves all of them, wherever they started.
#
# What is that worth? The error hardly changes, 0.51 or 0.52 for 0.53. But 3 or 4 % of the pins share a spelling in place of 8 %.
#
# **With revival it does not matter where words start.**
#
# <details><summary>How this was measured</summary>
#
# Pictures and words of PinWorld's pins at scale 0.35, centered, all coordinates with one common size. Three books of 64 words of 32 numbers, encoder and decoder with 128 hidden
# units, 50 epochs, Adam at 0.003, $\beta = 0.25$; means over three seeds. Revival before each epoch, from the residuals of all pins. Words that start far out have length 1, near 0.1; the encoder's
# vectors have 0.34 at first. "Not said again" is the squared error of the decoder over the mean square of the content. Command: `python -m solutions.experiments.lesson19.spelled words`.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 19.3 — `revive` ({{points:19.3}})
#
# By hand: residuals 0, 1, 6; words 1, 9, 5, 20; order: item 2, then 0, then 1. Residuals 0 and 1 are nearest to word 1, residual 6 to word 5. Nobody is nearest to 9 and
# 20: they become residual 6 and residual 0, which `order` names first. The words are now 1, 6, 5, 0.
#
# *About 10 minutes.*
#
# {{hints:19.3}}


# %% tags=["exercise:19.3"]
def revive(rest: torch.Tensor, words: torch.Tensor, order: torch.Tensor) -> torch.Tensor:
    """Return the words of a level with those that spell nothing replaced.

    Args:
        rest: (B, d), what this level is given: the residuals of the level before.
        words: (K, d); `words` itself stays as it is.
        order: (B,) int64, the items in an order drawn by chance.

    Returns:
        (K, d): a word that is nearest (squared distance) to no residual becomes one of them: the dead words, by their
        numbers, take the residuals of the first items of `order`. At most B words are dead.
    """
    ### SOLUTION


# %% tags=["check:19.3"]
check("19.3", revive)

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
visuals.codebooks(revive=True, function=revive)

# %% [markdown]
# *Figure 19.7. The books of figure 19.6 once more; in the interactive version, once your function returns words of the right shape, it is called before each epoch, and the line
# above the picture says what it did that ours does not; dotted is ours. A version that sends all dead words to one place shows what happens then.*

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Two pins, one spelling
#
# The last column of the table: pins that share all three codes with another one, they **collide**. Were codes drawn by chance, a pin would have a twin with probability
# $1 - (1 - 64^{-3})^{n-1}$. Learned codes collide far more often, since alike items are meant to be spelled alike.
#
# A list needs one item. So a **further code** counts the items of a spelling: 0, 1, 2, … It has no meaning, and it costs something that the abstract does not say: of a *new* pin's further code
# nobody has learned anything.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 19.4 — `further_code` ({{points:19.4}})
#
# By hand: spellings (1, 2), (2, 1), (1, 2), (1, 1), (1, 2), (2, 1). The first of a spelling gets 0, the next 1: 0, 0, 1, 0, 2, 1. An item that comes tomorrow is counted last and changes
# nobody's code.
#
# *About 6 minutes.*
#
# {{hints:19.4}}


# %% tags=["exercise:19.4"]
def further_code(codes: np.ndarray) -> np.ndarray:
    """Return a code that tells items of one spelling apart.

    Args:
        codes: (n, L) int64.

    Returns:
        (n,) int64: how many items before this one have the same L codes.
    """
    ### SOLUTION


# %% tags=["check:19.4"]
check("19.4", further_code)

# %% slideshow={"slide_type": "subslide"} tags=["long"]
kept = [r["curve"] for r in learned["rows"] if r["start"] == "k-means" and r["revive"]]
twins = [curve[-1]["shared"] for curve in kept]
print(
    f"{learned['items']:,} pins: {np.mean(twins):.0%} share their spelling; by chance it were {learned['by chance']:.0%}"
)
print(f"of k-means alone {learned['k-means alone']['shared']:.0%}")

# %% [markdown] slideshow={"slide_type": "skip"}
# ### A question about this branch
#
# {{quiz:19.q3}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 19.7 ↳ Attention that adds up
#
# *A branch of about 25 minutes. It gives the block of HSTU, and what a softmax forgets.*
#
# Five likes of one kind, or one: a softmax over equal events takes the same mean either way. **HSTU** gives every event its own weight, and compares it with nobody:
#
# $$
# \mathbf U, \mathbf V, \mathbf Q, \mathbf K = \mathrm{SiLU}(f_1(\mathrm{norm}(\mathbf X))), \qquad
# \mathbf A = \tfrac1n\, \mathrm{SiLU}(\mathbf Q \mathbf K^\top + \mathbf B), \qquad
# \mathbf Y = \mathbf X + f_2(\mathrm{norm}(\mathbf A \mathbf V) \odot \mathbf U)
# $$
#
# $\mathrm{SiLU}(x) = x\,\sigma(x)$; $B_{ts} = b_{t-s}$ is a learned number for each distance; $n$ is a **constant**, the most places there are, and not the length of this history. There is no feed-forward layer: the gate
# $\mathbf U$ stands for it.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# For questions. Ask what a mask of −∞ does before a SiLU: −∞ times 0, NaN. Then 19.p6; usual wrong answer: a lone head counts, that is what it was built for.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 19.7 — `pointwise` ({{points:19.7}})
#
# By hand: three events, all products 2, values 3, 6, 3, $n = 6$, and a bias of 0, 1, −3 for distances 0, 1, 2. SiLU(2) = 1.762, SiLU(3) = 2.858, SiLU(−1) = −0.269. Place 0 takes
# $1.762 \cdot 3 / 6 = 0.881$; place 1 $(2.858 \cdot 3 + 1.762 \cdot 6) / 6 = 3.190$; place 2 $(-0.269 \cdot 3 + 2.858 \cdot 6 + 1.762 \cdot 3) / 6 = 3.604$: of the first event a little less than nothing.
#
# *About 15 minutes.*
#
# {{hints:19.7}}


# %% tags=["exercise:19.7"]
def pointwise(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, bias: torch.Tensor, n: int
) -> torch.Tensor:
    """Return what each place of one history takes from itself and from places before it.

    Args:
        queries, keys: (L, d).
        values: (L, e).
        bias: (n,), added to the product of places t and s: that of the distance t - s.
        n: the most places there are, L at most; every weight is divided by it.

    Returns:
        (L, e): at place t the sum over s <= t of SiLU(product + bias) / n times the value of s.
    """
    ### SOLUTION


# %% tags=["check:19.7"]
check("19.7", pointwise)

# %% slideshow={"slide_type": "subslide"}
one = torch.ones(5, 1)
summed = (F.silu(2 * torch.ones(5, 5)) / 5).tril() @ (3 * one)
softmax = torch.full((5, 5), 2.0).masked_fill(~torch.ones(5, 5).tril().bool(), -torch.inf)
averaged = softmax.softmax(dim=1) @ (3 * one)
figure, ax = plt.subplots(figsize=(4.6, 2.4))
ax.plot(range(1, 6), summed[:, 0], "o-", label="pointwise")
ax.plot(range(1, 6), averaged[:, 0], "s--", label="softmax")
ax.set(xlabel="equal events so far", ylabel="taken", ylim=(0, None))
ax.legend()
plt.show()

# %% [markdown]
# *Figure 19.8. What a place takes from equal events with value 3: pointwise attention grows with their number, a softmax stays at 3 whatever it is.*
#
# So a softmax forgets how many, and HSTU counts? Not quite. The block **normalizes** what all heads took together before it goes on.

# %% slideshow={"slide_type": "fragment"} tags=["predict:19.p6"]
predict("19.p6")

# %% slideshow={"slide_type": "fragment"} tags=["answers:19.p6"]
SCORE = torch.tensor([[2.0, -9.0], [-9.0, 2.0]])  # a head for each of two kinds of events
VALUE = torch.tensor([[3.0, 1.0], [-1.0, 2.0]])
WEIGH = {"pointwise": lambda x: F.silu(x) / 5, "softmax": lambda x: x.softmax(dim=1)}


def answer(kinds: list[int], weigh) -> torch.Tensor:
    """Return what two heads take from events of these kinds, normalized over both."""
    taken = weigh(SCORE[:, kinds]) @ VALUE[kinds]  # (heads, 2)
    return F.layer_norm(taken.flatten(), (4,), eps=hstu.EPS)


rows = {}
for name, weigh in WEIGH.items():
    alone, beside = (
        (answer([0] * 5 + rest, weigh) - answer([0, *rest], weigh)).norm() for rest in ([], [1])
    )
    rows[name] = {"nothing else": float(alone), "one event of another kind": float(beside)}
counted = pd.DataFrame(rows).T.rename_axis("moved by four more equal events")
display(counted.round(2))

# %% [markdown] slideshow={"slide_type": "subslide"}
# Of equal events alone nobody can count: the norm takes away what the sum has kept. Beside events of another kind HSTU can, by how much one head took beside the other; a softmax cannot, for it
# has normalized each head by itself. A softmax with a start token among the events is not blind either: the start's share falls as events are added.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The block in the place of SASRec's
#
# > **Claim** (of the abstract of HSTU, in our words). The same model with HSTU's blocks finds more than SASRec.

# %% tags=["long", "experiment"]
settled = "python -m solutions.experiments.lesson19.settled"
everybody = results.load("19_games", command=f"{settled} games").values["sets"]["amazon-games"]
blocks = metrics.Comparison.stored(everybody["leads"]["HSTU over SASRec"])
verdict(
    "The same model with HSTU's blocks finds more than SASRec.",
    blocks,
    detail=f"NDCG@10, amazon-games {blocks.gain('.3f')}",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# HSTU finds 0.055 and SASRec 0.062: it is behind, where the 800 people of figure 19.4 could not tell. A watch cannot tell them apart, 37 s to 36. Half of the people have five events or fewer behind them. On the films, where histories are longer, nobody can tell: 0.143 and 0.145.
#
# <details><summary>How this was measured</summary>
#
# Last events of 2,400 people, as in the fold of 19.4. SASRec's loss for both, and as many trials from the same start: four on the games, which chose the same settings for both, three on the films. Behind by 0.006 on the games, with another seed of SASRec by 0.007 (from 0.002 to 0.012). On the films HSTU is behind by 0.002, from −0.003 to
# 0.008, with another seed of both by 0.005, from −0.001 to 0.011; with six trials of HSTU and three of SASRec the means are 0.146 and 0.145. A second seed of HSTU on the games was not tried. The paper's bias knows times as well and its ranker reads actions between items; both are left out. Commands:
# `python -m solutions.experiments.lesson19.settled games` and `last`.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Which part does it?
#
# Take one part away, train again, and see what is lost: a softmax in the place of SiLU, no norm over the heads, or no gate.

# %% tags=["long"]
parts = results.load("19_counts", command=f"{command} counts").values["sets"]
table = {
    data: {name: row["mean"] for name, row in part["rows"].items()} for data, part in parts.items()
}
display(pd.DataFrame(table).rename_axis("NDCG@10 of the next event").round(3))
for data, part in parts.items():
    for name in ("a softmax", "no norm", "no gate"):
        gap = metrics.Comparison.stored(part["leads"][f"HSTU over {name}"])
        print(f"{data}, HSTU over its block with {name}: {gap.gain('.3f')}, {gap.outcome}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# With a softmax the block finds as much on both sets, as far as these people can tell: on the films the difference lies between −0.006 and +0.005. The norm, which hides counts, is not missed either.
# The gate is worth 0.010 on the games, from 0.002 to 0.019; on the films, nobody can tell whether it is worth anything.
#
# **What a block can count in an example need not find more for people.**
#
# <details><summary>How this was measured</summary>
#
# All four with SASRec's settings and no trials of their own: 800 people of the games, 2,400 of the films, one training each. A block without its gate has no feed-forward layer either. By length of history no part is ahead or behind
# in all rows; of the games 42 people, of the films 298 have more than twenty events. One training of each, so what a seed is worth is not in the intervals. Command: `python -m solutions.experiments.lesson19.spelled counts`.
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ### A question about this branch
#
# {{quiz:19.q6}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 19.8 ↳ What spelling costs
#
# *A branch of about 10 minutes. It gives the width that a beam needs, its milliseconds, the bytes that are saved, and the probability that nobody gets.*

# %% slideshow={"slide_type": "fragment"} tags=["predict:19.p5"]
predict("19.p5")

# %% tags=["long", "answers:19.p5"]
beam = results.load("19_beam", command=f"{command} beam").values
widths = pd.DataFrame(beam["rows"]).set_index("width")[
    ["of the exact ten", "ndcg", "milliseconds"]
].rename(columns={"of the exact ten": "of the exact first ten", "ndcg": "NDCG@10", "milliseconds": "ms a person"})  # fmt: skip
display(widths.loc[10:].round(3))
print(f"all items, exactly: {beam['exact milliseconds']:.0f} ms a person")
paid = results.load("19_cost", command=f"{command} cost").values["milliseconds"]
print("beside each other: " + ", ".join(f"{name} {ms:.1f} ms" for name, ms in paid.items()))

# %% [markdown] slideshow={"slide_type": "subslide"}
# A beam of ten finds seven of the ten games that one would get by asking all exactly: the others were lost on the way. With fifty nearly all are found, and from there
# on NDCG@10 does not grow. That is cheaper than asking all, 10 ms beside 136. It is far dearer than SASRec's one product with all vectors: timed side by side, on another day, 7.7 ms beside 0.2.
#
# **Let the beam be a few times wider than the list.**
#
# <details><summary>How this was measured</summary>
#
# The TIGER of 19.4 on the games, its 800 people for NDCG@10, forty for the exact lists and the probability (means). Milliseconds are CPU time of one thread, two hundred
# people and more at once; those beside each other are of untrained models, for training changes none of them (command with `cost`). Games a person has had leave when their last code is spelled, so they take width. Command: `python -m solutions.experiments.lesson19.spelled beam`.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What is kept of an item
#
# SASRec keeps a vector for each item. A model that spells keeps the vectors of its words, and four codes of a byte for each item.

# %% slideshow={"slide_type": "fragment"} tags=["predict:19.p1"]
predict("19.p1")

# %% tags=["long", "answers:19.p1"]
size = found["bytes"]
share = (size["words"] + size["codes"]) / size["vectors"]
print(
    f"{size['items']:,} games: vectors {size['vectors'] / 1e6:.2f} MB, words and codes {(size['words'] + size['codes']) / 1e6:.2f} MB, {share:.1%}"
)

# %% slideshow={"slide_type": "fragment"} tags=["predict:19.p4"]
predict("19.p4")

# %% slideshow={"slide_type": "fragment"} tags=["long", "answers:19.p4"]
print(
    f"{beam['items']:,} games among {beam['words']:,} spellings of three codes; without a trie {beam['words that are no item']:.0%} of a list of ten are no item"
)
print(f"of a trained speller's probability {beam['share of items']:.0%} goes to items")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 19.9 ↳ Is it the meaning of the codes?
#
# *A branch of about 6 minutes. It gives a control, and a reason to look at long histories.*
#
# A speller with codes **by chance** has the same shape, the same budget and the same trie. Only the meaning is gone: items that share a code have nothing in common.
#
# > **Claim** (ours, before the measurement). Among new pins codes that mean something find more than codes by chance.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# For questions. Ask what a speller with codes by chance finds among new pins: nothing but chance, for a new spelling says nothing.

# %% tags=["long", "experiment"]
means = metrics.Comparison.stored(fresh["leads"][f"TIGER over {CONTROL}"])
display(
    verdict(
        "Among new pins codes that mean something find more than codes by chance.",
        means,
        detail=f"NDCG@20 among new pins {means.gain('.3f')}",
    )
)
lengths = pd.DataFrame(games["lengths"])
lengths["events before"] = [
    f"{a} to {b}" if b < 1000 else f"{a} and more"
    for a, b in zip(lengths["from"], lengths["to"], strict=True)
]
display(lengths.set_index("events before")[["people", "TIGER", "SASRec"]].round(3))

# %% [markdown] slideshow={"slide_type": "subslide"}
# Codes by chance find 0.046, codes that say something 0.303: all that is found of new pins comes from what codes mean. Known films are another matter: there nobody can tell codes dealt by lot from those that mean something. On known games these find three times as much (19.4).
#
# By length of history SASRec is ahead in every row, and no row's TIGER finds more than 0.05: a speller has a place for each code of each event, and places that few histories reach are learned
# rarely. The last two rows are 96 and 42 people: they hint, no more.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Counts instead of a network
#
# Which prefix follows which can be counted. The pins of lesson 16, spelled by k-means, without any training on top: of those that share two codes made of OmniSage's vectors, 99 % are of their
# group's commonest topic, of any pins 12 %. Candidates are pins without an edge, and the rival is the nearest vector.

# %% tags=["long"]
counts = results.load(
    "16_semantic", command="python -m solutions.experiments.lesson16.omnisage_study semantic"
).values
print(f"recall@10, {counts['queries']} queries among {counts['cold pins']} pins")
for vectors in ("content", "OmniSage"):
    for other in (f"nearest in {vectors}", f"words of {vectors}, shuffled"):
        gap = metrics.Comparison.stored(counts["leads"][f"words of {vectors} over {other}"])
        print(f"counts of codes of {vectors} over {other}: {gap.gain('.2f')}, {gap.outcome}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Of content, counts and the nearest vector cannot be told apart; shuffled codes find no more than chance. With OmniSage's vectors both find more, and the vector is ahead: codes forget. What they save is
# the index: 48 centers, three codes a pin and the counts, and no vector of any.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 19.10 ↳ What is public, and what others measured
#
# *A branch of about 8 minutes. It gives sources for what companies have said, and three re-runs of one paper.*
#
# > **What is public** (as of November 2026; of each text the abstract was read, of HSTU also its released code; the numbers are the companies' own). *TIGER* ([arXiv 2305.05065](https://arxiv.org/abs/2305.05065)): words by an RQ-VAE, a transformer that spells, better than the models of its table, and items
# > without any history retrieved. *PLUM* ([arXiv 2510.07784](https://arxiv.org/abs/2510.07784)), YouTube: a language model trained further on semantic IDs; "substantial improvements for retrieval compared to a heavily-optimized production model built with large embedding
# > tables". *OneRec* ([arXiv 2506.13695](https://arxiv.org/abs/2506.13695)), Kuaishou: one generative model for the funnel, 25 % of queries, stay time +0.54 % and +1.24 % in two apps, operating cost 10.6 % of the former pipeline's. *OneMall*
# > ([arXiv 2601.21770](https://arxiv.org/abs/2601.21770)): the same for a shop, "over 400 million daily active users". *HSTU* ([arXiv 2402.17152](https://arxiv.org/abs/2402.17152)), Meta: 1.5 trillion parameters, 12.4 % in online tests, on public sets up to 65.8 % in NDCG. *LIGER*
# > ([arXiv 2411.18814](https://arxiv.org/abs/2411.18814)): generative and dense retrieval under one protocol, and both joined, for "a comprehensive comparison … under fair conditions is still lacking".

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# For questions. Ask which of these numbers could be checked by somebody outside. Usual wrong answer: those with arXiv numbers.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### One paper, three re-runs
#
# | who, when | what was run | Recall@10 on Amazon Beauty |
# |---|---|---|
# | paper, 2023 | TIGER | .065 |
# | `EdoardoBotta/RQ-VAE-Recommender`, issue 28, February 2025 | a public re-implementation | about .01 |
# | the same author, pull request 63, March 2026, and issue 49, April 2026 | its decoder replaced by a library's T5 | .06, "now matching the paper" |
# | `XiaoLongtaoo/TIGER`, issue 6, September 2025 | another one; a user's re-run of it | .059; .056 and .058 |
#
# For a year a public re-implementation found a sixth of what the paper has; then its decoder was replaced by a library's, and it found as much. **A number that others do not reach is no proof against a paper, nor is one that they reach a proof for it.**
#
# And which SASRec stands beside it? A user of `HonghuiBao2000/LETTER` (issue 20, April 2025) ran RecBole's SASRec with a cross-entropy on the same data: Recall@10 .082, above every model of that paper's table. The authors' answer: theirs is trained by BCE, as the
# original. Another user had .083 with RecBole in 2022 (`RUCAIBox/RecBole`, issue 1290). That is 15.13, and why the rival of 19.4 has a softmax. (Users' runs; we have not repeated them.)
#
# **In practice.** *GRID* ([arXiv 2507.22224](https://arxiv.org/abs/2507.22224)) is an open framework that takes TIGER's parts apart; Cornac has a TIGER with published settings.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 19.11 ↳ The loss of a spelling
#
# *A branch of about 14 minutes. It gives the loss that figure 19.2's speller was trained by, by your own hand.*
#
# A word of the first book cannot stand in the second place, so each level has a softmax over its own words: a cross-entropy a level, and the item's loss is their sum. In training the place that predicts a code reads the *true* codes
# before it (*teacher forcing*), so all codes of all events are learned in one pass. In use it reads those that it has just written, and so must spell one after the other.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 19.5 — `spelling_loss` ({{points:19.5}})
#
# By hand: `h[0, 0]` is (1, 0), `h[0, 1]` is (0, 1). The first book is (0, 0), (ln 3, 0), so its chances are 1/4 and 3/4; the second is (0, 0), (0, ln 2), (0, ln 5): 1/8, 2/8 and
# 5/8. The item 1, 1 has $\tfrac34 \cdot \tfrac28 = \tfrac3{16}$, its loss is 1.674. A softmax over all five words at once would say $\tfrac37 \cdot \tfrac2{10}$; a mean over the levels half of
# the loss, as if the item had the chance $\sqrt{3/16}$.
#
# *About 12 minutes.*
#
# {{hints:19.5}}


# %% tags=["exercise:19.5"]
def spelling_loss(h: torch.Tensor, codes: torch.Tensor, words: list[torch.Tensor]) -> torch.Tensor:
    """Return the loss of the next items.

    Args:
        h: (P, L, d); h[:, l] has read the history and the first l codes of the item.
        codes: (P, L) int64, the codes of the item that came next.
        words: the vectors (K, d) of each level's words; K may differ. A logit is a product with h.

    Returns:
        () the mean over the P events of -log of the probability of the whole item.
    """
    ### SOLUTION


# %% tags=["check:19.5"]
check("19.5", spelling_loss)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Slide, paper, code
#
# | | says | means |
# |---|---|---|
# | **slide** | nothing: the lecture ends before | TIGER is of 2023, HSTU of 2024; what the lecture calls retrieval scores vectors |
# | **abstract**, TIGER | outperforms the current models on several datasets | which losses these models had decides (19.10) |
# | **abstract**, TIGER | better on items without history | among other items of that kind (19.4), and with codes that content has made |
# | **code**, HSTU, `modeling/sequential/hstu.py` | `F.silu(qk + bias) / n` | $n$ is the padded length, a constant; divided by the own length the count would be gone |
# | **code**, same file | norms without weights, `eps=1e-6` | $\mathbf A\mathbf V$ is divided by $n$ and small: with the usual $10^{-5}$ the norm's own constant would weigh |
