"""What every notebook has around its lesson: metadata, its place on the course map, launch links, what finds
the package, an ending.
"""

from __future__ import annotations

import platform

import nbformat

import graphrec_utils
from graphrec_utils.authoring.course_map import draw

# What Jupyter adds to a notebook's metadata when a kernel of this Python has opened it: with these a lesson
# that was opened and saved is the file that was handed out, and git has nothing to say.
AS_JUPYTER_WRITES = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": platform.python_version(),
    },
}

BOOTSTRAP = """\
# Finds the course's package: nothing is installed in a clone; Colab needs one pip line.
import importlib.util
import sys
from pathlib import Path

if importlib.util.find_spec("graphrec_utils") is None:
    clone = next((p for p in Path.cwd().parents if (p / "graphrec_utils").is_dir()), None)
    if clone is None:
        {otherwise}
    sys.path.insert(0, str(clone))\
"""
NOT_FOUND = (
    'sys.exit("graphrec_utils was not found: open this notebook inside a clone of the course")'
)
ON_COLAB = """\
if "google.colab" not in sys.modules:
            {not_found}
        !{{sys.executable}} -m pip install -q torch-geometric
        !{{sys.executable}} -m pip install -q --no-deps "git+{url}@v{version}"
        clone = Path.cwd()\
"""
KEEP = (
    "*On Binder and on Colab everything you write is gone when the session ends, on Binder after "
    "about ten idle minutes: save a copy in Drive first, or download this notebook before you "
    "leave. The end of lesson 00 says how to keep your points.*"
)


def openers(stem: str, repo: str | None) -> list:
    """Return the cells every notebook begins with after its title: place, buttons and bootstrap."""
    otherwise = NOT_FOUND
    cells = [nbformat.v4.new_markdown_cell(draw.line(stem[:2]))]
    if repo:
        url = f"https://github.com/{repo}"
        version = graphrec_utils.__version__
        otherwise = ON_COLAB.format(not_found=NOT_FOUND, url=url, version=version)
        cells.append(nbformat.v4.new_markdown_cell(f"{buttons(repo, stem)}\n\n{KEEP}"))
    code = nbformat.v4.new_code_cell(BOOTSTRAP.format(otherwise=otherwise))
    code.metadata.update(tags=["setup"], jupyter={"source_hidden": True})
    for cell in (*cells, code):
        cell.metadata.slideshow = {"slide_type": "skip"}
    return [*cells, code]


def closing(number: str):
    """Return the cell every notebook ends with: what is solved of it, and the way on."""
    code = f'from graphrec_utils.exercises import progress\n\nprogress("{number}")'
    cell = nbformat.v4.new_code_cell(code)
    cell.metadata.slideshow = {"slide_type": "skip"}
    return cell


def buttons(repo: str, stem: str) -> str:
    """Return the launch links of one lesson as Markdown."""
    colab = f"https://colab.research.google.com/github/{repo}/blob/main/notebooks/{stem}.ipynb"
    binder = f"https://mybinder.org/v2/gh/{repo}/main?urlpath=lab/tree/notebooks/{stem}.ipynb"
    return f"[Open in Colab]({colab}) · [Open in Binder]({binder})"
