"""What would it recommend to you? Five films of yours, and the lists of every method met so far.

    my_films("04")                              with the five that you keep, or five of ours
    my_films("04", "matrix", "toy story", …)    words of a title are enough; what you choose is kept

A lesson's method is a row of `methods.TABLE` with `films`. You are the last user of these likes, with your five films.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import html
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from graphrec_utils import datasets, markup, methods
from graphrec_utils.data import Interactions
from graphrec_utils.datasets.load import STAND_IN
from graphrec_utils.exercises import buttons, memory
from graphrec_utils.fitted import likes as fitted
from graphrec_utils.models import fusion
from graphrec_utils.style import ITEM, POSITIVE, USER

CARD = Path(__file__).with_name("films.html")
DEFAULT = ("Spirited Away", "My Neighbor Totoro", "Iron Giant", "Amelie", "WALL E")  # a taste
KEPT, SHOWN, FANS = 5, 6, 6
FUSED = "18"  # the lesson that makes one list of all
MET: tuple[tuple[str, str, Callable], ...] = tuple(
    (m.lesson, name, getattr(fitted, m.films)) for name, m in methods.with_("films").items()
)
# They train for seconds each: after lesson QUICK they are shown in their own lesson only.
SLOW, QUICK = {name for name, m in methods.with_("films").items() if m.slow}, "10"


def met(lesson: str) -> dict[str, Callable]:
    """Return the methods that a lesson shows: name -> function of the likes."""
    return {
        name: fit
        for number, name, fit in MET
        if number <= lesson and (number == lesson or lesson <= QUICK or name not in SLOW)
    }


@functools.cache
def catalog() -> Interactions:
    """Return likes with titles: MovieLens, ratings of 4 and more, films with ten likes; else PinWorld."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        ratings = datasets.load("ml-latest-small", fallback=True)
    if STAND_IN in told.getvalue():
        print(told.getvalue(), end="")
        return ratings.core(5, 10)
    return ratings.at_least(4).core(5, 10)


def search(words: str) -> list[int]:
    """Return the items whose title has all these words, the most liked first."""
    wanted, likes = _words(words), catalog().degrees()[1]
    found = [i for i, title in enumerate(_titles()) if wanted and wanted <= title]
    return sorted(found, key=lambda i: -likes[i])


def _words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", str(text).lower())
    return frozenset(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c))))


@functools.cache
def _titles() -> list[frozenset[str]]:
    return [_words(title) for title in catalog().item_labels]


def my_films(lesson: str, *titles: str) -> Films | str:
    """Show what the methods of lessons up to `lesson` recommend to somebody with your five films.

    Args:
        lesson: "04": later methods are left out.
        titles: up to five titles, or words of them; without, those of before.

    Never raises: where no title has the words, it says which are near.
    """
    mine = []
    for words in titles[:KEPT]:
        if not (found := search(words)):
            return f"no film has the words {words!r} in its title; {_near(words)}"
        mine.append(found[0])
    with memory.changing() as content:
        if titles:
            content["films"] = [str(catalog().item_labels[i]) for i in mine]
        kept = [found[0] for words in content["films"] if (found := search(words))]
    return Films(lesson, list(dict.fromkeys(mine or kept or _ours())))


def _ours() -> list[int]:
    """Return the five that stand in for yours."""
    found = [hits[0] for words in DEFAULT if (hits := search(words))]
    popular = np.argsort(-catalog().degrees()[1], kind="stable")
    spread = np.linspace(0, min(60, len(popular) - 1), KEPT).astype(int)
    return found if len(found) == KEPT else popular[spread].tolist()


def _near(words: str) -> str:
    names = [str(title) for title in catalog().item_labels]
    near = difflib.get_close_matches(str(words), names, n=3, cutoff=0.3)
    return "near are " + ", ".join(near) if near else "nothing is near"


@dataclass(frozen=True)
class Path:
    """The strongest way of three steps from your films to another one: you, a film, its fan, that film."""

    item: int
    through: int  # the film of yours that weighs most
    fans: list[int]
    common: int


@functools.lru_cache(maxsize=256)
def _shown(fit: Callable, mine: tuple[int, ...]) -> tuple[int, ...]:
    """Return what a method shows to somebody with these films; trained once in a notebook."""
    likes = with_user(catalog(), list(mine))
    model = fit(likes)  # with gradients
    with torch.no_grad():
        scores = np.array(model.scores(np.array([likes.num_users - 1]))[0], dtype=float)
    scores[list(mine)] = -np.inf
    return tuple(np.argsort(-scores, kind="stable")[:SHOWN].tolist())


class Films:
    """Lists side by side, and a way in the graph from your films to the first of each list."""

    def __init__(self, lesson: str, mine: list[int]):
        self.lesson, self.mine = lesson, mine
        self.likes = with_user(catalog(), mine)
        shown = tqdm(met(lesson).items(), unit="method", leave=False)
        self.lists = {name: list(_shown(fit, tuple(mine))) for name, fit in shown}
        if lesson >= FUSED:
            each = np.array(list(self.lists.values()))[:, None]
            scores = fusion.reciprocal_ranks(each, self.likes.num_items)[0]
            self.lists["all, fused"] = np.argsort(-scores, kind="stable")[:SHOWN].tolist()

    def title(self, item: int) -> str:
        """Return a film's title, without alternative ones."""
        name = re.sub(r" \([^()]*[^()\d][^()]*\)", "", str(self.likes.item_labels[item]))
        return re.sub(r"^(.*), (The|A|An)\b", r"\2 \1", name)

    def path(self, item: int) -> Path | None:
        """Return the strongest way to an item, by the weight 1 / (d_film d_fan); None if there is none."""
        R = self.likes.csr()[:-1].astype(bool).tocsc()
        fans = {j: np.intersect1d(R[:, [j]].indices, R[:, [item]].indices) for j in self.mine}
        degree = np.asarray(R.sum(axis=1)).ravel()
        weight = {j: (1 / degree[fans[j]]).sum() / R[:, [j]].nnz for j in self.mine}
        best = max(self.mine, key=weight.get)
        if not weight[best]:
            return None
        closest = sorted(fans[best].tolist(), key=lambda u: degree[u])[:FANS]
        return Path(item, best, closest, len(fans[best]))

    def because(self, name: str) -> str:
        """Say what leads to the first film of a method's list."""
        first = self.lists[name][0]
        if (path := self.path(first)) is None:
            return f"{self.title(first)}: nobody who likes one of yours likes it"
        return (
            f"{self.title(first)}, because of {self.title(path.through)}: "
            f"{path.common} who like the one like the other"
        )

    def __repr__(self) -> str:
        lines = ["Your films: " + "; ".join(map(self.title, self.mine))]
        lines += [f"{k}: " + "; ".join(map(self.title, v)) for k, v in self.lists.items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        pictures = [(name, self.because(name), self._picture(name)) for name in self.lists]
        return markup.render(
            CARD, films=self, rows=range(SHOWN), pictures=pictures[::-1],
            colors={"user": USER, "item": ITEM, "way": POSITIVE},
        )  # fmt: skip

    def _picture(self, name: str) -> dict | None:
        """Return places and edges of the way to a list's first film."""
        if (path := self.path(self.lists[name][0])) is None:
            return None
        R = self.likes.csr()
        step, gap = 240 / len(self.mine), 240 / len(path.fans)
        films = {j: step * (k + 0.5) for k, j in enumerate(self.mine)}
        fans = {u: gap * (k + 0.5) for k, u in enumerate(path.fans)}
        edges = [(films[j], fans[u], j == path.through) for j in films for u in fans if R[u, j]]
        return {"films": films, "fans": fans, "edges": sorted(edges, key=lambda e: e[2])}

    def _ipython_display_(self) -> None:
        if not buttons.offered():
            raise NotImplementedError  # then the card alone is shown
        import ipywidgets as widgets
        from IPython.display import HTML, display

        handle = display(HTML(self._repr_html_()), display_id=True)
        names = tuple(map(str, catalog().item_labels))
        boxes = [
            widgets.Combobox(
                value=names[i], options=names, continuous_update=False, description=f"film {k}",
                layout={"width": "28em", "max_width": "100%"},
            )
            for k, i in enumerate(self.mine, start=1)
        ]  # fmt: skip
        said, send = widgets.HTML(), widgets.Button(description="Show the lists")

        def press(_) -> None:
            said.value = "a moment …"
            answer = my_films(self.lesson, *(box.value for box in boxes if box.value.strip()))
            said.value = "" if isinstance(answer, Films) else html.escape(answer)
            if isinstance(answer, Films):
                handle.update(HTML(answer._repr_html_()))

        send.on_click(press)
        display(widgets.VBox([*boxes, send, said]))


def with_user(likes: Interactions, items: list[int]) -> Interactions:
    """Return the likes with one more user, who likes these items now."""
    times = (
        None if likes.times is None else np.append(likes.times, [likes.times.max()] * len(items))
    )
    return replace(
        likes,
        users=np.append(likes.users, [likes.num_users] * len(items)),
        items=np.append(likes.items, items),
        num_users=likes.num_users + 1,
        times=times,
        weights=None,
        user_labels=None,
    )
