"""What the course's data are made of: four types, whoever made them.

    Interactions   who did what when: users, items, times, weights, labels
    Features       what the items say: `interactions.item_features`, a sparse matrix with named
                   columns (genres, or the bag of words of citeulike-t)
    Triples        facts of a knowledge graph: heads, relations, tails
    Split          a named tuple train, val, test of Interactions or of Triples

`datasets.load` returns them for real data sets, PinWorld's `World` for the synthetic one:
`world.interactions()`, `world.split()`. Several graphs about the same items come as a dictionary of
Interactions that share their ids.
"""

from graphrec_utils.data.features import Features
from graphrec_utils.data.interactions import Interactions
from graphrec_utils.data.splits import Split, hold_out, temporal_split
from graphrec_utils.data.triples import Triples

__all__ = ["Features", "Interactions", "Split", "Triples", "hold_out", "temporal_split"]
