"""What the tests of pages share: a visual on a page of its own, and axe-core.

python -m tests.browser.pages NAME      the visual of that name, light and dark, to look at
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

# Marks text that looks, down from the page, as text before it does: lessons repeat a few looks
# thousands of times, and most of axe-core's time goes into contrast.
MARK_ALIKE = """() => {
    const numbers = new Map(), of = new Map(), told = new Set();
    for (const e of document.querySelectorAll("body, body *")) {
        const s = getComputedStyle(e);
        const look = [of.get(e.parentElement), e.checkVisibility(), s.color, s.fill, s.opacity,
            s.backgroundColor, s.backgroundImage, s.fontSize, s.fontWeight, s.position].join("|");
        if (!numbers.has(look)) numbers.set(look, numbers.size);
        of.set(e, numbers.get(look));
        const text = [...e.childNodes].some((x) => x.nodeType === 3 && x.data.trim());
        e.toggleAttribute("data-alike", text && told.has(look));
        if (text) told.add(look);
    }
    axe.configure({ rules: [{ id: "color-contrast", selector: ":not([data-alike])" }] });
}"""
DARK_LAB = ' data-jp-theme-light="false" style="background:#111"'  # of the body
SERIOUS = ("serious", "critical")


_drawn: dict[
    str, str
] = {}  # by what a visual writes besides its picture, which takes half a second


def _html(visual) -> str:
    bare = visual._html("")
    if bare not in _drawn:
        _drawn[bare] = visual.html()
    return _drawn[bare]


def alone(folder: Path, *shown, dark_lab: bool = False, name: str = "page.html") -> str:
    """Write visuals, and nothing else, to a page and return its address."""
    body = "\n".join(map(_html, shown))
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>visual</title>'
    file = folder / name
    file.write_text(f"{head}<body{DARK_LAB * dark_lab}><main>{body}</main></body>", "utf-8")
    return file.as_uri()


def opened(page, address: str):
    """Open a page of `alone` and return the visual's root once it is drawn."""
    page.goto(address)
    root = page.locator(".gr-root")
    root.wait_for()
    return root


def status(root) -> str:
    """Return the line in which a visual says where it stands."""
    return root.locator(".gr-status").inner_text()


def pull(page, where, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Pull by mouse from one place of an element to another, in parts of its width and height."""
    box = where.bounding_box()
    (x, y), (a, b) = (
        (box["x"] + u * box["width"], box["y"] + v * box["height"]) for u, v in (start, end)
    )
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(a, b, steps=4)
    page.mouse.up()


def width(page) -> int:
    """Return how wide a page is, what cannot be seen without scrolling included."""
    return page.evaluate("document.documentElement.scrollWidth")


def colors(root) -> tuple[str, str]:
    """Return the colors of a visual's text and of what it stands on."""
    return tuple(
        root.evaluate("e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]")
    )


def violations(page, context: str | None = None, only: str | None = None) -> list[str]:
    """Return what axe-core (https://github.com/dequelabs/axe-core) calls serious or critical.

    Args:
        page: a page that has finished drawing.
        context: a selector to look inside of; default: all of the page.
        only: one rule's name; default: all rules.
    """
    from axe_playwright_python.base import AXE_FILE_PATH

    page.evaluate(AXE_FILE_PATH.read_text("utf-8"))
    page.evaluate(MARK_ALIKE)
    found = page.evaluate(
        # preload would fetch style sheets, which a page from the disk may not
        "([where, only]) => axe.run(where ?? document, { resultTypes: ['violations'],"
        " preload: false, ...(only ? { runOnly: [only] } : {}) })",
        [context, only],
    )
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']} in "
        + json.dumps([node["target"] for node in rule["nodes"][:3]])
        for rule in found["violations"]
        if rule["impact"] in SERIOUS
    ]


def write(folder: Path, visual) -> list[str]:
    """Write a visual to two pages, as in a light and in a dark JupyterLab; return the addresses."""
    return [
        alone(folder, visual, dark_lab=look == "dark", name=f"{look}.html")
        for look in ("light", "dark")
    ]


def main(names: list[str], made: Mapping) -> int:
    """Print where the pages of the visuals lie; return 0, or 2 with a sentence about a name."""
    if not names or (unknown := set(names) - set(made)):
        wrong = f"no row in MADE has the name {', '.join(sorted(unknown))}; " if names else ""
        print(f"{wrong}give one of {', '.join(made)}", file=sys.stderr)
        return 2
    for name in names:
        folder = Path(tempfile.mkdtemp(prefix=f"visual-{name}-"))
        print(*write(folder, made[name]()), sep="\n")
    return 0


if __name__ == "__main__":
    from tests.library.made import MADE

    sys.exit(main(sys.argv[1:], MADE))
