"""The lock, constraints.txt: a tested version of each package, with the hashes of its files.

Standard library only. One lock serves every Python of PYTHONS on every system: a line may end with
the condition under which it counts. uv makes it; `python3 -m graphrec_utils.cli.setup.lock` calls uv
(options such as --upgrade-package NAME go to it) and writes from the result what Binder reads. PyTorch's CPU build
has no hash there: it is checked against the one that its own index tells.
"""

from __future__ import annotations

import re
import subprocess
import sys

from graphrec_utils import paths
from graphrec_utils.cli.setup import environment

PYTHONS = ("3.11", "3.12", "3.13", "3.14")  # on another one the ranges of requirements.txt decide
CUDA = ("nvidia-", "cuda-", "triton")  # how the names begin of what only PyTorch's CUDA build needs
# Builds of PyTorch without CUDA: 0.2 GB instead of 3 GB on a Linux machine that has no NVIDIA GPU.
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
COMMAND = (
    *("uv", "pip", "compile", "pyproject.toml", "--all-extras", "--universal"),
    *("--python-version", PYTHONS[0], "--generate-hashes", "--output-file", "constraints.txt"),
)
BINDER = """\
# constraints.txt for Binder, made with it: flat, so that Binder installs it before the repository is
# copied and keeps it from one commit to the next; torch without CUDA, for a machine of 2 GB.
# No hashes: those of the lock are of torch with CUDA, and pip wants all hashes or none.
"""


def text(kind, cuda=True, hashes=True):
    """Return the part of the lock that a kind needs, as pip reads it with `-r`.

    Args:
        kind: "lab" or "test", see `environment.KINDS`.
        cuda: with what PyTorch's CUDA build needs; a CPU build, once installed, needs none of it.
        hashes: with them, pip refuses a file that is not the tested one.
    """
    packages = _packages()
    kept = {_canonical(name) for name in environment.requirements(kind)}
    more = kept
    while more:
        more = {name for name, _, askers in packages if askers & kept} - kept
        if not cuda:
            more = {name for name in more if not name.startswith(CUDA)}
        kept = kept | more
    lines = [lines if hashes else lines[:1] for name, lines, _ in packages if name in kept]
    return "".join(" \\\n".join(each) + "\n" for each in lines)


def pin(name):
    """Return one package of the lock as `name==version`, without its condition."""
    return next(lines[0].split()[0] for found, lines, _ in _packages() if found == name)


def _packages():
    """Return for each entry: its name, its lines, and the names of the packages that ask for it."""
    _, *entries = re.split(r"(?m)^(?=[A-Za-z0-9])", "\n" + _file().read_text("utf-8"))
    found = []
    for entry in entries:
        lines = [x.rstrip(" \\") for x in entry.splitlines() if x and not x.startswith("    #")]
        askers = set(re.findall(r"(?m)^    #(?: via |   )([\w.-]+)", entry))
        found.append((re.split(r"[\[=]", entry)[0], lines, askers))
    return found


def _file():
    return paths.root() / "constraints.txt"


def _canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def binder():
    """Return the text of .binder/requirements.txt."""
    packages = text("lab", cuda=False, hashes=False)
    return f"{BINDER}--extra-index-url {TORCH_INDEX}\n{packages}"


def main(options):
    """Make the lock anew: versions stay as they are where `options` do not say otherwise."""
    try:
        code = subprocess.call([*COMMAND, "--quiet", *options], cwd=str(paths.root()))
    except OSError:
        sys.exit("uv is missing: python3 -m pip install uv")
    if code == 0:
        paths.write(paths.root() / ".binder" / "requirements.txt", binder())
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
