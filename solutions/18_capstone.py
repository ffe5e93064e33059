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
# # 18 · Capstone
#
# > **If the log and the experiment disagree, which of them do you believe, and how can you know?**
#
# Before a site shows new lists, it asks its **log**: what did people do with what they were shown? Then it asks people themselves, in an **experiment**.
#
# **You will** fuse your own generators into one list, let people live with it, and ask a log about lists that it never showed.
#
# **Time** {{minutes}} minutes with all branches · **Points** {{points}} · **Before** lessons 01, 02, 04 and 17 · **Runs on** any CPU
#
# **In an hour:** sections 18.1 to 18.6, with exercises 18.1 and 18.4.
# **Branches**, marked ↳, stand after the quiz; 18.12 is the project.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# As a lecture of fifty minutes: 18.1 to 18.6. Take four votes: "does the fused list win?" in 18.3, "where is L3?" in 18.4, "what
# does the estimate say?" in 18.5, "what does a ranker add?" in 18.6. The moment to stop is figure 18.2: who is second on the test days is
# among the last in the experiment. Ask why before you show the text. As a project: two to four hours, alone or in pairs, the page of 18.12
# handed in; its rubric stands there.
#
# Minutes 0 to 1. A log says what people did with what they were shown; an experiment asks people themselves. Vote: whom do you believe? Write the two counts of hands on the board; they come back on the last slide.

# %% tags=["setup"] jupyter={"source_hidden": true}
from itertools import combinations, pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import scipy.sparse as sp
from IPython.display import display
from scipy import stats

from graphrec_utils import datasets, metrics, pinworld, results, style
from graphrec_utils.data import Split
from graphrec_utils.exercises import check, predict, remember
from graphrec_utils.models import fusion
from graphrec_utils.pinworld import Simulator, experiment
from graphrec_utils.plots import visuals
from graphrec_utils.results import regimes, verdict

style.use()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Before you begin
#
# Three questions from earlier lessons, from memory.

# %% slideshow={"slide_type": "fragment"}
remember("18")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 18.1 A protocol that does not move
#
# How do you keep from finding what you hope for? Write down the rules first: whoever picks them later finds some by which his own list wins.
# Here is a smaller `PinWorld`, 1,000 users, 2,800 pins, a log of 56 days.
#
# * **Time.** Days 0 to 41 train, 42 to 48 choose, 49 to 55 test. Each list is tested once.
# * **Everybody stays in**, new users and new items too.
# * **One measure**, NDCG@20 of what a user had not saved before.
# * **Two numbers compared** get an interval over users. If 0 lies in it, we *cannot tell* which is larger.
#
# <details><summary>On other data</summary>
#
# To run everything again on films, say `DATA = "MovieTweetings"` (rated 7 and more, cut in time at 80 and 90 %), or `"my/likes.csv"`, a table of your own with
# columns for user, item and time. The experiments stay with PinWorld.
#
# </details>

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### A difference gets an interval: more, less, or cannot tell
# * drawing three outcomes
# * words **Everybody stays in**, new users and new pins. **One measure**: NDCG@20 of what was not saved before. **The test is asked once.**
#
# Minutes 1 to 4. Ask the room for the rules of a fair comparison first, and write them down. Usually missing: new users and items stay in, and the test is asked once. Whoever picks the rule afterwards finds one by which his own list wins. Here: a small PinWorld of 56 days. Six weeks train, one chooses, one tests; half of the users save something on the test days, and they are asked.


# %% jupyter={"source_hidden": true}
def load(name: str) -> tuple[Split, np.ndarray | None]:
    """Return the three parts, and the items' pictures where there are some, as (n, 64) unit rows."""
    if name != "PinWorld":
        films = name == "MovieTweetings"
        table = (
            datasets.load("movietweetings-100k", fallback=True) if films else datasets.read(name)
        )
        likes = (table.at_least(7) if films else table).core(10, 10)
        return likes.temporal_split((0.8, 0.1, 0.1), unseen="keep"), None
    fit, val, test = world.split(("save",))
    x = world.images - world.images.mean(axis=0)
    val, test = val.without(fit), test.without(fit).without(val)
    return Split(fit, val, test), x / np.linalg.norm(x, axis=1, keepdims=True)


DATA = "PinWorld"  # or "MovieTweetings", or a table of your own: "my/likes.csv"
world = pinworld.make(seed=18, scale=0.4)
split, pictures = load(DATA)
pd.DataFrame({
    name: {"saves": len(x), "users": len(np.unique(x.users)), "items": len(np.unique(x.items))}
    for name, x in split._asdict().items()
}).T  # fmt: skip

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 18.2 Generators: your own
#
# Who proposes the pins? A **generator** learns from saves. Then it reads a user's **history**, all that she has saved until now, and gives every pin a score. This lesson's four
# *hear new saves*: a longer history changes the scores.
#
# | generator | a score is |
# |---|---|
# | item2item | the sum of cosines with what was saved |
# | iALS | the product with a vector folded in from the saves |
# | L3 | walks of three steps |
# | pictures | the product with the sum of saved pictures |
#
# Where your own does not pass, the library's takes its place.

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### Four generators hear what was saved a minute ago
# * drawing four generators
#
# Minutes 4 to 6. L3 are walks of three steps: from her to what she saved, to others who saved it, and on to their pins. The orange box is the same in each row: who saves something now changes all four lists, and nothing is trained anew. One row at a time: who has written this one, and in which lesson? Which of the course's models cannot? Those that know a user by a row of a table.
#
# ### On the log iALS and L3 find most, pictures least
# * bars: NDCG@20, recall@100: item2item = 0.089, 0.335; *iALS = 0.114, 0.383; *L3 = 0.113, 0.376; pictures = 0.022, 0.175
#
# Minutes 6 to 7. Which column would a ranker look at? The second: it orders a hundred candidates. Keep the order of the four in mind, two sections ask for it again.

# %% slideshow={"slide_type": "skip"}
from graphrec_utils.exercises.generators import Course, of_log

CHOSEN = ["item2item", "iALS", "L3"]
course = Course()  # Course("a/folder") looks for your notebooks elsewhere
course.table().loc[CHOSEN, ["lesson", "whose"]]

# %% jupyter={"source_hidden": true}
DEPTH = 100  # candidates of each generator


def generators(saves) -> dict:
    """Return name -> function of histories, all of them fitted on these saves."""
    made = {name: course.fit(name, saves) for name in CHOSEN}
    if saves.num_items == (0 if pictures is None else len(pictures)):
        made["pictures"] = lambda seen: (seen.saved @ pictures) @ pictures.T
    return made


def best(scores: np.ndarray, out: sp.csr_array, top: int = DEPTH) -> np.ndarray:
    """Return the (B, top) items of the highest scores, without those that `out` holds."""
    scores = np.array(scores, dtype=float)
    scores[out.nonzero()] = -np.inf
    return np.argsort(-scores, axis=1, kind="stable")[:, :top]


def lists_of(saves) -> dict:
    """Return what each generator, fitted on these saves, lists for everybody."""
    seen = of_log(saves)
    return {name: best(score(seen), seen.saved) for name, score in generators(saves).items()}


def on_test(lists: np.ndarray, top: int = 20) -> pd.DataFrame:
    """Return the metrics of each user of the test."""
    return metrics.evaluate(lists[users, :top], split.test, users)


for_val, for_test = lists_of(split.train), lists_of(split.past())
users, n = np.unique(split.test.users), split.train.num_items
pd.DataFrame({
    name: [on_test(x).ndcg.mean(), on_test(x, DEPTH).recall.mean()] for name, x in for_test.items()
}, index=["NDCG@20", "recall@100"]).T.round(3)  # fmt: skip

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 18.3 One list out of several
#
# On the log iALS and L3 find most, and pictures least by far. Do all four together find more?
#
# Scores cannot be added: one counts walks, another adds cosines, and the larger numbers would decide. **Ranks** can. *Reciprocal rank fusion* gives item
# $i$, from all lists $L_g$ that hold it,
#
# $$
# \mathrm{RRF}(i) = \sum_{g:\; i \in L_g} \frac{1}{c + \mathrm{rank}_g(i)}
# $$
#
# By tradition $c$ is 60. Then a tenth place, $1/70$, counts nearly as much as a first one, $1/61$, and two tenth places beat one first place. So it counts **how many** lists hold an item.
#
# <details><summary>The same in code</summary>
#
# | symbol | in code | shape |
# |---|---|---|
# | $L_g$ | `lists` | (G, B, L), best first, −1 where a list is shorter |
# | $c$ | `c` | how little the first places differ; 60 by tradition |
# | RRF | `scores` | (B, n) |
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 18.1 — `fuse` ({{points:18.1}})
#
# Write this sum. By hand: $c = 1$, and two lists, (7, 3, −1) and (3, 0, 5). Item 3 is in both, at places 2 and 1, and gets $1/3 + 1/2$. Item 7 gets $1/2$, item 0 gets
# $1/3$, item 5 gets $1/4$. All others get 0.
#
# *About 8 minutes.*
#
# {{hints:18.1}}


# %% tags=["exercise:18.1"]
def fuse(lists: np.ndarray, num_items: int, c: float) -> np.ndarray:
    """Return the fused scores of G generators' lists.

    Args:
        lists: (G, B, L) items, best first, none twice in a list; -1 where a list is shorter.
        num_items: n.
        c: above 0.

    Returns:
        (B, n) float64; 0 for an item that no list holds.
    """
    ### SOLUTION


# %% tags=["check:18.1"]
check("18.1", fuse)

# %% slideshow={"slide_type": "fragment"} tags=["predict:18.p1"]
predict("18.p1")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### Scores cannot be added, ranks can
# * words One generator counts walks, another adds cosines. *Reciprocal rank fusion*: a pin gets, from each list that holds it, $1 / (c + \text{its rank})$.
# * bars: score with c = 1: second, and first in another = 0.83; first in one list = 0.50; second in one = 0.33; third in one = 0.25
#
# Minutes 7 to 9. The bars are by hand: one third and one half are 0.83. c is 60 by tradition: the larger, the more it counts how many lists hold a pin.
#
# ### Do four lists find more than the best of them?
# * vote 18.p1: Four lists, one of them weak, are fused. What do they find? | more
# * drawing four lists, one list
#
# Minutes 9 to 11. Vote. Usual wrong answer: more, errors cancel out. Ask how many votes the weak one has.
#
# ### All four fused find less than iALS alone
# * bars: NDCG@20 of fused lists, orange with pictures: iALS + L3 = 0.116; iALS alone = 0.114; item2item + iALS = 0.107; item2item + L3 = 0.107; *all four = 0.096; *L3 + pictures = 0.071; *iALS + pictures = 0.065; *item2item + pictures = 0.064
# * words All four, beside iALS: −0.018, from −0.028 to −0.008.
#
# Minutes 11 to 12. The claim was: a fused list finds more than the generator that is best on validation. It does not hold. With pictures every pair falls. Two equals, iALS and L3, come out no lower than the better of the two. Each voice has one vote: on the log a weak one takes the list down. Keep it in mind, it comes back in 18.4.


# %% tags=["experiment", "answers:18.p1"]
def fused_of(names) -> np.ndarray:
    """Return one list for everybody out of those of some generators."""
    rrf = fusion.reciprocal_ranks(np.array([for_test[name] for name in names]), n)
    return best(rrf, sp.csr_array(split.past().csr()))


fused = fused_of(for_test)
first = max(
    for_val, key=lambda name: metrics.evaluate(for_val[name][:, :20], split.val).ndcg.mean()
)
lead = metrics.compare(on_test(fused).ndcg, on_test(for_test[first]).ndcg)
of_two = {" + ".join(x): on_test(fused_of(x)).ndcg.mean() for x in combinations(for_test, 2)}
display(pd.Series(of_two, name="NDCG@20 of two fused").round(3).to_frame())
verdict(
    "A fused list finds more than the generator that is best on validation.",
    lead,
    detail=f"NDCG@20 of {len(for_test)} generators fused and of {first}: {lead:.3f}",
)

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
someone = sum(on_test(x, 10).precision for x in for_test.values()).idxmax()
visuals.fusion(
    {name: x[someone, :10] for name, x in for_test.items()},
    split.test.items[split.test.users == someone],
    function=fuse,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# *Figure 18.1. The first ten places of four lists for one user, an easy case, and of the list that reciprocal ranks make of them. A star: saved on the test
# days. Press a pin, pull it up or down in a list, take a list's vote away.*
#
# Pin 14 is first when fused, and nobody's first choice: all four have it near the top. That is what fusing is for: agreement.
#
# But look at the last three places of the fused list. Only pictures named these pins, and the formula does not know that this voice is weak. So it is for everybody: in the table above any pair with pictures
# lies below any pair without.
#
# **Each voice has one vote: on the log a weak one takes the list down.**
#
# <details><summary>And two equals?</summary>
#
# Of all pairs only iALS and L3, two equals, come out no lower than the better of the two (a hint: no intervals here). Pictures alone find a fifth of what iALS finds among the first twenty, and nearly half among the first hundred.
#
# </details>

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### At c = 60 a pin that nobody puts first comes first
# * figure 18.1
#
# Minutes 12 to 15. Pin 14 is nobody's first, and all four have it near the top: agreement counts more than one first place. Move c to its smallest value: who is first now? Then the last three of the fused list: pictures alone named them, and the formula does not know that this voice is weak. Take its vote away. This user loses nothing by pictures, three stars stay, and pin 14 falls to the second place; the bars before were of everybody.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 18.4 An experiment
#
# Weak, says the log. What do people say? Half of a site's users get a new *policy*, which decides what each is shown, and half the *control*, here item2item.
#
# The simulator's users look from the top, save some of what they like, and leave.
#
# Let their mean saves be $\bar s_1$ and $\bar s_0$, and $r = \bar s_1 / \bar s_0$. The **lift** is $r - 1$: by which share people save more. Chance moves both means, so $r$ has a variance. To first order (the *delta method*)
#
# $$
# \operatorname{Var}(r) \approx \frac{1}{\bar s_0^2} \Big( \frac{v_1}{n_1} + r^2\, \frac{v_0}{n_0} \Big),
# $$
#
# where $v$ is the variance of the users' saves and $n$ their number: $v / n$ is the squared error of a mean.
#
# <details><summary>Why $r^2$?</summary>
#
# If the control's mean moves by a save, the ratio moves $r$ times as far as if the policy's mean does.
#
# </details>

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### A lift is a ratio, so both halves make it uncertain
# * words **Lift**: $r - 1$, with $r = \bar s_1 / \bar s_0$, mean saves with new lists over those of the *control*. $v$: variance, $n$: users.
# * formula 1
# * drawing a lift of nine users
#
# Minutes 15 to 17. The control is item2item. Below: nine users by hand. The interval reaches from the lift minus two roots of the variance of r to the lift plus two of them. Why r squared? A save more in the control's mean moves the ratio r times as far. By hand: half as much again, and still one cannot tell.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 18.4 — `lift` ({{points:18.4}})
#
# Variances with `ddof=1`; the interval is two standard errors on each side.
#
# *By hand:* five users of the policy save 4, 6, 5, 9, 6, and four of the control 3, 5, 4, 4. Means 6 and 4, so $r = 1.5$; variances 3.5 and $2/3$.
# $\operatorname{Var}(r) = (0.7 + 2.25 \cdot 0.167)/16 = 0.0672$, its root is 0.259: a lift of 0.5, from −0.018 to 1.018.
#
# *About 10 minutes.*
#
# {{hints:18.4}}


# %% tags=["exercise:18.4"]
def lift(policy: np.ndarray, control: np.ndarray) -> tuple[float, float, float]:
    """Return the lift and the ends of its interval.

    Args:
        policy: (n,) saves of each user who had the policy.
        control: (m,) saves of each user who had the control.

    Returns:
        lift, low, high: shares of the control's mean, 0.1 for ten percent more.
    """
    ### SOLUTION


# %% tags=["check:18.4"]
check("18.4", lift)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Users differ so much that a lift of 5 % hides in its interval. A simulator can let every user live **twice**, once with each policy: these *twins* take the differences between users out.
#
# Seven policies meet people: your four generators, and fused lists that grow by a voice each: *two fused* (item2item and iALS), *three fused* (and pictures), *four fused* (and L3: the list of 18.3).
#
# > **Claim** (common belief). Who is better on the test days is better in the experiment.

# %% slideshow={"slide_type": "fragment"} tags=["predict:18.p5"]
predict("18.p5")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### L3, second on the test days: and in the experiment?
# * vote 18.p5: In the experiment, where are L3 and all four fused? | all about equal
# * drawing which lists are fused
#
# Minutes 17 to 19. Seven policies meet people: four generators, three fused lists; each user lives twice. The claim: who is better on the test days is better in the experiment. Usual wrong answer: as on the test days.
#
# ### L3 is second on the log, and far below the control with people
# * figure 18.2
#
# Minutes 19 to 21. Stop here. Let the room find L3 on both axes and explain where it is, before you go on. If log and people agreed, the marks would climb to the right. Along the dotted line every step to the left is a step up. Why are pictures last alone, and in the best of all lists, three fused? They bring what the others do not name: their lists show anybody 89 of 100 pins, those of L3 43. (That is our reading.) The claim was: who is better on the test days is better in the experiment. It does not hold: where both can tell two policies apart, they agree in 8 pairs and contradict each other in 9.
#
# ### The log pays for what old lists showed; people here do not
# * drawing what a log holds
#
# Minutes 21 to 23. What was never shown could not be saved. That is our reading. In the simulator liking does not depend on popularity; nobody knows that of a site before an experiment. Far below: below the control, item2item. Then: what if a log had kept the chances with which it drew?

# %% jupyter={"source_hidden": true}
site = Simulator.of_world(world)
made = generators(world.interactions(("save",))) if DATA == "PinWorld" else {}


def policy(*names: str, weights: np.ndarray | None = None):
    """Return a policy: one generator, or several fused with one vote or a weight for each."""

    def recommend(histories, k):
        scores = [np.asarray(made[name](histories)) for name in names]
        if len(names) > 1:
            out = histories.saved + histories.shown
            lists = np.array([best(s, out)[None] for s in scores])
            each = [fusion.reciprocal_ranks(x, out.shape[1]) for x in lists]
            scores = [np.tensordot(np.ones(len(names)) if weights is None else weights, each, 1)]
        return pinworld.top(scores[0], histories, k)

    return recommend


# %% tags=["experiment", "answers:18.p5"] jupyter={"source_hidden": true}
three = ("item2item", "iALS", "pictures")
policies, lists = {name: policy(name) for name in made}, {**for_test, "fused": fused}
if made:
    policies["fused"] = policy(*made)
    policies |= {"three fused": policy(*three), "two fused": policy(*three[:2])}
    lists |= {"three fused": fused_of(three), "two fused": fused_of(three[:2])}
reports = {x: experiment(p, site.control, 1, site=site, seconds=600) for x, p in policies.items()}
for name in [x for x, r in reports.items() if r.problem]:
    print(f"{name}: {reports.pop(name).problem}")
if "iALS" in reports:  # as your lift counts: half of the users each, one life
    apart = experiment(policies["iALS"], site.control, 1, site=site, twins=False, seconds=600)
    for how, r in (("in halves", apart), ("as twins", reports["iALS"])):
        print(f"iALS, {how}: lift {r.lift:.1%}, from {r.low:.1%} to {r.high:.1%}".replace("-", "−"))

# %% tags=["experiment", "answers:18.p5"] jupyter={"source_hidden": true}
offline = {name: on_test(lists[name]).ndcg.mean() for name in reports}
judged = {
    (one, other): (
        metrics.compare(on_test(lists[one]).ndcg, on_test(lists[other]).ndcg).outcome,
        metrics.compare(reports[one].saves[0], reports[other].saves[0]).outcome,
    )
    for one, other in combinations(reports, 2)
}
sure = {pair: x for pair, x in judged.items() if "cannot tell" not in x}
turned = [pair for pair, (log, people) in sure.items() if log != people]
_, ax = plt.subplots(figsize=(5.2, 3))
for name, r in reports.items():
    error = [[r.lift - r.low], [r.high - r.lift]]
    look = style.look("fusion" if "fused" in name else name)
    ax.errorbar(offline[name], r.lift, error, **look, markersize=6, elinewidth=1)
    away = {"iALS": (7, -8), "item2item": (7, 5)}.get(name, (7, -3))
    label = "four fused" if name == "fused" else name
    ax.annotate(label, (offline[name], r.lift), away, textcoords="offset points", fontsize=9)
if made:
    steps = [(offline[x], reports[x].lift) for x in ("iALS", "two fused", "fused", "three fused")]
    ax.plot(*zip(*steps, strict=True), ":", color=style.CONTEXT, linewidth=1.2, zorder=0)
ax.axhline(0, color="#6B7078", linewidth=0.8)
ax.set(xlim=(0, 0.14), xlabel="the log: NDCG@20", ylabel="people: saves beside item2item")
plt.show()
verdict(
    "Who is better on the test days is better in the experiment.",
    len(sure) > 0 and not turned,
    detail=f"both tell {len(sure)} of {len(judged)} pairs of policies apart, and disagree about {len(turned)} of these",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# *Figure 18.2. Seven policies: to the right is better on the log, up is better with people (intervals of 95 %). Dotted: iALS, and lists that it is fused in. Numbers: 18.9.*
#
# If log and people agreed, the marks would climb to the right. Where both tell a pair apart, they contradict each other half of the time. Find L3: second on the log, and far below the control with people.
# Along the dotted line every step to the left is a step up.
#
# And the weak voice? Alone pictures are last on both axes, yet they lift *two fused* to *three fused*, the best with people. A voice may be bad alone and good in a choir, if it brings what others do not name.
#
# Why does the log not see that? Probably because what was never shown could not be saved. Old lists show popular pins often, and L3's walks end at such pins: L3 is right about **what the log will hold**. Here
# liking never depends on popularity; of your site you do not know that.
#
# **Who is better at telling what a log will hold need not be better for people.**
#
# <details><summary>How this was measured</summary>
#
# Who found something is likelier to come back. Nobody saves tomorrow what she has passed over today, so no policy shows a pin twice. Twins meet the same chance. A site cannot let its users live twice: it takes more users, or subtracts what each saved before (CUPED, 18.9). Why pictures help people and L3 pleases the log is our reading; no test here takes these reasons apart. L3, strong on the log, takes the best list down again (*four fused*). L3's lists show anybody 43 of 100 pins, those of pictures 89. Both columns are of the same 1,000 users. On the log the difference of two lists is taken user by user, with an interval of 95 %; in the experiment, too,
# where each user lives twice with each policy. A pair counts where both intervals leave out 0. The fused lists share parts,
# so these are not 17 witnesses; their sets are our choice, and others may lie elsewhere. One seed; one world.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 18.5 From log to experiment
#
# Experiments are slow, and people live with bad lists meanwhile. Can a log answer for lists that it did not show? Yes, if the site leaves something to **chance**, and writes it down.
#
# Let the pin **on top of the page** be drawn from several candidates, and the log keep the chance $\pi_0$ of what was drawn. Row $i$ of its $N$ rows showed candidate $a_i$ and earned $y_i$, 1 if
# it was saved. What would another policy earn, one that shows $a$ with the chance $\pi(a)$?
#
# Say the log drew a pin with chance 0.1, and the policy would show it with 0.4: this row stands for four. Its **weight** is
# $w_i = \pi(a_i) / \pi_0(a_i)$. The mean $\frac1N \sum_i w_i y_i$ is the *inverse propensity* estimate, **IPS**.
#
# By hand, four rows; two weights are your turn:
#
# | row | the log drew it with | the policy shows it with | saved | weight |
# |---|---|---|---|---|
# | 0 | 0.5 | 1 | 1 | 2 |
# | 1 | 0.5 | 0.25 | 0 | 0.5 |
# | 2 | 0.8 | 0 | 0 | ? |
# | 3 | 0.25 | 0.5 | 0 | ? |
#
# <details><summary>What does IPS say?</summary>
#
# The weights are 2, 0.5, 0 and 2. In the log one row of four was saved. Of the policy IPS says $2 / 4 = 0.5$, for it shows the saved pin twice as often.
#
# </details>

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### IPS: drawn a quarter as often as wanted, a save counts four
# * drawing one row for four
#
# Minutes 23 to 25. IPS: inverse propensity score. Draw by chance, keep the chance, and a row can speak for others. The weight is the policy's chance over the log's; the mean of weight times what was saved is IPS. Draw two more candidates and ask for the weight of each. Then cross out one chance of the log: which weight is missing now, and who would notice?
#
# ### What does IPS say of what was hardly ever drawn?
# * then vote 18.p7: Beside an experiment's count its number is | about the right number | far too much
# * drawing hardly drawn
#
# Minutes 25 to 27. A policy shows the first pin of pictures. Usual wrong answer: about right, with more noise. Weights repair what is drawn rarely. Of these pins 94 in 100 are never drawn, and nothing repairs that: they count as zero.
#
# ### IPS weighs each row, and few rows decide
# * drawing IPS by hand
#
# Minutes 27 to 29. The rows by hand of this section. The policy shows the saved pin twice as often as the log drew it, so IPS says one half. Two zeros, not to be mixed up: row 2 the log drew and the policy never shows, so its weight is 0. The dashed one is the reverse: the policy shows it, the log never drew it, so it has no row and adds nothing. Effective size: the sum of the weights, squared, over the sum of their squares: how many rows of equal weight are as noisy.
#
# ### DR, doubly robust: a model's word, and its errors weighed
# * drawing DR by hand
#
# Minutes 29 to 32. The same four rows. First row: what the model, with the numbers of exercise 18.6, says of the policy, 0.475 on average. Then what it says of the pins that the log drew, and how wrong it was. Its errors, weighed, take 0.15 off. With true chances the errors take out on average what the model says wrong; with a right model there are on average no errors to weigh.
#
# ### Seven policies are asked about; three are traps
# * drawing three traps
# * words **Claim**: a log that knows its chances tells what any policy would earn.
#
# Minutes 32 to 34. A log of 20,000 rows, from the first ten pins of item2item, iALS and L3. Four policies show what it can draw: any candidate, iALS's first, the best by pictures, the rarest. Then these three. The rarest pin has 0.008 on average. Half shown again shows yesterday's pin half of the time, but only to those who did not save it; the log showed none twice. So 37 in 100 of what it shows could not be drawn. Vote on the claim below.
#
# ### If chances are true and all can be drawn, both are right on average
# * figure 18.3
#
# Minutes 34 to 39. Begin at the top: four rows at the line. In chances raised the chances are false, and IPS is far off. Then the columns on the right: in log, what the log could have drawn. The row of pictures has 6 %: IPS counts as zero what could not be drawn, DR takes its model's word. Half shown again has 63 %: DR is fooled, nothing in the log says that a pin of yesterday earns nothing; IPS is right by luck. So the claim does not hold: of ten policies that were asked DR is within 5 % of the experiment for eight.
#
# ### A log answers for what it could have drawn, if its chances are true
# * drawing ask in this order
#
# Minutes 39 to 41. The numbers of figure 18.3, of candidate by pictures (the best by pictures of what can be drawn) and of the three traps. The share stops these two before anybody looks at an estimate. The effective size warns of pictures alone: it looks only at rows that were drawn, and half shown again has 2,012. Its price is noise. Of chances that are false neither warns: 100 %, 14,176 rows, and IPS is off by nearly half. The mean of the weights, not drawn, does: it should be near 1, and there it is 0.53.

# %% slideshow={"slide_type": "fragment"} tags=["predict:18.p7"]
predict("18.p7")

# %% [markdown] slideshow={"slide_type": "subslide"}
# How can IPS fail? In two ways.
#
# **A few heavy rows** may decide. The *effective size* $\left( \sum_i w_i \right)^2 / \sum_i w_i^2$ says how many rows of equal weight would be as noisy. Of the four rows above $4.5^2 / 8.25 = 2.45$ are left.
#
# **What the log never draws** counts as zero. Here a model may help, one that expects $\hat y_i(a)$ of candidate $a$ in row $i$. *Doubly robust*, **DR**, takes what the model expects of the policy, and adds its errors on the log, weighed:
#
# $$
# \mathrm{DR} = \frac1N \sum_i \Big( \sum_a \pi(a)\, \hat y_i(a) + w_i \big( y_i - \hat y_i(a_i) \big) \Big) .
# $$
#
# By hand, the four rows and a model that expects 0.25 of everything: $0.25 + \frac14 (2 \cdot 0.75 - 0.5 \cdot 0.25 + 0 - 2 \cdot 0.25) = 0.47$.
#
# Why *doubly*? With true chances the weighed errors take out, on average, what the model says wrong. And a right model has, on average, no errors to weigh.

# %% [markdown] slideshow={"slide_type": "subslide"}
# Does it work? Let a log draw from the first ten pins of item2item, iALS and L3, and ask it about seven policies. The first four show pins that it could have drawn. The last three set traps.
#
# | policy | shows |
# |---|---|
# | *any candidate* | one of those pins, by lot |
# | *iALS* | iALS's first pin |
# | *candidate by pictures* | of those pins the one whose picture fits best |
# | *rarest candidate* | the rarest of those pins |
# | *chances raised* | any candidate again, but the log wrote down 0.05 wherever a chance was smaller |
# | *pictures* | the first of pictures, drawn by the log or not |
# | *half shown again* | half of the time yesterday's pin, if it was not saved: nobody saves it now, and the log never showed one twice |
#
# > **Claim** (common belief). A log that knows its chances tells what any policy would earn.

# %% tags=["long", "answers:18.p7"] jupyter={"source_hidden": true}
command = "python -m solutions.experiments.lesson18.off_policy"
off = results.load("18_off_policy", command=command).values["policies"]
drawn = ["any candidate", "iALS", "candidate by pictures", "rarest candidate"]
drawn += ["any candidate, chances raised", "pictures", "half shown again"]
figure, ax = plt.subplots(figsize=(6.2, 3.1))
looks = {"IPS": ("o", style.USER), "DR": ("D", style.ITEM)}
for k, (kind, (marker, color)) in enumerate(looks.items()):
    bias, spread = (np.array([off[name][kind][x] for name in drawn]) for x in ("bias", "spread"))
    at = np.arange(len(drawn)) + 0.3 * (k - 0.5)
    ax.errorbar(bias, at, xerr=2 * spread, fmt=marker, color=color, label=kind, markersize=5)
ax.axvline(0, color="#6B7078", linewidth=0.8)
ax.axhline(3.5, color="#6B7078", linewidth=0.8, linestyle=":")
ax.set_yticks(range(len(drawn)), [x.removeprefix("any candidate, ") for x in drawn], fontsize=9)
told = {"earns": ("truth", ".2f"), "in log": ("in the log", ".0%"), "size": ("size", ",.0f")}
for place, (head, (what, form)) in zip((1.08, 1.25, 1.42), told.items(), strict=True):
    write = {"transform": ax.get_yaxis_transform(), "fontsize": 9, "ha": "center", "va": "center"}
    ax.text(place, -0.9, head, **write)
    for y, name in enumerate(drawn):
        ax.text(place, y, format(off[name][what], form), **write)
ax.set(xlim=(-1.05, 0.75), xlabel="how far an estimate is off: 0.5 says half too much")
ax.invert_yaxis()
ax.legend(fontsize=9, loc="upper left")
plt.show()

within = [name for name, row in off.items() if abs(row["DR"]["bias"]) < 0.05]
verdict(
    "A log that knows its chances tells what any policy would earn.",
    len(within) == len(off),
    detail=f"DR is within 5 % of the experiment for {len(within)} of {len(off)} policies; "
    f"half shown again: {off['half shown again']['DR']['bias']:+.0%}",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# *Figure 18.3. Two estimates of what a policy earns, beside an experiment's count: means over a hundred logs, and twice the spread of one. On the right: what it earns a row, how much of it the log could have drawn, and the effective size. The card counts three more (18.13).*
#
# **Above the line** nothing is missing: on average both are right within 2 %. The price is noise: the smaller the effective size, the wider the bar of one log.
#
# **Below it** something is missing:
#
# * *Chances raised:* false chances pull IPS down to half, with the shortest bar of all. A short bar is no proof. DR stays right, for its model is.
# * *Pictures:* IPS counts what the log never drew as zero. DR is left with its model, which hopes too much.
# * *Half shown again:* no row shows what a pin of yesterday earns, so DR's model cannot know that it is nothing. (IPS counts what could not be drawn as nothing, and here, by luck, that is so.)
#
# **Is there an alarm?** The **mean of the weights** is what IPS says if every row earns 1, so it has to be near 1. In these three rows it is 0.53, 0.06 and 0.63. Of your own log ask first what it could have drawn, then this mean, and the estimate last.
#
# **A log answers for what it could have drawn, if its chances are true.**
#
# <details><summary>How this was measured</summary>
#
# For *candidate by pictures* DR's model alone is 12 % too low, and the weighed errors take that out: one half of *doubly*. For *chances raised* the model is right: the other half. For *half shown again* the zero of IPS happens to be true. For the card's three more DR is right. One log scatters by 2 to 16 % above the line. Of the three below it the effective size gives away only *pictures*.
#
# A hundred logs of 20,000 rows on the lesson's site, drawn more often from what stands high in several lists; 17 candidates a user on average, the likeliest drawn with a chance of 0.22, the rarest of 0.008 (means over users).
# An experiment scatters by 1 %. One log does not even say who of item2item, iALS and L3 is first.
# *Candidate by pictures*, which nobody has tried, earns most; one log would not show it, for its bar is wider than the lead.
# The card's three more are item2item, L3 and *most saved candidate*; 18.13 has all ten, with a third estimate. Before, everybody was shown the first pin of item2item; where it was not saved, it is the pin of *half shown again*. This is one place on one day, not a life of lists: here L3 earns 0.27 where item2item earns 0.28. DR's model is a ridge on ranks and popularity, fitted on a log of its own; alone, without
# the correction, it is 27 % too high for *most saved candidate*, and right within 1 % for *any*. What the site's people would save is known, not
# estimated. One place only: lists need the chance of each place and of being looked at (lesson 17). Not tried: capped weights, richer models.
# `python -m solutions.experiments.lesson18.off_policy`, 9 seconds.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 18.6 Graph and sequence models in front of people
#
# Whom do you let choose a model's knobs, the log or people? Four models of the course meet people: LightGCN, PinSage, SASRec and Pixie. The last three are tuned by the one and by the other.
#
# And what does a **ranker** bring? Fused with item2item, iALS and pictures, the four are *seven fused*. The ranker of lesson 17, which learned from a log's clicks, brings the first hundred of this list into its own order.
#
# > **Claim** (of the funnel's picture). A ranker on top of the generators makes people save more than their fused list.

# %% slideshow={"slide_type": "fragment"} tags=["predict:18.p8"]
predict("18.p8")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### Does a ranker deaf to this minute help?
# * then vote 18.p8: Beside the fused list, people save of its lists | more | less | one cannot tell
# * drawing a deaf ranker
#
# Minutes 41 to 43. LightGCN, PinSage, SASRec and Pixie join three simple generators, item2item, iALS and pictures: seven, fused by ranks. The ranker is lesson 17's, trained on clicks. Usual wrong answer: less, it hears nothing of this minute.
#
# ### With the ranker on top people save more: 7.42, not 6.98
# * leads: saves of a person, with the ranker and without = +0.44, +0.36, +0.53
# * bars: saves of a person: seven fused = 6.98; *then the ranker = 7.42
#
# Minutes 43 to 44. The claim holds. The ranker hears no save of this minute, but it knows how a person and a pin fit. Its features hold what liking is made of here; yours may not.
#
# ### Tuned with people, Pixie and PinSage pass item2item; on the log, not
# * drawing who chose the knobs
#
# Minutes 44 to 46. The four models of the seven, alone with people; it is a part of figure 18.4. Read row by row, and say of each mark who chose: black the lesson (LightGCN has no other), orange the log, green people, for SASRec in one place. In Pixie and PinSage the log kept popularity; a log pays for that, people here do not.

# %% tags=["long", "answers:18.p8"] jupyter={"source_hidden": true}
# fmt: off
people = results.load("18_people", command="python -m solutions.experiments.lesson18.people").values
tuned = results.load("18_people_tuned").values["policies"]
rows = people["policies"] | {
    x: people["beside"][x] for x in ("three fused", "three, then the ranker")
}
looks = {"their lesson": ("s", style.CONTEXT), "the log": ("v", style.USER), "people": ("o", style.ITEM)}
tuned_too = ["Pixie", "PinSage", "SASRec", "seven fused"]
names = ["LightGCN", "iALS", "three fused", "the ranker alone", "seven, then the ranker", "three, then the ranker"]
_, ax = plt.subplots(figsize=(5.4, 3.4))
order = tuned_too[:3] + names[:2] + tuned_too[3:] + names[2:]
for place, name in enumerate(order):
    given = [rows, tuned["log"], tuned["people"]] if name in tuned_too else [rows]
    for k, (part, (by, (marker, color))) in enumerate(zip(given, looks.items(), strict=False)):
        low, middle, high = (np.mean(part[name][x]) for x in ("low", "lift", "high"))
        y = place + 0.27 * (len(given) > 1) * (1 - k)
        ax.plot((low, high), (y, y), color=color, linewidth=1.2)
        ax.plot(middle, y, marker, color=color, label=None if place else by, markersize=5)
ax.axvline(0, color="#6B7078", linewidth=0.8)
ax.set_yticks(range(len(order)), order, fontsize=9)
ax.set_xlabel("saves beside item2item", fontsize=9)
ax.legend(title="knobs chosen by", fontsize=9, title_fontsize=9, loc="upper left")
plt.show()
ranked_over_fused = metrics.Comparison.stored(people["ranker over fused"])
verdict(
    "A ranker on top of the generators makes people save more than their fused list.",
    ranked_over_fused,
    detail=f"saves of a person {ranked_over_fused:.2f}",
)
# fmt: on

# %% [markdown] slideshow={"slide_type": "subslide"}
# *Figure 18.4. Expected saves (all chances of a save, added up) beside item2item's (the line), with intervals of 95 %. Where knobs were chosen anew, three marks.*
#
# **Who shall choose the knobs?** See the lowest three. With their lessons' knobs (squares) they are far behind item2item. Tuned on the log (triangles) all three gain, but stay behind. Tuned with people (circles), PinSage and Pixie pass it.
#
# What differs? For these two one knob alone: shall popular pins be favored? The log says yes, probably because old lists showed such pins often. People here say no.
#
# **Do more generators help?** Not here: three simple ones fused are ahead of all seven, even with people's knobs. Perhaps because pictures, which bring what others do not name, had one vote of three, now one of seven.
#
# **Does a ranker help?** Yes: a vote knows only who named a pin, a ranker how a person and a pin fit. (Its features hold what liking is made of here; yours may not.)
#
# Alone it does no worse than three fused. Why generators, then? It can be asked for each of 2,800 pins, of a billion it cannot. Both together are best.
#
# **Let generators fetch, and let a ranker that knows the person put in order.**
#
# <details><summary>How this was measured</summary>
#
# For SASRec the log and people chose the same. The site of 18.4: 1,000 users live twice with each policy and twice with the control, up to five visits, in three experiments (seeds). Intervals are those of one experiment,
# means of three (*seven fused* with tuned knobs: of one); the card compares the two policies user by user in the first. One experiment tells nine of eleven neighbors in the order apart in 95 of 100 cases; SASRec and pictures it does not.
#
# The figure shows what lists let expect. Not in it: RP3β −15 %, *RP3β, shown again* −55 %, pictures −25 %. Expected and counted saves differ by 2.6 standard errors at most (PinSage), and eleven of twelve policies are counted a little lower. They meet the same chance: what one user's luck adds to a policy it adds to others (their
# differences correlate by 0.3 to 0.7), so these are not twelve observations. In nine further experiments no quick policy differs by more than 1.3 errors (PinSage 0.8).
#
# The ranker's clicks are weighed as in 18.5. Generators are those of 18.2 and learn from all saves before the experiment, with the knobs of their lessons; LightGCN propagates what was saved, PinSage's neighbors are walked anew at each visit, SASRec reads the latest twenty saves, Pixie walks from them; *RP3β, shown again* repeats what was not saved. Nine settings of Pixie and SASRec and twelve of PinSage were
# tried, on days 42 to 48 of the log and in an experiment of its own (the same people, another chance). Chosen were Pixie with 5,000 steps and restart 0.6, PinSage with 24 passes and pictures beside words, on the log with a
# little popularity added, SASRec with vectors of 64 numbers, by both: the largest values tried, so more may bring more. Pixie's counts, divided by the root of a pin's saves, fall from 0.098 to 0.071 in NDCG@20 on the log, and bring 30 points with people. The ranker is ahead of these seven fused by 0.40 saves, from 0.32 to 0.49, where the log chose, and by 0.32, from 0.23 to 0.41, where
# people did; three fused are ahead of seven that people chose by 0.07, from 0.01 to 0.12, with the ranker by 0.09, from 0.05 to 0.13. `python -m solutions.experiments.lesson18.people_tuned`, six minutes.
#
# The ranker learned, in seven seconds, from 8,000 lists that were shown before day 42, and was calibrated on first places of 2,000 others. It promises that 78 of 100 pins of its lists are
# liked, and 68 are. That is not the choice of the largest: of all pins that are not saved it promises 46, and 25 are liked.
#
# The ranker alone is ahead of three fused by 0.12 saves, from 0.01 to 0.23. Three are ahead of seven by 0.21 saves fused, from 0.16 to 0.26, and with the ranker by 0.11, from 0.07 to 0.16 (18.4 has an experiment of its own with three fused). PinSage without popularity loses 36. Not tried: a ranker without the weights, or one that learns from lists of
# these generators, OmniSage. `python -m solutions.experiments.lesson18.people`, five minutes.
#
# </details>

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Take away
#
# > **What it is for.** Generators bring candidates, one list is made of them, and an experiment says whether people are better off.
# >
# > **Where it won.** With people: three generators fused bring 14 % more saves than item2item, 19 % with a ranker on top. A log with true chances: right within 2 % about what it could have drawn, on average over a hundred; one alone scatters by 2 to 16 %.
# >
# > **Where it did not.** With four graph and sequence models added people saved less, with people's knobs, too: by 0.07 saves, from 0.01 to 0.12 (18.6).
#
# * **Which do you believe?** The experiment: it asks people about your lists, a log asks them about somebody else's. (Unless what one half saves changes the other's lists: 18.9.)
# * **How can you know?** A log that drew by chance and kept its chances answers for what it could have drawn alone. A mean of the weights far from 1 is the alarm.
# * **When does a graph model win** (lesson 00)? When its edges say what a rival does not read: of young pins (7.8), of rare ads (13.3). From edges between users and pins iALS found no less (18.11).
#
# **Next.** All generators here look for a vector or walk to a pin. Could a model *spell* the next item, code by code? [Lesson 19](19_items_that_are_spelled.ipynb).

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# ### Three simple generators and a ranker: 19 % more saves
# * drawing to take home
#
# Minutes 46 to 47. Upper part of figure 18.4: the ranker alone has 15 % more, seven with the ranker 17 %, or 18 % with knobs chosen with people, so seven are not past three. Why generators, then? Of a billion pins nobody can ask the ranker for each, and here, too, the two are best together. What it is for: candidates, one list of them, and an experiment. A log with true chances was right within 2 % on average about what it could have drawn.
#
# ### If the log and the experiment disagree, which of them do you believe, and how can you know?
# * then drawing believed
#
# Minutes 47 to 50. The question of the first slide once more: if the two disagree, whom do you believe, and how can you know? Look at the counts of hands on the board, and let the room answer before you press the key. One caution: an experiment whose halves feed each other errs, too (18.9).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Quiz
#
# {{quiz}}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Branches
#
# The core ends here. Each branch needs it, and none needs another one.
#
# | ↳ | what it gives | minutes |
# |---|---|---|
# | 18.7 | exercise 18.2: weights instead of votes, and what a log teaches them | 18 |
# | 18.8 | exercise 18.3: who pays for a good mean, new and rare pins | 12 |
# | 18.9 | users arrive: looking every day, halves that do not match, less noise for nothing, many policies, users who feed each other | 20 |
# | 18.10 | exercise 18.5: your policy, graded by what people save on sites that nobody has seen | 35 |
# | 18.11 | the course in four pictures, who wins when, all generators, and your five films | 24 |
# | 18.12 | one page: the project and its rubric | |
# | 18.13 | exercise 18.6: three estimates of a log, by hand and in numpy, and how sure one log is | 22 |

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 18.7 ↳ Votes and weights
#
# *Exercise 18.2, and what weights that were learned on a log do to people; about 18 minutes.*
#
# Rank fusion gives every generator one vote, the weak one too. **Weights** can be learned: take the candidates of the validation
# users, a column for each generator, and fit by ridge regression which of them were saved. With columns centered and scaled to spread 1,
# $\mathbf Z$, and $\mathbf y$ centered,
#
# $$
# \beta = \Big(\tfrac1N \mathbf Z^\top \mathbf Z + \lambda \mathbf I\Big)^{-1} \tfrac1N \mathbf Z^\top \mathbf y,
# \qquad w_g = \beta_g / \sigma_g .
# $$

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 18.2 — `blend` ({{points:18.2}})
#
# The weights are for the columns as they come: hence the division by their spreads $\sigma_g$ (with N in the denominator, as numpy's
# `std`). The constant is left out, since it moves no order. A generator that says the same of all gets the weight 0.
#
# *About 10 minutes.*
#
# {{hints:18.2}}


# %% tags=["exercise:18.2"]
def blend(x: np.ndarray, y: np.ndarray, reg: float) -> np.ndarray:
    """Return the weights of generators.

    Args:
        x: (N, G) what each generator says of each candidate.
        y: (N,) zeros and ones, or any numbers: what became of it.
        reg: lambda, above 0.

    Returns:
        (G,) float64 weights w: x @ w is the score.
    """
    ### SOLUTION


# %% tags=["check:18.2"]
check("18.2", blend)

# %% slideshow={"slide_type": "fragment"} tags=["predict:18.p2"]
predict("18.p2")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Ask 18.p2. Usual wrong answer: about the same, they find about as much. A ridge pays for what the others do not say.


# %% tags=["experiment", "answers:18.p2"]
def columns(lists: dict) -> np.ndarray:
    """Return (B, n, G): 1 / (60 + rank) of each generator."""
    return np.stack([fusion.reciprocal_ranks(x[None], n) for x in lists.values()], axis=2)


asked = np.unique(split.val.users)
x, y = columns(for_val)[asked], split.val.csr().toarray()[asked]
candidates = x.sum(axis=2) > 0
weights = fusion.learned_weights(x[candidates], y[candidates], reg=0.1)
blended = best(columns(for_test) @ weights, sp.csr_array(split.past().csr()))
print(pd.Series(weights / weights.sum(), for_val).round(2).to_string(), end="\n\n")
more = metrics.compare(on_test(blended).ndcg, on_test(fused).ndcg)
print(f"NDCG@20 beside one vote for each: {more:.3f}")
print(
    f"beside {first} alone: {metrics.compare(on_test(blended).ndcg, on_test(for_test[first]).ndcg):.3f}"
)
if made:
    with_people = experiment(
        policy(*made, weights=weights), site.control, 1, site=site, seconds=600
    )
    print(
        f"lift with people {with_people.lift:+.3f}; one vote for each: {reports['fused'].lift:+.3f}"
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# L3 gets two thirds of iALS's weight, since much of what it says iALS has said already. On the log the weights find more than one vote for each, and cannot be told from the best generator alone.
# With people they do worse than one vote for each: they were learned from what old lists had shown, and pictures, a voice that people gain by, got next to nothing.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 18.8 ↳ Who is served? The tail and the new
#
# *Exercise 18.3, and a picture of who pays for a good mean; about 12 minutes.*
#
# A mean hides who pays for it. Three groups of items, by their saves before the test: **new**, none at all; **rare**, one to five;
# **known**. For each: which share of the test's saves of such items stands in the lists?

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 18.3 — `by_group` ({{points:18.3}})
#
# By hand: user 0 is shown (4, 2), user 1 (1, 3), user 2 (2, 1). Saved were (0, 2), (0, 1), (2, 1), (2, 3). Items 1 and 2
# are of group 0, item 3 of group 1, items 0 and 4 of group 2: shares 2/3, 0/1 and NaN.
#
# *About 8 minutes.*
#
# {{hints:18.3}}


# %% tags=["exercise:18.3"]
def by_group(
    lists: np.ndarray, users: np.ndarray, items: np.ndarray, group: np.ndarray, num_groups: int
) -> np.ndarray:
    """Return the share of each group's saves that is found.

    Args:
        lists: (m, L) items, row u is the list of user u.
        users, items: (E,) the pairs that were saved.
        group: (n,) the group of each item, 0 to T - 1.
        num_groups: T.

    Returns:
        (T,) float64; NaN for a group that has no pair.
    """
    ### SOLUTION


# %% tags=["check:18.3"]
check("18.3", by_group)

# %% slideshow={"slide_type": "fragment"} tags=["predict:18.p3"]
predict("18.p3")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Left out of fifty minutes. In ninety: ask 18.p3. Usual wrong answer: all lists, a few each. Without a save there is
# no cosine, no vector and no walk. Read the counts in the legend before the bars.

# %% tags=["answers:18.p3"]
NAMES = ["new", "rare", "known"]
group = np.digitize(np.bincount(split.past().items, minlength=n), [1, 6])
test = split.test
shares = pd.DataFrame({
    name: metrics.recall_by_group(x[:, :20], test.users, test.items, group, 3)
    for name, x in {**for_test, "fused": fused}.items()
}, index=NAMES)  # fmt: skip
count = np.bincount(group[test.items], minlength=3)
ax = shares.T.plot.bar(figsize=(7, 2.8), color=[style.USER, style.ITEM, style.CONTEXT], rot=0)
for bars, hatch in zip(ax.containers, ("//", "..", ""), strict=True):
    for bar in bars:
        bar.set(hatch=hatch, edgecolor="white")
ax.set(ylabel="share found")
ax.legend([f"{name}, {c} saves" for name, c in zip(NAMES, count, strict=True)], fontsize=8)
plt.show()

# %% [markdown]
# *Figure 18.5. Of the test's saves of new, rare and known items (left to right), the share that stands in lists of 20. Generators that know
# pins by their saves find none that has no save; pictures find some, and few of the known. The fused list finds no new pin: one that a
# single list holds does not reach its first twenty.*

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 18.9 ↳ Users arrive
#
# *What goes wrong with experiments that are right on paper; about 20 minutes.*
#
# **Looking every day.** Let users arrive, half of them with each policy, each user once: the control against itself, and three generators fused.

# %% slideshow={"slide_type": "fragment"} tags=["predict:18.p4"]
predict("18.p4")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Ask 18.p4. Usual wrong answer: in 5 of 100. That is one look, at a moment fixed before. Ask who has looked at a
# running experiment this month.

# %%
as_sites_do = {
    "control against itself": experiment(
        site.control, site.control, 5, site=site, twins=False, seconds=600
    )
}
if made:
    as_sites_do["three fused"] = experiment(
        policy("item2item", "iALS", "pictures"),
        site.control,
        5,
        site=site,
        twins=False,
        seconds=600,
    )

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
visuals.arrivals({name: report.saves for name, report in as_sites_do.items()}, function=lift)

# %% [markdown]
# *Figure 18.6. Lift and interval of two experiments while their users arrive, half of them with each policy, each user once. The interval
# narrows with the root of their number. On the left there is nothing to find.*

# %% tags=["answers:18.p4"]
saves = site.run(site.control, seed=9).counts[0]
rng, wrong = np.random.default_rng(0), {"at the end": 0, "at any of 25 looks": 0}
for _ in range(400):  # the same lists for both halves: every difference is chance
    one, other = np.array_split(rng.permutation(saves).astype(float), 2)
    looks = [pinworld.ratio(one[:k], other[:k], paired=False) for k in range(20, 501, 20)]
    outside = [abs(r) > 2 * error for r, error in looks]
    wrong["at the end"] += outside[-1] / 400
    wrong["at any of 25 looks"] += any(outside) / 400
pd.Series(wrong).map("{:.1%}".format).to_frame("a difference where there is none")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Figure 18.6: "control against itself", Step, and let the room shout stop when it sees a difference; the sentence
# below says when somebody would have stopped. Then the other experiment, Play. The table is the rule: decide the
# number, look once.

# %% [markdown] slideshow={"slide_type": "subslide"}
# Decide before you begin how many users there will be, and look once.
#
# **Halves that do not match.** Of 20,000 users who were sent to two halves, one in twelve of one half, those who save least, are never counted: their page was
# slow, and they left. The lift is an artifact. What gives it away is the number of users: a **sample ratio mismatch**, tested by χ². Below 0.001, stop, and find out where they went.
#
# **Less noise for nothing.** What users saved *before* the experiment, $x$, says something of what they save in it, $y$, and the policy cannot have changed
# it. **CUPED** subtracts what it says: $y - \theta (x - \bar x)$ with $\theta = \operatorname{cov}(x, y) / \operatorname{var}(x)$ has the same
# mean and a smaller variance.
#
# **Many policies at once.** Twelve policies that all equal the control: how often is one of them "better"? **Holm** sorts the p-values and asks the k-th smallest of $m$ for $0.05 / (m - k + 1)$.

# %%
y, rng = saves.astype(float), np.random.default_rng(1)
who, half = rng.integers(len(y), size=20_000), rng.random(20_000) < 0.5
one, other = np.sort(y[who[half]]), y[who[~half]]
one = one[len(one) // 12 :]  # those who save least are never counted
gap, error = pinworld.ratio(one, other, paired=False)
unequal = stats.chisquare([len(one), len(other)]).pvalue
print(f"{len(one)} and {len(other)} users: lift {gap:+.3f}, from {gap - 2 * error:+.3f} to "
      f"{gap + 2 * error:+.3f}; chance of such halves {unequal:.0e}")  # fmt: skip

x = np.mean([site.run(site.control, seed=s).counts[0] for s in range(20, 24)], axis=0)
theta = np.cov(x, y)[0, 1] / x.var(ddof=1)
less = (y - theta * (x - x.mean())).var(ddof=1)
print(f"variance of saves {y.var(ddof=1):.1f}; four earlier visits taken out, {less:.1f}")

often = {"one of twelve p below 0.05": 0.0, "one of twelve after Holm": 0.0}
for _ in range(400):
    control, *parts = rng.choice(y, size=(13, 400))
    p = min(stats.ttest_ind(part, control, equal_var=False).pvalue for part in parts)
    often["one of twelve p below 0.05"] += (p < 0.05) / 400
    often["one of twelve after Holm"] += (p < 0.05 / 12) / 400  # the smallest decides
print("; ".join(f"{name}: {share:.1%}" for name, share in often.items()))

# %% [markdown] slideshow={"slide_type": "subslide"}
# One in twelve of a half is lost, and there is a lift of 9 % whose interval leaves out 0. Nothing in the lift says that it is an artifact; the numbers of users do. CUPED brings next to
# nothing here: the simulator's users differ little in how much they save, so earlier visits say little. On a real site some people save a hundred times as much as others; Bing
# reports half of the variance gone (Deng, Xu, Kohavi, Walker 2013, [DOI 10.1145/2433396.2433413](https://doi.org/10.1145/2433396.2433413)). Of twelve policies
# that are the control, one looks different in a third of all experiments; after Holm in one of twenty.
#
# What no test so far sees is **interference**: in a graph, what your users save changes what others are shown. Here a third of the pins is new, item2item is counted anew on
# everybody's saves at each visit, and the policy gives two places of ten to new pins. Its users try, the control's users profit without having paid. So sites draw whole **clusters** of the
# graph instead of users.

# %% slideshow={"slide_type": "fragment"} tags=["predict:18.p9"]
predict("18.p9")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Ask 18.p9. Usual wrong answer: half of it, as half of the users have the policy. What the control's users are shown has been tried by the others.

# %% tags=["long", "answers:18.p9"] jupyter={"source_hidden": true}
heard = results.load(
    "18_interference", command="python -m solutions.experiments.lesson18.interference"
).values
drawn = {"truth": "everybody against everybody", "clusters": "half of the clusters", "users": "half of the users"}  # fmt: skip
_, ax = plt.subplots(figsize=(5.2, 1.9))
for place, kind in enumerate(drawn):
    each = np.array(heard[kind]["each"])
    lead = metrics.compare(each, np.zeros(len(each)))
    mean, error = lead.gap, np.array([[lead.gap - lead.low], [lead.high - lead.gap]])
    ax.plot(each, np.full(len(each), -place - 0.2), "|", color=style.CONTEXT, markersize=9)
    ax.errorbar(mean, -place, xerr=error, fmt="o", color=style.ITEM, markersize=7)
    ax.annotate(
        f"{mean:+.1%}", (mean, -place), (0, 7), textcoords="offset points", ha="center", fontsize=9
    )
ax.axvline(0, color="#6B7078", linewidth=0.8)
ax.set_yticks([-k for k in range(len(drawn))], list(drawn.values()))
ax.set(xlabel="lift", ylim=(-2.5, 0.6))
plt.show()

# %% [markdown]
# *Figure 18.7. What switching over brings, and what two kinds of experiment say of it: means of twenty draws with intervals of 95 %, and each draw (strokes).*

# %% [markdown] slideshow={"slide_type": "subslide"}
# Switching over brings 6.7 %. Half of the users against the other half says −0.1 %: both halves read the same saves. Clusters say 2.8 %, too little as well, for what one cluster saves is
# shown in others; whether that is more than users say, twenty draws cannot tell. And one experiment with clusters scatters by 7 %, more than what it looks for.
#
# **In a graph the halves of an experiment feed each other. What it says is not what switching over brings.**
#
# <details><summary>How this was measured</summary>
#
# A constructed site of 800 users and 1,200 pins, 40 clusters by k-means on 16 singular vectors of what was saved before, twenty draws, counted saves in eight visits. Users
# say less than the truth by 6.8 points, from 4.4 to 9.2, clusters by 3.9, from 1.0 to 6.9; clusters more than users by 2.8, from −0.7 to 6.3.
# Those who have left are asked, too, and heard. How much it is on yours depends on how fast lists hear saves. `python -m solutions.experiments.lesson18.interference`, 80 seconds.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **How sure is one experiment?** First the numbers behind figure 18.2; *pins shown* is the share of all pins that anybody sees. Each user has lived with every policy. So two neighbors in the order can be compared user by user. How often would another
# experiment of this size see their difference, with its sign and by more than two standard errors? That is its **power**.

# %% tags=["experiment"]
pd.DataFrame({
    "NDCG@20": pd.Series(offline, dtype=float), "lift": {k: r.lift for k, r in reports.items()},
    "from": {k: r.low for k, r in reports.items()}, "to": {k: r.high for k, r in reports.items()},
    "pins shown": {k: r.guards["share of the pins shown"][0] for k, r in reports.items()},
}).sort_values("NDCG@20", ascending=False).round(3)  # fmt: skip

# %% tags=["experiment"]
order = sorted(reports, key=lambda name: reports[name].lift)
rows = []
for low, high in pairwise(order):
    gap = reports[high].saves[0] - reports[low].saves[0]
    z = gap.mean() / (gap.std(ddof=1) / np.sqrt(len(gap)))
    power = {m: stats.norm.sf(2 - z * np.sqrt(m / len(gap))) for m in (len(gap), 100, 30)}
    rows.append({"below": low, "above": high, "saves": gap.mean()}
                | {f"power, {m:,} users": x for m, x in power.items()})  # fmt: skip
pd.DataFrame(rows).round(2)

# %% [markdown] slideshow={"slide_type": "subslide"}
# A thousand users who live twice tell all neighbors apart; thirty do not tell those that lie near each other. With half of the users each, as on a
# site, intervals are several times as wide.
#
# **Further reading.** Kohavi, Longbotham, Sommerfield, Henne, *Controlled experiments on the web*
# ([DOI 10.1007/s10618-008-0114-1](https://doi.org/10.1007/s10618-008-0114-1)): what goes wrong. Johari and others, *Peeking at A/B Tests*
# ([DOI 10.1145/3097983.3097992](https://doi.org/10.1145/3097983.3097992)).
# Cormack and others, *Reciprocal Rank Fusion*
# ([DOI 10.1145/1571941.1572114](https://doi.org/10.1145/1571941.1572114)). Dudík and others, *Doubly Robust Policy Evaluation and
# Learning* ([arXiv:1103.4601](https://arxiv.org/abs/1103.4601)).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 18.10 ↳ Your policy
#
# *Exercise 18.5, the open task; about 35 minutes.*
#
# Your function gets what a site knows, and returns lists. It is graded by what people save **on other
# sites**, small ones that nobody has seen before, in their second visit: everybody's saves before, the saves of those who are here
# now, and what was shown to them yesterday. `measure` shows where you stand, on sites of its own.
#
# Whoever shows what was saved before, or a pin twice in one list, gets nothing; and so does a function that remembers earlier calls.


# %%
def measure(recommend, sites: int = 4) -> pd.Series:
    """Return the saves that lists let expect, as a share of those of item2item, on some small sites."""
    from graphrec_utils.lessons.lesson18 import ex5_recommend as task

    found = []
    for seed in range(sites):
        given = task._inputs(np.random.default_rng(seed))
        found.append(task.measured(recommend(*given.values()), given)[0])
    return pd.Series(found, name="of item2item's saves").round(3)


# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 18.5 — `recommend` ({{points:18.5}})
#
# Begin with the simplest thing that could work, change one thing at a time, and write down what you expect before you measure. Conclude in
# two sentences: what decided, and what did not matter.
#
# *About 30 minutes.*
#
# {{hints:18.5}}


# %% tags=["exercise:18.5"]
def recommend(past: sp.csr_array, saved: sp.csr_array, shown: sp.csr_array, k: int) -> np.ndarray:
    """Return the lists of those who are here.

    Args:
        past: (m, n) sparse ones, what all users had saved before.
        saved: (B, n) sparse ones, what those who are here have saved until now.
        shown: (B, n) sparse counts, what they were shown in their first visit; a pin of it that was not
            saved brings nothing the second time.
        k: length of the lists.

    Returns:
        (B, k) int64 pins, best first, none twice, none that the user has saved.
    """
    ### SOLUTION


# %% tags=["check:18.5"]
check("18.5", recommend)

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# For the notebook: name the exercise, and what is graded: saves on sites that nobody has seen.

# %% [markdown] slideshow={"slide_type": "skip"}
# Now let it meet the users of 18.4. The grade comes from sites of 1,120 pins and from the second visit alone; this site has 2,800 pins, and
# users come up to five times. The policy of the last hint is ahead in both, by 6 and by 5 %. Where yours is ahead in one of them only, they are
# two questions: which answer would you put on your page?
#
# {{quiz:18.q5}}


# %% slideshow={"slide_type": "skip"}
def mine(seen, k):
    return recommend(site.past, seen.saved, seen.shown, k)


print(experiment(mine, site.control, 1, site=site, seconds=600))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 18.11 ↳ The course in four pictures
#
# *All methods of the course, asked four questions, who wins when, and your five films; about 24 minutes.*
#
# What do they find of **known things**, of **new things**, for **people of
# few events**, and how many **milliseconds and megabytes** does a request take? All four are stored measurements. First known things, on PinWorld with 2,500 users and
# 7,000 pins: the seconds of a processor that it takes to fit a method and to rank everybody, and what it finds on the test days.
#
# <details><summary>How this was measured</summary>
#
# Knobs, epochs too, were tuned on validation until no neighbor of a setting was better, or are those of lessons 09, 14, 15 and 16. PinnerFormer and OmniSage
# read more of the log than saves. One seed.
#
# </details>

# %% slideshow={"slide_type": "skip"}
alone = results.load(
    "18_generators", command="python -m solutions.experiments.lesson18.generators"
).values["generators"]

# %% slideshow={"slide_type": "fragment"} tags=["predict:18.p6"]
predict("18.p6")

# %% [markdown] slideshow={"slide_type": "notes"} tags=["notes"]
# Cover the first picture, ask 18.p6. Usual wrong answer: in front, that is what the seconds are for. On forty thousand saves it is not
# so. Then the other three, one after the other: who is in front now, and what of the data has changed?

# %% tags=["long", "answers:18.p6"]
stored = results.load("18_course", command="python -m solutions.experiments.lesson18.course_figure")
methods = pd.DataFrame(stored.values["methods"]).T
spent = (methods.fit + methods["rank"]).astype(float)
share = (methods.ndcg / methods.ndcg["iALS"]).astype(float)
smaller = {
    x: alone[x].get("lesson", alone[x])
    for x in ("NGCF", "GraphSAGE", "TransE", "TwHIN", "semantic IDs")
}
figure, ax = plt.subplots(figsize=(5.8, 4))
for name in methods.index:
    error = 1.96 * (methods.behind[name] or {"error": 0})["error"] / methods.ndcg["iALS"]
    ax.errorbar(spent[name], share[name], error, **style.look(name), markersize=6, elinewidth=0.8)
for name, row in smaller.items():
    spent[name], share[name] = row["seconds"], row["ndcg"] / alone["iALS"]["ndcg"]
    look = style.look(name[0].upper() + name[1:]) | style.VARIANT
    ax.plot(spent[name], share[name], **look, markersize=7)
away = {"item2item": (-8, -20), "iALS": (-8, 9), "RP3β": (-28, 6), "EASE": (-11, 14), "LightGCN": (-2, 16), "PinSage": (-46, -10),
        "MultiBiSage": (-6, -22), "OmniSage": (-42, 16), "PinnerFormer": (-34, 22), "TwHIN": (-32, 4), "TransE": (-38, -4),
        "Pixie": (-8, -18), "GraphSAGE": (-58, -3), "fusion": (-10, -20)}  # fmt: skip
for name in spent.index:
    ax.annotate(
        name,
        (spent[name], share[name]),
        away.get(name, (7, -3)),
        textcoords="offset points",
        fontsize=8,
    )
ax.set(xscale="log", xlabel="CPU seconds, fit and rank", ylabel="NDCG@20, of what iALS finds")
ax.set(xlim=(None, spent.max() * 5), ylim=(0, 1.15))
plt.show()

# %% [markdown]
# *Figure 18.8. Known things: NDCG@20 as a share of iALS's, against CPU seconds on a logarithmic scale. Bars are intervals of 95 % over users. Hollow: on
# the smaller world of 18.2, which also has NGCF, GraphSAGE, TransE, TwHIN and semantic IDs. On validation OmniSage and LightGCN stand before iALS.*

# %% [markdown] slideshow={"slide_type": "subslide"}
# Order of seconds and order of what is found are hardly related, and none of the slowest four is ahead of a factorization of a tenth of a second: seconds buy
# parameters, and what is found depends on whether the data can fill them.


# %% slideshow={"slide_type": "skip"}
def ranked(slice_: str, level: float, names: tuple[str, ...]) -> None:
    """Draw each method's mean and interval at a level of a slice; a second data set is hollow, its level that of the first."""
    values = regimes.regimes()[slice_]
    rows = {}
    for name in names:
        part = values["sets"][name]
        at = part["levels"].index(level)
        rows[name] = {method: x[at] for method, x in part["methods"].items()}
    order = sorted(rows[names[0]], key=lambda x: rows[names[0]][x]["mean"])
    _, ax = plt.subplots(figsize=(5.8, 0.9 + 0.25 * len(order)))
    for k, name in enumerate(names):
        for y, method in enumerate(order):
            if method not in rows[name]:
                continue  # it was asked on the first alone
            x, look = rows[name][method], style.look(method) | (style.VARIANT if k else {})
            ax.plot((x["low"], x["high"]), (y - 0.3 * k,) * 2, color=look["color"], linewidth=1)
            ax.plot(x["mean"], y - 0.3 * k, **look, markersize=7)
    ax.set_yticks(range(len(order)), order, fontsize=8)
    ax.set(xlim=(0, None))
    ax.set_xlabel(values["measure"], fontsize=9)
    plt.show()


# %% [markdown] slideshow={"slide_type": "subslide"}
# **New things.** Pins that were hidden from everybody: of each one knows its content and its author. All that hear the edge of birth are
# near each other; content alone is not.

# %% tags=["long"]
ranked("content", 0, ("PinWorld",))

# %% [markdown]
# *Figure 18.9. New things: what is found of pins without a like, intervals of 95 % over users and three worlds. A name with a comma is a variant, hollow.
# Among the pins born since a training PinSage is ahead of all but GraphSAGE after three days; these two cannot be told apart (figure 18.10).*

# %% [markdown] slideshow={"slide_type": "subslide"}
# **People of few events, and: which one wins?** Who finds most depends on the data. The figure turns one property of them at a time, first how many likes are
# known of a person: with one, iALS and LightGCN are first on PinWorld; with fifty item2item is ahead of both. On films nobody is ahead of *recent*: what was liked lately, the same for everybody.
#
# Then guess on the screen: all models were trained a week ago, and the edges of today may be read. Who is ahead? Choose *days since the training*, press a name.

# %% slideshow={"slide_type": "fragment"} tags=["widget"]
visuals.regimes(start="history", guess="age")

# %% [markdown]
# *Figure 18.10. Who finds most; in print, by likes known. Bands, of who is first somewhere: intervals of 95 % over users and three worlds or cuts. In
# color: who is first, or not told from the first, most often. The same people and the same likes sought all along a curve.*
#
# <details><summary>Who is ahead after a week?</summary>
#
# RP3β, a walk of three steps over today's edges. Among the pins born since, PinSage, which hears their content, too, is ahead of it after three days; after a week one cannot tell.
#
# </details>

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Milliseconds and megabytes.** A million things, one thread, the best twenty for one request.

# %% tags=["long"]
part = regimes.regimes()["size"]["sets"]["random catalogs"]
at = part["levels"].index(1_000_000)
_, ax = plt.subplots(figsize=(5.8, 3.6))
for name, rows in part["methods"].items():
    if rows[at]["mean"] > 0:
        place = 1000 / rows[at]["mean"], rows[at]["facts"]["MB"]
        ax.plot(*place, **style.look(name), markersize=8)
        ax.annotate(name, place, (8, -3), textcoords="offset points", fontsize=8)
ax.set(xscale="log", yscale="log", xlabel="milliseconds a request", ylabel="megabytes at hand")
ax.minorticks_off()
ax.set_xticks((0.1, 1, 10, 100), ("0.1", "1", "10", "100"))
ax.set_yticks((30, 100, 300), ("30", "100", "300"))
ax.set(xlim=(0.05, 400), ylim=(30, 500))
plt.show()

# %% [markdown]
# *Figure 18.11. Milliseconds and megabytes with a million things, both on logarithmic scales; all in one run, so read the ratios. EASE is not there:
# its matrix would take four terabytes. All methods that end in vectors ask as iALS does.*

# %% [markdown] slideshow={"slide_type": "skip"}
# **All generators.** What each finds alone on the lesson's own world, and beside it how many **different** pins all its lists
# of twenty hold together. A generator that shows everybody the same few pins finds about what *most saved* finds. PinSage learns here by the hinge of exercise 09.3.

# %% slideshow={"slide_type": "skip"} tags=["long"]
rows = {
    name: {"NDCG@20": row["ndcg"], "pins": row["pins"], "d": row["d"], "trials": row["trials"],
           "CPU seconds": f"{row['seconds']:.1f}",
           "with its lesson's knobs": f"{row['lesson']['ndcg']:.3f}" if "lesson" in row else ""}
    for name, row in sorted(alone.items(), key=lambda x: -x[1]["ndcg"])
}  # fmt: skip
results.table(
    rows, known="what was saved before leaves every list", headline=("iALS", "LightGCN", "PinSage")
)

# %% [markdown] slideshow={"slide_type": "skip"}
# All but *semantic IDs*, which know words alone, and NGCF, of which one cannot tell, find more than the most saved pins. item2item would find 0.109 with the shrinkage of lesson 01;
# the cosines of exercise 01.6 have none.

# %% slideshow={"slide_type": "skip"}
# Your five films a last time: the methods that learn in a second, and one list of all of these, fused by ranks as in 18.3.
# Words of a title find a film: my_films("18", "matrix", "amelie", …) keeps up to five.
from graphrec_utils.exercises.films import my_films

my_films("18")

# %% [markdown] slideshow={"slide_type": "skip"}
# **What each system is for.** Read a row, say it in your own words, and name the property of your data that decides. The last column is
# computed from what stands behind the sliders of figure 18.10.

# %% slideshow={"slide_type": "skip"}
regimes.uses()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 18.12 ↳ One page
#
# *The project, two to four hours.* Copy this into a cell of your own and fill it. Numbers with intervals, or none.
#
# > 1. **Question and protocol.** What did you want to know? Data, split, measure, what was chosen on what.
# > 2. **The funnel.** Generators, how they are put together, which parts are yours.
# > 3. **The result.** One table: your policy, the best single generator, the control. Offline and in the experiment. Where can you not tell?
# > 4. **Who pays?** New, rare and known items; the *guards*, all that may not get worse.
# > 5. **An opponent's paragraph.** What would turn your result round? What did you not try?
# > 6. **What a site should do tomorrow**, in one sentence.
#
# | of 20 points | all of them | half | none |
# |---|---|---|---|
# | **protocol**, 6 | fixed before, test asked once, nothing of the future | one slip, found and said | chosen on the test |
# | **rivals**, 6 | tuned as hard as the own method, intervals, "cannot tell" where it is so | rivals at defaults | no rival |
# | **tail and new**, 4 | groups, with counts, and a reason | a table without a reason | one mean |
# | **clarity**, 4 | a page that a colleague can act on | right, but long | numbers without a claim |

# %% [markdown] slideshow={"slide_type": "slide"}
# ## 18.13 ↳ Three estimates, and one log
#
# *Exercise 18.6, a third estimate, all ten policies, and what one log says; about 22 minutes.*
#
# By chance many heavy rows may be drawn, and then IPS is too high, whatever they earned. The *self-normalized* estimate, **SNIPS**, divides by the weights that were drawn:
#
# $$
# \mathrm{SNIPS} = \frac{\sum_i w_i y_i}{\sum_i w_i} .
# $$
#
# The formula of **DR** stands in 18.5.
#
# <details><summary>The same in code</summary>
#
# | symbol | in code | shape |
# |---|---|---|
# | $\pi$, $\hat y$ | `policy`, `model` | (N, C), a column for each candidate |
# | $a$, $\pi_0(a)$, $y$ | `shown`, `chance`, `reward` | (N,) |
#
# </details>

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Exercise 18.6 — `off_policy` ({{points:18.6}})
#
# Write all three, and the effective size. A reward may be any number; one weight at least is above 0.
#
# <details><summary>By hand: four rows, two candidates</summary>
#
# | $\pi$ | shown | $\pi_0$ | $y$ | $\hat y$ | $w$ |
# |---|---|---|---|---|---|
# | 1, 0 | 0 | 0.5 | 1 | 0.6, 0.2 | 2 |
# | 0.25, 0.75 | 0 | 0.5 | 0 | 0.4, 0.4 | 0.5 |
# | 0, 1 | 0 | 0.8 | 1 | 0.9, 0.5 | 0 |
# | 0.5, 0.5 | 1 | 0.25 | 0.5 | 0.2, 0.6 | 2 |
#
# IPS is $(2 + 1)/4 = 0.75$, SNIPS $3/4.5 = 0.667$. The model expects 0.6, 0.4, 0.5 and 0.4 of the policy, and its errors are worth
# $2 \cdot 0.4 - 0.5 \cdot 0.4 - 2 \cdot 0.1 = 0.4$ in all: DR is $(1.9 + 0.4)/4 = 0.575$. The effective size is $4.5^2 / 8.25 = 2.45$.
#
# </details>
#
# *About 12 minutes.*
#
# {{hints:18.6}}


# %% tags=["exercise:18.6"]
def off_policy(
    policy: np.ndarray,
    shown: np.ndarray,
    chance: np.ndarray,
    reward: np.ndarray,
    model: np.ndarray,
) -> tuple[float, float, float, float]:
    """Return what a policy would have earned a row.

    Args:
        policy: (N, C) with which chance it shows each candidate; rows sum to 1.
        shown: (N,) which candidate the log shows.
        chance: (N,) with which chance it was drawn, above 0.
        reward: (N,) what it earned.
        model: (N, C) what a model expects each candidate to earn.

    Returns:
        IPS, SNIPS, DR and the effective size.
    """
    ### SOLUTION


# %% tags=["check:18.6"]
check("18.6", off_policy)

# %% [markdown] slideshow={"slide_type": "subslide"}
# All ten policies that the log of 18.5 was asked about. *Off by* is a share of what the policy earns (0.1 says a tenth too much), *spread* that of one log: means and standard deviations over a hundred.

# %% slideshow={"slide_type": "skip"}
pd.DataFrame({
    name.removeprefix("any candidate, "): {
        f"{kind}, {head}": row[kind][x] for kind in ("IPS", "SNIPS", "DR") for x, head in (("bias", "off by"), ("spread", "spread"))
    }
    for name, row in off.items()
}).T.round(2)  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# Where chances were raised SNIPS stays near zero, for its divisor shrinks with its numerator. Of *pictures* it judges by the few pins that could be drawn, so its spread is the widest.
# Pins of *half shown again* that were never drawn it leaves out of both sums, and so says too much.
#
# **How sure is one log?** The table has means over a hundred. Here is one, asked about the first pin of each of your generators; *experiment* is what people would save.


# %%
def asked_of_the_log(depth: int = 10) -> pd.DataFrame:
    """Return estimates for the first pin of each generator, from a log that draws among those of CHOSEN."""
    here = of_log(world.interactions(("save",)))
    lists = {name: best(score(here), here.saved, depth) for name, score in made.items()}
    each = {k: fusion.reciprocal_ranks(x[None], site.past.shape[1]) for k, x in lists.items()}
    pins = best(sum(each.values()), here.saved, depth * len(each))  # all that could stand there
    x = np.stack([np.take_along_axis(scores, pins, 1) for scores in each.values()], axis=2)
    votes = x[:, :, [name in CHOSEN for name in each]].sum(axis=2)
    chances = np.exp(votes / 0.01) * (votes > 0)
    chances /= chances.sum(axis=1, keepdims=True)
    value = pinworld.worth(site, here.users, pins)
    row, shown, chance, saved = pinworld.logged(chances, value, np.random.default_rng(0), days=20)
    drawn = x[row, shown]
    weights = fusion.learned_weights(drawn, saved, reg=0.01)
    model = saved.mean() + (x - drawn.mean(axis=0)) @ weights
    rows = {}
    for name, own in lists.items():
        first = (pins == own[:, :1]).astype(float)
        rows[name] = metrics.off_policy(first[row], shown, chance, saved, model[row])._asdict()
        rows[name]["experiment"] = (first * value).sum(axis=1).mean()
    return pd.DataFrame(rows).T.rename(str.upper, axis=1)


if made:
    display(asked_of_the_log().round(3))

# %% [markdown] slideshow={"slide_type": "subslide"}
# Of the three that it draws from one log tells about what they earn, but not who is first. Of *pictures* it has fifteen rows' worth: IPS says nearly nothing, SNIPS half too much.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Slide, paper, code
#
# | | says | means |
# |---|---|---|
# | **slide** | systems are proved by "lift of the home feed" | a ratio of two means, of which the slide shows neither interval nor duration |
# | **paper**, RRF | $c = 60$ | "fixed during a pilot investigation": a constant that was never tuned on your data |
# | **code**, ours | `Log.expected` | with twins, lifts are computed from what lists let expect, given what a user has looked at before: no site can do that |
#
# **Read code and answer for yourself** (`graphrec_utils/pinworld/simulator.py`, `experiments.py`): (1) Why does chance depend on user and pin, and not on
# the order of the calls? (2) Which cheats does `experiment` catch by what it sees, and which only because they touch something? (3) Why is the grader's
# process the better wall?
