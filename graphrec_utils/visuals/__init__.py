"""Interactive visuals with static twins; each works without a kernel, a CDN or a mouse.

A visual in a notebook is a picture until JavaScript runs (GitHub, an untrusted notebook, a PDF),
and can be explored wherever it runs. `visual.static()` returns Matplotlib Axes, `visual.live()`
connects it to the kernel.
"""

from graphrec_utils.visuals.als import als
from graphrec_utils.visuals.base import Visual
from graphrec_utils.visuals.bipartite import bipartite
from graphrec_utils.visuals.khop import khop
from graphrec_utils.visuals.metric_list import metric_list
from graphrec_utils.visuals.spectrum import spectrum
from graphrec_utils.visuals.walk import walk

__all__ = ["Visual", "als", "bipartite", "khop", "metric_list", "spectrum", "walk"]
