"""What shuffled histories cost the chain of figure 15.2, which counts events further on as well.

The level of a set in the slice "order" (`lesson18.regimes.order`) is what they cost a chain of the very next event. The slice
lets each chain choose how far it counts; this asks that chain the same, on the same people and with the same three shuffles.
"""

from __future__ import annotations

import time

from graphrec_utils import results
from solutions.experiments.lesson18.regimes import order

COMMAND = "python -m solutions.experiments.lesson15.shuffled_chain"


def main() -> None:
    start = time.process_time()
    chosen = results.load("18_regimes_order").values["sets"][order.NEW]
    rows = [
        {"level": level, "set": order.LEVELS[level], "cost": order.cost(order.LEVELS[level], False, **stored["knobs"])}
        for level, stored in zip(chosen["levels"], chosen["methods"]["chain"], strict=True)
    ]  # fmt: skip
    results.save("15_shuffled_chain", claim="Shuffled histories cost a chain that counts further on as much as one that does not.",
                 values={"rows": rows}, seeds=list(range(3)), command=COMMAND,
                 seconds=time.process_time() - start, data="movietweetings-100k")  # fmt: skip
    for row in rows:
        print(row)


if __name__ == "__main__":
    main()
