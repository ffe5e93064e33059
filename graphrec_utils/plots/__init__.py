"""Pictures: Matplotlib Axes (`plots.bipartite`), and visuals that move (`plots.visuals`).

    graphs     R as a matrix and as a bipartite graph
    charts     how many, and how it grows: funnel, long tail, growth
    pins       PinWorld's pins with faces (`plots.pins.faces`)
    visuals    interactive, one folder each

Data in, Axes out. Nothing here trains, downloads or shows. A function draws on `ax` where one is
given, else on a new figure; colors and shapes are those of `graphrec_utils.style`.
"""

from graphrec_utils.plots.charts import exponent, funnel, growth, long_tail
from graphrec_utils.plots.graphs import around, bipartite, matrix, matrix_and_graph

__all__ = [
    "around",
    "bipartite",
    "exponent",
    "funnel",
    "growth",
    "long_tail",
    "matrix",
    "matrix_and_graph",
]
