r"""Which items does a user *not* like? Negatives, triples and what they are worth (log Q).

Conventions: every function takes its generator, of numpy or of torch, and there is no global
state; results are CPU torch tensors, ids int64, log-probabilities float64. Q always is the
distribution that the items were drawn from: a loss that corrects with another one learns another
ranking.

    triples    who likes what, sorted for look-ups; (u, i, j), and negatives of given users
    logq       items drawn from a distribution Q that a loss can correct for
    histories  what a user had done before each event: `examples`, and by now: `latest`; all of it: `cut`
    windows    what has to be found after a moment: the next like, or all of a window
    stream     how often an item comes, estimated while a stream passes

Triples: Built in lesson 03, exercise 03.3. Log Q: Built in lesson 11, exercises 11.1 and 11.4.
"""

from graphrec_utils.sampling import histories, windows
from graphrec_utils.sampling.histories import examples, latest
from graphrec_utils.sampling.logq import accidental_hits, draw, mixture, popularity
from graphrec_utils.sampling.stream import StreamFrequency, hashed
from graphrec_utils.sampling.triples import Positives, bpr_triples, index, uniform_negatives
from graphrec_utils.sampling.windows import Log, Pairs, target_matrix

__all__ = [
    "Log",
    "Pairs",
    "Positives",
    "StreamFrequency",
    "accidental_hits",
    "bpr_triples",
    "draw",
    "examples",
    "hashed",
    "histories",
    "index",
    "latest",
    "mixture",
    "popularity",
    "target_matrix",
    "uniform_negatives",
    "windows",
]
