"""Questions of lesson 02: predictions and the quiz, the right option first."""

from __future__ import annotations

import numpy as np

from graphrec_utils import metrics, results, toy
from graphrec_utils.exercises.questions import Question
from graphrec_utils.models import mf


def _fourth_cell(at) -> str:
    """Fit one number per person and film to three cells, and read the fourth."""
    R, known = np.array([[2.0, 1.0], [4.0, 0.0]]), np.array([[1.0, 1.0], [1.0, 0.0]])
    h = np.ones(2)
    for _ in range(100):
        w = (R * known) @ h / (known @ h**2)
        h = (R * known).T @ w / (known.T @ w**2)
    return f"{w[1] * h[1]:.0f}"


def _all_ones(at) -> str:
    scores, liked = np.ones((3, 4)), toy.likes().numpy() > 0
    error = ((scores - 1)[liked] ** 2).sum()
    ranking = "all items tie" if np.ptp(scores) == 0 else "bestsellers first"
    return f"{'no error' if error == 0 else 'a large error'}, {ranking}"


def _mirror(at) -> str:
    """What u3, who likes i1 alone, gets for i0 and i2, which nothing in R tells apart."""
    R = at["small"]
    W, H = mf.svd(R, 2)
    gap = (W @ H.T)[3, [0, 2]] @ [1, -1]
    found = [mf.ials(R, 2, alpha0=0.03, reg=0.01, sweeps=60, seed=k) for k in range(8)]
    first = {bool(np.diff((W @ H.T)[3, [0, 2]])[0] > 0.01) for W, H in found}
    if len(first) == 2:
        return "the SVD has a tie" if abs(gap) < 1e-6 else "both prefer"
    return "both have a tie" if abs(gap) < 1e-6 else "both prefer"


def _share_of_list(at) -> str:
    """How much the better untuned factorization finds of what the list of bestsellers finds."""
    found = at["per_user"]
    share = found[at["first_day"]].ndcg.mean() / found["popularity"].ndcg.mean()
    return "less than half" if share < 0.5 else "about the same" if share < 1.5 else "twice as much"


def _loudness(_) -> str:
    """Where on the scale of α₀ iALS is behind nobody, on PinWorld."""
    rows = results.load("02_empty_cells").values["PinWorld"]["rows"]
    level = {
        row["alpha0"]
        for row in rows
        if metrics.Comparison.stored(row["behind the best"]).outcome == "cannot tell"
    }
    if 0.00001 in level:
        return "near 0"
    loud = {row["alpha0"] for row in rows if row["alpha0"] >= 0.1}
    return "from 0.1 on" if loud <= level else "at a vote of 0.1"


def _on_gowalla(at) -> str:
    ndcg = results.load("02_ials_gowalla").values["ndcg@20"]
    above = [
        name for name, x in (("MF", 0.1109), ("NGCF", 0.1327), ("LightGCN", 0.1554)) if ndcg > x
    ]
    return ("below MF", "between MF and", "between NGCF and", "above LightGCN")[len(above)]


def _growth(at) -> str:
    rows = results.load("02_ials_gowalla").values["validation by dimension"]
    best = {d: max(row["recall"] for row in rows if row["dim"] == d) for d in (64, 256, 1024)}
    gain = best[1024] / best[64] - 1
    if best[1024] < 1.02 * best[256]:
        return "hardly any"
    return (
        "about a quarter" if 0.15 < gain < 0.4 else "about twice" if gain > 0.6 else "nothing of it"
    )


QUESTIONS = (
    Question("02.p1", "A model gives each person one number and each film one number, and a "
        "rating is their product. It gets all three known ratings right. What does it write for "
        "the question mark?", (
        ("2", "Bob's number is twice Ann's, since he gives Alien twice as many stars. So he "
            "gives Brazil twice what she gives."),
        ("3", "You added: two stars more than Ann. So a model of sums would say; a product "
            "makes Bob's row a multiple of Ann's."),
        ("4", "That is Bob's only rating so far. The model has one more number, Brazil's, and "
            "it says half of Alien."),
        ("any number", "Four numbers for three cells are not unique: double w, halve h. But "
            "their product in the fourth cell is always 2."),
    ), measured=_fourth_cell),
    Question("02.p2", "On two machines, users and items are solved at the same time, each from "
        "the other's last vectors. What happens to the loss?", (
        ("It rises at most steps", "It falls at 2 of 6 steps and ends 36 times as high as in turn: each "
            "side fits a partner that has moved on meanwhile."),
        ("It falls, but more slowly", "Each half alone would lower it. Together they fit "
            "partners that no longer exist, and the loss rises at 4 of 6 steps."),
        ("It falls as it does in turn", "The bottom of a bowl is the bottom for a fixed other "
            "side. Here the other side moves: the loss rises at 4 of 6 steps."),
    ), measured=lambda at: "It rises" if np.mean(np.diff(at["at_once"]) > 0) > 0.5 else
        "It falls as" if at["at_once"][-1] <= at["in_turn"][-1] else "It falls, but"),
    Question("02.p3", "Let Ω hold the likes only, and give every pair the score 1. What is the "
        "squared error over Ω, and what does a list by these scores look like?", (
        ("no error, all items tie", "Each like asks for a 1 and gets it, and the model has no "
            "opinion. Something must pull scores down where nothing was observed."),
        ("a large error, all items tie", "Most pairs are no likes, but they are not in this "
            "sum: every term of it is 0."),
        ("no error, bestsellers first", "All scores are 1, those of bestsellers too. The list "
            "follows whatever order ties are given."),
    ), measured=_all_ones),
    Question("02.p4", "A million users, a million items, d = 64. How many times fewer products does the right side "
        "of the equation take than the left one?", answer=7800, within=3, said=(
        "7,800 times. Left: m n d, a product of 64 numbers for every pair. Right: (m + n) d² for the two Gramians, "
        "and 4,096 more at the end.",
        "More: 7,800 times. The left side grows with m n, the right one with m + n; d² in place of d is the price.",
        "Less: 7,800 times. The Gramians are not free: each user and each item costs d² = 4,096 products, once.",
    ), measured=lambda at, m=10**6, n=10**6, d=64: m * n * d / ((m + n) * d**2 + d**2)),
    Question("02.p5", "Fold-in gives vectors to users who were in training as well. How much of "
        "their top 20 is the same as after training?", (
        ("nearly all of it", "96 %. Training ended with a half-step on the items, so the stored "
            "user vectors belong to slightly older item vectors."),
        ("all of it, exactly", "The formula is the same, the item vectors are not: training "
            "moved them once more after it had solved the users. 96 %."),
        ("about half of it", "Fold-in is no approximation: it solves the same system, and the "
            "item vectors have moved little. 96 %."),
    ), measured=lambda at: "all of it" if at["same"] == 1 else
        "nearly all" if at["same"] >= 0.9 else "about half"),
    Question("02.p6", "Take a pin's five nearest. How many have its topic, on the map of two "
        "directions and in all 32 coordinates?", (
        ("under half on the map, all in 32", "37 % and 100 %. Two of 32 directions cannot keep "
            "the topics apart, and the model has not mixed them up."),
        ("nine in ten on the map, all in 32", "The map shows the two widest directions, and 30 "
            "others are flattened onto them: 37 % on the map."),
        ("nine in ten on the map, fewer in 32", "More coordinates bring no noise here, they "
            "keep the topics apart: 37 % on the map, 100 % in all 32."),
    ), measured=lambda at: "under half on the map" if at["on_map"] < 0.5 < at["in_full"] else
        "nine in ten on the map, all" if at["in_full"] >= at["on_map"] else "nine in ten on the map, fewer"),
    Question("02.p8", "Figure 2.8 factorizes a small R at rank 2. u3 likes i1 alone, and R stays the same if i0 and i2 "
        "change places (with u0 and u2). Which of i0 and i2 comes first for u3?", (
        ("the SVD has a tie, iALS prefers one",
            "0.35 for both by the SVD; 0.89 and 0.18 by iALS. Its loss has two valleys, and the random start chooses: "
            "of eight seeds five prefer i0."),
        ("both have a tie, nothing tells them apart",
            "Nothing in R does. But the loss of iALS has two valleys that mirror each other, and it ends in one of "
            "them: 0.89 and 0.18."),
        ("both prefer the same one",
            "The best approximation of rank 2 is as symmetric as R: 0.35 for both by the SVD. iALS prefers one, and "
            "which one depends on its start."),
    ), measured=_mirror),
    Question("02.p9", "Compare the better of the two untuned factorizations with a list of "
        "bestsellers, in NDCG@20. What does it find?", (
        ("less than half as much", "0.035 against 0.084. A 1 weighs only twice a 0: nearly an SVD of "
            "rank 100, and validation gave the SVD 8."),
        ("about the same", "It knows the user, and still finds less than half, 0.035 against "
            "0.084: nobody has chosen its knobs."),
        ("twice as much", "So one hopes from a model that knows the user. It finds less than "
            "half, 0.035 against 0.084."),
    ), measured=_share_of_list),
    Question("02.p10", "On PinWorld the weight of an empty cell goes from 0.00001 to 10, and λ is chosen anew for each. Where does "
        "iALS find most?", (
        ("from 0.1 on, and one cannot tell where", "0.172 at 0.1, 0.3 and 1, and 0.165 at 10, which the interval cannot tell from "
            "them. A whisper of 0.00001 finds 0.134."),
        ("at a vote of 0.1, and nowhere else", "0.172 is found at 0.1, and as much at 0.3 and at 1. If λ is "
            "chosen along, the place is wide."),
        ("near 0, most empty cells are unknown", "So they are. But if they say next to nothing, next to nothing pulls a score down: "
            "0.134 in place of 0.172, and after more sweeps 0.050. A ridge alone, trained to its end, orders no list."),
    ), measured=_loudness),
    Question("02.p11", "Where does iALS, an idea of 2008, land in NDCG@20 if its knobs, d "
        "among them, are turned with care?", (
        ("between NGCF and LightGCN", "0.148, with 0.133 and 0.155 around it. In recall it "
            "stands just below LightGCN, 0.182 against 0.183."),
        ("between MF and NGCF", "At the papers' d, yes. At the one that validation chose it has "
            "0.148, above NGCF's 0.133."),
        ("above LightGCN", "In recall it is nearly level, 0.182 against 0.183. In NDCG@20 "
            "LightGCN stays ahead, 0.155 against 0.148."),
        ("below MF", "Age is no argument: 0.148, while the MF of the table has 0.111."),
    ), measured=_on_gowalla),
    Question("02.p12", "From d = 64 to 1,024 every person and every place gets sixteen times as many numbers. How much "
        "does that add to iALS's recall on validation?", (
        ("about a quarter", "From 0.162 to 0.201, and it still rises at the largest size tried. Why the SVD stops at 8 "
            "on MovieTweetings, no run here separates: it has neither a ridge nor light zeros."),
        ("hardly any: flat from 256 on", "So one might think of thirty thousand people with short "
            "histories. It rises up to 1,024: from 0.162 to 0.201."),
        ("nothing of it: the best is near 64", "The papers stop there, and the curve does not: it rises up "
            "to 1,024, from 0.162 to 0.201."),
        ("about twice as much", "Sixteen times the numbers, and a quarter more: from 0.162 to 0.201. The other "
            "knobs were well chosen at 64 as well."),
    ), measured=_growth),
    Question("02.q1", "\"The zeros of R are negatives.\" Right?", (
        ("No, they are unobserved", "Disliked or never met, nobody knows. iALS gives each a "
            "small weight α₀; lesson 03 ranks or contrasts them instead."),
        ("Yes, or they would be ones", "Most people have never met most items. A zero says that "
            "nothing was observed."),
        ("Yes, and all weigh the same", "That all weigh the same is a choice of iALS. It does "
            "not make a film that you never met one that you dislike."),
    )),
    Question("02.q2", "The loss sums over all cells. Why does nobody need to visit them one by "
        "one?", (
        ("One d × d matrix holds their sum", "HᵀH, the Gramian: it is the same for all users, and a user adds "
            "only the items that she has seen."),
        ("Empty cells have the weight zero", "They have the weight α₀, and without it "
            "all scores would end alike. Their sum fits into the Gramian."),
        ("A random sample of them is enough", "So do the losses of lesson 03. iALS counts every "
            "zero, exactly, through the Gramian."),
    )),
    Question("02.q3", "Your loss goes up after the second half-step. Where do you look first?", (
        ("at what is stale", "The item update must see the new user vectors and their new "
            "Gramian."),
        ("at the step size", "There is none: each half-step solves its side exactly. Something "
            "it was given is old."),
        ("at the random start", "From any start, a half-step that is solved exactly cannot go "
            "up."),
    ), branch=True),
    Question("02.q4", "A user arrives with three likes. What must be trained again?", (
        ("nothing", "Her vector solves one d × d system made of the item vectors: fold-in."),
        ("the three items", "They move a little with the next training. Her vector needs theirs "
            "as they are."),
        ("all user vectors", "With the item vectors fixed, each user is a problem of their own, "
            "and she does not appear in theirs."),
    )),
    Question("02.q5", "A paper's graph model beats MF by a fifth. What do you ask before you "
        "believe it?", (
        ("how MF was tuned", "On which data, and with the same effort? α₀, λ and d on "
            "validation decide more than a fifth."),
        ("how deep the graph is", "That describes the winner. A comparison is worth as much as "
            "the care for its weaker side."),
        ("how many seeds were run", "A good question, and a fifth is far more than seeds make. "
            "Poor knobs make more than that."),
    )),
    Question("02.q6", "You double all user vectors and halve all item vectors. What changes?", (
        ("the ridge, and no score", "Products stay as they are. A single number of an embedding "
            "means nothing; the ridge alone prefers one scale."),
        ("all scores, but no ranking", "Twice one factor and half the other is the same "
            "product: no score changes at all."),
        ("nothing in the whole loss", "The scores stay, but the ridge adds up squared lengths, "
            "and those change."),
    )),
    Question("02.q7", "What is α₀ there for?", (
        ("It pulls all scores to 0", "It weighs every score's square, observed or not: first "
            "the empty cells sink, at last the likes as well."),
        ("It pulls the likes to 1", "The likes have a term of their own. α₀ weighs the squares "
            "of all scores and pulls them down."),
        ("It shortens long vectors", "λ is the knob for that. α₀ does it as well, through #ᵤ, but what "
            "defines it is the pull on all scores."),
    )),
)  # fmt: skip
