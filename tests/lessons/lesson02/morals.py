"""What the morals of lesson 02 rest on."""

from __future__ import annotations

from tests.lessons.evidence import of, printed


def care() -> bool:
    untuned, popular = printed("02", "Hu–Koren, untuned"), printed("02", "popularity ")
    tuned = printed("02", "tuned iALS and Hu–Koren, untuned: 0.084 against 0.035:")
    return untuned[1] < popular[1] / 2 and tuned[1] > 0


MORALS = {
    r"No one $\lambda$ is best for all $\alpha_0$, so tune the two together": lambda: (
        # on Gowalla, at one d: the best ridge of the smallest weight is not that of the largest
        (
            grid := [
                t
                for t in of("02_ials_gowalla")["random validation"]["validation grid"]
                if t["sweeps"] == 8
            ]
        )
        and max((t for t in grid if t["alpha0"] == 0.01), key=lambda t: t["recall"])["reg"]
        != max((t for t in grid if t["alpha0"] == 0.1), key=lambda t: t["recall"])["reg"]
    ),
    "An untuned factorization is easy to beat, so a win over it shows little. In this course a model beats another only if both were tuned on the same validation data": care,
    "A table says as much about the care for its first row as about the idea in its last": lambda: (
        (curves := of("06_gowalla_curves")["curves"])["NGCF, published"]
        and curves["BPR-MF"]["points"][-1]["recall@20"]
        < of("02_ials_gowalla")["recall@20"]
        < curves["LightGCN, recipe, 20 epochs"]["points"][-1]["recall@20"]
    ),
}
