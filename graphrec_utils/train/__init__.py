r"""One loop for every model: progress, validation, early stopping, rates, checkpoints.

    learner = train.Torch(model, loss, torch.optim.Adam(model.parameters(), lr=0.01))
    history = train.fit(learner, batches, epochs=50, evaluate=recall, patience=5)

The loop knows neither models nor graphs. What it trains is a `Learner`; `Torch` makes one from any
torch module, and kernels that bring their own gradients are learners as they are (`Tables`). Families
with a `fit` of their own (`transe.fit`, `sampled.fit`, ...) hand a learner and its batches to this one.

    loop          epochs, batches, validation, early stopping: `fit`
    learner       what it trains; one step is forward, backward, optimizer: `Torch`
    history       what happened in each epoch
    checkpoint    a file that lets a killed training go on
    device        where a training runs: `device("cuda")` asks whether there is one
    tune          the knobs of several models, with equal trials for each: `tune`

Epochs count from 1. All chance of an epoch follows from the seed and its number, so that an
interrupted training that goes on from its checkpoint ends with the very same numbers. (Where one step is
an epoch, chance is one stream: a generator in the place of the seed.)
"""

from graphrec_utils.train.device import device
from graphrec_utils.train.history import History
from graphrec_utils.train.learner import Learner, Tables, Torch
from graphrec_utils.train.loop import constant, cosine, fit, generator
from graphrec_utils.train.tune import OnTheEdge, Search, Trial, on_test, on_validation, tune

__all__ = [
    "History",
    "Learner",
    "OnTheEdge",
    "Search",
    "Tables",
    "Torch",
    "Trial",
    "constant",
    "cosine",
    "device",
    "fit",
    "generator",
    "on_test",
    "on_validation",
    "tune",
]
