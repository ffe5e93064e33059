"""A prediction to press instead of to type, where a kernel and ipywidgets are there.

Everywhere else, in a build, on a page and in a terminal, the plain card is shown. Pressing a button does what
the call with that answer does, and then the plain card takes the place of the buttons: what is stored with
the notebook needs no kernel.
"""

from __future__ import annotations

import importlib.util
import sys

from graphrec_utils.exercises import memory
from graphrec_utils.exercises.questions import Question


def offered() -> bool:
    """Report whether somebody is at work in a notebook that can show buttons."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    inside = getattr(shell, "kernel", None) is not None
    return inside and memory.recording() and importlib.util.find_spec("ipywidgets") is not None


LOOK = """<style>
.graphrec-ways .jupyter-button { width: 100%; height: auto; min-height: 2.4em; margin: 2px 0; padding: 5px 10px;
  text-align: left; white-space: normal; line-height: 1.4; }
</style>"""


class Pressed:
    """A question with a button for each answer; an answer of before stands there at once.

    Args:
        question: what is asked.
        card: `card(answer)` is what a notebook shows for an answer, None for none yet.
        then: called with what was shown for an answer, when one is pressed.
    """

    def __init__(self, question: Question, card, then=lambda card: None):
        self.question, self.card, self.then = question, card, then
        self.shown = self.handle = None

    def __repr__(self) -> str:
        return repr(self.card(None))

    def _ipython_display_(self) -> None:
        from IPython.display import display

        given = memory.read()["guesses"].get(self.question.id)
        if given:
            display(self.card(given["answer"]))
            return
        self.handle = display(self.box(), display_id=True)

    def box(self):
        """Return the card and its buttons as one widget."""
        import ipywidgets as widgets

        asked = widgets.HTML(LOOK + self.card(None).asked())
        if self.question.options:
            ways = []
            for letter, option in self.question.shown():
                button = widgets.Button(description=f"{letter}  {option}")
                button.on_click(lambda _, letter=letter: self.press(letter))
                ways.append(button)
            row = widgets.VBox(ways)
            row.add_class("graphrec-ways")
        else:
            number = widgets.FloatText(description="your guess")
            send = widgets.Button(description="Guess")
            send.on_click(lambda _: self.press(number.value))
            row = widgets.HBox([number, send])
        self.shown = widgets.VBox([asked, row])
        return self.shown

    def press(self, answer) -> None:
        """Take an answer: judge it, remember it, and show the card in place of the buttons."""
        import ipywidgets as widgets

        card = self.card(answer)
        self.shown.children = (widgets.HTML(card._repr_html_()),)
        if self.handle is not None:  # what is stored with the notebook needs no kernel then
            self.handle.update(card)
        self.then(card)


class Together:
    """Several questions, each answered by its own buttons; after the last one a plain card takes their place.

    Args:
        asked: (question, card) of each, as in `Pressed`.
        whole: `whole(cards)` is what a notebook shows for what was answered, [] for nothing yet.
    """

    def __init__(self, asked, whole):
        self.whole, self.given = whole, []
        self.each = [Pressed(question, card, self.took) for question, card in asked]
        self.handle = None

    def __repr__(self) -> str:
        return repr(self.whole([]))

    def _ipython_display_(self) -> None:
        import ipywidgets as widgets
        from IPython.display import display

        boxes = [one.box() for one in self.each]
        self.handle = display(widgets.VBox(boxes), display_id=True)

    def took(self, card) -> None:
        """Count an answer; with the last one all are shown, in the order in which they were asked."""
        self.given.append(card)
        if len(self.given) == len(self.each):
            place = {one.question.id: k for k, one in enumerate(self.each)}
            self.handle.update(self.whole(sorted(self.given, key=lambda x: place[x.question.id])))
