"""LightGCN: as one reads it (`model`), the same steps in kernels (`fused`), a start (`start`), and
vectors for nodes that came later (`fold_in`)."""

from graphrec_utils.models.lightgcn.fold_in import fold_in
from graphrec_utils.models.lightgcn.fused import Fused
from graphrec_utils.models.lightgcn.model import LightGCN
from graphrec_utils.models.lightgcn.start import spectral_start

__all__ = ["Fused", "LightGCN", "fold_in", "spectral_start"]
