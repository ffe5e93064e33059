"""The process of one engine: `python -m tests.benchmarks.engine.worker FILE ENGINE SETTING`.

Reads one word a line from stdin, `round` or `end`, and answers each with one line of JSON. The
engine's own prints go to stderr, so that they cannot break an answer.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import sys
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path


@dataclass(frozen=True)
class Setting:
    """What an engine may know: where its inputs are, its threads, the folder of a peer's clone."""

    folder: Path
    threads: int
    peer: Path | None = None
    size: str | None = None  # one of the benchmark's SIZES


def load(file):
    """Return the module of a benchmark; its packages are those of this environment."""
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def memory():
    """Return the largest resident size of this process in MB, or None where nobody counts."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1024), 1)


def cpu():
    """Return the CPU seconds of this process and of the workers that it has started and keeps."""
    seconds = time.process_time()
    if modules := sys.modules.get("multiprocessing"):
        for child in modules.active_children():
            with contextlib.suppress(OSError):  # no /proc here, or it has just ended
                stat = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
                seconds += (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def version(name):
    """Return the version of the package that an engine is called after, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def main(file, engine, setting):
    """Serve the turns of one engine; with the name "prepare" only write the inputs."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(**fields):
        answers.write(json.dumps(fields) + "\n")

    try:
        module = load(file)
        values = json.loads(setting)
        peer = values["peer"]
        peer, size = Path(peer) if peer else None, values["size"]
        setting = Setting(Path(values["folder"]), values["threads"], peer, size)
        if engine == "prepare":
            prepare = getattr(module, "prepare", lambda *_: None)
            prepare(setting.folder, *([size] if size else []))
            answer(ready=True)
            return 0
        turns = module.ENGINES[engine](setting)
        next(turns)
        answer(ready=True)
        quality = None
        for word in sys.stdin:
            if word.strip() != "round":
                break
            wall, used = time.perf_counter(), cpu()
            quality = next(turns)
            wall, used = time.perf_counter() - wall, cpu() - used
            answer(wall=wall, cpu=used)
        peak = memory()  # before the quality is measured, which is not the engine's work
        found = {k: float(v) for k, v in (quality() if quality else {}).items()}
        answer(quality=found, memory=peak, version=version(engine))
    except Exception as error:
        said = (str(error).splitlines() or [""])[0]
        answer(error=f"{type(error).__name__}: {said}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
