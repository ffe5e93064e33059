"""The report: one HTML file without a network, and the same as JSON."""

from __future__ import annotations

import html
import json
import platform
import sys
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from graphrec_utils import __version__, markup, metrics, paths
from graphrec_utils.advise.places import places
from graphrec_utils.advise.profile import Profile, coordinates
from graphrec_utils.advise.verdicts import verdicts
from graphrec_utils.grading import reports

PAGE = Path(__file__).with_name("report.html")
USED = ("numpy", "scipy", "pandas", "torch", "numba")


@dataclass(frozen=True)
class Report:
    """What `advise.run` returns; a notebook shows it, `save` writes it.

    Attributes:
        data: all of it, as in the JSON file.
    """

    data: dict[str, Any]

    @property
    def html(self) -> str:
        style = (Path(reports.__file__).parent / "style.css").read_text("utf-8")
        rows = sorted(self.data["comparison"]["rows"], key=lambda row: -row["mean"])
        reach = max([row["high"] for row in rows], default=1.0) or 1.0
        return markup.render(
            PAGE, style=style, rows=rows, reach=1.04 * reach, words=about(self.data), **self.data
        )

    def save(self, path: Path) -> None:
        """Write the page, and the JSON beside it: both or none.

        Raises:
            OSError: they cannot be written.
        """
        told = json.dumps(self.data, indent=1, ensure_ascii=False) + "\n"
        beside = path.with_suffix(".json")
        with paths.replacing(path) as page, paths.replacing(beside) as data:
            page.write_text(self.html, "utf-8")
            data.write_text(told, "utf-8")

    def __repr__(self) -> str:
        said = self.data["verdicts"]
        lines = [
            f"{row['mean']:.4f}  {row['name']}"
            for row in sorted(self.data["comparison"]["rows"], key=lambda r: -r["mean"])
        ]
        lines += [
            f"{c['outcome']}{', but ' * bool(c['thin'])}{c['thin']}: {c['claim']}"
            for c in said["claims"]
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f'<iframe title="Report" style="width:100%;height:42rem;border:0" srcdoc="{html.escape(self.html)}"></iframe>'


def made(
    name: str,
    notes: list[str],
    seen: Profile,
    comparison: dict,
    command: str,
    minutes: float,
    used: float,
) -> Report:
    """Return the report of a table's profile and comparison."""
    said = verdicts(comparison)
    rows = []
    for row in comparison["rows"]:
        interval = metrics.interval(row["ndcg"]) if len(row["ndcg"]) > 1 else None
        mean = sum(row["ndcg"]) / len(row["ndcg"])
        low, high = (interval.low, interval.high) if interval else (mean, mean)
        rows.append(
            {k: v for k, v in row.items() if k != "ndcg"} | {"mean": mean, "low": low, "high": high}
        )
    return Report({
        "table": name, "notes": notes, "profile": asdict(seen), "coordinates": coordinates(seen), "places": places(seen),
        "comparison": comparison | {"rows": rows}, "verdicts": said, "command": command, "minutes": minutes,
        "seconds": used, "megabytes": peak(),
        "versions": {"course": __version__, "python": platform.python_version(), "system": sys.platform}
        | {package: metadata.version(package) for package in USED},
    })  # fmt: skip


def peak() -> float | None:
    """Return the most memory that this process had, in megabytes; None where nobody counts it."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    kilo = 1 if sys.platform == "darwin" else 1024  # Linux counts kilobytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * kilo / 1e6


def about(data: dict) -> list[tuple[str, str, str]]:
    """Return the lines of the profile: (what, how much, what it means)."""
    p, c = data["profile"], data["coordinates"]

    def share(x: float | None) -> str:
        return "not known" if x is None else f"{x:.0%}" if x >= 0.1 or x == 0 else f"{x:.1%}"

    rows = [
        ("users, items, events", f"{p['users']:,}, {p['items']:,}, {p['events']:,}", f"{p['density']:.3%} of all pairs occur"),
        ("from, to", f"{p['first']}, {p['last']}" if p["first"] else "not known", "" if p["first"] else "there are no times"),
        ("items of a user", f"{p['history']['50 %']:.0f}", f"the median; from {p['history']['10 %']:.0f} to {p['history']['90 %']:.0f} for four users in five"),
        ("events on the top hundredth", share(p["head"]), "of the items"),
        ("repeats", share(p["repeats"]), "of the events are of a pair that came before"),
        ("new items", share(p["new_items"]), "of the last tenth's events are on items that came with it: no vector of an id knows these"),
        ("new users", share(p["new_users"]), "of the last tenth's events are by users who came with it"),
        ("popularity moves", share(p["drift"]), "of the most popular hundred change from a tenth to the next"),
    ]  # fmt: skip
    found = p["found"]
    if "chain" in found:
        words = {
            "holds": "order pays",
            "cannot tell": "these users cannot tell whether order pays",
        }.get(p["order_pays"], "order does not pay")
        rows.append(
            (
                "order",
                share(c["order"]),
                f"is lost by a chain of the last item when histories are shuffled (NDCG@10 {found['chain']:.3f}, then {found['shuffled']:.3f}): {words}",
            )
        )
    else:
        rows.append(("order", "not known", "rows have no times, or are sorted by item"))
    if "content" in found:
        rows.append(
            (
                "content alone",
                f"{found['content']:.3f}",
                f"NDCG@10 of the last event; popularity finds {found['popularity']:.3f}",
            )
        )
    return rows
