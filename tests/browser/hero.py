"""The README's moving picture: a film of the visual of the site's first page.

python -m tests.browser.hero      writes .github/hero.gif, and hero.png for readers who asked for no motion

Sliders are moved by keys, and every place is shown for a while, so that a busy machine makes the same film.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from graphrec_utils import paths, style
from graphrec_utils.authoring.site.site_pages import hero
from graphrec_utils.results import regimes
from tests.browser.labdriver import FLAGS, find_chromium
from tests.browser.pages import alone, opened

FOLDER = paths.root() / ".github"
# slice, data set: whose slider is moved from its first place to its last
MOVED = (("history", 0), ("age", 1), ("content", 0), ("order", 0), ("size", 0))
LOOK, REST = 800, 1600  # milliseconds: a place, the last one of a slider
WIDTH, COLORS = 740, 64


def film(page) -> tuple[list[Image.Image], list[int]]:
    """Return a picture of every place of every slider, and how long each is shown."""
    root = page.locator(".gr-root")
    slices = regimes.regimes()
    frames, times = [], []
    for name, data in MOVED:
        sets = slices[name]["sets"]
        slider = root.get_by_role("slider").nth(list(slices).index(name))
        slider.focus()
        page.keyboard.press("Home")  # it is drawn when a key is pressed
        if data:
            root.get_by_role("button", name=list(sets)[data], exact=True).click()
            slider.focus()
        page.keyboard.press("Home")
        levels = list(sets.values())[data]["levels"]
        for place in range(len(levels)):
            if place:
                page.keyboard.press("ArrowRight")
            frames.append(Image.open(io.BytesIO(root.screenshot())).convert("RGB"))
            times.append(REST if place == len(levels) - 1 else LOOK)
    high = max(x.height for x in frames)
    return [_on_paper(x, high) for x in frames], times


def _on_paper(picture: Image.Image, high: int) -> Image.Image:
    """Return a picture with room below it, so that all are equally high."""
    paper = Image.new("RGB", (picture.width, high), "white")
    paper.paste(picture)
    return paper


def main() -> int:
    """Write both pictures and print their sizes."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play, tempfile.TemporaryDirectory() as folder:
        path = find_chromium() or play.chromium.executable_path
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        opened(page, alone(Path(folder), hero()))
        frames, times = film(page)
        browser.close()
    wide, high = frames[0].size
    whole = Image.new("RGB", (wide, high * (len(frames) + 1)), "white")
    for k, look in enumerate(
        style.METHOD.values()
    ):  # marks are small, and their colors must not be lost
        whole.paste(
            look["color"], (20 * k, high * len(frames), 20 * k + 20, high * (len(frames) + 1))
        )
    for k, frame in enumerate(frames):
        whole.paste(frame, (0, k * high))
    palette = whole.quantize(COLORS, dither=Image.Dither.NONE)
    small = [x.quantize(palette=palette, dither=Image.Dither.NONE) for x in frames]
    small[0].save(
        FOLDER / "hero.gif", save_all=True, append_images=small[1:], duration=times, loop=0,
        optimize=False,
    )  # fmt: skip
    small[0].save(FOLDER / "hero.png", optimize=True)
    for name in ("hero.gif", "hero.png"):
        print(f"{FOLDER / name}: {(FOLDER / name).stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
