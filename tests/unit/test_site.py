"""The sources of the site: prepared notebooks, generated pages, the reference from docstrings."""

from __future__ import annotations

import json
import re

import nbformat
import pytest

from graphrec_utils import exercises, paths
from graphrec_utils.authoring import api, site, site_pages
from graphrec_utils.authoring.source import built


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Everything Sphinx reads."""
    made = tmp_path_factory.mktemp("site") / "source"
    site_pages.write(made, None)
    return made


def test_every_built_lesson_is_a_page(folder):
    made = {path.stem for path in (folder / "notebooks").iterdir()}
    assert made == {source.stem for source in built()}


def test_the_syllabus_has_time_points_and_slides():
    text = site_pages.index(None)
    points = sum(e.points for e in exercises.of_lesson("00"))
    row = next(line for line in text.splitlines() if "00 · Start here" in line)
    assert f"| 30 min | {points} |" in row
    assert 'href="slides/00_start_here.html"' in row


def test_the_repository_is_named_only_where_it_is_known():
    assert "github.com" not in site_pages.index(None)
    assert "https://github.com/owner/name" in site_pages.index("owner/name")
    assert "launch_buttons" not in site.settings(None)["html_theme_options"]
    options = site.settings("owner/name")["html_theme_options"]
    assert set(options["launch_buttons"]) >= {"binderhub_url", "colab_url"}


def test_what_finds_the_package_is_hidden_but_still_in_the_download(folder):
    cells = nbformat.read(folder / "notebooks" / "00_start_here.ipynb", 4).cells
    (hidden,) = [c for c in cells if "remove-cell" in c.metadata.get("tags", [])]
    assert hidden.source.startswith("# Finds the course's package")


def test_every_figure_has_words_for_readers_of_screens(folder):
    for path in (folder / "notebooks").iterdir():
        for cell in nbformat.read(path, 4).cells:
            if any("image/png" in o.get("data", {}) for o in cell.get("outputs", [])):
                assert cell.metadata.mystnb.image.alt.startswith("Figure "), cell.source


def test_the_errata_are_the_boxes_of_the_lessons():
    text = site_pages.errata()
    with_box = [
        source.stem
        for source in built()
        if site_pages.BOX in (paths.root() / "solutions" / source.name).read_text("utf-8")
    ]
    assert with_box
    assert [stem for stem in with_box if f"(notebooks/{stem}.ipynb)" not in text] == []
    assert text.count("\n## ") == len(with_box)


def test_memory_is_shown_from_the_stored_result(tmp_path, monkeypatch):
    assert site_pages.memory() == "" or "MB" in site_pages.memory()
    (tmp_path / "results").mkdir()
    values = {"kernel MB": {"00_start_here": 400}, "server MB": 1_100}
    stored = {"values": values, "command": "measure"}
    (tmp_path / "results" / "00_memory.json").write_text(json.dumps(stored), "utf-8")
    monkeypatch.setattr(paths, "data", lambda: tmp_path)
    assert "| 00_start_here | 400 MB | 1,500 MB |" in site_pages.memory()
    rows = re.findall(r"^\| \d\d_.*$", site_pages.memory(), re.MULTILINE)
    assert len(rows) == len(built())  # a lesson that nobody measured is not left out
    assert rows[1] == "| 01_recommender_basics | not measured | |"


def test_the_reference_has_functions_with_their_arguments():
    text = api.pages()["graphs"]
    assert "## normalize" in text
    assert "```python\nadjacency(R: Matrix) -> Matrix\n```" in text
    assert "- `ValueError`: " in text
    assert "node_names_" not in text


def test_private_names_and_what_has_no_docstring_stay_out():
    text = "".join(api.pages().values())
    assert "## _" not in text
    assert "__init__(" not in text


def test_sections_of_a_docstring_become_lists():
    text = api._prose("Do it.\n\nArgs:\n    x: (n,) a < b\n        and more.\n    y: one.\n\nEnd.")
    assert text == "Do it.\n\n**Args**\n\n- `x`: (n,) a \\< b and more.\n- `y`: one.\n\nEnd."


def test_pages_that_people_write_are_all_in_the_table_of_contents():
    names = {path.stem for path in site_pages.PAGES.glob("*.md")}
    listed = set(site_pages.index(None).split("\n"))
    assert names - listed == set()
