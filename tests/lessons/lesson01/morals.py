"""What the morals of lesson 01 rest on."""

from __future__ import annotations

from tests.lessons.evidence import printed


def rivals() -> bool:
    recent, ials, old = (printed("01", f"{name} ", 1) for name in ("recent", "iALS", "popularity"))
    return (
        recent[0] > ials[0] > old[0] and recent[2] > ials[2]
    )  # recall@20, all users and known ones


MORALS = {
    'Whether a model wins depends on who stands beside it. So name the strongest rival before you say "twice as much"': rivals,
}
