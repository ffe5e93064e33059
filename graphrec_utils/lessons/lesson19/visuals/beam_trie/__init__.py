"""A beam search in a trie of nine films, code by code: which beginnings go on, and which item is lost with one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from torch import Tensor

from graphrec_utils import style
from graphrec_utils.models.trie import Trie, search
from graphrec_utils.plots.visuals.base import Visual, asked

FILMS = ("Alien", "Brazil", "Cube", "Drive", "Fargo", "Gattaca", "Heat", "Ikiru", "Jaws")
CODES = (
    (0, 0, 0),
    (0, 0, 2),
    (0, 1, 1),
    (0, 2, 0),
    (1, 0, 1),
    (1, 0, 2),
    (1, 2, 2),
    (2, 1, 0),
    (2, 2, 1),
)
WORDS, LEVELS, WIDEST = 3, 3, 6
# what a speller says of the next code after each beginning: the best first code begins no good film
FIRST = (0.45, 0.35, 0.2)
SECOND = ((0.4, 0.35, 0.25), (0.8, 0.15, 0.05), (0.1, 0.3, 0.6))
THIRD = (
    (0.3, 0.5, 0.2), (0.35, 0.4, 0.25), (0.45, 0.35, 0.2), (0.05, 0.75, 0.2), (0.4, 0.3, 0.3), (0.3, 0.3, 0.4),
    (0.4, 0.3, 0.3), (0.5, 0.25, 0.25), (0.1, 0.7, 0.2),
)  # fmt: skip
Beam = Callable[[Tensor, Tensor, Tensor, int], tuple[Tensor, Tensor, Tensor]]


def beam_trie(
    width: int = 1, trie: bool = True, step: int = 0, function: Beam | None = None
) -> Visual:
    """Return a visual of a beam that spells one of nine films in three codes.

    The reader lets the beam spell code by code, sets its width, and takes the trie away: then beginnings go on that
    no film has. `.live().step`, `.width` and `.trie` are what is shown.

    Args:
        width: beginnings that are kept, 1 to 6.
        trie: only what begins a film is allowed.
        step: codes that are spelled, 0 to 3.
        function: a student's `step(log_p, following, allowed, width)`, exercise 19.6: it decides what goes on.

    Raises:
        ValueError: width or step is out of its range.
    """
    if not 1 <= width <= WIDEST:
        raise ValueError(f"width must be 1 to {WIDEST}; got {width}")
    if not 0 <= step <= LEVELS:
        raise ValueError(f"step must be 0 to {LEVELS}; got {step}")
    mine, note = asked(function, lambda: searches(function))
    found = searches(library) if mine is None else mine
    best = exact()
    lost = [w for w in range(1, WIDEST + 1) if not found[f"{w} with"][-1]["kept"] or found[f"{w} with"][-1]["kept"][0][0] != best]  # fmt: skip
    return Visual(
        Path(__file__).with_name("beam_trie.js"),
        state={
            "films": dict(zip(map(_word, CODES), FILMS, strict=True)), "words": WORDS, "found": found, "best": best,
            "width": width, "trie": trie, "step": step, "yours": mine is not None,
        },
        text=f"a beam in a trie of {len(FILMS)} films, {LEVELS} codes, {WIDEST} widths",
        alt=(
            f"Three trees from left to right, the trie of {len(FILMS)} films spelled in {LEVELS} codes, with beams of 1, 2 and {WIDEST}: kept beginnings "
            f"are thick, dropped ones gray. The likeliest film is {FILMS[list(map(_word, CODES)).index(best)]}; beams that do not find it first: "
            f"{', '.join(map(str, lost)) or 'none'}."
        ),
        draw=lambda: draw(found),
        note=note,
    )  # fmt: skip


def _word(codes) -> str:
    return "".join(map(str, codes))


def following(prefix: str) -> Tensor:
    """Return (3,) log p of the code that comes after a prefix."""
    if not prefix:
        return torch.tensor(FIRST).log()
    if len(prefix) == 1:
        return torch.tensor(SECOND[int(prefix)]).log()
    return torch.tensor(THIRD[int(prefix, WORDS)]).log()


def exact() -> str:
    """Return the spelling of the likeliest film, found by the library with a beam as wide as the catalog."""

    def ask(prefix: Tensor) -> Tensor:
        return torch.stack([following(_word(row)) for row in prefix[0].tolist()])[None]

    trie = Trie(torch.tensor(CODES), (WORDS,) * LEVELS)
    return _word(CODES[int(search(ask, trie, len(CODES))[0][0, 0])])


def library(log_p: Tensor, next_: Tensor, allowed: Tensor, width: int):
    """Return what `trie.search` does at a level."""
    total = (log_p[:, None] + next_).masked_fill(~allowed, -torch.inf).flatten()
    count = min(width, int(allowed.sum()))
    best = total.argsort(descending=True, stable=True)[:count]
    return total[best], best // WORDS, best % WORDS


def searches(function: Beam) -> dict[str, list[dict]]:
    """Return "WIDTH with" or "WIDTH without" the trie -> the levels: what is kept and what is dropped, with its chance.

    Raises:
        ValueError: the function does not return three vectors of one length, or a place that is none.
    """
    begins = {_word(word[:k]) for word in CODES for k in range(LEVELS + 1)}
    found: dict[str, list[dict]] = {}
    for width in range(1, WIDEST + 1):
        for trie in (True, False):
            prefixes, log_p, levels = [""], torch.zeros(1), []
            for _ in range(LEVELS):
                next_ = torch.stack([following(p) for p in prefixes])
                allowed = torch.tensor([[not trie or f"{p}{c}" in begins for c in range(WORDS)] for p in prefixes])  # fmt: skip
                all_p = (log_p[:, None] + next_).exp()
                candidates = {
                    f"{p}{c}": float(all_p[k, c])
                    for k, p in enumerate(prefixes)
                    for c in range(WORDS)
                    if allowed[k, c]
                }
                log_p, parent, code = _checked(function(log_p.clone(), next_.clone(), allowed.clone(), width), len(prefixes))  # fmt: skip
                prefixes = [f"{prefixes[a]}{c}" for a, c in zip(parent, code, strict=True)]
                kept = [[p, round(float(x), 3)] for p, x in zip(prefixes, log_p.exp(), strict=True)]
                dropped = [[p, round(x, 3)] for p, x in candidates.items() if p not in prefixes]
                levels.append({"kept": kept, "dropped": dropped})
            found[f"{width} {'with' if trie else 'without'}"] = levels
    return found


def _checked(answer, rows: int) -> tuple[Tensor, list[int], list[int]]:
    log_p, parent, code = (torch.as_tensor(x) for x in answer)
    if not (
        log_p.ndim == parent.ndim == code.ndim == 1 and 1 <= len(log_p) == len(parent) == len(code)
    ):
        raise ValueError("three vectors of one length are asked for, not empty")
    if bool(((parent < 0) | (parent >= rows) | (code < 0) | (code >= WORDS)).any()):
        raise ValueError("a prefix or a code is none of those that were given")
    return log_p.float(), parent.tolist(), code.tolist()


def place(prefix: str) -> float:
    """Return the middle of a prefix's leaves, 0 to 26 from top to bottom."""
    leaves = WORDS ** (LEVELS - len(prefix))
    return (int(prefix, WORDS) if prefix else 0) * leaves + (leaves - 1) / 2


def draw(found: dict[str, list[dict]]) -> tuple[Axes, ...]:
    """Draw what beams of 1, 2 and 6 keep in the trie."""
    widths = (1, 2, WIDEST)
    figure = plt.figure(figsize=(8.6, 3.8), layout="constrained")
    axes = figure.subplots(1, len(widths), sharey=True)
    for ax, width in zip(axes, widths, strict=True):
        levels = found[f"{width} with"]
        kept = {p for level in levels for p, _ in level["kept"]}
        for word, film in zip(map(_word, CODES), FILMS, strict=True):
            for k in range(1, LEVELS + 1):
                a, b = word[: k - 1], word[:k]
                on = b in kept
                ax.plot([k - 1, k], [place(a), place(b)], color=style.ITEM if on else style.CONTEXT,
                        linewidth=2.6 if on else 0.8, zorder=2 if on else 1)  # fmt: skip
            chance = dict(map(tuple, levels[-1]["kept"])).get(word)
            told = film if chance is None else f"{film} {chance:.3f}"
            ax.annotate(told, (LEVELS, place(word)), (5, -3), textcoords="offset points", fontsize=9,
                        color=style.INK, fontweight="bold" if chance is not None else "normal")  # fmt: skip
        ax.set_title(f"a beam of {width}", loc="left")
        ax.set(xlim=(-0.2, LEVELS + 1.9), xticks=[], yticks=[])
        ax.invert_yaxis() if ax is axes[0] else None
        ax.spines[:].set_visible(False)
    return tuple(axes)
