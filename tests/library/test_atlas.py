"""The data of the atlas: what stands there has a source, and what the lecture names stands there."""

from __future__ import annotations

import re

import pytest

from graphrec_utils.authoring.site import atlas_page
from graphrec_utils.cli.setup.environment import CannotRun
from graphrec_utils.plots import visuals
from graphrec_utils.plots.visuals.atlas import CELLS, FILE, fits, systems

# What the lecture names: its own systems, and those of its last slides, "other companies".
LECTURE = [
    "Pixie",
    "PinSage",
    "PinnerSage",
    "TwHIN",
    "MultiBiSage",
    "PinnerFormer",
    "OmniSage",
    "LiGNN",
    "GiGL",
    "COSMO",
    "AliCoCo",
    "SemanticGNN",
    "2T-HGNN",
    "CoActionGraphRec",
    "XWalk",
]
LATER = ["TIGER", "HSTU", "ARGUS", "PinFM", "PinRec"]
ROWS, _ = systems()
BY_NAME = {row["name"]: row for row in ROWS}


def test_what_the_lecture_names_stands_in_the_atlas_and_is_marked():
    assert [
        name for name in [*LECTURE, "Graph foundation model"] if not BY_NAME[name].get("lecture")
    ] == []
    assert set(LATER) | {"TransAct V2", "For You feed"} <= set(BY_NAME)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_system_has_a_source_and_says_something(name):
    row = BY_NAME[name]
    assert re.match(
        r"https://(arxiv\.org/abs/\d{4}\.\d{5}|doi\.org/10\.|github\.com/)", row["source"]
    )
    told = [row[cell] for cell in CELLS if cell in row]
    assert len(told) >= 2
    for cell in told:
        assert len(cell.split()) <= 30 and not cell.endswith("."), cell


def with_a_change(tmp_path, old: str, new: str):
    text = FILE.read_text("utf-8")
    assert old in text
    path = tmp_path / "systems.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('source = "https://arxiv.org/abs/1711.07601"\n', "", "Pixie: it has no source"),
        ('"https://arxiv.org/abs/1711.07601"', '"a paper"', "Pixie: its source is no address"),
        ('read = "paper"', 'read = "a talk"', "PinSage: read must be one of paper, abstract, code"),
        ('kind = "concepts"', 'kind = "big"', "AliCoCo: its kind, or a word of by"),
        ('lesson = "08"', 'lesson = "88"', "Pixie: there is no lesson 88"),
        ('summary = ["kind", "loss"]', 'summary = ["luck"]', "Pixie: summary names a cell"),
        ('use = "retrieval"', 'used = "retrieval"', "PinRec: used is no field"),
        ('name = "PinSage"', 'name = "Pixie"', "Pixie stands there twice"),
        ('on = ["PinSage"]', 'on = ["Luck"]', "there is no Luck that one could build on"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_system_is_said(tmp_path, old, new, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        systems(with_a_change(tmp_path, old, new))


def test_the_site_refuses_a_system_without_a_source(tmp_path, monkeypatch):
    path = with_a_change(tmp_path, 'source = "https://arxiv.org/abs/2402.11139"\n', "")
    monkeypatch.setattr(atlas_page, "systems", lambda: systems(path))
    with pytest.raises(CannotRun, match="LiGNN: it has no source"):
        atlas_page.atlas()


def test_the_page_has_every_system_with_a_link_to_its_source():
    page = atlas_page.atlas().partition("## The systems")[2]
    for row in ROWS:
        assert f"### {row['name']} ({row['company']}, {row['year']})" in page
        assert f"({row['source']})" in page
    assert page.count(" ᴬ\n") == sum(row["read"] == "abstract" for row in ROWS)
    assert page.count("†") == sum(len(row.get("summary", [])) for row in ROWS)


def test_the_filter_keeps_what_was_asked_for():
    assert [r["name"] for r in ROWS if fits(r, "concepts", "", True)] == ["AliCoCo", "COSMO"]
    assert all("walk" in r["by"] for r in ROWS if fits(r, "", "walk", False))
    assert "An empty matrix" in visuals.atlas("concepts", "walk").alt
    with pytest.raises(ValueError, match="kind must be one of two sides"):
        visuals.atlas(kind="big")
    with pytest.raises(ValueError, match="way must be one of walk"):
        visuals.atlas(way="magic")
