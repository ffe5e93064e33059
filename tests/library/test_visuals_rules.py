"""What holds for every visual: the same markup twice, small, self-contained, described."""

from __future__ import annotations

import functools
import re

import matplotlib.pyplot as plt
import nbformat
import pytest
from matplotlib.text import Text

from graphrec_utils import style
from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.plots import visuals
from graphrec_utils.plots.visuals.base import BASE
from tests.library.made import MADE

MODULES = [BASE / "base.js", *(path / f"{name}.js" for name, path in visuals.folders().items())]
EACH = pytest.mark.parametrize("make", MADE.values(), ids=MADE)


LARGE = {
    "everybody": 150_000,  # it brings 1,200 films and who likes them
    "atlas": 45_000,  # 25 systems, and what is known of each
    "codebooks": 45_000,  # twelve epochs of words, and a sentence for each way to move them wrongly
}


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
    missing = set(visuals.folders()) - set(MADE)
    assert not missing, "MADE of tests/lessons/lessonNN/made.py lacks a row for each of these"
    assert {made(make).module.stem for make in MADE.values()} == set(MADE) == set(visuals.folders())
    assert len(visuals.folders()) == len(MODULES) - 1, "two visuals of one name"


def test_a_visual_that_one_lesson_shows_lies_in_its_room():
    shown: dict[str, set[str]] = {name: set() for name in MADE}
    for source in built():
        for name in set(re.findall(r"\bvisuals\.(\w+)\(", source.read_text("utf-8"))):
            shown[name].add(source.name[:2])
    rooms = {
        name: re.findall(r"\d\d", folder.parents[1].name)
        for name, folder in visuals.folders().items()
    }
    assert {n: r for n, r in rooms.items() if r and shown[n] != set(r)} == {}
    alone = {name for name, lessons in shown.items() if len(lessons) == 1}
    assert alone - {name for name in rooms if rooms[name]} == {"atlas"}  # a page of the site, too


def test_the_face_names_what_lies_in_the_rooms():
    assert {*MADE, "Visual"} == set(dir(visuals)) == set(visuals.__all__)
    assert visuals.pixie is visuals.pixie and callable(visuals.typed_graph)
    with pytest.raises(AttributeError, match="has no attribute 'no_such'"):
        visuals.no_such  # noqa: B018


@EACH
def test_two_runs_give_the_same_text(make):
    assert make().html() == fragment(make)
    assert re.fullmatch(r"<[^<>]+>", repr(made(make)))
    assert "0x" not in repr(made(make))


@EACH
def test_the_fragment_is_small_and_asks_for_nothing(make):
    text = without_picture(make)
    most = LARGE.get(made(make).module.stem, 40_000)
    assert len(text.encode()) < most, "a notebook stores it at every place: draw less, or share"
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
    for module in MODULES:
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


@pytest.mark.parametrize(
    "path", sorted(BASE.parents[2].rglob("visuals/**/*.css")), ids=lambda p: p.stem
)
def test_a_finger_carries_what_lies_in_a_drawing(path):
    # browsers do not obey touch-action on what lies in an svg, on the svg itself they do
    css = path.read_text()
    held = re.findall(r"svg (\.gr-[\w-]+) \{[^}]*touch-action: none", css)
    assert [name for name in held if f"svg:has({name}) {{ touch-action: none" not in css] == []


def test_a_finger_pulls_a_part_of_a_drawing():
    """`pull` on a node of an svg: the svg itself keeps the finger's moves across."""
    for name, folder in visuals.folders().items():
        if ", { node: " in (folder / f"{name}.js").read_text("utf-8"):
            css = (folder / f"{name}.css").read_text("utf-8")
            assert re.search(r"svg:has\([^)]*\) \{ [^}]*touch-action: (pan-y|none)", css), name
