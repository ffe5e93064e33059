"""What changes its place travels there; who asked for reduced motion gets the jump; a phone shows both."""

from __future__ import annotations

import pytest

from graphrec_utils.plots.visuals import folders
from tests.browser.labdriver import screenshot
from tests.browser.pages import alone, opened, pull, status, width
from tests.library.made import MADE

STEPS = {
    "walk": "Step →",
    "one_way": "Step →",
    "messages": "Step →",
    "convolution": "Step →",
}  # what sends somebody on the way
TRAVELERS = ".gr-traveler"

# Stops every trip as it begins, so that a busy machine cannot end it unseen.
HOLD = """() => {
    const animate = Element.prototype.animate;
    Element.prototype.animate = function (...x) { const a = animate.apply(this, x); a.pause(); return a; };
}"""


@pytest.fixture
def shown(tmp_path, new_page):
    """A function that opens a visual alone on a page."""

    def show(name: str, **options):
        page = new_page(**options)
        root = opened(page, alone(tmp_path, MADE[name](), name=f"{name}.html"))
        return page, root

    return show


@pytest.mark.parametrize("name", STEPS)
def test_somebody_travels_and_arrives(shown, name):
    page, root = shown(name)
    page.evaluate(HOLD)
    step = root.get_by_role("button", name=STEPS[name])
    on_the_way = 0
    for _ in range(3):
        step.click()
        on_the_way += page.locator(TRAVELERS).count()
    assert on_the_way >= 2
    page.wait_for_function("""() => {
        document.getAnimations().forEach((x) => x.play());
        return !document.querySelector(".gr-traveler"); // nobody stays on the way
    }""")


def test_walkers_of_khop_leave_from_where_they_were(shown):
    page, root = shown("khop")
    page.evaluate(HOLD)
    slider = root.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(TRAVELERS).count() == 2  # Ann's two films
    page.keyboard.press("ArrowLeft")
    assert page.locator(TRAVELERS).count() == 2  # nobody walks back in time


@pytest.mark.parametrize("name", [*STEPS, "khop", "smoothing"])
def test_reduced_motion_keeps_the_jump(shown, name):
    page, root = shown(name, reduced_motion="reduce")
    page.evaluate("() => { Element.prototype.animate = () => { throw new Error('it moves'); }; }")
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    root.focus()
    step = root.get_by_role("button", name="Step →")
    if step.count():
        step.click()
        step.click()
    else:
        root.get_by_role("slider").first.focus()
        page.keyboard.press("ArrowRight")
    assert errors == []
    assert page.evaluate("document.getAnimations().length") == 0
    assert (
        root.locator("svg circle").first.evaluate("(x) => getComputedStyle(x).transitionDuration")
        == "0s"
    )


def test_points_of_smoothing_slide(shown):
    page, root = shown("smoothing")
    point = root.locator(".gr-smooth-node").first
    assert point.evaluate("(x) => getComputedStyle(x.parentElement).transitionDuration") == "0.3s"
    root.get_by_role("button", name="Step →").click()
    moving = page.evaluate("document.getAnimations().map((x) => x.transitionProperty)")
    page.wait_for_function("document.getAnimations().length === 0")
    assert "transform" in moving
    assert "d" in moving


@pytest.mark.parametrize("name", MADE)
def test_on_a_phone_what_is_pressed_and_what_it_does_are_seen_together(shown, name):
    page, root = shown(name, viewport={"width": 400, "height": 800})
    # controls inside a panel stand beside what they move
    controls, body = (
        root.locator(".gr-controls:not(.gr-body *)").last,
        root.locator(".gr-body").first,
    )
    assert controls.bounding_box()["y"] < body.bounding_box()["y"]
    first = body.locator("> *").first.bounding_box()
    assert first["y"] < 500
    assert width(page) <= 400
    screenshot(page, f"phone-{name}")


BESIDE = ["bipartite", "scatter", "surface", "bpr_loss", "adjacency", "khop", "walk", "smoothing"]


@pytest.mark.parametrize("name", BESIDE)
def test_panels_stand_beside_each_other_in_a_narrow_window(shown, name):
    """What a control moves is seen at once; text in a picture that shrinks stays readable."""
    page, root = shown(name, viewport={"width": 720, "height": 800})
    panels = root.locator(".gr-body > :not(.gr-whole)")
    boxes = [panel.bounding_box() for panel in panels.all()]
    assert len(boxes) > 1
    assert len({box["y"] for box in boxes}) == 1
    shares = "all => all.map((x) => x.getBoundingClientRect().width / x.viewBox.baseVal.width)"
    assert all(share > 0.8 for share in panels.locator("svg").evaluate_all(shares))
    assert width(page) <= 720


@pytest.mark.full  # for people to look at: nothing is asked of them here
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["adjacency", "khop", "walk", "smoothing", "one_way", "messages", "scatter"]
)
def test_pictures(tmp_path, new_page, name, look):
    page = new_page(viewport={"width": 1366, "height": 900}, reduced_motion="reduce")
    root = opened(page, alone(tmp_path, MADE[name](), dark_lab=look == "dark"))
    step = root.get_by_role("button", name="Step →")
    for _ in range(3 * bool(step.count())):
        step.click()
    if name in ("khop", "adjacency"):
        root.get_by_role("slider").first.focus()
        for _ in range(2):
            page.keyboard.press("ArrowRight")
    screenshot(root, f"visual-{name}-{look}")


PLAYERS = sorted(
    x for x in MADE if "player(" in folders()[x].joinpath(f"{x}.js").read_text("utf-8")
)


@pytest.mark.parametrize("name", PLAYERS)
def test_keys_still_step_after_a_press_beside_the_controls(shown, name):
    page, root = shown(name, viewport={"width": 1000, "height": 1200})
    root.locator(".gr-body").first.click(position={"x": 2, "y": 2})
    assert page.evaluate("document.activeElement.closest('.gr-root') !== null")
    page.keyboard.press("Home")
    first = root.inner_html()
    page.keyboard.press("End")
    assert root.inner_html() != first


@pytest.mark.parametrize("name", ["smoothing", "collapse"])
def test_keys_still_step_after_a_pull_in_the_curve(shown, name):
    page, root = shown(name, viewport={"width": 1000, "height": 1200})
    pull(page, root.locator("svg.gr-pull, .gr-pull").first, (0.3, 0.5), (0.6, 0.5))
    pulled = status(root)
    assert root.evaluate("e => getComputedStyle(e).outlineStyle") == "none"  # a hand sees no ring
    page.keyboard.press("Home")
    assert status(root) != pulled


def test_in_a_deck_a_press_leaves_the_keys_to_the_slides(tmp_path, new_page):
    page = new_page()
    address = alone(tmp_path, MADE["smoothing"]())
    file = tmp_path / "page.html"
    file.write_text(file.read_text("utf-8").replace("<main>", '<main class="reveal">'), "utf-8")
    root = opened(page, address)
    root.locator(".gr-body").first.click(position={"x": 2, "y": 2})
    assert page.evaluate("document.activeElement === document.body")
