"""What the morals of lesson 11 rest on."""

from __future__ import annotations

from tests.lessons.evidence import ahead, of, open_, printed


def teacher() -> bool:
    # gradient off by 1, 4, 16; learned logits off by 1, 4, 16, 64 negatives
    masked, yi = printed("11", "nQ, masked "), printed("11", "Yi ")
    return masked[2] < yi[2] and yi[3] < masked[3]


def never_drawn() -> bool:
    rows = {(r["vectors"], r["uniform"]): r["never saved"] for r in of("11_lengths")["rows"]}
    return rows["length 1", 0.0] > 10 * rows["length 1", 0.5] and open_(
        of("11_lengths")["leads"]["length 1"]
    )


def chooses() -> bool:
    for data in of("11_rivals").values():
        tail = {m["model"]: m["tail recall"] for m in data["models"]}
        if not ahead(data["leads"]["in-batch, corrected over in-batch, no correction"]):
            return False
        if tail["in-batch, corrected"] >= tail["in-batch, no correction"]:
            return False
    return True


MORALS = {
    "A variant may be the best estimate of a gradient and not the one that learns the right thing": teacher,
    "The correction does not repair a model. It chooses what to learn": chooses,
    "What you never draw you never teach": never_drawn,
}
