"""What lesson 06 asks: predictions before a result is shown, and the quiz at the end."""

from graphrec_utils.exercises.questions import Question

QUESTIONS = (
    Question(
        "06.p1",
        "N nodes, d = 64, three layers. How many numbers does LightGCN train? Matrix factorization "
        "of the same d trains N · d.",
        (
            (
                "N · d, no more and no less",
                "Only layer 0 is trained, one vector per node. “LightGCN has no parameters” is as "
                "wrong as “LightGCN learns weights”.",
            ),
            (
                "4 · N · d, a table per layer",
                "Layers 1 to 3 are computed from layer 0, again in every step. Nothing of them is "
                "learned.",
            ),
            (
                "N · d, and 24,576 in its layers",
                "3 · 2 · 64² are NGCF's matrices. They were struck out, and what is left of a layer "
                "has no numbers of its own.",
            ),
            (
                "N · d, and 4 weights of the layers",
                "They could be learned, but LightGCN leaves each of them at 1/(K + 1).",
            ),
        ),
    ),
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
                "those of the mean",
                "Smoothing changes sizes, so one expects smaller scores. But the odd lengths come "
                "from pairs of different layers, and there is only one layer now.",
            ),
        ),
        answered_by=("04.q5",),
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
                "So it is in matrix factorization, where the rows looked up are the parameters. Rows "
                "of a constant are no parameters.",
            ),
        ),
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
                "With many likes per item MF can catch up. Here most items are rare, and a rare item "
                "gets little from its own likes, in few epochs or in many.",
            ),
        ),
    ),
    Question(
        "06.p7",
        "Claim 1: users grow more alike in every layer, more slowly in the mean. Claim 2: the "
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
    ),
    Question(
        "06.p11",
        "GF-CF of lesson 04 trains nothing. Where does it land on all of Gowalla, among LightGCN as "
        "published, LightGCN with a newer loss, a tuned iALS and BPR-MF?",
        (
            (
                "among the best of them",
                "A filter of the graph alone is level with the best of what was trained. Whatever "
                "learning adds has to be measured against that.",
            ),
            (
                "between BPR-MF and the tuned iALS",
                "A fair guess for a method without training. But its filter reads the likes alone, and "
                "is first in recall here, 0.190 against 0.188.",
            ),
            (
                "last, it has learned nothing",
                "It has no parameters, but it has all likes: the graph is what is to be known here, "
                "and a good filter reads it.",
            ),
        ),
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
                "So it does where a walk can return in an odd number of steps. Here −1 is an "
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
        "yesterday recommend to her?",
        (
            (
                "nothing, she has no row",
                "The model is transductive. You can average the vectors of her two films yourself, "
                "or train again.",
            ),
            (
                "what fans of her films like",
                "So it would with her edges in the graph and a row in layer 0. Yesterday's model has "
                "neither; you have to add that step.",
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
