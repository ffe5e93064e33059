"""The server that forks kernels, seen from the worker: start it, replace it, ask it for a kernel."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

from graphrec_utils.grading.isolation import room
from graphrec_utils.grading.isolation.kernel import START_SECONDS, Kernel, Limits, environment

NURSERY = Path(__file__).with_name("nursery.py")


class Nursery:
    """The server that forks kernels, or None of it where processes cannot be forked safely."""

    def __init__(self, folder: Path, course: Path, private: list[str], groups: str = ""):
        self.folder, self.course, self.private = folder, course, private
        self.groups = groups  # see `groups.delegated`
        self.socket = folder / "s"
        self.process: subprocess.Popen | None = None
        self.start()

    def start(self) -> None:
        """Start the server, or start it again; kernels that run already go on.

        Raises:
            RuntimeError: it does not come up.
        """
        self.close()
        self._rare = False
        self.socket.unlink(missing_ok=True)
        if sys.platform != "linux":
            return
        (self.folder / room.HOME).mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(NURSERY), "serve", str(self.socket)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            env=environment(self.folder) | _font_cache(),
            start_new_session=True,
        )
        end = time.monotonic() + START_SECONDS
        while not self.socket.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the process that starts kernels could not run")
            time.sleep(0.01)

    def walls(self) -> list[str]:
        """Return what this system lets the server put around a kernel: see `sandbox.WALLS`."""
        file = self.folder / "walls"
        walls = json.loads(file.read_text("utf-8")) if self.process else []
        return [*walls, "memory of all processes"] if self.groups else walls

    def load_rare(self) -> None:
        """Let the server load what few answers use, before the next kernel; once."""
        if self.process and not self._rare:
            self._rare = True
            with contextlib.suppress(OSError):  # it has ended: `kernel` starts it again
                self.process.stdin.write(b"+")
                self.process.stdin.flush()

    def kernel(self, limits: Limits, closed: tuple[str, ...] = ()) -> Kernel:
        """Return a new kernel, and start the server again should that have ended or hang."""
        if self.process and self.process.poll() is not None:
            self.start()
        try:
            return Kernel(self, limits, closed)
        except Exception:  # whatever has become of it: a fresh one must do, or it is our fault
            self.start()
            return Kernel(self, limits, closed)

    def command(self, own: Path, limits: Limits, group: Path | None = None) -> list[str]:
        """Return the kernel command of Jupyter for a kernel that may write into `own` only.

        Args:
            group: the control group that it enters.
        """
        config = {
            "own": str(own),
            "private": self.private,
            "memory": limits.memory,
            "group": str(group or ""),
            "environment": environment(own),
        }
        file = own / "config.json"
        file.write_text(json.dumps(config), encoding="utf-8")
        mode = "ask" if self.process else "alone"
        return [sys.executable, "-I", "-S", str(NURSERY), mode, str(self.socket), str(file)]

    def close(self) -> None:
        """End the server; kernels end with their clients."""
        if self.process:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
            self.process.kill()
            self.process.wait()
            self.process = None


def _font_cache() -> dict[str, str]:
    """Let the server read matplotlib's list of fonts where it is, instead of making its own."""
    import matplotlib

    return {"MPLCONFIGDIR": matplotlib.get_configdir()}
