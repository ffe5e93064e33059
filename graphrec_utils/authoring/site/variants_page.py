"""The page "Why do I not get the paper's number?": the variants that go by one name, and who saw the test."""

from __future__ import annotations

import itertools

from graphrec_utils import results
from graphrec_utils.datasets import identify

PAGE = """# Why do I not get the paper's number?

The most asked question about recommender code has three usual answers, and only the last one is a bug.

## 1. It is another data set of the same name

There are at least three of each *Gowalla*, *Yelp* and *Amazon-Book* in use. Ask which one a file is:

```sh
python3 -m graphrec_utils data identify train.txt
```

It compares checksums first, then counts of users, items and pairs. These {count} variants are known (looked up
on {day}):

{variants}

## 2. The paper chose on test

Where a data set has a train and a test part and nothing else, most published numbers are those of the epoch and
the settings that were best **on test**. A maintainer of a benchmark says so
[of his own numbers](https://github.com/reczoo/BARS/issues/15): they are validation accuracy. If you choose on a part
of train, as you should, your number is smaller, and it is the honest one.

And which part of train? Gowalla's test holds each user's *latest* places. If you hold out a random tenth of train for
choosing, a model that reads the neighbors of a place from the same week looks better than it is. Measured in
lesson 06: settings of RP3β that a random tenth chose find NDCG@20 {random:.4f} on test, those that the last tenth chose
{last:.4f}, a difference of {gap:.4f} ± {error:.4f}; and the random tenth had promised {promised:.4f} recall@20 where test
gives {recall:.4f}. [Lesson 06]({lesson}) shows the trap.

## 3. Metric, sampling, version

* **Recall** divides by the number of test items, or by the smaller of that and k; NDCG's ideal is cut at k or not.
  Lesson 01 says which are used here.
* **Sampled metrics** rank the right item among 99 others (NCF's protocol), and cannot be compared with a ranking of all
  items; they can even order two models the wrong way round.
* **Items of train** are masked before ranking in some code and not in others.
* **Two versions by the authors themselves**: LightGCN's paper was made with another code than the PyTorch repository, and
  single rows differ ([issue 10](https://github.com/gusye1234/LightGCN-PyTorch/issues/10)).

Every number in this course says its data, its split, what was chosen on what, and the command that makes it again.
"""


def page() -> str:
    """Return the page in Markdown."""
    trap = results.load("06_gowalla_trap").values
    (gap,) = trap["RP3β of the last tenth against, NDCG@20"].values()
    return PAGE.format(
        count=len(identify.variants()), day=identify.looked_up(), variants=_list(), random=gap["other"],
        last=gap["one"], gap=gap["gap"], error=2 * gap["error"], promised=trap["random validation"],
        recall=trap["test"]["recall@20"], lesson="notebooks/06_lightgcn.ipynb",
    )  # fmt: skip


def _list() -> str:
    """Return the known variants by family: counts, split, caution, source."""
    lines = []
    for family, group in itertools.groupby(identify.variants(), key=lambda v: v["family"]):
        lines += [f"### {family}", "", *map(_item, group), ""]
    return "\n".join(lines)


def _item(v: dict) -> str:
    sizes = [f"{v[name]:,} {name}" for name in ("users", "items") if name in v]
    for part in identify.PARTS:
        for what in ("pairs", "rows"):
            if what in v.get(part, {}):
                sizes.append(f"{v[part][what]:,} {what}" + f" of {part}" * (part != "whole"))
    return f"* [{v['name']}]({v['source']}): {', '.join(sizes)}. *Split*: {v['split']}. *Know*: {v['caution']}."
