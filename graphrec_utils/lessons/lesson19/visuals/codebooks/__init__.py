"""Two books of words on a plane, epoch by epoch: which words spell somebody, and which never will."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from graphrec_utils import style
from graphrec_utils.models import rqvae, semantic_ids
from graphrec_utils.plots.visuals.base import Visual, asked

SIZES, EPOCHS, RATE = (8, 4), 12, 0.4
NEAR, BESIDE = 1e-3, 0.25  # nearer is the same place; a square as drawn covers it
CLOUDS = ((-2.2, -1.4), (-1.6, 1.7), (1.5, -1.7), (2.2, 1.3))
WAYS = {(False, False): "anywhere", (False, True): "anywhere, revived", (True, False): "k-means", (True, True): "k-means, revived"}  # fmt: skip
Revive = Callable[[Tensor, Tensor, Tensor], Tensor]


def codebooks(
    kmeans: bool = False,
    revive: bool = False,
    step: int | None = None,
    chosen: int = 0,
    function: Revive | None = None,
) -> Visual:
    """Return a visual of sixty points, eight first words, and four second ones that code what is left over.

    In an epoch every word moves a part of its way to the mean of what it spells; a word that spells nothing stays. The
    reader steps through the epochs and switches a k-means start and revival. `.live().step`, `.kmeans`, `.revive` and
    `.chosen` are what is shown.

    Args:
        kmeans: words start as centers of k-means; else where chance puts them.
        revive: words that spell nothing are replaced before each epoch.
        step: the epoch, 0 to 12; by default the last, or with `revive` the first, before anybody is revived.
        chosen: the first word whose field, where it is the nearest, and second words are drawn, 0 to 7.
        function: a student's `revive(rest, words, order)`, exercise 19.3: it revives. What the library does otherwise is
            told, and its curve is drawn too.

    Raises:
        ValueError: there is no such epoch or word.
    """
    step = (0 if revive else EPOCHS) if step is None else step
    if not 0 <= step <= EPOCHS:
        raise ValueError(f"step must be 0 to {EPOCHS}; got {step}")
    if not 0 <= chosen < SIZES[0]:
        raise ValueError(f"chosen must be a first word, 0 to {SIZES[0] - 1}; got {chosen}")
    mine, note = asked(function, lambda: {key: film(*key, function) for key in WAYS if key[1]})
    library = {key: film(*key, None) for key in WAYS}
    films = library | (mine or {})
    for key in mine or {}:
        for frame, ours in zip(films[key], library[key], strict=True):
            frame |= {"ours": ours["left"]} if ours["left"] != frame["left"] else {}
    alive = {WAYS[key]: frames[-1]["alive"] for key, frames in films.items()}
    last = "; ".join(f"{way}: {a} of {SIZES[0]} and {b} of {SIZES[1]}" for way, (a, b) in alive.items())  # fmt: skip
    return Visual(
        Path(__file__).with_name("codebooks.js"),
        state={
            "points": points().double().numpy().round(2).tolist(), "films": {WAYS[k]: _moving(frames) if any(k) else _stored(frames) for k, frames in films.items()},
            "kmeans": kmeans, "revive": revive, "step": step, "chosen": chosen,
            "yours": mine is not None, "failed": function is not None and mine is None,
        },
        text=f"two books of words on a plane, {EPOCHS} epochs, {len(WAYS)} ways",
        alt=(
            f"Three planes, each with {len(points())} points in four clouds and {SIZES[0]} squares, the first words, after {EPOCHS} epochs; words "
            f"that spell nothing are hollow. Words alive, of the first and of the second book: {last}."
        ),
        draw=lambda: draw(films),
        note=note,
    )  # fmt: skip


def _stored(frames: list[dict]) -> list[dict]:
    return [{x: f[x] for x in f if x != "alive"} for f in frames]


def _moving(frames: list[dict]) -> list[dict]:
    """Return the frames as they are stored, up to the last that differs from the one before."""
    stored = _stored(frames)
    while len(stored) > 1 and stored[-1] == stored[-2]:
        stored.pop()
    return stored


@lru_cache(maxsize=1)
def points() -> Tensor:
    """Return (60, 2) points of four clouds."""
    rng = np.random.default_rng(3)
    drawn = [rng.normal(center, 0.5, (15, 2)) for center in CLOUDS]
    return torch.tensor(np.concatenate(drawn)).float()


def begin(kmeans: bool) -> list[Tensor]:
    """Return the words of both books before the first epoch."""
    if kmeans:
        made = semantic_ids.residual_kmeans(points().numpy().astype(float), SIZES, seed=0)
        return [torch.from_numpy(np.asarray(book)).float() for book in made]
    rng = np.random.default_rng(1)
    far = rng.normal((3.4, 2.6), 1.0, (SIZES[0], 2))  # where chance has put them: all on one side
    return [torch.tensor(far).float(), torch.tensor(rng.normal(0, 1.2, (SIZES[1], 2))).float()]


def film(kmeans: bool, revived: bool, function: Revive | None) -> list[dict]:
    """Return the frames of all epochs: words, how many are alive, what each spells, and what is left over.

    A frame says too what revival has done to each book, if anything.

    Raises:
        ValueError: the function does not return as many words as it was given.
    """
    books, rng, frames = begin(kmeans), np.random.default_rng(0), []
    for epoch in range(EPOCHS + 1):
        calls = []
        if revived and epoch:
            rest = points()
            for level, book in enumerate(books):
                order = torch.from_numpy(rng.permutation(len(rest)))
                books[level] = _revived(function, rest, book, order)
                calls.append(
                    record(rest, book, books[level], _revived(None, rest, book, order), order)
                )
                rest = rest - books[level][rqvae.nearest(rest, books[level])]
        spelled = rqvae.spell(points(), books)
        used = [torch.bincount(spelled.codes[:, k], minlength=size) for k, size in enumerate(SIZES)]
        over = spelled.rest - spelled.words  # of the first book, and of both
        frames.append({
            "words": [book.double().numpy().round(2).tolist() for book in books], "used": [x.tolist() for x in used],
            "alive": [int((x > 0).sum()) for x in used], "codes": "".join(map(str, spelled.codes[:, 0].tolist())),
            "left": [round(float(over[:, k].square().sum(dim=1).mean()), 2) for k in range(len(SIZES))],
        } | ({"calls": calls} if any(calls) else {}))  # fmt: skip
        for level, book in enumerate(books):  # the gradient of the square moves a word to its mean
            total = torch.zeros_like(book).index_add_(0, spelled.codes[:, level], spelled.rest[:, level])  # fmt: skip
            there = used[level] > 0
            mean = total[there] / used[level][there, None]
            books[level] = book.clone()
            books[level][there] += RATE * (mean - book[there])
    return frames


def record(rest: Tensor, words: Tensor, made: Tensor, ours: Tensor, order: Tensor) -> dict[str, list]:  # fmt: skip
    """Return what became of a level's words in one call that made `made` of them, where the library makes `ours`.

    Each word that was dead when the function was called, or has moved, is in one list. Alive and moved: living. Dead:
    stayed, or pile if all dead stayed in one place; right, where the library puts it; one or heap, if all that moved
    are on one residual or in another place; first, if all are on the first residuals, as nobody ordered them; taken, on
    a living word; emptied, where one was that has moved; buried, where a dead one lay; order, on a residual on which the
    library puts another; other, on one more; apart, if there are both; by, beside a living word; beside, beside a
    residual; nowhere. If a living word has moved and all words together are the library's, there is "renumbered" alone
    for those, living ones too, that are not the library's of their number. If those that moved are not just the dead, and
    took the first residuals of `order` by their numbers, "turn" has all of them, and no dead one of them is in another
    list. "lives" has those of one or heap that live. "took" has, for the first word of order or
    other, its number, the place in `order` of the residual it took, and of the one the library gives it.
    "from" has the dead that moved, and where they lay, "stood" the living that moved, and where they were, "due" where
    the library puts those of the dead that are not there, "died" those that lived before it, "rare" the most that one
    of the living spelled if that is less than its share.
    """
    dead, every = _dead(rest, words), range(len(words))

    def away(k: int, places: Tensor) -> float:
        return min((places - made[k]).abs().amax(dim=1).tolist(), default=math.inf)

    moved = torch.tensor([away(k, words[k : k + 1]) >= NEAR for k in every])
    there = {k for k in every if away(k, ours[k : k + 1]) < NEAR}
    put = [k for k in every if dead[k] and moved[k]]
    some = put or [k for k in every if dead[k]]
    close, same = ((x[:, None] - ours).abs().amax(dim=2) < NEAR for x in (made, ours))
    stood = [k for k in every if moved[k] and not dead[k]]
    renumbered = bool(stood) and bool((close.sum(dim=0) == same.sum(dim=0)).all())
    those = [k for k in every if dead[k]]
    unordered = len(put) == len(those) and all(away(k, rest[i : i + 1]) < NEAR for i, k in enumerate(those))  # fmt: skip
    alike = len(some) > max(1, len(there & set(put))) and all(
        away(k, made[some[:1]]) < NEAR for k in some
    )

    changed, firsts = [k for k in every if moved[k]], order.tolist()
    turn = changed != those and (stood or not there >= set(put)) and not renumbered and len(changed) <= len(firsts) and all(
        away(k, rest[i : i + 1]) < NEAR for k, i in zip(changed, firsts, strict=False)
    )  # fmt: skip

    def kind(k: int) -> str:
        if not dead[k]:
            return "living"
        if not moved[k]:
            return "pile" if alike and not put else "stayed"
        if turn:
            return "turn"
        word, point = away(k, words[~dead & ~moved]), away(k, rest)
        if renumbered:
            return "right" if k in there else "renumbered"
        if unordered and not there >= set(those):
            return "first"
        if alike:
            return "one" if point < NEAR else "heap"
        at = {"right": k in there, "taken": word < NEAR, "emptied": away(k, words[stood]) < NEAR, "buried": away(k, words[dead]) < NEAR, "order": away(k, ours[dead]) < NEAR, "other": point < NEAR, "nowhere": min(word, point) > BESIDE, "by": word < point}  # fmt: skip
        return next((name for name, true in at.items() if true), "beside")

    call: dict[str, list] = {}
    for k in (k for k in every if dead[k] or moved[k]):
        call.setdefault(kind(k), []).append(k)
    if renumbered:
        call["renumbered"] = [k for k in every if k not in there]
    if turn:
        call["turn"] = changed
    misput = sorted(call.get("order", []) + call.get("other", []))
    if "order" in call and "other" in call:
        del call["order"], call["other"]
        call["apart"] = misput
    taken = [int(((rest[order] - made[k]).abs().amax(dim=1) < NEAR).nonzero()[0]) for k in misput[:1]]  # fmt: skip

    def spots(places: Tensor, these: Iterable[int]) -> list[list[float]]:
        return [[k, *places[k].double().numpy().round(2).tolist()] for k in these]

    most = max(torch.bincount(rqvae.nearest(rest, words), minlength=len(words))[stood].tolist(), default=0)  # fmt: skip
    after = _dead(rest, made)
    lists = {
        "from": spots(words, put), "stood": spots(words, stood),
        "due": spots(ours, (k for k in every if dead[k] and k not in there)),
        "lives": [k for k in [*call.get("one", []), *call.get("heap", [])] if not after[k]],
        "died": (~dead & after).nonzero()[:, 0].tolist(), "rare": [most] if 0 < most < len(rest) / len(words) else [],
        "took": [x for k, i in zip(misput, taken, strict=False) for x in (k, i, those.index(k))],
    }  # fmt: skip
    return call | {name: x for name, x in lists.items() if x}


def _dead(rest: Tensor, words: Tensor) -> Tensor:
    return torch.bincount(rqvae.nearest(rest, words), minlength=len(words)) == 0


def _revived(function: Revive | None, rest: Tensor, words: Tensor, order: Tensor) -> Tensor:
    if function is None:
        dead, out = _dead(rest, words), words.clone()
        out[dead] = rest[order[: int(dead.sum())]]
        return out
    made, asked_for = function(rest.clone(), words.clone(), order.clone()), tuple(words.shape)
    if not isinstance(made, Tensor | np.ndarray):
        got = None if made is None else type(made).__name__
    elif tuple(made.shape) != asked_for:
        got = tuple(made.shape)
    elif not (made := torch.as_tensor(made).float()).isfinite().all():
        got = "numbers that are not finite"
    else:
        return made
    raise ValueError(f"words of shape {asked_for} are asked for; it returned {got}")


def draw(films: dict[tuple[bool, bool], list[dict]]) -> tuple[Axes, ...]:
    """Draw three of the ways after the last epoch."""
    shown = [key for key in WAYS if not all(key)]  # with both switches as with k-means alone
    figure = plt.figure(figsize=(7.8, 3), layout="constrained")
    axes = figure.subplots(1, len(shown), sharex=True, sharey=True)
    for ax, key in zip(axes, shown, strict=True):
        frame = films[key][-1]
        ax.plot(*points().numpy().T, ".", color=style.CONTEXT, markersize=4)
        for (x, y), used in zip(frame["words"][0], frame["used"][0], strict=True):
            face = style.ITEM if used else "none"
            ax.plot(x, y, "s", color=style.ITEM, markerfacecolor=face, markersize=7)
        ax.set_title(f"{WAYS[key]}\nalive {frame['alive'][0]} of {SIZES[0]}, left over {frame['left'][0]:.2f}", fontsize=9)  # fmt: skip
        ax.set(xticks=[], yticks=[], aspect="equal")
        ax.margins(0.1)
        ax.spines[:].set(visible=True, color=style.CONTEXT)
    return tuple(axes)
