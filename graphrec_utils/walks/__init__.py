"""Random walks over a graph: where does a walker end up that keeps returning to its start?

`ppr` and `ppr_push` compute it, `visits` and `recommend` (Pixie) count it, `importance_neighbors`
and `typed_neighbors` keep the nodes that matter, `paths` and `pairs` list who meets whom, `prune`
and `prune_degree` throw edges away before anybody walks, `densify` gives some to who has none. In this
course `restart` is the probability of returning to the start, and nothing else.
"""

from graphrec_utils.graphs.walkable import Walkable, biased, walkable
from graphrec_utils.walks.densify import densify
from graphrec_utils.walks.neighborhoods import importance_neighbors, typed_neighbors
from graphrec_utils.walks.pairs import pairs, paths
from graphrec_utils.walks.pixie import allocate_steps, boost, recommend, visits
from graphrec_utils.walks.ppr import ppr, ppr_push
from graphrec_utils.walks.prune import prune, prune_degree

__all__ = [
    "Walkable",
    "allocate_steps",
    "biased",
    "boost",
    "densify",
    "importance_neighbors",
    "pairs",
    "paths",
    "ppr",
    "ppr_push",
    "prune",
    "prune_degree",
    "recommend",
    "typed_neighbors",
    "visits",
    "walkable",
]
