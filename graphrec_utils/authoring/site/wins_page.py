"""The page "Which one wins?": the visual, who changes places where, and what each system is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphrec_utils.authoring.site.places import address
from graphrec_utils.plots import visuals
from graphrec_utils.results import regimes

PAGE = """# Which one wins?

It depends on your data. Each slider turns one property of them, and all else stays: methods were tuned anew at every
place of every slider, with equal trials, and a line's band is its interval of 95 % over three worlds or cuts and all users
asked. Two methods that these users cannot tell apart carry ≈.

````{{raw}} html
{visual}
````

PinWorld is made by us: what people like in it knows topics and styles, and never popularity. So look at the real sets as well
(the buttons), and at whether both say the same.

## Where the winner changes

{says}

{crossings}

Between the two levels of a row nobody can be told from the other. The last column says where the winner changes when whoever is
behind is given twice the trials. How it was measured stands in
`solutions/experiments/lesson18/regimes`; the numbers are `data/results/18_regimes_*.json`.

## What each system is for

{table}

*Where it was first* is the clearest place of all that were measured, with its lead over the nearest rival as an interval of
95 %. Who cannot be told from the first is *level* with it if that interval reaches no further to each side than a tenth of the
largest mean; a wider one says *not told*. *Nowhere* means that it was first at no place of any slider; its lesson says where it
comes near.

{absent}
"""


def page(slices: Mapping[str, Mapping] | None = None) -> str:
    """Return the page in Markdown; of the stored slices, or of those that are given."""
    slices = regimes.regimes() if slices is None else slices
    uses = regimes.uses(slices).table
    head = ["system", "is", "take it when", "leave it when", "where it was first"]
    rows = [
        [_linked(name, row["lesson"]), row["what"], row["take it when"], row["leave it when"], row["where it was first"]]
        for name, row in uses.iterrows()
    ]  # fmt: skip
    return PAGE.format(
        visual=visuals.regimes(slices).html(), says=_says(slices), crossings=_crossings(slices), table=_table(head, rows), absent=_absent(slices)
    )  # fmt: skip


def _linked(name: str, lesson: str) -> str:
    """Return the name as a link to its lesson, if that is built."""
    page = address(lesson, "notebooks/")
    return f"[{name}]({page.removesuffix('.html')}.ipynb)" if page else name


def _says(slices: Mapping[str, Mapping]) -> str:
    return "\n".join(f"* *{x['knob']}*: {x['says']}" for x in slices.values() if x.get("says"))


def _crossings(slices: Mapping[str, Mapping]) -> str:
    rows = [
        [values["knob"], data, cross["from"], cross["to"], _between(cross["between"]), regimes.gap_words(cross["before"]), regimes.gap_words(cross["after"]), ", ".join(map(_between, cross["twice"]["between"])) or "nowhere"]
        for values in slices.values()
        for data, part in values["sets"].items()
        for cross in part["crossings"]
    ]  # fmt: skip
    if not rows:
        return "Nowhere among what was measured."
    return _table(
        ["property", "data", "before", "after", "between", "lead before", "lead after", "with twice the trials"],
        rows,
    )  # fmt: skip


def _between(levels: Sequence[float]) -> str:
    return "from {} to {}".format(*map(regimes.level_words, levels))


def _absent(slices: Mapping[str, Mapping]) -> str:
    """Return who could not play where, and why."""
    lines = [
        f"* {values['knob']}: {name}: {why}"
        for values in slices.values()
        for name, why in values.get("absent", {}).items()
    ]
    return "Who did not play, and why:\n\n" + "\n".join(lines) if lines else ""


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])
