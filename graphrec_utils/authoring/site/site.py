"""`python3 -m graphrec_utils site`: the lessons as a website that works from the disk as well.

Sphinx with MyST-NB and the Sphinx Book Theme turns the student notebooks, as they are stored, and
the pages of `site_pages` into HTML; nothing runs. Decks lie under slides/.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import sys
import time
from pathlib import Path

from graphrec_utils import __version__
from graphrec_utils.authoring.course_map import draw
from graphrec_utils.authoring.lesson import handed_out
from graphrec_utils.authoring.lesson.source import built, repository, target
from graphrec_utils.authoring.site import site_pages, texts
from graphrec_utils.authoring.slides import lecture, slides, vendor
from graphrec_utils.cli.setup import bootstrap
from graphrec_utils.cli.setup.environment import clone

STATIC = Path(__file__).parent


def settings(repo: str | None) -> dict:
    """Return Sphinx's configuration; launch buttons only where the repository is known."""
    theme = {
        "use_download_button": True,
        "use_fullscreen_button": False,
        "path_to_docs": "",
        "home_page_in_toc": True,
        "show_toc_level": 1,  # deeper ones open where the reader is
        "navbar_persistent": [],  # the search field stands in the sidebar
        # highlighting with a contrast of 4.5 in both themes
        "pygments_light_style": "a11y-high-contrast-light",
        "pygments_dark_style": "a11y-high-contrast-dark",
    }
    if repo:
        theme |= {
            "repository_url": f"https://github.com/{repo}",
            "repository_branch": "main",
            "use_repository_button": True,
            "use_issues_button": True,
            "launch_buttons": {
                "binderhub_url": "https://mybinder.org",
                "colab_url": "https://colab.research.google.com",
                "notebook_interface": "jupyterlab",
            },
        }
    return {
        "project": "Graph models for recommender systems",
        "author": "the course contributors",
        "copyright": "the course contributors",
        "release": __version__,
        "language": "en",
        "extensions": ["myst_nb"],
        "html_theme": "sphinx_book_theme",
        "html_title": "Graph models for recommender systems",
        "html_theme_options": theme,
        "html_static_path": ["_static"],
        "html_favicon": str(STATIC / "icon.svg"),
        "html_context": {"default_mode": "auto"},  # or the theme complains on every first visit
        "html_css_files": ["site.css", draw.PAGE_STYLE.name],
        "html_js_files": ["site.js"],
        "mathjax_path": "mathjax/tex-svg-full.js",
        "mathjax3_config": {"options": {"enableMenu": False}},
        "myst_enable_extensions": ["dollarmath", "amsmath", "deflist"],
        "myst_heading_anchors": 3,
        "nb_execution_mode": "off",
        "nb_merge_streams": True,
        "nb_ipywidgets_js": {},  # they would come from a CDN
        "nb_mime_priority_overrides": [("*", "application/vnd.jupyter.widget-view+json", None)],
        # our own result type and slider states are for machines
        "suppress_warnings": ["mystnb.unknown_mime_type", "myst.header"],
    }


def build(folder: Path) -> list[str]:
    """Write the site into a folder; return Sphinx's warnings, which should be none.

    Raises:
        CannotRun: as `slides.write` and `handed_out.check`.
    """
    from sphinx.application import Sphinx

    handed_out.check([target(source, "student") for source in built()])
    repo = repository()
    source, doctrees = folder.with_name("site-source"), folder.with_name("site-doctrees")
    for old in (source, doctrees, folder):
        shutil.rmtree(old, ignore_errors=True)
    site_pages.write(source, repo)
    static = source / "_static"
    (static / "mathjax").mkdir(parents=True, exist_ok=True)
    shutil.copy(vendor.find("tex-svg-full.js"), static / "mathjax")
    for path in (STATIC / "site.css", STATIC / "site.js", draw.PAGE_STYLE):
        shutil.copy(path, static)
    warnings = io.StringIO()
    app = Sphinx(
        *(str(source), None, str(folder), str(doctrees), "html"),
        confoverrides=settings(repo),
        status=None,
        warning=warnings,
        parallel=min(2, os.cpu_count() or 1),
    )
    app.build()
    lighter(folder)
    texts.write(folder)
    lecture.write(folder / "slides", slides.filled)
    slides.write([], folder / "slides")
    shutil.rmtree(doctrees)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", warnings.getvalue())
    return [line for line in plain.splitlines() if line.strip()]


# An entry of Font Awesome's script: its name, its size, other names, a code point, its path.
ICON = re.compile(r'"?([a-z0-9-]+)"?:\[\d+,\d+,\[([^\]]*)\],"[0-9a-f]+",(?:"[^"]*"|\[[^\]]*\])\],?')


def lighter(folder: Path) -> None:
    """Leave out of the theme's two thousand icons those that no page of the site has."""
    script = folder / "_static" / "scripts" / "fontawesome.js"
    files = [x for x in folder.rglob("*") if x.suffix in (".html", ".js") and x != script]
    used = {name for x in files for name in re.findall(r"\bfa-([a-z0-9-]+)", x.read_text("utf-8"))}

    def kept(icon: re.Match) -> str:
        names = {icon[1], *re.findall(r'"([a-z0-9-]+)"', icon[2])}
        return icon[0] if names & used else ""

    script.write_text(ICON.sub(kept, script.read_text("utf-8")), "utf-8", newline="\n")


def main(argv: list[str]) -> int:
    """Run `python3 -m graphrec_utils site`; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m graphrec_utils site",
        description="Write the website of the course; open index.html, no server is needed.",
        epilog="example: python3 -m graphrec_utils site --out build/site",
    )
    parser.add_argument("--out", metavar="DIR", type=Path, help="default: build/site")
    bootstrap.agreeing(parser)
    options = parser.parse_args(argv)
    root = clone()
    folder = (options.out or root / "build" / "site").resolve()
    start = time.perf_counter()
    warnings = build(folder)
    for line in warnings:
        print(f"✗ {line}", file=sys.stderr)
    print(f"{folder / 'index.html'}: {time.perf_counter() - start:.0f} s")
    return 1 if warnings else 0
