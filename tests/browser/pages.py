"""What the tests of slides, site and reports share: one build of each, and axe-core."""

from __future__ import annotations

import json

SERIOUS = ("serious", "critical")


def violations(page, context: str | None = None) -> list[str]:
    """Return what axe-core (https://github.com/dequelabs/axe-core) calls serious or critical.

    Args:
        page: a page that has finished drawing.
        context: a selector to look inside of; default: all of the page.
    """
    from axe_playwright_python.base import AXE_FILE_PATH

    page.evaluate(AXE_FILE_PATH.read_text("utf-8"))
    found = page.evaluate(
        # preload would fetch style sheets, which a page from the disk may not
        "(where) => axe.run(where ?? document, { resultTypes: ['violations'], preload: false })",
        context,
    )
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']} in "
        + json.dumps([node["target"] for node in rule["nodes"][:3]])
        for rule in found["violations"]
        if rule["impact"] in SERIOUS
    ]
