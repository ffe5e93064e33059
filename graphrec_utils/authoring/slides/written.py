"""Slides that an author wrote by hand: what a lesson's notes say of the hour, as data.

A cell of notes that begins with a heading of level three holds one slide or several:

    ### What the slide asserts
    * figure 14.3
    * then vote 14.p4
    * bars: on no board = 1,597; known elsewhere = 1,048
    > At most forty words.

    Minutes 0 to 3. What the speaker says.

Things and words stand on the slide in this order; one with "then" waits for a key, one with "with"
comes with the one above it, and what follows one with "left" stands beside it. A slide whose first line is "* long" is not in the short deck.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BEGINS = re.compile(r"^### ", re.MULTILINE)
THING = re.compile(r"\* (?:(then|left|with) )?([a-z]+)(?::| |$)\s*(.*)")


@dataclass(frozen=True)
class Thing:
    """What stands on a slide: its kind ("figure", "bars", "words"), what it is made of, and how it comes."""

    kind: str
    value: str = ""
    how: str = ""  # "then", "left", "with"


@dataclass(frozen=True)
class Written:
    """A slide by hand; `said` is for the speaker."""

    title: str
    things: tuple[Thing, ...]
    said: str
    long: bool = False  # not in the short deck


def read(source: str) -> list[Written]:
    """Return the slides that a cell of notes writes, [] for notes that write none."""
    if not BEGINS.match(source):
        return []
    return [_slide(part) for part in BEGINS.split(source)[1:]]


def _slide(text: str) -> Written:
    title, *lines = text.strip().splitlines()
    things: list[Thing] = []
    if long := lines[:1] == ["* long"]:
        lines.pop(0)
    while lines and lines[0].startswith(("* ", "> ", "  ")):
        line = lines.pop(0)
        if found := THING.match(line):
            things.append(Thing(found[2], found[3].strip(), found[1] or ""))
        elif line.startswith("  ") and things:  # a long line goes on
            things[-1] = Thing(
                things[-1].kind, f"{things[-1].value} {line.strip()}", things[-1].how
            )
        elif things and things[-1].kind == "words" and line.startswith("> "):
            things[-1] = Thing("words", f"{things[-1].value}\n{line[2:]}", things[-1].how)
        else:
            things.append(Thing("words", line[2:]))
    return Written(title.strip(), tuple(things), "\n".join(lines).strip(), long)
