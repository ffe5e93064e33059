r"""What training makes small: losses on scores, each one formula.

Conventions: `pos` holds $s^+$, the scores of observed pairs, `neg` holds $s^-$, the scores of
sampled ones, row by row for the same user. A loss is the mean over the B rows. Every loss must
fall when a positive's score rises and rise when a negative's does; three slides of the lecture
have this the wrong way round. All of them work on logits: a sigmoid or a softmax that is computed
first and logged afterwards is -inf from scores of about 100 in float32.

    pairs      an observed item against sampled ones, each pair for itself: bpr, bce, hinge
    softmax    an observed item against all, or many, others: full, sampled, corrected, in_batch
    exposure   what was shown and perhaps not looked at: examined_bce
    chunked    the full softmax in the memory of a few rows
    exact      what a sampled softmax does on average, over every possible draw
"""

from graphrec_utils.losses import exact
from graphrec_utils.losses.chunked import chunked_softmax
from graphrec_utils.losses.exposure import examined_bce
from graphrec_utils.losses.pairs import bce, bpr, hinge
from graphrec_utils.losses.softmax import (
    corrected_softmax,
    full_softmax,
    in_batch_softmax,
    sampled_softmax,
)

__all__ = [
    "bce",
    "bpr",
    "chunked_softmax",
    "corrected_softmax",
    "exact",
    "examined_bce",
    "full_softmax",
    "hinge",
    "in_batch_softmax",
    "sampled_softmax",
]
