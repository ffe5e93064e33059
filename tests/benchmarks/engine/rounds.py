"""Give every engine its turns, one after the other, and compare them within each round."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass, field

from graphrec_utils import paths
from graphrec_utils.cli.setup.environment import ONE_THREAD, CannotRun

# settings for one machine's BLAS that slow packages which bring a BLAS of their own
FOREIGN = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


@dataclass
class Row:
    """One engine: seconds of every round, and what came out at the end; `note` if it did not run."""

    engine: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)  # to the first engine, round by round
    quality: dict[str, float] = field(default_factory=dict)
    memory: float | None = None
    version: str | None = None
    note: str | None = None
    broken: bool = False


class Engine:
    """A running worker process."""

    def __init__(self, python, file, name, setting):
        threads = str(setting["threads"])
        environ = {**os.environ, **dict.fromkeys(ONE_THREAD, threads), "PYTHONUTF8": "1"}
        for name_ in FOREIGN:
            environ.pop(name_, None)
        environ["PYTHONPATH"] = str(paths.PACKAGE.parent)
        command = [python, "-m", "tests.benchmarks.engine.worker", file, name]
        self.process = subprocess.Popen(
            [str(x) for x in command] + [json.dumps(setting, default=str)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environ,
        )

    def answer(self):
        """Return the next answer as a dictionary; it has `error` if the engine broke."""
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        return {"error": f"its process ended with code {self.process.wait()}"}

    def ask(self, word):
        """Send a word and return the answer."""
        try:
            self.process.stdin.write(word + "\n")
            self.process.stdin.flush()
        except OSError:
            return {"error": f"its process ended with code {self.process.wait()}"}
        return self.answer()

    def close(self):
        """End the process, whatever it is doing."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def prepare(file, setting):
    """Let the benchmark write what all its engines read.

    Raises:
        CannotRun: it could not.
    """
    worker = Engine(sys.executable, file, "prepare", setting)
    try:
        answer = worker.answer()
    finally:
        worker.close()
    if "error" in answer:
        raise CannotRun(f"the benchmark cannot be prepared: {answer['error']}")


def run(file, pythons, settings, rounds):
    """Return one `Row` per engine, in order.

    Args:
        file: the benchmark's module.
        pythons: engine -> its interpreter.
        settings: engine -> folder, threads, peer.
        rounds: how many turns each engine has.
    """
    rows = {name: Row(name) for name in pythons}
    engines = {}
    clock = "cpu" if all(setting["threads"] == 1 for setting in settings.values()) else "wall"
    try:
        for name, python in pythons.items():
            engines[name] = Engine(python, file, name, settings[name])
            _take(rows[name], engines[name].answer())
            _say(f"{name} is ready" if not rows[name].broken else f"{name}: {rows[name].note}")
        for turn in range(rounds):
            for name, engine in engines.items():
                if not rows[name].broken:
                    _take(rows[name], engine.ask("round"))
            _say(f"round {turn + 1} of {rounds}")
        for name, engine in engines.items():
            if not rows[name].broken:
                _take(rows[name], engine.ask("end"))
    finally:
        for engine in engines.values():
            engine.close()
    first = getattr(next(iter(rows.values())), clock)
    for row in rows.values():
        pairs = zip(getattr(row, clock), first, strict=False)
        row.ratios = [mine / ours for mine, ours in pairs if ours > 0]
    return list(rows.values())


def _take(row, answer):
    """Put an answer of a worker into its row."""
    if "error" in answer:
        row.note, row.broken = f"broke off: {answer['error']}", True
    elif "wall" in answer:
        row.wall.append(answer["wall"])
        row.cpu.append(answer["cpu"])
    elif "quality" in answer:
        row.quality, row.memory = answer["quality"], answer["memory"]
        row.version = answer["version"]


def _say(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def table(rows, work=None):
    """Return the rows as aligned text; `work` is (amount, "things") done in every round."""
    heads = ["engine", "seconds", "CPU s", "ratio", "from–to", "MB", "quality"]
    heads[2:2] = [f"{work[1]}/s"] if work else []
    lines = [heads]
    for row in rows:
        name = f"{row.engine} {row.version}" if row.version else row.engine
        if not row.wall:
            lines.append([name, row.note or "not run"])
            continue
        wall, cpu = statistics.median(row.wall), statistics.median(row.cpu)
        cells = [name, f"{wall:.3g}", f"{cpu:.3g}"]
        cells[2:2] = [f"{work[0] / wall:.3g}"] if work else []
        if row.ratios:
            low, high = min(row.ratios), max(row.ratios)
            cells += [f"{statistics.median(row.ratios):.2f}", f"{low:.2f}–{high:.2f}"]
        else:
            cells += ["–", "–"]
        cells.append("–" if row.memory is None else f"{row.memory:.0f}")
        quality = ", ".join(f"{name} {value:.6g}" for name, value in row.quality.items())
        lines.append([*cells, row.note or quality or "–"])
    widths = [max(len(x[i]) for x in lines if len(x) > 2) for i in range(len(heads))]
    shown = []
    for cells in lines:
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
        shown.append("  ".join(padded).rstrip())
    return "\n".join(shown)


def plain(rows):
    """Return the rows for JSON."""
    return [asdict(row) for row in rows]
