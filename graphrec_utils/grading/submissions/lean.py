"""Leave out of a notebook's text, before it is parsed, what grading never looks at: outputs and pictures.

A parsed list takes up to thirty times the memory of its text. What is parsed is therefore bounded as text,
and a notebook with hundreds of megabytes of outputs still counts.
"""

from __future__ import annotations

import re

PLAIN = 2**20  # characters that are parsed as they stand
MOST = 32 * 2**20  # characters besides what is left out; the largest lesson has a hundredth of it
PIECES = 10_000_000  # texts and brackets that are looked at, which takes seconds
DROPPED = {'"outputs"', '"attachments"', '"widgets"'}
TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
VALUE = re.compile(r"\s*:\s*(?=[\[{])")


class TooLong(Exception):
    """More is left than a notebook may hold; the text says so."""


def text(whole: str) -> str:
    """Return the text of a notebook with empty outputs, attachments and states of widgets.

    What is not JSON need not be after it either, and the reverse: whoever parses it decides.

    Raises:
        TooLong: more than MOST characters are left, or there are more than PIECES of all.
    """
    if len(whole) <= PLAIN:
        return whole
    kept: list[str] = []
    start, depth, room = 0, 0, MOST
    within = None  # the depth of the key whose value is left out
    for number, token in enumerate(TOKEN.finditer(whole)):
        first = whole[token.start()]
        if first in "[{":
            depth += 1
        elif first in "]}":
            depth -= 1
            if depth == within:
                start, within = token.start(), None
        elif within is None and token[0] in DROPPED and (value := VALUE.match(whole, token.end())):
            kept.append(whole[start : value.end() + 1])
            room -= len(kept[-1])
            within = depth
        if number > PIECES:
            raise TooLong(f"more than {PIECES:,} texts, lists and dictionaries in it")
        if within is None and token.end() - start > room:
            break
    if within is None:
        kept.append(whole[start:])
    if sum(map(len, kept)) > MOST:
        raise TooLong(f"more than {MOST / 2**20:.0f} MB besides its outputs")
    return "".join(kept)
