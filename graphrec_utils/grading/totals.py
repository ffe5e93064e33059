"""From the points of exercises to those of a submission; full marks are the core alone."""

from __future__ import annotations


def of(entries: list[dict]) -> dict[str, float]:
    """Return the points of a submission, and those of full marks: what branches pay is extra."""
    return {
        "points": round(sum(e["points"] for e in entries), 2),
        "max_points": sum(e["max_points"] for e in entries if not e.get("extra")),
    }


def extra(entries: list[dict]) -> float:
    """Return how many of a submission's points branches have paid."""
    return round(sum(e["points"] for e in entries if e.get("extra")), 2)
