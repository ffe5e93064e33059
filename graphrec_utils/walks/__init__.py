"""Random walks over a graph: where does a walker end up that keeps returning to its start?

`ppr` asks this exactly. In this course `restart` is the probability of returning to the start
before a step, and nothing else.
"""

from graphrec_utils.walks.graph import Walkable, walkable
from graphrec_utils.walks.ppr import ppr, ppr_push

__all__ = ["Walkable", "ppr", "ppr_push", "walkable"]
