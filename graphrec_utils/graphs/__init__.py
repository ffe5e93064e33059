"""The graph view: matrices, propagation on them, and how alike neighbors become.

    matrices      R <-> A, degrees, normalizations, edge_index, networkx and PyG
    propagation   products of a sparse matrix with embeddings, their weighted sum, and a
                  group's mean without the member that is compared with it
    smoothing     mean cosine, Dirichlet energy, what infinitely many layers lead to
    walkable      a graph in the form that walks read
    batches       sampled neighborhoods for mini-batches

The first three speak through this page: `graphs.normalize`, `graphs.propagate`, `graphs.limits`.
"""

from graphrec_utils.graphs.matrices import (
    adjacency,
    biadjacency,
    degrees,
    edge_index,
    node_names,
    normalize,
    to_hetero_data,
    to_networkx,
)
from graphrec_utils.graphs.propagation import is_symmetric, others_mean, propagate, to_torch
from graphrec_utils.graphs.smoothing import dirichlet_energy, limits, mean_cosine

__all__ = [
    "adjacency",
    "biadjacency",
    "degrees",
    "dirichlet_energy",
    "edge_index",
    "is_symmetric",
    "limits",
    "mean_cosine",
    "node_names",
    "normalize",
    "others_mean",
    "propagate",
    "to_hetero_data",
    "to_networkx",
    "to_torch",
]
