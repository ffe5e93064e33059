"""Environments for other people's packages, one each, so that no peer can disturb the course."""

from __future__ import annotations

import json
import shutil

from graphrec_utils.cli.setup import installer, virtual
from graphrec_utils.cli.setup.environment import CannotRun

REFUSED = {}  # folder -> why: what failed is not tried again by the same command


def environment(folder, requirements):
    """Return the Python of a peer's environment, made or completed first if necessary.

    Args:
        folder: where it is or shall be, in the build folder.
        requirements: pip's, a list.

    Raises:
        CannotRun: pip could not install them; the sentence says why.
    """
    if folder in REFUSED:
        raise CannotRun(REFUSED[folder])
    folder.parent.mkdir(parents=True, exist_ok=True)
    done = folder / "requirements.json"  # written last: an environment without it is half made
    wanted = json.dumps(sorted(requirements))
    with virtual.alone(folder.with_suffix(".lock")):
        if done.exists() and done.read_text("utf-8") != wanted:
            shutil.rmtree(folder)  # the benchmark now asks for other versions
        python, _ = virtual.make(folder)
        if not done.exists():
            print(f"  {folder.name}: installing {', '.join(requirements)}", flush=True)
            try:
                installer.install(python, requirements, folder.parent / f"{folder.name}.log")
            except CannotRun as error:
                REFUSED[folder] = str(error)
                raise
            done.write_text(wanted, "utf-8")
    return python
