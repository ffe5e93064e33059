"""Links of the README, the other documents and the notebooks lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

from graphrec_utils import paths

ROOT = paths.root()
DOCUMENTS = [*sorted(ROOT.glob("*.md")), ROOT / "data" / "README.md"]
DOCUMENTS += sorted((paths.PACKAGE / "authoring" / "site" / "pages").glob("*.md"))
NOTEBOOKS = sorted([*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "solutions").glob("*.ipynb")])
LINK = re.compile(r"""\]\(([^()\s]+(?:\([^()\s]*\))?)\)|(?:href|src)=["']([^"']+)["']""")


def targets(text: str) -> list[str]:
    """Return the targets of Markdown and HTML links, code left out."""
    text = re.sub(r"```.*?```|`[^`\n]*`|\$[^$]*\$", "", text, flags=re.DOTALL)
    return [a or b for a, b in LINK.findall(text)]


def links(path: Path) -> list[str]:
    if path.suffix == ".md":
        return targets(path.read_text("utf-8"))
    cells = nbformat.read(path, 4).cells
    return [link for c in cells if c.cell_type == "markdown" for link in targets(c.source)]


def anchors(path: Path) -> set[str]:
    """Return the anchors GitHub gives the headings of a document."""
    heads = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", [*DOCUMENTS, *NOTEBOOKS], ids=lambda p: p.name)
def test_links_inside_the_repository_lead_somewhere(path):
    for link in links(path):
        if re.match(r"(https?|mailto|data):", link):
            continue
        file, _, anchor = unquote(link).partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), f"{path.name}: {link}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{path.name}: {link}"


def test_what_contributing_tells_to_copy_or_to_run_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for span in re.findall(r"`([^`]+)`", text):
        for word in re.findall(r"[\w./-]*(?:/|\.(?:py|toml|json|md)\b)[\w./-]*", span):
            if re.search(r"NN|NAME|^\.venv", word):  # of files that will be
                continue
            places = (ROOT, paths.PACKAGE)
            assert any((x / word).exists() for x in places), f"CONTRIBUTING.md names {word}"


def test_links_to_the_outside_are_secure_and_listed(capsys):
    found = {
        link
        for path in [*DOCUMENTS, *NOTEBOOKS]
        for link in links(path)
        if re.match(r"https?:", link)
    }
    assert found
    with capsys.disabled():
        print(f"\n{len(found)} links to the outside, not followed:", *sorted(found), sep="\n  ")
    assert [link for link in found if link.startswith("http:")] == []


def test_links_are_found_in_markdown_and_html_but_not_in_code():
    text = '[a](x.md) ![b](<y>) `[c](z)` <img src="w.png"> $[d](v)$ [e](https://u.org/a_(b))'
    assert targets(text) == ["x.md", "<y>", "w.png", "https://u.org/a_(b)"]
