"""The copy of the course that an answer sees: no claims, no grader, and not the exercise's own version.

It is the source that is changed, before the kernel starts: what never was in the kernel, neither a
closure nor a reload nor another process can bring back.
"""

from __future__ import annotations

import ast
import compileall
import functools
import shutil
import sys
from pathlib import Path

from graphrec_utils import exercises, paths
from graphrec_utils.exercises import closed_library

LEFT_OUT = ("__pycache__", "grading", "authoring", "exercises", "fitted", "advise")
KERNELS = ("codec.py", "footprint.py", "runner.py")  # of the exercises, what a kernel works with
OF_A_LESSON = ("__init__.py", "visuals")  # what a kernel sees of a lesson's folder
EXERCISES = (
    '"""In a grading kernel nothing is checked: the grader asks the questions itself."""\n'
    + "".join(f"\n\ndef {name}(*arguments):\n    return None\n" for name in exercises.__all__)
)
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def course_copy(folder: Path) -> Path:
    """Copy the package as a student's code may see it: no references, claims or grader."""
    package = folder / "course" / "graphrec_utils"
    shutil.copytree(paths.PACKAGE, package, ignore=_left_out)
    for name, text in (("exercises", EXERCISES), ("grading", ""), ("grading/isolation", "")):
        (package / name).mkdir()
        (package / name / "__init__.py").write_text(text, encoding="utf-8")
    for name in KERNELS:
        shutil.copy2(paths.PACKAGE / "exercises" / name, package / "exercises")
    probe = Path("grading", "isolation", "probe.py")
    shutil.copy2(paths.PACKAGE / probe, package / probe)
    compileall.compile_dir(str(package), quiet=2)
    for path in (folder / "course", *(folder / "course").rglob("*")):
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o644))
    return folder / "course"


def _left_out(folder: str, names: list[str]) -> list[str]:
    """Return what of a folder is not copied."""
    if Path(folder).parent == paths.PACKAGE / "lessons":
        return [name for name in names if name not in OF_A_LESSON]
    return [name for name in names if name in LEFT_OUT]


def close(course: Path, closed: tuple[str, ...]) -> None:
    """Make functions, or every method of classes, raise for whoever calls them.

    The library's other functions raise, too, where they call these.

    Args:
        course: the folder that holds the copied package.
        closed: "graphrec_utils.graphs.adjacency", …

    Raises:
        ImportError, AttributeError, TypeError, LookupError: there is nothing that could be closed.
    """
    for relative, text in _without(closed).items():
        file = course / relative
        file.unlink()  # it may be a link to the one that all kernels share
        file.write_text(text, encoding="utf-8")
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
            compiled.unlink()


@functools.cache
def _without(closed: tuple[str, ...]) -> dict[Path, str]:
    """Return the files that define these functions, and their sources without them."""
    trees: dict[Path, ast.Module] = {}
    for path in closed:
        file = Path(sys.modules[closed_library.version(path).__module__].__file__)
        if file not in trees:
            trees[file] = ast.parse(file.read_text("utf-8"))
        _empty(trees[file], path)
    folder = paths.PACKAGE.parent
    return {file.relative_to(folder): ast.unparse(tree) for file, tree in trees.items()}


def _empty(tree: ast.Module, path: str) -> None:
    """Let the function, or every method of the class, raise in a module's tree."""
    found = closed_library.version(path)
    bodies = [
        inner
        for node in tree.body
        if getattr(node, "name", "") == found.__name__
        for inner in ast.walk(node)
        if isinstance(inner, FUNCTIONS)
    ]
    if not bodies:
        raise LookupError(f"{path} cannot be closed: {found.__module__} has no `def` of it")
    says = f"def f(*args, **kwargs): raise RuntimeError({closed_library.sentence(path)!r})"
    for function in bodies:
        instead = ast.parse(says).body[0]
        function.args, function.body = instead.args, [*_docstring(function), *instead.body]


def _docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    return function.body[:1] if ast.get_docstring(function) else []
