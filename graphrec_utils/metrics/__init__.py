r"""Is the ranking good? One list by the formula, all users at once, and what averages hide.

Conventions, the same in every function:

* a list is ranked best first, ranks count from 1, `top` is the cut-off (@20 in the text);
* a list shorter than `top` misses in its empty places: precision still divides by `top`;
* a user without relevant items has no value: NaN for one list, left out of `evaluate`. Counting
  such users as 0 would lower every mean by a share that has nothing to do with the model;
* ties are broken by one random permutation of the items, fixed by `seed`: an order by id would
  reward a model without any opinion if good items have small ids. Equal means equal as floats.

This is a package rather than one module of 400 lines: `single` has one list by the formula,
`ranking` goes from scores to lists (its inside may become faster, its results may not change),
`evaluation` compares the lists of all users with their test items.
"""

from __future__ import annotations

from graphrec_utils.metrics.evaluation import (
    by_activity,
    coverage,
    evaluate,
    exposure,
    gini,
    popularity_overlap,
    recall_by_popularity,
)
from graphrec_utils.metrics.ranking import rank_all, rank_with
from graphrec_utils.metrics.single import (
    average_precision_at_k,
    capped_recall_at_k,
    dcg_at_k,
    hit_rate_at_k,
    mrr,
    ndcg_at_k,
    precision_at_k,
    recall_at_k,
)

__all__ = [
    "average_precision_at_k",
    "by_activity",
    "capped_recall_at_k",
    "coverage",
    "dcg_at_k",
    "evaluate",
    "exposure",
    "gini",
    "hit_rate_at_k",
    "mrr",
    "ndcg_at_k",
    "popularity_overlap",
    "precision_at_k",
    "rank_all",
    "rank_with",
    "recall_at_k",
    "recall_by_popularity",
]
