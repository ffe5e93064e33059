"""Exercise 11.6: the full softmax, value and gradients, in the memory of a few rows."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise


def _rows(rng, B: int, chunk: int, n: int = 7, d: int = 3) -> dict:
    return {
        "user_emb": torch.tensor(rng.normal(size=(B, d)), dtype=torch.float32),
        "item_emb": torch.tensor(rng.normal(size=(n, d)), dtype=torch.float32),
        "positive": torch.tensor(rng.integers(0, n, B)),
        "chunk": chunk,
    }


def _large(rng) -> dict:
    """500 rows and 2,000 items: all scores at once are 4 MB; of the pilot's 1.8 MB, a chunk is 30 kB."""
    pilot = {"inputs": _rows(rng, 300, 5, n=1500, d=2), "dense": 40 * 1500 * 4}
    return _rows(rng, 500, 25, n=2000, d=2) | {"pilot": pilot | {"held": 200 * 1500 * 4}}


def _loud(rng) -> dict:
    """Scores of hundreds."""
    made = _rows(rng, 6, 4)
    return made | {name: 15 * made[name].sign() for name in ("user_emb", "item_emb")}


ex = Exercise(
    "11.6",
    "chunked_softmax",
    points=6,
    branch=True,
    library=(
        "graphrec_utils.losses.chunked_softmax",
        "graphrec_utils.losses.full_softmax",
    ),
    hints=(
        "The loss of a row needs the scores of this row only. What of a chunk has to be kept when the "
        "next one comes?",
        "With P the softmax of a chunk's scores and Y its positives as ones: the gradient of the scores is "
        "(P − Y) / B, with B the rows of the whole batch. Users get it times item_emb, items its "
        "transpose times the chunk's users, added up over the chunks.",
        "`slope = scores.softmax(1)`; `slope[at, own] -= 1`; `slope /= B`; `d_users[rows] = slope @ "
        "item_emb`; `d_items += slope.T @ user_emb[rows]`; the loss is the sum of -log_softmax over B.",
    ),
)


@ex.solution
def chunked_softmax(user_emb, item_emb, positive, chunk):
    B, loss = len(user_emb), torch.zeros(())
    d_users, d_items = torch.zeros_like(user_emb), torch.zeros_like(item_emb)
    for start in range(0, B, chunk):
        rows = slice(start, start + chunk)
        log_p = (user_emb[rows] @ item_emb.T).log_softmax(dim=1)  # (chunk, items)
        at = torch.arange(len(log_p))
        loss -= log_p[at, positive[rows]].sum() / B
        slope = log_p.exp()
        slope[at, positive[rows]] -= 1
        d_users[rows] = slope @ item_emb / B
        d_items += slope.T @ user_emb[rows] / B
    return loss, d_users, d_items


ex.claim("eight rows in chunks of four", lambda rng: _rows(rng, 8, 4))
ex.claim(
    "all rows in one chunk, and one row at a time",
    lambda rng: _rows(rng, 6, 6 if rng.random() < 0.5 else 1),
)
ex.claim("six rows in chunks of four: the last one is shorter", lambda rng: _rows(rng, 6, 4), 2)
ex.claim("seven rows in chunks of three", lambda rng: _rows(rng, 7, 3))
ex.claim("scores in the hundreds: nothing overflows", _loud)
ex.claim(
    "500 rows and 2,000 items without a matrix of all scores", _large, run="call within memory"
)

LOG_P = "log_p = (user_emb[rows] @ item_emb.T).log_softmax(dim=1)"
USERS, ITEMS = "slope @ item_emb / B", "slope.T @ user_emb[rows] / B"

# fmt: off
ex.slip("you take the mean of the chunks' means: a shorter last chunk then counts as much as a "
        "full one. Divide the sum by all rows",
        "at =", "B = len(log_p) * len(range(0, len(user_emb), chunk))\nat =")
ex.slip("the rows after the last full chunk are missing in yours",
        "range(0, B, chunk)", "range(0, B - chunk + 1, chunk)")
ex.slip("every chunk uses the positives of the first one: positive[rows]",
        "log_p[at, positive[rows]]", "log_p[at, positive[: len(at)]]",
        "slope[at, positive[rows]]", "slope[at, positive[: len(at)]]")
ex.slip("your item gradient is that of the last chunk: all chunks push the same items, so add "
        "them up",
        "d_items +=", "d_items =")
ex.slip("your gradients are those of the sum of the rows, your loss is their mean",
        USERS, "slope @ item_emb", ITEMS, "slope.T @ user_emb[rows]")
ex.slip("your gradients are divided by the rows of their chunk: B is all rows, as in the loss",
        USERS, "slope @ item_emb / len(at)", ITEMS, "slope.T @ user_emb[rows] / len(at)")
ex.slip("1 is missing at the positives: the gradient of the scores is P − Y, not P",
        "slope[at, positive[rows]] -= 1", "")
ex.slip("your gradients have the other sign: P − Y, what is too likely goes down",
        "= log_p.exp()", "= -log_p.exp()", "-= 1", "+= 1")
ex.slip("scores in the hundreds overflow in yours: log_softmax subtracts the largest first",
        LOG_P, "odds = (user_emb[rows] @ item_emb.T).exp()\n"
        "log_p = (odds / odds.sum(dim=1, keepdim=True)).log()")
ex.slip("users get no gradient in yours; they are half of the product",
        f"d_users[rows] = {USERS}", "")
ex.slip("your numbers are right, but all scores were in memory at once, in a matrix or in a list "
        "of chunks, or those of more rows than `chunk`: make those of a chunk, use them, and "
        "forget them",
        "B, loss =", "chunk = len(user_emb)\nB, loss =")
