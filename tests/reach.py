"""Which tests a change can reach (`test --changed`), by imports and by the lesson that a file belongs to.

Imports are followed in the sources, with nothing run. What is found by its folder and never imported belongs to
who finds it (FINDS). A test of one lesson, whose number stands in its name, runs where that lesson is reached: one
of its own files changed, or something that its text or its exercises import.
"""

from __future__ import annotations

import ast
import functools
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# A change of these reaches everything: what is installed, how tests run.
ALL = re.compile(
    r"pyproject\.toml|requirements\.txt|constraints\.txt|\.ci/|tests/(conftest|reach)\.py|"
    r"graphrec_utils/(__init__|__main__|paths)\.py|graphrec_utils/cli/setup/|data/registry\.json"
)
# What belongs to one lesson; the number is a group.
OF_LESSON = re.compile(
    r"(?:solutions|notebooks)/(\d\d)_|graphrec_utils/lessons/lesson(\d\d)/(?!visuals/)|data/results/(\d\d)_"
)
TEXTS, EXERCISES = "graphrec_utils.authoring.lesson.source", "graphrec_utils.exercises.find"
MADE = "tests.library.made"  # an example of every visual
SYLLABUS, ROW = "graphrec_utils/syllabus.py", re.compile(r' *Lesson\("(\d\d)"')
TABLE = "graphrec_utils/methods.py"
# Tests of what lists methods, by words of theirs.
LISTING = re.compile(
    r"\b(methods|ON_THE_MAP|taught|course_map|GENERATORS|films\.MET|style\.METHOD)\b"
)
# Who finds what no import names: files, and the module whose tests they reach.
FINDS = (
    (r"(solutions|notebooks)/\d\d_", TEXTS),
    (r"graphrec_utils/lessons/lesson\d\d/(?!visuals/)", EXERCISES),
    (r"graphrec_utils/fitted/", "graphrec_utils.exercises.generators"),
    (r"(tests|graphrec_utils)/lessons/lesson\d\d/(made\.py|visuals/)", MADE),
    (r"graphrec_utils/lessons/lesson\d\d/believed", "graphrec_utils.authoring.site.verdicts_page"),
    (r"data/results/", "graphrec_utils.results"),
    (r"graphrec_utils/cli/", "graphrec_utils.cli"),
)
OF_VISUAL = re.compile(r"/visuals/(?!base/)(\w+)/")
# Who goes through all lessons; a file that does not, and names some, is about these.
ALL_LESSONS = re.compile(
    r"\b(built|sources)\(\)|of_lesson\(\w+\.|\bLESSONS\b(?!\[)|(notebooks|solutions)\"\)\.r?glob"
)
NAMES_LESSON = re.compile(r"\b(\d\d)_[a-z]|[\"'](\d\d)\.\w*\d")
ANSWERS = re.compile(r"/lesson(\d\d)/test_answers\.py$")
EVERY_TIME = re.compile(r"tests/contracts/test_(style|links|architecture|built_in|versions)\.py")
# a lesson, not the place of a mistake in "09.3-11"
NUMBER = re.compile(r"(?<![\w.])(?<!\d\d\.\d-)(\d\d)(?=[._\]-]|$)")


def changed(since: str) -> set[str]:
    """Return the files that differ from a commit, and new ones; relative to the repository.

    A row of the syllabus belongs to its lesson's text, a row of the table of methods to those of the lessons that
    show it and to the tests of what lists methods: they stand in place of the table.

    Raises:
        pytest.UsageError: this is no clone, or git knows no such commit.
    """
    # a branch's changes, not those that were made since beside it
    base = _git("merge-base", since, "HEAD").stdout.strip() or since
    found = set()
    for words in (
        ["diff", "--name-only", base, "--"],
        ["ls-files", "--others", "--exclude-standard"],
    ):
        run = _git(*words)
        if run.returncode:
            raise pytest.UsageError(f"--changed {since}: git says {run.stderr.strip()}")
        found |= set(run.stdout.splitlines())
    for file, lessons in ((SYLLABUS, rows), (TABLE, methods)):
        if file not in found:
            continue
        old = _git("show", f"{base}:{file}")
        if numbers := lessons(old.stdout, (ROOT / file).read_text("utf-8")):
            found = found - {file} | {f"solutions/{number}_" for number in numbers}
            found |= _listing() if file == TABLE else set()
    return found


def _git(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)


def rows(old: str, new: str) -> set[str]:
    """Return the lessons whose rows of the syllabus differ, such as their minutes; none where more than that does."""
    lines, others = zip(*(_rows(text) for text in (old, new)), strict=True)
    return {ROW.match(row)[1] for row in lines[0] ^ lines[1]} if others[0] == others[1] else set()


def methods(old: str, new: str) -> set[str]:
    """Return the lessons that show methods whose rows differ; none where more than rows does.

    `my_films` shows a method from its lesson on, lesson 18 all with a generator, later ones as well.
    """
    calls, others = zip(*(_table(text) for text in (old, new)), strict=True)
    found: set[str] = set()
    for row in calls[0] ^ calls[1] if others[0] == others[1] else ():
        call = ast.parse(row, mode="eval").body
        lesson, given = call.args[1].value, {each.arg for each in call.keywords}
        later = {number for number in _numbers() if number > lesson}
        found |= {lesson, "18", *(later if "films" in given else ())}
    return found


def _table(text: str) -> tuple[set[str], str]:
    """Return the rows of the table of methods, and all else."""
    tree = ast.parse(text or "TABLE = ()")
    (table,) = (x for x in tree.body if ast.unparse(x).startswith("TABLE = "))
    found, table.value = {ast.unparse(x) for x in table.value.elts}, ast.Constant(None)
    return found, ast.unparse(tree)


def _listing() -> set[str]:
    """Return the tests of what lists methods."""
    tests = (ROOT / "tests").rglob("test_*.py")
    return {x.relative_to(ROOT).as_posix() for x in tests if LISTING.search(x.read_text("utf-8"))}


def _rows(text: str) -> tuple[set[str], list[str]]:
    lines = text.splitlines()
    return {x for x in lines if ROW.match(x)}, [x for x in lines if not ROW.match(x)]


class Reach:
    """What a set of changed files reaches.

    Attributes:
        all: everything.
        lessons: numbers of the lessons that are reached.
    """

    def __init__(self, files: set[str]):
        self.files = files
        self.all = any(ALL.match(file) for file in files)
        own = {next(filter(None, m.groups())) for file in files if (m := OF_LESSON.match(file))}
        # a lesson's own files speak for that lesson, others for all that import them
        shared = {file for file in files if not OF_LESSON.match(file)}
        self._shared = {name for file in shared if (name := _module(file))}
        self._found = {
            name for file in files for words, name in FINDS if re.match(words, file)
        }  # fmt: skip
        self._visuals = {m[1] for file in files if (m := OF_VISUAL.search(file))}
        self._of_lessons = {number: needed(_lesson(number)) for number in _numbers()}
        self.lessons = own | {n for n, names in self._of_lessons.items() if names & self._shared}

    def file(self, path: Path) -> bool:
        """Return whether any test of a file can be reached."""
        names = needed([_name(path)])
        return self._whole(path, names) or bool(self.lessons and names & {TEXTS, EXERCISES})

    def test(self, path: Path, name: str) -> bool:
        """Return whether a test can be reached, by its file and its name with what stands in brackets."""
        names = needed([_name(path)])
        bracket = name.partition("[")[2]
        numbers = set(NUMBER.findall(bracket)) | set(ANSWERS.findall(path.as_posix()))
        if not numbers or not numbers <= set(self._of_lessons):
            shown = _visuals() & set(re.findall(r"\w+", bracket)) if MADE in names else set()
            return self._of_visuals(path, names, shown) if shown else self._whole(path, names)
        of_lessons = set().union(*self._of_lessons.values())
        return self._always(path) or bool(
            numbers & self.lessons or names & (self._shared - of_lessons)
        )

    def _always(self, path: Path) -> bool:
        own = path.relative_to(ROOT).as_posix()
        return self.all or own in self.files or bool(EVERY_TIME.match(own))

    def _whole(self, path: Path, names: frozenset[str]) -> bool:
        """Return whether the tests of a file that are about no lesson can be reached."""
        found, text = self._found, path.read_text("utf-8")
        used = {one or other for one, other in NAMES_LESSON.findall(text)}
        if not used & self.lessons:
            if path.parent.name != "lessons":  # most need some exercises, not all
                found = found - {EXERCISES}
            if used and not ALL_LESSONS.search(text):
                found = found - {TEXTS}
        return self._always(path) or bool(names & (self._shared | found))

    def _of_visuals(self, path: Path, names: frozenset[str], shown: set[str]) -> bool:
        """Return whether a test can be reached that shows these visuals and no other."""
        others = {file for file in self.files if not OF_VISUAL.search(file)}
        made = any(file.endswith("/made.py") for file in others)
        shared = {name for file in others if not OF_LESSON.match(file) and (name := _module(file))}
        return made or self._always(path) or bool(shown & self._visuals or names & shared)


def _numbers() -> list[str]:
    return sorted(path.name[:2] for path in (ROOT / "solutions").glob("[0-9][0-9]_*.py"))


@functools.cache
def _visuals() -> set[str]:
    """Return the names of all visuals."""
    found = (ROOT / "graphrec_utils").rglob("visuals/*/__init__.py")
    return {path.parent.name for path in found} - {"base"}


def _lesson(number: str) -> list[str]:
    """Return what a lesson starts from: its text and its exercises."""
    texts = (ROOT / "solutions").glob(f"{number}_*.py")
    exercises = (ROOT / "graphrec_utils/lessons" / f"lesson{number}").glob("*.py")
    return [_name(path) for path in (*texts, *exercises)]


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _module(file: str) -> str:
    """Return the module of a file; a page, a table or a script belongs to the package that it lies in."""
    path = ROOT / file
    if path.suffix == ".py":
        return _name(path).removesuffix(".__main__")
    if not file.startswith("graphrec_utils/"):
        return ""
    beside = path.with_suffix(".py")  # card.html is card.py's
    return _name(beside if beside.exists() else path.parent)


@functools.cache
def _sources() -> dict[str, Path]:
    folders = ("graphrec_utils", "tests", "solutions")
    return {_name(path): path for folder in folders for path in (ROOT / folder).rglob("*.py")}


@functools.cache
def _imported(name: str) -> frozenset[str]:
    """Return the modules that one imports, inside functions as well; helpers that lie beside it by one word.

    Who says `visuals.pixie` needs this one, in whichever room it lies. What a module does as a command
    concerns nobody who imports it.
    """
    names, tree = set(), ast.parse(_sources()[name].read_bytes())
    tree.body = [
        x for x in tree.body if not (isinstance(x, ast.If) and "__main__" in ast.dump(x.test))
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "visuals":
            names |= {each for each in _sources() if each.endswith(f".visuals.{node.attr}")}
    beside = name.rpartition(".")[0]
    return frozenset(names | {f"{beside}.{each}" for each in names if "." not in each})


@functools.cache
def _closure(name: str) -> frozenset[str]:
    found, todo = set(), {name}
    while todo:
        each = todo.pop()
        while each and each not in _sources():  # a function's name: its module counts
            each = each.rpartition(".")[0]
        if each and each not in found:
            found.add(each)
            todo |= {each.rpartition(".")[0], *_imported(each)}  # importing a.b runs a, too
    return frozenset(found)


def needed(names: list[str]) -> frozenset[str]:
    """Return the modules that are loaded, now or later, when something imports these names."""
    return frozenset().union(*map(_closure, names))


# ------------------------------------------------------------------ the plugin
def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--changed", metavar="REF", help="only what a change since REF can reach")


def pytest_configure(config: pytest.Config) -> None:
    since = config.getoption("--changed")
    config.reach = Reach(changed(since)) if since else None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    reach = getattr(config, "reach", None)
    is_test = collection_path.suffix == ".py" and collection_path.name.startswith("test_")
    return True if reach and is_test and not reach.file(collection_path) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.reach:
        kept = [item for item in items if config.reach.test(item.path, item.name)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept
