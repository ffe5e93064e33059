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


def beside_it() -> bool:
    # of the arrow's end: nearly half of what λ leads by on Gowalla is λ itself; a walk finds more there, and as many rare
    # places; iALS on PinWorld nearly as many; on films the last days beat all, and the square is not told from the arrow's end
    stored = of("11_rivals")
    gowalla, films = stored["Gowalla"], stored["MovieTweetings"]
    leads, usual = gowalla["leads"], "in-batch, negatives, no n"
    rows = {m["model"]: m for m in gowalla["models"]}
    pins = {m["model"]: m["tail recall"] for m in stored["PinWorld"]["models"]}
    plain = "in-batch, no correction"
    more = leads[f"usual correction, λ log Q when serving over {usual}"]["gap"]
    lead = leads[f"uncorrected, λ log Q when serving over {usual}"]
    last = next(m["ndcg"] for m in films["models"] if m["model"] == "popularity")
    return (
        ahead(lead)
        and 0.4 < more / lead["gap"] < 0.5
        and ahead(leads[f"RP3β over {usual}"])
        and abs(rows["RP3β"]["tail recall"] - rows[usual]["tail recall"]) < 0.01
        and ahead(stored["PinWorld"]["leads"][f"iALS, d = 32 over {plain}"])
        and pins[plain] - 0.015 < pins["iALS, d = 32"] < pins[plain]
        and last > max(m["ndcg"] for m in films["models"] if m["model"] != "popularity") + 0.05
        and open_(films["leads"][f"in-batch, all logits (Yi) over {usual}"])
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
    "The correction does not repair a model. It chooses what to learn": lambda: (
        chooses() and beside_it()
    ),
    "What you never draw you never teach": never_drawn,
}
