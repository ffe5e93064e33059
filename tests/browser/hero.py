"""The README's moving picture: a film of the visual of the site's first page.

python -m tests.browser.hero      writes .github/hero.gif, and hero.png for readers who asked for no motion

Every trip is stopped and shown at chosen moments, so that a busy machine makes the same film.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from graphrec_utils import paths
from graphrec_utils.authoring.site.site_pages import hero
from tests.browser.labdriver import FLAGS, find_chromium
from tests.browser.pages import alone, opened

FOLDER = paths.root() / ".github"
STEPS = 16  # of the walker
MOMENTS = (0, 75, 150, 225, 290)  # of a trip of 300 milliseconds
LOOK, REST = 70, 450  # milliseconds: a moment of a trip, the arrival
WIDTH, COLORS = 800, 48
FREEZE = """() => {
    const animate = Element.prototype.animate;
    Element.prototype.animate = function (...x) { const a = animate.apply(this, x); a.pause(); return a; };
}"""


def film(page) -> tuple[list[Image.Image], list[int]]:
    """Return the pictures of a walk, and how long each is shown."""
    page.evaluate(FREEZE)
    root = page.locator(".gr-root")
    frames, times = [], []

    def shoot(milliseconds: int) -> None:
        picture = root.screenshot()
        frames.append(Image.open(io.BytesIO(picture)).convert("RGB"))
        times.append(milliseconds)

    shoot(REST)
    for _ in range(STEPS):
        root.get_by_role("button", name="Step →").click()
        page.mouse.move(0, 0)
        if page.evaluate("document.getAnimations().length"):
            for moment in MOMENTS:
                page.evaluate(
                    "(t) => document.getAnimations().forEach((x) => (x.currentTime = t))", moment
                )
                shoot(LOOK)
            page.evaluate("document.getAnimations().forEach((x) => x.finish())")
        page.wait_for_function("!document.querySelector('.gr-traveler')")
        shoot(REST)
    root.get_by_role("button", name="+1,000").click()
    shoot(4 * REST)
    return frames, times


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
    palette = frames[-1].quantize(COLORS, dither=Image.Dither.NONE)
    small = [x.quantize(palette=palette, dither=Image.Dither.NONE) for x in frames]
    small[0].save(
        FOLDER / "hero.gif", save_all=True, append_images=small[1:], duration=times, loop=0,
        optimize=False,
    )  # fmt: skip
    palette.save(FOLDER / "hero.png", optimize=True)
    for name in ("hero.gif", "hero.png"):
        print(f"{FOLDER / name}: {(FOLDER / name).stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
