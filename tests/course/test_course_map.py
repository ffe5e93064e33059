"""The course map: what it says, that it fits, and that its drawings in the repository are today's."""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree

import nbformat
import pytest

from graphrec_utils import paths, syllabus
from graphrec_utils.authoring.course_map import draw, layout
from graphrec_utils.authoring.lesson import readme
from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.methods import ON_THE_MAP, Method, taught

NAMES = [method.name for method in ON_THE_MAP]
SVG = "{http://www.w3.org/2000/svg}"


def boxes(tall: bool) -> list[tuple[float, float, float, float]]:
    """Return (left, top, right, bottom) of every box, or row, of a drawing."""
    found = ElementTree.fromstring(draw.svg(tall=tall)).iter(f"{SVG}rect")
    numbers = [[float(r.get(k)) for k in ("x", "y", "width", "height")] for r in found]
    return [(x, y, x + w, y + h) for x, y, w, h in numbers]


def test_a_method_builds_on_earlier_ones_of_the_map():
    """In the syllabus's order, which the tall drawing's rows have, and in the wide one's columns."""
    assert len(set(NAMES)) == len(NAMES)
    lessons = {lesson.number for lesson in syllabus.LESSONS}
    column = {method.name: method.column for method in ON_THE_MAP}
    for k, method in enumerate(ON_THE_MAP):
        assert method.lesson in lessons
        assert set(method.after) <= set(NAMES[:k]), method
        assert all(column[parent] < method.column for parent in method.after), method
        assert all(1 <= len(what.split()) <= 6 for what in method.after.values()), method
    assert [m.lesson for m in ON_THE_MAP] == sorted(m.lesson for m in ON_THE_MAP)


def test_every_lesson_of_a_part_has_a_place_and_no_lesson_two_parts():
    of_parts = [number for _, lessons in syllabus.PARTS for number in lessons]
    assert len(of_parts) == len(set(of_parts))
    assert set(of_parts) <= {method.lesson for method in ON_THE_MAP}


@pytest.mark.parametrize("tall", [False, True])
def test_no_two_boxes_touch_and_nothing_leaves_the_drawing(tall):
    drawing = ElementTree.fromstring(draw.svg(tall=tall))
    width, height = (float(x) for x in drawing.get("viewBox").split()[2:])
    found = boxes(tall)
    assert len(found) >= len(ON_THE_MAP)
    for k, (left, top, right, bottom) in enumerate(found):
        assert 0 <= left < right <= width and 0 <= top < bottom <= height
        for a, b, c, d in found[k + 1 :]:
            assert c <= left or right <= a or d <= top or bottom <= b


def test_a_line_that_passes_a_column_passes_between_its_boxes():
    heights, arrows = layout.columns()
    column = {method.name: method.column for method in ON_THE_MAP}
    for arrow in arrows:
        for at, height in arrow.points[1:-1]:
            near = [abs(heights[name] - height) for name in NAMES if column[name] == at]
            assert min(near) > draw.HEIGHT / 2, arrow


def test_a_lane_belongs_to_one_method_at_a_time():
    lane, arrows = layout.lanes()
    row = {name: k for k, name in enumerate(NAMES)}
    last = {name: max([row[name], *(row[a.end] for a in arrows if a.start == name)]) for name in NAMES}  # fmt: skip
    for name in NAMES:
        for other in NAMES[row[name] + 1 :]:
            if lane[name] == lane[other]:
                assert last[name] <= row[other], (name, other)


def test_another_syllabus_gives_another_map():
    few = (
        Method("a", "01", "", 0),
        Method("b", "02", "", 1, None, {"a": "x"}),
        Method("c", "02", "", 1),
    )
    heights, arrows = layout.columns(few)
    assert set(heights) == {"a", "b", "c"}
    assert abs(heights["b"] - heights["c"]) >= layout.BOX
    assert [(a.start, a.end) for a in arrows] == [("a", "b")]
    assert layout.lanes(few)[0] == {"a": 0, "b": 0, "c": 0}


@pytest.mark.parametrize("lesson", sorted({method.lesson for method in draw.ON_THE_MAP}))
def test_the_part_of_the_map_on_a_slide_fits_and_can_be_read(lesson):
    drawn, high, alt = draw._around((lesson,), 1160, 540)
    own = draw.taught(lesson)
    assert len(re.findall(r'class="cm-node cm-\d cm-here"', drawn)) == len(own) and high <= 540
    assert alt.startswith(f"Map of the course around {own[0].name}")
    boxes = [[float(x) for x in box] for box in re.findall(r'<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"', drawn)]  # fmt: skip
    texts = re.findall(r'style="font-size:(\d+)px" x="([\d.]+)" y="([\d.]+)">([^<]*)<', drawn)
    for size, x, y, said in ((int(a), float(b), float(c), html.unescape(d)) for a, b, c, d in texts):  # fmt: skip
        assert size >= 24
        inside = [left < x and x + 0.5 * size * len(said) < left + wide and top < y - 0.7 * size and y < top + tall for left, top, wide, tall in boxes]  # fmt: skip
        assert any(inside), said


@pytest.mark.parametrize("tall", [False, True])
def test_the_place_of_a_lesson_is_marked_and_links_lead_to_lessons(tall):
    drawing = draw.svg("09", lambda number: f"{number}.html" if number < "10" else None, tall)
    assert re.findall(r'cm-here" data-cm="(\w+)"', drawing) == ["PinSage"]
    links = re.findall(r'<a [^>]*href="(\d\d)\.html"', drawing)
    assert links == [method.lesson for method in ON_THE_MAP if method.lesson < "10"]
    assert drawing.count("aria-current") == 1
    assert "From GraphSAGE: an encoder of neighbors; from Pixie: walks choose them" in drawing
    assert "\n\n" not in drawing  # Markdown would end the block


def test_the_top_of_a_lesson_says_its_place_in_words():
    folded = draw.folded("13")
    assert "<strong>TwHIN, PinnerSage</strong>; builds on TransE, PinSage; leads to PinnerFormer, Ranking" in folded  # fmt: skip


def test_a_notebook_says_its_place_in_a_line():
    assert draw.line("06") == (
        "*On the course map:* [NGCF](05_ngcf.ipynb) → **LightGCN** · [the whole map](../README.md#syllabus)"
    )
    assert "**MF** → iALS, [NCF](03_learned_similarity.ipynb)" in draw.line("02")  # iALS is here


@pytest.mark.parametrize("lesson", [lesson.number for lesson in syllabus.LESSONS])
def test_the_line_of_a_lesson_names_what_the_map_says(lesson):
    text = draw.line(lesson)
    own = [method.name for method in taught(lesson)]
    marked = re.findall(r"\*\*(.+?)\*\*", text)
    assert marked == own if own else len(marked) == 1
    for method in ON_THE_MAP:
        near = {*method.after, *(m.name for m in ON_THE_MAP if method.name in m.after)}
        if method.lesson == lesson:
            assert all(name in text for name in near), method
    assert len(text.encode()) < 1000


@pytest.mark.parametrize("path", built(), ids=lambda p: p.stem[:2])
def test_every_notebook_has_its_line_below_the_title(path):
    for name in ("solved", "student"):
        cells = nbformat.read(target(path, name), 4).cells
        assert cells[1].source == draw.line(path.name[:2]), (
            "run: python3 -m graphrec_utils build --changed"
        )
        assert cells[1].metadata.slideshow.slide_type == "skip"  # a deck has the drawing


def test_lettering_stays_readable():
    """9 px at least: the wide one on a page of 750 px, the tall one on a telephone of 360."""
    tall = {13, 15}  # the two rules for it alone
    sizes = {
        int(x) for x in re.findall(r"font-size: (\d+)px", draw.STYLE.read_text("utf-8"))
    } - tall
    width = float(re.search(r'viewBox="0 0 (\d+)', draw.svg())[1])
    assert min(sizes) * min(1, 750 / width) >= 9 - 0.1
    assert draw.TALL <= 360


def test_the_drawings_of_the_readme_are_todays():
    """`python3 -m graphrec_utils build NN` writes them."""
    text = (paths.root() / "README.md").read_text("utf-8")
    for path, wanted in draw.files().items():
        assert path.read_text("utf-8") == wanted, (
            "run: python3 -m graphrec_utils build --changed 00"
        )
        assert len(wanted.encode()) < 100_000
        assert f".github/{path.name}" in text
        assert "<script" not in wanted and "http" not in wanted.replace("http://www.w3.org", "")


def test_an_old_drawing_is_named(tmp_path, monkeypatch):
    (tmp_path / "course-map.svg").write_text("<svg/>", "utf-8")
    monkeypatch.setattr(draw, "files", lambda: {tmp_path / "course-map.svg": "<svg>new</svg>"})
    assert ".github/course-map.svg is not the syllabus's map" in readme.stale()
    readme.write()
    assert (tmp_path / "course-map.svg").read_text("utf-8") == "<svg>new</svg>"
