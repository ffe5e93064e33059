"""Interactive visuals with static twins; each works without a kernel, a CDN or a mouse.

A visual in a notebook is a picture until JavaScript runs (GitHub, an untrusted notebook, a PDF),
and can be explored wherever it runs. `visual.static()` returns Matplotlib Axes, `visual.live()`
connects it to the kernel.
"""

from graphrec_utils.visuals.adjacency import adjacency
from graphrec_utils.visuals.als import als
from graphrec_utils.visuals.base import Visual
from graphrec_utils.visuals.bipartite import bipartite
from graphrec_utils.visuals.bpr_loss import bpr_loss
from graphrec_utils.visuals.khop import khop
from graphrec_utils.visuals.layers import layers
from graphrec_utils.visuals.messages import messages
from graphrec_utils.visuals.metric_list import metric_list
from graphrec_utils.visuals.one_way import one_way
from graphrec_utils.visuals.product import product
from graphrec_utils.visuals.sampled_metric import sampled_metric
from graphrec_utils.visuals.scatter import scatter
from graphrec_utils.visuals.smoothing import smoothing
from graphrec_utils.visuals.spectrum import spectrum
from graphrec_utils.visuals.surface import surface
from graphrec_utils.visuals.walk import walk

__all__ = [
    "Visual",
    "adjacency",
    "als",
    "bipartite",
    "bpr_loss",
    "khop",
    "layers",
    "messages",
    "metric_list",
    "one_way",
    "product",
    "sampled_metric",
    "scatter",
    "smoothing",
    "spectrum",
    "surface",
    "walk",
]
