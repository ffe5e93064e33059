"""The only grading code that a student's kernel sees: run the answer, send its values away.

Everything here runs beside hostile code and is trusted with nothing: it knows inputs, never a
reference, an expected value or a seed. What leaves is judged elsewhere.
"""

from __future__ import annotations

import json
import sys

import IPython
import IPython.display

from graphrec_utils.exercises import runner

MIME = "application/vnd.graphrec.outcomes+json"
LIMIT = 8 * 2**20  # characters of one exercise's outcomes


class _Silence(runner._Output):
    """Takes what is printed outside of an answer's call, and keeps nothing that matters."""

    encoding, errors = "utf-8", "replace"

    def __setattr__(self, name: str, value) -> None:
        """Stay silent: IPython puts its own `write` here, which keeps all that a cell prints."""
        if name != "write":
            super().__setattr__(name, value)


def prepare() -> None:
    """Drop what cells print: endless output then costs time, not memory.

    Files that cells write can be imported, and their !commands run, as in Jupyter; these without
    a terminal, as there is none.
    """
    sys.stdout = sys.stderr = _Silence()
    sys.path.append("")
    shell = IPython.get_ipython()
    shell.system = shell.system_raw


def send(nonce: str, name: str, file: str, seconds: float, patience: float) -> None:
    """Answer a file of questions with the notebook's function `name`; publish the outcomes once."""
    function = IPython.get_ipython().user_ns.get(name)
    if callable(function):
        with open(file, encoding="utf-8") as questions:
            outcomes = runner.answers(function, json.load(questions), seconds, patience)
        try:
            text = json.dumps(outcomes)
        except MemoryError:
            text = ""
        if not 0 < len(text) <= LIMIT:
            text = json.dumps({"problem": "too large"})
    else:
        text = json.dumps({"problem": "undefined"})
    IPython.display.publish_display_data({MIME: {"nonce": nonce, "outcomes": text}})
