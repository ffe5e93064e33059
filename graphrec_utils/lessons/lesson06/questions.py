"""What lesson 06 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F

from graphrec_utils import graphs, metrics, results, toy
from graphrec_utils.exercises.questions import Question
from graphrec_utils.models import filters


def _ann() -> tuple[torch.Tensor, torch.Tensor]:
    R = toy.likes()
    return R, graphs.normalize(graphs.adjacency(R)).double()


def _last_layer_alone(at) -> str:
    """Scores of users and items where both ends walk K steps from one-hot vectors."""
    _, A_hat = _ann()
    scores = [torch.matrix_power(A_hat, 2 * K)[:3, 3:].abs().max() for K in (1, 2, 3)]
    return "none of them" if max(scores) < 1e-9 else "the same"


def _one_layer(at) -> str:
    R, _ = _ann()
    scores = filters.closed_form(sp.csr_array(R.numpy()), 1).scores(np.arange(3))
    rest = np.asarray(scores)[R.numpy() == 0]
    return "nothing, the rest" if np.abs(rest).max() < 1e-6 else "what similar users"


def _stale(at) -> str:
    """The gradient of layer 0 with a stored E*, beside those of the ridge and of BPR."""
    _, A_hat = _ann()
    E0 = torch.randn(7, 2, generator=torch.Generator().manual_seed(0)).double().requires_grad_()
    u, i, j = torch.tensor([0, 2]), torch.tensor([3, 6]), torch.tensor([5, 3])

    def of(loss) -> torch.Tensor:
        return torch.autograd.grad(loss, E0, retain_graph=True)[0]

    def bpr(E):
        return F.softplus((E[u] * (E[j] - E[i])).sum(1)).mean()

    ridge = 0.1 * sum(E0[v].square().sum() for v in (u, i, j))
    fresh = graphs.propagate(A_hat, E0, 2)
    whole = of(bpr(fresh.detach()) + ridge)
    if torch.allclose(whole, of(ridge)):
        return "of the ridge alone"
    return (
        "of both parts" if torch.allclose(whole, of(bpr(fresh) + ridge)) else "of BPR for the rows"
    )


def _who_rises(at) -> str:
    graph, mf = (at["risen"][name] for name in ("LightGCN", "BPR-MF"))
    if graph[0] < mf[0]:
        return "BPR-MF's"
    return "LightGCN's, and it stays" if (graph > mf).all() else "LightGCN's, then"


def _signed(at) -> str:
    signed = bool(at["first"]), bool(at["second"])
    names = {(1, 0): "only the first", (0, 1): "only the second", (1, 1): "both", (0, 0): "neither"}
    return names[signed]


def _sixteen(at) -> str:
    """Where the users of the toy graph point at layer 16, as seen from layer 15."""
    _, A_hat = _ann()
    X = torch.randn(7, 2, generator=torch.Generator().manual_seed(0)).double()
    before, after = (torch.matrix_power(A_hat, k) @ X for k in (15, 16))

    def alike(one, other) -> float:
        return F.cosine_similarity(one.mean(0), other.mean(0), dim=0).item()

    if alike(after[:3], after[3:]) > 0.999:
        return "on one ray"
    return "where the items" if alike(after[:3], before[3:]) > 0.999 else "still there"


def _thirty(at) -> str:
    found = at["alike"]["k = 30"]
    return (
        "no, by far"
        if found < 0.9
        else "yes, at about thirty"
        if at["alike"]["k = 10"] < 0.9
        else "yes, long"
    )


def _one_step(at) -> str:
    """The mean of layers 0 and 1 against layer 1 alone, on both data sets."""
    runs = results.load("06_depth").values["runs"]
    found = {(r["data"], r["layers"]): r["test"] for r in runs if r["K"] == 1}
    gaps = [
        metrics.compare(np.array(found[s, "last layer"]), np.array(found[s, "mean"]))
        for s in {r["data"] for r in runs}
    ]
    outcomes = {gap.outcome for gap in gaps}
    if outcomes == {"holds"}:
        return "layer 1, what neighbors"
    if outcomes == {"does not hold"}:
        return "the mean, it keeps"
    raise ValueError(f"the data sets do not agree: {gaps}")


def _larger_step(at) -> str:
    recall = at["ranking"]["recall@20"]
    layers = recall[at["chosen"]] - recall[at["bare"]]
    recipe = recall[at["bare"]] - recall["BPR-MF"]
    if layers < 0.005:
        return "only the recipe adds"
    return "the layers" if layers > recipe else "the recipe"


def _reached(at) -> str:
    share = at["reached"]["K = 3"] / at["edges"].shape[0]
    return (
        "practically all"
        if share > 0.99
        else "about a tenth"
        if 0.05 < share < 0.2
        else "those that are named"
    )


def _one_like(at) -> str:
    """Who is first on PinWorld where one like of a newcomer is known, and whether all neighbors are behind."""
    (first, *_) = results.load("18_regimes_history").values["sets"]["PinWorld"]["first"]
    neighbors = {"item2item", "user2item", "RP3β"}
    if first["first"] == "recent":
        return "what is popular"
    behind = first["first"] in ("iALS", "LightGCN") and neighbors <= set(first["behind"])
    return "a learned vector" if behind else "the neighbors"


def _fifty(at) -> str:
    """What fifty untrained layers find, beside three and bestsellers."""
    values = results.load("06_stacked").values
    found = {row["K"]: row["test"] for row in values["untrained"]}
    if found[50] < 1.1 * values["bestsellers"]:
        return "about 0.052"
    return "clearly more" if found[50] > 1.1 * found[3] else "about 0.080"


QUESTIONS = (
    Question(
        "06.p3",
        "Now keep only the last layer, for users and items, with embeddings that start as one-hot. "
        "Which pairs of a user and an item get a score above 0?",
        (
            (
                "none of them at all",
                "Both ends walk K steps, which makes 2K: an even number, and an even walk from a "
                "user ends at a user. The mean mixes layers and gets odd lengths, too.",
            ),
            (
                "those K steps apart",
                "This would need one end to walk and the other to wait in layer 0. With the last "
                "layer alone both walk, 2K steps in all, and 2K is even.",
            ),
            (
                "the same as in the mean",
                "Smoothing changes sizes, so one expects smaller scores. But the odd lengths come "
                "from pairs of different layers, and there is only one layer now.",
            ),
        ),
        answered_by=("04.q5",),
        measured=_last_layer_alone,
    ),
    Question(
        "06.p4",
        "A recommendation hides a user's own items. What does the untrained LightGCN with K = 1 have "
        "left to rank by?",
        (
            (
                "nothing, the rest scores 0",
                "With K = 1 only walks of length 1 count, and these are the user's own items. The "
                "order of all others is chance.",
            ),
            (
                "what similar users like",
                "That is a walk of three steps: my item, its other fan, her item. It takes K = 2.",
            ),
            (
                "how many fans an item has",
                "Degrees only scale a score that is there, and without a walk there is none: 0 "
                "times anything is 0.",
            ),
        ),
        measured=_one_layer,
    ),
    Question(
        "06.p5",
        "You compute E* once per epoch in place of once per batch, keep it as a constant, and look up "
        "its rows for the scores. What does the gradient of layer 0 consist of?",
        (
            (
                "of the ridge alone",
                "The value of the loss is right, and the model only shrinks. No shape and no value "
                "betrays it; the gradient does.",
            ),
            (
                "of both parts, a little stale",
                "Old numbers would be stale. A constant is worse: no way leads from it back to "
                "layer 0, so BPR pays nothing.",
            ),
            (
                "of BPR for the rows of the batch",
                "That happens in matrix factorization, where the rows looked up are the parameters. Rows "
                "of a constant are no parameters.",
            ),
        ),
        measured=_stale,
    ),
    Question(
        "06.p6",
        "BPR-MF and LightGCN start from noise and see the same likes. Whose recall rises first, and "
        "does the other one catch up within 24 epochs?",
        (
            (
                "LightGCN's, and it stays ahead",
                "A click moves a whole neighborhood, so the outline is there in a few epochs. MF must "
                "visit every item by itself, and most items here are rare.",
            ),
            (
                "BPR-MF's, it learns directly",
                "Its gradient is not spread over neighbors, true. But each click then moves one user "
                "and two items, and rare items are hardly ever moved.",
            ),
            (
                "LightGCN's, then they meet",
                "Within 24 epochs they do not. Here most items are rare, and a rare item "
                "gets little from its own likes.",
            ),
        ),
        measured=_who_rises,
    ),
    Question(
        "06.p7",
        "First: users grow more alike in every layer, more slowly in the mean. Second: the "
        "Dirichlet energy of a layer alone falls with every step. Which would you sign?",
        (
            (
                "only the first",
                "Users become parallel, and so do items, but the two sides do not agree with each "
                "other. The energy compares neighbors: always a user with an item.",
            ),
            (
                "only the second",
                "Averaging does make users alike, since they average over common items. It is the "
                "neighbors that need not agree: a user's neighbors are items.",
            ),
            (
                "both",
                "If averaging made all nodes alike, neighbors would agree. On a bipartite graph each "
                "side becomes alike in itself, and the sides stay apart.",
            ),
            (
                "neither",
                "The first holds: averages over common items make users alike. What does not follow "
                "is that a user agrees with her items.",
            ),
        ),
        measured=_signed,
    ),
    Question(
        "06.p8",
        "Ann, Bob and Eve with their four films, embeddings in the plane. At layer 15 the users lie "
        "on one ray. Where do you find them at layer 16?",
        (
            (
                "where the items were",
                "A layer moves what is on the items to the users and the other way round. So the two "
                "sides exchange their rays at every step: there are two limits.",
            ),
            (
                "still there, that is the limit",
                "A limit for every second layer. A user's next vector is made of items only, and "
                "these lie on a ray of their own.",
            ),
            (
                "on one ray with the items",
                "This is what averaging does to a graph that is not bipartite. Here users never hear "
                "users in one step, and two rays remain.",
            ),
        ),
        measured=_sixteen,
    ),
    Question(
        "06.p9",
        "On the random graph eight layers made the users nearly parallel. Are thirty layers, the last "
        "one alone, enough on 2,000 users of Gowalla?",
        (
            (
                "no, by far not",
                "The largest eigenvalue below 1 decides: 0.74 on the random graph, close to 1 here, "
                "and thirty powers of that do not vanish.",
            ),
            (
                "yes, long before thirty",
                "A larger graph is not smoothed faster. Loosely connected parts hear of each other "
                "late: the largest eigenvalue below 1 is close to 1.",
            ),
            (
                "yes, at about thirty",
                "More nodes, more layers: the direction is right. But not size decides, the largest "
                "eigenvalue below 1 does, and here it is close to 1.",
            ),
        ),
        measured=_thirty,
    ),
    Question(
        "06.p10",
        "LightGCN, trained with K = 1 on two small data sets. Which finds more on test, the mean of "
        "layers 0 and 1, or layer 1 alone?",
        (
            (
                "layer 1, what neighbors say",
                "Layer 0 is trained for the layer that is used, and after one step the limits of "
                "smoothing are far away.",
            ),
            (
                "the mean, layer 1 is too smooth",
                "Over-smoothing takes many steps: thirty were too few for these users of Gowalla. "
                "One step is far from it.",
            ),
            (
                "the mean, it keeps the node",
                "That is the mean's good reason, but with two or three layers we did not see it pay "
                "either. What the neighbors say was worth more here.",
            ),
        ),
        measured=_one_step,
    ),
    Question(
        "06.p11",
        "On all of Gowalla our recipe first replaces BPR, still without layers. Then layers are added. Which step "
        "adds more recall?",
        (
            (
                "the layers: whom you meet tells most",
                "They add 0.026, the recipe 0.012.",
            ),
            (
                "the recipe: it is the newer idea",
                "It is cheap, too. But it adds 0.012, and the layers 0.026.",
            ),
            (
                "only the recipe adds: it learns what layers bring",
                "A better training could have learned by itself what the layers bring. It did not: with the recipe layers "
                "still add 0.026.",
            ),
        ),
        measured=_larger_step,
    ),
    Question(
        "06.p12",
        "The triples name 2,940 of the 70,839 users and places. How many rows of layer 0 get a gradient with K = 3?",
        (
            (
                "practically all of them",
                "Each layer passes it on to all neighbors: 72 % of the rows at K = 1, all but 35 at 2, all at 3. One click "
                "moves a whole neighborhood, and this one is everybody.",
            ),
            (
                "those that are named, as in MF",
                "The ridge reaches only these. The scores are made of propagated rows, and each of those is a sum over "
                "walks of up to three steps.",
            ),
            (
                "about a tenth of them",
                "That would hold if a node had three neighbors. Places with hundreds of visitors are near everybody: "
                "72 % are within one step.",
            ),
        ),
        measured=_reached,
    ),
    Question(
        "06.p13",
        "You know one single like of somebody who is new on PinWorld. Who finds most of the next ten?",
        (
            (
                "a learned vector, iALS or LightGCN",
                "0.153 and 0.152, where the neighbors find 0.125 to 0.131. The vector of a pin was learned from all who "
                "know pins like it; a count has only those who saved this one.",
            ),
            (
                "the neighbors of that one pin",
                "They need no training, true. But few people saved that pin, so what stands beside it is few and noisy: "
                "0.125 to 0.131, where learned vectors find 0.153.",
            ),
            (
                "what is popular lately",
                "On MovieTweetings it does. People on PinWorld follow their topics and styles: 0.021.",
            ),
        ),
        measured=_one_like,
    ),
    Question(
        "06.p14",
        "Theory says that ever more layers end at bestsellers. On these 2,000 users three untrained layers over one-hot rows find 0.080 on test, "
        "bestsellers 0.052. What do fifty untrained layers find?",
        (
            (
                "clearly more than 0.080",
                "0.134. Where most places have one visitor, three layers reach few places. Fifty reach many, and the "
                "limit is still far.",
            ),
            (
                "about 0.052, as bestsellers",
                "That is where it ends, but not yet: 200 layers still find 0.085.",
            ),
            (
                "about 0.080",
                "Nothing is learned, true. But each layer walks on, and reaches places that three steps do not.",
            ),
        ),
        measured=_fifty,
    ),
    Question(
        "06.q1",
        "All users are parallel, all items are parallel, and the Dirichlet energy is higher than it "
        "was for random embeddings. How can that be?",
        (
            (
                "users and items point apart",
                "The energy compares neighbors, and a user's neighbors are items. The two sides run "
                "into two directions.",
            ),
            (
                "the vectors have grown longer",
                "The energy is divided by the size of all vectors: ten times longer changes nothing.",
            ),
            (
                "parallel users differ in length",
                "They do, by the root of their degrees, and the energy takes just that out before it "
                "compares.",
            ),
        ),
        branch=True,
    ),
    Question(
        "06.q2",
        "A connected bipartite graph, and the power k of its Â grows. What happens to the matrix?",
        (
            (
                "it alternates between two limits",
                "The eigenvalue 1 has a partner, −1, whose sign changes with every step. Both limits "
                "know the degrees and nothing else.",
            ),
            (
                "it settles at one limit",
                "It does where a walk can return in an odd number of steps. Here −1 is an "
                "eigenvalue, and its powers never die out.",
            ),
            (
                "it goes to zero",
                "All parts with eigenvalues strictly between −1 and 1 do. Those at 1 and at −1 stay.",
            ),
        ),
    ),
    Question(
        "06.q3",
        "“Over-smoothing is over-fitting.” Right?",
        (
            (
                "no, nearer to under-fitting",
                "Smoothed embeddings can tell less apart, on train as well.",
            ),
            (
                "yes, the model is too large",
                "Layers of LightGCN add no parameters. Too many of them take differences away, also "
                "those that train needs.",
            ),
            (
                "yes, it fits the graph by heart",
                "On the contrary: after many steps all that is left of the graph is its degrees.",
            ),
        ),
    ),
    Question(
        "06.q5",
        "A new user signs up tonight and likes two films. What does the LightGCN that was trained "
        "yesterday recommend to her, if nobody adds a step for newcomers?",
        (
            (
                "nothing, she has no row",
                "The model is transductive. You can sum the vectors of her two films yourself, "
                "or train again.",
            ),
            (
                "what fans of her films like",
                "That needs her edges in the graph. Yesterday's model has none, and no row for her; "
                "somebody has to add that step.",
            ),
            (
                "the bestsellers of yesterday",
                "A sensible fallback, but somebody has to write it: the model has a list for each "
                "row, and she has none.",
            ),
        ),
    ),
    Question(
        "06.q7",
        "“The graph helps the tail.” What do you ask first?",
        (
            (
                "whose tail, against whom",
                "Users or items, on which data, and against which tuned rival: on the two tails the "
                "answers can differ.",
            ),
            (
                "how many layers it has",
                "Worth knowing, but with it the sentence still mixes two tails: users with few likes, "
                "and items with few.",
            ),
            (
                "how large the mean recall is",
                "A mean over all users hides both tails. It can rise while the items of the tail "
                "lose.",
            ),
        ),
        branch=True,
    ),
    Question(
        "06.q9",
        "Which test finds out that a LightGCN sends no messages?",
        (
            (
                "change a node, see who notices",
                "If nobody but the node itself changes, nothing was sent. It costs a few lines.",
            ),
            (
                "the training loss falls",
                "It falls without messages, too: what is left is BPR-MF with a strange scale.",
            ),
            (
                "right shapes and no NaN anywhere",
                "Zeros have the right shape, and they are numbers.",
            ),
        ),
    ),
)
