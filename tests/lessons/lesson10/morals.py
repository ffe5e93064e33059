"""What the morals of lesson 10 rest on."""

from __future__ import annotations

from tests.lessons.evidence import ahead, behind, mean, of, open_, row


def recent() -> bool:
    leads, models = of("10_towers")["time"]["leads"], of("10_towers")["time"]["models"]
    return open_(leads["popularity over BCE"]) and row(models, "popularity") > 0.9 * row(
        models, "softmax"
    )


def size() -> bool:
    data, small, large = "random catalogs", 1000, 100_000
    rate = lambda level, engine: mean("size", data, level, engine)  # noqa: E731
    return rate(small, "iALS, cells") < rate(small, "iALS, exact scan") and all(
        rate(large, x) > rate(large, "iALS, exact scan")
        for x in ("iALS, cells", "iALS, cells of faiss", "iALS, HNSW of faiss")
    )


def splits() -> bool:
    stored = of("10_towers")
    by_time, one_out = (stored[cut]["leads"]["iALS over EASE"] for cut in ("time", "one out"))
    return ahead(by_time) and behind(one_out)


MORALS = {
    "Before you compare losses, ask what popularity of the last days finds": recent,
    "An index is a bet on size": size,
    "Settings chosen on one split are wrong on the other, and so may be the winner": splits,
}
