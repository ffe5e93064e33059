"""The pages on which an author looks at a visual: `python -m tests.browser.pages NAME`."""

from __future__ import annotations

import base64
import io
from urllib.parse import urlparse
from urllib.request import url2pathname

import pytest
from PIL import Image

from graphrec_utils import toy
from graphrec_utils.plots import visuals
from tests.browser import pages
from tests.library.made import MADE as ALL

MADE = {"bpr_loss": visuals.bpr_loss}


def test_both_pages_show_the_visual(page, tmp_path):
    light, dark = pages.write(tmp_path, visuals.bpr_loss())
    looks = []
    for address in (light, dark):
        root = pages.opened(page, address)
        looks.append(root.evaluate("e => getComputedStyle(e).color"))
    assert looks[0] != looks[1]


def test_the_command_says_where_the_pages_are(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pages.tempfile, "mkdtemp", lambda prefix: tmp_path)
    assert pages.main(["bpr_loss"], MADE) == 0
    files = [url2pathname(urlparse(x).path) for x in capsys.readouterr().out.splitlines()]
    assert [file.rpartition("/")[2] for file in files] == ["light.html", "dark.html"]
    assert all((tmp_path / name).exists() for name in ("light.html", "dark.html"))


def test_a_name_that_does_not_exist_gets_the_names_that_do(capsys):
    assert pages.main(["histogram"], MADE) == 2
    told = "no row in MADE has the name histogram; give one of bpr_loss\n"
    assert capsys.readouterr().err == told
    assert pages.main([], MADE) == 2
    assert capsys.readouterr().err == "give one of bpr_loss\n"


DARK = "rgb(61, 151, 217)"  # of users, lightened: 1.5 px lines stand out on a dark page


@pytest.mark.parametrize(
    ("body", "scheme", "user"),
    [(' class="vscode-dark" style="--vscode-editor-background:#1e1e1e;--vscode-editor-foreground:#ccc"',
      "light", DARK),
     (' class="vscode-light" style="--vscode-editor-background:#fff;--vscode-editor-foreground:#333"',
      "dark", "rgb(15, 108, 172)"),
     ("", "dark", DARK), ("", "light", "rgb(15, 108, 172)")],
    ids=["VS Code, dark", "VS Code, light", "system, dark", "system, light"],
)  # fmt: skip
def test_colors_follow_the_editor_and_then_the_system(new_page, tmp_path, body, scheme, user):
    file = tmp_path / "page.html"
    pages.alone(tmp_path, visuals.khop(toy.likes()))
    file.write_text(file.read_text("utf-8").replace("<body>", f"<body{body}>"), "utf-8")
    page = new_page(color_scheme=scheme)
    root = pages.opened(page, file.as_uri())
    dot = root.locator("circle.gr-user").first
    assert dot.evaluate("e => getComputedStyle(e).fill") == user
    if body:
        colors = root.evaluate(
            "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
        )
        assert colors == (
            ["rgb(30, 30, 30)", "rgb(204, 204, 204)"] if "dark" in body
            else ["rgb(255, 255, 255)", "rgb(51, 51, 51)"]
        )  # fmt: skip
    assert pages.violations(page, ".gr-root", "color-contrast") == []


def test_where_scripts_do_not_run_a_picture_says_how_to_use_it(new_page, tmp_path):
    """Sharp, too: on a screen with two points a pixel the picture has as many."""
    address = pages.alone(tmp_path, visuals.khop(toy.likes()))
    page = new_page(java_script_enabled=False, device_scale_factor=2)
    page.goto(address)
    page.get_by_text("Run the cell to use it").wait_for()
    picture = page.locator("img")
    width = picture.bounding_box()["width"]
    file = tmp_path / "hidpi.png"
    picture.screenshot(path=file)
    with Image.open(
        io.BytesIO(base64.b64decode(picture.get_attribute("src").split(",")[1]))
    ) as own:
        assert own.width == pytest.approx(2 * width, abs=2)
    with Image.open(file) as shot:
        assert shot.width == pytest.approx(2 * width, abs=3)
    page = new_page()
    pages.opened(page, address)
    assert page.get_by_text("Run the cell to use it").count() == 0


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """The address of a page with one of each visual, without their pictures."""
    file = tmp_path_factory.mktemp("all") / "all.html"
    body = "\n".join(make()._html("") for make in ALL.values())
    file.write_text(f'<!doctype html><meta charset="utf-8"><body>{body}</body>', "utf-8")
    return file.as_uri()


def test_tab_never_stops_at_a_drawing_that_knows_no_keys(new_page, everything):
    """Chromium lets Tab halt at an svg that listens for focus: `roving` takes it out."""
    page = new_page()
    page.goto(everything)
    page.wait_for_function("n => document.querySelectorAll('.gr-root').length === n", arg=len(ALL))
    page.evaluate(
        "addEventListener('focusin', (e) => (window.stops ??= new Map()).set(e.target, e.target))"
    )
    for _ in range(2000):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
    stops = page.evaluate("[...stops.keys()].map((e) => [e.tagName, e.getAttribute('tabindex')])")
    assert len(stops) > 3 * len(ALL)
    dead = page.evaluate(
        "[...stops.keys()].filter((e) => e.tagName === 'svg' && e.getAttribute('tabindex') !== '0')"
        ".map((e) => e.closest('.gr-root').ariaLabel)"
    )
    assert dead == []


def test_a_hand_that_misses_its_handle_marks_no_text(new_page, everything):
    page = new_page()
    page.goto(everything)
    page.wait_for_function("n => document.querySelectorAll('.gr-root').length === n", arg=len(ALL))
    marked = page.evaluate("""() => [...document.querySelectorAll(".gr-body")].filter((body) => {
        return [body, ...body.querySelectorAll("svg, svg text, td, th, div, span")].some((e) =>
            !e.closest(".gr-at-list") && getComputedStyle(e).userSelect !== "none");
    }).map((body) => body.parentElement.ariaLabel)""")
    assert marked == []
    page.evaluate("getSelection().removeAllRanges()")
    for k in range(len(ALL)):
        body = page.locator(".gr-body").nth(k)
        body.scroll_into_view_if_needed()
        box = body.bounding_box()
        page.mouse.move(box["x"] + 3, box["y"] + 3)
        page.mouse.down()
        page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.8 * min(box["height"], 900))
        page.mouse.up()
        assert page.evaluate("getSelection().toString()") == "", k
