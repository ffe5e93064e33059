"""Drive JupyterLab or Notebook 7 in headless Chromium: what a student's hands do, as functions.

A lesson's test is short (fixtures `lab` and `page` come from fixtures.py):

    def test_a_right_answer_turns_the_card_green(lab, page):
        notebook = lab.add(ROOT / "notebooks" / "00_start_here.ipynb")
        open_notebook(page, lab, notebook)
        run_all(page)
        assert errors(page) == []
        write(page, cell(page, "# exercise 00.1"), "def degree(R):\n    return R.sum(1)")
        run_cell(page, cell(page, "# exercise 00.1"))
        card = output(run_cell(page, cell(page, 'check("00.1"')))
        card.get_by_text("5/5").wait_for()
        screenshot(card, "lesson-00-card")

Nothing is written into the clone except pictures, under build/screenshots/.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "build" / "screenshots"
HANGS = 900  # seconds after which something hangs, however busy the machine is

# Chromium talks to nobody by itself; sandboxing needs privileges that containers do not give
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

NEWS = "@jupyterlab/apputils-extension/notification"
NOTEBOOKS = "@jupyterlab/notebook-extension/tracker"
THEMES = "@jupyterlab/apputils-extension/themes"
SETTINGS = {
    NEWS: {"fetchNews": "false", "checkForUpdates": False},  # no question and no request
    NOTEBOOKS: {"windowingMode": "none"},  # otherwise cells below the fold are not in the page
}


def find_chromium() -> str | None:
    """Return a Chromium to drive: $CHROMIUM, one on the path, or one that playwright brought."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


@dataclass(frozen=True)
class Server:
    """A running server: `url`, the `folder` it shows, `app` ("lab" or "notebook"), its `pid`."""

    url: str
    folder: Path
    app: str
    settings: Path
    pid: int

    def add(self, notebook: str | os.PathLike, name: str | None = None) -> str:
        """Copy a notebook into the server's folder; return its path for `open_notebook`."""
        source = Path(notebook)
        shutil.copyfile(source, self.folder / (name or source.name))
        return name or source.name

    @contextlib.contextmanager
    def setting(self, name: str, value: dict):
        """Use other settings of an extension for pages opened within the block."""
        path = self.settings / f"{name}.jupyterlab-settings"
        before = path.read_text("utf-8") if path.exists() else None
        _store(self.settings, name, value)
        try:
            yield
        finally:
            path.write_text(before, "utf-8") if before else path.unlink()

    def dark(self):
        """Show pages opened within the `with` block in the theme JupyterLab Dark."""
        return self.setting(THEMES, {"theme": "JupyterLab Dark"})


@contextlib.contextmanager
def server(folder: Path, private: Path, app: str = "lab"):
    """Run a server on `folder` with its own settings, workspaces, trust and kernels' state.

    Args:
        folder: what the server shows; kernels start there.
        private: an empty folder for everything a server or a lesson remembers.
        app: "lab" or "notebook".

    Yields:
        A `Server`; it is stopped with its kernels at the end of the block.

    Raises:
        RuntimeError: the server did not answer within a minute; its log is in the message.
    """
    settings = private / "settings"
    for name, value in SETTINGS.items():
        _store(settings, name, value)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # JUPYTER_NO_CONFIG would switch off the server's extensions too: only the user's files move
    env = os.environ | {
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
        "IPYTHONDIR": str(private / "ipython"),
        "GRAPHREC_STATE": str(private / "progress"),
        "GRAPHREC_RECORD": "1",  # into that folder, whatever the tests' own environment says
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "jupyter", app, "--no-browser", f"--port={port}"]
    command += [
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        f"--notebook-dir={folder}",
    ]
    command += ["--ServerApp.ip=127.0.0.1"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    log = private / "server.log"
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + HANGS
        while not _answers(f"{url}/api/status"):
            if process.poll() is not None or time.monotonic() > deadline:
                tail = log.read_text("utf-8", "replace")[-2000:]
                raise RuntimeError(f"jupyter {app} did not start; the end of its log:\n{tail}")
            time.sleep(0.1)
        yield Server(url, folder, app, settings, process.pid)
    finally:
        process.terminate()  # the server ends its kernels, then itself
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def open_notebook(page, where: Server, notebook: str) -> None:
    """Open a notebook of the server's folder and wait until its kernel is connected and idle."""
    path = urllib.parse.quote(notebook)
    # "reset" forgets the tabs of the test before
    tail = f"lab/tree/{path}?reset" if where.app == "lab" else f"notebooks/{path}"
    page.goto(f"{where.url}/{tail}")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_function(
        """() => {
            const indicator = document.querySelector(".jp-Notebook-ExecutionIndicator");
            const kernel = document.querySelector(".jp-KernelName, .jp-Toolbar-kernelName");
            return indicator?.dataset.status === "idle" && kernel
                && !/No Kernel/.test(kernel.textContent);
        }""",
    )
    page.wait_for_timeout(1000)  # the session reports itself a moment before it takes work


def run_all(page) -> None:
    """Run all cells, from the menu; return when each has its number, errors or not."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    choose_kernel = page.locator(".jp-Dialog button.jp-mod-accept")
    page.wait_for_timeout(300)
    if choose_kernel.count():
        choose_kernel.click()
    page.wait_for_function(
        r"""() => {
            // a cell whose source is folded away has neither editor nor number
            const cells = [...document.querySelectorAll(".jp-Notebook .jp-CodeCell")]
                .filter((cell) => cell.querySelector(".cm-content"));
            const written = (cell) => cell.querySelector(".cm-content").textContent.trim();
            const number = (cell) => cell.querySelector(".jp-InputPrompt").textContent;
            // stored numbers are there from the start: the kernel must have finished, too
            const indicator = document.querySelector(".jp-Notebook-ExecutionIndicator");
            if (indicator.dataset.status !== "idle") return false;
            const dead = cells.some((cell) => cell.querySelector('[data-mime-type$="jupyter.error"]'));
            // after an error Lab leaves the cells below without a number
            return cells.length && (dead ? cells.every((cell) => !/\[\*\]/.test(number(cell)))
                : cells.every((cell) => /\[\d+\]/.test(number(cell)) || !written(cell)));
        }""",
    )


def errors(page) -> list[str]:
    """Return the text of every exception that the notebook shows."""
    return page.locator('[data-mime-type="application/vnd.jupyter.error"]').all_inner_texts()


def cell(page, text: str):
    """Return the code cell whose source contains `text`, such as "# exercise 00.1".

    The editor draws only visible lines, so give one from the top of the cell.
    """
    return page.locator(".jp-Notebook .jp-CodeCell").filter(
        has=page.locator(".cm-content", has_text=text)
    )


def write(page, where, source: str) -> None:
    """Replace the source of a code cell (from `cell`) as if it was typed."""
    where.locator(".cm-content").first.click()
    page.keyboard.press("Control+A")
    # one insertion: typing key by key would meet closing brackets and automatic indents
    page.keyboard.insert_text(source)


def run_cell(page, where):
    """Run one code cell and return it when it has finished."""
    prompt = where.locator(".jp-InputPrompt").first
    where.locator(".cm-content").first.click()
    # a new number, not the old one, says that this run is over
    before = prompt.inner_text().strip()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        r"([node, before]) => /\[\d+\]/.test(node.textContent) && node.textContent.trim() !== before",
        arg=[prompt.element_handle(), before],
    )
    return where


def output(where):
    """Return the output area of a code cell."""
    return where.locator(".jp-Cell-outputArea").first


def screenshot(of, name: str) -> Path:
    """Save a picture of a page or an element as build/screenshots/NAME.png; return its path."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    of.screenshot(path=path)
    return path


def contrast(of) -> float:
    """Return the contrast (WCAG 2.2, 1 to 21) of an element's text with what is behind it."""
    # JupyterLab may draw an output anew while it is looked at: an element that has left the page
    # has no colors, so the one that took its place is asked
    while (found := _contrast(of)) is None:
        pass
    return found


def _contrast(of) -> float | None:
    return of.evaluate(
        """(element) => {
            if (!element.isConnected) return null;
            // a canvas turns every notation of a color into four numbers
            const canvas = document.createElement("canvas").getContext("2d");
            const rgba = (color) => {
                canvas.clearRect(0, 0, 1, 1);
                canvas.fillStyle = color;
                canvas.fillRect(0, 0, 1, 1);
                const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
                return [r, g, b, a / 255];
            };
            const over = ([r, g, b, a], below) =>
                [r, g, b].map((x, k) => x * a + below[k] * (1 - a));
            const layers = [];
            for (let node = element; node; node = node.parentElement)
                layers.unshift(rgba(getComputedStyle(node).backgroundColor));
            const back = layers.reduce((below, layer) => over(layer, below), [255, 255, 255]);
            const style = getComputedStyle(element);
            const ink = element instanceof SVGElement ? style.fill : style.color;
            const linear = (x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
            const light = ([r, g, b]) =>
                0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
            const [a, b] = [light(over(rgba(ink), back)), light(back)];
            return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        }"""
    )


def _store(settings: Path, name: str, value: dict) -> None:
    path = settings / f"{name}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), "utf-8")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except (OSError, urllib.error.URLError):
        return False
