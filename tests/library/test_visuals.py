"""The fragment that a notebook stores: self-contained, small, the same on every run."""

from __future__ import annotations

import base64
import io
import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import numpy as np
import pytest

from graphrec_utils import paths, style, toy
from graphrec_utils.plots import visuals


@pytest.fixture
def visual():
    return visuals.bipartite(toy.likes(), toy.USERS, toy.ITEMS)


class Parts(HTMLParser):
    """Tags with their attributes, and the texts of scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        if self.lasttag == "script" and data.strip():
            self.scripts.append(data)


def parts(visual) -> Parts:
    return Parts(visual.html())


def without_picture(text: str) -> str:
    return re.sub(r"base64,[A-Za-z0-9+/=]*", "base64,", text)


def state_of(visual) -> dict:
    """The state as the script contains it."""
    (script,) = parts(visual).scripts
    return json.loads(re.search(r"standalone\((\{.*\})\), el", script).group(1))


def test_the_fragment_holds_a_picture_a_style_and_one_script(visual):
    tags = [tag for tag, _ in parts(visual).tags]
    assert tags == ["div", "img", "p", "style", "script"]  # p: that the cell is to be run


def test_the_picture_is_a_png_with_a_text_that_tells_every_like(visual):
    (image,) = [attributes for tag, attributes in parts(visual).tags if tag == "img"]
    picture = base64.b64decode(image["src"].removeprefix("data:image/png;base64,"))
    assert plt.imread(io.BytesIO(picture)).shape[1] > 600
    for sentence in ("Ann likes Alien, Brazil", "Bob likes Brazil, Cube", "Eve likes Cube, Drive"):
        assert sentence in image["alt"]


def test_equal_states_give_equal_markup_whatever_the_notebook_set(visual):
    first = visual.html()
    with plt.rc_context({"figure.dpi": 50, "lines.linewidth": 9, "font.size": 30}):
        again = visuals.bipartite(toy.likes().numpy(), list(toy.USERS), list(toy.ITEMS)).html()
    assert first == again


def test_another_state_gets_another_id(visual):
    other = visuals.bipartite(toy.likes().flip(0), toy.USERS, toy.ITEMS)
    assert parts(visual).tags[0][1]["id"] != parts(other).tags[0][1]["id"]


def test_the_script_starts_the_element_of_its_own_fragment(visual):
    (script,) = parts(visual).scripts
    uid = parts(visual).tags[0][1]["id"]
    assert f'querySelectorAll("#{uid}")' in script


@pytest.mark.parametrize("size", [3, 12])
def test_the_fragment_is_small(size):
    R = np.ones((size, size))
    assert len(without_picture(visuals.bipartite(R).html()).encode()) <= 40_000


def test_nothing_outside_is_named(visual):
    text = without_picture(visual.html()).replace("http://www.w3.org/2000/svg", "")
    comments = re.compile(r"^\s*//.*$", re.MULTILINE)
    assert not re.search(r"https?:|//[a-z]|@import|url\(|\bfetch\b", comments.sub("", text))
    assert "import " not in comments.sub("", text)


def test_names_cannot_leave_the_script_or_the_attribute():
    evil = '</script><b>"&'
    visual = visuals.bipartite([[1]], [evil], ["x"])
    tags = [tag for tag, _ in parts(visual).tags]
    assert tags == ["div", "img", "p", "style", "script"]  # p: that the cell is to be run
    assert state_of(visual)["users"] == [evil]
    assert evil in parts(visual).tags[1][1]["alt"]


def test_the_state_is_what_was_given(visual):
    expected = {"users": list(toy.USERS), "items": list(toy.ITEMS), "answers": None}
    assert state_of(visual) == expected | {"likes": [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]}


def test_the_caller_may_change_R_afterwards():
    R = np.zeros((2, 2))
    visual = visuals.bipartite(R)
    R[:] = 1
    assert state_of(visual)["likes"] == [[0, 0], [0, 0]]
    assert visual.static()[0].get_title("left") == "R: 2 × 2, 0 ones"


def test_every_color_of_the_style_reaches_the_page(visual):
    text = visual.html()
    for color in (*style.CYCLE, style.INK):
        assert color in text


def test_a_notebook_stores_a_short_text_the_fragment_and_the_picture(visual):
    data, metadata = visual._repr_mimebundle_()
    assert data["text/plain"] == "<matrix and graph: 3 users, 4 items, 6 likes>"
    assert data["text/html"] == visual.html()
    assert base64.b64decode(data["image/png"]) == visual.png()
    assert metadata["image/png"]["alt"] == visual.alt


def test_showing_it_leaves_no_figure_behind(visual):
    mine = plt.figure()
    visual._repr_mimebundle_()
    assert plt.get_fignums() == [mine.number]
    assert plt.gcf() is mine


def test_static_returns_axes_of_both_views(visual):
    left, right = visual.static()
    assert left.get_title("left") == "R: 3 × 4, 6 ones"
    assert right.get_title("left") == "graph: 3 + 4 nodes, 6 edges"


def test_live_without_anywidget_shows_the_fragment_with_a_note(visual, monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)  # makes the import fail
    shown = visual.live()
    assert "pip install anywidget" in shown.html()
    assert "pip install" not in visual.html()
    assert repr(shown) == repr(visual)


def test_live_shares_the_state_and_carries_the_fragment(visual):
    pytest.importorskip("anywidget", reason="anywidget is an extra (live)")
    widget = visual.live()
    assert widget.likes == [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]
    made = widget._repr_mimebundle_()
    data = made[0] if isinstance(made, tuple) else made
    assert data["text/plain"] == "<matrix and graph: 3 users, 4 items, 6 likes, live>"
    assert data["text/html"] == visual.html()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "export default" in widget._esm
    assert "import " not in re.sub(r"^\s*//.*$", "", str(widget._esm), flags=re.MULTILINE)


def test_a_new_visual_is_a_module_and_a_state(tmp_path):
    module = tmp_path / "dot.js"
    module.write_text('import { h } from "./base.js";\nexport default { render() { h("p"); } };\n')
    (tmp_path / "dot.css").write_text(".dot { color: red; }\n")
    drawn = visuals.Visual(
        module, {"k": 1}, "dot", "a dot", draw=lambda: plt.figure().add_subplot()
    )
    assert ".dot { color: red; }" in drawn.html()
    assert 'const visual = { render() { h("p"); } };' in drawn.html()
    assert state_of(drawn) == {"k": 1}
    assert repr(replace(drawn, text="two dots")) == "<two dots>"


def test_every_style_sheet_has_its_module():
    for sheet in paths.PACKAGE.rglob("visuals/*/*.css"):
        assert sheet.with_suffix(".js").exists()


BAD = {
    "a vector": ([1, 0], None, r"not empty; got shape \(2,\)"),
    "nothing": (np.zeros((0, 3)), None, r"got shape \(0, 3\)"),
    "too large": (np.zeros((60, 40)), None, r"at most 12 users.*got 60 and 40.*R\[:12, :12\]"),
    "missing names": ([[1, 0]], ["Ann", "Bob"], "1 user names and 2 item names; got 2 and 2"),
    "a name twice": ([[1], [0]], ["Ann", "Ann"], "'Ann' occurs twice"),
}


@pytest.mark.parametrize(("R", "users", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(R, users, words):
    with pytest.raises(ValueError, match=words):
        visuals.bipartite(R, users)
