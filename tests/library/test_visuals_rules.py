"""What holds for every visual: the same markup twice, small, self-contained, described."""

from __future__ import annotations

import functools
import re

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
import torch
from matplotlib.text import Text

from graphrec_utils import style, toy
from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.plots import visuals
from graphrec_utils.plots.visuals.base import BASE

LIKES = (toy.likes(), toy.USERS, toy.ITEMS)
E = np.array([[1, 0.4], [0.6, 0.8], [-0.4, 1], [1, -0.5], [0.8, 0.5], [0.3, 0.9], [-0.8, 0.6]])
W = np.array([[0.8, 0.3], [-0.2, 0.9]])
COSINES = {"positive": E[:, 0], "shared": E[:, 1], "hard": []}
MADE = {
    "adjacency": lambda: visuals.adjacency(*LIKES, forms=("A", "symmetric"), longest=4),
    "allocator": lambda: visuals.allocator({"cakes": 3, "trees": 250}),
    "als": lambda: visuals.als(*LIKES),
    "atlas": lambda: visuals.atlas(),
    "arrivals": lambda: visuals.arrivals({"A/A": (np.arange(60) % 3, np.arange(60) % 4)}),
    "attention_map": lambda: visuals.attention_map("abc", E[:3], np.stack([E[:4]] * 3), E[:3, [0, 0, 0, 1]] < 0.5),
    "batch_matrix": lambda: visuals.batch_matrix(E[:3], E[3:6], [4, 7, 4], "abc", "xyx"),
    "bipartite": lambda: visuals.bipartite(*LIKES),
    "blocks": lambda: visuals.blocks(torch.eye(6).roll(1, 1), [0, 1], also=[3]),
    "bpr_loss": lambda: visuals.bpr_loss(),
    "causal": lambda: visuals.causal(E[:4], E[3:7], "abcd", [False, False, True, True]),
    "collapse": lambda: visuals.collapse(
        {"a": [E, E[::-1]], "b": [E, W[[0] * 7]]}, [0, 1, 2, 3, 0, 0, 1]
    ),
    "curriculum": lambda: visuals.curriculum([COSINES, COSINES | {"hard": E[:, 1] / 2}]),
    "dendrogram": lambda: visuals.dendrogram(E, [*toy.USERS, *toy.ITEMS], np.arange(7.0)),
    "drift": lambda: visuals.drift(),
    "fusion": lambda: visuals.fusion({"cosine": [7, 3, 2], "walk": [3, 5]}, saved=[5, 3]),
    "hinge": lambda: visuals.hinge(),
    "calibration": lambda: visuals.calibration(np.arange(-12, 13) / 4, np.arange(25) % 3 > 0),
    "exposure": lambda: visuals.exposure({"old": 0.2, "new": 0.7, "best": 0.9}),
    "estimator": lambda: visuals.estimator(),
    "khop": lambda: visuals.khop(*LIKES),
    "layers": lambda: visuals.layers(toy.path()),
    "levels": lambda: visuals.levels([{"name": "pin 7", "itself": 0.4, "graphs": [
        {"name": "board-pin", "looks": 0.6, "near": [("pin 3", 0.7), ("pin 5", 0.3)]},
        {"name": "user-ad", "looks": 0.0, "near": []}]}]),
    "messages": lambda: visuals.messages(toy.likes(), E, W, W, toy.USERS, toy.ITEMS),
    "metric_list": lambda: visuals.metric_list([0, 1, 0, 0, 1], missed=1),
    "mixture_map": lambda: visuals.mixture_map(),
    "one_way": lambda: visuals.one_way(*LIKES),
    "pixie": lambda: visuals.pixie(*LIKES, preferred=["Cube"], stop=(1, 4)),
    "product": lambda: visuals.product([1, 0.5], {"Ann": [0.9, -0.2], "Bob": [-0.6, 0.9]}),
    "sampled_metric": lambda: visuals.sampled_metric(),
    "sampler_tree": lambda: visuals.sampler_tree(toy.likes()),
    "scatter": lambda: visuals.scatter(E, [*toy.USERS, *toy.ITEMS]),
    "semantic_tree": lambda: visuals.semantic_tree(E, [E[:2], W], "abcdefg"),
    "shift": lambda: visuals.shift("abc", [0.2, 0.1, -0.3], np.log([0.6, 0.3, 0.1])),
    "smoothing": lambda: visuals.smoothing(*LIKES),
    "spectrum": lambda: visuals.spectrum(*LIKES),
    "stream": lambda: visuals.stream([0, 1, 0, 2], [[0, 1, 0], [0, 1, 1]], list("abc")),
    "surface": lambda: visuals.surface([[E[:4], E[:4, 0], E[:4, 1:].T, E[0, :1]]]),
    "three_losses": lambda: visuals.three_losses({"entity-entity": {"all": 0.2}}),
    "timeline": lambda: visuals.timeline([0, 1, 1, 5], [True, False, True, True], "abcd", 1),
    "towers": lambda: visuals.towers(["a", "b", "c"], [0, 90, 200]),
    "translation": lambda: visuals.translation(),
    "typed_graph": lambda: visuals.typed_graph(toy.tastes(), goal="film"),
    "walk": lambda: visuals.walk(*LIKES),
}  # fmt: skip
EACH = pytest.mark.parametrize("make", MADE.values(), ids=MADE)


@functools.cache
def made(make) -> visuals.Visual:
    """Return the one that all tests look at which need no second."""
    return make()


@functools.cache
def fragment(make) -> str:
    return made(make).html()  # it draws the picture


def without_picture(make) -> str:
    return re.sub(r"base64,[A-Za-z0-9+/=]*", "base64,", fragment(make))


def test_every_visual_is_here():
    there = {path.parent.name for path in BASE.parent.glob("*/*.js")} - {"base"}
    assert there <= set(visuals.__all__), "name it in plots/visuals/__init__.py, twice"
    missing = set(visuals.__all__) - {*MADE, "Visual"}
    assert not missing, "MADE of this file lacks a row for each of these"
    idle = set(MADE) - set(visuals.__all__)
    assert not idle, "MADE of this file has rows that plots/visuals/__init__.py does not name"
    assert {made(make).module.stem for make in MADE.values()} == set(MADE)


@EACH
def test_two_runs_give_the_same_text(make):
    assert make().html() == fragment(make)
    assert re.fullmatch(r"<[^<>]+>", repr(made(make)))
    assert "0x" not in repr(made(make))


@EACH
def test_the_fragment_is_small_and_asks_for_nothing(make):
    text = without_picture(make)
    assert len(text.encode()) < 40_000, "a notebook stores it at every place: draw less, or share"
    outside = re.search(r"https?:(?!//www\.w3\.org)|@import|url\(|\bfetch\b", text)
    assert not outside, "a visual asks nobody for anything: a lesson may be read without a network"


@EACH
def test_the_joined_script_has_no_name_twice(make):
    text = without_picture(make)
    names = re.findall(r"^(?:const|let|function|class) (\w+)", text, re.MULTILINE)
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, "base.js and the visual are one script: rename the visual's"
    assert len(names) > 8
    assert not re.search(r"^import |^export ", text, re.MULTILINE)


@EACH
def test_the_picture_is_drawn_and_described_in_letters_9_pixels_high_or_more(make):
    """As shown: 100 points an inch, and no wider than the 800 pixels of a visual."""
    assert len(made(make).alt.split()) > 15, "alt says in a sentence or two what the picture shows"
    with plt.style.context(["default", style.RC]):
        axes = made(make).static()
        shown = axes if isinstance(axes, tuple) else (axes,)
        assert all(ax.has_data() or ax.texts for ax in shown)
        figure = shown[0].figure
        shrunk = min(1, 8 / figure.get_figwidth())
        texts = [x for x in figure.findobj(Text) if x.get_visible() and x.get_text().strip()]
        small = {x.get_text() for x in texts if x.get_fontsize() * 100 / 72 * shrunk < 9}
    assert texts
    assert not small


def test_keys_of_the_steps_are_handled_in_one_place():
    """Visuals that step use `player` of base.js, which listens to ←, →, Home and End."""
    for module in BASE.parent.glob("*/*.js"):
        if module.stem != "base":
            assert "Home:" not in module.read_text("utf-8"), module.name


STORED = [target(source, name) for source in built() for name in ("student", "solved")]


def code_of(html: str) -> tuple[str, str]:
    """Return the style sheet and the script of a fragment, without its state and its id."""
    style = html.partition("<style>")[2].partition("</style>")[0]
    script = html.partition('<script type="module">')[2].partition("\nfor (const el of ")[0]
    return style, script


@pytest.fixture(scope="module")
def todays() -> set[tuple[str, str]]:
    return {code_of(made(make)._html("")) for make in MADE.values()}  # without drawing the pictures


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_stored_lesson_has_the_visuals_as_they_are_now(todays, path):
    """`build --check` does not look at outputs; a lesson is built again when a script changes."""
    cells = nbformat.read(path, 4).cells
    shown = [
        o.data.get("text/html", "") for c in cells for o in c.get("outputs", []) if "data" in o
    ]
    shown = [html for html in shown if 'class="gr-visual"' in html]
    assert shown
    assert {code_of(html) for html in shown} <= todays, f"build {path.name[:2]} again"
