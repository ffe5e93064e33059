"""How much memory the server and each lesson's kernel take, and whether Binder's 2 GB are enough.

    python -m solutions.experiments.lesson00.lesson_memory          all lessons; writes data/results/00_memory.json

Linux only. The kernel's number is the largest it ever held (VmHWM) while its solved notebook ran
from top to bottom, with one thread as on Binder; JupyterLab's is what it holds with one notebook
open. They are added although the two largest moments need not meet.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from graphrec_utils import paths, results
from graphrec_utils.authoring.lesson.build import ENVIRONMENT
from graphrec_utils.authoring.lesson.source import built, target

LIMIT = 1500  # MB, of Binder's 2048
COMMAND = "python -m solutions.experiments.lesson00.lesson_memory"


def megabytes(pid: int, field: str) -> int:
    """Return VmRSS (now) or VmHWM (largest so far) of a process."""
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith(field):
            return round(int(line.split()[1]) / 1000)
    raise RuntimeError(f"/proc/{pid}/status has no {field}")


def kernel(notebook: Path) -> int:
    """Run a notebook in a fresh kernel; return the largest memory of the kernel in MB."""
    nb = nbformat.read(notebook, 4)
    where = {"metadata": {"path": str(notebook.parent)}}
    client = NotebookClient(nb, timeout=900, kernel_name="python3", resources=where)
    with tempfile.TemporaryDirectory() as nobody:
        environment = {**os.environ, **ENVIRONMENT, "GRAPHREC_STATE": nobody}
        with client.setup_kernel(env=environment):
            for index, cell in enumerate(nb.cells):
                client.execute_cell(cell, index)
            return megabytes(client.km.provisioner.pid, "VmHWM")


def lab() -> int:
    """Return the memory of JupyterLab with a notebook open, in MB."""
    sys.path.insert(0, str(paths.root() / "tests" / "browser"))
    from labdriver import server

    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))

    def ask(url: str, body: dict | None = None) -> None:
        request = urllib.request.Request(url, body and json.dumps(body).encode())
        for cookie in cookies:
            if cookie.name == "_xsrf":
                request.add_header("X-XSRFToken", cookie.value)
        with browser.open(request, timeout=60) as answer:
            answer.read()

    with tempfile.TemporaryDirectory() as name:
        folder, private = Path(name, "folder"), Path(name, "private")
        folder.mkdir()
        private.mkdir()
        with server(folder, private) as running:
            notebook = running.add(paths.root() / "notebooks" / "00_start_here.ipynb")
            ask(f"{running.url}/lab")
            ask(f"{running.url}/api/contents/{notebook}")
            session = {"path": notebook, "name": notebook, "type": "notebook"}
            ask(f"{running.url}/api/sessions", session | {"kernel": {"name": "python3"}})
            time.sleep(3)
            return megabytes(running.pid, "VmHWM")


def main() -> None:
    start = time.monotonic()
    server = lab()
    kernels = {}
    for source in built():
        kernels[source.stem] = kernel(target(source, "solved"))
        print(source.stem, kernels[source.stem], "MB", flush=True)
    largest = max(kernels.values()) + server
    lesson = max(kernels, key=kernels.get)
    results.save(
        "00_memory",
        claim=f"Server and kernel of every lesson fit into {LIMIT} MB.",
        values={"kernel MB": kernels, "server MB": server, "largest MB": largest, "of": lesson},
        seeds=[],
        seconds=time.monotonic() - start,
        command=COMMAND,
    )
    print(f"server {server} MB; largest together {largest} MB ({lesson}), limit {LIMIT} MB")
    if largest > LIMIT:
        sys.exit(1)


if __name__ == "__main__":
    main()
