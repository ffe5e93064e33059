"""What a premise is: claims about a world that come out true or false, and the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd


@dataclass(frozen=True)
class Premise:
    """One thing that lessons build on, measured on one world.

    Attributes:
        name: short, also the name of the picture's file.
        question: what the table answers.
        claims: sentence -> whether it holds here; margins are in the sentence.
        table: the numbers.
        curves: what to draw: x in the index, one curve (or group of bars) per column.
        kind: how to draw it; "tail" has two logarithmic axes.
        labels: names of the x and y axis.
    """

    name: str
    question: str
    claims: dict[str, bool]
    table: pd.DataFrame
    curves: pd.DataFrame
    kind: Literal["bar", "line", "tail"]
    labels: tuple[str, str]

    @property
    def holds(self) -> bool:
        """Whether every claim does."""
        return all(self.claims.values())
