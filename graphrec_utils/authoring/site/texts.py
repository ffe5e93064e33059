"""What the search quotes where a page may not read another one: from a disk, which allows scripts only.

Beside the site's pages lies a script for each with its words, in the sections that the search asks for;
site.js loads it when a result is shown.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

FOLDER = "texts"  # below _static
NOT_READ = ("script", "style", "svg", "img", "button", "nav")


def words(page: str) -> str:
    """Return the main part of a page: its text in its sections, and nothing else."""
    from bs4 import BeautifulSoup

    page = re.sub(r"<(script|style|svg)\b.*?</\1>", "", page, flags=re.DOTALL)
    page = re.sub(r'src="data:[^"]*"|</?span\b[^>]*>', "", page)  # most tags are spans of code
    main = BeautifulSoup(page, "html.parser").select_one('[role="main"]')
    return f'<div role="main">{_bare(main)}</div>' if main else ""


def _bare(node) -> str:
    if node.name is None:
        return html.escape(re.sub(r"\s+", " ", str(node)))
    if node.name in NOT_READ or "headerlink" in node.get("class", []):
        return ""
    inside = "".join(_bare(child) for child in node.children if type(child).__name__ != "Comment")
    if node.name == "section" and node.get("id"):
        return f'<section id="{html.escape(node["id"])}">{inside}</section>'
    inline = node.name in ("a", "b", "code", "em", "i", "strong", "sub", "sup")
    return inside if inline else f"{inside} "


def write(folder: Path) -> None:
    """Write the scripts of a site's pages into its folder `_static`."""
    for page in sorted(folder.rglob("*.html")):
        name = page.relative_to(folder).with_suffix("").as_posix()
        if name.startswith(("_", "slides/")) or name in ("search", "genindex"):
            continue
        path = folder / "_static" / FOLDER / f"{name}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        told = json.dumps(words(page.read_text("utf-8")))
        path.write_text(f"pageTexts[{json.dumps(name)}] = {told};\n", "utf-8", newline="\n")
