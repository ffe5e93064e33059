"""No name and no text makes a pattern of the grader slow: time grows with the length, not with its square."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import string
import time

import pytest

from graphrec_utils import grading
from graphrec_utils.grading.submissions import whose

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(grading.__path__, grading.__name__ + ".")
    if not found.name.endswith(("isolation.nursery", "isolation.server"))  # processes, not modules
]


def uses(module, name: str) -> set[str]:
    """Return how a module asks its pattern: `fullmatch` looks once where `search` looks from every place."""
    asked = set(re.findall(rf"\b{name}\.(\w+)\(", inspect.getsource(module)))
    return {
        "search" if how in ("sub", "subn", "findall", "finditer", "split") else how for how in asked
    } or {"search"}


PATTERNS = {
    f"{module.__name__.removeprefix('graphrec_utils.grading.')}.{name}": (value, uses(module, name))
    for module in MODULES for name, value in vars(module).items() if isinstance(value, re.Pattern)
}  # fmt: skip
SHORT, LONG = 2_500, 10_000


def alphabet(pattern: str) -> list[str]:
    """Return what to repeat: the characters and the words of a pattern, and what its classes stand for."""
    words = re.findall(r"[A-Za-z\u0400-\u04ff]{2,}", pattern)
    signs = {c for c in pattern if c in string.punctuation}
    return sorted(
        {*"ax1 \n\t_-.(", *signs, *words, *(f"_{w}" for w in words), "1_", "_1", "()", "a_1_"}
    )


def seconds(pattern: re.Pattern, how: set[str], text: str) -> float:
    start = time.process_time()
    for name in how:
        getattr(pattern, name)(text)
    return time.process_time() - start


def starts(name: str) -> list[str]:
    """Return beginnings that lead into a pattern's later parts."""
    return [
        "",
        "a_1_assignsubmission_",
        "a_123_123_",
        "```\n",
        "from __future__ import (",
        "# exercise ",
    ]


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_takes_four_times_as_long_for_four_times_as_much(name):
    pattern, how = PATTERNS[name]
    for begin in starts(name):
        for unit in alphabet(pattern.pattern):
            for end in ("", "\n", "!", "x"):
                text = [begin + unit * (size // len(unit)) + end for size in (SHORT, LONG)]
                if (long := seconds(pattern, how, text[1])) < 0.02:
                    continue
                short = min(seconds(pattern, how, text[0]) for _ in range(3))
                long = min(long, *(seconds(pattern, how, text[1]) for _ in range(2)))
                assert long < 8 * short, (begin, unit, end, short, long)


def test_the_patterns_are_found():
    assert {"submissions.whose.TURN", "submissions.syntax.FENCE"} <= set(PATTERNS)


@pytest.mark.parametrize(
    "unit", ["_", " ", "(1)", "_1", "_v1", "copy", "_final", "a_1_assignsubmission_", ".ipynb", ")"]
)
def test_whose_a_file_is_takes_no_longer_for_a_name_that_nobody_can_have(unit):
    """A member of a zip file may have a name of 65,535 bytes; what lies behind the 255th decides nothing."""
    name = "00_start_here" + unit * (60_000 // len(unit))
    for size in (256, len(name)):
        known = whose.owner((name[:size],), f"{name[:size]}.ipynb", "x")
        assert len(known.name) <= whose.LONGEST
    assert whose.owner((), name + "x.ipynb", "f") == whose.owner((), name + "y.ipynb", "f")
    assert whose.attempt(name[:100_000]) == whose.attempt(name[: whose.LONGEST_FILE])
