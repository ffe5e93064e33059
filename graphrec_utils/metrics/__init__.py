r"""Is the ranking good? One list by the formula, all users at once, and what averages hide.

Conventions, the same in every function:

* a list is ranked best first, ranks count from 1, `top` is the cut-off (@20 in the text);
* a list shorter than `top` misses in its empty places: precision still divides by `top`;
* a user without relevant items has no value: NaN for one list, left out of `evaluate`. Counting
  such users as 0 would lower every mean by a share that has nothing to do with the model;
* ties are broken by one random permutation of the items, fixed by `seed`: an order by id would
  reward a model without any opinion if good items have small ids. Equal means equal as floats.

`single` has one list by the formula, `ranking` goes from models to lists (its inside may become
faster, its results may not change), `evaluation` compares the lists of all users with their test
items, `compare` two models with each other, `probabilities` has what a ranker is judged by, `off_policy` what a
log with known chances says of another policy.
"""

from __future__ import annotations

from graphrec_utils.metrics.compare import Comparison, Interval, compare, interval, weakest
from graphrec_utils.metrics.evaluation import (
    by_activity,
    coverage,
    evaluate,
    evaluate_model,
    exposure,
    gini,
    hit_chance,
    popularity_overlap,
    recall_by_group,
    recall_by_popularity,
)
from graphrec_utils.metrics.off_policy import OffPolicy, off_policy
from graphrec_utils.metrics.probabilities import (
    auc,
    calibration_error,
    log_loss,
    rce,
    rce_by_user,
    reliability,
)
from graphrec_utils.metrics.ranking import rank, rank_all, rank_with
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
    "Comparison",
    "Interval",
    "OffPolicy",
    "auc",
    "average_precision_at_k",
    "by_activity",
    "calibration_error",
    "capped_recall_at_k",
    "compare",
    "coverage",
    "dcg_at_k",
    "evaluate",
    "evaluate_model",
    "exposure",
    "gini",
    "hit_chance",
    "hit_rate_at_k",
    "interval",
    "log_loss",
    "mrr",
    "ndcg_at_k",
    "off_policy",
    "popularity_overlap",
    "precision_at_k",
    "rank",
    "rank_all",
    "rank_with",
    "rce",
    "rce_by_user",
    "recall_at_k",
    "recall_by_group",
    "recall_by_popularity",
    "reliability",
    "weakest",
]
