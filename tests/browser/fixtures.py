"""Fixtures of the browser tests: one server and one browser per run, a fresh page per test.

They skip, saying why, where Chromium or playwright is missing. Every page records what it asks
for; a test that made it ask the outside world fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.labdriver import FLAGS, HANGS, find_chromium, server
from tests.browser.pages import alone, opened


@pytest.fixture(scope="session")
def chromium():
    """The browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as play:
        path = find_chromium() or play.chromium.executable_path
        if not Path(path).exists():
            pytest.skip("no Chromium: install it, or set CHROMIUM to its path")
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(chromium, tmp_path_factory):
    """A JupyterLab server on an empty folder; `lab.add(path)` copies a notebook into it."""
    folder, private = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("private")
    with server(folder, private) as running:
        yield running


@pytest.fixture(scope="session")
def notebook7(chromium, tmp_path_factory):
    """The same with Notebook 7."""
    pytest.importorskip("notebook", reason="Notebook 7 is not installed")
    folder, private = tmp_path_factory.mktemp("notebook"), tmp_path_factory.mktemp("private")
    with server(folder, private, app="notebook") as running:
        yield running


@pytest.fixture
def outside():
    """The addresses beyond this machine that the test's pages asked for; must stay empty."""
    return []


@pytest.fixture
def new_page(chromium, outside):
    """A function that opens a page; its arguments are those of playwright's new_context."""
    contexts = []

    def note(request):
        local = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:", "file:")
        if not request.url.startswith(local):
            outside.append(request.url)

    def make(**options):
        context = chromium.new_context(**({"viewport": {"width": 1280, "height": 1400}} | options))
        contexts.append(context)
        context.set_default_timeout(HANGS * 1000)
        context.on("request", note)
        page = context.new_page()
        page.on("websocket", note)  # has an url, too
        return page

    yield make
    for context in contexts:
        context.close()
    assert not outside, f"the page asked outside this machine: {outside}"


@pytest.fixture
def on_a_page(new_page, tmp_path):
    """A function that puts a visual on a page of its own and returns (page, its root)."""

    def put(visual, width=1000, dark=False):
        look = "dark" if dark else "light"
        page = new_page(color_scheme=look, viewport={"width": width, "height": 900})
        errors = []
        page.on("pageerror", lambda error: errors.append(error))
        root = opened(page, alone(tmp_path, visual, dark_lab=dark))
        assert not errors
        return page, root

    return put


@pytest.fixture
def page(new_page):
    """A fresh page, 1280 wide."""
    return new_page()


@pytest.fixture
def drawn(page, tmp_path):
    """A function that draws a visual on the test's page and returns its root."""
    return lambda visual, dark=False: opened(page, alone(tmp_path, visual, dark_lab=dark))
