"""What all tests share: the option --full, and figures that neither need a screen nor stay open.

How nbval compares is in tests/lessons/nbval_rules.py.
"""

from __future__ import annotations

import gc
import sys

import matplotlib
import pytest

matplotlib.use("agg")

# These files take longest: they come first, so that no process ends with one of them alone.
LONG = (
    "lessons/test_notebooks.py",
    "torture/test_torture.py",
    "lessons/test_mechanical.py",
    "browser/test_pages_site.py",
    "lessons/test_opponents.py",
    "lessons/test_exercises.py",
    "browser/test_every_lesson.py",
    "torture/test_lessons.py",
    "torture/test_library.py",
    "torture/test_class.py",
    "torture/test_kills.py",
    "browser/test_lesson_00.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="also run what is marked `full` (long)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "full: takes long, so it runs with --full only")


def pytest_collectstart() -> None:
    gc.disable()  # 16,000 tests are made and nothing is thrown away


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((k for k, x in enumerate(LONG) if _in(item, x)), len(LONG)))
    if not config.getoption("--full"):
        for item in items:
            if item.get_closest_marker("full"):
                item.add_marker(pytest.mark.skip(reason="takes long: runs with `test --full`"))


def _in(item: pytest.Item, file: str) -> bool:
    return item.nodeid.partition("::")[0].endswith(file)


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
