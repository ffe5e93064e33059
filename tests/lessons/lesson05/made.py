"""One of each visual of lesson 05, by its name."""

from __future__ import annotations

from graphrec_utils import toy
from graphrec_utils.plots import visuals
from tests.library.small import E, W

MADE = {
    "messages": lambda: visuals.messages(toy.likes(), E, W, W, toy.USERS, toy.ITEMS),
    "product": lambda: visuals.product([1, 0.5], {"Ann": [0.9, -0.2], "Bob": [-0.6, 0.9]}),
}  # fmt: skip
