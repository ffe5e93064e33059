"""Code in a Python process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

from graphrec_utils import paths


def run(code: str, python: object = sys.executable) -> str:
    """Run code in a Python of its own, so that engines start and end with it."""
    environment = os.environ | {
        "PYTHONPATH": str(paths.root()),
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    }
    done = subprocess.run(
        [str(python), "-W", "ignore", "-c", textwrap.dedent(code)],
        capture_output=True, text=True, env=environment, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
