"""How deep until you are everybody, used by keyboard and by mouse: lists as Python makes them, an address to share."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from graphrec_utils.lessons.lesson08.visuals.everybody import content, likes, spread, tops
from graphrec_utils.plots import visuals
from tests.browser.pages import alone, opened, status


@pytest.fixture
def shown(drawn):
    return drawn(visuals.everybody())


def lists(shown) -> list[list[str]]:
    return [
        [text.removeprefix("= ") for text in column.locator(".gr-eb-film").all_inner_texts()]
        for column in shown.locator(".gr-eb-lists ol").all()
    ]


def of_python(visual, depth: int, way: str, count: str) -> list[list[str]]:
    own = np.array([visual.state["loved"], visual.state["stranger"]])
    start = np.zeros((len(content()["titles"]), 2))
    np.put_along_axis(start, own.T, 1 / 3, axis=0)
    found = tops(likes(), spread(likes(), start, depth, way), own, count)
    return [[content()["titles"][k] for k in films] for films in found]


def test_the_lists_are_those_that_python_makes(page, shown):
    visual = visuals.everybody()
    depth = shown.get_by_role("slider", name="Depth")
    for at, presses, way, count in ((1, (), "walk", "visits"), (2, ("÷ √likes",), "walk", "root"),
                                    (5, ("Home after a step",), "home", "root"), (5, ("Mean of all depths",), "layers", "root")):  # fmt: skip
        depth.fill(str(at))
        for name in presses:
            shown.get_by_role("button", name=name).click()
        made = of_python(visual, at, way, count)
        assert lists(shown) == made
        both = len(set(made[0]) & set(made[1]))
        assert f"you two share {both} of ten films" in status(shown)


def test_depths_leave_a_trace_and_the_sentence_says_what_is_learned(shown):
    depth = shown.get_by_role("slider", name="Depth")
    first = int(shown.locator("canvas").get_attribute("data-shared"))
    dots = shown.locator(".gr-eb-chart circle.gr-eb-dot")
    others = shown.locator(".gr-eb-chart circle.gr-eb-was")
    assert dots.count() == 2 and others.count() == 0  # the depth, and where one is
    for at in (2, 3):
        depth.fill(str(at))
    third = int(shown.locator("canvas").get_attribute("data-shared"))
    assert dots.count() == 4 and third > first
    assert "wherever one begins, the lists are nearly the same" in status(shown)
    shown.get_by_role("button", name="Home after a step").click()
    assert dots.count() == 2 and others.count() == 3
    kept = visuals.everybody().state["shared"]["home"]["root"][3]
    assert f"does not keep you yourself, together with ÷ √likes it is {kept:.1f}." in status(shown)
    shown.get_by_role("button", name="÷ √likes").click()
    fewer = third - int(shown.locator("canvas").get_attribute("data-shared"))
    assert fewer > 0 and "fewer than before. 200 pairs" in status(shown)
    assert "most of a list is still one's own" in status(shown)
    depth.fill("0")
    assert status(shown).endswith("share 0.0 in the mean: nobody has left home.")
    shown.get_by_role("button", name="Another stranger").click()
    assert dots.count() == 2 and others.count() == 0  # with two others it begins anew
    assert "than before" not in status(shown)


def test_by_keyboard_alone(page, shown):
    depth = shown.get_by_role("slider", name="Depth")
    depth.focus()
    page.keyboard.press("ArrowRight")  # a press is a step: no walk has 1.3 of them
    assert "2 steps: you two share" in status(shown)
    box = shown.get_by_label("A film that you love")
    box.focus()
    page.keyboard.type("toy story (1995")
    page.keyboard.press("Enter")
    assert shown.locator(".gr-eb-chip").first.inner_text() == "Toy Story (1995)"
    page.keyboard.type("no such film")
    page.keyboard.press("Enter")
    assert "No film here has “no such film” in its title" in status(shown)


def test_a_tap_takes_the_place_of_a_film_and_a_stranger_comes(page, shown):
    before = shown.locator(".gr-eb-chip").all_inner_texts()
    shown.locator("canvas").click(position={"x": 200, "y": 200})
    after = shown.locator(".gr-eb-chip").all_inner_texts()
    assert after[1:] == before[1:] and after[0] != before[0]
    said = shown.locator(".gr-eb-seen").last.inner_text()
    shown.get_by_role("button", name="Another stranger").click()
    assert shown.locator(".gr-eb-seen").last.inner_text() != said


def test_sparks_move_once_something_was_moved_and_can_be_stopped(page, shown):
    sparks = shown.get_by_role("button", name="Sparks")
    assert sparks.get_attribute("aria-pressed") == "false"
    shown.get_by_role("slider", name="Depth").fill("3")
    assert sparks.get_attribute("aria-pressed") == "true"
    page.wait_for_function("document.querySelector('canvas').dataset.fps > 0")
    sparks.click()
    assert sparks.get_attribute("aria-pressed") == "false"


# A frame of the sky is not the one before: what a spark draws, not only that frames are counted.
SKY = "[...document.querySelector('.gr-eb-sky').toDataURL()].reduce((n, x) => (31 * n + x.charCodeAt()) | 0, 7)"
MOVES = f"(was) => {SKY} !== was"


def test_sparks_fly_and_leave_the_light_as_it_was(page, shown):
    light = page.evaluate(SKY)
    shown.get_by_role("button", name="Sparks").click()
    for _ in range(2):  # still after those who set out first have arrived
        page.wait_for_function(MOVES, arg=light, timeout=2000)
        page.wait_for_function(MOVES, arg=page.evaluate(SKY), timeout=2000)
        page.wait_for_timeout(2500)
    assert "Each spark goes from a film to one of its people" in status(shown)
    shown.get_by_role("button", name="Sparks").click()
    assert page.evaluate(SKY) == light
    shown.get_by_role("slider", name="Depth").fill("0")  # who makes no step is seen nowhere
    page.wait_for_function(MOVES, arg=light)  # the light of another depth
    light = page.evaluate(SKY)
    shown.get_by_role("button", name="Sparks").click()
    shown.get_by_role("button", name="Sparks").click()
    assert "At depth 0 all sparks stay at home" in status(shown)
    page.wait_for_timeout(500)
    assert page.evaluate(SKY) == light


def test_sparks_heed_a_wish_for_less_motion_that_comes_and_goes(tmp_path, new_page):
    page = new_page(reduced_motion="reduce")
    root = opened(page, alone(tmp_path, visuals.everybody()))
    page.emulate_media(reduced_motion="no-preference")
    sparks = root.get_by_role("button", name="Sparks")
    sparks.click()
    page.wait_for_function(MOVES, arg=page.evaluate(SKY), timeout=2000)
    page.emulate_media(reduced_motion="reduce")
    sparks.wait_for(state="hidden")
    assert root.locator("button", has_text="Sparks").get_attribute("aria-pressed") == "false"
    light = page.evaluate(SKY)
    page.wait_for_timeout(300)
    assert page.evaluate(SKY) == light


def test_who_wants_no_motion_gets_the_light_alone(tmp_path, new_page):
    page = new_page(reduced_motion="reduce")
    root = opened(page, alone(tmp_path, visuals.everybody()))
    assert root.get_by_role("button", name="Sparks").count() == 0
    root.get_by_role("slider", name="Depth").fill("3")
    assert "3 steps" in status(root)
    assert page.evaluate("document.querySelector('canvas').dataset.fps") is None


def test_an_address_holds_the_films(tmp_path, new_page):
    address = alone(tmp_path, visuals.everybody(address=True))
    page = new_page()
    opened(page, address)
    page.goto(f"{address}#films=1,2,3;4,5,6;2.5;home;root")
    page.reload()
    root = page.locator(".gr-root").first
    titles = content()["titles"]
    assert root.locator(".gr-eb-chip").all_inner_texts() == titles[1:4]
    assert "3 steps, home with chance ½ after each, ÷ √likes" in status(root)
    page.goto(f"{address}#films=1,1,3;4,5,6;2;home;root")  # twice the same: nothing of it is taken
    page.reload()
    assert root.locator(".gr-eb-chip").first.inner_text() != titles[1]
    root.get_by_role("button", name="Copy the address").click()
    assert "#films=" in page.url


def stays(indptr, indices, query, restart, num_steps, rng):
    """Walks that know the query's own people and nothing else."""
    counts = np.zeros(len(indptr) - 1)
    for person in indices[indptr[query] : indptr[query + 1]]:
        counts[indices[indptr[person] : indptr[person + 1]]] += 1
    return counts


def test_the_visits_of_a_walk_hold_for_the_films_it_began_at(drawn):
    root = drawn(visuals.everybody(function=stays))
    plain = lists(root)
    yours = root.get_by_role("button", name="Your walk")
    pressed = lambda: yours.get_attribute("aria-pressed")  # noqa: E731
    yours.click()
    assert status(root).startswith("You two share")  # no depth: these visits have none
    assert "These are the visits of your walk" in status(root) and lists(root) != plain
    walked = lists(root)
    assert pressed() == "true"
    root.get_by_role("button", name="Another stranger").click()
    assert "Your walk began at other films" in status(root) and pressed() == "false"
    yours.click()
    assert status(root).startswith("Back to the films that your walk was asked for.")
    assert pressed() == "true" and lists(root) == walked
    root.get_by_role("button", name="Another stranger").click()
    root.get_by_role("button", name="Home after a step").click()
    assert "Your walk" not in status(root)


def test_depth_leads_from_the_visits_of_a_walk_back_to_lists_that_have_one(drawn):
    root = drawn(visuals.everybody(function=stays))
    root.get_by_role("button", name="Your walk").click()
    root.get_by_role("slider", name="Depth").fill("4")
    yours = root.get_by_role("button", name="Your walk")
    assert yours.get_attribute("aria-pressed") == "false" and status(root).startswith("4 steps: ")
    assert lists(root) == of_python(visuals.everybody(), 4, "walk", "visits")


def test_the_sky_stays_where_it_is_whatever_is_said(drawn):
    root = drawn(visuals.everybody(function=stays))
    top = lambda: root.locator("canvas").bounding_box()["y"]  # noqa: E731
    first = top()
    root.get_by_role("slider", name="Depth").fill("4")
    for name in ("Your walk", "Another stranger", "Home after a step", "Another stranger", "÷ √likes", "Another stranger"):  # fmt: skip
        root.get_by_role("button", name=name).click()
        assert top() == first, status(root)


RING = """(films) => {
  const sky = document.querySelector(".gr-eb-sky"), ratio = sky.width / sky.clientWidth;
  const [wide, high] = [sky.clientWidth, sky.clientHeight];
  return films.map(([x, y]) => Array.from({ length: 60 }, (_, k) => {
    const at = [14 + (wide - 28) * x / 255 + 7 * Math.cos(k * Math.PI / 30), 14 + (high - 28) * y / 255 + 7 * Math.sin(k * Math.PI / 30)];
    return Math.min(...sky.getContext("2d").getImageData(...at.map((z) => Math.round(z * ratio)), 1, 1).data.slice(0, 3));
  }).filter((light) => light > 150).length);
}"""


def test_the_stranger_s_three_are_ringed(page, shown):
    state = visuals.everybody().state
    x, y = (base64.b64decode(content()[name]) for name in "xy")
    ringed = page.evaluate(RING, [[x[f], y[f]] for f in state["stranger"]])
    others = page.evaluate(RING, [[x[f], y[f]] for f in range(300, 340)])
    assert min(ringed) >= 15 and sorted(others)[20] < 8


def test_a_tap_names_both_films_and_compares(page, shown):
    names = lambda: [x.rpartition(" (")[0] for x in shown.locator(".gr-eb-chip").all_inner_texts()]  # noqa: E731
    both = lambda: int(shown.locator("canvas").get_attribute("data-shared"))  # noqa: E731
    for place, spot in enumerate(((200, 200), (120, 100), (300, 150))):
        before, shared = names(), both()
        shown.locator("canvas").click(position=dict(zip("xy", spot, strict=True)))
        after, more = names(), both() - shared
        assert after[place] != before[place]
        than = f"{abs(more)} {'more' if more > 0 else 'fewer'} than" if more else "as many as"
        assert status(shown).startswith(f"{after[place]} for {before[place]}. 1 step: ")
        assert f"you two share {both()} of ten films, {than} before." in status(shown)
    shown.get_by_role("slider", name="Depth").fill("2")
    assert " for " not in status(shown)


def test_the_small_chart_says_how_high_it_is(shown):
    chart = shown.locator(".gr-eb-chart")
    assert chart.locator("text").all_text_contents() == ["10 films", "0 steps", "20"]
    top = float(chart.locator("line").nth(1).get_attribute("y1"))
    shown.get_by_role("slider", name="Depth").fill("20")
    dot = chart.locator(".gr-eb-dot").last
    shared = int(shown.locator("canvas").get_attribute("data-shared"))
    axis = 42
    assert float(dot.get_attribute("cy")) == pytest.approx(axis + (top - axis) * shared / 10)


@pytest.mark.parametrize("by", ["visits", "root"])
def test_a_walk_is_told_what_it_is_measured_by(drawn, by):
    visual = visuals.everybody(function=stays)
    root = drawn(visual)
    if by == "root":
        root.get_by_role("button", name="÷ √likes").click()
    root.get_by_role("button", name="Your walk").click()
    mine, theirs = of_python(visual, visual.state["deepest"], "home", by)
    assert f"going home after each step, share {len(set(mine) & set(theirs))}, and" in status(root)
