"""How exercise 05.4 is judged: by what arrives and what is lost, not by draws."""

from __future__ import annotations

import numpy as np


def kept(value, inputs) -> np.ndarray:
    """Where a message arrives, over the messages sent."""
    sent = inputs["A_hat"].to_dense() != 0
    return (value.to_dense() != 0)[sent].numpy()


def silent(value) -> list[int]:
    """Return how many senders and how many receivers have lost every message."""
    return [int((value.to_dense() == 0).all(dim=axis).sum()) for axis in (0, 1)]


def ratio(value, inputs) -> np.ndarray:
    """What became of the messages that arrive: extreme factors, compared with the sent ones."""
    sent, arrives = inputs["A_hat"].to_dense().numpy(), value.to_dense().numpy()
    factors = arrives[arrives != 0] / np.where(sent == 0, np.nan, sent)[arrives != 0]
    return np.array([factors.min(), factors.max()]) if len(factors) else np.zeros(2)


def some_lost(got, expected, inputs) -> str | None:
    lost, wanted = (0 < kept(value, inputs).mean() < 1 for value in (got, expected))
    if lost == wanted:
        return None
    return "in yours all messages arrive" if kept(got, inputs).all() else "in yours none arrives"


def share_lost(got, expected, inputs) -> str | None:
    lost, wanted = 1 - kept(got, inputs).mean(), 1 - kept(expected, inputs).mean()
    # a known mistake that draws nodes has few draws, so its share varies
    if abs(lost - wanted) < (0.25 if any(silent(expected)) else 0.06):
        return None
    return f"{lost:.0%} of the messages are lost in yours"


def scaled(got, expected, inputs) -> str | None:
    mine, wanted = ratio(got, inputs), ratio(expected, inputs)
    if np.allclose(mine, wanted, rtol=1e-4):
        return None
    return f"messages that arrive are multiplied by {mine[0]:.4g} to {mine[1]:.4g} in yours"


def in_pairs(value, inputs) -> bool:
    """Return whether the two messages of an edge, there and back, always share their fate."""
    sent, kept = (x.to_dense().numpy() != 0 for x in (inputs["A_hat"], value))
    both = np.triu(sent & sent.T, 1)
    return bool((kept == kept.T)[both].all() and not kept[both].all())


def one_by_one(got, expected, inputs) -> str | None:
    """No sender and no receiver is silenced as a whole, and no edge in both directions."""
    mine, other = ((any(silent(x)), in_pairs(x, inputs)) for x in (got, expected))
    if mine == other:
        return None
    if mine[1] != other[1]:
        always = "always" if mine[1] else "not always"
        return f"in yours a message and the one back are {always} lost together"
    senders, receivers = silent(got)
    return f"{senders} senders and {receivers} receivers have lost every message in yours"


def numbers_lost(got, expected, inputs) -> str | None:
    """Of many messages, each with its own luck, not the same number is lost eight times."""

    def fixed(values) -> bool:
        lost = [int((~kept(value, inputs)).sum()) for value in values]
        return max(lost) - min(lost) <= 1

    mine, other = fixed(got), fixed(expected)
    if mine == other:
        return None
    return f"in eight calls yours loses {'the same number' if mine else 'different numbers'}"


def at_rest(got, expected, inputs) -> str | None:
    """Messages are neither lost nor scaled; a mistake is told by its kind, not by its draws."""
    mine, other = (disturbance(value, inputs) for value in (got, expected))
    return None if mine == other else mine or "in yours nothing changes"


def disturbance(value, inputs) -> str:
    if not kept(value, inputs).all():
        return "messages are lost in yours"
    factors = ratio(value, inputs)
    if np.allclose(factors, 1, rtol=1e-4):
        return ""
    return f"messages are multiplied by {factors[0]:.4g} to {factors[1]:.4g} in yours"


def whole(got, expected, inputs) -> str | None:
    """The matrix has all its rows and columns, and some messages arrive in it."""
    if got.shape != expected.shape:
        return f"a matrix of {tuple(got.shape)} for {len(inputs['A_hat'])} nodes in yours"
    return some_lost(got, expected, inputs)
