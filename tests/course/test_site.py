"""The sources of the site: prepared notebooks, generated pages, the reference from docstrings."""

from __future__ import annotations

import json
import re

import nbformat
import pytest
from PIL import Image

from graphrec_utils import exercises, paths, results, syllabus
from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.authoring.site import (
    api,
    cluster_page,
    gallery_page,
    gowalla_figure,
    peers_page,
    ready,
    site,
    site_pages,
    texts,
    verdicts_page,
)
from graphrec_utils.grading.reports import sections


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
    assert f"| 30 min | {syllabus.LESSONS[0].minutes} min | {points} |" in row
    assert 'href="slides/00_start_here.html"' in row


def test_a_lesson_that_is_not_there_yet_is_named_and_not_linked():
    ready, text = {source.stem for source in built()}, site_pages.index(None)
    for lesson in syllabus.LESSONS:
        row = f"| {lesson.number} · {lesson.title} | {lesson.core} min | {lesson.minutes} min | coming | |"
        assert (row in text) != (lesson.stem in ready)


def test_the_repository_is_named_only_where_it_is_known():
    assert "github.com" not in site_pages.index(None)
    assert "https://github.com/owner/name" in site_pages.index("owner/name")
    assert "launch_buttons" not in site.settings(None)["html_theme_options"]
    options = site.settings("owner/name")["html_theme_options"]
    assert set(options["launch_buttons"]) >= {"binderhub_url", "colab_url"}


def test_what_finds_the_package_is_hidden_but_still_in_the_download(folder):
    cells = nbformat.read(folder / "notebooks" / "00_start_here.ipynb", 4).cells
    hidden, *checks, closing = [c for c in cells if "remove-cell" in c.metadata.get("tags", [])]
    assert hidden.source.startswith("# Finds the course's package")
    # a reader of the site cannot answer: no card says so
    assert [c.source[:12] for c in checks] == [f'check("00.{k}"' for k in (1, 2, 3)]
    assert 'progress("00")' in closing.source


def test_setup_and_long_code_start_folded_and_exercises_do_not(folder):
    cells = nbformat.read(folder / "notebooks" / "06_lightgcn.ipynb", 4).cells
    code = [c for c in cells if c.cell_type == "code"]
    folded = [c for c in code if "hide-input" in c.metadata.get("tags", [])]
    assert any(c.source.startswith(("import ", "from ")) for c in folded)
    assert all("graphrec" not in c.metadata for c in folded)
    opened = [c for c in code if c not in folded and "graphrec" not in c.metadata]
    assert max(len(c.source.splitlines()) for c in opened) <= site_pages.LONG


def test_code_that_a_notebook_folds_is_folded_here_and_not_gone():
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("x = 1", metadata={"jupyter": {"source_hidden": True}}),
            nbformat.v4.new_code_cell("x = 2"),
        ]
    )
    shown = site_pages.prepared(notebook).cells
    assert [cell.metadata.get("tags", []) for cell in shown] == [["hide-input"], []]


def test_every_figure_has_words_for_readers_of_screens(folder):
    for path in (folder / "notebooks").iterdir():
        for cell in nbformat.read(path, 4).cells:
            if any("image/png" in o.get("data", {}) for o in cell.get("outputs", [])):
                words = cell.metadata.mystnb.image.alt
                assert (
                    words.startswith("Figure ") or len(words.split()) > 15
                )  # its own description, cell.source


def test_answers_to_predictions_start_folded():
    folded, plain = (nbformat.v4.new_code_cell("x") for _ in range(2))
    for cell in (folded, plain):
        cell.outputs = [nbformat.v4.new_output("stream", text="42")]
    folded.metadata["jupyter"] = {"outputs_hidden": True}
    notebook = site_pages.prepared(nbformat.v4.new_notebook(cells=[folded, plain]))
    tags = [cell.metadata.get("tags", []) for cell in notebook.cells]
    assert tags == [["hide-output"], []]


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


def test_verdicts_are_read_from_the_outputs_with_who_said_the_claim():
    def card(text):
        return nbformat.v4.new_output("execute_result", {"text/plain": text})

    def cells(*found):
        return nbformat.v4.new_notebook(cells=[
            nbformat.v4.new_markdown_cell(each) if isinstance(each, str)
            else nbformat.v4.new_code_cell("x", outputs=list(each)) for each in found
        ])  # fmt: skip

    box = "> **Claim 1** (of the paper). A finds more than\n> B on both sets.\n>\n> **Claim.** Cheap is quick."
    found = list(verdicts_page.judged(cells(
        "## 1\n\n" + box,
        [card("holds: A finds more than B.\n0.2 against\n0.1\ncannot tell: Cheap is quick.")],
        [card("array([1])")],
        "## 2",
        [card("does not hold: A finds more than B.\n0.1 against 0.2")],
        "## 3\n\n> **Claims** (ours). One is less than two. Three is odd.",
        [card("holds: Three is odd.")],
    )))  # fmt: skip
    assert found == [
        verdicts_page.Judged("holds", "A finds more than B.", "0.2 against 0.1", "of the paper"),
        verdicts_page.Judged("cannot tell", "Cheap is quick.", "", ""),
        verdicts_page.Judged("does not hold", "A finds more than B.", "0.1 against 0.2", ""),
        verdicts_page.Judged("holds", "Three is odd.", "", "ours"),
    ]


def test_the_page_of_verdicts_counts_what_it_lists():
    text = verdicts_page.page()
    words = r"\*\*(\d+) hold, (\d+) do not, of (\d+) the numbers"
    each = [int(n) for n in re.search(words, text).groups()]
    assert each == [
        text.count(f'<details class="held-tile held-{k} ') for k in ("holds", "fails", "open")
    ]
    said = [int(n) for n in re.findall(r"of (\d+) hold<", text)]
    assert sum(said) == sum(each) > 50 and min(each) > 0
    assert f"{sum(each)} claims" in text


@pytest.mark.parametrize(
    "whose, group",
    [
        ("ours, before the measurement", "ours"),
        ("of the lecture, and of many papers", "lecture"),
        ("common belief, and ours in lesson 09", "belief"),
        ("what the paper's rule must show", "papers"),
        ("what its design says", "belief"),
        ("He and others, 2020", "papers"),
        ("", "nobody"),
    ],
)
def test_whose_a_claim_is_follows_from_its_words(whose, group):
    assert verdicts_page.group(whose) == group


def test_the_words_of_a_claim_are_text_and_not_tags(monkeypatch):
    claim = verdicts_page.Judged("holds", "a < b & `c` | d", "1 < 2", "ours")
    monkeypatch.setattr(verdicts_page, "judged", lambda notebook: [claim])
    text = verdicts_page.page()
    assert "a &lt; b &amp; <code>c</code> | d" in text and "1 &lt; 2" in text
    assert "\n```\n" in text and text.count("```") == 4  # nothing ends the HTML early


@pytest.mark.parametrize("source", built(), ids=lambda source: source.stem[:2])
def test_a_lesson_makes_four_claims_at_most_and_says_intervals_in_words(source):
    notebook = nbformat.read(target(source, "solved"), 4)
    assert len(list(verdicts_page.judged(notebook))) <= 4
    text = [cell.source for cell in notebook.cells]
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            text += [str(output.get("text", "")), str(output.get("data", {}).get("text/plain", ""))]
    assert re.findall(r".{0,30}±(?! ?σ).{0,20}", "\n".join(text)) == [], "from … to …"


def test_a_cell_that_judges_a_claim_shows_its_card():
    """The card is the cell's last value: behind a loop it would be shown to nobody."""
    for source in built():
        for cell in nbformat.read(target(source, "solved"), 4).cells:
            if cell.cell_type == "code" and re.search(r"^verdicts?\(", cell.source, re.M):
                shown = [x for x in cell.outputs if "text/html" in x.get("data", {})]
                assert shown, f"{source.stem}: a card is lost in\n{cell.source}"


def test_what_was_believed_stands_beside_its_claim_or_says_what_is_known_now():
    text, rows = verdicts_page.page(), 0
    for source in built():
        judged = verdicts_page.judged(nbformat.read(target(source, "solved"), 4))
        made = {each.claim for each in judged}
        for claim, said in verdicts_page.believed(source.stem[:2]).items():
            assert set(said) <= {"claim", "before", "now"} and said["before"], claim
            assert claim in made or said.get("now"), (
                f"{source.stem}: {claim!r} is claimed no more; why?"
            )
            rows += 1
    assert rows and text.count("<strong>Before:</strong>") == rows


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


def test_every_module_below_the_exercises_is_in_the_reference_once():
    above = {"exercises", "lessons", "advise", "grading", "authoring", "cli"}
    there = []
    for path in paths.PACKAGE.rglob("*.py"):
        parts = path.relative_to(paths.PACKAGE.parent).with_suffix("").parts
        if len(path.relative_to(paths.PACKAGE).parts) > 1 or not path.stem.startswith("_"):
            there.append(".".join(part for part in parts if part != "__init__"))
    there = [name for name in there if name.split(".")[1] not in above or ".visuals." in name]
    assert {
        "graphrec_utils.models.lightgcn.fused",
        "graphrec_utils.lessons.lesson04.visuals.khop",
    } < set(there)
    pages = api.pages()
    told = re.findall(r"^#+ .*\n\n`(graphrec_utils\.[\w.]+)`$", "\n".join(pages.values()), re.M)
    assert sorted(told) == sorted(there)
    assert list(pages)[-1] == "plots"  # from the bottom up
    assert all(page.startswith(f"# {name}\n") for name, page in pages.items())


def test_the_reference_has_functions_with_their_arguments():
    text = api.pages()["graphs"]
    assert "### normalize" in text
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


def test_what_is_indented_in_prose_keeps_its_lines():
    text = api._prose("Do it:\n\n    for x in y:\n        f(x)\n\nReturns:\n    A.\n\n    B.")
    assert text == "Do it:\n\n```text\nfor x in y:\n    f(x)\n```\n\n**Returns**\n\nA.\n\nB."


def test_pages_that_people_write_are_all_in_the_table_of_contents():
    names = {path.stem for path in site_pages.PAGES.glob("*.md")}
    listed = set(site_pages.index(None).split("\n"))
    assert names - listed == set()


def test_the_instructor_s_page_leads_to_the_rubric_of_the_capstone():
    source = (paths.root() / "solutions" / "18_capstone.py").read_text("utf-8")
    place, _, rubric = source.partition("# ## 18.12 ↳ One page")
    assert place and "| of 20 points |" in rubric
    assert (
        f'href="notebooks/18_capstone.html#{sections.anchor("18.12 ↳ One page")}"' in ready.CAPSTONE
    )
    assert "<!-- capstone -->" in (site_pages.PAGES / "instructor.md").read_text("utf-8")


def test_the_ready_syllabi_have_known_lessons_and_their_times():
    known = {lesson.number: lesson.minutes for lesson in syllabus.LESSONS}
    lessons = {title: [n for _, _, row in rows for n in row] for title, _, rows in ready.SYLLABI}
    assert list(lessons) == ["One lecture", "Four weeks", "A full term"]
    assert lessons["A full term"] == list(known)  # all of them, in their order
    text = ready.syllabi()
    hours = sum(known[n] for n in lessons["Four weeks"]) / 60
    assert (
        f"{len(lessons['Four weeks'])} hours at the laptop, {hours:.0f} with all branches" in text
    )
    assert "(coming)" in text or len(built()) == len(known)
    assert "<!-- syllabi -->" in (site_pages.PAGES / "instructor.md").read_text("utf-8")


def test_a_lesson_has_its_place_on_the_map_below_its_title(folder):
    cells = nbformat.read(folder / "notebooks" / "09_pinsage.ipynb", 4).cells
    at = next(k for k, cell in enumerate(cells) if cell.id == "course-map")
    assert cells[at - 1].source.startswith("# 09")
    assert cells[at].source.count('href="08_pixie.html"') == 2  # wide and tall
    assert not any(c.id == "course-map" for c in nbformat.read(folder / "notebooks" / "00_start_here.ipynb", 4).cells)  # fmt: skip


def test_the_search_gets_the_words_of_a_page_in_its_sections(tmp_path):
    page = """<html><body><nav>menu</nav><main role="main"><section id="a b"><h1>One<a class="headerlink">#</a></h1>
        <p>two <b>three</b></p><!-- note --><script>four()</script><section id="c"><p>1 &lt; 2</p></section>
        <img alt="x" src="data:image/png;base64,AAAA"></section></main></body></html>"""
    told = texts.words(page)
    assert re.sub(r"\s+", " ", told).startswith('<div role="main"><section id="a b">One two three ')
    assert '<section id="c">1 &lt; 2 </section>' in told
    assert not re.search("menu|four|base64|#|note", told)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "x.html").write_text(page, "utf-8")
    texts.write(tmp_path)
    script = (tmp_path / "_static" / "texts" / "notebooks" / "x.js").read_text("utf-8")
    assert script.startswith('pageTexts["notebooks/x"] = "<div role=')


# ---------------------------------------------------------------- the gallery and the moving picture


def test_the_gallery_has_every_visual_of_the_lessons_with_words_and_the_way_there(tmp_path):
    used = {
        (source.stem, name)
        for source in built()
        for name in re.findall(r"^visuals\.(\w+)\(", source.read_text("utf-8"), re.MULTILINE)
    }
    each = list(gallery_page.shown())
    assert {(x.stem, x.name) for x in each} == used
    assert all(x.alt and x.caption.startswith("*Figure ") for x in each)
    gallery_page.write(tmp_path)
    text = (tmp_path / "gallery.md").read_text("utf-8")
    for x in each:
        assert f"]({x.file})" in text and x.caption in text
        assert f"[Try it in lesson {x.stem[:2]}](notebooks/{x.stem}.ipynb)" in text
        assert (tmp_path / x.file).read_bytes() == x.picture
        live = (tmp_path / gallery_page.LIVE / f"{x.stem[:2]}-{x.name}.html").read_text("utf-8")
        assert '<script type="module">' in live and "base64," not in live
    assert sum(len(x.picture) for x in each) < 2_000_000


def test_the_moving_picture_is_small_and_stands_still_for_who_asks():
    readme = (paths.root() / "README.md").read_text("utf-8")
    film, still = (paths.root() / ".github" / name for name in ("hero.gif", "hero.png"))
    assert film.stat().st_size < 1_000_000 and still.stat().st_size < 100_000
    with Image.open(film) as picture:
        assert picture.n_frames > 20
    assert 'media="(prefers-reduced-motion: reduce)" srcset=".github/hero.png"' in readme
    assert re.search(r'<img alt="[^"]{80,}" src="\.github/hero\.gif">', readme)


def test_the_first_page_has_a_live_visual():
    text = site_pages.index(None)
    assert 'class="gr-hero"' in text and "prefers-reduced-motion" in site_pages.hero().html()


def test_the_picture_of_seconds_has_every_stored_method_and_says_it_in_words(folder):
    page = (folder / "numbers.md").read_text("utf-8")
    assert (folder / gowalla_figure.FILE).stat().st_size > 20_000
    words = re.search(rf"!\[([^]]+)\]\({gowalla_figure.FILE}\)", page)[1]
    best = max(
        results.load("06_gowalla_frontier").values["test"].values(), key=lambda x: x["ndcg@20"]
    )
    assert f"both of them* {best['recall@20']:.3f}" in words
    row = re.search(r"^\| RP3β \| no \| .* \| (\d+) \|$", page, re.MULTILINE)
    assert re.search(rf"; RP3β [\d.]+ in {row[1]} s", words)  # one number in table and figure
    drawn = {text.get_text() for text in gowalla_figure.draw().axes[0].get_legend().get_texts()}
    assert len(drawn) == len(gowalla_figure.points()) == 15
    assert all(f"{name} 0." in words for name in drawn)


def test_the_plot_of_packages_has_a_dot_for_each_that_was_measured():
    values = results.load(peers_page.RESULT).values
    rows = list(peers_page.dots(values))
    text = peers_page.page()
    assert text.count('class="peers-dot"') == len(rows) > 5
    assert all(
        0 <= row["least"] <= row["at"] <= row["least"] + row["wide"] + 0.1 <= 100 for row in rows
    )
    times = sorted(float(row["times"]) for row in rows)
    assert f"**{times[0]:g} to {times[-1]:g} times faster**" in text and times[0] > 1


def test_the_cluster_page_computes_what_it_says():
    a = cluster_page.Assumed(pins=10, boards=5, edges=100, dim=2, neighbors=3, layers=2, batch=4)
    assert a.graph == 2 * 100 * 4 + 8 * 15
    assert a.table == 10 * 2 * 4
    assert a.lists == 10 * 3 * 8
    assert a.heard == 1 + 3 + 9  # the pin, its neighbors and theirs
    assert a.step == 2 * 4 * 13 * 2 * 4
    assert a.layer == 3 * a.table
    b = cluster_page.Assumed(pins=10, steps=100, cores=2, machines=5, link=4)
    assert b.walking(10) == 10
    assert b.moving(40) == 2
    text = cluster_page.page()
    assert "2 billion pins" in text and "2.05 TB" in text
    assert "3 billion nodes are more than" in text
    assert "{" not in text


def test_the_cluster_page_writes_large_and_small_numbers_out():
    for say in (cluster_page._time, cluster_page._bytes, cluster_page._count):
        told = [say(x * 10.0**k) for k in range(-6, 22) for x in (1, 1.5, 9.99, 9.9999)]
        assert not [words for words in told if re.search(r"\de[+-]?\d", words)]
    assert cluster_page._time(100 * 3600) == "100 hours"  # was 1e+02 hours
    assert cluster_page._time(1234 * 3600) == "1,200 hours"
    assert cluster_page._time(8.59) == "8.6 seconds"
    assert cluster_page._bytes(2.048e12) == "2.05 TB"
    assert cluster_page._bytes(9.9996e14) == "1,000 TB"
    assert cluster_page._count(3e9) == "3 billion"
