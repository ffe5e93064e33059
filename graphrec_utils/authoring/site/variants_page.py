"""The page "Why do I not get the paper's number?": the variants that go by one name, and who saw the test."""

from __future__ import annotations

import itertools
from pathlib import Path

from graphrec_utils import results
from graphrec_utils.authoring.site import gowalla_figure
from graphrec_utils.datasets import identify
from graphrec_utils.metrics.compare import Comparison

ORDER = ("RP3β, last places first", "near visits", "both")
PAGE = """# Why do I not get the paper's number?

The most asked question about recommender code has four usual answers. Look at them before you look for a bug.

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
of train, as you should, your number may be smaller, and it is the honest one.

And which part of train? Gowalla's test holds each user's *latest* places. If you hold out a random tenth of train for
choosing, a model that reads the neighbors of a place from the same week looks better than it is. Measured in
lesson 06: settings of RP3β that a random tenth chose find NDCG@20 {random:.4f} on test, those that the last tenth chose
{last:.4f}, a difference of {gap}; and the random tenth had promised {promised:.4f} recall@20 where test
gives {recall:.4f}. [Lesson 06]({lesson}) shows the trap.

How much is it in all? Four models, {settings} settings each, the same ones for every part that may choose. The table has recall@20 on test of
what was chosen, of the same {users:,} users ({choice_command}):

{choices}

Choosing on test gains nothing where both parts choose the same setting, as of GF-CF and near visits. RP3β gains, and of iALS
one cannot tell. RP3β's gain is that of twelve settings: the one of the table below is not among them, and one random draw of three
chose better than the last tenth: with so few settings luck decides, too. (Before measuring we claimed that a random tenth loses more than
test gains. On average of the four it loses {lost:.4f}; test gains {gained:.4f}, by construction never less than 0, and most of it is RP3β's. The claim
does not hold.) What differs most is the number that a part itself promises: the best GF-CF of each part has {last_promise:.3f} on the last
tenth of train, {random_promise:.3f} on a random tenth, and {on_test:.3f} on test. Compare numbers of one part only.

## 3. The other one reads more than you do

The published files of Gowalla keep an order in every user's list, and test is what comes after it. Nearly all models
that are compared on this split forget it. Below nothing was trained but LightGCN. GF-CF and the walks were chosen on
the last tenth of train, with {trials} trials each and {trials} more for the weight of the sum (the 1,024 dimensions of the low-pass
beside RP3β were set, not chosen); LightGCN earlier, on a random tenth (lesson 06). Test chose nothing:

{frontier}

![{alt}]({picture})

*Every method of the course on this split: recall@20 on test against CPU seconds, on a logarithmic scale. A line is one
training, or one model at several sizes. Matrix factorization and graph networks have the seconds of training; the others those of
preparing and ranking together, and popularity, which has nothing to prepare, shows what ranking takes. A star: reads the order of
the lists.*

*Near visits* is one step on a graph of places: an edge counts how near in the lists of all users two places stand.
*Last places first* is the walk u – place – user – place that begins at a user's last places. Alone, the first gains
little, and the second loses recall for NDCG; their sum is ahead of the walk without order by
{lead} NDCG@20. It stands a little above the best numbers that we know of for this
split ([BSPM](https://arxiv.org/abs/2211.09324), settings chosen on test); against a printed number there is no interval.

Validation had promised more: {promised_both:.4f} recall@20 for the sum, {promised_walk:.4f} for the walk that begins at the last
places, which on test has a smaller recall than the one without order. The last tenth of a list reaches less
than half as far ahead as test, its last fifth, and what was visited last says most about what comes next. So ask of a number
not only which data it is on: ask what of them the model was allowed to read, and how far ahead it had to look.

`{command}` measures the walks again; GF-CF, LightGCN and BSPM come from lessons 04 and 06 and from the paper.

## 4. Metric, sampling, version

* **Recall** divides by the number of test items, or by the smaller of that and k; NDCG's ideal is cut at k or not.
  Lesson 01 says which are used here.
* **Sampled metrics** rank the right item among 99 others (NCF's protocol), and cannot be compared with a ranking of all
  items; they can even order two models the wrong way round.
* **Items of train** are masked before ranking in some code and not in others.
* **Two versions by the authors themselves**: LightGCN's paper was made with another code than the PyTorch repository, and
  single rows differ ([issue 10](https://github.com/gusye1234/LightGCN-PyTorch/issues/10)).

Every number in this course says its data, its split, what was chosen on what, and the command that makes it again.
"""


def write(folder: Path) -> None:
    """Write the page and its picture into a folder."""
    (folder / "numbers.md").write_text(page(), "utf-8")
    gowalla_figure.write(folder)


def page() -> str:
    """Return the page in Markdown."""
    trap = results.load("06_gowalla_trap").values
    (gap,) = trap["RP3β of the last tenth against, NDCG@20"].values()
    return PAGE.format(
        count=len(identify.variants()), day=identify.looked_up(), variants=_list(), random=gap["other"],
        last=gap["one"], gap=Comparison.stored(gap).gain(), promised=trap["random validation"],
        recall=trap["test"]["recall@20"], lesson="notebooks/06_lightgcn.ipynb", **_frontier(),
        **_choices(), picture=gowalla_figure.FILE, alt=gowalla_figure.told(),
    )  # fmt: skip


def _choices() -> dict:
    """Return the table of what each part of Gowalla chose, and what is said of it."""
    stored = results.load("06_gowalla_choice")
    lines = [
        "| model | the last tenth chose | a random tenth, three draws | test chose | gain of choosing on test |",
        "|---|---|---|---|---|",
    ]
    for name, row in stored.values["models"].items():
        found, gain = row["test of what was chosen"], row["test over last"]
        drawn = [x for part, x in found.items() if part.startswith("random")]
        lines.append(
            f"| {name} | {found['last']:.4f} | {', '.join(f'{x:.4f}' for x in drawn)} | {found['test']:.4f} | "
            + (f"{Comparison.stored(gain).gain()} |" if gain["error"] else "same setting |")
        )
    low = stored.values["models"]["GF-CF"]
    best = {
        part: max(x[part] for x in low["settings"]) for part in low["settings"][0] if " " in part
    }
    last = max(x["last"] for x in low["settings"])
    rows = stored.values["models"].values()
    lost, gained = (
        sum(row[key]["gap"] for row in rows) / len(rows)
        for key in ("last over random", "test over last")
    )
    return {
        "lost": lost, "gained": gained,
        "choices": "\n".join(lines), "settings": stored.values["trials per model"],
        "users": stored.values["users"], "choice_command": f"`{stored.command}`", "last_promise": last,
        "random_promise": sum(best.values()) / len(best), "on_test": low["test of what was chosen"]["last"],
    }  # fmt: skip


def _frontier() -> dict:
    """Return the table of Gowalla with and without the order of its lists, and what order is worth."""
    stored = results.load("06_gowalla_frontier")
    found, before = stored.values, results.load("04_gfcf_gowalla").values
    curves = results.load("06_gowalla_curves").values
    recipe = curves["curves"][curves["chosen"]]["points"][-1]
    plain = {
        "GF-CF": before["test"]["GF-CF"] | {"cpu": before["CPU seconds with ranking"]["GF-CF"]},
        curves["chosen"]: recipe | {"cpu": recipe["cpu seconds"]},
    }
    mine = {
        name: x | {"cpu": found["CPU seconds with ranking"][name]}
        for name, x in found["test"].items()
    }
    lines = [
        f"| {name} | {'yes' if name in ORDER else 'no'} | {x['recall@20']:.4f} | {x['ndcg@20']:.4f} | {x['cpu']:.0f} |"
        for name, x in sorted((plain | mine).items(), key=lambda pair: pair[1]["recall@20"])
    ]
    published = [
        f"| {name} | no | {x['recall@20']:.4f} | {x['ndcg@20']:.4f} | |"
        for name, x in found["published"].items()
    ]
    head = [
        "| model | reads the order | recall@20 | NDCG@20 | CPU seconds |",
        "|---|---|---|---|---|",
    ]
    gap, best = found["both against, NDCG@20"]["RP3β"], {}
    for name, rows in found["trials"].items():
        chosen = found["chosen"][name].items()
        best[name] = next(row["recall@20"] for row in rows if chosen <= row.items())
    return {
        "frontier": "\n".join(head + lines + published), "trials": len(found["trials"]["both"]),
        "lead": Comparison.stored(gap).gain(), "command": stored.command,
        "promised_both": best["both"], "promised_walk": best["RP3β, last places first"],
    }  # fmt: skip


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
