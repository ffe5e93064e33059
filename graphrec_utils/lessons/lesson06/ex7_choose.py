"""Exercise 06.7: the open task. How many layers, how weighted, how long trained?"""

from __future__ import annotations

from graphrec_utils import graphs, sampling, train
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.open_task import Task
from graphrec_utils.models import lightgcn

MOST_LAYERS, MOST_EPOCHS = 4, 40


def _weights(choice: dict) -> list[float]:
    K = choice["K"]
    return [0.0] * K + [1.0] if choice["layers"] == "last" else [1 / (K + 1)] * (K + 1)


def fit(part, choice: dict) -> lightgcn.Fused:
    """Return LightGCN with 16 coordinates, trained by BPR at a learning rate of 0.03."""
    A_hat = graphs.normalize(graphs.adjacency(part.csr()))
    model = lightgcn.Fused(
        A_hat, part.num_users, 16, choice["K"], lr=0.03, reg=choice["reg"], weights=_weights(choice)
    )
    positives, count = sampling.index(part.csr()), len(part) // 2048 + 1

    def batches(rng):
        return (sampling.bpr_triples(positives, 2048, rng) for _ in range(count))

    train.fit(model, batches, epochs=choice["epochs"], progress=False)
    return model


def limits(choice: dict) -> str:
    """Say what is not allowed; "" if nothing is."""
    if choice["layers"] not in ("mean", "last"):
        return 'layers must be "mean" or "last"'
    if not 0 <= choice["K"] <= MOST_LAYERS:
        return f"K must lie in 0 … {MOST_LAYERS}"
    if not 1 <= choice["epochs"] <= MOST_EPOCHS:
        return f"there are {MOST_EPOCHS} epochs at most"
    return "" if choice["reg"] >= 0 else "reg must not be negative"


def kind(choice: dict) -> str:
    """Return what explains a weak choice best."""
    if choice["K"] == 0:
        return "no graph"
    if choice["reg"] >= 1:
        return "only small vectors"
    if choice["epochs"] < 5:
        return "few epochs"
    return "last" if choice["layers"] == "last" and choice["K"] > 2 else ""


task = Task({"K": int, "layers": str, "reg": float, "epochs": int}, fit, limits, kind)

ex = Exercise(
    "06.7",
    "choose",
    points=5,
    branch=True,
    hints=(
        "Which of the five decides most? Change one at a time and write down what you expect first.",
        "What did layers give in figure 6.8? There the mean was nowhere ahead of the last layer; try both here. And "
        "which days are to be predicted?",
        'Try `K=3`, `layers="mean"`, `reg` between 0.0001 and 0.1, all epochs, `until_day=42`.',
    ),
)


@ex.solution
def choose():
    return {"K": 3, "layers": "mean", "reg": 0.01, "epochs": 40, "until_day": 42}


task.claims(
    ex,
    {
        "it finds more than bestsellers do": (0.0615, 1),
        "it finds more than BPR-MF at the same ridge of 0.01": (0.11, 2),
        "it comes close to our best choice": (0.158, 2),
    },
)


# fmt: off
ex.slip("you train on days from 42 on, and these are to be predicted: a model that has seen the "
        "answers finds them",
        '"until_day": 42', '"until_day": 56')
ex.slip("without a layer no message is sent: this is BPR-MF, and the graph is not used",
        '"K": 3', '"K": 0', '"epochs": 40', '"epochs": 3')
ex.slip("the ridge is so strong that it keeps all vectors near zero, and with them what could be "
        "learned",
        '"reg": 0.01', '"reg": 10.0')
ex.slip("after so few epochs the vectors are still near their random start",
        '"K": 3', '"K": 1', '"epochs": 40', '"epochs": 1')
ex.slip("the last of three or four layers alone finds less here than the last of one or two: try "
        "fewer layers, or the mean",
        '"mean"', '"last"', '"K": 3', '"K": 4')
ex.slip("your train part ends long before day 42: what was saved since then is missing from it",
        '"until_day": 42', '"until_day": 10')
ex.slip("you spend more than the budget of 40 epochs", '"epochs": 40', '"epochs": 400')
