"""The card as a student works: what broke and where, yours beside the right value, the way on."""

from __future__ import annotations

import shutil

import pytest

from tests.browser.labdriver import (
    ROOT,
    cell,
    contrast,
    errors,
    open_notebook,
    output,
    run_all,
    run_cell,
    screenshot,
    write,
)

LESSON = ROOT / "notebooks" / "00_start_here.ipynb"
NONSENSE = """\
# exercise 00.3
def recommend(R, u, top):
    return torch.zeros(top, dtype=torch.int64)"""
RAISES = """\
# exercise 00.3
def recommend(R, u, top):
    likes = R.sum(0)
    return likes[R[u]]"""
BROKEN = "# exercise 00.3\ndef recommend(R, u, top)\n    return 1"
RIGHT = """\
# exercise 00.3
def recommend(R, u, top):
    likes = R.sum(0)
    likes[R[u] > 0] = -1
    return likes.argsort(descending=True, stable=True)[:top]"""


def tried(page, source: str):
    """Type an answer into exercise 00.3, run it and its check; return the card."""
    exercise = cell(page, "# exercise 00.3")
    write(page, exercise, source)
    run_cell(page, exercise)
    return output(run_cell(page, cell(page, 'check("00.3"'))).locator(".graphrec-card")


def reached(page, text: str) -> None:
    """Wait until a cell is in view: a link inside the notebook led to it."""
    page.wait_for_function(
        """(text) => [...document.querySelectorAll(".jp-CodeCell .cm-content")].some((x) => {
            const box = x.getBoundingClientRect();
            return x.textContent.includes(text) && box.top > 0 && box.bottom < innerHeight;
        })""",
        arg=text,
    )


def pictures(page, card, name: str) -> None:
    """Take the card as it is, and as wide as a phone."""
    screenshot(card, name)
    card.evaluate("(card) => (card.style.width = '350px')")
    screenshot(card, f"{name}-narrow")
    assert card.evaluate("(card) => card.scrollWidth <= card.clientWidth + 1")
    card.evaluate("(card) => (card.style.width = '')")


@pytest.mark.parametrize("look", ["light", "dark"])
def test_a_card_leads_from_an_exception_to_the_next_lesson(lab, page, look):
    shutil.rmtree(lab.settings.parent / "progress", ignore_errors=True)  # what other files solved
    with lab.dark() if look == "dark" else lab.setting("none", {}):
        open_notebook(page, lab, lab.add(LESSON, f"cards-{look}.ipynb"))
        run_all(page)
        assert errors(page) == []
        card = tried(page, RAISES)
        assert (
            "line 4 of your cell, return likes[R[u]]; called with R (3, 4), u 0, top 2"
            in card.inner_text()
        )
        assert card.inner_text().count("✗") == 2  # the title and one line for all claims
        pictures(page, card, f"card-raises-{look}")

        card = tried(page, NONSENSE)
        assert "torch.tensor([2, 3])" in card.inner_text()
        for part in card.locator("pre, em, strong").all():
            assert contrast(part) >= 4.5
        pictures(page, card, f"card-gap-{look}")

        card = tried(page, BROKEN)
        assert "An older version: your cell did not run to its end in" in card.inner_text()
        pictures(page, card, f"card-version-{look}")

        card = tried(page, RIGHT)
        assert "An older version" not in card.inner_text()
        link = card.get_by_role("link", name="exercise 00.1, summarize")
        pictures(page, card, f"card-solved-{look}")
        link.click()
        reached(page, "# exercise 00.1")
        board = output(run_cell(page, cell(page, 'progress("00")')))
        assert "5 of 10" in board.inner_text()
        assert "✓\xa000.3" in board.inner_text()
        screenshot(board, f"lesson-end-{look}")
        board.get_by_role("link", name="00.2").click()
        reached(page, "# exercise 00.2")
        # the link opens the lesson here, where the student is; a download would leave the tabs alone
        lab.add(LESSON, "01_recommender_basics.ipynb")
        board.get_by_role("link", name="lesson 01, Recommender basics").click()
        page.locator(".lm-TabBar-tabLabel", has_text="01_recommender_basics").first.wait_for()
