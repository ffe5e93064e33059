"""Foreign files that go into slides and the site: reveal.js, MathJax.

They come with Python packages of the extra `site`, pinned in constraints.txt, so that a build needs
neither npm nor a network; nothing of them is committed.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from graphrec_utils.cli.setup.environment import CannotRun

# name: (its module, the package that pip installs, the path inside the module)
FILES = {
    "reveal.js": ("sphinx_revealjs", "sphinx-revealjs", "_static/revealjs/dist/reveal.js"),
    "reveal.css": ("sphinx_revealjs", "sphinx-revealjs", "_static/revealjs/dist/reveal.css"),
    "notes.js": ("sphinx_revealjs", "sphinx-revealjs", "_static/revealjs/plugin/notes/notes.js"),
    # "full": with every extension of TeX, so that none is asked for later. The module's name has
    # hyphens, so nobody can import it; find_spec does not mind.
    "tex-svg-full.js": (
        "sphinx-mathjax-offline",
        "sphinx-mathjax-offline",
        "static/mathjax/tex-svg-full.js",
    ),
}


def find(name: str) -> Path:
    """Return where a foreign file lies.

    Raises:
        CannotRun: its package is not installed, or has changed its folders.
    """
    module, package, inside = FILES[name]
    spec = importlib.util.find_spec(module)
    if spec is None:
        raise CannotRun(f"{name} is missing: python3 -m pip install {package}")
    path = Path(spec.origin).parent / inside
    if not path.exists():
        raise CannotRun(f"{package} has no {inside} any more: install the version of constraints")
    return path


def read(name: str) -> str:
    """Return the text of a foreign file."""
    return find(name).read_text("utf-8")
