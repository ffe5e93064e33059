"""What every visual shares: one state shown as a script, as a picture and as a live widget.

A new visual is a folder of small files. `NAME/NAME.js` is an ES module that exports
`default { render({ model, el }) }` and reads its state with `model.get("key")`; helpers for
controls, keyboard and status line are in `base/base.js`, a graph to pick nodes from in
`base/graph.js`, looks in a style sheet of the same name beside each. In `NAME/__init__.py` a
function checks its arguments (`small_graph` below: what can be shown) and returns a `Visual`. The
smallest to copy is `product`, with a slider; `als` steps, with `player` of base.js, which reads and
writes the state's `step`. Both files are one script in the end: no name at the top level of `NAME.js`
may occur in base.js.

    def walk(R, start):
        return Visual(Path(__file__).with_name("walk.js"), state={...}, text="walk from u1, 40 steps",
                      alt="Random walk from u1 …", draw=lambda: draw(R, start))

The folder's place makes it `visuals.walk`: in a lesson's room, or in `plots/visuals` when two lessons show it.
It has a line in `MADE` of `tests/lessons/lessonNN/made.py`, and beside that `test_visuals_NAME.py` and
`test_browser_NAME.py` (copy those of `sampled_metric` in `tests/lessons/lesson03`). `python -m tests.browser.pages NAME`
writes its pages, light and dark: use them by mouse and by keyboard. The lesson shows it in a cell tagged `widget`; the
next cell, `*Figure N.M. …*`, describes the picture in twelve words or more; figures after it count one more.

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
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import graphs, style

BASE = Path(__file__).parent

NO_KERNEL = (
    "Not connected to the kernel: the package anywidget is not installed here "
    "(python -m pip install anywidget, then restart the kernel)."
)

FALLBACK = "A picture. Run the cell to use it."  # gone as soon as the script draws
FIRST = "toy"
SHARP = 2  # points of a picture for each pixel of its width
# Lets a reader choose among states: each choice is rendered anew, with the helpers of base.js.
CHOICE = """\
const states = Object.entries(STATES);
  const menu = h("select", { "aria-label": "Graph", "data-lm-suppress-shortcuts": "true" }, ...states.map(([title]) => h("option", {}, title)));
  menu.selectedIndex = states.findIndex(([title]) => title === "toy");
  const place = h("div", {});
  let close;
  const show = () => {
    close?.();
    close = visual.render({ model: standalone(states[menu.selectedIndex][1]), el: place });
  };
  menu.addEventListener("change", show);
  menu.addEventListener("keydown", (event) => event.stopPropagation());
  el.replaceChildren(h("label", { class: "gr-root", style: "display:block" }, "Graph ", menu), place);
  show();"""


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
        moved: called with the state whenever a reader of the live widget has changed it; what it returns
            is shown. So every move can ask a student's function again.
        also: other states by their titles, to be chosen above the visual; the one above is the first. A
            widget has the first alone.
    """

    module: Path
    state: dict[str, Any]
    text: str
    alt: str
    draw: Callable[[], Axes | tuple[Axes, ...]]
    note: str = ""
    moved: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    also: dict[str, dict[str, Any]] = field(default_factory=dict)

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
            figure.savefig(file, format="png", dpi=100 * SHARP, metadata={"Software": None})
            plt.close(figure)  # or the notebook would show it a second time
        return style.lean(file.getvalue(), colors=64)  # flat ones, and their edges

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
        widget = type("LiveVisual", (anywidget.AnyWidget,), members)(**self.state)
        if self.moved:

            def follow(_):
                answer = self.moved({name: getattr(widget, name) for name in self.state})
                for name, value in answer.items():
                    setattr(widget, name, value)

            answers = self.moved(dict(self.state))
            widget.observe(follow, [name for name in self.state if name not in answers])
        return widget

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        png = self.png()
        picture = base64.b64encode(png).decode()
        data = {"text/plain": repr(self), "text/html": self._html(picture), "image/png": picture}
        width, height = (side // SHARP for side in struct.unpack(">II", png[16:24]))
        return data, {"image/png": {"alt": self.alt, "width": width, "height": height}}

    def _html(self, picture: str) -> str:
        state = _json(self.state)
        start = f"visual.render({{ model: standalone({state}), el }});"
        if self.also:
            state = _json({FIRST: self.state, **self.also})
            start = CHOICE.replace("STATES", state)
        script = _script(self.module).replace("export default ", "const visual = ")
        uid = "gr-" + hashlib.sha256(f"{script}{state}{self.note}".encode()).hexdigest()[:12]
        head = base64.b64decode(picture[:32])  # a PNG file says its width in bytes 16 to 19
        width = f' width="{struct.unpack(">I", head[16:20])[0] // SHARP}"' if head else ""
        note = f'<p class="gr-note">{html.escape(self.note)}</p>\n' if self.note else ""
        return (
            f'<div id="{uid}" class="gr-visual">'
            f'<img alt="{html.escape(self.alt)}"{width} src="data:image/png;base64,{picture}">'
            f'<p class="gr-fallback">{FALLBACK}</p></div>\n'
            f"{note}<style>\n{self._css()}</style>\n"
            f'<script type="module">\n{script}\n'
            # the same visual twice on a page: whichever script runs first starts both
            f'for (const el of document.querySelectorAll("#{uid}")) {{\n'
            "  if (el.dataset.started) continue;\n"
            '  el.dataset.started = "yes";\n'
            f"  {start}\n"
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


def with_others(visual: Visual, graphs: Mapping[str, Sequence], make: Callable) -> Visual:
    """Return a visual that can be switched to other graphs, {title: (R, users, items)}; see `plots.around`."""
    return replace(visual, also={title: make(*graph).state for title, graph in graphs.items()})


def small_graph(
    R, users: Sequence[str] | None, items: Sequence[str] | None, largest: int
) -> tuple[np.ndarray, list[str], list[str]]:
    """Return R as (m, n) zeros and ones, int64, and all names: a graph that fits on the screen.

    Args:
        R: (m, n), every entry that is not 0 is a like: tensor, array or nested lists.
        users, items: names; by default u0, u1, … and i0, i1, …
        largest: how many users, and how many items, can be shown.

    Raises:
        ValueError: R is no matrix, empty or too large, or the names do not fit.
    """
    R = np.asarray(R)
    if R.ndim != 2 or 0 in R.shape:
        raise ValueError(f"R must be a matrix, (users, items), not empty; got shape {R.shape}")
    if max(R.shape) > largest:
        m, n = R.shape
        raise ValueError(
            f"this visual shows at most {largest} users and {largest} items; got {m} and {n}: pass "
            f"a part of R, such as R[:{largest}, :{largest}]"
        )
    return (R != 0).astype(int), *graphs.node_names(R.shape, users, items)


def asked(function: Callable | None, compute: Callable[[], Any]) -> tuple[Any, str]:
    """Return (what `compute` makes of a student's function, a sentence about it).

    Where there is none, or it is not written yet or fails, the first is None: the library's numbers are
    shown, and the sentence says so.
    """
    if function is None:
        return None, ""
    name = getattr(function, "__name__", "your function")
    try:
        return (
            compute(),
            f"The numbers are those of your {name}; run the cell again when it has changed.",
        )
    except NotImplementedError:
        why = f"{name} is not written yet"
    except Exception as error:
        why = f"{name} gives no picture ({type(error).__name__}: {error})"
    return None, f"{why}: the numbers are the library's."


def _json(value: Any) -> str:
    """Return JSON for a script: "<" inside a string would end it if "/script>" followed."""
    return json.dumps(value, sort_keys=True).replace("<", "\\u003c")


def _files(module: Path) -> list[Path]:
    """Return base.js, the other files that the module imports, and the module."""
    imported = re.findall(
        r'^import [^;]* from "[./\w]*/base/([\w.]+)";', module.read_text("utf-8"), re.M
    )
    return [*(BASE / name for name in dict.fromkeys(["base.js", *imported])), module]


def _script(module: Path) -> str:
    """Return the module and what it imports as one script: a notebook's output cannot import.

    Without lines of comment, which every notebook would store again.
    """
    code = "\n".join(path.read_text("utf-8") for path in _files(module))
    code = re.sub(r"^ *//.*\n", "", code, flags=re.MULTILINE)
    code = re.sub(r"^import [^;]*;\n", "", code, flags=re.MULTILINE)
    return re.sub(r"^export (?!default)", "", code, flags=re.MULTILINE)
