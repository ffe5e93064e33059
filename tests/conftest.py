"""What all tests share: the option --full, and figures that neither need a screen nor stay open.

How nbval compares is in tests/lessons/nbval_rules.py. Pages and a browser to open them: tests/browser/fixtures.py.
"""

from __future__ import annotations

import gc
import sys

import matplotlib
import pytest

from tests import times

pytest_plugins = ("tests.browser.fixtures",)

matplotlib.use("agg")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="also run what is marked `full` (long)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "full: takes long, so it runs with --full only")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Keep bytes out of names: what is compressed holds the second it was made in, and workers would not collect the same."""
    return "bytes" if isinstance(val, bytes) else None


def pytest_collectstart() -> None:
    gc.disable()  # 16,000 tests are made and nothing is thrown away


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)  # what is left out costs nothing
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    times.longest_first(items)
    if not config.getoption("--full"):
        for item in items:
            if item.get_closest_marker("full"):
                item.add_marker(pytest.mark.skip(reason="takes long: runs with `test --full`"))


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
