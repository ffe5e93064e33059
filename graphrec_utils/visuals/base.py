"""What every visual shares: one state shown as a script, as a picture and as a live widget.

A new visual takes two small files. `static/NAME.js` is an ES module that exports
`default { render({ model, el }) }` and reads its state with `model.get("key")`; helpers for
controls, keyboard and status line are in `static/base.js`, a graph to pick nodes from in
`static/graph.js`, looks in a style sheet of the same name beside each. A Python function checks its
arguments and returns a `Visual`:

    def walk(R, start):
        return Visual(STATIC / "walk.js", state={...}, text="walk from u1, 40 steps",
                      alt="Random walk from u1 …", draw=lambda: plots.walk(R, start))

The module speaks the protocol of anywidget (https://anywidget.dev), so that one file serves a page
without a kernel and a notebook with one.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from graphrec_utils import style

STATIC = Path(__file__).parent / "static"

NO_KERNEL = (
    "Not connected to the kernel: the package anywidget is not installed here "
    "(python -m pip install anywidget, then restart the kernel)."
)


@dataclass(frozen=True, eq=False, repr=False)
class Visual:
    """A teaching visual: put it on the last line of a cell.

    Args:
        module: the ES module; a style sheet of the same name beside it is used, too.
        state: what the module reads, JSON values by name.
        text: a short description without addresses or numbers that change between runs.
        alt: what the picture shows, for readers who do not see it.
        draw: draws the same state with Matplotlib on a new figure and returns the Axes.
        note: one line below the visual.
    """

    module: Path
    state: dict[str, Any]
    text: str
    alt: str
    draw: Callable[[], Axes | tuple[Axes, ...]]
    note: str = ""

    def __repr__(self) -> str:
        return f"<{self.text}>"

    def static(self) -> Axes | tuple[Axes, ...]:
        """Return the Matplotlib Axes of the same picture, on a new figure."""
        return self.draw()

    def png(self) -> bytes:
        """Return the picture as a PNG file, in the course's style whatever the notebook set."""
        with plt.style.context(["default", style.RC]):
            axes = self.draw()
            figure = (axes[0] if isinstance(axes, tuple) else axes).figure
            file = io.BytesIO()
            # without the version of Matplotlib, so that equal pictures are equal bytes
            figure.savefig(file, format="png", dpi=100, metadata={"Software": None})
            plt.close(figure)  # or the notebook would show it a second time
        return file.getvalue()

    def html(self) -> str:
        """Return a self-contained fragment: the picture, replaced by the visual if scripts run.

        It asks for nothing outside. The same state gives the same text, apart from the picture.
        """
        return self._html(base64.b64encode(self.png()).decode())

    def live(self) -> Any:
        """Return a widget that shares its state with the kernel, `widget.likes` for example.

        Needs the package anywidget (an extra of the course); without it, returns this visual
        with a note that says so. A notebook without a kernel shows the picture.
        """
        try:
            import anywidget
            import traitlets
        except ImportError:
            return replace(self, note=NO_KERNEL)
        visual = self

        def bundle(widget, **kwargs):
            made = anywidget.AnyWidget._repr_mimebundle_(widget, **kwargs)
            data, metadata = made if isinstance(made, tuple) else (made, {})
            # the default text contains an address; a page without a kernel needs the picture
            shown, extra = visual._repr_mimebundle_()
            return shown | (data or {}) | {"text/plain": repr(widget)}, extra | metadata

        members = {name: traitlets.Any().tag(sync=True) for name in self.state}
        members |= {
            "_esm": _script(self.module),
            "_css": self._css(),
            "__repr__": lambda widget: f"<{visual.text}, live>",
            "_repr_mimebundle_": bundle,
        }
        return type("LiveVisual", (anywidget.AnyWidget,), members)(**self.state)

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        picture = base64.b64encode(self.png()).decode()
        data = {"text/plain": repr(self), "text/html": self._html(picture), "image/png": picture}
        return data, {"image/png": {"alt": self.alt}}

    def _html(self, picture: str) -> str:
        # "<" inside a string of JSON would end the script element if "/script>" followed
        state = json.dumps(self.state, sort_keys=True).replace("<", "\\u003c")
        script = _script(self.module).replace("export default ", "const visual = ")
        uid = "gr-" + hashlib.sha256(f"{script}{state}{self.note}".encode()).hexdigest()[:12]
        note = f'<p class="gr-note">{html.escape(self.note)}</p>\n' if self.note else ""
        return (
            f'<div id="{uid}" class="gr-visual">'
            f'<img alt="{html.escape(self.alt)}" src="data:image/png;base64,{picture}"></div>\n'
            f"{note}<style>\n{self._css()}</style>\n"
            f'<script type="module">\n{script}\n'
            # the same visual twice on a page: whichever script runs first starts both
            f'for (const el of document.querySelectorAll("#{uid}")) {{\n'
            "  if (el.dataset.started) continue;\n"
            '  el.dataset.started = "yes";\n'
            f"  visual.render({{ model: standalone({state}), el }});\n"
            "}\n</script>"
        )

    def _css(self) -> str:
        palette = {
            "user": style.USER,
            "item": style.ITEM,
            "positive": style.POSITIVE,
            "negative": style.NEGATIVE,
            "context": style.CONTEXT,
            "ink": style.INK,
            "paper": style.PAPER,
        }
        colors = "".join(f" --gr-{name}: {color};" for name, color in palette.items())
        sheets = [path.with_suffix(".css") for path in _files(self.module)]
        rules = "".join(sheet.read_text("utf-8") for sheet in sheets if sheet.exists())
        return f".gr-root {{{colors} }}\n{rules}"


def _files(module: Path) -> list[Path]:
    """Return base.js, the other files that the module imports, and the module."""
    imported = re.findall(r'^import [^;]* from "\./([\w.]+)";', module.read_text("utf-8"), re.M)
    return [*(STATIC / name for name in dict.fromkeys(["base.js", *imported])), module]


def _script(module: Path) -> str:
    """Return the module and what it imports as one script: a notebook's output cannot import."""
    code = "\n".join(path.read_text("utf-8") for path in _files(module))
    code = re.sub(r"^import [^;]*;\n", "", code, flags=re.MULTILINE)
    return re.sub(r"^export (?!default)", "", code, flags=re.MULTILINE)
