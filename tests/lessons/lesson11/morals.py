"""What the morals of lesson 11 rest on."""

from __future__ import annotations

from tests.lessons.evidence import ahead, of, open_, printed


def teacher() -> bool:
    # gradient off by 1, 4, 16; learned logits off by 1, 4, 16, 64 negatives
    masked, yi = printed("11", "nQ, hits out "), printed("11", "Yi ")
    return masked[2] < yi[2] and yi[3] < masked[3]


def never_drawn() -> bool:
    rows = {(r["vectors"], r["uniform"]): r["never saved"] for r in of("11_lengths")["rows"]}
    return rows["length 1", 0.0] > 10 * rows["length 1", 0.5] and open_(
        of("11_lengths")["leads"]["length 1"]
    )


def chooses() -> bool:
    for data in of("11_rivals").values():
        tail = {m["model"]: m["tail recall"] for m in data["models"]}
        for log_q in (
            "in-batch, corrected",
            "in-batch, negatives, no n",
        ):  # the second is the arrow of figure 11.4
            if not ahead(data["leads"][f"{log_q} over in-batch, no correction"]):
                return False
            if tail[log_q] >= tail["in-batch, no correction"]:
                return False
    return True


def more_than_others() -> bool:
    # by log p Ann's bestseller leads, by what a batch teaches her rare film; the favorites of few of 20 users stay first
    best, rare = printed("11", "bestseller"), printed("11", "rare film")
    return best[0] > rare[0] and best[1] < rare[1] and printed("11", "the favorite comes")[0] < 50


MORALS = {
    "A batch teaches what you like more than others do": more_than_others,
    "A variant may be the best estimate of a gradient and not the one that learns the right thing": teacher,
    "The correction does not repair a model. It chooses what to learn": chooses,
    "What you never draw you never teach": never_drawn,
}
