"""What a note says of a figure or a vote, from "Figure 9.2" or "09.p1" on, is said on the slide that shows it."""

from __future__ import annotations

import re
from dataclasses import replace

from graphrec_utils.authoring.slides.deck import SAY, Slide
from graphrec_utils.authoring.slides.points import text_of

MENTION = re.compile(r"(?<=[.?!] )(?=[^.?!]*?\b(?:[Ff]igure \d+\.\d+|\d\d\.p\d+)\b)")
NAMED = re.compile(r"\b(?:[Ff]igure \d+\.\d+|\d\d\.p\d+)\b")


def _shows(slide: Slide, named: str) -> bool:
    if named.lower().startswith("figure"):
        there = any(f"<em>F{named[1:]}." in note for note in slide.notes)
        return there and 'class="repeated"' not in text_of(slide)
    return any(f"<p>{named}, what to say" in note for note in slide.notes)


def shared(column: list[Slide]) -> list[Slide]:
    """Say what a note says of a figure or a vote where that is."""
    found: dict[int, list[str]] = {}
    for k, slide in enumerate(column):
        notes = []
        for note in slide.notes:
            if not note.startswith(SAY) or "<p>" not in note:
                notes.append(note)
                continue
            kept = []
            for paragraph in re.findall(r"<p>.*?</p>|<[uo]l>.*?</[uo]l>", note, re.DOTALL):
                if not paragraph.startswith("<p>"):
                    kept.append(paragraph)
                    continue
                here, now = k, []
                for part in MENTION.split(re.sub("</?p>", "", paragraph)):
                    named = NAMED.findall(part)
                    there = [
                        j for j, other in enumerate(column) if named and _shows(other, named[0])
                    ]
                    here = there[0] if there else here
                    now.append((here, part.strip()))
                kept += [f"<p>{part}</p>" for j, part in now if j == k]
                for j, part in now:
                    if j != k:
                        found.setdefault(j, []).append(f"{SAY}<p>{part}</p></div>")
            notes += [f"{SAY}{''.join(kept)}</div>"] if kept else []
        column[k] = replace(slide, notes=notes)
    return [
        replace(slide, notes=list(dict.fromkeys([*found.get(k, []), *slide.notes])))
        for k, slide in enumerate(column)
    ]
