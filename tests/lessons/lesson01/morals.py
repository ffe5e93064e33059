"""What the morals of lesson 01 rest on."""

from __future__ import annotations

from tests.lessons.evidence import printed


def calendar() -> bool:
    recent, known = printed("01", "recent ", 1), printed("01", "iALS ", 1)
    return recent[0] > known[0] and recent[2] > known[2]  # recall@20, all users and known ones


MORALS = {
    'Who wins depends on what the data follow, here the calendar. So name the strongest rival before you say "twice as much"': calendar,
}
