"""What the morals of lesson 02 rest on."""

from __future__ import annotations

import numpy as np

from graphrec_utils.lessons.lesson02.ex3_ials_user_vector import ials_user_vector
from tests.lessons.evidence import of, open_, printed


def care() -> bool:
    untuned, popular = printed("02", "Hu–Koren, untuned"), printed("02", "popularity ")
    tuned = printed("02", "tuned iALS and Hu–Koren, untuned: 0.084 against 0.035:")
    return untuned[1] < popular[1] / 2 and tuned[1] > 0


def gramian() -> bool:
    """The vector that the exercise makes of the Gramian is that of a sum over all cells, one by one."""
    rng = np.random.default_rng(0)
    H, liked = rng.normal(size=(9, 3)), [1, 4, 5]
    A = 0.2 * (len(liked) + 0.3 * 9) * np.eye(3)  # λ = 0.2, α₀ = 0.3, ν = 1
    for i, h in enumerate(H):
        A += (0.3 + (i in liked)) * np.outer(h, h)
    one_by_one = np.linalg.solve(A, H[liked].sum(axis=0))
    return np.allclose(ials_user_vector(H[liked], H.T @ H, 9, 0.3, 0.2, 1.0), one_by_one)


def says() -> bool:
    """A weak vote is level with what validation chose on both data sets; without any vote every list ties in the end."""
    level = {
        data: {row["alpha0"]: open_(row["behind the best"]) for row in part["rows"]}
        for data, part in of("02_empty_cells").items()
        if data in ("MovieTweetings", "PinWorld")
    }
    films, pins = level["MovieTweetings"], level["PinWorld"]
    rows = {data: of("02_empty_cells")[data]["rows"] for data in level}
    bare = [row["ndcg, hardly a ridge"] for row in rows["MovieTweetings"]]
    alone = [row["ndcg, hardly a ridge"] for row in rows["PinWorld"]]
    of_lists = {row["alpha0"]: row["bestsellers"] for row in rows["MovieTweetings"]}
    voted = {row["alpha0"]: row["validation"] for row in rows["MovieTweetings"]}
    more = {data: of("02_whisper")[data]["settings"] for data in level}
    after = {
        (data, what): {row["sweeps"]: row for row in more[data][what]["test"]}
        for data in level
        for what in more[data]
    }
    ties = all(
        abs(after[data, "no vote"][128]["mean"] - (1 - more[data]["no vote"]["reg"])) < 1e-4
        and after[data, "no vote"][128]["spread"] < 1e-4
        and after[data, "no vote"][32]["ndcg"] < after[data, "a whisper"][32]["ndcg"] / 3
        for data in level
    )
    chosen = {data: of("02_empty_cells")[data]["alpha0"] for data in level}
    assert chosen == {"MovieTweetings": 0.00001, "PinWorld": 0.1}
    # with no vote at all one start ends near the bestsellers' 0.084, another far from them
    starts = after["MovieTweetings", "no vote"][128]["ndcg of each seed"]
    assert (round(min(starts), 3), round(max(starts), 3)) == (0.013, 0.076)
    # what is said of Hu–Koren in 2.6: its weight of zeros, with 32 numbers, without a ridge and with one
    ones = next(row for row in rows["MovieTweetings"] if row["alpha0"] == 1)
    assert (round(ones["ndcg, hardly a ridge"], 3), round(ones["ndcg"], 3)) == (0.055, 0.082)
    return (
        ties
        and after["MovieTweetings", "a whisper"][128]["spread"] > 0.1
        and round(after["MovieTweetings", "a whisper"][32]["mean"], 2) == 0.71
        and after["MovieTweetings", "no vote"][8]["ndcg"] < 0.001  # not even early
        and after["MovieTweetings", "no vote"][8]["spread"] > 0.03  # where they do not tie yet
        and after["MovieTweetings", "a weak vote"][8]["mean"] < 0.001  # the ridge shrinks them
        # what a whisper finds came from stopping early: on PinWorld nearly all, on films a tenth
        and after["PinWorld", "a whisper"][32]["ndcg"]
        < 0.4 * after["PinWorld", "a whisper"][8]["ndcg"]
        and after["PinWorld", "a whisper"][32]["spread"]
        < 0.002
        < after["PinWorld", "a weak vote"][32]["spread"] / 30
        and after["MovieTweetings", "a whisper"][32]["ndcg"]
        < after["MovieTweetings", "a weak vote"][32]["ndcg"]
        and all(level[data][alpha0] for data in level for alpha0 in (0.1, 0.3))
        and films[0.00001]
        and not pins[0.00001]
        and not films[0.01]
        and not pins[0.03]  # so not any weak vote
        and not films[10.0]
        and bare[0] < bare[5] / 5
        # the vote alone: on PinWorld no worse than with its ridge, on films at no weight as good as with it
        and max(alone) >= max(row["ndcg"] for row in rows["PinWorld"])
        and max(bare) < rows["MovieTweetings"][0]["ndcg"]
        and of_lists[0.1] > 0.94
        and 0.45 < of_lists[0.00001] < 0.55  # what the reading says of the lists
        and 0.45 < of_lists[0.3] < 0.55  # half of iALS's list in 2.6
        # on validation the order was the other one
        and min(voted[x] for x in (1.0, 3.0, 10.0)) > voted[0.1]
        and open_(rows["PinWorld"][-1]["behind the best"])  # the take-away, of a dislike there
    )


MORALS = {
    r"One $d \times d$ matrix lets every empty cell speak, and none is visited": gramian,
    "An untuned factorization is easy to beat, so a win over it shows little. In this course a model beats another only if both were tuned on the same validation data": care,
    r"At its least cost a ridge that grows with the likes lets every list tie, so empty cells have to speak. On neither data set was a vote of 0.1 or 0.3 measurably behind what validation chose": says,
    "A table says as much about the care for its first row as about the idea in its last": lambda: (
        (curves := of("06_gowalla_curves")["curves"])["NGCF, published"]
        and curves["BPR-MF"]["points"][-1]["recall@20"]
        < of("02_ials_gowalla")["recall@20"]
        < curves["LightGCN, recipe, 20 epochs"]["points"][-1]["recall@20"]
    ),
}
