"""Notebooks can be read by ear: the rules of Berkeley's jupyterlab-a11y-checker, written again.

https://github.com/berkeley-dsep-infra/jupyterlab-a11y-checker, doc/rules.md, version 0.1.4 of its command
line. Where that is installed it judges the notebooks too; it reads prose only, these rules also stored pages.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser

import nbformat
import pytest
from markdown_it import MarkdownIt

from graphrec_utils import paths

ROOT = paths.root()
NOTEBOOKS = sorted([*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "solutions").glob("*.ipynb")])
TOOL = shutil.which("jupyterlab-a11y-check")
MARKDOWN = MarkdownIt("commonmark")  # without its tables: whoever shows them writes headers
VAGUE = ("click", "here", "link", "more", "read")  # in a short text of a link
LONG_ENOUGH = 20
HEADING = re.compile("h[1-6]")
HEARD = {"image-missing-alt", "table-missing-header", "table-missing-scope"}  # of stored pages


class Tags(HTMLParser):
    """Collects the headings and links of a page, and which rules its pictures and tables break."""

    def __init__(self, page: str):
        super().__init__()
        self.headings: list[tuple[int, str]] = []
        self.links: list[str] = []
        self.wrong: list[str] = []
        self._open: list[dict] = []  # headings, links and tables
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "img" and not has.get("alt", "").strip():
            self.wrong.append("image-missing-alt")
        if tag in ("a", "table") or HEADING.fullmatch(tag):
            self._open.append({"tag": tag, "text": "", "has": has, "caption": False, "scopes": []})
        table = next((part for part in self._open[::-1] if part["tag"] == "table"), None)
        if table and tag == "caption":
            table["caption"] = True
        if table and tag == "th":
            table["scopes"].append("scope" in has)

    def handle_data(self, data: str) -> None:
        for part in self._open:
            part["text"] += data

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1]["tag"] != tag:
            return
        part = self._open.pop()
        if tag == "a":
            self.links.append(part["has"].get("aria-label") or part["text"])
        elif tag == "table":
            if not part["scopes"]:
                self.wrong.append("table-missing-header")
            elif not all(part["scopes"]) and part["has"].get("class") != "dataframe":
                self.wrong.append("table-missing-scope")  # pandas never writes it
            if not part["caption"]:
                self.wrong.append("table-missing-caption")
        else:
            self.headings.append((int(tag[1]), part["text"].strip()))


def findings(notebook) -> list[str]:
    """Return "rule: where" for everything that a reader who listens would stumble over."""
    found, headings = [], []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            page = Tags(MARKDOWN.render(cell.source))
            headings += page.headings
            found += [f"link-discernible-text: {text}" for text in page.links if vague(text)]
            found += [f"{rule}: {cell.source[:60]}" for rule in page.wrong]
        for output in cell.get("outputs", []):
            page = Tags(output.get("data", {}).get("text/html", ""))
            found += [f"{x}: output of {cell.source[:60]}" for x in page.wrong if x in HEARD]
    return found + wrong_headings(notebook, headings)


def vague(text: str) -> bool:
    """Report whether a link's text says nothing without its surroundings."""
    text = text.strip()
    short = len(text) < LONG_ENOUGH and any(word in text.lower() for word in VAGUE)
    return not text or short or bool(re.match(r"(https?://|www\.)", text, re.IGNORECASE))


def wrong_headings(notebook, headings: list[tuple[int, str]]) -> list[str]:
    """Return what is wrong with the headings of a whole notebook, [(level, text)] in its order."""
    first = notebook.cells[0]
    tokens = MARKDOWN.parse(first.source) if first.cell_type == "markdown" else []
    found = []
    if not tokens or tokens[0].type != "heading_open" or tokens[0].tag != "h1":
        found.append("heading-missing-h1: the first cell")
    seen: set[str] = set()
    ones = [text.lower() for level, text in headings if level == 1]
    found += [f"heading-multiple-h1: {text}" for text in ones[1:]]
    for (level, text), (before, _) in zip(headings, [(9, ""), *headings], strict=False):
        name = text.lower()
        if level == 2 and name in seen:
            found.append(f"heading-duplicate-h2: {text}")
        if level == 2 and name in ones:
            found.append(f"heading-duplicate-h1-h2: {text}")
        if level > before + 1:
            found.append(f"heading-wrong-order: {text}")
        if not text:
            found.append(f"heading-empty: level {level}")
        seen |= {name} if level == 2 else set()
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_nothing_is_found_in_a_lesson(path):
    assert findings(nbformat.read(path, 4)) == []


@pytest.mark.skipif(TOOL is None, reason="jupyterlab-a11y-check is not installed (npm, its cli)")
def test_the_checker_itself_finds_nothing():
    done = subprocess.run([TOOL, *map(str, NOTEBOOKS)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("No accessibility issues found") == len(NOTEBOOKS)


GOOD = "# Title\n\nA [lesson about walks](x.ipynb), ![a graph](g.png) and a table.\n\n| a |\n|---|\n| 1 |\n\n## One\n\n### Two\n\n## Three"
TABLE = '<table><caption>c</caption><tr><th scope="col">a</th></tr></table>'
BAD = {
    "heading-missing-h1": "Words first.\n\n# Title",
    "heading-multiple-h1": "# Title\n\n# Another",
    "heading-duplicate-h2": "# Title\n\n## Same\n\n## same",
    "heading-duplicate-h1-h2": "# Title\n\n## Title",
    "heading-wrong-order": "# Title\n\n### Deep",
    "heading-empty": "# Title\n\n##\n",
    "image-missing-alt": "# Title\n\n![](g.png)",
    "table-missing-header": "# Title\n\n<table><caption>c</caption><tr><td>1</td></tr></table>",
    "table-missing-caption": "# Title\n\n" + TABLE.replace("<caption>c</caption>", ""),
    "table-missing-scope": "# Title\n\n" + TABLE.replace(' scope="col"', ""),
    "link-discernible-text": "# Title\n\nLook [here](x.ipynb).",
}


def lesson(markdown: str, page: str = ""):
    """Return a notebook of one cell, or with another whose output is a page."""
    cells = [nbformat.v4.new_markdown_cell(markdown)]
    if page:
        output = nbformat.v4.new_output("display_data", {"text/html": page})
        cells.append(nbformat.v4.new_code_cell("x", outputs=[output]))
    return nbformat.v4.new_notebook(cells=cells)


@pytest.mark.parametrize("rule", BAD)
def test_each_rule_finds_its_fault_and_no_other(rule):
    assert [x.partition(":")[0] for x in findings(lesson(BAD[rule]))] == [rule]


@pytest.mark.parametrize(
    ("page", "rule"),
    [
        ('<img src="g.png">', "image-missing-alt"),
        ("<table><tr><td>1</td></tr></table>", "table-missing-header"),
        ("<table><tr><th>a</th></tr></table>", "table-missing-scope"),
    ],
)
def test_stored_pages_are_looked_at_too(page, rule):
    assert [x.partition(":")[0] for x in findings(lesson(GOOD, page))] == [rule]


@pytest.mark.parametrize("text", ["", "here", "Read it", "https://example.org/a/long/way"])
def test_a_link_says_where_it_leads(text):
    assert vague(text)
    assert not vague("the lesson where walks are read more closely")


def test_a_good_lesson_passes():
    assert findings(lesson(GOOD + "\n\n" + TABLE)) == []
