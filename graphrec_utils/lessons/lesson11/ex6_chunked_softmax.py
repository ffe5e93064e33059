"""Exercise 11.6: the full softmax, value and gradients, in the memory of a few rows."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise


def _chunked(user_emb, item_emb, positive, chunk, means=False, last=True, offset=True, add=True,
             divide=True, users=True, by_chunk=False, own_out=True, sign=1):  # fmt: skip
    B = len(user_emb)
    total, d_users, d_items = (
        user_emb.new_zeros(()),
        torch.zeros_like(user_emb),
        torch.zeros_like(item_emb),
    )
    starts = [a for a in range(0, B, chunk) if last or a + chunk <= B]
    for start in starts:
        rows = slice(start, min(start + chunk, B))
        own = positive[rows] if offset else positive[: rows.stop - rows.start]
        scores = user_emb[rows] @ item_emb.T
        weight = 1 / (len(scores) * len(starts)) if means else 1 / B
        log_p = scores.log_softmax(dim=1)
        at = torch.arange(len(scores))
        total = total - weight * log_p[at, own].sum()
        slope = log_p.exp()
        slope[at, own] -= 1.0 * own_out
        slope = sign * slope * (weight if divide else 1.0) * (B / len(scores) if by_chunk else 1.0)
        d_users[rows] = slope @ item_emb
        d_items = (d_items if add else 0) + slope.T @ user_emb[rows]
    return total, d_users if users else torch.zeros_like(d_users), d_items


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
    return _chunked(user_emb, item_emb, positive, chunk)


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


@ex.mistake(
    "you take the mean of the chunks' means: a shorter last chunk then counts as much as a full one. "
    "Divide the sum by all rows"
)
def mean_of_means(*inputs):
    return _chunked(*inputs, means=True)


@ex.mistake("the rows after the last full chunk are missing in yours")
def the_last_chunk_is_left_out(*inputs):
    return _chunked(*inputs, last=False)


@ex.mistake("every chunk uses the positives of the first one: positive[rows]")
def positives_of_the_first_chunk(*inputs):
    return _chunked(*inputs, offset=False)


@ex.mistake(
    "your item gradient is that of the last chunk: all chunks push the same items, so add them up"
)
def items_are_overwritten(*inputs):
    return _chunked(*inputs, add=False)


@ex.mistake("your gradients are those of the sum of the rows, your loss is their mean")
def gradients_of_the_sum(*inputs):
    return _chunked(*inputs, divide=False)


@ex.mistake("your gradients are divided by the rows of their chunk: B is all rows, as in the loss")
def divided_by_the_chunk(*inputs):
    return _chunked(*inputs, by_chunk=True)


@ex.mistake("1 is missing at the positives: the gradient of the scores is P − Y, not P")
def the_positives_are_not_taken_off(*inputs):
    return _chunked(*inputs, own_out=False)


@ex.mistake("your gradients have the other sign: P − Y, what is too likely goes down")
def the_other_sign(*inputs):
    return _chunked(*inputs, sign=-1)


@ex.mistake("scores in the hundreds overflow in yours: log_softmax subtracts the largest first")
def exp_without_the_largest(user_emb, item_emb, positive, chunk):
    B, loss = len(user_emb), user_emb.new_zeros(())
    d_users, d_items = torch.zeros_like(user_emb), torch.zeros_like(item_emb)
    for start in range(0, B, chunk):
        U, own = user_emb[start : start + chunk], positive[start : start + chunk]
        e = (U @ item_emb.T).exp()
        P, at = e / e.sum(dim=1, keepdim=True), torch.arange(len(U))
        loss = loss - P[at, own].log().sum() / B
        P[at, own] -= 1
        d_users[start : start + chunk], d_items = P @ item_emb / B, d_items + P.T @ U / B
    return loss, d_users, d_items


@ex.mistake("users get no gradient in yours; they are half of the product")
def no_gradient_for_users(*inputs):
    return _chunked(*inputs, users=False)


@ex.mistake(
    "your numbers are right, but all scores were in memory at once, in a matrix or in a list of chunks, or those of "
    "more rows than `chunk`: make those of a chunk, use them, and forget them"
)
def all_scores_at_once(user_emb, item_emb, positive, chunk):
    return _chunked(user_emb, item_emb, positive, len(user_emb))
