"""What the morals of lesson 10 rest on."""

from __future__ import annotations

import itertools
import math

import numpy as np
import torch

from graphrec_utils.models import two_tower
from tests.lessons.evidence import ahead, behind, mean, of, open_, row


def recent() -> bool:
    leads, models = of("10_towers")["time"]["leads"], of("10_towers")["time"]["models"]
    # the reading of 10.4: cosines cost a tenth, a sixth and nothing, and validation can tell
    left = [row(models, f"{x}, cosine") / row(models, x) for x in ("softmax", "BPR", "BCE")]
    assert 0.88 < left[0] < 0.92 and 0.8 < left[1] < 0.85 and left[2] >= 1
    found = {m["model"]: m["validation"] for m in models}
    assert all(found[f"{x}, cosine"] < found[x] - 0.01 for x in ("softmax", "BPR"))
    drawn = {
        loss: max(
            (x for x in of("10_choices")["rows"] if x["loss"] == loss), key=lambda x: x["ndcg"]
        )
        for loss in ("sampled", "bpr")
    }  # the best of eight each, in one setting
    assert all(x["temperature"] is None and x["half_life"] == 3.0 for x in drawn.values())
    assert [round(x["ndcg"], 3) for x in drawn.values()] == [0.189, 0.187]
    return open_(leads["popularity over BCE"]) and row(models, "popularity") > 0.9 * row(
        models, "softmax"
    )


def size() -> bool:
    data, small, large = "random catalogs", 1000, 100_000
    rate = lambda level, engine: mean("size", data, level, engine)  # noqa: E731
    scan = "iALS, exact scan"
    return (
        rate(small, "iALS, cells") < rate(small, scan) < rate(small, "iALS, cells of faiss")
        and all(rate(large, x) > rate(large, scan) for x in ("iALS, cells", "iALS, cells of faiss"))
        and all(rate(n, "iALS, cells of faiss") > rate(n, scan) for n in (10**6, 10**7))
    )


def splits() -> bool:
    stored = of("10_towers")
    by_time, one_out = (stored[cut]["leads"]["iALS over EASE"] for cut in ("time", "one out"))
    return ahead(by_time) and behind(one_out)


def only_a_product() -> bool:
    """Vectors of users and of items, each made without the other, have all scores in their product."""
    histories = torch.tensor([[0, 1, -1], [2, -1, -1], [-1, -1, -1]])
    model = two_tower.TwoTower(histories, 5, 4, seed=0)
    with torch.no_grad():
        alone = torch.cat([model.users(row[None]) for row in histories])
        scores = torch.as_tensor(np.asarray(model.scores(np.arange(3))))
        return torch.allclose((alone @ model.item().T).float(), scores.float(), atol=1e-5)


def worth() -> bool:
    """Figure 10.2: the probability of a film on which the user lies exactly."""
    angles = np.radians([70, 40, 120, 200, 310])

    def alien(temperature: float) -> float:
        e = np.exp(np.cos(angles - angles[0]) / temperature)
        return e[0] / e.sum()

    return round(alien(1.0), 2) == 0.33 and round(alien(0.1), 2) == 0.78


def stand_for_all() -> bool:
    """The mean of Z-hat over all draws of two of four others is Z; one that misses the top is half of it."""
    s = np.array([1.0, 0.5, 0.0, -0.5, 2.0])
    drawn = [np.exp(s[0]) + 4 / 2 * np.exp(s[list(d)]).sum() for d in itertools.combinations(range(1, 5), 2)]  # fmt: skip
    return math.isclose(np.mean(drawn), np.exp(s).sum()) and min(drawn) < np.exp(s).sum() / 2


def batch() -> bool:
    alike = of("10_same_clock")
    fans = {name: row["mean count of what is shown"] for name, row in alike["models"].items()}
    return (
        behind(alike["in-batch softmax over softmax"])
        and fans["in-batch softmax"] < 0.5 * fans["softmax"]
    )


MORALS = {
    "Only a product joins the two sides, so the whole item side is made in advance; her vector and the product are left for when she asks": only_a_product,
    "A cosine ends at 1; the temperature says how much 1 is worth": worth,
    "In a large catalog an index pays; from what size on, depends on the index": size,
    "On average the scaled-up sum of a few, drawn with equal chances, is the sum over all; one draw alone may be far off": stand_for_all,
    "Free negatives change the question: how much more probable is a film for her than for anybody?": batch,
    "Before you compare losses, ask what popularity of the last days finds": recent,
    "Settings chosen on one split are wrong on the other, and so may be the winner": splits,
}
