"""HTML from templates: whatever enters one is escaped, unless the template says otherwise.

A template lies beside the module that fills it. Jinja2 is imported with the first page, since every
notebook imports the card and not every kernel shows one.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from pathlib import Path


def render(template: Path, **values) -> str:
    """Return a template filled with values.

    Raises:
        jinja2.UndefinedError: the template asks for a value that is not given.
    """
    return _environment(template.parent).get_template(template.name).render(values)


@functools.cache
def _environment(folder: Path):
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["code"] = _code
    environment.filters["visible"] = _visible
    return environment


def _visible(text: str) -> str:
    """Return somebody's code with control and direction characters in view, as \\x1b or \\u202e."""
    return "".join(
        c if c in "\t\n" or unicodedata.category(c)[0] != "C"
        else c.encode("unicode_escape").decode() for c in text
    )  # fmt: skip


def _code(text: str):
    """Escape a sentence and set what stands between backticks as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))
