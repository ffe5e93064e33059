"""A course small enough to be installed in seconds and offline: real venv, real pip, tiny wheels.

Its JupyterLab and pytest print how they were started; its torch is a number.
"""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import os
import shutil
import socketserver
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

from graphrec_utils import paths

OURS = (
    "__init__",
    "__main__",
    "paths",
    "cli/__init__",
    "cli/shared",
    "cli/lab",
    "cli/test",
    "cli/reset",
    "cli/doctor",
    "cli/setup/__init__",
    "cli/setup/environment",
    "cli/setup/installer",
    "cli/setup/lock",
    "cli/setup/virtual",
    "cli/setup/bootstrap",
)

JUPYTERLAB = """
import json, os, sys
import graphrec_utils
print(json.dumps({"prefix": sys.prefix, "argv": sys.argv[1:], "cwd": os.getcwd(),
                  "package": graphrec_utils.__file__}))
"""

PYTEST = """
def main(arguments, plugins):
    print("pytest", *arguments)
    return 0
"""


def wheel(folder: Path, name: str, version: str, code: str = "", module: str = "") -> Path:
    """Write a wheel of one package whose `__init__` and `__main__` are `code`; return its path."""
    file = name.replace("-", "_")
    module = module or file
    info = f"{file}-{version}.dist-info"
    files = {
        f"{module}/__init__.py": "" if "__main__" in code else code,
        f"{module}/__main__.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in files.items():
            archive.writestr(inside, text)
        archive.writestr(f"{info}/RECORD", record)
    return path


class SmallCourse:
    """A clone at `root` (a space in its path), and `run` to start its command line."""

    def __init__(self, folder: Path):
        self.root = folder / "my course"
        self.wheels = folder / "wheels"
        self.marker = self.root / ".venv" / "graphrec.json"
        self.log = self.root / ".venv" / "install.log"
        package = self.root / "graphrec_utils"
        package.mkdir(parents=True)
        for name in OURS:
            (package / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(paths.PACKAGE / f"{name}.py", package / f"{name}.py")
        for name in ("solutions", "data", "notebooks"):
            (self.root / name).mkdir()
        (self.root / "notebooks" / "06_lightgcn.ipynb").write_text("{}")
        self.write(
            "requirements.txt", "jupyterlab>=4.2,<5\ntorch>=2.4\ngraphrec-demo>=1  # a comment\n"
        )
        extras = '[project.optional-dependencies]\ndev = ["graphrec-dev>=1"]\nsite = []\n'
        self.write("pyproject.toml", extras)
        wheel(
            self.wheels,
            "jupyterlab",
            "4.9.0",
            f"if __name__ == '__main__':\n    exec({JUPYTERLAB!r})",
        )
        wheel(self.wheels, "torch", "2.13.0+cpu")
        for name, version in (("graphrec-demo", "1.0"), ("graphrec-demo", "1.1")):
            wheel(self.wheels, name, version)
        wheel(self.wheels, "graphrec-dev", "1.0", PYTEST, module="pytest")
        self.write("constraints.txt", self.lock())

    def lock(self) -> str:
        """Return a lock of all tiny wheels but the newest demo; torch's hash is of another build."""
        text = "# made by hand\n"
        for path in sorted(self.wheels.glob("*.whl")):
            name, version, *_ = path.name.split("-")
            name, version = name.replace("_", "-"), version.partition("+")[0]
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if name == "torch":
                digest = "0" * 64
            if (name, version) != ("graphrec-demo", "1.1"):
                text += f"{name}=={version} \\\n    --hash=sha256:{digest}\n    # via the course\n"
        return text

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text, "utf-8")

    def environment(self, **variables: str) -> dict[str, str]:
        """Return variables with which pip sees the tiny wheels and nothing else."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "GRAPHREC_"))}
        alone = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": self.wheels.as_uri(),
            "PYTHONPATH": str(self.root),
            "GRAPHREC_TORCH_INDEX": "",
        }
        return {k: v for k, v in (kept | alone | variables).items() if v != "UNSET"}

    def run(self, *arguments: str, python=sys.executable, cwd=None, **variables: str):
        """Run `python -m graphrec_utils ARGUMENTS` and return the finished process."""
        return subprocess.run(
            [str(python), "-m", "graphrec_utils", *arguments],
            cwd=cwd or self.root,
            env=self.environment(**variables),
            capture_output=True,
            text=True,
            timeout=900,
        )

    @property
    def python(self) -> Path:
        return self.root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def site(self) -> Path:
        return next((self.root / ".venv").glob("[lL]ib/**/site-packages"))


def started(done: subprocess.CompletedProcess) -> dict:
    """Return what the small JupyterLab printed about how it was started."""
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


SILENCE = 60  # seconds that it holds a connection


class silent_server:
    """A server on this machine that accepts connections and never answers; gives its port."""

    def __enter__(self) -> int:
        class Silent(socketserver.BaseRequestHandler):
            def handle(self):
                time.sleep(SILENCE)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Silent)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self.server.server_address[1]

    def __exit__(self, *_):
        self.server.shutdown()


class file_server(silent_server):
    """A server on this machine that lists and sends the files of a folder, as an index does."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __enter__(self) -> int:
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                pass

        handler = functools.partial(Quiet, directory=self.folder)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self.server.server_address[1]
