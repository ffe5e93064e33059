"""What all unit tests share: Matplotlib draws without a screen, and no figure outlives its test."""

from __future__ import annotations

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")
