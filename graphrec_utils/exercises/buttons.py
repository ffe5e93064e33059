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


class Pressed:
    """A question with a button for each answer; an answer of before stands there at once.

    Args:
        question: what is asked.
        card: `card(answer)` is what a notebook shows for an answer, None for none yet.
    """

    def __init__(self, question: Question, card):
        self.question, self.card = question, card
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

        asked = widgets.HTML(self.card(None)._repr_html_())
        if self.question.options:
            ways = []
            for letter, option in self.question.shown():
                button = widgets.Button(description=letter, tooltip=f"{letter}: {option}")
                button.layout.width = "4em"
                button.on_click(lambda pressed: self.press(pressed.description))
                ways.append(button)
        else:
            number = widgets.FloatText(description="your guess")
            send = widgets.Button(description="Guess")
            send.on_click(lambda _: self.press(number.value))
            ways = [number, send]
        self.shown = widgets.VBox([asked, widgets.HBox(ways)])
        return self.shown

    def press(self, answer) -> None:
        """Take an answer: judge it, remember it, and show the card in place of the buttons."""
        import ipywidgets as widgets

        card = self.card(answer)
        self.shown.children = (widgets.HTML(card._repr_html_()),)
        if self.handle is not None:  # what is stored with the notebook needs no kernel then
            self.handle.update(card)
