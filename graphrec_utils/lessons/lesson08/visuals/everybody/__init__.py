"""How deep until you are everybody? Sparks leave three films that you love, and a stranger's list becomes yours.

The films and the people who like them lie in films.json beside this file (MovieTweetings, MIT).
"""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import scipy.sparse as sp
from matplotlib.axes import Axes

from graphrec_utils import results
from graphrec_utils.plots.visuals.base import Visual, asked

FILMS = Path(__file__).with_name("films.json")
LOVED = ("Moonrise Kingdom", "Before Sunrise", "WALL·E")
STRANGER = ("The Matrix (", "Die Hard (1988", "Terminator 2")
WAYS = ("walk", "home", "layers")
COUNTS = ("visits", "root")
DEEPEST = 20  # steps of the slider
STEPS = 10_000  # of a student's walk from each film
HOME = 0.5  # chance to go home after a step
TOP = 10
DRAWN_TO = 8
DRAWN = (
    ("walk", "visits", "visits"),
    ("walk", "root", "÷ √likes"),
    ("layers", "root", "÷ √likes, mean of depths"),
    ("home", "root", "÷ √likes, home"),
)


def everybody(
    loved: Sequence[str] = LOVED,
    stranger: Sequence[str] = STRANGER,
    depth: float = 1,
    way: str = "walk",
    count: str = "visits",
    function: Callable | None = None,
    address: bool = False,
) -> Visual:
    """Return a scene of films on a plane: where sparks are that left three of them, and the lists that follow.

    A spark goes film - person - film, each with equal chance, `depth` times. Beside your list stands that of a
    stranger with three other films, and how many of ten films both share. The reader moves the depth, taps films,
    asks for another stranger, sends the sparks home after a step with chance ½ (personalized PageRank), takes the
    mean of all depths (LightGCN), and divides by the root of a film's likes. `.live().depth` is the depth.

    Args:
        loved, stranger: three films each; words of a title are enough.
        depth: steps, 0 to 20; between two whole numbers the sparks are mixed.
        way: "walk", "home" or "layers".
        count: "visits" or "root".
        function: a student's `pixie_walk(indptr, indices, query, restart, num_steps, rng)`, exercise 08.1: 10,000 steps
            from each film. The reader sees its visits by a press of *Your walk*.
        address: whether the page's address holds what is shown, to share it.

    Raises:
        ValueError: a film is not there or not three are given, or depth, way or count is none.
    """
    if not 0 <= depth <= DEEPEST:
        raise ValueError(f"depth must lie between 0 and {DEEPEST}; got {depth}")
    for name, value, ways in (("way", way, WAYS), ("count", count, COUNTS)):
        if value not in ways:
            raise ValueError(f"{name} must be one of {', '.join(ways)}; got {value!r}")
    mine, theirs = places(loved), places(stranger)
    R, films = likes(), content()
    ask = functools.cache(lambda *films: answered(function, R, *films))
    answers, note = asked(function, lambda: ask(tuple(mine), tuple(theirs)))
    shared = results.load("08_everybody").values["shared"]
    told = shared[way][count]
    state = {
        **{key: films[key] for key in ("titles", "x", "y", "likes")},
        "loved": mine, "stranger": theirs, "depth": depth, "way": way, "count": count,
        "deepest": DEEPEST, "home": HOME, "answers": answers, "address": address,
        "shared": {w: {c: [round(row["mean"], 1) for row in rows] for c, rows in by.items()} for w, by in shared.items()},
    }  # fmt: skip

    def moved(now: dict) -> dict:
        """Ask the student's function about the films that the reader has chosen."""
        fresh, _ = asked(function, lambda: ask(tuple(now["loved"]), tuple(now["stranger"])))
        return {"answers": fresh}

    return Visual(
        Path(__file__).with_name("everybody.js"),
        state=state,
        text=f"how deep until you are everybody: {R.shape[1]} films, {R.shape[0]} people",
        alt=(
            f"How many of ten films two strangers share, by depth: {told[1]['mean']:.1f} after one step, {told[2]['mean']:.1f} after two, "
            f"{told[5]['mean']:.1f} after five; lower where the sparks go home after a step or the root of likes divides. The interactive "
            f"version shows {R.shape[1]} films as points of light, and the lists of you and of a stranger."
        ),
        draw=lambda: draw(shared),
        note=note,
        moved=function and moved,
    )


@functools.cache
def content() -> dict:
    """Return what films.json holds: titles, and packed in base64 places of films, a byte each, and likes."""
    return json.loads(FILMS.read_text("utf-8"))


@functools.cache
def likes() -> sp.csr_array:
    """Return (people, films) zeros and ones: for each person how many films, then the gaps between them."""
    numbers, value, shift = [], 0, 0
    for byte in base64.b64decode(content()["likes"]):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(value)
            value = shift = 0
    indptr, indices, at = [0], [], 0
    while at < len(numbers):
        row = np.cumsum(numbers[at + 1 : at + 1 + numbers[at]])
        indices.append(row)
        indptr.append(indptr[-1] + len(row))
        at += 1 + numbers[at]
    indices = np.concatenate(indices)
    shape = (len(indptr) - 1, len(content()["titles"]))
    return sp.csr_array((np.ones(len(indices)), indices, indptr), shape=shape)


def places(words: Sequence[str]) -> list[int]:
    """Return where three films stand; the most liked one has the words.

    Raises:
        ValueError: there are not three, or a film is not there.
    """
    if isinstance(words, str) or len(set(words)) != 3:
        raise ValueError(f"three films are asked for; got {words!r}")
    found = []
    for word in words:
        hits = [
            k for k, x in enumerate(content()["titles"]) if str(word).casefold() in x.casefold()
        ]
        if not hits:
            raise ValueError(f"no film here has {word!r} in its title")
        found.append(hits[0])  # the most liked stand first
    return found


def spread(R: sp.csr_array, start: np.ndarray, steps: int, way: str = "walk") -> np.ndarray:
    r"""Return (n, c) where the sparks are after some steps $P = D_f^{-1} R^T D_p^{-1} R$ film - person - film.

    `home`: after a step a spark begins anew with chance $\alpha$: $\sum_{k<K} \alpha (1 - \alpha)^k P^k + (1 - \alpha)^K P^K$;
    `layers`: the mean of depths 0 to K.

    Args:
        R: (m, n) people by films.
        start: (n, c) sparks at each film.
    """
    person, film = (1 / R.sum(axis=k)[:, None] for k in (1, 0))
    x, sums = start, np.zeros_like(start)
    for k in range(steps + 1):
        if k:
            x = R.T @ (person * (R @ (film * x)))
        if way == "walk":
            sums = x
        elif way == "layers":
            sums = sums + x / (steps + 1)
        else:
            sums = sums + (1 - HOME) ** k * (HOME if k < steps else 1) * x
    return sums


def tops(R: sp.csr_array, mass: np.ndarray, own: np.ndarray, count: str) -> list[list[int]]:
    """Return the ten films with most sparks, for each column of mass (n, c); where none has arrived, none is listed.

    Own films (c, 3) are left out; `root` divides by the root of a film's likes.
    """
    score = mass / np.sqrt(R.sum(axis=0))[:, None] if count == "root" else mass.copy()
    np.put_along_axis(score, own.T, 0, axis=0)
    ranked = np.argsort(-score, axis=0, kind="stable")[:TOP].T
    return [row[score[row, k] > 0].tolist() for k, row in enumerate(ranked)]


def shares(R: sp.csr_array, pairs: np.ndarray) -> dict:
    """Return {way: {count: a row for each depth}}: how many of ten films two strangers share, mean and interval.

    Args:
        pairs: (p, 2, 3) three films of each.
    """
    own = pairs.reshape(-1, 3)
    start = np.zeros((R.shape[1], len(own)))
    np.put_along_axis(start, own.T, 1 / 3, axis=0)
    found = {way: {count: [] for count in COUNTS} for way in WAYS}
    for steps in range(DEEPEST + 1):
        for way in WAYS:
            mass = spread(R, start, steps, way)
            for count in COUNTS:
                lists = [set(films) for films in tops(R, mass, own, count)]
                both = np.array([len(a & b) for a, b in zip(lists[::2], lists[1::2], strict=True)])
                around = 1.96 * both.std(ddof=1) / np.sqrt(len(both))
                mean = both.mean()
                found[way][count].append(
                    {"mean": mean, "low": mean - around, "high": mean + around}
                )
    return found


def answered(
    function: Callable, R: sp.csr_array, mine: Sequence[int], theirs: Sequence[int]
) -> dict:
    """Return the films asked for, and the visits of each film that a student's walks give, for both people.

    Raises:
        ValueError: it does not return a count for each node.
    """
    m, n = R.shape
    A = sp.csr_array(sp.block_array([[None, R], [R.T, None]]))
    A.sort_indices()
    edges = A.indptr.astype(np.int64), A.indices.astype(np.int64)
    found = []
    for side, own in enumerate((mine, theirs)):
        V = np.zeros(m + n)
        for k, film in enumerate(own):
            counts = np.asarray(function(*edges, m + film, HOME, STEPS, np.random.default_rng(3 * side + k)))  # fmt: skip
            if counts.shape != V.shape:
                raise ValueError(f"{V.shape} is asked for; it returned {counts.shape}")
            V = V + counts
        found.append(V[m:].astype(int).tolist())
    return {"films": [list(mine), list(theirs)], "visits": found}


def draw(shared: dict) -> Axes:
    """Draw how many films two strangers share by depth."""
    lines = plt.figure(figsize=(6, 3)).gca()
    for (way, count, label), dash in zip(DRAWN, ("-", "--", ":", "-."), strict=True):
        rows = shared[way][count][: DRAWN_TO + 1]
        mean, low, high = ([row[key] for row in rows] for key in ("mean", "low", "high"))
        (line,) = lines.plot(mean, dash, label=label)
        lines.fill_between(range(len(rows)), low, high, color=line.get_color(), alpha=0.15)
    lines.set(title="Two strangers share, of ten films", xlabel="depth, steps film - person - film", ylim=(0, 10))  # fmt: skip
    lines.legend(fontsize=8, loc="lower right", bbox_to_anchor=(1, 0.32))
    return lines
