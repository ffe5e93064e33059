"""Interactive visuals with static twins; each works without a kernel, a CDN or a mouse.

A visual in a notebook is a picture until JavaScript runs (GitHub, an untrusted notebook, a PDF),
and can be explored wherever it runs. `visual.static()` returns Matplotlib Axes, `visual.live()`
connects it to the kernel.
"""

from graphrec_utils.plots.visuals.adjacency import adjacency
from graphrec_utils.plots.visuals.allocator import allocator
from graphrec_utils.plots.visuals.als import als
from graphrec_utils.plots.visuals.arrivals import arrivals
from graphrec_utils.plots.visuals.atlas import atlas
from graphrec_utils.plots.visuals.attention_map import attention_map
from graphrec_utils.plots.visuals.base import Visual
from graphrec_utils.plots.visuals.batch_matrix import batch_matrix
from graphrec_utils.plots.visuals.bipartite import bipartite
from graphrec_utils.plots.visuals.blocks import blocks
from graphrec_utils.plots.visuals.bpr_loss import bpr_loss
from graphrec_utils.plots.visuals.calibration import calibration
from graphrec_utils.plots.visuals.causal import causal
from graphrec_utils.plots.visuals.collapse import collapse
from graphrec_utils.plots.visuals.curriculum import curriculum
from graphrec_utils.plots.visuals.dendrogram import dendrogram
from graphrec_utils.plots.visuals.drift import drift
from graphrec_utils.plots.visuals.estimator import estimator
from graphrec_utils.plots.visuals.exposure import exposure
from graphrec_utils.plots.visuals.fusion import fusion
from graphrec_utils.plots.visuals.hinge import hinge
from graphrec_utils.plots.visuals.khop import khop
from graphrec_utils.plots.visuals.layers import layers
from graphrec_utils.plots.visuals.levels import levels
from graphrec_utils.plots.visuals.messages import messages
from graphrec_utils.plots.visuals.metric_list import metric_list
from graphrec_utils.plots.visuals.mixture_map import mixture_map
from graphrec_utils.plots.visuals.one_way import one_way
from graphrec_utils.plots.visuals.pixie import pixie
from graphrec_utils.plots.visuals.product import product
from graphrec_utils.plots.visuals.sampled_metric import sampled_metric
from graphrec_utils.plots.visuals.sampler_tree import sampler_tree
from graphrec_utils.plots.visuals.scatter import scatter
from graphrec_utils.plots.visuals.semantic_tree import semantic_tree
from graphrec_utils.plots.visuals.shift import shift
from graphrec_utils.plots.visuals.smoothing import smoothing
from graphrec_utils.plots.visuals.spectrum import spectrum
from graphrec_utils.plots.visuals.stream import stream
from graphrec_utils.plots.visuals.surface import surface
from graphrec_utils.plots.visuals.three_losses import three_losses
from graphrec_utils.plots.visuals.timeline import timeline
from graphrec_utils.plots.visuals.towers import towers
from graphrec_utils.plots.visuals.translation import translation
from graphrec_utils.plots.visuals.typed_graph import typed_graph
from graphrec_utils.plots.visuals.walk import walk

__all__ = [
    "Visual",
    "adjacency",
    "allocator",
    "als",
    "arrivals",
    "atlas",
    "attention_map",
    "batch_matrix",
    "bipartite",
    "blocks",
    "bpr_loss",
    "calibration",
    "causal",
    "collapse",
    "curriculum",
    "dendrogram",
    "drift",
    "estimator",
    "exposure",
    "fusion",
    "hinge",
    "khop",
    "layers",
    "levels",
    "messages",
    "metric_list",
    "mixture_map",
    "one_way",
    "pixie",
    "product",
    "sampled_metric",
    "sampler_tree",
    "scatter",
    "semantic_tree",
    "shift",
    "smoothing",
    "spectrum",
    "stream",
    "surface",
    "three_losses",
    "timeline",
    "towers",
    "translation",
    "typed_graph",
    "walk",
]
