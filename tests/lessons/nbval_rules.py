"""A pytest plugin for nbval: compare what a reader sees and a machine can repeat.

HTML, pictures, stderr and our own data may differ between versions; the points of a check may not.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # as in grading.isolation: a second of every process


def pytest_collectstart(collector):
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += (
            "text/html",
            "stderr",
            "application/vnd.graphrec.result+json",
            "application/vnd.jupyter.widget-view+json",
        )
