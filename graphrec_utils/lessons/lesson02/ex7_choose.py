"""Exercise 02.7: the open task. Four knobs of iALS, of which no two are independent."""

from __future__ import annotations

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.open_task import Task
from graphrec_utils.models import mf

LARGEST, MOST_SWEEPS = 64, 16


def fit(part, choice: dict) -> mf.Factors:
    """Return iALS with ν = 1."""
    return mf.ials(
        part.csr(), choice["dim"], choice["alpha0"], choice["reg"], sweeps=choice["sweeps"]
    )


def limits(choice: dict) -> str:
    """Say what is not allowed; "" if nothing is."""
    if not 1 <= choice["dim"] <= LARGEST:
        return f"dim must lie in 1 … {LARGEST}"
    if not 1 <= choice["sweeps"] <= MOST_SWEEPS:
        return f"there are {MOST_SWEEPS} sweeps at most"
    if not 1e-6 <= choice["alpha0"] <= 1e3:
        return "alpha0 must lie in 0.000001 … 1000"
    return "" if 1e-6 <= choice["reg"] <= 1e3 else "reg must lie in 0.000001 … 1000"


def kind(choice: dict) -> str:
    """Return what explains a weak choice best."""
    if choice["alpha0"] * choice["reg"] >= 0.0085:
        return "all near zero"
    if choice["dim"] < 16:
        return "few numbers"
    if choice["sweeps"] < 3:
        return "few sweeps"
    if choice["alpha0"] * choice["reg"] <= 0.0001:
        return "little holds it"
    return ""


task = Task({"dim": int, "alpha0": float, "reg": float, "sweeps": int}, fit, limits, kind)

ex = Exercise(
    "02.7",
    "choose",
    points=3,
    branch=True,
    hints=(
        "Which two knobs belong together? Change one of them by a factor of 3, then the other, and keep a table.",
        "On films, behind figure 2.5, each α₀ had a λ of its own: 1 with 0.001, 0.3 with 0.003, 0.1 with 0.03. And days 42 on are the question.",
        "Try `dim=32`, `alpha0=0.03`, `reg=0.05`, `sweeps=8`, `until_day=42`.",
    ),
)


@ex.solution
def choose():
    return {"dim": 32, "alpha0": 0.03, "reg": 0.05, "sweeps": 8, "until_day": 42}


task.claims(
    ex,
    {
        "it finds more than bestsellers do": (0.0615, 1),
        "it finds more than the settings of 2.9 with d = 32": (0.16, 2),
        "it finds what EASE finds with its one knob tuned": (0.178, 2),
    },
)


# fmt: off
ex.slip("you train on days from 42 on, and these are to be predicted: a model that has seen the "
        "answers finds them",
        '"until_day": 42', '"until_day": 56')
ex.slip("your train part ends long before day 42: what was saved since then is missing from it",
        '"until_day": 42', '"until_day": 10')
ex.slip("α₀ and λ together are so large that all vectors are near zero: what is left is one list "
        "for everybody",
        '"alpha0": 0.03, "reg": 0.05', '"alpha0": 0.3, "reg": 0.1')
ex.slip("α₀ and λ together are so small that nothing holds the vectors: they learn the train part "
        "by heart",
        '"alpha0": 0.03, "reg": 0.05', '"alpha0": 0.001, "reg": 0.01')
ex.slip("so few numbers per user know the crowds and not the people: take more of them",
        '"dim": 32', '"dim": 4')
ex.slip("after one sweep the two sides have hardly met: take more of them",
        '"sweeps": 8', '"sweeps": 1')
ex.slip("you spend more than the budget of 64 numbers and 16 sweeps",
        '"sweeps": 8', '"sweeps": 100')
